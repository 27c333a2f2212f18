"""Where a program judges a model: which model, fitted on what, judged on what."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlpilot.tools.diagnose.static.libraries import estimators, frames, nets
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Data, Fit, Instance, Rows, Seq, Value, constant
from mlpilot.tools.diagnose.static.rules.rule import Program
from mlpilot.tools.diagnose.syntax import called

LABEL_METRICS = listed(
    "accuracy_score f1_score precision_score recall_score balanced_accuracy_score confusion_matrix fbeta_score"
    " classification_report matthews_corrcoef cohen_kappa_score jaccard_score hamming_loss zero_one_loss"
    " precision_recall_fscore_support"
)
SCORE_METRICS = listed("roc_auc_score log_loss average_precision_score roc_curve brier_score_loss")
VALUE_METRICS = listed(
    "r2_score mean_squared_error mean_absolute_error root_mean_squared_error mean_squared_log_error"
    " mean_absolute_percentage_error explained_variance_score median_absolute_error max_error"
    " root_mean_squared_log_error"
)
METRICS = LABEL_METRICS | SCORE_METRICS | VALUE_METRICS


@dataclass(frozen=True, eq=False)
class Judgement:
    """One score of one model."""

    call: Call
    model: Instance
    data: Data
    """What it was judged on."""
    fit: Fit | None
    """The last `fit` before."""

    @property
    def trained_on(self) -> Data | None:
        """What it was fitted on."""
        return as_data(self.fit.X) if self.fit is not None else None


def is_metric(call: Call) -> bool:
    """Whether it is one of scikit-learn's metrics."""
    return call.name in METRICS and call.library in ("sklearn", "builtins")


def predicted(call: Call) -> tuple[Data, Data] | None:
    """(truth, prediction) of a metric's call, in this order whatever the program's; None where it cannot be told."""
    first, second = (
        as_data(call.get("y_true", 0)),
        as_data(call.get("y_pred", 1) or call.get("y_score") or call.get("y_prob")),
    )
    if first is None or second is None:
        return None
    if first.made_by is not None and first.kind in ("predicted", "probabilities") and second.made_by is None:
        return second, first
    return first, second


_BY_HAND = listed("mean sum average count_nonzero")


def by_hand(call: Call) -> Data | None:
    """What was predicted, where a call counts how often that is right: `np.mean(predicted == y)`, `(…).mean()`."""
    if call.name not in _BY_HAND:
        return None
    data = as_data(call.receiver) or as_data(call.get("a", 0))
    listed_one_by_one = call.args[0] if call.path == "builtins.sum" and call.args else None
    if isinstance(listed_one_by_one, Seq) and len(listed_one_by_one.items) == 1:
        data = as_data(listed_one_by_one.items[0])  # sum([model.predict([row])[0] == y[i] for i, row in enumerate(X)])
    return data if data is not None and "compared" in data.flags and data.kind == "predicted" else None


def judgements(program: Program) -> Iterator[Judgement]:
    """Every score: `model.score(X, y)`, `metric(y, model.predict(X))`, `model.evaluate(X, y)`, or counted by hand."""
    for call in program.trace.calls:
        if call.name in ("score", "evaluate") and isinstance(call.receiver, Instance):
            data = as_data(call.get("X", 0) or call.get("x"))
            if data is not None:
                yield Judgement(call, call.receiver, data, last_fit(call.receiver, call.order))
        elif is_metric(call) and (both := predicted(call)) is not None and isinstance(both[1].made_by, Instance):
            yield Judgement(call, both[1].made_by, both[1], last_fit(both[1].made_by, call.order))
        elif (counted := by_hand(call)) is not None and isinstance(counted.made_by, Instance):
            yield Judgement(call, counted.made_by, counted, last_fit(counted.made_by, call.order))


def folds_are_scored(program: Program, crossed: Call) -> bool:
    """Whether a score is made of what `cross_val_predict` gives; else it only trains what comes next (stacking)."""
    model = crossed.args[0] if crossed.args else None
    for call in program.trace.calls:
        given = [one for value in (*call.args, *call.kwargs.values()) for one in frames.gathered(value)]
        told = [*given, data] if (data := by_hand(call)) is not None else given if is_metric(call) else []
        if any("crossed" in one.flags and one.made_by is model for one in told):
            return True
    return False


def uses(program: Program) -> Iterator[Judgement]:
    """Every score, and every prediction for data."""
    yield from judgements(program)
    for call in program.trace.of("predict", "predict_proba", "decision_function"):
        data = as_data(call.get("X", 0) or call.get("x"))
        if isinstance(call.receiver, Instance) and data is not None:
            yield Judgement(call, call.receiver, data, last_fit(call.receiver, call.order))


