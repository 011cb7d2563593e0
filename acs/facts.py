"""The vocabulary of writing: what happened, as plain values.

Whatever changes stored state is one of these; storage applies them to ordinary tables. They are
not kept as such: no replay, no bus. No rules live here.
"""

from typing import Literal

import msgspec

from acs.commands import CheckOutcome, Command, CommandKind, IncidentKind, Outcome, Stage
from acs.identity import DeviceId
from agents.targets import Target
from diagnostics.sample import Value
from diagnostics.verdict import Verdict

EVENT_CODES = (
    "0 BOOTSTRAP",
    "1 BOOT",
    "2 PERIODIC",
    "3 SCHEDULED",
    "4 VALUE CHANGE",
    "5 KICKED",
    "6 CONNECTION REQUEST",
    "7 TRANSFER COMPLETE",
    "8 DIAGNOSTICS COMPLETE",
    "9 REQUEST DOWNLOAD",
    "10 AUTONOMOUS TRANSFER COMPLETE",
    "11 DU STATE CHANGE COMPLETE",
    "12 AUTONOMOUS DU STATE CHANGE COMPLETE",
    "13 WAKEUP",
    "14 HEARTBEAT",
    "M Reboot",
    "M ScheduleInform",
    "M Download",
    "M ScheduleDownload",
    "M Upload",
    "M ChangeDUState",
)
"""Event codes of TR-069 Amendment 6, 3.7.1.5, table 8; vendors have more."""


Way = Literal["http", "udp", "xmpp"]
"""How a router is asked for a session: TR-069 Amendment 6, 3.2.2, Annex G, Annex K."""


class Event(msgspec.Struct, frozen=True, array_like=True):
    """An event of an Inform (TR-069 Amendment 6, 3.7.1.5): its code and CommandKey."""

    code: str
    command_key: str = ""


