"""How the reports reach the server: what a model leaves out, what is lost, late, frozen or wrong.

Physical state is in ``plant``; here nothing is caused any more, only seen badly.
"""

from typing import Any, NamedTuple

import numpy as np

from acs.simulator.cases.plant import DAY, HOUR, Plant
from acs.simulator.cases.reporting import Columns

NO_DATA = 4_294_967_295
"""A counter without data (TR-106, StatsCounter32)."""

Sample = dict[str, Any]
_SILENT = ("eth.", "lan.err")
_PERSISTENT = ("dsl.", "sys.boot", "eth.switch")
NO_READING = {"sys.temp_cpu": -274, "pon.temp": -274, "eth.speed": 0, "wifi.client_rssi_p10": 0}


class Mishaps(NamedTuple):
    """What went wrong with seeing this case, for people who look into it."""

    frozen: str | None = None
    reset: str | None = None
    gaps: int = 0
    skewed: bool = False


def observe(
    plant: Plant, columns: Columns, firmware: list[str], trouble: float
) -> tuple[list[Sample], Mishaps]:
    """The samples of a case and what went wrong with them.

    Args:
        plant: the state that ``columns`` were reported from.
        columns: the reports at all moments.
        firmware: the version at each moment.
        trouble: factor on how often something goes wrong.
    """
    rng, model, n = plant.rng, plant.model, len(plant.at)
    offers = {version: model.metrics(version) for version in set(firmware)}
    known = set().union(*offers.values())
    kept: dict[str, list[Any]] = {"sys.fw_version": list(firmware)}
    frozen, reset = _tamper(plant, columns, known, trouble)
    for name, readings in columns.items():
        if name in known:
            kept[name] = _plain(readings)
    for name in model.sentinels:
        if name in kept:
            kept[name] = [NO_DATA] * n
    for name in known & NO_READING.keys() & kept.keys():
        for index in np.flatnonzero(rng.random(n) < 0.002 * trouble):
            kept[name][index] = NO_READING[name]
    names = list(kept)
    lacking = {version: set(names) - offered for version, offered in offers.items()}
    rows = [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*kept.values(), strict=True)
    ]
    for version, row in zip(firmware, rows, strict=True):
        for name in lacking[version]:
            row.pop(name, None)
    mask, gaps = _arrivals(plant, trouble)
    samples, skewed = _sent(plant, rows, mask, trouble)
    return samples, Mishaps(frozen, reset, gaps, skewed)


def _plain(readings: object) -> list[Any]:
    """An array as plain numbers, whole where they are; NaN becomes None."""
    if not isinstance(readings, np.ndarray):
        return list(readings)  # type: ignore[call-overload,no-any-return]
    if readings.dtype.kind == "i":
        return list(readings.tolist())
    whole = np.nan_to_num(readings)
    if np.array_equal(whole, np.floor(whole)):
        numbers = whole.astype(np.int64).tolist()
    else:
        numbers = readings.tolist()
    if np.isnan(readings).any():
        return [None if gone else v for v, gone in zip(numbers, np.isnan(readings), strict=True)]
    return list(numbers)


def _tamper(
    plant: Plant, columns: Columns, known: set[str], trouble: float
) -> tuple[str | None, str | None]:
    """Freeze a counter, or reset an interface's counters though nothing restarted."""
    rng, n = plant.rng, len(plant.at)
    counters = [
        name
        for name, readings in columns.items()
        if name in known and isinstance(readings, np.ndarray) and readings.dtype.kind == "i"
    ]
    frozen = reset = None
    if counters and rng.random() < 0.04 * trouble:
        frozen = str(rng.choice(counters))
        first = int(rng.integers(n))
        columns[frozen][first:] = columns[frozen][first]  # type: ignore[index]
    if rng.random() < 0.05 * trouble:
        reset = "eth."
        first = int(rng.integers(1, n))
        for name in counters:
            if name.startswith(_SILENT) and not name.startswith(_PERSISTENT):
                readings = columns[name]
                base = readings[first - 1]  # type: ignore[index]
                after = readings[first:] - base  # type: ignore[index]
                readings[first:] = np.where(after >= 0, after, readings[first:])  # type: ignore[index]
    for name in counters:
        if rng.random() < 0.02 * trouble:  # it says "no data" now and then
            columns[name][rng.random(n) < 0.02] = NO_DATA  # type: ignore[index]  # noqa: PLR2004 - of the time
    return frozen, reset


def _arrivals(plant: Plant, trouble: float) -> tuple["np.ndarray[Any, np.dtype[np.bool_]]", int]:
    """Which moments' samples arrive at all, and how many gaps of hours there are."""
    rng, n = plant.rng, len(plant.at)
    mask = plant.reachable & (rng.random(n) > rng.choice([0.002, 0.01, 0.05]) * trouble)
    gaps = int(rng.poisson(0.35 * trouble))
    for _ in range(gaps):
        begin = plant.at[0] + rng.random() * (plant.call_at - plant.at[0] - 3 * HOUR)
        hole = (plant.at > begin) & (plant.at < begin + rng.exponential(7) * HOUR)
        mask &= ~hole
    if mask.sum() < 3:  # noqa: PLR2004 - somebody who was never heard of is no case
        mask[:3] = True
    return mask, gaps


def _sent(
    plant: Plant, rows: list[Sample], mask: "np.ndarray[Any, np.dtype[np.bool_]]", trouble: float
) -> tuple[list[Sample], bool]:
    """The rows that arrive, with the times at which they are said to."""
    rng = plant.rng
    times = np.round(plant.at + np.abs(rng.normal(0, 2, len(rows)))).astype(np.int64)
    late = rng.random(len(rows)) < 0.003 * trouble
    times[late] += rng.integers(60, 900, int(late.sum()))
    skewed = bool(rng.random() < 0.02 * trouble)
    if skewed:  # the server's own clock was wrong for half a day
        begin = plant.at[0] + rng.random() * 12 * DAY
        wrong = (plant.at > begin) & (plant.at < begin + DAY / 2)
        times[wrong] += int(rng.choice([-1, 1]) * rng.integers(120, 3000))
    doubled = rng.random(len(rows)) < 0.004 * trouble
    samples = []
    for index in np.flatnonzero(mask):
        at = min(int(times[index]), int(plant.call_at))
        samples.append({"at": at, "values": rows[index]})
        if doubled[index]:
            samples.append({"at": at + int(rng.integers(0, 3)), "values": rows[index]})
    return samples, skewed
