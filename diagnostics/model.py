"""The tables of the diagnosis as numbers: causes, priors, likelihoods, costs.

Read from ``causes.tsv``, ``likelihoods.toml`` and ``costs.tsv``; configuration may replace single
figures. Nothing is looked at here: that is what symptoms do.
"""

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from diagnostics.verdict import ACTIONS, Action

Vector = NDArray[np.float64]

HEALTHY = "F22"
OTHERS = "others"
_ROUNDING = 1e-6
_VIEWS = 4096


class TableError(ValueError):
    """A table of the diagnosis is not as it should be."""


class Cause(msgspec.Struct, frozen=True):
    """A fault class.

    Attributes:
        cause: its id, ``F01`` … ``F22``.
        access: the access technology that can have it, or ``all``.
        share: of all calls.
        right: the right action.
        acceptable: actions nearly as good.
        says: what it is, as a noun.
    """

    cause: str
    access: str
    share: float
    right: Action
    acceptable: tuple[Action, ...]
    says: str


class Table(msgspec.Struct, frozen=True):
    """One symptom: its levels from normal to bad, and how likely each cause shows each."""

    levels: tuple[str, ...]
    says: tuple[str, ...]
    rows: dict[str, tuple[float, ...]]


class Tables(msgspec.Struct, frozen=True):
    """All tables, configuration merged in."""

    causes: tuple[Cause, ...]
    costs: dict[str, dict[str, float]]
    symptoms: dict[str, Table]


class Model:
    """The tables as arrays; rows are the levels of all symptoms.

    Attributes:
        causes: the fault classes, in column order.
        index: cause id to column.
        starts: symptom to the row of its first level.
        levels: symptom to its level names.
        symptoms: the symptom of each row.
        says: the clause of each row.
        likely: P(row's level | cause).
        logs: its natural logarithm, tempered.
        factors: what each row multiplies the odds by; a last row of ones for "not looked at".
        costs: expected cost by cause and action.
        rights: 1 where the action is right for the cause.
        suits: 1 where it is right or acceptable.
    """

    def __init__(self, tables: Tables, tempering: float, excess: float) -> None:
        self.causes = tables.causes
        self.index = {cause.cause: column for column, cause in enumerate(tables.causes)}
        self.starts: dict[str, int] = {}
        self.levels = {name: table.levels for name, table in tables.symptoms.items()}
        self.symptoms: list[str] = []
        self.says: list[str] = []
        rows: list[list[float]] = []
        for name, table in tables.symptoms.items():
            self.starts[name] = len(rows)
            self.symptoms += [name] * len(table.levels)
            self.says += table.says
            by_cause = [table.rows.get(c.cause, table.rows[OTHERS]) for c in tables.causes]
            rows += [list(level) for level in zip(*by_cause, strict=True)]
        self.likely: Vector = np.array(rows)
        self.logs: Vector = tempering * np.log(self.likely)
        unseen = np.ones((1, len(tables.causes)))
        self.factors: Vector = np.concatenate((np.exp(self.logs), unseen))
        self.costs: Vector = np.array([_costs(c, tables.costs, excess) for c in tables.causes])
        self.rights: Vector = np.array(
            [[float(action == c.right) for action in ACTIONS] for c in tables.causes]
        )
        self.suits: Vector = np.array(
            [
                [float(action == c.right or action in c.acceptable) for action in ACTIONS]
                for c in tables.causes
            ]
        )
        self.normal = frozenset(self.starts.values())
        self.weighed: dict[object, object] = {}
        self._views: dict[tuple[str, ...], View] = {}
        self._priors: dict[tuple[str | None, float], Vector] = {}

    def view(self, symptoms: tuple[str, ...]) -> "View":
        """The rows of these symptoms; kept, because routers of one model share them."""
        view = self._views.get(symptoms)
        if view is None:
            if len(self._views) >= _VIEWS:
                self._views.clear()
            view = self._views[symptoms] = View(self, symptoms)
        return view

    def log_prior(self, access: str | None, healthy: float | None) -> Vector:
        """Logarithms of the prior probabilities of the causes.

        Args:
            access: the router's; without it every cause is possible.
            healthy: probability that there is no fault; None when the subscriber calls, then the
                shares of calls hold.
        """
        key = (access, -1.0 if healthy is None else healthy)
        prior = self._priors.get(key)
        if prior is None:
            shares = np.array(
                [
                    c.share if access in (None, c.access) or c.access == "all" else 0.0
                    for c in self.causes
                ]
            )
            if healthy is not None:
                well = self.index[HEALTHY]
                shares[well] = 0
                shares *= (1 - healthy) / shares.sum()
                shares[well] = healthy
            with np.errstate(divide="ignore"):
                prior = self._priors[key] = np.log(shares / shares.sum())
        return prior


