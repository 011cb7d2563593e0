"""What the fleet has shown about a firmware, as a symptom of its routers."""

import pytest

from diagnostics.context import Cohort, Context, FirmwareFinding, FirmwareMeasure
from diagnostics.history import History
from diagnostics.languages import said
from diagnostics.observations import Finding, Observations
from diagnostics.sample import Sample
from diagnostics.symptoms import course
from diagnostics.thresholds import Thresholds
from tests.diagnostics.conftest import DAY, NOW, healthy


def look(measure: FirmwareMeasure, hit: int, better_hit: int) -> Finding:
    finding = FirmwareFinding(measure, hit, 100, "1.0", better_hit, 100)
    context = Context(cohort=Cohort(finding=finding))
    history = History.from_samples([Sample(NOW - 60, healthy(NOW - 60, NOW - DAY))])
    (symptom,) = (each for each in course.SYMPTOMS if each.name == "firmware")
    found = symptom.look(Observations(history, context, Thresholds(), NOW))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("relapse_1d", "relapsed within a day of a reboot"),
        ("relapse_7d", "relapsed within a week of a reboot"),
        ("ill", "have trouble"),
    ],
)
def test_a_finding_is_said_with_its_figures(measure: FirmwareMeasure, words: str) -> None:
    found = look(measure, 40, 5)
    sentence = found.says.format(*found.figures)
    assert sentence == (
        f"40 of 100 routers with this firmware {words}, against 5 of 100 with firmware 1.0."
    )
    assert "прошивкой 1.0" in said(sentence, "ru")


def test_a_slight_difference_in_trouble_weighs_less() -> None:
    slight, relapses, bad = look("ill", 9, 5), look("relapse_1d", 9, 5), look("ill", 40, 5)
    assert slight.level < relapses.level == bad.level
