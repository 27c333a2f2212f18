"""Prepare the sandbox: build the container image that generated code runs in."""

import argparse

from mlpilot.parser import Parser
from mlpilot.streams import answer, clean, note

HELP = "build the container image"


def add_arguments(parser: Parser) -> None:
    """`build`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    build = actions.add_parser(
        "build",
        prog="mlpilot sandbox build",
        help="build the image",
        description="Build the image; stdout gets its tag.",
    )
    build.add_argument(
        "--base", metavar="IMAGE", help="a Python base image in the engine or in a registry (default: one made here)"
    )


def main(args: argparse.Namespace) -> int:
    """Build, and print the tag."""
    from mlpilot.sandbox.image.build import build

    answer(build(args.base, lambda line: note(clean(line))))
    return 0
