"""Many subscribers taken at once: each line by itself, what is wrong with the others, lists."""

import json
from typing import Any

import pytest

from acs.api import bulk
from acs.api.routes import bulk as routes
from acs.api.tokens import SCOPES
from acs.identity import DeviceId
from tests.api.harness import DEVICE, Api

OTHER = DeviceId("Other", "001122", "Box", "S2")
NDJSON = {"Content-Type": "application/x-ndjson"}
CSV = {"Content-Type": "text/csv; charset=utf-8"}


def post(api: Api, *lines: dict[str, Any], dry_run: bool = False) -> dict[str, Any]:
    body = "".join(f"{json.dumps(line)}\n" for line in lines)
    answer = api.request(
        "POST", f"/v1/subscribers?dry_run={dry_run}".lower(), content=body, headers=NDJSON
    )
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    names = ("lines", "taken", "unchanged", "unseen", "refused")
    return tuple(report[name] for name in names)


def shown(api: Api, account: str) -> dict[str, Any]:
    answer = api.get(f"/v1/subscribers/{account}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_lines_say_whose_a_router_is_and_where_it_hangs(api: Api) -> None:
    router_id = api.router()
    line = {
        "serial": DEVICE.serial_number,
        "account": "77",
        "phone": "+7 916 123-45-67",
        "login": "user77@isp",
        "contract": "C-77/26",
        "segment": "sw-1",
        "switch_port": "12",
        "address_prefix": "192.0.2.0/24",
        "access": "FTTB",
        "utc_offset": 10_800,
    }
    assert counts(post(api, line)) == (1, 1, 0, 0, 0)
    assert shown(api, "77") == {
        "account": "77",
        "phone": "+7 916 123-45-67",
        "login": "user77@isp",
        "contract": "C-77/26",
        "routers": [
            {
                "router_id": router_id,
                "serial": DEVICE.serial_number,
                "segment": "sw-1",
                "switch_port": "12",
                "address_prefix": "192.0.2.0/24",
                "access": "FTTB",
                "utc_offset": 10_800,
            }
        ],
    }
    for name in ("C-77/26", "user77@isp", "89161234567"):
        (item,) = api.get("/v1/find", params={"q": name}).json()["items"]
        assert item["account"] == "77"
    assert counts(post(api, line)) == (1, 0, 1, 0, 0)


def test_what_is_not_said_stays_and_an_empty_text_takes_away(api: Api) -> None:
    router_id = api.router()
    post(api, {"router_id": router_id, "account": "77", "phone": "12345", "segment": "sw-1"})
    assert counts(post(api, {"router_id": router_id, "switch_port": "4"}))[1] == 1
    assert counts(post(api, {"router_id": router_id, "login": "u77"}))[1] == 1
    found = shown(api, "77")
    assert (found["phone"], found["login"]) == ("12345", "u77")
    (router,) = found["routers"]
    assert (router["segment"], router["switch_port"]) == ("sw-1", "4")
    post(api, {"router_id": router_id, "segment": "", "phone": ""})
    found = shown(api, "77")
    assert (found["phone"], found["routers"][0]["segment"]) == ("", None)
    post(api, {"router_id": router_id, "account": ""})
    assert shown(api, "77")["routers"] == []


def test_good_lines_are_taken_and_bad_ones_listed(api: Api) -> None:
    router_id = api.router()
    report = post(
        api,
        {"router_id": router_id, "account": "77"},
        {"router_id": "a b", "account": "78"},
        {"serial": "nobody", "account": "78"},
        {"account": "78"},
        {"router_id": router_id},
        {"router_id": router_id, "access": "smoke"},
        {"router_id": router_id, "adress": "x"},
        {"router_id": router_id, "utc_offset": "3600"},
        {"router_id": router_id, "address_prefix": "192.0.2.1/24"},
        {"router_id": OTHER.router_id, "phone": "1234567"},
    )
    assert counts(report) == (10, 1, 0, 0, 9)
    fields = [(each["line"], each["field"]) for each in report["problems"]]
    assert fields == [
        (2, "router_id"),
        (3, "serial"),
        (4, "router_id"),
        (5, ""),
        (6, "access"),
        (7, ""),
        (8, "utc_offset"),
        (9, "address_prefix"),
        (10, "account"),
    ]
    says = [each["says"] for each in report["problems"]]
    assert "allowed are FTTB, GPON" in says[4]
    assert "adress" in says[5]
    assert "switch_port" in says[5]
    assert shown(api, "77")["routers"][0]["router_id"] == router_id


def test_csv_is_taken_too(api: Api) -> None:
    first, second = api.router(), api.router(OTHER)
    body = (
        "\ufeffSerial;account;segment;utc_offset\r\n"
        f'{DEVICE.serial_number};77;"sw ""one""\nport 2";3600\r\n'
        "\r\n"
        f"{OTHER.serial_number};78;;\r\n"
        "nobody;79;;\r\n"
        "too;few\r\n"
        f"{OTHER.serial_number};78;;soon\r\n"
        f"{OTHER.serial_number};78;sw-2;"
    )
    answer = api.request("POST", "/v1/subscribers", content=body.encode(), headers=CSV)
    report = answer.json()
    assert [(each["line"], each["field"]) for each in report["problems"]] == [
        (6, "serial"),
        (7, ""),
        (8, "utc_offset"),
    ]
    (router,) = shown(api, "77")["routers"]
    assert (router["router_id"], router["segment"]) == (first, 'sw "one"\nport 2')
    assert router["utc_offset"] == 3600
    assert shown(api, "78")["routers"][0]["router_id"] == second
    assert shown(api, "78")["routers"][0]["segment"] == "sw-2"


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("serial,colour", "found column 'colour', allowed are router_id"),
        ("serial,serial", "stands there twice"),
        ("account,phone", "no column names the router"),
        ('serial,"', "no record of CSV"),
    ],
)
def test_a_bad_first_line_of_csv_refuses_all(api: Api, header: str, says: str) -> None:
    body = f"{header}\n{DEVICE.serial_number},77\n".encode()
    answer = api.request("POST", "/v1/subscribers", content=body, headers=CSV)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_a_dry_run_stores_nothing(api: Api) -> None:
    router_id = api.router()
    lines = [
        {"router_id": router_id, "account": "77"},
        {"router_id": OTHER.router_id, "account": "78"},
        {"router_id": router_id, "access": "smoke"},
    ]
    for _ in range(2):
        report = post(api, *lines, dry_run=True)
        assert counts(report) == (3, 2, 0, 1, 1)
        assert report["dry_run"]
    assert api.get("/v1/subscribers").json()["items"] == []


