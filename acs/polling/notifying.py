"""Traps and informs of polled devices: they become events of their routers.

What a device tells by itself is no proof: SNMPv2c knows no sender. A start that is told of has the
device read at once, and its uptime says whether it restarted.
"""

import hashlib
import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from acs.bridge import to_asyncio
from acs.facts import Fact, Noted
from acs.listening import address_of
from acs.polling.commanding import Committed
from acs.polling.settings import NotificationSettings
from acs.storage.store import Store
from acs.storage.targets import TargetRow
from agents.credentials import Credential, SnmpCredential
from agents.polled import decode_known
from agents.snmp.community import Community
from agents.snmp.keys import User
from agents.snmp.notifications import Notification
from agents.snmp.receiver import Bounds, NotificationTelemetry, Receiver, open_receiver

log = structlog.get_logger("polling")

_REFRESH = 60.0  # seconds after which it is looked again whose notifications are read
_STARTS = frozenset({"cold_start", "warm_start"})
_LINKS = frozenset({"link_down", "link_up"})


class Notifying:
    """Receives notifications for a store. Opened with ``open_notifying``.

    Args:
        store: where targets and events are.
        is_port: whether a target is a switch's port, not the router itself.
        committed: told of facts that are durable now, with storage's results.
        now: Unix seconds.
        steady: seconds of a clock that is never set.
    """

    def __init__(
        self,
        store: Store,
        *,
        is_port: Callable[[TargetRow], bool],
        committed: Committed,
        now: Callable[[], float],
        steady: Callable[[], float],
    ) -> None:
        self._store, self._is_port, self._committed = store, is_port, committed
        self._now, self._steady = now, steady
        self._addresses: frozenset[str] = frozenset()
        self._looked_at = float("-inf")
        self._is_looking = False

    def knows(self, address: str) -> bool:
        """Whether a target has this address, by a list that is a minute old at most."""
        if self._steady() - self._looked_at > _REFRESH and not self._is_looking:
            self._is_looking = True
            self._store.target_addresses().addCallbacks(self._known, self._unknown)
        return address in self._addresses

    async def look(self) -> None:
        """Look now whose notifications are read."""
        self._known(await to_asyncio(self._store.target_addresses()))

    def _known(self, addresses: frozenset[str]) -> None:
        self._addresses, self._looked_at, self._is_looking = addresses, self._steady(), False

    def _unknown(self, failure: object) -> None:
        # The list that there is goes on to serve.
        self._looked_at, self._is_looking = self._steady(), False
        log.error("polling.addresses_not_read", error=str(failure))

    async def take(self, address: str, notification: Notification) -> None:
        """Make a notification durable as events, and have a device that started read at once."""
        now = self._now()
        rows = await to_asyncio(self._store.targets_at(address))
        facts = facts_of(rows, notification, now, self._is_port)
        if not facts:
            return
        results = await to_asyncio(self._store.commit(facts))
        self._committed(facts, results)
        if notification.name in _STARTS:
            for router_id in {fact.router_id for fact in facts}:
                await to_asyncio(self._store.hasten_targets(now, router_id))


def facts_of(
    rows: Iterable[TargetRow],
    notification: Notification,
    now: float,
    is_port: Callable[[TargetRow], bool],
) -> tuple[Fact, ...]:
    """The events that a notification is, for each router whose device is at its address.

    A switch tells the routers behind it of its own start, and each of its own port alone.
    """
    facts: list[Fact] = []
    for row in rows:
        kind = notification.name
        if is_port(row):
            if kind not in _STARTS | _LINKS:
                continue
            if kind in _LINKS and notification.figures.get("interface") != _index_of(row):
                continue
            kind = f"switch_{kind}"
        detail: dict[str, object] = {"target": row.name, **notification.figures}
        if notification.uptime is not None:
            detail["uptime"] = notification.uptime
        facts.append(Noted(router_id=row.router_id, at=now, kind=kind, detail=detail))
    return tuple(facts)


def _index_of(row: TargetRow) -> int | None:
    memory = decode_known(row.known).snmp
    return None if memory is None or memory.kept is None else memory.kept.index


async def open_notifying(
    notifying: Notifying,
    settings: NotificationSettings,
    credentials: Mapping[str, Credential],
    *,
    host_name: str,
    telemetry: NotificationTelemetry,
    now: Callable[[], float],
    steady: Callable[[], float],
) -> Receiver:
    """A receiver that listens; awaited in the event loop.

    Raises:
        OSError: the port cannot be bound.
        ValueError: a credential that is named is not there, or not for SNMP.
    """
    host, port = address_of(settings.listen)
    await notifying.look()
    receiver = Receiver(
        knows=notifying.knows,
        access=_access(settings.credentials, credentials),
        engine_id=_engine_id(settings, host_name),
        bounds=Bounds(settings.rate, settings.burst, settings.source_rate, settings.source_burst),
        take=notifying.take,
        unix=now,
        steady=steady,
        telemetry=telemetry,
    )
    await open_receiver(host, port, receiver)
    told = receiver.address
    log.info("polling.listening", address=told[0], port=told[1])
    return receiver


def _access(names: Sequence[str], credentials: Mapping[str, Credential]) -> list[Community | User]:
    found: list[Community | User] = []
    for name in names or credentials:
        credential = credentials.get(name)
        if isinstance(credential, SnmpCredential):
            found.append(credential.access())
        elif names:
            raise ValueError(f"notifications.credentials: {name!r} is not there, or not for SNMP")
    return found


def _engine_id(settings: NotificationSettings, host_name: str) -> bytes:
    """RFC 3411, 5, SnmpEngineID: octets of our own, under no enterprise's number."""
    if settings.engine_id:
        return bytes.fromhex(settings.engine_id)
    address = str(ipaddress.ip_address(address_of(settings.listen)[0]))
    made = hashlib.sha256(f"acsd {host_name} {address}".encode()).digest()[:16]
    return b"\x80\x00\x00\x00\x05" + made
