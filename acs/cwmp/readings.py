"""A router's parameters as vitals, by its plan. Nothing is asked, stored or judged here."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from acs.cwmp.combining import COMBINERS, SHARES, WHOLE, Combiner
from acs.cwmp.messages import ParameterValue
from acs.cwmp.plan import Joint, Plan
from acs.cwmp.sources import SOURCES
from acs.cwmp.values import KINDS, Parser, read_value, word
from diagnostics.sample import Value

# Counters of these kinds wrap here.
_MODULUS = MappingProxyType({"u32": 2**32, "u64": 2**64})
_NO_MODULUS = 2**64
# A kind's own range, where no bound of a vital can be met outside it.
_RANGES = MappingProxyType({"u32": (0, 2**32 - 1), "u64": (0, 2**64 - 1)})

# The rows of the tables that were asked whole: (table, row's leaf) to row to its path.
_Rows = dict[tuple[str, str], dict[str, str]]


class _Single(NamedTuple):
    metric: str
    name: str
    parse: Parser
    low: float | None
    high: float | None


class _Joint(NamedTuple):
    metric: str
    parse: Parser
    combine: Combiner
    modulus: int
    is_whole: bool  # wrong without any one of its members
    inner: tuple[float, float] | None  # bounds of each member
    outer: tuple[float, float] | None  # bounds of the result
    members: tuple[tuple[str, str, str], ...]
    joint: Joint


class _Readers(NamedTuple):
    """A plan with its names resolved; kept with the plan, which many routers share."""

    singles: tuple[_Single, ...]
    joints: tuple[_Joint, ...]
    wanted: frozenset[tuple[str, str]]  # tables and their rows' leaves
    alone: frozenset[str]  # names that are no row of a table


def read(plan: Plan, values: Mapping[str, str]) -> dict[str, Value]:
    """The vitals that ``values`` (path to text, as a router gave them) tell.

    A vital whose parameters are missing, empty, of the wrong type or out of range is absent.
    """
    readers: _Readers = plan.kept("readers", _resolve)
    vitals: dict[str, Value] = {}
    get = values.get
    for metric, name, parse, low, high in readers.singles:
        text = get(name)
        if text is None:
            continue
        value = parse(text)
        if value is None:
            continue
        # text has no bounds
        if low is not None and high is not None and not low <= value <= high:  # type: ignore[operator]
            continue
        vitals[metric] = value
    rows = _rows(readers, values) if readers.wanted else {}
    for joint in readers.joints:
        if joint.metric in vitals:
            continue
        value = _read_joint(joint, values, rows)
        if value is not None:
            vitals[joint.metric] = value
    return vitals


def _read_joint(reader: _Joint, values: Mapping[str, str], rows: _Rows) -> Value | None:
    get, parse, inner, joint = values.get, reader.parse, reader.inner, reader.joint
    found: list[tuple[Value | None, str]] = []
    members: Iterable[tuple[str, str, str]] = reader.members
    if joint.tables:
        members = (*reader.members, *_row_members(joint, rows))
    for name, companion, when in members:
        if joint.words and not _counts(joint, get(when) if when else None):
            continue
        text = get(name)
        value = None if text is None else parse(text)
        if inner is not None and value is not None:
            value = _within(value, inner)
        if value is None and reader.is_whole:
            return None
        found.append((value, get(companion, "") if companion else ""))
    if not found:
        return None
    value = reader.combine(found, reader.modulus)
    return value if value is None or reader.outer is None else _within(value, reader.outer)


def _within(value: Value, bounds: tuple[float, float]) -> Value | None:
    if isinstance(value, str):
        return value
    return value if bounds[0] <= value <= bounds[1] else None


def _resolve(plan: Plan) -> _Readers:
    return _Readers(
        tuple(
            _Single(s.metric, s.name, KINDS[s.kind], *(_bounds(s.kind, s.low, s.high) or _UNBOUND))
            for s in plan.singles
        ),
        tuple(_resolve_joint(joint) for joint in plan.joints),
        frozenset(
            (table.path, leaf)
            for joint in plan.joints
            for table in joint.tables
            for leaf in (table.leaf, table.companion, table.when)
            if leaf
        ),
        frozenset(plan.request),
    )


_UNBOUND = (None, None)


def _resolve_joint(joint: Joint) -> _Joint:
    bounds = _bounds(joint.kind, joint.low, joint.high)
    is_share = joint.combine in SHARES
    vital = (joint.low, joint.high)
    return _Joint(
        joint.metric,
        KINDS[joint.kind],
        COMBINERS[joint.combine],
        _MODULUS.get(joint.kind, _NO_MODULUS),
        joint.combine in WHOLE,
        # the bounds are those of the vital: the parts of a ratio have none
        None if is_share else bounds,
        (vital[0], vital[1]) if vital[0] is not None and vital[1] is not None else None,
        tuple((m.name, m.companion, m.when) for m in joint.members),
        joint,
    )


def _bounds(kind: str, low: float | None, high: float | None) -> tuple[float, float] | None:
    """What must be checked beyond the kind itself; None when nothing must."""
    if low is None or high is None:
        return None
    own = _RANGES.get(kind)
    return None if own is not None and low <= own[0] and own[1] <= high else (low, high)


def _counts(joint: Joint, text: str | None) -> bool:
    if text is None:
        return not joint.strict
    said = word(text)
    if said in joint.words:
        return True
    # booleans are written in two ways
    return said in ("1", "True", "TRUE") and "true" in joint.words


def _rows(readers: _Readers, values: Mapping[str, str]) -> _Rows:
    wanted, alone = readers.wanted, readers.alone
    rows: _Rows = {}
    for name in values:
        if name in alone:
            continue
        row, _, leaf = name.rpartition(".")
        path, _, number = row.rpartition(".")
        key = (f"{path}.", leaf)
        if key in wanted and number.isdigit():
            rows.setdefault(key, {})[number] = name
    return rows


def _row_members(joint: Joint, rows: _Rows) -> Iterator[tuple[str, str, str]]:
    for table in joint.tables:
        companions = rows.get((table.path, table.companion), {})
        conditions = rows.get((table.path, table.when), {})
        found = rows.get((table.path, table.leaf), {})
        for number, name in sorted(found.items(), key=_row_number):
            yield name, companions.get(number, ""), conditions.get(number, "")


def _row_number(row: tuple[str, str]) -> tuple[int, str]:
    return len(row[0]), row[0]


def _scalars(root: str) -> dict[str, tuple[str, int, str, float | None, float | None]]:
    """Parameters that alone tell a vital, wherever they are met: path to (metric, …)."""
    return {
        source.paths[0]: (source.metric, place, source.kind, source.low, source.high)
        for ways in SOURCES[root].values()
        for place, source in enumerate(ways)
        if len(source.patterns) == 1 and "{" not in source.paths[0]
    }


_SCALARS = MappingProxyType({root: _scalars(root) for root in SOURCES})


def read_inform(root: str, parameters: Iterable[ParameterValue]) -> dict[str, Value]:
    """The vitals among an Inform's own parameters.

    Only those that need no plan: one of several instances is not the router.
    """
    scalars = _SCALARS.get(root, {})
    vitals: dict[str, Value] = {}
    places: dict[str, int] = {}
    for parameter in parameters:
        found = scalars.get(parameter.name)
        if found is None:
            continue
        metric, place, kind, low, high = found
        value = read_value(kind, parameter.value, low, high)
        # the better source wins, whatever their order
        if value is not None and place <= places.get(metric, place):
            vitals[metric] = value
            places[metric] = place
    return vitals
