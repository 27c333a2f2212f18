"""What is known of one running sandbox: its own word, what the host sees of it, what was tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlpilot.sandbox.protocol import Limits
from mlpilot.sandbox.selfcheck.host import Process
from mlpilot.sandbox.selfcheck.inside import Inside

View = Literal["inside", "host", "engine", "trial"]
"""Who says so: code inside, the host's own look, the engine that runs the container, or a Cell that tried it."""
Status = Literal["held", "broken", "not applicable", "unseen"]
"""`not applicable`: this backend keeps it out by other means, which are named. `unseen`: nobody could look."""


@dataclass(frozen=True)
class Bait:
    """What was laid out on the host for this check alone, and must not be reached."""

    word: str
    """Stands in the environment, in the file, and nowhere else."""
    variable: str
    file: str
    shared: str
    """A name in the host's /dev/shm."""
    socket: str
    """Path of a Unix socket that listens, open to all."""
    abstract: str
    """Name of a listening abstract Unix socket."""
    port: int
    """A TCP port of the host's loopback that listens."""
    environment: Mapping[str, str]
    """All of the host's environment while the sandbox started."""


@dataclass(frozen=True)
class Facts:
    """All that the promises are judged by."""

    backend: str
    machine: str
    """As `platform.machine()` has it."""
    limits: Limits
    bait: Bait
    ours: Process
    inside: Inside | None = None
    """None where the sandbox told nothing that can be read."""
    unread: str = ""
    """Why it could not be read."""
    process: Process | None = None
    """The kernel's process on the host; None where the host cannot see it."""
    engine: Mapping[str, Any] | None = None
    """What the engine says of the container; None where there is none."""
    trials: Mapping[str, str] | None = None
    """How the Cells ended that tried to go beyond the limits."""
    expected_calls: Mapping[str, tuple[int, int]] | None = None
    """System calls that must be refused: name to (number, errno)."""
    memory_watched: bool = False
    """Whether the host itself watches the sandbox's memory, for want of a control group."""


@dataclass(frozen=True)
class Verdict:
    """Whether a promise is held, and what shows it."""

    held: bool
    evidence: str


@dataclass(frozen=True)
class Checked:
    """One promise, as it stands in one sandbox."""

    name: str
    group: str
    promise: str
    view: View
    status: Status
    evidence: str
    """What was seen, or why it is not applicable."""


@dataclass(frozen=True)
class Report:
    """Every promise in one sandbox."""

    backend: str
    checks: Sequence[Checked]

    def of(self, status: Status) -> list[Checked]:
        """Those that stand so."""
        return [check for check in self.checks if check.status == status]

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return bool(self.of("held")) and not self.of("broken")
