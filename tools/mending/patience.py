"""How long all runs of a script may take together, and what is being tried meanwhile.

A run has its own bound, `--timeout`; this one is on their sum. What was proven by then stays, and what was not yet
tried is named with the finding.
"""

import math
import time
from collections.abc import Callable

from mlpilot.tools.mending.running import Ended, Probe

RUNS, LEAST = 10, 300.0
"""All runs together may take as long as so many that use up their time, and at least so many seconds."""


class SpentError(Exception):
    """The time for all runs is spent."""


class Patience:
    """Counts the seconds that runs take, and starts none when they are spent."""

    def __init__(
        self,
        seconds: float = math.inf,
        tell: Callable[[str], object] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tell` is given, before each run, what it tries."""
        self.seconds, self._tell, self._clock = seconds, tell, clock
        self.spent = 0.0
        self.runs = 0
        self.trying = "the script as it is"

    @classmethod
    def of(cls, timeout: float, tell: Callable[[str], object] = str) -> "Patience":
        """That for runs of which each may take `timeout` seconds."""
        return cls(max(LEAST, RUNS * timeout), tell)

    def run(
        self, run: Callable[..., Ended], source: str, watched: dict[str, str] | None = None, probe: Probe | None = None
    ) -> Ended:
        """One run, whose time is counted; it is not cut short. Raises `SpentError` where no time is left."""
        if self.spent >= self.seconds:
            raise SpentError
        return self.once_more(run, source, watched, probe)

    def once_more(
        self, run: Callable[..., Ended], source: str, watched: dict[str, str] | None = None, probe: Probe | None = None
    ) -> Ended:
        """One run, whatever is left: what was proven is seen to end well a second time."""
        self._tell(self.trying)
        began = self._clock()
        try:
            return run(source, watched, probe)
        finally:
            self.spent += self._clock() - began
            self.runs += 1

    def why(self) -> str:
        """That the time is spent, and how to give it more."""
        return (
            f"{self.runs} runs took {self.spent:.0f} seconds, and no further edit was tried: "
            f"all together may take {self.seconds:.0f}, ten times --timeout"
        )
