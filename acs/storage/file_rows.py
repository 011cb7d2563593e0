"""Rows of the files for routers and of routers' uploads: plain values. No queries."""

import msgspec


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the catalogue. Its bytes lie in the directory of files, under its id.

    Attributes:
        name: without folders; routers see it as TargetFileName.
        kind: TR-069 file type, such as ``1 Firmware Upgrade Image``.
        manufacturer: of the routers that it is for, in any case; empty: of any.
        oui: of those routers, several parted by commas; empty: any.
        product_class: of those routers, ``*`` and ``?`` as in file names; empty: any.
        model: the same of their model name.
        version: software version that a router has with it; empty: not known.
        sha256: of its bytes, hexadecimal.
        size: bytes.
        added_at: Unix seconds.
        added_by: name of a token, or ``socket``.
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
    added_at: float
    added_by: str
    note: str


class UploadRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a router uploaded by a command.

    Attributes:
        file_type: as the command asked for it.
        sha256: of the bytes, hexadecimal.
        size: bytes.
        at: when it was whole, Unix seconds.
        path: name of the file in the directory of uploads; made up, nothing of the router's.
    """

    router_id: str
    command_id: str
    file_type: str
    sha256: str
    size: int
    at: float
    path: str
