"""The SOAP envelope round a message: header, cwmp:ID, versions, body and CWMP namespace in use.

Elements are matched by local name, because prefixes and even SOAP's namespaces vary; what the body
says is read elsewhere.
"""

import re
from collections.abc import Iterator

import msgspec

from acs.cwmp.soap import XML_SPACE, Element, MalformedMessage
from acs.cwmp.tolerance import number

DEFAULT_NAMESPACE = "urn:dslforum-org:cwmp-1-0"
CWMP = re.compile(r"urn:dslforum-org:cwmp-1-[0-9]{1,3}")
_SOAP = ("http://schemas.xmlsoap.org/", "http://www.w3.org/2003/05/soap-envelope")
_OLD_SCHEMA = "http://www.w3.org/1999/XMLSchema"
_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}", re.ASCII)
_VERSIONS = 16  # of a list at most


class Versions(msgspec.Struct, frozen=True):
    """What the header says of CWMP versions (TR-069 Amendment 6, 3.7.2.1); see ``Envelope``."""

    supported: tuple[str, ...] = ()
    session_timeout: float | None = None
    use: str = ""


_NO_VERSIONS = Versions()


class Opened(msgspec.Struct, frozen=True):
    """An envelope taken apart."""

    root: Element
    header: Element | None
    body: Element
    id: str | None
    versions: Versions = _NO_VERSIONS


def open_envelope(root: Element, notes: set[str]) -> Opened:
    """Header, body and ID of an envelope; ``notes`` collects what is missing.

    Raises:
        MalformedMessage: the root is no Envelope, it has no Body, or the ID holds elements.
    """
    if root.name != "Envelope":
        raise MalformedMessage("not-soap")
    body = root.child("Body")
    if body is None:
        raise MalformedMessage("no-body")
    if any(name.startswith(_OLD_SCHEMA) for name in root.declared().values()):
        notes.add("schema-of-1999")
    header = root.child("Header")
    if header is None:
        notes.add("no-header")
        return Opened(root, None, body, None)
    written = header.child("ID")
    # HoldRequests and NoMoreRequests are met, and mean nothing from a router (3.7.1.5).
    versions = _versions(header, notes)
    if written is None:
        notes.add("no-id")
        return Opened(root, header, body, None, versions)
    if written.children:
        raise MalformedMessage("mixed-content", "ID")
    return Opened(root, header, body, written.text, versions)


def _versions(header: Element, notes: set[str]) -> Versions:
    supported: tuple[str, ...] = ()
    timeout, use = None, ""
    for part in header.children:
        text = part.text.strip(XML_SPACE)
        if part.name == "SupportedCWMPVersions":
            listed = [version.strip(XML_SPACE) for version in text.split(",")][:_VERSIONS]
            supported = tuple(version for version in listed if _VERSION.fullmatch(version))
            if len(supported) != len(listed):
                notes.add("odd-SupportedCWMPVersions")
        elif part.name == "SessionTimeout":
            seconds = number(text, "SessionTimeout", notes, -1)
            timeout = None if seconds < 0 else float(seconds)
        elif part.name == "UseCWMPVersion":
            use = text
    return Versions(supported, timeout, use)


def namespace_of(opened: Opened, call: Element | None, notes: set[str]) -> str:
    """The CWMP namespace that the peer uses, so that an answer can use the same.

    It is that of the call's element; for a SOAP fault, or a prefix that nobody declared, the
    first CWMP namespace declared near it.

    Raises:
        MalformedMessage: the call is in a foreign namespace.
    """
    scope = opened.root.declared() | opened.body.declared()
    if call is not None:
        scope |= call.declared()
        name = scope.get(call.tag.rpartition(":")[0])
        if name:
            if CWMP.fullmatch(name):
                return name
            if not name.startswith(_SOAP):
                raise MalformedMessage("wrong-namespace")
        elif ":" in call.tag:
            notes.add("undeclared-prefix")
    for name in _declared_near(scope, opened.header, call):
        if CWMP.fullmatch(name):
            return name
    notes.add("no-namespace")
    return DEFAULT_NAMESPACE


def _declared_near(
    scope: dict[str, str], header: Element | None, call: Element | None
) -> Iterator[str]:
    yield from scope.values()
    # A fault's detail, and the ID, may bring a declaration of their own.
    for element in (header, call):
        for child in element.children if element is not None else ():
            yield from child.declared().values()
            for grandchild in child.children:
                yield from grandchild.declared().values()
