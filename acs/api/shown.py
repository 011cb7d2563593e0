"""What may be shown of commands' arguments and results: anything but secrets. Pure.

A secret is told by the name it stands under, or by its place in a URL.
"""

import re
from collections.abc import Mapping

from acs.secret_names import REDACTED, is_secret, unsigned

_DEEP = 40
_USERINFO = re.compile(r"(?<=://)[^/?#@\s]*@")
_QUERY = re.compile(r"\?[^#\s]*")


def shown(value: object) -> object:
    """A value, however nested, with its secrets blanked; an empty secret stays empty."""
    return _shown(value, _DEEP)


def shown_members(values: Mapping[str, object]) -> dict[str, object]:
    """The same for the members of an object."""
    return _members(values, _DEEP)


def _shown(value: object, depth: int, name: str = "") -> object:
    if isinstance(value, str):
        return shown_text(value, name) if "://" in value else value
    if depth <= 0:
        return value if isinstance(value, int | float | None) else REDACTED
    if isinstance(value, Mapping):
        return _members(value, depth)
    if isinstance(value, list | tuple):
        return [_shown(each, depth - 1, name) for each in value]
    return value


def _members(values: Mapping[str, object], depth: int) -> dict[str, object]:
    found = {
        name: REDACTED if _hides(name, value) else _shown(value, depth - 1, name)
        for name, value in values.items()
    }
    # {"name": "Device.…Password", "value": "…"}, in the standard's spelling too
    spelt = {name.lower(): name for name in found}
    name, text = spelt.get("name"), spelt.get("value")
    if name is not None and text is not None and is_secret(str(found[name])) and found[text]:
        found[text] = REDACTED
    return found


def _hides(name: str, value: object) -> bool:
    return value not in ("", None) and not isinstance(value, Mapping | list) and is_secret(name)


def shown_text(text: str, name: str) -> str:
    """Text without what stands for credentials in the URLs that are in it.

    A URL of its own, told by its name, may carry them in its query.
    """
    text = _USERINFO.sub(f"{REDACTED}@", text)
    if name.lower().endswith("url"):
        text = _QUERY.sub(f"?{REDACTED}", text)
    return unsigned(text)
