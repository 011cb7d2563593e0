"""Routes that list subscribers, and take many of them at once."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from acs.api.access import needs
from acs.api.bulk import Taking
from acs.api.bulk_documents import BulkReport, PlacedRouter, SubscriberDocument, SubscriberPage
from acs.api.bulk_lines import LONGEST, Form, HeaderError, LineError, Lines, reader
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.routes.given import Account, Given, is_canonical
from acs.api.routes.queries import Cursor, Limit
from acs.bridge import to_asyncio
from acs.storage.subscribers import Listed

MOST_LINES = 1_000_000
MOST_BYTES = 268_435_456
_FORMS: dict[str, Form] = {"application/x-ndjson": "ndjson", "text/csv": "csv"}
_UNSUPPORTED = 415
_TOO_LARGE = 413

DryRun = Annotated[
    bool, QueryParameter(description="Store nothing, only say what would become of each line.")
]


@get(
    "/v1/subscribers",
    opt=needs("read"),
    summary="List subscribers and where their routers hang",
    tags=["subscribers"],
)
async def list_subscribers(
    services: Given, limit: Limit = 100, cursor: Cursor = ""
) -> SubscriberPage:
    """Subscribers in order of their accounts, a page at a time."""
    page = await to_asyncio(services.store.subscribers(limit, cursor or None))
    return SubscriberPage(items=tuple(map(_document, page.items)), next=page.cursor)


@get(
    "/v1/subscribers/{account:str}",
    opt=needs("read"),
    summary="Show a subscriber and where his routers hang",
    tags=["subscribers"],
)
async def show_subscriber(services: Given, account: Account) -> SubscriberDocument:
    """What the provider's other systems have said of him. How his routers are is his status."""
    name = decoded(account)
    found = await to_asyncio(services.store.listed_subscriber(name))
    if found is None:
        raise not_found("subscriber", name)
    return _document(found)


@post(
    "/v1/subscribers",
    opt=needs("admin"),
    status_code=200,
    request_max_body_size=None,
    summary="Take many subscribers and where their routers hang",
    tags=["subscribers"],
)
async def take_subscribers(
    services: Given, request: Request[Any, Any, Any], *, dry_run: DryRun = False
) -> Response[BulkReport]:
    """The body is NDJSON, or CSV whose first line names its columns; up to a million lines.

    Each line is stored by itself, all of it or nothing; lines that are wrong are listed, the others
    are taken, in their order. A line without a change costs nothing: the whole may be sent again,
    also when the connection broke. A line of more than 16 KiB is refused.
    """
    form = _form(request.headers.get("content-type", ""))
    if int(request.headers.get("content-length") or 0) > MOST_BYTES:
        raise ApiError(_TOO_LARGE, f"The body is too large: {MOST_BYTES} bytes are allowed.")
    taking = Taking(services.store, services.clock(), is_canonical, dry_run=dry_run)
    lines, read, size = Lines(form), reader(form), 0
    try:
        async for piece in request.stream():
            size += len(piece)
            for number, line in lines.feed(piece):
                await _take(taking, number, line, read)
            if size > MOST_BYTES or taking.lines > MOST_LINES:
                return Response(await _cut_off(taking))
        for number, line in lines.end():
            await _take(taking, number, line, read)
    except HeaderError as error:
        raise invalid("body", "", f"line 1: {error}") from error
    return Response(await taking.finish())


def _form(media_type: str) -> Form:
    form = _FORMS.get(media_type.partition(";")[0].strip().lower())
    if form is None:
        raise ApiError(
            _UNSUPPORTED,
            f"Content-Type: found {media_type[:80]!r}, allowed are {' and '.join(_FORMS)}.",
            kind="unsupported-media-type",
        )
    return form


async def _take(taking: Taking, number: int, line: bytes | None, read: Any) -> None:
    if line is None:
        taking.refuse(number, LineError("", f"more than {LONGEST} bytes"))
        return
    try:
        said = read(line)
    except LineError as error:
        taking.refuse(number, error)
        return
    if said is not None:
        await taking.add(number, said)


async def _cut_off(taking: Taking) -> BulkReport:
    says = f"more than {MOST_LINES} lines or {MOST_BYTES} bytes: the rest was not read"
    taking.refuse(taking.lines + 1, LineError("", says))
    return await taking.finish()


def _document(found: Listed) -> SubscriberDocument:
    return SubscriberDocument(
        account=found.account,
        phone=found.phone,
        login=found.login,
        contract=found.contract,
        routers=tuple(
            PlacedRouter(
                router_id=each.router_id,
                serial=each.serial_number,
                segment=each.segment,
                switch_port=each.switch_port,
                address_prefix=each.address_prefix,
                access=each.access,
                utc_offset=each.utc_offset,
            )
            for each in found.routers
        ),
    )


HANDLERS = (list_subscribers, show_subscriber, take_subscribers)
