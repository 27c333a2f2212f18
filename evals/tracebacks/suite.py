"""For how many errors that ordinary mistakes raise the diagnosis is right and specific.

Each of the small programs in `cases/` is run, and how it ended is diagnosed. Counted are those with a kind of their own
(beyond the exception's name), those whose line is the person's own, and those that are right and specific: a known
message, and a remedy that says what was written down beforehand. The programs are ours, and run without a sandbox.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mlpilot.evals.command import say, tell
from mlpilot.evals.tracebacks.corpus import HALVES, Case, cases
from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import Diagnosis, diagnose
from mlpilot.tools.diagnose.read import TOLD, kebab
from mlpilot.tools.diagnose.signs.families import FAMILIES

RAISING = Path(__file__).with_name("raising.py")
PRELOADED = {
    frozenset({"torch"}): ("torch", "pandas"),
    frozenset({"keras"}): ("tensorflow", "keras"),
    frozenset({"xgboost"}): ("xgboost", "lightgbm", "pandas"),
}
"""By what a program imports, the modules that its interpreter has imported before."""
USUAL = ("pandas", "scipy.stats", "sklearn.ensemble", "sklearn.pipeline")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
BROAD = frozenset({"ValueError", "TypeError", "RuntimeError", "KeyError", "IndexError", "AttributeError", "Exception"})
"""Exceptions whose names say nothing."""
GENERAL = frozenset(family.remedy for family in FAMILIES)
LIMITS = {"own": 95.0, "right": 80.0}
"""Shares in percent that are wanted."""


def main(argv: list[str]) -> int:
    """`--half NAME --python PATH --only WORD --verbose --json`. 3 if less is right than is wanted."""
    parser = argparse.ArgumentParser(prog="mlpilot eval tracebacks", description=__doc__)
    parser.add_argument("--half", choices=HALVES, help="one part of the cases alone")
    parser.add_argument("--python", default=sys.executable, help="a Python with the frameworks, for what needs them")
    parser.add_argument("--only", default="", help="cases whose name or file holds this word")
    parser.add_argument("--verbose", action="store_true", help="say of each that is not right what was said")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    chosen = [
        case
        for case in cases()
        if options.half in (None, case.half) and (options.only in case.name or options.only in case.group)
    ]
    judged = [judge(case, ended) for case, ended in run(chosen, options.python)]
    if options.verbose:
        for one in judged:
            if not one["right"]:
                say(json.dumps(one, ensure_ascii=False))
    outcome = summary(judged)
    tell({"suite": "tracebacks", **outcome}, _table(outcome), as_json=options.json)
    enough = all(part[name] >= least for part in outcome["halves"].values() for name, least in LIMITS.items())
    return 0 if enough else 3


def run(chosen: Sequence[Case], python: str) -> Iterable[tuple[Case, dict[str, Any]]]:
    """How each ended, as `raising.py` says it. Raises OSError where there is no such interpreter."""
    for needs, modules in {**PRELOADED, frozenset(): USUAL}.items():
        mine = [case for case in chosen if _preloaded(case) == needs]
        if mine:
            yield from zip(mine, raised(mine, python if needs else sys.executable, modules), strict=True)


def _preloaded(case: Case) -> frozenset[str]:
    if not case.frameworks:
        return frozenset()
    if case.frameworks & {"keras", "tensorflow"}:
        return frozenset({"keras"})
    return frozenset({"torch"}) if "torch" in case.frameworks else frozenset({"xgboost"})


def raised(chosen: Sequence[Case], python: str, modules: Sequence[str]) -> list[dict[str, Any]]:
    """Run each in a process forked from one interpreter that has imported `modules`."""
    texts = "".join(json.dumps({"source": case.source}) + "\n" for case in chosen)
    done = subprocess.run(
        [python, RAISING, *modules],
        env=os.environ | QUIET,
        input=texts,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(case: Case, ended: dict[str, Any]) -> dict[str, Any]:
    """What was said of it, and which of it holds."""
    error = CellError(ended["type"], ended["message"], ended["traceback"]) if ended["status"] == "error" else None
    found = diagnose(ended["status"], error, "", ended["stderr"], case.source)
    nameless = found.kind == TOLD or (ended["type"] in BROAD and found.kind == kebab(ended["type"]))
    own = bool(found.remedy) and not nameless
    lacks = next((name for name in sorted(case.frameworks) if ended["message"] == f"No module named '{name}'"), "")
    return {
        "name": case.name,
        "half": case.half,
        "group": case.group,
        "kind": found.kind,
        "message": found.message,
        "remedy": found.remedy,
        "raised": f"{ended['type']}: {ended['message']}"[:300],
        "line": found.line,
        "placed": found.line == case.line,
        "own": own,
        "known": own and found.confidence == 1.0,
        "right": _right(case, found),
        "lacks": lacks,
        "seen": ended["status"] in ("error", "killed") and not lacks,
    }


def _right(case: Case, found: Diagnosis) -> bool:
    """A remedy that says what has to be said, and is not what is said of any message of its family."""
    return found.remedy not in GENERAL and case.remedy.search(found.remedy) is not None


def summary(judged: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts and shares in percent, for each half."""
    halves = {}
    for half in HALVES:
        mine = [one for one in judged if one["half"] == half and one["seen"]]
        if mine:
            shares = {name: round(100 * sum(one[name] for one in mine) / len(mine), 1) for name in _SHARES}
            halves[half] = {"cases": len(mine), **shares}
    unseen = [one["name"] for one in judged if not one["seen"] and not one["lacks"]]
    return {
        "halves": halves,
        "limits": LIMITS,
        "unseen": unseen,
        "lacks": Counter(one["lacks"] for one in judged if one["lacks"]),
    }


_SHARES = ("known", "own", "placed", "right")


def _table(outcome: dict[str, Any]) -> str:
    lacking = ", ".join(f"{count} for want of {name}" for name, count in outcome["lacks"].items())
    rows = [
        f"| {half} | {part['cases']} | {part['own']} % | {part['known']} % | {part['placed']} % | {part['right']} % |"
        for half, part in outcome["halves"].items()
    ]
    return "\n".join(
        [
            "| half | errors | a kind of its own | by a known message | own line | right and specific |",
            "|---" * 6 + "|",
            *rows,
            *([f"\nNot run: {lacking}; `--python` may name a Python that has them."] if lacking else []),
        ]
    )
