"""Puts a verdict's reasons into sentences that an operator can say aloud. Decides nothing."""

import numpy as np

from diagnostics.model import HEALTHY, Model, Vector, View
from diagnostics.observations import Finding
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS, Action, Evidence

_CHANGES = 3
_LEAST_LIKELY = 0.01  # findings less likely than this are not worth naming
_TINY = 1e-12

_PHRASES: dict[Action, str] = {
    "none": "there would be nothing to do",
    "reboot": "a reboot would be right",
    "consult_wifi": "advice on Wi-Fi would be right",
    "consult_lan": "advice on the home network would be right",
    "technician": "a technician should come",
    "incident": "it would be an incident",
    "firmware": "new firmware would be right",
    "replace": "the router should be replaced",
    "escalate": "second line should look at it",
}


def evidence_of(
    model: Model,
    findings: list[tuple[str, Finding]],
    prior: Vector,
    leading: int,
    limits: Thresholds,
) -> tuple[Evidence, ...]:
    """The weightiest findings.

    A finding's weight is its log-odds for the leading cause against all others, as likely as they
    were beforehand. Normal findings are shown where they speak against the leading cause; if
    nothing is wrong, one sentence stands for all of them.
    """
    if not findings:
        return ()
    rows = [model.starts[name] + finding.level for name, finding in findings]
    rest = np.exp(prior)
    rest[leading] = 0
    likely = model.likely[rows]
    odds = np.log(likely[:, leading] / np.maximum(likely @ rest / rest.sum(), _TINY))
    weights = (limits.tempering * odds).tolist()
    is_well = model.causes[leading].cause == HEALTHY
    weighed = zip(weights, findings, strict=True)
    chosen = [
        (weight, name, finding)
        for weight, (name, finding) in weighed
        if abs(weight) >= limits.least_shown and (finding.level > 0 or weight < 0)
    ]
    chosen.sort(key=lambda item: -abs(item[0]))
    shown = tuple(
        Evidence(finding.metric, finding.says.format(*finding.figures), round(weight, 3), name)
        for weight, name, finding in chosen[: limits.shown]
    )
    normal = [weight for weight, (_, f) in zip(weights, findings, strict=True) if not f.level]
    if not is_well or not normal:
        return shown
    says = f"{len(normal)} of {len(findings)} checks found nothing unusual."
    return (Evidence("vitals", says, round(sum(normal), 3), "all_clear"), *shown)


def would_change(
    model: Model, view: View, found: list[int | None], posterior: Vector, action: Action
) -> tuple[str, ...]:
    """What further findings would change the action, likeliest first.

    Tries each level of each symptom in place of what was found, or in addition if the symptom was
    not seen.

    Args:
        model: the tables.
        view: the symptoms that the router can show.
        found: for each of these symptoms its row in the model; None if it was not seen.
        posterior: of the causes.
        action: what the verdict says.
    """
    unseen = len(model.factors) - 1
    now = np.array([unseen if row is None else row for row in found], dtype=np.intp)[view.symptoms]
    odds = posterior * view.factors / model.factors[now]
    best = np.argmin(odds @ model.costs, axis=1)
    chances = view.likely @ posterior
    is_news = (best != ACTIONS.index(action)) & (now != view.rows) & (chances >= _LEAST_LIKELY)
    # that something not looked at is normal is no news
    is_news &= view.open & ((now != unseen) | ~view.normal)
    chances *= is_news
    sentences: list[str] = []
    seen: set[str] = set()
    for place in np.argsort(-chances, kind="stable")[: 2 * _CHANGES].tolist():
        row = int(view.rows[place])
        symptom = model.symptoms[row]
        if chances[place] > 0 and symptom not in seen and len(sentences) < _CHANGES:
            seen.add(symptom)
            sentences.append(f"If {model.says[row]}, {_PHRASES[ACTIONS[int(best[place])]]}.")
    return tuple(sentences)
