"""Where state lives: `.mlpilot/` of the working folder, unless `MLPILOT_HOME` says otherwise."""

import os
from pathlib import Path


def home() -> Path:
    """The folder of state; it may not exist yet."""
    return Path(os.environ.get("MLPILOT_HOME") or ".mlpilot").absolute()


def run_folder(run: str) -> Path:
    """The folder of one Run's artifacts and locks."""
    return home() / "runs" / run
