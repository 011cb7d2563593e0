"""Trials, policies and silent models as rows; on both databases."""

import pytest

from acs.commands import Lot
from acs.facts import Checked, CommandConfirmed, CommandLapsed, CommandVerified, TreeRead
from acs.facts import Parameter as Leaf
from acs.identity import DeviceId
from acs.storage.effects import Tally
from acs.storage.settings import Retention
from acs.storage.store import Store
from tests.storage.support import ID, NOW, Desk, Guard, informed, proposal

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture(autouse=True)
def known_router(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())


def lot(draw: float = 0.0, **changes: object) -> Lot:
    return Lot(**{"policy": "auto", "draw": draw, **changes})  # type: ignore[arg-type]  # the test's


def confirmed(desk: Desk, store: Store, command_id: str = "c1", at: float = NOW) -> None:
    desk.wait(store.claim(ID, at + 1, Guard()))
    desk.commit(store, CommandConfirmed(router_id=ID, at=at + 60, command_id=command_id))


def tallies(desk: Desk, store: Store) -> list[Tally]:
    return desk.wait(store.learned.tallies(0.0))


# --- trials ---------------------------------------------------------------------------------------


def test_a_trial_from_the_lot_to_its_last_look(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(cause="F01", lot=lot(hold_out=0.25)), Guard()))
    confirmed(desk, store)
    told = CommandVerified(
        router_id=ID, at=NOW + 1900, command_id="c1", outcome="helped", result={}
    )
    desk.commit(store, told)
    assert desk.wait(store.learned.due_checks(NOW + 60 + DAY - 1, 9)) == []
    (due,) = desk.wait(store.learned.due_checks(NOW + 60 + DAY, 9))
    assert (due.command_id, due.stage, due.since, due.arm) == ("c1", "24h", NOW + 60, "treated")
    assert (due.helped_before, due.restarted_at) == (True, None)
    look = Checked(
        router_id=ID, at=NOW + DAY + 99, command_id="c1", stage="24h", outcome="relapsed"
    )
    assert desk.commit(store, look) == (True,)
    assert desk.commit(store, look) == (False,)  # another node was quicker
    (last,) = desk.wait(store.learned.due_checks(NOW + 9 * DAY, 9))
    assert (last.stage, last.due_at) == ("7d", NOW + 60 + 7 * DAY)
    assert {(t.stage, t.outcome, t.probability, t.count) for t in tallies(desk, store)} == {
        ("30m", "helped", 0.75, 1),
        ("24h", "relapsed", 0.75, 1),
    }


def test_one_that_is_held_out_is_refused_and_looked_at_all_the_same(
    desk: Desk, store: Store
) -> None:
    command = desk.wait(store.propose(proposal(lot=lot(0.75, hold_out=0.25)), Guard()))
    assert [(no.guard, no.retry_at) for no in command.refusals] == [("hold_out", NOW + DAY)]
    due = desk.wait(store.learned.due_checks(NOW + 9 * DAY, 9))
    assert [(check.stage, check.arm) for check in due] == [
        ("30m", "control"),
        ("24h", "control"),
        ("7d", "control"),
    ]
    again = desk.wait(store.propose(proposal("c2", NOW + DAY - 1, lot=lot()), Guard()))
    assert [no.guard for no in again.refusals] == ["hold_out"]
    assert len(desk.wait(store.learned.due_checks(NOW + 9 * DAY, 9))) == 3  # that is no trial
    free = desk.wait(store.propose(proposal("c3", NOW + DAY, lot=lot()), Guard()))
    assert free.state == "queued"


def test_what_a_guard_refuses_is_no_trial(desk: Desk, store: Store) -> None:
    from acs.commands import Refusal  # noqa: PLC0415 - of this test alone

    desk.wait(store.propose(proposal(lot=lot()), Guard((Refusal("voice", "no"),))))
    assert desk.wait(store.learned.due_checks(NOW + 9 * DAY, 9)) == []
    assert desk.wait(store.learned.policy()) is None


def test_a_trial_that_was_never_carried_out_is_looked_at_from_its_lot_on(
    desk: Desk, store: Store
) -> None:
    desk.wait(store.propose(proposal(lot=lot()), Guard()))
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + HOUR, command_id="c1"))
    (due,) = desk.wait(store.learned.due_checks(NOW + DAY, 9))
    assert (due.stage, due.since, due.arm) == ("24h", NOW, "treated")


def test_another_reboot_since_is_told(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(lot=lot(0.9, hold_out=0.5)), Guard()))
    desk.wait(store.propose(proposal("c2", NOW + 10), Guard()))
    desk.wait(store.claim(ID, NOW + 20, Guard()))
    due = desk.wait(store.learned.due_checks(NOW + DAY, 9))
    assert {check.restarted_at for check in due} == {NOW + 20}


def test_old_trials_are_pruned(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(lot=lot()), Guard()))
    confirmed(desk, store)
    for stage in ("24h", "7d"):
        fact = Checked(router_id=ID, at=NOW, command_id="c1", stage=stage, outcome=None)
        desk.commit(store, fact)
    assert len(tallies(desk, store)) == 2
    desk.wait(store.prune(NOW + 400 * DAY, Retention(), 100))
    assert tallies(desk, store) == []


# --- policies -------------------------------------------------------------------------------------


