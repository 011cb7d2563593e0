"""``acs simulate``: makes labelled cases of subscribers who call, for trying out a diagnosis.

With ``--dump`` it runs virtual routers made of a real one's parameters, as ``acs virtual-router``.
"""

from pathlib import Path
from typing import Any

import click

from acs.cli.errors import USAGE, CliError
from acs.cli.virtual import dump_option, router_options, run_routers

_SETS = ("train", "in", "unseen", "hard", "perturbed")


@click.command()
@click.option("--cases", "-n", type=click.IntRange(min=1), help="How many cases to make.")
@click.option(
    "--seed",
    "-s",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Chance's starting point: the same seed and set give the same cases.",
)
@click.option(
    "--set",
    "name",
    type=click.Choice(_SETS),
    default="in",
    show_default=True,
    help="Which kind of cases; see below.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files; made if need be.",
)
@click.option("--gzip/--no-gzip", default=True, show_default=True, help="Compress the cases.")
@dump_option
@router_options
def simulate(
    *,
    cases: int | None,
    seed: int,
    name: str,
    output: Path | None,
    gzip: bool,
    dump: Path | None,
    **behaviour: Any,
) -> None:
    """Make cases: fourteen days of one router's samples up to a call, and what was really wrong.

    The folder gets cases.jsonl.gz (what a diagnosis may see), labels.jsonl (what was right) and
    notes.jsonl (how each case was made: how severe, what went wrong with observing it; never for
    a diagnosis). Cases come from causal models of 22 fault classes with the shares of calls that
    they are assumed to have; no real subscriber is in them.

    \b
    Sets:
      train      calls of spring and summer, known models: to learn from
      in         later calls, other segments, the same models and firmware
      unseen     later calls on models and firmware that "train" does not have
      hard       milder faults, more look-alikes, worse observation, all models
      perturbed  another world: every rate and size of the models is scaled by chance

    A case takes about 8 ms and 40 KB compressed.

    With --dump in place of --cases: run virtual routers that have the parameters of a real one and
    speak TR-069 to a daemon, until Ctrl-C. The options from --server on belong to this; products
    that need no dump: acs virtual-router.

    Examples:
      acs simulate --cases 1000 --seed 7 --output /tmp/cases
      acs simulate -n 4000 -s 900 --set train -o /tmp/train
      acs evaluate /tmp/cases/cases.jsonl.gz /tmp/cases/labels.jsonl
      acs simulate --dump router.csv --count 20
    """  # noqa: D301 - click takes \b for "keep these lines"
    if dump is not None:
        if cases is not None or output is not None:
            raise CliError("--dump runs routers; --cases and --output make cases", USAGE)
        run_routers(dump, **behaviour)
        return
    if cases is None or output is None:
        raise CliError("--cases and --output are needed, or --dump", USAGE)
    from acs.simulator.cases.writing import write  # noqa: PLC0415 - imports numpy

    if output.exists() and any(output.iterdir()):
        raise CliError(f"{output}: is not empty; nothing was written")
    files = write(output, cases, seed, name, compress=gzip)  # type: ignore[arg-type]  # click checked it
    click.echo(f"{cases} cases written to {files.cases}, labels to {files.labels}", err=True)
