"""Rules of the standard that need HTTP, storage or time to be seen, each named by its clause."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acs.cwmp import messages as m
from acs.cwmp.codec import encode
from acs.facts import Informed, Noted, TransferCompleted
from tests.cwmp.routers import DEVICE, NAMESPACE, SAYS, Answer, House, Router, inform

ID = DEVICE.router_id
TRANSFERRED = m.TransferComplete("c1", 0, "", "", "")


@pytest.fixture
def house(tmp_path: Path, metrics: Any) -> Iterator[House]:
    house = House(tmp_path, metrics)
    house.enrol()
    yield house
    house.close()


@pytest.fixture
def open_house(tmp_path: Path, metrics: Any) -> Iterator[House]:
    house = House(tmp_path, metrics, enrolment="open")
    yield house
    house.close()


def said(message: m.Message, identity: str | None = "7") -> bytes:
    return encode(message, namespace=NAMESPACE, id=identity)


def with_header(body: bytes, name: str, value: str) -> bytes:
    more = f'<cwmp:{name} soap-env:mustUnderstand="0">{value}</cwmp:{name}></soap-env:Header>'
    return body.replace(b"</soap-env:Header>", more.encode())


def listed(house: House, kind: type) -> list[Any]:
    return [fact for fact in house.facts if isinstance(fact, kind)]


# --- 3.4: HTTP ------------------------------------------------------------------------------


def test_3_4_5_a_request_that_was_challenged_is_heard_once(house: House) -> None:
    router = Router(house)
    assert router.begin("1 BOOT").message == m.InformResponse(1)
    assert len(listed(house, Informed)) == 1
    assert house.server.sessions == 1


def test_3_4_5_a_challenge_in_mid_session_does_not_end_it(tmp_path: Path, metrics: Any) -> None:
    house = House(tmp_path, metrics, challenge="connection")
    house.enrol()
    first = Router(house)
    cookie = first.begin().cookie
    second = Router(house)
    challenged = second.post(said(TRANSFERRED), Cookie=cookie)
    assert challenged.status == 401
    assert not listed(house, TransferCompleted)
    proof = second.digest(challenged.challenges[0])
    again = second.post(said(TRANSFERRED), Cookie=cookie, Authorization=proof)
    assert again.message == m.TransferCompleteResponse()
    assert len(listed(house, TransferCompleted)) == 1
    house.close()


def test_3_4_3_a_request_that_comes_from_a_redirect_is_like_any(open_house: House) -> None:
    """The router was told by another server to ask this one: nothing of it is known here."""
    router = Router(open_house)
    answer = router.post(inform(), Cookie="acs_session=" + "0" * 32 + "; other=1")
    assert answer.message == m.InformResponse(1)


def test_3_5_an_unknown_method_is_a_fault_with_http_200(open_house: House) -> None:
    router = Router(open_house)
    router.post(inform())
    answer = router.post(said(m.Unknown("X_Odd"), " text id "))
    assert answer.status == 200
    assert answer.message == m.Fault(8000, "Method not supported", (), "Server")
    assert answer.envelope.id == " text id "
    assert open_house.server.sessions == 1
    assert isinstance(router.post(b"").message, m.GetParameterNames)


def test_a_3_1_1_get_rpc_methods_is_answered_over_http(open_house: House) -> None:
    router = Router(open_house)
    router.post(inform())
    answer = router.post(said(m.GetRPCMethods()))
    assert isinstance(answer.message, m.GetRPCMethodsResponse)
    assert "AutonomousTransferComplete" in answer.message.methods


def test_3_7_1_one_envelope_in_an_answer(open_house: House) -> None:
    router = Router(open_house)
    answer = router.post(inform())
    while answer.status == 200:
        assert answer.body.count(b"<soap-env:Envelope ") == 1
        says = SAYS.get(type(answer.message))
        answer = router.post(said(says) if says else b"")
    assert (answer.status, answer.body) == (204, b"")


# --- 3.7.1: sessions ------------------------------------------------------------------------


def test_3_7_1_4_silence_ends_a_session_after_the_configured_time(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    router.leave()
    open_house.settle()
    open_house.clock.advance(59)
    assert Router(open_house).post(b"", Cookie=cookie).status == 200


@pytest.mark.parametrize(("wait", "goes_on"), [(290.0, True), (310.0, False)])
def test_3_7_2_1_silence_may_last_as_long_as_the_router_asked(
    open_house: House, wait: float, *, goes_on: bool
) -> None:
    router = Router(open_house)
    cookie = router.post(with_header(inform(), "SessionTimeout", "300")).cookie
    open_house.clock.pump([0.5] * int(wait * 2))
    assert router.wire.disconnecting is not goes_on
    if goes_on:
        assert isinstance(router.post(b"").message, m.GetParameterNames)
    else:
        router.leave()
        assert Router(open_house).post(b"", Cookie=cookie).status == 204


def test_3_7_2_1_it_holds_for_a_session_that_was_saved(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(with_header(inform(), "SessionTimeout", "300")).cookie
    router.leave()
    open_house.settle()
    open_house.clock.advance(290)
    assert Router(open_house).post(b"", Cookie=cookie).status == 200


def test_3_7_1_4_less_than_30_s_are_30_s(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(with_header(inform(), "SessionTimeout", "1")).cookie
    router.leave()
    open_house.settle()
    open_house.clock.advance(29)
    assert Router(open_house).post(b"", Cookie=cookie).status == 200


def test_3_7_2_1_the_version_goes_out_with_must_understand(open_house: House) -> None:
    router = Router(open_house)
    answer = router.post(with_header(inform(), "SupportedCWMPVersions", "1.0,1.1,1.2,1.3,1.4"))
    assert answer.message == m.InformResponse(1)
    assert b'<cwmp:UseCWMPVersion soap-env:mustUnderstand="1">1.4<' in answer.body
    assert b"UseCWMPVersion" not in Router(open_house).post(inform()).body


def test_3_7_2_1_no_common_version_is_8006_and_no_session(open_house: House) -> None:
    router = Router(open_house)
    answer = router.post(with_header(inform(), "SupportedCWMPVersions", "2.0"))
    assert answer.status == 200
    assert answer.message == m.Fault(8006, "CWMP version incompatible", (), "Server")
    assert open_house.server.sessions == 0
    (noted,) = listed(open_house, Noted)
    assert noted.kind == "version_incompatible"
    assert Router(open_house).post(b"", Cookie=answer.cookie).status == 204


def test_3_2_1_1_the_retry_count_is_counted(open_house: House) -> None:
    body = inform().replace(b"<RetryCount>0<", b"<RetryCount>007<")
    Router(open_house).post(body)
    assert open_house.metrics.counts["retried", 7] == 1
    assert listed(open_house, Informed)[0].retry_count == 7
    Router(open_house).post(inform())
    assert sum(n for (name, _), n in open_house.metrics.counts.items() if name == "retried") == 1


# --- 8005: what could not be stored ---------------------------------------------------------


def _break(house: House, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The next ``times`` commits fail, as when the database is away for a moment."""
    real = house.store.commit_then
    left = [times]

    def commit_then(facts: Any, done: Any, failed: Any) -> None:
        if left[0] > 0:
            left[0] -= 1
            house.delivered.put(lambda: failed(OSError("away")))
        else:
            real(facts, done, failed)

    monkeypatch.setattr(house.store, "commit_then", commit_then)


