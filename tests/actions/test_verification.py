"""Whether a reboot helped, from real diagnoses of what was before and what came after."""

import msgspec
import pytest

from acs.actions.verification import Complaint, compare, complaint_of, proof
from acs.commands import Command
from diagnostics.context import Boot, Contact, Context
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.sample import Sample, Value
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import CauseProbability
from tests.diagnostics.conftest import DAY, HOUR, NOW, healthy

Vitals = dict[str, Value]
LIMITS = Thresholds()
LATER = NOW + 2400.0  # of the reboot at NOW: settled
QUIET = Context(access="FTTB")
CALLED = Context(access="FTTB", contacts=(Contact(NOW - 30, "phone"),))
DNS: Vitals = {"sys.dns_proxy_fail": 0.9}
TABLE_FULL: Vitals = {"sys.conntrack_used": 8060}


def before(vitals: Vitals, context: Context = CALLED) -> Complaint:
    """The complaint about a router that has been so for three hours."""
    times = [NOW - 60 - HOUR * n for n in reversed(range(48))]
    samples = [
        Sample(at, {**healthy(at, NOW - 20 * DAY), **(vitals if at > NOW - 3 * HOUR else {})})
        for at in times
    ]
    history = History.from_samples(samples)
    return complaint_of(diagnose(history, context, LIMITS, NOW), history, context, LIMITS)


def after(vitals: Vitals) -> list[Sample]:
    """Samples from the reboot until it is verified."""
    times = [NOW + 60 + 300 * n for n in range(8)]
    return [Sample(at, {**healthy(at, NOW), **vitals}) for at in times]


def outcome(complaint: Complaint, vitals: Vitals) -> tuple[str | None, dict[str, object]]:
    return compare(complaint, after(vitals), QUIET, LIMITS, LATER)


# --- the complaint ------------------------------------------------------------------------------


def test_a_complaint_names_cause_symptoms_and_figures() -> None:
    complaint = before(DNS)
    assert complaint.cause == "F02"
    assert complaint.symptoms == ("dns_proxy",)
    assert complaint.figures == {"sys.dns_proxy_fail": 0.9}
    assert complaint.present == ("dns_proxy",)


def test_the_cause_is_one_that_a_reboot_is_right_for() -> None:
    history = History.from_samples(after(DNS))
    verdict = diagnose(history, CALLED, LIMITS, LATER)
    healthy_first = (CauseProbability("F22", 0.5), CauseProbability("F02", 0.4))
    verdict = msgspec.structs.replace(verdict, causes=healthy_first)
    assert complaint_of(verdict, history, CALLED, LIMITS).cause == "F02"
    none_of_them = (CauseProbability("F22", 0.9),)
    verdict = msgspec.structs.replace(verdict, causes=none_of_them)
    assert complaint_of(verdict, history, CALLED, LIMITS).cause == "F22"


def test_nothing_wrong_is_no_complaint() -> None:
    assert before({}, QUIET) == Complaint()


def test_what_was_there_is_kept_even_when_nothing_is_to_be_done() -> None:
    complaint = before(TABLE_FULL, QUIET)
    assert (complaint.cause, complaint.symptoms) == ("", ())
    assert complaint.present == ("conntrack",)


def test_a_complaint_survives_its_way_through_the_database() -> None:
    complaint = before(DNS)
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(msgspec.to_builtins(complaint)))
    assert msgspec.convert(stored, Complaint) == complaint


def test_a_complaint_of_an_older_release_can_be_read() -> None:
    assert msgspec.convert({"cause": "F02", "symptoms": ["dns_proxy"]}, Complaint).present == ()


# --- the comparison -----------------------------------------------------------------------------


def test_it_helped_when_the_symptom_is_gone() -> None:
    found, figures = outcome(before(DNS), {})
    assert found == "helped"
    assert figures["before"] == {"sys.dns_proxy_fail": 0.9}
    assert figures["after"] == {"sys.dns_proxy_fail": 0.0}
    assert (figures["left"], figures["new"], figures["samples"]) == ([], [], 8)


@pytest.mark.parametrize("vitals", [DNS, TABLE_FULL])
def test_it_did_not_help_when_the_symptom_is_still_there(vitals: Vitals) -> None:
    # The call is over and the restart is fresh: the verdict alone would not ask for a reboot.
    complaint = before(vitals)
    found, figures = outcome(complaint, vitals)
    assert figures["verdict"] in ("none", "escalate")
    assert figures["left"] == list(complaint.symptoms)
    assert found == "unchanged"


