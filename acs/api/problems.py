"""Errors of the API as RFC 9457 problem details. What went wrong inside never goes out."""

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from acs.api.times import Time, moment
from acs.commands import Command
from acs.files.preparing import NotPreparedError, UnknownFileError
from acs.storage.errors import FactRefusedError, StorageClosedError, StorageUnavailableError

log = structlog.get_logger("api")

MEDIA_TYPE = "application/problem+json"
_SERVER_ERROR = 500
_WHOLE_BODY = "data"  # what the framework calls it


class InvalidField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of the request that is not allowed.

    Attributes:
        where: ``body``, ``query``, ``path`` or ``header``.
        name: of the field or parameter; empty for the whole.
        says: what was found and what is allowed.
    """

    where: str
    says: str
    name: str = ""


class RefusalDocument(msgspec.Struct, frozen=True):
    """A guard's no.

    Attributes:
        guard: its name.
        reason: a sentence with its figures.
        retry_at: when another try makes sense, if that is known.
    """

    guard: str
    reason: str
    retry_at: Time | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error (RFC 9457).

    Attributes:
        type: a URI that names the kind of problem.
        title: the kind in words.
        status: the HTTP status.
        detail: what is wrong with this request.
        errors: for 422: the parts of the request that are not allowed.
        command_id: for 409: the stored command that was refused.
        refusals: for 409: each guard's reason.
        checks: for 503 of ``/healthz``: each part and whether it is well.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    errors: tuple[InvalidField, ...] = ()
    command_id: str = ""
    refusals: tuple[RefusalDocument, ...] = ()
    checks: dict[str, bool] = {}


class ApiError(Exception):
    """The request cannot be served; carries the problem that is answered."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str = "",
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.problem = problem(status, detail, kind=kind, **members)
        self.headers = dict(headers or {})


_KINDS = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    422: "invalid",
    429: "too-many-requests",
    500: "internal",
    503: "unavailable",
}


def problem(status: int, detail: str, *, kind: str = "", **members: Any) -> Problem:
    """A problem whose type and title follow from the status, unless ``kind`` says more."""
    kind = kind or _KINDS.get(status, "")
    return Problem(
        type=f"urn:acsd:problem:{kind}" if kind else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        **members,
    )


def not_found(what: str, name: str) -> ApiError:
    """404: there is no ``what`` of that name."""
    return ApiError(404, f"There is no {what} {name!r}.")


def invalid(where: str, name: str, says: str) -> ApiError:
    """422: one part of the request is not allowed."""
    return ApiError(
        422, f"{name or where}: {says}", errors=(InvalidField(where=where, name=name, says=says),)
    )


def refused(command: Command) -> ApiError:
    """409: guards refused the command; it is stored, with their reasons."""
    reasons = tuple(
        RefusalDocument(guard=no.guard, reason=no.reason, retry_at=moment(no.retry_at))
        for no in command.refusals
    )
    return ApiError(
        409,
        " ".join(no.reason for no in command.refusals) or "Refused.",
        kind="refused",
        command_id=command.command_id,
        refusals=reasons,
    )


def answer(found: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """A problem as a response."""
    return Response(
        msgspec.json.encode(found),
        status_code=found.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


async def send_problem(send: Any, found: Problem) -> None:
    """Answer with a problem where no framework is yet at work (ASGI)."""
    headers = [(b"content-type", MEDIA_TYPE.encode())]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(found)})


# --- handlers -------------------------------------------------------------------------------------


def on_api_error(_request: Request[Any, Any, Any], error: ApiError) -> Response[bytes]:
    """An error that a handler raised on purpose."""
    return answer(error.problem, error.headers)


def on_validation_error(
    _request: Request[Any, Any, Any], error: ValidationException
) -> Response[bytes]:
    """The request was read, and is not allowed: 422 with each wrong part."""
    entries = error.extra if isinstance(error.extra, list) else []
    errors = tuple(_invalid_field(entry) for entry in entries if isinstance(entry, dict))
    detail = "; ".join(f"{each.name or each.where}: {each.says}" for each in errors)
    return answer(problem(422, detail or "The request is not allowed.", errors=errors))


def _invalid_field(entry: dict[str, Any]) -> InvalidField:
    source, name = entry.get("source") or "body", str(entry.get("key") or "")
    says = str(entry.get("message") or "not allowed")
    if name == _WHOLE_BODY:
        name, says = "", "a JSON body is needed" if says == repr(_WHOLE_BODY) else says
    return InvalidField(where=str(getattr(source, "value", source)), name=name, says=says)


def on_http_error(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """An error of the framework: no such route, wrong method, unreadable or too large a body."""
    status = error.status_code
    detail = _DETAILS.get(status, "") or (error.detail if status < _SERVER_ERROR else "")
    return answer(problem(status, detail), error.headers)


_DETAILS = {
    404: "There is nothing at this path; /schema lists what there is.",
    405: "This path does not know the method; the header Allow lists those it knows.",
    413: "The body is too large.",
}


def on_unreadable(_request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    """The body is no UTF-8, or nested too deep to be read."""
    return answer(problem(400, "The body is no readable JSON."))


def on_unavailable(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The database cannot be reached now."""
    log.error("api.storage_unavailable", path=request.url.path, error=str(error))
    return answer(problem(503, "Storage cannot be reached now."), {"Retry-After": "5"})


def on_refused_fact(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Storage will never take this."""
    log.warning("api.fact_refused", path=request.url.path, error=str(error))
    return answer(problem(409, "This conflicts with what is stored."))


def on_not_prepared(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A file or link that the command needs cannot be given to this router."""
    if isinstance(error, UnknownFileError):
        wrong = InvalidField(where="body", name="arguments.file", says=str(error))
        return answer(problem(422, str(error), errors=(wrong,)))
    return answer(problem(409, str(error)))


def on_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A fault of ours: logged with its traceback, answered without a word of it."""
    log.error(
        "api.request_failed",
        method=request.method,
        path=request.url.path,
        # Lines only: the frames' variables hold headers with tokens.
        traceback="".join(traceback.format_exception(error)),
    )
    return answer(problem(500, "The daemon failed to answer; its log says why."))


HANDLERS: dict[int | type[Exception], Any] = {
    ApiError: on_api_error,
    ValidationException: on_validation_error,
    HTTPException: on_http_error,
    UnicodeDecodeError: on_unreadable,
    RecursionError: on_unreadable,
    FactRefusedError: on_refused_fact,
    NotPreparedError: on_not_prepared,
    StorageUnavailableError: on_unavailable,
    StorageClosedError: on_unavailable,
    Exception: on_unexpected,
}
