"""What a mend comes to: what was found, what was changed, and what the runs proved."""

from dataclasses import dataclass, field
from typing import Literal

from mlpilot.tools.diagnose.model import Diagnosis

Status = Literal["healthy", "repaired", "not_repaired", "failed"]


@dataclass(frozen=True)
class Proof:
    """What runs have shown, before the edit and after it."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Mend:
    """How it ended."""

    status: Status
    diagnoses: tuple[Diagnosis, ...]
    """At the lines of the script as it was given."""
    source: str
    """The mended script; where nothing was mended and proven, the one that was given."""
    changes: tuple[str, ...] = ()
    """A line for each edit."""
    proofs: tuple[Proof, ...] = ()
    runs: int = field(default=0)
    """Runs of the mended script that the proofs rest on."""
    reason: str = ""
    """Why it was not mended, or what was left as it is."""
