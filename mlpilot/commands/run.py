"""Find the best model for a table that the budget allows, and a score for it that can be believed.

Progress goes to stderr, the result to stdout. Ctrl-C at any time: `mlpilot resume` goes on.
"""

import argparse

from mlpilot.agent.options import RunOptions
from mlpilot.arguments import add_json, add_sandbox, add_task, task_spec
from mlpilot.parser import Parser, value_of
from mlpilot.values import money, seconds, url, whole

HELP = "find the best model for a table, and a score you can believe"

_OF_KEYS = (
    "It is asked beside the built-in brain, which decides alone where there is none. A key comes from OPENAI_API_KEY, "
    "from MLPILOT_API_KEY for the address of --base-url, or from `keyring set mlpilot HOST`; it is never written down."
)


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
    _add_model(parser)
    add_json(parser)


def _add_model(parser: Parser) -> None:
    """Who decides and writes, what that may cost, and what it may be told."""
    model = parser.add_argument_group("a model", _OF_KEYS)
    model.add_argument(
        "--brain",
        choices=("auto", "llm", "builtin"),
        default="auto",
        help="auto asks a model where there is one (default), llm insists on it, builtin needs none",
    )
    model.add_argument(
        "--model",
        metavar="NAME",
        help="which one, or weights on disk: local:/path/model.gguf (default: the first of `mlpilot models`)",
    )
    model.add_argument(
        "--base-url", metavar="URL", type=value_of(url), help="where it is: any server that speaks chat.completions"
    )
    model.add_argument(
        "--max-tokens",
        metavar="N",
        type=value_of(lambda text: whole(text, 1)),
        help="it may use, of prompts and replies together (default: no limit)",
    )
    model.add_argument(
        "--max-cost",
        metavar="USD",
        type=value_of(money),
        help="it may cost (default: $1.00; on this machine it is free)",
    )
    model.add_argument(
        "--privacy",
        choices=("full", "schema", "local"),
        help="what it may be told: full, with values of the data; schema, names and counts but no values; local, as "
        "full, and only to models on this machine (default: schema for a remote address, full on this machine)",
    )
    model.add_argument("--offline", action="store_true", help="send nothing beyond this machine")


def main(args: argparse.Namespace) -> int:
    """Run, and print the result."""
    from mlpilot import running

    asked = {name: getattr(args, name) for name in RunOptions.__dataclass_fields__}
    options = RunOptions(**{**asked, "budget": running.budget(args.budget, args.max_experiments)})
    return running.run(task_spec(args), options, as_json=args.json, began=args.began)
