"""From a decision to what it was worth: lots, later looks, the policy on trial. A real store."""

from collections.abc import Callable

import msgspec
from structlog.testing import capture_logs
from twisted.internet.defer import Deferred

from acs.actions.learning_settings import LearningSettings
from acs.actions.settings import ActionSettings
from acs.commands import CheckOutcome, Command, Stage
from acs.facts import Belongs, ContactMade, Sampled
from acs.identity import DeviceId
from acs.storage.effects import Tally
from diagnostics.sample import Value
from tests.actions.office import DAY, GUARDS, HOUR, MINUTE, SICK, Office
from tests.diagnostics.conftest import healthy

OfficeWith = Callable[..., Office]
HOLD_OUT = LearningSettings(canary=0, hold_out=0.2, hold_out_gain=1000.0)


def fall_ill(office: Office) -> Command:
    """A call about a router that a reboot is right for; what became of the proposal."""
    office.call()
    office.sample(SICK)
    return office.commands()[0]


def carry_out(office: Office) -> None:
    """The router fetches its reboot, comes back, and is well."""
    command = office.claim()
    assert command is not None
    office.clock.advance(MINUTE)
    office.confirm(command)
    office.clock.advance(35 * MINUTE)
    office.sample(up=35 * MINUTE)
    office.sweep()


def found(office: Office) -> dict[tuple[str, Stage], CheckOutcome | None]:
    """What each look found, by side and stage."""
    rows: list[Tally] = office.wait(office.store.learned.tallies(0.0))
    return {(row.arm, row.stage): row.outcome for row in rows}


def later(office: Office, seconds: float, vitals: dict[str, Value] | None = None) -> None:
    office.clock.advance(seconds)
    office.sample(vitals, up=office.clock.seconds() + DAY)
    office.sweep()


# --- later looks ----------------------------------------------------------------------------------


def test_an_action_is_looked_at_three_times(office: Office) -> None:
    fall_ill(office)
    carry_out(office)
    first = found(office)
    assert set(first) == {("treated", "30m")}
    later(office, DAY - HOUR)
    assert set(found(office)) == {("treated", "30m")}  # not yet a day after the confirmation
    later(office, 2 * HOUR)
    assert set(found(office)) == {("treated", "30m"), ("treated", "24h")}
    later(office, 6 * DAY)
    assert set(found(office)) == {("treated", "30m"), ("treated", "24h"), ("treated", "7d")}
    assert office.wait(office.store.learned.due_checks(office.now() + 99 * DAY, 9)) == []


def test_an_operators_reboot_is_looked_at_but_in_no_comparison(office: Office) -> None:
    office.sample()
    office.propose()
    carry_out(office)
    later(office, DAY)
    rows = office.wait(office.store.learned.tallies(0.0))
    assert {(row.arm, row.randomised, row.probability) for row in rows} == {("asked", False, None)}
    assert {row.stage for row in rows} == {"30m", "24h"}


def test_another_reboot_in_between_is_a_relapse_of_what_had_helped(office: Office) -> None:
    office.sample(SICK)
    office.settle()
    if not office.commands():
        office.propose()
    carry_out(office)
    ((arm, _),) = found(office)
    first = found(office)[arm, "30m"]
    office.clock.advance(HOUR)
    assert office.propose().state == "queued"
    assert office.claim() is not None
    later(office, DAY)
    expected = "relapsed" if first == "helped" else "unchanged"
    assert found(office)[arm, "24h"] == expected


def test_without_a_sample_it_is_never_known(office: Office) -> None:
    fall_ill(office)
    carry_out(office)
    office.clock.advance(2 * DAY + HOUR)
    office.sweep()
    assert found(office)["treated", "24h"] is None
    assert office.tally.counts["24h treated", "unknown"] == 1


def test_looks_outlive_a_restart(office: Office) -> None:
    fall_ill(office)
    carry_out(office)
    office.restart()
    later(office, DAY)
    assert ("treated", "24h") in found(office)


