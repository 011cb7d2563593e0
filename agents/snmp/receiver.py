"""The UDP socket on which devices tell things by themselves: who may, how often, and the answer.

What is cheap comes first: a stranger's datagram is dropped before a byte of it is read. What
becomes of a notification is the business of whoever is handed it.
"""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol, cast

import msgspec

from agents.snmp.ber import BerError
from agents.snmp.community import V3, Community, read_message, version_of, write_message
from agents.snmp.informs import InformDesk
from agents.snmp.keys import User
from agents.snmp.notifications import Notification, NotificationError, notification_of
from agents.snmp.pdus import INFORM, RESPONSE, TRAP, Pdu, TrapV1, write_pdu
from agents.snmp.usm import SecurityError

Heard = tuple[Pdu | TrapV1, Callable[[], bytes] | None]
"""A notification that was let in, and what writes its acknowledgement, if it wants one."""

_LARGEST = 8192  # bytes: a notification holds a few variables
_MOST_SOURCES = 65_536
_SLOW = 1e-9


class NotificationTelemetry(Protocol):
    """What is counted of notifications.

    Kinds: ``taken``, ``repeated``, ``other`` (not known by name), ``stranger``, ``limited`` (too
    many from one device or in all), ``malformed``, ``unbelievable`` (community, user, digest or
    time is wrong), ``report`` (SNMPv3 devices told our engine or clock), ``busy``, ``failed``.
    """

    def notification(self, kind: str) -> None:
        """One more of this kind."""


class Bounds(msgspec.Struct, frozen=True):
    """How many notifications are read.

    Attributes:
        rate: a second, in all.
        burst: together, in all.
        source_rate: a second, from one address.
        source_burst: together, from one address.
        waiting: that are being made durable at a time.
    """

    rate: float = 500.0
    burst: int = 1000
    source_rate: float = 0.2
    source_burst: int = 20
    waiting: int = 1000


class Buckets:
    """Token buckets by name, bounded in number: the longest unused is forgotten first."""

    def __init__(self, rate: float, burst: int, most: int = _MOST_SOURCES) -> None:
        self._rate, self._burst, self._most = max(rate, _SLOW), float(burst), most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> bool:
        """Whether one more may pass."""
        tokens, since = self._held.get(name, (self._burst, now))
        tokens = min(self._burst, tokens + max(0.0, now - since) * self._rate)
        passes = tokens >= 1
        self._held[name] = (tokens - passes, now)
        self._held.move_to_end(name)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return passes


class Receiver(asyncio.DatagramProtocol):
    """Opened with ``open_receiver``; used in the event loop's thread.

    Args:
        knows: whether a device is known at an address.
        access: communities and users that notifications may come with.
        engine_id: ours, which informs of SNMPv3 are sent to.
        bounds: how many are read.
        take: makes a notification durable; an inform is acknowledged when this has ended well.
        unix: Unix seconds.
        steady: seconds of a clock that is never set.
        telemetry: what is counted.
    """

    def __init__(
        self,
        *,
        knows: Callable[[str], bool],
        access: Collection[Community | User],
        engine_id: bytes,
        bounds: Bounds,
        take: Callable[[str, Notification], Awaitable[None]],
        unix: Callable[[], float],
        steady: Callable[[], float],
        telemetry: NotificationTelemetry,
    ) -> None:
        self._knows, self._bounds, self._take = knows, bounds, take
        self._steady, self._telemetry = steady, telemetry
        self._communities = [one for one in access if isinstance(one, Community)]
        users: Mapping[bytes, User] = {one.name: one for one in access if isinstance(one, User)}
        self._desk = InformDesk(users, engine_id, unix=unix, steady=steady)
        self._all = Buckets(bounds.rate, bounds.burst)
        self._sources = Buckets(bounds.source_rate, bounds.source_burst)
        self._running: set[asyncio.Task[None]] = set()
        self._acknowledged: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    async def close(self) -> None:
        """Hear nothing more; what was heard is given a moment to become durable."""
        if self._transport is not None:
            self._transport.close()
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=2.0)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Take what a known device tells; all else is counted and dropped."""
        # An IPv4 address as an IPv6 socket shows it.
        source = addr[0].removeprefix("::ffff:")
        if not self._knows(source):
            self._telemetry.notification("stranger")
            return
        now = self._steady()
        if not self._sources.take(source, now) or not self._all.take("", now):
            self._telemetry.notification("limited")
            return
        try:
            self._read(data, source, addr)
        except (BerError, NotificationError):
            self._telemetry.notification("malformed")
        except SecurityError:
            self._telemetry.notification("unbelievable")

    def _read(self, data: bytes, source: str, addr: Any) -> None:
        if len(data) > _LARGEST:
            raise BerError(f"a notification of {len(data)} bytes")
        if version_of(data)[0] == V3:
            told = self._desk.hear(source, data)
            if isinstance(told, bytes):
                self._telemetry.notification("report")
                self._send(told, addr)
                return
            pdu: Pdu | TrapV1 = told[0]
            answer = told[1]
        else:
            pdu, answer = self._plain(data)
        notification = notification_of(pdu)
        if not notification.is_known:
            self._telemetry.notification("other")
            if answer is not None:  # understood or not, it was received
                self._send(answer(), addr)
            return
        key = (source, pdu.request_id) if isinstance(pdu, Pdu) else None
        if answer is not None and key in self._acknowledged:
            self._telemetry.notification("repeated")
            self._send(answer(), addr)
            return
        if len(self._running) >= self._bounds.waiting:
            self._telemetry.notification("busy")
            return
        task = asyncio.get_running_loop().create_task(
            self._made_durable(source, notification, key, answer, addr)
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _plain(self, data: bytes) -> Heard:
        theirs, pdu = read_message(data)
        if not any(
            hmac.compare_digest(theirs.name, one.name) and theirs.version == one.version
            for one in self._communities
        ):
            raise SecurityError("another community")
        if isinstance(pdu, TrapV1) or pdu.kind == TRAP:
            return pdu, None
        if pdu.kind != INFORM:
            raise BerError("no notification")
        body = write_pdu(msgspec.structs.replace(pdu, kind=RESPONSE, status=0, index=0))
        return pdu, lambda: write_message(theirs, body)

    async def _made_durable(
        self,
        source: str,
        notification: Notification,
        key: tuple[str, int] | None,
        answer: Callable[[], bytes] | None,
        addr: Any,
    ) -> None:
        try:
            await self._take(source, notification)
        except Exception:  # noqa: BLE001 - a database that is away: the device tells it again
            self._telemetry.notification("failed")
            return
        self._telemetry.notification("taken")
        if answer is None or key is None:
            return
        self._acknowledged[key] = None
        if len(self._acknowledged) > _MOST_SOURCES:
            self._acknowledged.popitem(last=False)
        self._send(answer(), addr)

    def _send(self, data: bytes, addr: Any) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, addr)


async def open_receiver(host: str, port: int, receiver: Receiver) -> None:
    """Have a receiver listen; several processes of one machine may share the port.

    Raises:
        OSError: it cannot be bound.
    """
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(
        lambda: receiver, local_addr=(host, port), reuse_port=port != 0
    )
