"""Print the path of a run's report, one HTML file that can be shown to others."""

import argparse
from pathlib import Path

from mlpilot.parser import Parser
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import answer, note

HELP = "where a run's report is, or open it"


def add_arguments(parser: Parser) -> None:
    """RUN, and whether to open it."""
    parser.add_argument("run", metavar="RUN", nargs="?", help="its name (default: the latest)")
    parser.add_argument("--open", action="store_true", help="open it in the browser")


def main(args: argparse.Namespace) -> int:
    """Print the path."""
    from mlpilot.history import latest, stored

    result = stored(args.run or latest())
    path = result.report()
    if not path.is_file():
        raise UserError(
            f"{result.run} has no report yet, which is written at the end; `mlpilot view {result.run}` shows how it "
            f"stands, and `mlpilot resume {result.run}` goes on with it"
        )
    answer(str(path))
    if args.open and not _open(path):
        note("no browser could be opened here; open the file above by hand")
    return 0


def _open(path: Path) -> bool:
    import webbrowser

    return webbrowser.open(path.resolve().as_uri())
