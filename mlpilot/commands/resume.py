"""Go on with a run that was interrupted, with what was left of its time; a finished run prints its result again."""

import argparse

from mlpilot.arguments import add_json
from mlpilot.parser import Parser

HELP = "go on with a run that was interrupted"


def add_arguments(parser: Parser) -> None:
    """RUN."""
    parser.add_argument("run", metavar="RUN", nargs="?", help="its name (default: the latest)")
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Resume, and print the result."""
    from mlpilot import running

    return running.resume(args.run, as_json=args.json, began=args.began)
