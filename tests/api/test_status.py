"""The status: one answer with all that a contact-centre operator needs, in the right words."""

import pytest
from msgspec.structs import replace

from acs.api.documents import DataAge
from acs.api.status import sentence
from acs.api.words import ADVICE, CAUSES, URGENCIES, URGENCY, span
from acs.commands import Command, Refusal
from diagnostics.context import SegmentState
from diagnostics.verdict import ACTIONS
from tests.api.harness import NOW, VERDICT, Api

FRESH = DataAge(None, None, 600.0, 600.0, stale=False)
REBOOT = Command(
    command_id="c1",
    router_id="r",
    kind="reboot",
    state="queued",
    asked_by="x",
    reason="x",
    at=NOW - 300,
    expires_at=NOW + 3600,
)


def test_one_call_says_what_to_do_why_and_how_old_that_is(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    status = api.get(api.url(router_id, "/status")).json()
    assert status["sentence"] == (
        "A remote reboot is likely to help (91% sure). Free memory fell to 9 MB."
    )
    verdict = status["verdict"]
    assert (verdict["action"], verdict["confidence"], verdict["urgency"]) == ("reboot", 0.91, "now")
    assert verdict["evidence"][0]["says"] == "Free memory fell to 9 MB."
    assert verdict["would_change"] == ["Free memory that rises again."]
    assert status["router"]["software_version"] == "3.4.1"
    assert status["data"] == {
        "last_inform_at": "2026-03-01T10:03:20Z",
        "collected_at": "2026-03-01T10:03:20Z",
        "inform_age_seconds": 600.0,
        "collected_age_seconds": 600.0,
        "stale": False,
    }
    assert status["segment"] is None
    assert status["answered_at"] == "2026-03-01T10:13:20Z"


def test_the_segment_and_the_last_commands_are_there(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    body = {"routers": [{"router_id": router_id, "segment": "sw-1/2"}]}
    assert api.request("PUT", "/v1/subscribers/77", json=body).status_code == 200
    api.segment = SegmentState(at=NOW - 5, routers=24, offline=2, in_error=3, boots_10min=1)
    api.refusals = (Refusal("voice", "A voice call is active (Connected)."),)
    api.post(api.url(router_id, "/commands"), {"kind": "reboot", "reason": "x"})
    status = api.get(api.url(router_id, "/status")).json()
    assert status["segment"] == {
        "segment": "sw-1/2",
        "routers": 24,
        "offline": 2,
        "in_error": 3,
        "boots_10min": 1,
        "counted_at": "2026-03-01T10:13:15Z",
    }
    assert status["commands"][0]["refusals"][0]["guard"] == "voice"
    assert status["sentence"].startswith(
        "A reboot was refused less than a minute ago: A voice call is active (Connected)."
    )


def test_a_router_that_was_never_read_has_a_status_too(api: Api) -> None:
    status = api.get(api.url(api.router(), "/status")).json()
    assert status["verdict"] is None
    assert status["sentence"] == (
        "There is no verdict yet: the router's vitals have not been read."
    )


def test_silence_is_said_first(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    api.now = NOW + 3 * 86_400
    status = api.get(api.url(router_id, "/status")).json()
    assert status["data"]["stale"] is True
    assert status["sentence"].startswith(
        "The router has been silent for 3 days: it may be off or cut off. A remote reboot"
    )


def test_a_clock_that_ran_backwards_gives_no_negative_age(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 9})
    api.now = NOW - 86_400
    assert api.get(api.url(router_id, "/status")).json()["data"]["inform_age_seconds"] == 0


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (REBOOT, "A reboot is waiting for the router's next session."),
        (
            replace(REBOOT, state="sent", sent_at=NOW - 120),
            "A reboot was sent 2 minutes ago; the router has not answered yet.",
        ),
        (
            replace(REBOOT, state="accepted", sent_at=NOW - 60),
            "The router accepted a reboot 1 minute ago and is restarting.",
        ),
        (
            replace(REBOOT, state="unconfirmed", sent_at=NOW - 7200),
            "A reboot was sent 2 hours ago and the router never confirmed it.",
        ),
        (
            replace(REBOOT, state="verified", outcome="helped", confirmed_at=NOW - 7300),
            "The reboot 2 hours ago helped.",
        ),
        (
            replace(REBOOT, state="verified", outcome="unchanged", confirmed_at=NOW - 7300),
            "The reboot 2 hours ago changed nothing: do not repeat it.",
        ),
        (replace(REBOOT, state="expired"), ""),
        (replace(REBOOT, kind="refresh"), ""),
        (replace(REBOOT, at=NOW - 90_000), ""),
        (replace(REBOOT, state="refused", at=NOW - 4000), ""),
    ],
)
def test_the_newest_reboot_is_told(command: Command, says: str) -> None:
    told = sentence(VERDICT, (command,), FRESH, NOW)
    rest = "A remote reboot is likely to help (91% sure). Free memory fell to 9 MB."
    assert told == (f"{says} {rest}" if says else rest)


def test_words_cover_every_action_and_cause() -> None:
    assert set(ADVICE) == set(URGENCY) == set(ACTIONS)
    assert set(URGENCY.values()) <= set(URGENCIES)
    assert set(CAUSES) == {f"F{number:02}" for number in range(1, 23)}


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "less than a minute"),
        (-5, "less than a minute"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (7200, "2 hours"),
        (86_400 * 3.9, "3 days"),
    ],
)
def test_spans(seconds: float, says: str) -> None:
    assert span(seconds) == says
