"""The CWMP server: what the daemon starts, stops and tells about changes.

Each request's way is in ``exchange``, sessions are in ``registry``; no rule lives here.
"""

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from acs.commands import Command
from acs.cwmp import discovery
from acs.cwmp.certified import Certified
from acs.cwmp.claims import Claims
from acs.cwmp.codec import Limits
from acs.cwmp.comebacks import Comebacks
from acs.cwmp.credentials import CredentialCache
from acs.cwmp.exchange import Exchange
from acs.cwmp.gate import Gate
from acs.cwmp.http import Listener
from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpRequest
from acs.cwmp.identities import Identities
from acs.cwmp.live_session import cookies
from acs.cwmp.plans import Plans
from acs.cwmp.quirk_files import load_quirks
from acs.cwmp.records import Records
from acs.cwmp.registry import Registry
from acs.cwmp.session import SessionPolicy
from acs.cwmp.settings import CwmpSettings
from acs.cwmp.surroundings import Committed, Guard, Surroundings
from acs.cwmp.telemetry import CwmpMetrics
from acs.cwmp.transcript import Transcript
from acs.facts import CredentialsProved
from acs.storage.store import Store


class CwmpServer:
    """Talks to routers.

    Args:
        store: where everything is remembered.
        settings: of the listener, its sessions and limits.
        clock: provides IReactorTime.
        now: Unix seconds UTC.
        guard: objections to a command that is about to be sent.
        committed: told of all facts that became durable, with storage's results.
        claimed: told of each command that is recorded as sent.
        metrics: counters.
        uniform: a random number between two bounds, for Retry-After.
        token: random bytes, so many, as hexadecimal digits; for cookies.
        credentials: routers' credentials; by default those of the store.
        stun_server: "host:port" that routers are told; empty: none.

    Attributes:
        listener: the Twisted factory to listen with.
        credentials: to be told when credentials change.
    """

    def __init__(
        self,
        store: Store,
        settings: CwmpSettings,
        *,
        clock: Any,
        now: Callable[[], float],
        guard: Guard,
        committed: Committed,
        claimed: Callable[[Command], None],
        metrics: CwmpMetrics,
        uniform: Callable[[float, float], float],
        token: Callable[[int], str] = secrets.token_hex,
        credentials: CredentialCache | None = None,
        stun_server: str = "",
    ) -> None:
        seconds = clock.seconds
        self.credentials = credentials or CredentialCache(store.credential, seconds=seconds)
        quirks = load_quirks(settings.quirks_dir)
        records = Records(store, committed, now=now, seconds=seconds)
        identities = Identities(
            now=now, seconds=seconds, shares_serial=quirks.shares_serial, record=records.record
        )
        comebacks = Comebacks(seconds, uniform)
        self._around = Surroundings(
            settings=settings,
            policy=SessionPolicy(
                collect_interval=float(settings.collect_interval),
                names_per_call=settings.names_per_call,
                seconds=float(settings.session_budget),
                walk=discovery.Limits(seconds=float(settings.walk_budget)),
                set_connection_secret=settings.connection_requests,
                stun_server=stun_server,
            ),
            store=store,
            gate=Gate(
                self.credentials,
                Certified(store.certified),
                settings,
                quirks,
                key=bytes.fromhex(token(32)),
                seconds=seconds,
                note=records.note,
                taken=self._taken,
                metrics=metrics,
            ),
            claims=Claims(now=now, seconds=seconds, knows=identities.knows),
            identities=identities,
            quirks=quirks,
            records=records,
            registry=Registry(
                store,
                timeout=settings.session_timeout,
                now=now,
                seconds=seconds,
                token=partial(next, cookies(token)),
                metrics=metrics,
            ),
            plans=Plans(store.plan),
            transcript=_transcript(settings),
            metrics=metrics,
            guard=guard,
            committed=committed,
            claimed=partial(self._claimed, claimed),
            now=now,
            seconds=seconds,
            comebacks=comebacks,
            message_limits=Limits(body_bytes=settings.body_limit),
        )
        self.listener = Listener(self, settings, clock=clock, comebacks=comebacks, metrics=metrics)

    # --- requests -------------------------------------------------------------------------------

    def handle(self, connection: Connection, request: HttpRequest) -> None:
        """Answer one request (called by the connection)."""
        Exchange(self._around, connection, request).answer()

    def disconnected(self, connection: Connection) -> None:
        """Save what was in the middle, record who was not let in (called by the connection)."""
        around = self._around
        around.registry.disconnected(connection)
        if around.settings.enrolment == "open":
            return
        around.gate.disconnected(connection)
        fact = around.claims.left(connection)
        if fact is not None:
            around.metrics.quarantined()
            around.records.record(fact)

    # --- credentials that are being changed -------------------------------------------------------

    def _claimed(self, tell: Callable[[Command], None], command: Command) -> None:
        if command.kind == "rotate_credentials":  # what is remembered knows of the old ones alone
            self.credentials.forget_router(command.router_id)
        tell(command)

    def _taken(self, router_id: str, username: str, ha1: str) -> None:
        around = self._around
        fact = CredentialsProved(router_id=router_id, at=around.now(), username=username, ha1=ha1)
        around.records.record(fact, lambda: self.credentials.forget_router(router_id))

    # --- the daemon's side ----------------------------------------------------------------------

    @property
    def sessions(self) -> int:
        """Live sessions."""
        return len(self._around.registry)

    def command_queued(self, router_id: str) -> None:
        """A command waits: if the router is in a session, that session fetches it."""
        session = self._around.registry.of_router(router_id)
        if session is not None:
            session.commands_waiting = True

    def drain(self) -> Deferred[None]:
        """Begin no session any more; fires once those that run have ended."""
        self._around.draining = True
        return self._around.registry.drained()

    def suspend(self) -> Deferred[None]:
        """Save the sessions that still run, to be gone on with after a restart."""
        self._around.draining = self._around.suspending = True
        return self._around.registry.suspend()

    def close(self) -> None:
        """Cut off all connections and close recordings; the last step."""
        self.listener.abort()
        if self._around.transcript is not None:
            self._around.transcript.close()


def _transcript(settings: CwmpSettings) -> Transcript | None:
    if not settings.transcript_dir or not settings.transcript_routers:
        return None
    return Transcript(Path(settings.transcript_dir), settings.transcript_routers)
