"""Settings of storage: where the database is, how many readers, how long rows are kept."""

from pathlib import Path

import msgspec

from acs.duration import Duration

_DAY = 86_400


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[storage.retention]``: rows older than this are deleted.

    Attributes:
        samples: raw readings; windows keep their own 14 days.
        events: rows of routers' events; incidents that are over.
        verdicts: superseded verdicts; a router's newest one stays.
        commands: commands that ended, with what they were worth; open ones stay.
        contacts: subscribers' contacts.
        sessions: suspended sessions past their own expiry.
        quarantined: unknown routers that have not asked again.
        audit: the audit log.
        news: the log of events that ``/v1/events`` tells; webhooks' deliveries that ended.
    """

    samples: Duration = Duration(30 * _DAY)
    events: Duration = Duration(180 * _DAY)
    verdicts: Duration = Duration(180 * _DAY)
    commands: Duration = Duration(365 * _DAY)
    contacts: Duration = Duration(365 * _DAY)
    sessions: Duration = Duration(3600)
    quarantined: Duration = Duration(30 * _DAY)
    audit: Duration = Duration(1095 * _DAY)
    news: Duration = Duration(7 * _DAY)


class StorageSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[storage]``.

    Attributes:
        url: ``sqlite:////path/file`` or ``postgresql://user@host/database``.
        key_file: file with the key of stored secrets; null: ``acsd.key`` beside the SQLite file,
            ``/var/lib/acsd/acsd.key`` with PostgreSQL.
        readers: threads, each with a connection of its own, that answer reads.
        busy_timeout: how long a statement waits for another's lock before it fails; with
            PostgreSQL it may run for four times as long.
        pooled: PostgreSQL is reached through a pooler in transaction mode (pgbouncer).
        retention: how long rows are kept.
    """

    url: str = "sqlite:////var/lib/acsd/acsd.db"
    key_file: str | None = None
    readers: int = 4
    busy_timeout: Duration = Duration(15)
    pooled: bool = False
    retention: Retention = Retention()

    def __post_init__(self) -> None:
        if not self.url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError(
                f"url: found {self.url.partition('://')[0]!r}, allowed is sqlite:///… or "
                "postgresql://…"
            )
        if self.readers < 1:
            raise ValueError(f"readers: found {self.readers}, allowed is 1 or more")

    @property
    def key_path(self) -> Path:
        """Where the key of stored secrets lies."""
        if self.key_file is not None:
            return Path(self.key_file)
        if self.url.startswith("sqlite:///"):
            return Path(self.url.removeprefix("sqlite:///")).parent / "acsd.key"
        return Path("/var/lib/acsd/acsd.key")


class CommandTimes(msgspec.Struct, frozen=True):
    """Deadlines that storage writes into ``due_at``, and what it counts as offline; seconds.

    Attributes:
        confirm: from sending a command to its lapse.
        settle: from the confirmation of a reboot to its verification.
        offline_after: since the last Inform, from when a router counts as offline.
        tree: from sending a command that reads a tree to its lapse.
        download: from when a download may begin to its TransferComplete; upload: likewise.
        software: for each operation on a deployment unit.
        diagnostic: beyond the time that the test itself may take.
        schedule_inform: beyond the delay.
        restart: from a factory reset, or from a firmware's transfer, to the Inform that shows it.
        rotate: from when it was given credentials to its logging in with them.
        day: from an action to the second look at what it was worth; week: to the third.
    """

    confirm: float = 600.0
    settle: float = 1800.0
    day: float = 86_400.0
    week: float = 604_800.0
    offline_after: float = 5400.0
    tree: float = 3600.0
    download: float = 3600.0
    upload: float = 1800.0
    software: float = 3600.0
    diagnostic: float = 600.0
    schedule_inform: float = 600.0
    restart: float = 900.0
    rotate: float = 172_800.0
