"""All metrics of the daemon, for Prometheus: prefix ``acs_``, in a registry that is handed in.

One object carries the methods that the other rooms' metric protocols ask for. No label ever names
a router, an address or an account: every label's values are bounded.
"""

from collections.abc import Mapping, Sequence
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)

from acs.commands import CommandKind, CommandState, IncidentKind, Outcome, PolicyState
from acs.facts import EVENT_CODES
from acs.tallies import OTHER, Distribution, Tally
from diagnostics.context import FirmwareMeasure
from diagnostics.verdict import ACTIONS, Action

TURN_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COMMIT_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
SESSION_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
REACH_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)
POLL_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 120.0, 600.0)
RETRY_COUNTS = ("1", "2-9", "10+")
ITEM_BUCKETS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)


class Metrics:
    """The daemon's counters, gauges and histograms.

    Args:
        registry: where they are registered; ``/metrics`` is made from it.
        version: of the distribution, for ``acs_build_info``.
    """

    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        Info("acs_build", "The daemon that runs.", registry=registry).info({"version": version})
        self._conversation(registry)
        self._storage(registry)
        self._actions(registry)
        self._files(registry)

    def _conversation(self, registry: CollectorRegistry) -> None:
        def counts(name: str, text: str, label: str) -> Tally:
            return Tally(name, text, label, registry)

        self._sessions = counts("acs_sessions", "Sessions that ended.", "outcome")
        events = (*EVENT_CODES, "vendor", OTHER)
        self._informs = Tally(
            "acs_informs", "Events in Informs.", "event", registry, events, open_set=False
        )
        self._retries = Tally(
            "acs_inform_retries",
            "Informs of routers whose sessions before failed, by their RetryCount.",
            "count",
            registry,
            RETRY_COUNTS,
            open_set=False,
        )
        self._auth_failures = counts("acs_auth_failures", "Refused credentials.", "reason")
        self._malformed = counts("acs_malformed", "Messages that could not be read.", "code")
        self._quirks = counts("acs_quirks", "Tolerated oddities of routers.", "quirk")
        self._turned_away = counts("acs_turned_away", "Sessions that were not begun.", "reason")
        self._http_refused = counts(
            "acs_http_refused", "Requests refused below CWMP, by HTTP status.", "status"
        )
        self._connection_requests = Counter(
            "acs_connection_requests",
            "Routers asked for a session, by the way and what became of it.",
            ("way", "outcome"),
            registry=registry,
        )
        self._reached = Histogram(
            "acs_connection_request_seconds",
            "From asking a router for a session to its Inform.",
            ("way",),
            registry=registry,
            buckets=REACH_BUCKETS,
        )
        self._stun = counts("acs_stun_requests", "Datagrams to the STUN server.", "outcome")
        self._polls = Histogram(
            "acs_poll_seconds",
            "Readings of polled devices, by what became of them.",
            ("way", "outcome"),
            registry=registry,
            buckets=POLL_BUCKETS,
        )
        self._poll_late = Histogram(
            "acs_poll_late_seconds",
            "How long after its time a polled device's reading began.",
            registry=registry,
            buckets=POLL_BUCKETS,
        )
        self._poll_deferred = Gauge(
            "acs_polls_deferred", "Polled devices that are due and wait.", registry=registry
        )
        self._poll_failures = counts("acs_poll_failures", "Failures of polling itself.", "what")
        self._datagrams = counts(
            "acs_snmp_datagrams", "Datagrams of SNMP that answer nothing, or went twice.", "kind"
        )
        self._notifications = counts(
            "acs_snmp_notifications", "Traps and informs, by what became of them.", "kind"
        )
        self._mismatches = Counter(
            "acs_identity_mismatches",
            "Routers that named themselves as another one than their credentials are of.",
            registry=registry,
        )
        self._quarantined = Counter(
            "acs_quarantined", "Unknown routers that asked to be served.", registry=registry
        )
        self._turn = Distribution(
            "acs_turn_seconds",
            "From the last byte of a router's request to the first of the answer.",
            TURN_BUCKETS,
            registry,
        ).observe
        self._session_seconds = Distribution(
            "acs_session_seconds",
            "Length of sessions.",
            SESSION_BUCKETS,
            registry,
        ).observe
        self._connections = self._sessions_open = 0
        connections = Gauge("acs_connections", "Open connections of routers.", registry=registry)
        connections.set_function(lambda: self._connections)
        sessions = Gauge("acs_sessions_open", "Sessions under way.", registry=registry)
        sessions.set_function(lambda: self._sessions_open)

    def _storage(self, registry: CollectorRegistry) -> None:
        self._commit_seconds = Distribution(
            "acs_commit_seconds",
            "One transaction of the writer, its COMMIT included.",
            COMMIT_BUCKETS,
            registry,
        ).observe
        self._commit_items = Distribution(
            "acs_commit_items",
            "Items in one transaction of the writer.",
            ITEM_BUCKETS,
            registry,
        ).observe
        self._depth_family = Gauge(
            "acs_queue_depth", "Items that wait in a queue.", ("queue",), registry=registry
        )
        self._writer_depth = 0
        self._depth_family.labels("writer").set_function(lambda: self._writer_depth)

    def _actions(self, registry: CollectorRegistry) -> None:
        self._routers = Gauge(
            "acs_routers", "Routers by their newest verdict.", ("verdict",), registry=registry
        )
        self._verdicts = Tally(
            "acs_verdicts", "Verdicts made.", "action", registry, ACTIONS, open_set=False
        )
        commands = Counter(
            "acs_commands",
            "Commands that came into a state.",
            ("kind", "state"),
            registry=registry,
        )
        outcomes = Counter(
            "acs_command_outcomes",
            "Verified effects of commands.",
            ("kind", "outcome"),
            registry=registry,
        )
        kinds, states = get_args(CommandKind), get_args(CommandState)
        self._commands = {(k, s): commands.labels(k, s) for k in kinds for s in states}
        self._outcomes = {(k, o): outcomes.labels(k, o) for k in kinds for o in get_args(Outcome)}
        self._other_command = commands
        self._other_outcome = outcomes
        self._incidents = Gauge(
            "acs_incidents_open", "Incidents that are open.", ("kind",), registry=registry
        )
        self._incident_routers = Gauge(
            "acs_incident_routers",
            "Routers in the places of open incidents, whose reboots wait.",
            ("kind",),
            registry=registry,
        )
        incident_kinds = get_args(IncidentKind)
        self.set_incidents({}, {})
        self._opened = Tally(
            "acs_incidents_opened",
            "Incidents that this process opened.",
            "kind",
            registry,
            incident_kinds,
            open_set=False,
        )
        self._refusals = Tally("acs_refusals", "Commands refused.", "guard", registry)
        self._firmwares(registry)
        self._learning(registry)

    def _firmwares(self, registry: CollectorRegistry) -> None:
        self._findings = Gauge(
            "acs_firmware_findings_open",
            "Firmwares that are worse than another one of their model.",
            ("measure",),
            registry=registry,
        )
        self._finding_routers = Gauge(
            "acs_firmware_routers",
            "Routers that have such a firmware.",
            ("measure",),
            registry=registry,
        )
        measures = get_args(FirmwareMeasure)
        self.set_findings({})
        self._findings_opened = Tally(
            "acs_firmware_findings_opened",
            "Findings on firmware that this process opened.",
            "measure",
            registry,
            measures,
            open_set=False,
        )

    def _learning(self, registry: CollectorRegistry) -> None:
        self._silent = Counter(
            "acs_silent_routers",
            "Routers that did not come back from a reboot in time.",
            registry=registry,
        )
        self._checks = Counter(
            "acs_checks",
            "Looks at what actions were worth: how long after, on which side, what was found.",
            ("stage", "arm", "outcome"),
            registry=registry,
        )
        self._contacts = Tally(
            "acs_contacts", "Contacts with subscribers.", "escalated", registry, ("no", "yes")
        )
        self._stopped = Gauge(
            "acs_reboots_stopped", "Whether an operator has stopped reboots.", registry=registry
        )
        self._policy = Gauge(
            "acs_policy", "The policy's state: 1 at the one it has.", ("state",), registry=registry
        )
        self._tried = Gauge(
            "acs_policy_routers", "Routers that this policy has acted on.", registry=registry
        )
        self._models = Gauge(
            "acs_models_stopped",
            "Models whose reboots are stopped because a router did not come back.",
            registry=registry,
        )

    def _files(self, registry: CollectorRegistry) -> None:
        self._file_requests = Counter(
            "acs_file_requests",
            "Requests to the file server, by what they were for and class of HTTP status.",
            ("kind", "status"),
            registry=registry,
        )
        self._file_bytes = Tally(
            "acs_file_bytes",
            "Bytes of files that came from routers and went to them.",
            "direction",
            registry,
            ("in", "out"),
            open_set=False,
        )
        self._file_connections = 0
        open_now = Gauge(
            "acs_file_connections", "Open connections to the file server.", registry=registry
        )
        open_now.set_function(lambda: self._file_connections)

    # --- the conversation ---------------------------------------------------------------------

    def turn(self, seconds: float) -> None:
        """A request was answered; wall time from its last byte to the answer's first."""
        self._turn(seconds)

    def connections(self, count: int) -> None:
        """So many connections of routers are open."""
        self._connections = count

    def http_refused(self, status: int) -> None:
        """A request or connection was refused below CWMP, with this HTTP status."""
        self._http_refused.add(str(status))

    def sessions(self, count: int) -> None:
        """So many sessions are live in memory."""
        self._sessions_open = count

    def session_ended(self, outcome: str, seconds: float) -> None:
        """A session ended after ``seconds``: done, timeout, replaced and so on."""
        self._sessions.add(outcome)
        self._session_seconds(seconds)

    def informed(self, event: str) -> None:
        """An Inform brought an event; a code that is not the standard's is "vendor" or "other"."""
        self._informs.add(event)

    def retried(self, count: int) -> None:
        """An Inform had this RetryCount, above 0: sessions before it failed."""
        few, some, many = RETRY_COUNTS
        self._retries.add(few if count == 1 else some if count < 10 else many)  # noqa: PLR2004 - as the label says

    def auth_failed(self, reason: str) -> None:
        """Credentials were refused."""
        self._auth_failures.add(reason)

    def identity_mismatch(self) -> None:
        """A router named itself as another one than its credentials are of."""
        self._mismatches.inc()

    def quarantined(self) -> None:
        """An unknown router asked to be served."""
        self._quarantined.inc()

    def quirk(self, name: str) -> None:
        """A tolerated oddity was met in a message, or a quirk of a device took effect."""
        self._quirks.add(name)

    def malformed(self, code: str) -> None:
        """A message could not be read."""
        self._malformed.add(code)

    def turned_away(self, reason: str) -> None:
        """A session was not begun: draining or busy."""
        self._turned_away.add(reason)

    def connection_request(self, way: str, outcome: str) -> None:
        """A router was asked for a session in this way (or "none") and this became of it."""
        self._connection_requests.labels(way, outcome).inc()

    def reached(self, way: str, seconds: float) -> None:
        """A router informed because it was asked in this way, so long before."""
        self._reached.labels(way).observe(seconds)

    def stun(self, outcome: str) -> None:
        """A datagram came to the STUN server, and this became of it."""
        self._stun.add(outcome)

    # --- storage ------------------------------------------------------------------------------

    def observe_commit(self, seconds: float, items: int) -> None:
        """The writer committed one transaction."""
        self._commit_seconds(seconds)
        self._commit_items(items)

    def set_queue_depth(self, depth: int) -> None:
        """Items that wait for the writer."""
        self._writer_depth = depth

    def set_depth(self, queue: str, depth: int) -> None:
        """Items that wait in another queue, named by our own code."""
        self._depth_family.labels(queue).set(depth)

    # --- polling ------------------------------------------------------------------------------

    def polled(self, way: str, outcome: str, seconds: float) -> None:
        """A device was read, or could not be: ``ok`` or the fault."""
        self._polls.labels(way, outcome).observe(seconds)

    def poll_late(self, seconds: float) -> None:
        """How long after its time a reading began."""
        self._poll_late.observe(seconds)

    def poll_deferred(self, count: int) -> None:
        """So many devices that are due wait."""
        self._poll_deferred.set(count)

    def poll_failed(self, what: str) -> None:
        """``due``, ``deliver`` or ``read`` failed in a way that nobody foresaw."""
        self._poll_failures.add(what)

    def datagram(self, kind: str) -> None:
        """A datagram of SNMP that answers nothing, or had to be sent again."""
        self._datagrams.add(kind)

    def notification(self, kind: str) -> None:
        """A trap or an inform came, and this became of it."""
        self._notifications.add(kind)

    # --- actions ------------------------------------------------------------------------------

    def judged(self, action: str) -> None:
        """A verdict was made."""
        self._verdicts.add(action)

    def command(self, kind: str, state: str) -> None:
        """A command came into a state."""
        child = self._commands.get((kind, state))
        (child or self._other_command.labels(OTHER, OTHER)).inc()

    def outcome(self, kind: str, outcome: str) -> None:
        """A command's effect was verified."""
        child = self._outcomes.get((kind, outcome))
        (child or self._other_outcome.labels(OTHER, OTHER)).inc()

    def refused(self, guard: str) -> None:
        """A guard refused a command."""
        self._refusals.add(guard)

    def incident_opened(self, kind: IncidentKind) -> None:
        """An incident was opened by this node."""
        self._opened.add(kind)

    def set_incidents(
        self, counts: Mapping[IncidentKind, int], routers: Mapping[IncidentKind, int]
    ) -> None:
        """So many incidents are open in the whole fleet, with so many routers in their places.

        Kinds that are left out have none.
        """
        for kind in get_args(IncidentKind):
            self._incidents.labels(kind).set(counts.get(kind, 0))
            self._incident_routers.labels(kind).set(routers.get(kind, 0))

    def set_findings(self, routers: Mapping[FirmwareMeasure, Sequence[int]]) -> None:
        """Open findings on firmware, by measure the routers of each; others have none."""
        for measure in get_args(FirmwareMeasure):
            listed = routers.get(measure, ())
            self._findings.labels(measure).set(len(listed))
            self._finding_routers.labels(measure).set(sum(listed))

    def finding_opened(self, measure: FirmwareMeasure) -> None:
        """A firmware was found to be worse than another."""
        self._findings_opened.add(measure)

    def silent(self) -> None:
        """A router did not come back from a reboot."""
        self._silent.inc()

    def checked(self, stage: str, arm: str, outcome: str) -> None:
        """What an action was worth was looked at."""
        self._checks.labels(stage, arm, outcome).inc()

    def contact(self, *, escalated: bool) -> None:
        """A contact with a subscriber was recorded."""
        self._contacts.add("yes" if escalated else "no")

    def set_standing(self, *, is_stopped: bool, policy: str, tried: int, models: int) -> None:
        """The kill switch, the policy's state, routers that it was tried on, stopped models."""
        self._stopped.set(is_stopped)
        for state in get_args(PolicyState):
            self._policy.labels(state).set(state == policy)
        self._tried.set(tried)
        self._models.set(models)

    def set_routers(self, by_verdict: Mapping[Action | None, int]) -> None:
        """Routers by newest verdict; the key None counts those without one."""
        for action in ACTIONS:
            self._routers.labels(action).set(by_verdict.get(action, 0))
        self._routers.labels("unjudged").set(by_verdict.get(None, 0))

    # --- files --------------------------------------------------------------------------------

    def file_request(self, kind: str, status: int) -> None:
        """A request to the file server was answered with this HTTP status."""
        self._file_requests.labels(kind, f"{status // 100}xx").inc()

    def file_bytes(self, direction: str, count: int) -> None:
        """So many bytes of bodies came in from routers or went out to them."""
        self._file_bytes.add(direction, count)

    def file_connections(self, count: int) -> None:
        """So many connections to the file server are open."""
        self._file_connections = count
