"""Commands proposed, claimed and followed to their end; on both databases."""

import pytest

from acs.commands import Command, Refusal
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFailed,
    CommandLapsed,
    CommandVerified,
    CommandWithdrawn,
    RouterRecord,
)
from acs.storage.errors import FactRefusedError
from acs.storage.store import Store
from tests.storage.support import ID, NOW, OTHER_ID, Batch, Desk, Guard, informed, proposal

NO = Refusal("voice", "A call is active.", NOW + 900)


@pytest.fixture(autouse=True)
def known_router(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())


def stored(desk: Desk, store: Store, command_id: str = "c1") -> Command:
    command = desk.wait(store.command(command_id))
    assert command is not None
    return command


def test_a_command_is_queued_claimed_once_and_sent(desk: Desk, store: Store) -> None:
    guard = Guard()
    queued = desk.wait(store.propose(proposal(arguments={"complaint": {"cause": "F01"}}), guard))
    assert (queued.state, queued.due_at) == ("queued", NOW + 3600)
    assert stored(desk, store) == queued
    (record,) = desk.commit(store, informed(NOW + 1))
    assert isinstance(record, RouterRecord)
    assert record.commands_waiting
    sent = desk.wait(store.claim(ID, NOW + 2, guard))
    assert sent is not None
    assert (sent.state, sent.sent_at, sent.due_at) == ("sent", NOW + 2, NOW + 602)
    assert sent.arguments == {"complaint": {"cause": "F01"}}
    assert stored(desk, store) == sent
    assert desk.wait(store.claim(ID, NOW + 3, guard)) is None
    assert [facts.stage for _, facts in guard.seen] == ["propose", "claim"]
    (record,) = desk.commit(store, informed(NOW + 4))
    assert isinstance(record, RouterRecord)
    assert not record.commands_waiting


def test_a_refused_proposal_is_stored_with_its_reasons(desk: Desk, store: Store) -> None:
    refused = desk.wait(store.propose(proposal(), Guard([NO])))
    assert (refused.state, refused.refusals, refused.due_at) == ("refused", (NO,), None)
    assert stored(desk, store) == refused
    assert desk.wait(store.claim(ID, NOW, Guard())) is None


def test_a_command_refused_at_the_claim_makes_way_for_the_next(desk: Desk, store: Store) -> None:
    for number in (1, 2):
        desk.wait(store.propose(proposal(f"c{number}", NOW + number), Guard()))
    claimed = desk.wait(store.claim(ID, NOW + 5, Guard([NO])))
    assert claimed is not None
    assert claimed.command_id == "c2"
    first = stored(desk, store)
    assert (first.state, first.refusals, first.ended_at) == ("refused", (NO,), NOW + 5)


@pytest.mark.parametrize(
    "kind",
    [
        *("reboot", "factory_reset", "download", "schedule_download", "diagnostic"),
        *("delete", "software"),
    ],
)
def test_what_disturbs_is_guarded_at_the_claim_too(desk: Desk, store: Store, kind: str) -> None:
    desk.wait(store.propose(proposal(kind=kind), Guard()))
    guard = Guard([NO])
    assert desk.wait(store.claim(ID, NOW, guard)) is None
    assert [facts.stage for _, facts in guard.seen] == ["claim"]
    assert stored(desk, store).state == "refused"


@pytest.mark.parametrize("kind", ["get", "set", "tree", "upload", "rpc"])
def test_what_disturbs_nobody_is_not(desk: Desk, store: Store, kind: str) -> None:
    desk.wait(store.propose(proposal(kind=kind, arguments={"paths": ["Device."]}), Guard()))
    guard = Guard([NO])
    claimed = desk.wait(store.claim(ID, NOW, guard))
    assert claimed is not None
    assert claimed.arguments == {"paths": ["Device."]}
    assert guard.seen == []


def test_an_expired_command_is_never_sent(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(expires_at=NOW + 10), Guard()))
    assert desk.wait(store.claim(ID, NOW + 10, Guard())) is None
    assert stored(desk, store).state == "expired"


