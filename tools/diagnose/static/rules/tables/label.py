"""Features that hold the label, the future, or a model's own answers to its training rows.

Sources: Kaufman et al. 2011, "Leakage in Data Mining"; Kapoor and Narayanan 2023, "Leakage and the reproducibility
crisis"; Wolpert 1992, "Stacked generalization".
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds, same_table_targets
from mlpilot.tools.diagnose.static.facts.judged import fits, is_model, last_fit
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_PAST = re.compile(r"(^|_)(lag\w*|prev|previous|yesterday|last|past)(_|$|\d)", re.IGNORECASE)
_MADE_HERE = ("DataFrame", "Series", "array", "stack", "linspace", "arange")
_OVER_ROWS = frozenset(
    ("shift", "rolling", "expanding", "ewm", "diff", "pct_change", "cumsum", "groupby", "shuffle", "folds")
)
"""Methods that look at other rows: what they give of a target's past is a fair feature. So is what folds give."""


@rule(
    "LEAK021",
    "stacked-on-its-own-fit",
    "warning",
    "a model learns from another's answers to rows that it was fitted on",
    remedy="cross_val_predict for the training rows, or StackingClassifier",
    source="Wolpert 1992; scikit-learn, StackingClassifier: cross_val_predict",
)
def stacked_on_own_fit(program: Program) -> Iterator[Found]:
    """`top.fit(model.predict_proba(X_train), y_train)`, where model was fitted on X_train."""
    for call, top, data, _ in fits(program):
        if data is None or data.kind not in ("predicted", "probabilities") or not is_model(top):
            continue
        first = data.made_by
        fit = last_fit(first, call.order) if isinstance(first, Instance) and first is not top else None
        trained = as_data(fit.X) if fit is not None else None
        if (
            trained is None
            or not trained.rows
            or {"mixed", "crossed"} & (data.flags | trained.flags)
            or trained.rows != data.rows
        ):
            continue
        assert isinstance(first, Instance)
        if nets.is_keras_model(first) and data.last not in ("softmax", "sigmoid"):
            continue  # an embedding, or a code
        text = f"{call.text(0)} is what {first.name} says of the rows that it was fitted on: it looks too good there"
        yield call.node, text


@rule(
    "LEAK022",
    "label-in-a-derived-column",
    "error",
    "a feature is computed from the target of its own row",
    remedy="leave that column out of X",
    source="Kaufman et al. 2011; Kapoor and Narayanan 2023, proxies of the outcome",
)
def label_in_derived_column(program: Program) -> Iterator[Found]:
    """`df["lost"] = np.where(df["default"] == 1, ...)`, and then `X = df.drop(columns="default")`."""
    made = list(made_columns(program))
    alone = [one for one in made if is_of_these_alone(program, one[0])]
    told = set()
    for call, X, y in same_table_targets(program):
        if X.kind != "data" or "shifted" in y.flags:
            continue
        target = (y.columns or ("",))[0]
        answers = [target, *(_single_source(alone, target) if from_elsewhere(X) else [])]
        for node, column, used in made:
            told_by = next((one for one in answers if one in used and not holds(X, one)), None)
            if told_by is not None and column not in answers and holds(X, column) and node not in told:
                told.add(node)
                what = "the target" if told_by == target else f"which {target!r}, the target, is made of"
                text = f"{column!r} is computed from {told_by!r}, {what}, and is among the features"
                yield node, f"{text} at line {call.node.lineno}"


def from_elsewhere(data: Data) -> bool:
    """Whether rows were read, rather than made up here."""
    heads = {row[0] for row in data.rows}
    drawn = any(str(step[2]).startswith(("rand", "make_")) for step in heads)
    return bool(heads) and not drawn and all(step[0] == "source" and step[2] not in _MADE_HERE for step in heads)


def _single_source(made: list[tuple[ast.Assign, str, set[str]]], target: str) -> list[str]:
    """The one column that the target is made of, where it is one: marks of which the target says who passes."""
    found = [used for _, column, used in made if column == target]
    return sorted(found[0]) if len(found) == 1 and len(found[0]) == 1 else []


