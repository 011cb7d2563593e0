"""One client connection to an XMPP server, made again whenever it breaks (RFC 6120).

What is said over it is ``xmpp``'s. No password is ever logged: errors are named by their type.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from twisted.internet import protocol, ssl
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.words.protocols.jabber import client, error, sasl, xmlstream
from twisted.words.protocols.jabber.jid import JID
from twisted.words.xish.domish import Element

log = structlog.get_logger("cwmp")

_LOGIN = 30.0  # seconds for TLS, authentication and binding
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 300.0  # seconds between attempts to connect
_DOUBLINGS = 16
_PARTING = 2.0  # seconds for the server to close, too
_ALIVE = 60.0  # seconds between blanks that keep NATs open and find dead connections
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_STANZA = 262_144  # bytes of one stanza at most


class Account(msgspec.Struct, frozen=True):
    """Whose connection it is, and how it is protected. Its repr is redacted.

    Attributes:
        ca_file: certificates to trust (PEM); empty: those of the system.
        tls: without it the password goes over the wire as it is.
    """

    jid: str
    password: str
    tls: bool = True
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"Account({self.jid!r}, redacted)"


class XmppLink:
    """Stays connected to the server.

    Args:
        reactor: provides IReactorTime.
        endpoint: where the server is.
        account: who we are there.
        heard: told of each request (iq of type get or set) that a peer sends; answers by ``send``.
        uniform: a random number between two bounds.

    Raises:
        ValueError: the certificates cannot be read.
    """

    def __init__(
        self,
        reactor: Any,
        endpoint: Any,
        account: Account,
        heard: "Callable[[XmppLink, Element], None] | None" = None,
        *,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._reactor = reactor
        self._endpoint = endpoint
        self._heard = heard or _not_served
        self._uniform = uniform
        self._factory = _Factory(account, _trust(account) if account.tls else None, reactor)
        self._running = False
        self._failures = 0  # since the last login
        self._connecting: Deferred[_Stream] | None = None
        self._retry: Any = None
        self._stream: _Stream | None = None  # that is open
        self._is_ready = False  # it is authenticated and bound
        self._timers: list[Any] = []  # of the stream
        self._closed: Deferred[None] | None = None

    @property
    def jid(self) -> str | None:
        """Our full JID while connected."""
        if self._stream is None or not self._is_ready:
            return None
        jid: str = self._stream.authenticator.jid.full()
        return jid

    def start(self) -> None:
        """Connect, and stay so."""
        self._running = True
        self._connect()

    def stop(self) -> Deferred[None]:
        """Disconnect for good."""
        self._running = False
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._connecting is not None:
            self._connecting.cancel()
        if self._stream is None:
            return succeed(None)
        self._closed = Deferred()
        if self._is_ready:
            self._stream.sendFooter()
        self._stream.close()
        self._closed.addTimeout(_PARTING, self._reactor, onTimeoutCancel=self._cut)
        return self._closed

    def send(self, stanza: Element) -> None:
        """Send a stanza; dropped while not connected."""
        if self._stream is not None and self._is_ready:
            self._stream.send(stanza)

    def request(self, to: str, payload: Element, seconds: float) -> Deferred[Element]:
        """Send an iq of type get and wait for its result.

        The Deferred fails with Twisted's ``StanzaError`` for an error, ``TimeoutError`` of
        ``xmlstream`` after so many seconds, ``ConnectionLost`` when there is no connection.
        """
        if self._stream is None or not self._is_ready:
            return fail(ConnectionLost("not connected to the XMPP server"))
        iq: Any = xmlstream.IQ(self._stream, "get")
        iq.timeout = seconds
        iq.addChild(payload)
        answered: Deferred[Element] = iq.send(to)
        return answered

    # --- a connection ---------------------------------------------------------------------------

    def _connect(self) -> None:
        self._retry = None
        self._connecting = self._endpoint.connect(self._factory)
        self._connecting.addCallbacks(self._opened, self._not_opened)

    def _not_opened(self, failure: Failure) -> None:
        self._connecting = None
        if self._running:
            self._again(failure)

    def _opened(self, stream: "_Stream") -> None:
        self._connecting, self._stream = None, stream
        stream.addObserver(xmlstream.STREAM_AUTHD_EVENT, self._logged_in)
        stream.addObserver(xmlstream.INIT_FAILED_EVENT, self._not_logged_in)
        stream.addObserver(xmlstream.STREAM_ERROR_EVENT, self._not_logged_in)
        stream.addObserver(xmlstream.STREAM_END_EVENT, self._ended)
        stream.addObserver('/iq[@type="get"]', lambda iq: self._heard(self, iq))
        stream.addObserver('/iq[@type="set"]', lambda iq: self._heard(self, iq))
        self._timers = [self._reactor.callLater(_LOGIN, stream.abort)]

    def _logged_in(self, _: object) -> None:
        self._is_ready = True
        self._failures = 0
        self._quiet()
        self._beat()
        log.info("cwmp.xmpp_connected", jid=self.jid)

    def _not_logged_in(self, failure: Failure) -> None:
        stream = self._stream
        if stream is not None:
            stream.why = failure
            stream.abort()

    def _ended(self, reason: Failure) -> None:
        stream, self._stream = self._stream, None
        self._is_ready = False
        self._quiet()
        if self._closed is not None:
            self._closed.callback(None)
        elif self._running:
            self._again(reason if stream is None or stream.why is None else stream.why)

    def _again(self, failure: Failure) -> None:
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0**self._failures)
        wait = self._uniform(longest / 2, longest)
        self._failures = min(self._failures + 1, _DOUBLINGS)
        self._retry = self._reactor.callLater(wait, self._connect)
        error = type(failure.value).__name__
        log.warning("cwmp.xmpp_not_connected", error=error, again_in=round(wait, 1))

    def _beat(self) -> None:
        assert self._stream is not None
        self._stream.send(" ")
        self._timers = [self._reactor.callLater(_ALIVE, self._beat)]

    def _quiet(self) -> None:
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        self._timers = []

    def _cut(self, _result: object, _seconds: float) -> None:
        if self._stream is not None:
            self._stream.abort()


class _Factory(protocol.Factory["_Stream"]):
    """Makes a stream for each connection: what is negotiated on one is kept in it."""

    noisy = False

    def __init__(self, account: Account, tls: Any, reactor: Any) -> None:
        self._account, self._tls, self._reactor = account, tls, reactor

    def buildProtocol(self, addr: object) -> "_Stream":  # noqa: ARG002, N802 - Twisted's
        """A stream that logs in."""
        jid = JID(self._account.jid)
        return _Stream(_Authenticator(jid, self._account.password, self._tls), self._reactor)


class _Authenticator(client.XMPPAuthenticator):
    """Encrypts, unless told not to, then authenticates and binds."""

    def __init__(self, jid: JID, password: str, tls: Any) -> None:
        super().__init__(jid, password, configurationForTLS=tls)
        self._wants_tls = tls is not None

    def associateWithStream(self, xs: Any) -> None:  # noqa: N802 - Twisted's name
        """Say what is to be done on the stream."""
        super().associateWithStream(xs)
        if not self._wants_tls:
            xs.initializers = [
                client.CheckVersionInitializer(xs),
                sasl.SASLInitiatingInitializer(xs, required=True),
                client.BindInitializer(xs, required=True),
            ]


class _Stream(xmlstream.XmlStream):
    """A stream on our own reactor, whose peer may not send without end."""

    transport: Any

    def __init__(self, authenticator: Any, reactor: Any) -> None:
        self._reactor = reactor
        self._unread = 0
        self.why: Failure | None = None  # it ends
        super().__init__(authenticator)
        xmlstream.upgradeWithIQResponseTracker(self)

    def _callLater(self, seconds: float, call: Any, *args: Any) -> Any:  # noqa: N802 - Twisted's name
        return self._reactor.callLater(seconds, call, *args)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take a piece of the stream."""
        self._unread += len(data)
        if self._unread > _STANZA:
            self.abort()
            return
        super().dataReceived(data)

    def onElement(self, element: Element) -> None:  # noqa: N802 - Twisted's name
        """Take a stanza."""
        self._unread = 0
        super().onElement(element)

    def close(self) -> None:
        """Close the connection once all is sent."""
        self.transport.loseConnection()

    def abort(self) -> None:
        """Cut the connection."""
        if self.transport is not None:
            self.transport.abortConnection()


def _not_served(link: XmppLink, iq: Element) -> None:
    link.send(error.StanzaError("service-unavailable").toResponse(iq))


def _trust(account: Account) -> Any:
    host = JID(account.jid).host
    if not account.ca_file:
        return ssl.optionsForClientTLS(host)
    try:
        text = Path(account.ca_file).read_bytes()
        parts = text.split(_CERTIFICATE)[1:]
        certificates = [ssl.Certificate.loadPEM(_CERTIFICATE + part) for part in parts]
    except OSError as problem:
        raise ValueError(f"{account.ca_file}: {problem.strerror or problem}") from None
    except Exception as problem:  # OpenSSL's own
        raise ValueError(f"{account.ca_file}: a certificate cannot be read") from problem
    if not certificates:
        raise ValueError(f"{account.ca_file}: no certificates in PEM")
    return ssl.optionsForClientTLS(host, trustRoot=ssl.trustRootFromCertificates(certificates))
