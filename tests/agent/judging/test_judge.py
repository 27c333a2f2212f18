"""The Judge: hostile buffers, honest intervals, a word (better) that is kept for when it is true."""

import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlpilot.agent.judging.judge import Candidate, Judge, Rejection
from mlpilot.agent.judging.judged import Score
from mlpilot.agent.judging.metrics import resolve_metric
from mlpilot.agent.judging.splits import make_plan
from mlpilot.agent.task import Task
from mlpilot.sandbox.errors import UserError
from mlpilot.tools.harness import RawPrediction


def judge_of(y, metric=None, *, groups=None, order=None, seed=0, sealed=False, y_test=None) -> Judge:
    y = np.asarray(y)
    type = "regression" if y.dtype.kind == "f" else "classification"
    classes = () if type == "regression" else tuple(range(int(y.max()) + 1))
    resolved = resolve_metric(metric, type, classes)
    plan = make_plan(y, type, groups=groups, order=order, seed=seed, sealed=sealed)
    task = Task("y", type, resolved.name, "", ("x",), classes, seed=seed)
    return Judge(task, resolved, plan, y, groups, order, y_test)


def guess(judge: Judge, y, skill: float, seed: int) -> list[np.ndarray]:
    """Probabilities per fold that know the truth as well as `skill` says."""
    rng = np.random.default_rng([seed, 77])
    k = int(y.max()) + 1
    noise = rng.normal(size=(len(y), k))  # one opinion per row, whatever the fold, like a model's
    scores = skill * np.eye(k)[y] + noise
    found = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return [found[judge.plan.search[fold.held]] for fold in judge.plan.folds]


def raw(kind: str, array, shape=None) -> RawPrediction:
    array = np.asarray(array, dtype="<i4" if kind == "labels" else "<f8")
    return RawPrediction(kind, array.shape if shape is None else shape, array.tobytes())


# The border

Y = np.array([0, 1, 2] * 20, np.int32)


def test_honest_predictions_pass():
    judge = judge_of(Y)
    given_ = np.array([[0.2, 0.3, 0.5004], [1, 0, 0]])
    checked = judge.check(raw("probabilities", given_), 2)
    assert np.allclose(checked.sum(axis=1), 1, atol=1e-15) and checked.flags.writeable
    assert judge_of(Y, "accuracy").check(raw("labels", [0, 2]), 2).tolist() == [0, 2]
    assert judge_of(Y, "accuracy").check(raw("probabilities", given_), 2).shape == (2, 3)
    assert judge_of(Y * 1.5).check(raw("values", [1.5, -2]), 2).tolist() == [1.5, -2.0]


@pytest.mark.parametrize(
    ("prediction", "reason"),
    [
        (raw("labels", [0, 1]), r"log_loss needs probabilities, shape \(2, 3\), and predict returned labels"),
        (raw("values", [0, 1]), "needs probabilities"),
        (raw("probabilities", np.eye(3)), r"shape \(3, 3\), expected \(2, 3\)"),
        (raw("probabilities", np.eye(3)[:2, :2]), r"shape \(2, 2\), expected \(2, 3\)"),
        (raw("probabilities", [[np.nan, 0, 1], [1, 0, 0]]), "1 of 2 rows .* not finite"),
        (raw("probabilities", [[np.inf, 0, 1], [1, 0, 0]]), "not finite"),
        (raw("probabilities", [[-0.1, 0.1, 1], [1, 0, 0]]), "negative"),
        (raw("probabilities", [[0.2, 0.2, 0.2], [1, 0, 0]]), "do not sum to one"),
        (raw("probabilities", [[1e308, 1e308, 1e308], [1, 0, 0]]), "do not sum to one"),
        (RawPrediction("probabilities", (2, 3), b"short"), "does not hold 48 bytes"),
        (RawPrediction("probabilities", (2**62, 2**62), b""), "expected"),
        (RawPrediction("probabilities", (-2, -3), b"\0" * 48), "expected"),
        (RawPrediction("probabilities", (2, "3"), b"\0" * 48), "expected"),
        (RawPrediction("probabilities", None, b"\0" * 48), "expected"),
        (RawPrediction("probabilities", (2, 3), None), "does not hold"),
        (RawPrediction("pickle", (2, 3), b"\0" * 48), "something else"),
        (RawPrediction(["x"], (2, 3), b"\0" * 48), "something else"),
    ],
)
def test_bad_probabilities_are_rejected(prediction, reason):
    found = judge_of(Y).check(prediction, 2)
    assert isinstance(found, Rejection) and "\n" not in found.reason
    assert re.search(reason, found.reason), found.reason


