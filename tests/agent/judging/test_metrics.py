"""Metrics: their direction is fixed, and they agree with scikit-learn's own scorers on fitted estimators."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.naive_bayes import GaussianNB

from mlpilot.agent.judging.metrics import Metric, companions, metric_hash, resolve_metric
from mlpilot.sandbox.errors import UserError

CLASSES = {"binary": ("no", "yes"), "numbers": (1, 2), "booleans": (False, True), "three": ("a", "b", "c")}


def works(name: str, type: str, classes: tuple) -> Metric | None:
    """The metric, or None where it is refused as it should be: by one line that names it."""
    try:
        return resolve_metric(name, type, classes)
    except UserError as error:
        assert "\n" not in str(error) and repr(name) in str(error)
        return None


@pytest.fixture(scope="module", params=CLASSES)
def fitted(request):
    """(classes, codes of the truth, a fitted classifier, features)."""
    classes = CLASSES[request.param]
    X, codes = make_classification(300, n_informative=4, n_classes=len(classes), flip_y=0.2, random_state=1)
    return classes, codes, GaussianNB().fit(X, np.asarray(classes)[codes]), X


@pytest.mark.parametrize("name", get_scorer_names())
def test_classification_scorers_agree_with_scikit_learn_or_are_refused(name, fitted):
    classes, codes, model, X = fitted
    metric = works(name, "classification", classes)
    if metric is None:
        return
    probabilities = model.predict_proba(X)
    prediction = probabilities if metric.needs == "probabilities" else probabilities.argmax(axis=1)
    labels = np.asarray(classes)[codes]
    if isinstance(classes[0], str):  # scikit-learn's scorers know no positive class among strings: the second is ours
        model, labels = GaussianNB().fit(X, codes), codes
    expected = get_scorer(name)(model, X, labels) * (1 if metric.greater_is_better else -1)
    assert metric.value(codes, prediction) == pytest.approx(expected, abs=1e-12)
    assert metric.shown == (name if metric.greater_is_better else name.removeprefix("neg_"))


@pytest.mark.parametrize("name", get_scorer_names())
def test_regression_scorers_agree_with_scikit_learn_or_are_refused(name):
    X, y = make_regression(200, 5, noise=20, random_state=0)
    y = np.exp(y / 200)
    model = PoissonRegressor().fit(X, y)  # its predictions are positive, as some metrics want
    metric = works(name, "regression", ())
    if metric is None:
        return
    expected = get_scorer(name)(model, X, y) * (1 if metric.greater_is_better else -1)
    assert metric.value(y, model.predict(X)) == pytest.approx(expected, rel=1e-12)


def test_which_scorers_are_refused():
    names = get_scorer_names()
    binary = {name for name in names if works(name, "classification", ("no", "yes"))}
    three = {name for name in names if works(name, "classification", ("a", "b", "c"))}
    regression = {name for name in names if works(name, "regression", ())}
    assert not regression & (binary | three)
    assert {name for name in names if name.endswith("_samples")}.isdisjoint(binary | three | regression)
    assert binary - three == {
        *("f1", "jaccard", "precision", "recall", "roc_auc"),
        *("neg_negative_likelihood_ratio", "positive_likelihood_ratio"),
    }
    assert three - binary == {"top_k_accuracy"}


def test_direction_is_fixed():
    loss = resolve_metric(None, "classification", (0, 1))
    assert (loss.name, loss.shown, loss.greater_is_better) == ("neg_log_loss", "log_loss", False)
    assert loss.value(np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]])) > 0
    rmse = resolve_metric(None, "regression", ())
    assert (rmse.shown, rmse.greater_is_better) == ("root_mean_squared_error", False)
    assert resolve_metric("roc_auc", "classification", (0, 1)).greater_is_better


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("log_loss", "neg_log_loss"),
        ("RMSE", "neg_root_mean_squared_error"),
        ("accurcy", "accuracy"),
        ("zzz", "FILE.py"),
    ],
)
def test_an_unknown_name_gets_a_hint(name, hint):
    with pytest.raises(UserError, match=hint):
        resolve_metric(name, "classification", (0, 1))


def test_a_scorer_for_two_classes_names_its_variants():
    with pytest.raises(UserError, match=r"two classes, and the target has 3; use one of f1_macro, f1_micro, f1_weight"):
        resolve_metric("f1", "classification", ("a", "b", "c"))


def test_losses_and_influence_add_up_to_the_metric():
    rng = np.random.default_rng(0)
    y = rng.lognormal(size=200)
    guess = y * rng.lognormal(0, 0.3, size=200)
    rmse = resolve_metric("neg_root_mean_squared_error", "regression", ())
    losses = rmse.losses(y, guess)
    assert np.sqrt(losses.mean()) == pytest.approx(rmse.value(y, guess))
    for name in ("neg_root_mean_squared_error", "neg_mean_gamma_deviance"):
        metric = resolve_metric(name, "regression", ())
        without = metric.value(y[1:], guess[1:])
        effect = metric.influence(y, guess)[0] / 199
        assert metric.value(y, guess) - without == pytest.approx(effect, rel=0.05)
    assert resolve_metric("r2", "regression", ()).losses(y, guess) is None


@pytest.mark.parametrize("name", ["roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted"])
def test_influence_on_areas_is_what_leaving_a_row_out_does(name):
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 300)
    probabilities = rng.dirichlet(np.ones(3), 300) + 0.7 * np.eye(3)[truth]
    metric = resolve_metric(name, "classification", ("a", "b", "c"))
    influence = metric.influence(truth, probabilities)
    assert influence.sum() == pytest.approx(0, abs=1e-9)
    whole = metric.value(truth, probabilities)
    left = [whole - metric.value(np.delete(truth, i), np.delete(probabilities, i, 0)) for i in range(100)]
    assert np.corrcoef(left, influence[:100])[0, 1] > 0.95
    assert np.std(left) == pytest.approx(influence[:100].std() / 299, rel=0.1)


def test_not_defined_is_not_finite():
    auc = resolve_metric("roc_auc", "classification", (0, 1))
    assert np.isnan(auc.value(np.zeros(3, int), np.full((3, 2), 0.5)))
    gamma = resolve_metric("neg_mean_gamma_deviance", "regression", ())
    assert not np.isfinite(gamma.value(np.array([1.0, 2.0]), np.array([-1.0, 2.0])))
    poisson = resolve_metric("neg_mean_poisson_deviance", "regression", ())
    assert not np.isfinite(poisson.value(np.array([0.0, 2.0]), np.array([-1.0, 2.0])))
    loss = resolve_metric(None, "classification", ("a", "b", "c"))
    assert np.isfinite(loss.value(np.zeros(3, int), np.full((3, 3), 1 / 3)))  # a part may lack a class


def test_companions():
    assert [metric.shown for metric in companions("classification")] == ["accuracy", "roc_auc"]
    assert [metric.shown for metric in companions("regression")] == ["r2"]
    area = companions("classification")[1]
    assert area.value(np.array([0, 1, 2]), np.eye(3)) == 1.0


# A person's own function

OWN = """
from __future__ import annotations
import numpy as np
from dataclasses import dataclass

