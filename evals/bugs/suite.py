"""How many of the corpus's faults are found, and how many programs without fault are accused, half by half.

A fault is found where there is a warning or an error (notes do not count), and placed where one of them stands on a
line that the case names. A false alarm is a warning or an error in a fixed version, or in a clean program. The engine
is `check`, which reads, or `fix`, which reads and then runs the program once in the sandbox, observed, without mending.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mlpilot.evals.bugs import corpus
from mlpilot.evals.command import load, say, tell
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.inspect import check_files
from mlpilot.tools.diagnose.static.notebook import read_notebook

HALVES = ("open", "held")
MOST_FALSE = 0.03
"""The share of clean programs in which something may be found."""
LOUD = ("error", "warning")
Look = Callable[[list[Path]], Iterable[set[int]]]
"""Programs → for each the lines where there is a warning or an error."""
COUNTS = ("cases", "found", "placed", "silent", "silent_found", "fixed_flagged")


@dataclass
class Tally:
    """What became of some cases."""

    cases: int = 0
    found: int = 0
    placed: int = 0
    silent: int = 0
    """Cases that run to their end."""
    silent_found: int = 0
    fixed_flagged: int = 0
    """Fixed versions in which something is found still."""
    seconds: float = 0.0
    missed: list[str] = field(default_factory=list)
    """Folders of the open half in which nothing was found. Of the held half none is named."""
    misplaced: list[str] = field(default_factory=list)
    fixed_named: list[str] = field(default_factory=list)

    def add(self, case: corpus.Case, lines: set[int], fixed: set[int]) -> None:
        """Count one case: the lines where something is found in the faulty program, and in the fixed one."""
        placed = bool(lines & set(case.lines))
        self.cases += 1
        self.found += bool(lines)
        self.placed += placed
        self.silent += case.silent
        self.silent_found += case.silent and bool(lines)
        self.fixed_flagged += bool(fixed)
        if case.half == "open":
            self.missed += [] if lines else [case.folder.name]
            self.misplaced += [case.folder.name] if lines and not placed else []
            self.fixed_named += [case.folder.name] if fixed else []


def main(argv: list[str]) -> int:
    """`--half open|held --engine check|fix --json`. 3 where more than 3 % of the clean programs are accused."""
    parser = argparse.ArgumentParser(prog="mlpilot eval bugs", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="", help="one half of the cases (default: both)")
    parser.add_argument("--engine", choices=("check", "fix"), default="check", help="what looks (default: check)")
    parser.add_argument(
        "--mend", action="store_true", help="mend them too, and count what is repaired and proven (slow)"
    )
    parser.add_argument("--python", default="", help="for what runs: a Python that has PyTorch, Keras and TensorFlow")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    halves = [options.half] if options.half else list(HALVES)
    look = loud_lines if options.engine == "check" else watched_lines(options.python)
    outcome = measure([case for half in halves for case in corpus.cases(half)], corpus.clean(), look)
    if options.mend:
        from mlpilot.evals.bugs.mending import Places, total

        places = Places(options.python)
        sums = {half: total(half, places, say) for half in halves}
        outcome["mended"] = {half: {group: asdict(one) for group, one in sums[half].items()} for half in halves}
    outcome |= {"suite": "bugs", "engine": options.engine, "load": load()}
    tell(outcome, table(outcome), as_json=options.json)
    return verdict(outcome)


def measure(cases: list[corpus.Case], clean: list[Path], look: Look) -> dict[str, Any]:
    """Tallies of each half, of each framework in it, and the clean programs in which something was found."""
    halves: dict[str, dict[str, Tally]] = {}
    for half in dict.fromkeys(case.half for case in cases):
        tallies = halves.setdefault(half, {"all": Tally()})
        for framework in dict.fromkeys(case.framework for case in cases if case.half == half):
            say(f"{half}: {framework}")
            some = [case for case in cases if case.half == half and case.framework == framework]
            tallies[framework] = of_framework(some, tallies["all"], look)
    say("clean programs")
    began = time.perf_counter()
    flagged = {path.name: found for path, found in zip(clean, look(clean), strict=True) if found}
    return {
        "halves": {half: {name: asdict(one) for name, one in tallies.items()} for half, tallies in halves.items()},
        "clean": {"programs": len(clean), "flagged": sorted(flagged), "seconds": time.perf_counter() - began},
        "most_false": MOST_FALSE,
    }


def of_framework(cases: list[corpus.Case], everything: Tally, look: Look) -> Tally:
    """The tally of some cases, which are counted in `everything`, too."""
    began = time.perf_counter()
    faulty, fixed = (list(look(paths)) for paths in ([c.buggy for c in cases], [c.fixed for c in cases]))
    tally = Tally()
    for case, wrong, right in zip(cases, faulty, fixed, strict=True):
        tally.add(case, wrong, right)
        everything.add(case, wrong, right)
    tally.seconds = time.perf_counter() - began
    everything.seconds += tally.seconds
    return tally


def loud_lines(paths: list[Path]) -> Iterable[set[int]]:
    """Lines of each program where there is a warning or an error, as the cases count them."""
    for path, found in zip(paths, check_files(paths), strict=True):
        yield {line_of(path, one) for one in found if one.severity in LOUD}


def watched_lines(python: str) -> Look:
    """The same of what `fix` tells before it mends: each program is read, and a script is run, too, where it can be."""
    from mlpilot.evals.bugs.mending import Places, looked_at

    places = Places(python)

    def look(paths: list[Path]) -> Iterable[set[int]]:
        for path, lines in zip(paths, loud_lines(paths), strict=True):
            shown = looked_at(path, places) if path.suffix == ".py" else []
            yield lines | {one.line or 1 for one in shown if one.severity in LOUD}

    return look


def line_of(path: Path, found: Diagnosis) -> int:
    """The line of a script; in a notebook, of its code cells joined, as `corpus.code` joins them."""
    line = found.line or 1
    if path.suffix != ".ipynb":
        return line
    text = path.read_text(encoding="utf-8")
    place = next((one for one in read_notebook(text).lines if one.cell and one.file_line == line), None)
    if place is None:
        return 0
    before = [cell for cell in json.loads(text)["cells"][: place.cell - 1] if cell["cell_type"] == "code"]
    return sum("".join(cell["source"]).count("\n") + 1 for cell in before) + place.line


def verdict(outcome: dict[str, Any]) -> int:
    """3 where too many of the clean programs are accused."""
    clean = outcome["clean"]
    return 3 if len(clean["flagged"]) > MOST_FALSE * clean["programs"] else 0


def table(outcome: dict[str, Any]) -> str:
    """Markdown."""
    head = ["half", "framework", "cases", "found", "place right", "silent ones", "found", "fixed, flagged", "seconds"]
    rows = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for half, tallies in outcome["halves"].items():
        for name, one in tallies.items():
            numbers = " | ".join(str(one[count]) for count in COUNTS)
            rows.append(f"| {half} | {name} | {numbers} | {one['seconds']:.1f} |")
    clean = outcome["clean"]
    named = f" ({', '.join(clean['flagged'])})" if clean["flagged"] else ""
    rows += ["", f"Clean programs in which something is found: {len(clean['flagged'])} of {clean['programs']}{named}."]
    if "mended" in outcome:
        head = ["half", "of them", "programs run", "repaired", "symptom gone", "lines changed", "of the fixed"]
        rows += ["", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        for half, groups in outcome["mended"].items():
            for group, one in groups.items():
                rows.append(f"| {half} | {group} | " + " | ".join(map(str, one.values())) + " |")
    return "\n".join(rows)
