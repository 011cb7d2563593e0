"""What a symptom is. The symptoms themselves are in the files beside this one."""

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from diagnostics.observations import Finding, Observations


class Symptom(NamedTuple):
    """One thing to look for.

    Attributes:
        name: of its table in ``likelihoods.toml``.
        needs: metrics, at least one of which the router must offer; none for a symptom that
            rests on the context.
        look: returns what it found, normal or not; None when there is nothing to look at.
    """

    name: str
    needs: tuple[str, ...]
    look: Callable[[Observations], Finding | None]


def above(value: float, *limits: float) -> int:
    """How many of the ascending limits the value reaches."""
    return bisect_right(limits, value)
