"""AutoTrainer's five training problems: how many generated trainings that have one does `mlpilot fix` repair?

    mlpilot eval trainings [--problem P] [--count N] [--first N] [--sandbox NAME] [--json]

Each faulty training is run first beside its healthy twin, by scores that the scripts themselves print on their last
line; one that is not clearly worse is no fault, and is set aside and replaced by the next number. Repaired is what
`fix` calls so, with its proof, and what in runs of its own prints a score that has come at least half the way to the
twin's. A healthy training that is "repaired" is a false alarm; one that by its own score did not learn, as happens by
chance, is not healthy, and is set aside too. It needs PyTorch and Keras in the sandbox: run it in a folder whose
mlpilot.toml names a Python that has them.
"""

import argparse
import math
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlpilot.agent.settings import sandbox_for
from mlpilot.evals.command import load, say, tell
from mlpilot.evals.trainings.generate import Training, training
from mlpilot.evals.trainings.plan import PROBLEMS, Problem
from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.protocol import Limits
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.loop import mend
from mlpilot.tools.mending.running import Ended, Probe, Runner
from mlpilot.tools.mending.work import Run

MUST_REPAIR = 0.98
SECONDS = 60.0
"""For one run of a training, which takes well under two."""
COUNT = 100
UNUSED = 10_000
"""The numbers from here on were looked at by nobody while the repairs were written."""
LEAST_GAP = 0.1
"""By how much a faulty training's accuracy is below its twin's; for a loss, the share of it that the twin lacks."""
SOUND = 0.6
"""The accuracy below which a healthy training is not healthy, and the share of a loss of 1 that must be gone."""
AGAIN = 2
"""Further runs of a repaired training, and a third where these two disagree."""
_IMPORTS = """import numpy, sklearn, torch, keras
from sklearn import datasets, model_selection, preprocessing"""
_SCORE = re.compile(r"^(?:test|train) (accuracy|loss): (\S+)$")


