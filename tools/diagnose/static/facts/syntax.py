"""What rules ask of the text of a program alone: which scope a line stands in, what a name was set to there."""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Program

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_KEPT, _SET = "_mlpilot_own", "_mlpilot_set"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def own(scope: ast.AST) -> tuple[ast.AST, ...]:
    """Nodes of a scope in the order of the text, those of functions within it left out."""
    kept: tuple[ast.AST, ...] | None = getattr(scope, _KEPT, None)
    if kept is None:
        found: list[ast.AST] = []
        waiting = list(ast.iter_child_nodes(scope))[::-1]
        while waiting:
            child = waiting.pop()
            found.append(child)
            if not isinstance(child, _SCOPES):
                waiting += list(ast.iter_child_nodes(child))[::-1]
        kept = tuple(found)
        setattr(scope, _KEPT, kept)  # with the tree it goes away, too
    return kept


def scopes(program: Program) -> Iterator[Scope]:
    """The module, and every function."""
    yield program.tree
    yield from program.functions


def blocks(scope: ast.AST) -> Iterator[list[ast.stmt]]:
    """Statements that follow each other, of a scope and of what stands in it, functions and classes left out."""
    for node in (scope, *own(scope)):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and not isinstance(node, ast.ClassDef)
            and (node is scope or not hasattr(node, "args"))
        ):
            yield body


def settings(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Every value that a plain name (or `self.name`) is set to in a scope, in order; not to be changed."""
    kept: dict[str, list[ast.expr]] | None = getattr(scope, _SET, None)
    if kept is None:
        kept = _settings(scope)
        setattr(scope, _SET, kept)
    return kept


def _settings(scope: ast.AST) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in own(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name | ast.Attribute):
                    found.setdefault(written(target), []).append(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, value in zip(target.elts, node.value.elts, strict=False):
                        found.setdefault(written(one), []).append(value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            found.setdefault(written(node.target), []).append(node.value)
    return found


def held_by(node: ast.AST | None) -> ast.expr | None:
    """What a method is called on: `model` of `model.fit(x)`; None for what is no call of a method."""
    return node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None


def argument(node: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """An argument of a call by its name, or else its position."""
    for one in node.keywords:
        if one.arg == name:
            return one.value
    if position is not None and position < len(node.args) and not isinstance(node.args[position], ast.Starred):
        return node.args[position]
    return None


def classes(program: Program) -> Iterator[ast.ClassDef]:
    """Every class of the program."""
    yield from program.each(ast.ClassDef)


def methods(home: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    """Methods of a class by their names."""
    return {one.name: one for one in home.body if isinstance(one, ast.FunctionDef)}


def bases(home: ast.ClassDef) -> set[str]:
    """Last parts of the names of a class's bases."""
    return {written(one).rpartition(".")[2] for one in home.bases}


def parameters(function: Scope) -> list[str]:
    """Names of a function's arguments, `self` among them."""
    if isinstance(function, ast.Module):
        return []
    spec = function.args
    return [one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]


def root_of(node: ast.expr | None) -> str:
    """The name that a chain of calls and attributes begins with: `data` of `data.map(f).batch(32)`."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def method_of(home: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """The method of a class that has this name."""
    return next((one for one in home.body if isinstance(one, ast.FunctionDef) and one.name == name), None)
