"""Scores that are not of unseen rows: rows shared with the training, a test part that chose the model.

Sources: Yang et al. 2022 (overlap and multi-test leakage); Dwork et al., "The reusable holdout" (2015); Kaufman et al.
2011.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static import estimators, nets
from mlpilot.tools.diagnose.static.judged import (
    Judgement,
    fits,
    in_folds,
    is_model,
    is_part,
    judgements,
    part,
    targets,
    within,
)
from mlpilot.tools.diagnose.static.naming import tokens
from mlpilot.tools.diagnose.static.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.values import Data, Instance, Rows, Seq, Table, Value, overlap

_OVERLAP = "Yang et al. 2022, overlap leakage"
_MULTI = "Yang et al. 2022, multi-test leakage"


@rule(
    "LEAK010",
    "train-test-overlap",
    "warning",
    "judged on rows that it was trained on",
    remedy="keep the test part out of everything that the model is fitted on",
    source=_OVERLAP,
)
def overlapping(program: Program) -> Iterator[Found]:
    """Fitted on all rows, or on a part that holds test rows; another random split of the same rows."""
    for use in _judged(program):
        trained = use.trained_on
        assert trained is not None and use.fit is not None
        if trained.rows == use.data.rows:
            continue
        line = getattr(use.fit.node, "lineno", 0)
        if overlap(trained.rows, use.data.rows):
            yield use.fit.node, f"the model is judged at line {use.call.node.lineno} on rows that this fit sees too"
        elif _other_split(trained.rows, use.data.rows):
            text = (
                f"the rows that it is judged on come from another random split than those it is fitted on (line {line})"
            )
            yield use.call.node, f"{text}: the two share rows"


def _judged(program: Program) -> Iterator[Judgement]:
    for use in judgements(program):
        trained = use.trained_on
        if trained is None or "mixed" in trained.flags | use.data.flags or not trained.rows or not use.data.rows:
            continue
        if estimators.task_of(use.model) == "cluster" or use.model.name in estimators.KIND:
            continue
        yield use


def _other_split(one: Rows, other: Rows) -> bool:
    """Parts of the same rows by two random splits, each of which is known."""
    if len(one) != 1 or len(other) != 1:
        return False
    (here,), (there,) = one, other
    for mine, theirs in zip(here, there, strict=False):
        if mine != theirs:
            random = mine[0] == theirs[0] == "split" and mine[1] != theirs[1]
            return random and {mine[2], theirs[2]} <= {"train", "test"} and "named" not in str((mine[1], theirs[1]))
    return False


@rule(
    "LEAK011",
    "judged-on-training-rows",
    "warning",
    "the only score is that of the training rows",
    remedy="split with train_test_split, or use cross_val_score, and judge on rows that were held out",
    source="scikit-learn, Cross-validation: evaluating estimator performance; " + _OVERLAP,
)
def judged_on_training(program: Program) -> Iterator[Found]:
    """The training part of a split, or all rows of a file, and nothing held out."""
    for use in _on_training_rows(program):
        if use.data.dataset == "" or is_part(use.data.rows):
            yield use.call.node, _only(use)


@rule(
    "LEAK019",
    "judged-on-bundled-rows",
    "note",
    "the only score is that of the training rows, of a bundled data set",
    remedy="split with train_test_split, or use cross_val_score, and judge on rows that were held out",
    source="scikit-learn, Cross-validation: evaluating estimator performance",
)
def judged_on_bundled(program: Program) -> Iterator[Found]:
    """As documentation often does to be short."""
    for use in _on_training_rows(program):
        if use.data.dataset and not is_part(use.data.rows):
            yield use.call.node, _only(use)


def _only(use: Judgement) -> str:
    return f"{use.model.name} is judged on {_what(use)}, the rows that it was fitted on, and on no others"


def _on_training_rows(program: Program) -> Iterator[Judgement]:
    if any(True for _ in program.trace.of(*estimators.CROSS, "split", "learning_curve", "validation_curve")):
        return
    found = list(_judged(program))
    held_out = {one.model for one in found if one.trained_on and not overlap(one.trained_on.rows, one.data.rows)}
    for use in found:
        trained = use.trained_on
        searched = use.model.name in estimators.SEARCHES
        if trained is None or trained.rows != use.data.rows or use.model in held_out or searched:
            continue
        if held_out and not is_part(trained.rows):
            continue
        unknown = any(row[0][0] == "named" and not any(step[0] == "split" for step in row) for row in trained.rows)
        if not unknown and not _made_up(trained.rows) and is_model(use.model):
            yield use


def _made_up(rows: Rows) -> bool:
    toys = ("array", "rand", "randn", "normal", "uniform", "DataFrame", "arange", "linspace", "Series")
    return any(str(row[0][2]).startswith(("make_", *toys)) or (row[0][0] == "named" and len(row) == 1) for row in rows)


def _what(use: Judgement) -> str:
    return use.call.text(0, "X") if use.call.name in ("score", "evaluate") else "predictions for its training rows"


@rule(
    "LEAK012",
    "chosen-by-test-score",
    "warning",
    "settings chosen by the score on the test part",
    remedy="choose by cross-validation or on a validation part; use the test part once, for the one that was chosen",
    source=_MULTI,
)
def chosen_by_test(program: Program) -> Iterator[Found]:
    """A loop over settings that scores each on the test part."""
    for use in judgements(program):
        if not use.call.loops or not _is_test(program, use) or _folded(program, use):
            continue
        loop = next((one for one in use.call.loops if _settings_of(use.model, one)), None)
        if loop is not None:
            name = ", ".join(sorted(_settings_of(use.model, loop)))
            yield (
                use.call.node,
                f"{use.model.name} is scored on the test part for each {name}: the best of these scores is too good",
            )
    for node, values in program.trace.compared:
        text = _chosen_in_comparison(node, values, program)
        if text:
            yield node, text


def _is_test(program: Program, use: Judgement) -> bool:
    del program
    return part(use.data, use.call.text(0, "X")) == "test"


def _folded(program: Program, use: Judgement) -> bool:
    return in_folds(use.data, program)


def _settings_of(model: Instance, loop: ast.AST) -> set[str]:
    """Names that the loop binds and that the model is made with, within it."""
    if not isinstance(loop, ast.For | ast.ListComp | ast.GeneratorExp | ast.DictComp) or not within(model.node, loop):
        return set()
    if not isinstance(model.node, ast.Call) or model.name in estimators.PIPELINES | estimators.SEARCHES:
        return set()
    used = {
        node.id
        for one in (
            *model.node.args,
            *(keyword.value for keyword in model.node.keywords if keyword.arg != "random_state"),
        )
        for node in ast.walk(one)
        if isinstance(node, ast.Name)
    }
    return used & targets(loop) - {"seed", "random_state", "_", "rs"}


def _chosen_in_comparison(node: ast.Compare, values: list[Value], program: Program) -> str:
    if len(values) != 2 or not isinstance(node.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE):
        return ""
    sides = [node.left, node.comparators[0]]
    names = [set(tokens(written(one))) for one in sides]
    for i in (0, 1):
        if "best" in names[1 - i] | names[i] and "best" not in names[i]:
            score = as_data(values[i])
            by_rows = score is not None and score.kind == "score" and part(score) == "test"
            by_name = "test" in names[i] and bool(
                names[i] & {"acc", "accuracy", "loss", "score", "f1", "auc", "mse", "rmse", "error"}
            )
            if by_rows and score is not None and in_folds(score, program):
                continue
            if by_rows or by_name:
                return f"the best is chosen by {written(sides[i])}, a score on the test part"
    return ""


@rule(
    "LEAK013",
    "stopped-by-test",
    "warning",
    "training stopped, or weights kept, by the test part",
    remedy="hold a validation part out of the training rows for early stopping, and keep the test part for the end",
    source=_MULTI + "; documentation of EarlyStopping (Keras) and early_stopping_rounds (XGBoost, LightGBM)",
)
def stopped_by_test(program: Program) -> Iterator[Found]:
    """`eval_set=[(X_test, y_test)]` with early stopping; `validation_data` with callbacks that act on it."""
    for call in program.trace.of("fit", "train"):
        given = next((found for name in _WATCHED if (found := call.get(name)) is not None), None)
        watched = _watched(given, pair=call.get("validation_data") is not None)
        if watched is None or part(watched, _keyword_text(call.node)) != "test":
            continue
        later = [one for one in program.trace.calls if one.order > call.order and _asks_about(one, watched)]
        if later and _acts(program, call.node, call.receiver):
            line = later[0].node.lineno
            yield call.node, f"training is stopped by the test part, on which it is judged at line {line} again"


_WATCHED = ("eval_set", "validation_data", "evals", "valid_sets")


def _watched(given: Value | None, *, pair: bool) -> Data | None:
    """The features of the rows that training looks at: the last set of several."""
    if not isinstance(given, Seq) or not given.items:
        return _behind(given)
    one = given.items[0] if pair else given.items[-1]
    return _behind(one.items[0] if isinstance(one, Seq) and one.items else one)


def _behind(value: Value | None) -> Data | None:
    """Data, or what a DMatrix or Dataset was made of."""
    if isinstance(value, Instance) and value.name in ("DMatrix", "Dataset", "Pool") and value.args:
        return as_data(value.args[0])
    return as_data(value)


def _asks_about(call: Call, watched: Data) -> bool:
    if call.name not in ("predict", "predict_proba", "score", "evaluate", "predict_classes") or not call.args:
        return False
    data = _behind(call.args[0])
    return data is not None and data.rows == watched.rows


def _keyword_text(node: ast.Call) -> str:
    found = [one.value for one in node.keywords if one.arg in _WATCHED]
    return written(found[0].elts[0]) if found and isinstance(found[0], ast.Tuple) and found[0].elts else ""


def _acts(program: Program, node: ast.Call, receiver: Value | None) -> bool:
    keywords = {one.arg for one in node.keywords}
    if "early_stopping_rounds" in keywords:
        return True
    if isinstance(receiver, Instance) and "early_stopping_rounds" in receiver.kwargs:
        return True
    acting = {"EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "early_stopping"}
    return "callbacks" in keywords and bool(acting & program.names)


@rule(
    "LEAK014",
    "target-in-features",
    "error",
    "the target is among the features",
    remedy="leave the target's column out of X",
    source="Kaufman et al. 2011",
)
def target_in_features(program: Program) -> Iterator[Found]:
    """`X = df; y = df["target"]`."""
    for call in program.trace.of("fit", "train_test_split", *estimators.CROSS):
        start = 1 if call.name in estimators.CROSS else 0
        if call.name == "fit" and not is_model(call.receiver):
            continue
        X, y = as_data(call.get("X", start) or call.get("x")), as_data(call.get("y", start + 1))
        if X is None or y is None or not X.frame or X.frame != y.frame or len(y.columns or ()) != 1 or X.rows != y.rows:
            continue
        column = (y.columns or ("",))[0]
        if holds(X, column) and X.kind == "data":
            yield (
                call.node,
                f"{call.text(start, 'X')} still holds {column!r}, which is the target {call.text(start + 1, 'y')}",
            )
            return


def holds(data: Data, column: str) -> bool:
    """Whether a table certainly has a column."""
    if "?" in data.without or "*" in (data.columns or ()):
        return False
    return column not in data.without if data.columns is None else column in data.columns


@rule(
    "LEAK015",
    "many-models-one-test",
    "note",
    "several models compared on one test part",
    remedy="compare by cross-validation; keep the test part for the one that was chosen",
    source=_MULTI,
)
def many_models(program: Program) -> Iterator[Found]:
    """Three models or more, each scored on the same test part."""
    seen: dict[Rows, dict[int, Judgement]] = {}
    for use in judgements(program):
        if _is_test(program, use) and not _folded(program, use):
            seen.setdefault(use.data.rows, {}).setdefault(use.model.serial, use)
    for found in seen.values():
        if len(found) >= 3:
            last = list(found.values())[-1]
            names = ", ".join(dict.fromkeys(one.model.name for one in found.values()))
            yield last.call.node, f"{len(found)} models ({names}) are compared on one test part"


@rule(
    "LEAK016",
    "chosen-among-test-scores",
    "warning",
    "the best of several test scores is taken",
    remedy="choose by cross-validation; report the chosen model's score on a test part that did not choose it",
    source=_MULTI,
)
def best_of_test_scores(program: Program) -> Iterator[Found]:
    """`max(scores)`, `scores.index(max(scores))`, where the scores are of the test part."""
    inner = {
        child
        for node in program.nodes
        if isinstance(node, ast.BinOp)
        or (isinstance(node, ast.Call) and getattr(node.func, "attr", "").endswith("lim"))
        for child in ast.iter_child_nodes(node)
    }
    for call in program.trace.of("sort_values", "idxmax", "nlargest"):
        data = as_data(call.receiver)
        if data is not None and data.kind == "score" and part(data) == "test" and not in_folds(data, program):
            yield call.node, f"the models are ranked ({written(call.node)}) by scores on the test part"
            return
    for call in program.trace.of("max", "argmax", "min", "argmin", "sorted", "nlargest"):
        losses = any(word in written(call.node).lower() for word in ("error", "loss", "mse", "rmse", "mae"))
        if call.name == "min" and not losses:
            continue
        if call.node in inner:
            continue
        values = [*call.args, *([call.receiver] if call.receiver is not None else [])]
        for value in values:
            items = (
                value.items
                if isinstance(value, Seq)
                else list(value.items.values())
                if isinstance(value, Table)
                else []
            )
            scores = [one for one in items if isinstance(one, Data) and one.kind == "score" and part(one) == "test"]
            if scores and not in_folds(scores[0], program) and (len(items) > 1 or not getattr(value, "whole", True)):
                yield call.node, f"the best of {written(call.node)} is chosen by scores on the test part"
                return


@rule(
    "LEAK017",
    "tested-rows-in-training",
    "warning",
    "the test part was put back into the training rows",
    remedy="fit on the training part alone",
    source=_OVERLAP,
)
def test_in_training(program: Program) -> Iterator[Found]:
    """`pd.concat([X_train, X_test])` before a fit that is judged on the test part."""
    for call, model, data, _ in fits(program):
        if data is None or len(data.rows) < 2 or not is_model(model):
            continue
        for use in judgements(program):
            if use.model is model and use.call.order > call.order and use.data.rows < data.rows:
                yield (
                    call.node,
                    f"{call.text(0, 'X')} holds the test rows on which line {use.call.node.lineno} judges the model",
                )
                return


@rule(
    "LEAK018",
    "validation-is-training",
    "warning",
    "validated on the rows it is trained on",
    remedy="give validation_data (or eval_set) rows that the model is not fitted on",
    source="Humbatova et al. 2020, training process: wrong selection of data; " + _OVERLAP,
)
def validated_on_training(program: Program) -> Iterator[Found]:
    """`validation_data=(x_train, y_train)`."""
    for call in program.trace.of("fit"):
        given = call.get("validation_data")
        X = as_data(call.get("x", 0))
        if X is None or not isinstance(given, Seq) or not given.items or not nets.is_keras_model(call.receiver):
            continue
        watched = as_data(given.items[0])
        if watched is not None and X.rows and watched.rows == X.rows and "mixed" not in X.flags | watched.flags:
            yield call.node, f"validation_data is {call.text(0, 'x')} itself: overfitting cannot be seen"
