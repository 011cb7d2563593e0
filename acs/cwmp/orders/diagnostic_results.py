"""What a test that has ended found, out of the values of its object. Pure.

Units stand in the names of the figures. What the router did not say, or what is no number, is not
there; nothing is made up.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from acs.cwmp.names import natural
from acs.cwmp.orders.arguments import Diagnostic
from acs.cwmp.orders.diagnostic_tests import TestName
from acs.secret_names import blanked
from diagnostics.sample import Value

_ROWS = 200  # of a list in a result
_RAW = 300  # values kept as they came
_TEXT = 512
_DAY = 86_400.0
# TR-106, 3.2.1: a time that is not known; seconds of that year are a time since the start.
_UNKNOWN = "0001-01-01T00:00:00"
Leaves = Mapping[str, str]
Figures = dict[str, object]
Vitals = dict[str, Value]


def read_results(
    test: TestName, wanted: Diagnostic, values: Mapping[str, str], path: str
) -> tuple[Figures, Vitals]:
    """Figures of a test, and those of them that are vitals of the catalogue.

    Args:
        test: its name.
        wanted: what was asked for.
        values: of the test's object, by full path.
        path: of the object.
    """
    leaves = {
        name.removeprefix(path): text.strip()
        for name, text in values.items()
        if name.startswith(path)
    }
    figures, vitals = _READERS[test](leaves, wanted)
    kept = sorted(leaves, key=natural)[:_RAW]
    figures["raw"] = {name: text[:_TEXT] for name, text in _texts(leaves, kept).items()}
    return figures, vitals


def _texts(leaves: Leaves, kept: list[str]) -> dict[str, str]:
    return {name: str(text) for name, text in blanked({n: leaves[n] for n in kept}).items()}


def _number(leaves: Leaves, name: str) -> int | None:
    text = leaves.get(name, "").removeprefix("+")
    digits = text.removeprefix("-")
    if not (digits.isdecimal() and digits.isascii()) or len(digits) > 20:  # noqa: PLR2004 - 2**64
        return None
    return int(text)


def _rows(leaves: Leaves, table: str) -> list[dict[str, str]]:
    """Rows of a table, in the order of their instances; columns by name."""
    rows: dict[str, dict[str, str]] = {}
    for name, text in leaves.items():
        if name.startswith(table + "."):
            number, _, column = name[len(table) + 1 :].partition(".")
            rows.setdefault(number, {})[column] = text
    return [rows[number] for number in sorted(rows, key=natural)[:_ROWS]]


def _set(figures: Figures, **found: object) -> None:
    figures.update({name: value for name, value in found.items() if value not in (None, "")})


# --- echoes ---------------------------------------------------------------------------------


def _echoes(leaves: Leaves, per_ms: int) -> Figures:
    figures: Figures = {}
    good, bad = _number(leaves, "SuccessCount"), _number(leaves, "FailureCount")
    _set(figures, answered=good, lost=bad, address=leaves.get("IPAddressUsed"))
    if good is not None and bad is not None and good + bad > 0:
        figures["loss_ratio"] = round(bad / (good + bad), 4)
    for word in ("Average", "Minimum", "Maximum"):
        detailed = _number(leaves, f"{word}ResponseTimeDetailed")
        plain = _number(leaves, f"{word}ResponseTime")
        key = f"{word.lower()}_ms"
        if not good:
            continue  # of no answer there is no time
        if detailed:
            figures[key] = round(detailed / 1000, 3)
        elif plain is not None:
            figures[key] = round(plain / per_ms, 3)
    return figures


def _ping(leaves: Leaves, wanted: Diagnostic) -> tuple[Figures, Vitals]:
    figures = _echoes(leaves, 1)
    vitals: Vitals = {}
    if wanted.gateway:
        for metric, key in (("ip.ping_loss_gw", "loss_ratio"), ("ip.ping_rtt_gw", "average_ms")):
            value = figures.get(key)
            if isinstance(value, int | float):
                vitals[metric] = value
    return figures, vitals


def _udp_echo(leaves: Leaves, _wanted: Diagnostic) -> tuple[Figures, Vitals]:
    return _echoes(leaves, 1000), {}


def _traceroute(leaves: Leaves, _wanted: Diagnostic) -> tuple[Figures, Vitals]:
    figures: Figures = {}
    _set(figures, response_ms=_number(leaves, "ResponseTime"), address=leaves.get("IPAddressUsed"))
    hops = []
    for row in _rows(leaves, "RouteHops"):
        said = {name.removeprefix("Hop"): text for name, text in row.items()}  # TR-098's names
        times = [part.strip() for part in said.get("RTTimes", "").split(",")]
        hop: Figures = {"times_ms": [int(t) for t in times if t.isdecimal() and t.isascii()]}
        _set(hop, host=said.get("Host"), address=said.get("HostAddress"))
        code = _number(said, "ErrorCode")
        if code:
            hop["icmp_code"] = code
        hops.append(hop)
    figures["hops"] = hops
    return figures, {}


# --- names ----------------------------------------------------------------------------------


def _nslookup(leaves: Leaves, wanted: Diagnostic) -> tuple[Figures, Vitals]:
    figures: Figures = {}
    good, tries = _number(leaves, "SuccessCount"), _number(leaves, "NumberOfRepetitions")
    _set(figures, answered=good)
    results = []
    lost = 0
    for row in _rows(leaves, "Result"):
        result: Figures = {}
        status = row.get("Status", "")
        _set(
            result,
            status=status,
            answer=row.get("AnswerType"),
            name=row.get("HostNameReturned"),
            addresses=[part.strip() for part in row.get("IPAddresses", "").split(",") if part],
            server=row.get("DNSServerIP"),
            time_ms=_number(row, "ResponseTime"),
        )
        # a server that says that there is no such name has answered
        lost += status not in ("Success", "Error_HostNameNotResolved")
        results.append(result)
    figures["results"] = results
    if results:
        figures["loss_ratio"] = round(lost / len(results), 4)
    elif good is not None and tries and 0 <= good <= tries:
        figures["loss_ratio"] = round(1 - good / tries, 4)
    vitals: Vitals = {}
    ratio = figures.get("loss_ratio")
    if isinstance(ratio, float) and not (wanted.server or leaves.get("DNSServer")):
        vitals["sys.dns_proxy_fail"] = ratio
    return figures, vitals


# --- throughput -----------------------------------------------------------------------------


def _seconds(leaves: Leaves, first: str, last: str) -> float | None:
    if any(leaves.get(name, "").startswith(_UNKNOWN) for name in (first, last)):
        return None
    try:
        begin = datetime.fromisoformat(leaves[first])
        end = datetime.fromisoformat(leaves[last])
        seconds = (end - begin).total_seconds()
    except (KeyError, ValueError, TypeError):  # TypeError: the one with a zone, the other without
        return None
    # a longer one is a clock that was set meanwhile
    return seconds if 0 < seconds < _DAY else None


def _load(leaves: Leaves, moved: str, total: str) -> Figures:
    """Rate under full loading where the router knows it, else from first byte to last (TR-143)."""
    figures: Figures = {}
    count = _number(leaves, f"{moved}UnderFullLoading")
    micros = _number(leaves, "PeriodOfFullLoading")
    seconds = micros / 1e6 if micros else None
    if not count or not seconds:
        count = _number(leaves, moved)
        if count is None:
            count = _number(leaves, total)
        seconds = _seconds(leaves, "BOMTime", "EOMTime")
    _set(figures, bytes=count, seconds=seconds, address=leaves.get("IPAddressUsed"))
    connect = _seconds(leaves, "TCPOpenRequestTime", "TCPOpenResponseTime")
    if connect is not None:
        figures["connect_ms"] = round(connect * 1000, 3)
    if count and seconds:
        figures["mbit_per_s"] = round(count * 8 / seconds / 1e6, 3)
    return figures


def _download(leaves: Leaves, _wanted: Diagnostic) -> tuple[Figures, Vitals]:
    figures = _load(leaves, "TestBytesReceived", "TotalBytesReceived")
    rate = figures.get("mbit_per_s")
    return figures, {"ip.tput_dl": rate} if isinstance(rate, float) else {}


def _upload(leaves: Leaves, _wanted: Diagnostic) -> tuple[Figures, Vitals]:
    return _load(leaves, "TestBytesSent", "TotalBytesSent"), {}


# --- the rest -------------------------------------------------------------------------------


def _wifi_scan(leaves: Leaves, _wanted: Diagnostic) -> tuple[Figures, Vitals]:
    networks = []
    channels: dict[str, int] = {}
    for row in _rows(leaves, "Result"):
        network: Figures = {}
        _set(
            network,
            ssid=row.get("SSID"),
            bssid=row.get("BSSID"),
            channel=_number(row, "Channel"),
            signal_dbm=_number(row, "SignalStrength"),
            noise_dbm=_number(row, "Noise"),
            band=row.get("OperatingFrequencyBand"),
            width=row.get("OperatingChannelBandwidth"),
            standards=row.get("OperatingStandards"),
            security=row.get("SecurityModeEnabled"),
        )
        networks.append(network)
        channel = row.get("Channel", "")
        if channel:
            channels[channel] = channels.get(channel, 0) + 1
    return {"networks": networks, "by_channel": channels}, {}


def _dsl(leaves: Leaves, _wanted: Diagnostic) -> tuple[Figures, Vitals]:
    figures: Figures = {}
    # Actual power spectral density and aggregate transmit power (G.997.1).
    for name, key in (("ACTPSD", "psd_dbm_per_hz"), ("ACTATP", "power_dbm")):
        for way in ("ds", "us"):
            value = _number(leaves, name + way)
            if value is not None:
                figures[f"{key}_{way}"] = value / 10
    return figures, {}


def _self_test(leaves: Leaves, _wanted: Diagnostic) -> tuple[Figures, Vitals]:
    return {"says": leaves.get("Results", "")[: 8 * _TEXT]}, {}


_READERS: Mapping[TestName, Callable[[Leaves, Diagnostic], tuple[Figures, Vitals]]] = (
    MappingProxyType(
        {
            "ping": _ping,
            "traceroute": _traceroute,
            "nslookup": _nslookup,
            "download": _download,
            "upload": _upload,
            "udp_echo": _udp_echo,
            "wifi_scan": _wifi_scan,
            "dsl": _dsl,
            "self_test": _self_test,
        }
    )
)
