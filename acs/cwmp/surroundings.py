"""What every exchange with a router works with, gathered in one value. No behaviour."""

import dataclasses
from collections.abc import Callable, MutableMapping, Sequence
from weakref import WeakKeyDictionary

from acs.commands import Command, GuardFacts, Refusal
from acs.cwmp.claims import Claims
from acs.cwmp.codec import Limits
from acs.cwmp.comebacks import Comebacks
from acs.cwmp.gate import Gate
from acs.cwmp.http_connection import Connection
from acs.cwmp.identities import Identities
from acs.cwmp.plans import Plans
from acs.cwmp.quirk_book import QuirkBook
from acs.cwmp.records import Records
from acs.cwmp.registry import Registry
from acs.cwmp.session import SessionPolicy
from acs.cwmp.settings import CwmpSettings
from acs.cwmp.telemetry import CwmpMetrics
from acs.cwmp.transcript import Transcript
from acs.facts import Fact
from acs.storage.store import Store

Guard = Callable[[Command, GuardFacts], tuple[Refusal, ...]]
Committed = Callable[[Sequence[Fact], Sequence[object]], None]


@dataclasses.dataclass(slots=True)
class Surroundings:
    """What every exchange works with.

    Attributes:
        now: Unix seconds.
        seconds: a clock that never goes back.
        comebacks: when routers that are sent away are to come back.
        guard: objections to a command that is about to be sent.
        committed: is told of all that became durable.
        claimed: is told of each command that is recorded as sent.
        empties: connections whose session ended, and how many empty messages are still to come.
        under_way: exchanges that wait for something.
        draining: no session is begun any more.
        suspending: nothing is answered any more, what is live is being saved.
    """

    settings: CwmpSettings
    policy: SessionPolicy
    store: Store
    gate: Gate
    claims: Claims
    identities: Identities
    quirks: QuirkBook
    records: Records
    registry: Registry
    plans: Plans
    transcript: Transcript | None
    metrics: CwmpMetrics
    guard: Guard
    committed: Committed
    claimed: Callable[[Command], None]
    now: Callable[[], float]
    seconds: Callable[[], float]
    comebacks: Comebacks
    message_limits: Limits
    empties: MutableMapping[Connection, int] = dataclasses.field(default_factory=WeakKeyDictionary)
    under_way: int = 0
    draining: bool = False
    suspending: bool = False
