"""A message in its session: fetch a command if one may go out, take the turn, store, then reply.

The order is the promise: a command is recorded as sent before it is said, and what was heard is
durable before it is acknowledged. Who may speak in the session is decided before, in ``exchange``.
"""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.internet.defer import Deferred

from acs.commands import Command
from acs.cwmp.codec import encode
from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpResponse, refusal
from acs.cwmp.live_session import COOKIE, Session
from acs.cwmp.messages import Envelope, Fault
from acs.cwmp.pacing import AS_CONFIGURED, Cut, Pace
from acs.cwmp.plan import Plan
from acs.cwmp.requests import REQUESTS, RETRY_REQUEST
from acs.cwmp.session import Turn, is_over, recall, take_turn, wants_command
from acs.cwmp.surroundings import Surroundings
from acs.cwmp.telemetry import event_label
from acs.facts import Informed, RouterRecord
from acs.storage.errors import FactRefusedError

log = structlog.get_logger("cwmp")

_REPEATS = 2  # of requests in one session that the router is asked for
_BOOTS = ("0 BOOTSTRAP", "1 BOOT")
_NO_CONTENT = HttpResponse(204)


class Turning:
    """Takes one turn in a session that was acquired for it.

    Args:
        around: what every exchange works with.
        session: whose turn it is.
        connection: that the message came on.
        body: the message as it came, for recordings.
        envelope: the message.
        is_new: the session begins with it: the reply carries the cookie.
        done: takes the response.
        failed: takes a failure of storage.
        broken: takes any other failure.
    """

    __slots__ = (
        "_around",
        "_body",
        "_broken",
        "_connection",
        "_done",
        "_envelope",
        "_failed",
        "_is_new",
        "_session",
        "_turn",
    )

    def __init__(
        self,
        around: Surroundings,
        session: Session,
        connection: Connection,
        body: bytes,
        envelope: Envelope,
        *,
        is_new: bool,
        done: Callable[[HttpResponse], None],
        failed: Callable[[BaseException | None], None],
        broken: Callable[[BaseException | None], None],
    ) -> None:
        self._around = around
        self._session = session
        self._connection = connection
        self._body = body
        self._envelope = envelope
        self._is_new = is_new
        self._done = done
        self._failed = failed
        self._broken = broken
        self._turn: Turn | None = None  # being stored

    def take(self) -> None:
        """Begin; ``done``, ``failed`` or ``broken`` is called once."""
        session, around = self._session, self._around
        if session.is_over or self._connection.lost:  # since the message came
            self._done(refusal(400))
        elif session.commands_waiting and wants_command(session.state, self._envelope):
            session.commands_waiting = False
            claim = around.store.claim(session.router_id, around.now(), around.guard)
            self._then(claim, self._claimed)
        else:
            self._speak(None)

    def _then(self, result: "Deferred[Any]", step: Callable[[Any], None]) -> None:
        result.addCallbacks(step, lambda failure: self._failed(failure.value)).addErrback(
            lambda failure: self._broken(failure.value)
        )

    def _claimed(self, command: Command | None) -> None:
        if command is not None:
            self._session.commands_waiting = True  # there may be more
            self._around.claimed(command)
        self._speak(command)

    def _speak(self, command: Command | None) -> None:
        session, around = self._session, self._around
        now = around.now()
        if around.transcript is not None and session.router_id in around.transcript:
            around.transcript.write(session.router_id, now, "router", self._body)
        turn = take_turn(session.state, self._envelope, command, now)
        for quirk in turn.quirks:
            around.metrics.quirk(quirk)
        if not turn.facts:
            self._went_well(turn)
            self._reply(turn)
            return
        self._turn = turn
        around.store.commit_then(turn.facts, self._stored, self._not_stored)

    def _went_well(self, turn: Turn) -> None:
        paces = self._around.registry.paces
        if paces:
            paces.answered(self._session.state, turn.facts)
        self._session.state = turn.state

    def _not_stored(self, error: Exception) -> None:
        """A router is asked to repeat what could not be stored, while there is hope (8005)."""
        session, envelope = self._session, self._envelope
        may_hope = not isinstance(error, FactRefusedError) and session.repeats < _REPEATS
        if not isinstance(envelope.message, REQUESTS) or not may_hope:
            self._failed(error)
            return
        session.repeats += 1
        log.warning("cwmp.repeat_asked", router=session.router_id, error=str(error))
        fault = Fault(RETRY_REQUEST, "Retry request", soap_code="Server")
        body = encode(fault, namespace=envelope.namespace, id=envelope.id)
        self._done(HttpResponse(200, body))

    def _stored(self, results: tuple[object, ...]) -> None:
        assert self._turn is not None
        try:
            self._committed(self._turn, results)
        except Exception as error:  # noqa: BLE001 - whatever it is, the router is told
            self._broken(error)

    def _committed(self, turn: Turn, results: tuple[object, ...]) -> None:
        self._went_well(turn)
        for fact, result in zip(turn.facts, results, strict=True):
            if isinstance(fact, Informed) and isinstance(result, RouterRecord):
                for event in fact.events:
                    self._around.metrics.informed(event_label(event.code))
                self._around.identities.informed(fact)
                if fact.retry_count:
                    self._around.metrics.retried(fact.retry_count)
                self._remember(turn, result, fact)
                break
        else:
            self._reply(turn)
        # What follows from the facts is thought about while the answer is on its way.
        self._around.committed(turn.facts, results)

    def _remember(self, turn: Turn, record: RouterRecord, informed: Informed) -> None:
        session = self._session
        session.commands_waiting = session.commands_waiting or record.commands_waiting
        if session.state.idle_timeout:
            self._connection.idle = session.state.idle_timeout
        if session.cut is not None:
            self._learn(session.cut, informed)

        def with_plan(plan: Plan | None) -> None:
            session.state = recall(session.state, record, plan, self._pace(plan, record))
            self._reply(turn)

        plan = None if record.plan_key is None else self._around.plans.get(record.plan_key)
        if isinstance(plan, Deferred):
            self._then(plan, with_plan)
        else:
            with_plan(plan)

    def _pace(self, plan: Plan | None, record: RouterRecord) -> Pace:
        state, paces = self._session.state, self._around.registry.paces
        version = state.software_version
        if plan is not None and plan.names_per_call and record.planned_for == version:
            paces.told(state.router_id, version, plan.names_per_call)
        return paces.of(state.router_id, version) if paces else AS_CONFIGURED

    def _learn(self, cut: Cut, informed: Informed) -> None:
        """The session before broke off over a read: the next ones are held more gently."""
        around, router_id = self._around, informed.router_id
        booted = any(event.code in _BOOTS for event in informed.events)
        paces, version = around.registry.paces, informed.software_version
        hold = paces.broke_off(router_id, version, cut, informed.at, booted=booted)
        around.metrics.quirk("session-cut")
        detail: dict[str, object] = {"booted": booted, "read_again_in": hold}
        detail |= {"path": cut.path} if cut.path is not None else {"names": cut.names}
        around.records.note(router_id, "session_cut", detail)

    def _reply(self, turn: Turn) -> None:
        session, around = self._session, self._around
        if session.is_over:  # the router began another one while this was stored
            self._done(refusal(400))
            return
        response = self._response(turn)
        if around.transcript is not None and session.router_id in around.transcript:
            around.transcript.write(
                session.router_id, around.now(), "acs", response.body, response.status
            )
        if is_over(session.state):
            around.registry.end(session, "done")
        self._done(response)

    def _response(self, turn: Turn) -> HttpResponse:
        headers = b""
        if self._is_new:
            cookie = f"Set-Cookie: {COOKIE}={self._session.cookie}; Path=/; HttpOnly\r\n"
            headers = cookie.encode()
        reply = turn.reply
        if isinstance(reply, Envelope):
            body = encode(
                reply.message,
                namespace=reply.namespace,
                id=reply.id,
                use_version=reply.use_version,
            )
            return HttpResponse(200, body, headers)
        return HttpResponse(204, headers=headers) if headers else _NO_CONTENT
