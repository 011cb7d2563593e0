"""Routes that show incidents and the routers of their places."""

import math
from types import MappingProxyType
from typing import Annotated

from litestar import get
from litestar.params import PathParameter, QueryParameter

from acs.api.access import needs
from acs.api.incident_documents import (
    IncidentDetailDocument,
    IncidentDocument,
    IncidentPage,
    IncidentRouterDocument,
)
from acs.api.paths import decoded
from acs.api.problems import not_found
from acs.api.routes.given import Given
from acs.api.routes.queries import Cursor, Limit
from acs.api.times import moment
from acs.bridge import to_asyncio
from acs.storage.incident_rows import IncidentMember, IncidentRow

IncidentId = Annotated[str, PathParameter(description="The incident's id.")]
_Closed = Annotated[
    bool, QueryParameter(description="Those that are over, too; else open ones only.")
]
_DONE = MappingProxyType(
    {"offline": "were lost", "power": "restarted", "errors": "came into error"}
)
_BEYOND = 15  # powers of ten beyond which a figure says no more


@get("/v1/incidents", opt=needs("read"), summary="Incidents of the network", tags=["fleet"])
async def list_incidents(
    services: Given,
    closed: _Closed = False,  # noqa: FBT002 - a parameter of the query
    limit: Limit = 100,
    cursor: Cursor = "",
) -> IncidentPage:
    """Places whose routers were lost, restarted or came into error together, newest first.

    While one is open, and for a while after, no router of its place is rebooted.
    """
    page = await to_asyncio(
        services.store.incidents(closed=closed, limit=limit, cursor=cursor or None)
    )
    return IncidentPage(items=tuple(map(_document, page.items)), next=page.cursor)


@get(
    "/v1/incidents/{incident_id:str}",
    opt=needs("read"),
    summary="One incident and its routers",
    tags=["fleet"],
)
async def show_incident(
    services: Given, incident_id: IncidentId, limit: Limit = 500, cursor: Cursor = ""
) -> IncidentDetailDocument:
    """The incident and the routers of its place, the affected ones first."""
    name = decoded(incident_id)
    found = await to_asyncio(services.store.incident(name))
    if found is None:
        raise not_found("incident", name)
    page = await to_asyncio(services.store.incident_page(name, limit, cursor or None))
    return IncidentDetailDocument(
        incident=_document(found), items=tuple(map(_member, page.items)), next=page.cursor
    )


def _document(row: IncidentRow) -> IncidentDocument:
    return IncidentDocument(
        incident_id=row.incident_id,
        kind=row.kind,
        basis=row.basis,
        place=row.place,
        is_open=row.closed_at is None,
        began_at=moment(row.began_at),
        opened_at=moment(row.opened_at),
        closed_at=moment(row.closed_at),
        routers=row.routers,
        affected=row.affected,
        says=sentence(row),
    )


def sentence(row: IncidentRow) -> str:
    """An incident's figures in words."""
    says = f"{row.affected} of {row.routers} routers of {row.basis} {row.place} {_DONE[row.kind]}"
    odds = row.figures.get("odds")
    if not isinstance(odds, int | float) or odds <= 0:
        return f"{says} together."
    power = int(odds / math.log(10))
    much = f"10^{power}" if power <= _BEYOND else f"more than 10^{_BEYOND}"
    return f"{says} together; when it opened that was {much} times likelier than by chance."


def _member(row: IncidentMember) -> IncidentRouterDocument:
    return IncidentRouterDocument(
        router_id=row.router_id,
        affected=row.affected,
        since=moment(row.joined_at),
        last_inform_at=moment(row.last_inform_at),
    )


HANDLERS = (list_incidents, show_incident)
