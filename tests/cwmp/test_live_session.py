from itertools import islice

from acs.cwmp.live_session import COOKIE, cookie_of, cookies


def test_cookies_are_all_different_and_read_back() -> None:
    asked: list[int] = []

    def token(count: int) -> str:
        asked.append(count)
        start = sum(asked[:-1])
        return "".join(f"{number:02x}" for number in (b % 251 for b in range(start, start + count)))

    made = list(islice(cookies(token), 600))
    assert len(asked) == 3  # of the system, for 600 cookies
    assert len(set(made[:250])) == 250
    assert all(cookie_of(f"{COOKIE}={cookie}".encode()) == cookie for cookie in made)


def test_another_cookie_or_two_of_ours_are_none() -> None:
    assert cookie_of(None) is None
    assert cookie_of(b"other=1") is None
    assert cookie_of(b"acs_session=" + b"a" * 31) is None
    assert cookie_of(b"acs_session=" + b"a" * 32 + b"; acs_session=" + b"b" * 32) is None
    assert cookie_of(b'x=1; acs_session="' + b"a" * 32 + b'"') == "a" * 32
