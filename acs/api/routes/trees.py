"""Routes of routers' trees, and of the data models that values are checked against."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import PathParameter, QueryParameter

from acs.api.access import needs
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.routes.given import Given, RouterId, Taken, strictly, the_router
from acs.api.routes.queries import Cursor, Limit
from acs.api.tree_documents import (
    ModelDocument,
    ModelList,
    ModelPage,
    TreeDocument,
    model_document,
    model_entry,
    tree_document,
)
from acs.bridge import to_asyncio
from acs.datamodel.table import DataModel, ModelError, verify
from acs.storage.models import ModelSummary
from acs.storage.tree_reading import TreeQuery

_decode = msgspec.msgpack.Decoder(DataModel).decode
MAX_DEPTH = 64

ModelName = Annotated[
    str, PathParameter(description="Name of the model with its version, such as Device:2.19.")
]
_Path = Annotated[
    str,
    QueryParameter(
        max_length=256, description="An object, ending with a dot, or a parameter; empty: all."
    ),
]


@get(
    "/v1/routers/{router_id:str}/tree",
    opt=needs("read"),
    summary="What is stored of a router's tree",
    tags=["routers"],
)
async def show_tree(
    services: Given,
    router_id: RouterId,
    *,
    path: _Path = "",
    depth: Annotated[
        int, QueryParameter(ge=0, le=MAX_DEPTH, description="Levels below the path; 0: all.")
    ] = 0,
    search: Annotated[
        str,
        QueryParameter(max_length=256, description="Only what has this in its path or value."),
    ] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> TreeDocument:
    """Names, types, values and their age; nothing is asked of the router."""
    row = await the_router(services, router_id)
    wanted = TreeQuery(path, depth or None, search)
    found = await to_asyncio(services.store.tree(row.router_id, wanted, limit, cursor or None))
    if found is None:
        raise ApiError(404, f"Nothing is stored of the tree of router {row.router_id!r}.")
    return tree_document(row.router_id, found)


@get("/v1/datamodels", opt=needs("read"), summary="List data models", tags=["datamodels"])
async def list_models(services: Given) -> ModelList:
    """The data models that values are checked against before they are sent."""
    found = await to_asyncio(services.store.datamodels())
    return ModelList(items=tuple(map(model_document, found)))


@put(
    "/v1/datamodels/{name:str}",
    opt=needs("admin"),
    summary="Load a data model",
    tags=["datamodels"],
)
async def load_model(services: Given, name: ModelName, data: Taken[DataModel]) -> ModelDocument:
    """A compiled data model, as `acs datamodel import` makes it, in place of one of that name."""
    model: DataModel = strictly(data, DataModel)
    if model.name != decoded(name):
        raise invalid("body", "name", f"found {model.name!r}, the path says {decoded(name)!r}")
    try:
        verify(model)
    except ModelError as error:
        raise invalid("body", "", str(error)) from error
    summary = ModelSummary(
        name=model.name,
        at=services.clock(),
        objects=len(model.objects),
        parameters=model.count,
        unresolved=model.unresolved,
    )
    await to_asyncio(services.store.put_datamodel(summary, msgspec.msgpack.encode(model)))
    return model_document(summary)


@get(
    "/v1/datamodels/{name:str}",
    opt=needs("read"),
    summary="Show parameters of a data model",
    tags=["datamodels"],
)
async def show_model(
    services: Given, name: ModelName, path: _Path = "", limit: Limit = 100, cursor: Cursor = ""
) -> ModelPage:
    """Parameters below a path, which may name instances by their numbers, a page at a time."""
    body = await to_asyncio(services.store.datamodel(decoded(name)))
    if body is None:
        raise not_found("data model", decoded(name))
    model = _decode(body)
    found = model.below(path)
    begin = int(cursor) if cursor.isdecimal() and cursor.isascii() else 0
    page = found[begin : begin + limit]
    more = str(begin + limit) if len(found) > begin + limit else None
    return ModelPage(tuple(model_entry(*each) for each in page), more)


@delete(
    "/v1/datamodels/{name:str}",
    opt=needs("admin"),
    summary="Remove a data model",
    tags=["datamodels"],
)
async def remove_model(services: Given, name: ModelName) -> None:
    """Values are no longer checked against it."""
    if not await to_asyncio(services.store.remove_datamodel(decoded(name))):
        raise not_found("data model", decoded(name))


HANDLERS = (show_tree, list_models, load_model, show_model, remove_model)
