"""The catalogue of files for routers and the list of their uploads, as rows. No bytes of files."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select

from acs.storage.errors import FactRefusedError
from acs.storage.file_rows import FileRow, UploadRow
from acs.storage.schema import routers
from acs.storage.schema_files import files, uploads

_FILE = tuple(files.c[name] for name in FileRow.__struct_fields__)
_UPLOAD = tuple(uploads.c[name] for name in UploadRow.__struct_fields__)


def add_file(connection: Connection, row: FileRow) -> None:
    """Add a file to the catalogue; its id must be new."""
    connection.execute(insert(files), msgspec.to_builtins(row))


def remove_file(connection: Connection, file_id: str) -> bool:
    """Take a file out of the catalogue; whether it was there."""
    return connection.execute(delete(files).where(files.c.file_id == file_id)).rowcount > 0


def file(connection: Connection, file_id: str) -> FileRow | None:
    """One file of the catalogue."""
    row = connection.execute(select(*_FILE).where(files.c.file_id == file_id)).one_or_none()
    return None if row is None else _file(row)


def list_files(connection: Connection) -> list[FileRow]:
    """The whole catalogue, the newest first."""
    query = select(*_FILE).order_by(files.c.added_at.desc(), files.c.file_id)
    return [_file(row) for row in connection.execute(query)]


def add_upload(connection: Connection, row: UploadRow) -> bool:
    """Record what a router uploaded; False if there is an upload of that command already.

    Raises:
        FactRefusedError: the router is not known.
    """
    known = select(routers.c.router_id).where(routers.c.router_id == row.router_id)
    if connection.execute(known).one_or_none() is None:
        raise FactRefusedError(f"there is no router {row.router_id!r}")
    if upload(connection, row.router_id, row.command_id) is not None:
        return False
    connection.execute(insert(uploads), msgspec.to_builtins(row))
    return True


def upload(connection: Connection, router_id: str, command_id: str) -> UploadRow | None:
    """What came of one command."""
    found = connection.execute(
        select(*_UPLOAD).where(uploads.c.router_id == router_id, uploads.c.command_id == command_id)
    ).one_or_none()
    return None if found is None else _upload(found)


def list_uploads(connection: Connection, router_id: str, limit: int) -> list[UploadRow]:
    """A router's uploads, newest first."""
    query = select(*_UPLOAD).where(uploads.c.router_id == router_id)
    query = query.order_by(uploads.c.at.desc(), uploads.c.command_id.desc()).limit(limit)
    return [_upload(row) for row in connection.execute(query)]


def old_uploads(connection: Connection, before: float, limit: int) -> list[UploadRow]:
    """Uploads from before a time, the oldest first."""
    query = select(*_UPLOAD).where(uploads.c.at < before).order_by(uploads.c.at).limit(limit)
    return [_upload(row) for row in connection.execute(query)]


def remove_upload(connection: Connection, router_id: str, command_id: str) -> bool:
    """Forget an upload; whether it was known."""
    gone = connection.execute(
        delete(uploads).where(uploads.c.router_id == router_id, uploads.c.command_id == command_id)
    )
    return gone.rowcount > 0


def known_uploads(connection: Connection, paths: Sequence[str]) -> set[str]:
    """Those of these paths that an upload has."""
    query = select(uploads.c.path).where(uploads.c.path.in_(paths))
    return set(connection.execute(query).scalars())


def _file(row: Row[Any]) -> FileRow:
    return FileRow(**row._asdict())


def _upload(row: Row[Any]) -> UploadRow:
    return UploadRow(**row._asdict())