def test_bad_labels_and_values_are_rejected():
    accuracy, rmse = judge_of(Y, "accuracy"), judge_of(Y * 1.5)
    assert "1 of 2 predicted labels" in accuracy.check(raw("labels", [-1, 1]), 2).reason
    assert "1 of 2 predicted labels" in accuracy.check(raw("labels", [3, 1]), 2).reason
    assert "1 of 2 predictions are not finite" in rmse.check(raw("values", [np.nan, 1]), 2).reason
    assert "expected (2,)" in rmse.check(raw("values", [[1.0], [2.0]]), 2).reason
    assert "needs one number per row" in rmse.check(raw("probabilities", np.eye(2)), 2).reason


FUZZED = {metric: judge_of(Y, metric) for metric in ("neg_log_loss", "accuracy")}


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(["values", "labels", "probabilities", "x"]),
    shape=st.lists(st.integers(-5, 2**70), max_size=3).map(tuple),
    data=st.binary(max_size=100),
)
@pytest.mark.parametrize("metric", FUZZED)
def test_no_buffer_makes_the_judge_raise(kind, shape, data, metric):
    found = FUZZED[metric].check(RawPrediction(kind, shape, data), 4)
    assert isinstance(found, Rejection) or found.shape in ((4,), (4, 3))


# Scores


def test_scores_are_those_of_scikit_learn():
    X, y = load_breast_cancer(return_X_y=True)
    y = y.astype(np.int32)
    judge = judge_of(y, sealed=True)
    plan, values, folds = judge.plan, [], []
    model = make_pipeline(StandardScaler(), LogisticRegression())
    for fold in plan.folds:
        train, held = plan.search[fold.train], plan.search[fold.held]
        folds.append(model.fit(X[train], y[train]).predict_proba(X[held]))
        values.append(log_loss(y[held], folds[-1]))
    score = judge.score(folds)
    assert score.value == pytest.approx(np.mean(values)) and score.folds == pytest.approx(values)
    assert score.ci[0] < score.value < score.ci[1]
    assert score.rows == len(plan.search)
    assert 0.95 < score.also["accuracy"] < 1 and 0.98 < score.also["roc_auc"] < 1
    tested = judge.test(model.fit(X[plan.search], y[plan.search]).predict_proba(X[plan.test]))
    assert tested.rows == len(plan.test) and tested.folds == ()
    assert tested.value == pytest.approx(log_loss(y[plan.test], model.predict_proba(X[plan.test])))
    assert judge.score(folds) == score == judge_of(y, sealed=True).score(folds)


def test_regression_has_its_companion_and_a_test_table_of_its_own():
    X, y = load_diabetes(return_X_y=True)
    judge = judge_of(y, y_test=y[:50])
    folds = [Ridge(1e-3).fit(X[fold.train], y[fold.train]).predict(X[fold.held]) for fold in judge.plan.folds]
    assert 0.4 < judge.score(folds).also["r2"] < 0.6
    assert judge.test(y[:50]).value == 0.0


