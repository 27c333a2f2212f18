"""A notebook's program, and that program mended put back into its cells: magics, text, metadata and layout stay.

What the cells printed before stands in the file, too. From the first cell that changes on it was printed by other code,
and is cleared: a score that stands in a notebook is that of the code above it.
"""

import copy
import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from mlpilot.tools.diagnose.static.notebook import (
    CELL_END,
    Notebook,
    NotebookError,
    cells_of,
    content_of,
    is_code,
    is_python,
    pieces_of,
    read_notebook,
)
from mlpilot.tools.mending.model import Mend, Proof


@dataclass(frozen=True)
class Cells:
    """A notebook that can be mended."""

    raw: str
    """The file's text."""
    notebook: Notebook

    @cached_property
    def _content(self) -> dict[str, Any]:
        return content_of(self.raw)

    @cached_property
    def _before(self) -> list[list[str]]:
        """The lines of each code cell, as the program has them."""
        return cut(self.notebook.text)

    def told(self, mend: Mend) -> Mend:
        """What became of the program, as it is to be told of the notebook: at lines of cells.

        What cannot be put back into the cells is not repaired.
        """
        if mend.source != self.notebook.text:
            try:
                self.put_back(mend.source)
            except NotebookError as error:
                mend = Mend("not_repaired", mend.diagnoses, self.notebook.text, reason=str(error))
        told = self.notebook.told
        return replace(
            mend,
            diagnoses=tuple(self.notebook.placed(one) for one in mend.diagnoses),
            changes=tuple(map(told, mend.changes)),
            proofs=tuple(Proof(told(one.what), told(one.before), told(one.after)) for one in mend.proofs),
            reason=told(mend.reason),
        )

    def changes(self, text: str) -> Iterator[tuple[int, list[str], list[str]]]:
        """(place among all cells, from 0; the cell's lines before; after) of each cell that the mended text changes.

        Raises NotebookError where the text has other cells.
        """
        places = [at for at, cell in enumerate(cells_of(self._content)) if is_code(cell)]
        after = cut(text)
        if len(after) != len(self._before):
            raise NotebookError("the edit goes beyond a cell")
        for at, old, new in zip(places, self._before, after, strict=True):
            if old != new:
                cell = cells_of(self._content)[at]
                assert isinstance(cell, dict)
                written = "".join(pieces_of(cell)).split("\n")
                yield at, written, _with_magics(written, old, new)

    def put_back(self, text: str) -> str:
        """The file with the mended program in its cells. Raises NotebookError where that is not possible."""
        content = copy.deepcopy(self._content)
        cells = cells_of(content)
        first = len(cells)
        for at, _, lines in self.changes(text):
            cell = cells[at]
            assert isinstance(cell, dict)
            source = "\n".join(lines)
            cell["source"] = source.splitlines(keepends=True) if isinstance(cell["source"], list) else source
            first = min(first, at)
        for cell in cells[first:]:
            if isinstance(cell, dict) and is_code(cell):
                cell |= {"outputs": [], "execution_count": None}
        written = self._layout(content)
        if read_notebook(written).text != text:
            raise NotebookError("the edit cannot be put back into the cells")
        return written

    def _layout(self, content: dict[str, Any]) -> str:
        """JSON as the file is laid out, or as notebooks mostly are."""
        for indent, plain, end in product((1, 2, 4, None, 0), (False, True), ("\n", "")):
            if json.dumps(self._content, indent=indent, ensure_ascii=plain) + end == self.raw:
                return json.dumps(content, indent=indent, ensure_ascii=plain) + end
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_cells(raw: str) -> Cells:
    """The cells of a notebook of Python. Raises NotebookError; RecursionError for JSON that is nested too deeply."""
    content = content_of(raw)
    if "worksheets" in content:
        raise NotebookError("it is of an older format; open it in Jupyter and save it")
    if not is_python(content):
        raise NotebookError("it is a notebook of another language")
    notebook = read_notebook(raw)
    if len(cut(notebook.text)) != sum(map(is_code, cells_of(content))):
        raise NotebookError(f"a cell of it holds a line {CELL_END!r}, which ends cells; take it out")
    return Cells(raw, notebook)


def cut(text: str) -> list[list[str]]:
    """The lines of each cell of a program."""
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line == CELL_END:
            found.append([])
        else:
            found[-1].append(line)
    return found[:-1]


def _with_magics(written: list[str], old: list[str], new: list[str]) -> list[str]:
    """The new lines, and where a line stayed, as it is written: a magic is `pass` in the program."""
    found: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += written[a:b] if kind == "equal" else new[c:d]
    return found
