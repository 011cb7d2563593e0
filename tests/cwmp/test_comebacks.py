from collections import Counter
from random import Random

from twisted.internet.task import Clock

from acs.cwmp.comebacks import Comebacks


class Crowd:
    """Routers that are sent away and come back when they are told to."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = Clock()
        self.comebacks = Comebacks(self.clock.seconds, Random(seed).uniform)  # noqa: S311 - waits, not secrets

    def storm(self, routers: int, seconds: int, capacity: int) -> tuple[Counter[int], int]:
        """A storm of routers that all obey; comings back by second, and the second of the last.

        ``capacity`` sessions a second can be served; whoever comes beyond them is sent away.
        """
        due = Counter(dict.fromkeys(range(seconds), routers // seconds))
        back: Counter[int] = Counter()
        last = 0
        for second in range(3600):
            coming = due.pop(second, 0)
            served = min(coming, capacity)
            for part in range(10):
                for _ in range((coming - served) // 10 + (part < (coming - served) % 10)):
                    at = second + max(1, round(self.comebacks.wait()))
                    due[at] += 1
                    back[at] += 1
                self.comebacks.begun += served // 10 + (part < served % 10)
                self.clock.advance(0.1)
            if served:
                last = second
            if not due:
                break
        assert not due
        return back, last


def test_one_that_is_sent_away_comes_back_soon() -> None:
    crowd = Crowd()
    for _ in range(100):
        assert 5.0 <= crowd.comebacks.wait() <= 10.1
        crowd.clock.advance(30)


def test_a_citys_routers_come_back_at_the_pace_that_can_be_served() -> None:
    crowd = Crowd()
    back, last = crowd.storm(50_000, 10, 1_000)
    assert last <= 80  # at the pace of service alone: 50 s
    settled = [back[second] for second in range(15, last - 5)]
    assert max(settled) <= 2 * sum(settled) / len(settled)


def test_a_fast_server_calls_them_sooner() -> None:
    fast, slow = Crowd(), Crowd()
    assert fast.storm(50_000, 10, 3_000)[1] < 40
    assert slow.storm(50_000, 10, 300)[1] < 260


def test_the_pace_is_learned_from_what_was_begun() -> None:
    crowd = Crowd()
    crowd.comebacks.begun += 10_000
    crowd.clock.advance(2)
    assert max(crowd.comebacks.wait() for _ in range(500)) < 11
    for _ in range(30):  # the database is away
        crowd.clock.advance(2)
        crowd.comebacks.wait()
    assert max(crowd.comebacks.wait() for _ in range(500)) < 11
    for _ in range(30):  # it is back, and slow
        crowd.comebacks.begun += 1_000
        crowd.clock.advance(2)
        crowd.comebacks.wait()
    assert 10 < max(crowd.comebacks.wait() for _ in range(500)) < 12


def test_nobody_waits_for_ever() -> None:
    crowd = Crowd()
    waits = [crowd.comebacks.wait() for _ in range(200_000)]
    assert max(waits) < 911
    late = Counter(int(wait) // 100 for wait in waits[150_000:])
    assert max(late.values()) <= 2 * sum(late.values()) / len(late)
