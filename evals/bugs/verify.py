"""See each fault by running it: the faulty program shows its symptom, and the fixed one does not.

    python -m mlpilot.evals.bugs.verify [WORD ...] [--python PATH ...] [--jobs N] [--clean]

Only cases whose folder holds one of the words. Each program runs in a process of the first interpreter given that has
what it needs (this one comes last); where none has, the case is said to be unseen, with the reason. Ends with 1 if a
symptom did not show, or showed in the fixed program.
"""

import argparse
import json
import operator
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mlpilot.evals.bugs import corpus, data

OBSERVED_RUN = Path(__file__).with_name("observed_run.py")
SECONDS = 240
PRELOADED = ["sklearn.ensemble", "pandas", "torch", "keras"]
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
NUMBER = r"[^\d\n+-]*?([+-]?(?:\d[\d.]*(?:e[+-]?\d+)?|nan|inf))"
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Ran:
    """How one program ended."""

    printed: str
    said: str
    """Standard error."""
    raised: tuple[str, ...]
    """The exception that ended it, and its base classes."""
    text: str
    probe: str
    fitted: int


class Runner:
    """An interpreter that has imported the frameworks, and forks for each program."""

    def __init__(self, python: str) -> None:
        """Start it. Raises OSError if there is no such interpreter."""
        self.process = subprocess.Popen(
            [python, OBSERVED_RUN, *PRELOADED],
            env=os.environ | QUIET,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, path: Path, maker: str, symptom: Mapping[str, Any]) -> Ran:
        """Run one program in a folder of its own, with its tables; one that ends without a word counts as killed."""
        assert self.process.stdin and self.process.stdout
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "script.py").write_text(corpus.code(path), encoding="utf-8")
            if maker:
                data.make(maker, folder)
            watched = {key: str(symptom.get(key, "")) for key in ("probe", "fitted")}
            print(json.dumps({"folder": name, "seconds": SECONDS} | watched), file=self.process.stdin, flush=True)
            if not self.process.stdout.readline():
                raise RuntimeError(f"the interpreter that runs the programs ended at {path}")
            answer = folder / "answer.json"
            said: dict[str, Any] = {"raised": ["killed"]}
            if answer.exists():
                said = json.loads(answer.read_text(encoding="utf-8"))
            printed, warned = ((folder / name).read_text(errors="replace") for name in ("out.txt", "err.txt"))
        raised = tuple(said.get("raised", ()))
        return Ran(printed, warned, raised, said.get("text", ""), said.get("probe", ""), said.get("fitted", 0))


KEPT = threading.local()


def run(path: Path, maker: str, symptom: Mapping[str, Any], python: str) -> Ran:
    """Run one program with an interpreter; each thread keeps one of each kind."""
    runners: dict[str, Runner] = KEPT.__dict__.setdefault("runners", {})
    if python not in runners:
        runners[python] = Runner(python)
    return runners[python].run(path, maker, symptom)


def value(text: str) -> float | str:
    """The text as a number if it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def holds(found: str, condition: str) -> bool:
    """Whether what was found meets a condition such as "< 0.6" or "== True" or "nan"."""
    if condition in ("nan", "finite"):
        number = value(found)
        return isinstance(number, float) and (number != number) == (condition == "nan") and abs(number) != float("inf")
    sign, _, bound = condition.partition(" ")
    one, other = value(found), value(bound)
    return isinstance(one, type(other)) and COMPARISONS[sign](one, other)


def seen(ran: Ran, symptom: Mapping[str, Any]) -> str:
    """What a symptom is read from: a printed number, a probe's value, rows fitted, or how many warnings."""
    if "prints" in symptom:
        numbers = re.findall(re.escape(symptom["prints"]) + NUMBER, ran.printed)
        return numbers[-1] if numbers else "nothing printed"
    if "warns" in symptom:
        return str((ran.said + ran.printed).count(symptom["warns"]))
    return str(ran.fitted) if "fitted" in symptom else ran.probe


