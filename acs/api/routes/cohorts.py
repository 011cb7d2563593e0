"""The route that shows which firmwares are worse than others of their model."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from acs.actions.cohorts import sentence
from acs.api.access import needs
from acs.api.cohort_documents import FindingDocument, FindingPage
from acs.api.routes.given import Given
from acs.api.routes.queries import Cursor, Limit
from acs.api.times import moment
from acs.bridge import to_asyncio
from acs.storage.cohort_rows import FindingRow

_Closed = Annotated[
    bool, QueryParameter(description="Those that fell, too; else those that hold only.")
]


@get("/v1/cohorts", opt=needs("read"), summary="Firmwares that are worse", tags=["fleet"])
async def list_findings(
    services: Given,
    closed: _Closed = False,  # noqa: FBT002 - a parameter of the query
    limit: Limit = 100,
    cursor: Cursor = "",
) -> FindingPage:
    """Firmwares on which trouble, or relapses after reboots, are concentrated; newest first.

    Each is compared with the other firmwares of its model. Its routers' verdicts are told.
    """
    book = services.store.cohorts
    page = await to_asyncio(book.findings(closed=closed, limit=limit, cursor=cursor or None))
    return FindingPage(items=tuple(map(_document, page.items)), next=page.cursor)


def _document(row: FindingRow) -> FindingDocument:
    return FindingDocument(
        finding_id=row.finding_id,
        manufacturer=row.firmware.manufacturer,
        model=row.firmware.model,
        firmware=row.firmware.version,
        measure=row.measure,
        is_open=row.closed_at is None,
        routers=row.routers,
        hit=row.hit,
        of=row.of,
        better=row.better,
        better_hit=row.better_hit,
        better_of=row.better_of,
        chance=row.chance,
        opened_at=moment(row.opened_at),
        seen_at=moment(row.seen_at),
        closed_at=moment(row.closed_at),
        says=f"{sentence(row)}.",
    )


HANDLERS = (list_findings,)
