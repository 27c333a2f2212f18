"""The order in which the sandbox sees rows: secret, so that no position tells anything about a label.

The key of the shuffle is a hash over the whole data, hidden labels included: the same for every Run on the same data
and seed, so that work can be found again, and not to be computed by anyone who does not hold the labels.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def secret_rng(*parts: object) -> np.random.Generator:
    """A generator seeded by a hash of the parts."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))


@dataclass(frozen=True, eq=False)
class Shuffle:
    """Where each row stands in the table that the sandbox has loaded."""

    rows: Rows
    """(n,) row at each position: the order to write the table in."""
    place: Rows
    """(n,) position of each row: the inverse."""
    timed: bool

    @classmethod
    def make(cls, n: int, secret: str, order: Rows | None = None) -> "Shuffle":
        """Shuffle n rows; under `order` (rank in time) the time is kept, and only ties are shuffled."""
        rows = secret_rng("order", secret).permutation(n)
        if order is not None:
            rows = rows[np.argsort(order[rows], kind="stable")]
        place = np.empty(n, dtype=np.int64)
        place[rows] = np.arange(n)
        return cls(rows, place, order is not None)

    def training(self, train: Rows) -> Rows:
        """The training rows in the order in which the sandbox is to see them."""
        return train[np.argsort(self.place[train])]

    def held_out(self, held: Rows, secret: str) -> Rows:
        """Positions into `held`, in the order in which the sandbox is asked to predict them."""
        if self.timed:
            return np.argsort(self.place[held])
        return secret_rng("held", secret).permutation(len(held))
