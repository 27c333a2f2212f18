"""A Solution: one Python module that fits and predicts (the contract is in `docs/solution.md`)."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Solution:
    """Source of a module with `fit(X, y, *, params, seed, report)` and `predict(model, X)`, and an optional `SPACE`."""

    name: str
    """What a person reads on the board: "scaled logistic regression"."""
    source: str
    complexity: int = 50
    """Declared, 1 (a constant) to 100 (a large blend); among equals the simpler wins."""

    @property
    def id(self) -> str:
        """sha256 of the source, hexadecimal, 16 digits."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]