def test_a_command_is_claimed_by_its_own_router_only(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(), Guard()))
    assert desk.wait(store.claim(OTHER_ID, NOW, Guard())) is None


def test_bad_proposals_are_refused(desk: Desk, store: Store) -> None:
    with pytest.raises(FactRefusedError, match="no router"):
        desk.wait(store.propose(proposal(router_id="nobody"), Guard()))
    for command_id in ("", "x" * 33):
        with pytest.raises(FactRefusedError, match="command id"):
            desk.wait(store.propose(proposal(command_id), Guard()))
    desk.wait(store.propose(proposal(), Guard()))
    with pytest.raises(FactRefusedError):
        desk.wait(store.propose(proposal(), Guard()))


def test_a_reboot_is_followed_to_its_verification(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(), Guard()))
    desk.wait(store.claim(ID, NOW, Guard()))
    (answered,) = desk.commit(
        store, CommandAnswered(router_id=ID, at=NOW + 1, command_id="c1", final=False)
    )
    assert isinstance(answered, Command)
    assert (answered.state, answered.answered_at) == ("accepted", NOW + 1)
    (confirmed,) = desk.commit(store, CommandConfirmed(router_id=ID, at=NOW + 90, command_id="c1"))
    assert isinstance(confirmed, Command)
    assert (confirmed.state, confirmed.due_at) == ("confirmed", NOW + 90 + 1800)
    assert desk.wait(store.due_commands(NOW + 1889, 10)) == []
    assert desk.wait(store.due_commands(NOW + 1890, 10)) == [confirmed]
    (verified,) = desk.commit(
        store,
        CommandVerified(
            router_id=ID, at=NOW + 2000, command_id="c1", outcome="helped", result={"left": []}
        ),
    )
    assert isinstance(verified, Command)
    assert (verified.state, verified.outcome, verified.result) == (
        "verified",
        "helped",
        {"left": []},
    )
    assert stored(desk, store) == verified
    assert desk.wait(store.due_commands(NOW + 9999, 10)) == []


def test_other_commands_end_with_their_answer(desk: Desk, store: Store) -> None:
    for command_id in ("c1", "c2"):
        desk.wait(store.propose(proposal(command_id, kind="get"), Guard()))
        desk.wait(store.claim(ID, NOW, Guard()))
    desk.commit(
        store,
        CommandAnswered(
            router_id=ID, at=NOW + 1, command_id="c1", final=True, result={"values": {"a": 1}}
        ),
        CommandFailed(router_id=ID, at=NOW + 1, command_id="c2", result={"code": 9003}),
    )
    done, failed = stored(desk, store), stored(desk, store, "c2")
    assert (done.state, done.result, done.ended_at) == ("done", {"values": {"a": 1}}, NOW + 1)
    assert (failed.state, failed.result, failed.due_at) == ("failed", {"code": 9003}, None)


def test_deadlines(desk: Desk, store: Store) -> None:
    lapsed = CommandLapsed(router_id=ID, at=NOW + 9000, command_id="c1")
    desk.wait(store.propose(proposal(), Guard()))
    assert [c.command_id for c in desk.wait(store.due_commands(NOW + 3600, 10))] == ["c1"]
    desk.commit(store, lapsed)
    assert stored(desk, store).state == "expired"
    desk.wait(store.propose(proposal("c2"), Guard()))
    desk.wait(store.claim(ID, NOW, Guard()))
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 600, command_id="c2"))
    unconfirmed = stored(desk, store, "c2")
    assert (unconfirmed.state, unconfirmed.ended_at) == ("unconfirmed", NOW + 600)
    assert desk.wait(store.claim(ID, NOW + 601, Guard())) is None  # never again by itself


def test_a_late_confirmation_is_still_a_proof(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(), Guard()))
    desk.wait(store.claim(ID, NOW, Guard()))
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 600, command_id="c1"))
    desk.commit(store, CommandConfirmed(router_id=ID, at=NOW + 700, command_id="c1"))
    confirmed = stored(desk, store)
    assert (confirmed.state, confirmed.ended_at) == ("confirmed", None)
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 99_999, command_id="c1"))
    assert (stored(desk, store).state, stored(desk, store).outcome) == ("done", None)