def torch_uses(program: Program) -> Iterator[tuple[Data, Data, Call]]:
    """(trained on, judged on, the call) of each model of PyTorch that is asked about other rows without gradients."""
    asked = [call for call in program.trace.of("__call__") if nets.is_module(call.receiver) and call.args]
    outside = [call for call in asked if call.inside[-1:] != ("forward",)]
    for call in outside:
        judged = as_data(call.args[0])
        earlier = [one for one in outside if one.grad and one.receiver is call.receiver and one.order < call.order]
        trained = as_data(earlier[0].args[0]) if earlier and not call.grad else None
        if judged is None or trained is None or not judged.rows or not trained.rows:
            continue
        if judged.rows != trained.rows and "mixed" not in judged.flags | trained.flags:
            yield trained, judged, call


def last_fit(model: Instance, order: int) -> Fit | None:
    """The last `fit` before a place in the order of calls."""
    found = [one for one in model.fits if one.order <= order]
    return found[-1] if found else None


def part(data: Data | None, text: str = "") -> str:
    """train, test, validation, or nothing: by the split it came from, or by its name where the split has no names."""
    if data is None or "mixed" in data.flags or not data.rows:
        return ""
    text = "" if "~" in text else text  # `X[~test]`: all the others
    if part_of(text) == "train":
        return "train"
    called = {flag.removeprefix("called ") for flag in data.flags if flag.startswith("called ")}
    if len(called) == 1 and not any(row[-1][0] == "split" for row in data.rows):
        return called.pop()
    parts = {_part(row) for row in data.rows}
    if len(parts) == 1 and (found := parts.pop()):
        return found
    return part_of(text) if text and any(len(row) > 1 for row in data.rows) else ""


def _part(row: tuple[tuple[str, object, object], ...]) -> str:
    kind, _, which = row[-1]
    if kind != "split" or which not in ("train", "test", "validation"):
        return ""
    held_out_of_training = which == "test" and any(step[0] == "split" and step[2] == "train" for step in row[:-1])
    return "validation" if held_out_of_training else str(which)


def called_validation(program: Program, data: Data) -> bool:
    """Whether the program itself calls a part of its split validation: it says that it chooses by it."""
    for target, _, value in program.trace.unpacked:
        items = value.items if isinstance(value, Seq) else []
        for name, item in zip(getattr(target, "elts", []), items, strict=False):
            mine = isinstance(item, Data) and item.rows == data.rows
            if mine and isinstance(name, ast.Name) and part_of(name.id) == "validation":
                return True
    return False


def is_part(rows: Rows) -> bool:
    """Whether all rows went through a split before."""
    return bool(rows) and all(any(step[0] == "split" for step in row[1:]) for row in rows)


def in_folds(data: Data, program: Program) -> bool:
    """Whether it is a part of a cross-validation's fold rather than a test part."""
    ids = {step[1] for row in data.rows for step in row if step[0] == "split"}
    for call in program.trace.of("split"):
        if isinstance(call.receiver, Instance) and call.receiver.name in estimators.FOLDS:
            pairs = [] if _is_one_split(program, call, call.receiver) else estimators.stacked(call.result)
            for pair in pairs:
                for one in estimators.stacked(pair):
                    if isinstance(one, Data) and any(step[1] in ids for step in one.steps):
                        return True
    return False


def _is_one_split(program: Program, call: Call, folds: Instance) -> bool:
    """`next(folds.split(X, y))`, or folds of which there is one: a test part like any other."""
    alone = called(program.parents.get(call.node)) == "next" and not call.loops
    return alone or constant(folds.argument("n_splits", 0)) == 1


def fits(program: Program) -> Iterator[tuple[Call, Instance, Data | None, Value | None]]:
    """(call, model, X, y) of each `fit`."""
    for call in program.trace.of("fit", "fit_transform", "partial_fit"):
        if isinstance(call.receiver, Instance):
            yield call, call.receiver, as_data(call.get("X", 0) or call.get("x")), call.get("y", 1)


def is_model(value: Value | None) -> bool:
    """Whether it is fitted to predict a target."""
    return estimators.is_predictor(value) or nets.is_keras_model(value)


def within(node: ast.AST, loop: ast.AST) -> bool:
    """Whether a node stands within a loop, by lines."""
    line = getattr(node, "lineno", 0)
    first: int = getattr(loop, "lineno", 0)
    last: int = getattr(loop, "end_lineno", None) or line
    return first <= line <= last


def targets(loop: ast.AST) -> set[str]:
    """Names that a loop binds."""
    heads = [loop.target] if isinstance(loop, ast.For) else [one.target for one in getattr(loop, "generators", [])]
    return {node.id for head in heads for node in ast.walk(head) if isinstance(node, ast.Name)}
