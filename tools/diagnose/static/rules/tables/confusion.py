"""Confusion matrices that are read the wrong way round.

Source: scikit-learn, confusion_matrix: rows are the true classes, columns what was predicted; `tn, fp, fn, tp` for two.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.facts.uses import home
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_SOURCE = "scikit-learn, confusion_matrix: rows are true classes, columns predicted ones; tn, fp, fn, tp = cm.ravel()"
_PLACES = {"tn": (0, 0), "fp": (0, 1), "fn": (1, 0), "tp": (1, 1)}
_TURNED = {"tp": (0, 0), "fn": (0, 1), "fp": (1, 0), "tn": (1, 1)}
"""Where each count stands if the label 1 is the positive one, and if it is the label 0."""
_LONG = {
    ("true", "negative"): "tn",
    ("true", "neg"): "tn",
    ("false", "positive"): "fp",
    ("false", "pos"): "fp",
    ("false", "negative"): "fn",
    ("false", "neg"): "fn",
    ("true", "positive"): "tp",
    ("true", "pos"): "tp",
}
_GUESSED = listed("pred preds prediction predictions predicted yhat hat guess")


def _count(node: ast.AST) -> str:
    """tn, fp, fn, tp: what a name says that it counts; nothing for other names."""
    if not isinstance(node, ast.Name):
        return ""
    words = [one.removesuffix("s") if len(one) > 3 else one for one in tokens(node.id)]
    short = [one for one in words if one in _PLACES]
    if len(short) == 1:
        return short[0] if len(words) == 1 else ""
    return _LONG.get((words[0], words[1]), "") if len(words) == 2 else ""


def _is_matrix(program: Program, node: ast.expr, depth: int = 0) -> bool:
    """Whether it is `confusion_matrix(truth, predicted)` of all labels in their order, or a name for it."""
    if isinstance(node, ast.Name) and depth < 3:
        given = program.sets.get(node.id, [])
        return bool(given) and all(
            len(one.targets) == 1 and isinstance(one.targets[0], ast.Name) and _is_matrix(program, one.value, depth + 1)
            for one in given
        )
    if not isinstance(node, ast.Call) or written(node.func).rpartition(".")[2] != "confusion_matrix":
        return False
    if any(one.arg == "labels" for one in node.keywords) or len(node.args) > 2:
        return False
    first = argument(node, "y_true", 0)
    return first is not None and not set(tokens(written(first))) & _GUESSED and "predict" not in written(first)


def _cell(program: Program, node: ast.AST) -> tuple[int, int] | None:
    """(row, column) of `cm[0, 1]` and `cm[0][1]`."""
    if not isinstance(node, ast.Subscript):
        return None
    parts: list[ast.expr] = []
    base: ast.expr = node
    while isinstance(base, ast.Subscript):
        parts = [*(base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]), *parts]
        base = base.value
    numbers = [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, int)]
    if len(parts) != 2 or len(numbers) != 2 or not all(one in (0, 1) for one in numbers):
        return None
    return (numbers[0], numbers[1]) if _is_matrix(program, base) else None


def _agrees(found: dict[str, tuple[int, int]]) -> bool:
    """Whether counts stand where they belong, for one choice of the positive class."""
    return any(all(places[name] == cell for name, cell in found.items()) for places in (_PLACES, _TURNED))


@rule(
    "METRIC030",
    "confusion-matrix-misread",
    "error",
    "the counts of a confusion matrix are taken from the wrong places",
    remedy="tn, fp, fn, tp = confusion_matrix(y_test, y_pred).ravel()",
    source=_SOURCE,
)
def misread(program: Program) -> Iterator[Found]:
    """`tp, fp, fn, tn = confusion_matrix(y_test, y_pred).ravel()`."""
    if "confusion_matrix" not in program.names:
        return
    single: dict[ast.AST, dict[str, tuple[int, int]]] = {}
    for node in program.each(ast.Assign):
        if len(node.targets) != 1:
            continue
        target = node.targets[0]
        if isinstance(target, ast.Tuple | ast.List):
            found = _unpacked(program, target, node.value)
            if found and not _agrees(found):
                order = ", ".join(sorted(found, key=lambda one: found[one]))
                yield node, f"the counts stand in the order tn, fp, fn, tp, and are taken for {order}"
        elif (name := _count(target)) and (cell := _cell(program, node.value)) is not None:
            found = single.setdefault(home(program, node), {})
            found[name] = cell
            if not _agrees(found):
                single[home(program, node)] = {}
                text = f"{written(node.value)} is not {name}, where {_others(found, name)}"
                yield node, f"{text}: rows are true classes, columns predicted ones"


def _others(found: dict[str, tuple[int, int]], name: str) -> str:
    told = [f"{one} is cm[{cell[0]}, {cell[1]}]" for one, cell in found.items() if one != name]
    return " and ".join(told[:2]) or "the rows are the true classes"


def _unpacked(program: Program, target: ast.Tuple | ast.List, value: ast.expr) -> dict[str, tuple[int, int]]:
    """Where each of four counts is taken from."""
    flat = list(target.elts)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr not in ("ravel", "flatten", "tolist", "reshape"):
            return {} if not _is_matrix(program, value) else _nested(target)
        inner = value.func.value
        if isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") in ("ravel", "flatten"):
            inner = inner.func.value  # type: ignore[attr-defined]
        names = [_count(one) for one in flat]
        if len(flat) == 4 and all(names) and len(set(names)) == 4 and _is_matrix(program, inner):
            return dict(zip(names, ((0, 0), (0, 1), (1, 0), (1, 1)), strict=True))
        return {}
    return _nested(target) if _is_matrix(program, value) else {}


def _nested(target: ast.Tuple | ast.List) -> dict[str, tuple[int, int]]:
    """`(tn, fp), (fn, tp) = cm`."""
    rows = [getattr(one, "elts", []) for one in target.elts]
    names = {_count(one): (i, j) for i, row in enumerate(rows) for j, one in enumerate(row)}
    return names if len(rows) == 2 and len(names) == 4 and all(names) else {}


_RATES = {
    "recall": ("tp", "fn"),
    "sensitivity": ("tp", "fn"),
    "tpr": ("tp", "fn"),
    "precision": ("tp", "fp"),
    "ppv": ("tp", "fp"),
    "specificity": ("tn", "fp"),
    "tnr": ("tn", "fp"),
    "fpr": ("fp", "tn"),
    "fnr": ("fn", "tp"),
    "npv": ("tn", "fn"),
}
"""(what is counted, what else belongs to its whole) of each rate."""


@rule(
    "METRIC031",
    "rate-of-other-counts",
    "error",
    "a rate is computed from the counts of another one",
    remedy="recall = tp / (tp + fn), precision = tp / (tp + fp); by row (axis=1) for recall, by column for precision",
    source=_SOURCE,
)
def other_rate(program: Program) -> Iterator[Found]:
    """`recall = tp / (tp + fp)`, `recall = np.diag(cm) / cm.sum(axis=0)`, `cm / cm.sum(axis=1)`."""
    for node in program.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _columns_by_rows(program, node):
            yield node, f"{written(node)} divides the columns by the sums of the rows: sum(axis=1, keepdims=True)"
            continue
        for name, value in _named(node):
            words = set(tokens(name)) & set(_RATES)
            if len(words) != 1 or not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Div):
                continue
            rate = words.pop()
            counts = _counts(program, value)
            if counts is not None and not any(one == _RATES[rate] for one in counts):
                yield value, f"{name} is {written(value)}, which is another rate"
            elif _by_other_axis(program, rate, value):
                yield value, f"{name} is divided by {written(value.right)}: rows are true classes, columns predicted"


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        value = node.value
        yield node.targets[0].id, value.body if isinstance(value, ast.IfExp) else value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.FunctionDef):
        given = [one for one in node.body if isinstance(one, ast.Return) and one.value is not None]
        if len(given) == 1 and given[0].value is not None:
            yield node.name, given[0].value


def _counts(program: Program, value: ast.BinOp) -> list[tuple[str, str]] | None:
    """(counted, what else) of `tp / (tp + fn)`, for each choice of the positive class; None for anything else."""
    terms = _sum(value.right)
    if len(terms) != 2:
        return None
    if (top := _count(value.left)) and all(names := [_count(one) for one in terms]) and top in names:
        return [(top, next(one for one in names if one != top))] if len(set(names)) == 2 else None
    cells = [_cell(program, one) for one in (value.left, *terms)]
    if any(one is None for one in cells) or cells[0] not in cells[1:] or len(set(cells)) != 2:
        return None
    found = []
    for places in (_PLACES, _TURNED):
        by_cell = {cell: name for name, cell in places.items()}
        names = [by_cell[one] for one in cells if one is not None]
        found.append((names[0], next(one for one in names[1:] if one != names[0])))
    return found


def _sum(node: ast.expr) -> list[ast.expr]:
    """Terms of a sum; numbers that keep it from being zero are left out."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_sum(node.left), *_sum(node.right)]
    if isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.lower() in ("eps", "epsilon")):
        return []
    return [node]


