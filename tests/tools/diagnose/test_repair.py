"""Each repair rule on a Solution that really fails: before the repair it fails, after it the Solution works."""

import linecache
import traceback
import types
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import diagnose, repair_source
from mlpilot.tools.space import Choice, Float, Int, defaults, read_space

ROWS = 60
rng = np.random.default_rng(0)
PLAIN = pd.DataFrame({"a": rng.normal(size=ROWS), "b": rng.normal(size=ROWS)})
GAPS = PLAIN.assign(b=PLAIN["b"].where(rng.random(ROWS) > 0.2))
MIXED = PLAIN.assign(colour=rng.choice(np.array(["red", "green"], dtype=object), ROWS)).astype({"colour": object})
NEW = MIXED.assign(colour="blue").astype({"colour": object})
CLASSES = pd.Series(np.where(PLAIN["a"] > 0, "yes", "no"))
RARE = pd.Series(["rare"] * 3 + ["common"] * (ROWS - 3))
VALUES = PLAIN["a"] * 3 + 1


def solution(build: str, imports: str, predict: str = "model.predict_proba(X)", before: str = "") -> str:
    """A small Solution; its one interesting line is the one that builds the model."""
    return (
        f'"""A Solution."""\n\n{imports}\n\n\n'
        f"def fit(X, y, *, params, seed, report):\n{before}    model = {build}  # the model\n"
        "    return model.fit(X, y)\n\n\n"
        f"def predict(model, X):\n    return {predict}\n"
    )


FOREST = "from sklearn.ensemble import RandomForestClassifier"
LOGISTIC = "from sklearn.linear_model import LogisticRegression"
PIPE = "from sklearn.pipeline import make_pipeline"


@dataclass
class Case:
    kind: str
    source: str
    X: pd.DataFrame = field(default_factory=lambda: PLAIN)
    y: Any = field(default_factory=lambda: CLASSES)
    new: pd.DataFrame | None = None
    now: str = ""
    """What the mended source must hold."""


