"""Edits of what is numbered or put beside names: categories and bins of each part, sets, filters, importances."""

import ast
import re
from collections.abc import Sequence

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, method_calls, statement_of, written_as
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_ALIKE = "both parts are numbered alike, by what the first holds"
_INFINITE = 'float("inf")'


def numbered_alike(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`train["a"].astype("category").cat.codes`, and so of `test`: the categories are those of the part that came
    first. So are the bins of `qcut` and `cut`, and the numbers of `factorize`. In a function that is called for each
    part, too.
    """
    pandas = written_as(tree, "pandas", "pd")
    name = next(one for one in ("kinds", "known_kinds", "kinds_of_columns") if one not in names_in(tree))
    edits = []
    every = [node for node in ast.walk(tree) if _how(node)]
    here = {_how(one) for one in every if at(statement_of(tree, one), found.line)}
    for node in [one for one in every if _how(one) in here]:
        column = _column(node)
        key = _key(source, tree, node, column) if column is not None else ""
        if column is None or not key:
            continue
        text = text_of(source, column)
        if _how(node) in ("codes", "factorize"):
            kinds = f"{name}.setdefault({key}, sorted({text}.dropna().unique()))"
            new = f"{text}.astype({pandas}.CategoricalDtype({kinds})).cat.codes"
        else:
            call = node
            assert isinstance(call, ast.Call)
            given = ", ".join(text_of(source, one) for one in [*call.args[:2], *call.keywords] if _of_bins(one))
            edges = f"{text_of(source, call.func)}({given}, retbins=True)[1][1:-1]"
            bins = (
                f"{name}[{key}] if {key} in {name} else {name}.setdefault({key}, [-{_INFINITE}, *{edges}, {_INFINITE}])"
            )
            kept = "".join(f", {text_of(source, one)}" for one in call.keywords if one.arg in ("labels", "right"))
            new = f"{pandas}.cut({text}, {bins}{kept})"
        edits.append((node, Edit(*span(source, node), new)))
    first = _outermost(tree, [node for node, _ in edits])
    if edits and first is not None and alone(source, first):
        yield apply_edits(source, [above(source, first, f"{name} = {{}}"), *(one for _, one in edits)]), _ALIKE


def dummies_alike(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`pd.get_dummies(df[names], columns=nominal)` of each part: of the categories that came first."""
    pandas = written_as(tree, "pandas", "pd")
    made = [one for one in calls(tree, "get_dummies") if one.args]
    here = [one for one in made if at(statement_of(tree, one), found.line)]
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    asked = {called(one) for one in calls(around(tree, found.line)[-1])}
    here = here or [one for function in functions if function.name in asked for one in calls(function, "get_dummies")]
    edits, nodes = [], []
    for call in made if here else []:
        columns = keyword(call, "columns")
        table = call.args[0]
        own = table
        while isinstance(own, ast.Subscript | ast.Call | ast.Attribute) and not isinstance(own, ast.Name):
            own = own.func if isinstance(own, ast.Call) else own.value
        if isinstance(own, ast.Name) and text_of(source, table).count(own.id) and "kinds" not in names_in(tree):
            which = text_of(source, columns.value) if columns is not None else (
                f"{text_of(source, table)}.select_dtypes(exclude=['number', 'bool']).columns")  # fmt: skip
            kinds = f"kinds.setdefault(name, sorted({own.id}[name].dropna().unique()))"
            cast = f"{{name: {pandas}.CategoricalDtype({kinds}) for name in {which}}}"
            end = span(source, table)[1]
            edits.append(Edit(end, end, f".astype({cast})"))
            nodes.append(call)
    first = _outermost(tree, list(nodes))
    if edits and first is not None and alone(source, first):
        yield apply_edits(source, [above(source, first, "kinds = {}"), *edits]), _ALIKE


def a_default_for_each_call(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`def run(extra={})`, which calls change: `extra=None`, and a table of its own in each call."""
    for function in [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]:
        named = re.match(r"(\w+)=", found.message)
        given = function.args
        pairs = list(zip(given.args[len(given.args) - len(given.defaults) :], given.defaults, strict=True))
        pairs += [
            (one, value) for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None
        ]
        for one, value in pairs:
            kind = _EMPTY.get(text_of(source, value).replace(" ", ""))
            first = function.body[1 if _is_docstring(function) and len(function.body) > 1 else 0]
            if kind is None or named is None or one.arg != named.group(1) or not alone(source, first):
                continue
            line = f"{one.arg} = {kind}({one.arg} or {text_of(source, value)})"
            edits = [Edit(*span(source, value), "None"), above(source, first, line)]
            yield apply_edits(source, edits), f"each call has a {kind} of its own"


_EMPTY = {"{}": "dict", "dict()": "dict", "[]": "list", "list()": "list", "set()": "set"}


def _is_docstring(function: ast.FunctionDef) -> bool:
    first = function.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)


def _of_bins(one: ast.AST) -> bool:
    return not isinstance(one, ast.keyword) or one.arg in ("q", "bins", "duplicates", "right", "x", "labels")


def _how(node: ast.AST) -> str:
    """By what a column is numbered there; "" where it is not."""
    if isinstance(node, ast.Attribute) and node.attr == "codes":
        own = node.value
        base = own.value if isinstance(own, ast.Attribute) and own.attr == "cat" else None
        return "codes" if base is not None and called(base) == "astype" else ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        return "factorize" if called(node.value) == "factorize" else ""
    return called(node) if called(node) in ("qcut", "cut") and isinstance(node, ast.Call) and node.args else ""


def _column(node: ast.AST) -> ast.expr | None:
    """What is numbered."""
    if isinstance(node, ast.Attribute):
        return node.value.value.func.value  # type: ignore[attr-defined,no-any-return]
    if isinstance(node, ast.Subscript):
        call = node.value
        assert isinstance(call, ast.Call)
        if call.args:
            return call.args[0]
        return call.func.value if isinstance(call.func, ast.Attribute) else None
    assert isinstance(node, ast.Call)
    return node.args[0]


def _key(source: str, tree: ast.Module, node: ast.AST, column: ast.expr) -> str:
    """By what its categories are known again: the column's name, as it is written."""
    while isinstance(column, ast.Call) and isinstance(column.func, ast.Attribute):
        column = column.func.value  # `df["a"].fillna("none")`
    if isinstance(column, ast.Subscript) and isinstance(column.slice, ast.Constant | ast.Name):
        return text_of(source, column.slice)
    if isinstance(column, ast.Attribute):
        return f'"{column.attr}"'
    within = [one for one in around(tree, getattr(node, "lineno", 0)) if isinstance(one, ast.FunctionDef)]
    given = {one.arg for function in within for one in function.args.args}
    return f'"{column.id}"' if isinstance(column, ast.Name) and column.id in given else ""


def _outermost(tree: ast.Module, nodes: list[ast.AST]) -> ast.stmt | None:
    """The first statement of the module in which one of them stands."""
    lines = [getattr(one, "lineno", 0) for one in nodes]
    return next((one for one in tree.body if any(at(one, line) for line in lines)), None)


def sorted_set(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`enumerate(set(labels))` and `list(set(labels))`, of which numbers are made: in the order of their letters."""
    here = [one for one in calls(tree, "enumerate") if at(one, found.line) and one.args]
    for call in here:
        over = call.args[0]
        made = over
        if isinstance(over, ast.Name):
            given = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and one.lineno <= call.lineno
                     and any(isinstance(part, ast.Name) and part.id == over.id for part in one.targets)]  # fmt: skip
            made = max(given, key=lambda one: one.lineno).value if given else over
        inner = made.args[0] if called(made) in ("list", "tuple") and isinstance(made, ast.Call) and made.args else made
        yield replace(source, made, f"sorted({text_of(source, inner)})"), "categories are numbered in one order"


def in_brackets(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`(a == 1) | (a == 2) & (b > 0)` as `((a == 1) | (a == 2)) & (b > 0)`."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.BinOp) and at(one, found.line)]:
        if not isinstance(node.op, ast.BitOr):
            continue
        both = node.right
        if isinstance(both, ast.BinOp) and isinstance(both.op, ast.BitAnd):
            start, middle = _whole(source, node.left)[0], _whole(source, both.left)[1]
            edits = [Edit(start, start, "("), Edit(middle, middle, ")")]
            yield apply_edits(source, edits), "what is after & counts for both"


def _whole(source: str, node: ast.expr) -> tuple[int, int]:
    """An expression, with the brackets that it stands in by itself."""
    start, end = span(source, node)
    while start and source[start - 1] == "(" and end < len(source) and source[end] == ")":
        start, end = start - 1, end + 1
    return start, end


def names_of_its_columns(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Importances beside the names of other columns: those of the model, in its order; both sorted, or neither."""
    statement = around(tree, found.line)[-1]
    if " is sorted, and " in found.message:
        yield from _sorted_together(source, tree, statement)
    elif "in the order of size" in found.message:
        yield from _picked_together(source, statement, found)
    else:
        yield from _of_the_model(source, tree, statement)


_BESIDE = "weights stand beside the names of their own columns"


def _sorted_together(source: str, tree: ast.Module, statement: ast.stmt) -> Edits:
    given = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and one.lineno <= statement.lineno]
    names = names_in(statement)
    near = [statement, *(one for one in given[::-1] if any(isinstance(part, ast.Name) and part.id in names
                                                          for part in one.targets))]  # fmt: skip
    for one in near:
        for call in [each for each in calls(one) if called(each) in ("sorted", "sort") and each.args]:
            inner = text_of(source, call.args[0])
            if "importances" not in inner and "coef" not in inner:
                continue
            node: ast.expr = call
            turned = [each for each in ast.walk(one) if isinstance(each, ast.Subscript) and each.value is call]
            node = turned[0] if turned else node
            if called(_zip_of(one, node)) == "zip":
                zipped = _zip_of(one, node)
                assert isinstance(zipped, ast.Call)
                place = 0 if zipped.args[0] is node else 1
                pairs = replace(source, zipped, _in_order(source, zipped, node, inner, place))
                yield pairs, _BESIDE
            yield replace(source, node, inner), _BESIDE


def _zip_of(statement: ast.AST, node: ast.expr) -> ast.AST | None:
    return next((one for one in calls(statement, "zip") if node in one.args), None)


def _in_order(source: str, zipped: ast.Call, node: ast.expr, inner: str, place: int) -> str:
    """`sorted(zip(names, values), key=..., reverse=True)`."""
    texts = [inner if one is node else text_of(source, one) for one in zipped.args]
    return f"sorted(zip({', '.join(texts)}), key=lambda pair: pair[{place}], reverse=True)"


def _picked_together(source: str, statement: ast.stmt, found: Diagnosis) -> Edits:
    """`zip(X.columns[order], values)`: both in this order."""
    for pair in [one for one in calls(statement) if called(one) in ("zip", "barh", "bar", "Series", "DataFrame")]:
        parts = [*pair.args, *(one.value for one in pair.keywords if one.arg == "index")][:2]
        picked = [one for one in parts if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Name)]
        others = [one for one in parts if one not in picked]
        for by, other in zip(picked, others, strict=False):
            text = text_of(source, other)
            plain = re.fullmatch(r"[\w.]+(\[\d\])?", text)
            new = f"{text if plain else f'({text})'}[{text_of(source, by.slice)}]"
            yield replace(source, other, new), _BESIDE
    del found


def _of_the_model(source: str, tree: ast.Module, statement: ast.stmt) -> Edits:
    """`df.columns` as `model.feature_names_in_`, or as what the steps before the model give."""
    told = [one for one in ast.walk(tree) if isinstance(one, ast.Attribute)
            and one.attr in ("feature_importances_", "coef_")]  # fmt: skip
    near = sorted(told, key=lambda one: abs(one.lineno - statement.lineno))[:1]
    inside = [one for one in ast.walk(statement) if isinstance(one, ast.expr)]
    columns = [one for one in inside if isinstance(one, ast.Attribute) and one.attr == "columns"]
    listed = [one for one in inside if isinstance(one, ast.Name | ast.List)]
    for one in near:
        own = text_of(source, one.value)
        pipe = re.match(r"([\w.]+?)(?:\.named_steps|\[)", own)
        new = [f"{pipe.group(1)}[:-1].get_feature_names_out()"] if pipe else [f"{own}.feature_names_in_"]
        new += [f"{name}.get_feature_names_out()" for name in _transformers(source, tree, statement.lineno)]
        for text in new:
            for node in [*columns, *_beside(statement, listed)]:
                yield replace(source, node, text), _BESIDE


def _beside(statement: ast.stmt, listed: Sequence[ast.expr]) -> list[ast.expr]:
    """Of these, what stands beside the weights in a pair."""
    pairs = [one for one in calls(statement) if called(one) in ("zip", "Series", "DataFrame")]
    places = [
        part for one in pairs for part in [*one.args, *(word.value for word in one.keywords if word.arg == "index")]
    ]
    return [one for one in listed if one in places]


def _transformers(source: str, tree: ast.Module, line: int) -> list[str]:
    """Names of what transformed rows above."""
    found = [text_of(source, one.func.value) for one in method_calls(tree, "fit_transform", "transform")  # type: ignore[attr-defined]
             if one.lineno < line]  # fmt: skip
    return [one for one in dict.fromkeys(found[::-1]) if one.replace(".", "").isidentifier()][:2]
