"""What the API answers about what happened to a router. Plain values.

Their docstrings are the descriptions in the OpenAPI document.
"""

from typing import Any, Literal

import msgspec

from acs.api.times import Time

MomentKind = Literal["event", "contact", "command", "verdict", "incident"]


class MomentDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened.

    Attributes:
        router_id: to which router.
        at: when.
        kind: where it is known from.
        what: an event's kind (``boot`` …), a contact's channel, a command's step (``queued``,
            ``refused``, ``sent``, ``answered``, ``back`` or how it ended), a verdict's action,
            ``opened`` or ``closed``.
        about: a command's or an incident's id; empty: it has none.
        detail: its figures.
    """

    router_id: str
    at: Time
    kind: MomentKind
    what: str
    about: str
    detail: dict[str, Any]


class TimelinePage(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, the newest first.

    Attributes:
        items: about ``limit`` of them; those of one time stay together.
        next: cursor of the next page; null: this is the last.
    """

    items: tuple[MomentDocument, ...]
    next: str | None = None
