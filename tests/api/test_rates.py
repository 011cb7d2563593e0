"""How many requests a token may make, and what it is told beyond."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from acs.api.rate_fields import fields
from acs.api.rates import Buckets, Quota
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


def test_the_fields_tell_what_is_left() -> None:
    time = Time()
    buckets = Buckets(2.0, 5, time)
    assert buckets.quota("crm") == Quota(limit=5, window=3, left=5, reset=0)
    for _ in range(3):
        buckets.take("crm")
    assert buckets.quota("crm") == Quota(limit=5, window=3, left=2, reset=2)
    time.now = 0.3
    buckets.take("crm")
    quota = buckets.quota("crm")
    assert quota == Quota(limit=5, window=3, left=1, reset=2)
    assert dict(fields(quota)) == {
        b"ratelimit-policy": b'"token";q=5;w=3',
        b"ratelimit": b'"token";r=1;t=2',
    }
    assert Buckets(0.0, 5, time).quota("crm") is None


@given(
    steps=st.lists(st.tuples(st.floats(0, 3), st.integers(0, 4)), max_size=30),
    rate=st.floats(0.5, 20),
)
def test_what_is_said_to_be_left_can_be_asked(steps: list[tuple[float, int]], rate: float) -> None:
    time, burst = Time(), 5
    buckets = Buckets(rate, burst, time)
    for pause, asked in steps:
        time.now += pause
        for _ in range(asked):
            buckets.take("crm")
    found = buckets.quota("crm")
    assert found is not None
    assert [buckets.take("crm") for _ in range(found.left)] == [0.0] * found.left


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    api = Api(tmp_path, rate=0.01, burst=5)
    try:
        token = api.token("read", name="crm")
        answers = [api.get("/v1/routers", token=token) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert [each.headers["ratelimit"].split(";")[1] for each in answers] == [
            *(f"r={left}" for left in (4, 3, 2, 1, 0)),
            "r=0",
            "r=0",
        ]
        assert {each.headers["ratelimit-policy"] for each in answers} == {'"token";q=5;w=500'}
        refused = api.post("/v1/tokens", {"name": "x", "scopes": ["read"]}, token=api.token("read"))
        assert (refused.status_code, refused.headers["ratelimit"]) == (403, '"token";r=4;t=100')
        assert "ratelimit" not in api.get("/v1/routers").headers
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
