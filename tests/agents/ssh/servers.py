"""SSH servers for tests: asyncssh's own, behaving well or badly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncssh

from agents.credentials import SshCredential
from agents.ssh.connection import SshSettings

LOGIN = SshCredential("poller", "right-password")
Process = Callable[[Any], Awaitable[None]]


class _Server(asyncssh.SSHServer):
    def __init__(self, seen: list[str]) -> None:
        self._seen = seen

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._seen.append(password)
        return (username, password) == (LOGIN.username, LOGIN.password)


class Serving:
    """A server that runs: its port, the passwords that it saw, its key."""

    def __init__(self, port: int, seen: list[str], key: asyncssh.SSHKey) -> None:
        self.port = port
        self.seen = seen
        self.key = key

    @property
    def public(self) -> str:
        return " ".join(self.key.export_public_key().decode().split()[:2])

    def settings(self, **changes: Any) -> SshSettings:
        quick = {"connect": 5.0, "answer": 5.0, "trust": "first_use", **changes}
        return SshSettings("127.0.0.1", self.port, **quick)


@asynccontextmanager
async def ssh_server(
    process: Process, key: asyncssh.SSHKey | None = None
) -> AsyncIterator[Serving]:
    made = key or asyncssh.generate_private_key("ssh-ed25519")
    seen: list[str] = []

    async def handle(one: Any) -> None:
        try:
            await process(one)
        except (asyncssh.Error, OSError):
            one.close()

    listening = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Server(seen),
        server_host_keys=[made],
        process_factory=handle,
        encoding=None,
    )
    try:
        yield Serving(listening.get_port(), seen, made)
    finally:
        listening.close()
        await listening.wait_closed()


@asynccontextmanager
async def tcp_server(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
