"""Rows that learn from what they should not, or with what is not theirs, before any framework sees them.

Sources: Kapoor and Narayanan 2023 (temporal leakage); TensorFlow, Time series forecasting (inputs end before the
label); numpy, Generator.permutation; scikit-learn, Common pitfalls: inconsistent preprocessing; Humbatova et al. 2020
(wrong preprocessing).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import classes, methods, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.naming import part_of, role_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

Line = dict[str, int]
"""A sum of names, each so many times, and of a number, under the empty name."""


def _line(node: ast.expr | None, known: dict[str, list[ast.expr]], depth: int = 0) -> Line | None:
    """`end - lookback + 1` as a sum; None where it is something else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return {"": node.value}
    if isinstance(node, ast.Name):
        given = known.get(node.id, [])
        if len(given) == 1 and isinstance(given[0], ast.BinOp) and depth < 4:
            return _line(given[0], known, depth + 1)
        return {node.id: 1}
    if isinstance(node, ast.Attribute):
        return {written(node): 1}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        left, right = _line(node.left, known, depth), _line(node.right, known, depth)
        return None if left is None or right is None else _added(left, right, 1 if isinstance(node.op, ast.Add) else -1)
    return None


def _added(one: Line, other: Line, times: int) -> Line:
    found = dict(one)
    for name, count in other.items():
        found[name] = found.get(name, 0) + times * count
    return {name: count for name, count in found.items() if count}


def _at_least(line: Line, least: int) -> bool:
    """Whether a sum is so large for certain, its names being whole numbers of 1 and more."""
    return all(count >= 0 for name, count in line.items() if name) and sum(line.values()) >= least


def _cut(node: ast.expr) -> tuple[str, ast.expr, bool]:
    """(what is indexed, its first index, whether all of its columns are taken)."""
    while isinstance(node, ast.Call) and called(node) in ("reshape", "flatten", "copy", "to_numpy", "tolist", "array"):
        inner = node.func.value if isinstance(node.func, ast.Attribute) and called(node) != "array" else None
        node = inner if inner is not None else node.args[0] if node.args else ast.Constant(None)
    if isinstance(node, ast.Attribute) and node.attr == "values":
        node = node.value
    if not isinstance(node, ast.Subscript):
        return "", node, False
    base, at, whole = written(node.value), node.slice, True
    if isinstance(at, ast.Tuple) and at.elts:
        rest = at.elts[1] if len(at.elts) > 1 else None
        whole = rest is None or (isinstance(rest, ast.Slice) and rest.lower is None and rest.upper is None)
        at = at.elts[0]
    return base.removesuffix(".iloc"), at, whole


@rule(
    "DATA022",
    "window-holds-its-target",
    "error",
    "a window of the past holds the value that is to be told",
    remedy="X.append(series[i - n:i]), y.append(series[i]): a slice ends before its end",
    source="TensorFlow, Time series forecasting: inputs end before the label; Kapoor and Narayanan 2023",
)
def window_holds_target(program: Program) -> Iterator[Found]:
    """`X.append(series[i:i + n])`, and `y.append(series[i + n - 1])`."""
    for scope in scopes(program):
        known = settings(scope)
        windows: list[tuple[ast.AST, str, Line, Line]] = []
        targets: list[tuple[ast.AST, str, Line]] = []
        for node in _kept(scope, known):
            base, at, whole = _cut(node)
            if not base:
                continue
            if isinstance(at, ast.Slice) and at.step is None and at.upper is not None and at.lower is not None:
                start, end = _line(at.lower, known), _line(at.upper, known)
                if start is not None and end is not None and whole and set(start) - {""}:
                    windows.append((node, base, start, end))
            elif not isinstance(at, ast.Slice):
                point = _line(at, known)
                if point is not None and set(point) - {""}:
                    targets.append((node, base, point))
        for window, base, start, end in windows:
            for _, other, point in targets:
                inside = _at_least(_added(end, point, -1), 1) and _at_least(_added(point, start, -1), 0)
                if base == other and inside and _at_least(_added(end, start, -1), 1):
                    yield window, f"{written(window)} holds {base}[{_said(point)}], which is to be told from it"
                    return


