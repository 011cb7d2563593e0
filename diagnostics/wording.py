"""Puts a verdict's reasons into sentences that an operator can say aloud. Decides nothing."""

import re
from typing import Protocol

import numpy as np

from diagnostics.model import Model, Vector, View
from diagnostics.observations import Finding
from diagnostics.verdict import ACTIONS, Action, Evidence

ALL_CLEAR = "{} of {} checks found nothing unusual."
NOTHING_SHOWN = (
    "{} of {} checks found nothing unusual: this rests on what such calls are mostly about."
)
HELD = "It restarted {:.0f} minutes ago: readings are judged {:.0f} minutes after that."
STALE = "The newest readings are {:.0f} minutes old: fresh ones may change this."
_CHANGES = 3
_LEAST_LIKELY = 0.01  # findings less likely than this are not worth naming


PLURALS = (
    "broadcasts|codewords|connections|days|errors|frames|minutes|neighbours|processes|seconds|times"
)
"""Nouns after figures."""

_ONE = re.compile(rf"(?<![\d.,])1 ({PLURALS})\b")


class Weights(Protocol):
    """The part of a weighing that sentences are made of."""

    @property
    def shown(self) -> tuple[tuple[float, int], ...]:
        """Weight and place among the findings."""

    @property
    def normal(self) -> float | None:
        """Weight of all normal findings together, if one sentence is to stand for them."""


class Measured(Protocol):
    """The part of the observations that evidence shows as figures."""

    def measured(self, metric: str) -> tuple[float | None, float | None, float | None]:
        """Value, usual and spread of a metric; see ``Evidence``."""


PHRASES: dict[Action, str] = {
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
"""What would be right, after "if ..."."""


def spoken(says: str, *figures: object) -> str:
    """A sentence with its figures; one of anything in the singular."""
    text = says.format(*figures)
    return _ONE.sub(_singular, text) if "1 " in text else text


def _singular(found: re.Match[str]) -> str:
    noun = found[1]
    return "1 " + (noun.removesuffix("es") if noun == "processes" else noun.removesuffix("s"))


def worded(
    see: Measured, findings: list[tuple[str, Finding]], weighed: Weights
) -> tuple[Evidence, ...]:
    """The findings worth showing as sentences; one stands for all normal ones of a well router."""
    shown = tuple(
        Evidence(
            finding.metric,
            spoken(finding.says, *finding.figures),
            weight,
            name,
            *see.measured(finding.metric),
        )
        for weight, (name, finding) in ((w, findings[place]) for w, place in weighed.shown)
    )
    normal = sum(not finding.level for _, finding in findings)
    if weighed.normal is None:
        if shown or not findings:
            return shown
        says = spoken(NOTHING_SHOWN, normal, len(findings))
        return (Evidence("vitals", says, 0.0, "nothing_shown"),)
    says = ALL_CLEAR.format(normal, len(findings))
    return (Evidence("vitals", says, weighed.normal, "all_clear"), *shown)


def would_change(
    model: Model,
    view: View,
    found: tuple[int, ...],
    posterior: Vector,
    costs: Vector,
    *,
    action: Action,
) -> tuple[str, ...]:
    """What further findings would change the action, likeliest first.

    Tries each level of each symptom in place of what was found, or in addition if the symptom was
    not seen.

    Args:
        model: the tables.
        view: the symptoms that the router can show.
        found: for each of these symptoms its row in the model; negative if it was not seen.
        posterior: of the causes.
        costs: expected, by cause and action.
        action: what the verdict says.
    """
    unseen = len(model.factors) - 1
    now = np.array([unseen if row < 0 else row for row in found]).take(view.symptoms)
    odds = view.factors * (posterior / model.factors).take(now, axis=0)
    best = np.argmin(odds @ costs, axis=1)
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
            sentences.append(f"If {model.says[row]}, {PHRASES[ACTIONS[int(best[place])]]}.")
    return tuple(sentences)
