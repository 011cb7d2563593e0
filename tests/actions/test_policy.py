"""When the policy proposes a reboot, and when it keeps still."""

import msgspec

from acs.actions.policy import Policy
from acs.actions.settings import ActionSettings
from acs.commands import Command, Refusal
from acs.duration import Duration
from diagnostics.verdict import Action, Verdict

AUTO = ActionSettings(mode="auto", confidence=0.8, propose_again=Duration(3600))


def verdict(action: Action = "reboot", confidence: float = 0.9) -> Verdict:
    return Verdict(action, confidence, {action: confidence}, (), (), (), 0.0)


def refused(*retry_at: float | None) -> Command:
    refusals = tuple(Refusal("guard", "because", at) for at in retry_at)
    return Command("c1", "r1", "reboot", "refused", "policy", "leak", 0.0, 1.0, refusals=refusals)


def test_only_auto_mode_proposes() -> None:
    for mode in ("observe", "advise"):
        settings = msgspec.structs.replace(AUTO, mode=mode)
        assert not Policy(settings).wants("r1", verdict(), 0.0)
    assert Policy(AUTO).wants("r1", verdict(), 0.0)


def test_only_a_sure_reboot_is_proposed() -> None:
    policy = Policy(AUTO)
    assert not policy.wants("r1", verdict("technician", 0.99), 0.0)
    assert not policy.wants("r1", verdict(confidence=0.79), 0.0)


def test_a_router_is_proposed_once_in_a_while() -> None:
    policy = Policy(AUTO)
    assert policy.wants("r1", verdict(), 0.0)
    assert not policy.wants("r1", verdict(), 3599.0)
    assert policy.wants("r2", verdict(), 3599.0)
    assert policy.wants("r1", verdict(), 3600.0)


def test_the_verdict_must_have_stood_without_a_break() -> None:
    policy = Policy(msgspec.structs.replace(AUTO, persistence=Duration(600)))
    assert not policy.wants("r1", verdict(), 0.0)
    assert not policy.wants("r1", verdict("none"), 500.0)
    assert not policy.wants("r1", verdict(), 700.0)
    assert policy.wants("r1", verdict(), 1300.0)


def test_a_refusal_with_times_is_tried_again_at_the_last_of_them() -> None:
    policy = Policy(AUTO, uniform=lambda low, _high: low)
    policy.wants("r1", verdict(), 0.0)
    policy.answered(refused(100.0, 300.0), 1.0)
    assert not policy.wants("r1", verdict(), 299.0)
    assert policy.wants("r1", verdict(), 300.0)


def test_a_refusal_without_a_time_waits_the_whole_pause() -> None:
    policy = Policy(AUTO)
    policy.wants("r1", verdict(), 0.0)
    policy.answered(refused(100.0, None), 1.0)
    assert not policy.wants("r1", verdict(), 3599.0)


def test_what_cannot_matter_any_more_is_forgotten() -> None:
    policy = Policy(AUTO)
    policy.wants("r1", verdict(), 0.0)
    policy.wants("r1", verdict("none"), 10.0)
    policy.forget_old(3601.0)
    assert not policy._next
    assert not policy._since
