"""Two real Runs for the report and the exports: models really fitted, scores really measured."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.record import AttemptRecord, Behaviour, ExperimentRecord, RunRecord
from mlpilot.agent.task import Column, Task, TaskSpec
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import defaults, read_space

LOGISTIC = '''"""Scaled logistic regression: a line that is hard to beat when columns add up."""

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SPACE = {"C": Float(1e-3, 1e2, log=True, default=1.0), "max_iter": 1000}


def fit(X, y, *, params, seed, report):
    """Scale every column, then fit."""
    model = make_pipeline(StandardScaler(), LogisticRegression(**params, random_state=seed))
    return model.fit(X, y)


def predict(model, X):
    return model.predict_proba(X)
'''
FOREST = '''"""A forest."""

from sklearn.ensemble import ExtraTreesClassifier

SPACE = {"n_estimators": 40, "min_samples_leaf": Int(1, 10, default=1), "criterion": Choice(["gini", "entropy"])}


def fit(X, y, *, params, seed, report):
    return ExtraTreesClassifier(**params, random_state=seed).fit(X, y)


def predict(model, X):
    return model.predict_proba(X)
'''
RIDGE = """from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SPACE = {"alpha": Float(1e-2, 1e3, log=True, default=1.0)}


def fit(X, y, *, params, seed, report):
    return make_pipeline(StandardScaler(), Ridge(**params)).fit(X, y)


def predict(model, X):
    return model.predict(X)
"""
BOOSTING = """from sklearn.ensemble import GradientBoostingRegressor

SPACE = {"learning_rate": Float(0.01, 0.3, log=True), "n_estimators": 60, "max_depth": Int(1, 5, default=3)}


def fit(X, y, *, params, seed, report):
    return GradientBoostingRegressor(**params, random_state=seed).fit(X, y)


def predict(model, X):
    return model.predict(X)
