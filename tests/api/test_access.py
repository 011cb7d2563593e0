"""Who may do what: every route with every scope, with bad tokens, and from the socket."""

import pytest

from acs.api.app import create_app
from acs.api.openapi import needs_by_route
from acs.api.settings import ApiSettings
from acs.api.tokens import SCOPES, Scope
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


# Which scope each route asks for. It is said here a second time, so that a route whose scope is
# changed by mistake, or a new one without a thought, is found.
WHO: dict[str, tuple[str, ...]] = {
    "open": ("GET /healthz", "GET /schema"),
    "metrics": ("GET /metrics",),
    "read": (
        "GET /v1/cohorts",
        "GET /v1/commands",
        "GET /v1/commands/{command_id}",
        "GET /v1/commands/{command_id}/events",
        "GET /v1/datamodels",
        "GET /v1/datamodels/{name}",
        "GET /v1/effectiveness",
        "GET /v1/events",
        "GET /v1/files",
        "GET /v1/files/{file_id}",
        "GET /v1/find",
        "GET /v1/incidents",
        "GET /v1/incidents/{incident_id}",
        "GET /v1/quarantine",
        "GET /v1/reboots",
        "GET /v1/remedies",
        "GET /v1/routers",
        "GET /v1/routers/{router_id}",
        "GET /v1/routers/{router_id}/contacts",
        "GET /v1/routers/{router_id}/diagnosis",
        "GET /v1/routers/{router_id}/events",
        "GET /v1/routers/{router_id}/samples",
        "GET /v1/routers/{router_id}/status",
        "GET /v1/routers/{router_id}/timeline",
        "GET /v1/routers/{router_id}/tree",
        "GET /v1/routers/{router_id}/uploads",
        "GET /v1/routers/{router_id}/uploads/{command_id}",
        "GET /v1/subscribers",
        "GET /v1/subscribers/{account}",
        "GET /metrics/router/{router_id}",
        "GET /v1/targets",
        "GET /v1/subscribers/{account}/contacts",
        "GET /v1/subscribers/{account}/status",
        "GET /v1/subscribers/{account}/timeline",
    ),
    "contacts": (
        "POST /v1/routers/{router_id}/contacts",
        "POST /v1/subscribers/{account}/contacts",
    ),
    "act": (
        "DELETE /v1/commands/{command_id}",
        "POST /v1/reboots/stop",
        "POST /v1/routers/{router_id}/commands",
        "POST /v1/subscribers/{account}/tokens",
    ),
    "admin": (
        "DELETE /v1/datamodels/{name}",
        "DELETE /v1/files/{file_id}",
        "DELETE /v1/tokens/{name}",
        "DELETE /v1/webhooks/{webhook_id}",
        "GET /v1/audit",
        "GET /v1/tokens",
        "GET /v1/webhooks",
        "GET /v1/webhooks/{webhook_id}/deliveries",
        "POST /v1/enrolments",
        "POST /v1/files",
        "POST /v1/reboots/resume",
        "POST /v1/routers/{router_id}/enrol",
        "POST /v1/subscribers",
        "POST /v1/tokens",
        "POST /v1/webhooks",
        "POST /v1/webhooks/{webhook_id}/retry",
        "POST /v1/webhooks/{webhook_id}/test",
        "PUT /v1/datamodels/{name}",
        "PUT /v1/subscribers/{account}",
    ),
    "secrets": ("GET /v1/routers/{router_id}/uploads/{command_id}/content",),
    "self-service": (
        "GET /v1/self",
        "GET /v1/self/reboots/{command_id}",
        "POST /v1/self/reboots",
    ),
}
# What a token of each scope is let in to.
LET_IN: dict[Scope, set[str]] = {
    "metrics": {"metrics"},
    "read": {"metrics", "read"},
    "contacts": {"contacts"},
    "act": {"metrics", "read", "contacts", "act"},
    "admin": {"metrics", "read", "contacts", "act", "admin"},
    "secrets": {"secrets"},
    "self-service": {"self-service"},
}


def test_every_route_is_in_the_table(shared: Api) -> None:
    served = {f"{method.upper()} {path}" for method, path in needs_by_route(shared.app)}
    assert served == {route for routes in WHO.values() for route in routes}


@pytest.mark.parametrize("scope", SCOPES)
def test_every_route_lets_in_whom_the_table_names_and_no_one_else(api: Api, scope: Scope) -> None:
    api.app = create_app(api.services, ApiSettings(metrics_open="never"))
    account = "1" if scope == "self-service" else None
    token = api.token(scope, account=account)
    for need, listed in WHO.items():
        for route in listed:
            method, path = filled(route).split()
            status = api.request(method, path, token=token).status_code
            is_denied = need != "open" and need not in LET_IN[scope]
            assert (status == 403) is is_denied, (route, status)
            assert status != 401


def test_no_route_but_the_open_ones_answers_without_a_token(api: Api) -> None:
    api.app = create_app(api.services, ApiSettings(metrics_open="never"))
    for method, path, need in routes(api):
        status = api.request(method, path, token="").status_code
        assert (status == 401) is (need != "open"), (method, path, status)


def test_only_these_are_open(shared: Api) -> None:
    assert {path for _, path, need in routes(shared) if need == "open"} == {"/healthz", "/schema"}


def test_the_socket_asks_for_no_token(shared: Api) -> None:
    for method, path, need in routes(shared):
        denied = (403,) if need == "self-service" else ()  # the socket is no subscriber
        assert shared.request(method, path).status_code not in {401, 403} - {*denied}


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
