"""`%mlpilot why`: what the last error in this notebook was about, by the rules that mend experiments."""

import linecache
import sys
import traceback
from dataclasses import dataclass
from types import TracebackType

from IPython.core.interactiveshell import InteractiveShell

from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.protocol import CellError
from mlpilot.streams import clean
from mlpilot.tools.diagnose import diagnose


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
    line, file = _own_place(error.__traceback__, shell)
    source = "".join(linecache.getlines(file)) if file else ""
    told = "".join(traceback.format_exception_only(error)).strip()
    # The rules look for frames of a Solution: here the cell is one.
    frames = f'Traceback (most recent call last):\n  File "solution.py", line {line}\n' if line else ""
    found = diagnose("error", CellError(type(error).__name__, str(error), frames + told), "", "", source)
    known = bool(found.remedy)
    return Explanation(
        clean(f"{type(error).__name__}: {error}"),
        line,
        clean(linecache.getline(file, line)) if file and line else "",
        clean(found.message) if known else "",
        clean(found.remedy) if known else "",
    )


def _own_place(trace: TracebackType | None, shell: InteractiveShell) -> tuple[int | None, str]:
    """The innermost line that the notebook itself holds, and the file name that its cell goes by."""
    own: tuple[int | None, str] = (None, "")
    for frame, line in traceback.walk_tb(trace):
        if frame.f_globals is shell.user_ns:
            own = line, frame.f_code.co_filename
    return own
