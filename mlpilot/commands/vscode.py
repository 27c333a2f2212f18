"""Set up VS Code: tasks for this folder that run mlpilot, with problems shown at their lines.

`init` merges them into .vscode/tasks.json; tasks and comments of yours stay as they are.
"""

import argparse
from pathlib import Path

from mlpilot.parser import Parser
from mlpilot.streams import answer, clean, note

HELP = "tasks for VS Code"


def add_arguments(parser: Parser) -> None:
    """`init`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    actions.add_parser(
        "init",
        prog="mlpilot vscode init",
        help="merge mlpilot's tasks into .vscode/tasks.json",
        description="Merge mlpilot's tasks into .vscode/tasks.json of this folder; stdout gets the file's path.",
    )


def main(args: argparse.Namespace) -> int:
    """Merge, and say what to do next."""
    from mlpilot.vscode.merging import merge_into

    del args
    path, changed = merge_into(Path.cwd())
    note("in VS Code: Terminal > Run Task… > mlpilot" if changed else "mlpilot's tasks were there already")
    answer(clean(path))
    return 0
