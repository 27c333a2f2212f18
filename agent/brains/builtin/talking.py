"""How a Run stands, in a few sentences: what the built-in brain has to say."""

from collections.abc import Sequence

from mlpilot.agent.brains.builtin.ledger import Ledger
from mlpilot.agent.brains.protocol import Line, View
from mlpilot.agent.data.phrases import counted, shown


def answer(view: View) -> str:
    """The best, what comes after it, what failed, what is left."""
    if not view.board:
        return "Nothing has been tried yet."
    ledger = Ledger(view)
    said = [f"{counted(len(view.board), 'experiment').capitalize()} so far."]
    best = next((line for line in view.board if line.experiment == view.best), None)
    if best is not None:
        said.append(f"The best is #{best.experiment}, {shown(best.name)}: {_score(best)}.")
    behind = [family.scored[0] for family in ledger.families if family.draft.name != (best.name if best else "")][:3]
    if behind:
        said.append(f"Then {'; '.join(f'#{line.experiment} {shown(line.name)} {_score(line)}' for line in behind)}.")
    said += _failures(view.board)
    if ledger.idle:
        said.append(f"The last {counted(ledger.idle, 'experiment')} gained nothing worth mentioning.")
    said.append("I decide by rules and have no conversation in me; with a model there is one.")
    return " ".join(said)


def _failures(board: Sequence[Line]) -> list[str]:
    failed = [(line, line.failure.message) for line in board if line.failure is not None]
    return [f"#{line.experiment} {shown(line.name)} failed: {message}." for line, message in failed[-2:]]


def _score(line: Line) -> str:
    return f"{line.score:.4g}" if line.score is not None else "not scored"
