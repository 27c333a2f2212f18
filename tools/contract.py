"""What can be said of a Solution's source without running it."""

import ast
from dataclasses import dataclass

from mlpilot.tools.space import SpaceError, read_space


@dataclass(frozen=True)
class Problem:
    """Why a source is not a Solution."""

    kind: str
    """`SyntaxError`, `SpaceError`, `ContractError`, ..."""
    message: str
    """Ends in the line where that is known: "invalid syntax (line 3)"."""


def problem(source: str) -> Problem | None:
    """The first thing that is wrong with a Solution's source, or None."""
    try:
        tree = ast.parse(source)
        read_space(source)
    except SyntaxError as error:
        where = f" (line {error.lineno})" if error.lineno else ""
        return Problem(type(error).__name__, f"{error.msg}{where}")
    except (SpaceError, ValueError, RecursionError, MemoryError) as error:
        return Problem(type(error).__name__, str(error))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    missing = [name for name in ("fit", "predict") if name not in names]
    return Problem("ContractError", f"the Solution defines no {missing[0]}()") if missing else None
