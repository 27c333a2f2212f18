"""Asking a model what to say and do next: what it is told, and what is read from its reply."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mlpilot.agent.brains.llm.marks import escaped, marked
from mlpilot.agent.brains.llm.prompts import template
from mlpilot.agent.brains.llm.telling import failure_text
from mlpilot.agent.data.phrases import counted, shown
from mlpilot.agent.models.protocol import Message, Unreadable
from mlpilot.agent.models.switchboard import Privacy, Prompt, Question, Switchboard, Terms
from mlpilot.agent.talk.overview import Overview
from mlpilot.agent.talk.wishes import VERBS
from mlpilot.sandbox.protocol import CellResult
from mlpilot.tools.diagnose import diagnose

REPLY_TOKENS = 2000
OUTPUT = 4000
"""Characters of a cell's output that a model is told, where it is told any."""
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([\w+-]*)[ \t]*([^\n`]*)\n(.*?)(?:^\1`*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_LANGUAGES = {"python": "cell", "py": "cell", "python3": "cell", "mlpilot": "command", "file": "file"}


@dataclass(frozen=True)
class Act:
    """Something that a model wants done."""

    kind: Literal["cell", "command", "file"]
    text: str
    name: str = ""
    """Of a file."""


@dataclass(frozen=True)
class Turn:
    """What a model said, and what it wants done, in that order."""

    text: str
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True)
class Heard:
    """One thing of the talk so far, as a model may hear it: in full, and without a value of the table."""

    who: Literal["user", "assistant"]
    full: str
    schema: str


@dataclass
class Hearing:
    """What a model is told of the talk."""

    said: list[Heard] = field(default_factory=list)
    overview: Overview | None = None
    run: str = ""
    """Where the run stands, in our own words and scores."""

    def person(self, text: str) -> None:
        """The person's own words are theirs to send."""
        self.said.append(Heard("user", text, text))

    def model(self, text: str) -> None:
        """What it said itself."""
        self.said.append(Heard("assistant", text, text))

    def outcome(self, full: str, schema: str) -> None:
        """What came of what it did."""
        self.said.append(Heard("user", full, schema))


def ask(board: Switchboard, hearing: Hearing, place: int, on_text: Callable[[str], None]) -> Turn:
    """What a model says next. Raises `NoAnswer`."""

    def compose(terms: Terms) -> Prompt:
        asked = template("talk")
        commands = "; ".join(
            f"`{verb.usage}` ({verb.help})" for name, verb in VERBS.items() if name not in ("cell", "say")
        )
        system = Message(
            "system", f"{asked.text.format(commands=commands).strip()}\n\n{_state(hearing, terms)}".strip()
        )
        return Prompt([system, *_recent(hearing.said, terms)], asked.label)

    def read(text: str, finish: str) -> Turn:
        if not text.strip():
            raise Unreadable("your reply is empty")
        return turn(text, cut=finish == "length")

    again = template("again")
    return board.consult(
        Question(f"talk {place}", compose, read, lambda wrong: again.fill(wrong=wrong), REPLY_TOKENS), on_text
    )


def turn(text: str, *, cut: bool = False) -> Turn:
    """The acts in a reply; of one that was cut, a block that does not end is no act."""
    acts: list[Act] = []
    for found in _FENCE.finditer(text):
        kind = _LANGUAGES.get(found.group(2).lower())
        unfinished = found.end() == len(text) and not re.search(
            r"^(`{3,}|~{3,})[ \t]*\Z", text.rstrip("\n"), re.MULTILINE
        )
        if kind is None or (cut and unfinished) or any(act.kind == kind for act in acts):
            continue
        acts.append(Act(kind, found.group(4).strip("\n"), found.group(3).strip()))  # type: ignore[arg-type]
    return Turn(text, tuple(acts))


def told_of(result: CellResult, code: str, plots: int) -> tuple[str, str]:
    """What a model is told of a cell that ended: in full, and without anything that the cell printed."""
    ended = "the cell ended well" if result.status == "ok" else f"the cell ended: {result.status}"
    lost = "; all names are lost" if result.state_lost else ""
    figures = f"; {counted(plots, 'figure')} shown to the person" if plots else ""
    text = (result.stdout + result.stderr).strip()
    lines = counted(len(text.splitlines()), "line")
    fault = ""
    full_fault = ""
    if result.error is not None:
        found = diagnose(result.status, result.error, "", "", code)
        fault = "; " + failure_text(found, code, "schema")
        full_fault = "\n" + marked(f"{result.error.type}: {result.error.message}"[:1000])
    output = (
        "\n" + marked(text if len(text) <= OUTPUT else f"{text[: OUTPUT // 2]}\n…\n{text[-OUTPUT // 2 :]}")
        if text
        else ""
    )
    full = f"{ended}{lost}{figures}.{output}{full_fault}"
    return full, f"{ended}{lost}{figures}{fault}; {lines} of output were shown to the person, and not to you"


def _state(hearing: Hearing, terms: Terms) -> str:
    parts = []
    if hearing.overview is not None:
        parts.append(f"The table {_table(hearing.overview, terms.privacy)}")
        parts.append(_columns(hearing.overview, terms.privacy, terms.tokens))
    if hearing.run:
        parts.append(f"The run: {hearing.run}")
    return "\n\n".join(part for part in parts if part)


def _table(seen: Overview, privacy: Privacy) -> str:
    name = f"{escaped(seen.path)!r} " if privacy == "full" else "that was loaded "
    return f"{name}has {seen.rows:,} rows and {len(seen.columns)} columns."


def _columns(seen: Overview, privacy: Privacy, tokens: int) -> str:
    lines = []
    for column in seen.columns:
        detail = f", {shown(column.detail, 60)}" if privacy == "full" and column.detail else ""
        lines.append(f"{column.name!r}: {column.kind}, {column.missing} missing, {column.distinct} distinct{detail}")
    if privacy == "full":
        lines += [f"odd: {text}" for text in seen.odd[:20]]
    most = tokens  # a quarter of the prompt, at four characters a token
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > most:
            kept.append(f"and {len(lines) - len(kept)} more lines")
            break
        kept.append(line)
    return marked("\n".join(kept))


def _recent(said: Sequence[Heard], terms: Terms) -> list[Message]:
    """The end of the talk, as much as half of the prompt holds; what one role says in a row is one message."""
    room = terms.tokens * 2  # characters: half the tokens, at four characters each
    kept: list[Message] = []
    for one in reversed(said):
        text = one.full if terms.privacy == "full" else one.schema
        text = _middle_cut(text, room) if not kept else text
        if kept and room < len(text):
            break
        room -= len(text)
        if kept and kept[0].role == one.who:
            kept[0] = Message(one.who, f"{text}\n\n{kept[0].content}")
        else:
            kept.insert(0, Message(one.who, text))
    return kept if kept and kept[0].role == "user" else [Message("user", "(the talk goes on)"), *kept]


def _middle_cut(text: str, room: int) -> str:
    """The beginning, where the words stand, and the end, where marks are closed."""
    return text if len(text) <= room else f"{text[: room // 2]}\n…\n{text[len(text) - room // 2 + 3 :]}"
