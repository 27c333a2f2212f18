"""Predict new rows with the best Solution of a run, in the sandbox. CSV on stdout, or in OUT.csv."""

import argparse
import sys
from pathlib import Path

from mlpilot.arguments import add_sandbox
from mlpilot.failures import DONE
from mlpilot.parser import Parser
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import note

HELP = "predict new rows with a run's best Solution"


def add_arguments(parser: Parser) -> None:
    """RUN, NEW.csv, -o."""
    parser.add_argument("run", metavar="RUN", help="its name (`mlpilot runs` lists them)")
    parser.add_argument("table", metavar="NEW.csv", help="rows with the columns of the run's data; no target is needed")
    parser.add_argument("-o", "--output", metavar="OUT.csv", help="write here, whole or not at all (default: stdout)")
    add_sandbox(parser)


def main(args: argparse.Namespace) -> int:
    """Predict, and write the CSV (UTF-8)."""
    from mlpilot.agent.atomic import write_atomically
    from mlpilot.agent.predicting import predict
    from mlpilot.screen import busy

    output = _checked(args.output)
    with busy(f"predicting {args.table}", args.sandbox):
        frame = predict(args.run, Path(args.table), sandbox=args.sandbox)
    text = frame.to_csv(index=False)
    if output is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return DONE
    try:
        write_atomically(output, text)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}; write somewhere else") from error
    note(f"{len(frame):,} predictions in {output}")
    return DONE


def _checked(output: str | None) -> Path | None:
    """Where to write, known to be possible before anything is computed."""
    if output is None:
        return None
    path = Path(output)
    if path.is_dir():
        raise UserError(f"{output} is a folder; name a file in it, such as {path / 'predictions.csv'}")
    if not path.absolute().parent.is_dir():
        raise UserError(f"there is no folder {path.absolute().parent}; make it first, or write somewhere else")
    return path
