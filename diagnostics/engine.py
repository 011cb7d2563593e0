"""The diagnosis: symptoms give evidence, evidence gives causes, causes and costs give the action.

Additive log-odds per symptom, a posterior over the fault classes, the action of least expected
cost. Which symptom speaks for what is data (``likelihoods.toml``); what a symptom is, is in
``symptoms``; how findings are weighed is in ``weighing``.
"""

import math

from diagnostics.context import Context
from diagnostics.history import History
from diagnostics.model import Model, merged
from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms import applicable, names
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import Verdict
from diagnostics.weighing import UNSEEN, Standing, weigh
from diagnostics.wording import HELD, STALE, spoken, worded

_MINUTE = 60.0
_MOST_LEAK = 2.0
_EIGHTHS = 8
_MODELS = 8

_models: dict[int, tuple[Thresholds, Model]] = {}


def model_of(thresholds: Thresholds) -> Model:
    """The compiled tables of these thresholds; kept, because compiling costs milliseconds."""
    kept = _models.get(id(thresholds))
    if kept is None or kept[0] is not thresholds:
        if len(_models) >= _MODELS:
            _models.clear()
        tables = merged(thresholds.priors, thresholds.costs, thresholds.likelihoods)
        kept = _models[id(thresholds)] = (
            thresholds,
            Model(tables, thresholds.tempering, thresholds.excess),
        )
    return kept[1]


def diagnose(history: History, context: Context, thresholds: Thresholds, now: float) -> Verdict:
    """The verdict on one router at ``now`` (Unix seconds UTC).

    A contact that began within ``thresholds.contact`` counts as a call going on: then the shares
    of calls are the priors, else most routers are healthy. For ``thresholds.hold`` after a
    restart the verdict rests on the window before it, a reboot is no choice, and without a call
    nothing is but what the restart itself shows.

    Raises:
        CorruptWindow: the stored window is damaged.
    """
    model = model_of(thresholds)
    see = Observations(history, context, thresholds, now)
    symptoms = applicable(history.metrics)
    findings: list[tuple[str, Finding]] = []
    found: list[int] = []
    for symptom in symptoms:
        finding = symptom.look(see)
        if finding is None:
            found.append(UNSEEN)
        else:
            findings.append((symptom.name, finding))
            found.append(model.starts[symptom.name] + finding.level)
    standing = Standing(
        access=see.access,
        is_calling=see.is_calling,
        is_settling=see.is_settling,
        leak=_leak(see),
        since_cure=_since_cure(see),
        in_vain=see.in_vain(),
    )
    weighed = weigh(model, thresholds, standing, names(history.metrics), tuple(found))
    age = _age(see)
    wants_fresh = age >= thresholds.fresh_age and weighed.doubt >= thresholds.fresh_worth
    changes = _held(see) or weighed.would_change
    return Verdict(
        action=weighed.action,
        confidence=weighed.confidence,
        probabilities=weighed.probabilities,
        causes=weighed.causes,
        evidence=worded(see, findings, weighed),
        would_change=(*_stale(age), *changes) if wants_fresh else changes,
        judged_at=now,
        wants_fresh=wants_fresh,
        suits=weighed.suits,
    )


def _leak(see: Observations) -> float | None:
    """How much likelier a leak is at this uptime, in eighths; None when the uptime is unknown."""
    if see.uptime is None:
        return None
    factor = see.uptime / DAY / see.limits.leak_days
    return min(_MOST_LEAK, max(see.limits.least_leak, round(factor * _EIGHTHS) / _EIGHTHS))


def _since_cure(see: Observations) -> float:
    """How likely what the last restart cured is back, in eighths."""
    if see.uptime is None:
        return 1.0
    factor = 1 - math.exp(-see.uptime / see.limits.fresh)
    return max(see.limits.fresh_factor, math.ceil(factor * _EIGHTHS) / _EIGHTHS)


def _held(see: Observations) -> tuple[str, ...]:
    if not see.is_settling or see.is_calling or see.uptime is None:
        return ()
    return (spoken(HELD, see.uptime / _MINUTE, see.limits.hold / _MINUTE),)


def _age(see: Observations) -> float:
    """Age of the newest readings, seconds."""
    return see.now - see.last_at if see.last_at is not None else math.inf


def _stale(age: float) -> tuple[str, ...]:
    return (spoken(STALE, age / _MINUTE),) if math.isfinite(age) else ()
