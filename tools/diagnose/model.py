"""A Diagnosis: what is wrong, the evidence, where, and what would fix it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """One finding about a Solution that failed or was rejected."""

    kind: str
    """A short code in kebab case: "removed-argument", "not-finite", "timeout"."""
    message: str
    """One line for a person."""
    evidence: str = ""
    """The line of the traceback, the value, the warning that says so."""
    line: int | None = None
    """Line of the Solution's source, from 1."""
    remedy: str = ""
    """What would fix it, one line."""
