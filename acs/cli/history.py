"""A router's stored readings and boots over a span of time, page by page. No drawing."""

from datetime import datetime
from typing import Any

import msgspec

from acs.cli.answers import Samples
from acs.cli.client import router_path
from acs.cli.session import Session
from acs.cli.words import rfc3339

_PAGE = 500
_PAGES = 8  # at most: 14 days of one reading every 5 min fit in


class _Event(msgspec.Struct):
    at: datetime
    kind: str


def samples(session: Session, router_id: str, since: float) -> Samples:
    """The newest readings from ``since`` (Unix seconds) on, oldest first.

    Raises:
        CliError: the daemon does not answer with them.
    """
    items: list[Any] = []
    until: str | None = None
    for _ in range(_PAGES):
        page = session.client.get(
            router_path(router_id, "/samples"), since=rfc3339(since), until=until, limit=_PAGE
        )
        items = page["items"] + items
        until = page.get("next_until")
        if until is None:
            break
    return msgspec.convert({"items": items}, Samples)


def boots(session: Session, router_id: str, since: float) -> tuple[float, ...]:
    """When the router booted from ``since`` (Unix seconds) on, as far as that is known.

    Raises:
        CliError: the daemon does not answer with them.
    """
    found = session.client.get(router_path(router_id, "/events"), since=rfc3339(since), limit=_PAGE)
    events = msgspec.convert(found["items"], list[_Event])
    return tuple(sorted(each.at.timestamp() for each in events if each.kind == "boot"))
