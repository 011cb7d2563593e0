"""The route of the audit log."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.params import QueryParameter

from acs.api.access import needs
from acs.api.audit_documents import AuditEntry, AuditPage
from acs.api.problems import invalid
from acs.api.routes.given import Given
from acs.api.routes.queries import Cursor, Exactly, Limit, time_of, time_parameter
from acs.api.times import moment
from acs.audit import Entry
from acs.bridge import to_asyncio
from acs.storage.auditing import Query


@get("/v1/audit", opt=needs("admin"), summary="Read the audit log", tags=["service"])
async def read_audit(  # noqa: PLR0917 - the query's parameters
    services: Given,
    who: Exactly = "",
    about: Exactly = "",
    since: Annotated[str, time_parameter("Only entries from then on.")] = "",
    order: Annotated[
        Literal["newest", "oldest"], QueryParameter(description="Which come first.")
    ] = "newest",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> AuditPage:
    """Who did what, and what was refused: a chain of entries that anybody can count again."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):  # noqa: PLR2004 - digits of 64 bits
        raise invalid("query", "cursor", "allowed is the field next of the page before")
    query = Query(
        oldest_first=order == "oldest",
        beyond=int(cursor) if cursor else None,
        who=who,
        about=about,
        since=time_of("since", since, None),
        limit=limit + 1,
    )
    found = await to_asyncio(services.store.audit(query))
    more = len(found) > limit
    found = found[:limit]
    return AuditPage(items=tuple(map(_document, found)), next=str(found[-1].seq) if more else None)


def _document(entry: Entry) -> AuditEntry:
    return AuditEntry(
        seq=entry.seq,
        at=moment(entry.at),
        who=entry.who,
        channel=entry.channel,
        what=entry.what,
        about=entry.about,
        outcome=entry.outcome,
        detail=msgspec.json.decode(entry.detail, type=dict[str, object]),
        digest=entry.digest.hex(),
    )


HANDLERS = (read_audit,)
