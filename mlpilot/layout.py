"""How the board looks: columns that stay aligned while it grows, from 40 to 160 columns wide."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from mlpilot.agent.judging.judged import Score
from mlpilot.board import Row
from mlpilot.numbers import bare, board_places, interval, spark, took

_STYLES = {"better": "green", "worse": "dim", "failed": "red", "rejected": "red"}
_GAP = 2
_OF_MODEL = " (model)"
"""Beside an idea that a model had."""
_NUMBERS, _STANDING, _TOOK = 8, 9, 7
"""`100–131 `, `no better`, `1:02:30`."""


@dataclass(frozen=True)
class Layout:
    """Widths of the columns, in cells; 0 leaves a column out."""

    width: int
    places: int
    """Decimals of the intervals; scores have one more."""
    idea: int
    score: int
    interval: int
    took: int
    notes: int
    """Cells for notes at the end of a line; where 0, they go on a line of their own."""

    @classmethod
    def for_scores(cls, width: int, scores: Sequence[Score]) -> "Layout":
        """Columns for a console of this width, with digits and room for scores like these."""
        places = board_places(scores)
        score = max([6, *(cell_len(bare(value.value, places + 1)) for value in scores)])
        bounds = max([13, *(cell_len(interval(value.ci, places)) for value in scores)])
        least = 1 + _NUMBERS + 12 + _GAP + score + _GAP + _STANDING
        bounds = bounds if width >= least + _GAP + bounds + 4 else 0
        seconds = _TOOK if width >= least + (bounds + _GAP if bounds else 0) + _GAP + _TOOK + 4 else 0
        fixed = least - 12 + sum(column + _GAP for column in (bounds, seconds) if column)
        idea = min(width - fixed, 34 if width >= 100 else 44)
        notes = width - fixed - idea - _GAP
        return cls(width, places, idea, score, bounds, seconds, notes if notes >= 24 else 0)

    def heading(self) -> Text:
        """The names of the columns."""
        cells = [" " + "#".ljust(_NUMBERS) + "idea".ljust(self.idea), "score".rjust(self.score)]
        if self.interval:
            cells.append("95 % interval".rjust(self.interval))
        cells.append("vs best".ljust(_STANDING))
        if self.took:
            cells.append("took".rjust(self.took))
        return Text((" " * _GAP).join(cells).rstrip(), style="dim", no_wrap=True)

    def lines(self, row: Row) -> list[Text]:
        """A row of the board: one line, and where there is no room beside it, one more for its notes."""
        line = self._line(row)
        mark = "the model's idea" if row.by_model and not self._marks else ""
        notes = " · ".join(filter(None, [mark, spark(row.course) if len(row.course) > 1 else "", *row.notes]))
        if not notes:
            return [line]
        if self.notes:
            line.append(" " * _GAP + _fit(notes, self.notes).rstrip(), style="dim")
            return [line]
        indent = 1 + _NUMBERS
        return [line, Text(" " * indent + _fit(notes, self.width - indent).rstrip(), style="dim", no_wrap=True)]

    def _line(self, row: Row) -> Text:
        style = "bold" if row.is_best else ""
        value = (bare(row.score.value, self.places + 1) if row.score else "–").rjust(self.score)
        bounds = (
            (interval(row.score.ci, self.places) if row.score else "").rjust(self.interval) if self.interval else ""
        )
        # A number that is wider than those that the columns were made for takes its room from the idea.
        excess = cell_len(value) - self.score + cell_len(bounds) - self.interval
        line = Text(no_wrap=True, overflow="crop")
        line.append(" " + _fit(row.numbers, _NUMBERS))
        self._append_idea(line, row, max(self.idea - excess, 1), style)
        line.append(" " * _GAP + value, style=style)
        if self.interval:
            line.append(" " * _GAP + bounds)
        line.append(" " * _GAP + _fit(row.standing, _STANDING), style=_STYLES.get(row.standing, ""))
        if self.took:
            line.append(" " * _GAP + took(row.seconds).rjust(self.took), style="dim")
        return line

    @property
    def _marks(self) -> bool:
        """Whether an idea's column has room for whose it is."""
        return self.idea >= 3 * len(_OF_MODEL)

    def _append_idea(self, line: Text, row: Row, width: int, style: str) -> None:
        if not (row.by_model and self._marks):
            line.append(_fit(row.idea, width), style=style)
            return
        name = _cut(row.idea, max(width - len(_OF_MODEL), 1))
        line.append(name, style=style)
        line.append(_fit(_OF_MODEL, max(width - cell_len(name), 1)), style="dim")


def _fit(text: str, width: int) -> str:
    """Exactly `width` cells: padded, or cut with an ellipsis."""
    return set_cell_size(_cut(text, width), width)


def _cut(text: str, width: int) -> str:
    """At most `width` cells, with an ellipsis where something is missing."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"