def test_facts_that_do_not_fit_change_nothing(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(), Guard()))
    before = stored(desk, store)
    results = desk.commit(
        store,
        CommandConfirmed(router_id=ID, at=NOW, command_id="c1"),
        CommandConfirmed(router_id=ID, at=NOW, command_id="unknown"),
        CommandConfirmed(router_id=OTHER_ID, at=NOW, command_id="c1"),
        CommandAnswered(router_id=ID, at=NOW, command_id="c1", final=True),
    )
    assert results == (None,) * 4
    assert stored(desk, store) == before


def test_commands_page_by_page_newest_first(desk: Desk, store: Store) -> None:
    for number in range(5):
        answers = [[NO]] if number == 0 else []
        desk.wait(store.propose(proposal(f"c{number}", NOW + number // 2), Guard(*answers)))
    first = desk.wait(store.commands(None, None, 3, None))
    assert [c.command_id for c in first.items] == ["c4", "c3", "c2"]
    second = desk.wait(store.commands(ID, (), 3, first.cursor))
    assert [c.command_id for c in second.items] == ["c1", "c0"]
    assert second.cursor is None
    refused = desk.wait(store.commands(ID, ("refused", "expired"), 3, None))
    assert [c.command_id for c in refused.items] == ["c0"]
    assert desk.wait(store.commands(OTHER_ID, None, 3, "nonsense")).items == []


def test_two_nodes_never_send_the_same_command(desk: Desk, store: Store) -> None:
    other = desk.open()
    for number in range(20):
        desk.wait(store.propose(proposal(f"c{number}"), Guard()))
    with Batch(store):
        claims = [node.claim(ID, NOW, Guard()) for _ in range(15) for node in (store, other)]
    claimed = [desk.wait(claim) for claim in claims]
    ids = [command.command_id for command in claimed if command is not None]
    assert len(ids) == len(set(ids)) == 20


def test_a_command_is_taken_back_or_sent_never_both(desk: Desk, store: Store) -> None:
    other = desk.open()
    names = [f"c{number:02}" for number in range(30)]
    for name in names:
        desk.wait(store.propose(proposal(name), Guard()))
    with Batch(store):
        claims = [store.claim(ID, NOW, Guard()) for _ in range(15)]
        backs = [
            other.commit((CommandWithdrawn(router_id=ID, at=NOW, command_id=name, by="anna"),))
            for name in names
        ]
    sent = {command.command_id for command in map(desk.wait, claims) if command is not None}
    told = [desk.wait(back)[0] for back in backs]
    taken = {command.command_id for command in told if isinstance(command, Command)}
    assert not sent & taken
    assert sent | taken == set(names)
    states = {c.command_id: c.state for c in desk.wait(store.commands(ID, (), 99, None)).items}
    assert {name for name, state in states.items() if state == "sent"} == sent
    assert {name for name, state in states.items() if state == "withdrawn"} == taken


def test_two_nodes_do_not_spend_the_same_budget(desk: Desk, store: Store) -> None:
    """Each decision sees those before it, whichever node made them."""
    other = desk.open()

    def one_in_the_fleet(_command: Command, facts: object) -> tuple[Refusal, ...]:
        sent = getattr(facts, "fleet_sent_10min")  # noqa: B009 - typed as object here
        return (NO,) if sent else ()

    devices = [informed().device.__class__("A", "001122", "X", f"S{n}") for n in range(20)]
    for number, device in enumerate(devices):
        desk.commit(store, informed(device=device))
        desk.wait(store.propose(proposal(f"c{number}", router_id=device.router_id), Guard()))
    nodes = (store, other)
    claims = [
        nodes[number % 2].claim(device.router_id, NOW, one_in_the_fleet)
        for number, device in enumerate(devices)
    ]
    assert sum(desk.wait(claim) is not None for claim in claims) == 1
