"""What a router reports of its state, in the catalogue's names and units, without any mishap.

Which of it a model offers, and what goes wrong on the way, is in ``observing``.
"""

import numpy as np

from acs.simulator.cases.counting import Growth, count
from acs.simulator.cases.household import Array
from acs.simulator.cases.lines import LINES
from acs.simulator.cases.plant import DAY, HOUR, Plant

Columns = dict[str, object]
"""Metric to its readings: an array, or a list of words."""

_TICKS = 2**32 / 100


def report(plant: Plant) -> Columns:
    """All readings at all moments."""
    uptime = plant.uptime()
    gauges: Columns = {}
    counters: dict[str, Growth] = {}
    for part in (_system, _wan, _session, _wifi, _lan, _others):
        more, growths = part(plant, uptime)
        gauges |= more
        counters |= growths
    if plant.model.access in LINES:
        more, growths = LINES[plant.model.access](plant)
        gauges |= more
        counters |= growths
    restarts = [at for at, _ in plant.restarts]
    readings = count(
        plant.rng,
        counters,
        at=plant.at,
        dt=plant.dt,
        restarts=restarts,
        uptime_before=plant.uptime_before,
    )
    return gauges | readings


def _noise(plant: Plant, size: float) -> Array:
    return size * plant.rng.standard_normal(len(plant.at))


def _system(plant: Plant, uptime: Array) -> tuple[Columns, dict[str, Growth]]:
    rng, model, n = plant.rng, plant.model, len(plant.at)
    busy = plant.demand * plant.served / max(plant.home.peak, 1)
    fill = 1 - np.exp(-uptime / (1.5 * DAY))
    free = rng.uniform(0.36, 0.52) - (model.cached + plant.cached) * fill
    used = model.memory * (0.012 * busy) + plant.leaked
    unit = model.memory / 250
    memory = np.clip(model.memory * np.clip(free, 0.06, 1) - used, 0.02 * model.memory, None)
    memory = np.clip(memory + unit * rng.standard_normal(n), 0.008 * model.memory, None)
    hard = 100 * np.clip(
        (plant.leaked + model.memory * (0.42 + 0.012 * busy)) / model.memory, 0, 0.99
    )
    cpu = rng.uniform(4, 14) + 14 * busy + plant.cpu + np.abs(_noise(plant, 3))
    reported = np.mod(uptime, _TICKS) if model.ticks else uptime
    gauges: Columns = {
        "sys.uptime": np.floor(reported),
        "sys.clock_synced": ["Synchronized"] * n,
        "sys.mem_total": np.full(n, model.memory),
        "sys.mem_free": np.round(memory),
        "sys.mem_util": np.round(np.clip(hard + _noise(plant, 0.6), 0, 99)),
        "sys.cpu_util": np.round(np.clip(cpu, 1, 100)),
        "sys.load1_per_core": np.round(np.clip(cpu / 90 + plant.load, 0.01, None), 2),
        "sys.softirq_share": np.round(np.clip(3 + 9 * busy + plant.softirq, 0, 100)),
        "sys.process_count": np.round(rng.integers(55, 110) + plant.processes + _noise(plant, 1.2)),
        "sys.fd_open": np.round(rng.integers(400, 900) + plant.files + _noise(plant, 12)),
        "sys.slab_unreclaim": np.round(
            model.memory * 0.05 * rng.uniform(0.8, 1.3) + plant.slab + unit * _noise(plant, 0.15)
        ),
        "sys.temp_cpu": np.round(rng.uniform(48, 63) + 4 * busy + plant.heat + _noise(plant, 1.2)),
        "sys.voltage": np.round(12 * rng.uniform(0.98, 1.02) * plant.voltage
                                + _noise(plant, 0.04), 1),
        "sys.flash_free": np.full(n, float(rng.integers(2000, 20_000))),
        "sys.conntrack_used": np.round(np.clip(
            plant.connections + model.connections * rng.uniform(0.01, 0.06) * (0.3 + busy),
            20, model.connections)),
        "sys.conntrack_max": np.full(n, model.connections),
        "sys.dns_proxy_fail": np.round(rng.binomial(20, np.clip(plant.dns + 0.001, 0, 1)) / 20, 3),
    }  # fmt: skip
    hours = plant.dt / HOUR
    return gauges | _causes(plant), {
        "sys.oom_kills": Growth(plant.oom * hours),
        "sys.conntrack_drop": Growth(plant.refused * hours, bits=64),
    }


