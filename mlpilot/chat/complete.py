"""Completion in the chat: commands after a slash, files after an @ or where a file is wanted, columns, options."""

import os
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from mlpilot.agent.talk.wishes import VERBS
from mlpilot.chat.alerts import KINDS
from mlpilot.chat.copilot import OWN, Copilot
from mlpilot.chat.looks import THEMES

SCREEN = {
    "approve": "whether proposed files are written",
    "clear": "an empty screen",
    "notify": "a bell, or the desktop's notification, when long work has ended and you are elsewhere",
    "theme": "colours: the terminal's own, for a dark or a light background, or none",
    "talks": "earlier talks",
    "quit": "leave",
}
CHOICES = {"/approve": ("ask", "always", "never"), "/theme": tuple(THEMES), "/notify": KINDS}
"""What may follow a command of the screen's."""
_MOST = 200
_TAKES_FILE = ("load", "predict", "run")


class ChatCompleter(Completer):
    """Knows the talk's table, for its columns."""

    def __init__(self, copilot: Copilot) -> None:
        self._copilot = copilot

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        del complete_event
        text = document.text_before_cursor
        word = text.split()[-1] if text and not text[-1].isspace() else ""
        if text.startswith("/") and " " not in text:
            yield from _commands(text[1:])
        elif word.startswith("@"):
            yield from _files(word[1:], len(word) - 1)
        elif text.startswith("/") and text.split()[0] in CHOICES:
            yield from (Completion(one, -len(word)) for one in CHOICES[text.split()[0]] if one.startswith(word))
        elif text.startswith("/"):
            words = text[1:].split()
            before = words[-2] if word and len(words) > 1 else words[-1]
            if before in ("--target", "--group", "--time", "--drop") and self._copilot.deeds.overview:
                names = [one.name for one in self._copilot.deeds.overview.columns]
                yield from (Completion(_quoted(name), -len(word)) for name in names if name.startswith(word))
            elif word.startswith("-"):
                yield from (Completion(name, -len(word)) for name in _options(words[0]) if name.startswith(word))
            elif words[0] in _TAKES_FILE:
                yield from _files(word, len(word))


def _commands(begun: str) -> Iterable[Completion]:
    known = {name: verb.help for name, verb in VERBS.items()} | OWN | SCREEN
    for name, said in known.items():
        if name.startswith(begun):
            yield Completion(name, -len(begun), display_meta=said)


def _options(command: str) -> list[str]:
    from mlpilot.cli import build

    parser = build().commands.get(command)
    return [option for option in parser.options if option.startswith("--")] if parser else []


def _files(begun: str, length: int) -> Iterable[Completion]:
    folder, _, name = begun.rpartition("/")
    try:
        found = sorted(os.scandir(Path(folder or ".").expanduser()), key=lambda entry: entry.name)[:_MOST]
    except OSError:
        return
    for entry in found:
        if entry.name.startswith(name) and not entry.name.startswith(".") and entry.name.isprintable():
            path = f"{folder}/{entry.name}" if folder else entry.name
            yield Completion(_quoted(path) + ("/" if entry.is_dir() else ""), -length)


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