def test_a_symptom_that_cannot_be_looked_for_is_not_cured() -> None:
    samples = [Sample(s.at, {"sys.uptime": s.values["sys.uptime"]}) for s in after({})]
    found, figures = compare(before(DNS), samples, CALLED, LIMITS, LATER)
    assert (found, figures["unseen"], figures["left"]) == (None, ["dns_proxy"], [])


def test_nothing_that_counted_may_stay_unseen() -> None:
    complaint = msgspec.structs.replace(before(DNS), symptoms=("dns_proxy", "conntrack"))
    samples = [
        Sample(s.at, {k: v for k, v in s.values.items() if not k.startswith("sys.conntrack")})
        for s in after({})
    ]
    found, figures = compare(complaint, samples, QUIET, LIMITS, LATER)
    assert (found, figures["unseen"]) == (None, ["conntrack"])
    # what is seen to be there all the same is known
    left = [Sample(s.at, {**s.values, **DNS}) for s in samples]
    assert compare(complaint, left, QUIET, LIMITS, LATER)[0] == "unchanged"
    assert outcome(complaint, {})[0] == "helped"


def test_what_no_reboot_undoes_does_not_count() -> None:
    past = ("relapse", "firmware", "segment_boots")
    complaint = msgspec.structs.replace(before(DNS), symptoms=("dns_proxy", *past))
    found, figures = outcome(complaint, {})
    assert (found, figures["left"], figures["unseen"]) == ("helped", [], [])
    only = msgspec.structs.replace(complaint, symptoms=past)
    assert outcome(only, {})[0] == "unchanged"


def test_without_a_complaint_nothing_can_help() -> None:
    assert outcome(Complaint(), {})[0] == "unchanged"


def test_it_is_worse_when_something_else_is_wrong_now() -> None:
    samples = after({"eth.speed": 10, "eth.duplex": "Half"})
    for number, sample in enumerate(samples):
        sample.values["eth.fcs_err"] = number * 900_000  # the cable was pulled with the plug
    context = msgspec.structs.replace(CALLED, contacts=(Contact(LATER - 30, "phone"),))
    found, figures = compare(before(DNS), samples, context, LIMITS, LATER)
    assert figures["verdict"] in ("technician", "consult_lan", "escalate")
    assert "wan_speed" in str(figures["new"])
    assert found == "worse"
    # What was there before is nothing new.
    known = msgspec.structs.replace(before(DNS), present=("dns_proxy", *_names(figures["new"])))
    assert compare(known, samples, context, LIMITS, LATER)[0] == "helped"


def _names(found: object) -> list[str]:
    assert isinstance(found, list)
    return found


def test_our_own_boot_does_not_count() -> None:
    boots = tuple(Boot(NOW - n * HOUR, "unknown") for n in (3, 2, 1))
    context = msgspec.structs.replace(CALLED, boots=(*boots, Boot(NOW, "remote_reboot")))
    found, figures = compare(before(DNS), after({}), context, LIMITS, LATER)
    assert (found, figures["new"]) == ("helped", [])


def test_no_sample_is_an_error() -> None:
    with pytest.raises(ValueError, match="no sample"):
        compare(Complaint(), [], CALLED, LIMITS, LATER)


@pytest.mark.parametrize(
    ("back", "uptime", "expected"),
    [
        (300.0, 120, {"back_s": 300.0, "back_in_time": True, "uptime_reset": True}),
        (300.1, 120, {"back_s": 300.1, "back_in_time": False, "uptime_reset": True}),
        (60.0, 99_999, {"back_s": 60.0, "back_in_time": True, "uptime_reset": False}),
        (60.0, None, {"back_s": 60.0, "back_in_time": True, "uptime_reset": None}),
    ],
)
def test_what_proves_a_reboot(back: float, uptime: int | None, expected: object) -> None:
    command = Command(
        "c", "r", "reboot", "confirmed", "anna", "", NOW, NOW, sent_at=NOW, confirmed_at=NOW + back
    )
    values: dict[str, Value] = {} if uptime is None else {"sys.uptime": uptime}
    samples = [Sample(NOW + back + 60, values)]
    assert proof(command, samples) == expected
    assert proof(msgspec.structs.replace(command, kind="gentle"), samples) == {}
