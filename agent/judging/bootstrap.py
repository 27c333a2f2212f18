"""Intervals and p-values from what each independent unit contributes to a number.

The studentised bootstrap (Hall 1992; Efron and Tibshirani 1993, chapter 12): the skew of losses is respected, and an
interval and a test never contradict each other. The number is linearised first (each unit's contribution is its
first-order effect), so that resampling is one matrix product, whatever the metric, the folds and the repeats.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 4_000
UNITS_MOST = 500
"""More units than this are summed into so many bags at random, which leaves the variance as it is."""
_SPREAD_FLOOR = 0.1
"""A resample's variance counts as at least this share of the sample's: sparse losses (three errors in a hundred rows)
would else give resamples without any spread, and endless intervals."""
_TAIL = 20
"""So many resamples must lie beyond a value for their count to be its p-value; past that, a scaled t tail."""


class Bootstrap:
    """Resamples of `units` independent units, the same ones in every call."""

    def __init__(self, units: int, seed: int) -> None:
        self.units = units
        self._seed = seed

    def spread(self, contributions: Floats) -> float:
        """Standard error of the number whose contributions (units,) these are."""
        centred = contributions - contributions.mean()
        return float(np.sqrt((centred**2).sum() * self.units / max(self.units - 1, 1)))

    def interval(self, value: float, contributions: Floats, level: float = 0.95) -> tuple[float, float]:
        """Of `value`, whose unit contributions are (units,); `(value, value)` where nothing varies."""
        spread = self.spread(contributions)
        if spread == 0:
            return value, value
        low, high = np.quantile(self._studentised(contributions), [(1 - level) / 2, (1 + level) / 2])
        return value - float(high) * spread, value - float(low) * spread

    def p_value(self, value: float, contributions: Floats) -> float:
        """Two-sided, of the hypothesis that the number is zero."""
        from scipy.stats import t

        spread = self.spread(contributions)
        if spread == 0:
            return 1.0
        seen = value / spread
        sign = 1.0 if seen >= 0 else -1.0
        ratios = np.sort(sign * self._studentised(contributions))
        beyond = RESAMPLES - int(np.searchsorted(ratios, abs(seen), side="left"))
        if beyond >= _TAIL:
            return min(1.0, 2 * beyond / RESAMPLES)
        known = _TAIL / RESAMPLES
        stretch = max(1.0, float(ratios[-_TAIL]) / float(t.isf(known, self.units - 1)))
        return float(2 * min(known, t.sf(abs(seen) / stretch, self.units - 1)))

    def _studentised(self, contributions: Floats) -> Floats:
        """(number* - number) / its standard error*, in every resample: (RESAMPLES,)."""
        centred = contributions - contributions.mean()
        centred = centred / np.sqrt((centred**2).mean())
        counts = _counts(self.units, self._seed)
        means = counts @ centred.astype(np.float32) / self.units
        squares = counts @ (centred**2).astype(np.float32) / self.units
        variances = np.maximum(squares - means**2, _SPREAD_FLOOR)
        # The sample's own standard error is corrected for small samples, and so must a resample's be.
        return np.asarray(means / np.sqrt(variances / max(self.units - 1, 1)), dtype=np.float64)


@lru_cache(maxsize=4)
def _counts(units: int, seed: int) -> NDArray[np.float32]:
    """How often each unit is drawn: (RESAMPLES, units), at most 8 MB."""
    rng = np.random.default_rng([seed, units])
    return rng.multinomial(units, np.full(units, 1 / units), size=RESAMPLES).astype(np.float32)


def bags(units: NDArray[np.int64], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Number the units (n,) of rows 0..m-1 with m at most `most`; of more, random ones share a number."""
    codes: NDArray[np.int64] = np.unique(units, return_inverse=True)[1]
    count = int(codes.max()) + 1 if len(codes) else 0
    if count <= most:
        return np.asarray(codes, dtype=np.int64)
    return np.asarray(rng.permutation(count)[codes] % most, dtype=np.int64)


def time_blocks(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Blocks (n,) of neighbours in time, about n^(1/3) rows each: what is near in time is not independent."""
    n = len(order)
    ranks = np.empty(n, dtype=np.int64)
    ranks[np.argsort(order, kind="stable")] = np.arange(n)
    count = max(min(n, 20), round(n ** (2 / 3)))
    return np.asarray(ranks * count // max(n, 1), dtype=np.int64)
