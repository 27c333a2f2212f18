"""Where names are read, and what for: whether a value is only shown, or goes on into what the program does."""

import ast

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Program

_SHOWING = listed("print pprint display info debug warning write log title suptitle set_title text head describe")
"""Functions that show what they are given, and do nothing else with it."""
LOOPS = (ast.For, ast.AsyncFor, ast.While)


def above(program: Program, node: ast.AST) -> list[ast.AST]:
    """What a node stands in, the innermost first."""
    up, found = program.parents, []
    while node in up:
        node = up[node]
        found.append(node)
    return found


def home(program: Program, node: ast.AST) -> ast.AST:
    """The function that a node stands in, or the module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Module)
    return next((one for one in above(program, node) if isinstance(one, kinds)), program.tree)


def only_shown(program: Program, node: ast.AST) -> bool:
    """Whether what a node gives is printed, or stands alone as a statement, and goes nowhere else."""
    for one in above(program, node):
        if isinstance(one, ast.Expr):
            return True
        if isinstance(one, ast.Call) and written(one.func).rpartition(".")[2] in _SHOWING:
            return True
        if isinstance(one, ast.stmt):
            return False
        given = isinstance(one, ast.Call) and (node in one.args or node in one.keywords)
        if given and written(one.func) not in ("round", "str", "float", "len", "sorted"):  # type: ignore[attr-defined]
            return False
        node = one
    return False


def last_line(node: ast.AST) -> int:
    """The last line of a node."""
    last = getattr(node, "end_lineno", None)
    return last if isinstance(last, int) else int(getattr(node, "lineno", 0))


def comes_after(node: ast.AST, other: ast.AST) -> bool:
    """Whether a node begins after the other has ended, in the order of the text."""
    return getattr(node, "lineno", 0) > last_line(other)


def stands_in(node: ast.AST, other: ast.AST) -> bool:
    """Whether a node stands within the other, by their lines."""
    return getattr(other, "lineno", 0) <= getattr(node, "lineno", 0) <= last_line(other)


def unwrapped(node: ast.expr) -> ast.expr:
    """What is within `abs(...)`, `np.round(...)`, `list(...)`, `x[0]`, `x.ravel()`, `x.tolist()`."""
    plain = listed("abs absolute round list array asarray squeeze ravel flatten tolist to_list mean reshape numpy")
    for _ in range(8):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant | ast.Tuple):
            node = node.value
        elif isinstance(node, ast.Call) and written(node.func).rpartition(".")[2] in plain:
            module = isinstance(node.func, ast.Attribute) and written(node.func.value) in ("np", "numpy")
            if isinstance(node.func, ast.Attribute) and not module:
                node = node.func.value
            elif node.args:
                node = node.args[0]
            else:
                break
        else:
            break
    return node
