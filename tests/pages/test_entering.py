import pytest

from acs.api.tokens import new_token
from tests.api.harness import Api
from tests.pages.conftest import Pages, card_url, ill_router

SESSION = "acs_session"


def test_who_has_not_logged_in_is_sent_to_the_form(pages: Pages) -> None:
    found = pages.get("/fleet")
    assert (found.status_code, found.headers["location"]) == (303, "/login?next=%2Ffleet")
    assert pages.get("/").headers["location"] == "/login"


def test_a_token_opens_a_session(pages: Pages, api: Api) -> None:
    entered = pages.log_in(api.token("read"), next="/fleet")
    assert (entered.status_code, entered.headers["location"]) == (303, "/fleet")
    cookie = next(c for c in entered.headers.get_list("set-cookie") if c.startswith(SESSION))
    for word in ("HttpOnly", "SameSite=strict", "Max-Age=36000", "Path=/"):
        assert word.lower() in cookie.lower()
    assert "secure" not in cookie.lower()
    assert pages.get("/fleet").status_code == 200


def test_behind_tls_the_cookies_are_for_tls_alone(pages: Pages, api: Api) -> None:
    fields = {"token": api.token("read"), "form": pages.form("/login")}
    entered = pages.request("POST", "/login", {"X-Forwarded-Proto": "https"}, data=fields)
    assert all("secure" in line.lower() for line in entered.headers.get_list("set-cookie"))


def test_the_cookie_holds_no_token(pages: Pages, api: Api) -> None:
    token = api.token("read")
    pages.log_in(token)
    assert token not in pages.cookies[SESSION]
    assert token.encode().hex() not in pages.cookies[SESSION]


@pytest.mark.parametrize("token", ["", "acs_", "acs_" + "x" * 43, "ü" * 60, "acs_" + "a" * 43])
def test_a_wrong_token_opens_nothing(pages: Pages, token: str) -> None:
    found = pages.log_in(token)
    assert found.status_code == 401
    assert "unknown or has expired" in found.text
    assert SESSION not in pages.cookies


def test_a_token_that_sees_nothing_is_refused(pages: Pages, api: Api) -> None:
    assert pages.log_in(api.token("metrics")).status_code == 403
    assert SESSION not in pages.cookies


def test_after_ten_wrong_tokens_an_address_waits(pages: Pages, api: Api) -> None:
    for _ in range(10):
        assert pages.log_in(new_token()).status_code == 401
    good = api.token("read")
    found = pages.log_in(good)
    assert found.status_code == 429
    assert 0 < int(found.headers["retry-after"]) <= 601
    api.now += 601
    assert pages.log_in(good).status_code == 303


def test_a_revoked_token_ends_its_sessions(pages: Pages, api: Api) -> None:
    pages.log_in(api.token("read", name="desk"))
    assert pages.get("/").status_code == 200
    api.do(api.store.remove_token("desk"))
    assert pages.get("/").status_code == 303


def test_a_session_ends_after_a_shift(pages: Pages, api: Api) -> None:
    pages.log_in(api.token("read"))
    api.now += 35_999
    assert pages.get("/").status_code == 200
    api.now += 2
    assert pages.get("/").status_code == 303


def test_a_session_ends_with_its_token(pages: Pages, api: Api) -> None:
    pages.log_in(api.token("read", expires_at=api.now + 60))
    api.now += 61
    assert pages.get("/").status_code == 303


@pytest.mark.parametrize("cookie", ["", "00", "zz", "%C3%A9", "00" * 200])
def test_a_cookie_that_is_not_ours_opens_nothing(pages: Pages, cookie: str) -> None:
    found = pages.request("GET", "/", {"Cookie": f"{SESSION}={cookie}"})
    assert found.status_code == 303


def test_a_changed_cookie_opens_nothing(pages: Pages, api: Api) -> None:
    pages.log_in(api.token("read"))
    kept = pages.cookies[SESSION]
    for place in (0, len(kept) // 2, len(kept) - 1):
        changed = "0" if kept[place] != "0" else "1"
        pages.cookies[SESSION] = kept[:place] + changed + kept[place + 1 :]
        assert pages.get("/").status_code == 303


def test_logging_out_takes_the_session_away(pages: Pages, api: Api) -> None:
    pages.log_in(api.token("read"))
    form = pages.form("/")
    assert pages.post("/logout", form="0" * 64).status_code == 403
    assert SESSION in pages.cookies
    assert pages.post("/logout", form=form).headers["location"] == "/login"
    assert SESSION not in pages.cookies


@pytest.mark.parametrize("form", ["", "0" * 64, "é"])
def test_a_form_that_is_not_ours_is_refused(pages: Pages, api: Api, form: str) -> None:
    pages.get("/login")
    assert pages.post("/login", token=api.token("read"), form=form).status_code == 403
    router_id = ill_router(api)
    pages.log_in(api.token("act"))
    asked = pages.post(f"{card_url(router_id)}/reboot", consent="yes", form=form)
    assert asked.status_code == 403
    assert api.do(api.store.commands(router_id, (), 10, None)).items == []


def test_a_form_of_another_session_is_refused(pages: Pages, api: Api) -> None:
    router_id = ill_router(api)
    token = api.token("act")
    pages.log_in(token)
    foreign = pages.form(card_url(router_id))
    pages.log_in(token)
    asked = pages.post(f"{card_url(router_id)}/reboot", consent="yes", form=foreign)
    assert asked.status_code == 403


@pytest.mark.parametrize(
    "then", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/a b", "javascript:1"]
)
def test_nobody_is_sent_to_another_site(pages: Pages, api: Api, then: str) -> None:
    assert pages.log_in(api.token("read"), next=then).headers["location"] == "/"
