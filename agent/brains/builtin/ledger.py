"""The board, read by Solution: what each has scored, cost and gained. Pure arithmetic over the View."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mlpilot.agent.brains.protocol import Line, View


@dataclass(frozen=True)
class Family:
    """One Solution and its tuning trials."""

    draft: Line
    trials: tuple[Line, ...]
    """Tuning trials, in order, the failed ones too."""
    sign: int

    @cached_property
    def scored(self) -> list[Line]:
        """The draft and its trials that were scored, the best first."""
        lines = [line for line in (self.draft, *self.trials) if line.score is not None]
        return sorted(lines, key=lambda line: (-self.value(line), line.experiment))

    def value(self, line: Line) -> float:
        """The score, greater is better."""
        assert line.score is not None
        return self.sign * line.score

    @property
    def best(self) -> float:
        """The best score, greater is better."""
        return self.value(self.scored[0])

    @property
    def seconds(self) -> float:
        """What one more trial is likely to take."""
        return sum(line.seconds for line in self.scored) / len(self.scored)

    @property
    def idle(self) -> int:
        """Trials since the last that gained something."""
        best = max(range(len(self.trials) + 1), key=self._reached)
        return len(self.trials) - best

    def _reached(self, count: int) -> tuple[float, int]:
        """The best value after so many trials; of equal ones the earliest counts."""
        lines = (self.draft, *self.trials[:count])
        return max(self.value(line) for line in lines if line.score is not None), -count


class Ledger:
    """What the board says, ready to decide upon."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.sign = 1 if view.card.greater_is_better else -1

    @cached_property
    def families(self) -> list[Family]:
        """Solutions that were scored, the best first."""
        return families_of(self.view.board, self.sign)

    @cached_property
    def drafted(self) -> set[str]:
        """Names of the recipes that were tried, the failed ones too."""
        return {line.name for line in self.view.board if line.kind == "draft" and line.by == "built-in"}

    @property
    def spent(self) -> float:
        """Seconds that all Experiments took."""
        return sum(line.seconds for line in self.view.board)

    @cached_property
    def idle(self) -> int:
        """Experiments since the last that gained something worth mentioning on the best before it."""
        best, since = None, 0
        for line in self.view.board:
            since += 1
            if line.score is None:
                continue
            value = self.sign * line.score
            least = 0.02 * (line.ci[1] - line.ci[0]) / 2 if line.ci else 0.0
            if best is None or value > best + least:
                best, since = value, 0
        return since

    @cached_property
    def blends(self) -> list[int]:
        """Positions on the board of the blends."""
        return [place for place, line in enumerate(self.view.board) if line.kind == "blend"]


def families_of(board: Sequence[Line], sign: int) -> list[Family]:
    """The scored Solutions of a board with their trials, the best first."""
    trials: dict[int, list[Line]] = {}
    for line in board:
        if line.kind == "tune" and line.parent is not None:
            trials.setdefault(line.parent, []).append(line)
    families = [
        Family(line, tuple(trials.get(line.experiment, ())), sign)
        for line in board
        if line.kind == "draft" and line.score is not None
    ]
    return sorted(families, key=lambda family: (-family.best, family.draft.experiment))
