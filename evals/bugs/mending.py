"""Mend the faulty programs of one half as `mlpilot fix` does, and hold each edit against the case's own symptom.

    python -m mlpilot.evals.bugs.mending [WORD ...] [--half open] [--clean] [--json]

Scripts alone, and only those whose packages the sandbox has. A mended case counts when the symptom that its case.toml
names is seen in the faulty program and not in the mended one, whatever `fix` itself says it has proven. With --clean
the fixed versions and the clean programs are given to `fix`: each that it "repairs" is a false alarm.
"""

import argparse
import difflib
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from mlpilot.agent.settings import sandbox_for
from mlpilot.evals.bugs import corpus, data, verify
from mlpilot.sandbox.protocol import Mount, Sandbox
from mlpilot.tools.mending.loop import first_check, mend, unreadable
from mlpilot.tools.mending.model import Mend
from mlpilot.tools.mending.running import Runner

SECONDS = 120.0
INSIDE = {"sklearn", "pandas", "numpy"}
"""What the sandbox's environment has of what cases need."""


def mended(path: Path, maker: str, sandbox: Sandbox) -> Mend:
    """What `mlpilot fix` makes of a program, in a folder with its tables."""
    source = corpus.code(path)
    read = first_check(source, path.name)
    broken = unreadable(read, source)
    if broken is not None:
        return broken
    with tempfile.TemporaryDirectory() as name:
        if maker:
            data.make(maker, Path(name))
        mounts = [Mount(file, f"/mnt/files/{file.name}") for file in sorted(Path(name).iterdir())]
        pairs = [(sandbox.inside(one), one.source.name) for one in mounts]
        link = f"[__import__('os').symlink(*pair) for pair in {pairs!r}]" if pairs else ""
        with Runner(sandbox, mounts, link, Path("script.py"), source, SECONDS) as runner:
            return mend(source, path.name, runner.run, read)


def held_against(case: corpus.Case, text: str) -> str:
    """Why the case's symptom is not gone in the mended program, or ""; it is seen in the faulty one first."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(case.buggy, Path(name, "buggy.py"))
        Path(name, "fixed.py").write_text(text, encoding="utf-8")
        return verify.verdict(replace(case, folder=Path(name)), sys.executable)


def changed(old: str, new: str) -> int:
    """Lines taken out and put in."""
    lines = difflib.ndiff(old.split("\n"), new.split("\n"))
    return sum(line.startswith(("- ", "+ ")) for line in lines)


def entry(case: corpus.Case, sandbox: Sandbox) -> dict[str, Any]:
    """What became of one case."""
    source = corpus.code(case.buggy)
    result = mended(case.buggy, case.data, sandbox)
    said: dict[str, Any] = {"case": case.folder.name, "raises": "raises" in case.symptom, "status": result.status}
    if result.status == "repaired":
        fixed = corpus.code(case.fixed)
        said |= {
            "symptom": held_against(case, result.source) or "gone",
            "lines": changed(source, result.source),
            "lines of the fixed version": changed(source, fixed),
            "same as the fixed version": result.source.split() == fixed.split(),
            "changes": list(result.changes),
        }
    return said | {"reason": result.reason[:200]}


def clean_entry(path: Path, maker: str, sandbox: Sandbox) -> dict[str, Any]:
    """What became of a program without fault."""
    result = mended(path, maker, sandbox)
    name = f"{path.parent.name}/{path.name}"
    return {"case": name, "status": result.status, "changes": list(result.changes), "reason": result.reason[:200]}


def clean_programs(half: str) -> list[tuple[Path, str]]:
    """(program, maker of its tables) of all that can be run here."""
    found = [(case.fixed, case.data) for case in corpus.cases(half) if runs(case)]
    for path in corpus.clean():
        asks = dict(re.findall(r"^# (needs|data): (.+)$", corpus.code(path), re.MULTILINE))
        if path.suffix == ".py" and set(asks.get("needs", "sklearn").split(", ")) <= INSIDE:
            found.append((path, asks.get("data", "")))
    return found


def runs(case: corpus.Case) -> bool:
    """Whether it is a script that the sandbox can run."""
    return set(case.needs) <= INSIDE and case.buggy.suffix == ".py" and "unmeasured" not in case.symptom


def main(words: list[str] | None = None) -> int:
    """Mend, print a line for each program, and the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--half", choices=("open", "held"), default="open")
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(words)
    sandbox = sandbox_for("auto", "")
    jobs: list[tuple[str, Callable[[], dict[str, Any]]]] = []
    if asked.clean:
        for path, maker in clean_programs(asked.half):
            jobs.append((f"{path.parent.name}/{path.name}", partial(clean_entry, path, maker, sandbox)))
    else:
        jobs = [(case.folder.name, partial(entry, case, sandbox)) for case in corpus.cases(asked.half) if runs(case)]
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
