"""What Linux says of itself in /proc and /sys, and OpenWrt on its bus. Pure text to values."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from agents.ssh.parsed import Parsed, Sections, number
from agents.ssh.wireless import read_wireless

_WORDS = {"up": "Up", "down": "Down", "dormant": "Dormant", "lowerlayerdown": "LowerLayerDown"}
_KERNEL_FAULTS = re.compile(r"(?m)^(?:dmesg|console)-")


def parse_linux(sections: Sections, interface: str = "") -> Parsed:
    """Vitals of the sections that there are; ``interface`` is the target's, if it names one."""
    parsed = Parsed()
    wan = _wan(sections)
    parsed.interface = interface or _text(wan, "l3_device") or _default_route(sections)
    for name, read in _READERS.items():
        text = sections.get(name, "")
        if text.strip():
            read(parsed, text)
    _interface(parsed, sections, _text(wan, "device"))
    _connection(parsed, wan)
    read_wireless(parsed, sections)
    return parsed


# --- the system -----------------------------------------------------------------------------------


def _uptime(parsed: Parsed, text: str) -> None:
    parsed.put("sys.uptime", number(text.split(maxsplit=1)[0]), "uptime")


def _memory(parsed: Parsed, text: str) -> None:
    found = dict(re.findall(r"(?m)^(\w+):\s+(\d+) kB", text))
    for vital, name in (
        ("sys.mem_total", "MemTotal"),
        ("sys.mem_free", "MemAvailable"),
        ("sys.slab_unreclaim", "SUnreclaim"),
    ):
        if name in found:
            parsed.put(vital, int(found[name]), "meminfo")
    # Kernels before 3.14 do not estimate what is available.
    parts = [found.get(name) for name in ("MemFree", "Buffers", "Cached")]
    if "MemAvailable" not in found and all(parts):
        parsed.put("sys.mem_free", sum(int(part) for part in parts if part), "meminfo")


def _load(parsed: Parsed, text: str) -> None:
    load = number(text.split(maxsplit=1)[0])
    cores = parsed.ticks.pop("cores", 0)
    if load is not None and cores:
        parsed.put("sys.load1_per_core", load / cores, "loadavg")


def _cores(parsed: Parsed, text: str) -> None:
    parsed.ticks["cores"] = number(text.split(maxsplit=1)[0]) or 0


def _processor(parsed: Parsed, text: str) -> None:
    """proc(5), /proc/stat: user nice system idle iowait irq softirq steal, in ticks since boot."""
    match = re.search(r"(?m)^cpu\s+([\d ]+)$", text)
    ticks = [int(one) for one in match[1].split()[:8]] if match else []
    if len(ticks) >= 7:  # noqa: PLR2004 - up to softirq
        parsed.ticks["cpu_all"] = sum(ticks)
        parsed.ticks["cpu_idle"] = ticks[3] + ticks[4]
        parsed.ticks["cpu_softirq"] = ticks[6]


def _network(parsed: Parsed, text: str) -> None:
    """/proc/net/snmp: two lines for each protocol, names and figures."""
    for names, figures in re.findall(r"(?m)^(Ip: \D.*)\n(Ip: \d.*)$", text):
        found = dict(zip(names.split(), figures.split(), strict=False))
        parsed.put("ip.reasm_fail", number(found.get("ReasmFails", "")), "snmp")


def _disk(parsed: Parsed, text: str) -> None:
    match = re.search(r"(?m)^\S+\s+\d+\s+\d+\s+(\d+)\s+\d+%", text)
    if match:
        parsed.put("sys.flash_free", int(match[1]), "disk")


def _release(parsed: Parsed, text: str) -> None:
    found = dict(re.findall(r"(?m)^(\w+)=[\"']?(.*?)[\"']?$", text))
    name = found.get("DISTRIB_DESCRIPTION") or found.get("PRETTY_NAME")
    parsed.put("sys.fw_version", name or None, "release")


def _first(vital: str, scale: float = 1) -> Callable[[Parsed, str], None]:
    def read(parsed: Parsed, text: str) -> None:
        value = number(text.split(maxsplit=1)[0])
        parsed.put(vital, None if value is None else value * scale, vital)

    return read


def _oom(parsed: Parsed, text: str) -> None:
    match = re.search(r"(?m)^oom_kill (\d+)$", text)
    if match:
        parsed.put("sys.oom_kills", int(match[1]), "vmstat")


def _crashes(parsed: Parsed, text: str) -> None:
    if text.startswith("pstore"):  # without the directory nothing is known
        parsed.put("sys.kernel_faults_prev_boot", len(_KERNEL_FAULTS.findall(text)), "pstore")


