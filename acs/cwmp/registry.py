"""The sessions that are live in this process: found by cookie or connection, saved when dropped.

What is said in a session is ``session``'s; nothing here reads a message.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Protocol

import structlog
from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from acs.cwmp.live_session import (
    SavedForm,
    Session,
    SessionBusyError,
    UnreadableSessionError,
    freeze,
    revive,
    thaw,
)
from acs.cwmp.pacing import Cut, Paces, cut_of
from acs.cwmp.session import SessionState
from acs.cwmp.telemetry import CwmpMetrics
from acs.facts import ConnectionSecret
from acs.storage.rows import ConnectionTarget, SavedSession

log = structlog.get_logger("cwmp")

# Requests of one session that may wait for the one being answered.
_WAITING = 2
# Saved sessions that are remembered, to be discarded when their router begins a new one.
_ROWS = 10_000


class SessionStore(Protocol):
    """What is needed of storage."""

    def save_session(
        self, cookie_hash: str, router_id: str, state: bytes, expires_at: float
    ) -> Deferred[None]:
        """Keep a session that was dropped."""

    def take_session(self, cookie_hash: str, now: float) -> Deferred[SavedSession | None]:
        """Take a session out: no one else gets it."""

    def connection_target(self, router_id: str) -> Deferred[ConnectionTarget | None]:
        """The secret that is not kept with a session."""


class Registry:
    """Keeps the live sessions; one for each router at most.

    Args:
        store: keeps sessions whose connection dropped.
        timeout: idle seconds after which a session is over, unless its router asked for others.
        now: Unix seconds, for what is stored.
        seconds: a clock that never goes back, for what is live.
        token: makes 32 random hexadecimal digits.
        metrics: sessions by outcome.

    Attributes:
        paces: what is known of how gently routers are to be read.
    """

    def __init__(
        self,
        store: SessionStore,
        *,
        timeout: float,
        now: Callable[[], float],
        seconds: Callable[[], float],
        token: Callable[[], str],
        metrics: CwmpMetrics,
    ) -> None:
        self._store = store
        self._timeout = timeout
        self._now = now
        self._seconds = seconds
        self._token = token
        self._metrics = metrics
        self._by_cookie: dict[str, Session] = {}
        self._by_connection: dict[Hashable, Session] = {}
        self._by_router: dict[str, Session] = {}
        self._rows: OrderedDict[str, str] = OrderedDict()  # cookies of saved sessions, by router
        self._cuts: OrderedDict[str, Cut] = OrderedDict()  # by router: what broke off in a read
        self._idle: list[Deferred[None]] = []
        self.paces = Paces()

    def __len__(self) -> int:
        return len(self._by_cookie)

    # --- finding --------------------------------------------------------------------------------

    def find(self, connection: Hashable, cookie: str | None) -> Session | None:
        """The live session that a request belongs to: by its cookie, else by its connection."""
        if cookie is None:
            session = self._by_connection.get(connection)
        else:
            session = self._by_cookie.get(cookie)
        if session is None or not self._timed_out(session):
            return session
        self._keep_cut(session)
        self.end(session, "timeout")
        return None

    def of_router(self, router_id: str) -> Session | None:
        """The live session of a router."""
        return self._by_router.get(router_id)

    def saved_of(self, router_id: str) -> str | None:
        """The cookie of a router's session that this process has saved."""
        return self._rows.get(router_id)

    def restore(self, cookie: str) -> Deferred[Session | None]:
        """A session that was saved, here or by another process, live again."""
        taken = self._store.take_session(_hashed(cookie), self._now())
        return taken.addCallback(self._restored, cookie)

    def _restored(
        self, saved: SavedSession | None, cookie: str
    ) -> Session | Deferred[Session | None] | None:
        if saved is None or cookie in self._by_cookie:
            return self._by_cookie.get(cookie)
        try:
            kept = thaw(saved.state)
        except UnreadableSessionError:
            log.warning("cwmp.session_unreadable", router=saved.router_id)
            return None
        self._rows.pop(saved.router_id, None)
        self._cuts.pop(saved.router_id, None)
        if not kept.wants_secret:
            return self._revive(None, saved.router_id, cookie, kept)
        target = self._store.connection_target(saved.router_id)
        return target.addCallback(self._revive, saved.router_id, cookie, kept)

    def _revive(
        self, target: ConnectionTarget | None, router_id: str, cookie: str, kept: SavedForm
    ) -> Session | None:
        if router_id in self._by_router:  # the router has begun another one since
            return self._by_cookie.get(cookie)
        secret = None if target is None else ConnectionSecret(target.username, target.password)
        session = revive(cookie, router_id, kept, secret, self._seconds())
        self._add(session)
        return session

    # --- life -----------------------------------------------------------------------------------

    def begin(
        self, router_id: str, connection: Hashable, peer: str, state: SessionState
    ) -> Session:
        """A new session; an older one of the same router, or on this connection, is over."""
        for older in (self._by_router.get(router_id), self._by_connection.get(connection)):
            if older is not None and not older.is_over:
                if older.router_id == router_id:
                    self._keep_cut(older)
                self.end(older, "replaced")
        row = self._rows.pop(router_id, None)
        if row is not None:
            self._discard(row)
        session = Session(self._token(), router_id, peer, state, self._seconds())
        if self._cuts:
            session.cut = self._cuts.pop(router_id, None)
        self._add(session)
        self.attach(session, connection)
        return session

    def attach(self, session: Session, connection: Hashable) -> None:
        """The session's requests come on this connection now."""
        session.touched_at = self._seconds()
        if session.connection is connection:
            return
        if session.connection is not None:
            self._by_connection.pop(session.connection, None)
        other = self._by_connection.get(connection)
        if other is not None:  # a proxy carries several routers on one connection
            self.disconnected(connection)
        session.connection = connection
        self._by_connection[connection] = session

    def end(self, session: Session, outcome: str) -> None:
        """The session is over: its cookie is worth nothing from now on."""
        if session.is_over:
            return
        self._remove(session)
        self._metrics.session_ended(outcome, self._seconds() - session.started_at)
        log.debug("cwmp.session_ended", router=session.router_id, outcome=outcome)

    def _keep_cut(self, session: Session) -> None:
        """The session breaks off: remember over which read, if it was in one."""
        cut = cut_of(session.state.said)
        if cut is not None:
            self._cuts[session.router_id] = cut
            if len(self._cuts) > _ROWS:
                self._cuts.popitem(last=False)

    # --- one request at a time ------------------------------------------------------------------

    def acquire(self, session: Session) -> Deferred[None] | None:
        """Begin to answer a request; a Deferred if another one is being answered.

        Raises:
            SessionBusyError: several wait already.
        """
        if not session.busy:
            session.busy = True
            return None
        if len(session.waiting) >= _WAITING:
            raise SessionBusyError
        waiting: Deferred[None] = Deferred()
        session.waiting.append(waiting)
        return waiting

    def release(self, session: Session) -> None:
        """The request is answered: the next one's turn, or nobody is left to talk to."""
        session.touched_at = self._seconds()
        if session.waiting:
            session.waiting.popleft().callback(None)
            return
        session.busy = False
        if session.connection is None and not session.is_over:
            self._save(session)

    # --- dropped connections --------------------------------------------------------------------

    def disconnected(self, connection: Hashable) -> None:
        """A connection is gone: save its session, unless it went on elsewhere or timed out."""
        session = self._by_connection.pop(connection, None)
        if session is None:
            return
        session.connection = None
        if not session.busy:
            self._save(session)

    def _save(self, session: Session) -> None:
        left = session.touched_at + self._patience(session) - self._seconds()
        if left <= 0:
            self._keep_cut(session)
            self.end(session, "timeout")
            return
        if session.saving:  # looked at again when that is done
            return
        session.saving = True
        state = session.state
        saved = self._store.save_session(
            _hashed(session.cookie), session.router_id, freeze(session), self._now() + left
        )
        saved.addCallbacks(
            self._saved, self._not_saved, callbackArgs=(session, state), errbackArgs=(session,)
        )

    def _saved(self, _: None, session: Session, state: SessionState) -> None:
        if _is_dropped(session) and session.state is state:
            session.saving = False
            self._keep_cut(session)
            self._remove(session)
            self._metrics.session_ended("suspended", self._seconds() - session.started_at)
            self._rows[session.router_id] = session.cookie
            if len(self._rows) > _ROWS:
                self._rows.popitem(last=False)
        else:  # it ended, or went on here, while it was being saved: the row must not live on
            self._discard(session.cookie).addCallback(self._discarded, session)

    def _discarded(self, _: object, session: Session) -> None:
        session.saving = False
        if _is_dropped(session):
            self._save(session)

    def _discard(self, cookie: str) -> Deferred[object]:
        taken = self._store.take_session(_hashed(cookie), self._now())
        return taken.addErrback(self._not_discarded)

    def _not_discarded(self, failure: Failure) -> None:
        # It dies by itself when its time is up.
        log.warning("cwmp.session_not_discarded", error=str(failure.value))

    def _not_saved(self, failure: Failure, session: Session) -> None:
        session.saving = False
        log.warning("cwmp.session_not_saved", router=session.router_id, error=str(failure.value))
        if _is_dropped(session):
            self._keep_cut(session)
            self.end(session, "lost")

    # --- stopping -------------------------------------------------------------------------------

    def drained(self) -> Deferred[None]:
        """Fires once no session is live. The caller sees to it that none begins."""
        if not self._by_cookie:
            return succeed(None)
        idle: Deferred[None] = Deferred()
        self._idle.append(idle)
        return idle

    def suspend(self) -> Deferred[None]:
        """Save all that are live, so that they go on by cookie in another process."""
        for session in list(self._by_cookie.values()):
            if session.connection is not None:
                self.disconnected(session.connection)
        return self.drained()

    def _timed_out(self, session: Session) -> bool:
        silent = self._seconds() - session.touched_at
        return not session.busy and silent > self._patience(session)

    def _patience(self, session: Session) -> float:
        return session.state.idle_timeout or self._timeout

    def _add(self, session: Session) -> None:
        self._by_cookie[session.cookie] = session
        self._by_router[session.router_id] = session
        self._metrics.sessions(len(self._by_cookie))

    def _remove(self, session: Session) -> None:
        session.is_over = True
        del self._by_cookie[session.cookie]
        if self._by_router.get(session.router_id) is session:
            del self._by_router[session.router_id]
        if session.connection is not None:
            self._by_connection.pop(session.connection, None)
            session.connection = None
        self._metrics.sessions(len(self._by_cookie))
        if not self._by_cookie:
            idle, self._idle = self._idle, []
            for deferred in idle:
                deferred.callback(None)


def _is_dropped(session: Session) -> bool:
    return session.connection is None and not session.busy and not session.is_over


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
