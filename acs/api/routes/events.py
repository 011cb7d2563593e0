"""The route of events: as they happen, or page by page."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from acs.api.access import needs
from acs.api.event_documents import FleetEventPage, fleet_event
from acs.api.events import EventHub, TooManyStreamsError
from acs.api.problems import ApiError, invalid, not_found
from acs.api.routes.given import Given, canonical
from acs.api.routes.queries import DIGITS, Cursor, Limit, number
from acs.api.services import Services
from acs.api.streams import BEAT, OPENING, event, stream
from acs.bridge import to_asyncio
from acs.news import FAMILIES, UnknownKindError, kinds_of
from acs.storage.news import Wanted

LIFE = 900.0  # seconds; whoever comes again shows that its token still holds
_STREAM = "text/event-stream"

Hub = NamedDependency[SkipValidation[EventHub]]
Kinds = Annotated[
    tuple[str, ...],
    QueryParameter(
        name="kind",
        description=f"Only of these kinds, such as command.sent; or whole families: "
        f"{', '.join(FAMILIES)}. Repeatable.",
    ),
]
OfRouter = Annotated[
    str, QueryParameter(max_length=1600, description="Only about the router of this id.")
]
OfSubscriber = Annotated[
    str,
    QueryParameter(
        max_length=1600, description="Only about the routers that this account has when it asks."
    ),
]
After = Annotated[
    str,
    QueryParameter(
        max_length=DIGITS,
        description="Only events after this number, the oldest first; 0: from the oldest kept.",
        schema_extra={"pattern": "^[0-9]*$"},
    ),
]


@get("/v1/events", opt=needs("read"), summary="Follow or list events", tags=["events"])
async def events(  # noqa: PLR0917 - the query's parameters
    services: Given,
    hub: Hub,
    request: Request[Any, Any, Any],
    kind: Kinds = (),
    router: OfRouter = "",
    subscriber: OfSubscriber = "",
    after: After = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Response[FleetEventPage]:
    """What happened in the fleet: commands step by step, changed verdicts, boots, incidents.

    With `Accept: text/event-stream` it is told as it happens, as server-sent events named by their
    kinds, each with its number as `id`. Who comes again with `Last-Event-ID` (or `after`) is told
    what came after that; where some of it is no longer kept, an event `gap` with `asked` and
    `oldest` comes first. A stream ends after a quarter of an hour: come again.

    Otherwise it is a page of JSON, the newest events first; with `after` the oldest first.
    """
    wanted = await _wanted(services, kind, router, subscriber)
    since = number("query", "after", after)
    if _STREAM in request.headers.get("accept", ""):
        told = number("header", "Last-Event-ID", request.headers.get("last-event-id", ""))
        if hub.is_full:
            raise _full()
        # Whose type is a page of JSON is for the document alone.
        followed = stream(_follow(hub, wanted, since if told is None else told))
        return cast("Response[FleetEventPage]", followed)
    if since is not None:
        found = await to_asyncio(services.store.news.after(since, wanted, limit))
        page = FleetEventPage(
            items=tuple(map(fleet_event, found.events)),
            upto=found.upto,
            gap=_is_gap(since, found.oldest, found.newest),
        )
    else:
        page = await _newest(services, wanted, cursor, limit)
    return Response(page, headers={"Vary": "Accept"})


async def _newest(services: Services, wanted: Wanted, cursor: str, limit: int) -> FleetEventPage:
    before = number("query", "cursor", cursor)
    book = services.store.news
    state = await to_asyncio(book.after(0, Wanted(), 1))  # first: what comes meanwhile is not lost
    found = await to_asyncio(book.latest(before, wanted, limit + 1))
    more = len(found) > limit
    found = found[:limit]
    return FleetEventPage(
        items=tuple(map(fleet_event, found)),
        next=str(found[-1].seq) if more else None,
        upto=max(state.newest, found[0].seq if found and before is None else 0),
    )


async def _follow(hub: EventHub, wanted: Wanted, after: int | None) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    ends_at = clock() + LIFE
    try:
        async with hub.follower():
            yield OPENING
            state = await hub.state()
            position = state.newest if after is None else after
            if _is_gap(position, state.oldest, state.newest):
                told = {"asked": position, "oldest": state.oldest, "newest": state.newest}
                position = max(0, state.oldest - 1)
                yield event(position, "gap", told)
            spoke_at = clock()
            while not hub.closed and clock() < ends_at:
                found = await hub.after(position, wanted)
                for one in found.events:
                    yield event(one.seq, one.kind, fleet_event(one))
                    spoke_at = clock()
                is_behind = found.upto > position
                position = found.upto
                if clock() - spoke_at >= BEAT:
                    spoke_at = clock()
                    yield b"id: %d\n: still here\n\n" % position
                if not is_behind:
                    await hub.wait(position, min(BEAT, ends_at - clock()))
    except TooManyStreamsError:  # others came at the same moment
        return


def _is_gap(after: int, oldest: int, newest: int) -> bool:
    """Whether events after a number are not kept any more, or the number is of another log."""
    return after > newest or 0 < after < oldest - 1


def _full() -> ApiError:
    return ApiError(
        503,
        "As many streams are open as may be: [api] event_streams.",
        headers={"Retry-After": "30"},
    )


async def _wanted(
    services: Services, kinds: tuple[str, ...], router: str, subscriber: str
) -> Wanted:
    try:
        chosen = kinds_of(kinds) if kinds else None
    except UnknownKindError as error:
        raise invalid("query", "kind", str(error)) from error
    ids = frozenset({canonical(router, "query")}) if router else None
    if subscriber:
        found = await to_asyncio(services.store.subscriber(subscriber))
        if found is None:
            raise not_found("subscriber", subscriber)
        theirs = frozenset(found.router_ids)
        ids = theirs if ids is None else ids & theirs
    return Wanted(chosen, ids)


HANDLERS = (events,)
