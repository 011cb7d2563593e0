"""What is wrong with a simulated router, as functions of time that give its vitals.

The same functions make the past (history) and the live values. Seeded and without state but the
boots; no CWMP, no clock.
"""

import math
import zlib
from bisect import bisect_right, insort
from collections.abc import Callable
from typing import Literal

import msgspec

from diagnostics.sample import Value

Name = Literal["healthy", "leaking", "hung_dns", "bad_cable", "weak_wifi", "boot_loop", "outage"]
Vitals = dict[str, Value]

HOUR, DAY = 3600.0, 86_400.0
MEMORY = 262_144  # KiB
_FRESH = 0.58  # share of memory that is free after a boot
_LEAK_DAYS = 12.0  # uptime at which a leaking router has almost nothing left
_FRAMES = 600.0  # received frames a second, mean
_BUSY = 2 * math.pi / DAY


class Illness(msgspec.Struct, frozen=True):
    """One illness: what it does to the vitals of its carrier.

    Attributes:
        name: how fleets name it.
        cured_by_reboot: a reboot ends it (a leak merely starts anew).
        strike: changes the vitals of a router that has it, ``age`` seconds after the onset.
    """

    name: Name
    cured_by_reboot: bool
    strike: Callable[["Body", float, float, Vitals], None]


class Body:
    """The physical state of one router.

    Attributes:
        seed: makes its noise; two bodies of one seed are alike.
        boots: Unix seconds of its starts, ascending; the first may be long ago.
        onset: when the illness began.
        voice: it has telephony.
        in_call: somebody is on the phone, all the time.
    """

    def __init__(
        self,
        seed: int,
        illness: Name,
        *,
        onset: float,
        boots: list[float],
        voice: bool = False,
        in_call: bool = False,
    ) -> None:
        self.seed = seed
        self.illness = ILLNESSES[illness]
        self.onset = onset
        self.boots = sorted(boots)
        self.voice = voice
        self.in_call = in_call
        self._cured_at = math.inf

    def booted_at(self, at: float) -> float:
        """The last boot before ``at``; the first of all if there was none."""
        return self.boots[max(0, bisect_right(self.boots, at) - 1)]

    def reboot(self, at: float) -> None:
        """The router starts anew at ``at``."""
        insort(self.boots, at)
        if self.illness.cured_by_reboot and at >= self.onset:
            self._cured_at = min(self._cured_at, at)

    def is_ill(self, at: float) -> bool:
        """Whether the illness shows at ``at``."""
        return self.onset <= at < self._cured_at and self.illness.name != "healthy"

    def is_offline(self, at: float) -> bool:
        """Whether the line or the mains are gone at ``at``."""
        return self.illness.name == "outage" and self.is_ill(at)

    def next_boot(self, after: float) -> float | None:
        """When it falls over by itself next; None when it does not."""
        if self.illness.name != "boot_loop":
            return None
        # minutes to hours apart, longer and longer by chance
        wait = 240.0 + 600.0 * self.share("boot", after)
        return max(after, self.onset) + wait

    def noise(self, name: str, at: float) -> float:
        """A reproducible value between -1 and 1 for one vital at one moment."""
        return 2 * self.share(name, at) - 1

    def share(self, name: str, at: float) -> float:
        """A reproducible value between 0 and 1."""
        return zlib.crc32(f"{self.seed}/{name}/{int(at)}".encode()) / 2**32

    def clients(self, at: float) -> list[int]:
        """Signal strength of each Wi-Fi client, dBm."""
        count = 3 + self.seed % 3
        base = -84 if self.illness.name == "weak_wifi" and self.is_ill(at) else -58
        return [
            round(base + 3 * (number % 3) + 2 * self.noise(f"rssi{number}", at))
            for number in range(count)
        ]

    def vitals(self, at: float) -> Vitals:
        """All vitals at ``at``, in the catalogue's names and units."""
        booted = self.booted_at(at)
        vitals = _healthy(self, at, max(0.0, at - booted))
        if self.is_ill(at):
            self.illness.strike(self, at, at - self.onset, vitals)
        return vitals


def _traffic(since: float, until: float, rate: float, phase: float) -> float:
    """What a rate that swings over the day by four fifths adds up to."""

    def area(at: float) -> float:
        return at - 0.8 / _BUSY * math.cos(_BUSY * (at - phase))

    return rate * (area(until) - area(since))