"""
Loss = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _log_loss(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return -np.log(np.clip(predicted[np.arange(len(truth)), truth.astype(int)], 1e-15, 1))


def _squares(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return (truth - predicted) ** 2


class Bench:
    """Cross-validates Solutions on one table, as the Judge would, without its walls."""

    def __init__(self, X: pd.DataFrame, y: pd.Series, regression: bool) -> None:
        from sklearn.model_selection import KFold, train_test_split

        self.X, self.test_X, self.y, self.test_y = train_test_split(X, y, test_size=0.25, random_state=0)
        self.regression = regression
        self.classes = () if regression else tuple(np.unique(y).tolist())
        self.splits = list(KFold(5, shuffle=True, random_state=0).split(self.X))
        self.numbers: list[ExperimentRecord] = []
        self.oof: dict[int, np.ndarray] = {}
        self.loss: Loss = _squares if regression else _log_loss

    def codes(self, y: pd.Series) -> np.ndarray:
        return y.to_numpy(float) if self.regression else np.searchsorted(self.classes, y).astype(float)

    def fit(self, solution: Solution, params: dict, X: pd.DataFrame, y: pd.Series):
        from mlpilot.tools.space import Choice, Float, Int

        module: dict = {"Float": Float, "Int": Int, "Choice": lambda options: Choice(tuple(options))}
        exec(compile(solution.source, "solution", "exec"), module)
        return module, module["fit"](X, y, params=params, seed=0, report=lambda **_: None)

    def predictions(self, solution: Solution, params: dict) -> np.ndarray:
        found: np.ndarray | None = None
        for train, held in self.splits:
            module, model = self.fit(solution, params, self.X.iloc[train], self.y.iloc[train])
            part = module["predict"](model, self.X.iloc[held])
            found = np.zeros((len(self.X), *part.shape[1:])) if found is None else found
            found[held] = part
        assert found is not None
        return found

    def score(self, truth: np.ndarray, predicted: np.ndarray) -> Score:
        losses = self.loss(truth, predicted)
        draws = np.random.default_rng(0).integers(0, len(losses), (500, len(losses)))
        means = losses[draws].mean(axis=1)
        value, spread = losses.mean(), np.quantile(means, [0.025, 0.975])
        if self.regression:
            value, spread = value**0.5, spread**0.5
            also = {"r2": 1 - losses.mean() / truth.var()}
        else:
            from sklearn.metrics import roc_auc_score

            also = {
                "accuracy": float((predicted.argmax(1) == truth).mean()),
                "roc_auc": roc_auc_score(truth, predicted[:, 1]),
            }
        return Score(float(value), (float(spread[0]), float(spread[1])), rows=len(truth), also=also)

    def add(self, name: str, why: str, kind: str, predicted: np.ndarray | None, **other: object) -> ExperimentRecord:
        number = len(self.numbers) + 1
        score, comparison = None, None
        if predicted is not None:
            self.oof[number] = predicted
            score = self.score(self.codes(self.y), predicted)
            scored = [one.score.value for one in self.numbers if one.score]
            standing = "first" if not scored else "no better" if score.value <= min(scored) * 1.1 else "worse"
            if scored and score.value < min(scored) * 0.9:
                standing = "better"
            comparison = Comparison(standing, None if not scored else 0.013, len(scored) + 1)  # type: ignore[arg-type]
        record = ExperimentRecord(
            number, name, why, kind, None, (), None, {}, "scored" if score else "failed", score, comparison,
            0.4 + number % 7 / 3, (AttemptRecord(1, "ok", 0.5),),
        )  # fmt: skip
        self.numbers.append(replace(record, **other))  # type: ignore[arg-type]
        return self.numbers[-1]

    def tune(self, parent: ExperimentRecord, values: Sequence[dict]) -> None:
        assert parent.solution is not None
        for value in values:
            params = {**parent.params, **value}
            self.add(
                f"tuning #{parent.number}", "where the space looked promising", "tune",
                self.predictions(parent.solution, params), parent=parent.number, solution=parent.solution,
                params=params,
            )  # fmt: skip

    def record(self, name: str, target: str, metric: str, columns: Sequence[Column], notes: Sequence[str]) -> RunRecord:
        from sklearn.inspection import permutation_importance

        best = min((one for one in self.numbers if one.solution and one.score), key=lambda one: one.score.value)
        module, model = self.fit(best.solution, dict(best.params), self.X, self.y)
        predicted = np.asarray(module["predict"](model, self.test_X), dtype=float)
        scoring = "neg_root_mean_squared_error" if self.regression else "neg_log_loss"
        found = permutation_importance(model, self.test_X, self.test_y, scoring=scoring, n_repeats=3, random_state=0)
        importance = tuple(
            zip(self.X.columns, found.importances_mean.tolist(), found.importances_std.tolist(), strict=True)
        )
        truth = self.codes(self.test_y)
        kind = "regression" if self.regression else "classification"
        task = Task(target, kind, scoring, "5f3a" * 16, tuple(self.X.columns), self.classes)  # type: ignore[arg-type]
        return RunRecord(
            "brave-otter", "finished", "2026-11-03T14:22:05+00:00", TaskSpec(f"data/{name}.csv", target), task, metric,
            False, tuple(columns), tuple(notes), len(self.X) + len(self.test_X), len(self.X), len(self.test_X), 5,
            "5 folds, stratified, shuffled with seed 0", tuple(self.numbers), best.number,
            self.score(truth, predicted), False, len(self.numbers), "bubblewrap: no network, 4 GiB, 2 cores",
            "built-in", 73.4, "5m", "The built-in brain had nothing more to try that would pay.",
            Behaviour(self.codes(self.y), self.oof[best.number], truth, predicted, importance, "the test rows"),
        )  # fmt: skip


def _columns(X: pd.DataFrame) -> list[Column]:
    return [
        Column(str(name), "number", 0, int(X[name].nunique()), f"{X[name].min():.4g} to {X[name].max():.4g}")
        for name in X
    ]


def _starts(source: str) -> dict:
    return defaults(read_space(source))


@pytest.fixture(scope="session")
def cancer_table() -> pd.DataFrame:
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer(as_frame=True).frame
    return table.assign(target=np.where(table["target"] == 1, "benign", "malignant")).rename(
        columns={"target": "diagnosis"}
    )


@pytest.fixture(scope="session")
def diabetes_table() -> pd.DataFrame:
    from sklearn.datasets import load_diabetes

    return load_diabetes(as_frame=True).frame.rename(columns={"target": "progression"})


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """Small fits are quickest on one thread, and disturb nobody."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def cancer_record(cancer_table: pd.DataFrame, one_thread: None) -> RunRecord:
    bench = Bench(cancer_table.drop(columns="diagnosis"), cancer_table["diagnosis"], regression=False)
    logistic, forest = Solution("scaled logistic regression", LOGISTIC, 10), Solution("forest, 40 trees", FOREST, 30)
    first = bench.add(
        "scaled logistic regression", "Columns that add up are the commonest case, and a scaled line is the yardstick.",
        "draft", bench.predictions(logistic, _starts(LOGISTIC)), solution=logistic, params=_starts(LOGISTIC),
    )  # fmt: skip
    broken = Diagnosis("removed-argument", "max_features='auto' is gone since scikit-learn 1.3", "line 9")
    grown = bench.add(
        "forest, 40 trees", "Thresholds and interactions that a line cannot see.", "draft",
        bench.predictions(forest, _starts(FOREST)), solution=forest, params=_starts(FOREST),
        attempts=(AttemptRecord(1, "error", 0.2, broken, "max_features='sqrt'"), AttemptRecord(2, "ok", 2.0)),
    )  # fmt: skip
    bench.add(
        "Gaussian process", "Smooth surfaces, with honest doubt.", "draft", None, reason="out of memory after 41 s",
        attempts=(AttemptRecord(1, "out_of_memory", 41.0, Diagnosis("memory", "needs 5.2 GiB of 4 allowed")),),
        status="failed",
    )  # fmt: skip
    bench.tune(first, [{"C": float(c)} for c in (0.01, 0.05, 0.2, 0.4, 3.0, 20.0)])
    bench.tune(grown, [{"min_samples_leaf": leaf} for leaf in (2, 5)])
    mixed = 0.7 * bench.oof[6] + 0.3 * bench.oof[2]
    bench.add("blend of 6 and 2", "They err on different rows.", "blend", mixed, members=((6, 0.7), (2, 0.3)))
    return bench.record(
        "cancer", "diagnosis", "log_loss",
        [*_columns(bench.X), Column("patient", "id", 0, 569, "one per row", False, "an id")],
        ["1 duplicate row kept together", "“patient” left out: an id"],
    )  # fmt: skip


@pytest.fixture(scope="session")
def diabetes_record(diabetes_table: pd.DataFrame, one_thread: None) -> RunRecord:
    bench = Bench(diabetes_table.drop(columns="progression"), diabetes_table["progression"], regression=True)
    ridge, boosting = Solution("scaled ridge", RIDGE, 10), Solution("gradient boosting", BOOSTING, 40)
    first = bench.add(
        "scaled ridge", "A line with a brake, the yardstick.", "draft", bench.predictions(ridge, _starts(RIDGE)),
        solution=ridge, params=_starts(RIDGE),
    )  # fmt: skip
    bench.add(
        "gradient boosting", "Interactions, at a price in variance.", "draft",
        bench.predictions(boosting, _starts(BOOSTING)), solution=boosting, params=_starts(BOOSTING),
    )  # fmt: skip
    bench.tune(first, [{"alpha": float(alpha)} for alpha in (0.1, 10.0, 30.0, 100.0)])
    return bench.record("diabetes", "progression", "root_mean_squared_error", _columns(bench.X), [])
