"""Probed runs of a script: facts of what it did, and what it printed, over several seeds.

A probe is a copy of the script with one line before its first statement and one after its last; see
`tools/inside/mlpilot_probe.py`. Other seeds are other numbers where the script writes its own; a script without any
draws by chance, and differs by itself.
"""

import ast
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from mlpilot.tools.mending.running import Ended
from mlpilot.tools.text import Edit, apply_edits, span

SEEDS = (0, 1, 2)
"""What is added to the script's own seeds; 0 is the script as it is."""
FRAMEWORKS = ("sklearn", "torch", "keras", "tensorflow")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf)\b", re.IGNORECASE)
_SEEDED = ("seed", "manual_seed", "default_rng", "set_random_seed", "RandomState", "set_seed")
_CHARACTERS = 10_000

Facts = dict[str, float | list[str]]


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


def probed_runs(source: str, run: Callable[[str], Ended], seeds: tuple[int, ...] = SEEDS) -> list[Seen]:
    """The script, probed, with each of the seeds; ends with the first run that does not end well."""
    runs = []
    for more in seeds:
        word = secrets.token_hex(8)
        seen = read_probe(run(probed(with_seeds(source, more), word)), word)
        runs.append(seen)
        if seen.ended.status != "ok":
            break
    return runs


def probed(source: str, word: str) -> str:
    """The copy with the probe; `word` marks its answer."""
    tree = ast.parse(source)
    used = [name for name in FRAMEWORKS if re.search(rf"^\s*(?:import|from)\s+{name}\b", source, re.MULTILINE)]
    first = f"import mlpilot_probe as _mlpilot; _mlpilot_seen = _mlpilot.begin(*{used!r})\n"
    at = _offset(source, tree)
    last = f"\n_mlpilot.tell(_mlpilot_seen, {word!r}, globals())\n"
    return source[:at] + first + source[at:] + last


def _offset(source: str, tree: ast.Module) -> int:
    """Where the first statement may stand: below the docstring and imports from the future, above all else."""
    line = 0
    for node in tree.body:
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (future or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))):
            break
        line = node.end_lineno or line
    lines = source.split("\n")
    return min(len(source), sum(len(one) + 1 for one in lines[:line]))


def read_probe(ended: Ended, word: str) -> Seen:
    """What the probe said, which the script could have said in its place: taken only as far as it has the form."""
    printed, mark, said = ended.stdout.rpartition(f"\n{word}")
    if not mark:
        return Seen(ended, ended.stdout)
    try:
        found = json.loads(said[:_CHARACTERS])
    except (ValueError, RecursionError):
        found = {}
    facts: Facts = {}
    for name, value in found.items() if isinstance(found, dict) else ():
        if type(value) is int and 0 <= value < 2**53:
            facts[name] = value
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            facts[name] = value[:100]
    return Seen(ended, printed, facts)


def with_seeds(source: str, more: int) -> str:
    """The script with every seed that it writes as a number made larger by `more`."""
    if not more:
        return source
    edits = []
    for node in ast.walk(ast.parse(source)):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found = [one.value for one in node.keywords if one.arg in ("random_state", "seed")]
            found += node.args[:1] if name in _SEEDED else []
        elif isinstance(node, ast.Assign) and [getattr(one, "id", "").upper() for one in node.targets] == ["SEED"]:
            found = [node.value]
        edits += [
            Edit(*span(source, one), str(one.value + more))
            for one in found
            if isinstance(one, ast.Constant) and type(one.value) is int and one.value < 2**31
        ]
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


def better(words: str) -> int:
    """1 where more is better, -1 where less is, 0 where the words do not say."""
    more, less = bool(_MORE.search(words)), bool(_LESS.search(words))
    return int(more) - int(less)


def skeleton(printed: str) -> list[str]:
    """The words of what is printed, line by line, without its numbers."""
    lines = (re.findall(r"[A-Za-z_]\w*", line) for line in printed.split("\n"))
    return [" ".join(word for word in line if word.lower() not in ("nan", "inf")) for line in lines if line]
