"""Drawings are sound XML, within their bounds, and hold what they are given."""

import re
from xml.etree import ElementTree as ET

from acs.evaluation.figures import Bin, Interval
from acs.evaluation.plots import bars, curve, grid


def sound(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - our own


def test_bars_are_as_long_as_their_means_and_stay_inside() -> None:
    drawing = bars([("a <b>", Interval(10, 8, 12)), ("c", Interval(20, 15, 30))], "c", "label")
    root = sound(drawing)
    widths = [float(each.attrib["width"]) for each in root.iter("rect")]
    assert abs(widths[1] / widths[0] - 2) < 0.01
    width = float(root.attrib["viewBox"].split()[2])
    assert all(float(x) <= width for x in re.findall(r"H(\d+\.\d)", drawing))
    assert "a &lt;b&gt;" in drawing
    assert drawing.count("bar marked") == 1


def test_bars_of_nothing_are_no_error() -> None:
    sound(bars([], "", "empty"))
    sound(bars([("free", Interval(0, 0, 0))], "", "zero"))


def test_a_grid_shades_by_row() -> None:
    root = sound(grid([[3, 1], [0, 0]], ["x", "y"], "label"))
    shares = [each.attrib["style"] for each in root.iter("rect")]
    assert shares == ["--share:0.750", "--share:0.250", "--share:0.000", "--share:0.000"]
    assert {each.text for each in root.iter("text")} == {"x", "y", "3", "1"}


def test_a_curve_has_a_dot_for_each_bin() -> None:
    root = sound(curve([Bin(90, 0.9, 0.8), Bin(10, 0.3, 0.4)], "label"))
    dots = list(root.iter("circle"))
    assert len(dots) == 2
    assert float(dots[0].attrib["r"]) > float(dots[1].attrib["r"])
    sound(curve([], "empty"))
