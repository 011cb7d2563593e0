"""Commands checked before they are stored: their arguments' form, and what is known of the router.

A router that cannot do what was asked would say so too, later and in fewer words.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from acs.api.problems import ApiError, InvalidField, invalid
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.commands import CommandKind
from acs.cwmp.orders import ArgumentError, check_arguments
from acs.datamodel.checking import Finding, Models, check_names, check_object, check_values
from acs.datamodel.table import DataModel
from acs.storage.models import ModelSummary
from acs.storage.rows import RouterRow
from acs.storage.tree_reading import Known

_decode = msgspec.msgpack.Decoder(DataModel).decode
_LED = re.compile(r"([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)*): ")  # by the name of an argument
_ANY_FILE = {"file_type": "1 Firmware Upgrade Image"}  # of the catalogue's, it is known later
_ANY_URL = {"url": "http://acs.invalid/"}


class ModelShelf:
    """The loaded data models, decoded once each.

    Args:
        services: their store.
    """

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._decoded: dict[ModelSummary, DataModel] = {}

    async def all(self) -> list[DataModel]:
        """Every model that is stored."""
        summaries = await to_asyncio(self._store.datamodels())
        known = {each: self._decoded.get(each) for each in summaries}
        for summary, model in known.items():
            if model is None:
                body = await to_asyncio(self._store.datamodel(summary.name))
                if body is not None:  # else it was removed just now
                    known[summary] = _decode(body)
        self._decoded = {each: model for each, model in known.items() if model is not None}
        return list(self._decoded.values())


def check_form(kind: CommandKind, arguments: Mapping[str, object]) -> None:
    """See that the arguments are those of the kind.

    Raises:
        ApiError: 422, naming the argument.
    """
    try:
        check_arguments(kind, _prepared(kind, arguments))
    except ArgumentError as error:
        says, _, place = str(error).partition(" - at `$")
        led = None if place else _LED.match(says)
        if led is not None:
            place, says = f".{led[1]}", says[led.end() :]
        raise invalid("body", f"arguments{place.rstrip('`')}", says) from error


def _prepared(kind: CommandKind, arguments: Mapping[str, object]) -> dict[str, object]:
    """The arguments as they will be once files of ours are links."""
    found = dict(arguments)
    if kind in ("download", "schedule_download") and found.get("file"):
        return {**_ANY_FILE, **found}
    operations = found.get("operations")
    if kind == "software" and isinstance(operations, list | tuple):
        found["operations"] = [
            {**{k: v for k, v in each.items() if k != "file"}, **_ANY_URL}
            if isinstance(each, Mapping) and each.get("file")
            else each
            for each in operations
        ]
    return found


async def check_against_router(
    services: Services,
    shelf: ModelShelf,
    kind: CommandKind,
    router: RouterRow,
    arguments: Mapping[str, object],
) -> None:
    """See that the router has what the command names, and that values are such as it takes.

    Raises:
        ApiError: 422, with what was found and what is allowed for each path.
    """
    paths = _paths(kind, arguments)
    if not paths:
        return
    known = await to_asyncio(services.store.known_paths(router.router_id, paths))
    models = Models(await shelf.all() if kind in ("set", "add") else (), router.root)
    findings = _findings(kind, arguments, known, models)
    if findings:
        raise ApiError(
            422,
            "; ".join(f"{each.path}: {each}" for each in findings[:3])
            + (f"; and {len(findings) - 3} more" if len(findings) > 3 else ""),  # noqa: PLR2004 - as above
            errors=tuple(
                InvalidField(
                    where="body", name=f"arguments.{_PLACES[kind]}.{each.path}", says=str(each)
                )
                for each in findings
            ),
        )


_PLACES: Mapping[CommandKind, str] = {
    "set": "values",
    "add": "object",
    "delete": "object",
    "attributes": "changes",
}


def _paths(kind: CommandKind, arguments: Mapping[str, object]) -> list[str]:
    if kind == "set":
        return list(_mapping(arguments, "values"))
    if kind in ("add", "delete"):
        return [str(arguments["object"])]
    if kind == "attributes":
        changes = arguments.get("changes")
        listed = changes if isinstance(changes, Sequence) else ()
        return [str(each["name"]) for each in listed]
    return []


def _findings(
    kind: CommandKind, arguments: Mapping[str, object], known: Known, models: Models
) -> list[Finding]:
    if kind == "set":
        values = {path: text_of(value) for path, value in _mapping(arguments, "values").items()}
        types = {path: str(name) for path, name in _mapping(arguments, "types").items()}
        return check_values(values, types, known, models)
    path = str(arguments.get("object", ""))
    if kind == "add":
        inside = _mapping(arguments, "values").items()
        # any instance stands for the one that does not exist yet
        values = {f"{path}1.{name}": text_of(value) for name, value in inside}
        return check_object(path, known, "add to") or check_values(values, {}, Known(), models)
    if kind == "delete":
        return check_object(path, known, "delete")
    return check_names(_paths(kind, arguments), known)


def _mapping(arguments: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = arguments.get(name)
    return found if isinstance(found, Mapping) else {}


def text_of(value: object) -> str:
    """A value as it is written for a router."""
    return str(value).lower() if isinstance(value, bool) else str(value)
