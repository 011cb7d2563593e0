"""Routes that read: routers, their status, readings and events; a fresh diagnosis."""

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
from acs.api.freshness import Freshened, freshened
from acs.api.languages import ENGLISH, Words, words_for
from acs.api.problems import invalid, not_found
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
from acs.storage.filter_language import LONGEST, FilterError, parse
from acs.storage.filter_terms import FIELDS, Expression
from acs.storage.rows import RouterFilter, RouterRow
from acs.storage.standing import Standing
from diagnostics.verdict import Action

DAY = 86_400.0

FILTER_HELP = (
    'Tests joined by and, or, not and brackets, such as `ill and model ~ "Archer*" and '
    "(uptime > 14d or not online)`. Texts: =, !=, ~ and !~ (with * and ?), in (…); ages (30s, 10m, "
    "24h, 14d) and shares (90%): <, <=, >, >=; any: known. Fields: "
    + "; ".join(f"{name}, {field.says}" for name, field in FIELDS.items())
    + "."
)

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
    found = await to_asyncio(services.store.standing(row.router_id, services.clock()))
    if found is None:
        raise not_found("router", row.router_id)
    return standing_status(services, found, words, asked)


def standing_status(
    services: Services, found: Standing, words: Words, asked: Freshened | None = None
) -> StatusDocument:
    """The status in a language of a router as it was read, after it was asked or without that."""
    row = found.row
    return status_document(
        row,
        found.verdict if asked is None or asked.verdict is None else asked.verdict,
        found.commands,
        None if row.segment is None else services.segment(row.segment),
        services.clock(),
        contacts=found.contacts,
        incident=found.incident,
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
    filter: Annotated[  # noqa: A002 - the query's name
        str, QueryParameter(max_length=LONGEST, description=FILTER_HELP)
    ] = "",
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
        where=_filter(filter),
        at=services.clock(),
    )
    page = await to_asyncio(services.store.routers(which, limit, cursor or None))
    return RouterPage(items=tuple(map(router_summary, page.items)), next=page.cursor)


def _filter(text: str) -> Expression | None:
    try:
        return parse(text) if text.strip() else None
    except FilterError as error:
        raise invalid("query", "filter", str(error)) from error


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
