"""What MikroTik RouterOS prints. Pure text to values."""

import re

from agents.ssh.parsed import Parsed, Sections, number

_UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_SIZES = {"KiB": 1, "MiB": 1024, "GiB": 1_048_576, "B": 1 / 1024}
_SPEEDS = {"bps": 1e-6, "kbps": 1e-3, "Mbps": 1, "Gbps": 1000}
_CARRIER = {"unknown": None, "no-link": "Down", "link-ok": "Up"}


def parse_routeros(sections: Sections, interface: str = "") -> Parsed:
    """Vitals of the sections that there are."""
    parsed = Parsed()
    parsed.interface = interface or _route(sections.get("route", ""))
    _resource(parsed, sections.get("resource", ""))
    _health(parsed, sections.get("health", ""))
    _stats(parsed, sections.get("stats", ""))
    _monitor(parsed, sections.get("ethernet", ""))
    _mobile(parsed, sections.get("lte", ""))
    connections = sections.get("conntrack", "").strip()
    parsed.put("sys.conntrack_used", number(connections), "conntrack")
    tracking = _pairs(sections.get("tracking", ""))
    parsed.put("sys.conntrack_max", number(tracking.get("max-entries", "")), "tracking")
    leases = sections.get("leases", "").strip()
    parsed.put("lan.hosts_active", number(leases), "leases")
    status = _pairs(sections.get("dhcp", "")).get("status", "")
    if status:
        parsed.put("dhcp.status", status.capitalize(), "dhcp")
    return parsed


def seconds(text: str) -> float | None:
    """A duration as RouterOS writes it: ``2w3d4h5m6s``, also ``1d 02:03:04``."""
    found = re.findall(r"(\d+)([wdhms])", text)
    total = sum(int(count) * _UNITS[unit] for count, unit in found)
    clock = re.search(r"(\d+):(\d\d):(\d\d)", text)
    if clock:
        hours, minutes, rest = map(int, clock.groups())
        total += 3600 * hours + 60 * minutes + rest
    return total if found or clock else None


def _pairs(text: str) -> dict[str, str]:
    """``name: value`` lines, and ``name=value`` words."""
    found = dict(re.findall(r"(?m)^\s*([a-z][\w-]*): ?(.*?)\s*$", text))
    found.update(
        (name, value.strip('"'))
        for name, value in re.findall(r"([a-z][\w-]*)=(\"[^\"]*\"|\S+)", text)
    )
    return found


def _route(text: str) -> str:
    """The interface of the default route: after the gateway's address, or the gateway itself."""
    match = re.search(r"immediate-gw=\S*%([\w.-]+)|reachable via\s+([\w.-]+)", text)
    if match:
        return match[1] or match[2]
    gateway = _pairs(text).get("gateway", "")
    return gateway if gateway and not gateway[0].isdigit() else ""


def _size(text: str) -> float | None:
    match = re.match(r"([\d.]+)(KiB|MiB|GiB|B)?$", text)
    if not match:
        return None
    return float(match[1]) * _SIZES[match[2] or "B"]


def _resource(parsed: Parsed, text: str) -> None:
    pairs = _pairs(text)
    parsed.put("sys.uptime", seconds(pairs.get("uptime", "")), "resource")
    for vital, name in (
        ("sys.mem_total", "total-memory"),
        ("sys.mem_free", "free-memory"),
        ("sys.flash_free", "free-hdd-space"),
    ):
        size = _size(pairs.get(name, ""))
        parsed.put(vital, None if size is None else round(size), "resource")
    for vital, name in (("sys.cpu_util", "cpu-load"), ("sys.flash_bad_blocks", "bad-blocks")):
        parsed.put(vital, number(pairs.get(name, "").rstrip("%")), "resource")
    parsed.put("sys.fw_version", pairs.get("version") or None, "resource")


def _health(parsed: Parsed, text: str) -> None:
    """Version 6 prints ``name: value``, version 7 a table of name, value and type."""
    found = _pairs(text)
    found.update(re.findall(r"(?m)^\s*\d+\s+([a-z][\w-]*)\s+([\d.]+)", text))
    parsed.put("sys.voltage", number(found.get("voltage", "").rstrip("V")), "health")
    for name in ("cpu-temperature", "temperature", "board-temperature1"):
        parsed.put("sys.temp_cpu", number(found.get(name, "").rstrip("C")), "health")


def _stats(parsed: Parsed, text: str) -> None:
    """Of one interface, as ``/interface print stats-detail`` writes it; spaces part thousands."""
    found = dict(re.findall(r"([a-z][a-z-]*)=((?:\d{1,3}(?: \d{3})+)|\d+)", text))
    for vital, name in (
        ("eth.rx_bytes", "rx-byte"),
        ("eth.tx_bytes", "tx-byte"),
        ("eth.rx_packets", "rx-packet"),
        ("eth.disc_rx", "rx-drop"),
        ("eth.disc_tx", "tx-drop"),
        ("eth.err_rx", "rx-error"),
        ("eth.err_tx", "tx-error"),
        ("eth.fcs_err", "rx-fcs-error"),
        ("eth.align_err", "rx-align-error"),
        ("eth.late_coll", "tx-late-collision"),
    ):
        if name in found:
            parsed.put(vital, int(found[name].replace(" ", "")), "stats")


def _monitor(parsed: Parsed, text: str) -> None:
    pairs = _pairs(text)
    parsed.put("eth.link_up", _CARRIER.get(pairs.get("status", "")), "ethernet")
    match = re.match(r"([\d.]+)([a-zA-Z]*bps)", pairs.get("rate", ""))
    if match and match[2] in _SPEEDS:
        parsed.put("eth.speed", float(match[1]) * _SPEEDS[match[2]], "ethernet")
    duplex = {"yes": "Full", "no": "Half"}.get(pairs.get("full-duplex", ""))
    parsed.put("eth.duplex", duplex, "ethernet")


def _mobile(parsed: Parsed, text: str) -> None:
    pairs = _pairs(text)
    for vital, name, unit in (
        ("lte.rsrp", "rsrp", "dBm"),
        ("lte.rsrq", "rsrq", "dB"),
        ("lte.sinr", "sinr", "dB"),
        ("lte.rssi", "rssi", "dBm"),
    ):
        parsed.put(vital, number(pairs.get(name, "").removesuffix(unit)), "lte")
    parsed.put("lte.rat", pairs.get("access-technology") or None, "lte")
    parsed.put("lte.cell_id", pairs.get("current-cellid") or None, "lte")
