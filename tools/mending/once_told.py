"""One fault, told once: what ended the script and what `check` finds by reading are one finding where they are one.

They are the same where mending what was read is what made the script go on; or where both stand in one statement, and
the error names what the finding names. Kept is what `check` says, its place and its remedy, with the error as evidence.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.forms import around

ALSO_READ = {
    "TRAIN008": ("TORCH001",),
    "TRAIN009": ("TORCH111", "KERAS070"),
    "TRAIN019": ("TORCH003",),
    "TRAIN020": ("TORCH002", "TORCH004", "TORCH014", "TORCH206", "TORCH207"),
    "TRAIN021": ("TORCH203", "TORCH230"),
    "TRAIN022": ("TORCH009",),
    "TRAIN023": ("TORCH007", "TORCH015", "TORCH021", "TORCH209"),
    "TRAIN026": ("TORCH017", "TORCH272"),
    "TRAIN027": ("TORCH101", "TORCH102", "TORCH105", "KERAS006"),
    "TRAIN028": ("TORCH104", "TORCH120", "KERAS005"),
    "TRAIN029": ("TORCH105", "TORCH122"),
    "TRAIN030": ("KERAS048",),
    "TRAIN033": ("TORCH109", "KERAS008"),
    "TRAIN034": ("TORCH274",),
    "TRAIN036": ("KERAS039", "KERAS043", "TORCH247"),
    "TRAIN038": ("TORCH112", "TORCH218", "TORCH240"),
    "TRAIN039": ("TORCH228",),
    "TRAIN040": ("KERAS013",),
    "TRAIN051": ("DATA003",),
    "TRAIN052": ("LEAK014", "LEAK022", "LEAK034"),
    "TRAIN053": ("LEAK009", "LEAK024", "LEAK042"),
    "TRAIN054": ("LEAK008", "LEAK041", "LEAK043"),
    "TRAIN055": ("SPLIT005", "DATA004"),
    "TRAIN056": ("DATA005",),
    "TRAIN057": ("LEAK018",),
}
"""What a run shows of a training, and what says the same by reading, at the place of the cause."""
_NAMED = re.compile(r"[`'\"]([A-Za-z_][\w.]*)[`'\"]")


def told_once(
    source: str, read: Sequence[Diagnosis], met: Sequence[tuple[Diagnosis, Diagnosis | None]]
) -> list[Diagnosis]:
    """All findings. `met`: what runs have shown, each with the finding whose mend cured it, where one did.

    Each finding of `check` stands for one failure at most, so that two faults of one line stay two.
    """
    told = list(read)
    tree = ast.parse(source)
    free = list(range(len(told)))
    for one, cause in met:
        lines = lines_of_statement(tree, one.line)
        again = [at for at in free if told[at].code in ALSO_READ.get(one.code, ())]
        if again:
            place = min(again, key=lambda at: abs((told[at].line or 0) - (one.line or 0)))
            evidence = "\n".join(filter(None, (told[place].evidence, one.evidence)))
            told[place] = replace(told[place], evidence=evidence)
            continue
        same = [at for at in free if _is_same(told[at], one, cause, lines)]
        at = next((at for at in same if _is_named(told[at], one)), next(iter(same), None))
        if at is None:
            told.append(one)
        else:
            free.remove(at)
            told[at] = _both(told[at], one)
    return told


def once_each(found: Sequence[Diagnosis]) -> list[Diagnosis]:
    """Findings without those of runs that say again what was read."""
    codes = {one.code for one in found}
    return [one for one in found if codes.isdisjoint(ALSO_READ.get(one.code, ()))]


def lines_of_statement(tree: ast.Module, line: int | None) -> range:
    """The lines of the statement that a line belongs to; of one that holds others, the line alone."""
    inner = around(tree, line)[-1:]
    if not inner or hasattr(inner[0], "body"):
        return range(line or 0, (line or 0) + 1)
    return range(inner[0].lineno, (inner[0].end_lineno or inner[0].lineno) + 1)


def _is_same(read: Diagnosis, run: Diagnosis, cause: Diagnosis | None, lines: range) -> bool:
    if cause is not None:
        return (read.code, read.line) == (cause.code, cause.line)
    return {read.severity, run.severity} == {"error"} and read.line in lines and _is_named(read, run)


def _is_named(read: Diagnosis, run: Diagnosis) -> bool:
    """Whether the finding says a name that the error quotes."""
    names = {name.split(".")[-1] for name in _NAMED.findall(_headline(run))}
    return not names.isdisjoint(re.findall(r"\w+", read.message))


def _both(read: Diagnosis, run: Diagnosis) -> Diagnosis:
    """What was read, and that it is what ends the script."""
    where = "" if read.line == run.line else f" at line {run.line}"
    message = f"{read.message}; it ends the script{where}: {_headline(run)}"
    evidence = "\n".join(text for text in (read.evidence, run.evidence) if text)
    remedy = read.remedy or run.remedy
    return replace(read, message=message, evidence=evidence, remedy=remedy, severity="error", confidence=1.0)


def _headline(run: Diagnosis) -> str:
    return " ".join((run.evidence or run.message).strip().split("\n")[0].split())[:300]
