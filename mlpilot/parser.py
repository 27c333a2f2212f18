"""The command line's grammar: errors in one line, with the nearest word that exists."""

import argparse
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from mlpilot.sandbox.errors import UserError


class UsageError(UserError):
    """The command line itself cannot be understood."""


class Parser(argparse.ArgumentParser):
    """argparse that raises `UsageError` with one helpful line, where argparse would print a wall and leave."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        kwargs.setdefault("formatter_class", Formatter)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        names = [str(choice) for choice in action.choices]
        if isinstance(action, argparse._SubParsersAction):
            hint = nearest(str(value), names) or f"commands: {', '.join(names)}"
            raise UsageError(f"unknown command {value!r}; {hint} (see {self.prog} --help)")
        hint = nearest(str(value), names)
        wanted = hint or f"expected {', '.join(names[:-1])} or {names[-1]}"
        raise argparse.ArgumentError(action, f"{value!r} is not known here; {wanted}")

    @property
    def options(self) -> list[str]:
        """Every option of this parser, as written: `--target`, `-o`."""
        return [option for action in self._actions for option in action.option_strings]

    @property
    def commands(self) -> "Mapping[str, Parser]":
        """The parsers of its commands, where it has some."""
        found = (action.choices for action in self._actions if isinstance(action, argparse._SubParsersAction))
        return next(found, {})


class Formatter(argparse.HelpFormatter):
    """Help with room for the longest option, at most 100 columns wide."""

    def __init__(self, prog: str) -> None:
        import shutil

        super().__init__(prog, max_help_position=30, width=min(shutil.get_terminal_size().columns, 100) - 2)


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """Parse, or raise `UsageError`. A misspelt option is named before anything that it makes missing."""
    _refuse_unknown_options(parser, argv)
    return parser.parse_args(argv)


def value_of(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """An argparse `type` from a function that raises `UserError`."""

    def convert(text: str) -> Any:
        try:
            return read(text)
        except UserError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


def nearest(word: str, words: Iterable[str]) -> str:
    """`did you mean 'resume'?`, two of them where both are as near, or nothing where nothing is near."""
    found = difflib.get_close_matches(word, list(words), n=2, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, name, word).ratio() for name in found]
    near = [repr(name) for name, ratio in zip(found, likeness, strict=True) if ratio > likeness[0] - 0.15]
    return f"did you mean {' or '.join(near)}?" if near else ""


def _refuse_unknown_options(parser: Parser, argv: Sequence[str]) -> None:
    current = parser
    for word in argv:
        if word == "--" or current.get_default("takes_rest"):
            return
        if not word.startswith("--") or " " in word:
            if not current.commands:
                continue
            if word not in current.commands:
                return
            current = current.commands[word]
            continue
        name = word.partition("=")[0]
        if name not in current.options:
            hint = nearest(name, current.options)
            raise UsageError(f"unknown option {name}{'; ' + hint if hint else ''} (see {current.prog} --help)")
