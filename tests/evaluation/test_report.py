"""A report on made-up choices, against sums done by hand; and its page."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from acs.evaluation.bars import Bar, bars
from acs.evaluation.costs import cost_table
from acs.evaluation.features import feature_names
from acs.evaluation.incidents import Detection
from acs.evaluation.judging import Judged
from acs.evaluation.page import page
from acs.evaluation.report import Report, baselines, report
from acs.evaluation.speed import Speed
from diagnostics.cases import Label
from diagnostics.verdict import ACTIONS, Action

RIGHTS: tuple[Action, ...] = ("reboot", "reboot", "incident", "none")
CHOSEN: tuple[Action, ...] = ("reboot", "technician", "incident", "none")


def indices(actions: tuple[Action, ...]) -> "np.ndarray[tuple[int, ...], np.dtype[np.intp]]":
    return np.array([ACTIONS.index(each) for each in actions], dtype=np.intp)


@pytest.fixture
def judged() -> Judged:
    labels = [Label(f"c{n}", "F01", right) for n, right in enumerate(RIGHTS)]
    chosen = indices(CHOSEN)
    return Judged(
        labels=labels,
        access=np.array(["FTTB", "FTTB", "GPON", "GPON"]),
        features=np.full((4, len(feature_names())), np.nan),
        costs=cost_table(labels),
        right=indices(RIGHTS),
        chosen=chosen,
        confidence=np.array([0.9, 0.8, 0.9, 0.9]),
        probabilities=np.eye(len(ACTIONS))[chosen],
        ablated={"without uptime": indices(("none", *CHOSEN[1:]))},
        asked=(1, 1, 0),
        cpu=0.04,
        samples=400,
    )


@pytest.fixture
def whole(judged: Judged) -> Report:
    choices = baselines(["always reboot", "never"], None, judged)
    return report(judged, choices, None, np.random.default_rng(0))


def test_costs_stand_between_always_reboot_and_the_oracle(whole: Report) -> None:
    costs = {policy.name: policy.cost.mean for policy in whole.policies}
    assert costs["diagnosis"] == pytest.approx((4 + 124 + 2 + 0) / 4)
    assert costs["always reboot"] == pytest.approx((4 + 4 + 156 + 4) / 4)
    assert costs["never"] == pytest.approx((24 + 24 + 152 + 0) / 4)
    assert costs["oracle"] == pytest.approx((4 + 4 + 2 + 0) / 4)
    closed = {policy.name: policy.closed for policy in whole.policies}
    assert closed["diagnosis"] == pytest.approx((168 - 130) / (168 - 10))
    assert (closed["always reboot"], closed["oracle"]) == (0, 1)


def test_differences_are_paired(whole: Report) -> None:
    never = whole.policy("never")
    assert never is not None
    assert never.difference.mean == pytest.approx((20 - 100 + 150 + 0) / 4)
    assert never.difference.low <= never.difference.mean <= never.difference.high
    assert whole.policy("diagnosis").difference == (0, 0, 0)  # type: ignore[union-attr]
    assert whole.policy("unheard of") is None


def test_visits_and_actions(whole: Report) -> None:
    assert (whole.visits, whole.unneeded) == (1, 1)
    assert whole.actions["reboot"][:2] == (1, 2)
    assert whole.actions["reboot"].precision == 1
    assert whole.actions["reboot"].recall == 0.5
    assert sum(map(sum, whole.confusion)) == whole.cases == 4
    assert whole.ece == pytest.approx((0.8 + 3 * 0.1) / 4)


def test_groups_and_ablations(whole: Report) -> None:
    assert [(group.name, group.cases, group.correct) for group in whole.access] == [
        ("FTTB", 2, 0.5),
        ("GPON", 2, 1.0),
    ]
    assert whole.ablations["without uptime"].mean == pytest.approx(20 / 4)
    assert whole.case_us == pytest.approx(10_000)
    assert whole.sample_us == pytest.approx(100)


def kept(found: list[Bar], start: str) -> bool | None:
    return next(bar.kept for bar in found if bar.measure.startswith(start))


def test_bars_are_kept_or_missed(whole: Report) -> None:
    good = Detection(
        incidents=9, median=4.0, late=9.0, missed=0.0, by_diagnosis=5.0, imagined=0.5, routers=9
    )
    found = bars({"in": whole, "hard": whole}, good, Speed(verdict=301, sample=9, windows=9))
    assert kept(found, "share of the gap closed, in") is False
    assert kept(found, "share of the gap closed, hard") is None
    assert kept(found, "unneeded technician visits") is False
    assert kept(found, "guard violations") is True
    assert kept(found, "incident: time to detect") is True
    assert kept(found, "incident: false ones") is True
    assert kept(found, "CPU of one verdict") is False
    late = bars({}, Detection(9, None, None, 0.9, None, 2.0, 9), None)
    assert [bar.kept for bar in late] == [True, False, False]


def test_unseen_models_have_bars_of_their_own(whole: Report) -> None:
    found = bars({"unseen": whole}, None, None)
    assert kept(found, "share of the gap closed, unseen") is False
    assert kept(found, "reboot precision, unseen") is True
    assert kept(found, "reboot recall, unseen") is False


def test_the_page_is_whole_and_sound(whole: Report) -> None:
    text = page({"<in>": whole}, conditions="Made up & small.")
    assert "Made up &amp; small." in text
    assert "&lt;in&gt;" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", ""), "nothing is loaded from elsewhere"
    drawings = text.split("<svg")[1:]
    assert len(drawings) == 4
    for drawing in drawings:
        ET.fromstring("<svg" + drawing.partition("</svg>")[0] + "</svg>")  # noqa: S314 - our own
