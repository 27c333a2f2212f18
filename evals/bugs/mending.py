"""Mend the faulty programs of one half as `mlpilot fix` does, and hold each edit against the case's own symptom.

    python -m mlpilot.evals.bugs.mending [WORD ...] [--half open] [--python PATH] [--clean] [--json]

Only those whose packages the sandbox has; those that need more run with the Python of --python, an environment that
holds it (PyTorch, Keras and TensorFlow, say). Of a notebook the program is mended, as `fix` does it. A mended case
counts when the symptom that its case.toml names is seen in the faulty program and not in the mended one, whatever
`fix` itself says it has proven. With --clean the fixed versions and the clean programs are given to `fix`: each that
it "repairs" is a false alarm.
"""

import argparse
import contextlib
import difflib
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from mlpilot.agent.settings import Settings, environment_of, sandbox_for
from mlpilot.evals.bugs import corpus, data, verify
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.protocol import Mount, Sandbox
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.complaints import shown
from mlpilot.tools.mending.loop import first_check, mend, unreadable, will_probe
from mlpilot.tools.mending.model import Mend
from mlpilot.tools.mending.patience import Patience
from mlpilot.tools.mending.running import Runner

SECONDS = 120.0
INSIDE = {"sklearn", "pandas", "numpy"}
"""What the sandbox's environment has of what cases need."""


@dataclass(frozen=True)
class Place:
    """Where programs run, and which Python sees their symptoms."""

    sandbox: Sandbox
    python: str


class Places:
    """The sandbox as it comes, and one that holds more; opened when they are first asked for."""

    def __init__(self, python: str = "") -> None:
        self._python = python

    def of(self, needs: tuple[str, ...]) -> Place | None:
        """Where a program that needs these packages runs; None where it cannot."""
        if set(needs) <= INSIDE:
            return self._own
        return self._other if self._python and verify.has(self._python, needs) else None

    @cached_property
    def _own(self) -> Place:
        return Place(sandbox_for("auto"), sys.executable)

    @cached_property
    def _other(self) -> Place:
        settings = Settings(Path(), python=str(Path(self._python).absolute()))
        return Place(choose("auto", str, environment_of(settings)), self._python)


def mended(path: Path, maker: str, sandbox: Sandbox) -> Mend:
    """What `mlpilot fix` makes of a program, in a folder with its tables."""
    source = corpus.code(path)
    read = first_check(source, path.name)
    broken = unreadable(read, source)
    if broken is not None:
        return broken
    with runner(source, maker, sandbox, probing=will_probe(read)) as ready:
        return mend(source, path.name, ready.run, read, Patience.of(SECONDS))


@contextlib.contextmanager
def runner(source: str, maker: str, sandbox: Sandbox, probing: bool = False) -> Iterator[Runner]:
    """What runs versions of a program, in a folder with its tables."""
    with tempfile.TemporaryDirectory() as name:
        if maker:
            data.make(maker, Path(name))
        mounts = [Mount(file, f"/mnt/files/{file.name}") for file in sorted(Path(name).iterdir())]
        pairs = [(sandbox.inside(one), one.source.name) for one in mounts]
        link = f"[__import__('os').symlink(*pair) for pair in {pairs!r}]" if pairs else ""
        with Runner(sandbox, mounts, link, Path("script.py"), source, SECONDS, probing=probing) as ready:
            yield ready


def looked_at(path: Path, places: Places) -> list[Diagnosis]:
    """What one observed run of a program shows, beside what reading it does; nothing where it cannot be run here."""
    needs, maker = asked_for(path)
    place, source = places.of(needs), corpus.code(path)
    if place is None:
        return []
    with runner(source, maker, place.sandbox) as ready:
        ended = ready.run(source)
    return shown(ended, source, path.name)


def asked_for(path: Path) -> tuple[tuple[str, ...], str]:
    """(packages, maker of its tables) that a program of the corpus asks for."""
    if (path.parent / "case.toml").exists():
        case = corpus.read(path.parent)
        return case.needs, case.data
    asks = dict(re.findall(r"^# (needs|data): (.+)$", corpus.code(path), re.MULTILINE))
    return tuple(asks.get("needs", "sklearn").split(", ")), asks.get("data", "")


