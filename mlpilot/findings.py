"""One thing that `mlpilot doctor` has looked at."""

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
