"""Members of a CWMP struct in a tree of elements: found by local name, what is odd is noted.

Shared by all messages' readers; it knows none of them.
"""

from collections.abc import Mapping, Sequence

from acs.cwmp.soap import XML_SPACE, Element, MalformedMessage
from acs.cwmp.structs import ParameterValue, TransferFault
from acs.cwmp.tolerance import (
    boolean,
    note_array,
    number,
    parameter_names,
    signed_number,
    value_type,
)

_INTERNAL_ERROR = 9002  # TR-069 Amendment 6, A.5.1


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


def word_of(fields: Mapping[str, Element], name: str, notes: set[str]) -> str:
    """Text of a member in which white space round the outside means nothing: keys, names, times."""
    return text_of(fields, name, notes).strip(XML_SPACE)


def optional_text(fields: Mapping[str, Element], name: str) -> str:
    """Text of a member that the standard lets a peer leave out; then it is empty."""
    element = fields.get(name)
    return "" if element is None else value_of(element)


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


def signed_number_of(
    fields: Mapping[str, Element], name: str, notes: set[str], default: int
) -> int:
    """Number in a member that may be below 0; else as ``number_of``."""
    if name not in fields:
        notes.add(f"no-{name}")
        return default
    return signed_number(value_of(fields[name]), name, notes, default)


def flag_of(fields: Mapping[str, Element], name: str, notes: set[str]) -> bool:
    """Boolean in a member; a missing or unreadable one is noted and counts as false."""
    if name not in fields:
        notes.add(f"no-{name}")
        return False
    return boolean(value_of(fields[name]), name, notes)


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


def repeated(call: Element, name: str, struct: str) -> tuple[list[Element], bool]:
    """Structs that the schema writes as many members of one name, and whether they came so.

    Many routers write one SOAP array of ``struct`` in place of them: then its members count.
    """
    found = [child for child in call.children if child.name == name]
    if len(found) == 1:
        inside = found[0].children
        is_array = found[0].attribute("arrayType") is not None
        if is_array or (inside and all(child.name.endswith(struct) for child in inside)):
            return inside, False
    return found, True


def strings_of(fields: Mapping[str, Element], name: str, notes: set[str]) -> tuple[str, ...]:
    """The strings of an array that is a member, without white space around each."""
    return tuple(
        value_of(member).strip(XML_SPACE) for member in array_of(fields, name, "string", notes)
    )


def parameter_values(fields: Mapping[str, Element], notes: set[str]) -> tuple[ParameterValue, ...]:
    """The ParameterList of names, types and values."""
    structs = array_of(fields, "ParameterList", "ParameterValueStruct", notes)
    names, values, types = [], [], []
    for struct in structs:
        parts = members(struct, notes)
        names.append(text_of(parts, "Name", notes))
        values.append(text_of(parts, "Value", notes))
        types.append(_type(parts, notes))
    return tuple(map(ParameterValue, parameter_names(names, notes), values, types))


def _type(fields: Mapping[str, Element], notes: set[str]) -> str:
    name, value = fields.get("Name"), fields.get("Value")
    if name is not None and value_type(name) is not None:
        notes.add("type-on-name")
    written = value_type(value) if value is not None else ""
    if written is None:
        notes.add("value-without-type")
    return written or ""


def transfer_fault(
    fields: Mapping[str, Element], names: Sequence[str], notes: set[str]
) -> TransferFault:
    """How a transfer or an operation ended: the FaultStruct under one of ``names``.

    Without one it ended well, which is noted. An unreadable code is an internal error: it must
    not pass for success.
    """
    found = next((fields[name] for name in names if name in fields), None)
    if found is not None:
        inner = members(found, notes)
        nested = inner.get("FaultStruct")
        if nested is not None:
            notes.add("nested-FaultStruct")
            inner = members(nested, notes)
    elif "FaultCode" in fields:
        notes.add("fault-outside-struct")
        inner = dict(fields)
    else:
        notes.add(f"no-{names[0]}")
        return TransferFault()
    code = number_of(inner, "FaultCode", notes, _INTERNAL_ERROR)
    # The string may be left out (cwmp-1-2.xsd, DeploymentUnitFaultStruct).
    return TransferFault(code, optional_text(inner, "FaultString"))
