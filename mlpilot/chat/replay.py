"""A talk of before, shown again when it goes on: words, answers, output, figures, and boards as they are now."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from mlpilot.agent.talk.memory import Entry
from mlpilot.chat import happenings as happen
from mlpilot.chat.show import Printer, echo
from mlpilot.chat.workshop import is_picture
from mlpilot.sandbox.errors import UserError

MOST = 200
"""Entries, the last ones."""


def replay(entries: Iterable[Entry], printer: Printer, console: Console) -> None:
    """Show the end of the talk once more."""
    for entry in [*entries][-MOST:]:
        if entry.kind == "asked":
            echo(console, entry.text)
        elif (what := _again(entry)) is not None:
            try:
                printer(what)
            except UserError:  # the run of this board was removed
                printer(happen.Told(f"the board of {entry.text}, which is gone"))


def _again(entry: Entry) -> happen.Happening | None:
    match entry.kind:
        case "said":
            return happen.Said(entry.text)
        case "told":
            return happen.Told(entry.text)
        case "trouble":
            return happen.Trouble(entry.text)
        case "facts":
            rows = entry.more.get("rows", [])
            return happen.Facts(tuple((str(label), str(text)) for label, text in rows))
        case "board":
            return happen.Board(entry.text)
        case "figure":
            return _figure(Path(entry.text))
        case "output":
            said = entry.text + str(entry.more.get("stderr", "")) + str(entry.more.get("error", ""))
            return happen.CellText("stdout", said if said.endswith("\n") or not said else said + "\n")
    return None


def _figure(path: Path) -> happen.Happening:
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    return happen.Figure(path, data) if is_picture(data) else happen.Told(f"figure: {path} (gone)")
