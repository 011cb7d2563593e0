"""XML text to a small tree of elements, within limits and without a DTD.

What the elements mean is told elsewhere; no CWMP here. The parser is expat rather than lxml:
libxml2 keeps every element and attribute name that it ever met for as long as its thread lives
(300 MB after 4 million names), so that routers could fill the memory bit by bit.
"""

from typing import ClassVar
from xml.parsers import expat

import msgspec

XML_SPACE = " \t\r\n"


class MalformedMessage(Exception):  # noqa: N818 - says what it is; every caller knows it so
    """What the peer sent is not a message.

    Attributes:
        code: stable name of the reason, a key of ``REASONS``; fit for a metric's label.
        reason: one sentence for people; never holds what the peer wrote.
    """

    REASONS: ClassVar[dict[str, str]] = {
        "too-large": "the message has more bytes than the limit",
        "bad-encoding": "the message is labelled UTF-16 and is not",
        "not-xml": "the message is not well-formed XML",
        "doctype": "the message has a document type declaration",
        "too-deep": "elements are nested deeper than the limit",
        "too-many-elements": "the message has more elements than the limit",
        "too-many-attributes": "an element has more attributes than the limit",
        "mixed-content": "there are elements where a value should be",
        "not-soap": "the root element is not a SOAP Envelope",
        "no-body": "the SOAP Envelope has no Body",
        "wrong-namespace": "the call is in a namespace other than urn:dslforum-org:cwmp-1-N",
        "no-identity": "the Inform lacks the OUI or the serial number",
        "bad-identity": "a part of the DeviceId is longer than the limit",
        "unknown-operation": "an operation of ChangeDUState is none of the standard's",
        "bad-number": "a number that cannot be left out is missing or unreadable",
    }

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.reason = f"{self.REASONS[code]}: {detail}" if detail else self.REASONS[code]
        super().__init__(self.reason)


class Limits(msgspec.Struct, frozen=True):
    """What a message may cost.

    Attributes:
        body_bytes: length of the message.
        elements: elements in it.
        depth: nesting of elements, the Envelope being 1.
        attributes: attributes of one element, namespace declarations included.
        identity: characters of one part of the DeviceId (the standard allows 64).
    """

    body_bytes: int = 1_048_576
    elements: int = 50_000
    depth: int = 32
    attributes: int = 64
    identity: int = 256


class Element:
    """An element: its name as written and without prefix, attributes, children, own text."""

    __slots__ = ("attributes", "children", "name", "tag", "text")

    def __init__(self, tag: str, attributes: list[str]) -> None:
        self.tag = tag
        self.name = tag.rpartition(":")[2] if ":" in tag else tag
        self.attributes = attributes  # name, value, name, value …
        self.children: list[Element] = []
        self.text = ""

    def child(self, name: str) -> "Element | None":
        """The first child with this local name."""
        for child in self.children:
            if child.name == name:
                return child
        return None

    def attribute(self, name: str) -> str | None:
        """The first attribute with this local name; namespaces are not looked at."""
        written = iter(self.attributes)
        for tag, value in zip(written, written, strict=True):
            if tag.rpartition(":")[2] == name:
                return value
        return None

    def declared(self) -> dict[str, str]:
        """Namespace declarations: prefix ("" for the default) to namespace name."""
        written = iter(self.attributes)
        found = {}
        for tag, value in zip(written, written, strict=True):
            head, _, prefix = tag.partition(":")
            if head == "xmlns":
                found[prefix] = value.strip(XML_SPACE)
        return found


def parse(text: str, limits: Limits, notes: set[str]) -> Element:
    """The root element of an XML document.

    An encoding declaration in ``text`` is ignored; it was decoded already. Text beside elements
    is dropped, and noted as ``stray-text``.

    Raises:
        MalformedMessage: not well-formed, a DOCTYPE, or over a limit.
    """
    builder = _Builder(limits, notes)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        where = f"{expat.ErrorString(error.code)}, line {error.lineno}"
        raise MalformedMessage("not-xml", where) from None
    return builder.top.children[0]


def _refuse_doctype(*_declaration: object) -> None:
    # Raised at the name of the document type, so before any entity could be declared.
    raise MalformedMessage("doctype")


class _Builder:
    __slots__ = ("_attributes", "_depth", "_elements", "_notes", "_open", "top")

    def __init__(self, limits: Limits, notes: set[str]) -> None:
        self.top = Element("", [])
        self._open = [self.top]
        self._elements = limits.elements
        self._depth = limits.depth
        self._attributes = limits.attributes * 2
        self._notes = notes

    def start(self, tag: str, attributes: list[str]) -> None:
        self._elements -= 1
        if self._elements < 0:
            raise MalformedMessage("too-many-elements")
        opened = self._open
        if len(opened) > self._depth:
            raise MalformedMessage("too-deep")
        if len(attributes) > self._attributes:
            raise MalformedMessage("too-many-attributes")
        parent = opened[-1]
        if parent.text and parent.text.strip(XML_SPACE):
            self._notes.add("stray-text")
        parent.text = ""
        element = Element(tag, attributes)
        parent.children.append(element)
        opened.append(element)

    def end(self, _tag: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        element = self._open[-1]
        if not element.children:
            element.text += text
        elif text.strip(XML_SPACE):
            self._notes.add("stray-text")
