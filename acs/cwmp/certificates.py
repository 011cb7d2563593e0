"""Which router a client certificate is of, by the names in it (TR-069 Amendment 6, 3.3 and 3.4.4).

Pure. That the certificate was verified is TLS's matter, whether the router is known storage's.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote

import msgspec

_OUI = re.compile(r"[0-9A-Fa-f]{6}")
_PARTS = (2, 3)
_LONGEST = 64  # characters of a part (TR-069 Amendment 6, A.3.3.1, DeviceIdStruct)


class Named(msgspec.Struct, frozen=True):
    """The router that a certificate names; without a product class, any of its OUI's.

    ``oui`` is in upper case, as everywhere.
    """

    oui: str
    product_class: str | None
    serial_number: str


def named_in(names: Iterable[str]) -> Named | None:
    """The first name of the form OUI-SerialNumber or OUI-ProductClass-SerialNumber.

    Common names stand before alternative ones. Parts are percent-encoded, as in user names. None:
    the certificate names no router; one that many share does not authenticate any of them.
    """
    for name in names:
        found = _named(name)
        if found is not None:
            return found
    return None


def _named(name: str) -> Named | None:
    parts = tuple(unquote(part) for part in name.strip().split("-"))
    if len(parts) not in _PARTS or not _OUI.fullmatch(parts[0]):
        return None
    if not all(0 < len(part) <= _LONGEST and part.isprintable() for part in parts):
        return None
    product_class = parts[1] if len(parts) == max(_PARTS) else None
    return Named(parts[0].upper(), product_class, parts[-1])
