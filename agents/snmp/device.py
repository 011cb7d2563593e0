"""One device read by its profile: which family it is, which interface counts, what it says.

What is learned on the way is kept in ``Memory``, which the caller may store. Nothing is scheduled
here.
"""

import msgspec

from agents.reading import Gathering, Reading, checked
from agents.snmp.ber import Oid, parse_oid
from agents.snmp.converting import (
    added_up,
    combined,
    one_value,
    rows_of,
    said,
    unwrapped,
)
from agents.snmp.errors import SnmpError
from agents.snmp.interfaces import Interface, choose
from agents.snmp.pdus import Raw, Varbind
from agents.snmp.profiles import Book, Profile, Read
from agents.snmp.session import SnmpSession

UPTIME = "1.3.6.1.2.1.1.3.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
_IF_NAME, _IF_ALIAS = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.18"
_IF_DESCR, _IF_TYPE, _IF_OPER = (
    *("1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.3"),
    "1.3.6.1.2.1.2.2.1.8",
)
_DEFAULT_ROUTE = "1.3.6.1.2.1.4.21.1.2.0.0.0.0"
_ASK_AGAIN = 86_400.0  # seconds: what a device did not have may come with a new firmware


class Kept(msgspec.Struct, frozen=True):
    """The interface that was taken: its ifIndex then, and the name that stays when it moves."""

    index: int
    label: str
    has_name: bool  # whether the label is ifName, else ifDescr


class Memory(msgspec.Struct):
    """What is known of a device from earlier readings.

    Attributes:
        sys_object_id: which family it was.
        profile: the name of its profile; empty: not known yet.
        kept: the interface that counts.
        lacking: variables that it did not have.
        lacking_since: when that was learned, Unix seconds.
        sums: of counters that begin again, by identifier: raw value and sum.
        uptime: seconds that it was up, and when it said so.
    """

    sys_object_id: str = ""
    profile: str = ""
    kept: Kept | None = None
    lacking: set[str] = msgspec.field(default_factory=set)
    lacking_since: float = 0
    sums: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    uptime: tuple[float, float] | None = None


