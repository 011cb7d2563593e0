"""Commands to routers and what guards know of them. Plain values: no rules, no storage."""

import secrets
import time
from collections.abc import Mapping
from typing import Literal

import msgspec

CommandKind = Literal[
    "reboot",
    "gentle",  # a DHCP renew, a PPP or a Wi-Fi reset
    "refresh",  # collect the vitals now
    "get",
    "set",
    "names",  # GetParameterNames
    "tree",  # names and values of all below a path
    "attributes",  # read or, with changes, written
    "add",
    "delete",
    "download",
    "upload",
    "schedule_download",
    "cancel_transfer",
    "factory_reset",
    "schedule_inform",
    "software",  # ChangeDUState
    "diagnostic",  # a test that the router carries out
    "rotate_credentials",  # new ones for its HTTP authentication
    "rpc",  # any other call, or one of these with arguments of one's own
]
GentleAction = Literal["renew_dhcp", "reset_ppp", "reset_wifi"]
"""What disturbs less than a reboot, where a router's data model offers it."""
CommandState = Literal[
    "queued",  # waits for the router's next session
    "refused",  # a guard said no; see ``refusals``
    "sent",  # recorded as sent; the bytes follow ("recorded before caused")
    "accepted",  # the router answered the call; what it does then is still to be told
    "confirmed",  # a reboot: "M Reboot" with our CommandKey came
    "verified",  # a reboot: compared before and after; see ``outcome``
    "done",  # any other command: finished; see ``result``
    "failed",  # the router answered with a fault; see ``result``
    "unconfirmed",  # sent, and no confirmation by the deadline; never sent again by itself
    "expired",  # nobody fetched it in time; never sent
    "withdrawn",  # taken back before it was fetched; never sent
]
OPEN_STATES: tuple[CommandState, ...] = ("queued", "sent", "accepted", "confirmed")
Outcome = Literal["helped", "unchanged", "worse"]
DESTRUCTIVE: frozenset[CommandKind] = frozenset(
    {"reboot", "factory_reset", "download", "schedule_download", "delete", "software"}
)
"""Kinds that cut the customer off or cannot be undone: whoever asks for one confirms it."""
TRANSFERS: frozenset[CommandKind] = frozenset({"download", "upload", "schedule_download"})
"""Kinds that end with TransferComplete."""
FIRMWARE = "1 "
"""How the file type of a firmware image begins (TR-069 Amendment 6, A.3.2.8)."""


class Refusal(msgspec.Struct, frozen=True):
    """One guard's no: its name, a sentence with figures, when to try again (Unix s) if known."""

    guard: str
    reason: str
    retry_at: float | None = None


Stage = Literal["30m", "24h", "7d"]
"""When the worth of an action is looked at: after it settled, a day and a week later."""
STAGES: tuple[Stage, ...] = ("30m", "24h", "7d")
CheckOutcome = Literal["helped", "unchanged", "worse", "relapsed"]
"""As ``Outcome``; ``relapsed``: it had helped at an earlier stage."""


PolicyState = Literal["observe", "advise", "canary", "open", "stopped"]
"""What the daemon may do by itself: nothing (observe, advise, stopped), try on some, all."""


class Lot(msgspec.Struct, frozen=True):
    """What the policy's own proposals are subject to, beside the guards.

    Attributes:
        policy: names the policy; a change of what it may do is another policy.
        draw: a random number, from 0 up to 1; below the probability the action is carried out.
        canary: routers that a new policy is tried on; 0: none.
        canary_share: probability of being one of them, rather than one that is only watched.
        hold_out: probability of being only watched, where that is asked for and nothing is new.
        hold_for: seconds that a router is only watched.
    """

    policy: str
    draw: float
    canary: int = 0
    canary_share: float = 1.0
    hold_out: float = 0.0
    hold_for: float = 86_400.0


