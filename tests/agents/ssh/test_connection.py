import asyncio
from typing import Any

import asyncssh
import pytest

from agents.credentials import SshCredential
from agents.ssh.connection import SshSettings, connect, fingerprint
from agents.ssh.errors import (
    HangingError,
    HostKeyError,
    NotSshError,
    RefusedError,
    SshError,
    UnreachableError,
)
from tests.agents.running import run
from tests.agents.ssh.servers import LOGIN, ssh_server, tcp_server


async def _echo(process: Any) -> None:
    process.stdout.write(b"you said " + (process.command or "").encode())
    process.exit(0)


async def _forever(process: Any) -> None:
    while True:
        process.stdout.write(b"and on " * 5000)
        await process.stdout.drain()


async def _silence(process: Any) -> None:
    await asyncio.sleep(3600)
    process.exit(0)


async def _away(process: Any) -> None:
    process.channel.get_connection().abort()


def test_a_command_is_run() -> None:
    async def main() -> None:
        async with ssh_server(_echo) as server:
            connection = await connect(server.settings(), LOGIN, "")
            assert await connection.run("uptime") == "you said uptime"
            assert await connection.run("free") == "you said free"
            assert connection.host_key == server.public
            await connection.close()
            assert not connection.is_open

    run(main())


def test_a_known_key_is_accepted_and_another_stops_everything() -> None:
    async def main() -> None:
        async with ssh_server(_echo) as server:
            other = asyncssh.generate_private_key("ssh-ed25519")
            await (await connect(server.settings(), LOGIN, server.public)).close()
            known = " ".join(other.export_public_key().decode().split()[:2])
            for trust in ("pinned", "first_use"):
                server.seen.clear()
                with pytest.raises(HostKeyError, match="not the known SHA256:") as failed:
                    await connect(server.settings(trust=trust), LOGIN, known)
                assert server.seen == []  # nothing secret was sent
                assert failed.value.found == fingerprint(server.public)

    run(main())


def test_an_unknown_key_is_refused_unless_the_first_may_become_known() -> None:
    async def main() -> None:
        async with ssh_server(_echo) as server:
            with pytest.raises(HostKeyError, match="none is known"):
                await connect(server.settings(trust="pinned"), LOGIN, "")
            assert server.seen == []

    run(main())


def test_a_key_of_another_kind_is_a_changed_key() -> None:
    async def main() -> None:
        rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        ed = asyncssh.generate_private_key("ssh-ed25519")
        known = " ".join(ed.export_public_key().decode().split()[:2])
        async with ssh_server(_echo, rsa) as server:
            with pytest.raises(HostKeyError):
                await connect(server.settings(), LOGIN, known)
            await (await connect(server.settings(), LOGIN, server.public)).close()

    run(main())


def test_a_wrong_password_is_said_without_it() -> None:
    async def main() -> None:
        async with ssh_server(_echo) as server:
            with pytest.raises(RefusedError) as failed:
                await connect(server.settings(), SshCredential("poller", "wrong-secret"), "")
            assert "wrong-secret" not in str(failed.value)

    run(main())


def test_a_private_key_that_is_none_is_said_without_it() -> None:
    async def main() -> None:
        credential = SshCredential("poller", private_key="-----BEGIN OPENSSH secret")
        with pytest.raises(SshError, match="cannot be read") as failed:
            await connect(SshSettings("127.0.0.1", 1), credential, "")
        assert "BEGIN" not in str(failed.value)

    run(main())


def test_a_command_without_an_end_and_one_without_an_answer_are_given_up() -> None:
    async def main() -> None:
        async with ssh_server(_forever) as server:
            connection = await connect(server.settings(), LOGIN, "")
            with pytest.raises(HangingError, match="more than 1000000 bytes"):
                await connection.run("yes")
            await connection.close()
        async with ssh_server(_silence) as server:
            connection = await connect(server.settings(answer=0.3), LOGIN, "")
            with pytest.raises(HangingError, match=r"no end of an answer in 0\.3 s"):
                await connection.run("sleep")
            await connection.close()

    run(main())


def test_a_device_that_goes_away_in_between_is_unreachable() -> None:
    async def main() -> None:
        async with ssh_server(_away) as server:
            connection = await connect(server.settings(), LOGIN, "")

            async def twice() -> None:  # the end of the first may come before its connection's
                await connection.run("reboot")
                await connection.run("reboot")

            with pytest.raises(UnreachableError):
                await twice()
            assert not connection.is_open
            await connection.close()

    run(main())


async def _garbage(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-odd\r\n" + b"\xff" * 2000)
    await writer.drain()
    await asyncio.sleep(2)


async def _web(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\nServer: no\x1b[31m\r\n\r\n")
    await writer.drain()


async def _banner(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"Welcome to the machine\r\n" * 1000)
        await writer.drain()


async def _hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        pass


@pytest.mark.parametrize("serve", [_garbage, _web, _banner, _hang])
def test_what_is_no_ssh_is_given_up_in_time(serve: Any) -> None:
    async def main() -> None:
        async with tcp_server(serve) as port:
            settings = SshSettings("127.0.0.1", port, trust="first_use", connect=1.0)
            with pytest.raises((NotSshError, UnreachableError)) as failed:
                await connect(settings, LOGIN, "")
            assert str(failed.value).isprintable()

    run(main(), 10)


def test_a_closed_port_is_unreachable() -> None:
    async def main() -> None:
        async with tcp_server(_web) as port:
            pass
        with pytest.raises(UnreachableError):
            await connect(SshSettings("127.0.0.1", port, connect=2.0), LOGIN, "")

    run(main())
