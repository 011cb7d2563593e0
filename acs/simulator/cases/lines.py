"""What the access lines report when well, shifted by what a fault did to them.

Copper, fibre, coaxial cable and radio; Ethernet is in ``reporting``.
"""

import numpy as np

from acs.simulator.cases.counting import Growth
from acs.simulator.cases.plant import DAY, HOUR, Plant

Reports = tuple[dict[str, object], dict[str, Growth]]


def _drift(plant: Plant, size: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """A slow daily wave, as temperature makes it, and noise."""
    wave = np.sin((plant.hour - 9) / 24 * 2 * np.pi)
    return size * (wave + 0.4 * plant.rng.standard_normal(len(plant.at)))


def copper(plant: Plant) -> Reports:
    """ADSL and VDSL."""
    rng, line, dt = plant.rng, plant.line, plant.dt
    zero, one = np.zeros(len(dt)), np.ones(len(dt))
    margin = rng.uniform(65, 150) + line.get("margin", zero) + _drift(plant, 4)
    atten = rng.uniform(140, 420)
    best = plant.p("dsl.rate", 90_000) * np.exp(-atten / 180) * rng.uniform(0.8, 1.1)
    rate = best * rng.uniform(0.75, 0.98) * line.get("rate", one)
    retrains = rng.poisson(line.get("retrains", zero) * dt / HOUR + 0.08 * dt / DAY)
    shown, begun = np.zeros(len(dt)), float(rng.uniform(0.2, 9)) * DAY
    uptime = plant.uptime()
    for index in range(len(dt)):
        begun = dt[index] * rng.random() if retrains[index] else begun + dt[index]
        shown[index] = begun = min(begun, max(60.0, uptime[index] - 40))
    hours = dt / HOUR
    es = line.get("es", zero) + rng.lognormal(np.log(1.2), 1.0)
    crc = line.get("crc", zero) + rng.lognormal(np.log(3), 1.2)
    gauges: dict[str, object] = {
        "dsl.snr_margin_ds": np.round(margin),
        "dsl.snr_margin_us": np.round(margin * 0.9 + rng.uniform(-15, 25) + _drift(plant, 4)),
        "dsl.atten_ds": np.round(atten + line.get("atten", zero) + _drift(plant, 2)),
        "dsl.atten_us": np.round(atten * 0.6 + 0.6 * line.get("atten", zero) + _drift(plant, 2)),
        "dsl.rate_ds": np.round(rate),
        "dsl.rate_max_ds": np.round(best * line.get("rate", one) ** 0.9 * 1.02),
        "dsl.link_status": ["Up"] * len(dt),
        "dsl.showtime": np.round(shown),
    }
    counters = {
        "dsl.es": Growth(es * hours, persists=True),
        "dsl.ses": Growth((line.get("ses", zero) + 0.02) * hours, persists=True),
        "dsl.crc_ds": Growth(crc * hours, persists=True),
        "dsl.fec_ds": Growth((line.get("fec", zero) + 400 * crc) * hours, persists=True),
        "dsl.hec_ds": Growth(0.1 * crc * hours, persists=True),
        "dsl.retrain": Growth(retrains.astype(float), persists=True, exact=True),
    }
    return gauges, counters


def fibre(plant: Plant) -> Reports:
    """GPON."""
    rng, line, dt = plant.rng, plant.line, plant.dt
    zero = np.zeros(len(dt))
    before = plant.words.get("light_before")
    power = float(before[0]) if before else float(rng.uniform(-25, -16))
    light = power + line.get("light", zero) + _drift(plant, 0.12)
    sent = rng.uniform(1.6, 3.4) + line.get("sent", zero) + _drift(plant, 0.06)
    bias = rng.uniform(7, 13) * (1 + line.get("bias", zero)) + _drift(plant, 0.25)
    heat = rng.uniform(42, 54) + line.get("heat", zero) + _drift(plant, 2)
    supply = rng.uniform(3260, 3340) + line.get("supply", zero) + _drift(plant, 6)
    olt = sent - rng.uniform(20, 27) + 0.9 * line.get("light", zero) + _drift(plant, 0.2)
    degraded = plant.words.get("sd", [False] * len(dt))
    hours = dt / HOUR
    corrected = line.get("corrected", zero) + rng.lognormal(3, 1.2)
    words = 1e4 * dt
    gauges: dict[str, object] = {
        "pon.rx_power": np.round(light * 1000),
        "pon.tx_power": np.round(sent * 1000),
        "pon.bias": np.round(bias * 1000),
        "pon.temp": np.round(heat),
        "pon.voltage": np.round(supply),
        "pon.olt_rx_power": np.round(olt, 1),
        "pon.los": [False] * len(dt),
        "pon.sd_sf": degraded,
    }
    counters = {
        "pon.bip_ds": Growth((line.get("bip", zero) + 0.02) * hours),
        "pon.fec_uncorr": Growth((line.get("uncorrectable", zero) + 0.004) * hours, bits=64),
        "pon.fec_corr": Growth(corrected * hours, bits=64),
        "pon.fec_total": Growth(words, bits=64, exact=True),
    }
    return gauges, counters


def coaxial(plant: Plant) -> Reports:
    """DOCSIS."""
    rng, line, dt = plant.rng, plant.line, plant.dt
    zero = np.zeros(len(dt))
    noise = line.get("us_noise", zero)
    snr = rng.uniform(358, 395) + line.get("ds_snr", zero) + _drift(plant, 4)
    hours = dt / HOUR
    t3 = line.get("t3", zero) + plant.p("cm.t3", 0.02) * rng.lognormal(0, 0.8)
    t4 = line.get("t4", zero) + 0.0004
    words = 4e4 * dt
    bad = np.clip(line.get("uncorrectable", zero), 0, 0.3) + 2e-8 * rng.lognormal(0, 1)
    level = rng.uniform(-45, 50) + line.get("ds_power", zero) + _drift(plant, 6)
    sent = rng.uniform(380, 470) + line.get("us_power", zero) + _drift(plant, 6)
    gauges: dict[str, object] = {
        "cm.ds_power": np.round(level),
        "cm.ds_snr": np.round(snr),
        "cm.us_power": np.round(sent),
        "cm.us_snr_cmts": np.round(rng.uniform(315, 360) - noise + _drift(plant, 4)),
        "cm.partial_service": plant.words.get("partial", [False] * len(dt)),
    }  # fmt: skip
    counters = {
        "cm.t3": Growth(t3 * hours),
        "cm.t4": Growth(t4 * hours),
        "cm.resets": Growth((t4 + 0.0008) * hours),
        "cm.uncorr": Growth(bad * words, bits=64),
        "cm.corr": Growth((30 * bad + 1e-6) * words, bits=64),
        "cm.unerr": Growth((1 - 31 * bad) * words, bits=64, exact=True),
    }
    return gauges, counters


def radio(plant: Plant) -> Reports:
    """LTE."""
    rng, line, dt = plant.rng, plant.line, plant.dt
    zero = np.zeros(len(dt))
    power = rng.uniform(-98, -82) + line.get("rsrp", zero) + 2 * rng.standard_normal(len(dt))
    quality = rng.uniform(-9.5, -6.5) + line.get("rsrq", zero) - 0.9 * plant.evening()
    gauges: dict[str, object] = {
        "lte.rsrp": np.round(power),
        "lte.rsrq": np.round(quality + 0.7 * rng.standard_normal(len(dt))),
        "lte.rssi": np.round(power + rng.uniform(24, 30)),
        "lte.sinr": np.round(rng.uniform(11, 20) + line.get("sinr", zero) - 2 * plant.evening()
                             + rng.standard_normal(len(dt)), 1),
        "lte.rat": plant.words.get("rat", ["LTE"] * len(dt)),
        "lte.cell_id": [f"{rng.integers(1 << 20, 1 << 27):07X}"] * len(dt),
    }  # fmt: skip
    return gauges, {}


LINES = {"xDSL": copper, "GPON": fibre, "DOCSIS": coaxial, "LTE": radio}
