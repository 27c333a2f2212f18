"""`solution.py`: the best Solution as one file that runs without mlpilot.

Its sections are marked by `# %%` lines, which editors show as cells; the notebook is cut from the same text.
"""

import ast
import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpilot.agent.record import RunRecord
from mlpilot.agent.task import Column
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value

SOLUTION = "# %% The Solution, as it was judged"
READING = "# %% Reading tables"
COMMANDS = "# %% Command line"
WIDTH = 120


@dataclass(frozen=True)
class Context:
    """What a Solution needs to know of its Task to run alone."""

    target: str
    classes: tuple[Any, ...]
    """Original labels; empty in regression."""
    columns: Sequence[Column]
    threads: int = 2
    seed: int = 0
    packages: tuple[str, ...] = ()
    """What the person had added to the sandbox, `name==version`."""


def context_of(record: RunRecord, threads: int = 2) -> Context:
    """The Context of a Run."""
    task = record.task
    return Context(task.target, task.classes, record.columns, threads, task.seed, record.packages)


def standalone_source(solution: Solution, params: Mapping[str, Value], context: Context) -> str:
    """The text of `solution.py`: imports, settings, search space, the Solution's own source, and two commands.

    The source is not changed, but for `from __future__ import ...`, which Python wants at the top. Names of our own
    that the Solution binds too get an underscore.
    """
    imports, _, space, reading, commands = _sections()
    body, future = _without_future(solution.source)
    sections = [_settings(context, params), space, reading, commands]
    settings, space, reading, commands = make_room(sections, bound(solution.source) - {"Float", "Int", "Choice"})
    header = '"""Fits and predicts on its own: `python solution.py --help`. Written by mlpilot.'
    if context.packages:
        header += f"\n\nIt was judged with these at hand:\n{_wrapped(context.packages)}\n"
    header += '"""'
    threads = [
        f'os.environ.setdefault("{name}_NUM_THREADS", "{context.threads}")' for name in ("OMP", "OPENBLAS", "MKL")
    ]
    opening = [
        header,
        *([future] if future else []),
        "\n".join(["import os", *threads, "", imports.partition("\n")[2]]),
    ]
    main = "main_" if "\ndef main_(" in commands else "main"
    start = f'if __name__ == "__main__":\n    {main}(fit, predict)'
    parts = ["\n\n".join(opening), settings, space, f"{SOLUTION}\n{body.strip()}", reading, f"{commands}\n\n\n{start}"]
    return "\n\n\n".join(part.strip() for part in parts) + "\n"


def _wrapped(packages: Sequence[str]) -> str:
    """Requirements, some to a line; nothing in them can end a docstring."""
    safe = [re.sub(r"[^\w.=+!-]", "", pin, flags=re.ASCII) for pin in packages]
    return textwrap.fill(" ".join(safe), WIDTH, break_on_hyphens=False)


def cells(source: str) -> list[str]:
    """The text of a `solution.py` as the notebook's code cells: preparation, the Solution, reading tables."""
    before, _, rest = source.partition(SOLUTION)
    body, _, rest = rest.rpartition(READING)
    return [before.strip(), body.strip(), rest.partition("\n")[2].rpartition(COMMANDS)[0].strip()]


def literal(value: Any) -> str:
    """A plain value as Python text; infinities and NaN, which have no literal, as calls."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _sections() -> list[str]:
    """Imports, settings, search space, reading, commands: the sections of `alone`."""
    text = (Path(__file__).parent / "alone.py").read_text(encoding="utf-8")
    return [f"# %% {part}".strip() for part in text.split("\n# %% ")[1:]]


def _settings(context: Context, params: Mapping[str, Value]) -> str:
    columns = {column.name: (column.kind, _form(column)) for column in context.columns if column.used}
    shown = [f"    {literal(name)}: {how!r}," for name, how in columns.items() if name != context.target]
    chosen = [f"    {literal(key)}: {literal(value)}," for key, value in params.items()]
    labels = [f"    {literal(label)}," for label in context.classes]
    return "\n".join(
        [
            "# %% Settings",
            f"TARGET = {literal(context.target)}",
            "# In the order of the columns of probabilities; empty in regression.",
            *_block("CLASSES", "[]", labels),
            "# Columns that the model uses: what they hold, and how it is written where that is not plain.",
            *_block("COLUMNS", "{}", shown),
            *_block("PARAMS", "{}", chosen),
            f"SEED = {context.seed}",
        ]
    )


def _block(name: str, brackets: str, lines: Sequence[str]) -> list[str]:
    """An assignment of a list or dictionary, on one line where it fits."""
    short = f"{name} = {brackets[0]}{' '.join(line.strip() for line in lines).rstrip(',')}{brackets[1]}"
    return [short] if len(short) <= WIDTH else [f"{name} = {brackets[0]}", *lines, brackets[1]]


def _form(column: Column) -> str:
    """`gaps` for yes/no with missing values: such a column is floats even where a later table has no gap."""
    return "gaps" if column.kind == "boolean" and column.missing else column.form


def _without_future(source: str) -> tuple[str, str]:
    """The source with its `from __future__` lines blanked, and those lines."""
    lines = source.splitlines()
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            found.append(ast.unparse(node))
            lines[node.lineno - 1] = f"# moved to the top: {found[-1]}"
            for extra in range(node.lineno, node.end_lineno or node.lineno):
                lines[extra] = "#"
    return "\n".join(lines), "\n".join(found)


def make_room(texts: Iterable[str], taken: set[str], known: Iterable[str] = ()) -> list[str]:
    """Our pieces of code with an underscore behind every name that they bind (or is `known`) and that is taken."""
    pieces = list(texts)
    ours = set(known).union(*map(bound, pieces))
    for name in sorted(ours & taken):
        pieces = [_rename(text, name) for text in pieces]
    return pieces


def _rename(text: str, name: str) -> str:
    """Put an underscore behind a name wherever it is bound or read; texts, attributes and arguments stay."""
    places = [
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and node.id == name
    ]
    lines = [line.encode() for line in text.splitlines()]
    for row, column in sorted(places, reverse=True):
        end = column + len(name.encode())
        lines[row - 1] = lines[row - 1][:end] + b"_" + lines[row - 1][end:]
    renamed = "\n".join(line.decode() for line in lines)
    return renamed.replace(f"\ndef {name}(", f"\ndef {name}_(")


def bound(source: str) -> set[str]:
    """Names that a module binds at its top level, imports left out."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        else:
            inside = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            names |= {part.id for part in inside if isinstance(part.ctx, ast.Store)}
    return names
