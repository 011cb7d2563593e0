"""Who knocked and was not let in: identities that unauthenticated peers claimed, at a bounded rate.

It decides what is worth recording; recording is the caller's.
"""

from collections import OrderedDict
from collections.abc import Callable

from acs.cwmp.codec import MalformedMessage, decode
from acs.cwmp.http_connection import Connection
from acs.cwmp.messages import Inform
from acs.facts import Noted, Quarantined

_EVERY = 60.0  # seconds between two records of one id
_IDS = 1_000  # ids recorded in that time at most
_KNOWN = 100_000  # ids remembered as authenticated
_BODY_BYTES = 65_536
_ALL_BYTES = 16_777_216


class Claims:
    """Remembers what unauthenticated connections claimed until they authenticate or leave.

    Every known router claims too before it is challenged, and then authenticates on the same
    connection; so only the claims of those that leave without having done so are worth a record.

    Args:
        now: Unix seconds, for facts.
        seconds: a clock that never goes back.
    """

    def __init__(self, *, now: Callable[[], float], seconds: Callable[[], float]) -> None:
        self._now = now
        self._seconds = seconds
        self._pending: dict[Connection, bytes] = {}
        self._bytes = 0
        self._known: OrderedDict[str, None] = OrderedDict()
        self._recorded: OrderedDict[str, float] = OrderedDict()

    def claim(self, connection: Connection, body: bytes) -> None:
        """An unauthenticated request came with this body."""
        self._drop(connection)
        if len(body) <= _BODY_BYTES and self._bytes + len(body) <= _ALL_BYTES:
            self._pending[connection] = body
            self._bytes += len(body)

    def authenticated(self, connection: Connection, router_id: str) -> None:
        """The connection proved to be this router's."""
        self._drop(connection)
        self._known[router_id] = None
        self._known.move_to_end(router_id)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)

    def left(self, connection: Connection) -> Quarantined | None:
        """The connection is gone; the fact to record, if any."""
        body = self._drop(connection)
        if body is None:
            return None
        try:
            message = decode(body).message
        except MalformedMessage:
            return None
        if not isinstance(message, Inform):
            return None
        router_id = message.device.router_id
        if not router_id or router_id in self._known or not self._is_due(router_id):
            return None
        return Quarantined(
            router_id=router_id, at=self._now(), device=message.device, address=connection.peer
        )

    def mismatch(self, connection: Connection, router_id: str, claimed: str) -> Noted | None:
        """``router_id``'s credentials came with the name of another; the fact, if it is due."""
        if not self._is_due(f"{router_id}!"):  # "!" is in no router id
            return None
        return Noted(
            router_id=router_id,
            at=self._now(),
            kind="identity_mismatch",
            detail={"claimed": claimed[:200], "address": connection.peer},
        )

    def _drop(self, connection: Connection) -> bytes | None:
        body = self._pending.pop(connection, None)
        if body is not None:
            self._bytes -= len(body)
        return body

    def _is_due(self, key: str) -> bool:
        now = self._seconds()
        recorded = self._recorded
        while recorded and now - next(iter(recorded.values())) >= _EVERY:
            recorded.popitem(last=False)
        if key in recorded or len(recorded) >= _IDS:
            return False
        recorded[key] = now
        return True
