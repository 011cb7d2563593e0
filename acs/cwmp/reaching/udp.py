"""The second way: datagrams through the router's NAT, from the STUN server's own socket.

TR-069 Amendment 6, Annex G.2.2. Where they may go is ``targets``'s to say.
"""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, succeed

from acs.cwmp.reaching.results import CallResult
from acs.cwmp.reaching.udp_request import udp_request
from acs.cwmp.targets import Target, TargetRefusedError, TargetRules
from acs.facts import Way
from acs.storage.rows import ConnectionTarget

_COPIES = 3
_APART = 0.25  # seconds: a short loss does not take them all


class UdpWay:
    """Asks by UDP.

    Args:
        clock: provides IReactorTime.
        send: sends a datagram from the STUN server's socket; raises OSError.
        rules: where one may go.
        now: Unix seconds; routers take no request older than the last one.
        token: random bytes, so many, as hexadecimal digits.
    """

    way: Way = "udp"

    def __init__(
        self,
        clock: Any,
        send: Callable[[bytes, tuple[str, int]], None],
        rules: TargetRules,
        *,
        now: Callable[[], float],
        token: Callable[[int], str],
    ) -> None:
        self._clock = clock
        self._send = send
        self._rules = rules
        self._now = now
        self._token = token

    def can_reach(self, known: ConnectionTarget) -> bool:
        """Whether there is an address; a refusal of the credentials is for HTTP to find out."""
        return bool(known.stun_address or known.udp_address)

    def ask(self, known: ConnectionTarget) -> Deferred[CallResult]:
        """Send the copies; to both addresses if what it says is not what it was seen from."""
        targets, refusal = self._targets(known)
        if not targets:
            return succeed(CallResult("refused_target", refusal))
        message_id, cnonce = int(self._token(4), 16), self._token(8)
        datagrams = [
            (
                udp_request(
                    target.authority,
                    known.username,
                    known.password,
                    at=int(self._now()),
                    message_id=message_id,
                    cnonce=cnonce,
                ),
                (str(target.address), target.port),
            )
            for target in targets
        ]
        try:
            self._send_all(datagrams)
        except OSError as error:
            return succeed(CallResult("unreachable", str(error)[:100]))
        for copy in range(1, _COPIES):
            self._clock.callLater(copy * _APART, self._send_again, datagrams)
        return succeed(CallResult("sent"))

    def _targets(self, known: ConnectionTarget) -> tuple[list[Target], str]:
        found: dict[tuple[str, int], Target] = {}
        refusal = ""
        for address, check in (
            (known.stun_address, self._rules.check_source),
            (known.udp_address, lambda text: self._rules.check_authority(text, known.address)),
        ):
            if not address:
                continue
            try:
                target = check(address)
            except TargetRefusedError as refused:
                refusal = f"{refused.reason}: {refused}"
            else:
                found.setdefault((str(target.address), target.port), target)
        return list(found.values()), refusal

    def _send_all(self, datagrams: list[tuple[bytes, tuple[str, int]]]) -> None:
        for datagram, to in datagrams:
            self._send(datagram, to)

    def _send_again(self, datagrams: list[tuple[bytes, tuple[str, int]]]) -> None:
        try:
            self._send_all(datagrams)
        except OSError:  # the first copies went out; the router did not inform, if it did not
            return