REGRESSION = "model.predict(X)"
CASES = {
    "max_features": Case(
        "removed-value", solution('RandomForestClassifier(10, max_features="auto")', FOREST), now='"sqrt"'
    ),
    "penalty": Case(
        "removed-value",
        solution("LogisticRegression(penalty='none', C=1.0)", "from sklearn.linear_model import LogisticRegression"),
        now="penalty=None",
    ),
    "loss": Case(
        "removed-value",
        solution(
            "GradientBoostingRegressor(\n        loss='ls',\n        n_estimators=9,\n    )",
            "from sklearn.ensemble import GradientBoostingRegressor",
            REGRESSION,
        ),
        y=VALUES,
        now='loss="squared_error"',
    ),
    "unknown value": Case(
        "removed-value",
        solution("RandomForestClassifier(10, criterion='best', n_jobs=1)", FOREST),
        now="(10, n_jobs=1)",
    ),
    "base_estimator": Case(
        "unexpected-argument",
        solution(
            "BaggingClassifier(base_estimator=DecisionTreeClassifier(), n_estimators=5)",
            "from sklearn.ensemble import BaggingClassifier\nfrom sklearn.tree import DecisionTreeClassifier",
        ),
        now="BaggingClassifier(estimator=",
    ),
    "normalize": Case(
        "unexpected-argument",
        solution("Ridge(alpha=1.0, normalize=True)", "from sklearn.linear_model import Ridge", REGRESSION),
        y=VALUES,
        now="Ridge(alpha=1.0)",
    ),
    "sparse": Case(
        "unexpected-argument",
        solution(
            "make_pipeline(OneHotEncoder(sparse=False, handle_unknown='ignore'), LogisticRegression())",
            f"{PIPE}\n{LOGISTIC}\nfrom sklearn.preprocessing import OneHotEncoder",
        ),
        now="sparse_output=False",
    ),
    "invented argument": Case(
        "unexpected-argument",
        solution("RandomForestClassifier(n_trees=50)", FOREST),
        now="RandomForestClassifier()",
    ),
    "squared": Case(
        "unexpected-argument",
        solution(
            "LinearRegression()",
            "from sklearn.linear_model import LinearRegression\nfrom sklearn.metrics import mean_squared_error",
            REGRESSION,
            before="    report(rmse=mean_squared_error(y, y, squared=False))\n",
        ),
        y=VALUES,
        now="root_mean_squared_error(y, y)",
    ),
    "missing alias": Case(
        "missing-name",
        solution("LogisticRegression(C=np.exp(1))", "from sklearn.linear_model import LogisticRegression"),
        now="import numpy as np",
    ),
    "missing class": Case("missing-name", solution("SVC(probability=True)", "import numpy as np"), now="sklearn.svm"),
    "moved name": Case(
        "moved-name",
        solution(
            "make_pipeline(Imputer(strategy='median'), StandardScaler(), LogisticRegression())",
            f"{PIPE}\nfrom sklearn.linear_model import LogisticRegression\n"
            "from sklearn.preprocessing import Imputer, StandardScaler",
        ),
        now="from sklearn.impute import SimpleImputer as Imputer",
    ),
    "moved module": Case(
        "moved-module",
        solution(
            "LogisticRegression().fit(*train_test_split(X, y, random_state=seed)[::2])",
            f"from sklearn.cross_validation import train_test_split\n{LOGISTIC}",
        ),
        now="from sklearn.model_selection import",
    ),
    "numpy alias": Case(
        "removed-attribute",
        solution("RandomForestClassifier(10)", f"import numpy as np\n{FOREST}", before="    X = X.astype(np.float)\n"),
        now="astype(float)",
    ),
    "renamed method": Case(
        "removed-attribute",
        solution(
            "RandomForestClassifier(10)", FOREST, before="    report(names=[name for name, _ in X.iteritems()])\n"
        ),
        now="X.items()",
    ),
    "missing values": Case(
        "missing-values",
        solution("SVC(probability=True)", "from sklearn.svm import SVC"),
        X=GAPS,
        now="make_pipeline(SimpleImputer(",
    ),
    "missing values in a pipeline": Case(
        "missing-values",
        solution(
            "make_pipeline(StandardScaler(), KNeighborsClassifier())",
            f"{PIPE}\nfrom sklearn.neighbors import KNeighborsClassifier\n"
            "from sklearn.preprocessing import StandardScaler",
        ),
        X=GAPS,
        now="SimpleImputer(",
    ),
    "text": Case(
        "text-as-number",
        solution("RandomForestClassifier(10)", FOREST),
        X=MIXED,
        new=NEW,
        now="OneHotEncoder(handle_unknown=",
    ),
    "unknown category": Case(
        "unknown-category",
        solution(
            "make_pipeline(make_column_transformer((OneHotEncoder(), ['colour']), remainder='passthrough'), "
            "LogisticRegression())",
            f"from sklearn.compose import make_column_transformer\n{PIPE}\n"
            "from sklearn.linear_model import LogisticRegression\nfrom sklearn.preprocessing import OneHotEncoder",
        ),
        X=MIXED,
        new=NEW,
        now='OneHotEncoder(handle_unknown="ignore")',
    ),
    "unknown ordinal": Case(
        "unknown-category",
        solution(
            "make_pipeline(make_column_transformer((OrdinalEncoder(), ['colour']), remainder='passthrough'), "
            "RandomForestClassifier(9))",
            f"from sklearn.compose import make_column_transformer\n{FOREST}\n{PIPE}\n"
            "from sklearn.preprocessing import OrdinalEncoder",
        ),
        X=MIXED,
        new=NEW,
        now="unknown_value=-1",
    ),
    "mean of text": Case(
        "not-numeric-mean",
        solution(
            "RandomForestClassifier(10)",
            FOREST,
            before="    report(means=X.mean())\n    X = X[['a', 'b']]\n",
            predict="model.predict_proba(X[['a', 'b']])",
        ),
        X=MIXED,
        now="X.mean(numeric_only=True)",
    ),
    "negative": Case(
        "negative-values",
        solution("MultinomialNB()", "from sklearn.naive_bayes import MultinomialNB"),
        now="make_pipeline(MinMaxScaler(clip=True), MultinomialNB())",
    ),
    "negative chi2": Case(
        "negative-values",
        solution(
            "make_pipeline(SelectKBest(chi2, k=1), LogisticRegression())",
            f"from sklearn.feature_selection import SelectKBest, chi2\n{PIPE}\n"
            "from sklearn.linear_model import LogisticRegression",
        ),
        now="MinMaxScaler(clip=True), SelectKBest(chi2, k=1)",
    ),
    "sparse to dense": Case(
        "dense-required",
        solution(
            "make_pipeline(OneHotEncoder(handle_unknown='ignore'), GaussianNB())",
            f"{PIPE}\nfrom sklearn.naive_bayes import GaussianNB\nfrom sklearn.preprocessing import OneHotEncoder",
        ),
        now="sparse_output=False",
    ),
    "neighbours": Case(
        "too-many-neighbours",
        solution("KNeighborsClassifier(n_neighbors=500)", "from sklearn.neighbors import KNeighborsClassifier"),
        now="n_neighbors=min(500, len(X))",
    ),
    "folds": Case(
        "too-many-folds",
        solution(
            "GridSearchCV(LogisticRegression(), {'C': [0.1, 1]}, cv=StratifiedKFold(n_splits=70))",
            "from sklearn.linear_model import LogisticRegression\n"
            "from sklearn.model_selection import GridSearchCV, StratifiedKFold",
        ),
        y=RARE,
        now="n_splits=5",
    ),
    "labels": Case(
        "labels-returned",
        solution("RandomForestClassifier(10)", FOREST, "model.predict(X)"),
        now="model.predict_proba(X)",
    ),
    "labels of an SVM": Case(
        "labels-returned",
        solution("SVC(C=2.0)", "from sklearn.svm import SVC", "model.predict(X)"),
        now="CalibratedClassifierCV(SVC(C=2.0), ensemble=False)",
    ),
    "column": Case(
        "column-returned",
        solution("Ridge()", "from sklearn.linear_model import Ridge", "model.predict(X)[:, None]"),
        y=VALUES,
        now="np.ravel(",
    ),
}


