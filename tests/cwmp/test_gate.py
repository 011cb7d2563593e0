"""Authentication as routers do it, over whole exchanges; one conversation for each oddity."""

import base64
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from acs.cwmp.codec import encode
from acs.cwmp.messages import (
    GetParameterNames,
    GetParameterNamesResponse,
    InformResponse,
    TransferComplete,
    TransferCompleteResponse,
)
from acs.facts import Informed, Noted, Quarantined
from tests.cwmp.routers import DEVICE, NAMESPACE, OTHER, Answer, House, Router, inform, md5

ID = DEVICE.router_id
COMPLETE = encode(TransferComplete("key", 0, "", "", ""), namespace=NAMESPACE, id="1")
ODD = '[[quirk]]\nname = "odd"\nwhy = "It is."\noui = "00AA01"\n'

Make = Callable[..., House]


@pytest.fixture
def make(tmp_path: Path, metrics: Any) -> Iterator[Make]:
    houses: list[House] = []

    def house(quirk: str = "", **changes: Any) -> House:
        if quirk:
            folder = tmp_path / "quirks"
            folder.mkdir()
            (folder / "own.toml").write_text(ODD + quirk)
            changes["quirks_dir"] = str(folder)
        made = House(tmp_path, metrics, **changes)
        made.enrol()
        houses.append(made)
        return made

    yield house
    for made in houses:
        made.close()


def nonce_of(answer: Answer) -> str:
    return answer.challenges[0].partition('nonce="')[2].partition('"')[0]


def rfc_2069(answer: Answer, *, password: str = "sesame") -> str:
    nonce = nonce_of(answer)
    proof = md5(f"{md5(f'{ID}:acsd:{password}')}:{nonce}:{md5('POST:/')}")
    return f'Digest username="{ID}", realm="acsd", nonce="{nonce}", uri="/", response="{proof}"'


def basic(device: Any = DEVICE, password: str = "sesame") -> str:
    word = base64.b64encode(f"{device.router_id}:{password}".encode()).decode()
    return f"Basic {word}"


def noted(house: House, kind: str) -> list[Noted]:
    house.settle()
    return [fact for fact in house.facts if isinstance(fact, Noted) and fact.kind == kind]


# --- a challenge and its answer -----------------------------------------------------------------


def test_the_connection_stays_open_for_the_answer(make: Make) -> None:
    router = Router(make())
    challenged = router.post(inform())
    assert challenged.headers["connection"] == "keep-alive"
    assert challenged.headers["content-length"] == "0"
    assert not router.wire.disconnecting
    closing = Router(router.house)
    assert closing.post(inform(), Connection="close").headers["connection"] == "close"
    assert closing.wire.disconnecting


def test_an_inform_sent_again_after_the_challenge_is_one_inform(make: Make) -> None:
    house = make()
    router = Router(house)
    body = inform(DEVICE, "1 BOOT")
    router.post(body)
    challenged = router.post(body)  # it did not hear the first challenge
    answer = router.post(body, Authorization=router.digest(challenged.challenges[0]))
    assert answer.message == InformResponse()
    assert router.post(b"", Cookie=answer.cookie).status == 200
    house.settle()
    assert [type(fact) for fact in house.facts].count(Informed) == 1
    assert house.metrics.counts["session_ended", "replaced"] == 0
    row = house.wait(house.store.router(ID))
    assert row is not None
    assert row.informs == 1


def test_only_the_inform_is_authenticated_then_the_cookie_is_enough(make: Make) -> None:
    house = make()
    router = Router(house)
    cookie = router.begin().cookie
    assert router.post(COMPLETE, Cookie=cookie).message == TransferCompleteResponse()
    router.leave()
    house.settle()
    again = Router(house)
    assert isinstance(again.post(b"", Cookie=cookie).message, GetParameterNames)
    again.talk(
        again.post(
            encode(GetParameterNamesResponse(()), namespace=NAMESPACE, id="1"), Cookie=cookie
        )
    )
    # the session is over: its cookie proves nothing any more
    late = Router(house)
    assert late.post(inform(), Cookie=cookie).status == 401
    assert late.post(COMPLETE, Cookie=cookie).status == 400
    assert Router(house).post(b"", Cookie=cookie).status == 204
    assert house.server.sessions == 0


