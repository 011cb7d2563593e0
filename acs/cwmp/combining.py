"""Several instances of a parameter as one value: the worst, the sum, the one that serves.

Which instances there are, and which of them count, is not decided here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from acs.cwmp.values import unsigned, word
from diagnostics.sample import Value

# The value of each instance, None when it has none, and the text of its companion or "".
Members = Sequence[tuple[Value | None, str]]
Combiner = Callable[[Members, int], Value | None]

# Words by what they count; the first that any instance has is the answer.
RANKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "link": (
            *("Up", "Error", "Initializing", "EstablishingLink", "Dormant", "LowerLayerDown"),
            *("Down", "NoLink", "NoSignal", "NotPresent", "Unavailable", "Disabled", "Unknown"),
        ),
        "radio": ("Error", "Up", "Dormant", "LowerLayerDown", "Down", "Disabled", "NotPresent"),
        "connection": (
            *("Connected", "PendingDisconnect", "Disconnecting", "Authenticating", "Connecting"),
            *("Disconnected", "Unconfigured"),
        ),
        "lease": ("Bound", "Renewing", "Rebinding", "Requesting", "Selecting", "Init"),
        "call": (
            *("InCall", "Connected", "Hold", "Alerting", "Ringing", "Delivered", "Calling"),
            *("Dialing", "Connecting", "Disconnecting", "Disconnected", "Idle"),
        ),
        "registration": (
            *("Error", "Registering", "Unregistering", "Initializing", "Testing", "Up"),
            *("Quiescent", "Disabled"),
        ),
    }
)
# A word that nobody knows may be a call; elsewhere it must not hide one that is known.
_UNKNOWN = {"call": -1}
_ORDER = {name: {text: place for place, text in enumerate(words)} for name, words in RANKS.items()}


def _place(ranks: str, text: Value) -> int:
    return _ORDER[ranks].get(str(text), _UNKNOWN.get(ranks, len(_ORDER[ranks])))


def _numbers(members: Members) -> list[float]:
    return [value for value, _ in members if value is not None and not isinstance(value, str)]


def _one(members: Members, _modulus: int) -> Value | None:
    return members[0][0] if len(members) == 1 else None


def _min(members: Members, _modulus: int) -> Value | None:
    return min(_numbers(members), default=None)


def _max(members: Members, _modulus: int) -> Value | None:
    return max(_numbers(members), default=None)


def _mean(members: Members, _modulus: int) -> Value | None:
    numbers = _numbers(members)
    return round(sum(numbers) / len(numbers), 2) if numbers else None


def _extreme(members: Members, _modulus: int) -> Value | None:
    return max(_numbers(members), key=abs, default=None)


def _p10(members: Members, _modulus: int) -> Value | None:
    """Nearest rank: a value that one of the instances has."""
    numbers = sorted(_numbers(members))
    return numbers[math.ceil(len(numbers) / 10) - 1] if numbers else None


def _any(members: Members, _modulus: int) -> Value | None:
    values = [value for value, _ in members if value is not None]
    return True in values if values else None


def _total(members: Members, _modulus: int) -> Value | None:
    numbers = _numbers(members)
    return sum(numbers) if numbers else None


def _counters(members: Members, modulus: int) -> Value | None:
    """The sum wraps as its members do, so that differences of it stay right.

    All ones say "no data" (TR-106, StatsCounter32): of several such counters there is no sum.
    """
    numbers = _numbers(members)
    if len(numbers) == 1:
        return numbers[0]
    if not numbers or modulus - 1 in numbers:
        return None
    return sum(numbers) % modulus


def _ratio(members: Members, _modulus: int) -> Value | None:
    wholes = [unsigned(text) for _, text in members]
    whole = sum(number for number in wholes if number is not None)
    if None in wholes or not whole:
        return None
    return round(sum(_numbers(members)) / whole, 6)


def _newest(members: Members, _modulus: int) -> Value | None:
    # Times of one router are written alike and sort as text; of equal ones the last row wins.
    newest = max(enumerate(members), key=lambda item: (item[1][1], item[0]), default=None)
    return None if newest is None else newest[1][0]


def _first(ranks: str) -> Combiner:
    def combine(members: Members, _modulus: int) -> Value | None:
        values = (value for value, _ in members if value is not None)
        return min(values, key=lambda value: _place(ranks, value), default=None)

    return combine


def _follow(ranks: str) -> Combiner:
    def combine(members: Members, _modulus: int) -> Value | None:
        def place(member: tuple[Value | None, str]) -> int:
            return _place(ranks, word(member[1]) or "")

        best = min(members, key=place, default=None)
        return None if best is None else best[0]

    return combine


COMBINERS: Mapping[str, Combiner] = MappingProxyType(
    {
        "one": _one,
        "min": _min,
        "max": _max,
        "mean": _mean,
        "extreme": _extreme,
        "p10": _p10,
        "any": _any,
        "total": _total,
        "counters": _counters,
        "ratio": _ratio,
        "newest": _newest,
        **{f"first:{ranks}": _first(ranks) for ranks in RANKS},
        **{f"follow:{ranks}": _follow(ranks) for ranks in RANKS},
    }
)
# These need a second value of each instance.
COMPANIONS = frozenset({"ratio", "newest", "follow"})
# These are wrong when a member is missing, so that then there is no value.
WHOLE = frozenset({"total", "counters", "ratio", "first:call"})
# These are shares of a whole: without their companion they are nothing, even of one instance.
SHARES = frozenset({"ratio"})
