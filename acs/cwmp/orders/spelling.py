"""Values as a router writes them: types, spellings of booleans, whether two texts say the same.

Pure; nothing is asked here.
"""

from acs.cwmp.messages import ParameterValue
from acs.secret_names import is_secret

_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_WHOLE = frozenset({"int", "unsignedInt", "long", "unsignedLong", "byte"})
_SECONDS = 19  # characters of a time down to its seconds
Scalar = bool | int | float | str


def spell(
    path: str, value: Scalar, before: ParameterValue | None, kind: str = ""
) -> ParameterValue:
    """The value as the router itself would write it, with its type.

    Args:
        path: of the parameter.
        value: as it is wished for.
        before: what the router has there, None if that is not known.
        kind: its type where the router need not say it.
    """
    written = before.value if before is not None else ""
    kind = kind or (before.type if before is not None else "") or _guess(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    truth = _TRUTH.get(text.strip().lower()) if kind == "boolean" else None
    if truth is not None:
        # some routers know only the one spelling, some only the other
        text = ("0", "1")[truth] if written.strip() in ("0", "1") else ("false", "true")[truth]
    elif isinstance(value, bool) and kind in _WHOLE:
        text = str(int(value))
    return ParameterValue(path, text, kind)


def _guess(value: Scalar) -> str:
    return "boolean" if isinstance(value, bool) else "string"


def same(wanted: ParameterValue, found: str) -> bool:
    """Whether the router's text says what was wished for."""
    if wanted.value == found or wanted.value.strip() == found.strip():
        return True
    if wanted.type == "boolean":
        truth = _TRUTH.get(wanted.value.strip().lower())
        return truth is not None and truth == _TRUTH.get(found.strip().lower())
    if wanted.type == "dateTime":
        return wanted.value.strip()[:_SECONDS] == found.strip()[:_SECONDS]
    if wanted.type == "hexBinary":
        return wanted.value.strip().lower() == found.strip().lower()
    if wanted.type in _WHOLE:
        return _number(wanted.value) == _number(found) is not None
    return False


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def is_hidden(wanted: ParameterValue, found: str) -> bool:
    """Whether the router does not show the value: secrets are read as empty or as stars."""
    return is_secret(wanted.name) and not found.strip("*")
