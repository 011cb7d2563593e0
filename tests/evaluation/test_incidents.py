"""Incidents are found as soon as enough routers are silent, and ordinary days are quiet."""

import msgspec
import numpy as np
import pytest

from acs.actions.incident_settings import IncidentSettings
from acs.evaluation.incidents import Detection, Fleet, detect
from diagnostics.thresholds import Thresholds


def found(fleet: Fleet, **counts: int) -> Detection:
    rng = np.random.default_rng(2)
    return detect(fleet, IncidentSettings(), Thresholds(), rng, **counts)


def test_an_incident_is_known_within_ten_minutes() -> None:
    often = found(Fleet(inform=300), incidents=40, segments=0)
    assert often.median is not None
    assert often.median <= 5
    hourly = found(Fleet(), incidents=40, segments=0)
    assert hourly.median is not None
    assert hourly.median <= 10
    assert hourly.missed <= 0.15


def test_routers_that_cannot_be_asked_make_it_slower() -> None:
    mute = found(Fleet(reachable=0.0), incidents=40, segments=0)
    asked = found(Fleet(), incidents=40, segments=0)
    assert mute.median is not None
    assert asked.median is not None
    assert mute.median > asked.median + 2


def test_wrong_topology_hides_none() -> None:
    right = found(Fleet(inform=300, misplaced=0.0), incidents=40, segments=0)
    wrong = found(Fleet(inform=300, misplaced=0.05), incidents=40, segments=0)
    assert wrong.missed <= right.missed + 0.05


def test_ordinary_weeks_are_quiet() -> None:
    quiet = found(Fleet(), incidents=1, segments=120)
    assert quiet.imagined == 0
    assert quiet.routers > 3000


def test_a_low_limit_imagines_incidents() -> None:
    eager = msgspec.structs.replace(IncidentSettings(), odds=3.0, suspicion=2.0)
    rng = np.random.default_rng(2)
    wild = detect(Fleet(), eager, Thresholds(), rng, incidents=1, segments=40)
    assert wild.imagined > 0


def test_a_limit_that_nothing_reaches_misses_all() -> None:
    deaf = msgspec.structs.replace(IncidentSettings(), odds=1e6)
    rng = np.random.default_rng(2)
    detection = detect(Fleet(), deaf, Thresholds(), rng, incidents=5, segments=0)
    assert detection.median is None
    assert detection.missed == pytest.approx(1)
