"""What the API answers about files for routers and their uploads, as types. Plain values.

Their docstrings are the descriptions in the OpenAPI document.
"""

import msgspec

from acs.api.times import Time, moment
from acs.storage.file_rows import FileRow, UploadRow


class FileDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the catalogue.

    Attributes:
        file_id: names it in commands: ``{"kind": "download", "arguments": {"file": …}}``.
        name: routers see it as TargetFileName.
        kind: file type of TR-069, such as ``1 Firmware Upgrade Image``.
        manufacturer: of the routers that it is for; empty: of any.
        oui: of those routers, several parted by commas; empty: any.
        product_class: of those routers; ``*`` and ``?`` stand for any characters; empty: any.
        model: the same of their model name.
        version: software version that a router has with it; empty: not known.
        sha256: of its bytes, hexadecimal.
        size: bytes.
        added_at: when it was added.
        added_by: ``socket`` or the name of a token.
        note: whatever is worth saying.
    """

    file_id: str
    name: str
    kind: str
    manufacturer: str
    oui: str
    product_class: str
    model: str
    version: str
    sha256: str
    size: int
    added_at: Time
    added_by: str
    note: str


class FileList(msgspec.Struct, frozen=True):
    """The catalogue.

    Attributes:
        items: the newest first.
    """

    items: tuple[FileDocument, ...]


class UploadDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a router uploaded.

    Attributes:
        router_id: whose it is.
        command_id: the command that asked for it.
        file_type: as the command asked for it.
        sha256: of its bytes, hexadecimal.
        size: bytes.
        at: when it was whole.
    """

    router_id: str
    command_id: str
    file_type: str
    sha256: str
    size: int
    at: Time


class UploadList(msgspec.Struct, frozen=True):
    """A router's uploads.

    Attributes:
        items: the newest first.
    """

    items: tuple[UploadDocument, ...]


def file_document(row: FileRow) -> FileDocument:
    """A file of the catalogue."""
    return FileDocument(
        file_id=row.file_id,
        name=row.name,
        kind=row.kind,
        manufacturer=row.manufacturer,
        oui=row.oui,
        product_class=row.product_class,
        model=row.model,
        version=row.version,
        sha256=row.sha256,
        size=row.size,
        added_at=moment(row.added_at),
        added_by=row.added_by,
        note=row.note,
    )


def upload_document(row: UploadRow) -> UploadDocument:
    """An upload; where it lies is nobody's business."""
    return UploadDocument(
        router_id=row.router_id,
        command_id=row.command_id,
        file_type=row.file_type,
        sha256=row.sha256,
        size=row.size,
        at=moment(row.at),
    )
