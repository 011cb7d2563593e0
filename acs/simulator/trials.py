"""What a simulated router's own tests find, by the object that they lie in. No session, no sockets.

Figures follow from the vitals of its body and from what it really fetched or sent.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random

from acs.simulator.errands import Done
from acs.simulator.tree import Leaf, Snapshot, Tree

STATES = ("DiagnosticsState", "LoopDiagnosticsState")
REQUESTED, COMPLETE = "Requested", "Complete"
SECONDS = 1.0  # that a test takes
_HOPS = 4
Found = dict[str, object]


def state_of(path: str) -> str | None:
    """The object of a test whose state parameter this is; None if it is none."""
    above, _, name = path.rpartition(".")
    return f"{above}." if name in STATES else None


def load_of(tree: Tree, path: str) -> tuple[str, str, int] | None:
    """What to load for a throughput test: ``fetch`` or ``send``, where, and bytes to send."""
    for what, name in (("fetch", "DownloadURL"), ("send", "UploadURL")):
        if tree.has(path + name):
            size = tree.text(f"{path}TestFileLength")
            return what, tree.text(path + name), int(size) if size.isdecimal() else 0
    return None


def reset_state(tree: Tree, path: str) -> None:
    """Have a test that was broken off be as if it had not been asked for."""
    tree.put(path + next(name for name in STATES if tree.has(path + name)), "None")


def conclude(
    tree: Tree, path: str, random: Random, done: Done | None, vitals: Snapshot | None = None
) -> None:
    """Put a test's results into the tree; ``vitals`` say how the router is."""
    kind = next((word for word in _TRIALS if word in path), None)
    state = next(name for name in STATES if tree.has(path + name))
    if done is not None and done.fault:
        tree.put(path + state, "Error_InitConnectionFailed")
        return
    if kind is not None:
        for name, value in _TRIALS[kind](tree, path, random, done).items():
            if tree.has(path + name):
                tree.put(path + name, str(value))
    if kind == "NSLookup" and vitals is not None:
        _time_out(tree, path, float(vitals.get("sys.dns_proxy_fail", 0.0)))
    tree.put(path + state, COMPLETE)


def _count(tree: Tree, path: str, name: str = "NumberOfRepetitions") -> int:
    text = tree.text(path + name)
    return int(text) if text.isdecimal() and text != "0" else 4


def _echoes(tree: Tree, path: str, random: Random, _done: Done | None) -> Found:
    times = [random.uniform(8, 14) for _ in range(min(_count(tree, path), 1000))]
    found: Found = {"SuccessCount": len(times), "FailureCount": 0, "IPAddressUsed": "100.64.0.2"}
    for word, value in (
        ("Average", sum(times) / len(times)),
        ("Minimum", min(times)),
        ("Maximum", max(times)),
    ):
        found[f"{word}ResponseTime"] = round(value)
        found[f"{word}ResponseTimeDetailed"] = round(value * 1000)
    return found


def _datagrams(tree: Tree, path: str, random: Random, done: Done | None) -> Found:
    found = _echoes(tree, path, random, done)
    return {  # microseconds (TR-181, UDPEchoDiagnostics)
        name: found.get(f"{name}Detailed", value) for name, value in found.items()
    }


def _route(tree: Tree, path: str, random: Random, _done: Done | None) -> Found:
    _empty(tree, f"{path}RouteHops.")
    # TR-098 has other names for the same
    prefix = "" if path.startswith("Device.") else "Hop"
    for hop in range(1, _HOPS + 1):
        times = ",".join(str(round(hop * random.uniform(2, 4))) for _ in range(3))
        row = {
            f"{prefix}Host": Leaf("string", f"hop{hop}.example.net"),
            f"{prefix}HostAddress": Leaf("string", f"192.0.2.{hop}"),
            f"{prefix}RTTimes": Leaf("string", times),
            f"{prefix}ErrorCode": Leaf("unsignedInt", "0"),
        }
        tree.grow(f"{path}RouteHops.", row)
    return {"ResponseTime": 4 * _HOPS}