def _said(line: Line) -> str:
    parts = [
        f"{'+' if count > 0 else '-'} {abs(count) if not name or abs(count) > 1 else ''}{name}"
        for name, count in line.items()
    ]
    return " ".join(parts).removeprefix("+ ")


def _kept(scope: ast.AST, known: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    """What is appended to lists, alone or in pairs, and what comprehensions make, under names of inputs and targets."""
    for node in own(scope):
        if isinstance(node, ast.Call) and called(node) == "append" and len(node.args) == 1:
            given = node.args[0].elts if isinstance(node.args[0], ast.Tuple | ast.List) else [node.args[0]]
        elif isinstance(node, ast.Assign) and role_of(written(node.targets[0])) in ("X", "y"):
            value = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else node.value
            given = [value.elt] if isinstance(value, ast.ListComp) else []
        else:
            continue
        for one in given:
            plain = isinstance(one, ast.Name) and len(known.get(one.id, [])) == 1
            yield known[one.id][0] if plain and isinstance(one, ast.Name) else one


_ORDERS = frozenset(("permutation", "randperm", "choice", "permuted"))


@rule(
    "DATA023",
    "two-orders",
    "error",
    "features and labels are put into two different random orders",
    remedy="order = rng.permutation(len(X)); X, y = X[order], y[order]",
    source="numpy, Generator.permutation; scikit-learn, utils.shuffle(X, y)",
)
def two_orders(program: Program) -> Iterator[Found]:
    """`X = X[rng.permutation(len(X))]; y = y[rng.permutation(len(y))]`."""
    for scope in scopes(program):
        known = settings(scope)
        moved: dict[str, tuple[str, int]] = {}
        for node in own(scope):
            if isinstance(node, ast.Call) and called(node) in ("seed", "set_state", "manual_seed"):
                moved.clear()
            if not isinstance(node, ast.Assign) or len(node.targets) != 1:
                continue
            pairs = [(node.targets[0], node.value)]
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(node.targets[0].elts, node.value.elts, strict=False))
            for target, value in pairs:
                name, order = written(target), _order_of(value, known)
                if not order:
                    continue
                for other, (drawn, _) in moved.items():
                    if drawn != order and other != name and _belong(program, other, name):
                        yield (
                            node,
                            f"{other} and {name} are each put into an order of their own: rows lose their labels",
                        )
                        return
                moved[name] = (order, node.lineno)


def _order_of(value: ast.expr, known: dict[str, list[ast.expr]]) -> str:
    """Which random order rows are put into; nothing where they are not, or where the seed says which."""
    while called(value) == "reset_index" and isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    name = called(value)
    if isinstance(value, ast.Call) and name in ("sample", "shuffle"):
        whole = (name == "shuffle" and len(value.args) == 1) or "frac=1" in written(value, 200)
        if not whole or "random_state" in written(value, 200) or "seed" in written(value, 200):
            return ""
        return f"{name} {value.lineno}:{value.col_offset}"
    if not isinstance(value, ast.Subscript):
        return ""
    at: ast.expr = value.slice
    if isinstance(at, ast.Tuple) and at.elts:
        at = at.elts[0]
    if isinstance(at, ast.Name):
        given = known.get(at.id, [])
        at = given[0] if len(given) == 1 else at
    if called(at) in _ORDERS and isinstance(at, ast.Call) and "replace" not in written(at, 200):
        return f"{at.lineno}:{at.col_offset}"
    return ""


