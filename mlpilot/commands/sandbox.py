"""Prepare the sandbox: build its container image, and install the packages that mlpilot.toml asks for."""

import argparse

from mlpilot.parser import Parser
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import answer, clean, note

HELP = "build the container image, and add packages of your own"


def add_arguments(parser: Parser) -> None:
    """`build`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    build = actions.add_parser(
        "build",
        prog="mlpilot sandbox build",
        help="build the image, with the packages that mlpilot.toml asks for",
        description="Build the image; stdout gets its tag. Packages of mlpilot.toml are shown first, and installed "
        "after a yes: into a folder for the sandboxes without an image, and into the image where an engine answers.",
    )
    build.add_argument(
        "--base", metavar="IMAGE", help="a Python base image in the engine or in a registry (default: one made here)"
    )

    build.add_argument("--yes", action="store_true", help="install the packages of mlpilot.toml without asking")
    build.add_argument(
        "--upgrade", action="store_true", help="look for newer versions than mlpilot.lock has, and lock those"
    )


def main(args: argparse.Namespace) -> int:
    """Build, and print the tag, or the folder of the packages where there is no engine."""
    from mlpilot.agent.settings import FILE, read_settings

    settings = read_settings()
    if settings.python or settings.image:
        named = "python" if settings.python else "image"
        raise UserError(f"{FILE} names an existing {named}, which is used as it is: there is nothing to build")
    if settings.packages:
        from mlpilot.packages import build as build_packages

        answer(build_packages(settings, yes=args.yes, upgrade=args.upgrade, base=args.base))
        return 0
    from mlpilot.sandbox.image.build import build

    answer(build(args.base, lambda line: note(clean(line))))
    return 0
