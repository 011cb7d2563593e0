"""Asking one target, whichever way: by SNMP or by SSH, reading it or making it do something.

It holds the socket and the kept connections; when and whom is decided elsewhere.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from agents.credentials import Credential, SnmpCredential, SshCredential
from agents.polled import Known
from agents.reading import Reading
from agents.snmp.ber import Oid, parse_oid
from agents.snmp.device import UPTIME, Device, Memory
from agents.snmp.endpoint import Endpoint, Telemetry, open_endpoint
from agents.snmp.errors import SnmpError
from agents.snmp.pdus import GAUGE32, Varbind
from agents.snmp.profiles import Action, load_profiles
from agents.snmp.session import Patience, SnmpSession, session_of
from agents.ssh.connection import SshSettings
from agents.ssh.device import SshDevice, SshMemory
from agents.ssh.profiles import load_ssh_profiles, ssh_profile
from agents.targets import Target, TargetError

_INTEGER, _STRING = 2, 4
_SESSIONS = 200_000  # whose engines are known; beyond it all are discovered anew
_KEPT = 512  # SSH connections that are kept open at a time
_KEPT_WITHIN = 120.0  # seconds: targets read as often keep theirs


class UnsupportedError(Exception):
    """The target's profile cannot do that."""


class AskingSettings(msgspec.Struct, frozen=True):
    """How devices are asked.

    Attributes:
        timeout: seconds that SNMP waits for each of its tries.
        tries: how often SNMP asks.
        connect: seconds for an SSH connection and log-in.
        answer: seconds for each SSH command.
        profiles_dir: further SNMP profiles; None: ours alone.
        ssh_profiles_dir: further SSH profiles; None: ours alone.
    """

    timeout: float = 2.0
    tries: int = 3
    connect: float = 15.0
    answer: float = 20.0
    profiles_dir: Path | None = None
    ssh_profiles_dir: Path | None = None


