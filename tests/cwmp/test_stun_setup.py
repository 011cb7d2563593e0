"""A session that tells a router where the STUN server is."""

import pytest

from acs.cwmp.messages import (
    Empty,
    Envelope,
    Fault,
    GetParameterValues,
    GetParameterValuesResponse,
    Message,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.session import take_turn, without_secrets
from acs.cwmp.state import NoContent, SessionPolicy, SessionState, Turn
from acs.facts import ConnectionSecret, ConnectionSecretSet, Noted

SECRET = ConnectionSecret("acs-1", "sesame")


def idle(stun_server: str, router_id: str = "001122-X-7", root: str = "Device.") -> SessionState:
    return SessionState(
        policy=SessionPolicy(stun_server=stun_server),
        address="192.0.2.7",
        phase="idle",
        router_id=router_id,
        root=root,
        secret=SECRET,
    )


def say(state: SessionState, message: Message) -> Turn:
    return take_turn(state, Envelope(message), None, 7.0)


def asked(turn: Turn) -> dict[str, tuple[str, str]]:
    assert isinstance(turn.reply, Envelope)
    assert isinstance(turn.reply.message, SetParameterValues)
    return {each.name: (each.value, each.type) for each in turn.reply.message.parameters}


def taken(turn: Turn) -> Turn:
    """The router takes its credentials, and shows their name."""
    turn = say(turn.state, SetParameterValuesResponse(0))
    assert isinstance(turn.reply, Envelope)
    assert isinstance(turn.reply.message, GetParameterValues)
    (name,) = turn.reply.message.names
    shown = ParameterValue(name, SECRET.username, "string")
    return say(turn.state, GetParameterValuesResponse((shown,)))


@pytest.mark.parametrize("root", ["Device.", "InternetGatewayDevice."])
def test_after_the_secret_comes_the_stun_server(root: str) -> None:
    turn = say(idle("stun.example.net:3478", root=root), Empty())
    assert set(asked(turn)) == {
        f"{root}ManagementServer.ConnectionRequestUsername",
        f"{root}ManagementServer.ConnectionRequestPassword",
    }
    turn = taken(turn)
    assert turn.facts == (ConnectionSecretSet(router_id="001122-X-7", at=7.0, accepted=True),)
    server = f"{root}ManagementServer.STUN"
    assert asked(turn) == {
        f"{server}ServerAddress": ("stun.example.net", "string"),
        f"{server}ServerPort": ("3478", "unsignedInt"),
        f"{server}Username": ("001122-X-7", "string"),
        f"{server}Password": ("sesame", "string"),
        f"{server}Enable": ("1", "boolean"),
    }
    assert turn.state.secret is None
    turn = say(turn.state, SetParameterValuesResponse(1))
    noted = Noted(router_id="001122-X-7", at=7.0, kind="stun_set", detail={"accepted": True})
    assert turn.facts == (noted,)
    assert isinstance(turn.reply, NoContent)


def test_a_router_that_knows_no_stun_keeps_its_secret() -> None:
    turn = say(idle("[2001:db8::1]:3478"), Empty())
    turn = taken(turn)
    assert asked(turn)["Device.ManagementServer.STUNServerAddress"] == ("2001:db8::1", "string")
    turn = say(turn.state, Fault(9003, "Invalid arguments"))
    noted = Noted(router_id="001122-X-7", at=7.0, kind="stun_set", detail={"accepted": False})
    assert turn.facts == (noted,)
    assert isinstance(turn.reply, NoContent)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (idle(""), SetParameterValuesResponse(0)),
        (idle("stun.example.net:3478"), Fault(9001, "Denied")),
        (idle("stun.example.net:3478", router_id="x" * 257), SetParameterValuesResponse(0)),
    ],
    ids=["no server", "secret refused", "name too long"],
)
def test_nothing_is_set_up(state: SessionState, answer: Message) -> None:
    turn = say(state, Empty())
    turn = say(turn.state, answer) if isinstance(answer, Fault) else taken(turn)
    assert isinstance(turn.reply, NoContent)
    assert turn.state.secret is None


def test_the_secret_is_not_saved_with_a_session() -> None:
    turn = say(idle("stun.example.net:3478"), Empty())
    assert turn.state.secret is not None
    assert without_secrets(turn.state).secret is None
