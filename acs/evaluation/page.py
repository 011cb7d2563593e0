"""A report as one self-contained HTML page, for light and dark screens and for print.

No figure is calculated here.
"""

from collections.abc import Mapping, Sequence
from html import escape

from acs.evaluation.figures import Interval
from acs.evaluation.plots import bars, curve, grid
from acs.evaluation.report import ENGINE, Report
from diagnostics.verdict import ACTIONS

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5d6878;--line:#d7dce3;--ground:#fbfbfa;
--panel:#fff;--bar:#b4bfcd;--mark:#2563a8;--hit:#2f8f5b;--miss:#c8553d}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#98a3b3;--line:#333b47;--ground:#14181d;
--panel:#1c2128;--bar:#4d5968;--mark:#6aa7e8;--hit:#4fb783;--miss:#e07a62}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.7rem;margin:0 0 .3rem;line-height:1.2}h2{font-size:1.15rem;margin:2.4rem 0 .6rem}
p{margin:.3rem 0 .9rem;color:var(--soft);max-width:46rem}
.panel{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:1rem;
overflow-x:auto}.panel+.panel{margin-top:1rem}
.panel svg{display:block;width:100%;height:auto;min-width:34rem}
.panel.small svg{max-width:27rem;min-width:18rem}
svg text{font:13px system-ui,sans-serif;fill:var(--ink)}svg .faint{fill:var(--soft)}
svg .strong{font-weight:600}svg .figure{font-variant-numeric:tabular-nums}
.bar{fill:var(--bar)}.bar.marked{fill:var(--mark)}
.whisker{stroke:var(--ink);stroke-width:1.4;fill:none;opacity:.75}
.cell{stroke:var(--line)}
.hit{fill:color-mix(in srgb,var(--hit) calc(var(--share)*75%),var(--panel))}
.miss{fill:color-mix(in srgb,var(--miss) calc(var(--share)*100%),var(--panel))}
.rule{stroke:var(--line)}.ideal{stroke:var(--soft);stroke-dasharray:4 4}
.line{fill:none;stroke:var(--mark);stroke-width:2}.dot{fill:var(--mark);opacity:.65}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.92rem}
th,td{text-align:right;padding:.35rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:500}
tr.marked td{font-weight:600}
""".strip()


_SETS = {
    "in": "Known models and firmware",
    "unseen": "Models and firmware not seen before",
    "hard": "Hard cases",
    "perturbed": "A world with other figures",
}


def page(reports: Mapping[str, Report], *, conditions: str) -> str:
    """The page of one or more sets of cases; ``conditions`` says how the cases came about."""
    sections = "".join(_section(name, each) for name, each in reports.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>How good the diagnosis is</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>How good the diagnosis is</h1><p>{escape(conditions)} Costs are relative: a "
        f"technician's visit is 100.</p>{sections}</main></body></html>\n"
    )


def _section(name: str, report: Report) -> str:
    policies = sorted(((p.name, p.cost) for p in report.policies), key=lambda row: row[1].mean)
    access = [(f"{g.name} ({g.cases})", g.cost) for g in report.access]
    parts = [
        f"<h2>{escape(_SETS.get(name, name))}: {report.cases} calls</h2>",
        "<p>Expected cost per call, with its 95 % interval; the oracle knows every fault.</p>",
        _panel(bars(policies, ENGINE, f"expected cost per call by policy, {name}")),
        _policies(report),
        "<h2>What was right, and what was chosen</h2>",
        "<p>Rows are the right actions, shaded by the share of their row.</p>",
        _panel(grid(report.confusion, ACTIONS, f"confusion matrix, {name}")),
        "<h2>How sure, and how often right</h2>",
        f"<p>Expected calibration error {report.ece:.3f}, Brier score {report.brier:.3f}.</p>",
        _panel(curve(report.calibration, f"calibration curve, {name}"), small=True),
        "<h2>By access technology</h2>",
        "<p>Expected cost per call of the diagnosis, and how many calls.</p>",
        _panel(bars(access, "", f"expected cost per call by access technology, {name}")),
    ]
    if report.ablations:
        rows = [(key, f"{_signed(value)}") for key, value in report.ablations.items()]
        parts += [
            "<h2>What each kind of knowledge is worth</h2>",
            _table(("taken away", "cost per call more"), rows),
        ]
    if report.thresholds:
        rows = [(rule, f"{cost:.1f}") for rule, cost in report.thresholds]
        parts += ["<h2>Best single thresholds</h2>", _table(("rule", "cost per call"), rows)]
    return "".join(parts)


def _panel(drawing: str, *, small: bool = False) -> str:
    return f'<div class="panel{" small" if small else ""}">{drawing}</div>'


def _signed(value: Interval) -> str:
    return f"{value.mean:+.2f} ({value.low:+.2f} to {value.high:+.2f})"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _policies(report: Report) -> str:
    rows = [
        (
            each.name,
            f"{each.cost.mean:.1f}",
            f"{each.closed:.3f}",
            "" if each.name == ENGINE else _signed(each.difference),
            _share(each.reboots.precision),
            _share(each.reboots.recall),
        )
        for each in report.policies
    ]
    headings = (
        "policy", "cost per call", "gap closed", "less the diagnosis (95 %)",
        "reboot precision", "reboot recall",
    )  # fmt: skip
    return _table(headings, rows, marked=ENGINE)


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], marked: str | None = None
) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in headings)
    body = "".join(
        f"<tr{' class=marked' if row[0] == marked else ''}>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return f'<div class="panel"><table><tr>{head}</tr>{body}</table></div>'
