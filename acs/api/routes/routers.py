"""Routes that read: routers, their status, readings and events; a fresh diagnosis."""

import asyncio
from typing import Annotated, Any, Literal

from litestar import Request, Response, get
from litestar.params import QueryParameter

from acs.api.access import needs
from acs.api.conditional import conditional, unaged
from acs.api.documents import (
    EventList,
    RouterDocument,
    RouterPage,
    SampleList,
    StatusDocument,
    VerdictDocument,
)
from acs.api.freshness import freshened
from acs.api.languages import ENGLISH, Words, words_for
from acs.api.render import (
    event_document,
    router_document,
    router_summary,
    sample_document,
    verdict_document,
)
from acs.api.routes.given import Asking, Given, RouterId, the_router
from acs.api.routes.queries import Cursor, Exactly, Fresh, Limit, time_of, time_parameter
from acs.api.services import Services
from acs.api.status import status_document
from acs.api.times import before
from acs.bridge import to_asyncio
from acs.storage.rows import RouterFilter, RouterRow
from diagnostics.verdict import Action

COMMANDS_IN_STATUS = 10
CONTACTS_IN_STATUS = 10
MONTH = 30 * 86_400.0
DAY = 86_400.0

Since = Annotated[str, time_parameter("From then on; a day, if left out.")]
Until = Annotated[str, time_parameter("Up to then; now, if left out.")]


async def router_status(
    services: Services,
    row: RouterRow,
    words: Words = ENGLISH,
    *,
    fresh: float = 0.0,
    asked_by: str = "",
) -> StatusDocument:
    """A router's status in a language, from what is stored.

    With ``fresh`` seconds the router is asked first, by ``asked_by``, and waited for that long.
    """
    asked = await freshened(services, row, fresh, asked_by) if fresh else None
    if asked is not None:
        row = asked.row
    store, now = services.store, services.clock()
    verdict, commands, contacts, incident = await asyncio.gather(
        to_asyncio(store.verdict(row.router_id)),
        to_asyncio(store.commands(row.router_id, (), COMMANDS_IN_STATUS, None)),
        to_asyncio(store.contacts(row.router_id, now - MONTH)),
        to_asyncio(store.incident_of(row.router_id, now)),
    )
    segment = None if row.segment is None else services.segment(row.segment)
    return status_document(
        row,
        verdict if asked is None or asked.verdict is None else asked.verdict,
        commands.items,
        segment,
        now,
        contacts=contacts[:CONTACTS_IN_STATUS],
        incident=incident,
        fresh=None if asked is None else asked.document,
        words=words,
    )


@get("/v1/routers", opt=needs("read"), summary="List routers", tags=["routers"])
async def list_routers(  # noqa: PLR0917 - the query's parameters
    services: Given,
    q: Annotated[
        str,
        QueryParameter(
            max_length=256,
            description="A piece of the id, serial number, model, account or address.",
        ),
    ] = "",
    verdict: Annotated[
        Action | Literal[""],
        QueryParameter(description="Only routers whose newest verdict is this action."),
    ] = "",
    segment: Exactly = "",
    account: Exactly = "",
    model: Exactly = "",
    enrolment: Annotated[
        Literal["enrolled", "quarantined", ""],
        QueryParameter(description="Only routers that were let in, or that wait."),
    ] = "",
    seen_since: Annotated[str, time_parameter("Only routers that informed since then.")] = "",
    seen_before: Annotated[str, time_parameter("Only routers silent since then.")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> RouterPage:
    """Routers in order of their ids, a page at a time."""
    which = RouterFilter(
        verdict=verdict or None,
        enrolment=enrolment or None,
        model=model or None,
        segment=segment or None,
        account=account or None,
        q=q or None,
        seen_since=time_of("seen_since", seen_since, None),
        seen_before=time_of("seen_before", seen_before, None),
    )
    page = await to_asyncio(services.store.routers(which, limit, cursor or None))
    return RouterPage(items=tuple(map(router_summary, page.items)), next=page.cursor)


@get(
    "/v1/routers/{router_id:str}",
    opt=needs("read"),
    summary="Show a router",
    tags=["routers"],
)
async def show_router(services: Given, router_id: RouterId) -> RouterDocument:
    """All that is known of one router."""
    return router_document(await the_router(services, router_id))


@get(
    "/v1/routers/{router_id:str}/status",
    opt=needs("read"),
    summary="What a contact-centre operator needs about a router",
    tags=["routers"],
)
async def show_status(
    services: Given,
    request: Request[Any, Any, Any],
    asking: Asking,
    router_id: RouterId,
    fresh: Fresh = 0.0,
) -> Response[StatusDocument]:
    """The newest verdict with its evidence, what was done lately, and how old the data is.

    With ``fresh`` the router is asked for new readings first; ``fresh`` in the answer tells what
    came of it. Sentences are in English or Russian, by Accept-Language. With If-None-Match the
    answer is 304 while nothing but ages has changed.
    """
    words = words_for(request.headers.get("accept-language", ""))
    row = await the_router(services, router_id)
    status = await router_status(services, row, words, fresh=fresh, asked_by=asking.name)
    return conditional(request, status, words, unaged(status))


@get(
    "/v1/routers/{router_id:str}/diagnosis",
    opt=needs("read"),
    summary="Judge a router now",
    tags=["routers"],
)
async def show_diagnosis(
    services: Given, request: Request[Any, Any, Any], router_id: RouterId
) -> VerdictDocument:
    """A fresh verdict from what is stored; the router itself is not asked.

    Sentences are in English or Russian, by Accept-Language.
    """
    row = await the_router(services, router_id)
    words = words_for(request.headers.get("accept-language", ""))
    return verdict_document(await to_asyncio(services.diagnose(row.router_id)), words)


@get(
    "/v1/routers/{router_id:str}/samples",
    opt=needs("read"),
    summary="Readings of a router",
    tags=["routers"],
)
async def list_samples(
    services: Given,
    router_id: RouterId,
    since: Since = "",
    until: Until = "",
    limit: Limit = 100,
) -> SampleList:
    """The newest readings between two times, oldest of them first."""
    row = await the_router(services, router_id)
    now = services.clock()
    last = time_of("until", until, now)
    first = time_of("since", since, last - DAY)
    samples = await to_asyncio(services.store.samples(row.router_id, first, last, limit))
    return SampleList(
        router_id=row.router_id,
        items=tuple(map(sample_document, samples)),
        next_until=before(samples[0].at) if len(samples) == limit else None,
    )


@get(
    "/v1/routers/{router_id:str}/events",
    opt=needs("read"),
    summary="What happened to a router",
    tags=["routers"],
)
async def list_events(
    services: Given, router_id: RouterId, since: Since = "", limit: Limit = 100
) -> EventList:
    """Boots, firmware changes, contacts and the like, newest first."""
    row = await the_router(services, router_id)
    first = time_of("since", since, services.clock() - DAY)
    events = await to_asyncio(services.store.events(row.router_id, first, limit))
    return EventList(router_id=row.router_id, items=tuple(map(event_document, events)))


HANDLERS = (list_routers, show_router, show_status, show_diagnosis, list_samples, list_events)
