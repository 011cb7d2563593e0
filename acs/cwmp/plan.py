"""How to read one model of router: which names to ask for, and what to make of the answers.

A plan is made once from the names that a router has, kept by storage, and shared by routers alike.
Nothing is asked of a router here, and no value is read.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

import msgspec

from acs.cwmp.combining import SHARES, WHOLE
from acs.cwmp.names import Names, fill, first_instance, natural
from acs.cwmp.sources import DIGEST, SOURCES, Condition, Source
from acs.cwmp.topology import Topology, survey

T = TypeVar("T")

FORMAT = 1


# What of a router's names can matter to a plan: values, and tables that are asked whole.
_PATTERNS = frozenset(
    part
    for ways in SOURCES.values()
    for sources in ways.values()
    for source in sources
    for pattern in source.patterns
    for part in (pattern.replace("{*}", "{i}"), pattern.partition("{*}")[0])
)


class UnreadablePlanError(ValueError):
    """The stored plan is not one that this version reads; the router must be discovered again."""


class Single(msgspec.Struct, frozen=True, array_like=True):
    """A vital that one parameter tells. ``low`` and ``high`` are None for text."""

    metric: str
    name: str
    kind: str
    low: float | None
    high: float | None


class Member(msgspec.Struct, frozen=True, array_like=True):
    """One instance: the names of its value, of its companion and of its condition, or ""."""

    name: str
    companion: str
    when: str


class Table(msgspec.Struct, frozen=True, array_like=True):
    """Rows of a table that is asked whole: its path, and the leaves of a row to take."""

    path: str
    leaf: str
    companion: str
    when: str


class Joint(msgspec.Struct, frozen=True, array_like=True):
    """A vital that several parameters tell together, see ``combining``."""

    metric: str
    kind: str
    combine: str
    low: float | None
    high: float | None
    words: tuple[str, ...]  # of the condition
    strict: bool
    members: tuple[Member, ...]
    tables: tuple[Table, ...]


class Plan(msgspec.Struct, frozen=True, dict=True):
    """What to ask and how to read it.

    Attributes:
        root: "Device." or "InternetGatewayDevice.".
        request: names for GetParameterValues; one that ends with "." is a table.
        singles, joints: the vitals; of several joints for one, the first that has a value counts.
        refused: names that the router lists and does not give (fault 9005).
        stale: names vanished in use, so the tree has changed: discover again.
        sources: digest of the table of sources that it was made with.
        names_per_call: names in one call that the model is known to bear; 0: nothing is known.
    """

    root: str
    request: tuple[str, ...]
    singles: tuple[Single, ...]
    joints: tuple[Joint, ...]
    refused: tuple[str, ...] = ()
    stale: bool = False
    sources: str = DIGEST
    format: int = FORMAT
    names_per_call: int = 0

    @property
    def metrics(self) -> frozenset[str]:
        """Names of the vitals that it may read."""
        return frozenset(s.metric for s in self.singles).union(j.metric for j in self.joints)

    def kept(self, key: str, make: Callable[["Plan"], T]) -> T:
        """What ``make`` makes of the plan, made once: routers by the thousand share a plan.

        No part of its value: neither compared nor encoded.
        """
        made: T = self.__dict__.get(key) or make(self)
        self.__dict__[key] = made
        return made


def compile_plan(
    root: str,
    names: Collection[str],
    selectors: Mapping[str, str],
    refused: Collection[str] = (),
) -> Plan:
    """Make the plan of a router.

    Args:
        root: its root object.
        names: all its paths, objects (ending in ".") too.
        selectors: values of the names that ``topology.selectors_in`` chose; those that were not
            read are missing.
        refused: names that it is known not to give.
    """
    known = Names((n for n in names if n not in frozenset(refused)), _PATTERNS)
    topology = survey(names, selectors)
    readers: list[Single | Joint] = []
    for ways in SOURCES.get(root, {}).values():
        for source in ways:
            reader = _reader(source, known, topology)
            if reader is not None:
                readers.append(reader)
            # the leaves of a table that may be empty now are not known: the other ways stay too
            if reader is not None and (isinstance(reader, Single) or reader.members):
                break
    singles = tuple(reader for reader in readers if isinstance(reader, Single))
    joints = tuple(reader for reader in readers if isinstance(reader, Joint))
    return Plan(
        root=root,
        request=_request(singles, joints),
        singles=singles,
        joints=joints,
        refused=tuple(sorted(refused)),
    )


def _reader(source: Source, known: Names, topology: Topology) -> Single | Joint | None:
    when = source.when or Condition("", (), strict=False)
    tables = _tables(source, known, topology, when)
    members = () if tables else _members(source, known, topology, when)
    if not tables and not members:
        return None
    if source.combine == "one" and len(members) > 1:
        return None
    if len(members) == 1 and not members[0].when and _is_plain(source.combine):
        only = members[0].name
        return Single(source.metric, only, source.kind, source.low, source.high)
    return Joint(
        source.metric,
        source.kind,
        source.combine,
        source.low,
        source.high,
        when.words,
        when.strict,
        members,
        tables,
    )


def _is_plain(combine: str) -> bool:
    """Whether the combination of one instance is that instance."""
    return combine not in SHARES


def _members(
    source: Source, known: Names, topology: Topology, when: Condition
) -> tuple[Member, ...]:
    members = []
    for path in source.paths:
        for name in known.of(path):
            companion = known.known(fill(source.companion, name))
            condition = known.known(fill(when.path, name))
            if not topology.takes(source.scope, first_instance(name)):
                continue
            if not (companion or _is_plain(source.combine)) or (when.strict and not condition):
                continue
            members.append(Member(name, companion, condition))
    return tuple(members)


def _tables(source: Source, known: Names, topology: Topology, when: Condition) -> tuple[Table, ...]:
    pattern, star, leaf = source.paths[0].partition("{*}.")
    if not star:
        return ()
    paths = set(known.of(pattern))
    for name in known.of(f"{pattern}{{i}}.{leaf}"):
        paths.add(name.removesuffix(f".{leaf}").rpartition(".")[0] + ".")
    return tuple(
        Table(path, leaf, source.companion.rpartition(".")[2], when.path.rpartition(".")[2])
        for path in sorted(paths, key=natural)
        if topology.takes(source.scope, first_instance(path))
    )


def _names_of(joint: Joint) -> Iterator[str]:
    for member in joint.members:
        yield from (member.name, member.companion, member.when)
    for table in joint.tables:
        yield table.path


def _request(singles: Iterable[Single], joints: Iterable[Joint]) -> tuple[str, ...]:
    wanted = {single.name for single in singles}
    wanted.update(name for joint in joints for name in _names_of(joint) if name)
    return tuple(sorted(wanted))


def without(plan: Plan, dropped: Collection[str], *, stale: bool) -> Plan:
    """The plan when the router refuses these names: what needs them is read otherwise or not.

    A sum that has lost a part is no sum and goes too.
    """
    gone = frozenset(dropped)
    singles = tuple(single for single in plan.singles if single.name not in gone)
    joints = tuple(
        kept for joint in plan.joints if (kept := _joint_without(joint, gone)) is not None
    )
    return msgspec.structs.replace(
        plan,
        request=_request(singles, joints),
        singles=singles,
        joints=joints,
        refused=tuple(sorted(gone.union(plan.refused))),
        stale=plan.stale or stale,
    )


def _joint_without(joint: Joint, gone: frozenset[str]) -> Joint | None:
    members = tuple(
        Member(m.name, "" if m.companion in gone else m.companion, "" if m.when in gone else m.when)
        for m in joint.members
        if m.name not in gone
        and not (m.companion in gone and not _is_plain(joint.combine))
        and not (m.when in gone and joint.strict)
    )
    tables = tuple(table for table in joint.tables if table.path not in gone)
    lost = len(members) < len(joint.members)
    if not (members or tables) or (lost and joint.combine in WHOLE):
        return None
    return msgspec.structs.replace(joint, members=members, tables=tables)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Plan)


def encode_plan(plan: Plan) -> bytes:
    """The plan as storage keeps it: equal plans give equal bytes."""
    return _encoder.encode(plan)


@lru_cache(maxsize=512)
def decode_plan(data: bytes) -> Plan:
    """The plan in these bytes; routers of one model share the one object.

    Raises:
        UnreadablePlanError: not a plan, or of another format.
    """
    try:
        plan = _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise UnreadablePlanError(str(error)) from error
    if plan.format != FORMAT:
        raise UnreadablePlanError(f"format {plan.format}, not {FORMAT}")
    return plan


def plan_key(data: bytes) -> str:
    """The name under which storage keeps an encoded plan: a hash of it."""
    return hashlib.sha256(data).hexdigest()[:32]
