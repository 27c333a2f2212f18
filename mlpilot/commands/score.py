"""Judge one Solution file: the same split as `mlpilot run` with that seed, the search rows only."""

import argparse
import time
from pathlib import Path

from mlpilot.arguments import add_json, add_sandbox, add_task, task_spec
from mlpilot.failures import BAD_ANSWER, DONE
from mlpilot.parser import Parser, value_of
from mlpilot.values import seconds

HELP = "judge one Solution file"


def add_arguments(parser: Parser) -> None:
    """SOLUTION.py, the Task, the means."""
    parser.usage = "mlpilot score SOLUTION.py DATA --target COL [options]"
    parser.add_argument("solution", metavar="SOLUTION.py", help="a module with fit and predict")
    add_task(parser)
    means = parser.add_argument_group("the means")
    add_sandbox(means)
    means.add_argument(
        "--timeout", metavar="S", type=value_of(seconds), default=120.0, help="for the whole command (default: 120)"
    )
    add_json(parser)


def failure(kind: str, message: str) -> dict[str, object]:  # noqa: ARG001 - as every command's
    """The shape of `--json` when the command itself could not be done."""
    return {
        "status": "failed",
        "score": None,
        "ci": None,
        "folds": [],
        "reason": message,
        "diagnosis": None,
    }


def main(args: argparse.Namespace) -> int:
    """Score, and print the judgement."""
    from mlpilot.agent.scoring import score
    from mlpilot.packages import offer
    from mlpilot.screen import busy

    asked = time.monotonic()
    offer(args.sandbox)
    with busy(f"judging {args.solution}", args.sandbox):
        outcome = score(
            Path(args.solution),
            task_spec(args),
            sandbox=args.sandbox,
            gpus=args.gpus or "",
            timeout=args.timeout,
            started=args.began + time.monotonic() - asked,
        )
    if args.json:
        from mlpilot.streams import answer_json

        answer_json(outcome.to_json())
    else:
        from mlpilot.verdicts import print_outcome

        print_outcome(outcome)
    return DONE if outcome.status == "scored" else BAD_ANSWER
