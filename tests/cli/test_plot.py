import csv
import io
import json
from collections.abc import Callable

import httpx
import pytest
from click.testing import Result

from acs.cli.plot import growth
from acs.cli.words import rfc3339
from tests.cli.conftest import NOW

Run = Callable[..., Result]
HOUR = 3600.0


def answer(request: httpx.Request) -> httpx.Response:
    path = request.url.path
    if path.endswith("/samples"):
        items = [
            {
                "at": rfc3339(NOW - n * HOUR),
                "values": {"sys.mem_free": 1000 - n, "eth.fcs_err": 5000 - 2 * n, "odd": "text"},
            }
            for n in range(48, 0, -1)
        ]
        return httpx.Response(200, json={"items": items, "next_until": None})
    if path.endswith("/events"):
        items = [{"at": rfc3339(NOW - 10 * HOUR), "kind": "boot", "detail": {}}]
        return httpx.Response(200, json={"items": items})
    return httpx.Response(200, json={"router_id": "a-b"})


@pytest.fixture
def plot(run: Run) -> Callable[..., Result]:
    return lambda *args: run("plot", "a-b", *args, "--url", "http://x", handler=answer)


def test_a_plot_says_metric_unit_usual_value_and_boots(plot: Run) -> None:
    result = plot("sys.mem_free", "--since", "48h")
    assert result.exit_code == 0, result.stderr
    first, second, *lines = result.stdout.splitlines()
    assert first == "sys.mem_free of a-b"
    assert second == "usually 975.5 KiB, 952 … 999; 48 readings, 1 boot (UTC)"
    assert lines[0].lstrip().startswith("999")
    assert lines[-1] == f"last boot {rfc3339(NOW - 10 * HOUR)}"
    assert "\x1b" not in result.stdout


def test_of_a_counter_the_growth_per_hour_is_drawn(plot: Run) -> None:
    found = json.loads(plot("eth.fcs_err", "--json").stdout)
    assert found["unit"] == "frames/h"
    assert {each["value"] for each in found["items"]} == {2}
    assert len(found["items"]) == 47


def test_a_reset_counter_is_no_growth() -> None:
    read = [(0.0, 10.0), (HOUR, 12.0), (2 * HOUR, 1.0), (2 * HOUR, 3.0), (4 * HOUR, 5.0)]
    assert growth(read) == [(HOUR, 2.0), (4 * HOUR, 1.0)]


def test_csv_is_a_line_for_each_value(plot: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(plot("sys.mem_free", "--output", "csv").stdout)))
    assert len(rows) == 48
    assert rows[-1] == {"at": rfc3339(NOW - HOUR), "value": "999"}


def test_without_a_metric_those_with_readings_are_listed(plot: Run) -> None:
    lines = plot().stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["eth.fcs_err", "sys.mem_free"]
    found = json.loads(plot("--json").stdout)
    assert found[1] == {
        "metric": "sys.mem_free",
        "unit": "KiB",
        "readings": 48,
        "newest": 999,
        "at": rfc3339(NOW - HOUR),
    }


def test_a_metric_without_readings_is_said_with_a_way_on(plot: Run) -> None:
    result = plot("dsl.snr")
    assert result.exit_code == 3
    assert "acs plot a-b lists those that have" in result.stderr
    assert result.stdout == ""
