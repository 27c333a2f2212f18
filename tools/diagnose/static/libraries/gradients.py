"""Where gradients end: what was detached, or made anew from a number; kept as flags of the data."""

from mlpilot.tools.diagnose.static.reading.values import Data

ENDS = frozenset({"detached", "rewrapped"})
"""Flags of what no gradient comes back from. Of two ways or two sides, both must have them."""
CUT_BEFORE = "detached before"


def past_weights(data: Data) -> Data:
    """What weights made of detached rows: gradients reach these weights, and nothing before them."""
    if "detached" not in data.flags:
        return data
    return data.but(flags=data.flags - {"detached"} | {CUT_BEFORE})


def looked_up(data: Data) -> Data:
    """Rows of an embedding: numbers of rows have no gradients, so that nothing is cut off where these were detached."""
    return data.but(flags=data.flags - {"detached", CUT_BEFORE}, cut=None)
