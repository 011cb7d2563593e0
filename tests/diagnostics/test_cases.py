import json
from typing import Any

import pytest

from diagnostics.cases import MalformedCase, decode_case, decode_label, verdict_line
from diagnostics.engine import diagnose
from diagnostics.thresholds import Thresholds

NOW = 1_790_000_000
CASE: dict[str, Any] = {
    "case": "c000123",
    "call_at": NOW,
    "router": {"id": "001122-R1-A0001", "model": "R1", "access": "FTTB", "utc_offset": 10800},
    "samples": [
        {"at": NOW - 7200, "values": {"sys.uptime": 86400, "eth.fcs_err": 17}},
        {"at": NOW - 3600, "values": {"sys.uptime": 90000, "eth.fcs_err": None}},
        {"at": NOW - 5400, "values": {"sys.uptime": 88200, "eth.fcs_err": 20}},
        {"at": NOW + 3600, "values": {"sys.uptime": 10, "eth.fcs_err": 0}},
    ],
    "events": [
        {"at": NOW - 90_000, "kind": "boot", "cause": "power"},
        {"at": NOW - 90_000, "kind": "boot", "cause": "lightning"},
        {"at": NOW - 80_000, "kind": "firmware", "from": "1.0", "to": "1.1"},
        {"at": NOW - 80_000, "kind": "eclipse"},
    ],
    "segment_history": [{"at": NOW - 3600, "routers": 48, "offline": 0, "in_error": 1}],
    "cohort": {"routers": 900, "relapse_7d": 0.02},
    "contacts": [{"at": NOW - 300_000, "channel": "phone", "action": "reboot", "helped": True}],
}


def test_a_line_becomes_history_and_context() -> None:
    case = decode_case(json.dumps(CASE))
    history, context = case.history(), case.context()
    assert history.last_at == NOW - 3600
    assert (history.growth("eth.fcs_err", 86400) or (0, 0))[0] == 3
    assert [boot.cause for boot in context.boots] == ["power", "unknown"]
    assert [(c.before, c.after) for c in context.firmware_changes] == [("1.0", "1.1")]
    assert context.contacts[-1].at == case.now == NOW
    assert context.segment_history[0].routers == 48


def test_a_verdict_becomes_a_line() -> None:
    case = decode_case(json.dumps(CASE))
    verdict = diagnose(case.history(), case.context(), Thresholds(), case.now)
    line = json.loads(verdict_line(case, verdict))
    assert line["case"] == "c000123"
    assert set(line) == {
        "case",
        "action",
        "confidence",
        "probabilities",
        "causes",
        "evidence",
        "would_change",
    }
    assert all(set(finding) == {"metric", "says", "weight"} for finding in line["evidence"])
    assert all(set(cause) == {"cause", "p"} for cause in line["causes"])


def test_most_fields_may_be_absent() -> None:
    least = {"case": "c", "call_at": NOW, "router": {"id": "x"}, "samples": []}
    case = decode_case(json.dumps(least))
    assert case.history().last_at is None
    assert case.context().access is None


def test_an_unknown_access_is_unknown() -> None:
    odd = CASE | {"router": {"id": "x", "access": "carrier pigeon"}}
    assert decode_case(json.dumps(odd)).context().access is None


@pytest.mark.parametrize("line", ["", "{}", "[]", b"\xff", '{"case": 1}'])
def test_a_malformed_line_says_so(line: str | bytes) -> None:
    with pytest.raises(MalformedCase):
        decode_case(line)


def test_labels() -> None:
    line = '{"case": "c", "fault": "F01", "right": "reboot", "acceptable": ["firmware"]}'
    assert decode_label(line).acceptable == ["firmware"]
    with pytest.raises(MalformedCase):
        decode_label('{"case": "c", "fault": "F01", "right": "pray"}')
