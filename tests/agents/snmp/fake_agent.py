"""A device's side of SNMP for tests: a dictionary of variables, and ways to misbehave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from agents.snmp.ber import Oid, parse_oid
from agents.snmp.community import V1, V2C, Community, read_message, write_message
from agents.snmp.endpoint import Endpoint, open_endpoint
from agents.snmp.pdus import (
    COUNTER32,
    COUNTER64,
    END_OF_MIB,
    GAUGE32,
    GET,
    GET_BULK,
    GET_NEXT,
    NO_SUCH_NAME,
    NO_SUCH_OBJECT,
    RESPONSE,
    SET,
    TIME_TICKS,
    TOO_BIG,
    Pdu,
    Varbind,
    write_pdu,
)
from agents.snmp.session import Patience, SnmpSession, session_of

PUBLIC = Community(V2C, b"public")
PUBLIC_V1 = Community(V1, b"public")
QUICK = Patience(0.3, 2)

Misbehaviour = Callable[[bytes, bytes], list[bytes]]
"""From a request and the right answer, the datagrams that are sent instead."""


def string(text: str) -> tuple[int, bytes]:
    return 4, text.encode()


def number(value: int) -> tuple[int, int]:
    return 2, value


def counter(value: int) -> tuple[int, int]:
    return COUNTER32, value


def wide(value: int) -> tuple[int, int]:
    return COUNTER64, value


def gauge(value: int) -> tuple[int, int]:
    return GAUGE32, value


def ticks(seconds: float) -> tuple[int, int]:
    return TIME_TICKS, round(seconds * 100)


def identifier(text: str) -> tuple[int, Oid]:
    return 6, parse_oid(text)


class FakeAgent(asyncio.DatagramProtocol):
    def __init__(self, variables: Mapping[str, tuple[int, Any]]) -> None:
        self.variables = {parse_oid(oid): value for oid, value in variables.items()}
        self.requests: list[Pdu] = []
        self.sets: list[Varbind] = []
        self.largest = 10_000  # varbinds of an answer
        self.misbehave: Misbehaviour | None = None
        self.answers_for: Callable[[Pdu], Pdu] | None = None
        self._transport: Any = None

    def put(self, variables: Mapping[str, tuple[int, Any]]) -> None:
        self.variables.update({parse_oid(oid): value for oid, value in variables.items()})

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def datagram_received(self, data: bytes, addr: Any) -> None:
        community, pdu = read_message(data)
        assert isinstance(pdu, Pdu)
        if community.name != b"public":
            return
        self.requests.append(pdu)
        answer = (self.answers_for or self._answer)(pdu)
        if self.answers_for is None and community.version == V1:
            answer = _as_v1(pdu, answer)
        right = write_message(community, write_pdu(answer))
        for datagram in [right] if self.misbehave is None else self.misbehave(data, right):
            self._transport.sendto(datagram, addr)

    def _answer(self, pdu: Pdu) -> Pdu:
        if pdu.kind == GET:
            found = [self._get(one.oid) for one in pdu.varbinds]
        elif pdu.kind == GET_NEXT:
            found = [self._next(one.oid) for one in pdu.varbinds]
        elif pdu.kind == GET_BULK:
            found = self._bulk(pdu)
        else:
            assert pdu.kind == SET
            self.sets += pdu.varbinds
            self.variables.update({one.oid: (one.tag, one.value) for one in pdu.varbinds})
            found = list(pdu.varbinds)
        if len(found) > self.largest and pdu.kind != GET_BULK:
            return Pdu(RESPONSE, pdu.request_id, TOO_BIG, 0, ())
        return Pdu(RESPONSE, pdu.request_id, 0, 0, tuple(found[: self.largest]))

    def _get(self, oid: Oid) -> Varbind:
        found = self.variables.get(oid)
        return Varbind(oid, NO_SUCH_OBJECT) if found is None else Varbind(oid, *found)

    def _next(self, oid: Oid) -> Varbind:
        following = min((other for other in self.variables if other > oid), default=None)
        if following is None:
            return Varbind(oid, END_OF_MIB)
        return Varbind(following, *self.variables[following])

    def _bulk(self, pdu: Pdu) -> list[Varbind]:
        found = []
        oid = pdu.varbinds[0].oid
        for _ in range(pdu.index):
            found.append(self._next(oid))
            oid = found[-1].oid
        return found


def _as_v1(asked: Pdu, answer: Pdu) -> Pdu:
    """RFC 1157, 4.1.2: one variable that is not there spoils the answer."""
    assert asked.kind != GET_BULK
    for place, one in enumerate(answer.varbinds, 1):
        if one.tag in (NO_SUCH_OBJECT, END_OF_MIB) or one.tag == COUNTER64:
            return Pdu(RESPONSE, asked.request_id, NO_SUCH_NAME, place, asked.varbinds)
    return answer


class Counted:
    """Telemetry that is a dictionary."""

    def __init__(self) -> None:
        self.kinds: dict[str, int] = {}

    def datagram(self, kind: str) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1


@asynccontextmanager
async def agent(variables: Mapping[str, tuple[int, Any]]) -> AsyncIterator[FakeAgent]:
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(
        lambda: FakeAgent(variables), local_addr=("127.0.0.1", 0)
    )
    try:
        yield made
    finally:
        transport.close()


@asynccontextmanager
async def endpoint(counted: Counted | None = None) -> AsyncIterator[Endpoint]:
    made = await open_endpoint(counted or Counted(), "127.0.0.1")
    try:
        yield made
    finally:
        made.close()


@asynccontextmanager
async def asked(
    variables: Mapping[str, tuple[int, Any]],
    community: Community = PUBLIC,
    counted: Counted | None = None,
    patience: Patience = QUICK,
) -> AsyncIterator[tuple[SnmpSession, FakeAgent]]:
    async with agent(variables) as device, endpoint(counted) as socket:
        loop = asyncio.get_running_loop()
        yield (
            session_of(socket, device.address, community, patience=patience, steady=loop.time),
            device,
        )
