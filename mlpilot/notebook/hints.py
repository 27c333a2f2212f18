"""What a notebook itself knows of an error: names, columns, files and packages that are near to what was asked for."""

import ast
import builtins
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlpilot.parser import nearest
from mlpilot.streams import clean
from mlpilot.tools.names import import_line

Hint = tuple[str, str]
"""What it means, and what to do; either may be empty."""


def hint(error: BaseException, line: str, names: Mapping[str, Any]) -> Hint | None:
    """What is known of `error`, raised on the way from `line` of a cell, where `names` are the notebook's own.

    Nothing of the person's is called: columns are read of DataFrames, keys of plain dictionaries.
    """
    match error:
        case KeyboardInterrupt():
            return "it was stopped by hand", "run the cell again"
        case ModuleNotFoundError(name=str(name)):
            return _of_module(name)
        case NameError(name=str(name)):
            return _of_name(name, names)
        case KeyError(args=(key, *_)):
            return _of_key(key, line, names)
        case FileNotFoundError(filename=str(path)):
            return _of_file(path)
        case ZeroDivisionError():
            return "something is divided by zero", "look at the divisor: a count or a sum may be 0"
        case TypeError() if "concatenate str" in str(error):
            return "text and a number are joined", "str(…) makes text of a number; int(…) or float(…) a number of text"
        case BaseExceptionGroup():
            inner = "; ".join(f"{type(one).__name__}: {one}" for one in error.exceptions[:3])
            return f"several errors at once: {clean(inner)[:300]}", ""
    return None


def _of_module(name: str) -> Hint:
    from importlib.metadata import packages_distributions

    top = name.partition(".")[0]
    meant = nearest(top, [*packages_distributions(), *sys.stdlib_module_names])
    there = f"there is no module {name!r} in this notebook's Python"
    return there, meant or f"%pip install {top}; the name to install may differ from the name to import"


def _of_name(name: str, names: Mapping[str, Any]) -> Hint:
    there = f"the name {name!r} is used and never defined here"
    if (line := import_line(name)) is not None:
        return there, line
    own = [one for one in names if not one.startswith("_")]
    return there, nearest(name, [*own, *dir(builtins)]) or "run the cell that defines it, or define it"


def _of_key(key: object, line: str, names: Mapping[str, Any]) -> Hint | None:
    """Which of the tables and dictionaries that the line names does not have it."""
    import pandas as pd

    for name in _named(line):
        held = names.get(name)
        if isinstance(held, pd.DataFrame) and not _has(held.columns, key):
            return _absent(name, "column", key, list(held.columns))
        if type(held) is dict and not _has(held, key):
            return _absent(name, "key", key, list(held))
    return None


def _absent(owner: str, kind: str, key: object, there: list[object]) -> Hint:
    texts = [clean(str(one)) for one in there]
    listed = ", ".join(texts[:12]) + (", …" if len(texts) > 12 else "")
    meant = nearest(str(key), texts)
    return f"{owner} has no {kind} {clean(repr(key))}", meant or (f"there are {listed}" if texts else "it is empty")


def _has(held: Any, key: object) -> bool:
    try:
        return key in held
    except TypeError:  # not hashable
        return False


def _of_file(path: str) -> Hint:
    asked = Path(path)
    try:
        near = nearest(asked.name, [one.name for one in asked.parent.iterdir()])
    except OSError:
        return (
            f"there is no folder {clean(str(asked.parent))}",
            "look at the path; this notebook's folder is where it begins",
        )
    return f"there is no file {clean(path)}", near or "look at the path; this notebook's folder is where it begins"


def _named(line: str) -> list[str]:
    """Names in a line of code, in their order; none where it cannot be read by itself."""
    try:
        tree = ast.parse(line.strip())
    except (SyntaxError, ValueError):
        return []
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [node.id for node in sorted(found, key=lambda node: node.col_offset)]