def _healthy(body: Body, at: float, uptime: float) -> Vitals:
    booted = at - uptime
    noise = body.noise
    clients = body.clients(at)
    phase = (body.seed % 6) * HOUR
    frames = _traffic(booted, at, _FRAMES, phase)
    vitals: Vitals = {
        "sys.uptime": int(uptime),
        "sys.mem_total": MEMORY,
        "sys.mem_free": int(MEMORY * (_FRESH + 0.01 * noise("mem", at))),
        "sys.cpu_util": round(9 + 5 * noise("cpu", at)),
        "sys.process_count": round(72 + 2 * noise("proc", at)),
        "sys.temp_cpu": round(57 + 2 * noise("temp", at)),
        "sys.clock_synced": "Synchronized",
        "sys.dns_proxy_fail": 0.0,
        "eth.link_up": "Up",
        "eth.link_last_change": int(uptime),
        "eth.speed": 1000,
        "eth.duplex": "Full",
        "eth.fcs_err": int(frames * 2e-8),
        "eth.err_rx": int(frames * 2e-8),
        "eth.err_tx": 0,
        "eth.disc_rx": int(frames * 1e-7),
        "eth.disc_tx": int(frames * 2e-7),
        "eth.rx_bytes": int(frames * 900),
        "eth.tx_bytes": int(frames * 110),
        "eth.rx_packets": int(frames),
        "ip.state": "Up",
        "dhcp.status": "Bound",
        "dhcp.lease_left": int(6600 - uptime % 3000),
        "ppp.state": "Connected",
        "ppp.last_error": "ERROR_NONE",
        "ppp.uptime": int(uptime),
        "wifi.radio_status": "Up",
        "wifi.noise": round(-94 + noise("floor", at)),
        "wifi.client_rssi_p10": min(clients),
        "wifi.client_snr_p10": min(clients) + 94,
        "wifi.assoc": len(clients),
        "wifi.retry_ratio": 0.05,
        "lan.hosts_active": len(clients) + 2,
        "lan.port_speed": 1000,
        "lan.err_rx": 0,
        "sys.fw_version": "",
    }
    if body.voice:
        vitals["voip.call_active"] = "InCall" if body.in_call else "Idle"
        vitals["voip.reg_status"] = "Up"
    return vitals


def _well(_body: Body, _at: float, _age: float, _vitals: Vitals) -> None:
    """Nothing is wrong."""


def _leak(body: Body, at: float, _age: float, vitals: Vitals) -> None:
    """F01: free memory falls with uptime; what is left serves everything slowly."""
    progress = min(1.0, (at - body.booted_at(at)) / (_LEAK_DAYS * DAY))
    free = _FRESH * (1 - progress) + 0.035 + 0.004 * body.noise("mem", at)
    vitals["sys.mem_free"] = int(MEMORY * free)
    if progress > 0.9:  # noqa: PLR2004 - close to the end the box starts to thrash
        vitals["sys.cpu_util"] = round(38 + 8 * body.noise("cpu", at))


def _hung_dns(body: Body, at: float, _age: float, vitals: Vitals) -> None:
    """F02: the DNS proxy hangs and spins; the line is fine."""
    vitals["sys.dns_proxy_fail"] = 0.9
    vitals["sys.cpu_util"] = round(61 + 6 * body.noise("cpu", at))


def _bad_cable(body: Body, at: float, age: float, vitals: Vitals) -> None:
    """F13: two of four pairs are damaged: 100 Mbit/s, broken frames, a flap now and then."""
    since = min(age, at - body.booted_at(at))
    broken = int(_traffic(at - since, at, _FRAMES * 9e-4, 0.0))
    vitals["eth.speed"] = 100
    for metric in ("eth.fcs_err", "eth.err_rx"):
        vitals[metric] = broken
    vitals["eth.link_last_change"] = int(min(since, age % (2.5 * HOUR)))


def _weak_wifi(_body: Body, _at: float, _age: float, vitals: Vitals) -> None:
    """F05: the clients are far away (their signal is in ``clients``)."""
    vitals["wifi.retry_ratio"] = 0.29


def _boot_loop(body: Body, at: float, _age: float, vitals: Vitals) -> None:
    """F17: too hot or a failing power supply; it starts again and again."""
    vitals["sys.temp_cpu"] = round(89 + 3 * body.noise("temp", at))


ILLNESSES: dict[Name, Illness] = {
    illness.name: illness
    for illness in (
        Illness("healthy", cured_by_reboot=False, strike=_well),
        Illness("leaking", cured_by_reboot=True, strike=_leak),
        Illness("hung_dns", cured_by_reboot=True, strike=_hung_dns),
        Illness("bad_cable", cured_by_reboot=False, strike=_bad_cable),
        Illness("weak_wifi", cured_by_reboot=False, strike=_weak_wifi),
        Illness("boot_loop", cured_by_reboot=False, strike=_boot_loop),
        Illness("outage", cured_by_reboot=False, strike=_well),
    )
}
