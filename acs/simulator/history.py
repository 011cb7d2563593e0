"""Two weeks of the past of a fleet, as facts to be committed. No I/O of its own.

The past is made by the same functions of time as the live values.
"""

import queue
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from acs.facts import Event, Fact, Informed, Rebooted, Sampled
from acs.simulator.fleet import Member
from acs.simulator.illness import DAY, HOUR
from diagnostics.sample import Value

DAYS = 14
_BATCH = 24  # samples in one item of a commit: a day
_IN_FLIGHT = 64
_TR181_ONLY = (
    "sys.temp_cpu",
    "eth.link_last_change",
    "dhcp.status",
    "dhcp.lease_left",
    "wifi.noise",
    "wifi.client_rssi_p10",
    "wifi.client_snr_p10",
    "wifi.retry_ratio",
    "lan.port_speed",
)
_ETHERNET_ERRORS = ("eth.fcs_err", "eth.err_rx", "eth.err_tx", "eth.disc_rx", "eth.disc_tx")
# In the past somebody ran the tests that tell these; the tree does not.
TESTED = frozenset({"sys.dns_proxy_fail"})
_WRAPPING = ("eth.rx_bytes", "eth.tx_bytes", "eth.rx_packets")  # 32 bits in TR-098


class Storing(Protocol):
    """What is needed of storage."""

    def commit(self, facts: Sequence[Fact]) -> Any:
        """Store facts; a Deferred."""


def readable(member: Member, vitals: dict[str, Value]) -> dict[str, Value]:
    """The vitals as the router's data model lets them be read."""
    kept = {**vitals, "sys.fw_version": member.model.firmware}
    if member.model.root == "Device.":
        return _without(kept, "ppp.state", "ppp.last_error", "ppp.uptime")
    for name in _WRAPPING:
        kept[name] = int(kept[name]) % 2**32
    kept = _without(kept, *_TR181_ONLY)
    if member.model.ppp:
        kept["ppp.err_rx"] = kept["eth.err_rx"]
        return _without(kept, "ip.state", *_ETHERNET_ERRORS)
    kept["ip.state"] = kept["ppp.state"]  # TR-098 names the states of any connection alike
    return _without(kept, "ppp.state", "ppp.last_error", "ppp.uptime")


def _without(vitals: dict[str, Value], *names: str) -> dict[str, Value]:
    return {name: value for name, value in vitals.items() if name not in names}


def past_of(member: Member, now: float, *, step: float = HOUR) -> Iterator[list[Fact]]:
    """All facts of one router's last two weeks, in order, in items for ``Store.commit``.

    ``step`` is the time between two samples, s.
    """
    began = now - DAYS * DAY
    offline_from = member.body.onset if member.body.illness.name == "outage" else now
    yield [_informed(member, began, "0 BOOTSTRAP"), member.belongs(began)]
    boots = iter([at for at in member.body.boots if at > began])
    boot = next(boots, None)
    item: list[Fact] = []
    # each router at its own minute
    at = began + step * member.body.share("minute", 0.0)
    while at < min(now - 60, offline_from):
        while boot is not None and boot <= at:
            item += [
                Rebooted(router_id=member.router_id, at=boot, cause="unknown"),
                _informed(member, boot + 40, "1 BOOT"),
            ]
            boot = next(boots, None)
        vitals = readable(member, member.body.vitals(at))
        item.append(Sampled(router_id=member.router_id, at=at, vitals=vitals))
        if len(item) >= _BATCH:
            yield item
            item = []
        at += step
    # the last Inform is fresh, so that nobody passes for offline while the server starts
    last = min(now, offline_from)
    yield [*item, _informed(member, last, "2 PERIODIC")]


def _informed(member: Member, at: float, event: str) -> Informed:
    vitals = member.body.vitals(at)
    return Informed(
        router_id=member.router_id,
        at=at,
        device=member.model.device(member.serial),
        events=(Event(event),),
        address="127.0.0.1",
        root=member.model.root,
        namespace=member.model.style.namespace,
        software_version=member.model.firmware,
        hardware_version="1.2",
        vitals={"sys.uptime": vitals["sys.uptime"]},
    )


class Deliveries:
    """Runs on one thread what a store's writer hands over: its ``deliver`` argument."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def __call__(self, call: Callable[[], None]) -> None:
        """Queue a call; from any thread."""
        self._waiting.put(call)

    def run_one(self) -> None:
        """Wait for one call and run it here."""
        self._waiting.get()()


def load(
    store: Storing,
    deliveries: Deliveries,
    fleet: Sequence[Member],
    now: float,
    *,
    step: float = HOUR,
) -> int:
    """Commit the past of all, many items in flight; return the number of facts.

    ``store`` must have been opened with ``deliveries`` as its ``deliver``.

    Raises:
        Exception: whatever the store refused the first refused item with.
    """
    waiting, facts = 0, 0
    failures: list[Any] = []

    def done(_result: object) -> None:
        nonlocal waiting
        waiting -= 1

    def failed(failure: Any) -> None:
        failures.append(failure)
        done(None)

    for member in fleet:
        for item in past_of(member, now, step=step):
            while waiting >= _IN_FLIGHT:
                deliveries.run_one()
            waiting += 1
            facts += len(item)
            store.commit(item).addCallbacks(done, failed)
    while waiting:
        deliveries.run_one()
    if failures:
        failures[0].raiseException()
    return facts