def test_a_5_2_what_could_not_be_stored_is_asked_for_again(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = Router(open_house)
    router.post(inform())
    _break(open_house, monkeypatch, 2)
    for _ in range(2):
        answer = router.post(said(TRANSFERRED))
        assert answer.status == 200
        assert answer.message == m.Fault(8005, "Retry request", (), "Server")
        assert answer.envelope.id == "7"
    assert router.post(said(TRANSFERRED)).message == m.TransferCompleteResponse()
    assert len(listed(open_house, TransferCompleted)) == 1
    assert isinstance(router.post(b"").message, m.GetParameterNames)


def test_a_5_2_not_for_ever(open_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router(open_house)
    router.post(inform())
    _break(open_house, monkeypatch, 99)
    answers: list[Answer] = [router.post(said(TRANSFERRED)) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 503]
    assert open_house.server.sessions == 0


# --- reads that end sessions ----------------------------------------------------------------


def _until(router: Router, kind: type) -> Answer:
    """Answer until we ask for this."""
    answer = router.post(b"")
    while not isinstance(answer.message, kind):
        message: m.Message = SAYS[type(answer.message)]
        if isinstance(answer.message, m.GetParameterNames):
            message = _names(answer.message)
        answer = router.post(said(message, answer.envelope.id))
    return answer


def _names(asked: m.GetParameterNames) -> m.GetParameterNamesResponse:
    every = ("Device.", "Device.DeviceInfo.", "Device.DeviceInfo.UpTime")
    below = [name for name in every if name.startswith(asked.path) and name != asked.path]
    return m.GetParameterNamesResponse(
        tuple(m.ParameterInfo(name, writable=False) for name in below)
    )


@pytest.mark.parametrize("how", ["replaced", "left", "silent"])
def test_a_discovery_that_ends_its_session_is_not_repeated_at_once(
    open_house: House, how: str
) -> None:
    router = Router(open_house)
    router.post(inform())
    assert isinstance(_until(router, m.GetParameterNames).message, m.GetParameterNames)
    if how == "left":
        router.leave()
        open_house.settle()
    elif how == "silent":
        open_house.clock.pump([0.5] * 130)
        router.leave()
    again = Router(open_house)
    again.post(inform(DEVICE, "1 BOOT"))
    asked = again.talk()
    assert not any(isinstance(one, m.GetParameterNames) for one in asked)
    # what was set of its own accord is looked at; nothing is collected
    assert all(
        one.names == ("Device.ManagementServer.ConnectionRequestUsername",)
        for one in asked
        if isinstance(one, m.GetParameterValues)
    )
    open_house.settle()
    (noted,) = listed(open_house, Noted)
    assert noted.kind == "session_cut"
    assert noted.detail == {"booted": True, "read_again_in": 600.0, "path": "Device."}
    assert open_house.metrics.counts["quirk", "session-cut"] == 1
    open_house.clock.advance(601)
    third = Router(open_house)
    third.post(inform())
    assert any(isinstance(one, m.GetParameterNames) for one in third.talk())


def test_a_session_that_goes_on_elsewhere_is_none_that_broke_off(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    asked = _until(router, m.GetParameterNames)
    router.leave()
    open_house.settle()
    other = Router(open_house)
    assert isinstance(asked.message, m.GetParameterNames)
    answer = other.post(said(_names(asked.message)), Cookie=cookie)
    other.talk(answer)
    fresh = Router(open_house)
    fresh.post(inform())
    fresh.talk()
    assert open_house.metrics.counts["quirk", "session-cut"] == 0


def test_a_read_that_ends_its_session_is_smaller_for_the_whole_model(open_house: House) -> None:
    router = Router(open_house)
    router.post(inform())
    asked = _until(router, m.GetParameterValues)
    assert isinstance(asked.message, m.GetParameterValues)
    assert len(asked.message.names) == 1
    Router(open_house).post(inform(DEVICE, "1 BOOT"))
    paces = open_house.server._around.registry.paces
    assert paces.of("00AA01-Box-Another", "1.0").names_per_call == 1
    assert paces.of(ID, "1.0").rests_until > open_house.now()
