"""`%mlpilot`: the command line in a notebook, with tables by the names that they have there.

    %load_ext mlpilot
    result = %mlpilot run df --target churned --budget 2m
    %mlpilot why

Only `{{name}}` is expanded in a line, so that braces of other kinds (a dictionary, a template) stay what they are.
"""

import inspect
import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Enum, Unicode

from mlpilot import api
from mlpilot.agent.pursue import Interrupted
from mlpilot.arguments import SANDBOXES
from mlpilot.cli import build
from mlpilot.commands import COMMANDS
from mlpilot.frames import keep
from mlpilot.notebook.why import explain
from mlpilot.parser import Parser, nearest, parse
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean

_NAME = re.compile(r"\{\{\s*([A-Za-z_]\w*)((?:\.[A-Za-z]\w*)*)\s*\}\}")
"""`{{name}}` or `{{name.attribute}}`."""
_HERE = ("why", "code")
"""Commands that only a notebook has."""
_TABLES = ("data", "test")
"""Options that may be DataFrames of the notebook."""
_DEFAULTS = ("budget", "sandbox", "brain")
_HELP = """\
%mlpilot run TABLE --target COLUMN [--budget 2m]   find the best model; TABLE is a DataFrame here, or a file
%mlpilot resume [RUN]                              go on with a run that was interrupted
%mlpilot show [RUN]                                a run of the past, as the same object
%mlpilot score SOLUTION.py TABLE --target COLUMN   judge a Solution of your own
%mlpilot why                                       what the last error here was about
%mlpilot code [RUN]                                the best Solution's code, offered in the next cell
%%mlpilot                                          a cell of plain words: one turn of mlpilot chat
%mlpilot runs | report [RUN] | models | doctor …     as on the command line; %mlpilot COMMAND --help tells more
%config MlpilotMagics                              defaults for budget, sandbox and brain"""


@magics_class
class MlpilotMagics(Magics):
    """The magic, and its defaults."""

    budget = Unicode("", help="Time for a run, such as 90s or 10m; empty: the command line's default.").tag(config=True)
    sandbox = Enum(SANDBOXES, "auto", help="Where code runs.").tag(config=True)
    brain = Enum(("auto", "llm", "builtin"), "auto", help="Who decides what is tried.").tag(config=True)

    shell: InteractiveShell

    _talk: str | None = None
    """The one that cells of words go on with."""

    @no_var_expand
    @line_cell_magic
    @api.luck_left_alone()
    def mlpilot(self, line: str, cell: str | None = None) -> object:
        """Run a command of mlpilot, such as `run df --target y`; a cell of words is a turn of a talk."""
        try:
            words = shlex.split(_NAME.sub(self._value, line))
        except ValueError as error:
            raise UsageError(f"mlpilot: {error}: a quote is not closed") from None
        if cell is not None:
            self._turn(cell, words)
            return None
        if not words or words[0] in ("help", "-h", "--help"):
            print(_HELP)
            return None
        try:
            return self._do(words)
        except UserError as error:
            raise UsageError(f"mlpilot: {clean(error)}") from None
        except Interrupted as stop:
            print(f"interrupted; %mlpilot resume {stop.run} goes on")
            return None
        except SystemExit:  # argparse has printed its help
            return None

    def _turn(self, cell: str, words: list[str]) -> None:
        from mlpilot.notebook.talking import turn, with_frames

        try:
            told = with_frames(cell, self.shell.user_ns)
            self._talk = turn(told, self._with_defaults(["chat", *words])[1:], self._talk)
        except UserError as error:
            raise UsageError(f"mlpilot: {clean(error)}") from None

    def _value(self, found: re.Match[str]) -> str:
        name, *attributes = (found.group(1) + found.group(2)).split(".")
        try:
            value = self.shell.user_ns[name]
            for attribute in attributes:
                value = getattr(value, attribute)
        except (KeyError, AttributeError):
            raise UsageError(f"mlpilot: {found.group(0)} is not defined here") from None
        return shlex.quote(str(value))

    def _do(self, words: list[str]) -> object:
        command = words[0]
        if command == "why":
            return explain(self.shell)
        if command == "code":
            self._offer(words[1:])
            return None
        if command not in COMMANDS:
            known = [*COMMANDS, *_HERE]
            raise UserError(f"unknown command {command!r}; {nearest(command, known) or 'see %mlpilot help'}")
        args = parse(build(), self._with_defaults(words))
        match command:
            case "run":
                return _called(api.run, self._with_frames(vars(args)))
            case "score":
                return _called(api.score, self._with_frames(vars(args)))
            case "resume":
                return api.resume(args.run)
            case "show":
                return _stored(args.run)
        args.began = _now()
        code = COMMANDS[command].main(args)
        if code:
            raise UserError(f"{command} ended with exit code {code}")
        return None

    def _with_defaults(self, words: list[str]) -> list[str]:
        """The words, with what `%config MlpilotMagics` says where they say nothing of it."""
        command = words[0]
        known = _options(build().commands[command])
        for name in _DEFAULTS:
            value = getattr(self, name)
            given = any(word == f"--{name}" or word.startswith(f"--{name}=") for word in words)
            if value and not given and f"--{name}" in known and command in ("run", "score", "chat"):
                words = [*words, f"--{name}", value]
        return words

    def _with_frames(self, options: dict[str, Any]) -> dict[str, Any]:
        """The options, with DataFrames of the notebook as files that hold their values, in the place of their names."""
        import pandas as pd

        for name in _TABLES:
            held = self.shell.user_ns.get(str(options.get(name)))
            if isinstance(held, pd.Series):
                raise UserError(f"{options[name]} is a Series; name a DataFrame that holds the target too")
            if isinstance(held, pd.DataFrame):
                options[name] = keep(held, options[name])
        return options

    def _offer(self, words: Sequence[str]) -> None:
        """The best code of a run, in a new cell; whether it is run is the person's to say."""
        result = _stored(words[0] if words else None)
        if not result.solution:
            raise UserError(f"{result.run} has no Solution that worked")
        self.shell.set_next_input(result.solution, replace=False)


