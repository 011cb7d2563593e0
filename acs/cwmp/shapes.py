"""The shapes in which nearly every large message comes, read without building a tree.

A call's content is compared with an exact pattern; whatever differs in the least is None and is
read the general way. A pattern accepts only what the general way would read to the same message.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from acs.cwmp.characters import is_legal
from acs.cwmp.messages import (
    GetParameterNamesResponse,
    GetParameterValuesResponse,
    Inform,
    Message,
    ParameterInfo,
    ParameterValue,
)
from acs.cwmp.skeletons import Skeletons
from acs.cwmp.soap import XML_SPACE, Element, Limits, MalformedMessage, parse
from acs.cwmp.tolerance import (
    boolean,
    device,
    event,
    note_array,
    number,
    parameter_names,
    value_type,
)
from acs.facts import Event

_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")
_TAG_LENGTH = 256  # of attributes; longer tags are not remembered, so not read here
_TAG_ATTRIBUTES = 8
_EVENTS_LENGTH = 512  # characters of events that are worth remembering
_LIST_END = "</ParameterList>"
_SKELETONS = Skeletons()
_UNTYPED, _ODD = "\0", "\1"  # in place of a type; no document can hold them

# White space. Possessive, as are the texts: no pattern tries a second way through one. (Groups
# are not: Python before 3.11.5 has a fault there.)
_S = r"[ \t\n]*+"
_TAG = rf"[^<>/]{{0,{_TAG_LENGTH}}}+"


def _leaf(name: str) -> str:
    return rf"<{name}(?:>([^<]*+)</{name}>|{_S}/>){_S}"


def _struct(name: str, second: str) -> re.Pattern[str]:
    # Attributes without "/": so "/>" is told from ">" without a second look.
    value = rf"<{second}({_TAG})(?:>([^<]*+)</{second}>|/>)"
    return re.compile(rf"<{name}>{_S}<Name>([^<]*+)</Name>{_S}{value}{_S}</{name}>{_S}")


_VALUE_STRUCT = _struct("ParameterValueStruct", "Value")
_INFO_STRUCT = _struct("ParameterInfoStruct", "Writable")
_EVENT = re.compile(
    rf"<EventStruct>{_S}{_leaf('EventCode')}{_leaf('CommandKey')}</EventStruct>{_S}"
)
_LIST = re.compile(rf"{_S}<ParameterList({_TAG})>{_S}")
_INFORM = re.compile(
    rf"{_S}<DeviceId>{_S}{_leaf('Manufacturer')}{_leaf('OUI')}{_leaf('ProductClass')}"
    rf"{_leaf('SerialNumber')}</DeviceId>{_S}<Event({_TAG})>{_S}"
    rf"((?:{_EVENT.pattern.replace('([^', '(?:[^')})*)</Event>{_S}"
    rf"{_leaf('MaxEnvelopes')}{_leaf('CurrentTime')}{_leaf('RetryCount')}{_LIST.pattern}"
)


def read_shape(name: str, content: str, notes: set[str]) -> Message | None:
    """The message ``name`` with this content, or None if it comes in another shape.

    ``content`` is what stands between the call's start and end tag, line ends being line feeds.
    ``notes`` is added to only with a message.
    """
    reader = _READERS.get(name)
    # References other than the five named ones are left to the parser.
    if reader is None or ("&" in content and _REFERENCE.search(content)):
        return None
    met: set[str] = set()
    message = reader(content, met)
    if message is not None:
        notes |= met
    return message


def _inform(content: str, notes: set[str]) -> Inform | None:
    found = _INFORM.match(content)
    if found is None:
        return None
    manufacturer, oui, product_class, serial, event_tag, written, *rest = found.groups("")
    max_envelopes, current_time, retry_count, list_tag = rest
    read = _known_events if len(written) < _EVENTS_LENGTH else _events
    told = read(written, event_tag)
    parameters = _values(content, found.end(), list_tag, notes)
    leaves = (manufacturer, oui, product_class, serial, max_envelopes, current_time, retry_count)
    if told is None or parameters is None or not _legal(leaves):
        return None
    events, odd = told
    notes |= odd
    plain = _plain(content)
    return Inform(
        device((plain(manufacturer), plain(oui), plain(product_class), plain(serial)), notes),
        events,
        number(plain(max_envelopes), "MaxEnvelopes", notes, 1),
        plain(current_time).strip(XML_SPACE),
        number(plain(retry_count), "RetryCount", notes, 0),
        parameters,
    )


def _events(written: str, tag: str) -> tuple[tuple[Event, ...], frozenset[str]] | None:
    structs = _EVENT.findall(written)
    odd = _array_notes("Event", tag, "EventStruct", len(structs))
    if odd is None or not _legal((written,)):
        return None
    notes = set(odd)
    plain = _plain(written)
    found = [event(plain(code), plain(key), notes) for code, key in structs]
    return tuple(one for one in found if one is not None), frozenset(notes)


_known_events = lru_cache(maxsize=1024)(_events)


def _values_response(content: str, notes: set[str]) -> GetParameterValuesResponse | None:
    found = _LIST.match(content)
    parameters = None if found is None else _values(content, found.end(), found[1], notes)
    return None if parameters is None else GetParameterValuesResponse(parameters)


def _names_response(content: str, notes: set[str]) -> GetParameterNamesResponse | None:
    found = _LIST.match(content)
    parameters = None if found is None else _infos(content, found.end(), found[1], notes)
    return None if parameters is None else GetParameterNamesResponse(parameters)


_READERS: Mapping[str, Callable[[str, set[str]], Message | None]] = {
    "Inform": _inform,
    "GetParameterValuesResponse": _values_response,
    "GetParameterNamesResponse": _names_response,
}


def _values(
    content: str, start: int, tag: str, notes: set[str]
) -> tuple[ParameterValue, ...] | None:
    known = _SKELETONS.find(content, start, tag)
    if known is not None:
        skeleton, texts = known
        if not _legal(texts):
            return None
        notes |= skeleton.notes
        if "&" in content:
            texts = [_unescaped(text) for text in texts]
        return tuple(map(ParameterValue, skeleton.names, texts, skeleton.kinds))
    columns = _columns(_VALUE_STRUCT, content, start)
    if columns is None:
        return None
    names, tags, values = columns
    odd = _array_notes("ParameterList", tag, "ParameterValueStruct", len(names))
    types = {written: _value_type(written) for written in set(tags)}
    found = types.values()
    if odd is None or _ODD in found:
        return None
    met = set(odd)
    kinds = [types[written] for written in tags]
    if _UNTYPED in found:
        met.add("value-without-type")
        kinds = ["" if kind == _UNTYPED else kind for kind in kinds]
    names = parameter_names(names, met)
    _SKELETONS.learn(content, start, tag, _VALUE_STRUCT, (names, kinds, frozenset(met)))
    notes |= met
    return tuple(map(ParameterValue, names, values, kinds))


def _infos(content: str, start: int, tag: str, notes: set[str]) -> tuple[ParameterInfo, ...] | None:
    columns = _columns(_INFO_STRUCT, content, start)
    if columns is None:
        return None
    names, tags, values = columns
    odd = _array_notes("ParameterList", tag, "ParameterInfoStruct", len(names))
    if odd is None or any(_start_tag("Writable", written) is None for written in set(tags)):
        return None
    notes |= odd
    writable = [boolean(value, "Writable", notes) for value in values]
    return tuple(map(ParameterInfo, parameter_names(names, notes), writable))


def _columns(
    struct: re.Pattern[str], content: str, start: int
) -> tuple[list[str], list[str], list[str]] | None:
    """Names, attributes of the second tags and their texts of all structs of a list."""
    pieces = struct.split(content[start:])
    # Between the structs nothing may be left over, and behind them only the list's end.
    if pieces[-1].rstrip(XML_SPACE) != _LIST_END or any(pieces[:-1:4]):
        return None
    names, tags, texts = pieces[1::4], pieces[2::4], [text or "" for text in pieces[3::4]]
    if not _legal(names) or not _legal(texts):
        return None
    if "&" in content:
        return [_unescaped(name) for name in names], tags, [_unescaped(text) for text in texts]
    return names, tags, texts


def _legal(texts: list[str] | tuple[str, ...]) -> bool:
    """Nothing that XML forbids; on what this says no to, the parser has the last word."""
    text = "".join(texts)
    return "]]>" not in text and is_legal(text)


def _plain(written: str) -> Callable[[str], str]:
    return _unescaped if "&" in written else str


def _unescaped(text: str) -> str:
    text = text.replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&quot;", '"').replace("&apos;", "'").replace("&amp;", "&")


@lru_cache(maxsize=2048)
def _start_tag(name: str, attributes: str) -> Element | None:
    """A start tag's element as the parser reads it; ``attributes`` as written behind its name."""
    if len(attributes) > _TAG_LENGTH or (attributes and attributes[0] not in XML_SPACE):
        return None
    try:
        element = parse(f"<{name}{attributes}/>", Limits(attributes=_TAG_ATTRIBUTES), set())
    except MalformedMessage:
        return None
    return element


# The tags of one model are the same in all its messages: what they mean is found once.


@lru_cache(maxsize=2048)
def _value_type(written: str) -> str:
    """The type that a Value's tag tells, ``_UNTYPED`` for none, ``_ODD`` for no plain tag."""
    element = _start_tag("Value", written)
    if element is None:
        return _ODD
    kind = value_type(element)
    return _UNTYPED if kind is None else kind


@lru_cache(maxsize=2048)
def _array_notes(name: str, written: str, struct: str, count: int) -> frozenset[str] | None:
    """What is odd in an array's tag, None for one that is odder than that."""
    element = _start_tag(name, written)
    if element is None:
        return None
    notes: set[str] = set()
    note_array(element, struct, count, notes)
    return frozenset(notes)
