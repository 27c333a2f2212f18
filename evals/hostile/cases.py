"""The cases: their sources, and what their first lines say of them."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent
CATEGORIES = ("reading", "writing", "network", "privilege", "resources", "lies", "artifacts", "life")
_KEYS = {
    "category", "ends", "timeout", "says", "get", "growth", "state", "level", "needs", "control", "next",
}  # fmt: skip
_LINE = re.compile(r"^([a-z]+): (.+)$")

PREAMBLE = """\
import ctypes, os, sys, types
host = types.SimpleNamespace(**{names!r})
libc = ctypes.CDLL(None, use_errno=True)

def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result

def tried(what, attempt):
    try:
        result = attempt()
    except Exception as error:
        print("refused:", what, type(error).__name__, str(error)[:200])
    else:
        print("refused: " + what if result is False else host.proof + " " + what)
"""
"""Runs before each case. An attempt that returns anything but False, and raises nothing, is a way out."""


@dataclass(frozen=True)
class Case:
    """One file of this folder."""

    path: Path
    tries: str
    """What it tries, in one sentence."""
    facts: dict[str, str]
    """The lines of `key: value`.

    `category`; `ends`: statuses, separated by `|`; `timeout`: seconds (20); `says`: a pattern that must be in what it
    printed or raised, so that it is seen to fail at the wall; `get`: names to fetch after it, each with `!` where it
    must be refused; `growth`: MiB that the host may grow by (256); `state`: `kept` or `lost`; `level`: `cell` or
    `solution` (for `mlpilot score`); `needs`: `kernel`, where a plain process cannot run it; `control`: why it cannot
    be shown to work without walls, where it cannot; `next`: a cell that the session after it runs and the host reads.
    """

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def category(self) -> str:
        return self.facts["category"]

    @property
    def ends(self) -> tuple[str, ...]:
        return tuple(self.facts["ends"].split("|"))

    @property
    def timeout(self) -> float:
        return float(self.facts.get("timeout", 20))

    @property
    def gets(self) -> list[tuple[str, bool]]:
        """Names to fetch, and whether each must be refused. `\\n` and the like stand for what they do in Python."""
        words = self.facts.get("get", "").split()
        names = [(word.removesuffix("!"), word.endswith("!")) for word in words]
        return [(name.encode().decode("unicode_escape"), refused) for name, refused in names]

    @property
    def growth(self) -> int:
        """Bytes."""
        return int(self.facts.get("growth", 256)) * 2**20

    @property
    def is_solution(self) -> bool:
        return self.facts.get("level") == "solution"

    @property
    def needs_kernel(self) -> bool:
        return self.facts.get("needs") == "kernel" or self.is_solution

    @property
    def no_control(self) -> str:
        """Why it cannot be shown to work without walls; empty if it can."""
        return self.facts.get("control", "it needs a Jupyter kernel" if self.needs_kernel else "")

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")


def load(only: str = "") -> list[Case]:
    """All cases in order, or those of a category, or whose name begins so; several are separated by commas."""
    cases = [_read(path) for path in sorted(FOLDER.glob("[0-9]*.py"))]
    wanted = [word for word in only.split(",") if word]
    if not wanted:
        return cases
    return [case for case in cases if any(case.category == word or case.name.startswith(word) for word in wanted)]


def sample(cases: list[Case], number: int) -> list[Case]:
    """`number` of `cases`, spread evenly over them, and so over the categories; the same ones every time."""
    if number <= 0 or number >= len(cases):
        return cases
    return [cases[index * len(cases) // number] for index in range(number)]


def _read(path: Path) -> Case:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    tries, facts = [], {}
    for line in said.splitlines():
        match = _LINE.match(line)
        if match:
            facts[match[1]] = match[2]
        else:
            tries.append(line)
    unknown = facts.keys() - _KEYS
    if unknown or "ends" not in facts or facts.get("category") not in CATEGORIES:
        raise ValueError(f"{path.name}: its first lines lack a category or ends, or hold {sorted(unknown)}")
    return Case(path, " ".join(" ".join(tries).split()), facts)
