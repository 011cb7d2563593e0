"""Counters of a router: events add up, restarts begin anew, a number of bits wraps.

Which events there are is in ``reporting`` and ``lines``.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from acs.simulator.cases.household import Array

_NARROW = 32
_EXACT = 2.0**53


class Growth(NamedTuple):
    """How a counter grows.

    Attributes:
        expected: events expected between each moment and the one before.
        persists: a restart does not begin anew (TR-181, DSL.Line.Stats).
        bits: of the counter.
        exact: the events are as many as expected, not by chance.
    """

    expected: Array
    persists: bool = False
    bits: int = 32
    exact: bool = False


def count(
    rng: np.random.Generator,
    growths: Mapping[str, Growth],
    *,
    at: Array,
    dt: Array,
    restarts: Sequence[float],
    uptime_before: float,
) -> dict[str, NDArray[np.int64]]:
    """The readings of all counters at the moments ``at``.

    Args:
        rng: randomness of the case.
        growths: counter to its growth.
        at: moments, ascending, Unix seconds.
        dt: seconds since the moment before each.
        restarts: moments of restarts, in any order.
        uptime_before: uptime at the first moment if no restart came before it.
    """
    names = list(growths)
    if not names:
        return {}
    expected = np.clip(np.array([growths[name].expected for name in names]), 0, None)
    exact = np.array([growths[name].exact for name in names])
    events = np.where(exact[:, None], np.round(expected), 0.0)
    events[~exact] = rng.poisson(expected[~exact])
    totals = np.cumsum(events, axis=1)
    persists = np.array([growths[name].persists for name in names])
    per_second = events.mean(axis=1) / dt.mean()
    history = np.where(persists, 90 * 86_400.0 * rng.random(len(names)), uptime_before)
    totals += np.floor(per_second * history)[:, None]
    for restart in sorted(restarts):
        first = int(np.searchsorted(at, restart))
        if first >= len(at) or (first == 0 and restart < at[0] - dt[0]):
            continue
        since = np.clip((at[first] - restart) / dt[first], 0, 1)
        base = totals[:, first] - np.floor(events[:, first] * since)
        totals[:, first:] -= np.where(persists, 0, base)[:, None]
    bits = np.array([growths[name].bits for name in names], dtype=float)[:, None]
    readings = np.mod(totals, np.where(bits == _NARROW, 2.0**_NARROW, _EXACT))
    return dict(zip(names, readings.astype(np.int64), strict=True))
