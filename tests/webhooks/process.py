"""A process that sends, with a store of its own, and receivers that a test plays."""

from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from acs.facts import Rebooted
from acs.storage.news import Wanted
from acs.storage.store import Store
from acs.storage.webhook_rows import NewWebhook
from acs.webhooks.deliverer import Deliverer
from acs.webhooks.schedule import Answer
from acs.webhooks.settings import WebhookSettings
from acs.webhooks.signing import is_genuine
from tests.storage.support import ID, NOW, Desk

SECRET = b"0123456789abcdef0123456789abcdef"
ALL = Wanted()


class Counted:
    """What a deliverer reports."""

    def __init__(self) -> None:
        self.outcomes: dict[str, int] = {}
        self.backlog: dict[str, float] = {}

    def webhook_delivery(self, outcome: str, count: int = 1) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count

    def webhook_backlog(self, **figures: float) -> None:
        self.backlog = figures


class Process:
    """A process that sends: a store, a deliverer, and a receiver that a test plays."""

    def __init__(self, desk: Desk, lease: str, **settings: Any) -> None:
        self.desk = desk
        self.clock = Clock()
        self.clock.advance(NOW)
        self.store: Store = desk.open()
        self.sent: list[tuple[str, int]] = []
        self.answer: Callable[[str, int], Answer | Deferred[Answer]] = lambda *_: Answer(204)
        self.counted = Counted()
        self.deliverer = Deliverer(
            self.store.webhooks,
            self.store.news.listeners,
            self._post,
            WebhookSettings(**settings),
            clock=self.clock,
            now=self.clock.seconds,
            uniform=lambda low, high: (low + high) / 2,
            lease=lease,
            metrics=self.counted,
        )

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        assert is_genuine(dict(headers), body, SECRET, self.clock.seconds())
        seq = int(headers["webhook-id"].removeprefix("evt_"))
        assert f'"seq":{seq}'.encode() in body
        self.sent.append((url, seq))
        answer = self.answer(url, seq)
        return await answer if isinstance(answer, Deferred) else answer

    def add(self, name: str = "w1") -> None:
        new = NewWebhook(
            webhook_id=name, url=name, kinds=(), secret=SECRET, created_at=self.clock.seconds()
        )
        self.desk.wait(self.store.webhooks.add(new))

    def boot(self, count: int = 1) -> None:
        at = self.clock.seconds()
        self.desk.commit(
            self.store, *(Rebooted(router_id=ID, at=at, cause="power") for _ in range(count))
        )

    def until(self, done: Callable[[], bool], step: float = 1.0, most: int = 400) -> None:
        """Let time go by until something is so."""
        for _ in range(most):
            self.settled()
            if done():
                return
            self.clock.advance(step)
        raise AssertionError(self.sent)

    def settled(self) -> None:
        """Let all that is under way come to its end, or to where it waits."""
        for _ in range(12):
            self.desk.wait(self.store.news.after(0, ALL, 1))
            self.desk.wait(self.store.commit(()))

    def waiting(self) -> int:
        return self.desk.wait(self.store.webhooks.backlog()).waiting

    def seqs(self, url: str = "w1") -> list[int]:
        return [seq for name, seq in self.sent if name == url]