def test_a_part_without_a_class_is_left_out_of_the_mean():
    y = np.concatenate([np.zeros(190, np.int32), np.ones(2, np.int32)])
    judge = judge_of(y, "roc_auc")
    score = judge.score(guess(judge, y, 2.0, 0))
    assert 0 < len(score.folds) < len(judge.plan.folds) and np.isfinite([score.value, *score.ci]).all()


def test_what_is_not_defined_is_rejected():
    judge = judge_of(np.random.default_rng(0).lognormal(size=60), "neg_mean_gamma_deviance")
    found = judge.score([-np.ones(len(fold.held)) for fold in judge.plan.folds])
    assert isinstance(found, Rejection) and "mean_gamma_deviance is not defined" in found.reason
    huge = judge_of(np.linspace(0, 1, 60)).score([np.full(len(fold.held), 1e200) for fold in judge.plan.folds])
    assert isinstance(huge, Rejection)


def test_a_metric_that_the_target_rules_out_is_refused_at_once():
    with pytest.raises(UserError, match=r"neg_mean_gamma_deviance.*not defined for this target"):
        judge_of(np.linspace(-1, 1, 60), "neg_mean_gamma_deviance")


@pytest.mark.parametrize(
    ("metric", "positives", "doubt"),
    [("accuracy", 50, 0.03), ("roc_auc", 50, 0.06), ("f1", 50, 0.06), ("accuracy", 10, 0.03), ("f1", 10, 0.3)],
)
def test_perfection_is_not_certainty(metric, positives, doubt):
    """All right: three errors in n are still likely, n being the rows of the rarest class where each class counts."""
    y = (np.arange(100) < positives).astype(np.int32)
    judge = judge_of(y, metric)
    score = judge.score([np.eye(2)[y[fold.held]] for fold in judge.plan.folds])
    assert score.value == 1.0 and score.ci == (pytest.approx(1 - doubt), 1.0)


def test_to_be_wrong_everywhere_is_not_certain_either():
    y = (np.arange(100) < 50).astype(np.int32)
    judge = judge_of(y, "accuracy")
    score = judge.score([np.eye(2)[1 - y[fold.held]] for fold in judge.plan.folds])
    assert score.value == 0.0 and score.ci == (0.0, pytest.approx(0.03))


@pytest.mark.parametrize("metric", ["f1", "recall", "precision", "average_precision", "matthews_corrcoef", "roc_auc"])
def test_a_fold_without_the_rare_class_counts_for_nobody(metric):
    y = (np.arange(100) < 4).astype(np.int32)
    judge = judge_of(y, metric, sealed=False)
    score = judge.score([np.eye(2)[y[fold.held]] for fold in judge.plan.folds])
    assert score.value == 1.0 and len(score.folds) < len(judge.plan.folds)


def test_no_prediction_can_pass_over_the_folds_that_it_does_worst():
    y = np.random.default_rng(0).normal(size=200)
    judge = judge_of(y)
    folds = [np.zeros(len(fold.held)) for fold in judge.plan.folds]
    assert isinstance(judge.score([np.full(len(folds[0]), 1e200), *folds[1:]]), Rejection)
    assert not isinstance(judge.score(folds), Rejection)


def test_more_repeats_are_not_more_rows():
    y = np.random.default_rng(0).integers(0, 2, 280).astype(np.int32)
    many, once = judge_of(y), judge_of(y)
    assert many.plan.repeats == 4
    folds = guess(many, y, 1.0, 0)  # the same opinion of a row in every repeat
    object.__setattr__(once.plan, "folds", once.plan.folds[:5])
    object.__setattr__(once.plan, "repeats", 1)
    single = Judge(Task("y", "classification", "neg_log_loss", "", (), (0, 1)), once.metric, once.plan, y, None, None)
    widths = [np.ptp(score.ci) for score in (many.score(folds), single.score(folds[:5]))]
    assert widths[0] == pytest.approx(widths[1], rel=0.03)


