"""Many routers let in by one request: who may, what is answered, what stays out of it."""

from typing import Any

from acs.api.tokens import SCOPES
from tests.api.harness import Api

LINE = {"oui": "0A2001", "serial": "S1", "password": "a canary"}


def post(api: Api, body: dict[str, Any], **more: Any) -> Any:
    return api.post("/v1/enrolments", body, **more)


def test_lines_are_taken_one_by_one(api: Api) -> None:
    twice = [{**LINE, "serial": "S2"}, {**LINE, "serial": "S2", "password": "another canary"}]
    answer = post(api, {"lines": [LINE, *twice, {**LINE, "oui": "x"}]})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["enrolled"], body["known"]) == (1, 0)
    assert [problem["line"] for problem in body["problems"]] == [1, 2, 3]
    assert "canary" not in answer.text
    again = post(api, {"lines": [LINE]}).json()
    assert (again["enrolled"], again["known"]) == (0, 1)


def test_a_dry_run_stores_nothing(api: Api) -> None:
    for _ in range(2):
        answer = post(api, {"lines": [LINE], "dry_run": True})
        assert answer.json() == {"enrolled": 1, "known": 0, "problems": []}


def test_what_is_no_list_of_lines_is_refused(api: Api) -> None:
    for lines in ([], [{"oui": "0A2001"}], [{**LINE, "pass": "a canary"}], [LINE] * 501):
        answer = post(api, {"lines": lines})
        assert answer.status_code == 422
        assert "canary" not in answer.text


def test_admins_only(api: Api) -> None:
    for scope in SCOPES:
        answer = post(api, {"lines": [LINE]}, token=api.token(scope))
        assert answer.status_code == (200 if scope == "admin" else 403)
