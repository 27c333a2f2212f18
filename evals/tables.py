"""Six real tables, several splits each: mlpilot beside plain models with default settings.

breast_cancer, digits, wine and diabetes are scikit-learn's, fair (affairs) and randhie (doctor's visits) are
statsmodels'. Everybody is fitted on the same training rows and scored on the same test rows, which are 25 % of the
table (stratified for classification); lower is better everywhere (log-loss or RMSE). The plain models are standardised
logistic regression or `RidgeCV`, a default random forest, and default histogram gradient boosting. All columns of
these tables are numbers without gaps, so no encoding is needed.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlpilot.evals.command import ask, load, say, tell

PLAIN = ("linear", "forest", "boosting")


@dataclass(frozen=True)
class Benchmark:
    """One table and what is to be predicted."""

    task: str
    target: str
    read: Callable[[], pd.DataFrame]


def _sklearn(name: str) -> Callable[[], pd.DataFrame]:
    return lambda: getattr(datasets, f"load_{name}")(as_frame=True).frame


def _statsmodels(name: str) -> Callable[[], pd.DataFrame]:
    def read() -> pd.DataFrame:
        import statsmodels.api

        frame: pd.DataFrame = getattr(statsmodels.api.datasets, name).load_pandas().data
        return frame

    return read


BENCHMARKS = {
    "breast_cancer": Benchmark("classification", "target", _sklearn("breast_cancer")),
    "digits": Benchmark("classification", "target", _sklearn("digits")),
    "wine": Benchmark("classification", "target", _sklearn("wine")),
    "diabetes": Benchmark("regression", "target", _sklearn("diabetes")),
    "fair": Benchmark("regression", "affairs", _statsmodels("fair")),
    "randhie": Benchmark("regression", "mdvis", _statsmodels("randhie")),
}


def main(argv: list[str]) -> int:
    """`--tasks a,b --splits N --budget 60s --sandbox NAME --json`. 3 if mlpilot is behind on a table, or failed."""
    options = _options(argv)
    results = {}
    for name in options.tasks.split(","):
        rows = [one_split(name, split, options.budget, options.sandbox) for split in range(options.splits)]
        results[name] = summarise(name, rows)
        say(f"{name}: {results[name]['standing']} ({results[name]['mean']})")
    outcome = {"suite": "tables", "budget": options.budget, "splits": options.splits, "load": load(), "tasks": results}
    tell(outcome, markdown(results), as_json=options.json)
    return 0 if all(result["standing"] in ("ahead", "level") for result in results.values()) else 3


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mlpilot eval tables", description=__doc__)
    parser.add_argument("--tasks", default=",".join(BENCHMARKS), help="which tables, separated by commas")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--budget", default="60s", help="of each run")
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    unknown = set(options.tasks.split(",")) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such table: {', '.join(sorted(unknown))} (there are {', '.join(BENCHMARKS)})")
    return options


def one_split(name: str, seed: int, budget: str, sandbox: str) -> dict[str, Any]:
    """Everybody's loss on the test rows of one split, and what mlpilot did. `nan` for mlpilot if its run failed."""
    benchmark = BENCHMARKS[name]
    frame = benchmark.read()
    strata = frame[benchmark.target] if benchmark.task == "classification" else None
    train, test = train_test_split(frame, test_size=0.25, random_state=seed, stratify=strata)
    row: dict[str, Any] = {"split": seed, "load": load()} | plain_losses(benchmark, train, test, seed)
    with tempfile.TemporaryDirectory() as folder:
        train.to_csv(Path(folder, "train.csv"), index=False)
        test.to_csv(Path(folder, "test.csv"), index=False)
        words = ["run", f"{folder}/train.csv", "--target", benchmark.target, "--task", benchmark.task]
        words += ["--test", f"{folder}/test.csv", "--budget", budget, "--seed", str(seed), "--sandbox", sandbox]
        answer = ask(*words, home=Path(folder, "home"))
        if answer.code or not answer.json.get("test"):
            say(f"{name}, split {seed}: exit code {answer.code}: {answer.said.strip()[-300:]}")
            return row | {"mlpilot": float("nan"), "seconds": answer.seconds}
        predictions = pd.read_csv(answer.json["artifacts"]["predictions"])
    row |= {"mlpilot": answer.json["test"]["score"], "seconds": answer.seconds, "best": answer.json["best"]["name"]}
    row |= {"experiments": answer.json["experiments"]["total"], "sandbox": answer.json["sandbox"]}
    row |= {"recomputed": loss(benchmark, test[benchmark.target], _values(benchmark, predictions))}
    say(f"{name}, split {seed}: " + ", ".join(f"{who} {row[who]:.4f}" for who in ("mlpilot", *PLAIN)))
    return row


