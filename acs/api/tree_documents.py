"""What the API answers about routers' trees and about data models, as types. Plain values.

Their docstrings are the descriptions in the OpenAPI document.
"""

import msgspec

from acs.api.times import Time, moment
from acs.datamodel.table import ModelParameter, Syntax
from acs.datamodel.values import allowed
from acs.secret_names import REDACTED, is_secret
from acs.storage.models import ModelSummary
from acs.storage.tree_reading import TreeRow, TreeRows


class TreeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a router, or an object, whose path ends with a dot.

    Attributes:
        path: as the router writes it.
        value: as the router wrote it; null: it was never read. Secrets are ``[redacted]``.
        type: XML schema type; null: not known.
        writable: of an object: whether instances can be added or it can be deleted; null: not
            known.
        read_at: when the value was read.
        inside: parameters below an object that this answer leaves out.
    """

    path: str
    value: str | None
    type: str | None
    writable: bool | None
    read_at: Time | None
    inside: int


class TreeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a router's tree.

    Attributes:
        router_id: whose it is.
        root: of its data model.
        software_version: firmware that the names were heard of.
        walked_at: when names were last heard.
        whole_at: when all below the asked path was last read at once; null: never.
        items: in the order of the tree.
        next: pass it as ``cursor`` for the next page; null on the last one.
    """

    router_id: str
    root: str
    software_version: str
    walked_at: Time
    whole_at: Time | None
    items: tuple[TreeEntry, ...]
    next: str | None


class ModelDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A data model that is loaded.

    Attributes:
        name: with its version.
        objects: how many.
        parameters: how many.
        unresolved: what its files referred to and did not hold.
        loaded_at: when it was loaded.
    """

    name: str
    objects: int
    parameters: int
    unresolved: tuple[str, ...]
    loaded_at: Time


class ModelList(msgspec.Struct, frozen=True):
    """The data models that are loaded.

    Attributes:
        items: by name.
    """

    items: tuple[ModelDocument, ...]


class ModelEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a data model.

    Attributes:
        path: instances are written ``{i}``.
        writable: whether it may be set.
        type: XML schema type, of each item if it is a list.
        is_list: the value is a list, separated by commas.
        allowed: ranges, sizes, values and patterns in words; empty: whatever the type allows.
    """

    path: str
    writable: bool
    type: str
    is_list: bool
    allowed: str


class ModelPage(msgspec.Struct, frozen=True):
    """Parameters of a data model.

    Attributes:
        items: in the order of the model.
        next: pass it as ``cursor`` for the next page; null on the last one.
    """

    items: tuple[ModelEntry, ...]
    next: str | None


def tree_document(router_id: str, found: TreeRows) -> TreeDocument:
    """A stretch of a tree."""
    return TreeDocument(
        router_id=router_id,
        root=found.root,
        software_version=found.software_version,
        walked_at=moment(found.walked_at),
        whole_at=moment(found.whole_at),
        items=tuple(map(_entry, found.rows.items)),
        next=found.rows.cursor,
    )


def _entry(row: TreeRow) -> TreeEntry:
    entry = row.entry
    return TreeEntry(
        path=entry.path,
        value=REDACTED if entry.value and is_secret(entry.path) else entry.value,
        type=entry.type,
        writable=entry.writable,
        read_at=moment(entry.read_at),
        inside=row.inside,
    )


def model_document(summary: ModelSummary) -> ModelDocument:
    """A stored data model."""
    return ModelDocument(
        name=summary.name,
        objects=summary.objects,
        parameters=summary.parameters,
        unresolved=summary.unresolved,
        loaded_at=moment(summary.at),
    )


def model_entry(path: str, parameter: ModelParameter, syntax: Syntax) -> ModelEntry:
    """A parameter of a data model."""
    return ModelEntry(
        path=path,
        writable=parameter.writable,
        type=syntax.type,
        is_list=syntax.items is not None,
        allowed=allowed(syntax),
    )
