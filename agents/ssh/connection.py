"""A connection to one device: its key checked, each step with a deadline, its output limited.

What is run and what it means belongs elsewhere. Secrets are never part of an error.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

import asyncssh
import msgspec

from agents.credentials import SshCredential
from agents.ssh.errors import (
    HangingError,
    HostKeyError,
    NotSshError,
    RefusedError,
    SshError,
    UnreachableError,
)

MOST_OUTPUT = 1_000_000  # bytes of all commands of one reading
_KEEPALIVE = 30.0
_ALIVE = 3
_OLD = {
    "kex_algs": "+diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
    "encryption_algs": "+aes256-cbc,aes128-cbc,3des-cbc",
    "mac_algs": "+hmac-sha1",
}
"""What devices of twenty years ago need; only for targets that say so."""

_KEY_ALGORITHMS = (
    *("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    *("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
)


class SshSettings(msgspec.Struct, frozen=True):
    """How a device is connected to.

    Attributes:
        host: its address.
        port: of its SSH server.
        trust: ``pinned``: only a key that is known; ``first_use``: the first that it shows
            becomes known.
        old: also algorithms that are not safe any more.
        connect: seconds for the connection and the log-in.
        answer: seconds for each command.
    """

    host: str
    port: int = 22
    trust: Literal["pinned", "first_use"] = "pinned"
    old: bool = False
    connect: float = 15.0
    answer: float = 20.0


class _Client(asyncssh.SSHClient):
    """Decides on the device's key before anything secret is sent."""

    def __init__(self, known: str, trust: str) -> None:
        self.known = known
        self.trust = trust
        self.found = ""
        self.fault: HostKeyError | None = None

    def validate_host_public_key(
        self,
        host: str,  # noqa: ARG002 - asyncssh's signature
        addr: str,  # noqa: ARG002
        port: int,  # noqa: ARG002
        key: asyncssh.SSHKey,
    ) -> bool:
        """Whether the key is the one that is known, or may become it."""
        self.found = key.export_public_key("openssh").decode("ascii").strip()
        found = public_part(self.found)
        if found == self.known or (not self.known and self.trust == "first_use"):
            return True
        self.fault = HostKeyError(fingerprint(self.known), fingerprint(found))
        return False

    def kbdint_auth_requested(self) -> str | None:
        """Keyboard-interactive is answered with the password by asyncssh."""
        return ""


class SshConnection:
    """An open connection.

    Attributes:
        host_key: the key that the device has, as in a known_hosts file, without its host.
    """

    def __init__(
        self, connection: asyncssh.SSHClientConnection, settings: SshSettings, host_key: str
    ) -> None:
        self._connection = connection
        self._settings = settings
        self.host_key = host_key

    @property
    def is_open(self) -> bool:
        """Whether it can still be used, as far as is known."""
        return not self._connection.is_closed()

    async def run(self, command: str) -> str:
        """Run a command in a channel of its own; what it wrote.

        Raises:
            HangingError: it does not end, or writes without an end.
            UnreachableError: the connection was lost.
        """
        try:
            async with asyncio.timeout(self._settings.answer):
                process = await self._connection.create_process(command, encoding=None)
                try:
                    return await _whole(process.stdout)
                finally:
                    process.close()
        except TimeoutError:
            raise HangingError(f"no end of an answer in {self._settings.answer:g} s") from None
        except (asyncssh.Error, OSError) as error:
            raise UnreachableError(f"the connection was lost: {_why(error)}") from error

    async def start(self, command: str) -> None:
        """Run a command after which the device may be gone: no end of it is waited for.

        Raises:
            HangingError: the device does not take it.
            UnreachableError: the connection was lost before.
        """
        try:
            async with asyncio.timeout(self._settings.answer):
                process = await self._connection.create_process(command, encoding=None)
        except TimeoutError:
            raise HangingError(f"no answer in {self._settings.answer:g} s") from None
        except (asyncssh.Error, OSError) as error:
            raise UnreachableError(f"the connection was lost: {_why(error)}") from error
        try:
            async with asyncio.timeout(3):
                await _whole(process.stdout)
        except (TimeoutError, SshError, asyncssh.Error, OSError):
            return  # it was taken; what follows shows in the uptime

    async def shell(self) -> "asyncssh.SSHClientProcess[bytes]":
        """An interactive shell, for devices that run no single commands.

        Raises:
            HangingError: none comes.
            UnreachableError: the connection was lost, or the device gives none.
        """
        try:
            async with asyncio.timeout(self._settings.answer):
                return await self._connection.create_process(
                    term_type="vt100", term_size=(200, 0), encoding=None
                )
        except TimeoutError:
            raise HangingError(f"no shell in {self._settings.answer:g} s") from None
        except (asyncssh.Error, OSError) as error:
            raise UnreachableError(f"no shell: {_why(error)}") from error

    async def close(self) -> None:
        """Close it, at once if the device does not answer."""
        self._connection.close()
        try:
            async with asyncio.timeout(2):
                await self._connection.wait_closed()
        except (TimeoutError, OSError, asyncssh.Error):
            self._connection.abort()


