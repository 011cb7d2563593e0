"""Builds the ways to reach routers from their settings, and opens and closes their sockets."""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import HostnameEndpoint

from acs.cwmp.connection_request import CallResult, ConnectionRequester
from acs.cwmp.reaching.bindings import Bindings
from acs.cwmp.reaching.http import HttpWay
from acs.cwmp.reaching.results import Asking
from acs.cwmp.reaching.settings import ReachSettings, secret_in
from acs.cwmp.reaching.stun_server import StunServer
from acs.cwmp.reaching.udp import UdpWay
from acs.cwmp.reaching.xmpp import XmppWay
from acs.cwmp.reaching.xmpp_link import Account, XmppLink
from acs.cwmp.settings import CwmpSettings
from acs.cwmp.targets import TargetRules
from acs.cwmp.telemetry import CwmpMetrics
from acs.facts import BindingSeen, Fact
from acs.listening import address_of
from acs.storage.store import Store

log = structlog.get_logger("cwmp")


class Reach:
    """All ways to reach a router.

    Args:
        reactor: provides IReactorTime, IReactorTCP and IReactorUDP.
        store: knows where routers are.
        cwmp: whether routers are called, where and how often.
        settings: of the ways.
        now: Unix seconds.
        token: random bytes, so many, as hexadecimal digits.
        metrics: counters.

    Raises:
        SecretFileError: a password file cannot be read.
        ValueError: prefixes, ports or certificates cannot be read.

    Attributes:
        stun_port: the STUN server's socket, while it is open.
    """

    def __init__(
        self,
        reactor: Any,
        store: Store,
        cwmp: CwmpSettings,
        settings: ReachSettings,
        *,
        now: Callable[[], float],
        token: Callable[[int], str],
        metrics: CwmpMetrics,
    ) -> None:
        self.stun_port: Any = None
        self._reactor = reactor
        self._store = store
        self._settings = settings
        self._now = now
        self._stun: StunServer | None = None
        self._link: XmppLink | None = None
        rules = TargetRules(cwmp.connection_request_prefixes, cwmp.connection_request_ports)
        ways: list[Asking] = []
        if cwmp.connection_requests:
            ways.append(HttpWay(reactor, rules, token))
            if settings.stun_listen:
                self._stun = self._stun_server(metrics)
                ways.append(UdpWay(reactor, self._stun.send, rules, now=now, token=token))
            if settings.xmpp_jid:
                self._link = self._xmpp_link()
                ways.append(XmppWay(self._link, _domains(settings)))
        self._requester = ConnectionRequester(
            reactor,
            ways,
            store.connection_target,
            self._record,
            interval=cwmp.connection_request_interval,
            patience=settings.answer_within,
            now=now,
            metrics=metrics,
        )

    def wake(self, router_id: str) -> Deferred[CallResult]:
        """Ask a router to open a session; see ``ConnectionRequester.wake``."""
        return self._requester.wake(router_id)

    def committed(self, facts: Sequence[Fact], results: Sequence[object]) -> None:
        """To be told of all facts that became durable."""
        self._requester.committed(facts, results)

    def start(self) -> None:
        """Open the sockets.

        Raises:
            twisted.internet.error.CannotListenError: the STUN server's address is taken.
        """
        if self._stun is not None:
            host, port = address_of(self._settings.stun_listen)
            self.stun_port = self._reactor.listenUDP(port, self._stun, interface=host)
        if self._link is not None:
            self._link.start()

    async def stop(self) -> None:
        """Ask nobody any more, and close the sockets."""
        self._requester.stop()
        if self.stun_port is not None:
            await maybeDeferred(self.stun_port.stopListening)
        if self._link is not None:
            await self._link.stop()

    def _stun_server(self, metrics: CwmpMetrics) -> StunServer:
        settings = self._settings
        shared = None
        if settings.stun_username:
            shared = settings.stun_username, secret_in(settings.stun_password_file)
        seconds = self._reactor.seconds
        bindings = Bindings(
            self._store.connection_target, self._learned, seconds=seconds, shared=shared
        )
        return StunServer(bindings, seconds=seconds, rate=settings.stun_rate, metrics=metrics)

    def _xmpp_link(self) -> XmppLink:
        settings = self._settings
        account = Account(
            settings.xmpp_jid,
            secret_in(settings.xmpp_password_file),
            tls=settings.xmpp_tls == "required",
            ca_file=settings.xmpp_ca_file,
        )
        endpoint = HostnameEndpoint(self._reactor, *settings.xmpp_endpoint)
        return XmppLink(self._reactor, endpoint, account)

    def _learned(self, router_id: str, address: str) -> None:
        self._record(BindingSeen(router_id=router_id, at=self._now(), address=address))

    def _record(self, fact: Fact) -> None:
        self._store.commit((fact,)).addErrback(
            lambda failure: log.warning(
                "cwmp.reach_not_recorded", router=fact.router_id, error=str(failure.value)
            )
        )


def _domains(settings: ReachSettings) -> frozenset[str]:
    own = settings.xmpp_jid.partition("/")[0].partition("@")[2]
    return frozenset({own.lower(), *(domain.lower() for domain in settings.xmpp_domains)})
