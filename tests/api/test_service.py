"""Health, metrics, and errors that no route makes on purpose."""

import pytest
from twisted.internet.defer import Deferred, fail

from acs.api.routes import service
from acs.api.services import HealthCheck
from acs.storage.errors import StorageUnavailableError
from tests.api.harness import Api


def test_healthz_names_each_part(shared: Api) -> None:
    answer = shared.get("/healthz", token="")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "version": "1.2.3",
        "checks": {"storage": True, "cwmp": True},
    }
    assert answer.headers["cache-control"] == "no-store"


def test_a_part_that_is_not_well_makes_it_503_without_saying_why(api: Api) -> None:
    api.ill = RuntimeError("secret-canary at /var/lib/acsd")
    answer = api.get("/healthz", token="")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["checks"] == {"storage": True, "cwmp": False}
    assert answer.json()["detail"] == "Not well: cwmp."
    assert "canary" not in answer.text


def test_a_part_that_does_not_answer_is_not_well(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHECK_TIMEOUT", 0.01)
    monkeypatch.setattr(api.store, "ping", Deferred)
    checks = (HealthCheck("storage", Deferred),)
    object.__setattr__(api.services, "checks", checks)
    assert api.get("/healthz").json()["checks"] == {"storage": False}


def test_metrics_are_shown_in_both_formats(api: Api) -> None:
    api.metrics.judged("reboot")
    plain = api.get("/metrics")
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'acs_verdicts_total{action="reboot"} 1.0' in plain.text
    accepts = {"Accept": "application/openmetrics-text; version=1.0.0"}
    newer = api.get("/metrics", headers=accepts)
    assert newer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert newer.text.endswith("# EOF\n")


@pytest.mark.parametrize(
    "accept", ["application/openmetrics-text; version=junk", "text/plain; version=9.x", ";;,=", ""]
)
def test_an_odd_accept_header_does_no_harm(shared: Api, accept: str) -> None:
    assert shared.get("/metrics", headers={"Accept": accept}).status_code == 200


def test_an_unknown_path_is_a_problem(shared: Api) -> None:
    for path in ("/", "/v1", "/v1/routers/a/b/c", "/schema/x", "/framework-schema", "//", "/%2F"):
        answer = shared.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 404


@pytest.mark.parametrize("path", ["/v1/routers/%FF", "/v1/routers/%00", "/v1/routers?q=%00"])
def test_an_unreadable_target_is_400(shared: Api, path: str) -> None:
    answer = shared.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "HEAD", "BREW"])
def test_a_wrong_method_is_405_and_names_the_right_ones(shared: Api, method: str) -> None:
    answer = shared.request(method, "/v1/routers")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_fault_of_ours_is_500_without_a_word_of_it(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = api.token("read")

    def broken(*_: object) -> object:
        raise RuntimeError("internal detail")

    monkeypatch.setattr(api.store, "routers", broken)
    answer = api.get("/v1/routers", token=token)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "internal detail" not in answer.text
    logged = capsys.readouterr().out
    assert "api.request_failed" in logged
    assert "internal detail" in logged
    assert token not in logged


def test_storage_that_cannot_be_reached_is_503_with_a_time_to_retry(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = StorageUnavailableError("disk full at /var/lib/acsd")
    monkeypatch.setattr(api.store, "routers", lambda *_: fail(error))
    answer = api.get("/v1/routers")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "/var/lib" not in answer.text


def test_options_lists_every_method_of_a_path(shared: Api) -> None:
    allowed = shared.request("OPTIONS", "/v1/tokens").headers["allow"]
    assert set(allowed.split(", ")) == {"GET", "POST", "OPTIONS"}
