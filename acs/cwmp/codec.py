"""Bytes to CWMP messages and back, both directions, pure.

What to answer is ``session``'s matter, and how many bytes come in is first of all the transport's.
"""

from acs.cwmp.characters import decode_text, strip_illegal
from acs.cwmp.decoding import read_envelope
from acs.cwmp.encoding import UnencodableMessage, write_envelope
from acs.cwmp.framing import read_framed
from acs.cwmp.messages import Empty, Envelope, Inform, Message
from acs.cwmp.soap import XML_SPACE, Element, Limits, MalformedMessage, parse
from acs.cwmp.tolerance import check_identity

__all__ = ["Limits", "MalformedMessage", "UnencodableMessage", "decode", "encode"]

_DEFAULT = Limits()


def decode(body: bytes, limits: Limits = _DEFAULT) -> Envelope:
    """The message in the body of an HTTP request or response.

    Tolerates what routers are known to do (missing or odd headers, counts, types, encodings, bad
    characters) and names each oddity in ``Envelope.quirks``. No DTD, no entities of the peer's.

    Raises:
        MalformedMessage: it is no message, or costs more than ``limits`` allow.
    """
    if len(body) > limits.body_bytes:
        raise MalformedMessage("too-large")
    envelope = read_framed(body, limits)
    if envelope is None:
        envelope = _read_any(body, limits)
    if isinstance(envelope.message, Inform):
        check_identity(envelope.message, limits)
    return envelope


def encode(
    message: Message,
    *,
    namespace: str,
    id: str | None,  # noqa: A002 - its name
    use_version: str = "",
) -> bytes:
    """A message as the body of an HTTP request or response; b"" for ``Empty``.

    The prefixes soap-env, soap-enc, xsd, xsi and cwmp are always declared at the root. With
    ``id`` None and without ``use_version`` (UseCWMPVersion, 3.7.2.1) there is no Header.

    Raises:
        UnencodableMessage: a text of the message holds what XML cannot; the caller's mistake.
    """
    return write_envelope(message, namespace, id, use_version)


def _read_any(body: bytes, limits: Limits) -> Envelope:
    notes: set[str] = set()
    text = decode_text(body, notes)
    if not text.strip(XML_SPACE):
        return Envelope(Empty())
    return read_envelope(_parse_repaired(text, limits, notes), notes)


def _parse_repaired(text: str, limits: Limits, notes: set[str]) -> Element:
    try:
        return parse(text, limits, notes)
    except MalformedMessage as error:
        repaired = strip_illegal(text)
        if error.code != "not-xml" or len(repaired) == len(text):
            raise
    notes.add("illegal-characters")
    return parse(repaired, limits, notes)
