"""A talk written down: all of it as Markdown, or what ran in it as a notebook or a script.

Words of a model, and whatever a cell or a table said, are strangers' words: in what is written they are text, and load
nothing when they are looked at.
"""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlpilot.agent.data.phrases import ESCAPES
from mlpilot.agent.talk.memory import Entry

KINDS = (".md", ".py", ".ipynb")
_MOST_FIGURES_BYTES = 20 * 2**20
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_RAN = re.compile(r"^(`{3,}|~{3,})[ \t]*(?:python3?|py)[ \t]*\n.*?(?:^\1`*[ \t]*$|\Z)\n?", re.MULTILINE | re.DOTALL)
_HTML = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)")


@dataclass
class _Step:
    """Words, or a cell and what it gave."""

    who: str
    """`person`, `model`, `mlpilot` or `cell`."""
    text: str
    output: str = ""
    error: str = ""
    well: bool = True
    figures: list[str] = field(default_factory=list)


def exported(entries: Sequence[Entry], name: str, kind: str) -> str:
    """The talk `name` as a file of this kind, one of `KINDS`, holds it."""
    steps = _without_repeats(list(_steps(entries)))
    match kind:
        case ".md":
            return _markdown(steps, name)
        case ".py":
            return _script(steps, name)
        case _:
            return _notebook(steps, name)


def _steps(entries: Sequence[Entry]) -> Iterator[_Step]:
    cell: _Step | None = None
    for entry in entries:
        match entry.kind:
            case "cell":
                cell = _Step("cell", entry.text, well=False)
                yield cell
            case "output" if cell is not None:
                cell.output = _plain(entry.text + str(entry.more.get("stderr", "")))
                cell.error = _plain(str(entry.more.get("error", "")))
                cell.well = entry.more.get("status") == "ok"
            case "figure" if cell is not None:
                cell.figures.append(entry.text)
            case "asked" | "said":
                yield _Step("person" if entry.kind == "asked" else "model", _plain(entry.text))
            case "told" | "trouble":
                yield _Step("mlpilot", _plain(entry.text), well=entry.kind == "told")
            case "facts":
                rows = entry.more.get("rows", [])
                lines = [f"{label}: {text}" if label else str(text) for label, text in rows]
                yield _Step("mlpilot", _plain("\n".join(lines)))


def _without_repeats(steps: Sequence[_Step]) -> list[_Step]:
    """A person who typed Python said no more than the cell that ran."""
    following = [*steps[1:], None]
    return [
        one
        for one, after in zip(steps, following, strict=True)
        if not (
            one.who == "person"
            and after is not None
            and after.who == "cell"
            and one.text.removeprefix("/cell").strip() == _plain(after.text).strip()
        )
    ]


def _markdown(steps: Sequence[_Step], name: str) -> str:
    parts, before = [f"# A talk with mlpilot: {name}"], ""
    for step in steps:
        match step.who:
            case "person":
                parts.append("\n".join(f"> {_inert(line)}" for line in step.text.splitlines()))
                before = step.text
            case "model":
                parts.append("\n".join(_inert_outside_code(step.text)))
                before = step.text
            case "mlpilot":
                parts.append(_fenced(step.text if step.well else f"! {step.text}"))
            case _:
                shown = [] if step.text.strip() in before else [_fenced(step.text, "python")]
                said = "\n".join(text.rstrip() for text in (step.output, step.error) if text.strip())
                parts += [*shown, *([_fenced(said)] if said else [])]
                parts += [f"![figure](<{path}>)" for path in step.figures]
    return "\n\n".join(part for part in parts if part) + "\n"


def _script(steps: Sequence[_Step], name: str) -> str:
    """Cells that ended well, in order; of the others no more than a note, since with them it would not run."""
    parts = [f'"""What ran in the talk {name}, in the order in which it ran."""\n']
    for step in steps:
        if step.who == "person":
            parts.append("\n".join(f"# › {line}" for line in step.text.splitlines()))
        elif step.who == "cell" and step.well:
            parts.append(step.text.rstrip() + "\n")
        elif step.who == "cell":
            left_out = "\n".join(f"#     {line}" for line in _plain(step.text).splitlines())
            parts.append(f"# This did not end well, and is left out:\n{left_out}\n")
    return "\n".join(parts).rstrip() + "\n"


def _notebook(steps: Sequence[_Step], name: str) -> str:
    cells = [_cell("markdown", f"# A talk with mlpilot: {name}", 0)]
    room, ran = _MOST_FIGURES_BYTES, 0
    for step in steps:
        number = len(cells)
        match step.who:
            case "person":
                cells.append(
                    _cell("markdown", "\n".join(f"> {_inert(line)}" for line in step.text.splitlines()), number)
                )
            case "model":
                said = "\n".join(_inert_outside_code(_RAN.sub("", step.text))).strip()
                cells += [_cell("markdown", said, number)] if said else []
            case "mlpilot":
                cells.append(_cell("markdown", _fenced(step.text), number))
            case _:
                ran += 1
                outputs: list[dict[str, Any]] = []
                if step.output:
                    outputs.append({"output_type": "stream", "name": "stdout", "text": step.output})
                if step.error:
                    outputs.append({"output_type": "stream", "name": "stderr", "text": step.error})
                for path in step.figures:
                    data = _picture(path, room)
                    room -= len(data)
                    if data:
                        shown = {"image/png": base64.b64encode(data).decode()}
                        outputs.append({"output_type": "display_data", "data": shown, "metadata": {}})
                cells.append(_cell("code", step.text, number) | {"execution_count": ran, "outputs": outputs})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, source: str, number: int) -> dict[str, Any]:
    return {"cell_type": kind, "id": f"talk-{number}", "metadata": {}, "source": source}


def _picture(path: str, most: int) -> bytes:
    """A figure that was kept; empty where it is gone, or there is no room for it."""
    file = Path(path)
    return file.read_bytes() if file.is_file() and file.stat().st_size <= most else b""


def _plain(text: str) -> str:
    """Without what acts on a terminal or turns the direction of reading."""
    return "".join(char for char in ESCAPES.sub("", text) if char in "\n\t" or char.isprintable())


def _inert(text: str) -> str:
    """Markdown that loads no picture and holds no HTML."""
    return _HTML.sub(lambda found: "\\" + found.group(), text)


def _inert_outside_code(text: str) -> Iterator[str]:
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        yield line if fence or mark else _inert(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence):
            fence = ""
    if fence:
        yield fence


def _fenced(text: str, language: str = "text") -> str:
    """As a block that nothing within it can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}{language}\n{text.rstrip()}\n{mark}"
