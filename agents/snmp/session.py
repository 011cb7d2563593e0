"""Asking one device: GET, walks by GETBULK or GETNEXT, SET. What it means belongs to profiles."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from secrets import randbelow
from typing import Protocol

from agents.snmp import usm
from agents.snmp.ber import Oid, dotted
from agents.snmp.community import V1, Community, read_message, write_message
from agents.snmp.endpoint import Address, Endpoint
from agents.snmp.errors import (
    AgentRefusedError,
    AuthenticationError,
    OutOfOrderError,
    SnmpError,
)
from agents.snmp.keys import User
from agents.snmp.pdus import (
    ABSENT,
    GET,
    GET_BULK,
    GET_NEXT,
    NO_SUCH_NAME,
    REPORT,
    RESPONSE,
    SET,
    TOO_BIG,
    Pdu,
    Varbind,
    error_name,
    request_body,
    write_pdu,
)
from agents.snmp.usm import UNKNOWN, Engine, report_of

REPETITIONS = 20
"""Rows a GETBULK asks for: with names of 30 characters they still fit one Ethernet frame."""

_AT_ONCE = 24  # variables of one GET
_ROUNDS = 3  # another engine, then its clock, then the answer
_MOST_ROWS = 2000  # of one column: more is no table of a router


class Asking(Protocol):
    """One request and its answer, secured in whichever way."""

    async def exchange(self, kind: int, body: tuple[bytes, bytes]) -> Pdu:
        """The response to a request that is written but for its request id."""


class PlainAsking:
    """Requests of SNMPv1 and v2c."""

    def __init__(
        self, endpoint: Endpoint, address: Address, community: Community, patience: "Patience"
    ) -> None:
        self._endpoint, self._address, self._patience = endpoint, address, patience
        self._community = community

    async def exchange(self, kind: int, body: tuple[bytes, bytes]) -> Pdu:
        """The response to a request."""
        del kind
        community = self._community
        request_id = randbelow(2**31 - 1) + 1
        datagram = write_message(community, body[0] + request_id.to_bytes(4, "big") + body[1])

        def accept(data: bytes) -> Pdu | None:
            theirs, pdu = read_message(data)
            if not isinstance(pdu, Pdu) or pdu.kind != RESPONSE:
                return None
            return pdu if pdu.request_id == request_id and theirs == community else None

        patience = self._patience
        return await self._endpoint.ask(
            self._address, datagram, accept, patience.timeout, patience.tries
        )


class Patience:
    """How long is waited for a device: seconds for each of so many tries."""

    __slots__ = ("timeout", "tries")

    def __init__(self, timeout: float = 2.0, tries: int = 3) -> None:
        self.timeout = timeout
        self.tries = tries


class SecuredAsking:
    """Requests of SNMPv3. The engine is discovered (RFC 3414, 4) and then kept.

    Args:
        endpoint: the socket.
        address: of the device.
        user: name and passwords.
        patience: how long is waited.
        steady: seconds of a clock that is never set.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        address: Address,
        user: User,
        patience: Patience,
        steady: Callable[[], float],
    ) -> None:
        self._endpoint, self._address, self._patience = endpoint, address, patience
        self._user = user
        self._steady = steady
        self.engine = UNKNOWN
        # Salts must not repeat (RFC 3826, 3.1.2.1); after a restart they begin elsewhere.
        self._salts = itertools.count(randbelow(2**62))

    async def exchange(self, kind: int, body: tuple[bytes, bytes]) -> Pdu:
        """The response to a request; clocks that disagree are set once by the device's Report.

        Raises:
            AuthenticationError: user, keys or level are not what the device wants.
        """
        del kind
        if not self.engine.id:
            await self._discover()
        for _ in range(_ROUNDS):
            opened = await self._send(body)
            if isinstance(opened.pdu, Pdu) and opened.pdu.kind == RESPONSE:
                if opened.secured:
                    self.engine = _newer(self.engine, opened.engine)
                return opened.pdu
            told = report_of(opened.pdu) if isinstance(opened.pdu, Pdu) else "nothing"
            if told == "unknownEngineIDs":
                await self._discover()
            elif told == "notInTimeWindows" and opened.secured:
                self.engine = opened.engine
            else:
                raise AuthenticationError(f"the device reports {told}")
        raise AuthenticationError(f"the device reports {told} again and again")

    async def _discover(self) -> None:
        self.engine = UNKNOWN
        opened = await self._send(request_body(GET, (), 0))
        if not opened.engine.id:
            raise AuthenticationError("the device does not tell its engine")
        self.engine = opened.engine
        if self._user.auth != "none":
            # Boots and time that nobody vouches for are not used; the next Report proves them.
            self.engine = Engine(opened.engine.id, 0, 0, self._steady())

    async def _send(self, body: tuple[bytes, bytes]) -> usm.Opened:
        message_id = randbelow(2**31 - 1) + 1
        pdu = body[0] + message_id.to_bytes(4, "big") + body[1]
        salt = (next(self._salts) % 2**64).to_bytes(8, "big")
        engine, user = self.engine, self._user
        datagram = usm.seal(user, engine, message_id, pdu, salt=salt, at=self._steady())

        def accept(data: bytes) -> usm.Opened | None:
            opened = usm.unseal(user, engine, data, self._steady())
            is_ours = opened.message_id == message_id
            known = isinstance(opened.pdu, Pdu) and opened.pdu.kind in (RESPONSE, REPORT)
            return opened if is_ours and known else None

        patience = self._patience
        return await self._endpoint.ask(
            self._address, datagram, accept, patience.timeout, patience.tries
        )


