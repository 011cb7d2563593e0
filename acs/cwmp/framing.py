"""The shorter way of decoding: what stands before a call is the same in all messages of a router.

So it is parsed once and remembered, and only the call is read anew. Whatever does not fit is None
and is read the general way; nothing is ever read otherwise than the general way reads it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from acs.cwmp.decoding import knows, read_call
from acs.cwmp.envelope import CWMP, Versions, open_envelope
from acs.cwmp.messages import Envelope, Message
from acs.cwmp.shapes import read_shape
from acs.cwmp.soap import XML_SPACE, Limits, MalformedMessage, parse

_ID_MARK = "the-id-is-here"
_HEAD_LENGTH = 4096  # of what stands before the call; longer ones are not worth remembering
_ENVELOPE_DEPTH = 2  # Envelope and Body
_SHAPE_DEPTH = 6  # Envelope, Body, call, list, struct and value
_SHAPE_ATTRIBUTES = 8
_SHORTEST = 4  # characters of an element, "<a/>"

_HEAD_ID = re.compile(r"<(?:[\w.-]+:)?ID(?:\s[^<>]*)?>([^<]*)</", re.ASCII)
_BODY_TAG = re.compile(r"<((?:[\w.-]+:)?Body)(?:\s[^<>]*)?>[ \t\n]*\Z", re.ASCII)
_ENVELOPE_TAG = re.compile(r"<((?:[\w.-]+:)?Envelope)[\s>]", re.ASCII)
_PLAIN = re.compile(r"[\t\n -%'-;=?-\\^-~]*+")  # ASCII text without "&", "<", ">" and "]"
_DECLARATION = re.compile(
    r"""<\?xml\s+version=["']1\.0["'](?:\s+encoding=["']utf-8["'])?"""
    r"""(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>""",
    re.ASCII | re.IGNORECASE,
)


class _Frame(msgspec.Struct, frozen=True):
    """What stands before a call, but for the ID, as the general way reads it."""

    namespaces: Mapping[str, str]  # prefix to CWMP namespace, of those declared
    has_id: bool
    notes: frozenset[str]
    ends: tuple[str, str]  # of Body and Envelope
    versions: Versions


def read_framed(body: bytes, limits: Limits) -> Envelope | None:
    """The message, if its envelope is of a known kind; None is no judgement on it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")  # XML 1.0, 2.11
    call_at = text.find("<", text.find("Body", 0, _HEAD_LENGTH) + 1)
    tag_end = text.find(">", call_at)
    tag = text[call_at + 1 : tag_end]
    prefix, _, name = tag.rpartition(":")
    if call_at > _HEAD_LENGTH or not knows(name):
        return None
    if len(text) > _SHORTEST * limits.elements and text.count("<") > limits.elements:
        return None
    head = text[:call_at]
    found = _HEAD_ID.search(head)
    identity = found[1] if found is not None else None
    if found is not None:
        head = head[: found.start(1)] + _ID_MARK + head[found.end(1) :]
    frame = _frame(head, limits)
    if frame is None or prefix not in frame.namespaces or frame.has_id != (identity is not None):
        return None
    call_end = _call_end(text, frame)
    if call_end is None or (identity is not None and not _PLAIN.fullmatch(identity)):
        return None
    notes = set(frame.notes)
    message = _read_call(text[call_at:call_end], tag, limits, notes)
    if message is None:
        return None
    versions = frame.versions
    return Envelope(
        message,
        identity,
        frame.namespaces[prefix],
        tuple(sorted(notes)),
        versions.supported,
        versions.session_timeout,
        versions.use,
    )


def _call_end(text: str, frame: _Frame) -> int | None:
    for end in reversed(frame.ends):
        text = text.rstrip(XML_SPACE)
        if not text.endswith(end):
            return None
        text = text[: -len(end)]
    return len(text.rstrip(XML_SPACE))


def _read_call(call: str, tag: str, limits: Limits, notes: set[str]) -> Message | None:
    """The message of one call, from its start tag to its end tag."""
    name = tag.rpartition(":")[2]
    end = f"</{tag}>"
    if (
        limits.depth >= _SHAPE_DEPTH
        and limits.attributes >= _SHAPE_ATTRIBUTES
        and call.endswith(end)
    ):
        message = read_shape(name, call[len(tag) + 2 : -len(end)], notes)
        if message is not None:
            return message
    inner = Limits(
        elements=limits.elements,
        depth=limits.depth - _ENVELOPE_DEPTH,
        attributes=limits.attributes,
    )
    met: set[str] = set()
    try:
        message = read_call(parse(call, inner, met), met)
    except MalformedMessage:
        return None
    notes |= met
    return message


@lru_cache(maxsize=512)
def _frame(head: str, limits: Limits) -> _Frame | None:
    body, envelope = _BODY_TAG.search(head), _ENVELOPE_TAG.search(head)
    if body is None or envelope is None or not head.startswith("<") or head.count(_ID_MARK) > 1:
        return None
    if head.startswith("<?") and not _DECLARATION.match(head):
        return None
    ends = (f"</{body[1]}>", f"</{envelope[1]}>")
    notes: set[str] = set()
    try:
        root = parse(f"{head}{ends[0]}{ends[1]}", limits, notes)
        opened = open_envelope(root, notes)
    except MalformedMessage:
        return None
    if root.children[-1] is not opened.body or opened.body.children:
        return None
    if opened.id != (_ID_MARK if _ID_MARK in head else None):
        return None
    declared = root.declared() | opened.body.declared()
    namespaces = {prefix: name for prefix, name in declared.items() if CWMP.fullmatch(name)}
    return _Frame(namespaces, opened.id is not None, frozenset(notes), ends, opened.versions)
