"""The STUN server of TR-069's Annex G: one UDP socket, which connection requests leave by as well.

A NAT lets in what comes from where its router has sent to, so requests must come from here. An
answer goes to where its request came from and is at most twice as long, so that a forged source
gains nothing. Who a request is from is ``bindings``'s to say.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from twisted.internet.protocol import DatagramProtocol
from twisted.python.failure import Failure

from acs.cwmp.reaching import stun
from acs.cwmp.reaching.bindings import Bindings, Proof
from acs.cwmp.reaching.stun import Attribute, Message
from acs.cwmp.telemetry import CwmpMetrics

log = structlog.get_logger("cwmp")

_GAIN = 2  # an answer's length is at most this times its request's
_NAMED = 4  # attributes that are not understood, in an answer of 40 bytes at most
_ADDRESSES = 10_000  # sources that are counted at once
_SOURCE_ADDRESS, _CHANGED_ADDRESS = 4, 5  # RFC 3489, 11.2.3 and 11.2.5; clients of it want them
Source = tuple[str, int]


class StunServer(DatagramProtocol):
    """Answers binding requests and learns from those that are proven.

    Args:
        bindings: who requests are from.
        seconds: a clock that never goes back.
        rate: requests answered per source address and second.
        metrics: requests by outcome.
    """

    noisy = False

    def __init__(
        self,
        bindings: Bindings,
        *,
        seconds: Callable[[], float],
        rate: int,
        metrics: CwmpMetrics,
    ) -> None:
        self._bindings = bindings
        self._rate = _Rate(rate, seconds)
        self._metrics = metrics

    def send(self, datagram: bytes, to: Source) -> None:
        """Send a datagram from this socket.

        Raises:
            OSError: it cannot be sent.
        """
        if self.transport is None:
            raise OSError("the STUN socket is closed")
        transport: Any = self.transport
        transport.write(datagram, to)

    def datagramReceived(self, datagram: bytes, addr: Source) -> None:  # noqa: N802 - Twisted's name
        """Take a datagram."""
        if not self._rate.admits(addr[0]):
            self._metrics.stun("limited")
            return
        try:
            message = stun.decode(datagram)
        except stun.StunError:
            self._metrics.stun("malformed")
            return
        if message.kind != stun.BINDING_REQUEST:
            self._metrics.stun("ignored")
            return
        unknown = message.not_understood
        if unknown:
            problem = stun.error_code(420, "")
            self._refuse(message, addr, problem, stun.unknown_attributes(unknown[:_NAMED]))
            self._metrics.stun("unknown_attribute")
            return
        self._sort(datagram, message, addr)

    def connectionRefused(self) -> None:  # noqa: N802 - Twisted's name
        """A router's port was closed; nothing is to be done."""

    # --- what is asked --------------------------------------------------------------------------

    def _sort(self, datagram: bytes, message: Message, source: Source) -> None:
        is_binding = message.get(stun.CONNECTION_REQUEST_BINDING) is not None
        username = stun.username_of(message)
        if not is_binding or not username:
            self._answer(datagram, message, source, None)
            self._metrics.stun("answered")
        elif message.integrity_at is None:
            # Integrity is asked for when there is something to learn (Annex G.2.1.3).
            is_change = message.get(stun.BINDING_CHANGE) is not None
            if not is_change and self._bindings.is_current(username, _text(source)):
                self._answer(datagram, message, source, None)
                self._metrics.stun("answered")
            else:
                self._refuse(message, source, stun.error_code(401, "Unauthorized"))
                self._metrics.stun("challenged")
        else:
            proof = self._bindings.check(datagram, message)
            proof.addCallback(self._checked, datagram, message, source)
            proof.addErrback(self._failed)

    def _checked(self, proof: Proof, datagram: bytes, message: Message, source: Source) -> None:
        if proof.standing == "proven":
            if proof.router_id:
                self._bindings.seen(proof.router_id, _text(source))
            self._answer(datagram, message, source, proof)
            self._metrics.stun("bound")
        elif proof.standing == "busy":  # it will ask again
            self._metrics.stun("busy")
        else:  # which of the two is wrong is nobody's business
            self._refuse(message, source, stun.error_code(431, "Integrity"))
            self._metrics.stun("refused")

    def _failed(self, failure: Failure) -> None:
        self._metrics.stun("failed")
        log.warning("cwmp.stun_failed", error=str(failure.value))

    # --- what is answered -----------------------------------------------------------------------

    def _answer(
        self, datagram: bytes, message: Message, source: Source, proof: Proof | None
    ) -> None:
        mapped = stun.mapped_address(*source)
        mixed = stun.xor_mapped_address(*source, message.transaction)
        if message.is_modern:
            wanted = [mixed, mapped]
        else:
            transport: Any = self.transport
            own = transport.getHost()
            here = stun.mapped_address(own.host, own.port).value
            wanted = [
                mapped,
                Attribute(_SOURCE_ADDRESS, here),
                Attribute(_CHANGED_ADDRESS, here),
                mixed,
            ]
        key, padded = (None, False) if proof is None else (proof.key, proof.padded)

        def answer(attributes: Sequence[Attribute]) -> bytes:
            kind, transaction = stun.BINDING_RESPONSE, message.transaction
            return stun.encode(kind, transaction, attributes, key=key, padded=padded)

        for count in range(len(wanted), 0, -1):  # as many of them as it may hold
            response = answer(wanted[:count])
            if len(response) <= _GAIN * len(datagram):
                break
        self._say(response, source)

    def _refuse(self, message: Message, source: Source, *attributes: Attribute) -> None:
        self._say(stun.encode(stun.BINDING_ERROR, message.transaction, attributes), source)

    def _say(self, answer: bytes, source: Source) -> None:
        try:
            self.send(answer, source)
        except OSError as error:
            log.debug("cwmp.stun_not_sent", error=str(error))


def _text(source: Source) -> str:
    host = source[0].partition("%")[0]
    return f"[{host}]:{source[1]}" if ":" in host else f"{host}:{source[1]}"


class _Rate:
    """Counts requests by source address, in windows of a second; forgets the oldest first."""

    def __init__(self, rate: int, seconds: Callable[[], float]) -> None:
        self._rate = rate
        self._seconds = seconds
        self._counts: OrderedDict[str, list[float]] = OrderedDict()

    def admits(self, address: str) -> bool:
        now = self._seconds()
        count = self._counts.get(address)
        if count is None or now - count[0] >= 1.0:
            self._counts[address] = [now, 1.0]
            self._counts.move_to_end(address)
            if len(self._counts) > _ADDRESSES:
                self._counts.popitem(last=False)
            return True
        count[1] += 1.0
        return count[1] <= self._rate
