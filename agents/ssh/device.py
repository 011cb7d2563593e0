"""One device read by its command line: its profile's commands run, the output understood.

The connection is kept when asked for. What is learned is kept in ``SshMemory``, which the caller
may store. Nothing is scheduled here.
"""

import re

import msgspec

from agents.credentials import SshCredential
from agents.reading import Gathering, Reading
from agents.ssh.connection import SshConnection, SshSettings, connect
from agents.ssh.differences import shares
from agents.ssh.errors import SshError
from agents.ssh.parsed import Parsed
from agents.ssh.profiles import SshProfile
from agents.ssh.shell import Shell

_MARK = "=-=acsd=-= "
_SECTION = re.compile(rf"(?m)^{_MARK}(\w+)$")
_SAFE = re.compile(r"[\w.:/@+-]{1,64}")


class SshMemory(msgspec.Struct):
    """What is known of a device from earlier readings.

    Attributes:
        host_key: its key, as in a known_hosts file without its host; empty: not known.
        interface: the interface that counted.
        ticks: raw counters of the last reading.
    """

    host_key: str = ""
    interface: str = ""
    ticks: dict[str, float] = msgspec.field(default_factory=dict)


class SshDevice:
    """A device that is read again and again.

    Args:
        settings: where and how it is connected to.
        credential: as whom.
        profile: what is run.
        memory: what is known of it; changed by reading.
        interface: the interface that counts; empty: the one of the default route.
        keeps: whether the connection stays open between readings.
    """

    def __init__(
        self,
        settings: SshSettings,
        credential: SshCredential,
        profile: SshProfile,
        memory: SshMemory,
        *,
        interface: str = "",
        keeps: bool = False,
    ) -> None:
        self.memory = memory
        self._settings = settings
        self._credential = credential
        self._profile = profile
        self._interface = interface
        self._keeps = keeps
        self._connection: SshConnection | None = None

    async def read(self) -> Reading:
        """What the device says now.

        Raises:
            SshError: it cannot be asked; a changed key is a ``HostKeyError``.
        """
        connection = await self._connected()
        try:
            sections = await self._sections(connection)
        except BaseException:
            await self.close()
            raise
        if not self._keeps:
            await self.close()
        parsed = self._profile.parse(sections, self._interface)
        # What it calls an interface becomes part of a command: nothing but a plain name may.
        if _SAFE.fullmatch(parsed.interface):
            self.memory.interface = parsed.interface
        return self._reading(sections, parsed)

    async def reboot(self) -> None:
        """Give the commands that make it reboot; that it does shows in its uptime.

        Raises:
            SshError: it cannot be asked, or its profile has no such commands. An error after
                the last command was sent is none: a device that reboots answers no more.
        """
        if not self._profile.reboot:
            raise SshError(f"profile {self._profile.name!r} has no command for a reboot")
        connection = await self._connected()
        try:
            if self._profile.way == "shell":
                await self._typed(connection, self._profile.reboot)
                return
            *before, last = self._profile.reboot
            for command in before:
                await connection.run(command)
            await connection.start(last)
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connected(self) -> SshConnection:
        if self._connection is None or not self._connection.is_open:
            self._connection = None
            made = await connect(self._settings, self._credential, self.memory.host_key)
            self.memory.host_key = made.host_key
            self._connection = made
        return self._connection

    # --- running ------------------------------------------------------------------------------

    async def _sections(self, connection: SshConnection) -> dict[str, str]:
        interface = self._interface or self.memory.interface
        commands = {
            name: command.replace("{interface}", interface)
            for name, command in self._profile.commands.items()
            if interface or "{interface}" not in command
        }
        if self._profile.way == "script":
            return _split(await connection.run(_script(commands)))
        if self._profile.way == "exec":
            return {name: await connection.run(command) for name, command in commands.items()}
        return await self._asked(connection, commands)

    async def _asked(self, connection: SshConnection, commands: dict[str, str]) -> dict[str, str]:
        process = await connection.shell()
        try:
            shell = await self._begun(process)
            found = {name: await shell.run(command) for name, command in commands.items()}
            if self._profile.quit:
                shell.send(self._profile.quit)
        finally:
            process.close()
        return found

    async def _typed(self, connection: SshConnection, lines: tuple[str, ...]) -> None:
        process = await connection.shell()
        try:
            shell = await self._begun(process)
            for line in lines:
                await shell.converse(line, self._profile.answers)
        finally:
            process.close()

    async def _begun(self, process: object) -> Shell:
        shell = Shell(process, self._profile.prompt, self._settings.answer)
        await shell.begin(self._profile.setup, self._credential.enable_password)
        return shell

    # --- converting ---------------------------------------------------------------------------

    def _reading(self, sections: dict[str, str], parsed: Parsed) -> Reading:
        gathering = Gathering()
        for vital, (value, section) in parsed.values.items():
            gathering.put(vital, value, section, _shown(sections.get(section, "")))
        for vital, share in shares(self.memory.ticks, parsed.ticks).items():
            gathering.put(vital, share, "difference", "of two readings")
        self.memory.ticks = parsed.ticks
        empty = [name for name, text in sections.items() if not text.strip()]
        uptime = gathering.vitals.get("sys.uptime")
        return Reading(
            gathering.vitals,
            gathering.missing(),
            tuple(gathering.lines),
            self._profile.name,
            parsed.interface,
            float(uptime) if isinstance(uptime, int | float) else None,
            (f"nothing came of {', '.join(empty)}",) if empty else (),
        )


def _script(commands: dict[str, str]) -> str:
    """All commands as one line, each after a mark; what they complain about is dropped."""
    parts = [
        f"echo '{_MARK}{name}'; {{ {command}; }} 2>/dev/null" for name, command in commands.items()
    ]
    return "; ".join(parts)


def _split(text: str) -> dict[str, str]:
    parts = _SECTION.split(text.replace("\r", ""))
    return {name: body.strip("\n") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _shown(text: str) -> str:
    return " ".join(text.split())
