"""A Diagnosis: what is wrong, the evidence, where, and what would fix it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """One finding: about a Solution that failed or was rejected, or about a program that was read."""

    kind: str
    """A short code in kebab case: "removed-argument", "not-finite", "timeout"."""
    message: str
    """One line for a person."""
    evidence: str = ""
    """The line of the traceback, the value, the warning that says so."""
    line: int | None = None
    """Line of the source, from 1."""
    remedy: str = ""
    """What would fix it, one line."""
    path: str = ""
    """The file, where it is not a Solution's."""
    column: int | None = None
    """Column in that line, in characters from 1."""
    severity: str = "error"
    """error, warning or note."""
    code: str = ""
    """The code of the rule that found it: "LEAK001"."""
    confidence: float = 1.0
    """How sure it is, from 0 to 1."""
