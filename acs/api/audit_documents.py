"""What the API answers about the audit log. Plain values.

Their docstrings are the descriptions in the OpenAPI document.
"""

from typing import Any

import msgspec

from acs.api.times import Time


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit log.

    Attributes:
        seq: 1, 2, 3 … without a gap.
        at: when it was asked for.
        who: a token's name, ``socket``, a user of the machine, or ``policy``.
        channel: how it came: ``api``, ``socket``, ``cli``, or ``daemon``: by itself.
        what: what was asked for.
        about: the router or what else it is about; may be empty.
        outcome: ``done``, ``refused`` or ``nothing``: there was nothing to do it to.
        detail: what was done, or why not.
        digest: SHA-256, hexadecimal, over the digest of the entry before (32 zero bytes for the
            first) and the JSON array ``[seq, milliseconds, who, channel, what, about, outcome,
            detail]`` in UTF-8 without spaces, where detail is a text of JSON.
    """

    seq: int
    at: Time
    who: str
    channel: str
    what: str
    about: str
    outcome: str
    detail: dict[str, Any]
    digest: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the audit log.

    Attributes:
        items: at most ``limit`` entries.
        next: cursor of the next page; null: this is the last.
    """

    items: tuple[AuditEntry, ...]
    next: str | None = None