def test_a_wrong_cookie_with_the_right_credentials_begins_a_session(make: Make) -> None:
    house = make()
    router = Router(house)
    wrong = "acs_session=" + "0" * 32
    challenge = router.post(inform(), Cookie=wrong).challenges[0]
    answer = router.post(inform(), Cookie=wrong, Authorization=router.digest(challenge))
    assert answer.status == 200
    assert answer.cookie != wrong


@pytest.mark.parametrize("drops", [True, False])
def test_each_connection_is_challenged_where_so_configured(make: Make, *, drops: bool) -> None:
    house = make(challenge="connection")
    router = Router(house)
    cookie = router.begin().cookie
    assert router.post(b"", Cookie=cookie).status == 200  # the session's own connection
    if drops:
        router.leave()
        house.settle()
    again = Router(house)
    challenged = again.post(COMPLETE, Cookie=cookie)
    assert challenged.status == 401
    word = again.digest(challenged.challenges[0])
    assert again.post(COMPLETE, Cookie=cookie, Authorization=word).status == 200
    assert again.post(COMPLETE, Cookie=cookie).status == 200


def test_a_router_that_authenticates_its_inform_only(make: Make) -> None:
    house = make("authenticates_inform_only = true", challenge="connection")
    router = Router(house)
    cookie = router.begin().cookie
    router.leave()
    house.settle()
    assert Router(house).post(b"", Cookie=cookie).status == 200
    assert house.metrics.counts["quirk", "odd"] == 1
    thief = Router(house, peer="198.51.100.1")
    assert thief.post(b"", Cookie=cookie).status == 401


# --- no cookies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("saved", [True, False])
def test_no_cookies_and_a_connection_for_each_request(make: Make, *, saved: bool) -> None:
    house = make()
    router = Router(house)
    router.begin()
    router.leave()
    if saved:
        house.settle()
        assert house.server.sessions == 0
    again = Router(house)
    challenged = again.post(b"")
    assert challenged.status == 401
    word = again.digest(challenged.challenges[0])
    assert isinstance(again.post(b"", Authorization=word).message, GetParameterNames)
    assert house.metrics.counts["quirk", "no-cookie"] == 1
    assert house.server.sessions == 1
    house.settle()
    assert [type(fact) for fact in house.facts].count(Informed) == 1


def test_without_a_cookie_the_address_alone_is_worth_nothing(make: Make) -> None:
    house = make()
    house.enrol(OTHER)
    router = Router(house)
    router.begin()
    router.leave()
    neighbour = Router(house, OTHER)  # behind the same address
    assert neighbour.post(b"").status == 401
    assert neighbour.post(COMPLETE).status == 401
    word = neighbour.digest(neighbour.post(b"").challenges[0])
    assert neighbour.post(b"", Authorization=word).status == 204
    assert house.metrics.counts["quirk", "no-cookie"] == 0


def test_a_session_that_is_spoken_in_elsewhere_is_left_alone(make: Make) -> None:
    house = make()
    router, second = Router(house), Router(house)
    router.begin()
    word = second.digest(second.post(b"").challenges[0])
    assert second.post(b"", Authorization=word).status == 204
    assert isinstance(router.post(b"").message, GetParameterNames)


def test_a_session_whose_time_is_up_is_not_gone_on_with(make: Make) -> None:
    house = make()
    router = Router(house)
    router.begin()
    router.leave()
    house.settle()
    house.clock.advance(61)
    again = Router(house)
    word = again.digest(again.post(b"").challenges[0])
    assert again.post(b"", Authorization=word).status == 204


def test_an_empty_message_behind_the_end_is_not_challenged(make: Make) -> None:
    router = Router(make())
    router.begin()
    router.talk()
    assert router.post(b"").status == 204


# --- Digest as of RFC 2069 ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quirk", "policy", "status"),
    [
        ("", "quirk", 401),
        ("", "allow", 200),
        ("", "refuse", 401),
        ("digest_without_qop = true", "quirk", 200),
        ("digest_without_qop = true", "refuse", 401),
    ],
)
def test_digest_without_qop(make: Make, quirk: str, policy: str, status: int) -> None:
    house = make(quirk, digest_without_qop=policy)
    router = Router(house)
    challenged = router.post(inform())
    assert router.post(inform(), Authorization=rfc_2069(challenged)).status == status
    assert house.metrics.counts["auth_failed", "qop"] == (status == 401)
    named = "odd" if quirk else "digest-without-qop"
    assert house.metrics.counts["quirk", named] == (status == 200)


