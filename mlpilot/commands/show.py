"""Show a run: what was asked, the board, the best."""

import argparse

from mlpilot.arguments import add_json
from mlpilot.parser import Parser

HELP = "show a run: its board and its best"


def add_arguments(parser: Parser) -> None:
    """RUN."""
    parser.add_argument("run", metavar="RUN", help="its name (`mlpilot runs` lists them)")
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Print it."""
    from mlpilot import history

    return history.print_run(args.run, as_json=args.json)
