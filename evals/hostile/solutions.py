"""Cases at the level of a Solution: `mlpilot score` judges them on coin flips, where nothing honest beats chance.

A lie that is believed shows in the score, which the Judge alone makes from labels that no sandbox sees; or in what the
command prints.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from mlpilot.evals.coin_flips import write
from mlpilot.evals.command import parse
from mlpilot.evals.hostile.cases import PREAMBLE, Case
from mlpilot.evals.hostile.ground import Ground
from mlpilot.evals.hostile.told import Told
from mlpilot.evals.hostile.verdicts import Finding, Verdict, came_back, ended, mark
from mlpilot.evals.trust import SEARCHED, beyond_chance

ROWS = SEARCHED * 4 // 3
_OVERTIME_SECONDS = 120.0
_WHOLE_SECONDS = 200.0
"""Of the command, which ends a case by itself after its timeout."""


def judged(case: Case, sandbox: str, ground: Ground) -> Verdict:
    """What `mlpilot score` says of one Solution, and whether its lies were believed."""
    table, solution, marked = ground.own / "coins.csv", ground.own / "solution.py", mark()
    if not table.exists():
        write(table, rows=ROWS, seed=0)
    names = ground.names(marked) | {"table": str(table)}
    solution.write_text(PREAMBLE.format(names=names) + case.source)
    words = [str(solution), str(table), "--target", "y", "--metric", "accuracy", "--sandbox", sandbox]
    command = [sys.executable, "-m", "mlpilot", "score", *words, "--timeout", f"{case.timeout:.0f}"]
    began = time.monotonic()
    try:
        printed, code = _run(command, ground, ground.own / "state")
    except subprocess.TimeoutExpired:
        return Verdict(case, "hang", findings=[("hang", f"no answer in {_WHOLE_SECONDS:.0f} s"), *ground.look(marked)])
    answer = parse(printed[0])
    told = Told(str(answer.get("status", f"exit code {code}")), time.monotonic() - began, list(printed))
    findings = [
        *ground.look(marked),
        *came_back(told, ground),
        *_believed(answer),
        *ended(case, told, _OVERTIME_SECONDS),
    ]
    if code < 0 or "Traceback (most recent call last)" in printed[1]:
        findings.append(("crash", f"{code}: {printed[1][-300:]}"))
    return Verdict(case, told.status, told.seconds, findings, told.texts)


def _run(command: list[str], ground: Ground, home: Path) -> tuple[tuple[str, str], int]:
    done = subprocess.run(
        [*command, "--json"],
        env={**ground.environment, "MLPILOT_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_WHOLE_SECONDS,
        cwd=os.sep,
        check=False,
    )
    return (done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")), done.returncode


def _believed(answer: dict[str, Any]) -> list[Finding]:
    """Whether a Solution stands above chance on coin flips, or was scored without a score."""
    if answer.get("status") != "scored":
        return []
    score = answer.get("score")
    if score is None or abs(score - 0.5) > beyond_chance(SEARCHED):
        return [("believed", f"its accuracy on coin flips is {score}")]
    return []
