"""Actions that disturb less than a reboot: which of them a router offers, and for which causes.

Pure; the router's tree is handed in.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from acs.commands import Command, GentleAction
from diagnostics.verdict import Verdict

DAY = 86_400.0
_TR098 = r"InternetGatewayDevice\.WANDevice\.\d+\.WANConnectionDevice\.\d+\."
_PATHS: Mapping[GentleAction, re.Pattern[str]] = {
    "renew_dhcp": re.compile(r"Device\.DHCPv4\.Client\.\d+\.Renew"),
    "reset_ppp": re.compile(
        rf"(?:Device\.PPP\.Interface\.\d+|{_TR098}WANPPPConnection\.\d+)\.Reset"
    ),
    "reset_wifi": re.compile(r"Device\.WiFi\.Reset"),
}
LOOKED_AT = (
    "Device.DHCPv4.Client.",
    "Device.PPP.Interface.",
    "Device.WiFi.Reset",
    "InternetGatewayDevice.WANDevice.",
)
"""Below these paths of a tree the actions are found."""
_STATES = ("ConnectionStatus", "Status", "DHCPStatus")
_ALIVE = ("up", "connected", "bound")


class GentleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[actions.gentle]``: the causes that each action is tried against before a reboot.

    Attributes:
        renew_dhcp: fault classes; F16 is a session that is stuck after a network event.
        reset_ppp: the same where the session is PPP's.
        reset_wifi: F04 is a Wi-Fi radio that hangs; a reset starts it anew, all else goes on.
    """

    renew_dhcp: tuple[str, ...] = ("F16",)
    reset_ppp: tuple[str, ...] = ("F16",)
    reset_wifi: tuple[str, ...] = ("F04",)

    def for_cause(self, cause: str) -> tuple[GentleAction, ...]:
        """The actions against a cause; PPP before DHCP, which may be the one below it."""
        return tuple(action for action in _ORDER if cause in getattr(self, action))


_ORDER: tuple[GentleAction, ...] = ("reset_ppp", "renew_dhcp", "reset_wifi")


class Parameter(NamedTuple):
    """A parameter of a tree: path, value if it was read, whether it may be written."""

    path: str
    value: str | None = None
    writable: bool | None = None


class Offer(NamedTuple):
    """The parameter that carries an action out, and what is written there."""

    path: str
    value: str


def offers(tree: Iterable[Parameter]) -> dict[GentleAction, Offer]:
    """The actions that a router offers.

    Of several instances the first counts whose state is up, else the first.
    """
    known = {parameter.path: parameter for parameter in tree}
    found: dict[GentleAction, Offer] = {}
    for action, pattern in _PATHS.items():
        paths = [
            path
            for path, parameter in known.items()
            if pattern.fullmatch(path) and parameter.writable is not False
        ]
        if not paths:
            continue
        path = next((path for path in paths if _is_up(path, known)), paths[0])
        # Some routers know only the one spelling of a boolean, some only the other.
        value = "1" if (known[path].value or "").strip() in ("0", "1") else "true"
        found[action] = Offer(path, value)
    return found


def _is_up(path: str, known: Mapping[str, Parameter]) -> bool:
    place = path.rpartition(".")[0]
    states = (known.get(f"{place}.{name}") for name in _STATES)
    return any(state is not None and (state.value or "").lower() in _ALIVE for state in states)


def choose(
    verdict: Verdict,
    offered: Mapping[GentleAction, Offer],
    lately: Iterable[Command],
    settings: GentleSettings,
    now: float,
) -> GentleAction | None:
    """The action to try before a reboot; None: there is none, or it was tried in the last day.

    Args:
        verdict: one for a reboot.
        offered: by the router's tree.
        lately: the router's last commands.
        settings: which action is for which cause.
        now: Unix seconds UTC.
    """
    if not verdict.causes:
        return None
    tried = {
        command.arguments.get("action")
        for command in lately
        if command.kind == "gentle" and command.state != "refused" and now - command.at < DAY
    }
    wanted = settings.for_cause(verdict.causes[0].cause)
    return next((action for action in wanted if action in offered and action not in tried), None)
