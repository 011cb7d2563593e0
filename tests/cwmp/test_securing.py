"""Connection-request credentials: a router's success is believed when it shows what it took."""

import pytest

from acs.cwmp.messages import (
    Empty,
    Envelope,
    Fault,
    GetParameterValues,
    GetParameterValuesResponse,
    Message,
    ParameterValue,
    SetParameterValuesResponse,
)
from acs.cwmp.securing import NOT_KEPT
from acs.cwmp.session import take_turn, without_secrets
from acs.cwmp.state import NoContent, SessionPolicy, SessionState, Turn
from acs.facts import ConnectionSecret, ConnectionSecretSet, Noted

NAME = "Device.ManagementServer.ConnectionRequestUsername"
SECRET = ConnectionSecret("acs-7", "canary-81c0")


def asked() -> SessionState:
    """A session in which the credentials have just been set."""
    state = SessionState(
        policy=SessionPolicy(),
        address="192.0.2.7",
        phase="idle",
        router_id="001122-X-7",
        root="Device.",
        secret=SECRET,
    )
    return say(state, Empty()).state


def say(state: SessionState, message: Message) -> Turn:
    return take_turn(state, Envelope(message), None, 7.0)


def values(text: str, name: str = NAME) -> GetParameterValuesResponse:
    return GetParameterValuesResponse((ParameterValue(name, text, "string"),))


def accepted(turn: Turn) -> list[bool]:
    return [fact.accepted for fact in turn.facts if isinstance(fact, ConnectionSecretSet)]


def test_what_was_set_is_read_back() -> None:
    turn = say(asked(), SetParameterValuesResponse(0))
    assert turn.facts == ()
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == GetParameterValues((NAME,))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (values("acs-7"), True),
        (values("admin"), False),
        (values(""), False),
        (values("x", "Device.Something.Else"), True),  # it has not been shown: its word counts
        (GetParameterValuesResponse(()), True),
        (Fault(9005, "Invalid parameter name"), True),
    ],
)
def test_it_is_believed_unless_it_shows_another_name(answer: Message, *, expected: bool) -> None:
    turn = say(say(asked(), SetParameterValuesResponse(0)).state, answer)
    assert accepted(turn) == [expected]
    noted = [fact.kind for fact in turn.facts if isinstance(fact, Noted)]
    assert noted == ([] if expected else [NOT_KEPT])
    assert SECRET.password not in repr(turn.facts)
    assert isinstance(turn.reply, NoContent)
    assert turn.state.secret is None


def test_what_is_applied_later_cannot_be_looked_at_yet() -> None:
    turn = say(asked(), SetParameterValuesResponse(1))
    assert accepted(turn) == [True]
    assert isinstance(turn.reply, NoContent)


def test_a_session_that_was_saved_meanwhile_has_nothing_to_compare_with() -> None:
    turn = say(without_secrets(asked()), SetParameterValuesResponse(0))
    assert accepted(turn) == [True]
    asking = say(asked(), SetParameterValuesResponse(0)).state
    assert accepted(say(without_secrets(asking), values("other"))) == [True]
