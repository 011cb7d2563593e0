"""The search, and a router's card with its reboot."""

from typing import get_args

from litestar import Response, get, post
from litestar.exceptions import NotFoundException

from acs.api.documents import FreshOutcome
from acs.api.freshness import freshened
from acs.api.routes.given import Given, RouterId, the_router
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.pages.card import card_of
from acs.pages.door import Desk, ForSomebody, PageError, ToAct, checked_form, signed_in
from acs.pages.rendering import page, words_of
from acs.pages.routes.given import AnyRequest, Shown, see_other
from acs.pages.search import found_routers
from acs.pages.urls import router_url
from acs.storage.rows import RouterRow

_REASON = 500
_LONGEST = 256
_PATIENCE = 10.0  # seconds that a router is waited for


@get("/", opt=ForSomebody)
async def search(request: AnyRequest, services: Given, desk: Shown) -> Response[bytes]:
    """The search box, and what was found; a single router is shown at once."""
    asked = request.query_params.get("q", "").strip()[:_LONGEST]
    routers, more = await found_routers(services, asked)
    if len(routers) == 1:
        return see_other(router_url(routers[0].router_id))
    given = {"q": asked, "routers": routers, "more": more}
    return page(request, desk, "search.html", given)


@get("/routers/{router_id:str}", opt=ForSomebody)
async def show_card(
    request: AnyRequest, services: Given, desk: Shown, router_id: RouterId
) -> Response[bytes]:
    """All that there is to say of a router."""
    row = await the_router(services, router_id)
    return await _card(request, services, desk, row)


@post("/routers/{router_id:str}/reboot", opt=ToAct, status_code=200)
async def reboot(
    request: AnyRequest, services: Given, desk: Shown, router_id: RouterId
) -> Response[bytes]:
    """Ask for a reboot; a refusal shows each guard's reason."""
    visit = signed_in(request)
    if visit is None:
        raise NotFoundException
    fields = await checked_form(request, desk, visit.session.number)
    row = await the_router(services, router_id)
    if fields.get("consent") != "yes":
        raise PageError(422, "error.consent")
    command = await to_asyncio(
        services.propose(
            "reboot",
            row.router_id,
            visit.caller.name,
            fields.get("reason", "").strip()[:_REASON],
            consent=True,
            arguments={},
        )
    )
    if command.state == "refused":
        return await _card(request, services, desk, row, status=409)
    return see_other(f"{router_url(row.router_id)}#reboot")


@post("/routers/{router_id:str}/fresh", opt=ForSomebody, status_code=200)
async def read_fresh(
    request: AnyRequest, services: Given, desk: Shown, router_id: RouterId
) -> Response[bytes]:
    """Have the router read out, wait for it a while, and show the card again."""
    visit = signed_in(request)
    if visit is None:
        raise NotFoundException
    await checked_form(request, desk, visit.session.number)
    row = await the_router(services, router_id)
    asked = await freshened(services, row, _PATIENCE, visit.caller.name)
    return see_other(f"{router_url(row.router_id)}?fresh={asked.document.outcome}#verdict")


async def _card(
    request: AnyRequest, services: Services, desk: Desk, row: RouterRow, status: int = 200
) -> Response[bytes]:
    card = await card_of(services, row, words_of(request, desk.clock()).language)
    fresh = request.query_params.get("fresh", "")
    given = {
        "card": card,
        "q": "",
        "refused": status != 200,  # noqa: PLR2004 - HTTP's "OK"
        "fresh": fresh if fresh in get_args(FreshOutcome) else "",
    }
    return page(request, desk, "card.html", given, status)


HANDLERS = (search, show_card, reboot, read_fresh)
