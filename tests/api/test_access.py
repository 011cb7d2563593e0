"""Who may do what: every route with every scope, with bad tokens, and from the socket."""

import pytest

from acs.api.app import create_app
from acs.api.openapi import needs_by_route
from acs.api.settings import ApiSettings
from acs.api.tokens import SCOPES, Scope, allows
from tests.api.harness import NOW, Api

UNKNOWN = "acs_" + "u" * 43
FILLED = {"{router_id}": "00D09E-Hub-1", "{account}": "1", "{command_id}": "1", "{name}": "1"}


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


def routes(api: Api) -> list[tuple[str, str, str]]:
    needed = needs_by_route(api.app)
    assert len(needed) >= 20
    return [(method.upper(), filled(path), need) for (method, path), need in needed.items()]


@pytest.mark.parametrize("scope", SCOPES)
def test_every_route_lets_in_whom_its_scope_names_and_no_one_else(api: Api, scope: Scope) -> None:
    app = create_app(api.services, ApiSettings(metrics_open="never"))
    api.app = app
    token = api.token(scope)
    for method, path, need in routes(api):
        status = api.request(method, path, token=token).status_code
        denied = need != "open" and not allows((scope,), need)  # type: ignore[arg-type]
        assert (status == 403) is denied, (method, path, status)
        assert status != 401


def test_no_route_but_the_open_ones_answers_without_a_token(api: Api) -> None:
    api.app = create_app(api.services, ApiSettings(metrics_open="never"))
    for method, path, need in routes(api):
        status = api.request(method, path, token="").status_code
        assert (status == 401) is (need != "open"), (method, path, status)


def test_only_these_are_open(shared: Api) -> None:
    assert {path for _, path, need in routes(shared) if need == "open"} == {"/healthz", "/schema"}


def test_the_socket_asks_for_no_token(shared: Api) -> None:
    for method, path, _ in routes(shared):
        assert shared.request(method, path).status_code not in (401, 403)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer acs_short",
        f"Basic {UNKNOWN}",
        f"Bearer {UNKNOWN}",
        f"Bearer {UNKNOWN} {UNKNOWN}",
        UNKNOWN,
        "Bearer \xff\xfe",
    ],
)
def test_bad_tokens_are_401_with_a_challenge(shared: Api, header: str) -> None:
    answer = shared.get(
        "/v1/routers", token="", headers={"Authorization": header.encode("latin-1")}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="acsd"')
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_is_good_until_it_expires(api: Api) -> None:
    token = api.token("read", expires_at=NOW + 60)
    assert api.get("/v1/routers", token=token).status_code == 200
    api.now = NOW + 60
    assert api.get("/v1/routers", token=token).status_code == 401


def test_a_revoked_token_is_worth_nothing_at_once(api: Api) -> None:
    token = api.token("read", name="a b/c")
    assert api.get("/v1/routers", token=token).status_code == 200
    assert api.request("DELETE", "/v1/tokens/a%20b%2Fc").status_code == 204
    assert api.get("/v1/routers", token=token).status_code == 401
    assert api.request("DELETE", "/v1/tokens/a%20b%2Fc").status_code == 404


def test_the_scheme_s_case_does_not_matter(api: Api) -> None:
    headers = {"Authorization": f"bEARER {api.token('read')}"}
    assert api.get("/v1/routers", token="", headers=headers).status_code == 200


def test_headers_cannot_pass_for_the_socket(shared: Api) -> None:
    forged = {"acs.channel": "socket", "X-Forwarded-For": "127.0.0.1", "Host": "localhost"}
    assert shared.get("/v1/routers", token="", headers=forged).status_code == 401


@pytest.mark.parametrize(
    ("listen", "metrics_open", "status"),
    [
        ("127.0.0.1:0", "loopback", 200),
        ("[::1]:0", "loopback", 200),
        ("192.0.2.1:80", "loopback", 401),
        ("192.0.2.1:80", "always", 200),
        ("127.0.0.1:0", "never", 401),
    ],
)
def test_metrics_are_open_as_the_settings_say(
    api: Api, listen: str, metrics_open: str, status: int
) -> None:
    settings = ApiSettings(listen=listen, metrics_open=metrics_open)  # type: ignore[arg-type]
    api.app = create_app(api.services, settings)
    assert api.get("/metrics", token="").status_code == status
    assert api.get("/metrics", token=api.token("metrics")).status_code == 200
    assert api.get("/v1/routers", token=api.token("metrics")).status_code == 403


def test_setting_parameters_needs_admin(api: Api) -> None:
    router_id = api.router()
    body = {"kind": "set", "reason": "x", "arguments": {"values": {"Device.X": 1}}}
    path = api.url(router_id, "/commands")
    assert api.post(path, body, token=api.token("act")).status_code == 403
    assert api.post(path, body, token=api.token("admin")).status_code == 202