def _belong(program: Program, one: str, other: str) -> bool:
    """Whether two names are the features and labels of one table: by what they are called, or by who takes both."""
    roles = {role_of(one), role_of(other)}
    if roles == {"X", "y"}:
        return True
    takers = ("fit", "TensorDataset", "from_tensor_slices", "train_test_split", "zip", "evaluate")
    if any({one, other} <= names_in(node) for node in program.each(ast.Call) if called(node) in takers):
        return True
    labels = [name for name in (one, other) if _labels(program, name)]
    returned = [node.value for node in program.each(ast.Return) if node.value is not None]
    made = {name: {name} | _made_of(program, name) for name in (one, other)}
    together = any(all(names_in(node) & found for found in made.values()) for node in returned)
    return len(labels) == 1 and together and part_of(one) == part_of(other)


_LABEL_WORDS = re.compile(r"(^|_)(ids|classes|cls|categor\w*|onehot|truth|labs?|outcomes?|answers|gt|tags)$")


def _labels(program: Program, name: str) -> bool:
    """Whether a name is one of labels: by what it is called, or since it is turned into one column for each class."""
    encoded = ("to_categorical", "one_hot", "LabelEncoder", "bincount")
    asked = any(called(node) in encoded and name in names_in(node) for node in program.each(ast.Call))
    return role_of(name) == "y" or bool(_LABEL_WORDS.search(name.lower())) or asked


def _made_of(program: Program, name: str) -> set[str]:
    """Names that are set to something made of it."""
    return {written(node.targets[0]) for node in program.each(ast.Assign) if name in names_in(node.value)}


_PREPARES = re.compile(
    r"prep|scale|normal|transform|standard|clean|encode|featur|to_input|rescale|vectori", re.IGNORECASE
)


@rule(
    "DATA024",
    "prepared-for-training-only",
    "warning",
    "rows are prepared for the training, and not when the model is asked",
    remedy="the same function for both: model.predict(self.prepare(rows))",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing; Humbatova et al. 2020, wrong preprocessing",
)
def prepared_for_training(program: Program) -> Iterator[Found]:
    """`self.model.fit(self.prepare(X), y)`, and `self.model.predict(X)`."""
    for home in classes(program):
        known = methods(home)
        helpers = {name for name in known if _PREPARES.search(name) and not name.startswith("__")}
        fitting, asking = _users(known, ("fit", "train_on_batch")), _users(known, ("predict", "predict_proba"))
        for name in helpers:
            uses = [one for one, body in known.items() if any(called(node) == name for node in own(body))]
            outside = sum(called(node) == name for node in program.each(ast.Call)) > len(
                [node for body in known.values() for node in own(body) if called(node) == name]
            )
            if outside or not uses or not set(uses) <= {one.name for one, _ in fitting}:
                continue
            prepares = [call for _, call in fitting if _prepared(call, name, known[_home_of(call, known)])]
            for method, call in asking:
                given = call.args[0] if call.args else None
                own_rows = given is not None and names_in(given) & {one.arg for one in method.args.args[1:]}
                if prepares and own_rows and method.name not in uses:
                    yield call, f"{written(call)} is given rows as they come, and the model was fitted on {name}(rows)"
                    return


def _users(known: dict[str, ast.FunctionDef], asked: tuple[str, ...]) -> list[tuple[ast.FunctionDef, ast.Call]]:
    return [
        (method, node)
        for method in known.values()
        for node in own(method)
        if isinstance(node, ast.Call) and called(node) in asked and written(node.func).startswith("self.")
    ]


def _home_of(call: ast.Call, known: dict[str, ast.FunctionDef]) -> str:
    return next(name for name, body in known.items() if any(node is call for node in own(body)))


def _prepared(call: ast.Call, helper: str, method: ast.FunctionDef) -> bool:
    """Whether what is fitted on went through the helper."""
    given = call.args[0] if call.args else next((one.value for one in call.keywords if one.arg in ("x", "X")), None)
    if given is None:
        return False
    if any(called(one) == helper for one in ast.walk(given)):
        return True
    return isinstance(given, ast.Name) and any(
        any(called(part) == helper for part in ast.walk(one)) for one in settings(method).get(given.id, [])
    )
