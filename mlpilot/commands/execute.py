"""Run one Cell, a file or standard input, in a fresh Session of the sandbox. What it prints is passed on.

A file sees the plain files beside it, read-only (never hidden ones, nor keys); --mount shows it more. Ctrl-C interrupts
the code and keeps what it has printed; a second Ctrl-C, or three seconds, kill it.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mlpilot.arguments import NO_WALLS, add_json, add_sandbox
from mlpilot.failures import BAD_ANSWER, DONE, INTERRUPTED
from mlpilot.parser import Parser, value_of
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import answer_json, clean, clean_block, note
from mlpilot.values import seconds

if TYPE_CHECKING:
    from mlpilot.sandbox.protocol import CellResult, Mount, Output

HELP = "run one piece of code in the sandbox"

_LARGEST = 4 * 2**20
"""Bytes of source; more is data, not code."""


def add_arguments(parser: Parser) -> None:
    """FILE, the means."""
    parser.add_argument("file", metavar="FILE|-", help="Python source, or - for standard input")
    add_sandbox(parser)
    parser.add_argument(
        "--timeout", metavar="S", type=value_of(seconds), default=120.0, help="for the Cell (default: 120)"
    )
    parser.add_argument(
        "--mount", metavar="PATH", action="append", default=[], help="a file or folder to be seen too, read-only"
    )
    add_json(parser)


def failure(kind: str, message: str) -> dict[str, object]:
    """The shape of `--json` when the Cell could not be run at all."""
    error = {"type": kind, "message": message, "traceback": ""}
    return {
        "status": "error",
        "stdout": "",
        "stderr": "",
        "error": error,
        "seconds": 0.0,
        "state_lost": False,
        "sandbox": None,
    }


def main(args: argparse.Namespace) -> int:
    """Run the Cell; 0 if it ended well, 3 if not, 130 if it did not because a person stopped it."""
    code = _source(args.file)
    mounts = _mounts(args)
    from mlpilot.agent.settings import sandbox_for
    from mlpilot.neighbours import linking
    from mlpilot.packages import offer
    from mlpilot.sandbox.protocol import Limits
    from mlpilot.sandbox.stopping import stopping_on_sigint

    offer(args.sandbox)
    sandbox = sandbox_for(args.sandbox, args.gpus or "", note)
    if sandbox.name == "none":
        note(f"note: {NO_WALLS}")
    with sandbox.open(Limits(), mounts) as session:
        if mounts:
            session.run(linking(mounts, sandbox))
        with stopping_on_sigint(session) as stops:
            result = session.run(code, timeout=args.timeout, on_output=None if args.json else _pass_on)
    if args.json:
        answer_json(as_json(result, sandbox.name))
    else:
        _say_how_it_ended(result, args.timeout, stopped=stops.asked > 0)
    if result.status == "ok":
        return DONE
    return INTERRUPTED if stops.asked else BAD_ANSWER


def _mounts(args: argparse.Namespace) -> "list[Mount]":
    """What the code may see, the person's own wishes last; of two with one name, that is the one."""
    from mlpilot import neighbours

    seen, left_out = ([], 0) if args.file == "-" else neighbours.beside(Path(args.file))
    if left_out:
        note(f"note: {left_out} more files of that folder are not seen inside; name those it needs with --mount")
    return list({mount.target: mount for mount in [*seen, *neighbours.asked_for(args.mount)]}.values())


def as_json(result: "CellResult", sandbox: str) -> dict[str, object]:
    """The JSON shape of a Cell that was run."""
    error = result.error
    return {
        "status": result.status,
        "stdout": result.stdout,
        "stderr": result.stderr,
        "error": {"type": error.type, "message": error.message, "traceback": error.traceback} if error else None,
        "seconds": round(result.seconds, 3),
        "state_lost": result.state_lost,
        "sandbox": sandbox,
    }


def _source(file: str) -> str:
    """The code, as text. Raises `UserError`."""
    if file != "-" and not Path(file).is_file():
        what = "is a folder" if Path(file).is_dir() else "does not exist" if not Path(file).exists() else "is no file"
        raise UserError(f"{file} {what}; name a Python file, or - for standard input")
    try:
        if file == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise UserError(f"{file} is larger than {_LARGEST // 2**20} MiB; code is smaller than that")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8 text (byte {error.start}); is it Python source?") from error


def _pass_on(output: "Output") -> None:
    stream = sys.stderr if output.stream == "stderr" else sys.stdout
    stream.write(clean_block(output.text))
    stream.flush()


def _say_how_it_ended(result: "CellResult", timeout: float, *, stopped: bool) -> None:
    if result.error is not None:
        note(
            clean_block(result.error.traceback).rstrip() or f"{clean(result.error.type)}: {clean(result.error.message)}"
        )
    said = {
        "timeout": f"stopped after {timeout:g} s (--timeout)",
        "killed": "the kernel died",
        "out_of_memory": "the sandbox ran out of memory",
        "disk_full": "the sandbox's disk is full",
        "too_much_output": "stopped: it printed too much",
    }.get(result.status)
    if stopped and result.status in ("error", "killed"):
        said = "interrupted"
    if said:
        note(f"mlpilot: {said}" + ("; its state is lost" if result.state_lost else ""))
