"""The command line: which command, and how it ends. What a command does is in `mlpilot.commands`."""

import sys
import time
from collections.abc import Sequence
from functools import partial
from types import ModuleType, TracebackType

from mlpilot import __version__, failures, streams
from mlpilot.arguments import add_debug
from mlpilot.commands import COMMANDS
from mlpilot.parser import Parser, parse
from mlpilot.sandbox.errors import UserError

_BEGAN = time.monotonic()
"""A budget covers the whole command, what it imports included; where `main` is called, it begins with the call."""
_DESCRIPTION = "An ML copilot: it runs the experiments, and reports a score you can believe."
_START = "start with:  mlpilot run DATA.csv --target COLUMN"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. An error that nobody foresaw is raised; `sys.excepthook` ends it."""
    streams.prepare()
    words = list(sys.argv[1:] if argv is None else argv)
    began = _BEGAN if argv is None else time.monotonic()
    wants_json, debug = "--json" in words, "--debug" in words
    command = next((COMMANDS[word] for word in words if word in COMMANDS), None)
    sys.excepthook = partial(_end_on_bug, command=command, wants_json=wants_json, debug=debug)
    try:
        code = _dispatch(words, began)
        sys.stdout.flush()
        return code
    except UserError as error:
        failures.say(error, debug=debug)
        return _fail(command, wants_json, error, str(error), error.exit_code)
    except KeyboardInterrupt as error:
        failures.say(KeyboardInterrupt("interrupted"), debug=debug)
        return _fail(command, wants_json, error, "interrupted", failures.INTERRUPTED)
    except BrokenPipeError:
        streams.mute("stdout", "stderr")
        return failures.DONE
    except OSError as error:
        trouble = failures.machine_trouble(error)
        if not trouble:
            raise
        failures.say(UserError(trouble), debug=debug)
        return _fail(command, wants_json, error, trouble, failures.INPUT)
    except RuntimeError as error:
        if not isinstance(error.__cause__, KeyboardInterrupt):  # Python 3.11 wraps what comes while a class is made
            raise
        failures.say(KeyboardInterrupt("interrupted"), debug=debug)
        return _fail(command, wants_json, error.__cause__, "interrupted", failures.INTERRUPTED)


def build() -> Parser:
    """The grammar of every command."""
    parser = Parser(prog="mlpilot", description=_DESCRIPTION, epilog=_START)
    parser.add_argument("--version", action="version", version=f"mlpilot {__version__}")
    add_debug(parser, top=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=Parser)
    for name, module in COMMANDS.items():
        added = commands.add_parser(name, help=module.HELP, description=module.__doc__, prog=f"mlpilot {name}")
        module.add_arguments(added)
        added.set_defaults(main=module.main)
        if not added.get_default("takes_rest"):
            add_debug(added)
    return parser


def _dispatch(words: list[str], began: float) -> int:
    parser = build()
    if not words:
        parser.print_help()
        return failures.DONE
    args = parse(parser, words)
    if args.command is None:
        parser.error("a command is missing")
    args.began = began
    code: int = args.main(args)
    return code


def _fail(command: ModuleType | None, wants_json: bool, error: BaseException, message: str, code: int) -> int:
    shape = getattr(command, "failure", failures.as_json)
    try:
        if wants_json:
            streams.answer_json(shape(type(error).__name__, streams.clean(message)))
        sys.stdout.flush()
    except OSError:  # the answer itself could not be written, nor can this be: what is left of it goes nowhere
        streams.mute("stdout")
    return code


def _end_on_bug(
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    *,
    command: ModuleType | None,
    wants_json: bool,
    debug: bool,
) -> None:
    line = failures.report_bug(kind, error, trace, debug=debug)
    _fail(command, wants_json, error, line, failures.BUG)
