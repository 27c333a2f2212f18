"""Training that is stopped by the test part: the best round or epoch is that of the rows that are to judge it.

Sources: Yang et al. 2022 (multi-test leakage); documentation of EarlyStopping (Keras), early_stopping_rounds (XGBoost,
LightGBM) and use_best_model (CatBoost).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import called_validation, in_folds, is_part, part
from mlpilot.tools.diagnose.static.facts.leaking import part_of_file
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Value, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_MULTI = "Yang et al. 2022, multi-test leakage"


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
        text = _keyword_text(call.node)
        folded = watched is not None and in_folds(watched, program)
        called = part_of(text) == "validation" and not call.inside  # within a function, it is called as it is meant
        called |= watched is not None and called_validation(program, watched)
        if watched is None:
            yield from _stopped_by_name(program, call)
            continue
        if _watched_part(call, watched, text) != "test" or called or folded:
            continue  # what is called validation is reported as such, too
        later = [one for one in program.trace.calls if one.order > call.order and _asks_about(one, watched)]
        reported = [node for node in program.each(ast.Attribute) if node.attr == "best_score"]
        if (later or reported) and _acts(program, call.node, call.receiver):
            line = later[0].node.lineno if later else reported[0].lineno
            yield call.node, f"training is stopped by the test part, on which it is judged at line {line} again"


def _watched_part(call: Call, watched: Data, text: str) -> str:
    """test, where training looks at the test part: of a split, or of rows that come in a file of their own."""
    found = part(watched, "" if call.inside else text)
    trained = _behind(call.get("X", 0) or call.get("x"))
    if found or trained is None or is_part(watched.rows) or watched.rows == trained.rows:
        return found
    theirs, own = part_of_file(watched) or part_of(text), part_of_file(trained) or part_of(call.text(0, "x"))
    return "test" if (theirs, own) == ("test", "train") else ""


def _stopped_by_name(program: Program, call: Call) -> Iterator[Found]:
    """`fit(train_gen, validation_data=test_gen, callbacks=[early])`, where what is read from folders goes by names."""
    given = next((one.value for one in call.node.keywords if one.arg == "validation_data"), None)
    if not isinstance(given, ast.Name) or part_of(given.id) != "test" or part_of(call.text(0, "x")) != "train":
        return
    if any(part_of(name) == "validation" for name in program.reads) or not _acts(program, call.node, call.receiver):
        return  # another part may be there to choose by
    later = [
        one
        for one in program.trace.of("evaluate", "predict", "evaluate_generator", "predict_generator")
        if one.order > call.order and one.receiver is call.receiver and one.text(0, "x") == given.id
    ]
    if later:
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
    """How the rows that training looks at are written: of several sets the last."""
    given = next((one.value for one in node.keywords if one.arg in _WATCHED), None)
    if isinstance(given, ast.List) and given.elts:
        given = given.elts[-1]
    return written(given.elts[0]) if isinstance(given, ast.Tuple) and given.elts else ""


def _acts(program: Program, node: ast.Call, receiver: Value | None) -> bool:
    keywords = {one.arg for one in node.keywords}
    if "early_stopping_rounds" in keywords:
        return True
    if isinstance(receiver, Instance) and "early_stopping_rounds" in receiver.kwargs:
        return True
    if isinstance(receiver, Instance) and receiver.library == "catboost":  # which keeps its best model where it has one
        told = next((one.value for one in node.keywords if one.arg == "use_best_model"), None)
        off = isinstance(told, ast.Constant) and told.value is False
        return not off and constant(receiver.argument("use_best_model")) is not False
    acting = {"EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "early_stopping"}
    return "callbacks" in keywords and bool(acting & program.names)
