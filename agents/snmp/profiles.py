"""Profiles: which variables of a device family are which vitals. Read from TOML, checked whole.

A profile takes over the readings of others with ``include``. Nothing is asked here.
"""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from agents.snmp.ber import Oid, OidError, parse_oid
from diagnostics.catalogue import CATALOGUE

At = Literal["scalar", "interface", "table"]
Combine = Literal["only", "sum", "min", "max", "mean", "extreme", "p10", "any", "first"]
FALLBACK = "generic"


class ProfileError(ValueError):
    """A profile cannot be used: which, where, what was found and what is allowed."""


class Where(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of a table that count: those whose other column has this value, or matches."""

    oid: str
    equals: int | str


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One variable or column, and how it becomes a vital.

    The value is ``(oid or from - oid + plus) * times / rows of per * scale + offset``. ``from``,
    ``plus`` and ``times`` are further columns of the same row or, when they end with ".0",
    scalars. Without one of them there is no value.

    Attributes:
        vital: catalogue metric.
        oid: the variable (``scalar``: with its ".0"), or the column without index.
        object: its name in its MIB, for people.
        at: ``scalar``; ``interface``: the row of the chosen interface; ``table``: every row.
        combine: how rows of a table become one value; ``extreme`` is the farthest from zero,
            ``p10`` the tenth percentile by nearest rank, ``any`` whether one is above zero.
        scale: to the catalogue's unit.
        offset: added at last.
        from_: what the variable is taken off from.
        plus: what is added to it.
        times: what it is multiplied by.
        per: a column by whose number of rows it is divided.
        index: a pattern of the indices, with dots, of rows that count.
        where: which rows of a table count.
        words: number or identifier to word.
        absent: raw values that mean "no reading".
        counts_again: it starts from zero every quarter of an hour; it is added up.
        text: its bytes are text.
        pattern: the group of this that is the text; without a match there is none.
    """

    vital: str
    oid: str
    object: str = ""
    at: At = "scalar"
    combine: Combine = "only"
    scale: float = 1
    offset: float = 0
    from_: str = msgspec.field(default="", name="from")
    plus: tuple[str, ...] = ()
    times: str = ""
    per: str = ""
    index: str = ""
    where: Where | None = None
    words: dict[str, str] = {}
    absent: tuple[int, ...] = ()
    counts_again: bool = False
    text: bool = False
    pattern: str = ""


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which interface counts when the target names none.

    Attributes:
        names: patterns of ifName, ifDescr or ifAlias, the best first.
        types: ifType numbers (IANAifType-MIB) that may be it; empty: all.
        only_named: an interface that no pattern names is never taken.
    """

    names: tuple[str, ...] = ()
    types: tuple[int, ...] = ()
    only_named: bool = False


class SetValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A variable that is set; ``{interface}`` in the identifier is the chosen ifIndex."""

    oid: str
    value: int | str
    type: Literal["integer", "string", "gauge"] = "integer"


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a device is made to do something.

    Attributes:
        set: variables that are set, in this order, each with a request of its own.
        pause: seconds between them.
        object: what it is called in its MIB, for people.
    """

    set: tuple[SetValue, ...]
    pause: float = 0
    object: str = ""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How devices of one family are read.

    Attributes:
        name: of the file, too.
        summary: what it is for, for people.
        marks: variables that only this family has, for devices whose sysObjectID says nothing.
        sys_object_id: the prefixes of sysObjectID that pick it; the longest wins.
        include: other profiles whose readings follow its own.
        view: ``router``: the readings are the router's; ``port``: they are of the switch's port
            that a subscriber hangs on, and nothing of the switch itself counts.
        interface: which interface counts.
        read: the readings; of those for one vital the first that answers wins.
        repetitions: rows of a GETBULK; 0: the usual number.
        actions: ``reboot``, ``port_cycle``, ``cable_test``.
    """

    name: str
    summary: str
    marks: tuple[str, ...] = ()
    sys_object_id: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    view: Literal["router", "port"] = "router"
    interface: Choice = Choice()
    read: tuple[Read, ...] = ()
    repetitions: int = 0
    actions: dict[Literal["reboot", "port_cycle", "cable_test"], Action] = {}


class Book:
    """All profiles, by name and by sysObjectID."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._profiles = dict(profiles)
        self._prefixes = {
            parse_oid(prefix): profile.name
            for profile in profiles.values()
            for prefix in profile.sys_object_id
        }

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._profiles.values())

    def named(self, name: str) -> Profile:
        """The profile of this name.

        Raises:
            ProfileError: there is none.
        """
        if name not in self._profiles:
            raise ProfileError(
                f"profile {name!r} is not known; known are {', '.join(sorted(self._profiles))}"
            )
        return self._profiles[name]

    def of(self, sys_object_id: Oid) -> Profile:
        """The profile with the longest prefix of this sysObjectID, else the general one."""
        for length in range(len(sys_object_id), 0, -1):
            name = self._prefixes.get(sys_object_id[:length])
            if name is not None:
                return self._profiles[name]
        return self._profiles[FALLBACK]


def read_profile(text: str, where: str) -> Profile:
    """A profile of TOML text; ``where`` names it in errors.

    Raises:
        ProfileError: it is not TOML, or something in it is not allowed.
    """
    try:
        profile = msgspec.convert(tomllib.loads(text), Profile)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{where}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ProfileError(f"{where}: {error}") from error
    for number, read in enumerate(profile.read, 1):
        fault = _fault(read)
        if fault:
            raise ProfileError(f"{where}: read {number} ({read.vital}): {fault}")
    for action in profile.actions.values():
        for one in action.set:
            _identifier(one.oid.replace("{interface}", "1"), where)
    for prefix in profile.sys_object_id:
        _identifier(prefix, where)
    for pattern in profile.interface.names:
        _pattern(pattern, where)
    return profile


def _identifier(text: str, where: str) -> None:
    try:
        parse_oid(text)
    except OidError as error:
        raise ProfileError(f"{where}: {error}") from error


def _pattern(text: str, where: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ProfileError(f"{where}: {text!r} is no pattern: {error}") from error


def _fault(read: Read) -> str:
    """What is wrong with a reading, or nothing."""
    if read.vital not in CATALOGUE:
        return "no vital of the catalogue"
    vital = CATALOGUE[read.vital]
    others = [
        read.from_,
        read.times,
        read.per,
        *read.plus,
        *([read.where.oid] if read.where else []),
    ]
    for text in (read.oid, *filter(None, others)):
        try:
            parse_oid(text)
        except OidError as error:
            return str(error)
    if read.at != "table" and (read.combine != "only" or read.where or read.index):
        return "combine, where and index are for tables"
    if vital.is_text != (read.text or bool(read.words)):
        return f"the vital is {'a text: words or text' if vital.is_text else 'a number'}"
    if read.counts_again and vital.kind != "counter":
        return "counts_again is for counters"
    for text in (read.pattern, read.index):
        try:
            re.compile(text)
        except re.error as error:
            return f"{text!r} is no pattern: {error}"
    return ""


def _resolved(name: str, found: Mapping[str, Profile], trail: tuple[str, ...]) -> tuple[Read, ...]:
    if name in trail:
        raise ProfileError(f"profiles include each other: {' > '.join((*trail, name))}")
    if name not in found:
        raise ProfileError(f"{trail[-1]} includes {name!r}, which is not there")
    profile = found[name]
    reads = list(profile.read)
    for other in profile.include:
        reads += _resolved(other, found, (*trail, name))
    return _without_repetitions(reads)


def _without_repetitions(reads: list[Read]) -> tuple[Read, ...]:
    # A family may be included twice.
    seen: set[bytes] = set()
    kept = []
    for read in reads:
        key = msgspec.json.encode(read)
        if key not in seen:
            seen.add(key)
            kept.append(read)
    return tuple(kept)


def build(profiles: Mapping[str, Profile]) -> Book:
    """The book of profiles that may include each other.

    Raises:
        ProfileError: one includes what is not there or itself, or two want one sysObjectID.
    """
    owner: dict[str, str] = {}
    whole: dict[str, Profile] = {}
    for name, profile in profiles.items():
        for prefix in profile.sys_object_id:
            if owner.setdefault(prefix, name) != name:
                raise ProfileError(f"{name} and {owner[prefix]} both want sysObjectID {prefix}")
        whole[name] = msgspec.structs.replace(profile, read=_resolved(name, profiles, ()))
    if FALLBACK not in whole:
        raise ProfileError(f"there is no profile {FALLBACK!r}")
    return Book(whole)


@functools.cache
def _packaged() -> Mapping[str, Profile]:
    found = {}
    for entry in sorted((files(__package__) / "profiles").iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            profile = read_profile(entry.read_text(encoding="utf-8"), entry.name)
            found[profile.name] = profile
    return found


def load_profiles(folder: Path | None = None) -> Book:
    """The package's own profiles, and those of a folder, which replace ours of the same name.

    Raises:
        ProfileError: a file cannot be read, or what it says not be used.
    """
    found = dict(_packaged())
    try:
        paths = sorted(folder.glob("*.toml")) if folder is not None else []
        for path in paths:
            profile = read_profile(path.read_text(encoding="utf-8"), str(path))
            found[profile.name] = profile
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{folder}: {error}") from error
    return build(found)