def made_columns(program: Program) -> Iterator[tuple[ast.Assign, str, set[str]]]:
    """(assignment, column, columns of its own row that it is computed from) of each `df["a"] = f(df["b"])`."""
    for node in program.each(ast.Assign):
        if not isinstance(node.targets[0], ast.Subscript):
            continue
        target = node.targets[0]
        column = _text(target.slice)
        asked = {one.attr for one in ast.walk(node.value) if isinstance(one, ast.Attribute)}
        asked |= {"folds"} if _goes_by_folds(program, node.value) else set()
        if not column or not isinstance(target.value, ast.Name) or asked & _OVER_ROWS:
            continue
        called_on = {one.func for one in ast.walk(node.value) if isinstance(one, ast.Call)}
        used: set[str] = set()
        fitted_to = _fitted_to(node.value)
        for one in ast.walk(node.value):
            if not isinstance(one, ast.Subscript | ast.Attribute) or written(one.value) != target.value.id:
                continue
            if one in fitted_to:
                continue
            if isinstance(one, ast.Subscript):
                used |= {_text(part) for part in (getattr(one.slice, "elts", None) or [one.slice])}
            elif one not in called_on:
                used.add(one.attr)
        yield node, column, used - {"", column}


def _goes_by_folds(program: Program, value: ast.expr) -> bool:
    """Whether a function of the program makes it that goes over the folds of a split."""
    names = names_in(value)
    loops = (
        loop
        for function in program.each(ast.FunctionDef)
        if function.name in names
        for loop in ast.walk(function)
        if isinstance(loop, ast.For)
    )
    return any(called(one) == "split" for loop in loops for one in ast.walk(loop.iter))


def _fitted_to(value: ast.expr) -> set[ast.AST]:
    """The nodes of the target that an encoder is fitted to: `encoder.fit_transform(df[["street"]], df["rent"])`."""
    calls = [one for one in ast.walk(value) if isinstance(one, ast.Call)]
    given = [
        target
        for one in calls
        if getattr(one.func, "attr", "") == "fit_transform"
        for target in [*one.args[1:], *(part.value for part in one.keywords if part.arg == "y")]
    ]
    return {node for target in given for node in ast.walk(target)}


def is_of_these_alone(program: Program, node: ast.Assign) -> bool:
    """Whether a column is computed from columns of its own table and constants, and from no other name that is set."""
    table = {one.id for one in ast.walk(node.targets[0]) if isinstance(one, ast.Name)}
    given = program.sets
    names = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)} - table
    set_to = [one.value for name in names for one in given.get(name, [])]
    return all(isinstance(value, ast.Constant | ast.Dict | ast.List) for value in set_to)