def _lookups(tree: Tree, path: str, random: Random, _done: Done | None) -> Found:
    _empty(tree, f"{path}Result.")
    for _ in range(min(_count(tree, path), 50)):
        row = {
            "Status": Leaf("string", "Success"),
            "AnswerType": Leaf("string", "NonAuthoritative"),
            "HostNameReturned": Leaf("string", tree.text(f"{path}HostName")),
            "IPAddresses": Leaf("string", "192.0.2.80,192.0.2.81"),
            "DNSServerIP": Leaf("string", "192.0.2.53"),
            "ResponseTime": Leaf("unsignedInt", str(round(random.uniform(4, 30)))),
        }
        tree.grow(f"{path}Result.", row)
    return {}


def _time_out(tree: Tree, path: str, share: float) -> None:
    """Have a share of the lookups get no answer."""
    rows = tree.instances(f"{path}Result.")
    for number in rows[: round(share * len(rows))]:
        row = f"{path}Result.{number}."
        tree.put(f"{row}Status", "Error_Timeout")
        tree.put(f"{row}IPAddresses", "")


def _download(_tree: Tree, _path: str, _random: Random, done: Done | None) -> Found:
    if done is None:
        return {}
    count = len(done.body)
    return {
        **_times(done),
        "TestBytesReceived": count,
        "TotalBytesReceived": count + 300,
        "PeriodOfFullLoading": _micros(done),
        "TestBytesReceivedUnderFullLoading": count,
    }


def _upload(tree: Tree, path: str, _random: Random, done: Done | None) -> Found:
    if done is None:
        return {}
    count = tree.text(f"{path}TestFileLength")
    return {
        **_times(done),
        "TestBytesSent": count,
        "TotalBytesSent": count,
        "PeriodOfFullLoading": _micros(done),
        "TestBytesSentUnderFullLoading": count,
    }


def _micros(done: Done) -> int:
    return max(1, round((done.ended - done.began) * 1e6))


def _times(done: Done) -> Found:
    begin, end = (
        datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for at in (done.began, done.ended)
    )
    opened = ("ROMTime", "BOMTime", "TCPOpenRequestTime", "TCPOpenResponseTime")
    return {**dict.fromkeys(opened, begin), "EOMTime": end}


def _networks(tree: Tree, path: str, random: Random, _done: Done | None) -> Found:
    _empty(tree, f"{path}Result.")
    for number in range(1, 6):
        row = {
            "Radio": Leaf("string", "Device.WiFi.Radio.1"),
            "SSID": Leaf("string", f"neighbour-{number}"),
            "BSSID": Leaf("string", f"0A:00:00:00:01:{number:02X}"),
            "Channel": Leaf("unsignedInt", f"{(1, 6, 6, 11, 36)[number - 1]}"),
            "SignalStrength": Leaf("int", f"{-50 - round(random.uniform(0, 40))}"),
            "SecurityModeEnabled": Leaf("string", "WPA2"),
            "OperatingFrequencyBand": Leaf("string", "5GHz" if number == 5 else "2.4GHz"),  # noqa: PLR2004 - channel 36
            "OperatingStandards": Leaf("string", "n"),
        }
        tree.grow(f"{path}Result.", row)
    return {}


def _line(_tree: Tree, _path: str, _random: Random, _done: Done | None) -> Found:
    return {"ACTPSDds": -400, "ACTPSDus": -380, "ACTATPds": 195, "ACTATPus": 122}


def _self(_tree: Tree, _path: str, _random: Random, _done: Done | None) -> Found:
    return {"Results": "memory: good\nflash: good"}


def _empty(tree: Tree, table: str) -> None:
    for number in tree.instances(table):
        tree.cut(f"{table}{number}.")
    tree.forget_numbers(table)


_TRIALS: Mapping[str, Callable[[Tree, str, Random, Done | None], Found]] = {
    "IPPing": _echoes,
    "UDPEcho": _datagrams,
    "TraceRoute": _route,
    "NSLookup": _lookups,
    "DownloadDiagnostics": _download,
    "UploadDiagnostics": _upload,
    "NeighboringWiFi": _networks,
    "LineTest": _line,
    "WANDSLDiagnostics": _line,
    "SelfTest": _self,
}
