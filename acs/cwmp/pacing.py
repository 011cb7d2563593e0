"""How gently each model and firmware is read: learned from sessions that broke off in a read.

Some routers restart or fall silent over a large question. Pure but for what ``Paces`` remembers;
what a session makes of its pace is ``session``'s, that one broke off is ``registry``'s to say.
"""

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from acs.cwmp.messages import AcsMessage, GetParameterNames, GetParameterValues
from acs.cwmp.names import pattern_of
from acs.cwmp.sources import ROOTS
from acs.cwmp.state import SessionState, change
from acs.facts import Discovered, Fact, Sampled
from acs.identity import parts_of

_MODELS = 1_000  # remembered at most
_ROUTERS = 10_000
_AVOIDED = 100  # objects of one model
_WHOLE = 3  # parts of a router id with a product class
_HOLD = 60.0  # seconds after the first session that broke off; four times that after the next …
_HOLD_AFTER_BOOT = 600.0
_LONGEST_HOLD = 86_400.0
_STEPS = 10

Model = tuple[str, str, str]  # OUI, product class, software version


class Pace(msgspec.Struct, frozen=True):
    """How a router is to be read.

    Attributes:
        names_per_call: names in one GetParameterValues at most; 0: as configured.
        next_level_only: nothing is listed whole.
        avoided: patterns of objects that are not listed.
        rests_until: nothing is read of the server's own accord before, Unix seconds.
    """

    names_per_call: int = 0
    next_level_only: bool = False
    avoided: tuple[str, ...] = ()
    rests_until: float = 0.0


AS_CONFIGURED = Pace()
"""Nothing is known. ``Paces`` gives this very object, so that it can be told by identity."""


class Cut(msgspec.Struct, frozen=True):
    """What a session broke off over.

    Attributes:
        names: how many were asked for in one GetParameterValues; 0: it was no such call.
        path: of the object that was being listed; None: it was no such call.
        next_level: whether only its next level was.
    """

    names: int = 0
    path: str | None = None
    next_level: bool = True


def cut_of(said: AcsMessage | None) -> Cut | None:
    """What a session with this call outstanding breaks off over; None: nothing to learn of."""
    if isinstance(said, GetParameterValues):
        return Cut(names=len(said.names))
    if isinstance(said, GetParameterNames):
        return Cut(path=said.path, next_level=said.next_level)
    return None


def model_of(router_id: str, software_version: str) -> Model:
    """What routers must have in common to be read alike."""
    parts = parts_of(router_id)
    return parts[0], parts[1] if len(parts) == _WHOLE else "", software_version


def paced(state: SessionState, pace: Pace, told: int) -> SessionState:
    """The state with a policy as gentle as the pace, and as what the plan says of ``names``."""
    policy = state.policy
    learned = min(filter(None, (pace.names_per_call, told)), default=0)
    quirks = policy.quirks
    if pace.next_level_only and not quirks.next_level_only:
        quirks = msgspec.structs.replace(quirks, next_level_only=True)
    policy = msgspec.structs.replace(
        policy,
        names_per_call=min(policy.names_per_call, learned or policy.names_per_call),
        walk=msgspec.structs.replace(policy.walk, avoided=pace.avoided),
        quirks=quirks,
    )
    return change(state, policy=policy, learned_names=learned)


class _Known(msgspec.Struct):
    """What is known of a model and firmware.

    ``borne`` is the largest number of names that one of them answered, ``suspects`` are objects
    over which one session broke off.
    """

    names_per_call: int = 0
    borne: int = 0
    next_level_only: bool = False
    suspects: frozenset[str] = frozenset()
    avoided: tuple[str, ...] = ()


class Paces:
    """What was learned in this process, bounded. True once there is anything."""

    def __init__(self) -> None:
        self._models: OrderedDict[Model, _Known] = OrderedDict()
        self._rests: OrderedDict[str, tuple[int, float]] = OrderedDict()  # cuts, until

    def __bool__(self) -> bool:
        return bool(self._models or self._rests)

    def of(self, router_id: str, software_version: str) -> Pace:
        """How a router is to be read."""
        known = self._models.get(model_of(router_id, software_version))
        _cuts, until = self._rests.get(router_id, (0, 0.0))
        if known is None and not until:
            return AS_CONFIGURED
        known = known or _Known()
        return Pace(known.names_per_call, known.next_level_only, known.avoided, until)

    def broke_off(
        self, router_id: str, software_version: str, cut: Cut, now: float, *, booted: bool
    ) -> float:
        """A router's session broke off; seconds for which it is left in peace.

        ``booted``: it has restarted since. Then the step is larger and the time longer.
        """
        model = model_of(router_id, software_version)
        known = self._models.setdefault(model, _Known())
        self._models.move_to_end(model)
        if cut.names > known.borne:  # else others of them bore as much: it was not the size
            size = max(1, cut.names // (4 if booted else 2))
            known.names_per_call = min(known.names_per_call or size, size)
        if cut.path is not None:
            _suspect(known, cut.path, next_level=cut.next_level)
        cuts = self._rests.get(router_id, (0, 0.0))[0] + 1
        first = _HOLD_AFTER_BOOT if booted else _HOLD
        hold = min(first * float(4 ** min(cuts - 1, _STEPS)), _LONGEST_HOLD)
        self._rests[router_id] = (cuts, now + hold)
        self._rests.move_to_end(router_id)
        if len(self._models) > _MODELS:
            self._models.popitem(last=False)
        if len(self._rests) > _ROUTERS:
            self._rests.popitem(last=False)
        return hold

    def told(self, router_id: str, software_version: str, names: int) -> None:
        """A plan says what its model bears: as good as learned here."""
        known = self._models.setdefault(model_of(router_id, software_version), _Known())
        known.names_per_call = min(known.names_per_call or names, names)
        if len(self._models) > _MODELS:
            self._models.popitem(last=False)

    def answered(self, state: SessionState, facts: Iterable[Fact]) -> None:
        """A turn went well: ``state`` is that before it, ``facts`` what it told."""
        said = state.said
        if isinstance(said, GetParameterValues):
            known = self._models.get(model_of(state.router_id, state.software_version))
            if known is not None:
                known.borne = max(known.borne, len(said.names))
        if any(isinstance(fact, Sampled | Discovered) for fact in facts) and said is not None:
            self._rests.pop(state.router_id, None)


def _suspect(known: _Known, path: str, *, next_level: bool) -> None:
    """Listing this object ended a session; the second time it is not listed any more."""
    if not next_level:
        known.next_level_only = True
        return
    pattern = pattern_of(path)
    if pattern in known.suspects and pattern not in known.avoided and pattern not in ROOTS:
        known.avoided = (*known.avoided, pattern)[-_AVOIDED:]
    if len(known.suspects) < _AVOIDED:
        known.suspects |= {pattern}
