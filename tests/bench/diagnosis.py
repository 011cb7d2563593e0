"""How good the diagnosis is on simulated cases: twenty seeds of each set against every bar.

Run as ``python -m tests.bench.diagnosis [--quick] [--html FILE]``; ``make evaluate`` does. About
ten minutes on two cores, one with ``--quick``. All figures are of simulated cases.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np

from acs.actions.incident_settings import IncidentSettings
from acs.evaluation import report as reporting
from acs.evaluation.bars import Bar, bars
from acs.evaluation.baselines import SIMPLE
from acs.evaluation.incidents import Detection, Fleet, detect
from acs.evaluation.judging import Examples, Judged, examples, joined, judge
from acs.evaluation.page import page
from acs.evaluation.report import LEARNED, Report
from acs.evaluation.speed import measure
from acs.simulator.cases.generator import cases, lines
from acs.simulator.cases.scenario import SetName
from diagnostics.cases import Case, Label, decode_case, decode_label
from diagnostics.thresholds import Thresholds

SETS: tuple[SetName, ...] = ("in", "unseen", "hard", "perturbed")
SEEDS, QUICK_SEEDS = 20, 4
CASES, QUICK_CASES = 100, 40
TRAINING_SEEDS, TRAINING_CASES = 8, 500
FIRST_TRAINING_SEED = 900  # never one of the seeds that are judged
INFORM = 300.0

Key = tuple[SetName, int, int]


def pairs(key: Key) -> Iterator[tuple[Case, Label]]:
    """The cases of a set, through the file format as everybody gets them."""
    name, seed, count = key
    for made in cases(count, seed, name):
        line = lines(made)
        yield decode_case(line.case), decode_label(line.label)


def judged(key: Key) -> Judged:
    """One seed of one set, judged; ablations for the set of known models alone."""
    return judge(pairs(key), Thresholds(), ablate=key[0] == "in")


def learned_from(key: Key) -> Examples:
    """One seed of training cases."""
    return examples(pairs(key))


def together(parts: Iterable[Examples]) -> Examples:
    """All training cases as one."""
    every = list(parts)
    return Examples(
        [label for part in every for label in part.labels],
        np.concatenate([part.features for part in every]),
        np.concatenate([part.costs for part in every]),
    )


def evaluated(*, quick: bool) -> dict[str, Report]:
    """Every set's report."""
    seeds, count = (QUICK_SEEDS, QUICK_CASES) if quick else (SEEDS, CASES)
    training: list[Key] = [
        ("train", FIRST_TRAINING_SEED + number, TRAINING_CASES // (5 if quick else 1))
        for number in range(TRAINING_SEEDS // (2 if quick else 1))
    ]
    keys: list[Key] = [(name, seed, count) for name in SETS for seed in range(1, seeds + 1)]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        train = together(pool.map(learned_from, training))
        parts = list(pool.map(judged, keys))
    every = {
        name: joined(part for key, part in zip(keys, parts, strict=True) if key[0] == name)
        for name in SETS
    }
    whole = joined(every.values())
    names = [*SIMPLE, "best threshold", *LEARNED]
    choices = reporting.baselines(names, train, whole)
    found: dict[str, Report] = {}
    first = 0
    for name, each in every.items():
        mine = slice(first, first + len(each.labels))
        first = mine.stop
        here = {policy: chosen[mine] for policy, chosen in choices.items()}
        found[name] = reporting.report(each, here, train, np.random.default_rng(0))
    return found


def incidents(*, quick: bool) -> dict[str, Detection]:
    """Detection with the daemon's defaults, and with Informs every five minutes."""
    few = {"incidents": 60, "segments": 300} if quick else {"incidents": 300, "segments": 2500}
    fleets = {
        "Informs every hour": Fleet(),
        "Informs every hour, no router can be asked": Fleet(reachable=0.0),
        "Informs every 5 minutes": Fleet(inform=INFORM),
    }
    rng = np.random.default_rng(1)
    return {
        name: detect(fleet, IncidentSettings(), Thresholds(), rng, **few)
        for name, fleet in fleets.items()
    }


def lines_of(reports: dict[str, Report], found: dict[str, Detection]) -> Iterator[str]:
    """What was found, line by line."""
    for name, report in reports.items():
        yield f"\n{name}: {report.cases} simulated calls"
        for policy in report.policies:
            cost, more = policy.cost, policy.difference
            yield (
                f"  {policy.name:22}{cost.mean:7.1f} ({cost.low:.1f} to {cost.high:.1f})  closed "
                f"{policy.closed:6.3f}  less the diagnosis {more.mean:+.1f} "
                f"({more.low:+.1f} to {more.high:+.1f})"
            )
        for access in report.access:
            yield (
                f"  {access.name:22}{access.cost.mean:7.1f}  closed {access.closed:6.3f}  "
                f"right {access.correct:.2f}  ({access.cases})"
            )
        for taken, more in report.ablations.items():
            yield f"  {taken:22}{more.mean:+7.2f} ({more.low:+.2f} to {more.high:+.2f})"
    for name, each in found.items():
        yield (
            f"\nincidents, {name}: median {minutes(each.median)}, by the verdict "
            f"{minutes(each.by_diagnosis)}, missed {each.missed:.1%}; {each.imagined:.1f} false "
            f"per 100,000 routers and week ({each.routers} routers)"
        )


def minutes(value: float | None) -> str:
    """A time in words."""
    return "never" if value is None else f"{value:.0f} min"


def table_of(judged_by: list[Bar]) -> Iterator[str]:
    """Every bar, kept or missed."""
    words = {True: "kept", False: "MISSED", None: ""}
    yield f"\n{'measure':62}{'bar':18}{'':8}found"
    for bar in judged_by:
        yield f"{bar.measure:62}{bar.bar:18}{words[bar.kept]:8}{bar.found}"


def main() -> int:
    """Run it; 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few cases, about a minute")
    parser.add_argument("--html", type=Path, help="also write a page with figures")
    arguments = parser.parse_args()
    began = time.monotonic()
    reports = evaluated(quick=arguments.quick)
    found = incidents(quick=arguments.quick)
    some = chain.from_iterable(pairs((name, 99, 40)) for name in SETS)
    speed = measure((case for case, _ in some), Thresholds())
    judged_by = bars(reports, found["Informs every hour"], speed)
    text = [
        *lines_of(reports, found),
        *table_of(judged_by),
        f"\nfolding a sample into a window: {speed.sample:.0f} µs of CPU",
        f"took {time.monotonic() - began:.0f} s",
    ]
    sys.stdout.write("\n".join(text) + "\n")
    if arguments.html is not None:
        conditions = "All figures are of simulated cases, made from causal models of the faults."
        arguments.html.write_text(page(reports, conditions=conditions), encoding="utf-8")
    return int(any(bar.kept is False for bar in judged_by))


if __name__ == "__main__":
    sys.exit(main())
