"""`%%mlpilot`: a cell of plain words, which is one turn of a talk; the next such cell goes on with it."""

from collections.abc import Callable, Sequence

from mlpilot.chat.beginning import begin
from mlpilot.chat.changes import Change
from mlpilot.chat.copilot import Copilot
from mlpilot.chat.happenings import Tell
from mlpilot.chat.headless import run
from mlpilot.cli import build
from mlpilot.commands.chat import means
from mlpilot.parser import parse
from mlpilot.sandbox.errors import UserError


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
