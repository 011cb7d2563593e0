from typing import Any

import httpx

from acs.cli.history import boots, samples
from acs.cli.session import Access, Session, Surroundings
from tests.cli.conftest import NOW


def session(handler: Any) -> Session:
    return Session(Access(url="http://x"), Surroundings(transport=httpx.MockTransport(handler)))


def test_pages_of_readings_are_put_together_oldest_first() -> None:
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        until = request.url.params.get("until")
        asked.append(until)
        day = 2 if until is None else 1
        item = {"at": f"2026-09-0{day}T00:00:00Z", "values": {"sys.uptime": day}}
        later = "2026-09-01T12:00:00Z" if until is None else None
        return httpx.Response(200, json={"items": [item], "next_until": later})

    found = samples(session(answer), "a-b", NOW - 5)
    assert [each.values["sys.uptime"] for each in found.items] == [1, 2]
    assert asked == [None, "2026-09-01T12:00:00Z"]


def test_boots_are_the_events_of_that_kind() -> None:
    items = [
        {"at": "2026-09-21T14:13:20Z", "kind": "boot", "detail": {}},
        {"at": "2026-09-21T14:13:10Z", "kind": "contact", "detail": {}},
        {"at": "2026-09-21T14:13:00Z", "kind": "boot", "detail": {}},
    ]
    found = boots(session(lambda _: httpx.Response(200, json={"items": items})), "a-b", NOW)
    assert found == (NOW - 20, NOW)