@dataclass
class Price:
    miss: float = 5.0

def gain(y_true, y_pred):
    assert set(y_true) <= {"no", "yes"}
    return float(np.mean(y_true == y_pred)) * Price().miss

gain.greater_is_better = True
gain.needs = "labels"

def spread(y_true, y_pred):
    return y_pred[:, 1].std()

spread.greater_is_better = False
spread.needs = "probabilities"

def values(y_true, y_pred):
    y_pred[:] = 0
    return abs(y_true - y_pred).mean()

values.greater_is_better = False
values.needs = "values"

def bare(y_true, y_pred): return 0.0
def text(y_true, y_pred): return "x"
text.greater_is_better, text.needs = True, "labels"
def breaks(y_true, y_pred): raise RuntimeError("two\\nlines")
breaks.greater_is_better, breaks.needs = True, "labels"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(OWN)
    return path


def test_an_own_metric_gets_original_labels(own):
    before = set(sys.modules)
    metric = resolve_metric(f"{own}:gain", "classification", ("no", "yes"))
    assert metric.greater_is_better and metric.needs == "labels" and metric.shown == f"{own}:gain"
    assert metric.value(np.array([0, 1]), np.array([[0.8, 0.2], [0.7, 0.3]])) == 2.5
    assert set(sys.modules) == before and not (own.parent / "__pycache__").exists()


def test_an_own_metric_gets_probabilities_or_values_and_cannot_change_them(own):
    spread = resolve_metric(f"{own}:spread", "classification", ("no", "yes"))
    assert spread.value(np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]])) == 0.5
    values = resolve_metric(f"{own}:values", "regression", ())
    given = np.array([1.0, 2.0])
    assert values.value(np.array([1.0, 3.0]), given) == 2.0
    assert given.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mine.py", "FILE.py:FUNC"),
        ("mine.txt:gain", "FILE.py:FUNC"),
        ("none.py:gain", "No such file"),
        ("mine.py:absent", "no function 'absent'"),
        ("mine.py:bare", "bare.greater_is_better"),
        ("mine.py:values", "values.needs"),
        ("broken.py:gain", "does not run: SyntaxError"),
        ("leaves.py:gain", "does not run: SystemExit"),
    ],
)
def test_a_broken_own_metric_is_one_line(own, name, message):
    (own.parent / "broken.py").write_text("def gain(:\n")
    (own.parent / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    with pytest.raises(UserError, match=message) as caught:
        resolve_metric(f"{own.parent}/{name}", "classification", ("no", "yes"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("function", "message"), [("text", "ValueError"), ("breaks", "RuntimeError: two lines")])
def test_an_own_metric_that_breaks_while_judging_is_one_line(own, function, message):
    metric = resolve_metric(f"{own}:{function}", "classification", ("no", "yes"))
    with pytest.raises(UserError, match=message):
        metric.value(np.array([0, 1]), np.array([0, 1]))


def test_hash_of_an_own_metric_follows_its_file(own):
    first = metric_hash(f"{own}:gain")
    own.write_text(OWN + "\n")
    assert first != metric_hash(f"{own}:gain") and len(first) == 64
    assert metric_hash("roc_auc") is None and metric_hash(None) is None


def test_what_an_own_metric_prints_goes_to_standard_error(own, capsys):
    own.write_text("print('read')\n\ndef loud(t, p):\n    print('called')\n    return 1\n\n"
                   "loud.greater_is_better = True\nloud.needs = 'labels'\n")  # fmt: skip
    metric = resolve_metric(f"{own}:loud", "classification", ("no", "yes"))
    assert metric.value(np.array([0, 1]), np.array([0, 1])) == 1.0
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err == "read\ncalled\n"
