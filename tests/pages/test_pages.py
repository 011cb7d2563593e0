import re
from html.parser import HTMLParser

import pytest
from msgspec import structs

from acs.commands import Refusal
from acs.facts import ContactMade
from acs.identity import DeviceId
from acs.pages.routes import cards
from diagnostics.verdict import Evidence, Verdict
from tests.api.harness import DEVICE, VERDICT, Api
from tests.pages.conftest import Pages, card_url, ill_router

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def inside(pages: Pages, api: Api) -> Pages:
    pages.log_in(api.token("act", name="desk"))
    return pages


class Inline(HTMLParser):
    """Collects whatever a strict policy would not run or style."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and not (names.get("src") or "").startswith("/")):
            self.found.append(tag)
        if tag in ("img", "iframe", "object", "embed"):
            self.found.append(tag)
        self.found += [name for name in names if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("path", ["/", "/login", "/fleet", "/nothing-here", "/?q=Hub"])
def test_every_page_is_strict_about_what_runs(inside: Pages, path: str) -> None:
    found = inside.get(path)
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert found.headers["x-frame-options"] == "DENY"
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-type"].startswith("text/html")
    parser = Inline()
    parser.feed(found.text)
    assert parser.found == []


def test_the_card_says_what_to_do_and_why(inside: Pages, api: Api) -> None:
    router_id = ill_router(api)
    text = inside.get(card_url(router_id)).text
    for part in ("A remote reboot is likely to help", "Free memory fell to 9 MB.", "91%"):
        assert part in text
    assert "We can restart your router from here" in text
    assert text.count("<svg") >= 3
    assert 'class="boot"' in text
    assert "olt-3/1" in text


def test_a_search_with_one_match_opens_it(inside: Pages, api: Api) -> None:
    router_id = ill_router(api)
    for asked in ("S-4711", DEVICE.serial_number[-6:], "8(916)1234567"):
        assert inside.get(f"/?q={asked}").headers["location"] == card_url(router_id)
    api.router(DeviceId("Example Networks", "00D09E", "Hub-5", "4C1744009999"))
    many = inside.get("/?q=4C1744")
    assert many.text.count('<th scope="row">') == 2
    assert "fits" in inside.get("/?q=unknown").text


def test_hostile_names_stay_text(inside: Pages, api: Api) -> None:
    device = DeviceId(HOSTILE, "00D09E", "Hub", HOSTILE)
    router_id = api.router(device, {"sys.uptime": 5}, hostile_verdict())
    api.commit(
        ContactMade(
            router_id=router_id, at=api.now, channel="phone", action=None, helped=None, note=HOSTILE
        )
    )
    for path in (card_url(router_id), "/fleet", "/?q=%3Cscript%3Ealert", "/?q=%22%3E%3Cimg"):
        parser = Inline()
        parser.feed(inside.get(path).text)
        assert parser.found == []
    assert "&lt;script&gt;alert(1)" in inside.get(card_url(router_id)).text


def hostile_verdict() -> Verdict:
    evidence = (Evidence("sys.mem_free", HOSTILE, 1.0, "memory_leak"),)
    return structs.replace(VERDICT, evidence=evidence, would_change=(HOSTILE,))


def test_a_reboot_needs_consent_and_shows_its_steps(inside: Pages, api: Api) -> None:
    router_id = ill_router(api)
    path = f"{card_url(router_id)}/reboot"
    form = inside.form(card_url(router_id))
    assert inside.post(path, form=form).status_code == 422
    asked = inside.post(path, form=form, consent="yes", reason="ticket 7")
    assert (asked.status_code, asked.headers["location"]) == (303, f"{card_url(router_id)}#reboot")
    (command,) = api.do(api.store.commands(router_id, (), 10, None)).items
    assert (command.asked_by, command.reason, command.consent) == ("desk", "ticket 7", True)
    text = inside.get(card_url(router_id)).text
    assert f'data-command="{command.command_id}"' in text
    assert 'data-state="queued" data-open' in text
    steps = inside.get(f"/orders/{command.command_id}?after=sent")
    assert 'data-state="queued"' in steps.text
    assert "<html" not in steps.text


def test_a_refusal_shows_each_guard(inside: Pages, api: Api) -> None:
    router_id = ill_router(api)
    api.refusals = (
        Refusal("voice", "A voice call is active (InCall).", api.now + 900),
        Refusal("fleet_budget", "9 reboots in the fleet in 10 min (limit 9)."),
    )
    form = inside.form(card_url(router_id))
    found = inside.post(f"{card_url(router_id)}/reboot", form=form, consent="yes")
    assert found.status_code == 409
    for part in ("Voice call", "A voice call is active (InCall).", "Try again after", "limit 9"):
        assert part in found.text


def test_who_may_only_see_cannot_reboot(pages: Pages, api: Api) -> None:
    router_id = ill_router(api)
    pages.log_in(api.token("read"))
    text = pages.get(card_url(router_id)).text
    assert "/reboot" not in text
    form = pages.form(card_url(router_id))
    asked = pages.post(f"{card_url(router_id)}/reboot", form=form, consent="yes")
    assert asked.status_code == 403
    assert asked.headers["content-type"].startswith("text/html")
    assert api.do(api.store.commands(router_id, (), 10, None)).items == []


def test_the_fleet_is_counted_by_model_and_verdict(inside: Pages, api: Api) -> None:
    ill_router(api)
    text = inside.get("/fleet").text
    assert re.search(r"Example Networks Hub-5</th><td class=\"n\">1</td>", text)
    assert "0 / 1" in text
    assert "stopped" not in text
    api.do(api.store.set_stop(True, "chief", api.now, "ticket <9>"))
    stopped = inside.get("/fleet").text
    assert "All reboots are stopped" in stopped
    assert "ticket &lt;9&gt;" in stopped


def test_languages_are_the_browsers_until_one_is_chosen(inside: Pages, api: Api) -> None:
    router_id = ill_router(api)
    assert '<html lang="en">' in inside.get("/").text
    russian = inside.get(card_url(router_id), Accept_Language="ru-RU,ru;q=0.9,en;q=0.5").text
    assert '<html lang="ru">' in russian
    assert "Мы можем перезагрузить ваш роутер" in russian
    chosen = inside.get("/?lang=en", Accept_Language="ru")
    assert '<html lang="en">' in chosen.text
    assert '<html lang="en">' in inside.get("/fleet", Accept_Language="ru").text


def test_errors_are_pages_for_browsers_and_problems_for_the_api(inside: Pages) -> None:
    page = inside.get("/nothing-here")
    assert (page.status_code, "no such page" in page.text) == (404, True)
    assert inside.get(card_url("00D09E-x-y")).status_code == 404
    assert inside.get("/orders/none").status_code == 404
    api_error = inside.get("/v1/nothing-here")
    assert api_error.headers["content-type"] == "application/problem+json"
    plain = inside.get("/nothing-here", Accept="application/json")
    assert plain.headers["content-type"] == "application/problem+json"


def test_a_fault_of_ours_says_nothing_of_itself(
    inside: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("acs.pages.routes.fleet.overview_of", broken)
    found = inside.get("/fleet")
    assert found.status_code == 500
    assert found.headers["content-type"].startswith("text/html")
    assert "secret inside" not in found.text


def test_a_session_of_the_pages_opens_nothing_of_the_api(inside: Pages) -> None:
    assert inside.get("/v1/routers").status_code == 401


def test_pages_are_not_in_the_openapi_document(inside: Pages) -> None:
    paths = inside.get("/schema").json()["paths"]
    assert "/v1/routers" in paths
    assert [path for path in paths if path in ("/", "/login", "/fleet")] == []


def test_files_of_pages_are_served_to_all(pages: Pages) -> None:
    page = pages.get("/login").text
    for path in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page):
        found = pages.get(path)
        assert (found.status_code, "immutable" in found.headers["cache-control"]) == (200, True)
    assert pages.get("/assets/1/none.css").status_code == 404


def test_the_card_tells_what_happened_in_one_line_of_time(inside: Pages, api: Api) -> None:
    router_id = ill_router(api)
    api.post(api.url(router_id, "/contacts"), {"channel": "video", "action": "consult_wifi"})
    api.post(api.url(router_id, "/commands"), {"kind": "refresh", "reason": "x"})
    text = inside.get(card_url(router_id)).text
    told = text[text.index('id="timeline"') :]
    assert told.index("Reading of vitals") < told.index("Verdict")
    assert "asked for" in told
    assert "<strong>Video</strong>: advise on Wi-Fi" in told


def test_a_router_is_read_from_its_card(
    inside: Pages, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_PATIENCE", 0.01)
    router_id = ill_router(api)
    path = card_url(router_id)
    assert "Read the router now" in inside.get(path).text
    answer = inside.post(f"{path}/fresh", form=inside.form(path))
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("?fresh=waiting#verdict")
    text = inside.get(answer.headers["location"].partition("#")[0]).text
    assert "The router has not answered yet" in text
    (command,) = api.get("/v1/commands").json()["items"]
    assert (command["kind"], command["asked_by"]) == ("refresh", "desk")


def test_reading_needs_a_form_of_ours(inside: Pages, api: Api) -> None:
    path = card_url(ill_router(api))
    assert inside.post(f"{path}/fresh", form="forged").status_code == 403
    assert api.get("/v1/commands").json()["items"] == []
    assert HOSTILE not in inside.get(f"{path}?fresh=<script>").text