async def _whole(stream: "asyncssh.SSHReader[bytes]") -> str:
    parts: list[bytes] = []
    size = 0
    while part := await stream.read(65_536):
        parts.append(part)
        size += len(part)
        if size > MOST_OUTPUT:
            raise HangingError(f"more than {MOST_OUTPUT} bytes of output")
    return b"".join(parts).decode("utf-8", "replace")


async def connect(settings: SshSettings, credential: SshCredential, known: str) -> SshConnection:
    """Connect and log in.

    Args:
        settings: where and how.
        credential: as whom.
        known: the device's key as in a known_hosts file, without its host; empty: not known.

    Raises:
        HostKeyError: the device has another key; nothing secret was sent to it.
        RefusedError: it does not let us in.
        NotSshError: it does not speak SSH, or no algorithms that we may use.
        UnreachableError: there is no connection in time.
        SshError: the private key cannot be read.
    """
    client = _Client(public_part(known), settings.trust)
    options = _options(settings, credential, client)
    try:
        async with asyncio.timeout(settings.connect):
            connection = await asyncssh.connect(settings.host, settings.port, **options)
    except TimeoutError:
        raise UnreachableError(f"no log-in in {settings.connect:g} s") from None
    except (asyncssh.Error, OSError, ValueError) as error:
        raise client.fault or _translated(error) from None
    return SshConnection(connection, settings, public_part(client.found))


def _options(settings: SshSettings, credential: SshCredential, client: _Client) -> dict[str, Any]:
    keys: list[asyncssh.SSHKey] = []
    if credential.private_key:
        try:
            keys.append(asyncssh.import_private_key(credential.private_key))
        except (asyncssh.KeyImportError, ValueError):
            raise SshError("the private key of the credentials cannot be read") from None
    return {
        # A list of no keys: what is known is decided by the client, and no file is looked at.
        "known_hosts": ([], [], []),
        "server_host_key_algs": _preferred(client.known, old=settings.old),
        "client_factory": lambda: client,
        "username": credential.username,
        "password": credential.password or None,
        "client_keys": keys or None,
        "agent_path": None,
        "config": None,
        "preferred_auth": "publickey" if keys else "password,keyboard-interactive",
        "connect_timeout": settings.connect,
        "login_timeout": settings.connect,
        "keepalive_interval": _KEEPALIVE,
        "keepalive_count_max": _ALIVE,
        **(_OLD if settings.old else {}),
    }


def _preferred(known: str, *, old: bool) -> Sequence[str]:
    """Algorithms of the known key first: a device with several keys then shows that one."""
    kind = known.partition(" ")[0]
    allowed = [one for one in _KEY_ALGORITHMS if old or one != "ssh-rsa"]
    return sorted(
        allowed, key=lambda one: not (one == kind or (kind == "ssh-rsa" and "rsa" in one))
    )


def _translated(error: Exception) -> SshError:
    if isinstance(error, asyncssh.PermissionDenied):
        return RefusedError("the device does not accept user, password or key")
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return NotSshError("the device's key cannot be checked")
    if isinstance(error, asyncssh.ProtocolError | asyncssh.KeyExchangeFailed):
        return NotSshError(f"no SSH that we speak: {_why(error)}")
    return UnreachableError(_why(error))


def _why(error: Exception) -> str:
    """The reason in one short printable line: the device may have written it."""
    text = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    clean = "".join(char if char.isprintable() else " " for char in text)
    return clean[:120] or type(error).__name__


def public_part(line: str) -> str:
    """Type and key of a public key in OpenSSH's format, without its comment."""
    return " ".join(line.split()[:2])


def fingerprint(line: str) -> str:
    """The fingerprint of a public key as OpenSSH shows it; empty for an empty line."""
    if not line:
        return ""
    try:
        return asyncssh.import_public_key(line).get_fingerprint()
    except asyncssh.KeyImportError:
        return "unreadable"
