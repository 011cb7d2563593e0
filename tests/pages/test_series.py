from typing import Any

import pytest

from acs.commands import Command
from acs.pages.attempts import Attempts
from acs.pages.card import steps_of
from acs.pages.overview import model_lines
from acs.pages.plots import HEIGHT, WIDTH, plot
from acs.pages.series import Point, Series, boots, choose, series
from acs.pages.sessions import Sealer, Session
from acs.pages.words import Words
from acs.storage.overview import ModelCount
from diagnostics.sample import Sample, Value

HOUR = 3600.0


def samples(metric: str, *values: Value, every: float = HOUR) -> list[Sample]:
    return [Sample(at=every * place, values={metric: v}) for place, v in enumerate(values)]


def test_a_counter_is_its_growth_per_hour_and_begins_anew_when_it_falls() -> None:
    found = series("eth.fcs_err", samples("eth.fcs_err", 10, 40, 5, 5, every=HOUR / 2))
    assert found is not None
    assert found.per_hour
    assert [point.value for point in found.pieces[0]] == [60.0, 10.0, 0.0]


def test_no_data_is_no_value() -> None:
    assert series("sys.mem_free", samples("sys.mem_free", 2**40, 2**40)) is None
    found = series("sys.temp_cpu", samples("sys.temp_cpu", 40, -274, 50))
    assert found is not None
    assert [point.value for point in found.pieces[0]] == [40.0, 50.0]


@pytest.mark.parametrize("metric", ["eth.link_up", "boots", "sys.fw_version", "pon.los"])
def test_words_and_conditions_have_no_curve(metric: str) -> None:
    assert series(metric, samples(metric, "Up", "Down")) is None


def test_silence_breaks_a_curve() -> None:
    read = [*samples("sys.mem_free", 1, 2, 3), Sample(at=30 * HOUR, values={"sys.mem_free": 4})]
    found = series("sys.mem_free", read)
    assert found is not None
    assert [len(piece) for piece in found.pieces] == [3, 1]
    drawn = plot(found, 0.0, 31 * HOUR, ())
    assert (len(drawn.lines), len(drawn.dots)) == (1, 1)


def test_boots_are_told_once() -> None:
    read = [Sample(at=at, values={"sys.uptime": up}) for at, up in ((100, 90), (4000, 3990))]
    assert boots(read, ()) == (10.0,)
    assert boots(read, (12.0, 12.0, 9000.0)) == (12.0, 9000.0)


def test_the_evidence_comes_first_and_nothing_twice() -> None:
    read = [
        Sample(at=HOUR * n, values={"sys.mem_free": n, "sys.cpu_util": n, "sys.uptime": n})
        for n in range(3)
    ]
    chosen = choose(["sys.uptime", "sys.uptime", "segment"], read)
    assert [each.metric for each in chosen] == ["sys.uptime", "sys.mem_free", "sys.cpu_util"]


def test_a_plot_stays_within_its_frame_and_loses_no_peak() -> None:
    points = tuple(Point(n * 10.0, 1000.0 if n == 1234 else float(n % 5)) for n in range(4000))
    drawn = plot(Series("m", "u", False, (points,)), 0.0, 40_000.0, (-1.0, 20_000.0))
    at = [tuple(map(float, pair.split(","))) for line in drawn.lines for pair in line.split()]
    assert len(at) < 700
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in at)
    assert min(y for _, y in at) < 10
    assert drawn.boots == (WIDTH / 2,)


def test_a_flat_line_can_be_drawn() -> None:
    assert plot(Series("m", "u", False, ((Point(0, 5), Point(9, 5)),)), 0, 10, ()).lines


def command(state: str, **at: float) -> Command:
    return Command(
        command_id="c",
        router_id="r",
        kind="reboot",
        state=state,  # type: ignore[arg-type]
        asked_by="desk",
        reason="",
        at=1.0,
        expires_at=9.0,
        consent=True,
        cause=None,
        **at,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("found", "states"),
    [
        (command("queued"), "now open open open open"),
        (command("accepted", sent_at=2, answered_at=3), "done done now open open"),
        (command("confirmed", sent_at=2, confirmed_at=4), "done done done now open"),
        (command("verified", sent_at=2, confirmed_at=4, ended_at=5), "done done done done done"),
        (command("expired", ended_at=9), "done ended"),
        (command("unconfirmed", sent_at=2, ended_at=9), "done done ended"),
    ],
)
def test_the_steps_of_a_reboot(found: Command, states: str) -> None:
    assert [step.state for step in steps_of(found)] == states.split()


def test_models_with_most_trouble_come_first() -> None:
    lines = model_lines(
        [
            ModelCount("A", "x", "none", 90),
            ModelCount("A", "y", "reboot", 2),
            ModelCount("A", "x", None, 1),
            ModelCount("A", "x", "replace", 1),
        ]
    )
    assert [(line.model, line.routers, line.ill) for line in lines] == [("y", 2, 2), ("x", 92, 1)]


def test_another_key_opens_no_session() -> None:
    cookie = Sealer(b"a" * 32).seal(Session("hash", 100.0, "7"))
    assert Sealer(b"a" * 32).open(cookie, 99.0) == Session("hash", 100.0, "7")
    assert Sealer(b"a" * 32).open(cookie, 100.0) is None
    assert Sealer(b"b" * 32).open(cookie, 99.0) is None


def test_addresses_that_failed_are_forgotten_in_time_and_number() -> None:
    attempts = Attempts(lambda: 0.0)
    for _ in range(10):
        attempts.failed("first")
    assert attempts.wait("first") == 600.0
    for number in range(2000):
        attempts.failed(str(number))
    assert attempts.wait("first") == 0.0
    assert len(attempts._failed) == 2000


@pytest.mark.parametrize(
    ("value", "unit", "per_hour", "shown"),
    [
        (90_000, "s", False, "1 d 1 h"),
        (30, "s", True, "30 s/h"),
        (61_440, "KiB", False, "60 MiB"),
        (512, "KiB", False, "512 KiB"),
        (-21_500, "0.001 dBm", False, "-21.5 dBm"),
        (75, "frames", True, "75 frames/h"),
    ],
)
def test_readings_in_units_that_people_use(
    value: float, unit: str, per_hour: Any, shown: str
) -> None:
    assert Words("en", 0.0).reading(value, unit, per_hour=per_hour) == shown
