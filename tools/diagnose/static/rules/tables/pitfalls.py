"""Slips of pandas and of metrics that run, or nearly run, and give another number than is meant.

Sources: pandas, Boolean indexing, Series.mode; scikit-learn, mean_squared_error, The scoring parameter,
StratifiedKFold; Efron and Tibshirani 1993 (the bootstrap draws with replacement).
"""

import ast
import itertools
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.uses import LOOPS, above
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called


@rule(
    "PANDAS020",
    "and-before-comparison",
    "error",
    "& binds more tightly than the comparisons beside it",
    remedy="(df.a > 1) & (df.b < 2): each comparison in parentheses",
    source="pandas, Boolean indexing: conditions must be grouped by parentheses",
)
def and_first(program: Program) -> Iterator[Found]:
    """`df[df.a > 1 & df.b < 2]`."""
    for node in program.each(ast.Compare):
        for one in node.comparators:
            if isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitAnd | ast.BitOr):
                numbers = isinstance(one.left, ast.Constant) and not isinstance(one.left.value, bool)
                if numbers and _table(one.right) and _table(one.right) == _table(node.left):
                    text = f"{written(node)} is read as {written(node.left)} compared with ({written(one)})"
                    yield node, text, "ValueError: The truth value of a Series is ambiguous"
                    break


def _table(node: ast.expr) -> str:
    """The name of the table that a column is taken of."""
    column = isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.value, ast.Name)
    return node.value.id if column else ""  # type: ignore[attr-defined]


@rule(
    "PANDAS021",
    "filled-with-the-list-of-modes",
    "error",
    "gaps are filled with the table of modes, of which each row is for the row of its number alone",
    remedy="df['city'].fillna(df['city'].mode()[0])",
    source="pandas, Series.mode: always returns a Series; fillna with a Series goes by the index",
)
def filled_with_modes(program: Program) -> Iterator[Found]:
    """`df["city"].fillna(df["city"].mode())`."""
    for node in program.each(ast.Call):
        given = node.args[0] if called(node) == "fillna" and node.args else None
        made = program.sets.get(given.id, []) if isinstance(given, ast.Name) else []
        value = made[0].value if len(made) == 1 else given
        if not isinstance(value, ast.Call) or called(value) != "mode" or not isinstance(value.func, ast.Attribute):
            continue
        if "axis" not in {one.arg for one in value.keywords} and "stats" not in written(value.func):
            yield node, f"{written(value)} is a list of the commonest: its first fills row 0, and no other row"


_SQUARED = "mean_squared_error"


@rule(
    "METRIC041",
    "root-never-taken",
    "error",
    "what is called RMSE is the mean squared error",
    remedy="root_mean_squared_error(y_test, y_pred), or np.sqrt(mean_squared_error(...))",
    source="scikit-learn, mean_squared_error and root_mean_squared_error",
)
def root_never_taken(program: Program) -> Iterator[Found]:
    """`rmse = mean_squared_error(y_test, model.predict(X_test))`."""
    for node in program.each(ast.Assign):
        target = node.targets[0]
        name = target.id if isinstance(target, ast.Name) else ""
        if "rmse" in tokens(name) and _is_squared(node.value):
            root = re.search(rf"sqrt\(\s*{re.escape(name)}\b|\b{re.escape(name)}\s*\*\*", program.text)
            if root is None and len(program.sets.get(name, [])) == 1:
                yield node, f"{name} is {written(node.value)}, of which no root is taken"
    for call in program.each(ast.Call):
        if called(call) in ("print", "info", "write", "metric"):
            for label, value in _labelled(call):
                if re.search(r"\bRMSE\b|root mean", label, re.IGNORECASE) and _is_squared(value):
                    yield value, f"{written(value)} is shown as RMSE, and no root is taken of it"


def _is_squared(node: ast.expr) -> bool:
    """Whether a value is a mean squared error, without its root."""
    while called(node) in ("round", "float", "abs") and isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    squared = isinstance(node, ast.Call) and called(node) == _SQUARED
    return squared and "squared" not in {one.arg for one in node.keywords}  # type: ignore[attr-defined]


