from hypothesis import given
from hypothesis import strategies as st

from acs.cli.plotting import ASCII, UTF8, draw

DAY = 86_400.0
START = 1_790_000_000.0


def hourly(values: list[float]) -> list[tuple[float, float]]:
    return [(START + n * 3600, value) for n, value in enumerate(values)]


def test_a_rising_course_goes_from_below_left_to_above_right() -> None:
    points = hourly([float(n) for n in range(48)])
    lines = draw(points, [], (START, START + 2 * DAY), (60, 14), ASCII)
    assert len(lines) == 14
    assert lines[0].lstrip().startswith("47 |")
    assert lines[11].lstrip().startswith("0 |")
    assert lines[0].rstrip().endswith("*")
    assert lines[11].partition("|")[2].startswith("*")
    assert lines[12].lstrip().startswith("+")
    assert "Sep 22" in lines[13]


def test_boots_are_vertical_and_break_the_course() -> None:
    points = [*hourly([5.0] * 10), (START + 10 * 3600, 0.0)]
    whole = draw(points, [], (START, START + 10 * 3600), (60, 12), ASCII)
    broken = draw(points, [START + 9.5 * 3600], (START, START + 10 * 3600), (60, 12), ASCII)
    assert sum(line.count(":") for line in broken[:10]) == 10
    stars = [sum(line.count("*") for line in lines[:10]) for lines in (whole, broken)]
    assert stars[0] > stars[1]


def test_no_line_is_drawn_over_a_gap_in_the_readings() -> None:
    points = [(START, 1.0), (START + 3600, 1.0), (START + 7200, 1.0), (START + 9 * DAY, 1.0)]
    (row,) = [
        line for line in draw(points, [], (START, START + 10 * DAY), (80, 9), ASCII) if "*" in line
    ]
    assert row.count("*") < 6


def test_braille_holds_eight_dots_a_cell() -> None:
    lines = draw(hourly([1.0, 2.0]), [], (START, START + 3600), (40, 10), UTF8)
    assert any("\u2800" < char < "\u2900" for char in "".join(lines))
    assert "*" not in "".join(lines)


@given(
    st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40),
    st.lists(st.floats(-2 * DAY, 4 * DAY), max_size=3),
    st.integers(30, 160),
    st.integers(6, 40),
)
def test_any_course_fits_its_frame(
    values: list[float], boots: list[float], width: int, height: int
) -> None:
    span = (START, START + 2 * DAY)
    for marks in (UTF8, ASCII):
        lines = draw(hourly(values), [START + at for at in boots], span, (width, height), marks)
        assert len(lines) == height
        assert all(len(line) <= max(width, 50) for line in lines)
