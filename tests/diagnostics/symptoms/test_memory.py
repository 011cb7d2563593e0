import pytest

from diagnostics.context import Context
from diagnostics.history import History
from diagnostics.observations import Finding, Observations
from diagnostics.sample import Sample, Value
from diagnostics.symptoms.memory import SYMPTOMS
from diagnostics.thresholds import Thresholds

HOUR, NOW = 3600.0, 1_790_000_000.0
LEVELS = ("normal", "steady", "high", "rising", "growing", "leaking")


def memory(used: list[float], restart: float = 0.0) -> Finding | None:
    """The finding after hourly samples with these percentages in use.

    It restarted ``restart`` hours ago, or long before them.
    """
    samples = []
    for i, percent in enumerate(used):
        ago = HOUR * (len(used) - i)
        begun = HOUR * restart if ago < HOUR * restart else 720 * HOUR
        values: dict[str, Value] = {"sys.uptime": begun - ago, "sys.mem_util": percent}
        samples.append(Sample(at=NOW - ago, values=values))
    see = Observations(History.from_samples(samples), Context(), Thresholds(), NOW)
    return SYMPTOMS[0].look(see)


@pytest.mark.parametrize(
    ("used", "level"),
    [
        ([40 + i % 3 for i in range(300)], "normal"),
        ([88 + i % 3 for i in range(300)], "steady"),
        ([78.0], "high"),
        ([40 + i * 0.12 for i in range(300)], "growing"),
        ([40 + 40 * (1 - 0.985**i) for i in range(200)], "rising"),  # ever more slowly: a cache
        ([30 + 60 * (1 - 0.97**i) for i in range(330)], "steady"),  # a cache that is full
        ([40 + i * 0.17 for i in range(300)], "leaking"),
        ([50.0] * 30 + [60 + i * 1.6 for i in range(20)], "leaking"),  # within hours
        ([40 + i % 3 for i in range(290)] + [93.0] * 3, "rising"),  # by a step
    ],
)
def test_levels(used: list[float], level: str) -> None:
    finding = memory(used)
    assert finding is not None
    assert LEVELS[finding.level] == level, finding


def test_what_cannot_be_reclaimed_counts_where_it_is_told() -> None:
    cached: dict[str, Value] = {
        "sys.uptime": 9e6,
        "sys.mem_total": 100_000,
        "sys.mem_free": 3_000,
        "sys.mem_util": 41.0,
    }
    history = History.from_samples([Sample(at=NOW - 60, values=cached)])
    finding = SYMPTOMS[0].look(Observations(history, Context(), Thresholds(), NOW))
    assert finding is not None
    assert (finding.metric, LEVELS[finding.level]) == ("sys.mem_util", "normal")


def test_a_trend_never_reaches_over_a_restart() -> None:
    rising = [40 + i * 0.17 for i in range(291)]
    grown = memory([*rising, *[90.0 + i % 2 for i in range(9)]])
    assert grown is not None
    assert LEVELS[grown.level] == "leaking"
    restarted = memory([*rising, *[90.0 + i % 2 for i in range(9)]], restart=9.5)
    assert restarted is not None
    assert LEVELS[restarted.level] == "high"