def _newer(known: Engine, told: Engine) -> Engine:
    is_newer = (told.boots, told.now(told.at)) > (known.boots, known.now(told.at))
    return told if is_newer else known


class SnmpSession:
    """A device that can be asked.

    Args:
        asking: the way requests are secured.
        is_v1: it speaks SNMPv1: no GETBULK, and one missing variable spoils a GET.
        repetitions: rows that a GETBULK asks for.
    """

    def __init__(
        self, asking: Asking, *, is_v1: bool = False, repetitions: int = REPETITIONS
    ) -> None:
        self._asking = asking
        self._is_v1 = is_v1
        self._repetitions = max(1, repetitions)

    async def get(self, oids: Sequence[Oid]) -> dict[Oid, Varbind]:
        """What the device says of these variables; those that it does not have are left out.

        Raises:
            AgentRefusedError: it answers with an error that is not about a missing variable.
            OutOfOrderError: it answers about other variables than were asked for.
            SnmpError: no usable answer came.
        """
        found: dict[Oid, Varbind] = {}
        for start in range(0, len(oids), _AT_ONCE):
            await self._get(tuple(oids[start : start + _AT_ONCE]), found)
        return found

    async def _get(self, oids: tuple[Oid, ...], found: dict[Oid, Varbind]) -> None:
        while oids:
            pdu = await self._asking.exchange(GET, request_body(GET, oids, 0))
            if pdu.status == TOO_BIG and len(oids) > 1:
                half = len(oids) // 2
                await self._get(oids[:half], found)
                oids = oids[half:]
                continue
            if pdu.status == NO_SUCH_NAME and 0 < pdu.index <= len(oids):
                oids = (*oids[: pdu.index - 1], *oids[pdu.index :])
                continue
            if pdu.status:
                raise AgentRefusedError(error_name(pdu.status), pdu.index)
            if tuple(one.oid for one in pdu.varbinds) != oids:
                raise OutOfOrderError("the answer is about other variables than the question")
            found.update((one.oid, one) for one in pdu.varbinds if one.tag not in ABSENT)
            return

    async def walk(self, root: Oid, most: int = _MOST_ROWS) -> dict[Oid, Varbind]:
        """All below ``root``, by what follows it: a column by its rows' indices.

        Raises:
            OutOfOrderError: names do not rise, or there are more than ``most``.
            AgentRefusedError: the device answers with an error.
            SnmpError: no usable answer came.
        """
        found: dict[Oid, Varbind] = {}
        last, repetitions = root, self._repetitions
        while True:
            pdu = await self._next(last, repetitions)
            if pdu.status == TOO_BIG and repetitions > 1:
                repetitions //= 2
                continue
            if pdu.status == NO_SUCH_NAME:
                return found  # how SNMPv1 says that nothing follows
            if pdu.status:
                raise AgentRefusedError(error_name(pdu.status), pdu.index)
            for one in _below(root, last, pdu.varbinds):
                if one is None:
                    return found
                found[one.oid[len(root) :]] = one
                last = one.oid
                if len(found) > most:
                    raise OutOfOrderError(f"{dotted(root)} has more than {most} rows")
            if not pdu.varbinds:
                return found

    async def _next(self, after: Oid, repetitions: int) -> Pdu:
        if self._is_v1 or repetitions == 1:
            return await self._asking.exchange(GET_NEXT, request_body(GET_NEXT, (after,), 0))
        return await self._asking.exchange(GET_BULK, request_body(GET_BULK, (after,), repetitions))

    async def set(self, varbinds: Sequence[Varbind]) -> None:
        """Set variables, all or none (RFC 3416, 4.2.5).

        A lost answer makes the same request go out again: only for what may be set twice.

        Raises:
            AgentRefusedError: the device refuses; it says which variable.
            SnmpError: no usable answer came; whether it was set is not known.
        """
        written = write_pdu(Pdu(SET, 0, 0, 0, tuple(varbinds)))
        at = written.index(b"\x02\x04\x00\x00\x00\x00") + 2
        pdu = await self._asking.exchange(SET, (written[:at], written[at + 4 :]))
        if pdu.status:
            raise AgentRefusedError(error_name(pdu.status), pdu.index)


def _below(root: Oid, last: Oid, varbinds: Sequence[Varbind]) -> Iterator[Varbind | None]:
    """The variables below ``root`` in rising order, then None if the walk has left it."""
    for one in varbinds:
        if one.tag in ABSENT or one.oid[: len(root)] != root:
            if one.tag not in ABSENT and one.oid <= last:
                raise OutOfOrderError(f"{dotted(one.oid)} comes after {dotted(last)}")
            yield None
            return
        if one.oid <= last:
            raise OutOfOrderError(f"{dotted(one.oid)} comes after {dotted(last)}")
        yield one
        last = one.oid


def session_of(
    endpoint: Endpoint,
    address: Address,
    access: Community | User,
    *,
    patience: Patience,
    steady: Callable[[], float],
    repetitions: int = REPETITIONS,
) -> SnmpSession:
    """A session with the device at ``address``, secured as ``access`` says."""
    if isinstance(access, Community):
        plain = PlainAsking(endpoint, address, access, patience)
        return SnmpSession(plain, is_v1=access.version == V1, repetitions=repetitions)
    secured = SecuredAsking(endpoint, address, access, patience, steady)
    return SnmpSession(secured, repetitions=repetitions)


__all__ = ["Patience", "SnmpError", "SnmpSession", "session_of"]
