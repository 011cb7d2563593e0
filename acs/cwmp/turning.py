"""A message in its session: fetch a command if one may go out, take the turn, store, then reply.

The order is the promise: a command is recorded as sent before it is said, and what was heard is
durable before it is acknowledged. Who may speak in the session is decided before, in ``exchange``.
"""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from acs.commands import Command
from acs.cwmp.codec import encode
from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpResponse, refusal
from acs.cwmp.live_session import COOKIE, Session
from acs.cwmp.messages import Envelope
from acs.cwmp.plan import Plan
from acs.cwmp.session import Turn, is_over, recall, take_turn, wants_command
from acs.cwmp.surroundings import Surroundings
from acs.cwmp.telemetry import event_label
from acs.facts import Informed, RouterRecord

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
            session.state = turn.state
            self._reply(turn)
            return
        self._turn = turn
        around.store.commit_then(turn.facts, self._stored, self._failed)

    def _stored(self, results: tuple[object, ...]) -> None:
        assert self._turn is not None
        try:
            self._committed(self._turn, results)
        except Exception as error:  # noqa: BLE001 - whatever it is, the router is told
            self._broken(error)

    def _committed(self, turn: Turn, results: tuple[object, ...]) -> None:
        self._session.state = turn.state
        for fact, result in zip(turn.facts, results, strict=True):
            if isinstance(fact, Informed) and isinstance(result, RouterRecord):
                for event in fact.events:
                    self._around.metrics.informed(event_label(event.code))
                self._around.identities.informed(fact)
                self._remember(turn, result)
                break
        else:
            self._reply(turn)
        # What follows from the facts is thought about while the answer is on its way.
        self._around.committed(turn.facts, results)

    def _remember(self, turn: Turn, record: RouterRecord) -> None:
        session = self._session
        session.commands_waiting = session.commands_waiting or record.commands_waiting

        def with_plan(plan: Plan | None) -> None:
            session.state = recall(session.state, record, plan)
            self._reply(turn)

        plan = None if record.plan_key is None else self._around.plans.get(record.plan_key)
        if isinstance(plan, Deferred):
            self._then(plan, with_plan)
        else:
            with_plan(plan)

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
            body = encode(reply.message, namespace=reply.namespace, id=reply.id)
            return HttpResponse(200, body, headers)
        return HttpResponse(204, headers=headers) if headers else _NO_CONTENT
