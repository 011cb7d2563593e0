"""How many requests a token may make, and what it is told beyond."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from acs.api.rates import Buckets
from tests.api.harness import Api


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_rate() -> None:
    time = Time()
    buckets = Buckets(2.0, 3, time)
    assert [buckets.take("crm") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert buckets.take("bot") == 0.0
    time.now = 0.4
    assert 0.09 < buckets.take("crm") < 0.11
    time.now = 0.5
    assert buckets.take("crm") == 0.0
    assert buckets.take("crm") == 0.5


def test_without_a_rate_there_is_no_limit() -> None:
    buckets = Buckets(0.0, 1, Time())
    assert not any(buckets.take("crm") for _ in range(1000))


@given(pauses=st.lists(st.floats(0, 3), max_size=60), rate=st.floats(0.5, 20))
def test_never_more_than_burst_and_rate(pauses: list[float], rate: float) -> None:
    time, burst = Time(), 5
    buckets, let_through = Buckets(rate, burst, time), 0
    for pause in pauses:
        time.now += pause
        let_through += buckets.take("crm") == 0.0
    assert let_through <= burst + rate * time.now + 1e-6


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    api = Api(tmp_path, rate=0.01, burst=5)
    try:
        token = api.token("read", name="crm")
        answers = [api.get("/v1/routers", token=token) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        limited = answers[-1]
        assert 90 <= int(limited.headers["retry-after"]) <= 100
        assert limited.headers["content-type"] == "application/problem+json"
        assert "too many requests" in limited.json()["detail"]
        assert api.get("/v1/routers", token=api.token("read")).status_code == 200
        assert all(api.get("/v1/routers").status_code == 200 for _ in range(9)), (
            "the socket is free"
        )
    finally:
        api.close()