class Device:
    """A device that is read again and again.

    Args:
        session: how it is asked.
        book: the profiles.
        memory: what is known of it; changed by reading.
        profile: the name of its profile; empty: by its sysObjectID.
        interface: the interface that counts, as its ifName, ifDescr, ifAlias or "#" and ifIndex;
            empty: by the profile.
    """

    def __init__(
        self,
        session: SnmpSession,
        book: Book,
        memory: Memory,
        *,
        profile: str = "",
        interface: str = "",
    ) -> None:
        self.session = session
        self.memory = memory
        self._book = book
        self._profile = profile
        self._interface = interface

    async def read(self, at: float) -> Reading:
        """What the device says now, Unix seconds.

        Raises:
            SnmpError: it cannot be asked.
            ProfileError: its profile is not known.
        """
        notes: list[str] = []
        profile = await self.identify(at)
        if at - self.memory.lacking_since > _ASK_AGAIN:
            self.memory.lacking, self.memory.lacking_since = set(), at
        if _needs_interface(profile) and self.memory.kept is None:
            notes.append(await self.find_interface(profile))
        cells = await self._scalars(profile)
        moved = self._moved(cells)
        if moved:
            notes += [moved, await self.find_interface(profile)]
            cells = await self._scalars(profile)
        if _text(cells, OBJECT_ID) != self.memory.sys_object_id:
            self.memory.profile = ""  # another device answers now: known the next time
            notes.append("the device is another one than before")
        columns = await self._columns(profile)
        return self._converted(profile, cells, columns, at, notes)

    async def identify(self, at: float) -> Profile:
        """The device's profile, by name, sysObjectID or the variables that mark a family.

        Raises:
            SnmpError: the device cannot be asked.
            ProfileError: the profile is not known.
        """
        memory = self.memory
        if memory.profile and self._profile in ("", memory.profile):
            return self._book.named(memory.profile)
        found = await self.session.get([parse_oid(OBJECT_ID)])
        object_id = _text(found, OBJECT_ID)
        if self._profile:
            profile = self._book.named(self._profile)
        else:
            profile = self._book.of(parse_oid(object_id) if object_id.count(".") > 1 else ())
            if profile.name == "generic":
                profile = await self._marked() or profile
        if (memory.sys_object_id, memory.profile) != (object_id, profile.name):
            memory.kept, memory.lacking, memory.sums = None, set(), {}
        memory.sys_object_id, memory.profile = object_id, profile.name
        memory.lacking_since = at
        return profile

    async def _marked(self) -> Profile | None:
        marks = {mark: profile for profile in self._book for mark in profile.marks}
        found = await self.session.get([parse_oid(mark) for mark in marks])
        for mark, profile in marks.items():
            if parse_oid(mark) in found:
                return profile
        return None

    async def find_interface(self, profile: Profile) -> str:
        """Choose the interface that counts, keep it, and say why it or why none."""
        names = await self.session.walk(parse_oid(_IF_NAME))
        descrs = await self.session.walk(parse_oid(_IF_DESCR))
        aliases = await self.session.walk(parse_oid(_IF_ALIAS)) if names else {}
        types = await self.session.walk(parse_oid(_IF_TYPE))
        states = await self.session.walk(parse_oid(_IF_OPER))
        rows = [
            Interface(
                index[0],
                _said(names, index),
                _said(descrs, index),
                _said(aliases, index),
                _integer(types, index),
                _integer(states, index),
            )
            for index in sorted({*names, *descrs})
            if len(index) == 1
        ]
        route = None
        if not self._interface and not profile.interface.only_named:
            oid = parse_oid(_DEFAULT_ROUTE)
            route = _integer(await self.session.get([oid]), oid) or None
        best, why = choose(rows, profile.interface, wanted=self._interface, route=route)
        self.memory.kept = None if best is None else Kept(best.index, best.label, bool(best.name))
        return why

    # --- asking -------------------------------------------------------------------------------

    async def _scalars(self, profile: Profile) -> dict[Oid, Varbind]:
        """Everything that GET can fetch: scalars, and the row of the interface."""
        kept, lacking = self.memory.kept, self.memory.lacking
        wanted = dict.fromkeys([UPTIME, OBJECT_ID])
        if kept is not None:
            wanted[_label_of(kept)] = None
        for read in profile.read:
            if read.at == "table" or (read.at == "interface" and kept is None):
                continue
            for oid in (read.oid, read.from_, read.times, *read.plus):
                if oid:
                    wanted[_instance(read, oid, kept)] = None
        asked = [oid for oid in wanted if oid not in lacking]
        found = await self.session.get([parse_oid(oid) for oid in asked])
        lacking.update(oid for oid in asked if parse_oid(oid) not in found)
        return found

    async def _columns(self, profile: Profile) -> dict[str, dict[Oid, Varbind]]:
        """The walked columns; one that is empty spares its companions."""
        lacking = self.memory.lacking
        columns: dict[str, dict[Oid, Varbind]] = {}
        for read in profile.read:
            others = [oid for oid in (read.from_, read.times, *read.plus) if oid[-2:] != ".0"]
            own = [read.oid, *others, *([read.where.oid] if read.where else [])]
            for oid in [*(own if read.at == "table" else ()), read.per]:
                if not oid or oid in lacking or oid in columns:
                    continue
                if oid in others and not columns.get(read.oid):
                    continue
                columns[oid] = await self.session.walk(parse_oid(oid))
                if not columns[oid]:
                    lacking.add(oid)
        return columns

    def _moved(self, cells: dict[Oid, Varbind]) -> str:
        kept = self.memory.kept
        if kept is None:
            return ""
        name = _text(cells, _label_of(kept))
        if name == kept.label:
            return ""
        self.memory.lacking.clear()
        return f"interface {kept.index} is {name or 'gone'} now, it was {kept.label}"

    # --- converting ---------------------------------------------------------------------------

    def _converted(
        self,
        profile: Profile,
        cells: dict[Oid, Varbind],
        columns: dict[str, dict[Oid, Varbind]],
        at: float,
        notes: list[str],
    ) -> Reading:
        gathering = Gathering()
        kept = self.memory.kept

        row_index = 0 if kept is None else kept.index

        def scalar(oid: str) -> Raw:
            return _value(cells, oid)

        def beside(oid: str) -> Raw:
            return _value(cells, oid if oid.endswith(".0") else f"{oid}.{row_index}")

        for read in profile.read:
            source = read.object or read.oid
            if read.at == "interface" and kept is None:
                gathering.lack(read.vital, "no interface was found to be the one that counts")
            elif read.at == "table":
                rows = rows_of(read, columns, scalar)
                if not columns.get(read.oid):
                    gathering.lack(read.vital, f"{source} has no rows")
                    continue
                value = combined(read, rows)
                self._put(gathering, read, value, columns, f"{len(rows)} rows")
            else:
                raw = _value(cells, _instance(read, read.oid, kept))
                if raw is None:
                    gathering.lack(read.vital, f"the device has no {source}")
                    continue
                row = one_value(read, raw, beside if read.at == "interface" else scalar)
                self._put(gathering, read, row, columns, said(raw))
        uptime = self._uptime(gathering, cells, at)
        return Reading(
            gathering.vitals,
            gathering.missing(),
            tuple(gathering.lines),
            profile.name,
            "" if kept is None else kept.label,
            uptime,
            tuple(filter(None, notes)),
            of_port=profile.view == "port",
        )

    def _put(
        self,
        gathering: Gathering,
        read: Read,
        value: object,
        columns: dict[str, dict[Oid, Varbind]],
        told: str,
    ) -> None:
        if read.per and isinstance(value, int | float):
            rows = len(columns.get(read.per, {}))
            value = value / rows if rows else None
        if read.counts_again and isinstance(value, int):
            raw, total = added_up(value, self.memory.sums.get(read.oid))
            self.memory.sums[read.oid], value = (raw, total), total
        assert value is None or isinstance(value, int | float | str)
        gathering.put(read.vital, value, read.object or read.oid, told)

    def _uptime(self, gathering: Gathering, cells: dict[Oid, Varbind], at: float) -> float | None:
        """Seconds since the device's start; ``sys.uptime`` is put right when it has wrapped."""
        own = gathering.vitals.get("sys.uptime")
        ticks = _value(cells, UPTIME)
        if isinstance(own, int | float):
            seconds = float(own)
        elif isinstance(ticks, int):
            seconds = ticks / 100
        else:
            return None
        seconds = unwrapped(seconds, self.memory.uptime, at)
        self.memory.uptime = (seconds, at)
        if own is not None:
            value, _ = checked("sys.uptime", seconds)
            if value is not None:
                gathering.vitals["sys.uptime"] = value
        return seconds


def _needs_interface(profile: Profile) -> bool:
    return any(read.at == "interface" for read in profile.read)


def _instance(read: Read, oid: str, kept: Kept | None) -> str:
    if not oid or read.at != "interface" or kept is None or oid.endswith(".0"):
        return oid
    return f"{oid}.{kept.index}"


def _label_of(kept: Kept) -> str:
    return f"{_IF_NAME if kept.has_name else _IF_DESCR}.{kept.index}"


def _value(cells: dict[Oid, Varbind], oid: str) -> Raw:
    cell = cells.get(parse_oid(oid)) if oid else None
    return None if cell is None else cell.value


def _text(cells: dict[Oid, Varbind], oid: str) -> str:
    raw = _value(cells, oid)
    return "" if raw is None else said(raw)


def _said(cells: dict[Oid, Varbind], index: Oid) -> str:
    cell = cells.get(index)
    return "" if cell is None else said(cell.value)


def _integer(cells: dict[Oid, Varbind], index: Oid) -> int:
    cell = cells.get(index)
    return cell.value if cell is not None and isinstance(cell.value, int) else 0


__all__ = ["Device", "Kept", "Memory", "SnmpError"]
