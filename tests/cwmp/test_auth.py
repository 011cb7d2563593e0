import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from acs.cwmp.auth import (
    AuthError,
    BasicAnswer,
    DigestAnswer,
    Nonces,
    challenges,
    ha1,
    parse_authorization,
    parse_parameters,
    verify_basic,
    verify_digest,
)

# The example of RFC 2617, 3.5.
EXAMPLE = DigestAnswer(
    username="Mufasa",
    nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
    uri="/dir/index.html",
    nc="00000001",
    cnonce="0a4f113b",
    response="6629fae49393a05397450978507c4ef1",
    qop="auth",
)
EXAMPLE_HA1 = ha1("Mufasa", "Circle Of Life", "testrealm@host.com")


def digest(**changes: str) -> str:
    parts = {
        "username": '"r"',
        "realm": '"acsd"',
        "nonce": '"n"',
        "uri": '"/"',
        "qop": "auth",
        "nc": "00000001",
        "cnonce": '"c"',
        "response": '"0123"',
        "algorithm": "MD5",
    }
    parts.update(changes)
    return "Digest " + ", ".join(f"{name}={value}" for name, value in parts.items() if value)


def reason_of(header: str) -> str:
    with pytest.raises(AuthError) as error:
        parse_authorization(header.encode())
    return error.value.reason


def test_the_standards_example() -> None:
    verify_digest(EXAMPLE, EXAMPLE_HA1, "GET", "/dir/index.html")


@pytest.mark.parametrize(
    "odd",
    [
        {"qop": '"auth"'},
        {"algorithm": '"MD5"'},
        {"algorithm": '"MD'},
        {"algorithm": 'MD5"'},
        {"algorithm": '""'},
        {"algorithm": ""},
        {"algorithm": "md5"},
        {"nc": "1"},
        {"nc": '"00000001"'},
    ],
)
def test_oddities_of_routers_are_read(odd: dict[str, str]) -> None:
    answer = parse_authorization(digest(**odd).encode())
    assert isinstance(answer, DigestAnswer)
    assert (answer.username, answer.nonce, answer.uri, answer.count) == ("r", "n", "/", 1)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Bearer x", "unreadable"),
        ("", "unreadable"),
        ("Digest", "realm"),
        ("Basic !!!", "unreadable"),
        ("Basic " + base64.b64encode(b"nocolon").decode(), "unreadable"),
        ("Basic " + base64.b64encode(b"\xff:\xff").decode(), "unreadable"),
        (digest(realm='"other"'), "realm"),
        (digest(algorithm="SHA-256"), "algorithm"),
        (digest(algorithm="MD5-sess"), "algorithm"),
        (digest(qop=""), "qop"),
        (digest(qop="auth-int"), "qop"),
        (digest(nc="x"), "unreadable"),
        (digest(nc="-1"), "unreadable"),
        (digest(nc="000000001"), "unreadable"),
        (digest(response=""), "unreadable"),
        (digest(cnonce=""), "unreadable"),
        (digest() + ', nonce="m"', "unreadable"),
        (digest() + ", USERNAME=other", "unreadable"),
    ],
)
def test_what_is_refused(header: str, reason: str) -> None:
    assert reason_of(header) == reason


@given(st.binary(max_size=300))
def test_any_header_is_read_or_refused(data: bytes) -> None:
    for header in (data, b"Basic " + data, b"Digest " + data):
        try:
            parse_authorization(header)
        except AuthError:
            continue


@given(st.text(min_size=1), st.text())
def test_basic_round_trip(username: str, password: str) -> None:
    plain = f"{username.replace(':', '')}:{password}".encode("utf-8", "replace")
    answer = parse_authorization(b"Basic " + base64.b64encode(plain))
    assert isinstance(answer, BasicAnswer)
    verify_basic(answer, ha1(answer.username, answer.password))
    with pytest.raises(AuthError):
        verify_basic(answer, ha1(answer.username, answer.password + "x"))


