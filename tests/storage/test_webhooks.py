"""Webhooks on both databases: what is laid out, claimed, settled, given up, sent again."""

from typing import Any

import pytest

from acs.audit import Act, acting
from acs.facts import Noted, Rebooted
from acs.news import TEST, News
from acs.storage import webhook_queue, webhooks
from acs.storage.auditing import Query
from acs.storage.errors import FactRefusedError
from acs.storage.schema_news import webhooks as table
from acs.storage.settings import Retention
from acs.storage.store import Store
from acs.storage.webhook_rows import Claimed, DeliveryState, NewWebhook, Result
from tests.storage.support import ID, NOW, Desk, informed

SECRET = b"canary-secret-of-thirty-two-byte"
DAY = 86_400.0


def body(one: News) -> bytes:
    return f"{one.seq} {one.kind}".encode()


class Hooks:
    """A store with a router, and a sender's terms."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.store = desk.open()
        desk.commit(self.store, informed())
        self.now = NOW

    def add(self, name: str = "w1", kinds: tuple[str, ...] = ()) -> str:
        new = NewWebhook(
            webhook_id=name,
            url=f"https://crm.example.net/{name}",
            kinds=kinds,
            secret=SECRET,
            created_at=self.now,
        )
        self.desk.wait(self.store.webhooks.add(new))
        return name

    def boot(self, count: int = 1, store: Store | None = None) -> None:
        facts = [Rebooted(router_id=ID, at=self.now, cause="power") for _ in range(count)]
        self.desk.commit(store or self.store, *facts)

    def is_due(self) -> bool:
        return self.desk.wait(self.store.webhooks.is_due(self.now))

    def claim(self, lease: str = "a", store: Store | None = None, **terms: Any) -> Claimed:
        known: dict[str, Any] = {
            "now": self.now,
            "lease": lease,
            "until": self.now + 30,
            "limit": 10,
            "parcels": 10,
            "give_up": 3 * DAY,
        }
        book = (store or self.store).webhooks
        return self.desk.wait(book.claim(body, **{**known, **terms}))

    def settle(self, seq: int, state: Any = "delivered", lease: str = "a", **more: Any) -> bool:
        values: dict[str, Any] = {"status": 200, "fault": "", "failures": 0, "due_at": self.now}
        result = Result(state=state, **{**values, **more})
        return self.desk.wait(
            self.store.webhooks.settle(
                "w1", seq, result, now=self.now, lease=lease, until=self.now + 30
            )
        )

    def states(self, *states: DeliveryState) -> list[tuple[int, str]]:
        page = self.desk.wait(self.store.webhooks.deliveries("w1", states, 100, None))
        assert page is not None
        return [(each.seq, each.state) for each in page.items]


@pytest.fixture
def hooks(desk: Desk) -> Hooks:
    return Hooks(desk)


def seqs(claimed: Claimed) -> dict[str, list[int]]:
    return {run.webhook_id: [each.seq for each in run.parcels] for run in claimed.runs}


def test_it_is_told_what_comes_after_it_was_added(hooks: Hooks) -> None:
    hooks.boot(2)
    hooks.add()
    assert not hooks.is_due()
    hooks.boot(2)
    assert hooks.is_due()
    (run,) = hooks.claim().runs
    assert (run.url, run.secret, run.failures) == ("https://crm.example.net/w1", SECRET, 0)
    assert [(each.seq, each.body, each.attempts) for each in run.parcels] == [
        (3, b"3 router.boot", 0),
        (4, b"4 router.boot", 0),
    ]
    assert "canary" not in repr(run)


def test_kinds_choose_and_what_none_wants_is_passed_over(hooks: Hooks) -> None:
    hooks.add(kinds=("router.identity_flapping", "incident", "of.a.later.release"))
    hooks.add("w2")
    hooks.add("w3", kinds=("router",))
    hooks.boot(2)
    hooks.desk.commit(hooks.store, Noted(router_id=ID, at=NOW, kind="identity_flapping"))
    assert seqs(hooks.claim()) == {"w1": [3], "w2": [1, 2, 3], "w3": [1, 2, 3]}
    hooks.boot(1)
    assert seqs(hooks.claim("b")) == {}, "all are leased"


def test_a_lease_holds_until_it_ends(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(3)
    assert seqs(hooks.claim("a")) == {"w1": [1, 2, 3]}
    assert not hooks.is_due()
    assert seqs(hooks.claim("b")) == {}
    assert hooks.settle(1)
    hooks.now += 29
    assert hooks.settle(2), "each success makes it longer"
    hooks.now += 29
    assert seqs(hooks.claim("b")) == {}
    hooks.now += 2
    assert hooks.is_due()
    assert seqs(hooks.claim("b")) == {"w1": [3]}
    # Who held it before has sent it too; that is known, and it is not to go on.
    assert not hooks.settle(3, lease="a")
    assert hooks.states("waiting") == []


def test_a_failure_stops_what_comes_after_until_it_is_due(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(2)
    hooks.claim()
    failed: dict[str, Any] = {
        "status": 503,
        "fault": "status 503",
        "failures": 1,
        "due_at": NOW + 60,
    }
    assert not hooks.settle(1, "waiting", **failed)
    hooks.desk.wait(hooks.store.webhooks.release("w1", "a"))
    assert not hooks.is_due()
    hooks.now += 61
    assert hooks.is_due()
    (run,) = hooks.claim("b").runs
    assert (run.failures, run.parcels[0].attempts) == (1, 1)
    assert [each.seq for each in run.parcels] == [1, 2]
    (one,) = hooks.desk.wait(hooks.store.webhooks.all())
    assert (one.waiting, one.dead, one.failures, one.oldest_at) == (2, 0, 1, NOW)


def test_a_failure_of_who_lost_the_lease_changes_nothing(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(1)
    hooks.claim("a")
    hooks.now += 31
    hooks.claim("b")
    assert not hooks.settle(1, "gone", lease="a", status=410)
    assert hooks.settle(1, lease="b")


def test_what_fails_for_too_long_is_given_up_and_can_be_sent_again(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(2)
    hooks.claim()
    hooks.settle(1, "waiting", status=None, fault="refused", failures=9, due_at=hooks.now)
    hooks.now += 3 * DAY + 1
    hooks.boot(1)
    claimed = hooks.claim("b")
    assert (claimed.expired, seqs(claimed)) == (2, {"w1": [3]})
    assert hooks.states() == [(3, "waiting"), (2, "dead"), (1, "dead")]
    hooks.desk.wait(hooks.store.webhooks.release("w1", "b"))
    assert hooks.desk.wait(hooks.store.webhooks.retry("w1", 2, hooks.now)) == 1
    assert seqs(hooks.claim("b")) == {"w1": [2, 3]}
    assert hooks.desk.wait(hooks.store.webhooks.retry("nobody", None, hooks.now)) is None


def test_a_webhook_that_is_gone_is_told_no_more_until_it_is_retried(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(2)
    hooks.claim()
    assert not hooks.settle(1, "gone", status=410, fault="status 410", failures=1)
    hooks.desk.wait(hooks.store.webhooks.release("w1", "a"))
    hooks.boot(1)
    assert not hooks.is_due()
    assert hooks.states() == [(2, "dead"), (1, "dead")]
    assert not hooks.desk.wait(hooks.store.webhooks.ask_test("w1", "anna", hooks.now))
    backlog = hooks.desk.wait(hooks.store.webhooks.backlog())
    assert (backlog.waiting, backlog.dead, backlog.active, backlog.gone) == (0, 2, 0, 1)
    assert hooks.desk.wait(hooks.store.webhooks.retry("w1", None, hooks.now)) == 2
    assert seqs(hooks.claim("b")) == {"w1": [1, 2, 3]}


def test_a_test_is_told_to_one_webhook_alone(hooks: Hooks) -> None:
    hooks.add(kinds=("verdict.changed",))
    hooks.add("w2")
    assert hooks.desk.wait(hooks.store.webhooks.ask_test("w1", "anna", hooks.now))
    (run,) = hooks.claim().runs
    assert (run.webhook_id, run.parcels[0].body) == ("w1", f"1 {TEST}".encode())
    assert not hooks.desk.wait(hooks.store.webhooks.ask_test("nobody", "anna", hooks.now))


def test_much_is_laid_out_in_pieces(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_queue, "_LAID_OUT", 3)
    hooks.add()
    hooks.boot(7)
    first = hooks.claim(limit=0)
    assert first.more
    assert hooks.claim(limit=0).more
    assert not hooks.claim(limit=0).more
    assert seqs(hooks.claim()) == {"w1": [1, 2, 3, 4, 5, 6, 7]}


def test_removing_takes_its_deliveries_along(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(1)
    hooks.claim()
    assert hooks.desk.wait(hooks.store.webhooks.remove("w1"))
    assert not hooks.desk.wait(hooks.store.webhooks.remove("w1"))
    assert hooks.desk.wait(hooks.store.webhooks.deliveries("w1", (), 9, None)) is None
    assert not hooks.settle(1)
    hooks.add()
    assert hooks.states() == []


def test_what_ended_is_forgotten_and_what_waits_is_not(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(3)
    hooks.claim()
    hooks.settle(1)
    hooks.settle(2, "dead", status=400)
    late = hooks.now + 8 * DAY
    hooks.desk.wait(hooks.store.prune(late, Retention(), 100))
    assert hooks.states() == [(3, "waiting")]


def test_deliveries_come_in_pages(hooks: Hooks) -> None:
    hooks.add()
    hooks.boot(5)
    hooks.claim()
    page = hooks.desk.wait(hooks.store.webhooks.deliveries("w1", ("waiting",), 2, None))
    assert page is not None
    assert ([each.seq for each in page.items], page.cursor) == ([5, 4], "4")


def test_the_secret_is_sealed_and_every_act_is_told(hooks: Hooks) -> None:
    with acting(Act(who="anna", channel="api", what="x", at=NOW)):
        hooks.add()
        hooks.desk.wait(hooks.store.webhooks.ask_test("w1", "anna", NOW))
        hooks.desk.wait(hooks.store.webhooks.retry("w1", None, NOW))
        hooks.desk.wait(hooks.store.webhooks.remove("w1"))
    found = hooks.desk.wait(hooks.store.audit(Query(oldest_first=True)))
    assert [each.detail for each in found] == [
        '{"kinds":[],"webhook":"w1"}',
        '{"webhook_tested":"w1"}',
        '{"seq":null,"webhook_retried":"w1"}',
        '{"webhook_removed":"w1"}',
    ]
    hooks.add("w2")
    with hooks.store._database.readers.connect() as connection:
        (row,) = connection.execute(table.select()).all()
    assert SECRET not in row.secret


def test_there_are_only_so_many(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST", 2)
    hooks.add("w1")
    hooks.add("w2")
    with pytest.raises(FactRefusedError):
        hooks.add("w3")


def test_two_processes_never_claim_the_same(hooks: Hooks) -> None:
    other = hooks.desk.open()
    hooks.add("w1")
    hooks.add("w2")
    hooks.boot(2)
    terms: dict[str, Any] = {
        "now": NOW,
        "until": NOW + 30,
        "limit": 1,
        "parcels": 10,
        "give_up": DAY,
    }
    pending = [
        store.webhooks.claim(body, lease=lease, **terms)
        for store, lease in ((hooks.store, "a"), (other, "b"))
    ]
    found = [run.webhook_id for each in pending for run in hooks.desk.wait(each).runs]
    while len(found) < 2:  # one may have passed over what the other held locked
        found += [run.webhook_id for run in hooks.claim("a").runs]
    assert sorted(found) == ["w1", "w2"]
