"""The diagnosis: symptoms give evidence, evidence gives causes, causes and costs give the action.

Additive log-odds per symptom, a posterior over the fault classes, the action of least expected
cost. Which symptom speaks for what is data (``likelihoods.toml``); what a symptom is, is in
``symptoms``.
"""

import math

import numpy as np

from diagnostics.context import Context
from diagnostics.history import History
from diagnostics.model import Model, Vector, merged
from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms import applicable
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS, Action, CauseProbability, Verdict
from diagnostics.wording import evidence_of, would_change

_KEPT_CAUSES = 5
_DIGITS = 6
_MINUTE = 60.0
_REBOOT = ACTIONS.index("reboot")
_MOST_LEAK = 2.0
_MODELS = 8

_CURED = ("F01", "F02", "F03", "F04", "F16", "F20")
"""Causes that a reboot cures, so that a fresh restart makes them unlikely."""

_HELD: tuple[Action, ...] = ("none", "incident", "replace")
"""Actions that a fresh restart does not forbid: the readings that settle are not their reason."""

_UNCUT: tuple[Action, ...] = tuple(action for action in ACTIONS if action != "reboot")
"""Actions that do not cut the subscriber off."""

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
    found: list[int | None] = []
    for symptom in symptoms:
        finding = symptom.look(see)
        if finding is None:
            found.append(None)
        else:
            findings.append((symptom.name, finding))
            found.append(model.starts[symptom.name] + finding.level)
    rows = [row for row in found if row is not None]
    prior = _prior(model, see)
    posterior = _normalised(prior + model.logs[rows].sum(axis=0))
    chances: list[float] = (posterior @ model.rights).tolist()
    action = _chosen(posterior @ model.costs, chances[_REBOOT], see)
    order: list[int] = np.argsort(-posterior, kind="stable")[:_KEPT_CAUSES].tolist()
    return Verdict(
        action=action,
        confidence=round(chances[ACTIONS.index(action)], _DIGITS),
        probabilities={a: round(p, _DIGITS) for a, p in zip(ACTIONS, chances, strict=True)},
        causes=tuple(
            CauseProbability(model.causes[column].cause, round(float(posterior[column]), _DIGITS))
            for column in order
        ),
        evidence=evidence_of(model, findings, prior, order[0], thresholds),
        would_change=_held(see)
        or would_change(
            model, model.view(tuple(s.name for s in symptoms)), found, posterior, action
        ),
        judged_at=now,
    )


def _prior(model: Model, see: Observations) -> Vector:
    limits = see.limits
    prior = model.log_prior(see.access, None if see.is_calling else limits.healthy)
    if see.uptime is None:
        return prior
    prior = prior.copy()
    factor = min(_MOST_LEAK, max(limits.least_leak, see.uptime / DAY / limits.leak_days))
    prior[model.index["F01"]] += math.log(factor)
    if see.uptime < limits.fresh:
        for cause in _CURED:
            prior[model.index[cause]] += math.log(limits.fresh_factor)
    return prior


def _normalised(scores: Vector) -> Vector:
    odds = np.exp(scores - scores.max())
    return odds / odds.sum()  # type: ignore[no-any-return] # numpy's division is typed as Any


def _chosen(costs: Vector, reboot: float, see: Observations) -> Action:
    order: list[int] = np.argsort(costs, kind="stable").tolist()
    allowed: tuple[Action, ...] = ACTIONS
    if see.is_settling and not see.is_calling:
        allowed = _HELD
    elif see.is_settling or reboot < see.limits.least_reboot:
        allowed = _UNCUT
    return next(ACTIONS[column] for column in order if ACTIONS[column] in allowed)


def _held(see: Observations) -> tuple[str, ...]:
    if not see.is_settling or see.is_calling or see.uptime is None:
        return ()
    ago, hold = see.uptime / _MINUTE, see.limits.hold / _MINUTE
    says = f"It restarted {ago:.0f} minutes ago: readings are judged {hold:.0f} minutes after that."
    return (says,)
