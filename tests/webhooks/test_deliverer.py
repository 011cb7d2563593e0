"""Deliveries on a real store: order, receivers that are down, processes that die in the middle."""

from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from acs.storage.errors import StorageUnavailableError
from acs.webhooks.schedule import Answer
from tests.storage.support import NOW, Desk, informed
from tests.webhooks.process import Process

DAY = 86_400.0


@pytest.fixture
def process(desk: Desk) -> Iterator[Process]:
    made = Process(desk, "a")
    desk.commit(made.store, informed())
    made.deliverer.start()
    yield made
    desk.wait(Deferred.fromCoroutine(made.deliverer.stop()))


def test_events_are_sent_in_order_as_soon_as_they_are_committed(process: Process) -> None:
    process.add()
    process.boot(3)
    process.until(lambda: process.waiting() == 0, step=0.0)
    process.boot(2)
    process.until(lambda: len(process.seqs()) == 5, step=0.0)
    assert process.seqs() == [1, 2, 3, 4, 5]
    assert process.counted.outcomes == {"delivered": 5}


def test_a_receiver_that_was_down_gets_everything_in_order(process: Process) -> None:
    process.add("w1")
    process.add("w2")
    down = True
    process.answer = lambda url, _: Answer(None, "refused") if down and url == "w1" else Answer(200)
    for _ in range(6):
        process.boot(5)
        process.until(lambda: True)
        process.clock.advance(20)
    process.until(lambda: len(process.seqs("w2")) == 30)
    assert set(process.seqs("w1")) == {1}, "those behind it wait"
    assert 2 < len(process.seqs("w1")) < 9
    process.clock.advance(15)
    process.settled()
    assert process.counted.backlog["waiting"] == 30
    assert process.counted.backlog["oldest"] > 100
    down = False
    process.until(lambda: process.waiting() == 0, step=30.0)
    assert list(dict.fromkeys(process.seqs("w1"))) == list(range(1, 31))
    assert process.seqs("w2") == list(range(1, 31)), "the other one was never held up"


def test_a_process_that_dies_leaves_its_work_to_another(desk: Desk) -> None:
    first, second = Process(desk, "a"), Process(desk, "b")
    desk.commit(first.store, informed())
    first.add()
    first.deliverer.start()
    never: Deferred[Answer] = Deferred()
    first.answer = lambda _, seq: Answer(204) if seq < 3 else never
    first.boot(5)
    first.until(lambda: first.seqs() == [1, 2, 3], step=0.0)
    # It is killed here: the third was sent, and nobody knows how that went.
    for loop in first.deliverer._loops:
        loop.stop()
    second.deliverer.start()
    second.settled()
    assert second.seqs() == []
    second.until(lambda: second.waiting() == 0)
    assert second.seqs() == [3, 4, 5], "again, under the same id"
    assert second.clock.seconds() - NOW <= 31
    desk.wait(Deferred.fromCoroutine(second.deliverer.stop()))


def test_who_stops_in_good_order_leaves_no_lease(desk: Desk) -> None:
    first, second = Process(desk, "a"), Process(desk, "b")
    desk.commit(first.store, informed())
    first.add()
    first.deliverer.start()
    answering: Deferred[Answer] = Deferred()
    first.answer = lambda *_: answering
    first.boot(3)
    first.until(lambda: first.seqs() == [1], step=0.0)
    stopped = Deferred.fromCoroutine(first.deliverer.stop())
    answering.callback(Answer(204))
    desk.wait(stopped)
    second.deliverer.start()
    second.until(lambda: second.waiting() == 0, step=0.0)
    assert second.seqs() == [2, 3]
    desk.wait(Deferred.fromCoroutine(second.deliverer.stop()))


def test_a_call_that_hangs_does_not_hold_up_the_stop(desk: Desk) -> None:
    process = Process(desk, "a")
    desk.commit(process.store, informed())
    process.add()
    process.deliverer.start()
    process.answer = lambda *_: Deferred()
    process.boot()
    process.until(lambda: process.seqs() == [1], step=0.0)
    stopped = Deferred.fromCoroutine(process.deliverer.stop())
    process.settled()
    assert not stopped.called
    process.clock.advance(5)
    desk.wait(stopped)
    assert process.waiting() == 1


def test_a_message_that_is_refused_is_given_up_and_the_next_one_follows(process: Process) -> None:
    process.add()
    process.answer = lambda _, seq: Answer(422 if seq == 2 else 200)
    process.boot(3)
    process.until(lambda: process.waiting() == 0, step=5.0)
    assert process.seqs() == [1, 2, 2, 2, 2, 2, 3]
    assert process.counted.outcomes == {"delivered": 2, "failed": 4, "dead": 1}


def test_what_waits_for_too_long_is_given_up(process: Process) -> None:
    process.add()
    process.answer = lambda *_: Answer(500)
    process.boot(3)
    process.until(lambda: process.waiting() == 0, step=3600.0)
    assert process.counted.outcomes["dead"] == 3
    assert 3 * DAY < process.clock.seconds() - NOW < 3.2 * DAY
    process.answer = lambda *_: Answer(200)
    process.boot(1)
    process.until(lambda: process.waiting() == 0, step=600.0)
    assert process.seqs()[-1] == 4
    process.desk.wait(process.store.webhooks.retry("w1", None, process.clock.seconds()))
    process.until(lambda: process.waiting() == 0)
    assert process.seqs()[-3:] == [1, 2, 3]


def test_who_wants_no_more_gets_no_more(process: Process) -> None:
    process.add()
    process.answer = lambda *_: Answer(410)
    process.boot(3)
    process.until(lambda: process.waiting() == 0)
    process.boot(3)
    process.until(lambda: process.clock.seconds() > NOW + 100, step=10.0)
    assert process.seqs() == [1]
    assert process.counted.outcomes == {"gone": 1}
    assert process.counted.backlog["gone"] == 1


def test_only_so_many_are_called_at_once(desk: Desk) -> None:
    process = Process(desk, "a", parallel=2)
    desk.commit(process.store, informed())
    for name in "abcd":
        process.add(name)
    process.deliverer.start()
    answers: dict[str, Deferred[Answer]] = {}

    def answer(url: str, _: int) -> Deferred[Answer]:
        answers[url] = Deferred()
        return answers[url]

    process.answer = answer
    process.boot()
    process.until(lambda: len(answers) == 2)
    process.settled()
    assert len(answers) == 2
    answers.popitem()[1].callback(Answer(200))
    process.until(lambda: len(process.sent) == 3)
    while process.waiting():
        if answers:
            answers.popitem()[1].callback(Answer(200))
        process.settled()
    assert sorted(name for name, _ in process.sent) == ["a", "b", "c", "d"]
    desk.wait(Deferred.fromCoroutine(process.deliverer.stop()))


def test_backlogs_longer_than_a_run_are_sent(process: Process) -> None:
    process.add()
    process.boot(250)
    process.until(lambda: process.waiting() == 0)
    assert process.seqs() == list(range(1, 251))


def test_a_database_that_is_away_is_waited_for(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.add()
    real = process.store.webhooks.settle
    broken = True

    def settle(*args: Any, **terms: Any) -> Any:
        if broken:
            raise StorageUnavailableError("away")
        return real(*args, **terms)

    monkeypatch.setattr(process.store.webhooks, "settle", settle)
    process.boot(2)
    process.until(lambda: process.seqs() == [1])
    broken = False
    process.until(lambda: process.waiting() == 0)
    assert process.seqs() == [1, 1, 2], "what was not stored as sent is sent again"
