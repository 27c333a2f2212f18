"""Repetitions that repeat nothing, metrics that are told the wrong way round, and answers that are cut off.

Sources: scikit-learn, Cross-validation: train_test_split, random_state; LightGBM, custom metric: is_higher_better;
NumPy, astype: casting to whole numbers cuts off.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import LABEL_METRICS, VALUE_METRICS, is_metric
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_SEEDS = frozenset(("random_state", "seed", "random_seed"))
_SPREAD = frozenset(("mean", "std", "var", "boxplot", "hist", "mean_std", "stdev", "sem"))


@rule(
    "SPLIT021",
    "one-split-again-and-again",
    "warning",
    "each repetition splits the rows in the same way",
    remedy="train_test_split(X, y, random_state=i), or RepeatedStratifiedKFold",
    source="scikit-learn, train_test_split: the same random_state gives the same parts",
)
def same_split(program: Program) -> Iterator[Found]:
    """`for i in range(20): train_test_split(X, y, random_state=42); scores.append(...)`."""
    if not program.names & _SPREAD:
        return
    for loop in program.each(ast.For):
        if called(loop.iter) != "range" or not isinstance(loop.target, ast.Name):
            continue
        inside = [one for node in loop.body for one in ast.walk(node)]
        splits = [one for one in inside if isinstance(one, ast.Call) and called(one) == "train_test_split"]
        appended = [one for one in inside if isinstance(one, ast.Call) and called(one) == "append"]
        if len(splits) != 1 or not appended or not _fixed(splits[0], inside):
            continue
        used = [one for one in inside if isinstance(one, ast.Name) and one.id == loop.target.id]
        if all(_only_seeds(program, one) for one in used) and not any(isinstance(one, ast.For) for one in inside):
            text = "the split in this loop has the same random_state at each turn"
            yield splits[0], f"{text}: all turns are judged on the same rows, and their spread says nothing of it"


def _fixed(split: ast.Call, inside: list[ast.AST]) -> bool:
    """Whether a split has a seed that is written, and rows that do not change in the loop."""
    seed = next((one.value for one in split.keywords if one.arg == "random_state"), None)
    changed = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    whole = isinstance(seed, ast.Constant) and isinstance(seed.value, int)
    others = [one for one in (*split.args, *(part.value for part in split.keywords)) if one is not seed]
    return whole and not any(names_in(one) & changed for one in others)


def _only_seeds(program: Program, node: ast.Name) -> bool:
    """Whether the counter of a loop is a seed here, or is only written down."""
    up = program.parents.get(node)
    if isinstance(up, ast.BinOp):
        up = program.parents.get(up)
    if isinstance(up, ast.keyword):
        return up.arg in _SEEDS
    if isinstance(up, ast.Call):
        return called(up) in ("seed", "manual_seed", "set_seed", "set_random_seed", "print", "default_rng", "info")
    return isinstance(up, ast.FormattedValue)


_HIGHER = listed("f1 auc accuracy acc r2 precision recall kappa mcc ndcg map gini qwk fscore ap roc spearman pearson")
_LOWER = listed("rmse mae mse logloss loss error mape rmsle smape wape rmspe err pinball")


@rule(
    "METRIC038",
    "own-metric-upside-down",
    "error",
    "a metric of one's own says that the worse value is the better",
    remedy='return "f1", f1, True: the third says whether more is better',
    source="LightGBM, custom metric: (name, value, is_higher_better)",
)
def upside_down(program: Program) -> Iterator[Found]:
    """`def f1_eval(preds, data): return "f1", f1_score(...), False`, and `lgb.train(..., feval=f1_eval)`."""
    given = {
        one.id
        for part in program.each(ast.keyword)
        if part.arg in ("feval", "eval_metric")
        for one in ast.walk(part.value)
        if isinstance(one, ast.Name)
    }
    for function in program.each(ast.FunctionDef):
        if function.name not in given:
            continue
        for node in ast.walk(function):
            ends = node.value.elts if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) else []
            if len(ends) != 3 or not isinstance(ends[2], ast.Constant) or not isinstance(ends[2].value, bool):
                continue
            named = set(re.findall(r"[a-z0-9]+", _text(ends[0]).lower()))
            said = named & (_HIGHER | _LOWER)
            negated = isinstance(ends[1], ast.UnaryOp) or re.search(r"\b1 - |\b1\.0 - |neg", written(ends[1], 200))
            higher, lower = bool(said & _HIGHER), bool(said & _LOWER)
            if higher != lower and higher != ends[2].value and not negated:
                how = "the higher, the better" if higher else "the lower, the better"
                yield node, f"{function.name} says {ends[2].value} where {min(said)} is the {how}"


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


_ROUNDED = re.compile(
    r"rint|round|ceil|floor|trunc|digitize|argmax|\+ ?0?\.5|> ?0?\.|where|cut\(|searchsorted|>=|factorize"
)


@rule(
    "METRIC039",
    "predictions-cut-off",
    "warning",
    "predicted values become whole numbers by cutting off what is behind the point",
    remedy="np.rint(pred).astype(int): astype(int) makes 4.9 a 4",
    source="NumPy, astype: casting from float to int truncates",
)
def cut_off(program: Program) -> Iterator[Found]:
    """`grade = np.clip(regressor.predict(X), 1, 6).astype(int)`, and then a kappa or a share of hits."""
    judged = [one for one in program.trace.of(*LABEL_METRICS) if one.library in ("sklearn", "builtins")]
    for call in program.trace.of("astype"):
        data = as_data(call.receiver)
        whole = call.text(0, "dtype").strip("'\"").rpartition(".")[2] in ("int", "int64", "int32", "int8", "int16")
        if not whole or data is None or data.kind != "predicted" or estimators.task_of(data.made_by) != "regression":
            continue
        source = data.made_by
        text = written(call.node, 400) + _made_of(program, call.node)
        if _ROUNDED.search(text) or source is None:
            continue
        told = {name for one in judged for value in one.node.args for name in names_in(value)}
        if told & _held(program, call.node) or any(call.node in set(ast.walk(one.node)) for one in judged):
            yield call.node, f"{written(call.node)} cuts off what stands behind the point, where rounding is meant"


def _made_of(program: Program, node: ast.Call) -> str:
    """How the names within an expression were made, as written."""
    return " ".join(
        written(one.value, 300) for name in sorted(names_in(node)) for one in program.sets.get(name, [])[:3]
    )


def _held(program: Program, node: ast.AST) -> set[str]:
    """The name that a value goes into: `pred = ...`, `pred[test] = ...`."""
    found: ast.AST | None = node
    while found is not None and not isinstance(found, ast.stmt):
        found = program.parents.get(found)
    targets = found.targets if isinstance(found, ast.Assign) else []
    bases = [one.value if isinstance(one, ast.Subscript) else one for one in targets]
    return {one.id for one in bases if isinstance(one, ast.Name)}


_LOG = re.compile(r"\blog(1p|2|10)?\(")


@rule(
    "METRIC040",
    "scores-in-two-units",
    "error",
    "errors of logarithms are set beside errors of the values themselves",
    remedy="pred = np.expm1(model.predict(X)) where the logarithm was fitted; judge all by the value itself",
    source="scikit-learn, TransformedTargetRegressor: the inverse function; Humbatova et al. 2020",
)
def two_units(program: Program) -> Iterator[Found]:
    """`truth = np.log1p(y) if log else y`, and the RMSE of each model of a list."""
    for call in program.trace.calls:
        given = call.node.args[0] if is_metric(call) and call.name in VALUE_METRICS and call.node.args else None
        made = program.sets.get(given.id, []) if isinstance(given, ast.Name) else []
        value = made[0].value if len(made) == 1 else given
        if not call.loops or not isinstance(value, ast.IfExp):
            continue
        ways = [bool(_LOG.search(written(one, 200))) for one in (value.body, value.orelse)]
        if ways[0] != ways[1]:
            text = f"{written(value)}: for some models {call.name} is of logarithms"
            yield call.node, f"{text}, for others of the values: the two cannot be compared"
            return