def outcome(case: Case, source: str) -> tuple[str, CellError | None, str]:
    """(status, error, reason), as the harness and the Judge would say it."""
    module = types.ModuleType("solution")
    module.__dict__.update(Float=Float, Int=Int, Choice=Choice)
    linecache.cache["solution.py"] = (len(source), None, source.splitlines(keepends=True), "solution.py")
    new = case.X if case.new is None else case.new
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(source, "solution.py", "exec"), module.__dict__)
            settings = defaults(read_space(source))
            model = module.__dict__["fit"](case.X, case.y, params=settings, seed=0, report=dict)
            prediction = np.asarray(module.__dict__["predict"](model, new))
    except Exception as error:  # noqa: BLE001 - whatever a Solution raises is what is tested
        return "error", CellError(type(error).__name__, str(error), traceback.format_exc()), ""
    if case.y is VALUES:
        right = prediction.shape == (ROWS,)
        return (
            ("ok", None, "")
            if right
            else ("rejected", None, f"predict returned shape {prediction.shape}, expected ({ROWS},)")
        )
    if prediction.ndim == 1:
        reason = f"log_loss needs probabilities, shape ({ROWS}, 2), and predict returned labels"
        return "rejected", None, reason
    assert np.allclose(prediction.sum(axis=1), 1)
    return "ok", None, ""


