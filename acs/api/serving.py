"""Runs the API on the daemon's own event loop: one TCP listener, one Unix socket.

The socket's requests are marked as such in their ASGI scope, out of any client's reach. Signals,
logging and the loop stay the daemon's.
"""

import asyncio
import contextlib
import os
import socket
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from acs.api.access import CHANNEL, SOCKET
from acs.api.settings import ApiSettings, mode_of
from acs.api.watch import CommandWatch
from acs.listening import address_of
from acs.tls.renewing import ContextMetrics, Unheard
from acs.tls.standard import StandardContext

log = structlog.get_logger("api")

_HEADER_LIMIT = 16_384
_BACKLOG = 512
_CLOSING = 5.0  # seconds that a peer is given to answer the end of TLS before it is cut off
_UPLOADS = ("/v1/files", "/v1/subscribers")  # bodies for these paths may be large and slow


class SocketPathError(OSError):
    """The Unix socket cannot be made at its path."""


class Addresses(NamedTuple):
    """Where the API listens; None for a listener that is switched off."""

    tcp: tuple[str, int] | None
    unix: str | None


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: the daemon has its own. With TLS, if a context is given."""

    def __init__(
        self, config: uvicorn.Config, secure: ssl.SSLContext | None, handshake: float
    ) -> None:
        super().__init__(config)
        self._secure = secure
        self._handshake = handshake
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn's own way to TLS leaves a minute for a handshake, and half a one for its end.
        await super().startup(sockets=sockets if self._secure is None else [])
        if self._secure is not None:
            for each in sockets or ():
                self.servers.append(await self._listen(each, self._secure))
        self.ready.set_result(None)

    async def _listen(
        self, listener: socket.socket, secure: ssl.SSLContext
    ) -> asyncio.base_events.Server:
        def connection() -> asyncio.Protocol:
            made: Any = self.config.http_protocol_class
            found: asyncio.Protocol = made(
                config=self.config,
                server_state=self.server_state,
                app_state=self.lifespan.state,
            )
            return found

        return await asyncio.get_running_loop().create_server(
            connection,
            sock=listener,
            ssl=secure,
            ssl_handshake_timeout=self._handshake,
            ssl_shutdown_timeout=_CLOSING,
            backlog=self.config.backlog,
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Marked:
    """The application behind the Unix socket: each request's scope says where it came in."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope[CHANNEL] = SOCKET
        await self._app(scope, receive, send)


def _is_upload(cycle: Any) -> bool:
    # Only while its handler takes it: one that was refused has been answered.
    return cycle is not None and not cycle.response_complete and cycle.scope["path"] in _UPLOADS


def _protocol(headers_timeout: float, upload_timeout: float) -> type[H11Protocol]:
    class Protocol(H11Protocol):
        """uvicorn's, with a deadline for a request to have come whole."""

        _deadline: asyncio.TimerHandle | None = None
        _patient = False

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._unwatch()
            super().connection_lost(exc)

        def _watch(self) -> None:
            # A request under way that has its whole body is ours to answer, however long it takes.
            cycle: Any = self.cycle  # None before the first request
            waits = cycle is None or cycle.response_complete or cycle.more_body
            if not waits:
                self._unwatch()
            elif self._deadline is None or _is_upload(cycle) is not self._patient:
                self._unwatch()
                self._patient = _is_upload(cycle)
                seconds = upload_timeout if self._patient else headers_timeout
                self._deadline = self.loop.call_later(seconds, self.transport.abort)

        def _unwatch(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

    return Protocol


class ApiServer:
    """The API's listeners.

    Args:
        app: the ASGI application.
        settings: addresses and limits.
        watch: closed on ``stop``, so that long polls end.
        metrics: told of the certificate of the TCP listener, if it has TLS.
    """

    def __init__(
        self,
        app: Any,
        settings: ApiSettings,
        watch: CommandWatch,
        metrics: ContextMetrics | None = None,
    ) -> None:
        self._app = app
        self._settings = settings
        self._watch = watch
        self._metrics = metrics or Unheard()
        self._secure: StandardContext | None = None
        self._running: list[tuple[_Server, asyncio.Task[None]]] = []
        self._path: Path | None = None

    async def start(self) -> Addresses:
        """Listen; return where. Nothing listens if it raises.

        Raises:
            OSError: an address is taken or not ours; SocketPathError: the same of the socket.
            CertificateError: certificate or key cannot be used.
        """
        settings = self._settings
        if settings.tls is not None:
            self._secure = StandardContext(
                "api", settings.certificate, settings.key, metrics=self._metrics
            )
        tcp = _tcp_socket(settings.listen) if settings.listen else None
        try:
            unix = _unix_socket(settings.socket, settings.socket_mode) if settings.socket else None
        except OSError:
            if tcp is not None:
                tcp.close()
            raise
        if tcp is not None:
            await self._run(self._app, tcp, self._secure)
        if unix is not None:
            self._path = Path(settings.socket)
            await self._run(_Marked(self._app), unix)
        address = None if tcp is None else tcp.getsockname()[:2]
        log.info(
            "api.listening",
            tcp=address,
            tls=self._secure is not None,
            unix=settings.socket or None,
        )
        return Addresses(address, settings.socket or None)

    def reload(self) -> bool:
        """Take a renewed certificate; whether what is in use is what the files hold."""
        return self._secure is None or self._secure.reload()

    async def stop(self) -> None:
        """Take no more requests, let those under way end within ``drain``, then close."""
        self._watch.close()
        for server, _ in self._running:
            server.should_exit = True
        tasks = [task for _, task in self._running]
        if tasks:
            await asyncio.wait(tasks, timeout=self._settings.drain + 1.0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None

    async def _run(
        self, app: Any, listener: socket.socket, secure: StandardContext | None = None
    ) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http=_protocol(self._settings.headers_timeout, self._settings.upload_timeout),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=self._settings.connections,
            backlog=_BACKLOG,
            h11_max_incomplete_event_size=_HEADER_LIMIT,
            timeout_graceful_shutdown=max(1, round(self._settings.drain)),
        )
        tls = None if secure is None else secure.listening
        server = _Server(config, tls, self._settings.headers_timeout)
        task = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
        self._running.append((server, task))
        await asyncio.wait((server.ready, task), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()


def _tcp_socket(listen: str) -> socket.socket:
    host, port = address_of(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it; without, an answer's body waits 40 ms for the peer's ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {listen}: {error.strerror}") from error
    return listener


def _unix_socket(name: str, mode: str) -> socket.socket:
    """Bind the socket, in place of one that no one listens on any more.

    It is bound under a temporary name, given its mode, and renamed. A socket takes connections
    from ``listen`` on, so at no moment can those connect whom the mode keeps out.
    """
    path = Path(name)
    if not path.parent.is_dir():
        raise SocketPathError(f"there is no folder {path.parent} for the socket")
    _check_free(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(fresh))
        fresh.chmod(mode_of(mode))
        listener.setblocking(False)
        listener.listen(_BACKLOG)
        fresh.replace(path)
    except OSError as error:
        listener.close()
        fresh.unlink(missing_ok=True)
        raise SocketPathError(f"{path}: {error}") from error
    return listener


def _check_free(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise SocketPathError(f"{path} exists and is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return  # stale: its process is gone
    raise SocketPathError(f"{path}: another process listens there")
