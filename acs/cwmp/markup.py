"""Pieces of XML as text, for the writers of messages: leaves, arrays, calls. No message is here."""

from collections.abc import Callable, Iterable
from typing import Any


def escaped(text: str) -> str:
    """``text`` as it stands between tags or in an attribute."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "\r" in text:
        text = text.replace("\r", "&#13;")  # a parser turns a bare one into a line feed
    return text


def call(name: str, *content: str) -> str:
    """The element of a call; its members are in no namespace (TR-069 Amendment 6, 3.5)."""
    return f"<cwmp:{name}>{''.join(content)}</cwmp:{name}>"


def leaf(name: str, value: object) -> str:
    """An element that holds a value."""
    return f"<{name}>{escaped(str(value))}</{name}>"


def flag(name: str, value: bool | None) -> str:  # noqa: FBT001 - it is the value
    """A boolean, as 0 or 1: what every router reads."""
    return f"<{name}>{int(bool(value))}</{name}>"


def given(name: str, value: str) -> str:
    """A member that is left out when there is nothing to say."""
    return leaf(name, value) if value else ""


def struct(name: str, *members: str) -> str:
    """An element that holds members."""
    return f"<{name}>{''.join(members)}</{name}>"


def array(name: str, kind: str, items: Iterable[str]) -> str:
    """A SOAP array (SOAP 1.1, 5.4.2); ``kind`` is the type of its members."""
    written = list(items)
    return f'<{name} soap-enc:arrayType="{kind}[{len(written)}]">{"".join(written)}</{name}>'


def strings(name: str, values: Iterable[str]) -> str:
    """An array of strings."""
    return array(name, "xsd:string", (leaf("string", value) for value in values))


def bare(name: str) -> Callable[[Any], str]:
    """A writer of a call without arguments."""
    written = call(name)
    return lambda _message: written


def status(name: str) -> Callable[[Any], str]:
    """A writer of an answer that is a Status and nothing else."""
    return lambda message: call(name, leaf("Status", message.status))
