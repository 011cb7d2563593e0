import hashlib

import pytest

from acs.cwmp.answers import Challenge, answer, choose
from acs.cwmp.auth import BasicAnswer, parse_authorization, parse_parameters, verify_basic
from acs.digest import ha1


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def parts(challenge: Challenge) -> dict[str, str]:
    header = answer(challenge, "Mufasa", "Circle Of Life", "/dir/index.html", "0a4f113b")
    scheme, _, rest = header.decode().partition(" ")
    assert scheme == "Digest"
    return parse_parameters(rest)


def test_the_standards_example() -> None:
    header = (
        b'Digest realm="testrealm@host.com", qop="auth,auth-int", opaque="5ccc069c403ebaf9", '
        b'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    )
    challenge = choose([header])
    assert challenge is not None
    given = parts(challenge)
    assert given["response"] == "6629fae49393a05397450978507c4ef1"
    assert given["opaque"] == "5ccc069c403ebaf9"
    assert (given["nc"], given["qop"], given["uri"]) == ("00000001", "auth", "/dir/index.html")


def test_without_qop() -> None:
    challenge = choose([b'Digest realm="r", nonce="n"'])
    assert challenge is not None
    given = parts(challenge)
    right = md5(f"{md5('Mufasa:r:Circle Of Life')}:n:{md5('GET:/dir/index.html')}")
    assert given["response"] == right
    assert "nc" not in given
    assert "qop" not in given


def test_md5_sess() -> None:
    challenge = choose([b'Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess'])
    assert challenge is not None
    given = parts(challenge)
    secret = md5(f"{md5('Mufasa:r:Circle Of Life')}:n:0a4f113b")
    right = md5(f"{secret}:n:00000001:0a4f113b:auth:{md5('GET:/dir/index.html')}")
    assert given["response"] == right
    assert given["algorithm"] == "MD5-sess"


def test_basic() -> None:
    challenge = choose([b'Basic realm="r"'])
    assert challenge is not None
    basic = parse_authorization(answer(challenge, "u", "p", "/", "c"))
    assert isinstance(basic, BasicAnswer)
    verify_basic(basic, ha1("u", "p"))


@pytest.mark.parametrize(
    ("headers", "scheme"),
    [
        ([b'Basic realm="r"', b'Digest realm="r", nonce="n"'], "digest"),
        ([b'Digest realm="r", nonce="n", algorithm="MD'], "digest"),
        ([b'Digest realm="r", nonce="n", algorithm=SHA-256', b"Basic"], "basic"),
        ([b'Digest realm="r", nonce="n", qop="auth-int"'], None),
        ([b'Digest realm="r"'], None),
        ([b'Digest realm="r", nonce="n", nonce="m"'], None),
        ([b"Negotiate"], None),
        ([b"\xff"], None),
        ([], None),
    ],
)
def test_the_best_that_can_be_answered(headers: list[bytes], scheme: str | None) -> None:
    chosen = choose(headers)
    assert (chosen.scheme if chosen else None) == scheme


def test_a_routers_words_stay_in_their_quotes() -> None:
    header = answer(Challenge("digest", 'a"b\\\r\nX: y', "n"), "u", "p", "/", "c")
    assert b"\r" not in header
    assert b"\n" not in header
    assert parse_parameters(header.decode()[7:])["realm"] == 'a"b\\X: y'
