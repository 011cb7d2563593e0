"""Reading routers: lists, filters, pages, readings, events, a fresh diagnosis."""

import pytest

from acs.facts import Belongs, Quarantined
from acs.identity import DeviceId
from tests.api.harness import DEVICE, NOW, VERDICT, Api


def test_a_router_is_shown_with_all_that_is_known(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 1000, "sys.mem_free": 9216}, verdict=VERDICT)
    found = api.get(api.url(router_id)).json()
    assert found["router_id"] == "00D09E-Hub%2D5-4C1744001122"
    assert found["serial_number"] == DEVICE.serial_number
    assert found["software_version"] == "3.4.1"
    assert found["action"] == "reboot"
    assert found["uptime_seconds"] == 1000
    assert found["vitals"]["sys.mem_free"] == 9216
    assert found["last_inform_at"] == "2026-03-01T10:03:20Z"
    assert found["informs"] == 1


@pytest.mark.parametrize("product_class", ["a-b/c %2D", "H 1", "Hub-5", "Hub"])
def test_a_router_id_in_a_path_is_encoded_once_more_or_as_it_is(
    api: Api, product_class: str
) -> None:
    router_id = api.router(DeviceId("", "00D09E", product_class, "é.~\u202e"))
    assert api.get(api.url(router_id)).json()["router_id"] == router_id
    assert api.get(f"/v1/routers/{router_id}").json()["router_id"] == router_id


def test_routers_come_in_pages(api: Api) -> None:
    ids = [api.router(DeviceId("", "00D09E", "Hub", f"S{number}")) for number in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    for size in (2, 2, 1):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = api.get("/v1/routers", params=query).json()
        assert len(page["items"]) == size
        seen += [row["router_id"] for row in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert seen == sorted(ids)


def test_routers_are_found_by_what_is_known_of_them(api: Api) -> None:
    first = api.router(vitals={"sys.uptime": 1}, verdict=VERDICT)
    api.router(DeviceId("", "00D09E", "Hub", "OTHER"))
    where = Belongs(router_id=first, at=NOW, account="77", segment="sw-1/2", access="FTTB")
    api.commit(where)
    for query in (
        {"q": "4c17"},
        {"verdict": "reboot"},
        {"account": "77"},
        {"segment": "sw-1/2"},
        {"q": "4C17", "seen_since": "2026-03-01T10:00:00Z", "enrolment": "enrolled"},
    ):
        found = api.get("/v1/routers", params=query).json()["items"]
        assert [row["router_id"] for row in found] == [first], query
    assert not api.get("/v1/routers", params={"seen_before": "2026-03-01T10:00:00Z"}).json()[
        "items"
    ]
    assert len(api.get("/v1/routers").json()["items"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "verdict=Reboot",
        "enrolment=maybe",
        "seen_since=yesterday",
        "seen_since=2026-03-01T00:00:00",
        "seen_since=1772360000",
        "seen_since=null",
        "verdict=null",
        "q=" + "x" * 257,
    ],
)
def test_a_wrong_query_is_422_and_named(shared: Api, query: str) -> None:
    answer = shared.get(f"/v1/routers?{query}")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["errors"][0]["where"] == "query"
    assert problem["errors"][0]["name"] == query.partition("=")[0]


def test_samples_page_backwards(api: Api) -> None:
    router_id = api.router()
    for number in range(5):
        api.now = NOW + number * 300.001
        api.router(vitals={"sys.uptime": number})
    seen: list[int] = []
    query = {"limit": "2"}
    while True:
        page = api.get(api.url(router_id, "/samples"), params=query).json()
        seen = [row["values"]["sys.uptime"] for row in page["items"]] + seen
        if page["next_until"] is None:
            break
        query["until"] = page["next_until"]
    assert seen == [0, 1, 2, 3, 4]


def test_samples_are_of_the_time_asked_for(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 1})
    path = api.url(router_id, "/samples")
    assert len(api.get(path).json()["items"]) == 1
    assert api.get(path, params={"since": "2026-03-01T10:03:21Z"}).json()["items"] == []
    assert api.get(path, params={"until": "2026-03-01T13:03:19+03:00"}).json()["items"] == []


def test_events_are_listed(api: Api) -> None:
    router_id = api.router()
    api.post(api.url(router_id, "/enrol"))
    found = api.get(api.url(router_id, "/events")).json()
    assert found["items"][0]["kind"] == "enrolled"


def test_a_fresh_diagnosis_is_a_verdict(api: Api) -> None:
    found = api.get(api.url(api.router(), "/diagnosis")).json()
    assert found["action"] == "reboot"
    assert found["urgency"] == "now"
    assert found["causes"][0] == {"cause": "F01", "name": "memory leak", "probability": 0.88}
    assert found["judged_at"] == "2026-03-01T10:12:20Z"


def test_the_quarantine_lists_who_waits(api: Api) -> None:
    unknown = DeviceId("", "00D09E", "Hub", "UNKNOWN")
    api.router()
    api.commit(
        Quarantined(router_id=unknown.router_id, at=NOW, device=unknown, address="192.0.2.9")
    )
    found = api.get("/v1/quarantine").json()["items"]
    assert [row["router_id"] for row in found] == [unknown.router_id]


@pytest.mark.parametrize("rest", ["", "/status", "/diagnosis", "/samples", "/events"])
def test_an_unknown_router_is_404(shared: Api, rest: str) -> None:
    answer = shared.get(shared.url("00D09E-Hub-NONE", rest))
    assert answer.status_code == 404
    assert "00D09E-Hub-NONE" in answer.json()["detail"]


def test_a_filter_finds_routers(api: Api) -> None:
    ill = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    api.router(DeviceId("Example Networks", "00D09E", "Hub-5", "WELL"))
    for text, ids in (
        ("ill and confidence > 90%", [ill]),
        ('ill and model ~ "hub*" and silence < 1h', [ill]),
        ("ill and not online", []),
    ):
        answer = api.get("/v1/routers", params={"filter": text})
        assert [each["router_id"] for each in answer.json()["items"]] == ids, text
    assert len(api.get("/v1/routers", params={"filter": "  "}).json()["items"]) == 2


@pytest.mark.parametrize("text", ["colour = red", "ill and", "x" * 501, 'model = "', "uptime > x"])
def test_a_filter_that_cannot_be_read_is_422_and_says_where(shared: Api, text: str) -> None:
    answer = shared.get("/v1/routers", params={"filter": text})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["where"], error["name"]) == ("query", "filter")
    assert len(text) > 500 or error["says"].startswith("at letter ")