def test_groups_and_blocks_of_time_widen_the_interval():
    rng = np.random.default_rng(0)
    n = 600
    groups = np.repeat(np.arange(30), 20)
    y = rng.normal(size=n) + 2 * rng.normal(size=30)[groups]
    widths = {}
    for name, clusters, order in (("rows", None, None), ("groups", groups, None), ("time", None, np.arange(n))):
        judge = judge_of(y, groups=clusters, order=order)
        score = judge.score([np.zeros(len(fold.held)) for fold in judge.plan.folds])
        widths[name] = np.ptp(score.ci) * np.sqrt(score.rows / n)
    assert widths["groups"] > 2 * widths["rows"] and widths["time"] > 1.3 * widths["rows"]


def coverage(metric: str, n: int, runs: int) -> float:
    """How often the interval holds the mean true score of the fold models, over data drawn anew."""
    rng = np.random.default_rng(5)
    beta = np.array([1.0, 0.5, 0.5, 0.0, 0.0])
    regression = metric.startswith("neg_root")

    def draw(size):
        X = rng.normal(size=(size, 5))
        if regression:
            return X, X @ beta + rng.normal(size=size)
        return X, (rng.random(size) < 1 / (1 + np.exp(-1.5 * X @ beta))).astype(np.int32)

    def fit(X, y):
        centre = y.mean()
        return np.linalg.solve(X.T @ X + np.eye(5), X.T @ (y - centre)), centre

    def predict(model, X):
        line = X @ model[0] + model[1]
        odds = 1 / (1 + np.exp(-5 * (line - 0.5)))
        return line if regression else np.column_stack([1 - odds, odds])

    far_X, far_y = draw(20_000)
    hits = 0
    for _ in range(runs):
        X, y = draw(n)
        judge = judge_of(y, metric)
        models = [fit(X[fold.train], y[fold.train]) for fold in judge.plan.folds]
        truth = np.mean([judge.metric.value(far_y, predict(model, far_X)) for model in models[:5]])
        folds = [predict(model, X[fold.held]) for model, fold in zip(models, judge.plan.folds, strict=True)]
        low, high = judge.score(folds).ci
        hits += low <= truth <= high
    return hits / runs


@pytest.mark.parametrize(
    ("metric", "n", "runs"),
    [("neg_log_loss", 150, 100), ("neg_root_mean_squared_error", 150, 100), ("roc_auc", 400, 60)],
)
def test_intervals_cover(metric, n, runs):
    assert 0.88 <= coverage(metric, n, runs) <= 1.0  # 95 %, less two and a half standard errors of this simulation


# Better, and best


@pytest.mark.parametrize("metric", ["neg_log_loss", "accuracy", "roc_auc"])
def test_noise_is_not_called_better(metric):
    """Fifty equally good models on a board, many boards: "better" is said on at most about one board in twenty."""
    boards, said = 8, 0
    for seed in range(boards):
        y = np.random.default_rng(seed).integers(0, 2, 320).astype(np.int32)
        judge = judge_of(y, metric)
        sign = 1 if judge.metric.greater_is_better else -1
        first = best = guess(judge, y, 1.0, 1000 * seed)
        top, false = sign * judge.score(best).value, False
        for look in range(1, 50):
            new = guess(judge, y, 1.0, 1000 * seed + look)
            false |= judge.compare(new, best, look).standing == "better"
            score = sign * judge.score(new).value
            best, top = (new, score) if score > top else (best, top)
        false |= judge.compare(best, first, 50).standing == "better"
        said += false
    assert said <= 2  # P(more than 2 of 8 at a rate of .05) is .006


def test_a_truly_better_model_is_found_and_a_worse_one_said_to_be_so():
    y = np.random.default_rng(0).integers(0, 3, 900).astype(np.int32)
    judge = judge_of(y)
    weak, strong = guess(judge, y, 1.0, 1), guess(judge, y, 2.0, 2)
    up, down = judge.compare(strong, weak, 40), judge.compare(weak, strong, 40)
    assert (up.standing, down.standing) == ("better", "worse") and up.p < 0.001 and up.looks == 40
    assert judge.compare(strong, strong, 2).standing == "no better" and judge.compare(strong, strong, 2).p == 1.0


