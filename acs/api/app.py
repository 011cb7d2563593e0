"""Builds the API's application from what the daemon hands in. No route is defined here."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.plugins import InitPlugin
from litestar.utils import normalize_path

from acs.api import acts, problems, rate_fields
from acs.api.access import Gate
from acs.api.checks import ModelShelf
from acs.api.events import EventHub
from acs.api.openapi import FRAMEWORK_PATH, OpenApiDocument, openapi_config
from acs.api.paths import UnreadableTargetError, check_query, route_path
from acs.api.routes import (
    audit,
    bulk,
    cohorts,
    commands,
    contacts,
    effectiveness,
    events,
    files,
    find,
    fleet,
    incidents,
    onboarding,
    own,
    reboots,
    routers,
    service,
    subscribers,
    targets,
    timeline,
    tokens,
    trees,
    webhooks,
)
from acs.api.routes.given import caller
from acs.api.services import Services
from acs.api.settings import ApiSettings
from acs.api.telemetry import ApiMetrics
from acs.storage.store import Store

ROUTES = (
    *routers.HANDLERS,
    *subscribers.HANDLERS,
    *bulk.HANDLERS,
    *contacts.HANDLERS,
    *commands.HANDLERS,
    *trees.HANDLERS,
    *files.HANDLERS,
    *fleet.HANDLERS,
    *find.HANDLERS,
    *incidents.HANDLERS,
    *cohorts.HANDLERS,
    *reboots.HANDLERS,
    *effectiveness.HANDLERS,
    *onboarding.HANDLERS,
    *tokens.HANDLERS,
    *own.HANDLERS,
    *targets.HANDLERS,
    *audit.HANDLERS,
    *timeline.HANDLERS,
    *events.HANDLERS,
    *webhooks.HANDLERS,
    *service.HANDLERS,
)


class _App(Litestar):
    """Litestar, routing by the path as it was sent: see ``acs.api.paths``; answers are counted."""

    counted: ApiMetrics | None = None
    store: Store | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if self.counted is not None:
                send = self.counted.watched(scope, send)
            send = rate_fields.watched(scope, send)
            if self.store is not None:
                send = acts.watched(scope, send, self.store)
            try:
                scope["path"] = route_path(scope)
                check_query(scope)
            except UnreadableTargetError as error:
                await problems.send_problem(send, problems.problem(400, f"{error}."))
                return
            if scope["method"] == "OPTIONS" and (allowed := self._allowed(scope["path"])):
                await _answer_options(send, allowed)
                return
        await super().__call__(scope, receive, send)

    def _allowed(self, path: str) -> str:
        """The methods that a path knows; empty if there is no such path."""
        # The framework's own answer names the methods of one handler, not those of the path.
        try:
            self.asgi_router.handle_routing(path=normalize_path(path), method="OPTIONS?")
        except MethodNotAllowedException as error:
            return (error.headers or {}).get("allow", "")
        except NotFoundException:
            pass
        return ""


async def _answer_options(send: Any, allowed: str) -> None:
    headers = [(b"allow", allowed.encode())]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body"})


class _OwnRoutesOnly(InitPlugin):
    """Takes out the pages that the framework adds for its own OpenAPI document."""

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.route_handlers = [
            each
            for each in app_config.route_handlers
            if not (isinstance(each, Router) and each.path == FRAMEWORK_PATH)
        ]
        return app_config


def _add_last(config: AppConfig) -> AppConfig:
    config.plugins.append(_OwnRoutesOnly())
    return config


def _uncounted(_: int) -> None:
    pass


def create_app(
    services: Services,
    settings: ApiSettings,
    handlers: Sequence[Router] = (),
    errors: Mapping[int | type[Exception], Any] = MappingProxyType({}),
) -> Litestar:
    """The API as an ASGI application.

    Args:
        services: what it stands on.
        settings: its limits.
        handlers: routes beside those of the API.
        errors: what answers errors that no route of theirs has seen.
    """
    document = OpenApiDocument()
    shelf = ModelShelf(services)
    counted = services.counted.set_streams if services.counted is not None else _uncounted
    hub = EventHub(services.store.news, settings.event_streams, counted)
    services.watch.closing.append(hub.close)
    app = _App(
        route_handlers=[*ROUTES, *handlers],
        dependencies={
            "services": Provide(lambda: services, sync_to_thread=False),
            "openapi": Provide(lambda: document, sync_to_thread=False),
            "models": Provide(lambda: shelf, sync_to_thread=False),
            "hub": Provide(lambda: hub, sync_to_thread=False),
            "asking": Provide(caller, sync_to_thread=False),
        },
        guards=[Gate(services, settings)],
        exception_handlers={**problems.HANDLERS, **errors},
        openapi_config=openapi_config(services.version),
        on_app_init=[_add_last],
        request_max_body_size=settings.body_limit,
        logging_config=None,
        debug=False,
    )
    app.counted = services.counted
    app.store = services.store
    return app
