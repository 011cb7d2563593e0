"""Single questions to a router's stored tree, asked inside a writing transaction. No browsing."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, Text, bindparam, select

from acs.storage.schema import tree_pages, trees
from acs.storage.tree_pages import Entry, decode_head, decode_page, is_below, span

# TR-104 v1 and v2, in either data model.
VOICE_SERVICES = ("Device.Services.VoiceService.", "InternetGatewayDevice.Services.VoiceService.")
_LINE = re.compile(r"\.Line\.\d+\.")
_KEY = bindparam("router_id", type_=Text)
_HEAD = select(trees.c.head).where(trees.c.router_id == _KEY)
_PAGE = select(tree_pages.c.body).where(
    tree_pages.c.router_id == _KEY, tree_pages.c.number == bindparam("number")
)


def entries_below(connection: Connection, router_id: str, *paths: str) -> Iterator[Entry]:
    """Entries at or below any of these paths; nothing if the tree is not known."""
    packed = connection.execute(_HEAD, {"router_id": router_id}).scalar_one_or_none()
    if packed is None:
        return
    head = decode_head(packed)
    for path in paths:
        for page in head.pages[span(head, path)]:
            key = {"router_id": router_id, "number": page.number}
            body = connection.execute(_PAGE, key).scalar_one_or_none()
            if body is not None:
                yield from (entry for entry in decode_page(body) if is_below(entry.path, path))


def has_voice_line(connection: Connection, router_id: str) -> bool:
    """Whether the tree has a telephone line, so that somebody may be talking on it."""
    found = entries_below(connection, router_id, *VOICE_SERVICES)
    return any(_LINE.search(entry.path) for entry in found)
