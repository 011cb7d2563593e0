"""Routes of devices that are polled: listing them."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from acs.api.access import needs
from acs.api.problems import invalid
from acs.api.routes.given import Given
from acs.api.routes.queries import Cursor, Limit
from acs.api.target_documents import TargetDocument, TargetPage
from acs.api.times import moment
from acs.bridge import to_asyncio
from acs.storage.targets import TargetRow

_APART = " "  # neither a router's id nor a target's name has one


@get("/v1/targets", opt=needs("read"), summary="List polled devices", tags=["fleet"])
async def list_targets(
    services: Given,
    router_id: Annotated[
        str, QueryParameter(max_length=1600, description="Only those of this router.")
    ] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> TargetPage:
    """Devices without TR-069 that are polled by SNMP or SSH, and how that goes, page by page."""
    after = ("", "")
    if cursor:
        router, apart, name = cursor.partition(_APART)
        if not apart:
            raise invalid("query", "cursor", "it is not the field next of a page before")
        after = (router, name)
    found = await to_asyncio(services.store.targets(after, limit + 1, router_id or None))
    rows = found[:limit]
    more = f"{rows[-1].router_id}{_APART}{rows[-1].name}" if len(found) > limit else None
    return TargetPage(items=tuple(map(_document, rows)), next=more)


def _document(row: TargetRow) -> TargetDocument:
    return TargetDocument(
        router_id=row.router_id,
        name=row.name,
        way=row.way,
        address=row.address,
        port=row.port,
        credential=row.credential,
        profile=row.profile,
        interface=row.interface,
        interval_seconds=row.interval,
        stopped=row.stopped,
        failures=row.failures,
        fault=row.fault,
        why=row.why,
        read_at=moment(row.read_at),
        due_at=None if row.stopped else moment(row.due_at),
    )


HANDLERS = (list_targets,)
