"""One symptom of one router, looked at."""

from collections.abc import Callable
from typing import Any

import pytest

from diagnostics.context import Contact, Context
from diagnostics.history import History
from diagnostics.model import shipped
from diagnostics.observations import Observations
from diagnostics.sample import Sample, Value
from diagnostics.symptoms import SYMPTOMS
from diagnostics.thresholds import Thresholds

HOUR, NOW = 3600.0, 1_790_000_000.0  # 14:13 UTC
Look = Callable[..., str | None]


def _look(
    name: str,
    now: dict[str, Value],
    before: dict[str, Value] | None = None,
    *,
    hours: int = 6,
    each: Callable[[float, dict[str, Value]], None] | None = None,
    calling: bool = False,
    **context: Any,
) -> str | None:
    """The level of a symptom, by its name; None when there is nothing to look at.

    Hourly samples of 14 days read ``before``, those of the last ``hours`` read ``now``; ``each``
    alters the vitals of a sample, given its age in seconds.
    """
    samples = []
    for age in range(14 * 24, -1, -1):
        vitals: dict[str, Value] = {"sys.uptime": 30 * 24 * HOUR - age * HOUR}
        vitals.update(now if age < hours or before is None else before)
        if each is not None:
            each(age * HOUR, vitals)
        samples.append(Sample(at=NOW - 60 - age * HOUR, values=vitals))
    contacts = (*context.pop("contacts", ()), *([Contact(NOW - 30, "phone")] if calling else []))
    told = Context(contacts=contacts, **context)
    (symptom,) = (symptom for symptom in SYMPTOMS if symptom.name == name)
    see = Observations(History.from_samples(samples), told, Thresholds(), NOW)
    finding = symptom.look(see)
    if finding is None:
        return None
    assert finding.says.format(*finding.figures).endswith(".")
    return shipped().symptoms[name].levels[finding.level]


@pytest.fixture
def look() -> Look:
    return _look
