import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from acs.cwmp.auth import (
    AuthError,
    BasicAnswer,
    DigestAnswer,
    _plain_parameters,
    challenges,
    parse_authorization,
    parse_parameters,
    response_digest,
    verify_basic,
    verify_digest,
)
from acs.digest import ha1

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
        {"username": "'r'", "nonce": "'n'", "response": "'0123'"},
        {"username": 'r"', "nonce": 'n"'},
        {"qop": "'auth'", "algorithm": "'MD5'"},
        {"realm": ' "acsd" ', "uri": "  /"},
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
        (digest(qop="auth-int"), "qop"),
        (digest(nc="x"), "unreadable"),
        (digest(nc="-1"), "unreadable"),
        (digest(nc="000000001"), "unreadable"),
        (digest(response=""), "unreadable"),
        (digest(cnonce=""), "unreadable"),
        (digest(nc=""), "unreadable"),
        (digest(qop="", response=""), "unreadable"),
        (digest(qop='"auth,auth-int"'), "qop"),
        ("Digestusername=r", "unreadable"),
        (digest() + ', nonce="m"', "unreadable"),
        (digest() + ", USERNAME=other", "unreadable"),
    ],
)
def test_what_is_refused(header: str, reason: str) -> None:
    assert reason_of(header) == reason


@pytest.mark.parametrize("scheme", ["digest ", "DIGEST\t", "Digest   ", " Digest "])
def test_scheme_and_names_in_any_case(scheme: str) -> None:
    header = scheme + digest().removeprefix("Digest ").replace("nonce=", "NonCE = ")
    answer = parse_authorization(header.encode())
    assert isinstance(answer, DigestAnswer)
    assert answer.nonce == "n"


def test_a_quote_inside_an_unquoted_name_is_part_of_it() -> None:
    assert parse_parameters("a=o'neil, b='x'y, c='") == {"a": "o'neil", "b": "'x'y", "c": "'"}


def test_digest_as_of_rfc_2069_has_no_counts() -> None:
    answer = parse_authorization(digest(qop="", nc="", cnonce="").encode())
    assert isinstance(answer, DigestAnswer)
    assert (answer.qop, answer.nc, answer.cnonce, answer.count) == ("", "", "", 0)
    # counts that are there without qop mean nothing, and are not signed
    assert parse_authorization(digest(qop="").encode()) == answer


def test_the_example_of_rfc_2069() -> None:
    """RFC 2069, 2.4, with the response of its errata."""
    stored = ha1("Mufasa", "CircleOfLife", "testrealm@host.com")
    nonce, uri = "dcd98b7102dd2f0e8b11d0f600bfb0c093", "/dir/index.html"
    right = "1949323746fe6a43ef61f9606e7febea"
    assert response_digest(stored, nonce, "GET", uri, None) == right
    answer = DigestAnswer("Mufasa", nonce, uri, "", "", right.upper(), "")
    verify_digest(answer, stored, "GET", uri)
    with pytest.raises(AuthError):
        verify_digest(replace(answer, nonce="x"), stored, "GET", uri)


@pytest.mark.parametrize("uri", ["http://acs/dir/index.html", "HTTPS://acs:443/dir/index.html"])
def test_the_absolute_form_of_the_target_may_be_signed(uri: str) -> None:
    counted = (EXAMPLE.nc, EXAMPLE.cnonce, EXAMPLE.qop)
    response = response_digest(EXAMPLE_HA1, EXAMPLE.nonce, "GET", uri, counted)
    answer = replace(EXAMPLE, uri=uri, response=response)
    verify_digest(answer, EXAMPLE_HA1, "GET", "/dir/index.html")
    with pytest.raises(AuthError, match="uri"):
        verify_digest(answer, EXAMPLE_HA1, "GET", "/dir")


_TOKEN = st.text(st.characters(codec="ascii", exclude_characters="\\\",'", min_codepoint=33))
_VALUE = st.text(st.characters(codec="utf-8", min_codepoint=32))


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'


@given(username=_VALUE, nonce=_TOKEN, cnonce=_VALUE, blank=st.sampled_from(["", " ", "\t"]))
def test_what_a_proper_client_writes_is_read(
    username: str, nonce: str, cnonce: str, blank: str
) -> None:
    header = (
        f"Digest username{blank}={blank}{_quoted(username)},{blank}realm={_quoted('acsd')}, "
        f"nonce={_quoted(nonce)}, uri={_quoted('/')}, qop=auth,{blank}nc=0000000a, "
        f"cnonce={_quoted(cnonce)}, response={_quoted('ab')}, opaque={_quoted(',=x=')}"
    )
    assert parse_authorization(header.encode()) == DigestAnswer(
        username, nonce, "/", "0000000a", cnonce, "ab", "auth"
    )


_PIECE = st.one_of(
    st.sampled_from(
        ["nonce", "qop", "nc", "=", "=", '"', '"', ", ", ",", " ", "'", "\\", "a", "B"]
    ),
    st.text(max_size=3),
)


@given(st.lists(_PIECE, max_size=20).map("".join))
def test_the_short_way_reads_what_the_long_way_does(text: str) -> None:
    plain = _plain_parameters(text)
    if plain is not None:
        assert plain == parse_parameters(" " + text)  # the blank makes it take the long way
        assert _plain_parameters(" " + text) is None


@given(st.text(max_size=200))
def test_any_parameters_are_read_or_refused(text: str) -> None:
    try:
        found = parse_parameters(text)
    except AuthError:
        return
    assert all(name == name.lower() for name in found)


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


def test_challenges() -> None:
    lines = challenges(("digest", "basic"), "abc").decode().split("\r\n")
    assert lines == [
        'WWW-Authenticate: Digest realm="acsd", qop="auth", algorithm=MD5, nonce="abc"',
        'WWW-Authenticate: Basic realm="acsd"',
        "",
    ]
    assert b"stale=true" in challenges(("digest",), "abc", stale=True)
    assert challenges(("basic",), "abc") == b'WWW-Authenticate: Basic realm="acsd"\r\n'
