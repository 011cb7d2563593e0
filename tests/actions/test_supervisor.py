"""The supervisor over a real store: what committed samples and operators' wishes lead to."""

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs
from twisted.internet.defer import Deferred

from acs.actions.supervisor import UnknownRouterError
from acs.duration import Duration
from acs.facts import CommandAnswered
from acs.identity import DeviceId
from tests.actions.office import DAY, HOUR, ID, MINUTE, SICK, Office

OfficeWith = Callable[..., Office]
STRANGER = "00AA01-Box-none"


def fall_ill(office: Office, *, up: float = 40 * DAY) -> None:
    """A call about a router that a reboot is right for."""
    office.call()
    office.sample(SICK, up=up)


# --- judging --------------------------------------------------------------------------------------


def test_a_sample_is_judged_and_the_verdict_stored(office: Office) -> None:
    office.sample()
    verdict = office.wait(office.store.verdict(ID))
    assert verdict is not None
    assert (verdict.action, verdict.judged_at) == ("none", office.now())
    assert office.tally.counts["judged", "none"] == 1
    assert office.commands() == []


def test_a_changed_verdict_is_told_once(office: Office) -> None:
    with capture_logs() as logs:
        fall_ill(office)
        office.clock.advance(10)
        office.sample(SICK)
    changed = [entry for entry in logs if entry["event"] == "actions.verdict_changed"]
    assert [(entry["router"], entry["action"]) for entry in changed] == [(ID, "reboot")]


def test_judging_again_returns_and_stores_the_verdict(office: Office) -> None:
    fall_ill(office)
    office.clock.advance(30)
    verdict = office.wait(office.supervisor.judge_again(ID))
    office.settle()
    assert verdict.judged_at == office.now()
    assert office.wait(office.store.verdict(ID)) == verdict


def test_an_unknown_router_cannot_be_judged(office: Office) -> None:
    with pytest.raises(UnknownRouterError, match=STRANGER):
        office.wait(office.supervisor.judge_again(STRANGER))


# --- the policy -----------------------------------------------------------------------------------


def test_auto_mode_proposes_once(office: Office) -> None:
    fall_ill(office)
    office.clock.advance(5 * MINUTE)
    office.sample(SICK)
    (command,) = office.commands()
    assert (command.kind, command.state, command.asked_by) == ("reboot", "queued", "policy")
    assert command.cause in ("F01", "F02")
    assert "%" in command.reason
    assert "dns_proxy" in str(command.arguments["complaint"])
    assert (office.queued, office.wakes) == ([ID], [ID])
    assert office.tally.counts["reboot", "queued"] == 1


@pytest.mark.parametrize("mode", ["observe", "advise"])
def test_other_modes_only_judge(office_with: OfficeWith, mode: str) -> None:
    office = office_with(mode=mode)
    office.inform()
    fall_ill(office)
    verdict = office.wait(office.store.verdict(ID))
    assert verdict is not None
    assert verdict.action == "reboot"
    assert office.commands() == []


def test_a_refused_proposal_is_stored_with_its_reasons_and_comes_again(office: Office) -> None:
    office.wait(office.store.set_stop(True, "socket", office.now()))
    fall_ill(office)
    (command,) = office.commands()
    assert command.state == "refused"
    assert [refusal.guard for refusal in command.refusals] == ["kill_switch"]
    assert office.tally.counts["refused", "kill_switch"] == 1
    assert (office.queued, office.wakes) == ([], [])
    office.wait(office.store.set_stop(False, "socket", office.now()))
    office.clock.advance(HOUR)  # propose_again: a kill switch does not say until when
    fall_ill(office)
    assert sorted(command.state for command in office.commands()) == ["queued", "refused"]


def test_a_refusal_with_a_time_is_tried_again_then(office: Office) -> None:
    first = office.propose()
    assert office.claim() is not None
    office.confirm(first)
    office.clock.advance(20 * HOUR)
    fall_ill(office, up=20 * HOUR)
    office.sweep()
    assert office.command(first.command_id).state == "verified"
    fall_ill(office, up=20 * HOUR)
    refused = office.commands()[0]
    assert [refusal.guard for refusal in refused.refusals] == ["one_at_a_time", "router_budget"]
    office.clock.advance(HOUR)  # propose_again: an open command does not say until when
    fall_ill(office, up=21 * HOUR)
    refused = office.commands()[0]
    assert [refusal.guard for refusal in refused.refusals] == ["router_budget"]
    assert refused.refusals[0].retry_at == office.now() + 3 * HOUR
    office.clock.advance(2 * HOUR)  # more than propose_again, less than the budget asks for
    fall_ill(office, up=23 * HOUR)
    assert len(office.commands()) == 3
    office.clock.advance(2 * HOUR)
    fall_ill(office, up=25 * HOUR)
    assert len(office.commands()) == 4
    assert office.commands()[0].state == "queued"


