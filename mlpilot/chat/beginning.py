"""How a talk begins: a new one, one about a run, or an earlier one that goes on."""

from collections.abc import Callable
from pathlib import Path

from mlpilot.agent.options import RunOptions
from mlpilot.agent.talk.memory import Memory, names
from mlpilot.chat.changes import Change
from mlpilot.chat.copilot import Copilot
from mlpilot.chat.happenings import Tell
from mlpilot.history import stored
from mlpilot.sandbox.errors import UserError

Make = Callable[[Tell, Callable[[Change], bool]], Copilot]


def begin(name: str | None, options: RunOptions, cell_seconds: float | None) -> Make:
    """What makes the Copilot, once it is known who listens. Raises `UserError` where there is no run or talk `name`."""
    talks = names()
    is_talk = name is not None and name in talks
    run = "" if name is None or is_talk else _known(name, talks)

    def make(tell: Tell, approve: Callable[[Change], bool]) -> Copilot:
        memory = Memory.of(str(name)) if is_talk else Memory.new()
        copilot = Copilot(memory, options, tell, approve, cell_seconds=cell_seconds)
        copilot.recall()
        if run:
            copilot.deeds.run = run
            memory.keep("run", run)
            data = stored(run).record.spec.data
            if Path(data).is_file():
                copilot.deeds.take_up(data)
        return copilot

    return make


def _known(name: str, talks: list[str]) -> str:
    try:
        return stored(name).run
    except UserError as error:
        more = f"; talks: {', '.join(talks[:5])}" if talks else ""
        raise UserError(f"{error}{more}") from None