def verdict(case: corpus.Case, python: str) -> str:
    """What went wrong with a case, or "" if the fault shows where it should and only there."""
    symptom = case.symptom
    if "raises" in symptom:
        buggy, fixed = (run(path, case.data, symptom, python) for path in (case.buggy, case.fixed))
        if symptom["raises"] not in buggy.raised:
            return f"buggy raised {buggy.raised[:1]}: {buggy.text[:150]!r}"
        if symptom.get("says", "") not in buggy.text:
            return f"buggy says {buggy.text[:300]!r}"
        return f"fixed raised {fixed.raised[0]}: {fixed.text[:200]}" if fixed.raised else ""
    if "differs" in symptom:
        pairs = [{run(path, case.data, symptom, python).printed for _ in range(2)} for path in (case.buggy, case.fixed)]
        return "" if [len(pair) for pair in pairs] == [2, 1] else f"runs that differ: {[len(pair) for pair in pairs]}"
    wrong = []
    for which, path in (("buggy", case.buggy), ("fixed", case.fixed)):
        ran = run(path, case.data, symptom, python)
        found = seen(ran, symptom)
        if ran.raised:
            wrong.append(f"{which} raised {ran.raised[0]}: {ran.text[:200]}")
        elif not holds(found, symptom[which]):
            wrong.append(f"{which} gives {found}, not {symptom[which]}")
    return "; ".join(wrong)


@cache
def has(python: str, packages: tuple[str, ...]) -> bool:
    """Whether an interpreter has all these packages."""
    probe = f"import importlib.util as u; exit(not all(map(u.find_spec, {list(packages)!r})))"
    return subprocess.run([python, "-c", probe], check=False).returncode == 0


def check(case: corpus.Case, pythons: list[str]) -> tuple[str, str]:
    """("seen" | "wrong" | "unseen", why) for a case."""
    if "unmeasured" in case.symptom:
        return "unseen", str(case.symptom["unmeasured"])
    python = next((python for python in pythons if has(python, case.needs)), "")
    if not python:
        return "unseen", f"needs {', '.join(case.needs)}"
    why = verdict(case, python)
    return ("wrong" if why else "seen"), why


def check_clean(path: Path, pythons: list[str]) -> tuple[str, str]:
    """The same for a program without fault: it runs to its end. Its first lines say what it needs and reads."""
    asks = dict(re.findall(r"^# (needs|data): (.+)$", corpus.code(path), re.MULTILINE))
    needs = tuple(asks.get("needs", "sklearn").split(", "))
    python = next((python for python in pythons if has(python, needs)), "")
    if not python:
        return "unseen", f"needs {', '.join(needs)}"
    ran = run(path, asks.get("data", ""), {}, python)
    return ("wrong", f"raised {ran.raised[0]}: {ran.text[:200]}") if ran.raised else ("seen", "")


def main(words: list[str] | None = None) -> int:
    """Check the cases asked for, print a line for each, and the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--clean", action="store_true", help="the clean programs instead: each runs to its end")
    asked = parser.parse_args(words)
    pythons = [*asked.python, sys.executable]
    wanted: list[tuple[str, Callable[[], tuple[str, str]]]] = []
    if asked.clean:
        wanted = [(path.name, lambda path=path: check_clean(path, pythons)) for path in corpus.clean()]  # type: ignore[misc]
    else:
        wanted = [(case.folder.name, lambda case=case: check(case, pythons)) for case in corpus.cases()]  # type: ignore[misc]
    wanted = [pair for pair in wanted if not asked.words or any(word in pair[0] for word in asked.words)]
    counts = {"seen": 0, "wrong": 0, "unseen": 0}
    with ThreadPoolExecutor(asked.jobs) as pool:
        for (name, _), (how, why) in zip(wanted, pool.map(lambda pair: pair[1](), wanted), strict=True):
            counts[how] += 1
            print(f"{how:6} {name}" + (f": {why}" if why else ""), flush=True)
    print(", ".join(f"{count} {how}" for how, count in counts.items()))
    return int(counts["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
