"""What the API answers to a search by any name. Plain values.

Their docstrings are the descriptions in the OpenAPI document.
"""

from typing import Literal

import msgspec

MatchedBy = Literal[
    "account", "phone", "login", "contract", "router_id", "serial_number", "mac", "address"
]


class MatchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be meant.

    Attributes:
        matched: by what.
        account: the subscriber's; null: the router is nobody's.
        router_ids: his routers, or the one that was named.
    """

    matched: tuple[MatchedBy, ...]
    account: str | None
    router_ids: tuple[str, ...]


class FindDocument(msgspec.Struct, frozen=True, kw_only=True):
    """All who may be meant.

    Attributes:
        ambiguous: there are several: ask the caller for something else.
        items: at most 20 of them.
        more: there are more than those.
    """

    ambiguous: bool
    items: tuple[MatchDocument, ...]
    more: bool
