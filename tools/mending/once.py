"""Whether a place of a script is run once at most: what is drawn there by chance may get one seed.

In a loop, or in a function that is called again, one written seed would make every draw the same: ten splits become
one, and a forest of ten trees becomes one tree ten times.
"""

import ast

from mlpilot.tools.diagnose.syntax import parents

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def run_once(tree: ast.Module, node: ast.AST) -> bool:
    """Whether nothing that can be read makes a node run twice: no loop, no lambda, no function that is used twice."""
    return _once(tree, node, parents(tree), frozenset())


def _once(tree: ast.Module, node: ast.AST, parents: dict[ast.AST, ast.AST], above: frozenset[ast.AST]) -> bool:
    inner = node
    while (outer := parents.get(inner)) is not None:
        if isinstance(outer, _LOOPS) and not _first_part(outer, inner):
            return False
        if isinstance(outer, ast.Lambda):
            return False
        if isinstance(outer, _FUNCTIONS):
            uses = _uses(tree, outer)
            if outer in above or len(uses) != 1 or not _is_called(uses[0], parents):
                return False
            return _once(tree, uses[0], parents, above | {outer})
        inner = outer
    return True


def _first_part(loop: ast.AST, inner: ast.AST) -> bool:
    """What is looped over is made once."""
    return isinstance(loop, ast.For | ast.AsyncFor) and (inner is loop.iter or inner in loop.orelse)


def _uses(tree: ast.Module, function: ast.AST) -> list[ast.AST]:
    """Where a function is named, by itself or as a method; a definition that decorators change counts as used twice."""
    name = getattr(function, "name", "")
    found: list[ast.AST] = [
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)
    ]
    return [*found, *getattr(function, "decorator_list", [])]


def _is_called(use: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    outer = parents.get(use)
    return isinstance(outer, ast.Call) and outer.func is use
