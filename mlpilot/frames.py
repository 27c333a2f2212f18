"""A DataFrame as a file of the state folder, so that a run can be resumed after the process that made it is gone."""

import hashlib
import io
from os import PathLike, fspath
from typing import TYPE_CHECKING

from mlpilot.sandbox.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

KEPT = "frames"
"""The folder that holds them, in the state folder."""


def path_of(table: "str | PathLike[str] | pd.DataFrame", name: str) -> str:
    """The path of a table; a DataFrame is written first, under the hash of its contents. Raises `UserError`."""
    if isinstance(table, str | PathLike):
        return fspath(table)
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise UserError(f"{name} must be a path or a pandas DataFrame, not {type(table).__name__}")
    return _kept(table)


def _kept(frame: "pd.DataFrame") -> str:
    from mlpilot.agent.atomic import write_atomically
    from mlpilot.agent.home import make_home

    content, suffix = _bytes(frame)
    path = make_home() / KEPT / f"{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
    if not path.is_file():
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