def _causes(plant: Plant) -> Columns:
    """What the newer data model tells of restarts (TR-181 2.18, DeviceInfo.Reboots)."""
    n, at = len(plant.at), plant.at
    counts = {"all": np.zeros(n), "watchdog": np.zeros(n), "power": np.zeros(n)}
    last = ["PowerOn"] * n
    words = {"power": "PowerOn", "watchdog": "Watchdog", "remote_reboot": "RemoteReboot"}
    for when, cause in sorted(plant.restarts):
        counts["all"] += at >= when
        if cause in counts:
            counts[cause] += at >= when
        first = int(np.searchsorted(at, when))
        last[first:] = [words.get(cause, "Unknown")] * (n - first)
    base = plant.rng.integers(3, 60)
    recent = [when for when, _ in plant.restarts]
    after = at >= max(recent) if recent else np.zeros(n, dtype=bool)
    return {
        "sys.boot_count": counts["all"] + base,
        "sys.boot_watchdog": counts["watchdog"] + base // 10,
        "sys.boot_cold": counts["power"] + base // 2,
        "sys.last_boot_cause": last,
        "sys.kernel_faults_prev_boot": np.where(after, plant.kernel_faults, 0),
        "sys.process_faults_prev_boot": np.where(after, plant.process_faults, 0),
    }


def _wan(plant: Plant, uptime: Array) -> tuple[Columns, dict[str, Growth]]:
    rng, dt = plant.rng, plant.dt
    received = plant.demand * plant.served * dt + 2 * dt
    # a flow cannot be faster than the port; 100 Mbit/s is some 10,000 packets a second
    received = np.minimum(received, plant.speed * 1e6 / 8 / plant.home.packet * dt)
    sent = received * 0.55
    broken = plant.broken + 10 ** rng.uniform(-9.5, -7.3)
    up = plant.broken_up + 10 ** rng.uniform(-9.5, -7.5)
    flaps = rng.poisson(plant.flaps * dt / HOUR + 0.02 * dt / DAY)
    age, held = np.zeros(len(dt)), float(uptime[0] * rng.uniform(0.3, 1))
    for index in range(len(dt)):
        held = dt[index] * rng.random() if flaps[index] else held + dt[index]
        age[index] = held = min(held, uptime[index])
    bits = plant.model.octets
    gauges: Columns = {
        "eth.link_up": ["Up"] * len(dt),
        "eth.speed": plant.speed,
        "eth.duplex": plant.duplex,
        "eth.link_last_change": np.floor(age),
        "eth.tdr_pair_status": [*([None] * (len(dt) - 1)), plant.words.get("tdr", ["ok"])[0]],
    }
    return gauges, {
        "eth.rx_bytes": Growth(received * plant.home.packet, bits=bits, exact=True),
        "eth.tx_bytes": Growth(
            received * plant.home.packet * plant.home.upward, bits=bits, exact=True
        ),
        "eth.rx_packets": Growth(received, bits=bits, exact=True),
        "eth.fcs_err": Growth(received * broken),
        "eth.align_err": Growth(received * broken * 0.1),
        "eth.symbol_err": Growth(received * broken * 0.6),
        "eth.err_rx": Growth(received * broken * 1.05),
        "eth.err_tx": Growth(sent * 1e-9),
        "eth.disc_rx": Growth(received * 2e-7),
        "eth.disc_tx": Growth(sent * (plant.dropped + 10 ** rng.uniform(-8, -5.5))),
        "eth.switch_port_fcs": Growth(sent * up, persists=True),
    }  # fmt: skip


def _session(plant: Plant, uptime: Array) -> tuple[Columns, dict[str, Growth]]:
    rng, n = plant.rng, len(plant.at)
    dial = plant.words.get("dial", ["up"] * n)
    auth = plant.words.get("auth", [False] * n)
    usual = rng.random(n) < 0.5  # noqa: PLR2004 - it is either dialling or waiting
    ppp, dhcp, ip, errors = [], [], [], []
    for state, refused, coin in zip(dial, auth, usual, strict=True):
        is_up = state == "up"
        ppp.append("Connected" if is_up else ("Connecting" if coin else "Disconnected"))
        waiting = "Rebinding" if state == "stuck" and coin else "Selecting"
        dhcp.append("Bound" if is_up else waiting)
        ip.append("Up" if is_up else "LowerLayerDown")
        silent = "ERROR_NONE" if is_up or coin else "ERROR_ISP_TIME_OUT"
        errors.append("ERROR_AUTHENTICATION_FAILURE" if refused else silent)
    up = np.array([state == "up" for state in dial])
    age, held = np.zeros(n), float(uptime[0] * rng.uniform(0.2, 1))
    redialled = plant.words.get("redialled", [0.0])[0]
    for index in range(n):
        is_new = plant.at[index] >= redialled > plant.at[index] - plant.dt[index]
        held = 0.0 if not up[index] else (60.0 if is_new else held + plant.dt[index])
        age[index] = held = min(held, uptime[index])
    lease = rng.choice([3600.0, 7200.0, 86_400.0])
    left = lease - np.mod(plant.at + rng.uniform(0, lease), lease / 2)
    return {
        "ppp.state": ppp,
        "ppp.last_error": errors,
        "ppp.uptime": np.floor(age),
        "dhcp.status": dhcp,
        "ip.state": ip,
        "dhcp.lease_left": np.round(np.where(up, left, np.clip(left * 0.05, 0, None))),
        "ip.ping_loss_gw": np.round(rng.binomial(20, np.clip(plant.loss + 2e-4, 0, 1)) / 20, 3),
        "ip.ping_rtt_gw": np.round(
            rng.uniform(1.5, 9) + 1.5 * plant.evening() + plant.rtt + np.abs(_noise(plant, 0.8)), 1
        ),
        "tcp.retrans_ratio": np.round(np.clip(0.003 + plant.loss + _noise(plant, 0.001), 0, 1), 4),
    }, {}


