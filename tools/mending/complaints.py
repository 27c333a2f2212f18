"""What is to be said of one run of a script: the failure that ended it, warnings that mean something, its trainings."""

import ast
import re
from collections.abc import Iterable
from dataclasses import replace

from mlpilot.tools.diagnose.dynamic.fits import judge_fits
from mlpilot.tools.diagnose.dynamic.problems import symptoms
from mlpilot.tools.diagnose.dynamic.rules import judge_all, unobserved
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.read import ENDINGS, diagnose
from mlpilot.tools.mending.circumstances import MISSING, explained
from mlpilot.tools.mending.running import Ended, Told

RAISED, UNFINISHED = "RUN001", "RUN002"
WARNED = {
    "ConvergenceWarning": ("RUN003", "did-not-converge", "a fit stopped before it converged", "allow more iterations"),
    "UndefinedMetricWarning": (
        "RUN004",
        "metric-not-defined",
        "a metric is not defined for these predictions, and was set to a number",
        "look at the predictions: most often a class is never predicted",
    ),
    "DataConversionWarning": (
        "RUN005",
        "data-converted",
        "data came in a shape or type that was converted",
        "give it in the form that the message names",
    ),
}
"""Category of a warning → (code, kind, message, remedy)."""


_SHOWN = re.compile(r"^[^\n]{0,500}?(?<!\w)(\w{0,60}Warning): ([^\n]{0,200})", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z]\w*")
_CHARACTERS, _WORDS = 200_000, 6
_HIDDEN = re.compile(r"partially initialized module '(\w+)'")
_DEEP = re.compile(r"No module named '(torch|keras|tensorflow)'")
_INSTALLED = {"torch": ("torch", "0.8 GB"), "tensorflow": ("tensorflow-cpu", "1.3 GB"), "keras": ("keras", "")}
"""Package → what pip calls it, and what it takes on disk without libraries for GPUs (2.13 and 2.21, Linux)."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def failure(ended: Ended, source: str, path: str) -> Diagnosis | None:
    """Why the script did not run to its end; None if it did."""
    if ended.status == "ok":
        return None
    found = diagnose(ended.status, ended.error, ended.stdout, ended.stderr, source)
    code = UNFINISHED if found.kind in ENDINGS and ended.status != "error" else RAISED
    if hidden := _HIDDEN.search(found.evidence):
        name = hidden.group(1)
        found = replace(
            found, message=f"a file called {name}.py hides the package {name}, or two files import each other"
        )
    elif missing := _DEEP.search(found.evidence):
        message, remedy = _where_to_get(missing.group(1))
        found = replace(found, message=message, remedy=remedy)
    elif said := explained(found, ended, source):
        found = replace(found, kind=MISSING, message=said[0], remedy=said[1])
    elif found.kind == "system-exit":
        found = replace(found, message=f"the script ended itself: {found.evidence[12:200] or 'exit status 1'}")
    elif found.kind == "contract-error" or of_their_own(source, found):
        found = replace(found, kind="type-error", message=found.evidence[:200], remedy="")
    message = " ".join(found.message.split())[:300]
    if code == RAISED and found.evidence and _first(found.evidence)[:60] not in message:
        message = f"{message} ({_first(found.evidence)[:160]})"
    return _placed(replace(found, message=message, code=code, path=path), source)


def _where_to_get(name: str) -> tuple[str, str]:
    """Message and remedy where a framework for deep learning is missing, which does not come with mlpilot."""
    pip, size = _INSTALLED[name]
    large = f"about {size}, more with libraries for GPUs" if size else "31 MB, and beside it TensorFlow or PyTorch"
    remedy = f'under [sandbox] python = "PATH" of an environment that has it, or packages = ["{pip}"] ({large})'
    return f"the sandbox has no {name}; in mlpilot.toml: {remedy}", remedy


def of_their_own(source: str, broken: Diagnosis) -> bool:
    """Whether an argument is unknown to a function of the script itself, which is for its author to mend."""
    called = re.search(r"([\w.]+)\(\) got an unexpected keyword argument", broken.evidence)
    defined = {getattr(node, "name", "") for node in ast.walk(ast.parse(source)) if isinstance(node, _DEFINITIONS)}
    return called is not None and not defined.isdisjoint(called.group(1).split("."))


def own_verdict(source: str, broken: Diagnosis) -> bool:
    """Whether the script ended itself, by an exit, a `raise` or an `assert` of its own: nothing is broken there that
    an edit could mend, but what the script was made to find out."""
    if broken.kind == "system-exit":
        return True
    here = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise | ast.Assert)]
    here = [node for node in here if node.lineno <= (broken.line or 0) <= (node.end_lineno or node.lineno)]
    failed = _first(broken.evidence).startswith("AssertionError")
    return any(isinstance(node, ast.Raise) or failed for node in here)


def warned(ended: Ended, source: str, path: str) -> list[tuple[Diagnosis, Told]]:
    """The warnings of a run, one for each place and kind, by line."""
    seen: dict[tuple[str, int | None, str], Told] = {}
    for told in ended.warnings:
        if told.category in WARNED:
            seen.setdefault((told.category, told.line, told.estimator), told)
    found = []
    for told in seen.values():
        code, kind, message, remedy = WARNED[told.category]
        name = f" ({told.estimator}, max_iter={told.max_iter})" if told.estimator and code == "RUN003" else ""
        evidence = f"{told.category}: {' '.join(told.message.split())}"
        one = Diagnosis(
            kind, message + name, evidence, told.line, remedy, path, severity="warning", code=code, confidence=0.9
        )
        found.append((_placed(one, source), told))
    return sorted(found, key=lambda pair: (pair[0].line or 0, pair[0].code))


def observed(ended: Ended) -> list[Diagnosis]:
    """What the trainings and fits of a run show: the five problems that can be mended, and others that are told."""
    five = symptoms(ended.trainings)
    others = judge_all(ended.trainings, [one.line for one in five])
    return [*five, *others, *judge_fits(ended.models), *unobserved(ended.unobserved)]


def shown(ended: Ended, source: str, path: str) -> list[Diagnosis]:
    """All that one run shows: what ended the script, its warnings, its trainings."""
    broken = failure(ended, source, path)
    warnings = [found for found, _ in warned(ended, source, path)]
    trainings = [replace(one, path=path, column=1) for one in observed(ended)]
    return [*([broken] if broken is not None else []), *warnings, *trainings]


def kinds_of_warnings(runs: Iterable[Ended]) -> set[tuple[str, str]]:
    """What runs warned of: (category, estimator) of what was noted, (category, first words) of what was shown."""
    found: set[tuple[str, str]] = set()
    for ended in runs:
        found.update((told.category, told.estimator) for told in ended.warnings)
        for shown in _SHOWN.finditer(ended.stderr[:_CHARACTERS]):
            found.add((shown.group(1), " ".join(_WORD.findall(shown.group(2))[:_WORDS])))
    return found


def same(one: Diagnosis, other: Diagnosis) -> bool:
    """Whether two failures are one and the same; edits may have moved it by some lines."""
    return one.kind == other.kind and _first(one.evidence) == _first(other.evidence)


def _first(text: str) -> str:
    return text.strip().split("\n")[0]


def _placed(one: Diagnosis, source: str) -> Diagnosis:
    """With a line and a column: those of the first character where none is known."""
    lines = source.split("\n")
    line = one.line if one.line is not None and one.line <= len(lines) else 1
    text = lines[line - 1]
    return replace(one, line=line, column=len(text) - len(text.lstrip()) + 1)
