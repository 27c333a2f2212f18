"""Scores that are not of unseen rows: rows shared with the training, a test part that chose the model.

Sources: Yang et al. 2022 (overlap and multi-test leakage); Dwork et al., "The reusable holdout" (2015); Kaufman et al.
2011.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds, is_number, same_table_targets
from mlpilot.tools.diagnose.static.facts.judged import (
    Judgement,
    fits,
    is_model,
    is_part,
    judgements,
    torch_uses,
)
from mlpilot.tools.diagnose.static.libraries import estimators, nets
from mlpilot.tools.diagnose.static.libraries.columns import NO_TEXT
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Rows, Seq, constant, covers, overlap
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_OVERLAP = "Yang et al. 2022, overlap leakage"


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
    for use in judged_after_fit(program):
        trained = use.trained_on
        assert trained is not None and use.fit is not None
        if trained.rows == use.data.rows:
            continue
        line = getattr(use.fit.node, "lineno", 0)
        if overlap(trained.rows, use.data.rows) or _crossing(trained.rows, use.data.rows):
            yield use.fit.node, f"the model is judged at line {use.call.node.lineno} on rows that this fit sees too"
        elif _other_split(trained.rows, use.data.rows):
            text = (
                f"the rows that it is judged on come from another random split than those it is fitted on (line {line})"
            )
            yield use.call.node, f"{text}: the two share rows"

    for trained, judged, call in torch_uses(program):
        if covers(trained.rows, judged.rows) and is_part(judged.rows):
            yield call.node, f"{call.text(0)} is a part of the rows that the model is trained on"


def judged_after_fit(program: Program) -> Iterator[Judgement]:
    """Every score of a model whose last fit is known, where it cannot be that rows were mixed up on the way."""
    for use in judgements(program):
        trained = use.trained_on
        if trained is None or "mixed" in trained.flags | use.data.flags or not trained.rows or not use.data.rows:
            continue
        if estimators.task_of(use.model) == "cluster" or use.model.name in estimators.KIND:
            continue
        if "windowed" in trained.flags & use.data.flags:
            continue  # two stretches that move with a loop: they may lie behind each other
        yield use


def _crossing(one: Rows, other: Rows) -> bool:
    """Parts that were cut so that the one begins before the other ends: `X[:800]` and `X[600:]`."""
    if len(one) != 1 or len(other) != 1:
        return False
    (here,), (there,) = one, other
    if len(here) != len(there) or here[:-1] != there[:-1]:
        return False
    cuts = {str(step[2]): str(step[1]) for step in (here[-1], there[-1]) if step[0] == "cut"}
    if set(cuts) != {"head", "tail"} or not all(cut.isdigit() for cut in cuts.values()):
        return False
    return int(cuts["tail"]) < int(cuts["head"])


def _other_split(one: Rows, other: Rows) -> bool:
    """Parts of the same rows by two random splits, each of which is known."""
    if len(one) != 1 or len(other) != 1:
        return False
    (here,), (there,) = one, other
    for mine, theirs in zip(here, there, strict=False):
        if mine != theirs:
            if mine[0] == theirs[0] == "sample":
                return mine[1] != theirs[1] and mine[2] == theirs[2] == "in"
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
    found = list(judged_after_fit(program))
    held_out = {one.model for one in found if one.trained_on and not overlap(one.trained_on.rows, one.data.rows)}
    for use in found:
        trained = use.trained_on
        searched = use.model.name in estimators.SEARCHES or _describes(program, use.model)
        if trained is None or trained.rows != use.data.rows or use.model in held_out or searched:
            continue
        if held_out and not is_part(trained.rows):
            continue
        unknown = any(row[0][0] == "named" and not any(step[0] == "split" for step in row) for row in trained.rows)
        if not unknown and not _made_up(trained.rows) and is_model(use.model):
            yield use


def _describes(program: Program, model: Instance) -> bool:
    """Whether a linear regression is read for its coefficients: its R2 is no claim about other rows."""
    read = {id(base) for node, base in program.trace.attributes if node.attr == "coef_"}
    return model.name == "LinearRegression" and id(model) in read


def _made_up(rows: Rows) -> bool:
    toys = ("array", "rand", "randn", "normal", "uniform", "DataFrame", "arange", "linspace", "Series")
    return any(str(row[0][2]).startswith(("make_", *toys)) or (row[0][0] == "named" and len(row) == 1) for row in rows)


def _what(use: Judgement) -> str:
    return use.call.text(0, "X") if use.call.name in ("score", "evaluate") else "predictions for its training rows"


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
    for call, X, y in same_table_targets(program):
        if (call.name == "fit" and not is_model(call.receiver)) or X.rows != y.rows:
            continue
        guesses = isinstance(call.receiver, Instance) and call.receiver.name.startswith("Dummy")
        if guesses or _picks_columns(call) or _only_split(program, call, X):
            continue
        if "windowed" in X.flags | y.flags or "shifted" in y.flags:
            continue  # the rows before it tell of a row: a series
        column = (y.columns or ("",))[0]
        numbers = NO_TEXT in X.without and holds(X, column, numbers=True) and is_number(program, column)
        if (holds(X, column) or numbers) and X.kind == "data":
            start = 1 if call.name in estimators.CROSS else 0
            yield (
                call.node,
                f"{call.text(start, 'X')} still holds {column!r}, which is the target {call.text(start + 1, 'y')}",
            )
            return


def _picks_columns(call: Call) -> bool:
    """Whether the first step of what is fitted takes the columns that it names, and leaves out the others."""
    first = call.get("estimator", 0) if call.name in estimators.CROSS else call.receiver
    while isinstance(first, Instance) and first.name in ("Pipeline", "make_pipeline") and estimators.steps_of(first):
        first = estimators.steps_of(first)[0]
    if not isinstance(first, Instance) or first.name not in ("ColumnTransformer", "make_column_transformer"):
        return False
    return bool(constant(first.argument("remainder", 1)) != "passthrough")


def _only_split(program: Program, call: Call, X: Data) -> bool:
    """Whether a table is split, and no model is fitted on rows of it with all their columns."""
    if call.name != "train_test_split":
        return False
    later = [as_data(one.get("X", 0)) for one in program.trace.of("fit") if is_model(one.receiver)]
    if not later:
        return "torch" in program.names  # whose tensors are made of columns, in functions of the program's own
    return not any(one is not None and one.frame == X.frame and one.columns == X.columns for one in later)


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


def _stops_early(call: Call) -> bool:
    """Whether rows that are looked at decide when a training of XGBoost's or LightGBM's ends."""
    made = call.receiver.kwargs if isinstance(call.receiver, Instance) else {}
    return bool({"early_stopping_rounds", "callbacks"} & {*made, *call.kwargs})


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
        X = as_data(call.get("x", 0) or call.get("X"))
        sets = call.get("eval_set")
        last = call.receiver.library == "xgboost" if isinstance(call.receiver, Instance) else False
        if (
            isinstance(sets, Seq)
            and X is not None
            and _stops_early(call)
            and sets.items
            and (last or len(sets.items) == 1)
        ):
            pair = sets.items[-1]
            seen = as_data(pair.items[0]) if isinstance(pair, Seq) and pair.items else None
            if seen is not None and X.rows and seen.rows == X.rows and "mixed" not in X.flags | seen.flags:
                which = "the last eval_set, by which it stops," if len(sets.items) > 1 else "the only eval_set"
                yield call.node, f"{which} is the training rows: training never stops for them"
            continue
        if isinstance(given, Seq) and len(given.items) > 2:
            continue  # weights tell which of the rows count: nodes of a graph, say
        whole = {one.arg: one.value for one in call.node.keywords}.get("validation_data")
        if isinstance(whole, ast.Name) and nets.is_keras_model(call.receiver) and whole.id == call.text(0, "x"):
            yield call.node, f"validation_data is {whole.id}, the training set itself: overfitting cannot be seen"
            continue
        if X is None or not isinstance(given, Seq) or not given.items or not nets.is_keras_model(call.receiver):
            continue
        watched = as_data(given.items[0])
        doubtful = watched is not None and ("mixed" in X.flags | watched.flags or "windowed" in X.flags & watched.flags)
        if watched is not None and X.rows and watched.rows == X.rows and not doubtful:
            yield call.node, f"validation_data is {call.text(0, 'x')} itself: overfitting cannot be seen"
