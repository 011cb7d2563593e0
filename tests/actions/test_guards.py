"""Each guard of a reboot: when it objects, with which figures, and until when."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.actions.guards import GUARDS, binomial_tail, refusals
from acs.actions.settings import GuardSettings, window_of
from acs.commands import Command, GuardFacts

NOW = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC
NIGHT = NOW - (NOW % 86_400) + 3 * 3600  # 03:00 UTC of the same day

COMMAND = Command(
    command_id="c1",
    router_id="00AA-R1-1",
    kind="reboot",
    state="queued",
    asked_by="policy",
    reason="leak",
    at=NOW,
    expires_at=NOW + 3600,
)
FACTS = GuardFacts(
    now=NIGHT,
    stage="propose",
    enrolled=True,
    flapping=False,
    last_inform_at=NIGHT - 60,
    utc_offset=0,
    vitals={},
    vitals_at=NIGHT - 60,
    boots=(),
    sent=(),
    open_command=None,
    transfer_open=False,
    segment="seg-1",
    segment_routers=48,
    segment_offline=0,
    segment_boots_30min=0,
    segment_rebooting=0,
    fleet_routers=10_000,
    fleet_offline=20,
    fleet_sent_10min=0,
    stopped=False,
    wan_mbps=0.01,
)
SETTINGS = GuardSettings()


def names(facts: GuardFacts, command: Command = COMMAND) -> list[str]:
    return [refusal.guard for refusal in refusals(command, facts, SETTINGS)]


def test_nothing_objects_on_a_quiet_night() -> None:
    assert names(FACTS) == []


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("kill_switch", {"stopped": True}),
        ("identity", {"enrolled": False}),
        ("identity", {"flapping": True}),
        ("model_stopped", {"model_silent": 1}),
        ("escalated", {"escalated_at": NIGHT - 7 * 86_400 + 1}),
        ("one_at_a_time", {"open_command": "c0"}),
        ("voice", {"vitals": {"voip.call_active": "InCall"}}),
        ("voice", {"vitals": {"voip.call_active": "Ringing"}}),
        ("voice", {"vitals": {"voip.reg_status": "Up"}}),
        ("voice", {"has_voice": True}),
        ("voice", {"vitals": {"voip.call_active": "Idle"}, "vitals_at": NIGHT - 901}),
        ("voice", {"vitals": {"voip.call_active": "Idle"}, "vitals_at": NIGHT + 61}),
        ("transfer", {"transfer_open": True}),
        ("transfer", {"vitals": {"acs.download_in_progress": True}}),
        ("transfer", {"upload_open": True}),
        ("diagnostic", {"diagnostic_open": True}),
        ("boot_loop", {"boots": tuple(NIGHT - 3600 * n for n in (1, 2, 3, 4))}),
        ("after_boot", {"boots": (NIGHT - 899,)}),
        ("router_budget", {"sent": ((NIGHT - 86_399, False),)}),
        ("router_budget", {"sent": tuple((NIGHT - 86_400 * n, True) for n in (2, 3, 4))}),
        ("segment_incident", {"segment_offline": 6}),
        ("power_return", {"segment_boots_30min": 3}),
        ("segment_budget", {"segment_rebooting": 2}),
        ("fleet_budget", {"fleet_sent_10min": 10}),
        ("quiet_hours", {"now": NOW}),
        ("in_use", {"wan_mbps": 0.2}),
        ("in_use", {"wan_mbps": None}),
    ],
)
def test_a_guard_objects(guard: str, changes: dict[str, object]) -> None:
    facts = msgspec.structs.replace(FACTS, **changes)
    if "now" in changes:
        facts = msgspec.structs.replace(facts, vitals_at=facts.now)
    assert names(facts) == [guard]


@pytest.mark.parametrize(
    "changes",
    [
        {"vitals": {"voip.call_active": "Idle"}},
        {"vitals": {"voip.call_active": "Idle"}, "vitals_at": NIGHT - 900, "has_voice": True},
        {"escalated_at": NIGHT - 7 * 86_400},
        {"wan_mbps": 0.199},
        {"sent": tuple((NIGHT - 86_400 * n, True) for n in (2, 3))},
        {"sent": tuple((NIGHT - 86_400 * n, True) for n in (2, 3, 7))},
        {"boots": tuple(NIGHT - 3600 * n for n in (1, 2, 3))},
        {"boots": (NIGHT - 901,)},
        {"sent": ((NIGHT - 86_401, False),)},
        {"segment_offline": 2},
        {"segment_offline": 3, "segment_routers": 400},  # 0.75 %: an ordinary day
        {"segment_boots_30min": 2},
        {"segment_rebooting": 1},
        {"fleet_sent_10min": 9},
        {"segment": None, "segment_offline": 20, "segment_boots_30min": 20},
    ],
)
def test_just_below_its_limit_a_guard_is_silent(changes: dict[str, object]) -> None:
    assert names(msgspec.structs.replace(FACTS, **changes)) == []


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"),
    [(1, 59, False), (2, 0, True), (4, 59, True), (5, 0, False)],
)
def test_the_window_of_proactive_reboots(hour: int, minute: int, *, is_open: bool) -> None:
    now = NOW - (NOW % 86_400) + hour * 3600 + minute * 60
    assert (names(msgspec.structs.replace(FACTS, now=now, vitals_at=now)) == []) is is_open


@pytest.mark.parametrize(
    ("routers", "rebooting", "fits"),
    [(10, 0, True), (10, 1, False), (39, 1, False), (40, 1, True), (100, 4, True), (100, 5, False)],
)
def test_five_percent_of_a_segment_but_one_at_least(
    routers: int, rebooting: int, *, fits: bool
) -> None:
    facts = msgspec.structs.replace(FACTS, segment_routers=routers, segment_rebooting=rebooting)
    assert (names(facts) == []) is fits


@pytest.mark.parametrize(
    ("routers", "sent", "fits"),
    [(50, 0, True), (50, 1, False), (1999, 1, False), (2000, 1, True), (100_000, 99, True)],
)
def test_one_in_a_thousand_of_the_fleet_in_ten_minutes(
    routers: int, sent: int, *, fits: bool
) -> None:
    facts = msgspec.structs.replace(FACTS, fleet_routers=routers, fleet_sent_10min=sent)
    assert (names(facts) == []) is fits


def test_the_kill_switch_says_who_and_why() -> None:
    facts = msgspec.structs.replace(
        FACTS, stopped=True, stopped_by="anna", stopped_at=NOW, stopped_why="ticket 4711"
    )
    (refusal,) = refusals(COMMAND, facts, SETTINGS)
    assert refusal.reason == "Reboots are stopped by anna since 2026-09-21 14:13 UTC: ticket 4711."


def test_a_stopped_model_stops_whoever_asks_and_whatever_restarts() -> None:
    facts = msgspec.structs.replace(FACTS, model="Acme Box", model_silent=2)
    for command in (
        COMMAND,
        msgspec.structs.replace(COMMAND, consent=True, asked_by="anna"),
        msgspec.structs.replace(COMMAND, kind="factory_reset", asked_by="anna"),
    ):
        (refusal,) = refusals(command, facts, SETTINGS)
        assert refusal.guard == "model_stopped"
        assert "2 routers of model Acme Box did not come back" in refusal.reason
    assert refusals(COMMAND, facts, GuardSettings(silent_routers=3)) == ()


def test_what_was_escalated_a_person_may_reboot() -> None:
    facts = msgspec.structs.replace(FACTS, escalated_at=NIGHT - 3600)
    assert names(facts) == ["escalated"]
    assert names(facts, msgspec.structs.replace(COMMAND, asked_by="anna")) == []


def test_a_limit_of_silent_routers_is_one_at_least() -> None:
    with pytest.raises(ValueError, match="silent_routers: found 0, allowed is 1 or more"):
        GuardSettings(silent_routers=0)


def test_consent_overrides_quiet_hours_and_use_but_never_voice_or_firmware() -> None:
    consented = msgspec.structs.replace(COMMAND, consent=True)
    day = msgspec.structs.replace(FACTS, now=NOW, vitals_at=NOW, wan_mbps=50.0)
    assert names(day, consented) == []
    calling = msgspec.structs.replace(
        day, vitals={"voip.call_active": "InCall"}, transfer_open=True
    )
    assert names(calling, consented) == ["voice", "transfer"]


def test_consent_allows_a_second_reboot_in_a_day() -> None:
    facts = msgspec.structs.replace(FACTS, sent=((NIGHT - 7200, True),))
    assert names(facts, msgspec.structs.replace(COMMAND, consent=True)) == []
    assert names(facts) == ["router_budget"]


def test_a_clock_set_forward_does_not_renew_a_routers_budget() -> None:
    facts = msgspec.structs.replace(FACTS, sent=((NIGHT - 90_000, False),))
    assert refusals(COMMAND, facts, SETTINGS) == ()
    found = refusals(COMMAND, facts, SETTINGS, ahead=7200.0)
    assert [refusal.guard for refusal in found] == ["router_budget"]
    assert refusals(COMMAND, facts, SETTINGS, ahead=3600.0) == ()


def test_local_time_decides_about_quiet_hours() -> None:
    # 14:13 UTC is 03:13 the next day at UTC+13.
    facts = msgspec.structs.replace(FACTS, now=NOW, vitals_at=NOW, utc_offset=13 * 3600)
    assert names(facts) == []


def test_a_refusal_says_when_to_try_again() -> None:
    facts = msgspec.structs.replace(FACTS, sent=((NIGHT - 3600, False),))
    (refusal,) = refusals(COMMAND, facts, SETTINGS)
    assert refusal.retry_at == NIGHT - 3600 + 86_400
    assert "1 reboots in 24 h (limit 1 without consent)" in refusal.reason
    (quiet,) = refusals(COMMAND, msgspec.structs.replace(FACTS, now=NOW), SETTINGS)
    assert quiet.retry_at is not None
    assert (quiet.retry_at % 86_400) // 60 == 2 * 60  # 02:00


def test_commands_that_disturb_nobody_need_only_an_identity() -> None:
    get = msgspec.structs.replace(COMMAND, kind="get")
    facts = msgspec.structs.replace(FACTS, stopped=True, segment_offline=40)
    assert names(facts, get) == []
    assert names(msgspec.structs.replace(facts, enrolled=False), get) == ["identity"]


RESET = msgspec.structs.replace(COMMAND, kind="factory_reset", asked_by="anna")
FIRMWARE = msgspec.structs.replace(
    COMMAND, kind="download", asked_by="anna", arguments={"file_type": "1 Firmware Upgrade Image"}
)
LATER = msgspec.structs.replace(FIRMWARE, kind="schedule_download")
CONFIG = msgspec.structs.replace(FIRMWARE, arguments={"file_type": "3 Vendor Configuration File"})
TEST = msgspec.structs.replace(COMMAND, kind="diagnostic", arguments={"test": "ping"})


@pytest.mark.parametrize("command", [RESET, FIRMWARE])
@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("kill_switch", {"stopped": True}),
        ("identity", {"flapping": True}),
        ("one_at_a_time", {"open_command": "c0"}),
        ("voice", {"vitals": {"voip.call_active": "InCall"}}),
        ("transfer", {"transfer_open": True}),
        ("diagnostic", {"diagnostic_open": True}),
        ("segment_incident", {"segment_offline": 6}),
    ],
)
def test_guards_of_what_restarts_for_another_end(
    command: Command, guard: str, changes: dict[str, object]
) -> None:
    assert names(msgspec.structs.replace(FACTS, **changes), command) == [guard]


def test_budgets_and_hours_are_for_reboots_only() -> None:
    facts = msgspec.structs.replace(
        FACTS,
        now=NOW,
        vitals_at=NOW,
        sent=((NOW - 9, False),) * 9,
        fleet_sent_10min=99,
        wan_mbps=9.0,
    )
    assert names(facts, RESET) == names(facts, FIRMWARE) == []


def test_the_policy_orders_nothing_that_cannot_be_undone() -> None:
    for command in (RESET, FIRMWARE, LATER):
        asked = msgspec.structs.replace(command, asked_by="policy")
        assert names(FACTS, asked) == ["operator"]


def test_a_call_now_says_nothing_of_a_later_download() -> None:
    calling = msgspec.structs.replace(FACTS, vitals={"voip.call_active": "InCall"})
    assert names(calling, LATER) == []
    assert names(msgspec.structs.replace(calling, stopped=True), LATER) == ["kill_switch"]


def test_other_files_and_tests_wait_for_their_like() -> None:
    busy = msgspec.structs.replace(
        FACTS, stopped=True, open_command="c0", transfer_open=True, diagnostic_open=True
    )
    assert names(busy, CONFIG) == ["transfer"]
    assert names(busy, TEST) == ["diagnostic"]
    assert names(busy, msgspec.structs.replace(COMMAND, kind="upload")) == []
    # a file for the router waits for one that it gives, in the router's own queue
    uploading = msgspec.structs.replace(FACTS, upload_open=True)
    assert names(uploading, CONFIG) == []
    reset = msgspec.structs.replace(COMMAND, kind="factory_reset", asked_by="anna")
    assert names(uploading, reset) == ["transfer"]


def test_every_objection_is_given_not_only_the_first() -> None:
    facts = msgspec.structs.replace(FACTS, stopped=True, transfer_open=True, fleet_sent_10min=99)
    assert names(facts) == ["kill_switch", "transfer", "fleet_budget"]


def test_each_guard_is_listed_once() -> None:
    assert len({guard.__name__ for guard in GUARDS}) == len(GUARDS)


@given(st.integers(1, 60), st.floats(0.001, 0.5))
def test_binomial_tail_is_the_exact_sum(n: int, p: float) -> None:
    for k in {0, 1, n // 2, n}:
        exact = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))
        assert binomial_tail(k, n, p) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("text", ["2-5", "02:00", "02:00-25:00", "", "aa:bb-cc:dd", "02:00-05:00-"])
def test_a_bad_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='allowed is a window such as "02:00-05:00"'):
        window_of(text)


def test_a_window_may_cross_midnight() -> None:
    settings = GuardSettings(proactive_hours="22:00-05:00")
    assert refusals(COMMAND, FACTS, settings) == ()
    noon = msgspec.structs.replace(FACTS, now=NOW, vitals_at=NOW)
    assert [r.guard for r in refusals(COMMAND, noon, settings)] == ["quiet_hours"]