def _called(function: Callable[..., object], options: dict[str, Any]) -> object:
    """Call one of the API's functions with those options that it takes."""
    takes = inspect.signature(function).parameters
    given = {name: value for name, value in options.items() if name in takes}
    if "approve" in given:
        given["approve"] = _ask if given["approve"] else None
    return function(**given)


def _ask(idea: Any) -> bool:
    return input(f"try {clean(idea.name)}: {clean(idea.why)} [Y/n] ").strip().lower() in ("", "y", "yes")


def _stored(run: str | None) -> Any:
    """A run's Result; the latest one's, unless it is named."""
    from mlpilot.history import latest, stored

    return stored(run or latest())


def _now() -> float:
    import time

    return time.monotonic()


def _options(parser: Parser) -> list[str]:
    return [option for option in parser.options if option.startswith("--")]


def complete(shell: InteractiveShell, event: Any) -> list[str]:
    """What could come next in a line that begins with `%mlpilot`: commands, options, tables, columns."""
    import pandas as pd

    words = event.text_until_cursor.split()
    fresh = event.text_until_cursor.endswith(" ")
    done = words[1:] if fresh else words[1:-1]
    if not done:
        return [*COMMANDS, *_HERE, "help"]
    names = {name: value for name, value in shell.user_ns.items() if not name.startswith("_")}
    frames = {name: value for name, value in names.items() if isinstance(value, pd.DataFrame)}
    if done[-1] in ("--target", "--group", "--time", "--drop"):
        columns = [column for word in done if word in frames for column in frames[word].columns]
        return [shlex.quote(str(column)) for column in columns]
    commands = build().commands
    return [*(_options(commands[done[0]]) if done[0] in commands else []), *frames]


def load(shell: InteractiveShell) -> None:
    """`%load_ext mlpilot`."""
    shell.register_magics(MlpilotMagics)
    shell.set_hook("complete_command", complete, str_key="%mlpilot")  # type: ignore[no-untyped-call]
