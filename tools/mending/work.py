"""A script that is being mended: as it stands, how it last ended, what was found, what was tried."""

import difflib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Protocol

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import TOO_LARGE, check_source
from mlpilot.tools.mending.model import Proof
from mlpilot.tools.mending.once_told import told_once
from mlpilot.tools.mending.patience import Patience
from mlpilot.tools.mending.running import Ended, Probe


class Run(Protocol):
    """Runs a version of the script; see `Runner.run`."""

    def __call__(self, source: str, watched: dict[str, str] | None = None, probe: Probe | None = None) -> Ended: ...


@dataclass
class Work:
    """The script as it stands, how it last ended, and what is known of it."""

    source: str
    path: str
    run: Run
    text: str
    """The version that `ended` is of."""
    ended: Ended
    read: list[Diagnosis]
    """What `check` found in the script as it was given."""
    met: list[tuple[Diagnosis, Diagnosis | None]] = field(default_factory=list)
    """What runs have shown, at lines of the script as it was given, and the finding whose mend cured it."""
    changes: list[str] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    """Edits that were taken back, and why."""
    runs: int = 0
    """Runs of this version."""
    patience: Patience = field(default_factory=Patience)

    def about(self, what: str) -> None:
        """What the next runs try."""
        self.patience.trying = what

    def check(self) -> list[Diagnosis]:
        """What `check` finds in the present version."""
        if self.text == self.source:
            return self.read
        return [one for one in check_source(self.text, self.path) if one.code != TOO_LARGE]

    def brings(self, text: str, what: str) -> bool:
        """Whether an edit brings a fault that `check` finds, and did not find before; that is noted."""
        known = Counter(one.code for one in self.check() if loud(one))
        new = Counter(one.code for one in check_source(text, self.path) if loud(one) and one.code != TOO_LARGE)
        codes = sorted(new - known)
        if codes:
            self.tried.append(f"{what}: it brought {', '.join(codes)}")
        return bool(codes)

    def take(self, text: str, what: str, ended: Ended, runs: int = 1) -> None:
        """An edit stays."""
        self.text, self.ended, self.runs = text, ended, runs
        self.changes.append(what)

    def meet(self, found: Diagnosis) -> None:
        """Note what a run of the present version has shown."""
        self.met.append((self.original(found), None))

    def cure(self, cause: Diagnosis) -> None:
        """Note that the mend of a finding of the present version cured what was met last."""
        self.met[-1] = self.met[-1][0], self.original(cause)

    def original(self, found: Diagnosis) -> Diagnosis:
        """A finding of the present version at its line of the script as it was given."""
        return replace(found, line=original_line(self.source, self.text, found.line or 1))

    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """All that was found, each fault once, by place."""
        found = told_once(self.source, self.read, self.met)
        return tuple(sorted(found, key=lambda one: (one.line or 0, one.column or 0, one.code)))


def loud(found: Diagnosis) -> bool:
    """Whether a finding says that something is wrong, and not only what could be better."""
    return found.severity in ("error", "warning")


def original_line(source: str, text: str, line: int) -> int:
    """Where a line of an edited text stands in the source: the same line, or the one it replaced."""
    if source == text:
        return line
    lines = source.split("\n")
    for _, a, b, c, d in difflib.SequenceMatcher(None, lines, text.split("\n"), autojunk=False).get_opcodes():
        if c <= line - 1 < d:
            return min(a + (line - 1 - c), max(b - 1, a)) + 1
    return min(line, len(lines))
