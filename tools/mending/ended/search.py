"""The search's own books: how many edits it may still try, how each ended, and where it goes back to."""

import copy
import re
from dataclasses import dataclass, replace
from typing import Self

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.complaints import UNFINISHED, failure, kinds_of_warnings
from mlpilot.tools.mending.running import Ended
from mlpilot.tools.mending.work import Work, original_line

MOST_RUNS, FURTHER = 40, 3
"""Runs of one script's search; of edits after which a script came further, how many are followed."""
_SUSPICIOUS = re.compile(
    r"target size .* different|broadcast|column-vector|invalid value|overflow|divide by zero|Mean of empty"
)
_WORD = re.compile(r"[A-Za-z_]\w+")


@dataclass(frozen=True)
class Step:
    """An edit, and how the script ended with it."""

    text: str
    what: str
    cause: Diagnosis | None = None
    """The finding of `check` that it mends."""
    searched: bool = False
    """Whether it is one of many that were tried, and none that a rule is sure of."""
    ended: Ended | None = None
    after: Diagnosis | None = None
    """The failure that then came, if any."""

    def seen(self, ended: Ended, path: str) -> "Step":
        """With how it ended."""
        return replace(self, ended=ended, after=failure(ended, self.text, path))


@dataclass
class Search:
    """What one script's search may still spend."""

    left: int = MOST_RUNS


def moved_on(step: Step, broken: Diagnosis, text: str) -> bool:
    """Whether the same error now comes from a line below: its like there is to be mended, too."""
    if step.after is None or step.after.line is None or broken.line is None or step.after.code == UNFINISHED:
        return False
    return original_line(text, step.text, step.after.line) > broken.line


def sound(step: Step, before: Ended) -> bool:
    """Whether an edit that was tried hides nothing: what the script printed before, it prints; it warns of nothing new
    that makes numbers wrong; and where it fails again, it does so no earlier, and not for a name that is not known."""
    if step.ended is None or not _printed(before.stdout, step.ended.stdout):
        return False
    if step.after is not None:
        return _outermost(step.ended) >= _outermost(before) and step.after.kind not in ("unknown-name", "syntax-error")
    new = kinds_of_warnings([step.ended]) - kinds_of_warnings([before])
    return not any(_SUSPICIOUS.search(words) for _, words in new)


def _outermost(ended: Ended) -> int:
    """The line of the module's own level that a script ended in; 0 where none is known."""
    return ended.state.frames[-1].line if ended.state.frames else 0


def _printed(before: str, after: str) -> bool:
    """Whether the words that were printed come again, in their order."""
    left = iter(after.split("\n"))
    lines = [_WORD.findall(line) for line in before.split("\n") if _WORD.search(line)]
    return all(any(words == _WORD.findall(line) for line in left) for words in lines)


@dataclass(frozen=True)
class Moment:
    """A script that is being mended, as it stood before an edit."""

    work: Work

    @classmethod
    def of(cls, work: Work) -> Self:
        """The present state."""
        kept = copy.copy(work)
        kept.changes, kept.proofs = list(work.changes), list(work.proofs)
        kept.met = list(work.met)
        return cls(kept)

    def back(self, work: Work) -> None:
        """Take back what came since."""
        work.text, work.ended, work.runs = self.work.text, self.work.ended, self.work.runs
        work.changes, work.met = list(self.work.changes), list(self.work.met)
