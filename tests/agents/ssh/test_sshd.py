"""Against OpenSSH's sshd: a Linux device that is this machine."""

import asyncio
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from agents.credentials import SshCredential
from agents.ssh.connection import SshSettings
from agents.ssh.device import SshDevice, SshMemory
from agents.ssh.errors import HostKeyError, RefusedError
from agents.ssh.profiles import load_ssh_profiles
from tests.agents.running import run
from tests.programs import program

OPENWRT = load_ssh_profiles()["openwrt"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while True:
        assert running.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "the server does not listen"
            time.sleep(0.02)
        else:
            return


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SshCredential]:
    folder: Path = tmp_path_factory.mktemp("ssh")
    key = asyncssh.generate_private_key("ssh-ed25519")
    (folder / "authorized_keys").write_bytes(key.export_public_key())
    (folder / "authorized_keys").chmod(0o600)
    user = pwd.getpwuid(os.getuid()).pw_name
    return folder, SshCredential(user, private_key=key.export_private_key().decode())


@pytest.fixture(scope="module")
def sshd(login: tuple[Path, SshCredential]) -> Iterator[int]:
    path = program("sshd")
    folder, _ = login
    port = _free_port()
    host_key = folder / "host"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(host_key))
    host_key.chmod(0o600)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": str(host_key),
        "AuthorizedKeysFile": str(folder / "authorized_keys"),
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "yes",
    }
    config = folder / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    running = subprocess.Popen(  # noqa: S603 - the installed one
        [path, "-D", "-e", "-f", str(config)], stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, running)
        yield port
    finally:
        running.terminate()
        running.wait(10)


def _settings(port: int) -> SshSettings:
    return SshSettings("127.0.0.1", port, trust="first_use")


def test_a_linux_device_is_read_twice(sshd: int, login: tuple[Path, SshCredential]) -> None:
    async def main() -> None:
        memory = SshMemory()
        device = SshDevice(_settings(sshd), login[1], OPENWRT, memory, interface="lo", keeps=True)
        first = await device.read()
        assert abs(float(first.uptime or 0) - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60
        assert int(str(first.vitals["sys.mem_total"])) > 100_000
        assert int(str(first.vitals["eth.rx_packets"])) >= 0
        assert first.interface == "lo"
        await asyncio.sleep(0.2)
        second = await device.read()
        assert 0 <= float(str(second.vitals["sys.cpu_util"])) <= 100
        await device.close()

    run(main())


def test_its_key_is_checked(sshd: int, login: tuple[Path, SshCredential]) -> None:
    async def main() -> None:
        other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        memory = SshMemory(host_key=" ".join(other.split()[:2]))
        with pytest.raises(HostKeyError):
            await SshDevice(_settings(sshd), login[1], OPENWRT, memory).read()

    run(main())


def test_another_key_is_not_let_in(sshd: int, login: tuple[Path, SshCredential]) -> None:
    async def main() -> None:
        other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
        credential = SshCredential(login[1].username, private_key=other)
        with pytest.raises(RefusedError):
            await SshDevice(_settings(sshd), credential, OPENWRT, SshMemory()).read()

    run(main())
