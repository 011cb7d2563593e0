"""What ``iw`` says of stations and channels. Pure text to values."""

import re

from agents.ssh.parsed import Parsed, Sections, number, p10

_DBM = re.compile(r"(-\d+)")


def read_wireless(parsed: Parsed, sections: Sections) -> None:
    """Vitals of the stations of all radios, and of the channels in use.

    A home with several bands has several channels in use: the busiest counts.
    """
    noise = _channels(parsed, sections.get("survey", ""))
    text = sections.get("stations", "")
    if "stations" not in sections or "iw: not found" in text:
        return
    stations = [_fields(block) for block in re.split(r"(?m)^Station ", text)[1:]]
    parsed.put("wifi.assoc", len(stations), "stations")
    signals = [signal for one in stations if (signal := _signal(one)) is not None]
    parsed.put("wifi.client_rssi_p10", p10(signals), "stations")
    if noise is not None:
        parsed.put("wifi.client_snr_p10", p10([one - noise for one in signals]), "stations")
    rates = [_rate(one.get("tx bitrate", "")) for one in stations]
    parsed.put("wifi.phy_rate_p10", p10([one for one in rates if one is not None]), "stations")
    sent = _total(stations, "tx packets")
    parsed.ticks["wifi_sent"] = sent
    parsed.ticks["wifi_retried"] = _total(stations, "tx retries")
    parsed.ticks["wifi_failed"] = _total(stations, "tx failed")


def _channels(parsed: Parsed, text: str) -> float | None:
    """Noise and load of the channels in use; the noise of the loudest."""
    noises: list[float] = []
    for block in re.split(r"(?m)^Survey data from ", text)[1:]:
        if "[in use]" not in block:
            continue
        fields = _fields(block)
        match = _DBM.search(fields.get("noise", ""))
        if match:
            noises.append(float(match[1]))
        for name in ("active", "busy", "receive"):
            value = number(fields.get(f"channel {name} time", "").partition(" ")[0])
            if value is not None:
                place = fields.get("frequency", "").partition(" ")[0]
                parsed.ticks[f"channel_{name}_{place}"] = value
    if not noises:
        return None
    parsed.put("wifi.noise", max(noises), "survey")
    return max(noises)


def _fields(block: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^\s+([a-z][a-z ]*):\s+(.*?)\s*$", block))


def _signal(station: dict[str, str]) -> float | None:
    match = _DBM.search(station.get("signal", ""))
    return float(match[1]) if match else None


def _rate(text: str) -> float | None:
    match = re.match(r"([\d.]+) MBit/s", text)
    return float(match[1]) * 1000 if match else None


def _total(stations: list[dict[str, str]], name: str) -> float:
    return sum(number(one.get(name, "")) or 0 for one in stations)
