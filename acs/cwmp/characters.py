"""Bytes of a router to text that an XML parser takes: encodings, byte order marks, bad characters.

Every repair is named in the notes; what is repaired is characters only, never markup.
"""

import re
import sys

from acs.cwmp.soap import XML_SPACE, MalformedMessage

# XML 1.0, production 2 (Char): what no document may hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_REFERENCE = re.compile("&#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_LABEL = re.compile(rb"""\A<\?xml[^<>]{0,64}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_UTF16 = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
_LATIN = {"iso-8859-1": "latin-1", "latin1": "latin-1", "windows-1252": "cp1252"}
_UTF8 = {"", "utf-8", "utf8", "us-ascii", "ascii"}


def decode_text(body: bytes, notes: set[str]) -> str:
    """The text of a message, without byte order mark and leading white space.

    UTF-8 unless labelled otherwise; what is no UTF-8 is read as Latin-1, where every byte has a
    meaning, and noted.

    Raises:
        MalformedMessage: UTF-16 that is none.
    """
    utf16 = _UTF16.get(body[:2])
    if utf16 is not None:
        try:
            return body.decode(utf16)
        except UnicodeDecodeError:
            raise MalformedMessage("bad-encoding") from None
    if body.startswith(b"\xef\xbb\xbf"):
        notes.add("byte-order-mark")
        body = body[3:]
    trimmed = body.lstrip(b" \t\r\n")
    if len(trimmed) != len(body):
        notes.add("leading-space")
    found = _LABEL.match(trimmed)
    label = found[1].decode().lower() if found else ""
    return _decode_labelled(trimmed, label, notes)


def _decode_labelled(body: bytes, label: str, notes: set[str]) -> str:
    encoding = _LATIN.get(label)
    if encoding is None and label not in _UTF8:
        notes.add("unknown-encoding")
    try:
        return body.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        notes.add("latin-1")
        return body.decode("latin-1")


def is_legal(text: str) -> bool:
    """Whether XML can hold every character of ``text``."""
    if not text.isascii():
        return not _ILLEGAL.search(text)
    written = text.encode()
    return len(written.translate(None, _CONTROLS)) == len(written)  # ten times the regex's speed


def strip_illegal(text: str) -> str:
    """``text`` without the characters, and references to characters, that XML forbids."""
    return _ILLEGAL.sub("", _REFERENCE.sub(_keep_legal, text)).strip(XML_SPACE)


def _keep_legal(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if code > sys.maxunicode or _ILLEGAL.match(chr(code)):
        return ""
    return reference[0]
