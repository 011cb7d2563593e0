"""The sets of cases: which models, how hard, how well observed, and in which world."""

from typing import Literal, NamedTuple, get_args

from acs.simulator.cases.models import SEEN, UNSEEN, RouterModel

SetName = Literal["train", "in", "unseen", "hard", "perturbed"]
SET_NAMES: tuple[SetName, ...] = get_args(SetName)

_DAY = 86_400.0
_BEGIN = 1_767_225_600.0  # 2026-01-01T00:00:00Z


class Scenario(NamedTuple):
    """One set.

    Attributes:
        number: part of every case's seed, so that no two sets share a case.
        models: the products in it.
        begin: first moment of a call, Unix seconds UTC.
        days: over which the calls are spread.
        severity: parameters of the beta distribution of severities (0 barely noticed, 1 plain).
        twins: share of cases that wear a confounder's clothes.
        trouble: factor on how often observation goes wrong.
        spread: logarithmic spread of every figure of the world (see ``Parameters``).
    """

    number: int
    models: tuple[RouterModel, ...]
    begin: float
    days: float
    severity: tuple[float, float] = (2.2, 1.6)
    twins: float = 0.25
    trouble: float = 1.0
    spread: float = 0.0


_SPRING, _AUTUMN = _BEGIN + 14 * _DAY, _BEGIN + 200 * _DAY

SCENARIOS: dict[SetName, Scenario] = {
    "train": Scenario(1, SEEN, _SPRING, 180.0),
    "in": Scenario(2, SEEN, _AUTUMN, 150.0),
    "unseen": Scenario(3, UNSEEN, _AUTUMN, 150.0),
    "hard": Scenario(4, SEEN + UNSEEN, _AUTUMN, 150.0, (1.3, 2.4), twins=0.5, trouble=2.5),
    "perturbed": Scenario(5, SEEN + UNSEEN, _AUTUMN, 150.0, spread=0.45, trouble=1.5),
}
