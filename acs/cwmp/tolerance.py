"""What routers write in place of what the standard asks for, and how each oddity is named.

Values only; no XML trees of whole messages and no messages. Nothing is guessed silently: whatever
is not as the standard has it adds a name to the notes, or the message is refused.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from acs.cwmp.messages import Inform
from acs.cwmp.soap import XML_SPACE, Element, Limits, MalformedMessage
from acs.facts import Event
from acs.identity import DeviceId

_DIGITS = 10  # of the largest unsignedInt, 4294967295
_NAME_LENGTH = 80  # longer than any method of the standard
_ARRAY_TYPE_LENGTH = 256
_ARRAY_TYPE = re.compile(r"(?:.*[:}])?([^:}\[]*)\[\s*([0-9]*)\s*\]\s*", re.DOTALL)


def number(text: str, name: str, notes: set[str], default: int) -> int:
    """An unsignedInt; leading zeros are noted, what is no number is noted and is ``default``."""
    digits = text.strip(XML_SPACE)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        notes.add(f"odd-{name}")
        return default
    if digits[0] == "0" and digits != "0":
        notes.add("leading-zeros")
    return int(digits)


def signed_number(text: str, name: str, notes: set[str], default: int) -> int:
    """An int; otherwise as ``number``."""
    digits = text.strip(XML_SPACE)
    if not digits.startswith("-"):
        return number(digits, name, notes, default)
    met: set[str] = set()
    value = number(digits[1:], name, met, -default)
    notes |= met
    return -value


def needed_number(text: str, name: str) -> int:
    """An unsignedInt that nothing can stand for.

    Raises:
        MalformedMessage: it is none.
    """
    notes: set[str] = set()
    value = number(text, name, notes, 0)
    if f"odd-{name}" in notes:
        raise MalformedMessage("bad-number", name)
    return value


def boolean(text: str, name: str, notes: set[str]) -> bool:
    """A boolean in either notation; what is neither is noted and counts as false."""
    word = text.strip(XML_SPACE).lower()
    if word not in {"0", "1", "true", "false"}:
        notes.add(f"odd-{name}")
    return word in {"1", "true"}


def trimmed(text: str, note: str, notes: set[str]) -> str:
    """``text`` without white space around it, which is noted."""
    short = text.strip(XML_SPACE)
    if len(short) != len(text):
        notes.add(note)
    return short


def device(parts: tuple[str, str, str, str], notes: set[str]) -> DeviceId:
    """DeviceIdStruct from manufacturer, OUI, product class and serial number.

    White space around a part is dropped and the OUI is folded to upper case: both differ between
    routers of one batch, and between two firmware versions of one router.
    """
    short = tuple(part.strip(XML_SPACE) for part in parts)
    if short != parts:
        notes.add("space-in-identity")
    manufacturer, oui, product_class, serial = short
    folded = oui.upper()
    if folded != oui:
        notes.add("oui-in-lower-case")
    if not manufacturer:
        notes.add("no-manufacturer")
    return DeviceId(manufacturer, folded, product_class, serial)


def check_identity(inform: Inform, limits: Limits) -> None:
    """Refuse an Inform that does not say whose it is.

    Raises:
        MalformedMessage: OUI or serial number are missing, or a part is too long.
    """
    device = inform.device
    if not device.oui or not device.serial_number:
        raise MalformedMessage("no-identity")
    if (
        len(device.oui) > limits.identity
        or len(device.serial_number) > limits.identity
        or len(device.product_class) > limits.identity
        or len(device.manufacturer) > limits.identity
    ):
        raise MalformedMessage("bad-identity")


def event(code: str, command_key: str, notes: set[str]) -> Event | None:
    """EventStruct; None, and a note, without a code."""
    code = trimmed(code, "space-in-event", notes)
    if not code:
        notes.add("event-without-code")
        return None
    return Event(code, trimmed(command_key, "space-in-event", notes))


def parameter_names(names: Sequence[str], notes: set[str]) -> list[str]:
    """Names of parameters without white space around them, which is noted."""
    short = [name.strip(XML_SPACE) for name in names]
    if short != names:
        notes.add("space-in-name")
    if "" in short:
        notes.add("parameter-without-name")
    return short


def value_type(element: Element) -> str | None:
    """Local name of the xsi:type, None if there is none. The namespace is not looked at."""
    written = element.attribute("type")
    return None if written is None else written.rpartition(":")[2].strip(XML_SPACE)


def note_array(element: Element, struct: str, count: int, notes: set[str]) -> None:
    """Note an arrayType that is missing or differs from what is there; children are what counts."""
    written = element.attribute("arrayType")
    if written is None:
        notes.add("no-array-type")
        return
    named, digits = _array_type(written)
    if named != struct:
        notes.add("odd-array-type")
        return
    if len(digits) > 1 and digits[0] == "0":
        notes.add("leading-zeros-in-array-type")
    if digits.lstrip("0") != (str(count) if count else ""):
        notes.add("wrong-array-count")


@lru_cache(maxsize=1024)
def _array_type(written: str) -> tuple[str, str]:
    found = _ARRAY_TYPE.fullmatch(written) if len(written) <= _ARRAY_TYPE_LENGTH else None
    return (found[1], found[2]) if found is not None else ("", "")


def method(name: str, notes: set[str]) -> str:
    """Name of an unknown call; an overlong one is cut and noted."""
    if len(name) > _NAME_LENGTH:
        notes.add("long-method-name")
    return name[:_NAME_LENGTH]
