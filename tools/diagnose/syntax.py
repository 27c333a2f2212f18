"""Finding and changing calls in a source, by its tree; each function returns new text, or None where nothing fits."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from mlpilot.tools.names import import_line
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_NAMES = "_mlpilot_names"


def calls(tree: ast.AST, name: str | None = None) -> list[ast.Call]:
    """Calls of `name(...)` or `anything.name(...)`; of anything for None; in the order of the text."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name in (None, called(node))]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def called(node: ast.AST | None) -> str:
    """The last part of the name of what is called: `log_prob` of `dist.log_prob(a)`; nothing for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


@lru_cache(maxsize=2)
def every_node(tree: ast.Module) -> list[ast.AST]:
    """Every node of a tree, walked once for all who ask."""
    return list(ast.walk(tree))


def names_in(node: ast.AST) -> set[str]:
    """Every plain name that is written in a node; kept with it, for many rules ask."""
    kept: frozenset[str] | None = getattr(node, _NAMES, None)
    if kept is None:
        kept = frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
        setattr(node, _NAMES, kept)
    return set(kept)


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """Node → the one that it stands in."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def within(outer: ast.AST, node: ast.AST) -> bool:
    """Whether a node is part of another, or that very one."""
    return any(one is node for one in ast.walk(outer))


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """The keyword argument of this name."""
    return next((one for one in call.keywords if one.arg == name), None)


def whole(node: ast.expr | None) -> int | None:
    """The whole number that is written there, None for anything else, and for one too large to mean anything."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) is int and value < 2**31 else None


def nearest(found: list[ast.Call], line: int | None) -> list[ast.Call]:
    """Calls sorted by how far they stand from a line of the text."""
    return sorted(found, key=lambda call: 0 if line is None else _distance(call, line))


def _distance(call: ast.Call, line: int) -> int:
    return 0 if call.lineno <= line <= (call.end_lineno or call.lineno) else abs(call.lineno - line) + 1


def without_keyword(source: str, call: ast.Call, name: str) -> str | None:
    """The call without this argument and the comma that goes with it."""
    argument = keyword(call, name)
    if argument is None:
        return None
    start, end = span(source, argument)
    open_at, close_at = span(source, call.func)[1], span(source, call)[1]
    after = end + len(source[end:close_at]) - len(source[end:close_at].lstrip())
    if source[after] == ",":
        rest = source[after + 1 : close_at]
        return apply_edits(source, [Edit(start, after + 1 + len(rest) - len(rest.lstrip()), "")])
    before = len(source[open_at:start].rstrip(" \t\n,")) + open_at
    return apply_edits(source, [Edit(before, end, "")])


def with_keyword(source: str, call: ast.Call, name: str, value: str) -> str:
    """The call with this argument set."""
    present = keyword(call, name)
    if present is not None:
        return replace(source, present.value, value)
    end = span(source, call)[1] - 1
    inside = source[span(source, call.func)[1] + 1 : end]
    at = end - (len(inside) - len(inside.rstrip()))
    if inside.rstrip().endswith(",") and "\n" in source[at:end]:  # one argument a line
        last = source.rfind("\n", 0, at) + 1
        pad = source[last:at][: len(source[last:at]) - len(source[last:at].lstrip())]
        return apply_edits(source, [Edit(at, at, f"\n{pad}{name}={value},")])
    comma = "" if not inside.strip() else " " if inside.rstrip().endswith(",") else ", "
    return apply_edits(source, [Edit(at, at, f"{comma}{name}={value}")])


def wrapped(source: str, call: ast.Call, before: str, *names: str) -> str:
    """The estimator `call` as the last step of a pipeline that begins with `before`; `names` are imported."""
    text = f"make_pipeline({before}, {text_of(source, call)})"
    return with_imports(replace(source, call, text), "make_pipeline", *names)


def with_imports(source: str, *names: str) -> str:
    """The source with imports of those known names that it does not have, below its docstring."""
    tree = ast.parse(source)
    present = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    lines = [line for name in names if name not in present and (line := import_line(name)) is not None]
    if not lines:
        return source
    at = _first_import(tree)
    rows = source.split("\n")
    return "\n".join([*rows[:at], *lines, *rows[at:]])


def _first_import(tree: ast.Module) -> int:
    """Lines above the place where an import may stand: after the docstring and `from __future__` imports."""
    at = 0
    for node in tree.body:
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        said = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not (future or said):
            break
        at = node.end_lineno or at
    return at


def function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """A function at the top level of the module."""
    return next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name), None)


def fitted_estimator(tree: ast.Module, line: int | None) -> ast.Call | None:
    """The call that made the estimator whose `fit` is called at (or nearest to) a line.

    `model = SVC(); model.fit(X, y)` and `SVC().fit(X, y)` both give `SVC()`.
    """
    fits = [call for call in calls(tree, "fit") if isinstance(call.func, ast.Attribute)]
    for call in nearest(fits, line):
        receiver = call.func.value  # type: ignore[attr-defined]
        if isinstance(receiver, ast.Call):
            return receiver
        if isinstance(receiver, ast.Name):
            made = [value for value in _assigned(tree, receiver.id) if value.lineno <= call.lineno]
            if made:
                return made[-1]
    return None


def _assigned(tree: ast.Module, name: str) -> list[ast.Call]:
    values: Iterator[ast.expr | None] = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    )
    return sorted((value for value in values if isinstance(value, ast.Call)), key=lambda value: value.lineno)
