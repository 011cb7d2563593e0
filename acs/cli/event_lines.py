"""An event in a line for people. No input, no output."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from acs.cli.output import STATE_STYLES, VERDICT_STYLES
from acs.cli.words import plain, rfc3339
from acs.news import KINDS

if TYPE_CHECKING:
    from rich.text import Text

KIND_WIDTH = max(map(len, KINDS))
_ROUTER_WIDTH = 20
_QUIET: tuple[object, ...] = ("", None, False, [], {})
_STYLES = {
    "command.confirmed": "green",
    "contact.made": "cyan",
    "incident.opened": "bold magenta",
    "incident.closed": "green",
    "reboots.stopped": "bold red",
    "reboots.resumed": "green",
    "router.identity_flapping": "bold red",
    "router.silent": "bold red",
    "gap": "bold red",
}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the API tells it."""

    seq: int
    at: datetime
    kind: str
    router_id: str | None
    detail: dict[str, Any]


class Lines:
    """Events as lines under each other; a column of routers that grows where it must.

    Args:
        is_terminal: somebody is looking: short local times; else RFC 3339.
        now: Unix seconds; what is of another day gets its date.
    """

    def __init__(self, *, is_terminal: bool, now: Callable[[], float]) -> None:
        self._is_terminal = is_terminal
        self._now = now
        self._width = _ROUTER_WIDTH

    def line(self, one: Event) -> "Text":
        """An event."""
        from rich.text import Text  # noqa: PLC0415 - slow to import

        router = plain(one.router_id or "-")
        self._width = max(self._width, len(router))
        kind = plain(one.kind)
        text = Text()
        text.append(f"{self._time(one.at)}  ", style="dim")
        text.append(f"{kind:{KIND_WIDTH}}  ", style=style_of(one))
        text.append(f"{router:{self._width}}  ")
        text.append(says(one))
        text.rstrip()
        return text

    def _time(self, at: datetime) -> str:
        if not self._is_terminal:
            return rfc3339(at.timestamp())
        local = at.astimezone()
        today = datetime.fromtimestamp(self._now(), local.tzinfo)
        is_today = local.date() == today.date()
        return local.strftime("%H:%M:%S" if is_today else "%b %d %H:%M:%S")


def style_of(one: Event) -> str:
    """How its kind is coloured."""
    family, _, rest = one.kind.partition(".")
    if family == "command":
        return STATE_STYLES.get(rest, _STYLES.get(one.kind, ""))
    if family == "verdict":
        return VERDICT_STYLES.get(str(one.detail.get("action")), "")
    return _STYLES.get(one.kind, "")


def says(one: Event) -> str:
    """What happened, in few words. Why a command was given is said once, at its first step."""
    family, _, rest = one.kind.partition(".")
    is_said = family == "command" and rest not in ("queued", "refused")
    left_out = ("reason",) if is_said else ("command_key",)
    detail = {key: value for key, value in one.detail.items() if key not in left_out}
    return plain(_WORDS.get(family, _plainly)(detail))


def _command(detail: Mapping[str, Any]) -> str:
    refusals = detail.get("refusals") or ()
    why = "; ".join(str(no.get("reason", "")) for no in refusals) or detail.get("reason") or ""
    outcome = detail.get("outcome")
    asked = f" by {detail['asked_by']}" if detail.get("asked_by") else ""
    text = f"{detail.get('kind', '')}{asked}"
    text += f": {outcome}" if outcome else ""
    return f"{text}: {why}" if why else text


def _verdict(detail: Mapping[str, Any]) -> str:
    sure = detail.get("confidence")
    text = f"{detail.get('before') or 'none'} -> {detail.get('action')}"
    text += f", {sure:.0%} sure" if isinstance(sure, float | int) else ""
    return f"{text} ({detail['cause']})" if detail.get("cause") else text


def _incident(detail: Mapping[str, Any]) -> str:
    counts = f"{detail.get('affected')} of {detail.get('routers')} routers"
    return f"{detail.get('kind')} at {detail.get('place')}: {counts}"


def _reboots(detail: Mapping[str, Any]) -> str:
    why = f": {detail['reason']}" if detail.get("reason") else ""
    return f"by {detail.get('by')}{why}"


def _plainly(detail: Mapping[str, Any]) -> str:
    told = ((key, value) for key, value in detail.items() if value not in _QUIET)
    return " ".join(f"{key}={_short(value)}" for key, value in told)


def _short(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "command": _command,
    "verdict": _verdict,
    "incident": _incident,
    "reboots": _reboots,
}