class View:
    """The rows of the symptoms that one model of router can show.

    Attributes:
        rows: their rows in the model.
        symptoms: ordinal among these symptoms, of each row.
        normal: whether the row is its symptom's normal level.
        open: whether the row may yet turn out otherwise.
        factors: see ``Model``.
        likely: see ``Model``.
    """

    def __init__(self, model: Model, symptoms: tuple[str, ...]) -> None:
        rows = [
            (model.starts[name] + level, ordinal)
            for ordinal, name in enumerate(symptoms)
            for level in range(len(model.levels[name]))
        ]
        self.rows = np.array([row for row, _ in rows], dtype=np.intp)
        self.symptoms = np.array([ordinal for _, ordinal in rows], dtype=np.intp)
        self.normal = np.isin(self.rows, list(model.starts.values()))
        self.open = np.array([bool(model.says[row]) for row, _ in rows], dtype=bool)
        self.factors = model.factors[self.rows]
        self.likely = model.likely[self.rows]


def _costs(cause: Cause, costs: Mapping[str, Mapping[str, float]], excess: float) -> list[float]:
    row = costs[cause.right]
    most = row[cause.right] + excess
    return [min(row[a], most) if a in cause.acceptable else row[a] for a in ACTIONS]


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def shipped() -> Tables:
    """The package's own tables."""
    causes = [row | {"acceptable": row["acceptable"].split()} for row in _rows("causes.tsv")]
    costs = {row["right"]: {str(a): float(row[a]) for a in ACTIONS} for row in _rows("costs.tsv")}
    text = (files(__package__) / "likelihoods.toml").read_text(encoding="utf-8")
    symptoms = {name: _table(table) for name, table in tomllib.loads(text).items()}
    tables = Tables(
        causes=tuple(msgspec.convert(causes, list[Cause], strict=False)),
        costs=costs,
        symptoms=symptoms,
    )
    _check(tables)
    return tables


def right_action(cause: str) -> Action:
    """The action that is right for a fault class.

    Raises:
        KeyError: there is no such class.
    """
    return _rights()[cause]


@cache
def _rights() -> dict[str, Action]:
    return {cause.cause: cause.right for cause in shipped().causes}


def _table(raw: dict[str, Any]) -> Table:
    rows = {key: raw[key] for key in raw if key not in ("levels", "says")}
    return msgspec.convert({"levels": raw["levels"], "says": raw["says"], "rows": rows}, Table)


def merged(
    priors: Mapping[str, float],
    costs: Mapping[str, Mapping[str, float]],
    likelihoods: Mapping[str, Mapping[str, tuple[float, ...]]],
) -> Tables:
    """The package's tables with single figures replaced.

    Raises:
        TableError: a name that the tables do not have, or a figure that is none.
    """
    base = shipped()
    if not (priors or costs or likelihoods):
        return base
    known = {cause.cause for cause in base.causes}
    _must_know("cause", priors, known)
    _must_know("symptom", likelihoods, base.symptoms)
    for right, row in costs.items():
        _must_know("action", (right, *row), ACTIONS)
    for rows in likelihoods.values():
        _must_know("cause", rows, known | {OTHERS})
    replace = msgspec.structs.replace
    tables = Tables(
        causes=tuple(replace(c, share=priors.get(c.cause, c.share)) for c in base.causes),
        costs={right: {**row, **costs.get(right, {})} for right, row in base.costs.items()},
        symptoms={
            name: replace(table, rows={**table.rows, **likelihoods.get(name, {})})
            for name, table in base.symptoms.items()
        },
    )
    _check(tables)
    return tables


def _must_know(what: str, names: Any, known: Any) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise TableError(f"unknown {what} {unknown[0]!r}")


def _check(tables: Tables) -> None:
    for cause in tables.causes:
        if not 0 < cause.share < 1:
            raise TableError(f"{cause.cause}: its share must lie between 0 and 1")
    for name, table in tables.symptoms.items():
        if len(table.says) != len(table.levels):
            raise TableError(f"{name}: each level needs its clause")
        for cause_id, row in table.rows.items():
            if len(row) != len(table.levels) or min(row) <= 0 or abs(sum(row) - 1) > _ROUNDING:
                raise TableError(
                    f"{name}, {cause_id}: needs {len(table.levels)} probabilities above 0 "
                    "that sum to 1"
                )
