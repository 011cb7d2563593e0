"""Who knocked and was not let in: identities that unauthenticated peers claimed, at a bounded rate.

It decides what is worth recording; recording is the caller's.
"""

from collections.abc import Callable

from acs.cwmp.codec import MalformedMessage, decode
from acs.cwmp.http_connection import Connection
from acs.cwmp.messages import Inform
from acs.cwmp.records import Due
from acs.facts import Quarantined

_BODY_BYTES = 65_536
_ALL_BYTES = 16_777_216


class Claims:
    """Remembers what unauthenticated connections claimed until they authenticate or leave.

    Every known router claims too before it is challenged, and then authenticates on the same
    connection; so only the claims of those that leave without having done so are worth a record.

    Args:
        now: Unix seconds, for facts.
        seconds: a clock that never goes back.
        knows: whether a router has informed before, under its own name.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        seconds: Callable[[], float],
        knows: Callable[[str], bool],
    ) -> None:
        self._now = now
        self._knows = knows
        self._is_due = Due(seconds)
        self._pending: dict[Connection, bytes] = {}
        self._bytes = 0

    def claim(self, connection: Connection, body: bytes) -> None:
        """An unauthenticated request came with this body."""
        self._drop(connection)
        if len(body) <= _BODY_BYTES and self._bytes + len(body) <= _ALL_BYTES:
            self._pending[connection] = body
            self._bytes += len(body)

    def authenticated(self, connection: Connection) -> None:
        """The connection proved to be who it claimed to be."""
        if self._pending:
            self._drop(connection)

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
        if not router_id or self._knows(router_id) or not self._is_due(router_id):
            return None
        return Quarantined(
            router_id=router_id, at=self._now(), device=message.device, address=connection.peer
        )

    def _drop(self, connection: Connection) -> bytes | None:
        body = self._pending.pop(connection, None)
        if body is not None:
            self._bytes -= len(body)
        return body
