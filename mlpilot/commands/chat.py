"""Talk about data and models, in words or commands; what is said is done: tables read, cells run, runs started.

At a terminal it is a conversation; with -p one turn, for scripts. RUN is a run, or an earlier talk to go on with.
"""

import argparse
import sys

from mlpilot.agent.options import RunOptions
from mlpilot.arguments import add_json, add_sandbox
from mlpilot.parser import Parser, value_of
from mlpilot.sandbox.errors import UserError
from mlpilot.values import money, seconds, url, whole

HELP = "talk about data and models; what is said is done"

_LONGEST = 256 * 1024


def add_arguments(parser: Parser) -> None:
    """RUN, the text, the means."""
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run to talk about, or an earlier talk to go on with")
    parser.add_argument("-p", "--prompt", metavar="TEXT", help="one turn and no more; - reads it from standard input")
    parser.add_argument("--yes", action="store_true", help="with -p: write files that the model proposes")
    parser.add_argument("--timeout", metavar="S", type=value_of(seconds), help="for each cell (default: none)")
    add_sandbox(parser)
    parser.add_argument("--brain", choices=("auto", "llm", "builtin"), default="auto", help="as of mlpilot run")
    parser.add_argument("--model", metavar="NAME", help="as of mlpilot run")
    parser.add_argument("--base-url", metavar="URL", type=value_of(url), help="as of mlpilot run")
    parser.add_argument("--max-tokens", metavar="N", type=value_of(lambda text: whole(text, 1)), help="of the talk")
    parser.add_argument("--max-cost", metavar="USD", type=value_of(money), help="of the talk (default: $1.00)")
    parser.add_argument("--privacy", choices=("full", "schema", "local"), help="as of mlpilot run")
    parser.add_argument("--offline", action="store_true", help="not one packet beyond this machine")
    add_json(parser)
    parser.add_argument("--jsonl", action="store_true", help="print a JSON object for each thing that happens")


def main(args: argparse.Namespace) -> int:
    """Talk, or take one turn."""
    text = _prompt(args.prompt)
    if text is None and (args.json or args.jsonl or args.yes):
        raise UserError("--json, --jsonl and --yes need -p TEXT: without it a person talks")
    if text is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("there is no terminal to talk at: give the words with -p TEXT")
    from mlpilot.chat.beginning import begin

    make = begin(args.run, means(args), args.timeout)
    if text is not None:
        from mlpilot.chat import headless

        return headless.run(text, make, as_json=args.json, lines=args.jsonl, write=args.yes)
    from mlpilot.chat import terminal

    return terminal.run(make)


def means(args: argparse.Namespace) -> RunOptions:
    """With what the talk is to work."""
    return RunOptions(
        brain=args.brain,
        sandbox=args.sandbox,
        privacy=args.privacy,
        offline=args.offline,
        gpus=args.gpus,
        model=args.model,
        base_url=args.base_url,
        max_tokens=args.max_tokens,
        max_cost=args.max_cost,
    )


def _piped() -> str:
    try:
        return sys.stdin.buffer.read(4 * _LONGEST + 4).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"standard input is not UTF-8 text (byte {error.start})") from None


def _prompt(given: str | None) -> str | None:
    if given is None:
        return None
    text = _piped() if given == "-" else given
    if len(text) > _LONGEST:
        raise UserError(f"that is longer than {_LONGEST // 1024} KiB; put it into a file and name it")
    if not text.strip():
        raise UserError("-p is empty; say what should be done")
    return text
