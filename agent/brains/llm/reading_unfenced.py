"""Modules that no single fence holds: several blocks that make up one, or code that stands bare in the prose."""

import ast
import re
from collections.abc import Sequence

from mlpilot.agent.brains.llm.reading_python import MOST_CODE, Parsed, Sources, dedented

_MOST_PROSE = 100_000
_MOST_STARTS, _MOST_ENDS = 60, 8
_DEFINES = re.compile(r"[ \t]*def[ \t]+(fit|predict)\b")
_CODE = re.compile(
    r"[ \t]*(?:import \w|from [\w.]+ import |def \w+\(|class \w+[(:]|@\w|return\b|raise \w|(?:else|try):$"
    r"|(?:if|elif|for|while|with|except)\b.*:$|[A-Za-z_][\w.]*(?:, ?[A-Za-z_]\w*)*(?:\[[^\]]*\])? [-+*/]?= "
    r"|[\w.]+\(.*\)$|[)\]}]+,?$)"
)
"""Lines that are surely code: none of them may be left out."""


def joined(parts: Sequence[Parsed], sources: Sources) -> Parsed | None:
    """The blocks as one module, in their order; None where any of them does more than define, or defines anew.

    A block that calls fit, say, shows how to use the module, and is not part of it. Where that is not clear, nothing
    is joined.
    """
    names: list[str] = []
    imports: dict[str, str] = {}
    for number, part in enumerate(parts):
        for node in part.tree.body if part.tree is not None else [None]:
            if isinstance(node, ast.Import | ast.ImportFrom):
                if number and isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    return None
                for name in node.names:
                    bound, source = (
                        name.asname or name.name,
                        ast.dump(node) if name.name == "*" else _source(node, name),
                    )
                    if imports.setdefault(bound, source) != source:
                        return None
                continue
            defined = _defined(node)
            if defined is None:
                return None
            names += defined
    if len(names) != len(set(names)) or set(names) & set(imports) or not {"fit", "predict"} <= set(names):
        return None
    whole = sources.parse("\n\n".join(part.code.rstrip("\n") + "\n" for part in parts))
    return whole if whole.complete else None


def unfenced(answer: str, sources: Sources) -> Parsed | None:
    """The module that stands bare in the answer: the longest run of lines that parses and defines fit and predict.

    None where there is more than one, or where a line that looks like code would be left out.
    """
    lines = dedented(answer).split("\n")
    marked = [number for number, line in enumerate(lines) if _DEFINES.match(line)]
    defined = sorted(lines[number].split("(")[0].split()[1] for number in marked if lines[number].startswith("def"))
    if len(answer) > _MOST_PROSE or defined != ["fit", "predict"]:
        return None
    starts = [number for number in range(marked[0] + 1) if lines[number].strip()][:_MOST_STARTS]
    for start in starts:
        found = _from(start, lines, marked[-1], sources)
        if found is not None:
            return found if not any(map(_is_code, _left_out(found.code, lines, start))) else None
        if _is_code(lines[start]):
            return None
    return None


def bare(parsed: Parsed, sources: Sources, *, cut: bool = False) -> Parsed | None:
    """A module without words that happen to parse (`python`, `Done`, `Note: this`) before and after it.

    `cut`: prose was cut off after it, so that comments at its end are headings of that.
    """
    body = list(parsed.tree.body if parsed.tree is not None else [])
    count, first, lines = len(body), 0, parsed.code.split("\n")
    while body and _is_prose(body[0]):
        first = body.pop(0).end_lineno or 0
    while body and _is_prose(body[-1]):
        body.pop()
    if not body or (len(body) == count and not cut):
        return parsed
    whole = sources.parse(dedented("\n".join(lines[first : body[-1].end_lineno])))
    return whole if whole.complete else None


def _from(start: int, lines: Sequence[str], last: int, sources: Sources) -> Parsed | None:
    """The longest module that begins at a line."""
    end = len(lines)
    for _ in range(_MOST_ENDS):
        code = dedented("\n".join(lines[start:end]))
        parsed = sources.parse(code)
        if parsed.tree is not None:
            return bare(parsed, sources, cut=end < len(lines)) if parsed.complete and len(code) <= MOST_CODE else None
        end = start + parsed.line - 1
        if parsed.line == 0 or end <= last:
            return None
    return None


def _left_out(code: str, lines: Sequence[str], start: int) -> list[str]:
    """The lines around the module."""
    first = code.split("\n", 1)[0]
    begin = next((number for number in range(start, len(lines)) if lines[number].rstrip() == first.rstrip()), start)
    return [*lines[:begin], *lines[begin + code.count("\n") :]]


def _is_code(line: str) -> bool:
    return _CODE.match(line[:200]) is not None


def _is_prose(node: ast.stmt) -> bool:
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    if not isinstance(node, ast.Expr) or (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
        return False
    return not any(isinstance(part, ast.Call) for part in ast.walk(node))


def _source(node: ast.Import | ast.ImportFrom, name: ast.alias) -> str:
    return f"{node.level}.{node.module}.{name.name}" if isinstance(node, ast.ImportFrom) else name.name


def _defined(node: ast.stmt | None) -> list[str] | None:
    """The names that a statement defines; None if it does anything else."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        uses = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        plain = all(isinstance(target, ast.Name) for target in targets) and node.value is not None
        return [t.id for t in targets if isinstance(t, ast.Name)] if plain and not uses & {"fit", "predict"} else None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return []
    return None
