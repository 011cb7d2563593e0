"""Figures, times and codes put into words for people. No input, no output, no styling."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_LAST = 253_402_300_799.0  # 9999-12-31T23:59:59Z, the last that RFC 3339 can write

# Fault codes of TR-069 Amendment 6, A.5.1 (routers) and A.5.2 (servers).
FAULTS = {
    8000: "the server does not support this method",
    8001: "the server denied the request",
    8002: "internal error of the server",
    8003: "the server found the arguments invalid",
    8004: "the server lacks the resources",
    8005: "the server asks for a retry",
    9000: "the router does not support this method",
    9001: "the router denied the request",
    9002: "internal error of the router",
    9003: "the router found the arguments invalid",
    9004: "the router lacks the resources; fewer names at once may do",
    9005: "the router knows no parameter of that name",
    9006: "the parameter has another type",
    9007: "the value is not allowed for the parameter",
    9008: "the parameter is read-only",
    9009: "the router refused to notify about the parameter",
    9010: "the download failed",
    9011: "the upload failed",
    9012: "the file server refused the credentials",
    9013: "the router does not speak that protocol for transfers",
    9014: "the download failed: the multicast group cannot be joined",
    9015: "the download failed: the file server cannot be reached",
    9016: "the download failed: the file cannot be fetched",
    9017: "the download was broken off",
    9018: "the downloaded file is corrupt or not for this router",
    9019: "the downloaded file's signature is wrong",
}

ACTIONS = {
    "none": "nothing to do",
    "reboot": "a reboot would help",
    "consult_wifi": "advise the customer on Wi-Fi",
    "consult_lan": "advise the customer on cables and devices at home",
    "technician": "send a technician",
    "incident": "a fault of the network, not of this router",
    "firmware": "change the firmware",
    "replace": "replace the router",
    "escalate": "pass on to the second line",
}

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain(text: object) -> str:
    """Text as one line that cannot command a terminal: control characters become escapes.

    Routers choose their own names, versions and faults; none of it may move the cursor.
    """
    return _UNSAFE.sub(lambda hit: ascii(hit[0])[1:-1], str(text))


_ABOUT = ("test", "method", "paths", "path", "object", "values", "changes", "operations")
_FILES = ("target_file_name", "file_type", "url")


def about(arguments: Mapping[str, object]) -> str:
    """What a command is about in few words: its test, path, file; "" when there is no more to say.

    Values are not shown.
    """
    for key in (*_ABOUT, *_FILES):
        found = arguments.get(key)
        if isinstance(found, str) and found:
            return plain(found)
        if isinstance(found, Sequence | Mapping) and found:
            first = next(iter(found))
            name = first.get("name", first.get("kind", "")) if isinstance(first, Mapping) else first
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            return plain(name) + more
    return ""


def span(seconds: float) -> str:
    """A length of time in its two largest units: ``3 d 4 h``, ``12 min``, ``8 s``."""
    total = max(0.0, seconds)
    if total < _MINUTE:
        return f"{total:.0f} s"
    if total < _HOUR:
        return f"{total // _MINUTE:.0f} min"
    if total < _DAY:
        minutes = total % _HOUR // _MINUTE
        return f"{total // _HOUR:.0f} h" + (f" {minutes:.0f} min" if minutes else "")
    hours = total % _DAY // _HOUR
    return f"{total // _DAY:.0f} d" + (f" {hours:.0f} h" if hours else "")


def ago(at: float | None, now: float) -> str:
    """A moment seen from ``now`` (both Unix seconds): ``3 min ago``, ``in 2 h``, ``never``."""
    if at is None:
        return "never"
    gap = now - at
    if abs(gap) < 1:
        return "now"
    unit, name = next(
        (pair for pair in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")) if abs(gap) >= pair[0]),
        (1.0, "s"),
    )
    count = f"{abs(gap) // unit:.0f} {name}"
    return f"{count} ago" if gap > 0 else f"in {count}"


def rfc3339(at: float) -> str:
    """Unix seconds as RFC 3339 in UTC, with milliseconds if there are any.

    What has no date there becomes the nearest time that has one.
    """
    moment = datetime.fromtimestamp(round(min(max(at, 0.0), _LAST), 3), UTC)
    spec = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def fault(code: int, text: str = "") -> str:
    """A CWMP fault in words, with the router's own text if that says more."""
    words = FAULTS.get(code, "vendor-specific fault" if 9800 <= code <= 9899 else "unknown fault")  # noqa: PLR2004 - range of A.5.1
    said = f' ("{plain(text)}")' if text else ""
    return f"{words} [{code}]{said}"


def action(name: str) -> str:
    """An action of the diagnosis in words."""
    return ACTIONS.get(name, plain(name))


def number(value: object) -> str:
    """A reading for people: a fraction is cut to five digits or so; text stays text."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return plain(value)
    if isinstance(value, float) and math.isfinite(value):
        digits = max(0, 5 - len(f"{abs(value):.0f}"))
        text = f"{value:.{digits}f}"
        return text.rstrip("0").rstrip(".") if digits else text
    return str(value)


def sparkline(values: Sequence[float | None], width: int, *, utf8: bool = True) -> str:
    """A row of blocks, the newest value last; a gap where there is no value.

    More values than ``width`` are taken together by their maximum, so that no peak is lost.
    """
    ramp = "▁▂▃▄▅▆▇█" if utf8 else "_.-=+*#@"
    cells = _squeeze(values, width)
    known = [cell for cell in cells if cell is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    reach = high - low
    steps = len(ramp) - 1
    return "".join(
        " " if cell is None else ramp[round((cell - low) / reach * steps) if reach else 0]
        for cell in cells
    )


def _squeeze(values: Sequence[float | None], width: int) -> list[float | None]:
    if len(values) <= width:
        return list(values)
    cells: list[float | None] = []
    for index in range(width):
        piece = values[index * len(values) // width : (index + 1) * len(values) // width]
        known = [value for value in piece if value is not None]
        cells.append(max(known) if known else None)
    return cells


def increases(values: Sequence[float | None]) -> list[float | None]:
    """Growth of a counter from reading to reading; None where it was reset, or is not known."""
    grown: list[float | None] = []
    for before, after in pairwise(values):
        known = before is not None and after is not None and after >= before
        grown.append(after - before if known else None)  # type: ignore[operator]
    return grown