def plain_losses(benchmark: Benchmark, train: pd.DataFrame, test: pd.DataFrame, seed: int) -> dict[str, float]:
    """Loss of each plain model on the test rows."""
    models: dict[str, BaseEstimator]
    if benchmark.task == "classification":
        linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        models = {"linear": linear, "forest": RandomForestClassifier(random_state=seed)}
        models["boosting"] = HistGradientBoostingClassifier(random_state=seed)
    else:
        models = {"linear": make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 3, 13)))}
        models |= {"forest": RandomForestRegressor(random_state=seed)}
        models["boosting"] = HistGradientBoostingRegressor(random_state=seed)
    losses = {}
    X, y = train.drop(columns=benchmark.target), train[benchmark.target]
    for name, model in models.items():
        model.fit(X, y)
        unseen = test.drop(columns=benchmark.target)
        said = model.predict_proba(unseen) if benchmark.task == "classification" else model.predict(unseen)
        losses[name] = loss(benchmark, test[benchmark.target], said)
    return losses


def loss(benchmark: Benchmark, truth: pd.Series, said: NDArray[np.float64]) -> float:
    """Log-loss of (n, k) probabilities, or root mean squared error of (n,) values."""
    if benchmark.task == "classification":
        return float(log_loss(truth, said, labels=np.unique(truth)))
    return float(root_mean_squared_error(truth, said))


def _values(benchmark: Benchmark, predictions: pd.DataFrame) -> NDArray[np.float64]:
    if benchmark.task == "classification":
        return predictions.filter(regex="^probability_").to_numpy(float)
    return predictions["prediction"].to_numpy(float)


def summarise(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over the splits, and how mlpilot stands to the best plain model by mean.

    ahead: its mean is lower; level: it is higher by less than two standard errors of the paired differences; behind.
    """
    mean = {who: float(np.mean([row[who] for row in rows])) for who in ("mlpilot", *PLAIN)}
    rival = min(PLAIN, key=lambda who: mean[who])
    differences = np.array([row["mlpilot"] - row[rival] for row in rows])
    error = float(differences.std(ddof=1) / np.sqrt(len(rows))) if len(rows) > 1 else 0.0
    if not np.isfinite(mean["mlpilot"]):
        standing = "failed"
    elif differences.mean() <= 0:
        standing = "ahead"
    else:
        standing = "level" if differences.mean() < 2 * error else "behind"
    metric = "log-loss" if BENCHMARKS[name].task == "classification" else "RMSE"
    return {
        "metric": metric,
        "mean": mean,
        "rival": rival,
        "difference": float(differences.mean()),
        "standard_error": error,
        "splits_won": int((differences < 0).sum()),
        "standing": standing,
        "splits": rows,
    }


def markdown(results: dict[str, dict[str, Any]]) -> str:
    """One line for each table."""
    lines = ["| table | metric | mlpilot | linear | forest | boosting | splits won | standing |", "|---" * 8 + "|"]
    for name, result in results.items():
        figures = " | ".join(f"{result['mean'][who]:.4f}" for who in ("mlpilot", *PLAIN))
        won = f"{result['splits_won']} of {len(result['splits'])}"
        lines.append(f"| {name} | {result['metric']} | {figures} | {won} | {result['standing']} |")
    return "\n".join(lines)
