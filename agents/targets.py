"""A target: a device that is polled. Plain values; nothing is asked, nothing learned kept."""

import ipaddress
import re
from typing import Literal

import msgspec

Way = Literal["snmp", "ssh"]
_NAME = re.compile(r"[\w.:@/+-]{1,64}")
_LONGEST = 128
_PORTS = {"snmp": 161, "ssh": 22}


class TargetError(ValueError):
    """A target cannot be as it is said to be: what was found and what is allowed."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A device that is polled.

    Attributes:
        router_id: whose samples its readings become.
        name: of this target among those of the router, such as ``self`` or ``port``.
        way: how it is asked.
        address: its IP address.
        port: where; 0: the usual one.
        credential: name in the file of credentials.
        profile: name of a profile; empty: by sysObjectID (SNMP only).
        interface: the interface that counts; empty: by the profile.
        interval: seconds between readings; 0: the usual.
        trust: of an SSH server's key: ``pinned`` or ``first_use``.
        old_ssh: also algorithms that are not safe any more.
    """

    router_id: str
    name: str = "self"
    way: Way = "snmp"
    address: str
    port: int = 0
    credential: str
    profile: str = ""
    interface: str = ""
    interval: float = 0.0
    trust: Literal["pinned", "first_use"] = "pinned"
    old_ssh: bool = False

    @property
    def where(self) -> tuple[str, int]:
        """Address and port."""
        return self.address, self.port or _PORTS[self.way]


def checked_target(target: Target) -> Target:
    """The target, its address in one spelling.

    Raises:
        TargetError: something of it cannot be.
    """
    try:
        address = ipaddress.ip_address(target.address)
    except ValueError:
        raise TargetError(
            f"address: found {target.address!r}, allowed is an IP address, not a name"
        ) from None
    if address.is_multicast or address.is_unspecified:
        raise TargetError(f"address: found {address}, allowed is the address of one device")
    if not 0 <= target.port < 2**16:
        raise TargetError(f"port: found {target.port}, allowed is 0 to 65535")
    for what, text, needed in (
        ("name", target.name, True),
        ("credential", target.credential, True),
        ("profile", target.profile, target.way == "ssh"),
    ):
        if (needed or text) and not _NAME.fullmatch(text):
            raise TargetError(
                f"{what}: found {text!r}, allowed are 1 to 64 letters, digits, .:@/+-_"
            )
    if len(target.interface) > _LONGEST or not (target.interface + "x").isprintable():
        raise TargetError(f"interface: allowed are up to {_LONGEST} printable characters")
    if target.way == "ssh" and target.interface and not _NAME.fullmatch(target.interface):
        # It becomes part of a command.
        raise TargetError(f"interface: found {target.interface!r}, allowed by SSH are .:@/+-_ too")
    if target.interval and not 1 <= target.interval <= 7 * 86_400:
        raise TargetError(f"interval: found {target.interval:g}, allowed is 1 s to 7 days, or 0")
    return msgspec.structs.replace(target, address=str(address))