def test_p_values_are_uniform_under_the_null():
    found = []
    for seed in range(250):
        y = np.random.default_rng(seed).integers(0, 2, 2_000).astype(np.int32)
        judge = judge_of(y)
        found.append(judge.compare(guess(judge, y, 1.0, 2 * seed), guess(judge, y, 1.0, 2 * seed + 1), 1).p)
    assert np.mean(np.array(found) < 0.05) <= 0.09  # .05 and three standard errors
    assert 0.4 < np.mean(found) < 0.65


def test_more_looks_ask_for_more():
    y = np.random.default_rng(0).integers(0, 2, 300).astype(np.int32)
    judge = judge_of(y)
    new, old = guess(judge, y, 1.45, 1), guess(judge, y, 1.0, 2)
    once, often = judge.compare(new, old, 1), judge.compare(new, old, 100_000)
    assert once.standing == "better" and often.standing == "no better" and often.p > once.p


def test_the_best_is_the_best_score_but_for_a_simpler_one_that_is_as_good():
    y = np.random.default_rng(0).integers(0, 2, 600).astype(np.int32)
    judge = judge_of(y)
    strong, weak = guess(judge, y, 2.0, 1), guess(judge, y, 1.0, 2)
    as_good = []  # every other row's loss a little higher, the rest as much lower
    for one, fold in zip(strong, judge.plan.folds, strict=True):
        truth = y[fold.held]
        given_ = one[np.arange(len(one)), truth] * np.exp(1e-3 * (-1.0) ** np.arange(len(one)))
        as_good.append(np.where(np.eye(2)[truth] == 1, given_[:, None], 1 - given_[:, None]).clip(0, 1))

    def candidate(number, folds, complexity):
        score = judge.score(folds)
        assert isinstance(score, Score)
        return Candidate(number, folds, score, complexity)

    assert judge.best([candidate(1, weak, 1), candidate(2, strong, 90)]) == 2
    for simple, complex_ in ((strong, as_good), (as_good, strong)):
        assert judge.best([candidate(2, complex_, 60), candidate(3, simple, 20)]) == 3
    assert judge.best([candidate(1, strong, 20), candidate(2, strong, 20)]) == 1


def test_a_blend_is_held_against_what_picking_would_score():
    """Thirty that know equally little: the luckiest looks better than a blend of them, and is not."""
    y = np.random.default_rng(0).integers(0, 2, 200).astype(np.int32)
    judge = judge_of(y)
    singles = [guess(judge, y, 0.7, seed) for seed in range(30)]
    blended = judge.blend(singles)
    worse = [np.full_like(fold, 0.5) for fold in blended.folds]

    def candidate(number, folds, blend=False):
        return Candidate(number, folds, judge.score(folds), 100 if blend else 20, blend)

    candidates = [candidate(number, folds) for number, folds in enumerate(singles, 1)]
    assert judge.best([*candidates, candidate(31, blended.folds, blend=True)]) == 31
    assert judge.best([*candidates, candidate(31, worse, blend=True)]) == judge.best(candidates) < 31


# Blends


def test_a_blend_is_cross_fitted_and_better_than_its_members():
    y = np.random.default_rng(0).integers(0, 3, 900).astype(np.int32)
    judge = judge_of(y)
    members = [guess(judge, y, 1.2, seed) for seed in range(4)]
    blend = judge.blend(members)
    assert sum(blend.weights) == pytest.approx(1) and min(blend.weights) >= 0
    assert judge.compare(blend.folds, members[0], 10).standing == "better"
    mixed = judge.mix(blend.weights, [member[0] for member in members])
    assert mixed.shape == blend.folds[0].shape and np.allclose(mixed.sum(axis=1), 1)
    assert np.abs(mixed - blend.folds[0]).max() < 0.1 and not np.array_equal(mixed, blend.folds[0])


