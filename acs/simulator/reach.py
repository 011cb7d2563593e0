"""A simulated router behind a NAT: keeps a binding open by STUN and hears requests by it.

TR-069 Amendment 6, Annex G, written apart from the server's STUN: RFC 3489, as old routers have it.
"""

import hashlib
import hmac
import os
import re
import struct
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from twisted.internet.protocol import DatagramProtocol

from acs.simulator.client import RouterClient
from acs.simulator.product import Leaves, Model, put, settings
from acs.simulator.tree import Leaf

_SAID = ("UDPConnectionRequestAddress", "NATDetected", "ConnReqJabberID")
_REQUEST, _RESPONSE, _ERROR = 0x0001, 0x0101, 0x0111
_MAPPED, _USERNAME, _INTEGRITY, _ERROR_CODE = 0x0001, 0x0006, 0x0008, 0x0009
_BINDING, _CHANGE = 0xC001, 0xC002
_TOKEN = b"dslforum.org/TR-111 "
_UNAUTHORIZED = 401
_LINE = re.compile(rb"GET http://[^ ?]*\?([^ ]+) HTTP/1\.1(?:\r\n|$)")


def reachable(model: Model) -> Model:
    """The product with the parameters of Annex G and K, told in each Inform."""

    def leaves(inner: Model, serial: str, body: Any) -> Leaves:
        found = model.leaves(inner, serial, body)
        server = f"{model.root}ManagementServer."
        settings(found, server, "boolean", STUNEnable="0")
        settings(found, server, "string", STUNServerAddress="", STUNUsername="")
        settings(found, server, "unsignedInt", STUNServerPort="3478")
        found[f"{server}STUNPassword"] = Leaf("string", "", writable=True, secret=True)
        put(found, server, "string", UDPConnectionRequestAddress="", ConnReqJabberID="")
        put(found, server, "boolean", NATDetected="0")
        return found

    names = (f"{model.root}ManagementServer.{name}" for name in _SAID)
    return model._replace(leaves=leaves, informs=(*model.informs, *names))


class Refusal(NamedTuple):
    """A UDP connection request that was not followed."""

    why: str


class UdpPort(DatagramProtocol):
    """The router's UDP port: binding requests go out by it, connection requests come in.

    Args:
        reactor: provides IReactorTime and IReactorUDP.
        client: the router.
        server: address and port of the STUN server.
        keep_alive: seconds between binding requests.
        notify: whether a new address is told in an Inform ("4 VALUE CHANGE"), too.
        random: so many random bytes.

    Attributes:
        address: public address and port of the binding, "" before it is known.
        followed: connection requests that were followed.
        refusals: those that were not, but for copies.
        errors: error codes of the STUN server.
    """

    noisy = False

    def __init__(
        self,
        reactor: Any,
        client: RouterClient,
        server: tuple[str, int],
        *,
        keep_alive: float = 20.0,
        notify: bool = True,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._reactor = reactor
        self._client = client
        self._server = server
        self._keep_alive = keep_alive
        self._notify = notify
        self._random = random
        self._transaction = b""
        self._timer: Any = None
        self._last_at = 0
        self._last_id = ""
        self.address = ""
        self.followed = 0
        self.refusals: list[Refusal] = []
        self.errors: list[int] = []
        self._port = reactor.listenUDP(0, self, interface="127.0.0.1")

    def startProtocol(self) -> None:  # noqa: N802, D102 - Twisted's name
        self._keep()

    def stop(self) -> Any:
        """Close the port; returns a Deferred."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        return self._port.stopListening()

    def _keep(self) -> None:
        self._bind(prove=False)
        self._timer = self._reactor.callLater(self._keep_alive, self._keep)

    def _written(self, name: str) -> str:
        cpe = self._client.cpe
        return cpe.tree.written(f"{cpe.model.root}ManagementServer.{name}")

    # --- STUN -------------------------------------------------------------------------------

    def _bind(self, *, prove: bool, change: bool = False) -> None:
        """Send a binding request (Annex G.2.1.3)."""
        self._transaction = self._random(16)
        body = _attribute(_BINDING, _TOKEN)
        if change:
            body += _attribute(_CHANGE, b"")
        username = self._written("STUNUsername").encode()
        if username:
            body += _attribute(_USERNAME, username + b" " * (-len(username) % 4))
        length = len(body) + (24 if prove else 0)
        message = struct.pack("!HH", _REQUEST, length) + self._transaction + body
        if prove:
            text = message + bytes(-len(message) % 64)
            key = self._written("STUNPassword").encode()
            message += _attribute(_INTEGRITY, hmac.digest(key, text, hashlib.sha1))
        transport: Any = self.transport
        transport.write(message, self._server)

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:  # noqa: N802 - Twisted's name
        """An answer of the STUN server, or a connection request from the same address."""
        if addr != self._server:
            self.refusals.append(Refusal("source"))
        elif datagram[:1] in (b"\0", b"\1"):
            self._stun(datagram)
        else:
            self._asked(datagram)

    def _stun(self, datagram: bytes) -> None:
        kind, _ = struct.unpack_from("!HH", datagram)
        if datagram[4:20] != self._transaction:
            return
        found = _attributes(datagram[20:])
        if kind == _RESPONSE and _MAPPED in found:
            port = struct.unpack_from("!H", found[_MAPPED], 2)[0]
            self._bound(".".join(map(str, found[_MAPPED][4:8])) + f":{port}")
        elif kind == _ERROR:
            code = found[_ERROR_CODE][2] * 100 + found[_ERROR_CODE][3]
            self.errors.append(code)
            if code == _UNAUTHORIZED:
                self._bind(prove=True, change=True)

    def _bound(self, address: str) -> None:
        if address == self.address:
            return
        self.address = address
        if not self._notify:
            return
        cpe = self._client.cpe
        server = f"{cpe.model.root}ManagementServer."
        cpe.tree.put(f"{server}UDPConnectionRequestAddress", address)
        cpe.tree.put(f"{server}NATDetected", "1")
        cpe.values_changed()
        self._client.look()

    # --- connection requests ----------------------------------------------------------------

    def _asked(self, datagram: bytes) -> None:
        """Follow a request that is authentic and new (Annex G.2.1.4); a copy is dropped."""
        line = _LINE.match(datagram)
        given = parse_qs(line[1].decode()) if line is not None else {}
        try:
            at, number, name, cnonce, signature = (
                given[key][0] for key in ("ts", "id", "un", "cn", "sig")
            )
        except KeyError:
            self.refusals.append(Refusal("form"))
            return
        if number == self._last_id:
            return
        key = self._written("ConnectionRequestPassword")
        text = f"{at}{number}{name}{cnonce}"
        right = hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
        if not key or name != self._written("ConnectionRequestUsername"):
            self.refusals.append(Refusal("username"))
        elif not hmac.compare_digest(right, signature.lower()):
            self.refusals.append(Refusal("signature"))
        elif int(at) <= self._last_at:
            self.refusals.append(Refusal("time"))
        else:
            self._last_at, self._last_id = int(at), number
            self.followed += 1
            self._client.cpe.connection_requested()
            self._client.look()


def _attribute(type_: int, value: bytes) -> bytes:
    return struct.pack("!HH", type_, len(value)) + value


def _attributes(body: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(body) >= 4:  # noqa: PLR2004 - the head of an attribute
        type_, length = struct.unpack_from("!HH", body)
        found.setdefault(type_, body[4 : 4 + length])
        body = body[4 + length + -length % 4 :]
    return found
