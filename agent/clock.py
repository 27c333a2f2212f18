"""The Budget in time: what was spent, over all the times that the Run was taken up, and what is left."""

import time


class Clock:
    """Counts active seconds; `budget` None means no limit, and then nothing may depend on the clock."""

    def __init__(self, budget: float | None, spent: float, started: float | None = None) -> None:
        self.budget = budget
        self._before = spent
        self._started = time.monotonic() if started is None else started

    @property
    def active(self) -> float:
        """Seconds spent on this Run, now."""
        return self._before + time.monotonic() - self._started

    @property
    def left(self) -> float | None:
        """Seconds until the Budget ends (negative when it has), or None."""
        return None if self.budget is None else self.budget - self.active
