"""From findings to an action: prior, additive log-odds, posterior, expected costs.

Depends on which levels were found and on a few facts of the moment, never on the figures behind
them; most routers of a fleet find the same, so results are kept.
"""

import math
from typing import NamedTuple

import numpy as np

from diagnostics.model import HEALTHY, Model, Vector
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS, Action, CauseProbability
from diagnostics.wording import would_change

UNSEEN = -1
"""In place of a symptom's row: there was nothing to look at."""

_KEPT = 2048  # results
_KEPT_CAUSES = 5
_TINY = 1e-12
_UNSURE = 0.2
_REBOOT = ACTIONS.index("reboot")

_CURED = ("F01", "F02", "F03", "F04", "F16", "F20")
"""Causes that a reboot cures, so that a fresh restart makes them unlikely."""

_HELD: tuple[Action, ...] = ("none", "incident", "replace")
"""Actions that a fresh restart does not forbid: the readings that settle are not their reason."""

_UNCUT: tuple[Action, ...] = tuple(action for action in ACTIONS if action != "reboot")
"""Actions that do not cut the subscriber off."""


class Standing(NamedTuple):
    """What the weighing depends on beside the findings.

    Attributes:
        access: the access technology, None unknown.
        is_calling: a contact is going on.
        is_settling: the restart is too fresh for its readings.
        leak: factor on the probability of a leak, None if the uptime is unknown.
        in_vain: actions that were tried lately and did not help.
        since_cure: how likely a fault that a reboot cures came back since the restart.
    """

    access: str | None
    is_calling: bool
    is_settling: bool
    leak: float | None
    since_cure: float
    in_vain: tuple[Action, ...] = ()


class Weighed(NamedTuple):
    """The result.

    Attributes:
        shown: weight and place among the findings of each that is worth showing.
        normal: weight of all normal findings together, if one sentence is to stand for them.
        doubt: what knowing the cause would save, in the unit of the costs.
    """

    action: Action
    confidence: float
    suits: float
    probabilities: dict[str, float]
    causes: tuple[CauseProbability, ...]
    shown: tuple[tuple[float, int], ...]
    normal: float | None
    would_change: tuple[str, ...]
    doubt: float


def weigh(
    model: Model,
    limits: Thresholds,
    standing: Standing,
    symptoms: tuple[str, ...],
    found: tuple[int, ...],
) -> Weighed:
    """Weigh what was found.

    Args:
        model: the tables, compiled for ``limits``; it keeps the results.
        limits: the thresholds.
        standing: facts of the moment.
        symptoms: names of those that the router can show.
        found: for each of them its row in the model, or ``UNSEEN``.
    """
    key = (standing, symptoms, found)
    kept = model.weighed.get(key)
    if kept is None:
        if len(model.weighed) >= _KEPT:
            model.weighed.clear()
        kept = model.weighed[key] = _weigh(model, limits, standing, symptoms, found)
    assert isinstance(kept, Weighed)
    return kept


def _weigh(
    model: Model,
    limits: Thresholds,
    standing: Standing,
    symptoms: tuple[str, ...],
    found: tuple[int, ...],
) -> Weighed:
    rows = [row for row in found if row != UNSEEN]
    prior = _prior(model, limits, standing)
    posterior = _normalised(prior + np.add.reduce(model.logs.take(rows, axis=0)))
    chances: list[float] = (posterior @ model.rights).tolist()
    costs = model.costs + _again(limits, standing)
    expected: list[float] = (posterior @ costs).tolist()
    action = _chosen(expected, chances, limits, standing)
    shares: list[float] = posterior.tolist()
    order = sorted(range(len(shares)), key=shares.__getitem__, reverse=True)
    # The evidence is for what is to be done: its likeliest cause. Where an action is chosen
    # because nothing is sure, it is for the likeliest cause of all.
    leading = next((c for c in order if model.causes[c].right == action), order[0])
    if shares[leading] < _UNSURE * shares[order[0]]:
        leading = order[0]
    shown, normal = _shown(model, limits, prior, leading, rows)
    view = model.view(symptoms)
    return Weighed(
        action=action,
        confidence=chances[ACTIONS.index(action)],
        suits=min(1.0, float(posterior @ model.suits[:, ACTIONS.index(action)])),
        probabilities=dict(zip(ACTIONS, chances, strict=True)),
        causes=tuple(
            CauseProbability(model.causes[column].cause, shares[column])
            for column in order[:_KEPT_CAUSES]
        ),
        shown=shown,
        normal=normal,
        would_change=would_change(model, view, found, posterior, costs, action=action),
        doubt=expected[ACTIONS.index(action)] - float(posterior @ costs.min(axis=1)),
    )


def _again(limits: Thresholds, standing: Standing) -> Vector:
    """What each action costs more because it was tried in vain: the contact that follows."""
    again = limits.course.repeated
    return np.array([again if action in standing.in_vain else 0.0 for action in ACTIONS])


def _prior(model: Model, limits: Thresholds, standing: Standing) -> Vector:
    prior = model.log_prior(standing.access, None if standing.is_calling else limits.healthy)
    if standing.leak is None:
        return prior
    prior = prior.copy()
    prior[model.index["F01"]] += math.log(standing.leak)
    for cause in _CURED:
        prior[model.index[cause]] += math.log(standing.since_cure)
    return prior


def _normalised(scores: Vector) -> Vector:
    odds = np.exp(scores - scores.max())
    return odds / odds.sum()  # type: ignore[no-any-return] # numpy's division is typed as Any


def _chosen(
    costs: list[float], chances: list[float], limits: Thresholds, standing: Standing
) -> Action:
    """The action of least expected cost; of those nearly as cheap the likeliest to be right.

    One that is clearly right is hardly ever hedged: nobody would understand it.
    """
    allowed: tuple[Action, ...] = ACTIONS
    if standing.is_settling and not standing.is_calling:
        allowed = _HELD
    elif standing.is_settling or chances[_REBOOT] < limits.least_reboot:
        allowed = _UNCUT
    columns = [column for column, action in enumerate(ACTIONS) if action in allowed]
    likeliest = max(columns, key=chances.__getitem__)
    margin = limits.nearly if chances[likeliest] < limits.clear else limits.hedge
    most = min(costs[column] for column in columns) + margin
    near = [column for column in columns if costs[column] <= most]
    return ACTIONS[max(near, key=chances.__getitem__)]


def _shown(
    model: Model, limits: Thresholds, prior: Vector, leading: int, rows: list[int]
) -> tuple[tuple[tuple[float, int], ...], float | None]:
    """The weightiest findings, and the weight of the normal ones where nothing is wrong.

    A finding's weight is its log-odds for the leading cause against all others, as likely as they
    were beforehand. Normal findings are shown where they speak against the leading cause.
    """
    if not rows:
        return (), None
    rest = np.exp(prior)
    rest[leading] = 0
    likely = model.likely.take(rows, axis=0)
    odds = np.log(likely[:, leading] / np.maximum(likely @ rest / rest.sum(), _TINY))
    weights: list[float] = (limits.tempering * odds).tolist()
    is_normal = [row in model.normal for row in rows]
    chosen = [
        (weight, place)
        for place, weight in enumerate(weights)
        if abs(weight) >= limits.least_shown and (not is_normal[place] or weight < 0)
    ]
    chosen.sort(key=lambda item: -abs(item[0]))
    shown = tuple((round(weight, 3), place) for weight, place in chosen[: limits.shown])
    if model.causes[leading].cause != HEALTHY or not any(is_normal):
        return shown, None
    return shown, round(sum(w for w, well in zip(weights, is_normal, strict=True) if well), 3)
