"""What a recipe knows of the table that it writes code for: names and kinds of columns, counts, never a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Table:
    """The columns by kind, and the sizes that decide what is affordable."""

    task: Literal["classification", "regression"]
    train_rows: int
    """Rows that one fit sees."""
    classes: int = 0
    """Number of classes; 0 in regression."""
    smallest_class: int = 0
    """Rows of the rarest class in one fit; 0 in regression."""
    numbers: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    """Number and boolean columns that have missing values."""
    distinct: Mapping[str, int] = field(default_factory=dict)
    """Distinct values of each category column."""
    metric: str = ""
    """Scorer name, or the file and function of a custom metric."""
    timed: bool = False
    """True: folds follow time, so values beyond the training range are to be expected."""
    threads: int = 2

    @property
    def width(self) -> int:
        """About how many columns a scaled model sees after encoding."""
        encoded = sum(min(self.distinct.get(name, 10), 30) for name in self.categories)
        return len(self.numbers) + len(self.booleans) + encoded + 9 * len(self.dates) + 50 * len(self.texts) or 1

    @property
    def plain_width(self) -> int:
        """About how many columns a tree sees: one for each category."""
        one_each = len(self.numbers) + len(self.booleans) + len(self.categories)
        return one_each + 6 * len(self.dates) + 50 * len(self.texts) or 1

    def few(self, limit: int) -> tuple[str, ...]:
        """Category columns with at most `limit` distinct values; all of them where rows are few."""
        return tuple(name for name in self.categories if not self._is_many(name, limit))

    def many(self, limit: int) -> tuple[str, ...]:
        """Category columns with more distinct values than `limit`."""
        return tuple(name for name in self.categories if self._is_many(name, limit))

    def _is_many(self, name: str, limit: int) -> bool:
        return self.train_rows >= 100 and self.distinct.get(name, 0) > limit
