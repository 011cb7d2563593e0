"""What one verdict costs in a sweep over a fleet: CPU time of reading a stored window and judging.

Folding samples into windows happens as they come in, and is measured by itself.
"""

import time
from collections.abc import Iterable
from itertools import islice

import msgspec

from diagnostics.cases import Case
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.thresholds import Thresholds

_ROUNDS = 3


class Speed(msgspec.Struct, frozen=True):
    """CPU µs.

    Attributes:
        verdict: of one verdict from a stored window, the best of three sweeps.
        sample: of folding one sample into the window.
        windows: how many windows were swept.
    """

    verdict: float
    sample: float
    windows: int


def measure(cases: Iterable[Case], thresholds: Thresholds, most: int = 200) -> Speed:
    """Sweep the windows of up to ``most`` cases."""
    swept, spent, samples = [], 0.0, 0
    for case in islice(cases, most):
        began = time.process_time()
        history = case.history()
        spent += time.process_time() - began
        samples += len(case.samples)
        stored = (history.encode_recent(), history.encode_past())
        swept.append((stored, case.context(), case.now))
    rounds = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for (recent, past), context, now in swept:
            diagnose(History.decode(recent, past), context, thresholds, now)
        rounds.append(time.process_time() - began)
    return Speed(
        verdict=1e6 * min(rounds) / max(1, len(swept)),
        sample=1e6 * spent / max(1, samples),
        windows=len(swept),
    )