@pytest.mark.parametrize("name", CASES)
def test_a_rule_mends_what_really_fails(name: str) -> None:
    case = CASES[name]
    status, error, reason = outcome(case, case.source)
    assert status != "ok"
    found = diagnose(status, error, "", "", case.source, reason=reason)
    assert found.kind == case.kind
    assert found.message and found.remedy and "\n" not in found.message
    mended = repair_source(case.source, found)
    assert mended is not None
    source, what = mended
    assert what and "\n" not in what
    assert case.now in source
    assert "# the model" in source
    assert outcome(case, source)[0] == "ok"
    same = set(case.source.splitlines()) & set(source.splitlines())
    assert len(set(case.source.splitlines())) - len(same) <= 4


def test_the_line_is_the_solutions_own_in_both_styles() -> None:
    case = CASES["missing values"]
    _, error, _ = outcome(case, case.source)
    assert error is not None
    line = case.source.splitlines().index("    return model.fit(X, y)") + 1
    assert diagnose("error", error, "", "", case.source).line == line
    notebook = (
        f"ValueError  Traceback\nFile solution.py:{line}, in fit(X, y)\n---> {line}\nFile ~/lib/base.py:99, in g\n"
    )
    shown = CellError(error.type, error.message, notebook)
    assert diagnose("error", shown, "", "", case.source).line == line
    assert diagnose("error", CellError("ValueError", "?", "File base.py:3"), "", "", case.source).line is None


LIGHT = '''
from sklearn.ensemble import RandomForestClassifier


def fit(X, y, *, params, seed, report):
    """Many trees."""
    return RandomForestClassifier(n_estimators=800, random_state=seed).fit(X, y)


def predict(model, X):
    return model.predict_proba(X)
'''


def test_what_takes_too_long_gets_lighter_step_by_step() -> None:
    first = repair_source(LIGHT, diagnose("timeout", None, "", "", LIGHT))
    assert first is not None and "n_estimators=200" in first[0]
    second = repair_source(first[0], diagnose("timeout", None, "", "", first[0]))
    assert second is not None and "n_estimators=50" in second[0]
    few = repair_source(LIGHT.replace("800", "10"), diagnose("timeout", None, "", "", LIGHT))
    assert few is not None and "len(X) > 5_000" in few[0]


def test_too_much_memory_means_fewer_rows_of_every_class() -> None:
    mended = repair_source(LIGHT.replace("800", "5"), diagnose("out_of_memory", None, "", "", LIGHT))
    assert mended is not None
    X = pd.DataFrame({"a": np.arange(20_000.0)})
    y = pd.Series(np.where(np.arange(20_000) % 1000 < 2, "rare", "common"))
    names: dict[str, Any] = {}
    exec(mended[0], names)
    model = names["fit"](X, y, params={}, seed=0, report=print)
    assert names["predict"](model, X).shape == (20_000, 2)
    assert repair_source(mended[0], diagnose("out_of_memory", None, "", "", mended[0])) is None


def test_a_fit_that_did_not_converge_is_noted_and_given_more_iterations() -> None:
    source = LIGHT.replace("RandomForestClassifier(n_estimators=800, ", "LogisticRegression(max_iter=3, ")
    stderr = 'File "solution.py", line 7\n  ConvergenceWarning: lbfgs failed to converge\n'
    found = diagnose("ok", None, "", stderr, source)
    assert found.kind == "did-not-converge"
    mended = repair_source(source, found)
    assert mended is not None and "max_iter=15" in mended[0]
    assert diagnose("ok", None, "", "", source).kind == "none"


def test_what_no_rule_knows_is_left_alone() -> None:
    found = diagnose("error", CellError("ZeroDivisionError", "division by zero", ""), "", "", LIGHT)
    assert found.kind == "zero-division-error" and "division by zero" in found.message
    assert repair_source(LIGHT, found) is None
    unseen = diagnose("error", CellError("NameError", "name 'frobnicate' is not defined", ""), "", "", LIGHT)
    assert unseen.kind == "missing-name" and repair_source(LIGHT, unseen) is None
    broken = diagnose("error", CellError("NameError", "name 'np' is not defined", ""), "", "", "def (")
    assert repair_source("def (", broken) is None
