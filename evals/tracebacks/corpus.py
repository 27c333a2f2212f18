"""The small faulty programs, and what has to be said of each.

A file in `cases/` holds programs, each below a line `== name | words`: a regular expression that the remedy of a right
diagnosis matches, written before the rules that it tests. `#@` marks the line where the person's own code is wrong; it
is not part of the program. Every second case of a file is `held`, and rules are not written from it. The places where
the cases of `drawn.txt` and `drawn_again.txt` fail were drawn by chance from where the libraries' sources raise: rules
were written from what the former showed once it was measured, and not from the latter.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("cases")
FRAMEWORKS = frozenset({"torch", "keras", "tensorflow", "xgboost", "lightgbm"})
"""What the base environment lacks."""
HALVES = ("open", "held", "drawn", "drawn_again")
_MARK = re.compile(r"\s*#@")


@dataclass(frozen=True)
class Case:
    """One program that ends with an error."""

    name: str
    group: str
    """The file that it stands in."""
    half: str
    source: str
    line: int | None
    """Where its fault is, from 1; None where no line of it is at fault."""
    remedy: re.Pattern[str]

    @property
    def frameworks(self) -> frozenset[str]:
        """What it imports that the base environment lacks."""
        try:
            tree = ast.parse(self.source)
        except SyntaxError:
            return frozenset()
        names = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        return frozenset(name.split(".")[0] for name in names) & FRAMEWORKS


def cases() -> list[Case]:
    """All of them, in the order of their files. Raises ValueError where a file is not as it should be."""
    return [case for path in sorted(FOLDER.glob("*.txt")) for case in _of_file(path)]


def _of_file(path: Path) -> list[Case]:
    found: list[Case] = []
    for number, block in enumerate(re.split(r"^== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]):
        head, _, text = block.partition("\n")
        name, bar, words = head.partition(" | ")
        if not bar:
            raise ValueError(f"{path.name}: {name!r} does not say what its remedy says")
        marked = [at for at, line in enumerate(text.splitlines(), 1) if _MARK.search(line)]
        half = path.stem if path.stem in HALVES else HALVES[number % 2]
        source = _MARK.sub("", text)
        found.append(Case(name, path.stem, half, source, marked[0] if marked else None, re.compile(words, re.I)))
    return found
