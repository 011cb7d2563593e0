"""What a subscriber is told about his own routers: simple answers, nothing technical, no names."""

from typing import Literal

import msgspec

from acs.api.times import Time

Progress = Literal["waiting", "restarting", "back", "failed"]


class SelfOutage(msgspec.Struct, frozen=True):
    """A fault of the network where the subscriber lives.

    Attributes:
        began_at: since when.
        ended_at: null while it lasts.
        sentence: to be shown or said.
    """

    began_at: Time
    ended_at: Time | None
    sentence: str


class SelfReboot(msgspec.Struct, frozen=True):
    """A restart that was asked for.

    Attributes:
        command_id: to follow it by.
        progress: ``waiting`` for the router, ``restarting``, ``back``, or ``failed``.
        asked_at: when it was asked for.
        sentence: to be shown or said.
    """

    command_id: str
    progress: Progress
    asked_at: Time
    sentence: str


class SelfRouter(msgspec.Struct, frozen=True, kw_only=True):
    """One of the subscriber's routers.

    Attributes:
        router: its number among his, from 1; it stays as long as his routers do.
        model: as it is written on it.
        online: whether it answers; null before it was ever heard.
        last_seen_at: when it was last heard.
        connection: a sentence on that.
        reboot_helps: whether a restart is what would help; null when that is not known.
        advice: a sentence on what would help.
        reboot: the restart of the last day that is newest; null when there was none.
    """

    router: int
    model: str
    online: bool | None
    last_seen_at: Time | None
    connection: str
    reboot_helps: bool | None
    advice: str
    reboot: SelfReboot | None


class SelfDocument(msgspec.Struct, frozen=True):
    """All that a subscriber may know.

    Attributes:
        language: ``en`` or ``ru``, by Accept-Language.
        sentence: the one thing to say first.
        outage: a fault of the network near him, also one that ended within the day; else null.
        routers: his routers.
        answered_at: when this was put together.
    """

    language: Literal["en", "ru"]
    sentence: str
    outage: SelfOutage | None
    routers: tuple[SelfRouter, ...]
    answered_at: Time
