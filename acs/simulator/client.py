"""Simulated routers on real sockets: drives each ``Cpe`` and answers its connection requests.

Only towards the loopback unless told otherwise. What is said is the business of ``cpe``.
"""

import ipaddress
import secrets
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from acs.simulator.auth import Answerer, Asker, Credentials
from acs.simulator.cpe import Cpe
from acs.simulator.errands import Done
from acs.simulator.runner import Runner
from acs.simulator.sockets import Conversation, ConversationFactory, RequestFactory

_UNAUTHORIZED = 401
_PRIVATE = "192.168.1.1"  # what a router behind a NAT takes for its address


class NotLoopbackError(Exception):
    """Simulated routers speak to the loopback only, unless remote targets are allowed."""


class Target(NamedTuple):
    """Where the server listens.

    Raises:
        NotLoopbackError: by ``check``.
    """

    host: str
    port: int
    path: str = "/"
    allow_remote: bool = False

    def admits(self, host: str) -> bool:
        """Whether a simulated router may speak to this host."""
        if self.allow_remote or host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def authority(self) -> str:
        """Host and port as a URL and the header Host have them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def check(self) -> None:
        """Refuse any host but a loopback address.

        Raises:
            NotLoopbackError: the host is a name or another address, and remote is not allowed.
        """
        if not self.admits(self.host):
            raise NotLoopbackError(
                f"{self.host}: simulated routers speak to loopback addresses only"
            )


class RouterClient:
    """One simulated router on the network."""

    def __init__(
        self,
        reactor: Any,  # IReactorTime and IReactorTCP
        cpe: Cpe,
        target: Target,
        *,
        credentials: Credentials | None = None,
        listen_port: int = 0,
        clock: Callable[[], float] = time.time,
        behind_nat: bool = False,
    ) -> None:
        target.check()
        self.cpe = cpe
        self._reactor = reactor
        self._target = target
        self._first = credentials
        self._credentials = credentials
        self._answerer = Answerer(credentials) if credentials is not None else None
        self._clock = clock
        self._cookies: dict[str, str] = {}
        self._timer: Any = None
        self._connection: Conversation | None = None
        self._body = b""
        self._running = True
        self._behind_nat = behind_nat
        self.asker = Asker()
        self._runner = Runner(reactor, target.admits, clock)
        self._path = f"/{secrets.token_hex(4)}"
        self._listener = self._reactor.listenTCP(
            listen_port, RequestFactory(self), interface="127.0.0.1"
        )
        self._plan()

    def _tell_url(self) -> None:
        root, port = self.cpe.model.root, self._listener.getHost().port
        host = _PRIVATE if self._behind_nat else "127.0.0.1"
        url = f"http://{host}:{port}{self._path}"
        self.cpe.tree.put(f"{root}ManagementServer.ConnectionRequestURL", url)

    def _take_credentials(self) -> None:
        """What the server has set counts from the next session on (TR-069 Amendment 6, 3.4.4)."""
        server = f"{self.cpe.model.root}ManagementServer."
        old = self._first or Credentials("", "")
        pair = Credentials(
            self.cpe.tree.written(f"{server}Username") or old.username,
            self.cpe.tree.written(f"{server}Password") or old.password,
        )
        if pair != (self._credentials or ("", "")):
            self._credentials = pair
            self._answerer = Answerer(pair) if pair.username else None

    def stop(self) -> Any:
        """Close all; returns the Deferred of the listener."""
        self._running = False
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._connection is not None:
            self._connection.abort()
        return self._listener.stopListening()

    # --- the driver ------------------------------------------------------------------------

    def _plan(self) -> None:
        if not self._running:
            return
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        now = self._clock()
        for errand in self.cpe.errands(now):
            self._runner.run(errand, self._ran)
        wait = max(0.0, self.cpe.due_at(now) - now)
        self._timer = self._reactor.callLater(wait, self._tick)

    def _ran(self, number: int, done: Done) -> None:
        self.cpe.ran(number, done)
        self.look()

    def _tick(self) -> None:
        now = self._clock()
        if self.cpe.tick(now):
            self._cookies.clear()
            # at each session: a factory reset forgets it
            self._tell_url()
            self._take_credentials()
            self._body = self.cpe.begin(now)
            self._connect()
        else:
            self._plan()

    def _connect(self) -> None:
        self._reactor.connectTCP(
            self._target.host, self._target.port, ConversationFactory(self, self._reactor), 10
        )

    def request(self) -> bytes:
        """The HTTP request of the current turn."""
        target = self._target
        lines = [
            f"POST {target.path} HTTP/1.1",
            f"Host: {target.authority}",
            f"User-Agent: {self.cpe.model.manufacturer}/{self.cpe.model.firmware}",
            f"Content-Length: {len(self._body)}",
        ]
        if self._body:
            lines += ['Content-Type: text/xml; charset="utf-8"', 'SOAPAction: ""']
        if self._cookies:
            lines.append(
                "Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            )
        header = self._answerer and self._answerer.header("POST", target.path)
        if header:
            lines.append(f"Authorization: {header}")
        return "\r\n".join([*lines, "", ""]).encode() + self._body

    def connected(self, conversation: Conversation) -> None:
        """A connection stands: say what is to be said."""
        self._connection = conversation
        conversation.say(self.request())

    def responded(self, status: int, headers: list[tuple[str, str]], payload: bytes) -> None:
        """A response came: go on, or end."""
        conversation = self._connection
        assert conversation is not None
        for name, value in headers:
            if name == "set-cookie":
                key, _, rest = value.split(";", 1)[0].partition("=")
                self._cookies[key.strip()] = rest.strip()
        if status == _UNAUTHORIZED and self._answerer is not None:
            challenges = [value for name, value in headers if name == "www-authenticate"]
            if self._answerer.challenged(challenges):
                self._next(conversation, headers)
                return
        body = self.cpe.reply(status, payload, self._clock())
        if body is None:
            self._connection = None
            conversation.close()
            self._plan()
            return
        self._body = body
        self._next(conversation, headers)

    def _next(self, conversation: Conversation, headers: list[tuple[str, str]]) -> None:
        if self.cpe.model.one_request_per_connection or ("connection", "close") in headers:
            self._connection = None
            conversation.close()
            self._connect()
        else:
            conversation.say(self.request())

    def broken(self, conversation: Conversation | None) -> None:
        """A connection failed or broke; stale ones do not matter."""
        if conversation is self._connection:
            self._connection = None
            self.cpe.lost(self._clock())
            self._plan()

    def look(self) -> None:
        """Something happened to the router: a session may be due."""
        self._reactor.callLater(0, self._plan)

    # --- connection requests ---------------------------------------------------------------

    def called(self, method: str, uri: str, authorization: str) -> bytes | None:
        """Answer a connection request (TR-069 Amendment 6, 3.2.2); None: say nothing at all."""
        if not self.cpe.is_up(self._clock()):
            return None
        server = f"{self.cpe.model.root}ManagementServer."
        wanted = Credentials(
            self.cpe.tree.written(f"{server}ConnectionRequestUsername"),
            self.cpe.tree.written(f"{server}ConnectionRequestPassword"),
        )
        if method != "GET" or uri != self._path:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        if not self.asker.admits(authorization, method, uri, wanted):
            challenge = self.asker.challenge().encode()
            return (
                b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "
                + challenge
                + b"\r\nContent-Length: 0\r\n\r\n"
            )
        self.cpe.connection_requested()
        self.look()
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
