"""What is secret, told by a parameter's name or a link's form, and values without it. Pure."""

import re
from collections.abc import Mapping

REDACTED = "[redacted]"
# Of the last part of a path. A name is not a secret because it says how many or how long.
_SECRET = re.compile(
    r"(?:Passw(?:or)?d|Passphrase|PreSharedKey|SharedSecret|Secret|WEPKey|PrivateKey|(?-i:PIN))\d*$",
    re.IGNORECASE,
)


def is_secret(path: str) -> bool:
    """Whether the parameter's name says that its value is a secret."""
    parts = path.rstrip(".").split(".")
    while len(parts) > 1 and parts[-1].isdigit():  # …WEPKey.1., as some vendors have it
        parts.pop()
    return _SECRET.search(parts[-1]) is not None


def blanked(values: Mapping[str, object]) -> dict[str, object]:
    """The values by path, secrets replaced; an empty one stays empty, which is worth knowing."""
    return {
        path: REDACTED if value not in ("", None) and is_secret(path) else value
        for path, value in values.items()
    }


# Of a link of the file server (acs.files.signing): what comes before its signature, and that.
_LINK = re.compile(
    r"(/[fut]/[0-9a-z]{1,32}/[0-9A-Za-z_-]{1,32}/[0-9a-f]{1,12}/)[A-Za-z0-9_-]{22}(?=/|$)"
)


def unsigned(url: str) -> str:
    """A URL to be shown: a link of the file server without its signature, any other as it is."""
    return _LINK.sub(rf"\g<1>{REDACTED}", url)


# --- structures -----------------------------------------------------------------------------

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
        if value and is_secret(name):  # of a list that stands under such a name
            return REDACTED
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
