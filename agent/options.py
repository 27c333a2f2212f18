"""How a Run is pursued: the Budget and the means. Nothing here changes what a Score means."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class RunOptions:
    """Field names equal the command line's options."""

    brain: Literal["auto", "llm", "builtin"] = "auto"
    sandbox: str = "auto"
    """auto, docker, bubblewrap, landlock or none."""
    budget: float | None = None
    """Seconds for the whole command; None with `max_experiments`: no limit in time."""
    max_experiments: int | None = None
    workers: int = 1
    baseline: str | None = None
    """Path of a Solution of the person's own, tried first."""
    approve: bool = False
    """Ask before each Idea is run (needs a terminal)."""
    privacy: Literal["full", "schema", "local"] | None = None
    offline: bool = False
    model: str | None = None
    base_url: str | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    gpus: str | None = None
