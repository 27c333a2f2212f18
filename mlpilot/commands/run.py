"""Find the best model for a table that the budget allows, and a score for it that can be believed.

Progress goes to stderr, the result to stdout. Ctrl-C at any time: `mlpilot resume` goes on.
"""

import argparse

from mlpilot.agent.options import RunOptions
from mlpilot.arguments import add_json, add_sandbox, add_task, task_spec
from mlpilot.parser import Parser, value_of
from mlpilot.values import gpus, money, seconds, url, whole

HELP = "find the best model for a table, and a score you can believe"


def add_arguments(parser: Parser) -> None:
    """The Task, the Budget, the means."""
    parser.usage = "mlpilot run DATA --target COL [options]"
    add_task(parser)
    budget = parser.add_argument_group("how far to go")
    budget.add_argument(
        "--budget", metavar="90s|10m|1h", type=value_of(seconds), help="time for the whole command (default: 5m)"
    )
    budget.add_argument(
        "--max-experiments",
        metavar="N",
        type=value_of(lambda text: whole(text, 1)),
        help="stop after N experiments; alone, it takes the place of --budget",
    )
    budget.add_argument("--approve", action="store_true", help="ask before each idea is tried")
    means = parser.add_argument_group("the means")
    add_sandbox(means)
    means.add_argument("--baseline", metavar="SOLUTION.py", help="a Solution of your own, tried first")
    means.add_argument(
        "--workers",
        metavar="N",
        type=value_of(lambda text: whole(text, 1)),
        default=1,
        help="experiments at a time (this version: one)",
    )
    means.add_argument("--gpus", metavar="all|N", type=value_of(gpus), help="for the sandbox (this version: none)")
    model = parser.add_argument_group("a model", "This version uses none: its brain is built in.")
    model.add_argument("--brain", choices=("auto", "llm", "builtin"), default="auto", help="who decides and writes")
    model.add_argument("--model", metavar="NAME", help="which one")
    model.add_argument("--base-url", metavar="URL", type=value_of(url), help="where it is")
    model.add_argument("--max-tokens", metavar="N", type=value_of(lambda text: whole(text, 1)), help="it may use")
    model.add_argument("--max-cost", metavar="USD", type=value_of(money), help="it may cost")
    model.add_argument("--privacy", choices=("full", "schema", "local"), help="what it may be told of the data")
    model.add_argument("--offline", action="store_true", help="send nothing beyond this machine")
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Run, and print the result."""
    from mlpilot import running

    asked = {name: getattr(args, name) for name in RunOptions.__dataclass_fields__}
    options = RunOptions(**{**asked, "budget": running.budget(args.budget, args.max_experiments)})
    return running.run(task_spec(args), options, as_json=args.json, began=args.began)
