"""Which addresses may be called. Pure.

Whoever sets up a webhook chooses where this daemon calls: it must not be used to reach what only it
can reach.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from acs.webhooks.settings import WebhookSettings

_LONGEST = 2000  # characters
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")  # RFC 8215


class UrlError(ValueError):
    """The address cannot be a webhook's: what was found and what is allowed."""


class AddressRefusedError(Exception):
    """The name leads to addresses that may not be called."""


def check_url(url: str, settings: WebhookSettings) -> None:
    """Whether a URL may be a webhook's, as far as can be told without looking its name up.

    Raises:
        UrlError: it may not.
    """
    schemes = ("https", "http") if settings.insecure else ("https",)
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise UrlError(f"allowed are {_LONGEST} characters of ASCII without spaces")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UrlError(f"it is no URL: {error}") from error
    if parts.scheme not in schemes:
        raise UrlError(f"found {parts.scheme!r}, allowed is {' or '.join(schemes)}")
    if not parts.hostname or port == 0:
        raise UrlError("it names no host")
    if "@" in parts.netloc:
        raise UrlError("it holds a user name or a password")
    if parts.fragment:
        raise UrlError("it holds a fragment")
    try:
        literal = ip_address(parts.hostname)
    except ValueError:
        return
    if not is_allowed(str(literal), settings):
        raise UrlError(f"{literal} is no public address: [webhooks] allow")


def is_allowed(address: str, settings: WebhookSettings) -> bool:
    """Whether an IP address may be called: it is public, or the configuration allows it."""
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    networks = [ip_network(text) for text in settings.allow]
    is_named = any(found.version == net.version and found in net for net in networks)
    return is_named or _is_public(found)


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address):
        # Some hold an address of IPv4 that they lead to.
        if found in _NAT64:
            return _is_public(IPv4Address(int(found) & 0xFFFFFFFF))
        if found in _NAT64_LOCAL or found.sixtofour or found.teredo or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved
