"""Errors as pages, for browsers; what is not a page keeps the API's problem documents."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException

from acs.api import problems
from acs.api.problems import ApiError
from acs.pages.door import Desk, NotSignedInError, PageError
from acs.pages.rendering import page
from acs.pages.routes.given import see_other

AnyRequest = Request[Any, Any, Any]
Handler = Callable[[AnyRequest, Any], Response[bytes]]
_INTERNAL, _UNAVAILABLE = 500, 503
_KNOWN = frozenset((400, 403, 404, 405, 413, 422, 429, 500, 503))


def handlers(desk: Desk) -> dict[int | type[Exception], Handler]:
    """What answers errors of the pages' own routes."""

    def show(request: AnyRequest, status: int, key: str = "") -> Response[bytes]:
        known = status if status in _KNOWN else _INTERNAL if status >= _INTERNAL else 400
        given = {"status": status, "key": key or f"error.{known}"}
        return page(request, desk, "error.html", given, status)

    def not_signed_in(request: AnyRequest, _error: NotSignedInError) -> Response[bytes]:
        if request.url.path.startswith("/orders/"):  # asked for by a script
            return show(request, 401, "error.session")
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if request.method != "GET" or here == "/":
            return see_other("/login")
        return see_other(f"/login?next={quote(here, safe='')}")

    def refused(request: AnyRequest, error: PageError) -> Response[bytes]:
        return show(request, error.status, error.key)

    def from_api(request: AnyRequest, error: ApiError) -> Response[bytes]:
        return show(request, error.problem.status)

    def of_framework(request: AnyRequest, error: HTTPException) -> Response[bytes]:
        return show(request, error.status_code)

    def unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
        handler = next(
            (problems.HANDLERS[kind] for kind in type(error).__mro__ if kind in problems.HANDLERS),
            problems.on_unexpected,
        )
        answered: Response[bytes] = handler(request, error)  # it is logged there
        return show(request, answered.status_code or _INTERNAL)

    return {
        NotSignedInError: not_signed_in,
        PageError: refused,
        ApiError: from_api,
        HTTPException: of_framework,
        Exception: unexpected,
    }


def elsewhere(desk: Desk) -> Handler:
    """What answers addresses that are none: a page for browsers, else the API's document."""
    own = handlers(desk)[HTTPException]

    def handler(request: AnyRequest, error: HTTPException) -> Response[bytes]:
        is_page = "text/html" in request.headers.get("accept", "")
        if is_page and not request.url.path.startswith("/v1"):
            return own(request, error)
        return problems.on_http_error(request, error)

    return handler
