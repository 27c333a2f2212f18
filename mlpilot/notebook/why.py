"""`%mlpilot why`: what the last error in this notebook was about, by the rules that mend experiments."""

import ast
import linecache
import sys
import traceback
from dataclasses import dataclass

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from mlpilot.notebook.hints import hint
from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.protocol import CellError
from mlpilot.streams import clean
from mlpilot.tools.diagnose import diagnose

_LONGEST = 300
"""Characters of an error's own words; some tell a page."""
_GUESSED = 0.5
"""The confidence of a remedy that is the message's own sentence: what `check` reads of the line is better."""
_UNKNOWN = "no rule here knows this error"


@dataclass(frozen=True, repr=False)
class Explanation:
    """An error, as far as it is understood."""

    error: str
    """Type and message, one line."""
    line: int | None
    """Of the cell that raised it, from 1; None where no line of the notebook's own was on the way."""
    source: str
    """That line."""
    message: str
    """What it means; empty where no rule knows it."""
    remedy: str

    def __repr__(self) -> str:
        where = f"line {self.line}:  {self.source.strip()}" if self.line else ""
        lines = [self.error, where, self.message, f"→ {self.remedy}" if self.remedy else ""]
        return "\n".join(line for line in lines if line)


def explain(shell: InteractiveShell) -> Explanation:
    """The last error. Raises `UserError` where there was none."""
    error: BaseException | None = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if error is None:
        raise UserError("nothing has failed here yet")
    line, file = _own_place(error, shell)
    lines = linecache.getlines(file) if file else []
    shown = lines[line - 1] if line and line <= len(lines) else ""
    message, remedy = _meaning(error, line, "".join(lines), shell)
    cause = error.__cause__
    if cause is not None and str(cause) != str(error):
        message = "; ".join(one for one in (message, f"it came from {type(cause).__name__}: {cause}") if one)
    said = error.msg if isinstance(error, SyntaxError) else error  # its text names the cell by a number of IPython's
    return Explanation(
        _short(f"{type(error).__name__}: {said}".removesuffix(": ")),
        line,
        clean(_as_written(shown, line, "".join(lines), shell)),
        _short(message),
        clean(remedy),
    )


def _meaning(error: BaseException, line: int | None, source: str, shell: InteractiveShell) -> tuple[str, str]:
    """What an error means, and what to do: by what the notebook knows, by rules, or by a look at the cell."""
    if isinstance(error, UsageError | SyntaxError):
        return "", ""  # it says itself what is wrong
    lines = source.splitlines()
    shown = lines[line - 1] if line and line <= len(lines) else ""
    known = hint(error, shown, shell.user_ns)
    if known is not None:
        return known
    said = "".join(traceback.format_exception_only(error)).strip()
    # The rules look for frames of a Solution: here the cell is one.
    frames = f'Traceback (most recent call last):\n  File "solution.py", line {line}\n' if line else ""
    found = diagnose("error", CellError(type(error).__name__, str(error), frames + said), "", "", source)
    if found.remedy and found.confidence > _GUESSED:
        return found.message, found.remedy
    told = (found.message, found.remedy) if found.remedy else (_UNKNOWN, "")
    return _read(line, source, shell) or told


def _read(line: int | None, source: str, shell: InteractiveShell) -> tuple[str, str] | None:
    """What `mlpilot check` says of the line, with the imports of the cells before."""
    from mlpilot.tools.mending.loop import first_check

    before = "".join(f"{one}\n" for cell in shell.user_ns.get("In", ())[:-1] for one in _imports(str(cell)))
    found = [one for one in first_check(before + source, "") if one.line == before.count("\n") + (line or 0)]
    serious = next((one for one in found if one.severity == "error"), None)
    return (serious.message, serious.remedy) if serious else None


def _imports(cell: str) -> list[str]:
    try:
        return [ast.unparse(node) for node in ast.parse(cell).body if isinstance(node, ast.Import | ast.ImportFrom)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _as_written(shown: str, line: int | None, source: str, shell: InteractiveShell) -> str:
    """A line of a magic as it was typed, and not as IPython calls it."""
    if line and shown.lstrip().startswith("get_ipython()."):
        for raw in reversed(shell.history_manager.input_hist_raw if shell.history_manager else []):
            written = shell.transform_cell(raw)  # type: ignore[no-untyped-call]
            if written == source and line <= len(raw.splitlines()):
                return str(raw.splitlines()[line - 1])
    return shown


def _short(text: str) -> str:
    """One line, and no more of it than one reads."""
    text = clean(" ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _own_place(error: BaseException, shell: InteractiveShell) -> tuple[int | None, str]:
    """The innermost line that the notebook itself holds, and the file name that its cell goes by."""
    own: tuple[int | None, str] = (None, "")
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is shell.user_ns:
            own = line, frame.f_code.co_filename
    if isinstance(error, SyntaxError) and error.filename and linecache.getlines(error.filename):
        return error.lineno, error.filename
    return own
