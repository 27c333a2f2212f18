"""Notebooks as programs: code cells in order, magics taken out, each line with its place in the file.

A place is that of the line within the `.ipynb` file itself, which an editor jumps to; the message names the cell.
"""

import ast
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from mlpilot.tools.diagnose.model import Diagnosis

CELL_END = "# %%"
"""The line of the program that stands below each code cell."""
_PYTHON_CELLS = frozenset(("time", "timeit", "capture", "prun", "mem", "memit", "python", "python3", "pypy", "debug"))
_MAGIC = re.compile(r"^(\s*)(?:[%!?]|\w[\w.]*\?{1,2}\s*$)")
_LINE = re.compile(r"\bline (\d{1,7})\b(?! of cell)")
_ASSIGNED = re.compile(r"^(\s*[\w, .\[\]'\"]+=\s*)[%!].*$")


class NotebookError(ValueError):
    """The file is no notebook; the message says why."""


@dataclass(frozen=True)
class Line:
    """Where a line of the program stands."""

    cell: int
    """The cell's number, all cells counted, from 1; 0 between cells."""
    line: int
    """Line within the cell, from 1."""
    file_line: int
    """Line within the file, from 1."""
    file_column: int
    """Column of the line's first character in that line of the file, from 1."""


@dataclass(frozen=True)
class Notebook:
    """A notebook's program."""

    text: str
    lines: list[Line]
    """One for each line of `text`."""
    broken: list[tuple[Line, str]]
    """Cells that do not parse, left out of `text`: (where, why)."""

    def placed(self, one: Diagnosis) -> Diagnosis:
        """What was found in the program, at its place in the file; its message names the cell."""
        at = self._at(one.line or 1)
        message = f"{self.told(one.message)} (cell {at.cell}, line {at.line})"
        column = at.file_column + (one.column or 1) - 1
        return replace(one, message=message, line=at.file_line, column=column, remedy=self.told(one.remedy))

    def told(self, text: str) -> str:
        """A text in which lines of the program are named by their cells."""
        return _LINE.sub(lambda found: self._named(int(found[1])) or found[0], text)

    def _named(self, line: int) -> str:
        at = self._at(line)
        return f"line {at.line} of cell {at.cell}" if 1 <= line <= len(self.lines) and at.cell else ""

    def _at(self, line: int) -> Line:
        return self.lines[min(line, len(self.lines)) - 1] if self.lines else Line(1, 1, 1, 1)


def read_notebook(raw: str) -> Notebook:
    """The program of a notebook. Raises NotebookError; RecursionError for JSON that is nested too deeply."""
    content = content_of(raw)
    return _joined(raw, cells_of(content)) if is_python(content) else Notebook("", [], [])


def content_of(raw: str) -> dict[str, Any]:
    """What the file holds. Raises as `read_notebook` does."""
    try:
        content = json.loads(raw)
    except ValueError as error:
        raise NotebookError(f"it is no notebook: {' '.join(str(error).split())[:120]}") from None
    if not isinstance(content, dict):
        raise NotebookError("it is no notebook: it has no list of cells")
    return content


def cells_of(content: dict[str, Any]) -> list[object]:
    """Its cells, of all kinds; those of the older format stand in worksheets."""
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):
        cells = [cell for sheet in content["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells", [])]
    if not isinstance(cells, list):
        raise NotebookError("it is no notebook: it has no list of cells")
    return cells


def is_python(content: dict[str, Any]) -> bool:
    """Whether its kernel runs Python, as far as it says."""
    metadata = content.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
    return not isinstance(language, str) or language.lower() in ("python", "")


def is_code(cell: object) -> bool:
    """Whether it is a cell of code."""
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def pieces_of(cell: dict[str, Any]) -> list[str]:
    """The text of a cell as the file holds it: one string, or one for each line."""
    source = cell.get("source", cell.get("input", ""))
    return [one for one in source if isinstance(one, str)] if isinstance(source, list) else [str(source)]


def _joined(raw: str, cells: list[object]) -> Notebook:
    text: list[str] = []
    lines: list[Line] = []
    broken: list[tuple[Line, str]] = []
    finder = _Finder(raw)
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or not is_code(cell):
            continue
        pieces = pieces_of(cell)
        places = finder.places(pieces)
        code = _without_magics("".join(pieces).split("\n"))
        here = [Line(number, i + 1, *places[min(i, len(places) - 1)]) for i in range(len(code))]
        why = _why_not(code)
        if why is not None:
            row, message = why
            broken.append((here[min(row, len(here)) - 1], message))
            code = [""] * len(code)
        text += [*code, CELL_END]
        lines += [*here, Line(0, 0, here[-1].file_line, here[-1].file_column)]
    return Notebook("\n".join(text), lines, broken)


def _why_not(code: list[str]) -> tuple[int, str] | None:
    try:
        compile("\n".join(code), "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError) as error:
        return max(getattr(error, "lineno", None) or 1, 1), getattr(error, "msg", "") or str(error)
    return None


def _without_magics(lines: list[str]) -> list[str]:
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    opening = lines[first].strip() if lines else ""
    if opening.startswith("%%"):
        name = opening[2:].split()[0] if opening[2:].split() else ""
        if name not in _PYTHON_CELLS:
            return [""] * len(lines)
        lines = [*lines[:first], "", *lines[first + 1 :]]
    found = []
    for line in lines:
        magic, assigned = _MAGIC.match(line), _ASSIGNED.match(line)
        if magic is not None:
            line = f"{magic.group(1)}pass"
        elif assigned is not None:
            line = f"{assigned.group(1)}None"
        found.append(line)
    return found


class _Finder:
    """Finds the texts of cells in the file, in their order."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.at = 0
        self.line = 1
        self.line_start = 0

    def places(self, pieces: list[str]) -> list[tuple[int, int]]:
        """(line, column) in the file of each line of a cell."""
        found: list[tuple[int, int]] = []
        for piece in pieces:
            start = self._find(piece)
            column = max(start - self.line_start + 2, 1)
            within = piece.split("\n")[:-1] if piece.endswith("\n") else piece.split("\n")
            for i, _ in enumerate(within or [""]):
                found.append((self.line, column if i == 0 else column + len(json.dumps("\n".join(within[:i]))) - 1))
        return found or [(self.line, 1)]

    def _find(self, piece: str) -> int:
        for coded in (json.dumps(piece, ensure_ascii=False), json.dumps(piece)):
            start = self.raw.find(coded, self.at)
            if start >= 0:
                self.line += self.raw.count("\n", self.line_start, start)
                self.line_start = self.raw.rfind("\n", 0, start) + 1
                self.at = start + len(coded)
                return start
        return self.line_start
