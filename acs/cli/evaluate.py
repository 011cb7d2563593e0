"""``acs evaluate``: how good the diagnosis is on labelled cases, beside what others would do."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acs.cli.case_files import LineReader
from acs.cli.errors import USAGE, CliError
from acs.cli.output import print_json
from acs.cli.service import read_config
from acs.cli.session import json_option

if TYPE_CHECKING:
    from diagnostics.cases import Case, Label

_SIMPLE = (
    "always reboot",
    "never",
    "uptime > 7 d",
    "uptime > 14 d",
    "uptime > 30 d",
    "6 h without ping",
)
_LEARNED = ("best threshold", "logistic regression", "gradient boosting")


@click.command()
@click.argument("cases", type=click.Path(path_type=Path))
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--train",
    type=(click.Path(path_type=Path), click.Path(path_type=Path)),
    metavar="CASES LABELS",
    help="Other labelled cases that the learned baselines learn from; without them they are "
    "left out.",
)
@click.option(
    "--baselines",
    default=",".join((*_SIMPLE, *_LEARNED)),
    metavar="NAME,...",
    help="Which baselines stand beside the diagnosis; all by default, '' for none.",
)
@click.option("--ablations", is_flag=True, help="Also judge without some kinds of knowledge; slow.")
@json_option
@click.option("--html", type=click.Path(path_type=Path), help="Also write a page with figures.")
@click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    help="Configuration whose thresholds are used; without it, the defaults.",
)
@click.option("--seed", default=0, show_default=True, help="Of the bootstrap's resampling.")
def evaluate(
    *,
    cases: Path,
    labels: Path,
    train: tuple[Path, Path] | None,
    baselines: str,
    ablations: bool,
    as_json: bool,
    html: Path | None,
    config: Path | None,
    seed: int,
) -> None:
    """Judge CASES and compare with LABELS: what the diagnosis costs per call, and why.

    Costs are relative: a technician's visit is 100. A wrong action costs itself, the repeated
    contact and the remedy still owed; an acceptable one costs at most 2 more than the right one.
    "always reboot" and the oracle, who knows what is right, are the two ends of the scale.
    Intervals are of 95 %, paired by case.

    The learned baselines need the extra: pip install 'acsd[evaluation]'.

    Examples:
      acs evaluate cases.jsonl.gz labels.jsonl
      acs evaluate cases.jsonl.gz labels.jsonl --train train/cases.jsonl.gz train/labels.jsonl
      acs evaluate cases.jsonl.gz labels.jsonl --json | jq '.policies[] | {name, closed}'
    """
    import numpy as np  # noqa: PLC0415 - slow to import

    from acs.cli.evaluating import draw  # noqa: PLC0415 - imports numpy
    from acs.evaluation import report as reporting  # noqa: PLC0415 - imports numpy
    from acs.evaluation.judging import examples, judge  # noqa: PLC0415 - imports numpy
    from acs.evaluation.learned import MissingExtra  # noqa: PLC0415 - imports numpy
    from acs.evaluation.page import page  # noqa: PLC0415 - imports numpy
    from diagnostics.thresholds import Thresholds  # noqa: PLC0415 - imports numpy

    names = _names(baselines)
    thresholds = Thresholds() if config is None else read_config(config).diagnosis
    with _matching(cases, labels) as pairs:
        judged = judge(pairs, thresholds, ablate=ablations)
    learned_from = None
    if train is not None:
        with _matching(*train) as pairs:
            learned_from = examples(pairs)
    try:
        choices = reporting.baselines(names, learned_from, judged)
    except MissingExtra as error:
        raise CliError(str(error)) from error
    rng = np.random.default_rng(seed)
    report = reporting.report(judged, choices, learned_from, rng)
    if html is not None:
        conditions = f"Cases of {cases.name}."
        html.write_text(page({cases.name: report}, conditions=conditions), encoding="utf-8")
    if as_json:
        print_json(report)
    else:
        draw(report)


def _names(baselines: str) -> list[str]:
    names = [name.strip() for name in baselines.split(",") if name.strip()]
    for name in names:
        if name not in (*_SIMPLE, *_LEARNED):
            known = ", ".join((*_SIMPLE, *_LEARNED))
            raise CliError(f"no baseline is called {name!r}; there are: {known}", USAGE)
    return names


@contextmanager
def _matching(cases: Path, labels: Path) -> "Iterator[Iterable[tuple[Case, Label]]]":
    """The cases of one file with the labels of another."""
    from acs.evaluation.judging import UnmatchedCases, paired  # noqa: PLC0415 - imports numpy

    known = LineReader(labels, strict=True).labels()
    if not known:
        raise CliError(f"{labels}: no label in it")
    try:
        yield paired(LineReader(cases, strict=True).cases(), known)
    except UnmatchedCases as error:
        raise CliError(f"{cases} and {labels}: {error}") from error
