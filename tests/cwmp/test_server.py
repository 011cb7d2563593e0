import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from acs.commands import Refusal
from acs.cwmp.codec import encode
from acs.cwmp.messages import (
    GetParameterNames,
    GetParameterNamesResponse,
    InformResponse,
    Reboot,
    RebootResponse,
    TransferComplete,
    TransferCompleteResponse,
)
from acs.cwmp.server import CwmpServer
from acs.cwmp.transcript import read_transcript
from acs.facts import Enrolled, Informed, Noted, Quarantined
from acs.identity import DeviceId
from tests.cwmp.routers import DEVICE, NAMESPACE, OTHER, SAYS, House, Router, inform

ID = DEVICE.router_id


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


# --- a session ----------------------------------------------------------------------------------


def test_a_session_with_digest(house: House) -> None:
    router = Router(house)
    answer = router.begin("1 BOOT")
    assert answer.status == 200
    assert answer.message == InformResponse()
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.headers["set-cookie"].endswith("; path=/; httponly")
    assert len(answer.cookie) == len("acs_session=") + 32
    asked = router.post(b"")  # the connection is the session, cookie or not
    assert isinstance(asked.message, GetParameterNames)
    assert "set-cookie" not in asked.headers
    assert house.metrics.counts["informed", "1 BOOT"] == 1
    assert house.metrics.gauges["sessions"] == 1
    assert isinstance(house.facts[0], Informed)


def test_nothing_is_acknowledged_before_it_is_durable(open_house: House) -> None:
    router = Router(open_house)
    router.send(inform())
    assert router.wire.value() == b""
    open_house.pump()
    assert router.wire.value().startswith(b"HTTP/1.1 200 OK")
    assert open_house.wait(open_house.store.router(ID)) is not None


def test_basic(house: House) -> None:
    router = Router(house)
    word = base64.b64encode(f"{ID}:sesame".encode()).decode()
    assert router.post(inform(), Authorization=f"Basic {word}").status == 200


def test_open_enrolment_asks_for_nothing(open_house: House) -> None:
    router = Router(open_house)
    assert router.post(inform(), Authorization="Digest nonsense").status == 200


