"""Remove a run: its journal entries and its files. Nothing else is touched."""

import argparse

from mlpilot.failures import DONE
from mlpilot.parser import Parser
from mlpilot.streams import note

HELP = "remove a run and its files"


def add_arguments(parser: Parser) -> None:
    """RUN."""
    parser.add_argument("run", metavar="RUN", help="its name (`mlpilot runs` lists them)")


def main(args: argparse.Namespace) -> int:
    """Remove it."""
    from mlpilot.history import remove

    remove(args.run)
    note(f"removed {args.run}")
    return DONE
