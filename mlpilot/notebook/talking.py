"""`%%mlpilot`: a cell of plain words, which is one turn of a talk; the next such cell goes on with it."""

import re
from collections.abc import Callable, Mapping, Sequence

from mlpilot.agent.talk.wishes import is_code
from mlpilot.chat.beginning import begin
from mlpilot.chat.changes import Change
from mlpilot.chat.copilot import Copilot
from mlpilot.chat.happenings import Tell
from mlpilot.chat.headless import run
from mlpilot.cli import build
from mlpilot.commands.chat import means
from mlpilot.frames import keep
from mlpilot.parser import parse
from mlpilot.sandbox.errors import UserError

_NAMED = re.compile(
    r"(?<!\S)@([^\W\d]\w*)(?![\w.])|\b((?:load|open|read|take|use|look at|describe|about|from|of|on|using)"
    r"\s+(?:the\s+)?(?:table|data(?:frame)?)?\s*)"
    r"([^\W\d]\w*)(?![\w.])",
    re.IGNORECASE,
)
"""`@name`, or a name where words ask for a table."""


def with_frames(text: str, names: Mapping[str, object]) -> str:
    """The words, with each DataFrame of the notebook that they name as a file that holds its values.

    A name counts after an @, and after words that ask for a table: `load df`. A cell of Python is left as it is.
    """
    if is_code(text.strip()):
        return text
    import pandas as pd

    def put(found: "re.Match[str]") -> str:
        name = found.group(1) or found.group(3)
        held = names.get(name)
        if not isinstance(held, pd.DataFrame):
            return found.group()
        return f'{found.group(2) or "@"}"{keep(held, name)}"'

    return _NAMED.sub(put, text)


def turn(text: str, words: Sequence[str], talk: str | None) -> str:
    """Say `text`, with options of `mlpilot chat` in `words`; the name of the talk. Raises `UserError`.

    What a model writes runs in the sandbox and never in the kernel; a file that it proposes is not written.
    """
    if not text.strip():
        raise UserError("the cell says nothing; write below %%mlpilot what should be done")
    args = parse(build(), ["chat", *words])
    make = begin(args.run or talk, means(args), args.timeout)
    made: list[Copilot] = []

    def making(tell: Tell, approve: Callable[[Change], bool]) -> Copilot:
        made.append(make(tell, approve))
        return made[-1]

    run(text, making, as_json=False, lines=False, write=False)
    return made[0].memory.name
