"""A table on which nobody can honestly do better than chance."""

from pathlib import Path

import numpy as np
import pandas as pd

CHEATS = Path(__file__).parent / "cheats"
"""The folder of Solutions that try anyway."""


def write(path: Path, *, rows: int, seed: int, columns: int = 4) -> pd.DataFrame:
    """Write a CSV of noise in `columns` columns and a target `y` that is 0 in one half of the rows and 1 in the other.

    The rows are sorted by label, so that whoever learns their order learns the labels. Returns the table.
    """
    noise = np.random.default_rng(seed).normal(size=(rows, columns)).round(5)
    table = pd.DataFrame(noise, columns=[f"x{number}" for number in range(columns)])
    table["y"] = (np.arange(rows) >= rows // 2).astype(int)
    table.to_csv(path, index=False)
    return table
