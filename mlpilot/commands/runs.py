"""List the runs of this folder, newest first."""

import argparse

from mlpilot.parser import Parser

HELP = "list the runs of this folder"


def add_arguments(parser: Parser) -> None:
    """There is nothing to choose."""


def main(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command module has it
    """Print the table."""
    from mlpilot import history

    return history.print_runs()
