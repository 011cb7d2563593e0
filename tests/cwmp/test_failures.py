from acs.cwmp.failures import Failures


class Clock:
    now = 0.0

    def seconds(self) -> float:
        return self.now


def failures(clock: Clock, limit: int = 3) -> Failures:
    return Failures(limit, 60.0, clock.seconds)


def test_a_name_is_refused_where_it_failed() -> None:
    clock = Clock()
    counts = failures(clock)
    assert not counts.addresses
    assert [counts.failed("a", "u") for _ in range(4)] == [False, False, True, False]
    assert counts.addresses
    assert counts.blocked("a", "u")
    assert not counts.blocked("a", "other")
    assert not counts.blocked("b", "u")  # the router itself, elsewhere
    clock.now = 60.0
    assert not counts.blocked("a", "u")
    assert not counts.failed("a", "u")


def test_success_forgives_a_name() -> None:
    counts = failures(Clock())
    counts.failed("a", "u")
    counts.failed("a", "u")
    counts.succeeded("a", "u")
    assert not counts.failed("a", "u")
    counts.succeeded("b", "u")  # nothing failed there


def test_an_address_that_tries_many_names() -> None:
    clock = Clock()
    counts = failures(clock)
    counts.failed("a", "clumsy")
    counts.succeeded("a", "clumsy")
    for number in range(29):
        counts.failed("a", f"n{number}")
    assert counts.blocked("a", "another")
    assert not counts.blocked("a", "clumsy")  # behind the same address
    assert not counts.blocked("b", "another")
    clock.now = 61.0
    assert not counts.blocked("a", "another")


def test_memory_is_bounded() -> None:
    counts = failures(Clock(), limit=1)
    for number in range(10_050):
        counts.failed(f"a{number}", "u")
    assert not counts.blocked("a0", "u")
    assert counts.blocked("a10049", "u")
