"""A session that is live in this process, its cookie, and the form it is saved in. No storage."""

import re
from collections import deque
from collections.abc import Callable, Hashable, Iterator

import msgspec
from twisted.internet.defer import Deferred

from acs.cwmp.pacing import Cut
from acs.cwmp.session import SessionState, without_secrets
from acs.facts import ConnectionSecret

COOKIE = "acs_session"
_COOKIE_BYTES = 16
_COOKIES = 256  # asked of the system at once
_COOKIE = re.compile(
    rb"(?:^|[;,])[ \t]*acs_session[ \t]*=[ \t]*\"?([0-9a-f]{32})\"?[ \t]*(?=$|[;,])"
)


def cookies(token: Callable[[int], str]) -> Iterator[str]:
    """Values of new cookies, for ever: 128 random bits each, many asked of the system at once.

    ``token`` makes random bytes, so many, as hexadecimal digits.
    """
    while True:
        many = token(_COOKIE_BYTES * _COOKIES)
        for at in range(0, len(many), 2 * _COOKIE_BYTES):
            yield many[at : at + 2 * _COOKIE_BYTES]


def cookie_of(header: bytes | None) -> str | None:
    """Our cookie out of a Cookie header; None if there is none, or more than one value."""
    if header is None:
        return None
    found = set(_COOKIE.findall(header))
    return found.pop().decode() if len(found) == 1 else None


class Session:
    """A live session.

    Attributes:
        cookie: 128 random bits in hexadecimal digits.
        peer: address that it was begun from, or authenticated from since.
        connection: that its last request came on; None when that is gone.
        commands_waiting: storage may have a command for the router.
        cut: what the router's session before this one broke off over, if it did.
        repeats: how often the router was asked to repeat a request that could not be stored.
        is_over: ended, or gone from this process; nothing may be said in it.
    """

    __slots__ = (
        "busy",
        "commands_waiting",
        "connection",
        "cookie",
        "cut",
        "is_over",
        "peer",
        "repeats",
        "router_id",
        "saving",
        "started_at",
        "state",
        "touched_at",
        "waiting",
    )

    def __init__(
        self, cookie: str, router_id: str, peer: str, state: SessionState, now: float
    ) -> None:
        self.cookie = cookie
        self.router_id = router_id
        self.peer = peer
        self.state = state
        self.connection: Hashable | None = None
        self.commands_waiting = False
        self.cut: Cut | None = None
        self.repeats = 0
        self.is_over = False
        self.busy = False
        self.saving = False
        self.waiting: deque[Deferred[None]] = deque()
        self.started_at = self.touched_at = now


class SessionBusyError(Exception):
    """Too many requests of one session wait already."""


class SavedForm(msgspec.Struct, frozen=True, array_like=True):
    """What is saved of a session: no secret, but whether there was one to be given."""

    peer: str
    commands_waiting: bool
    wants_secret: bool
    state: SessionState


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SavedForm).decode


class UnreadableSessionError(Exception):
    """The session was saved by another release."""


def freeze(session: Session) -> bytes:
    """The session as it is saved."""
    state = session.state
    return _encode(
        SavedForm(
            session.peer,
            session.commands_waiting,
            state.secret is not None,
            without_secrets(state),
        )
    )


def thaw(saved: bytes) -> SavedForm:
    """What was saved.

    Raises:
        UnreadableSessionError: it is not one of this release's.
    """
    try:
        return _decode(saved)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableSessionError from error


def revive(
    cookie: str, router_id: str, saved: SavedForm, secret: ConnectionSecret | None, now: float
) -> Session:
    """A live session out of a saved one."""
    state = saved.state
    if secret is not None:
        state = msgspec.structs.replace(state, secret=secret)
    session = Session(cookie, router_id, saved.peer, state, now)
    session.commands_waiting = saved.commands_waiting
    return session
