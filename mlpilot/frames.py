"""A DataFrame as a file of the state folder, so that a run can be resumed after the process that made it is gone."""

import hashlib
import io
from os import PathLike, fspath
from typing import TYPE_CHECKING

from mlpilot.sandbox.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


def path_of(table: "str | PathLike[str] | pd.DataFrame", name: str) -> str:
    """The path of a table; a DataFrame is written first, under the hash of its contents. Raises `UserError`."""
    if isinstance(table, str | PathLike):
        return fspath(table)
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise UserError(f"{name} must be a path or a pandas DataFrame, not {type(table).__name__}")
    return keep(table)


def keep(frame: "pd.DataFrame", variable: str = "") -> str:
    """Write a DataFrame into the state folder, under the hash of its contents; its path.

    `variable` is what its owner calls it, an identifier: reports call it that, too (`agent/kept.py`).
    """
    from mlpilot.agent.atomic import write_atomically
    from mlpilot.agent.home import make_home
    from mlpilot.agent.kept import place

    content, suffix = _bytes(frame)
    path = place(make_home(), hashlib.sha256(content).hexdigest()[:16], suffix, variable)
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, content)
    return str(path)


def _bytes(frame: "pd.DataFrame") -> tuple[bytes, str]:
    """Parquet, which keeps types; CSV where a column holds what Parquet cannot (mixed types, names used twice)."""
    import pyarrow as pa

    named = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    try:
        buffer = io.BytesIO()
        named.to_parquet(buffer, index=False)
    except (pa.ArrowException, ValueError, TypeError):
        return named.to_csv(index=False).encode(), ".csv"
    return buffer.getvalue(), ".parquet"
