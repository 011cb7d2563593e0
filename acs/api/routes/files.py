"""Routes of files for routers: the catalogue, and what routers uploaded."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.params import PathParameter, QueryParameter
from litestar.response import File

from acs.api.access import needs
from acs.api.file_documents import (
    FileDocument,
    FileList,
    UploadDocument,
    UploadList,
    file_document,
    upload_document,
)
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.routes.given import Asking, Given, RouterId, the_router
from acs.api.routes.queries import Limit
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.files.catalogue import BadEntryError
from acs.files.files import Entry, Files, Incoming
from acs.files.shelf import DiskFullError, TooLargeError

FileId = Annotated[str, PathParameter(description="The file's id.")]
CommandId = Annotated[str, PathParameter(description="The command's id.")]
_PIECE = 1_048_576  # bytes written at once
_NO_NUL = r"^[^\x00]*$"


def _about(description: str, most: int = 256) -> QueryParameter:
    return QueryParameter(max_length=most, pattern=_NO_NUL, description=description)


@post(
    "/v1/files",
    opt=needs("admin"),
    status_code=201,
    request_max_body_size=None,
    summary="Add a file to the catalogue",
    tags=["files"],
)
async def add_file(
    services: Given,
    asking: Asking,
    request: Request[Any, Any, Any],
    *,
    name: Annotated[str, _about("Name that routers see, without folders.")],
    kind: Annotated[
        str,
        _about(
            "firmware, web, config, tone, ringer, stored-firmware, or a file type as TR-069 "
            "writes it."
        ),
    ] = "firmware",
    manufacturer: Annotated[str, _about("Of the routers that it is for.")] = "",
    oui: Annotated[str, _about("Of those routers; several are parted by commas.")] = "",
    product_class: Annotated[str, _about("Of those routers; * and ? may be used.")] = "",
    model: Annotated[str, _about("Model name of those routers; * and ? may be used.")] = "",
    version: Annotated[str, _about("Software version that a router has with it.")] = "",
    note: Annotated[str, _about("Whatever is worth saying.", 500)] = "",
    sha256: Annotated[
        str,
        QueryParameter(
            pattern="^([0-9A-Fa-f]{64})?$",
            description="Of the body, hexadecimal; if given, another one is refused.",
        ),
    ] = "",
) -> Response[FileDocument]:
    """The body is the file itself, as it is. Firmware must say for which routers it is."""
    entry = Entry(
        name=name,
        kind=kind,
        manufacturer=manufacturer,
        oui=oui,
        product_class=product_class,
        model=model,
        version=version,
        note=note,
    )
    with _as_problems():
        incoming = await to_asyncio(_files(services).begin(entry, asking.name))
        try:
            await _take(request.stream(), incoming)
            if sha256 and sha256.lower() != incoming.sha256:
                raise invalid("query", "sha256", f"the body's is {incoming.sha256}")
            row = await to_asyncio(incoming.keep())
        finally:
            await to_asyncio(incoming.drop())
    return Response(
        file_document(row), status_code=201, headers={"Location": f"/v1/files/{row.file_id}"}
    )


async def _take(stream: AsyncIterator[bytes], incoming: Incoming) -> None:
    waiting: list[bytes] = []
    size = 0
    async for piece in stream:
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE:
            await to_asyncio(incoming.write(b"".join(waiting)))
            waiting.clear()
            size = 0
    await to_asyncio(incoming.write(b"".join(waiting)))


@contextlib.contextmanager
def _as_problems() -> "Any":
    try:
        yield
    except BadEntryError as error:
        name, _, says = str(error).partition(": ")
        raise invalid("query", name, says) from error
    except TooLargeError as error:
        raise ApiError(413, f"The file has {error}.") from error
    except DiskFullError as error:
        raise ApiError(507, "There is no room for the file.", kind="no-room") from error


def _files(services: Services) -> Files:
    if services.files is None:
        raise ApiError(503, "There is no file server.")
    return services.files


@get("/v1/files", opt=needs("read"), summary="List the catalogue", tags=["files"])
async def list_files(services: Given) -> FileList:
    """All files that routers can be given, the newest first."""
    found = await to_asyncio(services.store.files())
    return FileList(items=tuple(map(file_document, found)))


@get("/v1/files/{file_id:str}", opt=needs("read"), summary="Show a file", tags=["files"])
async def show_file(services: Given, file_id: FileId) -> FileDocument:
    """A file of the catalogue; its bytes are for routers."""
    row = await to_asyncio(services.store.file(decoded(file_id)))
    if row is None:
        raise not_found("file", decoded(file_id))
    return file_document(row)


@delete("/v1/files/{file_id:str}", opt=needs("admin"), summary="Remove a file", tags=["files"])
async def remove_file(services: Given, file_id: FileId) -> None:
    """Links to it are worth nothing from now on; a download under way goes on."""
    if not await to_asyncio(_files(services).remove(decoded(file_id))):
        raise not_found("file", decoded(file_id))


@get(
    "/v1/routers/{router_id:str}/uploads",
    opt=needs("read"),
    summary="List a router's uploads",
    tags=["files"],
)
async def list_uploads(services: Given, router_id: RouterId, limit: Limit = 100) -> UploadList:
    """Configurations and logs that the router sent because a command asked for them."""
    row = await the_router(services, router_id)
    found = await to_asyncio(services.store.uploads(row.router_id, limit))
    return UploadList(items=tuple(map(upload_document, found)))


@get(
    "/v1/routers/{router_id:str}/uploads/{command_id:str}",
    opt=needs("read"),
    summary="Show an upload",
    tags=["files"],
)
async def show_upload(
    services: Given, router_id: RouterId, command_id: CommandId
) -> UploadDocument:
    """What came of one command."""
    row = await the_router(services, router_id)
    found = await to_asyncio(services.store.upload(row.router_id, decoded(command_id)))
    if found is None:
        raise not_found("upload", decoded(command_id))
    return upload_document(found)


@get(
    "/v1/routers/{router_id:str}/uploads/{command_id:str}/content",
    opt=needs("secrets"),
    media_type="application/octet-stream",
    summary="Fetch an upload",
    tags=["files"],
)
async def fetch_upload(services: Given, router_id: RouterId, command_id: CommandId) -> File:
    """The bytes as the router sent them. A configuration holds passwords: keep them so."""
    row = await the_router(services, router_id)
    found = await to_asyncio(services.store.upload(row.router_id, decoded(command_id)))
    path = None if found is None else _files(services).path_of(found)
    if path is None or not path.is_file():
        raise not_found("upload", decoded(command_id))
    return File(
        path,
        filename=f"{found.command_id}.bin" if found else None,
        media_type="application/octet-stream",
        headers={"Cache-Control": "no-store"},
    )


HANDLERS = (
    add_file,
    list_files,
    show_file,
    remove_file,
    list_uploads,
    show_upload,
    fetch_upload,
)
