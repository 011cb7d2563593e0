"""A router whose vitals are known, hour by hour, and what happens to it."""

from collections.abc import Callable, Iterable

import msgspec
import pytest

from diagnostics.context import Contact, Context
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.sample import Sample, Value
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import Verdict

HOUR, DAY = 3600.0, 86400.0
NOW = 1_790_000_000.0
Vitals = dict[str, Value]
Change = Callable[[float, Vitals], None]
FRAMES = 600.0


def healthy(at: float, booted_at: float) -> Vitals:
    """Vitals of a router with nothing wrong; counters count from its boot."""
    uptime = at - booted_at
    ripple = (int(at // HOUR) * 7919 % 11) / 10 - 0.5
    frames = FRAMES * uptime
    return {
        "sys.uptime": int(uptime),
        "sys.mem_total": 262_144,
        "sys.mem_free": int(262_144 * (0.58 + 0.01 * ripple)),
        "sys.cpu_util": round(9 + 4 * ripple),
        "sys.dns_proxy_fail": 0.0,
        "sys.conntrack_used": 900,
        "sys.conntrack_max": 8064,
        "eth.link_up": "Up",
        "eth.link_last_change": int(uptime),
        "eth.speed": 1000,
        "eth.duplex": "Full",
        "eth.fcs_err": int(frames * 2e-8),
        "eth.disc_tx": int(frames * 2e-7),
        "eth.rx_packets": int(frames),
        "dhcp.status": "Bound",
        "ppp.state": "Connected",
        "ppp.last_error": "ERROR_NONE",
        "ip.ping_loss_gw": 0.0,
        "ip.ping_rtt_gw": 8.0 + ripple,
        "wifi.radio_status": "Up",
        "wifi.client_rssi_p10": round(-60 + 2 * ripple),
        "wifi.retry_ratio": 0.05,
        "wifi.chan_util": 25.0,
        "wifi.assoc": 4,
        "lan.port_speed": 1000,
        "lan.err_rx": 0,
    }


class Story:
    """Hourly samples of one router up to now."""

    def __init__(self, days: float = 14.0, booted: float = 20 * DAY) -> None:
        self.booted_at = NOW - booted
        self.times = [NOW - 60 - HOUR * i for i in reversed(range(int(days * 24)))]
        self.changes: list[Change] = []
        self.context = Context(access="FTTB")

    def with_(self, change: Change) -> "Story":
        """Let ``change`` alter the vitals of each sample; it gets the age before now."""
        self.changes.append(change)
        return self

    def since(self, seconds: float, vitals: Vitals) -> "Story":
        """These readings during the last ``seconds``."""

        def change(age: float, values: Vitals) -> None:
            if age <= seconds:
                values.update(vitals)

        return self.with_(change)

    def samples(self) -> Iterable[Sample]:
        for at in self.times:
            vitals = healthy(at, self.booted_at)
            for change in self.changes:
                change(NOW - at, vitals)
            yield Sample(at=at, values=vitals)

    def history(self) -> History:
        return History.from_samples(self.samples())

    def verdict(self, *, calling: bool = True, now: float = NOW) -> Verdict:
        context = self.context
        if calling:
            call = Contact(at=now - 30, channel="phone")
            context = msgspec.structs.replace(context, contacts=(*context.contacts, call))
        return diagnose(self.history(), context, Thresholds(), now)

    def told(self, **facts: object) -> "Story":
        """Let these fields of the context be known."""
        self.context = msgspec.structs.replace(self.context, **facts)
        return self


@pytest.fixture
def story() -> Callable[..., Story]:
    return Story


@pytest.fixture
def now() -> float:
    return NOW