def _text(node: ast.expr) -> str:
    """A name of a column, with holes where an f-string has them."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "0" for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@rule(
    "LEAK023",
    "future-in-a-lag",
    "error",
    "a column of the past is filled with the future",
    remedy="shift(1): the value of the row before",
    source="pandas, DataFrame.shift; Kapoor and Narayanan 2023, temporal leakage",
)
def future_in_a_lag(program: Program) -> Iterator[Found]:
    """`df["lag_1"] = df["sales"].shift(-1)`."""
    for node in program.each(ast.Assign):
        if not isinstance(node.targets[0], ast.Subscript):
            continue
        column = _text(node.targets[0].slice)
        for one in ast.walk(node.value):
            if not isinstance(one, ast.Call) or getattr(one.func, "attr", "") != "shift" or not one.args:
                continue
            by = one.args[0]
            if isinstance(by, ast.UnaryOp) and isinstance(by.op, ast.USub) and _PAST.search(column):
                yield node, f"{column!r} is made with {written(one)}, which takes the rows after, not before"


@rule(
    "SPLIT013",
    "overlapping-windows-shuffled",
    "warning",
    "windows that share values are split at random",
    remedy="cut the series first, and make windows of each part; or shuffle=False",
    source="Kapoor and Narayanan 2023, temporal leakage and non-independence; scikit-learn, TimeSeriesSplit",
)
def overlapping_windows(program: Program) -> Iterator[Found]:
    """`windows = np.stack([x[i : i + 50] for i in range(n)])`, and `train_test_split(windows, ...)`."""
    splits = list(program.trace.of("train_test_split"))
    windows = _windows(program) if splits else set()
    for call in splits:
        given = call.node.args[0] if call.node.args else None
        ordered = any(one.arg == "shuffle" and written(one.value) == "False" for one in call.node.keywords)
        if isinstance(given, ast.Name) and given.id in windows and not ordered:
            text = f"windows of {given.id} share values with those beside them, and are split at random"
            yield call.node, f"{text}: near twins of test windows are trained on"


def _windows(program: Program) -> set[str]:
    """Names of lists and arrays of windows that overlap."""
    found = set()
    for loop in program.each(ast.For):
        if isinstance(loop.target, ast.Name):
            for call in (one for one in ast.walk(loop) if isinstance(one, ast.Call)):
                appends = isinstance(call.func, ast.Attribute) and call.func.attr == "append" and len(call.args) == 1
                if appends and _slides(call.args[0], loop.target.id, loop.iter):
                    found.add(written(call.func.value))  # type: ignore[attr-defined]
    for _ in range(2):
        for node in program.each(ast.Assign):
            if isinstance(node.targets[0], ast.Name):
                inner = [one for one in ast.walk(node.value) if isinstance(one, ast.ListComp | ast.Name)]
                if any(_is_window_list(one, found) for one in inner) and _only_stacks(node.value):
                    found.add(node.targets[0].id)
    return found | _returned(program, found)


def _returned(program: Program, windows: set[str]) -> set[str]:
    """Names that are given what a function of the program returns, where that is windows."""
    places: dict[str, set[int]] = {}
    for function in program.each(ast.FunctionDef):
        for given in (one.value for one in ast.walk(function) if isinstance(one, ast.Return)):
            parts = given.elts if isinstance(given, ast.Tuple) else [given]
            whole = {
                i
                for i, part in enumerate(parts)
                if part is not None and _only_stacks(part) and windows & names_in(part)
            }
            places[function.name] = places.get(function.name, set()) | whole
    found = set()
    for node in program.each(ast.Assign):
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            target = node.targets[0]
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            at = places.get(node.value.func.id, set())
            found |= {one.id for i, one in enumerate(names) if i in at and isinstance(one, ast.Name)}
    return found


def _is_window_list(node: ast.AST, known: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in known
    if not isinstance(node, ast.ListComp) or len(node.generators) != 1:
        return False
    one = node.generators[0]
    return isinstance(one.target, ast.Name) and _slides(node.elt, one.target.id, one.iter)


def _only_stacks(node: ast.expr) -> bool:
    """Whether an expression is a list of windows, or an array made of one."""
    if isinstance(node, ast.ListComp | ast.Name):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", "")
    inner = node.func.value if name in ("reshape", "astype") else node.args[0] if node.args else None  # type: ignore[attr-defined]
    return (
        name in ("array", "asarray", "stack", "vstack", "reshape", "astype")
        and inner is not None
        and _only_stacks(inner)
    )


def _slides(item: ast.expr, counter: str, over: ast.expr) -> bool:
    """Whether an item is `x[i : i + w]`, or `x[i - w : i]`, and the steps of i are shorter than w."""
    if not isinstance(item, ast.Subscript):
        return False
    choice = item.slice.elts[0] if isinstance(item.slice, ast.Tuple) and item.slice.elts else item.slice
    if not isinstance(choice, ast.Slice) or choice.lower is None or choice.upper is None or choice.step is not None:
        return False
    if (
        isinstance(item.slice, ast.Tuple)
        and sum(isinstance(one, ast.Slice) and one.lower is not None for one in item.slice.elts) > 1
    ):
        return False  # a patch of a picture
    ends = [{one.id for one in ast.walk(end) if isinstance(one, ast.Name)} for end in (choice.lower, choice.upper)]
    if not all(counter in names for names in ends):
        return False
    stepped = isinstance(over, ast.Call) and len(over.args) == 3
    if not stepped:
        return True
    step, width = over.args[2], written(choice.upper, 80) + written(choice.lower, 80)  # type: ignore[attr-defined]
    return isinstance(step, ast.Constant) and str(step.value) not in width


@rule(
    "SPLIT014",
    "features-shuffled-alone",
    "error",
    "the features are shuffled, and their labels are not",
    remedy="order = rng.permutation(len(X)); X, y = X[order], y[order]",
    source="numpy, Generator.shuffle; scikit-learn, utils.shuffle",
)
def shuffled_alone(program: Program) -> Iterator[Found]:
    """`rng.shuffle(X)`, and then `model.fit(X, y)`."""
    shuffled = [
        call
        for call in program.trace.of("shuffle")
        if len(call.node.args) == 1
        and isinstance(call.node.args[0], ast.Name)
        and call.library not in ("sklearn", "tensorflow", "keras")
        and isinstance(call.node.func, ast.Attribute)
    ]
    if len(shuffled) != 1:
        return
    name, before = shuffled[0].text(0), as_data(shuffled[0].args[0])
    for call, _, X, y_value in fits(program):
        y = as_data(y_value)
        if X is None or y is None or before is None or before.kind != "data" or call.order < shuffled[0].order:
            continue
        moved, kept = (X, y) if before.role == "X" else (y, X)
        told = {moved.role, kept.role} == {"X", "y"} and moved.role == before.role and "shuffled" not in kept.flags
        heads = [{row[0] for row in one.rows} for one in (moved, before, kept)]
        apart = all(step[0] == "source" for head in heads for step in head)  # each read from a file of its own
        if told and heads[0] and heads[0] == heads[1] and (heads[1] == heads[2] or apart):
            other = call.text(1, "y") if moved is X else call.text(0, "X")
            yield shuffled[0].node, f"{name} is shuffled in place, and {other} keeps its order"
            return