def _by_other_axis(program: Program, rate: str, value: ast.BinOp) -> bool:
    """`recall = np.diag(cm) / cm.sum(axis=0)`."""
    axis = _summed(program, value.right)
    diagonal = re.search(r"\bdiag(onal)?\(", written(value.left, 200))
    return (
        bool(diagonal) and axis is not None and {"recall": 1, "sensitivity": 1, "precision": 0}.get(rate, axis) != axis
    )


def _summed(program: Program, node: ast.expr) -> int | None:
    """The axis of `cm.sum(axis=...)` and `np.sum(cm, axis=...)`, where that is all."""
    if not isinstance(node, ast.Call) or written(node.func).rpartition(".")[2] != "sum":
        return None
    by_numpy = written(node.func) in ("np.sum", "numpy.sum")
    base = (node.args[0] if node.args else None) if by_numpy else getattr(node.func, "value", None)
    axis = argument(node, "axis", 1 if by_numpy else 0)
    kept = any(one.arg == "keepdims" for one in node.keywords)
    if base is None or kept or not isinstance(axis, ast.Constant) or not _is_matrix(program, base):
        return None
    return int(axis.value) if axis.value in (0, 1) else None  # type: ignore[arg-type]


def _columns_by_rows(program: Program, node: ast.BinOp) -> bool:
    left = node.left
    if isinstance(left, ast.Call) and isinstance(left.func, ast.Attribute) and left.func.attr == "astype":
        left = left.func.value
    return _is_matrix(program, left) and _summed(program, node.right) == 1


