"""The installed command, run as a person would run it."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """How one call of the command ended."""

    code: int
    json: dict[str, Any]
    """What it printed, as one JSON object; empty if it printed anything else."""
    said: str
    """What it wrote to standard error."""
    seconds: float
    """Wall time of the whole process."""


def start(*words: str | Path, home: Path) -> subprocess.Popen[str]:
    """Start `mlpilot WORDS...` with its state in `home`, without waiting for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "mlpilot", *map(str, words)],
        env={**os.environ, "MLPILOT_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask(*words: str | Path, home: Path, timeout: float | None = None) -> Answer:
    """Run `mlpilot WORDS... --json` to its end. Raises `subprocess.TimeoutExpired`."""
    began = time.monotonic()
    process = start(*words, "--json", home=home)
    try:
        printed, said = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Answer(process.returncode, parse(printed), said, time.monotonic() - began)


def parse(printed: str) -> dict[str, Any]:
    """The one JSON object in `printed`, or `{}`."""
    try:
        answer = json.loads(printed)
    except json.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def load() -> float:
    """How many processes wanted to run, over the last minute: figures taken under load are worth less."""
    return round(os.getloadavg()[0], 2)


def say(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


def tell(outcome: dict[str, Any], table: str, *, as_json: bool) -> None:
    """The answer, on standard output: one JSON object, or the table."""
    print(json.dumps(outcome, ensure_ascii=False) if as_json else table, flush=True)