def test_digest_without_qop_is_as_good_as_its_password_and_its_connection(make: Make) -> None:
    house = make("digest_without_qop = true")
    router = Router(house)
    challenged = router.post(inform())
    wrong = router.post(inform(), Authorization=rfc_2069(challenged, password="wrong"))
    assert wrong.status == 401
    word = rfc_2069(challenged)
    assert Router(house).post(inform(), Authorization=word).status == 401
    assert router.post(inform(), Authorization=word).status == 200
    assert router.post(b"", Authorization=word).status == 200  # such clients send it each time
    router.leave()
    assert Router(house).post(b"", Authorization=word).status == 401
    assert house.metrics.counts["auth_failed", "nonce"] == 2


def test_digest_without_qop_by_address_is_good_once(make: Make) -> None:
    house = make("digest_without_qop = true", nonce_owner="address")
    router = Router(house)
    word = rfc_2069(router.post(inform()))
    assert Router(house).post(inform(), Authorization=word).status == 200
    assert Router(house).post(inform(), Authorization=word).status == 401


def test_a_makers_quirk_holds_once_the_maker_is_proved(make: Make) -> None:
    quirk = 'manufacturer = "Acme"\ndigest_without_qop = true'
    house = make(quirk)
    router = Router(house)
    # A router that was never heard may say who made it.
    assert router.post(inform(), Authorization=rfc_2069(router.post(inform()))).status == 200
    house.settle()
    house.server.credentials.forget(ID)
    # One that was heard has a maker, whatever a message says.
    apex = replace(DEVICE, manufacturer="Apex")
    again = Router(house)
    assert again.post(inform(apex), Authorization=rfc_2069(again.post(inform(apex)))).status == 200


def test_another_maker_than_the_one_that_was_heard(make: Make) -> None:
    house = make('manufacturer = "Apex"\ndigest_without_qop = true')
    Router(house).begin()
    house.settle()
    house.server.credentials.forget(ID)
    claims = inform(replace(DEVICE, manufacturer="Apex"))
    router = Router(house)
    assert router.post(claims, Authorization=rfc_2069(router.post(claims))).status == 401


# --- nonces -------------------------------------------------------------------------------------


def test_a_new_connection_after_the_challenge(make: Make) -> None:
    house = make("nonce_across_connections = true")
    router = Router(house)
    word = router.digest(router.post(inform()).challenges[0])
    router.leave()
    assert Router(house, peer="192.0.2.9").post(inform(), Authorization=word).status == 401
    again = Router(house)
    assert again.post(inform(), Authorization=word).status == 200
    assert house.metrics.counts["quirk", "odd"] == 1
    again.leave()
    assert Router(house).post(inform(), Authorization=word).status == 401  # once
    assert house.metrics.counts["auth_failed", "nonce"] == 1
    assert house.metrics.counts["auth_failed", "replay"] == 1


def test_a_nonce_for_any_connection_is_of_use_to_who_has_the_quirk_alone(make: Make) -> None:
    house = make('product_class = "Other"\nnonce_across_connections = true')
    router = Router(house)
    claims = inform(replace(DEVICE, product_class="Other"))  # to be given such a nonce
    word = router.digest(router.post(claims).challenges[0])
    assert Router(house).post(inform(), Authorization=word).status == 401
    assert router.post(inform(), Authorization=word).status == 401
    assert house.metrics.counts["auth_failed", "nonce"] == 2


def test_a_nonce_on_another_connection_must_come_soon(make: Make) -> None:
    house = make("nonce_across_connections = true")
    word = Router(house).digest(Router(house).post(inform()).challenges[0])
    house.clock.advance(31)
    answer = Router(house).post(inform(), Authorization=word)
    assert answer.status == 401
    assert "stale=true" in answer.challenges[0]


def test_a_peer_that_closes_after_each_answer(make: Make) -> None:
    """HTTP/1.0, or a client of "Connection: close": it cannot answer where it was challenged."""
    house = make()
    challenged = Router(house).post(inform(), Connection="close").challenges[0]
    word = Router(house).digest(challenged)
    stranger = Router(house, peer="192.0.2.9").post(inform(), Authorization=word)
    assert stranger.status == 401
    router = Router(house)
    answer = router.post(inform(), Authorization=word, Connection="close")
    assert answer.status == 200
    router.leave()
    again = Router(house).post(b"", Authorization=word, Cookie=answer.cookie, Connection="close")
    assert again.status == 401  # it was good once
    assert "stale=true" in again.challenges[0]
    word = Router(house).digest(again.challenges[0])
    asked = Router(house).post(b"", Authorization=word, Cookie=answer.cookie, Connection="close")
    assert isinstance(asked.message, GetParameterNames)