class _Fact(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    router_id: str
    at: float  # when the server learned it, Unix seconds UTC


class Informed(_Fact, frozen=True, kw_only=True):
    """A router informed.

    ``vitals`` are the readings of the Inform's own parameters; the newest are kept with the
    router, so that nothing acknowledged is lost even when no further sample follows.
    """

    device: DeviceId
    events: tuple[Event, ...]
    address: str  # the peer's IP address
    root: str  # "Device." or "InternetGatewayDevice."
    namespace: str  # of the router's CWMP version, urn:dslforum-org:cwmp-1-N
    retry_count: int = 0
    device_time: str = ""  # as the router wrote it; data, never used for decisions
    software_version: str = ""
    hardware_version: str = ""
    connection_request_url: str = ""
    vitals: dict[str, Value] = {}


class Sampled(_Fact, frozen=True, kw_only=True):
    """Vitals were read; becomes one row of samples and extends the router's window."""

    vitals: dict[str, Value]
    source: str = "cwmp"


class Discovered(_Fact, frozen=True, kw_only=True):
    """A router's tree was walked. ``plan`` is the encoded collection plan, ``plan_key`` its hash.

    ``names`` are the leaves' paths. ``model_name`` is DeviceInfo.ModelName, if read. ``objects``
    are the objects that were listed, each ending with "."; ``writable`` those of both that the
    router called writable, None if it was not kept.
    """

    root: str
    software_version: str
    names: tuple[str, ...]
    plan_key: str
    plan: bytes
    model_name: str = ""
    objects: tuple[str, ...] = ()
    writable: tuple[str, ...] | None = None


class PlanChanged(_Fact, frozen=True, kw_only=True):
    """The plan was changed in use: paths that the router refused (fault 9005) were dropped."""

    plan_key: str
    plan: bytes
    dropped: tuple[str, ...]


class ConnectionSecretSet(_Fact, frozen=True, kw_only=True):
    """The router took (or, with ``accepted`` false, refused) our connection-request credentials."""

    accepted: bool


class SecretRefused(_Fact, frozen=True, kw_only=True):
    """The router's connection-request port did not take the credentials that we set in it."""


class ReachLearned(_Fact, frozen=True, kw_only=True):
    """How the router says that it can be reached; None: it did not say.

    ``udp_address`` is UDPConnectionRequestAddress ("host:port" or "host"; TR-069 Amendment 6,
    Annex G), ``jabber_id`` ConnReqJabberID (Annex K). Strangers' words until they are checked.
    """

    udp_address: str | None = None
    nat_detected: bool | None = None
    jabber_id: str | None = None


class BindingSeen(_Fact, frozen=True, kw_only=True):
    """An authenticated STUN binding request came from this address (Annex G): "host:port"."""

    address: str


class WayWorked(_Fact, frozen=True, kw_only=True):
    """The router informed with "6 CONNECTION REQUEST" after it was asked in this way."""

    way: Way


class Rebooted(_Fact, frozen=True, kw_only=True):
    """A restart. ``cause`` is ``remote_reboot`` when "M Reboot" proves that it was ours."""

    cause: Literal["power", "remote_reboot", "watchdog", "unknown"]
    command_key: str = ""


class Noted(_Fact, frozen=True, kw_only=True):
    """Anything else worth a row in the router's events: a stable ``kind`` and its figures."""

    kind: str
    detail: dict[str, object] = {}


class CommandAnswered(_Fact, frozen=True, kw_only=True):
    """The router answered the command's call.

    ``final`` says that nothing more is to come (get, set, refresh); a reboot stays ``accepted``.
    ``takes`` are the seconds that the router may need for the rest, as its arguments say: the
    delay of a download, the length of a test.
    """

    command_id: str
    final: bool
    result: dict[str, object] = {}
    takes: float = 0.0


class CommandFailed(_Fact, frozen=True, kw_only=True):
    """The router answered the command with a fault."""

    command_id: str
    result: dict[str, object]


class CommandFinished(_Fact, frozen=True, kw_only=True):
    """An accepted command came to its end after its session: done, or failed if ``is_failed``.

    One that is not known, or ended already, changes nothing: routers tell things twice. Nor does
    one that is not of these ``kinds``: the id is a router's word.
    """

    command_id: str
    kinds: tuple[CommandKind, ...]
    is_failed: bool = False
    result: dict[str, object] = {}


class TransferCompleted(_Fact, frozen=True, kw_only=True):
    """TransferComplete came (TR-069 Amendment 6, A.3.3.2); ``fault_code`` 0 means success.

    ``command_key`` is the command's id; routers that lose it mean their one open transfer.
    ``software_version`` is the one that the session's Inform named.
    """

    command_key: str
    fault_code: int
    fault_string: str
    start_time: str = ""
    complete_time: str = ""
    software_version: str = ""


class UnitsChanged(_Fact, frozen=True, kw_only=True):
    """DUStateChangeComplete came (A.4.2.3), or its autonomous form with an empty key.

    ``results`` are the OpResultStructs as plain values. ``is_autonomous`` tells the second from
    routers that lose the key: they mean their one open change.
    """

    command_key: str
    results: tuple[dict[str, object], ...]
    is_autonomous: bool = False


class Parameter(msgspec.Struct, frozen=True, array_like=True):
    """A leaf of a router's tree; ``value``, ``type`` and ``writable`` None where unknown."""

    name: str
    value: str | None = None
    type: str | None = None
    writable: bool | None = None


class TreeRead(_Fact, frozen=True, kw_only=True):
    """All below ``path`` was read ("" is the whole tree): what is not among it is gone.

    ``objects`` are the paths of the objects, each ending with ".", and whether instances may be
    added or deleted there.
    """

    path: str
    parameters: tuple[Parameter, ...]
    objects: dict[str, bool] = {}


class CommandConfirmed(_Fact, frozen=True, kw_only=True):
    """Event "M Reboot" with the command's key came: the reboot happened and was ours.

    An empty id means the router's one reboot under way, if there is one: some routers send
    "1 BOOT" only (quirk ``no_reboot_event``).
    """

    command_id: str


class CommandVerified(_Fact, frozen=True, kw_only=True):
    """Before and after were compared. ``result`` holds the figures; outcome None: nobody knows."""

    command_id: str
    outcome: Outcome | None
    result: dict[str, object]


class CommandWithdrawn(_Fact, frozen=True, kw_only=True):
    """An operator took back a command that waits; one that was fetched goes its way."""

    command_id: str
    by: str
    why: str = ""


class CommandLapsed(_Fact, frozen=True, kw_only=True):
    """The deadline passed: a queued command ``expired``, a sent one is ``unconfirmed``.

    ``is_watched``: the server has been there since it was sent, so that the router could inform.
    """

    command_id: str
    is_watched: bool = False


class Checked(_Fact, frozen=True, kw_only=True):
    """What an action was worth was looked at, at one of its stages; None: nobody can know."""

    command_id: str
    stage: Stage
    outcome: CheckOutcome | None
    result: dict[str, object] = {}


class Judged(_Fact, frozen=True, kw_only=True):
    """The diagnosis gave a verdict. The row is new when the action or the leading cause changed."""

    verdict: Verdict


class Quarantined(_Fact, frozen=True, kw_only=True):
    """An unknown router asked to be served while enrolment is closed."""

    device: DeviceId
    address: str


class Enrolled(_Fact, frozen=True, kw_only=True):
    """An operator let a router in. ``ha1`` is MD5(username:realm:password) (RFC 2617, 3.2.2.2)."""

    username: str
    ha1: str


class Admitted(_Fact, frozen=True, kw_only=True):
    """An operator let a router in that has no user name: a client certificate says who it is."""


class CredentialsProved(_Fact, frozen=True, kw_only=True):
    """The router logged in with the credentials that it was being given; ``ha1`` as in Enrolled."""

    username: str
    ha1: str


class CredentialsKept(_Fact, frozen=True, kw_only=True):
    """The router answered its new credentials with a fault: it keeps those it has."""

    command_id: str


class ContactMade(_Fact, frozen=True, kw_only=True):
    """The subscriber was in contact; ``action`` is what was tried, ``helped`` whether it did.

    ``line`` is of support ("first", "second" …), ``finding`` the fault class that led then; None:
    that of the newest verdict. ``link`` leads to a session in another system. What has the ``key``
    of an earlier one is that one, told again.
    """

    channel: str
    action: str | None = None
    helped: bool | None = None
    note: str = ""
    line: str = ""
    finding: str | None = None
    link: str = ""
    key: str | None = None


class Belongs(_Fact, frozen=True, kw_only=True):
    """Topology and ownership of a router as the provider's other systems know it."""

    account: str
    phone: str = ""
    login: str = ""
    contract: str = ""
    segment: str | None = None
    access: Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"] | None = None
    utc_offset: int = 0
    switch_port: str | None = None
    address_prefix: str | None = None


class Placed(_Fact, frozen=True, kw_only=True):
    """Topology and ownership as far as another system says; None: it does not, and "": none."""

    account: str | None = None
    phone: str | None = None
    login: str | None = None
    contract: str | None = None
    segment: str | None = None
    switch_port: str | None = None
    address_prefix: str | None = None
    access: Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"] | None = None
    utc_offset: int | None = None


class TargetSet(_Fact, frozen=True, kw_only=True):
    """A device is polled from now on, or otherwise than before; first at ``due_at``."""

    target: Target
    due_at: float


class TargetGone(_Fact, frozen=True, kw_only=True):
    """A device is polled no more."""

    name: str


class TargetRead(_Fact, frozen=True, kw_only=True):
    """A polled device was read, or could not be: its next time, and what is known of it.

    It counts only under the ``lease`` that it was handed out with. ``stops``: it is not to be
    polled again before a person has looked. ``is_heard``: the router itself answered.
    ``is_served``: commands that were queued up to ``wanted_at`` have been looked after.
    """

    name: str
    lease: str
    is_heard: bool = False
    due_at: float
    known: bytes
    failures: int = 0
    fault: str = ""
    why: str = ""
    stops: bool = False
    wanted_at: float = 0.0
    is_served: bool = False


class _IncidentFact(_Fact, frozen=True, kw_only=True):
    router_id: str = ""  # an incident is of no single router
    incident_id: str


class IncidentOpened(_IncidentFact, frozen=True, kw_only=True):
    """Siblings were lost, booted or came into error together.

    ``place`` is a segment of the topology or an IP prefix, as ``basis`` says; ``routers`` are all
    that belong to it, ``affected`` those that speak for the incident; ``began_at`` is when it is
    likely to have begun.
    """

    basis: Literal["segment", "prefix"]
    place: str
    kind: IncidentKind
    began_at: float
    routers: tuple[str, ...]
    affected: tuple[str, ...]
    figures: dict[str, object] = {}


class IncidentGrew(_IncidentFact, frozen=True, kw_only=True):
    """More routers are affected, or belong to the place."""

    affected: tuple[str, ...] = ()
    routers: tuple[str, ...] = ()


class IncidentClosed(_IncidentFact, frozen=True, kw_only=True):
    """Enough of its routers are back, or it has lasted for too long."""


Fact = (
    Informed
    | Sampled
    | Discovered
    | PlanChanged
    | ConnectionSecretSet
    | SecretRefused
    | ReachLearned
    | BindingSeen
    | WayWorked
    | Rebooted
    | Noted
    | CommandAnswered
    | CommandFailed
    | CommandFinished
    | TransferCompleted
    | UnitsChanged
    | TreeRead
    | CommandConfirmed
    | CommandVerified
    | CommandLapsed
    | CommandWithdrawn
    | Checked
    | Judged
    | Quarantined
    | Enrolled
    | Admitted
    | CredentialsProved
    | CredentialsKept
    | ContactMade
    | Belongs
    | Placed
    | TargetSet
    | TargetGone
    | TargetRead
    | IncidentOpened
    | IncidentGrew
    | IncidentClosed
)


class ConnectionSecret(msgspec.Struct, frozen=True):
    """Credentials for a router's connection-request port. Never shown: its repr is redacted."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "ConnectionSecret(redacted)"


class NewCredentials(msgspec.Struct, frozen=True):
    """What a router is to log in with from now on. Never shown: its repr is redacted.

    ``is_renamed`` says that the user name is another one than before.
    """

    username: str
    password: str
    is_renamed: bool

    def __repr__(self) -> str:
        return f"NewCredentials({self.username!r}, redacted)"


class RouterRecord(msgspec.Struct, frozen=True):
    """What storage remembers of a router; the result of committing an ``Informed``.

    Attributes:
        plan_key: of the collection plan, None before discovery.
        planned_for: software version that the plan was made for.
        collected_at: when the last collection's sample was taken, Unix seconds.
        connection_secret: to be given to the router; None when it has been.
        connection_secret_set: the router was given the credentials, and took or refused them.
        commands_waiting: a queued command may be claimed in this session.
        running: accepted commands whose end the Inform's events announce, to be looked after in
            this session (a diagnostic with "8 DIAGNOSTICS COMPLETE").
        ended: commands that the Inform itself brought to their end (a factory reset with
            "0 BOOTSTRAP", a download of the firmware that runs now).
    """

    router_id: str
    plan_key: str | None
    planned_for: str | None
    collected_at: float | None
    connection_secret: ConnectionSecret | None
    connection_secret_set: bool
    commands_waiting: bool
    is_new: bool = False
    running: tuple[Command, ...] = ()
    ended: tuple[Command, ...] = ()
