"""The audit log on both databases: in the transaction of what it tells of, without a gap."""

import threading
from typing import Any

from sqlalchemy import delete

from acs.audit import Act, Chain, Entry, acting
from acs.commands import Refusal
from acs.duration import Duration
from acs.facts import ContactMade, Enrolled
from acs.storage.auditing import Query
from acs.storage.database import Database
from acs.storage.errors import FactRefusedError
from acs.storage.schema_audit import audit
from acs.storage.settings import Retention
from acs.storage.store import Store
from tests.storage.support import ID, NOW, Desk, Guard, informed, proposal, sampled

OLDEST = Query(oldest_first=True, limit=10_000)


def by(who: str, **changes: Any) -> Any:
    return acting(Act(**{"who": who, "channel": "api", "what": "x", "at": NOW, **changes}))


def entries(desk: Desk, store: Store) -> list[Entry]:
    found = desk.wait(store.audit(OLDEST))
    chain = Chain()
    assert chain.take(found), chain.broken
    return found


def test_nobody_at_it_tells_nothing(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), sampled())
    desk.wait(store.add_token("h", ("read",), "crm", None, NOW))
    assert entries(desk, store) == []


def test_what_is_done_is_told_with_it(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    with by("anna", about="tokens"):
        desk.wait(store.add_token("h", ("read",), "crm", None, NOW))
        desk.wait(store.remove_token("crm"))
        desk.wait(store.remove_token("crm"))
        desk.wait(store.set_stop(stopped=True, by="anna", now=NOW, reason="storm"))
        desk.commit(store, ContactMade(router_id=ID, at=NOW, channel="chat", action="reboot"))
        desk.commit(store, informed(), sampled())
    found = [(e.seq, e.who, e.outcome, e.about, e.detail) for e in entries(desk, store)]
    assert found == [
        (1, "anna", "done", "tokens", '{"expires_at":null,"scopes":["read"],"token":"crm"}'),
        (2, "anna", "done", "tokens", '{"token_removed":"crm"}'),
        (3, "anna", "nothing", "tokens", '{"token_removed":"crm"}'),
        (4, "anna", "done", "tokens", '{"reason":"storm","reboots_stopped":true}'),
        (5, "anna", "done", ID, '{"contact":"chat","helped":null,"tried":"reboot"}'),
    ]


def test_a_command_is_told_with_the_guards_that_refused_it(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    refusals = (Refusal("voice_call", "A call is active."), Refusal("budget", "None is left."))
    with by("crm"):
        done = desk.wait(store.propose(proposal("c1", asked_by="crm"), Guard()))
        desk.wait(store.propose(proposal("c2", asked_by="crm"), Guard(refusals)))
    first, second = entries(desk, store)
    assert (first.outcome, first.about) == ("done", ID)
    assert first.detail == f'{{"command":"{done.command_id}","kind":"reboot"}}'
    assert second.outcome == "refused"
    assert '"refused_by":["budget","voice_call"]' in second.detail


def test_what_the_daemon_does_by_itself_is_told_too(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("c1", asked_by="policy"), Guard()))
    (entry,) = entries(desk, store)
    assert (entry.who, entry.channel, entry.about) == ("policy", "daemon", ID)


def test_what_is_not_stored_is_not_told(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    with by("anna"):
        desk.wait(store.add_token("h", ("read",), "crm", None, NOW))
        try:
            desk.wait(store.add_token("i", ("read",), "crm", None, NOW))
        except FactRefusedError:
            pass
        else:
            raise AssertionError
        desk.wait(
            store.record_refusal(Act(who="eve", channel="api", what="y", at=NOW), {"status": 403})
        )
    first, second = entries(desk, store)
    assert (first.who, second.who, second.outcome) == ("anna", "eve", "refused")
    assert second.detail == '{"status":403}'


def test_no_password_comes_into_it(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    with by("anna"):
        desk.commit(store, Enrolled(router_id=ID, at=NOW, username="u1", ha1="5e884898da280471"))
    (entry,) = entries(desk, store)
    assert entry.detail == '{"enrolled":"u1"}'


def test_several_processes_write_one_chain(desk: Desk) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        own = Desk(desk.url)
        try:
            mine = own.open()
            for each in range(25):
                with by(f"w{number}"):
                    own.wait(mine.add_token(f"{number}/{each}", (), f"{number}/{each}", None, NOW))
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    found = entries(desk, desk.open())
    assert [entry.seq for entry in found] == list(range(1, 76))
    assert {entry.who for entry in found} == {"w0", "w1", "w2"}


def test_tampering_in_the_database_is_found(desk: Desk, store: Store) -> None:
    with by("anna"):
        for number in range(5):
            desk.wait(store.add_token(f"h{number}", (), f"t{number}", None, NOW))
    database = Database(desk.url, readers=1, pooled=True)
    with database.writer.begin() as connection:
        connection.execute(delete(audit).where(audit.c.seq == 3))
    database.close()
    chain = Chain()
    found = desk.wait(store.audit(OLDEST))
    assert not chain.take(found)
    assert chain.broken == "entry 3 is missing"


def test_old_entries_go_from_the_beginning(desk: Desk, store: Store) -> None:
    for number in range(6):
        with by("anna", at=NOW + number * 100):
            desk.wait(store.add_token(f"h{number}", (), f"t{number}", None, NOW))
    kept = Retention(audit=Duration(350))
    assert desk.wait(store.prune(NOW + 600, kept, 2)) == 2
    assert [entry.seq for entry in desk.wait(store.audit(OLDEST))] == [3, 4, 5, 6]
    desk.wait(store.prune(NOW + 600, kept, 100))
    assert [entry.seq for entry in entries(desk, store)] == [4, 5, 6]


def test_queries(desk: Desk, store: Store) -> None:
    for number in range(6):
        with by("anna" if number % 2 else "eve", about=f"R{number}", at=NOW + number):
            desk.wait(store.remove_token("none"))

    def seqs(**query: Any) -> list[int]:
        return [entry.seq for entry in desk.wait(store.audit(Query(**query)))]

    assert seqs() == [6, 5, 4, 3, 2, 1]
    assert seqs(limit=2) == [6, 5]
    assert seqs(beyond=5, limit=2) == [4, 3]
    assert seqs(oldest_first=True, beyond=4) == [5, 6]
    assert seqs(who="eve") == [5, 3, 1]
    assert seqs(about="R2") == [3]
    assert seqs(since=NOW + 4) == [6, 5]
