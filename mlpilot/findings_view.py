"""Findings of `mlpilot check` on the screen: lines that editors read, and the source beneath for people."""

import json
from collections.abc import Sequence
from pathlib import Path

from mlpilot import __version__
from mlpilot.streams import answer, clean, note
from mlpilot.tools.diagnose import Diagnosis
from mlpilot.tools.diagnose.static.formats import as_json, as_sarif

_WIDEST = 160


def print_findings(found: Sequence[Diagnosis], files: int, style: str, *, source: bool) -> None:
    """The findings on stdout, as text, JSON or SARIF; of text, a summary on stderr."""
    if style == "json":
        answer(json.dumps(as_json(found), indent=2))
    elif style == "sarif":
        answer(json.dumps(as_sarif(found, __version__), indent=2))
    else:
        texts: dict[str, list[str]] = {}
        for one in found:
            answer(_line(one))
            if source:
                _print_source(one, texts)
        note(_summary(found, files))


def _line(one: Diagnosis) -> str:
    """`path:line:col: severity: message [CODE]`, which the problem matcher of VS Code reads."""
    return f"{clean(one.path)}:{one.line}:{one.column}: {one.severity}: {clean(one.message)} [{one.code}]"


def _print_source(one: Diagnosis, texts: dict[str, list[str]]) -> None:
    if one.path not in texts:
        try:
            texts[one.path] = Path(one.path).read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError):  # the finding says what is wrong with the file
            texts[one.path] = []
    lines, column = texts[one.path], max((one.column or 1) - 1, 0)
    if 1 <= (one.line or 0) <= len(lines):
        line = lines[(one.line or 1) - 1].replace("\t", " ")
        indent = len(line) - len(line.lstrip())
        if column < _WIDEST + indent:
            answer(f"    {clean(line[indent : indent + _WIDEST])}")
            answer(f"    {' ' * max(column - indent, 0)}^")
    if one.remedy:
        answer(f"    help: {clean(one.remedy)}")


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}" + ("s" if number != 1 else "")


def _summary(found: Sequence[Diagnosis], files: int) -> str:
    if not found:
        return f"nothing found in {_count(files, 'file')}"
    counts = [(name, sum(one.severity == name for one in found)) for name in ("error", "warning", "note")]
    told = ", ".join(_count(count, name) for name, count in counts if count)
    return f"{told} in {_count(len({one.path for one in found}), 'file')} of {files}"
