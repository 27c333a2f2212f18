"""Spreadsheets (.xlsx, .xls, .ods), read by calamine in a process of its own.

A workbook of a few kilobytes can ask for billions of cells, and the parser then aborts its process. So it works in a
child with bounded memory and time, which hands the cells back as JSON lines; the child is this module, run as a script.
Calamine reads cells only: no macro, formula or link in a workbook is ever followed.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SECONDS = 300
MEMORY = 3 * 2**30


def read_workbook(path: Path) -> tuple[list[str], list[list[Any]], list[str]]:
    """Names, columns and notes of the first sheet; every row as long as the header. Raises `UserError`."""
    from mlpilot.agent.data.files import is_gzip, read_whole
    from mlpilot.sandbox.errors import UserError

    with tempfile.TemporaryDirectory() as folder:
        source = path
        if is_gzip(path):
            source = Path(folder) / path.stem
            source.write_bytes(read_whole(path).getvalue())
        lines = Path(folder) / "cells.jsonl"
        command = [sys.executable, "-I", __file__, str(source.resolve()), str(lines)]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise UserError(f"{path} takes more than {SECONDS // 60} minutes to read; save it as CSV") from None
        if done.returncode:
            raise UserError(f"{path} cannot be read as a spreadsheet; open it, and save it as CSV")
        with lines.open(encoding="utf-8") as stream:
            sheets: list[str] = json.loads(next(stream))
            rows = [json.loads(line) for line in stream]
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    if not rows:
        raise UserError(f"{path}: its first sheet ({sheets[0] if sheets else 'none'}) is empty")
    notes = [f"first sheet ({sheets[0]}) of {len(sheets)} read"] if len(sheets) > 1 else []
    header = ["" if name is None else str(name) for name in rows[0]]
    return header, [list(column) for column in zip(*rows[1:], strict=True)] or [[] for _ in header], notes


def _write_cells(source: str, target: str) -> None:
    """The child: the sheets' names on the first line, then each row of the first sheet."""
    import python_calamine

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with python_calamine.CalamineWorkbook.from_path(source) as book, Path(target).open("w", encoding="utf-8") as out:
        out.write(json.dumps(book.sheet_names) + "\n")
        if book.sheet_names:
            for row in book.get_sheet_by_index(0).to_python():
                out.write(json.dumps([_plain(cell) for cell in row]) + "\n")


def _plain(cell: Any) -> Any:
    """A cell as JSON holds it: whole numbers as such (spreadsheets know only fractions), dates as ISO text."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    if isinstance(cell, bool | int | float):
        return cell
    return str(cell) if cell != "" else None


if __name__ == "__main__":
    _write_cells(sys.argv[1], sys.argv[2])
