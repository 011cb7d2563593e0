"""Lines about subscribers and their routers, taken one by one and stored many at a time.

Each line is one item: all of it is stored, or nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

from acs.api.bulk_documents import BulkReport, LineProblem, SubscriberLine
from acs.api.bulk_lines import LineError
from acs.bridge import to_asyncio
from acs.facts import Placed
from acs.storage.errors import FactRefusedError
from acs.storage.store import Store
from acs.storage.subscribers import Belonging, Known

AT_ONCE = 500  # lines
LISTED = 1000  # problems
_TEXTS = ("account", "segment", "switch_port", "address_prefix")
_OWN = ("phone", "login", "contract")


class Taking:
    """One import.

    Args:
        store: where the lines go.
        now: Unix seconds.
        canonical: whether a text is a router's id.
        dry_run: store nothing.
    """

    def __init__(
        self, store: Store, now: float, canonical: Callable[[str], bool], *, dry_run: bool
    ) -> None:
        self._store, self._now, self._canonical = store, now, canonical
        self._dry_run = dry_run
        self._waiting: list[tuple[int, SubscriberLine]] = []
        self._lines = self._taken = self._unchanged = self._unseen = self._refused = 0
        self._problems: list[LineProblem] = []

    @property
    def lines(self) -> int:
        """How many lines there were."""
        return self._lines

    async def add(self, number: int, line: SubscriberLine) -> None:
        """Take a line, some time before ``finish`` has returned."""
        self._lines += 1
        self._waiting.append((number, line))
        if len(self._waiting) >= AT_ONCE:
            await self._store_waiting()

    def refuse(self, number: int, error: LineError) -> None:
        """A line that cannot be read."""
        self._lines += 1
        self._refuse(number, error)

    async def finish(self) -> BulkReport:
        """Store what waits, and report."""
        await self._store_waiting()
        return BulkReport(
            dry_run=self._dry_run,
            lines=self._lines,
            taken=self._taken,
            unchanged=self._unchanged,
            unseen=self._unseen,
            refused=self._refused,
            problems=tuple(sorted(self._problems, key=lambda each: each.line)),
        )

    def _refuse(self, number: int, error: LineError) -> None:
        self._refused += 1
        if len(self._problems) < LISTED:
            self._problems.append(LineProblem(number, error.field, error.says))

    async def _store_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        lines = [line for _, line in waiting]
        known = await to_asyncio(
            self._store.belongings(
                {line.router_id for line in lines if line.router_id},
                {line.serial for line in lines if line.serial},
                {line.account for line in lines if line.account},
            )
        )
        facts: list[tuple[int, Placed]] = []
        for number, line in waiting:
            try:
                facts.append((number, self._fact(line, known)))
            except LineError as error:
                self._refuse(number, error)
        # What another line of the same router or account does first is not known yet.
        crowd = Counter(fact.router_id for _, fact in facts)
        crowd.update(_account(fact, known) for _, fact in facts)
        changes = []
        for number, fact in facts:
            alone = crowd[fact.router_id] == 1 and crowd[_account(fact, known)] <= 1
            if alone and _is_known(fact, known):
                self._unchanged += 1
            else:
                changes.append((number, fact))
        await self._commit(changes, known)

    def _fact(self, line: SubscriberLine, known: Known) -> Placed:
        router_id = line.router_id or _of_serial(line.serial or "", known)
        if not self._canonical(router_id):
            raise LineError(
                "router_id",
                f"found {router_id[:80]!r}, allowed is OUI-ProductClass-SerialNumber, in each part "
                "every character but letters, digits and _ percent-encoded",
            )
        fact = Placed(
            router_id=router_id,
            at=self._now,
            **{name: getattr(line, name) for name in (*_TEXTS, *_OWN, "access", "utc_offset")},
        )
        if not _account(fact, known) and any(getattr(fact, name) for name in _OWN):
            raise LineError("account", "the router is nobody's: say whose phone, login, contract")
        return fact

    async def _commit(self, changes: list[tuple[int, Placed]], known: Known) -> None:
        results: list[object] = [None] * len(changes)
        if not self._dry_run:
            stored = (to_asyncio(self._store.commit((fact,))) for _, fact in changes)
            results = await asyncio.gather(*stored, return_exceptions=True)
        for (number, fact), result in zip(changes, results, strict=True):
            if isinstance(result, FactRefusedError):
                self._refuse(number, LineError("", str(result)))
            elif isinstance(result, BaseException):
                raise result
            else:
                self._taken += 1
                self._unseen += fact.router_id not in known.routers


def _of_serial(serial: str, known: Known) -> str:
    ids = known.named.get(serial, ())
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise LineError(
            "serial", f"no router with {serial!r} is known; one that is to come needs its router_id"
        )
    raise LineError("serial", f"several routers have {serial!r}: {', '.join(ids[:5])}")


def _account(fact: Placed, known: Known) -> str:
    """Whose the router is then."""
    if fact.account is not None:
        return fact.account
    belonging = known.routers.get(fact.router_id)
    return (belonging.account or "") if belonging is not None else ""


def _is_known(fact: Placed, known: Known) -> bool:
    """Whether all that is said is known already."""
    belonging = known.routers.get(fact.router_id)
    if belonging is None or not _hangs_so(fact, belonging):
        return False
    account = _account(fact, known)
    if not account:
        return True
    subscriber = known.subscribers.get(account)
    return subscriber is not None and all(
        getattr(fact, name) in (None, getattr(subscriber, name)) for name in _OWN
    )


def _hangs_so(fact: Placed, belonging: Belonging) -> bool:
    texts = all(getattr(fact, name) in (None, getattr(belonging, name) or "") for name in _TEXTS)
    return (
        texts
        and fact.access in (None, belonging.access)
        and fact.utc_offset in (None, belonging.utc_offset)
    )