def test_a_router_that_is_to_come_waits_in_quarantine(api: Api) -> None:
    assert counts(post(api, {"router_id": OTHER.router_id, "account": "78"})) == (1, 1, 0, 1, 0)
    (waiting,) = api.get("/v1/quarantine").json()["items"]
    assert (waiting["router_id"], waiting["account"]) == (OTHER.router_id, "78")


def test_lines_of_one_router_count_in_their_order(api: Api) -> None:
    router_id = api.router()
    post(api, {"router_id": router_id, "account": "77"})
    there_and_back = [{"router_id": router_id, "account": each} for each in ("78", "77")]
    assert counts(post(api, *there_and_back)) == (2, 2, 0, 0, 0)
    assert len(shown(api, "77")["routers"]) == 1


def test_more_than_one_batch(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 7)
    monkeypatch.setattr(bulk, "LISTED", 2)
    lines = [{"router_id": f"001122-S{number}", "account": f"{number:03}"} for number in range(30)]
    report = post(api, *lines, *({"account": "x"} for _ in range(5)))
    assert counts(report) == (35, 30, 0, 30, 5)
    assert len(report["problems"]) == 2
    listed: list[str] = []
    cursor = ""
    while cursor is not None:
        page = api.get("/v1/subscribers", params={"limit": 8, "cursor": cursor}).json()
        listed += [each["account"] for each in page["items"]]
        cursor = page["next"]
    assert listed == [f"{number:03}" for number in range(30)]


def test_what_is_too_long_or_too_much_is_not_read(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    router_id = api.router()
    long = {"router_id": router_id, "account": "7" * 20_000}
    report = post(api, long, {"router_id": router_id, "account": "77"})
    assert counts(report) == (2, 1, 0, 0, 1)
    assert report["problems"][0]["says"] == "more than 16384 bytes"
    monkeypatch.setattr(routes, "MOST_LINES", 1)
    report = post(api, *[{"router_id": router_id, "segment": str(number)} for number in range(3)])
    assert "the rest was not read" in report["problems"][-1]["says"]
    monkeypatch.setattr(routes, "MOST_BYTES", 10)
    answer = api.request("POST", "/v1/subscribers", content=b"x" * 11, headers=NDJSON)
    assert answer.status_code == 413


def test_only_what_is_known_is_taken(api: Api) -> None:
    for kind in ("application/json", "text/plain", ""):
        answer = api.request(
            "POST", "/v1/subscribers", content=b"{}", headers={"Content-Type": kind}
        )
        assert answer.status_code == 415, kind
        assert "text/csv" in answer.json()["detail"]
    for rubbish in (b"\xff\xfe\n", b"[1]\n", b'"x"\n', b"{" * 5000, b'{"router_id": "a\\u0000"}'):
        answer = api.request("POST", "/v1/subscribers", content=rubbish, headers=NDJSON)
        assert answer.status_code == 200
        assert answer.json()["refused"] == 1


def test_admins_only(api: Api) -> None:
    for scope in SCOPES:
        token = api.token(scope)
        answer = api.request("POST", "/v1/subscribers", content=b"", headers=NDJSON, token=token)
        assert answer.status_code == (200 if scope == "admin" else 403), scope
    assert api.get("/v1/subscribers", token=api.token("read")).status_code == 200
    assert api.get("/v1/subscribers/nobody").status_code == 404


def test_each_change_is_in_the_audit_log(api: Api) -> None:
    router_id = api.router()
    line = {"router_id": router_id, "account": "77"}
    post(api, line, {"router_id": OTHER.router_id, "account": "78"})
    post(api, line)
    entries = api.get("/v1/audit").json()["items"]
    assert sorted(each["about"] for each in entries) == sorted([router_id, OTHER.router_id])
