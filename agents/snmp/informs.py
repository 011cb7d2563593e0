"""Notifications of SNMPv3: traps, of which the sender's clock counts, and informs, of which ours.

Pure but for the clocks it is given. It sends nothing and knows no socket.
"""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from secrets import randbelow

from agents.snmp import usm
from agents.snmp.ber import BerError
from agents.snmp.keys import User
from agents.snmp.pdus import COUNTER32, INFORM, REPORT, RESPONSE, TRAP, Pdu, Varbind, write_pdu
from agents.snmp.usm import UNKNOWN, WINDOW, Engine, SecurityError

_EPOCH = 1_577_836_800  # 2020: boots that rise with each start, without a place to keep them
_MOST_ENGINES = 65_536
_NOBODY = User(b"")
_SHORTEST, _LONGEST = 5, 32  # bytes of snmpEngineID, RFC 3411, 5

Answer = Callable[[], bytes]


class InformDesk:
    """Lets notifications of SNMPv3 in, and writes what is answered.

    As the receiver of informs it is the engine whose clock counts (RFC 3414, 1.5.1): a device
    first asks for its id, then for its clock, and both answers are Reports. ``boots`` is the time
    of the start, so that it rises without being stored.

    Args:
        users: by name.
        engine_id: ours; the same after each start.
        unix: Unix seconds.
        steady: seconds of a clock that is never set.
    """

    def __init__(
        self,
        users: Mapping[bytes, User],
        engine_id: bytes,
        *,
        unix: Callable[[], float],
        steady: Callable[[], float],
    ) -> None:
        self._users, self._steady = users, steady
        boots = min(max(1, int(unix()) - _EPOCH), 2**31 - 2)
        self.own = Engine(engine_id, boots, 0, steady())
        self._salts = itertools.count(randbelow(2**62))
        self._reports = itertools.count(1)
        # By address, too: an engine's id is no secret, and another's clock must not be set by it.
        self._engines: OrderedDict[tuple[str, bytes], Engine] = OrderedDict()

    def hear(self, source: str, data: bytes) -> bytes | tuple[Pdu, Answer | None]:
        """A notification and what writes its acknowledgement; or a Report that is to be sent.

        Raises:
            BerError: it is malformed, or no notification.
            SecurityError: no user of ours sent it, or not now.
        """
        message_id, engine_id, name = usm.peek(data)
        if not engine_id:
            return self._report(message_id, "unknownEngineIDs", _NOBODY)
        user = self._users.get(name)
        if user is None:
            raise SecurityError("another user")
        if engine_id == self.own.id:
            return self._inform(user, message_id, data)
        return self._trap(source, user, engine_id, data), None

    def _trap(self, source: str, user: User, engine_id: bytes, data: bytes) -> Pdu:
        if not _SHORTEST <= len(engine_id) <= _LONGEST:
            raise BerError(f"an engine id of {len(engine_id)} bytes")
        key, now = (source, engine_id), self._steady()
        known = self._engines.get(key, UNKNOWN)
        opened = usm.unseal(user, known, data, now)
        pdu = opened.pdu
        if not isinstance(pdu, Pdu) or pdu.kind != TRAP:
            raise BerError("no trap")
        if opened.secured:
            told = opened.engine
            if (told.boots, told.time) >= (known.boots, known.now(now)):
                self._engines[key] = told
            self._engines.setdefault(key, told)
            self._engines.move_to_end(key)
            if len(self._engines) > _MOST_ENGINES:
                self._engines.popitem(last=False)
        return pdu

    def _inform(self, user: User, message_id: int, data: bytes) -> bytes | tuple[Pdu, Answer]:
        now = self._steady()
        # Its digest is right, so that its boots and time are its own notion of ours.
        opened = usm.unseal(user, Engine(self.own.id, 0, 0, now), data, now)
        pdu, theirs = opened.pdu, opened.engine
        if not isinstance(pdu, Pdu) or pdu.kind != INFORM:
            raise BerError("no inform")
        if user.auth != "none":
            off = abs(theirs.time - self.own.now(now))
            if theirs.boots != self.own.boots or off > WINDOW:
                return self._report(message_id, "notInTimeWindows", user, pdu.request_id)
        answer = Pdu(RESPONSE, pdu.request_id, 0, 0, pdu.varbinds)
        return pdu, lambda: self._sealed(user, message_id, answer, opened.context)

    def _report(self, message_id: int, counter: str, user: User, request_id: int = 0) -> bytes:
        told = Varbind(usm.counter_of(counter), COUNTER32, next(self._reports) % 2**32)
        return self._sealed(user, message_id, Pdu(REPORT, request_id, 0, 0, (told,)))

    def _sealed(
        self, user: User, message_id: int, pdu: Pdu, context: tuple[bytes, bytes] | None = None
    ) -> bytes:
        salt = (next(self._salts) % 2**64).to_bytes(8, "big")
        return usm.seal(
            user,
            self.own,
            message_id,
            write_pdu(pdu),
            salt=salt,
            at=self._steady(),
            reportable=False,
            context=context,
        )