def test_a_look_that_fails_does_not_hold_up_the_others(office: Office) -> None:
    fall_ill(office)
    carry_out(office)
    office.clock.advance(DAY)
    office.store.close()
    with capture_logs() as logs:
        office.wait(_sweep(office))
    failed = [e["part"] for e in logs if e["event"] == "actions.sweep_failed"]
    assert failed == ["sweep", "_policy", "_show"]


def _sweep(office: Office) -> "Deferred[None]":
    return Deferred.fromCoroutine(office.learning.sweep())


# --- the hold-out ---------------------------------------------------------------------------------


def test_a_router_that_the_lot_holds_out_is_only_watched(office_with: OfficeWith) -> None:
    office = office_with(learning=HOLD_OUT)
    office.inform()
    office.chance = 0.9  # 0.8 and more: held out
    command = fall_ill(office)
    assert command.state == "refused"
    (refusal,) = command.refusals
    assert refusal.guard == "hold_out"
    assert "probability 20.0%" in refusal.reason
    assert refusal.retry_at == office.now() + DAY
    assert office.claim() is None
    office.chance = 0.0
    later(office, 31 * MINUTE, SICK)
    assert found(office) == {("control", "30m"): "unchanged"}
    later(office, DAY)
    assert set(found(office)) == {("control", "30m"), ("control", "24h")}
    rows = office.wait(office.store.learned.tallies(0.0))
    assert {(row.probability, row.randomised) for row in rows} == {(0.8, True)}


def test_a_person_may_reboot_a_router_of_the_hold_out(office_with: OfficeWith) -> None:
    office = office_with(learning=HOLD_OUT)
    office.inform()
    office.chance = 0.9
    fall_ill(office)
    command = office.propose()
    assert command.state == "queued"
    carry_out(office)
    later(office, DAY)
    assert found(office)["control", "24h"] == "unchanged"  # it was not left to itself
    assert ("asked", "24h") in found(office)


def test_those_whom_the_lot_favours_are_treated_and_their_probability_kept(
    office_with: OfficeWith,
) -> None:
    office = office_with(learning=HOLD_OUT)
    office.inform()
    office.chance = 0.79
    assert fall_ill(office).state == "queued"
    carry_out(office)
    (row,) = office.wait(office.store.learned.tallies(0.0))
    assert (row.arm, row.probability, row.randomised) == ("treated", 0.8, True)


def test_where_costs_are_far_apart_nobody_is_held_out(office_with: OfficeWith) -> None:
    office = office_with(learning=LearningSettings(canary=0, hold_out=0.2, hold_out_gain=0.0))
    office.inform()
    office.chance = 0.99
    assert fall_ill(office).state == "queued"


# --- the canary -----------------------------------------------------------------------------------


def ill(office: Office, number: int) -> Command:
    """Another router falls ill; what became of its proposal."""
    device = DeviceId("Acme", "00AA01", "Box", f"C-{number}")
    router_id = device.router_id
    office.inform(device)
    office.commit(Belongs(router_id=router_id, at=office.now(), account=f"a{number}"))
    now = office.now()
    office.commit(
        _contact(router_id, now),
        Sampled(router_id=router_id, at=now, vitals={**healthy(now, now - 40 * DAY), **SICK}),
    )
    return next(c for c in office.commands() if c.router_id == router_id)


def _contact(router_id: str, at: float) -> ContactMade:
    return ContactMade(router_id=router_id, at=at, channel="phone")


