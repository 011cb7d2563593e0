"""What the diagnosis says of one router: an action, how sure, and why. Plain values only."""

from typing import Literal, get_args

import msgspec

Action = Literal[
    "none",
    "reboot",
    "consult_wifi",
    "consult_lan",
    "technician",
    "incident",
    "firmware",
    "replace",
    "escalate",
]
ACTIONS: tuple[Action, ...] = get_args(Action)


class Evidence(msgspec.Struct, frozen=True):
    """One finding that speaks for or against the action.

    Attributes:
        metric: catalogue name of the vital it rests on (or ``boots``, ``segment``, ``contacts``).
        says: an English sentence with its figures that an operator can say aloud.
        weight: log-odds in favour of the leading cause; negative speaks against.
        symptom: name of the symptom that made it, one per file in ``diagnostics.symptoms``.
        value: the newest reading in the catalogue's unit, of a counter its growth per hour over a
            day (or three hours, if that is faster); None where there is no figure.
        usual: the router's own median of two weeks; None without a day of them.
        spread: 1.4826 times the median absolute deviation from it: a robust standard deviation.
    """

    metric: str
    says: str
    weight: float
    symptom: str
    value: float | None = None
    usual: float | None = None
    spread: float | None = None


class CauseProbability(msgspec.Struct, frozen=True):
    """Posterior probability of one fault class; ``cause`` is its id, ``F01`` … ``F22``."""

    cause: str
    p: float


class Verdict(msgspec.Struct, frozen=True):
    """The right action for one router at one moment, with its reasons.

    Attributes:
        action: the action of least expected cost.
        confidence: posterior probability that the action is right, 0 to 1.
        probabilities: action to probability that it is the right one; sums to 1.
        causes: fault classes, likeliest first.
        evidence: findings, weightiest first.
        would_change: sentences: what further finding would change the action.
        judged_at: Unix seconds UTC.
        wants_fresh: the readings are old, and new ones are worth more than asking for them costs:
            they should be asked for before the action is taken.
        suits: probability that the action is right or nearly as good (its causes' acceptable
            ones): how sure to sound. Advice may suit that is hardly ever the one right thing.
    """

    action: Action
    confidence: float
    probabilities: dict[str, float]
    causes: tuple[CauseProbability, ...]
    evidence: tuple[Evidence, ...]
    would_change: tuple[str, ...]
    judged_at: float
    wants_fresh: bool = False
    suits: float | None = None
