"""Baselines that learn from labelled cases: logistic regression and gradient boosting.

scikit-learn is an extra of the project (``evaluation``) and imported only here, on use. They learn
the fault class, and choose the action of least expected cost, as the diagnosis does.
"""

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from acs.evaluation.costs import label_costs
from acs.evaluation.features import Matrix
from diagnostics.cases import Label

Kind = Literal["logistic", "boosting"]

_INSTALL = "needs scikit-learn: pip install 'acsd[evaluation]'"


class MissingExtra(RuntimeError):  # noqa: N818 - it names what is missing
    """The learned baselines need the extra ``evaluation``."""


class Learned:
    """A fitted baseline."""

    def __init__(self, kind: Kind, rows: Matrix, labels: Sequence[Label], seed: int = 0) -> None:
        """Fit it.

        Args:
            kind: which method.
            rows: features of the training cases.
            labels: their labels.
            seed: of the method's own randomness.

        Raises:
            MissingExtra: scikit-learn is not installed.
        """
        faults = [label.fault for label in labels]
        self._columns = ~np.all(np.isnan(rows), axis=0)
        self._model = _model(kind, seed)
        with _one_thread(), warnings.catch_warnings():
            # a regression that stopped a little early is a baseline all the same
            warnings.simplefilter("ignore")
            self._model.fit(rows[:, self._columns], faults)
        self._costs = _fault_costs(self._model.classes_, labels)

    def choose(self, rows: Matrix) -> "np.ndarray[Any, np.dtype[np.intp]]":
        """The index of the action for each row."""
        with _one_thread():
            posterior = self._model.predict_proba(rows[:, self._columns])
        chosen: np.ndarray[Any, np.dtype[np.intp]] = np.argmin(posterior @ self._costs, axis=1)
        return chosen


def _fault_costs(faults: Sequence[str], labels: Sequence[Label]) -> Matrix:
    """Mean cost of each action for each fault, over the training labels."""
    costs = []
    for fault in faults:
        mine = [label_costs(each.right, each.acceptable) for each in labels if each.fault == fault]
        costs.append(np.mean(mine, axis=0))
    return np.array(costs)


def _one_thread() -> Any:
    """Thousands of small trees: threads that wait for each other cost ten times what they save."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    return threadpool_limits(limits=1)


def _model(kind: Kind, seed: int) -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - an extra
        from sklearn.impute import SimpleImputer  # noqa: PLC0415 - an extra
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an extra
        from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - an extra
        from sklearn.preprocessing import QuantileTransformer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra(_INSTALL) from error
    if kind == "boosting":
        return HistGradientBoostingClassifier(
            max_iter=80,
            learning_rate=0.12,
            max_leaf_nodes=15,
            min_samples_leaf=8,
            l2_regularization=1.0,
            max_bins=63,
            max_features=0.3,
            random_state=seed,
        )
    return make_pipeline(
        QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=seed),
        SimpleImputer(strategy="constant", fill_value=0.0, add_indicator=True),
        LogisticRegression(C=0.03, max_iter=300, tol=1e-3),
    )