def test_cross_fitting_keeps_a_blend_of_noise_honest():
    y = np.random.default_rng(0).integers(0, 2, 120).astype(np.int32)
    judge = judge_of(y)
    members = [guess(judge, y, 0.0, seed) for seed in range(30)]
    blend = judge.blend(members)
    assert np.count_nonzero(blend.weights) <= 8
    fitted = judge.score([judge.mix(blend.weights, [member[i] for member in members]) for i in range(20)])
    assert judge.score(blend.folds).value > fitted.value  # the weights' own fit flatters, the cross-fit does not


def test_the_weights_of_a_row_never_saw_it():
    y = np.random.default_rng(0).integers(0, 2, 200).astype(np.int32)
    judge = judge_of(y)
    part = judge.plan.folds[0].held
    members = [guess(judge, y, skill, seed) for seed, skill in enumerate((0.5, 1.0))]
    before = judge.blend(members).folds
    flipped = y.copy()
    flipped[part] = 1 - flipped[part]
    other = Judge(
        Task("y", "classification", "neg_log_loss", "", (), (0, 1)), judge.metric, judge.plan, flipped, None, None
    )
    after = other.blend(members).folds
    for fold, one, two in zip(judge.plan.folds, before, after, strict=True):
        inside = np.isin(fold.held, part)
        assert np.array_equal(one[inside], two[inside])
    assert not np.array_equal(before[1], after[1])


def test_under_time_weights_come_from_the_past():
    y = np.random.default_rng(0).normal(size=300)
    judge = judge_of(y, order=np.arange(300))
    members = [[y[fold.held] + s for fold in judge.plan.folds] for s in (1.0, -0.5)]
    blend = judge.blend(members)
    assert blend.folds[0] == pytest.approx(judge.mix([0.5, 0.5], [member[0] for member in members]))
    assert judge.score(blend.folds[1:] and list(blend.folds)).value < 0.3


def test_a_blend_of_labels_votes():
    y = np.random.default_rng(0).integers(0, 3, 300).astype(np.int32)
    judge = judge_of(y, "accuracy")
    members = [[one.argmax(axis=1).astype(np.int32) for one in guess(judge, y, 1.5, seed)] for seed in range(3)]
    members.append(guess(judge, y, 1.5, 9))
    blend = judge.blend(members)
    assert blend.folds[0].shape == (len(judge.plan.folds[0].held), 3)
    assert judge.score(blend.folds).value > max(judge.score(member).value for member in members)


# Cost


@pytest.mark.parametrize(("n", "limit"), [(2_000, 0.1), (200_000, 1.0), (1_000_000, 1.5)])
def test_judging_is_quick(n, limit):
    y = np.random.default_rng(0).integers(0, 2, n).astype(np.int32)
    judge = judge_of(y)
    folds, others = guess(judge, y, 1.0, 0), guess(judge, y, 1.0, 1)
    judge.score(others)
    started = time.process_time()
    judge.score(folds)
    judge.compare(folds, others, 5)
    assert time.process_time() - started < limit


def test_an_own_metric_that_breaks_on_some_folds_is_not_counted_there(tmp_path):
    """As scikit-learn's own are not: here it wants every class, and folds without the rare one have it not."""
    path = tmp_path / "mine.py"
    path.write_text(
        "from sklearn.metrics import log_loss\n\ndef strict(t, p):\n    return log_loss(t, p)\n\n"
        "strict.greater_is_better = False\nstrict.needs = 'probabilities'\n"
    )
    y = np.repeat([0, 1, 2], [60, 60, 4]).astype(np.int32)
    judge = judge_of(y, f"{path}:strict")
    score = judge.score(guess(judge, y, 2.0, 0))
    assert 0 < len(score.folds) < len(judge.plan.folds)
