"""The whole of the pages, as the API takes it in. No page is defined here."""

from typing import Any, NamedTuple

from litestar import Router
from litestar.di import Provide
from litestar.exceptions import NotFoundException

from acs.actions.settings import GuardSettings
from acs.api.services import Services
from acs.pages.attempts import Attempts
from acs.pages.door import Desk, door
from acs.pages.errors import elsewhere, handlers
from acs.pages.routes import assets, cards, entering, fleet, orders
from acs.pages.sessions import Sealer

ROUTES = (
    *entering.HANDLERS,
    *cards.HANDLERS,
    *orders.HANDLERS,
    *fleet.HANDLERS,
    *assets.HANDLERS,
)


class Site(NamedTuple):
    """What ``create_app`` takes: route handlers, and handlers of errors outside of all routes."""

    handlers: tuple[Router, ...]
    errors: dict[int | type[Exception], Any]


def site(services: Services, key: bytes, guards: GuardSettings) -> Site:
    """The pages on the API's services.

    Args:
        services: the API's.
        key: the daemon's, 32 bytes; log-ins are sealed with one that is made of it.
        guards: what the reboot budget is counted by.
    """
    desk = Desk(Sealer(key), Attempts(services.clock), services.clock, guards)
    router = Router(
        path="/",
        route_handlers=list(ROUTES),
        guards=[door(services, desk)],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        exception_handlers=dict(handlers(desk)),
        include_in_schema=False,
    )
    return Site((router,), {NotFoundException: elsewhere(desk)})
