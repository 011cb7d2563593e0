"""The router's own Digest against the published example, and its two sides against each other."""

from acs.simulator.auth import Answerer, Asker, Credentials, _response, md5, parts_of


def test_example_of_rfc_2617() -> None:
    parts = {
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
    }
    ha1 = md5("Mufasa:testrealm@host.com:Circle Of Life")
    assert _response(ha1, "GET", parts) == "6629fae49393a05397450978507c4ef1"


def test_answerer_counts_and_does_not_repeat_a_refused_answer() -> None:
    answerer = Answerer(Credentials("u", "p"))
    assert answerer.header("POST", "/") is None
    challenge = 'Digest realm="r", qop="auth", nonce="n1"'
    assert answerer.challenged([challenge])
    first, second = answerer.header("POST", "/"), answerer.header("POST", "/")
    assert first is not None
    assert second is not None
    assert (parts_of(first)["nc"], parts_of(second)["nc"]) == ("00000001", "00000002")
    assert not answerer.challenged([challenge])
    assert answerer.challenged(['Digest realm="r", qop="auth", nonce="n2"'])


def test_basic_is_answered_once() -> None:
    answerer = Answerer(Credentials("u", "p"))
    assert answerer.challenged(['Basic realm="r"'])
    assert answerer.header("POST", "/") == "Basic dTpw"
    assert not answerer.challenged(['Basic realm="r"'])


def test_asker_admits_once_per_nonce_and_only_the_right_secret() -> None:
    asker, right = Asker(), Credentials("cr", "secret")
    answerer = Answerer(right)
    assert answerer.challenged([asker.challenge()])
    header = answerer.header("GET", "/x")
    assert header is not None
    assert asker.admits(header, "GET", "/x", right)
    assert not asker.admits(header, "GET", "/x", right)
    assert answerer.challenged([asker.challenge()])
    again = answerer.header("GET", "/x")
    assert again is not None
    assert not asker.admits(again, "GET", "/x", Credentials("cr", "other"))
    assert not asker.admits("", "GET", "/x", right)
    assert not asker.admits(again, "GET", "/x", Credentials("", ""))
