"""Routes for the whole fleet: quarantine, enrolment."""

from typing import Annotated

from litestar import Response, get, post
from litestar.params import PathParameter

from acs.api.access import needs
from acs.api.bodies import EnrolBody
from acs.api.command_documents import EnrolmentDocument
from acs.api.documents import RouterPage
from acs.api.problems import ApiError
from acs.api.render import router_summary
from acs.api.routes.given import Given, RouterId, Taken, in_path, strictly
from acs.api.routes.queries import Cursor, Limit
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
    name = in_path(router_id)
    body: EnrolBody = strictly(data, EnrolBody | None) or EnrolBody()
    try:
        made = await to_asyncio(services.enrol(name, body.username, body.password))
    except FactRefusedError as error:
        raise ApiError(409, f"The router cannot be enrolled so: {error}") from error
    return Response(
        EnrolmentDocument(router_id=name, username=made.username, password=made.password),
        headers=_SECRET,
    )


HANDLERS = (list_quarantine, enrol)
