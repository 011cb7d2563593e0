"""The page of the whole fleet."""

from litestar import Response, get

from acs.api.routes.given import Given
from acs.pages.door import ForSomebody
from acs.pages.overview import overview_of
from acs.pages.rendering import page
from acs.pages.routes.given import AnyRequest, Shown


@get("/fleet", opt=ForSomebody)
async def show_fleet(request: AnyRequest, services: Given, desk: Shown) -> Response[bytes]:
    """Verdicts by action and model, incidents, reboots and what they were worth."""
    found = await overview_of(services, desk.guards)
    return page(request, desk, "fleet.html", {"fleet": found, "q": ""})


HANDLERS = (show_fleet,)