def held_against(case: corpus.Case, text: str, python: str) -> str:
    """Why the case's symptom is not gone in the mended program, or ""; it is seen in the faulty one first."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "buggy.py").write_text(corpus.code(case.buggy), encoding="utf-8")
        Path(name, "fixed.py").write_text(text, encoding="utf-8")
        return verify.verdict(replace(case, folder=Path(name)), python)


def changed(old: str, new: str) -> int:
    """Lines taken out and put in."""
    lines = difflib.ndiff(old.split("\n"), new.split("\n"))
    return sum(line.startswith(("- ", "+ ")) for line in lines)


def entry(case: corpus.Case, place: Place) -> dict[str, Any]:
    """What became of one case."""
    source = corpus.code(case.buggy)
    result = mended(case.buggy, case.data, place.sandbox)
    said: dict[str, Any] = {"case": case.folder.name, "raises": "raises" in case.symptom, "status": result.status}
    if result.status == "repaired":
        fixed = corpus.code(case.fixed)
        said |= {
            "symptom": held_against(case, result.source, place.python) or "gone",
            "lines": changed(source, result.source),
            "lines of the fixed version": changed(source, fixed),
            "same as the fixed version": result.source.split() == fixed.split(),
            "changes": list(result.changes),
            "proofs": [f"{one.what}: {one.before} → {one.after}" for one in result.proofs],
        }
    return said | {"reason": result.reason[:600]}


def clean_entry(path: Path, maker: str, place: Place) -> dict[str, Any]:
    """What became of a program without fault."""
    result = mended(path, maker, place.sandbox)
    name = f"{path.parent.name}/{path.name}"
    return {"case": name, "status": result.status, "changes": list(result.changes), "reason": result.reason[:200]}


def clean_programs(half: str, places: Places) -> list[tuple[Path, str, Place]]:
    """(program, maker of its tables, where it runs) of all that can be run here."""
    found = [(case.fixed, case.data, place) for case, place in runnable(half, places)]
    for path in corpus.clean():
        needs, maker = asked_for(path)
        place = places.of(needs)
        if place is not None:
            found.append((path, maker, place))
    return found


def runnable(half: str, places: Places) -> list[tuple[corpus.Case, Place]]:
    """The cases that can be run here, and where."""
    found = []
    for case in corpus.cases(half):
        place = places.of(case.needs)
        if place is not None and "unmeasured" not in case.symptom:
            found.append((case, place))
    return found


@dataclass
class Mended:
    """What became of some cases of one half; sums alone, for of the held half no case is told."""

    cases: int = 0
    """Programs that can be run here."""
    repaired: int = 0
    """Mended, with a proof of fix's own."""
    gone: int = 0
    """Of these, the symptom that the case names is gone, too."""
    lines: int = 0
    """Lines that the edits of these took out and put in."""
    lines_of_fixed: int = 0
    """Those of the same cases' fixed versions."""

    def count(self, said: dict[str, Any]) -> None:
        """Add what became of one case."""
        self.cases += 1
        if said["status"] == "repaired":
            self.repaired += 1
            if said["symptom"] == "gone":
                self.gone += 1
                self.lines += said["lines"]
                self.lines_of_fixed += said["lines of the fixed version"]


def total(half: str, places: Places, tell: Callable[[str], object] = str) -> dict[str, Mended]:
    """Mend a whole half: the sums of all cases, of those that raise and those that do not, and of each framework.

    `tell` is told how far it is, never of a case.
    """
    sums = {"all": Mended()}
    for case, place in runnable(half, places):
        said = entry(case, place)
        for group in ("all", "raises" if said["raises"] else "raises nothing", case.framework):
            sums.setdefault(group, Mended()).count(said)
        if sums["all"].cases % 10 == 0:
            tell(f"{half}: {sums['all'].cases} mended or not")
    return sums


def main(words: list[str] | None = None) -> int:
    """Mend, print a line for each program, and the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument(
        "--half", choices=("open",), default="open", help="the other is told in sums alone: eval bugs --mend"
    )
    parser.add_argument("--python", default="", help="a Python that has the packages that others need")
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(words)
    places = Places(asked.python)
    jobs: list[tuple[str, Callable[[], dict[str, Any]]]] = []
    if asked.clean:
        for path, maker, place in clean_programs(asked.half, places):
            jobs.append((f"{path.parent.name}/{path.name}", partial(clean_entry, path, maker, place)))
    else:
        jobs = [(case.folder.name, partial(entry, case, place)) for case, place in runnable(asked.half, places)]
    found = []
    for name, job in jobs:
        if not asked.words or any(word in name for word in asked.words):
            found.append(job())
            if not asked.json:
                print(found[-1], flush=True)
    counts = Counter((one.get("raises"), one["status"], one.get("symptom") == "gone") for one in found)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        for (raises, status, gone), count in sorted(counts.items(), key=str):
            kind = {True: "raises", False: "silent", None: "clean"}[raises]
            print(f"{count:4d} {kind} {status}" + (", symptom gone" if gone else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
