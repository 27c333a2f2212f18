"""The cases and the clean programs, as they lie in this folder: what README.md describes, read and checked."""

import json
import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases"
CLEAN = HERE / "clean"
FIELDS = {"id", "framework", "kind", "silent", "wrong", "lines", "source", "needs", "runs", "half", "symptom"}
OPTIONAL = {"data"}
SEED = 20261129


@dataclass(frozen=True)
class Case:
    """One faulty program, and what is known of it."""

    id: str
    framework: str
    kind: str
    silent: bool
    """It runs to its end, and lies or learns nothing."""
    wrong: str
    """What is wrong, in one sentence."""
    lines: tuple[int, ...]
    """Places in the faulty file, from 1, of which any one is right; in a notebook, of its code cells joined."""
    source: str
    needs: tuple[str, ...]
    """Packages, by the name they are imported by."""
    runs: str
    """How long it takes: "seconds", or "no" for one that cannot run without what it needs, such as a GPU."""
    half: str
    """"open", or "held": set aside until the end."""
    symptom: Mapping[str, Any]
    """How to see it by running it: see README.md."""
    data: str
    """The maker in `data.py` of the tables it reads, or ""."""
    folder: Path

    @property
    def buggy(self) -> Path:
        """The faulty program."""
        return program(self.folder, "buggy")

    @property
    def fixed(self) -> Path:
        """The same with the smallest honest repair."""
        return program(self.folder, "fixed")


def program(folder: Path, stem: str) -> Path:
    """`stem`.py in a folder, or `stem`.ipynb."""
    notebook = folder / f"{stem}.ipynb"
    return notebook if notebook.exists() else folder / f"{stem}.py"


def read(folder: Path) -> Case:
    """The case in a folder. Raises ValueError where its case.toml has fields too many or too few."""
    found = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    if found.keys() - OPTIONAL != FIELDS:
        raise ValueError(f"{folder.name}: fields that differ: {sorted((found.keys() - OPTIONAL) ^ FIELDS)}")
    found |= {"lines": tuple(found["lines"]), "needs": tuple(found["needs"]), "data": found.get("data", "")}
    return Case(**found, folder=folder)


def drawn(number: int) -> str:
    """The half that a case's number was drawn into: of the two of a pair one is open and one is held, by a coin."""
    first = random.Random(SEED + number // 2).random() < 0.5
    return "open" if (number % 2 == 0) == first else "held"


def cases(half: str = "") -> Iterator[Case]:
    """All cases, or those of one half, in the order of their numbers."""
    for folder in sorted(CASES.iterdir()):
        if (folder / "case.toml").exists():
            case = read(folder)
            if half in ("", case.half):
                yield case


def clean() -> list[Path]:
    """The programs without fault, besides the fixed versions."""
    return sorted(path for path in CLEAN.iterdir() if path.suffix in (".py", ".ipynb"))


def code(path: Path) -> str:
    """The text of a script, or of a notebook's code cells, one after the other; lines of magic become comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = [line for cell in cells for line in cell.split("\n")]
    return "\n".join(f"# {line}" if line.startswith(("%", "!")) else line for line in lines) + "\n"
