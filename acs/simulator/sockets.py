"""The two Twisted protocols of a simulated router: its conversation, and its open port.

They cut bytes into HTTP messages; who they belong to decides what is said.
"""

from typing import Any
from typing import Protocol as Interface

import httptools
from twisted.internet.protocol import ClientFactory, Factory, Protocol
from twisted.python.failure import Failure

RESPONSE_TIMEOUT = 30.0  # s without a complete response


class Client(Interface):
    """Whose conversation it is."""

    def connected(self, conversation: "Conversation") -> None: ...  # noqa: D102 - a name is enough
    def responded(  # noqa: D102
        self, status: int, headers: list[tuple[str, str]], payload: bytes
    ) -> None: ...
    def broken(self, conversation: "Conversation | None") -> None: ...  # noqa: D102


class Called(Interface):
    """Whose port it is."""

    def called(self, method: str, uri: str, authorization: str) -> bytes | None: ...  # noqa: D102


class Conversation(Protocol):
    """One connection to the server; parses responses."""

    transport: Any

    def __init__(self, client: Client, reactor: Any) -> None:
        self._client, self._reactor = client, reactor
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[str, str]] = []
        self._payload = b""
        self._timer: Any = None
        self._closing = False

    def connectionMade(self) -> None:  # noqa: N802, D102 - Twisted's name
        self._client.connected(self)

    def say(self, request: bytes) -> None:
        """Send a request and await its response."""
        self._parser = httptools.HttpResponseParser(self)
        self._headers, self._payload = [], b""
        self._timer = self._reactor.callLater(RESPONSE_TIMEOUT, self.abort)
        self.transport.write(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802, D102 - Twisted's name
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header (httptools' callback)."""
        self._headers.append((name.decode().lower(), value.decode()))

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body (httptools' callback)."""
        self._payload += body

    def on_message_complete(self) -> None:
        """Hand the response over (httptools' callback)."""
        self._quiet()
        status = self._parser.get_status_code()
        if status >= 200:  # noqa: PLR2004 - 1xx is not the answer
            # not from inside the parser: the next turn replaces it
            self._reactor.callLater(0, self._handed, status, self._headers, self._payload)

    def _handed(self, status: int, headers: list[tuple[str, str]], payload: bytes) -> None:
        if not self._closing:
            self._client.responded(status, headers, payload)

    def _quiet(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def close(self) -> None:
        """Close after what is written is sent."""
        self._closing = True
        if self.transport is not None:
            self.transport.loseConnection()

    def abort(self) -> None:
        """Close at once."""
        if self.transport is not None:
            self.transport.abortConnection()

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: N802, D102, ARG002 - Twisted's name
        self._quiet()
        self._closing = True
        self._client.broken(self)


class ConversationFactory(ClientFactory):
    """Makes the one conversation of a connection."""

    noisy = False

    def __init__(self, client: Client, reactor: Any) -> None:
        self._client, self._reactor = client, reactor

    def buildProtocol(self, _addr: object) -> Conversation:  # noqa: N802, D102 - Twisted's name
        return Conversation(self._client, self._reactor)

    def clientConnectionFailed(self, _connector: object, _reason: object) -> None:  # noqa: N802, D102 - Twisted's name
        self._client.broken(None)


class ConnectionRequest(Protocol):
    """A caller on the connection-request port."""

    transport: Any

    def __init__(self, client: Called) -> None:
        self._client = client
        self._parser = httptools.HttpRequestParser(self)
        self._uri = self._authorization = ""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802, D102 - Twisted's name
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abortConnection()

    def on_url(self, url: bytes) -> None:
        """Keep the target (httptools' callback)."""
        self._uri = url.decode()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the credentials (httptools' callback)."""
        if name.lower() == b"authorization":
            self._authorization = value.decode()

    def on_message_complete(self) -> None:
        """Answer (httptools' callback)."""
        method = self._parser.get_method().decode()
        answer = self._client.called(method, self._uri, self._authorization)
        self._authorization = ""
        if answer is None:
            self.transport.abortConnection()
            return
        self.transport.write(answer)
        if b"Connection: close" in answer:
            self.transport.loseConnection()


class RequestFactory(Factory):
    """Makes a protocol per caller."""

    noisy = False

    def __init__(self, client: Called) -> None:
        self._client = client

    def buildProtocol(self, _addr: object) -> ConnectionRequest:  # noqa: N802, D102 - Twisted's name
        return ConnectionRequest(self._client)
