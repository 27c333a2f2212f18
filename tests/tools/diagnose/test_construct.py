"""What a failure hung on is kept in words of the libraries alone, and known again in other sources."""

import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import Diagnosis, diagnose, rejected, repair_source
from mlpilot.tools.diagnose.construct import Construct, construct_of, foreseen, known_failure, known_kind

FIT = "def fit(X, y, *, params, seed, report):\n    return {model}.fit(X, y)\n\n\n"
PREDICT = "def predict(model, X):\n    return model.predict(X)\n"


def source(model: str, first: str = "") -> str:
    return first + FIT.format(model=model) + PREDICT


def failed(type: str, message: str, code: str, line: int | None = None) -> Diagnosis:
    traceback = f'  File "solution.py", line {line}, in fit\n' if line else ""
    return diagnose("error", CellError(type, message, traceback), "", "", code)


OLD_FOREST = source('RandomForestRegressor(50, max_features="auto")')
FAILURES = [
    (
        "InvalidParameterError",
        "The 'max_features' parameter of RandomForestRegressor must be an int in the range [1, inf), a float in the"
        " range (0.0, 1.0], a str among {'log2', 'sqrt'} or None. Got 'auto' instead.",
        OLD_FOREST,
        Construct("RandomForestRegressor", "max_features", "'auto'"),
        source('RandomForestRegressor(n_estimators=9, max_features="auto", random_state=seed)'),
        source('RandomForestRegressor(max_features="sqrt")'),
    ),
    (
        "TypeError",
        "BaggingRegressor.__init__() got an unexpected keyword argument 'base_estimator'",
        source("BaggingRegressor(base_estimator=Ridge())"),
        Construct("BaggingRegressor", "base_estimator"),
        source("make_pipeline(StandardScaler(), BaggingRegressor(base_estimator=SVR(), n_estimators=3))"),
        source("BaggingRegressor(estimator=Ridge())"),
    ),
    (
        "TypeError",
        "got an unexpected keyword argument 'squared'",
        source("Ridge()", "mean_squared_error(a, b, squared=False)\n"),
        Construct("mean_squared_error", "squared"),
        source("Ridge()", "mean_squared_error(y, y, squared=False)\n"),
        source("Ridge()", "mean_squared_error(y, y)\n"),
    ),
    (
        "ModuleNotFoundError",
        "No module named 'sklearn.cross_validation'",
        source("Ridge()", "from sklearn.cross_validation import KFold\n"),
        Construct("sklearn.cross_validation"),
        source("Ridge()", "from sklearn.cross_validation import train_test_split\n"),
        source("Ridge()", "from sklearn.model_selection import KFold\n"),
    ),
    (
        "AttributeError",
        "module 'numpy' has no attribute 'float_'",
        source("Ridge()", "np.float_(3)\n"),
        Construct("numpy", "float_"),
        source("Ridge(alpha=np.float_(0.3))"),
        source("Ridge(alpha=settings.float_(0.3))"),
    ),
    (
        "ValueError",
        "Input X contains NaN.\nSVR does not accept missing values encoded as NaN natively.",
        source("SVR()"),
        Construct("SVR"),
        source("make_pipeline(StandardScaler(), SVR(C=3))"),
        source("make_pipeline(SimpleImputer(), SVR(C=3))"),
    ),
]


@pytest.mark.parametrize(("type", "message", "code", "construct", "same", "other"), FAILURES)
def test_a_failure_is_foreseen_where_its_construct_stands_and_nowhere_else(
    type: str, message: str, code: str, construct: Construct, same: str, other: str
) -> None:
    found = failed(type, message, code, 2)
    assert construct_of(found, code) == construct
    known = foreseen(found.kind, construct, same)
    assert known is not None and known.kind == found.kind
    assert repair_source(same, known) is not None
    assert foreseen(found.kind, construct, other) is None


def test_labels_where_probabilities_are_needed_are_foreseen() -> None:
    found = rejected("neg_log_loss needs probabilities, and predict returned labels")
    known = foreseen(found.kind, construct_of(found, OLD_FOREST), source("SVC()"))
    assert known is not None
    mended = repair_source(source("GaussianNB()"), known)
    assert mended is not None and "predict_proba" in mended[0]
    assert foreseen(found.kind, Construct(), source("SVC()").replace("model.predict(X)", "model.decide(X)")) is None


@pytest.mark.parametrize(
    "changed",
    [
        source("SVR()", "class Fill:\n    pass\n\n"),
        source("SVR()").replace("    return SVR", "    X = X.dropna(axis=1)\n    return SVR"),
        source("SVR()").replace(".fit(X, y)", '.fit(X[["a"]], y)'),
        source("Ridge()"),
        "def fit(:",
    ],
)
def test_missing_values_are_not_foreseen_where_they_may_be_dealt_with(changed: str) -> None:
    assert foreseen("missing-values", Construct("SVR"), changed) is None


def test_a_name_that_the_source_defines_itself_is_another() -> None:
    own = source('RandomForestRegressor(max_features="auto")', "class RandomForestRegressor:\n    pass\n\n")
    assert foreseen("removed-value", Construct("RandomForestRegressor", "max_features", "'auto'"), own) is None


@pytest.mark.parametrize(
    ("type", "message"),
    [
        ("Walrusette", "n"),
        ("InvalidParameterError", "The 'walrusette' parameter of Malvolia must be one. Got 'secretary' instead"),
        ("InvalidParameterError", "The 'C' parameter of SVC must be a float. Got 'walrusette' instead"),
        ("TypeError", "SVC() got an unexpected keyword argument 'walrusette'"),
        ("ImportError", "cannot import name 'walrusette' from 'malvolia.walrusette'"),
        ("ModuleNotFoundError", "No module named 'sklearn.walrusette'"),
        ("AttributeError", "'Walrusette' object has no attribute 'walrusette'"),
        ("NameError", "name 'walrusette' is not defined"),
        ("ValueError", "Found unknown categories ['walrusette'] in column 0 during transform"),
        ("ValueError", "could not convert string to float: 'walrusette'"),
        ("ValueError", "Input X contains NaN.\nWalrusette does not accept missing values"),
    ],
)
def test_no_word_of_the_data_is_kept(type: str, message: str) -> None:
    code = source("walrusette(walrusette=3)")
    found = failed(type, message, code, 2)
    kept = construct_of(found, code)
    told = known_failure(known_kind(found), kept)
    said = f"{known_kind(found)} {kept} {told}".casefold()
    assert not any(word in said for word in ("walrusette", "malvolia", "secretary"))


def test_what_todays_rules_would_not_find_is_no_lesson() -> None:
    assert known_failure("a-kind-of-another-version", Construct("SVC")) is None
    assert known_failure("moved-module", Construct("numpy")) is None


def test_a_source_that_python_cannot_read_has_no_construct() -> None:
    assert construct_of(failed("SyntaxError", "invalid syntax (line 1)", "def (", None), "def (") == Construct()
