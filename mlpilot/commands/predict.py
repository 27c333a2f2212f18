"""Predict new rows with the best Solution of a run, in the sandbox. CSV on stdout, or in OUT.csv."""

import argparse
import os
import sys
from pathlib import Path

from mlpilot.arguments import add_sandbox
from mlpilot.failures import DONE
from mlpilot.parser import Parser
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean, note

HELP = "predict new rows with a run's best Solution"


def add_arguments(parser: Parser) -> None:
    """RUN, NEW.csv, -o."""
    parser.add_argument("run", metavar="RUN", help="its name (`mlpilot runs` lists them)")
    parser.add_argument("table", metavar="NEW.csv", help="rows with the columns of the run's data; no target is needed")
    parser.add_argument("-o", "--output", metavar="OUT.csv", help="write here, whole or not at all (default: stdout)")
    add_sandbox(parser)


def main(args: argparse.Namespace) -> int:
    """Predict, and write the CSV (UTF-8)."""
    from mlpilot.agent.predicting import predict
    from mlpilot.packages import offer
    from mlpilot.screen import busy

    output = None if args.output is None else checked(args.output)
    noticed: list[str] = []
    offer(args.sandbox)
    with busy(f"predicting {args.table}", args.sandbox):
        frame = predict(args.run, args.table, sandbox=args.sandbox, gpus=args.gpus or "", tell=noticed.append)
    for line in noticed:
        note(f"note: {clean(line)}")
    text = frame.to_csv(index=False)
    if output is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return DONE
    try:
        write(output, text)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}; write somewhere else") from error
    note(f"{len(frame):,} predictions in {output}")
    return DONE


def checked(output: str) -> Path:
    """Where to write, known to be possible before anything is computed. Raises `UserError`."""
    if not output:
        raise UserError("-o names no file; name one, such as predictions.csv")
    path = Path(output)
    if path.is_dir():
        raise UserError(f"{output} is a folder; name a file in it, such as {path / 'predictions.csv'}")
    if path.exists() and not os.access(path, os.W_OK):
        raise UserError(f"{output} may not be written to; write somewhere else")
    try:
        folder = path.resolve().parent
    except (OSError, RuntimeError):
        raise UserError(f"{output} is a link that leads to itself; write somewhere else") from None
    if not path.exists() and not folder.is_dir():
        raise UserError(f"there is no folder {folder}; make it first, or write somewhere else")
    return path


def write(path: Path, text: str) -> None:
    """A file is written whole or not at all, the one that a link leads to in its place; a pipe or a device is fed."""
    from mlpilot.agent.atomic import write_atomically

    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
    else:
        write_atomically(path.resolve(), text)
