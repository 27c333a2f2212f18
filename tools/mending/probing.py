"""Probed runs of a script: facts of what it did, and what it printed, over several seeds.

The probe (`tools/inside/mlpilot_probe.py`) stands on the frameworks' own functions, and changes no line of the script.
Other seeds are other numbers where the script writes its own, or hands one to the functions that take seeds; a script
without any draws by chance, and differs by itself.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mlpilot.tools.mending.running import Ended, Facts, Probe
from mlpilot.tools.text import Edit, apply_edits, span

SEEDS = (0, 1, 2, 3, 4)
"""What is added to the script's own seeds; 0 is the script as it is."""
FEW = SEEDS[:3]
"""Those that are tried first: what fails with them is no proof."""
FRAMEWORKS = ("pandas", "sklearn", "torch", "keras", "tensorflow", "xgboost", "lightgbm")
NUMBER = re.compile(r"(?<![A-Za-z_\d.])[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf)\b", re.IGNORECASE)
_POWER = re.compile(r"(?<![\w.])\d+\.?\d*e[+-]?\d+(?!\w)", re.IGNORECASE)
"""`1e-05`, whose `e` is no word."""
OF_TRAINING = ("manual_seed", "manual_seed_all", "set_random_seed", "set_seed", "seed", "seed_everything")
"""Functions that set the seed of weights, of the order of rows and of dropout."""
_SEEDED = ("seed", "manual_seed", "default_rng", "set_random_seed", "RandomState", "set_seed")


@dataclass(frozen=True)
class Seen:
    """One probed run."""

    ended: Ended
    printed: str = ""
    facts: Facts = field(default_factory=dict)

    def number(self, name: str) -> float:
        """A fact that is a number; 0 where nothing was seen."""
        value = self.facts.get(name, 0)
        return float(value) if isinstance(value, int | float) else float(len(value))


class ProbedRun(Protocol):
    """Runs a version of the script, probed; see `Runner.run`."""

    def __call__(self, source: str, *, probe: Probe) -> Ended: ...


def probed_runs(source: str, run: ProbedRun, seeds: Sequence[int] = SEEDS) -> list[Seen]:
    """The script, probed, with each of the seeds; ends with the first run that does not end well."""
    runs = []
    for more in seeds:
        ended = run(with_seeds(source, more), probe=Probe(frameworks(source), more))
        runs.append(Seen(ended, ended.stdout, ended.facts))
        if ended.status != "ok":
            break
    return runs


def frameworks(source: str) -> tuple[str, ...]:
    """The frameworks that a script imports, and that can be watched: Keras not before it is told its backend, unless
    that is the usual one."""
    imported = r"^\s*(?:from\s+{name}\b|import\s[^#\n]*\b{name}\b)"
    used = [name for name in FRAMEWORKS if re.search(imported.format(name=name), source, re.MULTILINE)]
    told = re.findall(r"""KERAS_BACKEND['"]\]?\s{0,4}[=,]\s{0,4}['"](\w{1,20})""", source)
    early = "KERAS_BACKEND" not in source or set(told) == {"tensorflow"}
    return tuple(name for name in used if name not in ("keras", "tensorflow") or early)


def with_seeds(source: str, more: int, of: Sequence[str] = _SEEDED) -> str:
    """The script with every seed that it writes as a number made larger by `more`.

    `of`: functions whose first argument is a seed. With those of `OF_TRAINING` alone data and splits stay as they are;
    a seed that has a name, which may be theirs, too, is then moved where it is given.
    """
    if not more:
        return source
    edits: list[Edit] = []
    for node in ast.walk(ast.parse(source)):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found = [one.value for one in node.keywords if one.arg in ("random_state", "seed") and of is _SEEDED]
            found += node.args[:1] if name in of else []
        elif isinstance(node, ast.Assign) and [getattr(one, "id", "").upper() for one in node.targets] == ["SEED"]:
            found = [node.value] if of is _SEEDED else []
        edits += [
            Edit(*span(source, one), str((one.value + more) % 2**31))
            for one in found
            if isinstance(one, ast.Constant) and type(one.value) is int
        ]
        named = [one for one in found if isinstance(one, ast.Name | ast.Attribute | ast.Subscript)]
        edits += [Edit(span(source, one)[1], span(source, one)[1], f" + {more}") for one in named if of is OF_TRAINING]
    return apply_edits(source, edits)


def scores_of(printed: str) -> dict[str, float]:
    """The last number that is printed behind each wording, where its words say which way is better."""
    found: dict[str, float] = {}
    for line in printed[-200_000:].split("\n"):
        before = 0
        for number in NUMBER.finditer(line[:1000]):
            words = " ".join(re.findall(r"[A-Za-z]\w*", line[before : number.start()]))
            before = number.end()
            if words and better(words):
                found[words] = float(number.group())
    return found


_MORE = re.compile(
    r"accuracy|acc\b|auc|\bf1\b|\br2\b|r\^2|recall|precision|score\b|agreement|caught|correct|share of days",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\bloss|error|\bmae\b|\bmse\b|\brmse\b|perplexity|divergence|distance|deviance|mistakes", re.IGNORECASE
)

_NEITHER = re.compile(
    r"\b(?:drop|fall|gap|difference|diff|std|sd|deviation|spread|variance|baseline|seconds|time)\b", re.IGNORECASE
)


def better(words: str) -> int:
    """1 where more is better, -1 where less is, 0 where the words do not say."""
    if _NEITHER.search(words):
        return 0
    more, less = bool(_MORE.search(words)), bool(_LESS.search(words))
    return int(more) - int(less)


def skeleton(printed: str) -> list[str]:
    """The words of what is printed, line by line, without its numbers."""
    lines = (re.findall(r"[A-Za-z_]\w*", _POWER.sub(" ", line)) for line in printed.split("\n"))
    return [" ".join(word for word in line if word.lower() not in ("nan", "inf")) for line in lines if line]
