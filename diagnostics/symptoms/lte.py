"""The mobile connection: signal, load of the cell, the network generation in use."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom

_GOOD, _WEAK, _BAD = range(3)
_CURRENT, _STUCK, _FALLBACK = range(3)
_OLD = ("gprs", "edge", "gsm", "umts", "hspa", "hsdpa", "hsupa", "wcdma", "cdma", "2g", "3g")


def _signal(see: Observations) -> Finding | None:
    limits = see.limits.line
    strength, quality = see.middle("lte.rsrp"), see.middle("lte.sinr")
    found: list[Finding] = []
    if strength is not None:
        level = (strength < limits.rsrp_weak) + (strength < limits.rsrp_bad)
        says = "The mobile signal is {:.0f} dBm; -95 dBm is good."
        found.append(Finding(level, "lte.rsrp", says, (strength,)))
    if quality is not None:
        level = (quality < limits.sinr_weak) + (quality < limits.sinr_bad)
        says = "The mobile signal is {:.0f} dB above the noise; 13 dB is good."
        found.append(Finding(level, "lte.sinr", says, (quality,)))
    return max(found, key=lambda finding: finding.level, default=None)


def _load(see: Observations) -> Finding | None:
    metric = "lte.rsrq"
    quality, strength = see.middle(metric), see.middle("lte.rsrp")
    limits = see.limits.line
    if quality is None or strength is None or strength < limits.rsrp_weak:
        return None
    says = "The mobile cell's quality is {:.0f} dB although the signal is good."
    return Finding(int(quality < limits.rsrq_loaded), metric, says, (quality,))


def _network(see: Observations) -> Finding | None:
    metric = "lte.rat"
    network = see.word(metric)
    if network is None:
        return None
    if not any(old in network for old in _OLD):
        return Finding(_CURRENT, metric, "It uses the mobile network {}.", (network.upper(),))
    strength = see.middle("lte.rsrp")
    if strength is None:
        strength = see.middle("lte.rssi")
    is_weak = strength is not None and strength < see.limits.line.rsrp_weak
    says = "It stays on the old mobile network {}."
    return Finding(_FALLBACK if is_weak else _STUCK, metric, says, (network.upper(),))


SYMPTOMS = (
    Symptom("lte_signal", ("lte.rsrp", "lte.sinr"), _signal),
    Symptom("lte_load", ("lte.rsrq",), _load),
    Symptom("lte_network", ("lte.rat",), _network),
)