def test_a_peer_that_keeps_its_connection_answers_on_it(make: Make) -> None:
    house = make()
    word = Router(house).digest(Router(house).post(inform()).challenges[0])
    assert Router(house).post(inform(), Authorization=word, Connection="close").status == 401


def test_a_count_that_does_not_rise(make: Make) -> None:
    house = make("nonce_reuse = true")
    router = Router(house)
    word = router.digest(router.post(inform()).challenges[0])
    assert router.post(inform(), Authorization=word).status == 200
    assert router.post(b"", Authorization=word).status == 200
    assert router.post(b"x", Authorization=word).status == 400
    (fact,) = noted(house, "nonce_reused")
    assert (fact.router_id, fact.detail) == (ID, {"address": "192.0.2.1"})
    assert house.metrics.counts["quirk", "odd"] == 2
    router.leave()
    assert Router(house).post(inform(), Authorization=word).status == 401


# --- schemes ------------------------------------------------------------------------------------


def test_schemes_are_offered_as_a_device_needs_them(make: Make) -> None:
    house = make('product_class = "Box"\nauth = ["basic", "digest"]')
    schemes = [word.partition(" ")[0] for word in Router(house).post(inform()).challenges]
    assert schemes == ["Basic", "Digest"]
    assert house.metrics.counts["quirk", "odd"] == 1
    cube = replace(DEVICE, product_class="Cube")
    schemes = [word.partition(" ")[0] for word in Router(house).post(inform(cube)).challenges]
    assert schemes == ["Digest", "Basic"]


def test_what_is_not_configured_is_not_offered(make: Make) -> None:
    house = make('auth = ["basic"]', auth=("digest",))
    router = Router(house)
    challenged = router.post(inform())
    assert [word.partition(" ")[0] for word in challenged.challenges] == ["Digest"]
    assert house.metrics.counts["quirk", "odd"] == 0


def test_a_scheme_that_was_not_offered_is_forgiven_once(make: Make) -> None:
    house = make(auth=("digest",))
    router = Router(house)
    router.post(inform())
    again = router.post(inform(), Authorization=basic())
    assert again.status == 401
    assert again.challenges[0].startswith("Digest ")
    last = router.post(inform(), Authorization=basic())
    assert (last.status, last.headers["connection"]) == (403, "close")
    assert house.metrics.counts["auth_failed", "not_offered"] == 2
    learned = Router(house)
    learned.post(inform(), Authorization=basic())
    assert learned.begin().status == 200


def test_basic_first_without_a_challenge(make: Make) -> None:
    router = Router(make())
    assert router.post(inform(), Authorization=basic()).status == 200
    assert router.post(b"", Authorization=basic()).status == 200


# --- guessing -----------------------------------------------------------------------------------


def test_guessing_is_bounded(make: Make) -> None:
    house = make(auth_failures=3)
    thief = Router(house, peer="198.51.100.1")
    for _ in range(3):
        assert thief.post(inform(), Authorization=basic(password="x")).status == 401
    for _ in range(5):
        late = Router(house, peer="198.51.100.1")
        answer = late.post(inform(), Authorization=basic())  # even the right one
        assert (answer.status, answer.headers["connection"]) == (403, "close")
    assert house.metrics.counts["auth_failed", "blocked"] == 5
    (fact,) = noted(house, "credentials_guessed")
    assert (fact.router_id, fact.detail) == (ID, {"address": "198.51.100.1"})
    assert Router(house).begin().status == 200  # the router itself is not locked out
    house.clock.advance(301)
    assert Router(house, peer="198.51.100.1").begin().status == 200


def test_unknown_names_are_bounded_too(make: Make) -> None:
    house = make(auth_failures=2)
    statuses = []
    for _ in range(3):
        stranger = Router(house, OTHER)
        statuses.append(stranger.post(inform(OTHER), Authorization=basic(OTHER)).status)
        stranger.leave()
    assert statuses == [401, 401, 403]
    house.settle()
    assert [type(fact) for fact in house.facts] == [Quarantined]


# --- compressed bodies --------------------------------------------------------------------------