def _wifi(plant: Plant, _uptime: Array) -> tuple[Columns, dict[str, Growth]]:
    rng, home, n = plant.rng, plant.home, len(plant.at)
    comers = rng.binomial(home.comers, np.clip(plant.present, 0, 1))
    assoc = np.round((home.always + comers) * np.clip(plant.associated, 0, 1))
    signal = rng.uniform(-68, -52) + plant.signal + _noise(plant, 2.2)
    floor = rng.uniform(-97, -92) + plant.noise + _noise(plant, 0.8)
    own = 4 + 16 * plant.demand * plant.served / home.peak
    foreign = np.clip(rng.uniform(3, 20) * (0.5 + 0.5 * plant.evening(3)) + plant.foreign
                      + _noise(plant, 3), 0, 92)  # fmt: skip
    busy = np.clip(own + foreign + plant.air + _noise(plant, 2), 1, 99)
    retry = rng.uniform(0.03, 0.075) + 0.0006 * foreign + plant.retries
    retry = np.clip(retry * rng.lognormal(0, 0.12, n), 0, 0.9)
    near = rng.poisson(1.6)
    gone = assoc == 0
    shown = np.where(gone, np.nan, np.round(signal))
    rate = 1000 * np.clip(6.5 * 2 ** ((signal + 82) / 7), 1, 400)
    hours = plant.dt / HOUR
    frames = plant.demand * plant.served * home.wireless * plant.dt
    gauges: Columns = {
        "wifi.radio_status": plant.radio,
        "wifi.assoc": assoc,
        "wifi.client_rssi_p10": shown,
        "wifi.client_snr_p10": np.where(gone, np.nan, np.round(signal - floor)),
        "wifi.phy_rate_p10": np.where(gone, np.nan, np.round(rate)),
        "wifi.noise": np.round(floor),
        "wifi.retry_ratio": np.where(gone, np.nan, np.round(retry, 3)),
        "wifi.fail_ratio": np.where(gone, np.nan, np.round(retry**2 * 0.12, 4)),
        "wifi.chan_util": np.round(busy),
        "wifi.chan_util_other": np.round(foreign),
        "wifi.neighbors_cochannel": np.clip(
            np.round(near + plant.neighbours + _noise(plant, 0.7)), 0, None
        ),
        "lan.hosts_active": assoc + rng.binomial(home.wired, 0.9, n),
    }  # fmt: skip
    return gauges, {
        "wifi.reset_counter": Growth((plant.radio_resets + 0.02 / 24) * hours),
        "wifi.chan_changes": Growth((plant.rechannels + 0.5 / 24) * hours),
        "wifi.fcs_err": Growth(frames * 0.01 * retry),
        "wifi.plcp_err": Growth(frames * 0.002 * (1 + foreign / 20)),
        "wifi.psk_fail": Growth((plant.key_failures + 0.05) * hours),
    }


def _lan(plant: Plant, _uptime: Array) -> tuple[Columns, dict[str, Growth]]:
    rng, n = plant.rng, len(plant.at)
    frames = plant.demand * plant.served * (1 - plant.home.wireless) * plant.dt + 3 * plant.dt
    broadcasts = plant.broadcasts + rng.gamma(2, 2, n)
    return {
        "lan.port_speed": plant.lan_speed,
        "lan.bcast_rate": np.round(broadcasts, 1),
    }, {"lan.err_rx": Growth(frames * (plant.lan_broken + 10 ** rng.uniform(-9.5, -7.5)))}


def _others(plant: Plant, _uptime: Array) -> tuple[Columns, dict[str, Growth]]:
    rng, n = plant.rng, len(plant.at)
    usual = rng.uniform(0.6, 2.5)
    in_call = rng.random(n) < 0.02  # noqa: PLR2004 - of the time
    trouble = np.clip(plant.cwmp_faults + 0.001, 0, 1)
    return {
        "voip.call_active": ["InCall" if each else "Idle" for each in in_call],
        "voip.reg_status": ["Up" if each > 0.3 else "Down" for each in plant.served],  # noqa: PLR2004 - share
        "acs.session_rtt": np.round(usual * plant.session * rng.lognormal(0, 0.18, n), 2),
        "acs.fault_rate": np.round(rng.binomial(40, trouble) / 40, 3),
        "acs.cr_success": np.round(1 - rng.binomial(8, 0.02, n) / 8, 3),
    }, {}
