"""From a program's text to Diagnoses: parse, read, ask every rule, leave out what the author has waved through."""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.reading import machine
from mlpilot.tools.diagnose.static.rules.every import RULES
from mlpilot.tools.diagnose.static.rules.rule import Program, Rule
from mlpilot.tools.diagnose.syntax import called

SYNTAX = "SYNTAX001"
TOO_LARGE = "READ001"
BROKEN = "READ002"
_IGNORE = re.compile(r"#\s*mlpilot:\s*ignore(?:\[([\w\s,]+)\])?")
_FAILING = ("raises", "warns", "assertRaises", "assertRaisesRegex", "assertWarns", "assert_raises", "assert_warns")
_CONFIDENCE = {"error": 0.9, "warning": 0.8, "note": 0.5}
_LONGEST = 300


def check_source(text: str, path: str = "") -> list[Diagnosis]:
    """Everything that is found in a program, by place. A program that does not parse gives one Diagnosis."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return [_of_syntax(error, path, text)]
    except (RecursionError, MemoryError):
        return [unreadable(path, "it is nested too deeply to be read")]
    try:
        trace = machine.read(tree)
        program = Program(text, trace)
        found = sorted(_found(program), key=lambda one: (one.line or 0, one.column or 0, one.code))
    except RecursionError:
        return [unreadable(path, "it is nested too deeply to be read")]
    waved, meant = _waved(text), _meant(tree)
    return [_at(one, path) for one in found if one.line not in meant and not _is_waved(one, waved)]


def _found(program: Program) -> Iterator[Diagnosis]:
    for rule in RULES:
        try:
            yield from _by(rule, program)
        except RecursionError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of ours in one rule is told, and spares the others
            what = " ".join(f"{type(error).__name__}: {error}".split())[:150]
            yield Diagnosis(
                "rule-broke",
                f"{rule.code} was not looked for: this is a bug in mlpilot: {what}",
                line=1,
                column=1,
                remedy="report it, with the file if you may",
                severity="note",
                code=BROKEN,
            )


def _by(rule: Rule, program: Program) -> Iterator[Diagnosis]:
    seen = set()
    for found in rule.look(program):
        node, message = found[0], found[1]
        evidence = found[2] if len(found) == 3 else ""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        if (line, column) not in seen:
            seen.add((line, column))
            yield _diagnosis(rule, message, evidence, line, _characters(program.lines, line, column))


def _characters(lines: Sequence[str], line: int, column: int) -> int:
    """The column in characters, from 1; the tree counts UTF-8 bytes, from 0."""
    if not 1 <= line <= len(lines):
        return column + 1
    return len(lines[line - 1].encode()[:column].decode(errors="replace")) + 1


def _diagnosis(rule: Rule, message: str, evidence: str, line: int, column: int) -> Diagnosis:
    text = message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
    return Diagnosis(
        rule.kind,
        text,
        evidence,
        line=line,
        remedy=rule.remedy,
        column=column,
        severity=rule.severity,
        code=rule.code,
        confidence=_CONFIDENCE[rule.severity],
    )


def _at(one: Diagnosis, path: str) -> Diagnosis:
    return Diagnosis(**{**one.__dict__, "path": path})


def _of_syntax(error: Exception, path: str, text: str) -> Diagnosis:
    line = min(max(getattr(error, "lineno", None) or 1, 1), text.count("\n") + 1)
    column = max(getattr(error, "offset", None) or 1, 1)
    what = getattr(error, "msg", "") or str(error)
    if re.search(r"Missing parentheses in call to '(print|exec)'", what) or "except Exception," in what:
        what += "; this is Python 2, and has to be ported first"
    if "null bytes" in what:
        what, line = "it holds null bytes, and is no program", 1
    return Diagnosis(
        "does-not-parse",
        f"does not parse: {' '.join(what.split())[:200]}",
        line=line,
        column=min(column, 100_000),
        remedy="mend the syntax",
        path=path,
        severity="error",
        code=SYNTAX,
    )


def unreadable(path: str, why: str, code: str = TOO_LARGE) -> Diagnosis:
    """A file that cannot be read as a program: one finding that says why."""
    return Diagnosis(
        "cannot-be-read",
        f"cannot be checked: {why}",
        line=1,
        column=1,
        remedy="leave the file out, or split it",
        path=path,
        severity="error",
        code=code,
    )


def _meant(tree: ast.Module) -> set[int]:
    """Lines of which a test says that they shall fail: `with pytest.raises(...)` and the like."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.With):
            continue
        calls = [one.context_expr for one in node.items if isinstance(one.context_expr, ast.Call)]
        if any(called(one) in _FAILING for one in calls):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def _waved(text: str) -> dict[int, set[str]]:
    """Line → codes that a comment there waves through; an empty set for all of them."""
    if "mlpilot" not in text:
        return {}
    found = {}
    for number, line in enumerate(text.split("\n"), start=1):
        comment = _IGNORE.search(line[:10_000])
        if comment:
            found[number] = {one.strip() for one in (comment.group(1) or "").split(",") if one.strip()}
    return found


def _is_waved(one: Diagnosis, waved: dict[int, set[str]]) -> bool:
    codes = waved.get(one.line or 0)
    return codes is not None and (not codes or one.code in codes)
