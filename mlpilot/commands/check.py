"""Find machine-learning bugs in scripts and notebooks by reading them; nothing is run."""

import argparse
import sys
from pathlib import Path

from mlpilot.failures import BAD_ANSWER, DONE
from mlpilot.parser import Parser
from mlpilot.sandbox.errors import UserError

HELP = "find machine-learning bugs in scripts and notebooks"


def add_arguments(parser: Parser) -> None:
    """FILE|FOLDER..., how to print, what to look for."""
    parser.usage = "mlpilot check FILE|FOLDER... [--format text|json|sarif] [--select CODES] [--ignore CODES] [--watch]"
    parser.add_argument(
        "paths", metavar="FILE|FOLDER", nargs="+", help="a script, a notebook, or a folder: all of those in it"
    )
    parser.add_argument(
        "--format", choices=("text", "json", "sarif"), default="text", help="how to print findings (default: text)"
    )
    parser.add_argument(
        "--select", metavar="CODES", default="", help="only these codes, or those that begin so: LEAK,TORCH101"
    )
    parser.add_argument("--ignore", metavar="CODES", default="", help="all but these")
    parser.add_argument(
        "--show-source",
        action="store_true",
        help="print the line and what helps below each finding (at a terminal always)",
    )
    parser.add_argument(
        "--watch", action="store_true", help="check again whenever one of them is saved, until Ctrl-C (for editors)"
    )


def main(args: argparse.Namespace) -> int:
    """Check, and print; 3 where there is a warning or an error. A watch ends with 0, by Ctrl-C."""
    from mlpilot.tools.diagnose.static.formats import codes
    from mlpilot.tools.diagnose.static.source import programs

    known = codes()
    select, ignore = _codes(args.select, known, "--select"), _codes(args.ignore, known, "--ignore")
    if not args.watch:
        return _check(programs(args.paths), select, ignore, args)
    if args.format != "text":
        raise UserError(f"--watch prints text, round after round: leave out --format {args.format}")
    from mlpilot.watching import watch

    watch(args.paths, lambda paths: _check(paths, select, ignore, args))
    return DONE


def _check(paths: list[Path], select: tuple[str, ...], ignore: tuple[str, ...], args: argparse.Namespace) -> int:
    from mlpilot.findings_view import print_findings
    from mlpilot.tools.diagnose.static.inspect import check_files

    found = [
        one
        for diagnoses in check_files(paths)
        for one in diagnoses
        if (not select or one.code.startswith(select)) and not (ignore and one.code.startswith(ignore))
    ]
    print_findings(found, len(paths), args.format, source=args.show_source or sys.stdout.isatty())
    return BAD_ANSWER if any(one.severity in ("error", "warning") for one in found) else DONE


def _codes(text: str, known: list[str], option: str) -> tuple[str, ...]:
    given = tuple(word.strip().upper() for word in text.split(",") if word.strip())
    for word in given:
        if not any(code.startswith(word) for code in known):
            raise UserError(f"{option}: no code begins with {word!r}; docs/check.md lists them all")
    return given
