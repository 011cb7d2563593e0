"""Members of a CWMP struct in a tree of elements: found by local name, what is odd is noted.

Shared by all messages' readers; it knows none of them.
"""

from collections.abc import Mapping

from acs.cwmp.soap import Element, MalformedMessage
from acs.cwmp.tolerance import note_array, number


def members(element: Element | None, notes: set[str]) -> dict[str, Element]:
    """Children by local name; of two with one name the first counts, which is noted."""
    found: dict[str, Element] = {}
    for child in element.children if element is not None else ():
        if found.setdefault(child.name, child) is not child:
            notes.add("element-twice")
    return found


def text_of(fields: Mapping[str, Element], name: str, notes: set[str]) -> str:
    """Text of a member; a missing one is noted and counts as empty."""
    element = fields.get(name)
    if element is None:
        notes.add(f"no-{name}")
        return ""
    return value_of(element)


def value_of(element: Element) -> str:
    """Text of an element that may hold nothing else.

    Raises:
        MalformedMessage: there are elements in it.
    """
    if element.children:
        raise MalformedMessage("mixed-content")
    return element.text


def number_of(fields: Mapping[str, Element], name: str, notes: set[str], default: int) -> int:
    """Number in a member; a missing or unreadable one is noted and counts as ``default``."""
    if name not in fields:
        notes.add(f"no-{name}")
        return default
    return number(value_of(fields[name]), name, notes, default)


def array_of(
    fields: Mapping[str, Element], name: str, struct: str, notes: set[str]
) -> list[Element]:
    """Members of an array that is a member; a missing one is noted and counts as empty."""
    # Names of array members carry no meaning (SOAP 1.1, 5.4.2), so any child is one.
    element = fields.get(name)
    if element is None:
        notes.add(f"no-{name}")
        return []
    note_array(element, struct, len(element.children), notes)
    return element.children
