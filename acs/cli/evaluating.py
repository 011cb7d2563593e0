"""Prints an evaluation's report as tables on a terminal. Nothing is calculated here."""

import click

from acs.cli.output import table
from acs.evaluation.figures import Interval
from acs.evaluation.report import ENGINE, Report
from diagnostics.verdict import ACTIONS


def draw(report: Report) -> None:
    """Print all tables of a report."""
    click.echo(f"{report.cases} cases; costs per call, a technician's visit is 100\n")
    _policies(report)
    _actions(report)
    _confusion(report)
    click.echo(
        f"Calibration: ECE {report.ece:.3f}, Brier {report.brier:.3f}. "
        f"Technician visits: {report.visits}, unneeded {report.unneeded}.\n"
        f"Reboots asked for: {report.asked}, refused by a guard {report.refused}, "
        f"against a guard's condition {report.violations}.\n"
        f"CPU: {report.case_us / 1000:.1f} ms a case with its whole window, "
        f"{report.sample_us:.0f} µs a sample.\n"
    )
    rows = [
        (
            group.name,
            group.cases,
            _interval(group.cost),
            _share(group.closed),
            _share(group.correct),
        )
        for group in report.access
    ]
    table(("ACCESS", "CASES", "COST", "GAP CLOSED", "RIGHT"), rows)
    if report.ablations:
        click.echo()
        taken = [(name, _signed(value)) for name, value in report.ablations.items()]
        table(("TAKEN AWAY", "COST MORE"), taken)
    if report.thresholds:
        click.echo()
        table(("BEST SINGLE THRESHOLDS", "COST"), report.thresholds)


def _policies(report: Report) -> None:
    rows = [
        (
            each.name,
            _interval(each.cost),
            f"{each.closed:.3f}",
            "" if each.name == ENGINE else _signed(each.difference),
            _share(each.reboots.precision),
            _share(each.reboots.recall),
        )
        for each in report.policies
    ]
    headings = ("POLICY", "COST", "GAP CLOSED", "LESS THE DIAGNOSIS", "REBOOT PREC.", "RECALL")
    table(headings, rows)
    click.echo()


def _actions(report: Report) -> None:
    rows = [
        (name, each.right, each.chosen, _share(each.precision), _share(each.recall))
        for name, each in report.actions.items()
    ]
    table(("ACTION", "RIGHT", "CHOSEN", "PRECISION", "RECALL"), rows)
    click.echo()


def _confusion(report: Report) -> None:
    rows = [
        (name, *(count or "" for count in row))
        for name, row in zip(ACTIONS, report.confusion, strict=True)
        if any(row)
    ]
    table(("RIGHT \\ CHOSEN", *ACTIONS), rows)
    click.echo()


def _interval(value: Interval) -> str:
    return f"{value.mean:.1f} ({value.low:.1f} to {value.high:.1f})"


def _signed(value: Interval) -> str:
    return f"{value.mean:+.1f} ({value.low:+.1f} to {value.high:+.1f})"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