def test_the_canary_counts_routers_and_a_member_stays_one(desk: Desk, store: Store) -> None:
    asked = lot(0.1, canary=1)
    assert desk.wait(store.propose(proposal(lot=asked), Guard())).state == "queued"
    again = proposal("c2", NOW + DAY, lot=asked)
    assert desk.wait(store.propose(again, Guard())).state == "queued"
    other = DeviceId("Acme", "001122", "X", "N1")
    desk.commit(store, informed(device=other))
    full = proposal("c3", NOW + DAY, router_id=other.router_id, lot=asked)
    refused = desk.wait(store.propose(full, Guard()))
    assert [no.guard for no in refused.refusals] == ["canary"]
    policy = desk.wait(store.learned.policy())
    assert policy is not None
    assert (policy.state, policy.size, policy.trial) == ("canary", 1, "auto.1")
    assert desk.wait(store.learned.treated("auto.1")) == 1
    assert desk.wait(store.learned.open_checks("auto.1", "24h")) == 2 + 1  # the third is watched


def test_who_comes_after_the_canary_is_compared_with(desk: Desk, store: Store) -> None:
    """So many as were tried; a router counts once, and nobody before was left out by lot."""
    asked = lot(0.999, canary=2)
    ids = [ID]
    for number in range(5):
        device = DeviceId("Acme", "001122", "X", f"N{number}")
        desk.commit(store, informed(device=device))
        ids.append(device.router_id)
    for turn in range(2):
        for number, router_id in enumerate(ids):
            wish = proposal(f"c{turn}{number}", NOW + 60 * turn, router_id=router_id, lot=asked)
            state = desk.wait(store.propose(wish, Guard())).state
            assert state == ("queued" if number < 2 else "refused")
    found = desk.wait(store.learned.open_checks("auto.1", "24h"))
    trials = {t.arm for t in tallies(desk, store)}
    assert trials <= {"treated", "control"}
    assert found == 2 * 2 + 2  # both proposals for the two tried on, two watched of four


def test_a_policy_that_was_announced_goes_on(desk: Desk, store: Store) -> None:
    learned = store.learned
    first = desk.wait(learned.announce("a", "auto", 5, NOW))
    assert desk.wait(learned.announce("a", "auto", 5, NOW + 1)) == first
    assert desk.wait(learned.announce("b", "advise", 5, NOW - DAY)).state == "advise"
    latest = desk.wait(learned.policy())  # though the clock was set back
    assert latest is not None
    assert latest.policy == "b"
    again = desk.wait(learned.announce("a", "auto", 0, NOW + 2))
    assert (again.round, again.state) == (2, "open")
    assert desk.wait(learned.resume_policy(NOW + 3)) == again  # it was not stopped


# --- the kill switch and silent models -----------------------------------------------------------


def test_the_kill_switch_holds_at_once_on_every_node(desk: Desk, store: Store) -> None:
    other = desk.open()
    desk.wait(store.propose(proposal(), Guard()))
    desk.wait(other.set_stop(True, "anna", NOW + 1, "ticket 4711"))
    guard = Guard()
    desk.wait(store.claim(ID, NOW + 1, guard))
    facts = guard.facts
    assert (facts.stopped, facts.stopped_by, facts.stopped_why) == (True, "anna", "ticket 4711")


def lapse(desk: Desk, store: Store, command_id: str, *, is_watched: bool = True) -> None:
    desk.wait(store.propose(proposal(command_id, NOW + 5), Guard()))
    desk.wait(store.claim(ID, NOW + 10, Guard()))
    desk.commit(
        store,
        CommandLapsed(router_id=ID, at=NOW + 610, command_id=command_id, is_watched=is_watched),
    )


def seen(desk: Desk, store: Store, at: float) -> int:
    guard = Guard()
    desk.wait(store.propose(proposal(f"see-{at}", at), guard))
    return guard.facts.model_silent


def test_a_router_that_does_not_come_back_stops_its_model(desk: Desk, store: Store) -> None:
    lapse(desk, store, "c1")
    command = desk.wait(store.command("c1"))
    assert command is not None
    assert (command.state, command.result) == ("unconfirmed", {"silent": True})
    (model,) = desk.wait(store.learned.silent_models())
    assert (model.model, model.routers, model.router_ids) == ("Model X", 1, (ID,))
    assert seen(desk, store, NOW + 700) == 1
    assert [e.kind for e in desk.wait(store.events(ID, 0, 9))] == ["silent"]
    assert desk.wait(store.learned.resume_model("Model Y")) == 0
    assert desk.wait(store.learned.resume_model("Model X")) == 1
    assert seen(desk, store, NOW + 800) == 0


def test_one_that_informed_since_or_that_nobody_waited_for_is_not_silent(
    desk: Desk, store: Store
) -> None:
    lapse(desk, store, "c1", is_watched=False)
    desk.wait(store.propose(proposal("c2", NOW + 1000), Guard()))
    desk.wait(store.claim(ID, NOW + 1001, Guard()))
    desk.commit(store, informed(NOW + 1100))
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 1700, command_id="c2", is_watched=True))
    assert desk.wait(store.learned.silent_models()) == ()


# --- voice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "has_voice"),
    [
        ("Device.Services.VoiceService.1.CallControl.Line.1.CallStatus", True),
        ("Device.Services.VoiceService.1.VoiceProfile.1.Line.2.CallState", True),
        ("Device.Services.VoiceService.1.CallControl.LineNumberOfEntries", False),
        ("Device.Services.VoiceServiceNumberOfEntries", False),
        ("Device.WiFi.RadioNumberOfEntries", False),
    ],
)
def test_a_line_in_the_tree_makes_a_router_one_with_telephony(
    desk: Desk, store: Store, path: str, *, has_voice: bool
) -> None:
    desk.commit(store, TreeRead(router_id=ID, at=NOW, path="", parameters=(Leaf(path, "x"),)))
    guard = Guard()
    desk.wait(store.propose(proposal(), guard))
    assert guard.facts.has_voice is has_voice
    desk.wait(store.propose(proposal("c2", kind="get"), guard))
    assert not guard.facts.has_voice  # it is not asked: nothing restarts
