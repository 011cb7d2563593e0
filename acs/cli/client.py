"""The daemon's API as the command line calls it: over its Unix socket, or HTTP with a token.

It turns the API's problems into errors with exit codes. Nothing is printed here, and a token never
leaves except in its header.
"""

import contextlib
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import msgspec

from acs.cli.answers import Refusal
from acs.cli.errors import ERROR, NOT_FOUND, REFUSED, UNREACHABLE, USAGE, CliError
from acs.cli.session import Access
from acs.cli.trust import refusal, trusting
from acs.cli.words import plain

_TIMEOUT = 30.0  # seconds without a byte, beyond what a long poll waits
_SLOW = 120.0  # the same of a file: its last bytes are made durable before the answer

_QUIET = 45.0  # the same of a stream: it shows that it lives every 15 s
_LATER = (429, 503)  # what is refused now may be had later

_EXIT_CODES = {400: USAGE, 404: NOT_FOUND, 422: USAGE}


class UnreachableError(CliError):
    """The daemon cannot be reached."""

    def __init__(self, message: str) -> None:
        super().__init__(message, UNREACHABLE)


class RefusedError(CliError):
    """Guards refused the command; their reasons are in ``refusals``."""

    def __init__(self, message: str, command_id: str, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(message, REFUSED)
        self.command_id = command_id
        self.refusals = refusals


class Client:
    """Calls of the API; each answers parsed JSON.

    Args:
        access: where the daemon is.
        transport: carries the requests in place of a connection of its own.
        timeout: seconds without a byte after which an answer is given up.
    """

    def __init__(
        self,
        access: Access,
        transport: httpx.BaseTransport | None = None,
        timeout: float = _TIMEOUT,
    ) -> None:
        self._access = access
        self._timeout = timeout
        if transport is None and not access.url:
            _knock(access.socket)
            transport = httpx.HTTPTransport(uds=access.socket)
        headers = {"Accept": "application/json"}
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        if access.ca and not access.url.startswith("https://"):
            raise CliError("--ca needs an https --url", USAGE)
        try:
            self._http = httpx.Client(
                base_url=access.url or "http://acsd",
                headers=headers,
                timeout=timeout,
                transport=transport,
                verify=trusting(access.ca) if access.ca else True,
                trust_env=bool(access.url),
            )
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise CliError(f"cannot use this URL or token: {error}", USAGE) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str, *, wait: float = 0.0, fresh: float = 0.0, **query: Any) -> Any:
        """GET; queries that are None or empty are left out.

        ``wait`` is a long poll's seconds, ``fresh`` those that a router is asked and waited for.

        Raises:
            CliError: whatever went wrong, with its exit code.
        """
        if wait:
            query["wait"] = f"{wait:g}"
        if fresh:
            query["fresh"] = f"{fresh:g}"
        return self._call("GET", path, query=query, timeout=self._timeout + wait + fresh)

    def query(self, path: str, query: Mapping[str, object]) -> Any:
        """GET with queries of any names.

        Raises:
            CliError: whatever went wrong, with its exit code.
        """
        return self._call("GET", path, query=query)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """POST a JSON body.

        Raises:
            RefusedError: guards refused the command.
            CliError: whatever else went wrong, with its exit code.
        """
        return self._call("POST", path, body=body)

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        """PUT a JSON body.

        Raises:
            CliError: whatever went wrong, with its exit code.
        """
        return self._call("PUT", path, body=body)

    def delete(self, path: str, **query: Any) -> Any:
        """DELETE; queries that are None or empty are left out.

        Raises:
            CliError: whatever went wrong, with its exit code.
        """
        return self._call("DELETE", path, query=query)

    def send(
        self,
        path: str,
        pieces: Iterable[bytes],
        size: int,
        *,
        media_type: str = "application/octet-stream",
        **query: Any,
    ) -> Any:
        """POST a body of ``size`` bytes, a piece at a time.

        Raises:
            CliError: whatever went wrong, with its exit code.
        """
        known = {key: _text(value) for key, value in query.items() if _given(value)}
        headers = {"Content-Type": media_type, "Content-Length": str(size)}
        with self._explained():
            answer = self._http.post(
                path, params=known, content=pieces, headers=headers, timeout=_SLOW
            )
        return self._read(answer)

    def fetch(self, path: str, write: Callable[[bytes], object]) -> None:
        """GET a body that is no JSON, a piece at a time.

        Raises:
            CliError: whatever went wrong, with its exit code.
        """
        with self._explained(), self._http.stream("GET", path, timeout=_SLOW) as answer:
            if not answer.is_success:
                answer.read()
                self._read(answer)
            for piece in answer.iter_bytes():
                write(piece)

    def stream(
        self, path: str, headers: Mapping[str, str], query: Mapping[str, object]
    ) -> Iterator[str]:
        """GET server-sent events, line by line as they come.

        Raises:
            UnreachableError: the stream broke off, or cannot be had now.
            CliError: whatever else went wrong, with its exit code.
        """
        known = {key: _text(value) for key, value in query.items() if _given(value)}
        asked = {**headers, "Accept": "text/event-stream"}
        with (
            self._explained(),
            self._http.stream("GET", path, params=known, headers=asked, timeout=_QUIET) as answer,
        ):
            if not answer.is_success:
                answer.read()
                try:
                    self._read(answer)
                except CliError as error:
                    if answer.status_code in _LATER:
                        raise UnreachableError(error.format_message()) from error
                    raise
            yield from answer.iter_lines()

    def pages(self, path: str, limit: int | None, **query: Any) -> Iterator[Any]:
        """The items of a paged list, at most ``limit`` of them (None: all), page by page."""
        cursor: str | None = None
        left = limit
        while left is None or left > 0:
            size = min(left or PAGE, PAGE)
            page = self.get(path, **query, limit=size, cursor=cursor)
            items = page["items"]
            yield from items if left is None else items[:left]
            left = None if left is None else left - len(items)
            cursor = page.get("next")
            if cursor is None:
                return

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        timeout: float | None = None,
    ) -> Any:
        known = {key: _text(value) for key, value in (query or {}).items() if _given(value)}
        headers = {} if body is None else {"Content-Type": "application/json"}
        with self._explained():
            content = None if body is None else msgspec.json.encode(body)
            answer = self._http.request(
                method,
                path,
                params=known,
                content=content,
                headers=headers,
                timeout=self._timeout if timeout is None else timeout,
            )
        return self._read(answer)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """What the connection may raise, as an error with its exit code."""
        try:
            yield
        except UnicodeEncodeError as error:
            raise CliError("the text is not valid UTF-8", USAGE) from error
        except httpx.ConnectError as error:
            place = self._access.place
            raise UnreachableError(refusal(error, place) or _UNREACHED.format(place)) from error
        except httpx.TimeoutException as error:
            raise UnreachableError(f"no answer from {self._access.place} in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            place = self._access.place
            hint = "; is it https://?" if place.startswith("http://") else ""
            raise UnreachableError(f"{place}: {plain(error)}{hint}") from error

    def _read(self, answer: httpx.Response) -> Any:
        try:
            body = msgspec.json.decode(answer.content) if answer.content else None
        except msgspec.DecodeError as error:
            raise CliError(
                f"{self._access.place} answered {answer.status_code} without JSON: is it acsd?"
            ) from error
        if answer.is_success:
            return body
        raise problem(answer.status_code, body)


PAGE = 200  # items asked for at once
_UNREACHED = "cannot reach the daemon at {}: is acsd running?"


def _knock(path: str) -> None:
    # httpx does not say why a Unix socket cannot be opened.
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        try:
            sock.connect(path)
        except PermissionError as error:
            raise UnreachableError(f"no permission to open {path}: see its group") from error
        except OSError as error:
            raise UnreachableError(_UNREACHED.format(path)) from error


def _given(value: object) -> bool:
    return value not in (None, "") and value != []


def _text(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    command_id: str = ""
    refusals: tuple[Refusal, ...] = ()


def problem(status: int, body: object) -> CliError:
    """The error for a problem (RFC 9457) that the API answered with."""
    try:
        found = msgspec.convert(body, _Problem)
    except msgspec.ValidationError:
        found = _Problem()
    text = plain(found.detail or found.title or f"the daemon answered {status}")
    if found.refusals or found.command_id:
        return RefusedError(text, found.command_id, found.refusals)
    return CliError(text, _EXIT_CODES.get(status, ERROR))


def router_path(router_id: str, rest: str = "") -> str:
    """Path of a router. Its id holds percent signs of its own, which are encoded once more."""
    return f"/v1/routers/{quote(router_id, safe='')}{rest}"