class Proposal(msgspec.Struct, frozen=True):
    """A wish for a command, before any guard has seen it.

    Attributes:
        command_id: up to 32 characters, goes out as CommandKey (TR-069 Amendment 6, A.3.2.9).
        arguments: by kind, see ``acs.cwmp.orders.arguments``.
        asked_by: ``policy``, or the name of the token or ``socket`` of an operator.
        consent: the customer agreed, during a contact.
        cause: fault class id that the verdict named, if the policy asks.
        expires_at: Unix seconds; a command not fetched by then is ``expired``.
        lot: of a proposal of the policy.
    """

    command_id: str
    router_id: str
    kind: CommandKind
    asked_by: str
    reason: str
    at: float
    expires_at: float
    consent: bool = False
    cause: str | None = None
    arguments: dict[str, object] = {}
    lot: Lot | None = None


class Command(msgspec.Struct, frozen=True):
    """A stored command: the proposal and all that became of it. Times are Unix seconds UTC."""

    command_id: str
    router_id: str
    kind: CommandKind
    state: CommandState
    asked_by: str
    reason: str
    at: float
    expires_at: float
    consent: bool = False
    cause: str | None = None
    arguments: dict[str, object] = {}
    refusals: tuple[Refusal, ...] = ()
    sent_at: float | None = None
    answered_at: float | None = None
    confirmed_at: float | None = None
    ended_at: float | None = None
    outcome: Outcome | None = None
    result: dict[str, object] = {}
    due_at: float | None = None


IncidentKind = Literal["offline", "power", "errors"]
"""What siblings have in common: lost, booted after a power cut, in error."""


class OpenIncident(msgspec.Struct, frozen=True):
    """The incident of a router's place; closed within the last day if ``closed_at`` is set."""

    incident_id: str
    basis: Literal["segment", "prefix"]
    place: str
    kind: IncidentKind
    affected: int
    routers: int
    opened_at: float
    closed_at: float | None = None


class GuardFacts(msgspec.Struct, frozen=True):
    """All that a guard may look at, gathered inside the storing transaction.

    Counts of reboots are of commands recorded as sent (``sent_at``), whatever became of them.
    Vitals are the newest stored values of the catalogue metrics, with the time they were read.
    """

    now: float
    stage: Literal["propose", "claim"]
    enrolled: bool
    flapping: bool
    last_inform_at: float | None
    utc_offset: int
    vitals: dict[str, object]
    vitals_at: float | None
    boots: tuple[float, ...]  # boot times in the last 24 h, whatever their cause
    sent: tuple[tuple[float, bool], ...]  # this router's reboots in 7 days: (sent_at, consent)
    open_command: str | None  # another open reboot or factory reset of this router
    transfer_open: bool
    segment: str | None
    segment_routers: int
    segment_offline: int
    segment_boots_30min: int  # sibling boots that we did not cause
    segment_rebooting: int  # open sent reboots in the segment
    fleet_routers: int
    fleet_offline: int
    fleet_sent_10min: int
    stopped: bool  # the kill switch
    wan_mbps: float | None = None  # WAN traffic of the last 15 min or more, both directions
    diagnostic_open: bool = False  # a test that the router carries out is under way
    upload_open: bool = False  # an upload or a change of software is under way
    stopped_by: str = ""  # who set the kill switch
    stopped_at: float | None = None
    stopped_why: str = ""
    has_voice: bool = False  # its tree has a voice service, whatever was read of it
    model: str = ""
    model_silent: int = 0  # routers of its model that a reboot of ours has silenced
    escalated_at: float | None = None  # the subscriber came back about the same finding
    incident: OpenIncident | None = None  # of its place, open or closed lately


def brings_firmware(kind: CommandKind, arguments: Mapping[str, object]) -> bool:
    """Whether the command gives the router a firmware image to run."""
    return kind in ("download", "schedule_download") and str(
        arguments.get("file_type", "")
    ).startswith(FIRMWARE)


def restarts(kind: CommandKind, arguments: Mapping[str, object]) -> bool:
    """Whether the router restarts in the course of the command."""
    return kind in ("reboot", "factory_reset") or brings_firmware(kind, arguments)


def is_verified(kind: CommandKind) -> bool:
    """Whether the command is an action against a fault, whose effect is looked at afterwards."""
    return kind in ("reboot", "gentle")


def new_command_id(now: float | None = None) -> str:
    """A command id of 26 characters that sorts by time: 12 hex digits of ms, 14 random ones."""
    millis = int((time.time() if now is None else now) * 1000)
    return f"{millis:012x}{secrets.token_hex(7)}"
