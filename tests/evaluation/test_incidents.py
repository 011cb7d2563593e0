"""Incidents are found as soon as enough routers are silent, and ordinary days are quiet."""

import numpy as np
import pytest

from acs.actions.incident_settings import IncidentSettings
from acs.evaluation.incidents import Detection, Fleet, detect
from diagnostics.thresholds import Thresholds


def found(fleet: Fleet, **counts: int) -> Detection:
    rng = np.random.default_rng(2)
    return detect(fleet, IncidentSettings(), Thresholds(), rng, **counts)


def test_frequent_informs_find_incidents_within_minutes() -> None:
    often = found(Fleet(inform=300), incidents=30, segments=0)
    assert often.median is not None
    assert often.median <= 450 / 60
    hourly = found(Fleet(), incidents=30, segments=0)
    assert hourly.median is not None
    assert often.median < hourly.median <= 15  # siblings are asked, not only waited for


def test_a_fleet_that_is_never_off_imagines_nothing() -> None:
    quiet = found(Fleet(downtimes=0, nightly=0), incidents=1, segments=20)
    assert quiet.imagined == 0
    assert quiet.routers > 100


def test_a_fleet_that_is_often_off_imagines_incidents() -> None:
    wild = found(Fleet(downtimes=3, nightly=0.5), incidents=1, segments=20)
    assert wild.imagined > 0


def test_a_guard_that_never_fires_misses_all() -> None:
    deaf = IncidentSettings(least=1000)
    rng = np.random.default_rng(2)
    detection = detect(Fleet(), deaf, Thresholds(), rng, incidents=5, segments=0)
    assert detection.median is None
    assert detection.missed == pytest.approx(1)
