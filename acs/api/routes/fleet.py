"""Routes of the operator's switches: quarantine, enrolment, the kill switch, tokens."""

from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import PathParameter

from acs.api.access import needs
from acs.api.bodies import EnrolBody, TokenBody
from acs.api.documents import (
    EnrolmentDocument,
    RebootsDocument,
    RouterPage,
    TokenDocument,
    TokenList,
    TokenSummary,
)
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.render import router_summary
from acs.api.routes.given import Asking, Given, RouterId, Taken, canonical, strictly
from acs.api.routes.queries import Cursor, Limit
from acs.api.times import moment
from acs.api.tokens import hash_token, new_token
from acs.bridge import to_asyncio
from acs.storage.errors import FactRefusedError
from acs.storage.rows import RouterFilter

TokenName = Annotated[str, PathParameter(description="The token's name, percent-encoded.")]
_SECRET = {"Cache-Control": "no-store"}


@get("/v1/quarantine", opt=needs("read"), summary="Routers that wait to be let in", tags=["fleet"])
async def list_quarantine(services: Given, limit: Limit = 100, cursor: Cursor = "") -> RouterPage:
    """Unknown routers that asked to be served while enrolment is closed."""
    which = RouterFilter(enrolment="quarantined")
    page = await to_asyncio(services.store.routers(which, limit, cursor or None))
    return RouterPage(items=tuple(map(router_summary, page.items)), next=page.cursor)


@post(
    "/v1/routers/{router_id:str}/enrol",
    opt=needs("admin"),
    status_code=200,
    summary="Let a router in",
    tags=["fleet"],
)
async def enrol(
    services: Given, router_id: RouterId, data: Taken[EnrolBody | None] = None
) -> Response[EnrolmentDocument]:
    """Give a router credentials of its own. A made-up password is shown this once.

    A router that has never been seen may be enrolled before it is installed.
    """
    name = canonical(decoded(router_id), "path")
    body: EnrolBody = strictly(data, EnrolBody | None) or EnrolBody()
    try:
        made = await to_asyncio(services.enrol(name, body.username, body.password))
    except FactRefusedError as error:
        raise ApiError(409, f"The router cannot be enrolled so: {error}") from error
    return Response(
        EnrolmentDocument(router_id=name, username=made.username, password=made.password),
        headers=_SECRET,
    )


@get("/v1/reboots", opt=needs("read"), summary="Whether reboots are stopped", tags=["fleet"])
async def show_reboots(services: Given) -> RebootsDocument:
    """The state of the kill switch."""
    return RebootsDocument(stopped=await to_asyncio(services.store.stopped()))


@post(
    "/v1/reboots/stop",
    opt=needs("act"),
    status_code=200,
    summary="Stop all reboots",
    tags=["fleet"],
)
async def stop_reboots(services: Given, asking: Asking) -> RebootsDocument:
    """From now on no reboot is queued, and none that is queued is sent."""
    await to_asyncio(services.stop_reboots(True, asking.name))
    return RebootsDocument(stopped=True)


@post(
    "/v1/reboots/resume",
    opt=needs("admin"),
    status_code=200,
    summary="Allow reboots again",
    tags=["fleet"],
)
async def resume_reboots(services: Given, asking: Asking) -> RebootsDocument:
    """Lift the stop; the guards go on deciding."""
    await to_asyncio(services.stop_reboots(False, asking.name))
    return RebootsDocument(stopped=False)


@post("/v1/tokens", opt=needs("admin"), summary="Make a token", tags=["fleet"])
async def make_token(services: Given, data: Taken[TokenBody]) -> Response[TokenDocument]:
    """A new token; its secret is shown this once."""
    body: TokenBody = strictly(data, TokenBody)
    now = services.clock()
    expires_at = None if body.expires_at is None else body.expires_at.timestamp()
    if expires_at is not None and expires_at <= now:
        raise invalid("body", "expires_at", "this time has passed")
    token = new_token()
    try:
        await to_asyncio(
            services.store.add_token(hash_token(token), body.scopes, body.name, expires_at, now)
        )
    except FactRefusedError as error:
        raise ApiError(409, f"There is a token named {body.name!r}.") from error
    return Response(
        TokenDocument(
            token=token, name=body.name, scopes=body.scopes, expires_at=moment(expires_at)
        ),
        status_code=201,
        headers=_SECRET,
    )


@get("/v1/tokens", opt=needs("admin"), summary="List tokens", tags=["fleet"])
async def list_tokens(services: Given) -> TokenList:
    """All tokens, expired ones too; their secrets are not kept."""
    found = await to_asyncio(services.store.tokens())
    return TokenList(
        items=tuple(
            TokenSummary(
                name=token.name,
                scopes=token.scopes,
                created_at=moment(token.created_at),
                expires_at=moment(token.expires_at),
            )
            for token in found
        )
    )


@delete("/v1/tokens/{name:str}", opt=needs("admin"), summary="Revoke a token", tags=["fleet"])
async def remove_token(services: Given, name: TokenName) -> None:
    """From now on the token is worth nothing."""
    if not await to_asyncio(services.store.remove_token(decoded(name))):
        raise not_found("token", decoded(name))


HANDLERS = (
    list_quarantine,
    enrol,
    show_reboots,
    stop_reboots,
    resume_reboots,
    make_token,
    list_tokens,
    remove_token,
)
