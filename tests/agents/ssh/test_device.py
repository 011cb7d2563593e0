import asyncio
from typing import Any

import pytest

from agents.credentials import SshCredential
from agents.ssh.device import SshDevice, SshMemory
from agents.ssh.errors import HangingError, HostKeyError, RefusedError, UnreachableError
from agents.ssh.profiles import load_ssh_profiles
from tests.agents.running import run
from tests.agents.ssh.recordings import recorded
from tests.agents.ssh.servers import LOGIN, ssh_server

PROFILES = load_ssh_profiles()


class _RouterOs:
    """Answers the commands of the profile with what was recorded, in a channel each."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        said = recorded("routeros6")
        self._answers = {
            command.replace("{interface}", "ether1"): said.get(name, "")
            for name, command in PROFILES["routeros"].commands.items()
        }

    async def __call__(self, process: Any) -> None:
        self.commands.append(process.command)
        process.stdout.write(self._answers.get(process.command, "bad command name").encode())
        process.exit(0)


class _Cisco:
    """A shell with a banner, an echo, pages and a prompt; ``enable`` has a password."""

    def __init__(self, prompt: str = "kitchen") -> None:
        self.lines: list[str] = []
        self._prompt = prompt
        said = recorded("cisco")
        self._answers = {
            command.replace("{interface}", "FastEthernet4"): said[name]
            for name, command in PROFILES["cisco"].commands.items()
        }

    async def __call__(self, process: Any) -> None:
        write = process.stdout.write
        end = ">"
        write(b"\r\n*** Keep out# ***\r\n\r\n" + self._prompt.encode() + b">")
        while line := (await process.stdin.readline()).decode():
            line = line.strip()
            self.lines.append(line)
            write(line.encode() + b"\r\n")
            if line == "enable":
                write(b"Password: ")
                password = (await process.stdin.readline()).decode().strip()
                if password != "let-me":
                    write(b"\r\n% Access denied\r\nPassword: ")
                    continue
                end = "#"
            elif line == "reload":
                write(b"System configuration has been modified. Save? [yes/no]: ")
                self.lines.append((await process.stdin.readline()).decode().strip())
                write(b"\r\nProceed with reload? [confirm]")
                self.lines.append((await process.stdin.readline()).decode().strip())
                process.channel.get_connection().abort()
                return
            else:
                first, _, rest = self._answers.get(line, "").partition("\n")
                write(first.encode() + b"\r\n")
                if rest:
                    write(b" --More-- ")
                    await process.stdin.read(1)
                    write(b"\r" + b" " * 10 + b"\r" + rest.replace("\n", "\r\n").encode() + b"\r\n")
            write(f"\r\n{self._prompt}{end}".encode())


def test_a_router_is_read_by_single_commands() -> None:
    async def main() -> None:
        device = _RouterOs()
        async with ssh_server(device) as server:
            memory = SshMemory()
            reader = SshDevice(server.settings(), LOGIN, PROFILES["routeros"], memory)
            first = await reader.read()
            assert first.vitals["sys.cpu_util"] == 37
            assert first.uptime == 2001906
            assert "eth.fcs_err" not in first.vitals
            assert (memory.host_key, memory.interface) == (server.public, "ether1")
            # Now that the interface is known, it is asked about too.
            second = await reader.read()
            assert second.vitals["eth.err_rx"] == 41
            assert '/interface ethernet monitor "ether1" once' in device.commands
            assert second.notes == ("nothing came of lte",)

    run(main())


def test_a_kept_connection_is_used_again_and_a_lost_one_is_made_anew() -> None:
    async def main() -> None:
        device = _RouterOs()
        async with ssh_server(device) as server:
            reader = SshDevice(
                server.settings(), LOGIN, PROFILES["routeros"], SshMemory(), keeps=True
            )
            await reader.read()
            await reader.read()
            assert len(server.seen) == 1
            assert reader._connection is not None
            reader._connection._connection.abort()
            await reader._connection._connection.wait_closed()
            assert (await reader.read()).vitals["sys.cpu_util"] == 37
            assert len(server.seen) == 2
            await reader.close()

    run(main())


def test_a_router_is_read_through_a_shell() -> None:
    async def main() -> None:
        device = _Cisco()
        credential = SshCredential("poller", "right-password", enable_password="let-me")
        async with ssh_server(device) as server:
            reader = SshDevice(server.settings(), credential, PROFILES["cisco"], SshMemory())
            await reader.read()
            reading = await reader.read()
            assert reading.vitals["eth.fcs_err"] == 2980
            assert reading.vitals["sys.uptime"] == 33019500
            assert reading.vitals["sys.mem_largest_free"] == 1802240
            assert "terminal length 0" in device.lines

    run(main())


def test_a_wrong_password_of_enable_is_said() -> None:
    async def main() -> None:
        credential = SshCredential("poller", "right-password", enable_password="wrong-enable")
        async with ssh_server(_Cisco()) as server:
            reader = SshDevice(server.settings(), credential, PROFILES["cisco"], SshMemory())
            with pytest.raises(RefusedError) as failed:
                await reader.read()
            assert "wrong-enable" not in str(failed.value)

    run(main())


def test_a_shell_without_a_prompt_is_given_up() -> None:
    async def main() -> None:
        async with ssh_server(_Cisco(prompt="what is")) as server:
            settings = server.settings(answer=0.5)
            reader = SshDevice(settings, LOGIN, PROFILES["cisco"], SshMemory())
            with pytest.raises(HangingError, match="no prompt"):
                await reader.read()

    run(main())


def test_a_reload_answers_what_is_asked_back() -> None:
    async def main() -> None:
        device = _Cisco()
        async with ssh_server(device) as server:
            reader = SshDevice(server.settings(), LOGIN, PROFILES["cisco"], SshMemory())
            await reader.reboot()
            assert device.lines[-3:] == ["reload", "no", ""]

    run(main())


def test_a_reboot_by_a_command_is_taken_though_the_device_is_gone() -> None:
    async def gone(process: Any) -> None:
        assert process.command == "/system reboot"
        await asyncio.sleep(0.05)
        process.channel.get_connection().abort()

    async def main() -> None:
        async with ssh_server(gone) as server:
            reader = SshDevice(server.settings(), LOGIN, PROFILES["routeros"], SshMemory())
            await reader.reboot()

    run(main())


def test_a_changed_key_stops_before_the_password() -> None:
    async def main() -> None:
        async with ssh_server(_RouterOs()) as server, ssh_server(_RouterOs()) as other:
            memory = SshMemory(host_key=other.public)
            reader = SshDevice(server.settings(), LOGIN, PROFILES["routeros"], memory)
            with pytest.raises(HostKeyError):
                await reader.read()
            assert server.seen == []
            assert memory.host_key == other.public

    run(main())


def test_a_hostile_name_of_an_interface_does_not_become_part_of_a_command() -> None:
    async def evil(process: Any) -> None:
        process.stdout.write(b'gateway="x; /system reset" immediate-gw=1.1.1.1%"evil;reset"')
        process.exit(0)

    async def main() -> None:
        async with ssh_server(evil) as server:
            memory = SshMemory()
            reader = SshDevice(server.settings(), LOGIN, PROFILES["routeros"], memory)
            await reader.read()
            assert memory.interface == ""

    run(main())


def test_a_device_that_is_not_there() -> None:
    async def main() -> None:
        async with ssh_server(_RouterOs()) as server:
            settings = server.settings()
        reader = SshDevice(settings, LOGIN, PROFILES["routeros"], SshMemory())
        with pytest.raises(UnreachableError):
            await reader.read()

    run(main())