def raw(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw),
    ],
)
def test_compressed_messages(make: Make, coding: str, pack: Callable[[bytes], bytes]) -> None:
    house = make()
    router = Router(house)
    headers = {"Content-Encoding": coding}
    body = pack(inform())
    challenge = router.post(body, **headers).challenges[0]
    answer = router.post(body, Authorization=router.digest(challenge), **headers)
    assert answer.message == InformResponse()
    assert router.post(pack(COMPLETE), **headers).message == TransferCompleteResponse()
    assert isinstance(router.post(b"", **headers).message, GetParameterNames)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzip.compress(bytes(2_000_000)), 413),
        (gzip.compress(inform())[:-1], 400),
        (inform(), 400),
        (gzip.compress(b"<"), 400),
    ],
    ids=["too large", "cut short", "not compressed", "no message"],
)
def test_compressed_nonsense_ends_the_session(make: Make, body: bytes, status: int) -> None:
    house = make(enrolment="open")
    router = Router(house)
    router.post(inform())
    answer = router.post(body, **{"Content-Encoding": "gzip"})
    assert (answer.status, answer.headers["connection"]) == (status, "close")
    assert house.server.sessions == 0


def test_an_unknown_coding_is_told_what_is_known(make: Make) -> None:
    answer = Router(make()).post(b"x", **{"Content-Encoding": "br"})
    assert answer.status == 415
    assert answer.headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("claims", [True, False])
def test_strangers_may_compress_as_well(make: Make, *, claims: bool) -> None:
    house = make()
    stranger = Router(house, OTHER)
    body = gzip.compress(inform(OTHER) if claims else bytes(1_000_000))
    assert stranger.post(body, **{"Content-Encoding": "gzip"}).status == 401
    stranger.leave()
    house.settle()
    assert [type(fact) for fact in house.facts] == ([Quarantined] if claims else [])


# --- the end, and in between --------------------------------------------------------------------


def test_a_router_that_needs_its_connection_closed(make: Make) -> None:
    house = make("reply_close = true")
    router = Router(house)
    answer = router.begin()
    assert answer.headers["connection"] == "close"
    router.leave()
    house.settle()
    again = Router(house)
    answer = again.post(b"", Cookie=answer.cookie)
    assert isinstance(answer.message, GetParameterNames)
    assert answer.headers["connection"] == "close"
    assert house.metrics.counts["quirk", "odd"] == 2


def test_a_router_that_ends_with_three_empty_messages(make: Make) -> None:
    house = make("empties_to_end = 3")
    router = Router(house)
    cookie = router.begin().cookie
    router.talk()
    for _ in range(2):
        answer = router.post(b"", Cookie=cookie)
        assert (answer.status, answer.headers.get("connection")) == (204, None)
    answer = router.post(b"", Cookie=cookie)
    assert (answer.status, answer.headers["connection"]) == (204, "close")
    assert house.metrics.counts["quirk", "odd"] == 1


def test_ceilings_of_a_model_hold_in_its_sessions(make: Make) -> None:
    house = make("names_per_call = 7\nnext_level_only = true")
    Router(house).begin()
    session = house.server._around.registry.of_router(ID)
    assert session is not None
    assert session.state.policy.names_per_call == 7
    assert session.state.policy.quirks.next_level_only
    assert house.metrics.counts["quirk", "odd"] == 2
    house.enrol(replace(DEVICE, oui="00AA02"))
    plain = replace(DEVICE, oui="00AA02")
    Router(house, plain).begin()
    other = house.server._around.registry.of_router(plain.router_id)
    assert other is not None
    assert other.state.policy is house.server._around.policy


def test_nonces_end_with_their_connection(make: Make) -> None:
    house = make()
    router = Router(house)
    router.begin()
    gate = house.server._around.gate
    assert len(gate._nonces._counts) == 1
    router.leave()
    assert not gate._used
    assert not gate._nonces._counts


def test_a_nonce_of_a_long_connection_is_not_forgotten_too_soon(make: Make) -> None:
    house = make()
    router = Router(house)
    words = []
    for _ in range(70):
        answer = router.post(inform(), Authorization="Digest x")  # to be challenged anew
        words.append(router.digest(answer.challenges[0]))
        assert router.post(inform(), Authorization=words[-1]).status == 200
    assert router.post(inform(), Authorization=words[0]).status == 401
    assert router.post(inform(), Authorization=words[-1]).status == 401
    (used,) = house.server._around.gate._used.values()
    assert len(used) <= 64
