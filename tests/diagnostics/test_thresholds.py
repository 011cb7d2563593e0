import msgspec
import numpy as np
import pytest

from diagnostics.model import Model, TableError, merged, shipped
from diagnostics.symptoms import SYMPTOMS
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS


def test_every_symptom_has_its_table_and_every_table_its_symptom() -> None:
    names = [symptom.name for symptom in SYMPTOMS]
    assert sorted(names) == sorted(shipped().symptoms)
    assert len(set(names)) == len(names)


def test_shares_of_calls_add_up_on_every_access() -> None:
    for access, total in (("FTTB", 1.0), ("GPON", 0.99), ("xDSL", 0.98)):
        shares = [c.share for c in shipped().causes if c.access in ("all", access)]
        assert sum(shares) == pytest.approx(total)


def test_always_rebooting_costs_what_the_tables_say() -> None:
    model = Model(shipped(), 0.9, 2.0)
    prior = np.exp(model.log_prior("FTTB", None))
    costs = dict(zip(ACTIONS, (prior @ model.costs).tolist(), strict=True))
    assert costs["reboot"] == pytest.approx(48.9, abs=0.1)
    assert prior @ (model.costs * model.rights).sum(axis=1) == pytest.approx(13.3, abs=0.1)


def test_configuration_replaces_single_figures() -> None:
    tables = merged({"F05": 0.5}, {"none": {"reboot": 9.0}}, {"oom": {"F01": (0.5, 0.3, 0.2)}})
    assert {c.cause: c.share for c in tables.causes}["F05"] == 0.5
    assert tables.costs["none"]["reboot"] == 9
    assert tables.costs["none"]["none"] == 0
    assert tables.symptoms["oom"].rows["F01"] == (0.5, 0.3, 0.2)
    assert shipped().symptoms["oom"].rows["F01"] != (0.5, 0.3, 0.2)


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"priors": {"F99": 0.1}}, "unknown cause 'F99'"),
        ({"priors": {"F01": 0.0}}, "between 0 and 1"),
        ({"costs": {"none": {"pray": 1.0}}}, "unknown action 'pray'"),
        ({"likelihoods": {"mood": {"F01": [1.0]}}}, "unknown symptom 'mood'"),
        ({"likelihoods": {"oom": {"F01": [0.5, 0.5]}}}, "needs 3 probabilities"),
        ({"likelihoods": {"oom": {"F01": [0.5, 0.5, 0.0]}}}, "needs 3 probabilities"),
        ({"likelihoods": {"oom": {"other": [0.5, 0.4, 0.1]}}}, "unknown cause 'other'"),
        ({"healthy": 1.0}, "healthy must be below 1"),
        ({"tempering": 0.0}, "tempering must be above 0"),
        ({"memory": {"hihg": 3.0}}, "unknown field"),
    ],
)
def test_a_wrong_figure_is_named(figures: dict[str, object], reason: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=reason):
        msgspec.convert(figures, Thresholds)


def test_tables_are_checked_directly_too() -> None:
    with pytest.raises(TableError):
        merged({"F01": 2.0}, {}, {})
