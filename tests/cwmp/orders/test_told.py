"""What routers tell of themselves: one answer and one fact for each call, named by its clause."""

import pytest

from acs.cwmp import messages as m
from acs.cwmp.messages import Envelope, Message
from acs.cwmp.orders.told import TOLD
from acs.cwmp.session import Turn, take_turn
from acs.cwmp.structs import Argument, TransferFault, UnitResult
from acs.facts import Noted, TransferCompleted, UnitsChanged
from tests.cwmp.commanded import idle_state, toy_router
from tests.cwmp.pure_router import DEVICE, NOW, envelope

LONG = "x" * 9999


def told(call: Message) -> Turn:
    """The turn of this call, in a session of a router that runs firmware 1.0."""
    return take_turn(idle_state(toy_router()), envelope(call, "7"), None, NOW)


def noted(call: Message) -> Noted:
    (fact,) = told(call).facts
    assert isinstance(fact, Noted)
    return fact


def test_transfer_complete() -> None:
    """A.3.3.2; the times are the router's, known or not."""
    turn = told(m.TransferComplete(" c1\n", 9018, "corrupt", "0001-01-01T00:00:00Z", "Unknown"))
    assert turn.reply == envelope(m.TransferCompleteResponse(), "7")
    assert turn.facts == (
        TransferCompleted(
            router_id=DEVICE.router_id,
            at=NOW,
            command_key="c1",
            fault_code=9018,
            fault_string="corrupt",
            start_time="0001-01-01T00:00:00Z",
            complete_time="Unknown",
            software_version="1.0",
        ),
    )
    (fact,) = told(m.TransferComplete(LONG, 0, LONG, LONG, LONG)).facts
    assert isinstance(fact, TransferCompleted)
    assert len(fact.command_key) == len(fact.fault_string) == len(fact.start_time) == 512


def test_autonomous_transfer_complete() -> None:
    """A.3.3.3: without an answer of its own it would come for ever."""
    call = m.AutonomousTransferComplete(
        "",
        "http://h/f",
        True,
        "1 Firmware Upgrade Image",
        5,
        "f",
        TransferFault(9010, "no"),
        "",
        "",
    )
    assert told(call).reply == envelope(m.AutonomousTransferCompleteResponse(), "7")
    fact = noted(call)
    assert fact.kind == "autonomous_transfer"
    assert (fact.detail["transfer_url"], fact.detail["fault_code"]) == ("http://h/f", 9010)


def test_request_download() -> None:
    """A.4.2.2."""
    arguments = tuple(Argument(f"n{number}", LONG) for number in range(99))
    call = m.RequestDownload("2 Web Content", arguments)
    assert told(call).reply == envelope(m.RequestDownloadResponse(), "7")
    fact = noted(call)
    assert (fact.kind, fact.detail["file_type"]) == ("request_download", "2 Web Content")
    kept = fact.detail["arguments"]
    assert isinstance(kept, dict)
    assert len(kept) == 16
    assert set(map(len, kept.values())) == {512}


@pytest.mark.parametrize(
    ("next_", "sent_to"), [("https://h/x", "https://h/x"), ("javascript:1", ""), ("", "")]
)
def test_kicked(next_: str, sent_to: str) -> None:
    """A.4.2.1."""
    call = m.Kicked("c", "http://r/", "a", next_)
    assert told(call).reply == envelope(m.KickedResponse(sent_to), "7")
    assert noted(call).kind == "kicked"


@pytest.mark.parametrize("is_autonomous", [True, False])
def test_units_changed(*, is_autonomous: bool) -> None:
    """A.4.2.3 and A.4.2.4."""
    results = (UnitResult(uuid="u", fault=TransferFault(9032, "there")),)
    call: Message = m.DUStateChangeComplete(results, " c1")
    answer: Message = m.DUStateChangeCompleteResponse()
    if is_autonomous:
        call = m.AutonomousDUStateChangeComplete(results)
        answer = m.AutonomousDUStateChangeCompleteResponse()
    turn = told(call)
    assert turn.reply == envelope(answer, "7")
    (fact,) = turn.facts
    assert isinstance(fact, UnitsChanged)
    assert (fact.command_key, fact.is_autonomous) == ("" if is_autonomous else "c1", is_autonomous)
    assert fact.results[0]["uuid"] == "u"
    assert fact.results[0]["fault"] == [9032, "there"]


@pytest.mark.parametrize("call", TOLD)
def test_nothing_is_told_before_the_inform(call: type[Message]) -> None:
    samples: dict[type, Message] = {
        m.TransferComplete: m.TransferComplete("", 0, "", "", ""),
        m.AutonomousTransferComplete: m.AutonomousTransferComplete(
            "", "", False, "", 0, "", TransferFault(), "", ""
        ),
        m.RequestDownload: m.RequestDownload(""),
        m.Kicked: m.Kicked("", "", "", ""),
        m.DUStateChangeComplete: m.DUStateChangeComplete((), ""),
        m.AutonomousDUStateChangeComplete: m.AutonomousDUStateChangeComplete(()),
    }
    state = idle_state(toy_router()).__class__(policy=idle_state(toy_router()).policy, address="")
    turn = take_turn(state, envelope(samples[call]), None, NOW)
    assert isinstance(turn.reply, Envelope)
    assert isinstance(turn.reply.message, m.Fault)
    assert turn.facts == ()
