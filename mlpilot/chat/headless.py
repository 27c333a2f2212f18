"""`mlpilot chat -p TEXT`: one turn without a person, for scripts; a run that it starts is waited for."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any

from mlpilot.chat import happenings as happen
from mlpilot.chat.changes import Change
from mlpilot.chat.copilot import Copilot
from mlpilot.failures import BAD_ANSWER, DONE, INTERRUPTED
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.streams import answer_json, note


@dataclass
class Gathered:
    """What happened, for one JSON object at the end."""

    said: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    def __call__(self, what: happen.Happening) -> None:
        match what:
            case happen.Said(text):
                self.said.append(text)
            case happen.Told(text):
                self.told.append(text)
            case happen.Facts(facts):
                self.told += [f"{label}: {text}" if label else text for label, text in facts]
            case happen.Trouble(text):
                self.troubles.append(text)
            case happen.CellBegins(code, _):
                self.cells.append({"code": code})
            case happen.CellEnded(result):
                error = asdict(result.error) if result.error else None
                ended = {"status": result.status, "stdout": result.stdout, "stderr": result.stderr, "error": error}
                self.cells[-1].update(ended, state_lost=result.state_lost)
            case happen.Figure(path, _):
                self.figures.append(str(path))


def as_line(what: happen.Happening) -> str:
    """One happening as a line of JSON: its kind in kebab case, and its fields."""
    name = type(what).__name__
    kind = "".join(f"-{char.lower()}" if char.isupper() else char for char in name).lstrip("-")
    return json.dumps({"event": kind, **_plain(what)}, ensure_ascii=False, default=str)


def _line(event: str, **more: str) -> None:
    print(json.dumps({"event": event, **more}), flush=True)


def _plain(what: happen.Happening) -> dict[str, Any]:
    if isinstance(what, happen.Figure):
        return {"path": str(what.path)}
    if isinstance(what, happen.CellEnded):
        result = what.result
        error = asdict(result.error) if result.error else None
        return {"status": result.status, "error": error, "seconds": result.seconds, "state_lost": result.state_lost}
    return asdict(what) if is_dataclass(what) else {}


def run(
    text: str,
    make: Callable[[happen.Tell, Callable[[Change], bool]], Copilot],
    *,
    as_json: bool,
    lines: bool,
    write: bool,
) -> int:
    """Take one turn and print what came of it. Files are written only where `write` says so: nobody can be asked."""
    gathered = Gathered()

    def tell(what: happen.Happening) -> None:
        gathered(what)
        if lines and not isinstance(what, happen.Piece):
            print(as_line(what), flush=True)
        elif not as_json and not lines:
            if isinstance(what, happen.Progress):
                note(f"{what.run or 'run'}  {what.text}")
            else:
                printer(what)

    def approve(change: Change) -> bool:
        if not write:
            note(f"{change.path.name} is not written: nobody is here to be asked (--yes writes)")
        return write

    from mlpilot.chat.show import Printer
    from mlpilot.screen import for_answers

    printer = Printer(for_answers())
    copilot = make(tell, approve)
    if lines:
        _line("talk", talk=copilot.memory.name)
    try:
        well = copilot.turn(text)
        pursuit = copilot.deeds.pursuit
        if pursuit is not None:
            pursuit.wait()
            well = well and not gathered.troubles
    except KeyboardInterrupt:
        copilot.interrupt()
        copilot.close()
        if as_json:
            answer_json(_object(copilot, gathered, "interrupted"))
        elif lines:
            _line("end", status="interrupted")
        return INTERRUPTED
    finally:
        copilot.close()
    if as_json:
        answer_json(_object(copilot, gathered, "done" if well else "failed"))
    elif lines:
        _line("end", status="done" if well else "failed")
    sys.stdout.flush()
    if not copilot.walled:
        return NoSandboxError.exit_code
    return DONE if well else BAD_ANSWER


def _object(copilot: Copilot, gathered: Gathered, status: str) -> dict[str, object]:
    return {
        "status": status,
        "talk": copilot.memory.name,
        "run": copilot.deeds.run or None,
        "answer": "\n\n".join([*gathered.said, *gathered.told]),
        "cells": gathered.cells,
        "figures": gathered.figures,
        "error": {"type": "Trouble", "message": gathered.troubles[-1]} if gathered.troubles else None,
        "sandbox": copilot.deeds.workshop.sandbox or None,
        "model": copilot.endpoints[0].name if copilot.endpoints else None,
        "model_calls": {"tokens": copilot.tokens, "cost_usd": round(copilot.cost, 6)},
    }
