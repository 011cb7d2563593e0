"""Routes of what happened: to a router, and to all routers of a subscriber."""

import asyncio
import math

from litestar import get

from acs.api.access import needs
from acs.api.paths import decoded
from acs.api.problems import invalid, not_found
from acs.api.routes.given import Account, Given, RouterId, the_router
from acs.api.routes.queries import Cursor, Limit
from acs.api.services import Services
from acs.api.timeline_documents import MomentDocument, TimelinePage
from acs.api.times import moment
from acs.bridge import to_asyncio


@get(
    "/v1/routers/{router_id:str}/timeline",
    opt=needs("read"),
    summary="All that happened to a router",
    tags=["routers"],
)
async def router_timeline(
    services: Given, router_id: RouterId, cursor: Cursor = "", limit: Limit = 100
) -> TimelinePage:
    """Contacts, commands step by step, verdicts, boots and other events, incidents of its place."""
    row = await the_router(services, router_id)
    return await _page(services, (row.router_id,), cursor, limit)


@get(
    "/v1/subscribers/{account:str}/timeline",
    opt=needs("read"),
    summary="All that happened to a subscriber's routers",
    tags=["subscribers"],
)
async def subscriber_timeline(
    services: Given, account: Account, cursor: Cursor = "", limit: Limit = 100
) -> TimelinePage:
    """The same of all routers of a subscriber, as one line."""
    name = decoded(account)
    subscriber = await to_asyncio(services.store.subscriber(name))
    if subscriber is None:
        raise not_found("subscriber", name)
    return await _page(services, subscriber.router_ids, cursor, limit)


async def _page(
    services: Services, router_ids: tuple[str, ...], cursor: str, limit: int
) -> TimelinePage:
    before = _time(cursor)
    lines = await asyncio.gather(
        *(to_asyncio(services.store.timeline(each, before, limit + 1)) for each in router_ids)
    )
    found = sorted(
        (
            (each, router_id)
            for router_id, line in zip(router_ids, lines, strict=True)
            for each in line
        ),
        key=lambda pair: pair[0].at,
        reverse=True,
    )
    more = len(found) > limit
    if more:
        last = found[limit - 1][0].at
        more = any(each.at < last for each, _ in found)
        found = [pair for pair in found if pair[0].at >= last]
    items = tuple(
        MomentDocument(
            router_id=router_id,
            at=moment(each.at),
            kind=each.kind,
            what=each.what,
            about=each.about,
            detail=each.detail,
        )
        for each, router_id in found
    )
    return TimelinePage(items=items, next=repr(found[-1][0].at) if more else None)


def _time(cursor: str) -> float:
    if not cursor:
        return math.inf
    try:
        found = float(cursor)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise invalid("query", "cursor", "allowed is the field next of the page before")
    return found


HANDLERS = (router_timeline, subscriber_timeline)
