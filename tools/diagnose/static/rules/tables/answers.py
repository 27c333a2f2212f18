"""What a model's answers mean: of which class the probabilities are, in which unit the values.

Sources: scikit-learn, predict_proba and classes_, TransformedTargetRegressor; Humbatova et al. 2020.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import is_number
from mlpilot.tools.diagnose.static.facts.judged import VALUE_METRICS, fits, is_metric, last_fit, predicted
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_EVENTS = listed(
    "risk risks risky fraud churn churned default defaulted spam disease sick cancer malignant failure fail failed"
    " death died attack anomaly hazard pd"
)
_OTHER = re.compile(
    r"\b(no|non|not|neg|negative|stay|keep|kept|safe|legit|normal|benign|surviv\w*|good|paid|healthy|ham|ok|pass\w*|alive)\b",
    re.IGNORECASE,
)


@rule(
    "METRIC017",
    "log-compared-with-units",
    "error",
    "the logarithm, or what is scaled, is predicted, and compared with the value itself",
    remedy="np.expm1(model.predict(X_test)) (np.exp after np.log), or TransformedTargetRegressor",
    source="scikit-learn, TransformedTargetRegressor: the inverse function; Humbatova et al. 2020",
)
def logarithm_compared(program: Program) -> Iterator[Found]:
    """`model.fit(X_train, np.log1p(y_train))`, and `mean_absolute_error(y_test, model.predict(X_test))`."""
    for call in program.trace.calls:
        both = predicted(call) if is_metric(call) and call.name in VALUE_METRICS else None
        if both is None or not isinstance(both[1].made_by, Instance) or both[1].kind != "predicted":
            continue
        truth, guess = both
        fit = last_fit(both[1].made_by, call.order)
        y = as_data(fit.y) if fit is not None else None
        if y is None or fit is None or {"mixed"} & (y.flags | guess.flags) or "raised" in guess.flags:
            continue
        by_name = _called_log(y) and bool(truth.columns) and not _called_log(truth)
        scalers = {one.serial: one.name for one in program.trace.instances if one.serial in y.applied - truth.applied}
        kept = [name for name in scalers.values() if estimators.KIND.get(name) == "scale"]
        if kept and "mixed" not in truth.flags and y.role == truth.role == "y":
            line = getattr(fit.node, "lineno", 0)
            text = (
                f"the model of line {line} is fitted on what went through {kept[0]}, and {call.name} compares what it"
            )
            yield call.node, f"{text} predicts with {call.text(0, 'y_true')}, which did not"
        elif ("logged" in y.flags or by_name) and "logged" not in truth.flags and not _called_log(truth):
            line = getattr(fit.node, "lineno", 0)
            text = f"the model of line {line} is fitted on logarithms, and {call.name} compares what it predicts"
            yield call.node, f"{text} with {call.text(0, 'y_true')} itself"
        elif "logged" in y.flags & truth.flags and call.name in _IN_UNITS and _told_in_money(program, call.node):
            text = f"{call.text(0, 'y_true')} and {call.text(1, 'y_pred')} are logarithms"
            yield call.node, f"{text}, and the {call.name} of them is told in money"


_IN_UNITS = ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "median_absolute_error")
_MONEY_BEHIND = re.compile(r"^\s*(€|\$|£|(EUR|USD|GBP|CHF|euros?|dollars?|pounds?)\b)", re.IGNORECASE)
_MONEY_BEFORE = re.compile(r"(€|\$|£|\b(EUR|USD|GBP|CHF))\s*$")


def _told_in_money(program: Program, node: ast.expr) -> bool:
    """Whether a number stands beside a currency in a text, itself or its root: `f"MAE {mae:.0f} EUR"`."""
    up = program.parents.get(node)
    while (isinstance(up, ast.BinOp) and isinstance(up.op, ast.Pow)) or called(up) in ("sqrt", "round", "float"):
        node, up = up, program.parents.get(up)  # type: ignore[assignment, arg-type]
    if isinstance(up, ast.Assign) and isinstance(up.targets[0], ast.Name):
        name = up.targets[0].id
        alone = len(program.sets.get(name, [])) == 1
        return alone and any(_told_in_money(program, one) for one in program.reads.get(name, []))
    text = program.parents.get(up) if isinstance(up, ast.FormattedValue) else None
    if not isinstance(text, ast.JoinedStr) or not isinstance(up, ast.FormattedValue):
        return False
    at = text.values.index(up)
    beside = [text.values[i] if 0 <= i < len(text.values) else None for i in (at - 1, at + 1)]
    before, behind = (str(one.value) if isinstance(one, ast.Constant) else "" for one in beside)
    return bool(_MONEY_BEFORE.search(before) or _MONEY_BEHIND.search(behind))


def _called_log(data: Data) -> bool:
    return any("log" in tokens(one) for one in data.columns or ())


@rule(
    "METRIC018",
    "risk-of-the-other-class",
    "warning",
    "what is called the risk is the probability that it does not happen",
    remedy="predict_proba(X)[:, 1]: the columns are in the order of model.classes_, 0 first",
    source="scikit-learn, predict_proba: the order of the classes is that of classes_",
)
def risk_of_other_class(program: Program) -> Iterator[Found]:
    """`risk = model.predict_proba(X)[:, 0]`, where 1 is the class that is feared."""
    yield from _of_benign(program)
    for node in program.nodes:
        name, value = _named(node)
        if not set(tokens(name)) & _EVENTS or _OTHER.search(name.replace("_", " ")) or not _first_column(value):
            continue
        taught = [(y, call.text(1, "y")) for call, _, _, y_value in fits(program) if (y := as_data(y_value))]
        sure = [text for y, text in taught if _zero_and_one(program, y)]
        turned = any(y.dataset in _TURNED for y, _ in taught)
        if (
            taught
            and not turned
            and len(sure) == len(taught)
            and not any(_OTHER.search(_made_of(program, one)) for one in sure)
        ):
            yield node, f"{name} is column 0 of predict_proba, the probability of the label 0"


_TURNED = ("breast_cancer",)
"""Bundled data sets whose class 0 is the one that is feared."""
_FEARED = listed("malignant malign cancer tumour tumor")


def _of_benign(program: Program) -> Iterator[Found]:
    """`p_malignant = model.predict_proba(X)[:, 1]` of load_breast_cancer, whose class 0 is malignant."""
    datasets = {y.dataset for _, _, _, value in fits(program) if (y := as_data(value)) is not None}
    if datasets != {"breast_cancer"} or program.names & {"where", "replace", "map"}:
        return
    for node in program.nodes:
        name, value = _named(node)
        if set(tokens(name)) & _FEARED and not _OTHER.search(name.replace("_", " ")) and _column(value) == 1:
            yield node, f"{name} is column 1 of predict_proba: of load_breast_cancer, 0 is malignant and 1 is benign"


def _named(node: ast.AST) -> tuple[str, ast.expr | None]:
    """(name, value) of `risk = ...`, `df["risk"] = ...` and `assign(risk=...)`."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        target = target.slice if isinstance(target, ast.Subscript) else target
        text = target.value if isinstance(target, ast.Constant) else getattr(target, "id", getattr(target, "attr", ""))
        return str(text), node.value
    return (node.arg, node.value) if isinstance(node, ast.keyword) and node.arg else ("", None)


def _first_column(node: ast.expr | None) -> bool:
    return _column(node) == 0


def _column(node: ast.expr | None) -> int | None:
    """The column that is taken of what `predict_proba` gives."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return None
    last = node.slice.elts[-1]
    asked = isinstance(node.value, ast.Call) and getattr(node.value.func, "attr", "") == "predict_proba"
    plain = (
        asked and isinstance(last, ast.Constant) and isinstance(last.value, int) and not isinstance(last.value, bool)
    )
    return last.value if plain else None  # type: ignore[attr-defined]


def _zero_and_one(program: Program, y: Data) -> bool:
    cast = y.kind == "mask" or "cast" in y.flags or y.form == "int"
    return cast or any(is_number(program, one) for one in y.columns or ())


def _made_of(program: Program, name: str) -> str:
    """What a name of labels was made of, as written."""
    found = [
        written(node.value, 300)
        for node in program.each(ast.Assign)
        if any(written(target) == name for target in node.targets)
    ]
    return " ".join([name, *found]).replace("_", " ")
