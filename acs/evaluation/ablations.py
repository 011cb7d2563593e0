"""Cases with one kind of knowledge taken away, to see what it is worth to the diagnosis.

Only inputs are changed; the diagnosis is the same.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from diagnostics.cases import Case, CaseSample
from diagnostics.catalogue import CATALOGUE
from diagnostics.sample import Value

_MEMORY = frozenset({"sys.mem_free", "sys.mem_util", "sys.slab_unreclaim", "sys.mem_largest_free"})
_COUNTERS = frozenset(v.metric for v in CATALOGUE.values() if v.kind == "counter")
_SEGMENT = frozenset(v.metric for v in CATALOGUE.values() if v.layer == "segment")
_RECENT = 3


def _without(case: Case, metrics: frozenset[str]) -> Case:
    samples = [
        CaseSample(at=s.at, values={k: v for k, v in s.values.items() if k not in metrics})
        for s in case.samples
    ]
    return msgspec.structs.replace(case, samples=samples)


def without_neighbours(case: Case) -> Case:
    """Nothing is known of the segment."""
    return msgspec.structs.replace(_without(case, _SEGMENT), segment_history=[])


def without_uptime(case: Case) -> Case:
    """Nothing is known of restarts: no uptime, no events of them."""
    events = [event for event in case.events if event.kind != "boot"]
    return msgspec.structs.replace(_without(case, frozenset({"sys.uptime"})), events=events)


def without_memory_trend(case: Case) -> Case:
    """Memory is known as of now alone."""
    late = case.samples[:-_RECENT]
    trimmed = _without(msgspec.structs.replace(case, samples=late), _MEMORY)
    return msgspec.structs.replace(case, samples=[*trimmed.samples, *case.samples[-_RECENT:]])


def without_reset_handling(case: Case) -> Case:
    """Counters as a naive collector keeps them: every difference is taken as growth modulo 2^32.

    A reset then looks like a wrap, and "no data" like a reading. Growth is cut to half of what is
    plausible, so that the diagnosis' own handling does not save it.
    """
    totals: dict[str, int] = {}
    before: dict[str, int] = {}
    samples: list[CaseSample] = []
    uptime, last = 0.0, 0.0
    for sample in sorted(case.samples, key=lambda each: each.at):
        values: dict[str, Value | None] = dict(sample.values)
        is_restart = _number(values.get("sys.uptime"), uptime) < uptime
        uptime = _number(values.get("sys.uptime"), uptime)
        for name in _COUNTERS & values.keys():
            reading = values[name]
            if not isinstance(reading, int):
                continue
            most = int(0.5 * CATALOGUE[name].per_second * max(0.0, sample.at - last))
            grown = min((reading - before.get(name, reading)) % 2**32, most)
            before[name] = reading
            # after a restart the diagnosis itself begins to count at 0
            begins = is_restart and CATALOGUE[name].resets != "persists"
            totals[name] = grown if begins else totals.get(name, 0) + grown
            values[name] = totals[name]
        last = sample.at
        samples.append(CaseSample(at=sample.at, values=values))
    return msgspec.structs.replace(case, samples=samples)


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


ABLATIONS: Mapping[str, Callable[[Case], Case]] = MappingProxyType(
    {
        "without neighbours": without_neighbours,
        "without uptime": without_uptime,
        "without memory trend": without_memory_trend,
        "without reset handling": without_reset_handling,
    }
)
"""Name to what takes the knowledge away."""