def test_escapes_in_quoted_values() -> None:
    assert parse_parameters(r'a="b\"c\\d", E=f , g = "h,i"') == {
        "a": 'b"c\\d',
        "e": "f",
        "g": "h,i",
    }


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("response", "0" * 32, "response"),
        ("response", "ü", "response"),
        ("cnonce", "other", "response"),
        ("nc", "00000002", "response"),
        ("username", "Mufasa", None),
        ("uri", "/other", "uri"),
        ("uri", "", "uri"),
    ],
)
def test_each_part_is_signed(field: str, value: str, reason: str | None) -> None:

    answer = replace(EXAMPLE, **{field: value})
    if reason is None:
        verify_digest(answer, EXAMPLE_HA1, "GET", "/dir/index.html")
        return
    with pytest.raises(AuthError) as error:
        verify_digest(answer, EXAMPLE_HA1, "GET", "/dir/index.html")
    assert error.value.reason == reason


def test_an_answer_shows_no_password() -> None:
    assert "sesame" not in repr(BasicAnswer("ali", "sesame"))


class TestNonces:
    def refusal(self, nonces: Nonces, nonce: str, owner: str, count: int, now: float) -> str:
        with pytest.raises(AuthError) as error:
            nonces.check(nonce, owner, count, now)
        return error.value.reason

    def test_good_for_its_owner_with_rising_counts(self) -> None:
        nonces = Nonces(b"key")
        nonce = nonces.issue("one", 100.0)
        for count in (1, 2, 9):
            nonces.check(nonce, "one", count, 110.0)
            nonces.use(nonce, count)
        assert self.refusal(nonces, nonce, "one", 9, 110.0) == "replay"
        assert self.refusal(nonces, nonce, "one", 3, 110.0) == "replay"
        assert self.refusal(nonces, nonce, "one", 0, 110.0) == "replay"
        assert self.refusal(nonces, nonce, "two", 10, 110.0) == "nonce"
        with pytest.raises(AuthError):
            nonces.use(nonce, 9)

    def test_first_use_must_come_soon(self) -> None:
        nonces = Nonces(b"key")
        early, late = nonces.issue("one", 100.0), nonces.issue("one", 100.0)
        nonces.check(early, "one", 1, 129.9)
        nonces.use(early, 1)
        nonces.check(early, "one", 2, 3000.0)
        assert self.refusal(nonces, late, "one", 1, 130.1) == "stale"
        assert self.refusal(nonces, early, "one", 2, 3701.0) == "stale"

    def test_forged_or_anothers_keys(self) -> None:
        nonces, others = Nonces(b"key"), Nonces(b"other")
        assert self.refusal(nonces, others.issue("one", 1.0), "one", 1, 1.0) == "nonce"
        assert self.refusal(nonces, "", "one", 1, 1.0) == "nonce"
        nonce = nonces.issue("one", 1.0)
        later = f"{9999:012x}" + nonce[12:]
        assert self.refusal(nonces, later, "one", 1, 9.0) == "nonce"

    def test_a_forgotten_nonce_cannot_be_replayed(self) -> None:
        nonces = Nonces(b"key", kept=2)
        issued = [nonces.issue("one", float(number)) for number in range(4)]
        for nonce in issued[:3]:
            nonces.check(nonce, "one", 1, 4.0)
            nonces.use(nonce, 1)
        assert self.refusal(nonces, issued[0], "one", 1, 4.0) == "stale"
        assert self.refusal(nonces, issued[1], "one", 1, 4.0) == "replay"
        nonces.check(issued[3], "one", 1, 4.0)

    def test_nonces_differ(self) -> None:
        nonces = Nonces(b"key")
        assert len({nonces.issue("one", 1.0) for _ in range(100)}) == 100


def test_challenges() -> None:
    lines = challenges(("digest", "basic"), "abc").decode().split("\r\n")
    assert lines == [
        'WWW-Authenticate: Digest realm="acsd", qop="auth", algorithm=MD5, nonce="abc"',
        'WWW-Authenticate: Basic realm="acsd"',
        "",
    ]
    assert b"stale=true" in challenges(("digest",), "abc", stale=True)
    assert challenges(("basic",), "abc") == b'WWW-Authenticate: Basic realm="acsd"\r\n'
