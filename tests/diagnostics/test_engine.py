"""The faults of the demonstration fleet, and each fault class against its confounding twin."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.catalogue import CATALOGUE
from diagnostics.context import (
    Boot,
    Cohort,
    Contact,
    Context,
    FirmwareChange,
    SegmentState,
)
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.sample import Sample, Value
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS, Verdict

HOUR, DAY = 3600.0, 86400.0
NOW = 1_790_000_000.0  # 14:13 UTC
EVENING = 6 * 3600  # utc_offset that makes it 20:13
MEMORY = 262_144
Story = Any  # the fixture's class is in conftest
Stories = Callable[..., Story]


def leading(verdict: Verdict) -> str:
    return verdict.causes[0].cause


def segment(offline: int = 0, **counts: int) -> tuple[SegmentState, ...]:
    return tuple(
        SegmentState(at=NOW - 600 * i, routers=48, offline=offline, **counts) for i in range(3)
    )


def leak(story: Story, per_day: float = 0.04) -> Story:
    def change(age: float, vitals: dict[str, Value]) -> None:
        free = max(0.03, 0.03 + per_day * age / DAY)
        vitals["sys.mem_free"] = int(MEMORY * min(0.6, free))

    return story.with_(change)


def hung_dns(story: Story) -> Story:
    return story.since(5 * HOUR, {"sys.dns_proxy_fail": 0.9, "sys.cpu_util": 61})


def bad_cable(story: Story) -> Story:
    def change(age: float, vitals: dict[str, Value]) -> None:
        since = 2 * DAY - age
        if since >= 0:
            vitals["eth.speed"] = 100
            vitals["eth.fcs_err"] = int(since * 0.5)
            vitals["eth.link_last_change"] = int(since % 9000)

    return story.with_(change)


def weak_wifi(story: Story) -> Story:
    return story.since(
        10 * DAY, {"wifi.client_rssi_p10": -82, "wifi.retry_ratio": 0.29, "eth.speed": 1000}
    )


def boot_loop(story: Story) -> Story:
    boots = tuple(Boot(at=NOW - 3 * HOUR * i - 3000) for i in range(6))
    story.booted_at = NOW - 3000
    story.times = [NOW - 60]
    return story.told(boots=boots).since(DAY, {"sys.temp_cpu": 89})


@pytest.mark.parametrize("calling", [True, False])
def test_a_healthy_router_needs_nothing(story: Stories, *, calling: bool) -> None:
    verdict = story().verdict(calling=calling)
    assert verdict.action == "none"
    assert leading(verdict) == "F22"
    assert verdict.evidence[0].symptom == "all_clear"


@pytest.mark.parametrize("calling", [True, False])
@pytest.mark.parametrize(
    ("ill", "action", "cause"),
    [
        (leak, "reboot", "F01"),
        (hung_dns, "reboot", "F02"),
        (bad_cable, "technician", "F13"),
        (weak_wifi, "consult_wifi", "F05"),
        (boot_loop, "replace", "F17"),
        (lambda s: s.told(segment_history=segment(offline=20)), "incident", "F08"),
    ],
)
def test_the_demonstration_fleet(
    story: Stories, ill: Callable[[Story], Story], action: str, cause: str, *, calling: bool
) -> None:
    verdict = ill(story()).verdict(calling=calling)
    assert (verdict.action, leading(verdict)) == (action, cause)
    assert verdict.evidence[0].weight > 0


TWINS: list[tuple[str, Callable[[Story], Story], str, str]] = [
    # F01 and its twin: much memory in use, but as always
    ("leak", leak, "reboot", "F01"),
    ("page cache", lambda s: s.since(99 * DAY, {"sys.mem_free": int(MEMORY * 0.2)}), "none", "F22"),
    # F02 hung name service, F08 the provider's resolver is down
    (
        "dns proxy",
        lambda s: s.since(4 * HOUR, {"sys.dns_proxy_fail": 0.95}).told(segment_history=segment()),
        "reboot",
        "F02",
    ),
    (
        "resolver outage",
        lambda s: s.since(HOUR, {"sys.dns_proxy_fail": 0.95}).told(
            segment_history=segment(in_error=30, calls_15min=6)
        ),
        "incident",
        "F08",
    ),
    # F03 full connection table, F07 congestion in the evening
    (
        "conntrack",
        lambda s: s.since(3 * HOUR, {"sys.conntrack_used": 8060}).told(utc_offset=EVENING),
        "reboot",
        "F03",
    ),
    (
        "congestion",
        lambda s: s.since(2 * HOUR, {"ip.ping_rtt_gw": 120.0, "ip.ping_loss_gw": 0.02}).told(
            utc_offset=EVENING, segment_history=segment(in_error=12)
        ),
        "incident",
        "F07",
    ),
    # F04 hung radio, F05 poor coverage, nobody at home
    (
        "hung radio",
        lambda s: s.since(
            6 * HOUR,
            {"wifi.assoc": 0, "wifi.client_rssi_p10": 0, "wifi.retry_ratio": 0.0},
        ),
        "reboot",
        "F04",
    ),
    ("coverage", weak_wifi, "consult_wifi", "F05"),
    # F06 crowded channel, F07 congestion
    (
        "channel",
        lambda s: s.since(3 * HOUR, {"wifi.chan_util": 88.0, "wifi.retry_ratio": 0.3}).told(
            utc_offset=EVENING
        ),
        "consult_wifi",
        "F06",
    ),
    # F08 incident, F09 power cut
    (
        "incident",
        lambda s: s.told(segment_history=segment(offline=30, calls_15min=7)),
        "incident",
        "F08",
    ),
    (
        "power cut",
        lambda s: s.told(segment_history=segment(offline=12, boots_10min=20, calls_15min=4)),
        "incident",
        "F09",
    ),
    # F13 cable to the house, F14 cable at home
    ("cable", bad_cable, "technician", "F13"),
    (
        "lan cable",
        lambda s: s.with_(
            lambda age, v: v.update(
                {"lan.port_speed": 100, "lan.err_rx": int(500 * (24 - age / HOUR))}
                if age < DAY
                else {}
            )
        ),
        "consult_lan",
        "F14",
    ),
    # F16 stuck session, F21 blocked account
    (
        "stuck session",
        lambda s: s.since(5 * HOUR, {"ppp.state": "Connecting", "dhcp.status": "Rebinding"}).told(
            segment_history=(
                *segment(),
                SegmentState(at=NOW - 5 * HOUR, routers=48, offline=40),
            )
        ),
        "reboot",
        "F16",
    ),
    (
        "billing",
        lambda s: s.since(
            9 * HOUR,
            {"ppp.state": "Disconnected", "ppp.last_error": "ERROR_AUTHENTICATION_FAILURE"},
        ),
        "escalate",
        "F21",
    ),
    # F17 boot loop, F09 restarts with the neighbours
    ("boot loop", boot_loop, "replace", "F17"),
    # F18 known bug, F01 leak
    (
        "firmware",
        lambda s: leak(s).told(
            firmware_changes=(FirmwareChange(at=NOW - 5 * DAY, before="1.0", after="1.1"),),
            cohort=Cohort(
                routers=900, relapse_7d=0.3, in_error=0.12, previous_firmware_in_error=0.02
            ),
            contacts=(Contact(at=NOW - 4 * DAY, channel="phone", action="reboot", helped=True),),
        ),
        "firmware",
        "F18",
    ),
]


@pytest.mark.parametrize(("name", "ill", "action", "cause"), TWINS, ids=[t[0] for t in TWINS])
def test_twins_on_ethernet(
    story: Stories, name: str, ill: Callable[[Story], Story], action: str, cause: str
) -> None:
    verdict = ill(story()).verdict()
    assert (verdict.action, leading(verdict)) == (action, cause), (name, verdict)


ETHERNET = [name for name in CATALOGUE if name.startswith("eth.")]


def on(access: str, usual: dict[str, Value], ill: dict[str, Value]) -> Callable[[Story], Story]:
    """A router of another access technology whose vitals turned ``ill`` a day ago."""

    def build(story: Story) -> Story:
        def swap(_age: float, vitals: dict[str, Value]) -> None:
            for name in ETHERNET:
                vitals.pop(name, None)
            vitals.update(usual)

        built: Story = story.told(access=access).with_(swap).since(DAY, ill)
        return built

    return build


DSL: dict[str, Value] = {
    "dsl.snr_margin_ds": 110,
    "dsl.atten_ds": 280,
    "dsl.rate_ds": 40_000,
    "dsl.crc_ds": 100,
}
PON: dict[str, Value] = {"pon.rx_power": -19_000, "pon.bias": 9000, "pon.temp": 48}
CM: dict[str, Value] = {"cm.ds_snr": 380, "cm.us_power": 440, "cm.ds_power": 5}
LTE: dict[str, Value] = {"lte.rsrp": -88, "lte.sinr": 16, "lte.rsrq": -8, "lte.rat": "LTE"}


@pytest.mark.parametrize(
    ("ill", "action", "cause"),
    [
        (
            on("xDSL", DSL, {"dsl.snr_margin_ds": 35, "dsl.atten_ds": 345, "dsl.rate_ds": 21_000}),
            "technician",
            "F10",
        ),
        # a profile change: a lower rate, a higher margin, no errors
        (on("xDSL", DSL, {"dsl.snr_margin_ds": 150, "dsl.rate_ds": 32_000}), "none", "F22"),
        (on("GPON", PON, {"pon.rx_power": -25_500, "ip.ping_loss_gw": 0.05}), "technician", "F11"),
        (on("GPON", PON, {"pon.bias": 21_000, "pon.temp": 74}), "replace", "F12"),
        (
            on("DOCSIS", CM, {"cm.ds_snr": 320, "cm.us_power": 525, "ip.ping_loss_gw": 0.04}),
            "technician",
            "F15",
        ),
        (on("LTE", LTE, {"lte.rsrp": -119, "lte.sinr": -1}), "consult_wifi", "F19"),
        (on("LTE", LTE, {"lte.rat": "UMTS"}), "reboot", "F20"),
    ],
)
def test_twins_on_other_access(
    story: Stories, ill: Callable[[Story], Story], action: str, cause: str
) -> None:
    verdict = ill(story()).verdict()
    assert (verdict.action, leading(verdict)) == (action, cause), verdict


def test_uptime_alone_is_no_evidence(story: Stories) -> None:
    for days in (1, 14, 60, 400):
        verdict = story(booted=days * DAY).verdict(calling=False)
        assert verdict.action == "none"
        assert all(finding.metric != "sys.uptime" for finding in verdict.evidence)


def test_a_restart_holds_the_verdict(story: Stories) -> None:
    hung = {"sys.dns_proxy_fail": 0.9, "sys.cpu_util": 75}
    fresh = story().since(4 * HOUR, hung)
    assert fresh.verdict(calling=False).action == "reboot"
    fresh.told(boots=(Boot(at=NOW - 300),))
    held = fresh.verdict(calling=False)
    assert held.action == "none"
    assert "restarted 5 minutes ago" in held.would_change[0]
    assert fresh.verdict(calling=True).action != "reboot"
    assert fresh.verdict(calling=False, now=NOW + HOUR).action == "reboot"


def test_restarts_with_the_neighbours_are_no_boot_loop(story: Stories) -> None:
    boots = tuple(Boot(at=NOW - 2 * HOUR * i - 1200) for i in range(5))
    bursts = tuple(SegmentState(at=boot.at, routers=48, boots_10min=30) for boot in boots)
    verdict = story().told(boots=boots, segment_history=bursts).verdict()
    assert verdict.action != "replace"


def test_our_own_reboots_are_no_boot_loop(story: Stories) -> None:
    boots = tuple(Boot(at=NOW - 4 * HOUR * i - 1200, cause="remote_reboot") for i in range(5))
    assert story().told(boots=boots).verdict(calling=False).action == "none"


def test_a_router_nobody_knows_gets_an_honest_verdict() -> None:
    call = Context(contacts=(Contact(at=NOW, channel="phone"),))
    quiet = diagnose(History.empty(), Context(), Thresholds(), NOW)
    assert quiet.action == "none"
    asked = diagnose(History.empty(), call, Thresholds(), NOW)
    assert asked.action in ("none", "escalate")
    assert asked.confidence < 0.3


def test_evidence_is_a_sentence_with_its_figures(story: Stories) -> None:
    says = [finding.says for finding in bad_cable(story()).verdict().evidence]
    assert "The cable to the house runs at 100 Mbit/s; it used to run at 1000 Mbit/s." in says


def test_it_says_what_would_change_its_mind(story: Stories) -> None:
    verdict = story().since(4 * HOUR, {"sys.dns_proxy_fail": 0.95}).verdict()
    assert verdict.would_change
    assert all(says.startswith("If ") and says.endswith(".") for says in verdict.would_change)


def test_after_the_cure_nothing_is_left(story: Stories) -> None:
    cured = story(days=0.2, booted=2 * HOUR).verdict(calling=False)
    assert {finding.symptom for finding in cured.evidence if finding.weight > 0} <= {"all_clear"}


def test_old_readings_that_leave_doubt_are_worth_new_ones(story: Stories) -> None:
    unclear = story().since(4 * HOUR, {"sys.dns_proxy_fail": 0.05})
    fresh = unclear.verdict(now=NOW)
    assert not fresh.wants_fresh
    old = unclear.verdict(now=NOW + 2400)
    assert old.wants_fresh
    assert old.would_change[0] == (
        "The newest readings are 41 minutes old: fresh ones may change this."
    )


def test_where_all_is_clear_no_new_readings_are_worth_their_cost(story: Stories) -> None:
    sure = bad_cable(story()).since(48 * HOUR, {"eth.tdr_pair_status": "open"})
    assert not sure.verdict(now=NOW + 2400).wants_fresh


def test_not_knowing_leads_to_people_not_to_a_reboot(story: Stories) -> None:
    """Several dear causes are alike likely: the second line is cheaper than a guess."""
    verdict = (
        story()
        .told(segment_history=segment(in_error=9), utc_offset=EVENING)
        .since(2 * HOUR, {"sys.dns_proxy_fail": 0.05, "ip.ping_rtt_gw": 12.0})
        .verdict()
    )
    assert verdict.action in ("escalate", "incident")
    assert verdict.probabilities["reboot"] < 0.5


def test_of_nearly_equal_costs_the_likelier_action_wins(story: Stories) -> None:
    stuck = story().since(5 * HOUR, {"dhcp.status": "Rebinding", "ppp.state": "Connected"})
    history = stuck.told(
        segment_history=(*segment(), SegmentState(at=NOW - 5 * HOUR, routers=48, offline=40))
    ).history()
    context = msgspec.structs.replace(
        stuck.context, contacts=(Contact(at=NOW - 30, channel="phone"),)
    )
    near = diagnose(history, context, Thresholds(nearly=8.0), NOW)
    assert near.action == max(near.probabilities, key=lambda action: near.probabilities[action])


def test_what_is_clearly_right_is_not_hedged(story: Stories) -> None:
    hung = story().since(4 * HOUR, {"sys.dns_proxy_fail": 0.95})
    context = Context(access="FTTB", contacts=(Contact(at=NOW - 30, channel="phone"),))
    history = hung.history()
    verdict = diagnose(history, context, Thresholds(), NOW)
    assert verdict.probabilities["reboot"] > Thresholds().clear
    assert verdict.action == "reboot"
    assert diagnose(history, context, Thresholds(hedge=0.0), NOW).action == "escalate"


@pytest.mark.parametrize("calling", [True, False])
@pytest.mark.parametrize("ill", [leak, hung_dns, bad_cable, weak_wifi])
def test_a_kept_window_gives_the_verdict_of_a_full_recomputation(
    story: Stories, ill: Callable[[Story], Story], *, calling: bool
) -> None:
    built = ill(story())
    kept = History.empty()
    contacts = (Contact(at=NOW - 30, channel="phone"),) if calling else ()
    context = Context(access="FTTB", contacts=contacts, segment_history=segment(in_error=2))
    samples = list(built.samples())
    for count, sample in enumerate(samples, 1):
        kept.extend(sample)
        kept = History.decode(kept.encode_recent(), kept.encode_past())
        if count % 41 == 0 or count == len(samples):
            whole = History.from_samples(samples[:count])
            verdicts = [diagnose(h, context, Thresholds(), sample.at + 60) for h in (kept, whole)]
            assert verdicts[0] == verdicts[1]


def test_configuration_moves_the_verdict(story: Stories) -> None:
    history = weak_wifi(story()).history()
    context = Context(access="FTTB", contacts=(Contact(at=NOW, channel="phone"),))
    dear = Thresholds(costs={a: {"consult_wifi": 400.0} for a in ACTIONS})
    assert diagnose(history, context, Thresholds(), NOW).action == "consult_wifi"
    assert diagnose(history, context, dear, NOW).action != "consult_wifi"


anything = st.one_of(
    st.floats(),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.text(max_size=9),
    st.just(2**32 - 1),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(60, 2 * DAY),
            st.dictionaries(st.sampled_from(sorted(CATALOGUE)), anything, max_size=40),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_folding_and_storing_change_no_verdict(
    journey: list[tuple[float, dict[str, Value]]],
) -> None:
    at, samples, kept = NOW - 20 * DAY, [], History.empty()
    for step, values in journey:
        at += step
        samples.append(Sample(at=at, values=values))
        kept.extend(samples[-1])
        diagnose(kept, Context(), Thresholds(), at)  # what is cached must not outlive a sample
        kept = History.decode(kept.encode_recent(), kept.encode_past())
    context = Context(contacts=(Contact(at=at, channel="phone"),))
    whole = History.from_samples(samples)
    assert diagnose(kept, context, Thresholds(), at) == diagnose(whole, context, Thresholds(), at)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(60, 2 * DAY),
            st.dictionaries(st.sampled_from(sorted(CATALOGUE)), anything, max_size=40),
        ),
        max_size=12,
    ),
    st.sampled_from(["FTTB", "GPON", "xDSL", "DOCSIS", "LTE", None]),
    st.booleans(),
)
def test_any_history_yields_a_verdict(
    journey: list[tuple[float, dict[str, Value]]],
    access: Any,
    calling: bool,  # noqa: FBT001 - drawn by the strategy
) -> None:
    at, samples = NOW - 20 * DAY, []
    for step, values in journey:
        at += step
        samples.append(Sample(at=at, values=values))
    contacts = (Contact(at=NOW, channel="phone"),) if calling else ()
    context = Context(access=access, contacts=contacts, segment_history=segment(offline=3))
    verdict = diagnose(History.from_samples(samples), context, Thresholds(), max(at, NOW))
    assert verdict.action in ACTIONS
    assert sum(verdict.probabilities.values()) == pytest.approx(1, abs=1e-4)
    assert 0 <= verdict.confidence <= 1


def test_evidence_has_its_figures_beside_what_is_usual(story: Stories) -> None:
    verdict = story().since(6 * HOUR, {"sys.cpu_util": 75, "sys.dns_proxy_fail": 0.9}).verdict()
    (cpu,) = [finding for finding in verdict.evidence if finding.metric == "sys.cpu_util"]
    assert cpu.value == 75
    assert cpu.usual is not None
    assert cpu.spread is not None
    assert 5 <= cpu.usual <= 15
    assert 0 < cpu.spread < 10


def test_evidence_of_a_counter_is_its_growth_per_hour(story: Stories) -> None:
    def damaged(age: float, vitals: dict[str, Value]) -> None:
        vitals["eth.fcs_err"] = int(max(0.0, 24 * HOUR - age) / HOUR * 5000)

    verdict = story().with_(damaged).verdict()
    (errors,) = [each for each in verdict.evidence if each.metric == "eth.fcs_err"]
    assert errors.value is not None
    assert 4000 <= errors.value <= 6000
    assert errors.usual == 0


def test_what_is_no_vital_has_no_figures(story: Stories) -> None:
    verdict = story().verdict()
    assert (verdict.evidence[0].metric, verdict.evidence[0].value) == ("vitals", None)
