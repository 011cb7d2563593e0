"""What the daemon hands to the API: storage, operations, health, metrics, the clock. No logic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred

from acs.actions.learning_settings import LearningSettings
from acs.api.telemetry import ApiMetrics
from acs.api.watch import CommandWatch
from acs.commands import Command, CommandKind
from acs.cwmp.importing import Line, Outcome
from acs.facts import CommandWithdrawn, ContactMade
from acs.files.files import Files
from acs.storage.rows import ContactRow
from acs.storage.store import Store
from acs.webhooks.settings import WebhookSettings
from diagnostics.context import SegmentState
from diagnostics.verdict import Verdict


class Enrolment(msgspec.Struct, frozen=True):
    """Credentials under which a router was let in.

    ``password`` is the one that was made up; None when the operator gave his own.
    """

    username: str
    password: str | None

    def __repr__(self) -> str:
        return f"Enrolment(username={self.username!r}, password=redacted)"


class Propose(Protocol):
    """Store a command, queued or refused; fails with LookupError for an unknown router."""

    def __call__(  # noqa: D102 - the class says it
        self,
        kind: CommandKind,
        router_id: str,
        asked_by: str,
        reason: str,
        *,
        consent: bool,
        arguments: dict[str, object],
        command_id: str = "",
    ) -> "Deferred[Command]": ...


@dataclass(frozen=True)
class HealthCheck:
    """A part's own word on whether it is well.

    Attributes:
        name: of the part: ``storage``, ``cwmp`` …
        check: returns when it is well, raises (or fails) when not; a slow one counts as failing.
    """

    name: str
    check: "Callable[[], Deferred[Any] | None]"


@dataclass(frozen=True)
class Services:
    """Everything that the API stands on.

    Attributes:
        store: where everything is remembered. Its Deferreds fire in the event loop's thread.
        propose: stores a command, queued or refused.
        diagnose: judges a router from what is stored, now; LookupError if it is unknown.
        enrol: lets a router in: (router_id, username or None, password or None).
        import_routers: lets known routers in: (lines, replace, dry_run).
        withdraw: takes back a command that waits; None if it does not.
        stop_reboots: sets (True) or lifts (False) the kill switch: (stopped, by whom, why).
        contact: stores a contact and judges the router in its light; LookupError if it is unknown.
        learning: how outcomes are counted.
        segment: the newest counts of a segment, None if there are none.
        registry: what ``/metrics`` shows.
        clock: Unix seconds UTC.
        version: of the distribution.
        checks: what ``/healthz`` asks.
        files: the file server; None: there is none.
        counted: counts requests; None: nobody does.
        webhooks: what addresses they may have.
        watch: told by the daemon of each command that changed: ``watch.changed(command_id)``.
    """

    store: Store
    propose: Propose
    diagnose: "Callable[[str], Deferred[Verdict]]"
    enrol: "Callable[[str, str | None, str | None], Deferred[Enrolment]]"
    import_routers: "Callable[[Sequence[Line], bool, bool], Deferred[tuple[Outcome, ...]]]"
    withdraw: "Callable[[CommandWithdrawn], Deferred[Command | None]]"
    stop_reboots: "Callable[[bool, str, str], Deferred[None]]"
    contact: "Callable[[ContactMade], Deferred[ContactRow]]"
    segment: Callable[[str], SegmentState | None]
    registry: CollectorRegistry
    clock: Callable[[], float]
    version: str
    checks: tuple[HealthCheck, ...] = ()
    files: Files | None = None
    counted: ApiMetrics | None = None
    learning: LearningSettings = field(default_factory=LearningSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    watch: CommandWatch = field(default_factory=CommandWatch)