def test_the_verdict_must_stand_before_it_is_proposed(office_with: OfficeWith) -> None:
    office = office_with(persistence=Duration(600))
    office.inform()
    fall_ill(office)
    office.clock.advance(300)
    fall_ill(office)
    assert office.commands() == []
    office.clock.advance(300)
    fall_ill(office)
    assert len(office.commands()) == 1


# --- operators ------------------------------------------------------------------------------------


def test_an_operators_reboot_is_queued_and_the_router_woken(office: Office) -> None:
    office.sample()
    command = office.propose()
    assert (command.state, command.asked_by, command.consent) == ("queued", "socket", True)
    assert command.expires_at == office.now() + HOUR
    assert office.command(command.command_id).due_at == command.expires_at
    assert (office.queued, office.wakes) == ([ID], [ID])


def test_a_long_reason_is_cut(office: Office) -> None:
    asked = office.supervisor.propose("reboot", ID, "socket", "x" * 10_000)
    assert len(office.wait(asked).reason) == 500


def test_observe_mode_refuses_reboots_and_lets_the_rest_through(office_with: OfficeWith) -> None:
    office = office_with(mode="observe")
    office.inform()
    reboot, get = office.propose(), office.propose(kind="get")
    assert (reboot.state, get.state) == ("refused", "queued")
    assert [refusal.guard for refusal in reboot.refusals] == ["mode"]
    assert office.propose(kind="factory_reset").refusals == reboot.refusals


def test_an_unknown_router_gets_no_command(office: Office) -> None:
    with pytest.raises(UnknownRouterError, match=STRANGER):
        office.propose(STRANGER)
    assert office.commands() == []


def test_the_guard_is_asked_again_when_the_command_goes_out(office: Office) -> None:
    command = office.propose()
    office.wait(office.store.set_stop(True, "socket", office.now()))
    assert office.claim() is None
    after = office.command(command.command_id)
    assert (after.state, after.refusals[0].guard, after.sent_at) == ("refused", "kill_switch", None)


def test_a_reboot_still_under_way_is_not_doubled(office: Office) -> None:
    first, second = office.propose(), office.propose()
    assert (first.state, second.state) == ("queued", "refused")
    assert "one_at_a_time" in [refusal.guard for refusal in second.refusals]


def test_a_router_that_cannot_be_woken_is_no_error(office: Office) -> None:
    office.wake_error = OSError("no route to host")
    with capture_logs() as logs:
        assert office.propose().state == "queued"
    assert [e["error"] for e in logs if e["event"] == "actions.wake_failed"] == ["no route to host"]


# --- when storage fails ---------------------------------------------------------------------------


def test_storage_that_fails_is_logged_and_nothing_raises(office: Office) -> None:
    office.sample()
    window = office.wait(office.store.windowed(ID))
    assert window is not None
    office.store.close()
    with capture_logs() as logs:
        office.supervisor._judge(ID, window)
        office.wait(Deferred.fromCoroutine(office.deadlines.sweep()))
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == [
        "actions.judge_failed",
        *["actions.sweep_failed"] * 3,
    ]


def test_a_failed_proposal_of_the_policy_is_logged(office: Office) -> None:
    office.call()
    office.sample(SICK)
    verdict = office.wait(office.store.verdict(ID))
    window = office.wait(office.store.windowed(ID))
    assert verdict is not None
    assert window is not None
    office.restart()
    office.store.close()
    with capture_logs() as logs:
        office.supervisor._judged((False,), ID, verdict, window)
    assert [entry["event"] for entry in logs] == ["actions.propose_failed"]


def test_a_command_that_does_not_exist_changes_nothing(office: Office) -> None:
    office.commit(CommandAnswered(router_id=ID, at=office.now(), command_id="none", final=True))
    assert office.changed == []


def test_the_segments_state_is_part_of_the_verdict(office: Office) -> None:
    office.belongs(ID, "sw-1")
    for number in range(2, 9):
        device = DeviceId("Acme", "00AA01", "Box", f"S-{number}")
        office.inform(device)
        office.belongs(device.router_id, "sw-1")
    office.clock.advance(6000)  # all of them silent, then one comes back
    office.inform()
    office.sweep()
    office.call()
    office.sample()
    verdict = office.wait(office.store.verdict(ID))
    assert verdict is not None
    assert "segment_offline" in {finding.symptom for finding in verdict.evidence}
