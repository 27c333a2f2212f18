"""Say what works on this machine and what would be used; sandboxes are probed by doing."""

import argparse

from mlpilot.arguments import add_json
from mlpilot.failures import BAD_ANSWER, DONE
from mlpilot.parser import Parser
from mlpilot.sandbox.errors import NoSandboxError

HELP = "what works on this machine, and what would be used"


def add_arguments(parser: Parser) -> None:
    """How deep to look."""
    parser.add_argument(
        "--deep", action="store_true", help="also put each sandbox that works to the test: every promise"
    )
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Look, and tell; 4 where no sandbox works or the one to be used does not hold, 3 where a run would not begin."""
    from mlpilot.checkup import examine

    found = examine(deep=args.deep)
    if args.json:
        from mlpilot.streams import answer_json

        answer_json(found.to_json())
    else:
        from mlpilot.advice import print_checkup

        print_checkup(found)
    if not found.sandbox or found.broken:
        return NoSandboxError.exit_code
    return BAD_ANSWER if found.blocking else DONE