def main(argv: list[str]) -> int:
    """3 where fewer than 98 % of a problem's trainings are repaired, or a healthy one is."""
    parser = argparse.ArgumentParser(
        prog="mlpilot eval trainings", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problem", choices=(*PROBLEMS, "none"), help="one problem, or none for the healthy trainings")
    parser.add_argument("--count", type=int, default=COUNT, help=f"trainings for each (default: {COUNT})")
    parser.add_argument("--first", type=int, default=UNUSED, help=f"number of the first one (default: {UNUSED})")
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    chosen: list[Problem | None] = [*PROBLEMS, None]
    if options.problem:
        chosen = [one for one in chosen if (one or "none") == options.problem]
    began = time.monotonic()
    sandbox = sandbox_for(options.sandbox)
    with Runner(sandbox, [], "", Path("script.py"), _IMPORTS, SECONDS, Limits(threads=1)) as runner:
        ready(runner)
        entries = [one for problem in chosen for one in of_problem(runner, problem, options.first, options.count)]
    outcome = summed(entries) | {"suite": "trainings", "first": options.first, "load": load()}
    outcome["seconds"] = round(time.monotonic() - began)
    tell(outcome, table(outcome), as_json=options.json)
    return verdict(outcome)


def ready(runner: Runner) -> None:
    """Raises `UserError` where the sandbox lacks what the trainings need."""
    ended = runner.run("import keras, torch")
    if ended.status != "ok":
        said = ended.error.message if ended.error is not None else ended.status
        raise UserError(
            f"the trainings need PyTorch and Keras in the sandbox ({said[:80]}); "
            'run this in a folder whose mlpilot.toml says [sandbox] python = "PATH" of an environment that has them'
        )


def of_problem(runner: Runner, problem: Problem | None, first: int, count: int) -> Iterator[dict[str, Any]]:
    """What became of `count` trainings that have the problem, and of those that were set aside on the way."""
    kept = tried = 0
    while kept < count and tried < 2 * count:
        found = entry(runner, training(first + tried, problem))
        tried += 1
        kept += found["status"] != "no fault"
        say(f"{problem or 'healthy'} {kept}/{count}: {found}")
        yield found


def entry(runner: Runner, one: Training) -> dict[str, Any]:
    """One training, mended."""
    began = time.monotonic()
    said: dict[str, Any] = {"number": one.number, "problem": one.problem or "none", "kind": one.plan.kind}
    said["framework"] = one.plan.framework
    first = runner.run(one.text)
    was = score(first)
    twin = was if one.problem is None else score(runner.run(one.healthy))
    if not (is_sound(was) if one.problem is None else is_worse(was, twin)):
        return said | {"status": "no fault", "scores": [shown(was), shown(twin)]}
    mended = mend(one.text, "script.py", _begun(runner, one.text, first), list(check_source(one.text, "script.py")))
    said |= {"status": mended.status, "found": sorted({one.kind for one in mended.diagnoses})}
    if mended.status == "repaired":
        after = [score(runner.run(mended.source)) for _ in range(AGAIN)]
        if len({is_half_way(was, one, twin) for one in after}) > 1:
            after.append(score(runner.run(mended.source)))
        middle = statistics.median(value for _, value in after)
        said |= {"changes": list(mended.changes), "held": is_half_way(was, (was[0], middle), twin)}
        said["scores"] = [shown(was), shown((was[0], middle)), shown(twin)]
    else:
        said |= {"reason": mended.reason[:300], "scores": [shown(was), shown(twin)]}
    return said | {"seconds": round(time.monotonic() - began, 1)}


def _begun(runner: Runner, text: str, first: Ended) -> Run:
    """Runs of the runner, but for the first one of the text, which has been made."""
    made = [first]

    def run(source: str, watched: dict[str, str] | None = None, probe: Probe | None = None) -> Ended:
        known = made and source == text and not watched and probe is None
        return made.pop() if known else runner.run(source, watched, probe)

    return run


def score(ended: Ended) -> tuple[str, float]:
    """("accuracy" or "loss", the number of the last line); of a script that did not print one, an infinite loss."""
    found = _SCORE.match((ended.stdout.strip().split("\n") or [""])[-1])
    if found is None:
        return "loss", math.inf
    value = float(found[2])
    return found[1], value if math.isfinite(value) else math.inf


def shown(one: tuple[str, float]) -> str:
    """For people."""
    return f"{one[0]} {one[1]:.3g}"


def is_sound(one: tuple[str, float]) -> bool:
    """Whether a training that is meant to be healthy learnt: all of these data can be, and targets have deviation 1."""
    return one[1] >= SOUND if one[0] == "accuracy" else one[1] <= 1 - SOUND


def is_worse(one: tuple[str, float], twin: tuple[str, float]) -> bool:
    """Whether a training is clearly worse than its twin."""
    if twin[0] == "accuracy":
        return one[0] != "accuracy" or not math.isfinite(one[1]) or one[1] < twin[1] - LEAST_GAP
    return not math.isfinite(one[1]) or twin[1] < (1 - LEAST_GAP) * one[1]


def is_half_way(was: tuple[str, float], now: tuple[str, float], twin: tuple[str, float]) -> bool:
    """Whether a score has come half the way to the twin's."""
    if not math.isfinite(now[1]):
        return False
    if now[0] == "accuracy":
        return now[1] >= (was[1] + twin[1]) / 2
    return now[1] <= (was[1] + twin[1]) / 2


def summed(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts for each problem, and what went wrong, by name."""
    problems: dict[str, Any] = {}
    for one in entries:
        sums = problems.setdefault(one["problem"], {"trainings": 0, "repaired": 0, "set_aside": 0, "seconds": 0.0})
        if one["status"] == "no fault":
            sums["set_aside"] += 1
            continue
        sums["trainings"] += 1
        sums["repaired"] += one["status"] == "repaired" and (one["problem"] == "none" or one["held"])
        sums["seconds"] = round(sums["seconds"] + one["seconds"], 1)
    failed = [one for one in entries if not _is_right(one)]
    return {"problems": problems, "must_repair": MUST_REPAIR, "failed": failed}


def _is_right(one: dict[str, Any]) -> bool:
    if one["problem"] == "none":
        return bool(one["status"] != "repaired")
    return one["status"] == "no fault" or (one["status"] == "repaired" and bool(one["held"]))


def verdict(outcome: dict[str, Any]) -> int:
    """3 where too few are repaired, or a healthy one is."""
    for name, one in outcome["problems"].items():
        if one["repaired"] > 0 if name == "none" else one["repaired"] < MUST_REPAIR * one["trainings"]:
            return 3
    return 0


def table(outcome: dict[str, Any]) -> str:
    """Markdown."""
    rows = ["| problem | trainings | repaired | set aside | seconds each |", "|---|---|---|---|---|"]
    for name, one in outcome["problems"].items():
        each = one["seconds"] / max(1, one["trainings"])
        rows.append(f"| {name} | {one['trainings']} | {one['repaired']} | {one['set_aside']} | {each:.1f} |")
    return "\n".join(rows)