def test_a_session_ends_and_its_cookie_with_it(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    router.talk()
    assert open_house.server.sessions == 0
    assert open_house.metrics.counts["session_ended", "done"] == 1
    again = router.post(b"", Cookie=cookie)
    assert again.status == 204
    assert again.headers["connection"] == "close"


def test_second_inform_replaces_the_session(open_house: House) -> None:
    first, second = Router(open_house), Router(open_house)
    old = first.post(inform()).cookie
    new = second.post(inform()).cookie
    assert old != new
    assert open_house.server.sessions == 1
    assert open_house.metrics.counts["session_ended", "replaced"] == 1
    assert first.post(b"", Cookie=old).headers["connection"] == "close"
    assert second.post(b"", Cookie=new).status == 200


def test_routers_own_calls(open_house: House) -> None:
    router = Router(open_house)
    router.post(inform())
    call = encode(
        TransferComplete("key", 0, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        namespace=NAMESPACE,
        id="77",
    )
    answer = router.post(call)
    assert answer.message == TransferCompleteResponse()
    assert answer.envelope.id == "77"


@pytest.mark.parametrize(
    "body",
    [b"<", b"hello", b"<!DOCTYPE a><a/>", b"<a/>", b"\xff\xfe\x00"],
)
def test_malformed_gives_400_and_ends_the_session(open_house: House, body: bytes) -> None:
    router = Router(open_house)
    router.post(inform())
    answer = router.post(body)
    assert answer.status == 400
    assert answer.body == b""
    assert open_house.server.sessions == 0
    assert open_house.metrics.counts["session_ended", "malformed"] == 1


def test_without_a_session(open_house: House) -> None:
    router = Router(open_house)
    router.post(inform())
    router.talk()
    answer = router.post(b"")
    assert (answer.status, answer.headers["connection"]) == (204, "close")
    late = encode(RebootResponse(), namespace=NAMESPACE, id="1")
    assert Router(open_house).post(late).status == 400
    assert open_house.metrics.counts["malformed", "no-session"] == 1


def test_an_empty_request_that_opens_a_connection_is_challenged(open_house: House) -> None:
    """As libcurl does with Digest: it sends the body once it knows how to authenticate."""
    router = Router(open_house)
    answer = router.post(b"")
    assert answer.status == 401
    assert answer.challenges[0].startswith("Digest ")
    assert answer.headers.get("connection") != "close"
    assert router.post(inform(), Authorization='Digest username="any"').status == 200
    late = Router(open_house)
    assert late.post(b"", Authorization="Basic eDp5").status == 204


def test_storage_that_fails_gives_503(open_house: House) -> None:
    router = Router(open_house)
    router.post(inform())
    open_house.store.close()
    late = Router(open_house)
    answer = late.post(inform(OTHER))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert open_house.metrics.counts["session_ended", "storage_failed"] == 1
    assert open_house.server.sessions == 1


def test_peer_that_leaves_while_it_is_stored(open_house: House) -> None:
    router = Router(open_house)
    router.send(inform())
    router.leave()
    open_house.settle()
    assert router.wire.value() == b""
    open_house.settle()
    assert open_house.server.sessions == 0  # suspended


# --- who is it ----------------------------------------------------------------------------------


def test_wrong_password(house: House) -> None:
    router = Router(house)
    challenged = router.post(inform())
    word = router.digest(challenged.challenges[0], password="wrong")
    answer = router.post(inform(), Authorization=word)
    assert answer.status == 401
    assert answer.challenges[0] != challenged.challenges[0]
    assert house.metrics.counts["auth_failed", "response"] == 1
    assert not house.facts


def test_an_answer_is_good_once(house: House) -> None:
    router = Router(house)
    challenge = router.post(inform()).challenges[0]
    word = router.digest(challenge)
    assert router.post(inform(), Authorization=word).status == 200
    assert router.post(b"", Authorization=word).status == 401
    assert router.post(b"", Authorization=router.digest(challenge, count=2)).status == 200
    assert house.metrics.counts["auth_failed", "replay"] == 1


def test_an_answer_is_good_on_its_connection_only(house: House) -> None:
    first, second = Router(house), Router(house)
    word = first.digest(first.post(inform()).challenges[0])
    assert second.post(inform(), Authorization=word).status == 401
    assert house.metrics.counts["auth_failed", "nonce"] == 1


def test_nonces_by_address_for_routers_that_reconnect(tmp_path: Path, metrics: Any) -> None:
    house = House(tmp_path, metrics, nonce_owner="address")
    house.enrol()
    first = Router(house)
    word = first.digest(first.post(inform()).challenges[0])
    first.leave()
    assert Router(house, peer="192.0.2.9").post(inform(), Authorization=word).status == 401
    assert Router(house).post(inform(), Authorization=word).status == 200
    assert Router(house).post(inform(), Authorization=word).status == 401
    house.close()


def test_an_old_nonce_is_stale(house: House) -> None:
    router = Router(house)
    challenge = router.post(inform()).challenges[0]
    house.clock.advance(31)
    answer = router.post(inform(), Authorization=router.digest(challenge))
    assert "stale=true" in answer.challenges[0]
    answer = router.post(inform(), Authorization=router.digest(answer.challenges[0]))
    assert answer.status == 200


def test_another_routers_name(house: House) -> None:
    router = Router(house)
    answer = router.begin(body=inform(OTHER))
    assert answer.status == 401
    house.settle()
    fact = house.facts[0]
    assert isinstance(fact, Noted)
    assert (fact.router_id, fact.kind) == (ID, "identity_mismatch")
    assert fact.detail["claimed"] == OTHER.router_id
    router.begin(body=inform(OTHER))
    house.settle()
    assert len(house.facts) == 1  # at most one in a minute
    assert house.metrics.counts["identity_mismatch", None] == 2
    assert house.wait(house.store.router(OTHER.router_id)) is None


@pytest.mark.parametrize(
    "claimed",
    ["s-1", "S-1 ", "S-1\u200b", "S‐1", "S-1/../S-2"],  # noqa: RUF001 - a look-alike
)
def test_look_alikes(house: House, claimed: str) -> None:

    body = inform(replace(DEVICE, serial_number=claimed))
    answer = Router(house).begin(body=body)
    if answer.status == 200:  # blanks around are the same router
        assert claimed.strip() == DEVICE.serial_number
    else:
        assert answer.status == 401


def test_swap_in_the_middle(house: House) -> None:
    house.enrol(OTHER)
    router = Router(house)
    router.begin()
    assert router.post(inform(OTHER)).status == 401
    assert house.server.sessions == 0
    assert house.wait(house.store.router(OTHER.router_id)).informs == 0  # type: ignore[union-attr]


def test_anothers_credentials_in_a_session(house: House) -> None:
    house.enrol(OTHER)
    router, thief = Router(house), Router(house, OTHER)
    cookie = router.begin().cookie
    challenge = thief.post(inform(OTHER)).challenges[0]
    answer = thief.post(b"", Cookie=cookie, Authorization=thief.digest(challenge))
    assert answer.status == 401
    assert router.post(b"", Cookie=cookie).status == 200


def test_a_stolen_cookie_is_worth_nothing_elsewhere(house: House) -> None:
    router = Router(house)
    cookie = router.begin().cookie
    assert Router(house, peer="198.51.100.1").post(b"", Cookie=cookie).status == 401
    assert router.post(b"", Cookie=cookie).status == 200
    assert house.metrics.counts["auth_failed", "cookie"] == 1


def test_a_new_session_is_authenticated_anew(house: House) -> None:
    router = Router(house)
    router.begin()
    router.post(b"<")  # ends it
    again = Router(house)
    again.begin()
    again.leave()
    house.settle()
    third = Router(house)
    assert third.post(inform()).status == 401


def test_changed_credentials(house: House) -> None:
    router = Router(house)
    router.begin()
    challenge = router.post(inform(), Authorization="Digest x").challenges[0]
    house.wait(house.store.commit((Enrolled(router_id=ID, at=1.0, username=ID, ha1="0" * 32),)))
    house.server.credentials.forget(ID)
    assert router.post(inform(), Authorization=router.digest(challenge)).status == 401


# --- who knocked --------------------------------------------------------------------------------


def test_unknown_routers_are_quarantined(house: House) -> None:
    router = Router(house, OTHER)
    answer = router.begin()
    assert answer.status == 401
    assert house.metrics.counts["auth_failed", "unknown_user"] == 1
    router.leave()
    house.settle()
    assert house.facts == [
        Quarantined(router_id=OTHER.router_id, at=house.now(), device=OTHER, address="192.0.2.1")
    ]
    rows = house.wait(house.store.quarantined(10))
    assert [row.router_id for row in rows] == [OTHER.router_id]
    silent = Router(house, OTHER)
    silent.post(inform(OTHER))
    silent.leave()
    house.settle()
    assert len(house.facts) == 1  # at most one in a minute
    house.clock.advance(61)
    for _ in range(2):
        silent = Router(house, OTHER)
        silent.post(inform(OTHER))
        silent.leave()
    house.settle()
    assert len(house.facts) == 2


def test_known_routers_are_not_quarantined(house: House) -> None:
    router = Router(house)
    router.begin()
    router.leave()
    again = Router(house)
    again.post(inform())
    again.leave()
    house.settle()
    assert not [fact for fact in house.facts if isinstance(fact, Quarantined)]


def test_crowds_of_claims_are_bounded(house: House) -> None:
    for number in range(1010):
        device = DeviceId("A", "00AA02", "Box", f"N{number}")
        router = Router(house, device)
        router.send(inform(device))
        router.leave()
    house.settle()
    house.settle()
    assert house.metrics.counts["quarantined", None] == 1000


def test_claims_that_are_no_informs(house: House) -> None:
    for body in (b"<", encode(RebootResponse(), namespace=NAMESPACE, id="1"), b"x" * 100_000):
        router = Router(house)
        assert router.post(body).status == 401
        router.leave()
    assert house.metrics.counts["quarantined", None] == 0


# --- taken up elsewhere -------------------------------------------------------------------------


def test_each_request_on_a_connection_of_its_own(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    router.leave()
    open_house.settle()
    assert open_house.server.sessions == 0
    assert open_house.metrics.counts["session_ended", "suspended"] == 1
    second = Router(open_house)
    assert isinstance(second.post(b"", Cookie=cookie).message, GetParameterNames)
    assert open_house.server.sessions == 1


def test_taken_up_while_the_old_connection_is_open(open_house: House) -> None:
    router, second = Router(open_house), Router(open_house)
    cookie = router.post(inform()).cookie
    assert second.post(b"", Cookie=cookie).status == 200
    router.leave()
    open_house.settle()
    assert open_house.server.sessions == 1  # it goes on in the second


def test_taken_up_while_it_is_being_saved(open_house: House) -> None:
    router, second = Router(open_house), Router(open_house)
    cookie = router.post(inform()).cookie
    router.leave()
    second.send(b"", Cookie=cookie)  # before storage delivers
    assert isinstance(second.answer().message, GetParameterNames)
    open_house.settle()
    open_house.settle()
    assert open_house.server.sessions == 1
    second.leave()
    open_house.settle()
    open_house.settle()
    assert open_house.server.sessions == 0
    third = Router(open_house)
    empty = encode(GetParameterNamesResponse(()), namespace=NAMESPACE, id="1")
    assert third.post(empty, Cookie=cookie).status != 400


def test_taken_up_by_another_process_once(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    open_house.wait(open_house.server.suspend())
    assert open_house.server.sessions == 0
    assert router.post(b"", Cookie=cookie).status == 503
    one, two = open_house.new_server(), open_house.new_server()
    first, second = Router(open_house, server=one), Router(open_house, server=two)
    assert first.post(b"", Cookie=cookie).status == 200
    assert second.post(b"", Cookie=cookie).headers["connection"] == "close"


def test_a_saved_session_needs_its_own_address(house: House) -> None:
    router = Router(house)
    cookie = router.begin().cookie
    router.leave()
    house.settle()
    thief = Router(house, peer="198.51.100.1")
    assert thief.post(b"", Cookie=cookie).status == 401


def test_a_saved_session_is_void_when_the_router_begins_anew(open_house: House) -> None:
    router = Router(open_house)
    old = router.post(inform()).cookie
    router.leave()
    open_house.settle()
    again = Router(open_house)
    again.post(inform())
    again.post(b"<")  # ends the new one
    late = Router(open_house)
    assert late.post(b"", Cookie=old).headers["connection"] == "close"


def test_an_idle_session_is_over(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    open_house.clock.pump([0.5] * 130)
    assert router.wire.disconnecting
    router.leave()
    assert open_house.server.sessions == 0
    assert open_house.metrics.counts["session_ended", "timeout"] == 1
    assert Router(open_house).post(b"", Cookie=cookie).headers["connection"] == "close"


def test_a_saved_session_expires(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    router.leave()
    open_house.settle()
    open_house.clock.advance(61)
    assert Router(open_house).post(b"", Cookie=cookie).headers["connection"] == "close"


def test_nothing_secret_is_saved_with_a_session(open_house: House) -> None:
    router = Router(open_house)
    cookie = router.post(inform()).cookie
    target = open_house.server._around.registry.of_router(ID)
    assert target is not None
    assert target.state.secret is not None
    password = target.state.secret.password
    router.leave()
    open_house.settle()
    for file in open_house.folder.iterdir():
        content = file.read_bytes()
        assert password.encode() not in content
        assert cookie.partition("=")[2].encode() not in content


def test_two_requests_of_one_session_at_once(open_house: House) -> None:
    router, second = Router(open_house), Router(open_house)
    cookie = router.post(inform()).cookie
    call = encode(TransferComplete("key", 0, "", "", ""), namespace=NAMESPACE, id="1")
    router.send(call, Cookie=cookie)
    second.send(b"", Cookie=cookie)
    assert second.wire.value() == b""  # waits for the first to be stored
    assert router.answer().message == TransferCompleteResponse()
    assert isinstance(second.answer().message, GetParameterNames)
    others = [Router(open_house) for _ in range(4)]
    for other in others:
        other.send(call, Cookie=cookie)
    assert [other.wire.value()[:12] for other in others].count(b"HTTP/1.1 503") == 1
    open_house.settle()


# --- commands -----------------------------------------------------------------------------------


def begin_and_end(house: House) -> None:
    router = Router(house)
    router.post(inform())
    router.talk()


def test_a_reboot_is_recorded_before_it_is_sent(open_house: House) -> None:
    begin_and_end(open_house)
    assert open_house.propose().state == "queued"
    router = Router(open_house)
    router.post(inform())
    assert Reboot("c1") in router.talk()
    command = open_house.wait(open_house.store.command("c1"))
    assert command is not None
    assert command.state == "accepted"


def test_a_command_that_is_queued_in_the_middle(open_house: House) -> None:
    begin_and_end(open_house)
    router = Router(open_house)
    router.post(inform())
    open_house.propose()
    open_house.server.command_queued(ID)
    open_house.server.command_queued("unknown")
    assert Reboot("c1") in router.talk()


def test_the_guard_is_asked_again(open_house: House) -> None:

    begin_and_end(open_house)
    open_house.propose()
    open_house.refusals = (Refusal("night", "not now"),)
    router = Router(open_house)
    router.post(inform())
    assert Reboot("c1") not in router.talk()
    command = open_house.wait(open_house.store.command("c1"))
    assert command is not None
    assert command.state == "refused"


def test_a_command_is_recorded_as_sent_before_it_is(open_house: House) -> None:
    begin_and_end(open_house)
    open_house.propose()
    router = Router(open_house)
    router.post(inform())
    answer = router.post(b"")
    while not isinstance(answer.message, Reboot):
        answer = router.post(encode(SAYS[type(answer.message)], namespace=NAMESPACE, id="1"))
    command = open_house.wait(open_house.store.command("c1"))
    assert command is not None
    assert command.state == "sent"


# --- crowds and stopping ------------------------------------------------------------------------


def test_a_crowd_is_told_to_come_back(tmp_path: Path, metrics: Any) -> None:
    house = House(tmp_path, metrics, enrolment="open", admission=2)
    begun = Router(house)
    begun.post(inform())
    devices = [DeviceId("A", "00AA02", "Box", f"N{number}") for number in range(4)]
    routers = [Router(house, device) for device in devices]
    for router in routers:
        router.send(inform(router.device))
    turned = [router for router in routers if router.wire.value().startswith(b"HTTP/1.1 503")]
    assert len(turned) == 2
    assert b"Retry-After: 5\r\n" in turned[0].wire.value()
    assert begun.post(b"").status == 200  # sessions already begun go on
    house.settle()
    assert metrics.counts["turned_away", "busy"] == 2
    house.close()


def test_draining(open_house: House) -> None:
    begin_and_end(open_house)
    router = Router(open_house)
    router.post(inform())
    drained: list[None] = []
    open_house.server.drain().addCallback(drained.append)
    answer = Router(open_house, OTHER).post(inform(OTHER))
    assert answer.status == 503
    assert open_house.metrics.counts["turned_away", "draining"] == 1
    assert not drained
    router.talk()
    assert drained == [None]


def test_draining_when_nothing_runs(open_house: House) -> None:
    drained: list[None] = []
    open_house.server.drain().addCallback(drained.append)
    assert drained == [None]


# --- recordings ---------------------------------------------------------------------------------


def test_a_conversation_is_recorded(tmp_path: Path, metrics: Any) -> None:
    folder = tmp_path / "talks"
    house = House(
        tmp_path,
        metrics,
        enrolment="open",
        transcript_dir=str(folder),
        transcript_routers=(ID,),
    )
    router = Router(house)
    router.post(inform())
    router.post(b"")
    other = Router(house, OTHER)
    other.post(inform(OTHER))
    house.close()
    entries = read_transcript((folder / f"{ID}.jsonl").read_text(encoding="utf-8"))
    assert [(entry.sender, entry.status) for entry in entries] == [
        ("router", None),
        ("acs", 200),
        ("router", None),
        ("acs", 200),
    ]
    assert "InformResponse" in entries[1].body
    assert len(list(folder.iterdir())) == 1


def test_two_servers_do_not_share_nonces(house: House) -> None:
    other: CwmpServer = house.new_server()
    first, second = Router(house), Router(house, server=other)
    word = first.digest(first.post(inform()).challenges[0])
    assert second.post(inform(), Authorization=word).status == 401
