"""Who may see a page: the session of a browser, and the scope of its token. No HTML."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from acs.actions.settings import GuardSettings
from acs.api.access import Caller, needs
from acs.api.acts import begin
from acs.api.services import Services
from acs.api.tokens import Scope, allows
from acs.bridge import to_asyncio
from acs.pages.attempts import Attempts
from acs.pages.sessions import Sealer, Session

SESSION_COOKIE = "acs_session"
FORM_COOKIE = "acs_form"  # before a log-in
FORM_FIELD = "form"
SEE: Scope = "read"
ACT: Scope = "act"
CHANNEL = "page"
_KEY = "acs.visit"  # in the ASGI scope, where no client can write

Connection = ASGIConnection[Any, Any, Any, Any]
ForSomebody = {**needs("open"), "page": SEE}
"""The ``opt`` of a page: the API's gate lets it pass, and ours does not."""
ToAct = {**needs("open"), "page": ACT}
ForAll = needs("open")


class NotSignedInError(Exception):
    """There is no session, it has expired, or its token is revoked."""


class PageError(Exception):
    """A page that cannot be shown, or a form that cannot be taken: status and key of its words."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


@dataclass(frozen=True)
class Desk:
    """What pages stand on beside the API's services."""

    sealer: Sealer
    attempts: Attempts
    clock: Callable[[], float]
    guards: GuardSettings


@dataclass(frozen=True)
class Visit:
    """A browser that has logged in."""

    session: Session
    caller: Caller

    @property
    def may_act(self) -> bool:
        """Whether the token allows commands."""
        return allows(self.caller.scopes, ACT)


async def visitor(connection: Connection, services: Services, desk: Desk) -> Visit | None:
    """Whose session it is, looked up anew; None: nobody's."""
    now = desk.clock()
    session = desk.sealer.open(connection.cookies.get(SESSION_COOKIE, ""), now)
    if session is None:
        return None
    found = await to_asyncio(services.store.token_by_hash(session.token_hash))
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    return Visit(session, Caller(found.name, tuple(found.scopes)))


def door(
    services: Services, desk: Desk
) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """The guard of all pages, with what it looks tokens up in and opens sessions with.

    It lets a request pass with its visit in the scope. It raises NotSignedInError when there is no
    session any more, and PageError (403) when its token does not suffice.
    """

    # A function, because the framework copies guards, and all that they hold.
    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        need: Scope | None = handler.opt.get("page")
        if need is None:
            return
        visit = await visitor(connection, services, desk)
        if visit is None:
            raise NotSignedInError
        scope: Any = connection.scope  # ASGI lets servers add keys
        scope[_KEY] = visit
        begin(scope, visit.caller.name, CHANNEL, desk.clock())
        if not allows(visit.caller.scopes, need):
            raise PageError(403, "error.scope")

    return guard


def signed_in(connection: Connection) -> Visit | None:
    """The visit that the door let pass; None on pages for all."""
    found = connection.scope.get(_KEY)
    return found if isinstance(found, Visit) else None


async def checked_form(
    request: Request[Any, Any, Any], desk: Desk, number: str | None
) -> dict[str, str]:
    """The fields of a form that a page of ours sent.

    Args:
        request: the POST.
        desk: to check with.
        number: what the form is tied to.

    Raises:
        PageError: 403: it was not made by us for this browser (CSRF).
    """
    fields = {name: str(value) for name, value in (await request.form()).items()}
    if not number or not desk.sealer.is_form_token(number, fields.get(FORM_FIELD, "")):
        raise PageError(403, "error.form")
    return fields
