"""Logging in with a token, and out."""

import re
import secrets

from litestar import Response, get, post
from litestar.datastructures import Cookie

from acs.api.routes.given import Given
from acs.api.tokens import allows, hash_token, is_token
from acs.bridge import to_asyncio
from acs.pages.door import (
    FORM_COOKIE,
    SEE,
    SESSION_COOKIE,
    Desk,
    ForAll,
    ForSomebody,
    checked_form,
    signed_in,
)
from acs.pages.rendering import is_secure, page
from acs.pages.routes.given import AnyRequest, Shown, see_other
from acs.pages.sessions import Session

SESSION_SECONDS = 36_000  # a shift and some
_OURS = re.compile(r"/(?![/\\])[^\s\\]{0,2000}")  # a path here, never another site


@get("/login", opt=ForAll)
async def show_login(request: AnyRequest, desk: Shown) -> Response[bytes]:
    """The form."""
    return _form(request, desk, request.query_params.get("next", "/"), "")


@post("/login", opt=ForAll, status_code=200)
async def log_in(request: AnyRequest, services: Given, desk: Shown) -> Response[bytes]:
    """Check the token as the API does, and give the browser a session."""
    fields = await checked_form(request, desk, request.cookies.get(FORM_COOKIE))
    address = request.client.host if request.client is not None else ""
    wait = desk.attempts.wait(address)
    then = fields.get("next", "/")
    if wait > 0:
        response = _form(request, desk, then, "login.wait", 429)
        response.headers["Retry-After"] = str(int(wait) + 1)
        return response
    token = fields.get("token", "").strip()
    now = desk.clock()
    found = (
        await to_asyncio(services.store.token_by_hash(hash_token(token)))
        if is_token(token)
        else None
    )
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        desk.attempts.failed(address)
        return _form(request, desk, then, "login.wrong", 401)
    desk.attempts.succeeded(address)
    if not allows(found.scopes, SEE):
        return _form(request, desk, then, "login.scope", 403)
    ends_at = now + SESSION_SECONDS
    if found.expires_at is not None:
        ends_at = min(ends_at, found.expires_at)
    session = Session(hash_token(token), ends_at, secrets.token_hex(16))
    response = see_other(_here(then))
    response.set_cookie(
        _cookie(request, SESSION_COOKIE, desk.sealer.seal(session), int(ends_at - now))
    )
    response.set_cookie(_cookie(request, FORM_COOKIE, "", 0))
    return response


@post("/logout", opt=ForSomebody, status_code=200)
async def log_out(request: AnyRequest, desk: Shown) -> Response[bytes]:
    """End the browser's session."""
    visit = signed_in(request)
    await checked_form(request, desk, None if visit is None else visit.session.number)
    response = see_other("/login")
    response.set_cookie(_cookie(request, SESSION_COOKIE, "", 0))
    return response


def _here(then: str) -> str:
    return then if _OURS.fullmatch(then) else "/"


def _form(
    request: AnyRequest, desk: Desk, then: str, wrong: str, status: int = 200
) -> Response[bytes]:
    number = request.cookies.get(FORM_COOKIE) or secrets.token_hex(16)
    given = {"then": _here(then), "wrong": wrong, "login_token": desk.sealer.form_token(number)}
    response = page(request, desk, "login.html", given, status)
    response.set_cookie(_cookie(request, FORM_COOKIE, number, SESSION_SECONDS))
    return response


def _cookie(request: AnyRequest, name: str, value: str, seconds: int) -> Cookie:
    return Cookie(
        name,
        value=value,
        path="/",
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=is_secure(request),
    )


HANDLERS = (show_login, log_in, log_out)