_TRUE = re.compile(r"\b(actual|true|truth|ground|observed|real|reference|gold)\b", re.IGNORECASE)
_PREDICTED = re.compile(r"\bpredict(ed|ion|ions)?\b|\bpred\b", re.IGNORECASE)


@rule(
    "METRIC032",
    "confusion-matrix-labelled-wrong",
    "error",
    "the axes of a confusion matrix are named the wrong way round",
    remedy='plt.xlabel("predicted"), plt.ylabel("true"): rows are the true classes',
    source=_SOURCE,
)
def labelled_wrong(program: Program) -> Iterator[Found]:
    """`sns.heatmap(confusion_matrix(y_test, y_pred))`, and `plt.xlabel("Actual")`."""
    for node in program.each(ast.Call):
        name = written(node.func).rpartition(".")[2]
        if name in ("heatmap", "imshow", "matshow") and node.args and _is_matrix(program, node.args[0]):
            found = _axes(program, node)
            if _says(found.get("x"), _TRUE, _PREDICTED) and _says(found.get("y"), _PREDICTED, _TRUE):
                yield (
                    found["x"][0],
                    "the columns of a confusion matrix are what was predicted, its rows the true classes",
                )
        elif name == "DataFrame" and node.args and _is_matrix(program, node.args[0]):
            rows, across = argument(node, "index"), argument(node, "columns")
            if _every(rows, _PREDICTED, _TRUE) and _every(across, _TRUE, _PREDICTED):
                yield node, "the rows of a confusion matrix are the true classes, its columns what was predicted"
        elif name == "crosstab" and len(node.args) > 1:
            rows, across = argument(node, "rownames"), argument(node, "colnames")
            first = set(tokens(written(node.args[0]))) & _GUESSED
            if not first and _every(rows, _PREDICTED, _TRUE) and _every(across, _TRUE, _PREDICTED):
                yield node, f"the rows are {written(node.args[0])}, and are called predicted"


def _axes(program: Program, picture: ast.Call) -> dict[str, tuple[ast.Call, str]]:
    """The first names of the axes after a picture, in its function."""
    where = home(program, picture)
    found: dict[str, tuple[ast.Call, str]] = {}
    for node in program.each(ast.Call):
        if node.lineno < picture.lineno or home(program, node) is not where:
            continue
        name = written(node.func).rpartition(".")[2]
        if name in ("heatmap", "imshow", "matshow", "figure", "subplots") and node.lineno > picture.lineno:
            if len(found) < 2:
                return {}
            break
        for axis in ("x", "y"):
            given = node.args[0] if name in (f"{axis}label", f"set_{axis}label") and node.args else None
            given = argument(node, f"{axis}label") if name == "set" else given
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                found.setdefault(axis, (node, given.value))
    return found


def _says(found: tuple[ast.Call, str] | None, one: re.Pattern[str], other: re.Pattern[str]) -> bool:
    return found is not None and bool(one.search(found[1])) and not other.search(found[1])


def _every(node: ast.expr | None, one: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Whether all names of a list say the one, and none the other."""
    items = [item.value for item in getattr(node, "elts", []) if isinstance(item, ast.Constant)]
    texts = [item.replace("_", " ") for item in items if isinstance(item, str)]
    return bool(texts) and all(one.search(text) and not other.search(text) for text in texts)
