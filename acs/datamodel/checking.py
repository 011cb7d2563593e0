"""Checks a command's arguments before they are sent: what its router has shown, what models allow.

A router's own word comes before a model's. What neither knows may be sent: the router answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from acs.datamodel.table import DataModel, ModelParameter, Syntax, generic, name_of
from acs.datamodel.values import refusal, type_refusal
from acs.secret_names import REDACTED, is_secret
from acs.storage.tree_pages import Entry
from acs.storage.tree_reading import Known

_SERVICES = "Services."
_SHOWN = 80  # characters of a wrong value


class Finding(msgspec.Struct, frozen=True):
    """Why something should not be sent.

    Attributes:
        path: of the parameter or object.
        found: what is there.
        allowed: what would be.
    """

    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"found {self.found}, allowed is {self.allowed}"


class Models:
    """Data models that apply to a router.

    Args:
        models: all that are loaded.
        root: of the router's tree, such as "Device.".
    """

    def __init__(self, models: Iterable[DataModel], root: str) -> None:
        mine = [m for m in models if m.is_service or f"{name_of(m.name)[0]}." == root]
        # newer versions have all that older ones have
        self._models = sorted(mine, key=lambda m: name_of(m.name)[1], reverse=True)
        self._services = f"{root}{_SERVICES}"

    def parameter(self, path: str) -> tuple[str, ModelParameter, Syntax] | None:
        """The newest model that knows the parameter, and what it says."""
        name = generic(path)
        for model in self._models:
            inside = name.removeprefix(self._services) if model.is_service else name
            found = model.parameter(inside)
            if found is not None:
                return (model.name, *found)
        return None


def check_values(
    values: Mapping[str, str], types: Mapping[str, str], known: Known, models: Models
) -> list[Finding]:
    """What is wrong with values to be set; ``types`` are those that the engineer named."""
    findings = [
        _check_value(path, text, types.get(path), known, models) for path, text in values.items()
    ]
    return [finding for finding in findings if finding is not None]


def _check_value(
    path: str, text: str, named: str | None, known: Known, models: Models
) -> Finding | None:
    missing = _missing(path, known, "parameter")
    if missing is not None:
        return missing
    entry = known.entries.get(path, Entry(path))
    model = models.parameter(path)
    if entry.writable is False:
        return Finding(path, "a parameter that the router calls read-only", "a writable one")
    if entry.writable is None and model is not None and not model[1].writable:
        return Finding(path, f"a parameter that is read-only in {model[0]}", "a writable one")
    if entry.value == text:  # what the router itself says is no mistake
        return None
    wrong = type_refusal(named or entry.type or "", text)
    source = "" if named or entry.type is None else f", the router's type is {entry.type}"
    if wrong is None and model is not None:
        wrong, source = refusal(model[2], text), f" in {model[0]}"
    return None if wrong is None else Finding(path, _shown(path, text), f"{wrong}{source}")


def check_names(paths: Sequence[str], known: Known) -> list[Finding]:
    """Which of the parameters or objects are not there."""
    found = [
        _missing(path, known, "object" if path.endswith(".") else "parameter") for path in paths
    ]
    return [finding for finding in found if finding is not None]


def check_object(path: str, known: Known, action: str) -> list[Finding]:
    """Whether rows can be added to an object, or it can be deleted (``action`` in words)."""
    missing = _missing(path, known, "object")
    if missing is not None:
        return [missing]
    entry = known.entries.get(path)
    if entry is not None and entry.writable is False:
        return [Finding(path, f"an object that the router does not let us {action}", "another")]
    return []


def _missing(path: str, known: Known, what: str) -> Finding | None:
    at = known.whole.get(path)
    if at is None:
        return None
    read = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Finding(
        path,
        f"no such {what} when all around it was read at {read}",
        f"a {what} of the stored tree, or a fresh reading of it",
    )


def _shown(path: str, text: str) -> str:
    if is_secret(path):
        return REDACTED
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
