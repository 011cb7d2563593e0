"""Who may do what: the caller of a request, from its token or from the socket it came by.

A handler names the scope it needs with ``opt=needs(...)``; one without asks for ``admin``.
"""

import math
import time
from typing import Any, Literal

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from acs.api import rate_fields
from acs.api.acts import begin, refuse
from acs.api.known_tokens import KnownTokens
from acs.api.problems import ApiError
from acs.api.rates import Buckets
from acs.api.services import Services
from acs.api.settings import ApiSettings
from acs.api.tokens import Scope, allows, hash_token, is_token

CHANNEL = "acs.channel"  # set in the ASGI scope by our own listener; no client can write there
SOCKET = "socket"
Need = Scope | Literal["open"]
_OPT = "scope"
_REALM = 'Bearer realm="acsd"'

Connection = ASGIConnection[Any, Any, Any, Any]


class Caller(msgspec.Struct, frozen=True):
    """Who asks: ``socket``, ``anyone`` or a token's name, what it may do, about whom alone."""

    name: str
    scopes: tuple[str, ...]
    account: str | None = None


def needs(scope: Need) -> dict[str, str]:
    """The ``opt`` of a handler that asks for a scope; ``open`` asks for none."""
    return {_OPT: scope}


def need_of(handler: BaseRouteHandler) -> Need:
    """The scope that a handler asks for; one that names none is for nobody but admins."""
    need: Need = handler.opt.get(_OPT, "admin")
    return need


class Gate:
    """The guard of all routes.

    Args:
        services: to look tokens up.
        settings: whether metrics are open.
    """

    def __init__(self, services: Services, settings: ApiSettings) -> None:
        self._services = services
        self._known = KnownTokens(services.store, time.monotonic)
        self._buckets = Buckets(settings.rate, settings.burst, time.monotonic)
        self._metrics_open = settings.metrics_open == "always" or (
            settings.metrics_open == "loopback" and settings.is_loopback
        )

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let the request pass, with its caller in ``connection.user``.

        Raises:
            ApiError: 401 without a valid token, 403 when its scopes do not suffice.
        """
        need = need_of(handler)
        if need == "open" or (need == "metrics" and self._metrics_open):
            connection.scope["user"] = Caller("anyone", ())
            return
        caller = await self._caller(connection)
        wait = 0.0
        if caller.name != SOCKET:
            wait = self._buckets.take(caller.name)
            rate_fields.tell(connection.scope, self._buckets.quota(caller.name))
        if wait:
            raise ApiError(
                429,
                f"This token has made too many requests: try again in {math.ceil(wait)} s.",
                headers={"Retry-After": str(math.ceil(wait))},
            )
        channel = SOCKET if connection.scope.get(CHANNEL) == SOCKET else "api"
        act = begin(connection.scope, caller.name, channel, self._services.clock())
        if not allows(caller.scopes, need):
            refuse(self._services.store, act, {"status": 403, "needs": need})
            raise ApiError(
                403,
                f"This needs a token of scope {need}.",
                headers={
                    "WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{need}"'
                },
            )
        connection.scope["user"] = caller

    async def _caller(self, connection: Connection) -> Caller:
        if connection.scope.get(CHANNEL) == SOCKET:
            return Caller(SOCKET, ("admin", "secrets"))
        header = connection.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise ApiError(
                401,
                "Send a token: Authorization: Bearer acs_…",
                headers={"WWW-Authenticate": _REALM},
            )
        found = await self._known.find(hash_token(token)) if is_token(token) else None
        now = self._services.clock()
        if found is None or (found.expires_at is not None and found.expires_at <= now):
            raise ApiError(
                401,
                "The token is unknown or has expired.",
                headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
            )
        return Caller(found.name, tuple(found.scopes), found.account)


def caller_of(connection: Connection) -> Caller:
    """The caller that the gate let pass."""
    caller = connection.scope.get("user")
    assert isinstance(caller, Caller)
    return caller
