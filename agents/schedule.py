"""When each target is read next, and how many at a time. Pure: times and chance are arguments.

Nothing is asked and nothing remembered here.
"""

import ipaddress
from collections.abc import Callable

import msgspec

_SLOWEST = 8  # doublings of the interval of a target that does not answer
_V4_PREFIX, _V6_PREFIX = 24, 56


class Pace(msgspec.Struct, frozen=True):
    """How often targets are read.

    Attributes:
        interval: seconds between two readings of one that is well.
        watched: the same of one that is ill, or whose subscriber is on the line.
        longest: the most between two tries of one that does not answer.
        jitter: by which share of the interval it varies, so that targets do not march in step.
    """

    interval: float = 300.0
    watched: float = 60.0
    longest: float = 6 * 3600.0
    jitter: float = 0.1


def next_due(
    now: float,
    pace: Pace,
    *,
    failures: int,
    is_watched: bool,
    uniform: Callable[[float, float], float],
) -> float:
    """When a target that was just read, or could not be, is due again.

    Args:
        now: Unix seconds.
        pace: how often.
        failures: readings in a row that failed; each doubles the time.
        is_watched: whether it is ill or a contact is open; failures count all the same.
        uniform: chance between two bounds.
    """
    base = pace.watched if is_watched else pace.interval
    waits: float = min(base * 2.0 ** min(failures, _SLOWEST), max(pace.longest, base))
    return now + waits * uniform(1 - pace.jitter, 1 + pace.jitter)


def first_due(
    now: float, pace: Pace, last_due: float | None, uniform: Callable[[float, float], float]
) -> float:
    """When a target is due after a start, or after it was added.

    One that is overdue, because nobody polled for a while, is spread over an interval: all of them
    at once would be a herd.
    """
    if last_due is not None and last_due > now:
        return min(last_due, now + max(pace.longest, pace.interval))
    return now + uniform(0.0, pace.interval)


def subnet_of(address: str) -> str:
    """The network whose devices share a line as a rule: /24 of IPv4, /56 of IPv6."""
    parsed = ipaddress.ip_address(address)
    prefix = _V4_PREFIX if parsed.version == 4 else _V6_PREFIX  # noqa: PLR2004 - of IP
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


class Limits(msgspec.Struct, frozen=True):
    """How many readings at a time.

    Attributes:
        at_once: in all.
        at_once_ssh: of these by SSH, which costs a hundred times as much.
        subnet_rate: readings a second that may begin in one subnet.
        subnet_burst: how many of them may begin together.
    """

    at_once: int = 256
    at_once_ssh: int = 32
    subnet_rate: float = 20.0
    subnet_burst: int = 10


class Admission:
    """Who may begin now: a bound for all, one for SSH, and a rate for each subnet.

    Args:
        limits: the bounds.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running = 0
        self._running_ssh = 0
        self._buckets: dict[str, tuple[float, float]] = {}

    @property
    def free(self) -> int:
        """How many more may begin at once."""
        return self._limits.at_once - self._running

    @property
    def running(self) -> int:
        """How many have begun and not ended."""
        return self._running

    def begin(self, subnet: str, now: float, *, by_ssh: bool) -> bool:
        """Whether one may begin; if so it counts until ``end``."""
        limits = self._limits
        if self._running >= limits.at_once:
            return False
        if by_ssh and self._running_ssh >= limits.at_once_ssh:
            return False
        tokens, since = self._buckets.get(subnet, (float(limits.subnet_burst), now))
        tokens = min(
            float(limits.subnet_burst), tokens + max(0.0, now - since) * limits.subnet_rate
        )
        if tokens < 1:
            return False
        self._buckets[subnet] = (tokens - 1, now)
        self._running += 1
        self._running_ssh += by_ssh
        return True

    def end(self, *, by_ssh: bool) -> None:
        """One has ended."""
        self._running -= 1
        self._running_ssh -= by_ssh

    def tidy(self, now: float) -> None:
        """Forget subnets whose bucket is full again."""
        full = self._limits.subnet_burst / self._limits.subnet_rate
        self._buckets = {
            subnet: (tokens, since)
            for subnet, (tokens, since) in self._buckets.items()
            if now - since < full
        }