def test_a_new_policy_is_tried_on_some_and_the_rest_is_advised(office_with: OfficeWith) -> None:
    office = office_with(
        learning=LearningSettings(canary=2, canary_share=0.5),
        guards=msgspec.structs.replace(GUARDS, fleet_minimum=99),
    )
    office.sweep()
    assert office.tally.standing[1:3] == ("canary", 0)
    states = []
    for number, chance in enumerate((0.1, 0.6, 0.2, 0.1)):
        office.chance = chance
        states.append(ill(office, number))
    assert [command.state for command in states] == ["queued", "refused", "queued", "refused"]
    assert [c.refusals[0].guard for c in states if c.refusals] == ["canary", "canary"]
    assert "by lot (probability 50%)" in states[1].refusals[0].reason
    assert "tried on 2 routers first" in states[3].refusals[0].reason
    office.sweep()
    assert office.tally.standing[1:3] == ("canary", 2)
    office.restart()  # it is durable
    office.chance = 0.1
    assert ill(office, 9).state == "refused"


def test_a_change_of_threshold_begins_anew_and_the_same_again_does_not(
    office_with: OfficeWith,
) -> None:
    office = office_with(learning=LearningSettings(canary=5))
    office.sweep()
    office.restart()
    office.sweep()
    policy = office.wait(office.store.learned.policy())
    assert policy is not None
    assert (policy.state, policy.round) == ("canary", 1)
    before, office.settings = office.settings, changed(office, confidence=0.7)
    office.restart()
    office.clock.advance(HOUR)
    office.sweep()
    newer = office.wait(office.store.learned.policy())
    assert newer is not None
    assert (newer.policy, newer.state) == (
        "auto: confidence 0.7, gain 6, persistence 0 s",
        "canary",
    )
    office.settings = before
    office.restart()
    office.clock.advance(HOUR)
    office.sweep()
    back = office.wait(office.store.learned.policy())
    assert back is not None
    assert (back.policy, back.round) == (policy.policy, 2)


def test_advise_mode_is_no_policy_on_trial(office_with: OfficeWith) -> None:
    office = office_with(mode="advise")
    office.sweep()
    assert office.tally.standing[1] == "advise"
    office.settings = changed(office, mode="auto", learning=LearningSettings(canary=5))
    office.restart()
    office.clock.advance(1)
    office.sweep()
    assert office.tally.standing[1] == "canary"


def test_a_stopped_policy_proposes_nothing_until_a_person_resumes_it(
    office_with: OfficeWith,
) -> None:
    office = office_with(learning=LearningSettings(canary=5))
    office.sweep()
    learned = office.store.learned
    policy = office.wait(learned.policy())
    assert policy is not None
    assert office.wait(learned.move_policy(policy, "stopped", "it helped nobody", office.now()))
    assert not office.wait(learned.move_policy(policy, "open", "too late", office.now()))
    refused = ill(office, 1)
    assert "it helped nobody" in refused.refusals[0].reason
    resumed = office.wait(learned.resume_policy(office.now()))
    assert resumed is not None
    assert (resumed.state, resumed.round) == ("canary", 2)
    office.chance = 0.1
    assert ill(office, 2).state == "queued"


def test_a_policy_that_does_harm_stops_by_itself(office_with: OfficeWith) -> None:
    """Four treated routers stay ill; four that were only watched recover."""
    office = office_with(
        learning=LearningSettings(canary=12, canary_share=0.5, least_known=4),
        guards=msgspec.structs.replace(GUARDS, fleet_minimum=99),
    )
    office.sweep()
    treated: list[str] = []
    control: list[str] = []
    for number in range(8):
        office.chance = 0.1 if number % 2 else 0.9
        (treated if number % 2 else control).append(ill(office, number).router_id)
    office.clock.advance(DAY + HOUR)
    for router_id in treated + control:
        now = office.now()
        vitals = {**healthy(now, now - 41 * DAY), **(SICK if router_id in treated else {})}
        office.commit(Sampled(router_id=router_id, at=now, vitals=vitals))
    with capture_logs() as logs:
        office.sweep()
    assert {e["state"] for e in logs if e["event"] == "actions.policy_changed"} == {"stopped"}
    assert office.tally.standing[1] == "stopped"
    assert ill(office, 20).refusals[0].guard == "canary"


def changed(office: Office, **changes: object) -> ActionSettings:
    return msgspec.structs.replace(office.settings, **changes)
