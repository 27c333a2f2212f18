"""When an endpoint that failed is asked again (the circuit breaker of Nygard, "Release It!", 2007)."""

import time
from collections.abc import Callable

FIRST, LONGEST = 5.0, 300.0
"""Seconds that an endpoint is left alone after its first failure in a row, and at most; each one doubles them."""
LASTING = 900.0
"""Seconds after a failure that waiting does not mend; a person may have mended it by then."""


class Breaker:
    """Closed: it is asked. Open: it is not, until its time has come; then one call decides."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._open_until = 0.0

    @property
    def closed(self) -> bool:
        """Whether the endpoint may be asked now."""
        return self._now() >= self._open_until

    def succeeded(self) -> None:
        """It answered."""
        self._failures, self._open_until = 0, 0.0

    def failed(self, *, lasting: bool = False, retry_after: float | None = None) -> None:
        """It did not, and is left alone for a while: as long as it asked for, where it did."""
        self._failures += 1
        pause = LASTING if lasting else min(LONGEST, FIRST * 2.0 ** min(self._failures - 1, 16))
        self._open_until = self._now() + max(pause if retry_after is None else retry_after, 0.0)
