"""The vocabulary of what other systems are told: kinds of news, one piece of it as plain values.

Only what is rare is news: an ordinary periodic Inform is none. Nothing is stored here.
"""

from typing import get_args

import msgspec

from acs.commands import CommandState

TEST = "webhook.test"
KINDS: tuple[str, ...] = (
    *(f"command.{state}" for state in get_args(CommandState)),
    "contact.made",
    "incident.closed",
    "incident.opened",
    "reboots.resumed",
    "reboots.stopped",
    "router.boot",
    "router.enrolled",
    "router.firmware",
    "router.identity_cleared",
    "router.identity_flapping",
    "router.quarantined",
    "router.silent",
    "verdict.changed",
    TEST,
)
FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(kind.partition(".")[0] for kind in KINDS))


class UnknownKindError(ValueError):
    """There is no such kind of event."""


class News(msgspec.Struct, frozen=True):
    """Something that happened and that other systems may want to know.

    Attributes:
        at: Unix seconds.
        kind: one of ``KINDS``.
        router_id: of the router that it is about; None: of no single one.
        detail: its figures; never a secret.
        seq: its place in the log, rising; 0 until it has one.
    """

    at: float
    kind: str
    router_id: str | None
    detail: dict[str, object]
    seq: int = 0


def kinds_of(names: tuple[str, ...]) -> frozenset[str]:
    """The kinds that names stand for: a kind itself, or what is before its dot for all of those.

    Raises:
        UnknownKindError: a name is neither.
    """
    found: set[str] = set()
    for name in names:
        matching = [kind for kind in KINDS if kind == name or kind.startswith(f"{name}.")]
        if not matching:
            allowed = ", ".join((*FAMILIES, *KINDS))
            raise UnknownKindError(f"found {name!r}, allowed are {allowed}")
        found.update(matching)
    return frozenset(found)