def _labelled(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """(words before it, value) of what is shown: `print("RMSE", x)`, `print(f"RMSE {x}")`."""
    parts: list[ast.expr] = []
    for one in node.args:
        parts += one.values if isinstance(one, ast.JoinedStr) else [one]
    for before, after in itertools.pairwise(parts):
        value = after.value if isinstance(after, ast.FormattedValue) else after
        if isinstance(before, ast.Constant) and isinstance(before.value, str):
            yield before.value[-30:], value


@rule(
    "METRIC042",
    "root-of-negated-errors",
    "error",
    "the root of a negative number",
    remedy="np.sqrt(-scores), or scoring='neg_root_mean_squared_error'",
    source="scikit-learn, The scoring parameter: neg_mean_squared_error is the negative of the error",
)
def root_of_negative(program: Program) -> Iterator[Found]:
    """`np.sqrt(cross_val_score(model, X, y, scoring="neg_mean_squared_error"))`."""
    for node in program.each(ast.Call):
        if called(node) != "sqrt" or not node.args:
            continue
        given = node.args[0]
        if isinstance(given, ast.Call) and called(given) == "mean" and isinstance(given.func, ast.Attribute):
            given = given.args[0] if written(given.func.value) in ("np", "numpy") and given.args else given.func.value
        made = program.sets.get(given.id, []) if isinstance(given, ast.Name) else []
        value = made[0].value if len(made) == 1 and isinstance(made[0].targets[0], ast.Name) else given
        if isinstance(value, ast.Call) and called(value) == "cross_val_score" and _negated(value):
            yield node, f"{written(node)}: scoring gives errors with their sign turned, whose root is nan"


def _negated(node: ast.Call) -> bool:
    given = next((one.value for one in node.keywords if one.arg == "scoring"), None)
    text = given.value if isinstance(given, ast.Constant) else None
    return isinstance(text, str) and text.startswith("neg_")


@rule(
    "METRIC043",
    "bootstrap-without-replacement",
    "error",
    "each sample of a bootstrap holds all rows once: they differ in nothing but the order",
    remedy="df.sample(frac=1, replace=True), rng.choice(x, len(x), replace=True)",
    source="Efron and Tibshirani 1993: the bootstrap draws n rows with replacement",
)
def without_replacement(program: Program) -> Iterator[Found]:
    """`for i in range(1000): means.append(df.sample(frac=1)["x"].mean())`, and then percentiles."""
    if not program.names & {"percentile", "quantile", "std", "nanpercentile"}:
        return
    for node in program.each(ast.Call):
        if not _all_once(node):
            continue
        loops = (*LOOPS, ast.ListComp, ast.GeneratorExp)
        loop = next((one for one in above(program, node) if isinstance(one, loops)), None)
        if loop is not None and _over_many(loop) and _summed_up(program, node, loop):
            yield node, f"{written(node)} draws without replacement: the mean is the same each time"
            return


def _all_once(node: ast.Call) -> bool:
    """Whether a call draws all rows, each of them once."""
    given = {one.arg: one.value for one in node.keywords}
    bare = not isinstance(replaced := given.get("replace"), ast.Constant) or replaced.value is False
    name = called(node)
    if name == "sample":
        share = given.get("frac")
        return bare and isinstance(share, ast.Constant) and share.value in (1, 1.0)
    told = isinstance(replaced, ast.Constant) and replaced.value is False
    if name == "choice" and told and node.args:
        size = given.get("size", node.args[1] if len(node.args) > 1 else None)
        return size is not None and written(size) in (f"len({written(node.args[0])})", f"{written(node.args[0])}.size")
    return name == "resample" and told and "n_samples" not in given and bool(node.args)


def _over_many(loop: ast.AST) -> bool:
    over = loop.iter if isinstance(loop, ast.For) else loop.generators[0].iter if hasattr(loop, "generators") else None
    return over is not None and called(over) == "range"


def _summed_up(program: Program, node: ast.Call, loop: ast.AST) -> bool:
    """Whether a number is computed of all that was drawn: of it, or of a column of it."""
    up = program.parents.get(node)
    name = written(up.targets[0]) if isinstance(up, ast.Assign) else ""
    for one in ast.walk(loop):
        if isinstance(one, ast.Call) and called(one) in ("mean", "median", "std", "var", "corr", "quantile"):
            held = one.func.value if isinstance(one.func, ast.Attribute) else None
            held = one.args[0] if held is not None and written(held) in ("np", "numpy") and one.args else held
            if isinstance(held, ast.Subscript) and isinstance(held.slice, ast.Constant):
                held = held.value
            if held is node or (name and held is not None and written(held) == name):
                return True
    return False


@rule(
    "SPLIT023",
    "strata-without-classes",
    "error",
    "folds by class, and the classes are not given",
    remedy="StratifiedKFold(5).split(X, y)",
    source="scikit-learn, StratifiedKFold.split(X, y): y is required",
)
def strata_without_classes(program: Program) -> Iterator[Found]:
    """`for train, test in StratifiedKFold(5).split(X)`."""
    named = ("StratifiedKFold", "StratifiedShuffleSplit", "RepeatedStratifiedKFold", "StratifiedGroupKFold")
    for call in program.trace.of("split"):
        plain = getattr(call.receiver, "name", "") in named and getattr(call.receiver, "own", None) is None
        if plain and len(call.node.args) == 1 and not call.node.keywords:
            yield call.node, f"{written(call.node)} needs the classes, too", "TypeError: missing argument: 'y'"


@rule(
    "DATA013",
    "one-mean-for-all-columns",
    "warning",
    "columns are scaled by one mean and one deviation of them all",
    remedy="(X - X.mean(axis=0)) / X.std(axis=0): each column by its own",
    source="NumPy, mean: without axis, of the whole array; scikit-learn, StandardScaler",
)
def one_mean_for_all(program: Program) -> Iterator[Found]:
    """`X = df[["age", "income"]].to_numpy()`, and `(X - X.mean()) / X.std()`."""
    wide: dict[str, set[str]] = {}
    for call in program.trace.of("mean", "std"):
        data = as_data(call.receiver)
        known = data is not None and "array" in data.flags and bool(data.frame) and len(data.columns or ()) > 1
        if known and not call.node.args and constant(call.get("axis")) is None and isinstance(call.on(), str):
            wide.setdefault(call.on(), set()).add(call.name)
    for node in program.each(ast.BinOp):
        if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Call) and isinstance(node.left, ast.BinOp):
            name = written(node.right.func).rpartition(".")[0]
            if wide.get(name) == {"mean", "std"} and written(node.left.left) == name and called(node.right) == "std":
                yield node, f"{written(node)} takes one mean of all columns together: they stay as unlike as they were"
