"""What handlers are given and the parameters that several of them take. No handlers."""

from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from litestar import Request
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody, PathParameter, SkipValidation

from acs.api.access import Caller, caller_of
from acs.api.checks import ModelShelf
from acs.api.openapi import OpenApiDocument
from acs.api.paths import decoded
from acs.api.problems import invalid, not_found
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.identity import DeviceId, parts_of
from acs.storage.rows import RouterRow

LONGEST_ID = 1600
_PART = "([A-Za-z0-9_]|%[0-9A-F]{2})+"
_ROUTER_ID = f"^{_PART}(-{_PART}){{0,2}}$"
_PARTS = 3

T = TypeVar("T")
Taken: TypeAlias = JSONBody[SkipValidation[T]]  # ``strictly`` validates it
Given = NamedDependency[SkipValidation[Services]]
OpenApi = NamedDependency[SkipValidation[OpenApiDocument]]
Asking = NamedDependency[SkipValidation[Caller]]
Shelf = NamedDependency[SkipValidation[ModelShelf]]
RouterId = Annotated[
    str,
    PathParameter(
        description="The router's id, percent-encoded once more (its % becomes %25).",
        schema_extra={"pattern": _ROUTER_ID},
    ),
]
Account = Annotated[str, PathParameter(description="The subscriber's account, percent-encoded.")]
IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=255,
        description="The caller's own name for this wish: sent again, it is the same command.",
    ),
]


def caller(request: Request[Any, Any, Any], services: Given) -> Caller:
    """Who asks."""
    del services  # dependencies that follow each other are cheaper than those resolved at once
    return caller_of(request)


def strictly(data: object, kind: Any) -> Any:
    """A body's parsed JSON as its type, nothing coerced: "true" is no boolean, 7 is no time.

    Raises:
        ApiError: 422 when it is not of the type.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        says, _, place = str(error).partition(" - at `$")
        raise invalid("body", place.rstrip("`").removeprefix("."), says) from error


def canonical(router_id: str, where: str) -> str:
    """A router id as it was given, if it is one: parts in the encoding of TR-069, 3.4.4.

    Raises:
        ApiError: 422 when it is not.
    """
    if not is_canonical(router_id):
        raise invalid(
            where,
            "router_id",
            "allowed is OUI-ProductClass-SerialNumber, in each part every character but letters, "
            "digits and _ percent-encoded",
        )
    return router_id


def is_canonical(router_id: str) -> bool:
    """Whether it is a router id: parts in the encoding of TR-069, 3.4.4."""
    parts = parts_of(router_id)
    return (
        len(router_id) <= LONGEST_ID
        and len(parts) <= _PARTS
        and DeviceId("", *parts, *[""] * (_PARTS - len(parts))).router_id == router_id
    )


def in_path(router_id: str) -> str:
    """The router id of a path, encoded once more as it should be, or as it is.

    Raises:
        ApiError: 422 when it is none either way.
    """
    text = decoded(router_id)
    if is_canonical(router_id) and not is_canonical(text):
        return router_id
    return canonical(text, "path")


async def the_router(services: Services, router_id: str) -> RouterRow:
    """The stored router of a path's id, encoded once more as it should be, or as it is.

    Raises:
        ApiError: 404 when there is none.
    """
    for name in (decoded(router_id), router_id):
        found = await to_asyncio(services.store.router(name))
        if found is not None:
            return found
    raise not_found("router", decoded(router_id))
