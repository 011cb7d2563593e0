"""The bars that the diagnosis is measured by, and whether a run kept them.

The bars are the project's own; a figure is never rounded in favour of one.
"""

from collections.abc import Iterator, Mapping

import msgspec

from acs.evaluation.incidents import Detection
from acs.evaluation.report import ENGINE, Report
from acs.evaluation.speed import Speed

GAP, GAP_UNSEEN = 0.85, 0.80
REBOOTS = 0.80
UNNEEDED = 0.10
NEAR_BOOSTING = 1.05
ECE = 0.05
DETECT_MINUTES, IMAGINED = 10.0, 1.0
VERDICT_US = 300.0

KNOWN, UNSEEN = "in", "unseen"
_BOOSTING = "gradient boosting"


class Bar(msgspec.Struct, frozen=True):
    """One bar.

    Attributes:
        measure: what is measured.
        bar: the limit in words.
        found: the figure in words.
        kept: whether it was kept; None when it could not be measured.
    """

    measure: str
    bar: str
    found: str
    kept: bool | None


def bars(
    reports: Mapping[str, Report], detection: Detection | None, speed: Speed | None
) -> list[Bar]:
    """Every bar; ``reports`` by the name of the set of cases."""
    found = [*_of_sets(reports)]
    violations = sum(report.violations for report in reports.values())
    asked = sum(report.asked for report in reports.values())
    found.append(Bar("guard violations", "0", f"{violations} of {asked} reboots", violations == 0))
    if detection is not None:
        late = detection.median
        text = "most were missed" if late is None else f"{late:.0f} min"
        found += [
            Bar(
                "incident: time to detect, 3 or more routers",
                f"median <= {DETECT_MINUTES:.0f} min",
                text,
                late is not None and late <= DETECT_MINUTES,
            ),
            Bar(
                "incident: false ones per 100,000 routers and week",
                f"<= {IMAGINED:.0f}",
                f"{detection.imagined:.1f}",
                detection.imagined <= IMAGINED,
            ),
        ]
    if speed is not None:
        text = f"{speed.verdict:.0f} µs"
        measure = "CPU of one verdict, 14 days of hourly samples, in a sweep"
        found.append(Bar(measure, f"<= {VERDICT_US:.0f} µs", text, speed.verdict <= VERDICT_US))
    return found


def _of_sets(reports: Mapping[str, Report]) -> Iterator[Bar]:
    for name, report in reports.items():
        engine = report.policy(ENGINE)
        assert engine is not None
        limit = GAP if name == KNOWN else GAP_UNSEEN if name == UNSEEN else None
        yield Bar(
            f"share of the gap closed, {name}",
            "for information" if limit is None else f">= {limit:.2f}",
            f"{engine.closed:.3f}",
            None if limit is None else engine.closed >= limit,
        )
        if name == UNSEEN:
            for what, value in (
                ("precision", engine.reboots.precision),
                ("recall", engine.reboots.recall),
            ):
                text = "none" if value is None else f"{value:.3f}"
                is_kept = None if value is None else value >= REBOOTS
                yield Bar(f"reboot {what}, {name}", f">= {REBOOTS:.2f}", text, is_kept)
        share = report.unneeded / report.visits if report.visits else 0.0
        yield Bar(
            f"unneeded technician visits, {name}",
            f"<= {UNNEEDED:.0%}",
            f"{share:.1%} ({report.unneeded} of {report.visits})",
            share <= UNNEEDED,
        )
        yield Bar(f"calibration (ECE), {name}", f"<= {ECE}", f"{report.ece:.3f}", report.ece <= ECE)
        yield from _beside_boosting(name, report)


def _beside_boosting(name: str, report: Report) -> Iterator[Bar]:
    engine, boosting = report.policy(ENGINE), report.policy(_BOOSTING)
    if engine is None or boosting is None or name not in (KNOWN, UNSEEN):
        return
    gap = boosting.difference
    text = (
        f"{engine.cost.mean:.1f} against {boosting.cost.mean:.1f} "
        f"(difference {-gap.mean:+.1f}, {-gap.high:+.1f} to {-gap.low:+.1f})"
    )
    if name == KNOWN:
        is_kept = engine.cost.mean <= NEAR_BOOSTING * boosting.cost.mean
        yield Bar("cost beside gradient boosting, in", "within 5 %", text, is_kept)
    else:
        is_better = engine.cost.mean < boosting.cost.mean
        yield Bar("cost beside gradient boosting, unseen", "lower", text, is_better)
