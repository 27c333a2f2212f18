"""Show a run: what was asked, the board, the best."""

import argparse

from mlpilot.arguments import add_json
from mlpilot.parser import Parser

HELP = "show a run: its board and its best"


def add_arguments(parser: Parser) -> None:
    """RUN."""
    parser.add_argument("run", metavar="RUN", nargs="?", help="its name (default: the latest)")
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Print it."""
    from mlpilot import history

    return history.print_run(args.run or history.latest(), as_json=args.json)
