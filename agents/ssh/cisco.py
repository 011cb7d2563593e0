"""What Cisco IOS, and what is like it, prints. Pure text to values."""

import re

from agents.ssh.parsed import Parsed, Sections

_UNITS = {"year": 31_536_000, "week": 604_800, "day": 86_400, "hour": 3600, "minute": 60}
_STATES = {"up": "Up", "down": "Down", "administratively down": "Down"}
_CAUSES = (
    (re.compile(r"(?i)power[ -]?on|power failure"), "Power"),
    (re.compile(r"(?i)reload"), "RemoteReboot"),
    (re.compile(r"(?i)watchdog"), "Watchdog"),
    (re.compile(r"(?i)error|exception|crash|abort|bus"), "Crash"),
)


def parse_cisco(sections: Sections, interface: str = "") -> Parsed:
    """Vitals of the sections that there are."""
    parsed = Parsed()
    parsed.interface = interface or _default_interface(sections.get("route", ""))
    _version(parsed, sections.get("version", ""))
    _memory(parsed, sections.get("memory", ""))
    match = re.search(r"five minutes: (\d+)%", sections.get("processes", ""))
    if match:
        parsed.put("sys.cpu_util", int(match[1]), "processes")
    _interface(parsed, sections.get("interface", ""))
    match = re.search(r"Total active translations: (\d+)", sections.get("nat", ""))
    if match:
        parsed.put("sys.conntrack_used", int(match[1]), "nat")
    return parsed


def seconds(text: str) -> float | None:
    """A duration as IOS writes it: ``1 year, 2 weeks, 3 days, 4 hours, 5 minutes``."""
    found = re.findall(r"(\d+) (year|week|day|hour|minute)s?", text)
    return sum(int(count) * _UNITS[unit] for count, unit in found) if found else None


def _version(parsed: Parsed, text: str) -> None:
    match = re.search(r"(?m)^.* uptime is (.*)$", text)
    if match:
        parsed.put("sys.uptime", seconds(match[1]), "version")
    match = re.search(r"Version ([^,\s]+)", text)
    if match:
        parsed.put("sys.fw_version", match[1], "version")
    match = re.search(r"(?m)^System returned to ROM by (.*)$", text)
    for pattern, cause in _CAUSES:
        if match and pattern.search(match[1]):
            parsed.put("sys.last_boot_cause", cause, "version")


def _memory(parsed: Parsed, text: str) -> None:
    """``show memory statistics``: head, total, used, free, lowest, largest, in bytes."""
    match = re.search(r"(?m)^Processor\s+\S+\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", text)
    if match:
        parsed.put("sys.mem_total", int(match[1]) // 1024, "memory")
        parsed.put("sys.mem_free", int(match[3]) // 1024, "memory")
        parsed.put("sys.mem_largest_free", int(match[5]), "memory")


def _default_interface(text: str) -> str:
    """``show ip route 0.0.0.0``: after "via" of a path, or of one that is directly connected."""
    match = re.search(r"via ([A-Z][\w./-]+)", text)
    return match[1] if match else ""


def _interface(parsed: Parsed, text: str) -> None:
    match = re.search(r"(?m)^\S+ is ((?:administratively )?\w+), line protocol is (\w+)", text)
    if match:
        state = _STATES.get(match[1])
        is_up = state == "Up" and match[2] == "up"
        parsed.put(
            "eth.link_up",
            "Up" if is_up else "LowerLayerDown" if state == "Up" else state,
            "interface",
        )
    match = re.search(r"(?i)(full|half)[- ]?duplex", text)
    if match:
        parsed.put("eth.duplex", match[1].capitalize(), "interface")
    match = re.search(r"(\d+) ?(Mb|Gb|Mbps)/?s?\b", text)
    if match and "duplex" in text.lower():
        parsed.put("eth.speed", int(match[1]) * (1000 if match[2] == "Gb" else 1), "interface")
    for vital, pattern in (
        ("eth.rx_packets", r"(\d+) packets input"),
        ("eth.rx_bytes", r"packets input, (\d+) bytes"),
        ("eth.tx_bytes", r"packets output, (\d+) bytes"),
        ("eth.err_rx", r"(\d+) input errors"),
        ("eth.fcs_err", r"(\d+) CRC"),
        ("eth.err_tx", r"(\d+) output errors"),
        ("eth.late_coll", r"(\d+) late collision"),
        ("eth.disc_tx", r"Total output drops: (\d+)"),
    ):
        found = re.search(pattern, text)
        if found:
            parsed.put(vital, int(found[1]), "interface")
