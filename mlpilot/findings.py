"""One thing that `mlpilot doctor` has looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "missing", "warning"]


@dataclass(frozen=True)
class Finding:
    """What it is, how it stands, and what would mend it."""

    name: str
    state: State
    detail: str
    remedy: str = ""
    blocks: bool = False
    """Whether a run would end with that."""


def chosen(sandboxes: Sequence[Finding]) -> str | None:
    """The sandbox that `--sandbox auto` takes: the first that works."""
    return next((finding.name for finding in sandboxes if finding.state == "ok"), None)
