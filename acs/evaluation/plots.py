"""Small figures of a report as SVG that takes its colours from the page, light or dark.

Text in, text out; which figures there are is in ``page``.
"""

from collections.abc import Sequence
from html import escape

from acs.evaluation.figures import Bin, Interval

_LEFT, _ROW, _WIDTH = 170, 30, 720


def _svg(width: float, height: float, label: str, body: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">'
        f"{''.join(body)}</svg>"
    )


def _text(x: float, y: float, text: str, css: str = "", anchor: str = "start") -> str:
    shape = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{shape}>{escape(text)}</text>'


def bars(rows: Sequence[tuple[str, Interval]], marked: str, label: str) -> str:
    """Horizontal bars with intervals; the row named ``marked`` stands out."""
    top = max((interval.high for _, interval in rows), default=1.0) * 1.12 or 1.0
    scale = (_WIDTH - _LEFT - 60) / top
    body = []
    for number, (name, value) in enumerate(rows):
        y = 8 + number * _ROW
        css = "bar marked" if name == marked else "bar"
        middle = y + 10
        low, high = _LEFT + value.low * scale, _LEFT + value.high * scale
        width = max(0.0, value.mean * scale)
        ends = f"M{low:.1f} {middle - 5}v10M{high:.1f} {middle - 5}v10"
        body += [
            _text(_LEFT - 10, y + 14, name, "strong" if name == marked else "", "end"),
            f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="20" rx="3" class="{css}"/>',
            f'<path d="M{low:.1f} {middle}H{high:.1f}{ends}" class="whisker"/>',
            _text(high + 8, y + 14, f"{value.mean:.1f}", "figure"),
        ]
    return _svg(_WIDTH, 16 + len(rows) * _ROW, label, body)


def grid(table: Sequence[Sequence[int]], names: Sequence[str], label: str) -> str:
    """A confusion matrix: rows are what was right, shaded by the share of their row."""
    cell, left, top = 60, 120, 92
    body = []
    for column, name in enumerate(names):
        x = left + column * cell + cell / 2
        body.append(
            f'<text transform="translate({x + 4:.0f} {top - 10}) rotate(-40)">{escape(name)}</text>'
        )
    for line, row in enumerate(table):
        y = top + line * 34
        total = sum(row) or 1
        body.append(_text(left - 10, y + 21, names[line], "", "end"))
        for column, count in enumerate(row):
            x = left + column * cell
            kind = "hit" if line == column else "miss"
            body.append(
                f'<rect x="{x}" y="{y}" width="{cell - 3}" height="31" rx="3" class="cell {kind}" '
                f'style="--share:{count / total:.3f}"/>'
            )
            if count:
                body.append(_text(x + cell / 2 - 1.5, y + 20, str(count), "figure", "middle"))
    return _svg(left + cell * len(names) + 50, top + 34 * len(names) + 4, label, body)


def curve(bins: Sequence[Bin], label: str) -> str:
    """How sure against how often right; a dot's size is the number of verdicts."""
    side, edge = 320.0, 46.0
    total = sum(each.number for each in bins) or 1

    def x(share: float) -> float:
        return edge + share * side

    def y(share: float) -> float:
        return 14 + (1 - share) * side

    body = [f'<path d="M{x(0):.1f} {y(0):.1f}L{x(1):.1f} {y(1):.1f}" class="ideal"/>']
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        body += [
            f'<path d="M{x(0):.1f} {y(tick):.1f}H{x(1):.1f}" class="rule"/>',
            _text(edge - 8, y(tick) + 4, f"{tick:g}", "faint", "end"),
            _text(x(tick), y(0) + 20, f"{tick:g}", "faint", "middle"),
        ]
    line = " ".join(f"{x(each.confidence):.1f},{y(each.correct):.1f}" for each in bins)
    body.append(f'<polyline points="{line}" class="line"/>')
    for each in bins:
        radius = 3 + 16 * (each.number / total) ** 0.5
        says = f"{each.number} verdicts, {each.confidence:.2f} sure, {each.correct:.2f} right"
        body.append(
            f'<circle cx="{x(each.confidence):.1f}" cy="{y(each.correct):.1f}" r="{radius:.1f}" '
            f'class="dot"><title>{says}</title></circle>'
        )
    body.append(_text(x(0.5), y(0) + 40, "confidence", "faint", "middle"))
    return _svg(side + 2 * edge, side + 66, label, body)