class Asker:
    """Opened with ``open_asker``; used in the event loop's thread.

    Args:
        settings: how.
        credentials: by name.
        sockets: for IPv4 and IPv6, as far as there are.
        steady: seconds of a clock that is never set.

    Raises:
        ProfileError: a profile of the folder cannot be used.
        SshProfileError: the same.
    """

    def __init__(
        self,
        settings: AskingSettings,
        credentials: Mapping[str, Credential],
        sockets: Mapping[int, Endpoint],
        steady: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._sockets = sockets
        self._steady = steady
        self._book = load_profiles(settings.profiles_dir)
        self._ssh_profiles = load_ssh_profiles(settings.ssh_profiles_dir)
        self._kept: dict[tuple[str, str], tuple[Target, SshDevice]] = {}
        # An SNMPv3 engine's clock is worth keeping: discovering it takes two more round trips.
        self._sessions: dict[tuple[tuple[str, int], str], SnmpSession] = {}

    async def read(self, target: Target, known: Known, at: float, interval: float) -> Reading:
        """What the target says now; ``known`` is changed by it.

        Raises:
            SnmpError, SshError: it could not be read.
            ProfileError, SshProfileError: its profile is not known.
            TargetError: its credential is not there, or not of its way.
        """
        if target.way == "snmp":
            return await self._snmp(target, known).read(at)
        device = self._ssh(target, known, keeps=interval <= _KEPT_WITHIN)
        try:
            return await device.read()
        finally:
            known.ssh = device.memory

    async def act(self, target: Target, known: Known, what: str, at: float) -> None:
        """Make the target do something: ``reboot``, ``port_cycle``, ``cable_test``.

        For a reboot the caller looks at the uptime afterwards: an answer proves nothing.

        Raises:
            UnsupportedError: its profile cannot do that.
            SnmpError, SshError: it could not be asked; whether it did it is not known.
            TargetError: its credential is not there, or not of its way.
        """
        if target.way == "ssh":
            if what != "reboot":
                raise UnsupportedError(f"{what} is not done by SSH")
            await self._ssh(target, known, keeps=False).reboot()
            return
        device = self._snmp(target, known)
        profile = await device.identify(at)
        action = next((one for name, one in profile.actions.items() if name == what), None)
        if action is None:
            raise UnsupportedError(f"profile {profile.name!r} has no {what}")
        interface = ""
        if any("{interface}" in one.oid for one in action.set):
            if device.memory.kept is None:
                why = await device.find_interface(profile)
                if device.memory.kept is None:
                    raise UnsupportedError(f"{what} needs the interface: {why}")
            interface = str(device.memory.kept.index)
        await self._set(target, action, interface)

    async def uptime(self, target: Target) -> float | None:
        """Seconds since the target's start, asked as cheaply as can be; None: it does not say.

        Raises:
            SnmpError, SshError, TargetError: see ``read``.
        """
        if target.way == "ssh":
            return (await self.read(target, Known(), 0.0, float("inf"))).uptime
        oid = parse_oid(UPTIME)
        cell = (await self._session(target).get([oid])).get(oid)
        return cell.value / 100 if cell is not None and isinstance(cell.value, int) else None

    def is_port(self, target: Target, known: Known) -> bool:
        """Whether the target is a switch's port, as far as its profile is known."""
        name = target.profile or ("" if known.snmp is None else known.snmp.profile)
        return target.way == "snmp" and any(
            one.name == name and one.view == "port" for one in self._book
        )

    async def close(self) -> None:
        """Close the sockets and all connections."""
        for socket in self._sockets.values():
            socket.close()
        kept, self._kept = self._kept, {}
        await asyncio.gather(*(device.close() for _, device in kept.values()))

    def profiles(self) -> tuple[str, ...]:
        """The names of all profiles: those of SNMP, then those of SSH."""
        return (*sorted(one.name for one in self._book), *sorted(self._ssh_profiles))

    # --- SNMP ---------------------------------------------------------------------------------

    def _snmp(self, target: Target, known: Known) -> Device:
        if known.snmp is None:
            known.snmp = Memory()
        return Device(
            self._session(target),
            self._book,
            known.snmp,
            profile=target.profile,
            interface=target.interface,
        )

    def _session(self, target: Target, patience: Patience | None = None) -> SnmpSession:
        key = (target.where, target.credential)
        if patience is None and key in self._sessions:
            return self._sessions[key]
        credential = self._credential(target)
        if not isinstance(credential, SnmpCredential):
            raise TargetError(f"credential {target.credential!r} is not for SNMP")
        family = 6 if ":" in target.address else 4
        if family not in self._sockets:
            raise SnmpError(f"there is no socket for IPv{family}")
        settings = self._settings
        session = session_of(
            self._sockets[family],
            target.where,
            credential.access(),
            patience=patience or Patience(settings.timeout, settings.tries),
            steady=self._steady,
        )
        if credential.version == "3" and patience is None:
            if len(self._sessions) >= _SESSIONS:
                self._sessions.clear()
            self._sessions[key] = session
        return session

    async def _set(self, target: Target, action: Action, interface: str) -> None:
        """Each variable once: a lost answer must not make a device reboot twice."""
        session = self._session(target, Patience(self._settings.timeout, 1))
        for number, one in enumerate(action.set):
            if number:
                await asyncio.sleep(action.pause)
            oid: Oid = parse_oid(one.oid.replace("{interface}", interface))
            if isinstance(one.value, str):
                await session.set([Varbind(oid, _STRING, one.value.encode())])
            else:
                tag = GAUGE32 if one.type == "gauge" else _INTEGER
                await session.set([Varbind(oid, tag, one.value)])

    # --- SSH ----------------------------------------------------------------------------------

    def _ssh(self, target: Target, known: Known, *, keeps: bool) -> SshDevice:
        key = (target.router_id, target.name)
        if key in self._kept and self._kept[key][0] == target:
            return self._kept[key][1]
        credential = self._credential(target)
        if not isinstance(credential, SshCredential):
            raise TargetError(f"credential {target.credential!r} is not for SSH")
        keeps = keeps and len(self._kept) < _KEPT
        host, port = target.where
        settings = self._settings
        device = SshDevice(
            SshSettings(
                host, port, target.trust, target.old_ssh, settings.connect, settings.answer
            ),
            credential,
            ssh_profile(self._ssh_profiles, target.profile),
            known.ssh or SshMemory(),
            interface=target.interface,
            keeps=keeps,
        )
        if keeps:
            self._kept[key] = (target, device)
        return device

    def _credential(self, target: Target) -> Credential:
        found = self._credentials.get(target.credential)
        if found is None:
            raise TargetError(f"there is no credential {target.credential!r}")
        return found


async def open_asker(
    settings: AskingSettings,
    credentials: Mapping[str, Credential],
    *,
    steady: Callable[[], float],
    telemetry: Telemetry,
    hosts: Mapping[int, str] = {4: "0.0.0.0", 6: "::"},  # noqa: S104 - never changed; devices are everywhere
) -> Asker:
    """An asker with its sockets open; a family that the machine lacks is left out.

    Raises:
        OSError: there is no socket of any family.
        ProfileError, SshProfileError: a profile of the folder cannot be used.
    """
    sockets: dict[int, Endpoint] = {}
    failure: OSError | None = None
    for family, host in hosts.items():
        try:
            sockets[family] = await open_endpoint(telemetry, host)
        except OSError as error:
            failure = error
    if failure is not None and not sockets:
        raise failure
    return Asker(settings, credentials, sockets, steady)
