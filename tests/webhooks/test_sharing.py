"""Several processes send for one database: each webhook's order holds, and nothing is lost."""

from collections.abc import Callable
from random import Random

import pytest
from twisted.internet.defer import Deferred

from acs.webhooks.schedule import Answer
from tests.storage.support import Desk, informed
from tests.webhooks.process import Process

EVENTS = 60


def playing(chance: Random, taken: dict[str, list[int]]) -> Callable[[str, int], Answer]:
    """Receivers that take most of what they get, and sometimes cannot say so."""

    def answer(url: str, seq: int) -> Answer:
        if chance.random() < 0.15:
            return Answer(chance.choice((None, 429, 500, 503)), "")
        taken[url].append(seq)
        is_lost = chance.random() < 0.1
        return Answer(None, "no answer") if is_lost else Answer(200)

    return answer


@pytest.mark.parametrize("seed", range(2))
def test_two_processes_share_the_work_and_keep_the_order(desk: Desk, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a test's
    both = Process(desk, "a"), Process(desk, "b")
    desk.commit(both[0].store, informed())
    taken: dict[str, list[int]] = {"w1": [], "w2": []}
    for each in both:
        each.answer = playing(chance, taken)
        each.deliverer.start()
    for name in taken:
        both[0].add(name)
    written = 0
    while written < EVENTS or both[0].waiting():
        if written < EVENTS and chance.random() < 0.5:
            count = chance.randrange(1, 6)
            chance.choice(both).boot(count)
            written += count
        step = chance.choice((0.1, 1.0, 7.0))
        for each in both:
            each.clock.advance(step)
        both[0].settled()
    for seqs in taken.values():
        assert list(dict.fromkeys(seqs)) == list(range(1, written + 1))
    assert all(each.sent for each in both), "both had their share"
    for each in both:
        desk.wait(Deferred.fromCoroutine(each.deliverer.stop()))
