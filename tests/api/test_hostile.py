"""Hostile strings in every field come back whole, and break nothing on the way."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acs.identity import DeviceId
from tests.api.harness import Api

HOSTILE = [
    "'; DROP TABLE routers; --",
    '"; DELETE FROM commands; --',
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%00%0a%0d",
    "a\r\nSet-Cookie: x=1",
    "\n2026-01-01 [error] forged",
    "\x1b[2J\x1b[31mred",
    "\u202eevil\u2066",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}%s%n%d{0}",
    "\ud7ff\ue000\U0010ffff",
    "e\u0301 \u00e9 \u212b",
    "%",
    "_",
    "\\",
    "+ &=?#;/",
    " leading and trailing ",
    "null",
    "\x01\x7f\x80",
]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60)


def surrogates(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


# The path "/." and "/.." are taken away by HTTP clients themselves.
ACCOUNT = TEXT.filter(lambda text: text not in (".", ".."))


def check_command(api: Api, text: str) -> None:
    device = DeviceId(text, "00D09E", text, text)
    router_id = api.router(device)
    found = api.get(api.url(router_id)).json()
    assert found["manufacturer"] == found["product_class"] == found["serial_number"] == text
    values = {"Device.X": text}
    body = {"kind": "set", "reason": text, "arguments": {"values": values}}
    answer = api.post(api.url(router_id, "/commands"), body)
    assert answer.status_code == 202, answer.text
    stored = api.get(answer.headers["location"]).json()
    assert stored["reason"] == text
    assert stored["arguments"] == {"values": values}
    assert stored["router_id"] == router_id
    listed = api.get("/v1/routers", params={"q": text, "limit": "500"}).json()["items"]
    assert router_id in [row["router_id"] for row in listed]


def check_subscriber(api: Api, text: str) -> None:
    router_id = api.router()
    body = {
        "phone": text,
        "login": text,
        "routers": [{"router_id": router_id, "segment": text}],
    }
    path = f"/v1/subscribers/{quote(text, safe='')}"
    answer = api.request("PUT", path, json=body)
    assert answer.status_code == 200, answer.text
    found = api.get(f"{path}/status").json()
    assert found["account"] == found["phone"] == found["login"] == text
    assert found["routers"][0]["router"]["segment"] == text
    contact = {"channel": "chat", "action": text, "note": text}
    assert api.post(api.url(router_id, "/contacts"), contact).status_code == 201
    kept = api.do(api.store.contacts(router_id, 0))[0]
    assert kept.action == kept.note == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_come_back_whole(shared: Api, text: str) -> None:
    check_command(shared, text)
    check_subscriber(shared, text)
    name = f"{text} token"
    body = {"name": name, "scopes": ["read"]}
    assert shared.post("/v1/tokens", body).json()["name"] == name
    assert shared.request("DELETE", f"/v1/tokens/{quote(name, safe='')}").status_code == 204


@settings(max_examples=25, deadline=None)
@given(text=ACCOUNT)
def test_any_text_comes_back_whole(shared: Api, text: str) -> None:
    check_command(shared, text)
    check_subscriber(shared, text)


@settings(max_examples=60, deadline=None)
@given(
    path=st.sampled_from(
        ["/v1/routers/{}/status", "/v1/commands/{}", "/v1/subscribers/{}/status", "/{}", "/v1/{}"]
    ),
    raw=st.binary(min_size=1, max_size=40),
    query=st.binary(max_size=40),
)
def test_no_target_makes_a_server_error(shared: Api, path: str, raw: bytes, query: bytes) -> None:
    target = path.format(quote(raw, safe="")) + "?" + quote(query, safe="&=+")
    answer = shared.get(target)
    assert answer.status_code < 500, answer.text


@settings(max_examples=60, deadline=None)
@given(
    body=st.binary(max_size=80)
    | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_no_body_makes_a_server_error(shared: Api, body: bytes) -> None:
    for method, path in (
        ("POST", "/v1/tokens"),
        ("PUT", "/v1/subscribers/x"),
        ("POST", "/v1/routers/A/commands"),
        ("POST", "/v1/routers/A/enrol"),
    ):
        assert shared.request(method, path, content=body).status_code < 500


@pytest.mark.parametrize(
    "name",
    ["q", "segment", "account", "model", "cursor", "verdict", "enrolment", "limit", "seen_since"],
)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_queries_are_answered(shared: Api, name: str, text: str) -> None:
    answer = shared.get("/v1/routers", params={name: text})
    assert answer.status_code in (200, 400, 422)