def _line(parsed: Parsed, text: str) -> None:
    """OpenWrt, ``ubus call dsl metrics``: rates in bit/s, margins and attenuations in dB."""
    dsl = _json(text)
    down, up = _table(dsl, "downstream"), _table(dsl, "upstream")
    errors = _table(_table(dsl, "errors"), "near")
    for vital, table, name, scale in (
        ("dsl.rate_ds", down, "data_rate", 0.001),
        ("dsl.rate_max_ds", down, "attndr", 0.001),
        ("dsl.snr_margin_ds", down, "snr", 10),
        ("dsl.snr_margin_us", up, "snr", 10),
        ("dsl.atten_ds", down, "latn", 10),
        ("dsl.atten_us", up, "latn", 10),
        ("dsl.es", errors, "es", 1),
        ("dsl.ses", errors, "ses", 1),
        ("dsl.uas", errors, "uas", 1),
        ("dsl.crc_ds", errors, "cv_c", 1),
        ("dsl.fec_ds", errors, "fec_c", 1),
        ("dsl.hec_ds", errors, "hec", 1),
        ("dsl.showtime", dsl, "uptime", 1),
    ):
        value = table.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            parsed.put(vital, value * scale, "dsl")
    if isinstance(dsl.get("up"), bool):
        parsed.put("dsl.link_status", "Up" if dsl["up"] else "Down", "dsl")


_READERS: Mapping[str, Callable[[Parsed, str], None]] = {
    "uptime": _uptime,
    "meminfo": _memory,
    "cores": _cores,
    "loadavg": _load,
    "stat": _processor,
    "snmp": _network,
    "vmstat": _oom,
    "disk": _disk,
    "release": _release,
    "pstore": _crashes,
    "dsl": _line,
    "processes": _first("sys.process_count"),
    "files": _first("sys.fd_open"),
    "temperature": _first("sys.temp_cpu", 0.001),
    "conntrack": _first("sys.conntrack_used"),
    "conntrack_max": _first("sys.conntrack_max"),
    "leases": _first("lan.hosts_active"),
}

# --- the interface that counts --------------------------------------------------------------------


def _default_route(sections: Sections) -> str:
    """/proc/net/route: the row whose destination and mask are zero."""
    match = re.search(r"(?m)^(\S+)\t00000000\t\S+\t(?:\S+\t){4}00000000", sections.get("route", ""))
    return match[1] if match else ""


def _interface(parsed: Parsed, sections: Sections, device: str) -> None:
    """Counters of /proc/net/dev, and what the cable below says: of pppoe-wan that is its device."""
    name = parsed.interface
    match = re.search(rf"(?m)^\s*{re.escape(name)}:\s*([\d ]+)$", sections.get("netdev", ""))
    if name and match:
        figures = [int(one) for one in match[1].split()]
        columns = {
            "eth.rx_bytes": 0,
            "eth.rx_packets": 1,
            "eth.err_rx": 2,
            "eth.disc_rx": 3,
            "eth.fcs_err": 5,  # "frame" counts alignment and length too
            "eth.tx_bytes": 8,
            "eth.err_tx": 10,
            "eth.disc_tx": 11,
        }
        for vital, column in columns.items():
            if column < len(figures):
                parsed.put(vital, figures[column], "netdev")
    cable = (device or name).partition(".")[0]
    match = re.search(rf"(?m)^{re.escape(cable)} (\w+) (\S+) (\S+)$", sections.get("links", ""))
    if cable and match:
        parsed.put("eth.link_up", _WORDS.get(match[1]), "links")
        speed = number(match[2])
        parsed.put("eth.speed", speed if speed and speed > 0 else None, "links")
        if match[3] in ("full", "half"):
            parsed.put("eth.duplex", match[3].capitalize(), "links")


def _connection(parsed: Parsed, wan: Mapping[str, Any]) -> None:
    """OpenWrt, ``ubus call network.interface.wan status``."""
    is_up = wan.get("up")
    if not isinstance(is_up, bool):
        return
    proto, uptime = _text(wan, "proto"), wan.get("uptime")
    if proto.startswith("ppp"):
        parsed.put("ppp.state", "Connected" if is_up else "Disconnected", "wan")
        if is_up and isinstance(uptime, int):
            parsed.put("ppp.uptime", uptime, "wan")
        errors = wan.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        if isinstance(first, dict) and isinstance(first.get("code"), str):
            parsed.put("ppp.last_error", first["code"], "wan")
    elif proto == "dhcp":
        parsed.put("dhcp.status", "Bound" if is_up else "Requesting", "wan")
    parsed.put("ip.state", "Up" if is_up else "Down", "wan")


def _wan(sections: Sections) -> dict[str, Any]:
    return _json(sections.get("wan", ""))


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _table(outer: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = outer.get(name)
    return found if isinstance(found, dict) else {}


def _text(outer: Mapping[str, Any], name: str) -> str:
    found = outer.get(name)
    return found if isinstance(found, str) else ""
