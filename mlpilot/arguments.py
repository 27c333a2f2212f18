"""Options that several commands share, and what they become."""

import argparse

from mlpilot.agent.task import TaskSpec
from mlpilot.parser import Parser, value_of
from mlpilot.values import gpus, whole

SANDBOXES = ("auto", "docker", "bubblewrap", "landlock", "none")

NO_WALLS = "--sandbox none: nothing is isolated; the code that is run can do all that you can"
"""What is said every time that a person chooses it."""


def add_task(parser: Parser) -> None:
    """DATA, and the options that say what is to be learnt."""
    parser.add_argument("data", metavar="DATA", help="the table: CSV, TSV, Parquet, JSON Lines or Excel, also gzipped")
    task = parser.add_argument_group("the task")
    task.add_argument("--target", metavar="COL", required=True, help="the column to predict")
    task.add_argument("--task", choices=("classification", "regression"), help="inferred from the target if not given")
    task.add_argument(
        "--metric",
        metavar="NAME|FILE.py:FUNC",
        help="a scikit-learn scorer, or a function of your own (default: log-loss or RMSE)",
    )
    task.add_argument("--test", metavar="FILE", help="test rows of your own; else a quarter of DATA is sealed")
    task.add_argument("--group", metavar="COL", help="rows that share this value stay on one side of every split")
    task.add_argument("--time", metavar="COL", help="the past predicts the future, ordered by this column")
    task.add_argument("--drop", metavar="COL", action="append", default=[], help="leave a column out; may be repeated")
    task.add_argument("--goal", metavar="TEXT", default="", help="what the prediction is for, in your words")
    task.add_argument(
        "--seed", metavar="N", type=value_of(whole), default=0, help="of every random choice (default: 0)"
    )


def task_spec(args: argparse.Namespace) -> TaskSpec:
    """What `add_task` has read."""
    return TaskSpec(
        data=args.data,
        target=args.target,
        task=args.task,
        metric=args.metric,
        test=args.test,
        group=args.group,
        time=args.time,
        drop=tuple(args.drop),
        goal=args.goal,
        seed=args.seed,
    )


def add_sandbox(parser: "argparse._ActionsContainer") -> None:
    """`--sandbox` and `--gpus`."""
    parser.add_argument(
        "--sandbox",
        choices=SANDBOXES,
        default="auto",
        help="how generated code is isolated (default: auto, the strongest that works here)",
    )
    parser.add_argument(
        "--gpus",
        metavar="all|0|0,1",
        type=value_of(gpus),
        help="NVIDIA GPUs that it may use, by number (default: none)",
    )


def add_json(parser: Parser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def add_debug(parser: Parser, *, top: bool = False) -> None:
    """`--debug`, before the command or after it."""
    default = False if top else argparse.SUPPRESS
    parser.add_argument("--debug", action="store_true", default=default, help="show tracebacks of errors")
