"""Measure mlpilot itself: run one of its own benchmarks. Options after SUITE go to the suite."""

import argparse
from importlib import import_module

from mlpilot.parser import Parser, UsageError, nearest

HELP = "measure mlpilot itself"


def add_arguments(parser: Parser) -> None:
    """SUITE, and what it is given."""
    parser.set_defaults(takes_rest=True)
    parser.add_argument("suite", metavar="SUITE", help="the benchmark; `mlpilot eval list` names them all")
    parser.add_argument("rest", metavar="...", nargs=argparse.REMAINDER, help="options of the suite, such as --json")


def main(args: argparse.Namespace) -> int:
    """Hand over to the suite; its exit code is ours."""
    suites = _suites()
    if args.suite == "list":
        print("\n".join(suites))
        return 0
    if args.suite not in suites:
        hint = nearest(args.suite, suites) or f"there are: {', '.join(suites) or 'none'}"
        raise UsageError(f"unknown suite {args.suite!r}; {hint}")
    code = import_module(suites[args.suite]).main(args.rest)
    return int(code or 0)


def _suites() -> dict[str, str]:
    """Names of the suites, and the modules that hold them."""
    from mlpilot import evals

    listed: dict[str, str] = getattr(evals, "SUITES", {})
    return {name: _full(module) for name, module in listed.items()}


def _full(module: str) -> str:
    return module if module.startswith("mlpilot.") else f"mlpilot.evals.{module}"
