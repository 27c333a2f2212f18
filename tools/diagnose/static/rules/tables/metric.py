"""Metrics that do not fit the task, or are given the wrong things.

Sources: scikit-learn, Metrics and scoring; Humbatova et al. 2020 (training: wrong loss or metric).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import (
    LABEL_METRICS,
    SCORE_METRICS,
    VALUE_METRICS,
    is_metric,
    is_part,
    predicted,
)
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.libraries.datasets import CLASSES
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Value, constant, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_DOCS = "scikit-learn, Metrics and scoring"
_SYMMETRIC = listed(
    "accuracy_score mean_squared_error mean_absolute_error root_mean_squared_error matthews_corrcoef cohen_kappa_score"
    " max_error median_absolute_error mean_squared_log_error zero_one_loss hamming_loss"
)
_MULTICLASS = frozenset(name for name, classes in CLASSES.items() if classes > 2)


def _metrics(program: Program) -> Iterator[tuple[Call, Data, Data]]:
    for call in program.trace.calls:
        if is_metric(call) and (both := predicted(call)) is not None:
            yield call, both[0], both[1]


@rule(
    "METRIC001",
    "metric-arguments-swapped",
    "warning",
    "the metric's arguments are in the wrong order",
    remedy="metric(y_true, y_pred): the truth comes first",
    source=_DOCS,
)
def swapped(program: Program) -> Iterator[Found]:
    """`precision_score(y_pred, y_test)`; metrics that do not mind are left alone."""
    for call in program.trace.calls:
        shown = call.name == "from_predictions" and "Confusion" in call.path
        if (not is_metric(call) and not shown) or call.name in _SYMMETRIC or len(call.args) < 2:
            continue
        first, second = as_data(call.args[0]), as_data(call.args[1])
        unseen = first is None or (first.kind == "data" and first.role == "X" and first.made_by is None)
        if unseen and second is not None and _is_target(second) and _called_predictions(call):
            text = f"{call.name}({call.text(0)}, {call.text(1)}): the predictions stand where the truth belongs"
            yield call.node, text
        if first is None or second is None:
            continue
        guessed = first.kind in ("predicted", "probabilities") and first.made_by is not None
        if guessed and second.kind == "data" and second.made_by is None and _is_target(second):
            yield (
                call.node,
                f"{call.name}({call.text(0)}, {call.text(1)}): the predictions stand where the truth belongs",
            )


def _called_predictions(call: Call) -> bool:
    """Whether the first argument is called as predictions are, and the second is not."""
    words = [set(tokens(call.text(at))) & _PREDICTED for at in (0, 1)]
    return bool(words[0]) and not words[1]


_PREDICTED = frozenset(("pred", "preds", "prediction", "predictions", "predicted", "yhat"))


def _is_target(data: Data) -> bool:
    return data.role == "y" or len(data.columns or ()) == 1


@rule(
    "METRIC002",
    "classification-metric-for-values",
    "error",
    "a metric for classes, and a regression",
    remedy="use mean_absolute_error, root_mean_squared_error or r2_score",
    source=_DOCS,
)
def classes_of_values(program: Program) -> Iterator[Found]:
    """`accuracy_score(y_test, LinearRegression().predict(X_test))`."""
    for call, _, guess in _metrics(program):
        rounded = guess.form == "int"
        if (
            call.name in LABEL_METRICS
            and estimators.task_of(guess.made_by) == "regression"
            and not rounded
            and "cast" not in guess.flags
            and _raw(program, call)
        ):
            name = guess.made_by.name if isinstance(guess.made_by, Instance) else "the model"
            yield call.node, f"{call.name} is for classes, and {name} predicts values"


def _raw(program: Program, call: Call) -> bool:
    """Whether the prediction is given as it is, not rounded or compared first."""
    named = [made.value for one in call.node.args if isinstance(one, ast.Name) for made in program.sets.get(one.id, [])]
    text = " ".join(written(one, 200) for one in (*call.node.args, *named))
    return not any(word in text for word in ("round", "astype", ">", "<", "int(", "where", "rint", "binar"))


@rule(
    "METRIC003",
    "regression-metric-for-classes",
    "warning",
    "a metric for values, and a classification",
    remedy="use accuracy_score, f1_score, log_loss or roc_auc_score",
    source=_DOCS,
)
def values_of_classes(program: Program) -> Iterator[Found]:
    """`r2_score(y_test, LogisticRegression().predict(X_test))`."""
    if "cohen_kappa_score" in program.names:
        return  # classes that have an order, and distances between them
    for call, _, guess in _metrics(program):
        if (
            call.name in VALUE_METRICS
            and estimators.task_of(guess.made_by) == "classification"
            and guess.kind == "predicted"
        ):
            yield call.node, f"{call.name} is for values, and the model predicts classes"


@rule(
    "METRIC004",
    "labels-for-probabilities",
    "warning",
    "labels where the metric wants scores",
    remedy="give it predict_proba(X)[:, 1] or decision_function(X)",
    source=_DOCS + ": roc_auc_score",
)
def labels_for_scores(program: Program) -> Iterator[Found]:
    """`roc_auc_score(y_test, model.predict(X_test))`."""
    for call, _, guess in _metrics(program):
        if call.name in SCORE_METRICS and guess.kind == "predicted" and "raw" not in guess.flags:
            if estimators.task_of(guess.made_by) == "regression" or guess.last:
                continue
            if isinstance(guess.made_by, Instance) and estimators.task_of(guess.made_by) == "classification":
                yield call.node, f"{call.name} ranks by scores, and {call.text(1, 'y_score')} holds labels from predict"


@rule(
    "METRIC005",
    "probabilities-for-labels",
    "error",
    "probabilities where the metric wants labels",
    remedy="give it predict(X), or compare the probabilities with a threshold",
    source=_DOCS,
)
def scores_for_labels(program: Program) -> Iterator[Found]:
    """`accuracy_score(y_test, model.predict_proba(X_test))`."""
    for call, _, guess in _metrics(program):
        if call.name not in LABEL_METRICS or not _raw(program, call):
            continue
        keras = "raw" in guess.flags and guess.last in ("softmax", "sigmoid")
        if guess.kind == "probabilities" and (keras or guess.form in ("predict_proba", "predict_log_proba")):
            yield call.node, f"{call.name} compares labels, and {call.text(1, 'y_pred')} holds probabilities"


@rule(
    "METRIC006",
    "average-missing",
    "error",
    "a metric for two classes, and there are more",
    remedy='say average="macro" (or "weighted", "micro")',
    source=_DOCS + ": precision_score, average='binary'",
)
def average_missing(program: Program) -> Iterator[Found]:
    """`f1_score(y_test, y_pred)` on iris."""
    for call, truth, _ in _metrics(program):
        named = {"f1_score", "precision_score", "recall_score", "fbeta_score", "jaccard_score"}
        if (
            call.name in named
            and call.get("average") is None
            and truth.dataset in _MULTICLASS
            and truth.kind == "data"
            and _raw(program, call)
        ):
            yield call.node, f"{call.name} takes two classes unless average is given, and {truth.dataset} has more"
        if (
            call.name == "roc_auc_score"
            and call.get("multi_class") is None
            and truth.dataset in _MULTICLASS
            and truth.form == "int"
        ):
            yield (
                call.node,
                f"roc_auc_score takes two classes unless multi_class is given, and {truth.dataset} has more",
            )


@rule(
    "METRIC007",
    "scoring-does-not-fit",
    "error",
    "scoring that does not fit the model",
    remedy="a scorer for the task: accuracy, f1, roc_auc for classes; r2, neg_root_mean_squared_error for values",
    source=_DOCS + ": the scoring parameter",
)
def scoring(program: Program) -> Iterator[Found]:
    """`cross_val_score(LinearRegression(), X, y, scoring="accuracy")`."""
    for node, model, value in _scorings(program):
        task = estimators.task_of(model)
        for name in words(value):
            classes = name.startswith(
                ("accuracy", "f1", "precision", "recall", "roc_auc", "balanced", "neg_log_loss", "jaccard")
            )
            values = name in ("r2", "explained_variance", "max_error") or name.startswith(
                ("neg_mean_", "neg_root_", "neg_median")
            )
            if task == "regression" and classes:
                yield node, f"scoring={name!r} is for classes, and {model.name} predicts values"
            elif task == "classification" and values:
                yield node, f"scoring={name!r} is for values, and {model.name} predicts classes"


def _scorings(program: Program) -> Iterator[tuple[ast.AST, Instance, Value]]:
    for call in program.trace.of("cross_val_score", "cross_validate", "learning_curve", "validation_curve"):
        model, value = call.get("estimator", 0), call.get("scoring")
        if isinstance(model, Instance) and value is not None:
            yield call.node, model, value
    for one in program.trace.instances:
        model, value = one.argument("estimator", 0), one.argument("scoring")
        if one.name in estimators.SEARCHES and isinstance(model, Instance) and value is not None:
            yield one.node, model, value


_OLD_SCORERS = {
    "mean_squared_error": "neg_mean_squared_error",
    "mean_absolute_error": "neg_mean_absolute_error",
    "log_loss": "neg_log_loss",
    "median_absolute_error": "neg_median_absolute_error",
    "rmse": "neg_root_mean_squared_error",
    "mse": "neg_mean_squared_error",
    "mae": "neg_mean_absolute_error",
    "root_mean_squared_error": "neg_root_mean_squared_error",
    "auc": "roc_auc",
}


@rule(
    "METRIC008",
    "unknown-scorer",
    "error",
    "no such scorer",
    remedy="see sklearn.metrics.get_scorer_names()",
    source="scikit-learn, changelog 0.18 and 0.20",
)
def unknown_scorer(program: Program) -> Iterator[Found]:
    """`scoring="mean_squared_error"`."""
    for node, _, value in _scorings(program):
        for name in words(value):
            if name in _OLD_SCORERS:
                yield node, f"scoring={name!r} is not known; it is called {_OLD_SCORERS[name]!r}"


@rule(
    "METRIC009",
    "loss-as-score",
    "warning",
    "a loss made a scorer as if more were better",
    remedy="make_scorer(metric, greater_is_better=False)",
    source="scikit-learn, make_scorer",
)
def loss_as_score(program: Program) -> Iterator[Found]:
    """`make_scorer(mean_squared_error)`, where something chooses by it."""
    choosing = estimators.SEARCHES | {"RFECV", "SequentialFeatureSelector", "permutation_importance"}
    if program.names & estimators.CROSS and not program.names & choosing:
        return
    for call in program.trace.of("make_scorer"):
        name = getattr(call.args[0], "path", "").rpartition(".")[2] if call.args else ""
        loss = name in VALUE_METRICS - {"r2_score", "explained_variance_score"} or name in ("log_loss", "hamming_loss")
        if (
            loss
            and constant(call.get("greater_is_better", 2)) is not False
            and call.get("greater_is_better", 2) is None
        ):
            yield call.node, f"{name} is a loss, and make_scorer takes more of it for better: the worst model is chosen"


_RARE = re.compile(r"^(is_?)?(fraud|fraudulent|anomaly)(_?flag|_?label)?$", re.IGNORECASE)
_CARDS = re.compile(r"creditcard|fraud", re.IGNORECASE)
"""How columns and files are called in which one class is rare."""
_BALANCING = listed(
    "resample SMOTE RandomOverSampler RandomUnderSampler class_weight ADASYN SMOTEENN SMOTETomek NearMiss"
)


@rule(
    "METRIC010",
    "accuracy-of-rare-class",
    "warning",
    "accuracy where one class is rare",
    remedy="look at balanced accuracy, F1, or the area under the precision-recall curve",
    source="imbalanced-learn, Common pitfalls; scikit-learn, balanced_accuracy_score",
)
def rare_class(program: Program) -> Iterator[Found]:
    """`make_classification(weights=[0.99])` and `accuracy_score` alone."""
    others = LABEL_METRICS | SCORE_METRICS
    used = {call.name for call in program.trace.calls if is_metric(call)}
    crossed = program.trace.of("cross_val_score", "cross_validate", "cross_val_predict")
    other_scorers = [
        one for one in crossed if one.get("scoring") is not None and constant(one.get("scoring")) != "accuracy"
    ]
    if used & (others - {"accuracy_score"}) or other_scorers:
        return
    for call, truth in _accuracies(program):
        rare = _RARE.search(" ".join(truth.columns or ())) or any(_CARDS.search(str(row[0][2])) for row in truth.rows)
        if "imbalanced" in truth.flags or (rare and not program.names & _BALANCING):
            yield call.node, "nearly all rows are of one class: accuracy is high for a model that knows nothing"
            return


def _accuracies(program: Program) -> Iterator[tuple[Call, Data]]:
    """(call, truth) of each accuracy: by its metric, by a cross-validation, by `score` of a classifier."""
    for call in program.trace.of("accuracy_score", "score", "cross_val_score"):
        crossed = call.name == "cross_val_score"
        model = call.get("estimator", 0) if crossed else call.receiver
        if call.name == "accuracy_score":
            truth = predicted(call)[0] if is_metric(call) and predicted(call) is not None else None  # type: ignore[index]
        else:
            truth = as_data(call.get("y", 2 if crossed else 1))
            scorer = call.get("scoring") if crossed else None
            default = scorer is None or constant(scorer) == "accuracy"
            held_out = crossed or ((X := as_data(call.get("X", 0))) is not None and is_part(X.rows))
            truth = truth if default and held_out and estimators.task_of(model) == "classification" else None
        if truth is not None:
            yield call, truth
