"""Asking a router for many parameters: in portions, and around those that it refuses.

One bad name makes a router refuse the whole call (fault 9005); the others must not be lost. What
is asked and what becomes of the values is decided elsewhere.
"""

import re
from collections.abc import Iterable

import msgspec

from acs.cwmp.messages import Fault, GetParameterValues, ParameterValue

INVALID_NAME = 9005
# Faults that speak of the names: whoever is alone in a call that is refused so is dropped for good.
_OF_NAMES = frozenset({9003, INVALID_NAME})
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*[A-Za-z0-9_.]")


class Asking(msgspec.Struct, frozen=True):
    """A series of GetParameterValues under way.

    Attributes:
        portions: names still to be asked, call by call; the first call is the one outstanding.
        values: what came.
        dropped: names that the router does not have or give.
        skipped: names that it did not give this time.
        faults: faults so far.
    """

    portions: tuple[tuple[str, ...], ...]
    values: tuple[ParameterValue, ...] = ()
    dropped: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    faults: int = 0


def start(names: tuple[str, ...], per_call: int) -> Asking:
    """Begin to ask for ``names``, at most ``per_call`` of them at once."""
    step = max(per_call, 1)
    if len(names) <= step:
        return Asking((names,) if names else ())
    return Asking(tuple(names[i : i + step] for i in range(0, len(names), step)))


def request(asking: Asking) -> GetParameterValues | None:
    """What to ask next; None when all is asked."""
    return GetParameterValues(asking.portions[0]) if asking.portions else None


def heard(asking: Asking, parameters: tuple[ParameterValue, ...]) -> Asking:
    """The series after an answer."""
    return msgspec.structs.replace(
        asking,
        portions=asking.portions[1:],
        values=(*asking.values, *parameters) if asking.values else parameters,
    )


def hurried(asking: Asking) -> Asking:
    """The series when its time is up: what is still to be asked is skipped."""
    left = tuple(name for portion in asking.portions for name in portion)
    if not left:
        return asking
    return msgspec.structs.replace(asking, portions=(), skipped=(*asking.skipped, *left))


def refused(asking: Asking, fault: Fault, faults_limit: int) -> Asking:
    """The series after a fault: the offending names go, found by name or by halving the call.

    After ``faults_limit`` faults what is still to be asked is skipped.
    """
    if not asking.portions:
        return asking
    if asking.faults + 1 >= faults_limit:
        return msgspec.structs.replace(hurried(asking), faults=asking.faults + 1)
    portion, *rest = asking.portions
    guilty = _named(portion, fault) if fault.code in _OF_NAMES else ()
    if not guilty and len(portion) == 1:
        guilty = portion
    if guilty:
        kept = tuple(name for name in portion if name not in guilty)
        halves: tuple[tuple[str, ...], ...] = (kept,) if kept else ()
    else:
        middle = len(portion) // 2
        halves = (portion[:middle], portion[middle:])
    lasting = fault.code in _OF_NAMES
    return msgspec.structs.replace(
        asking,
        portions=(*halves, *rest),
        dropped=(*asking.dropped, *guilty) if lasting else asking.dropped,
        skipped=asking.skipped if lasting else (*asking.skipped, *guilty),
        faults=asking.faults + 1,
    )


def _named(portion: tuple[str, ...], fault: Fault) -> tuple[str, ...]:
    """Those of the names that the fault speaks of."""
    said = {parameter.name for parameter in fault.parameters}
    said.update(_words(fault.string))
    return tuple(name for name in portion if name in said)


def _words(text: str) -> Iterable[str]:
    for path in _PATH.findall(text):
        yield path
        yield path.rstrip(".")
