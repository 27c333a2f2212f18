"""Reading a table, by parsers that cannot execute anything."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from mlpilot.agent.data.delimited import MAX_COLUMNS, MISSING, read_delimited, too_many_columns
from mlpilot.agent.data.files import checked_path, is_gzip, memory, read_whole
from mlpilot.agent.data.phrases import counted, few, listed, plain, shown
from mlpilot.agent.data.records import read_json, read_json_lines
from mlpilot.agent.data.workbook import read_workbook
from mlpilot.sandbox.errors import UserError

FORMATS = ".csv, .tsv, .txt, .parquet, .jsonl, .json, .xlsx, .xls or .ods, each also as .gz"
REFUSED = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".h5", ".hdf5", ".feather", ".pt", ".pth", ".rds", ".rdata")


@dataclass(frozen=True, eq=False)
class Table:
    """A file as read: columns of numbers, booleans, dates (`datetime64`) and strings; nothing decided yet."""

    frame: pd.DataFrame
    notes: tuple[str, ...]
    """What had to be settled to read it, one short line each."""
    repeated: frozenset[str] = frozenset()
    """Names that more than one column had in the file: all but the first of these are called otherwise here."""


def read_table(path: str | Path) -> Table:
    """Read a table of any known format.

    Raises `UserError`: not there, not readable, empty, not a table, ragged, too large, or of a format that could
    execute code.
    """
    file = checked_path(path)
    suffix = Path(file.stem).suffix.lower() if is_gzip(file) else file.suffix.lower()
    if suffix in REFUSED:
        raise UserError(
            f"{file}: {suffix} files are not read, since some can run code; save the table as CSV or Parquet"
        )
    if suffix in (".csv", ".tsv", ".txt", ".tab"):
        names, arrays, notes = read_delimited(file)
        columns = _from_arrow(arrays)
    elif suffix in (".parquet", ".pq"):
        names, columns, notes = _read_parquet(file)
    elif suffix in (".jsonl", ".ndjson", ".json"):
        records, notes = read_json(file) if suffix == ".json" else read_json_lines(file)
        names, columns = list(records), [_settled(values) for values in records.values()]
    elif suffix in (".xlsx", ".xls", ".ods", ".xlsm", ".xlsb"):
        names, cells, notes = read_workbook(file)
        columns = [_settled(values) for values in cells]
    else:
        raise UserError(f"{file}: mlpilot reads {FORMATS}; save the table as one of these")
    if len(names) > MAX_COLUMNS:
        raise too_many_columns(file, len(names))
    if not columns or not len(columns[0]):
        raise UserError(f"{file} has a header and no rows" if names else f"{file} holds no table")
    unique, renamed = unique_names(names)
    pa.default_memory_pool().release_unused()
    frame = pd.DataFrame(dict(zip(unique, columns, strict=True)), copy=False)
    counts = Counter(_plain_names(names))
    return Table(frame, (*notes, *renamed), frozenset(name for name, count in counts.items() if name and count > 1))


def unique_names(names: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Names as distinct strings, and a note for each that had to change: `x` twice becomes `x` and `x.1`."""
    wanted = _plain_names(names)
    reserved, taken, unique = set(wanted), set[str](), list[str]()
    unnamed: list[str] = []
    renamed: list[str] = []
    for position, name in enumerate(wanted, 1):
        base = name or f"column_{position}"
        final, suffix = base, 0
        while final in taken or (suffix and final in reserved):
            suffix += 1
            final = f"{base}.{suffix}"
        if not name:
            unnamed.append(final)
        elif final != name:
            renamed.append(f"another column called {shown(name)}: now {shown(final)}")
        taken.add(final)
        unique.append(final)
    notes = few(renamed, "columns renamed")
    if unnamed:
        notes.append(f"{counted(len(unnamed), 'column')} without a name: {listed(unnamed)}")
    return unique, notes


def _plain_names(names: Sequence[Any]) -> list[str]:
    return ["" if name is None else plain(str(name)) for name in names]


def _read_parquet(file: Path) -> tuple[list[str], list[pd.Series], list[str]]:
    try:
        source = parquet.ParquetFile(read_whole(file) if is_gzip(file) else str(file))
        meta = source.metadata
        if meta.num_columns > MAX_COLUMNS:
            raise too_many_columns(file, meta.num_columns)
        bytes_needed = max(
            meta.num_rows * meta.num_columns * 8,
            sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups)),
        )
        if bytes_needed > memory() // 2:
            raise UserError(f"{file}: {meta.num_rows:,} rows × {meta.num_columns} columns do not fit in memory")
        table = source.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(f"{file} is not a Parquet file that can be read: {str(error).splitlines()[0][:160]}") from None
    return table.column_names, _from_arrow(list(table.columns)), []


def _from_arrow(arrays: list[pa.ChunkedArray]) -> list[pd.Series]:
    """Series of each column; the list is emptied on the way, so that a large table is never held twice."""
    columns = []
    arrays.reverse()
    while arrays:
        columns.append(_one_from_arrow(arrays.pop()))
    return columns


def _one_from_arrow(array: pa.ChunkedArray) -> pd.Series:
    kind, types = array.type, pa.types
    if types.is_dictionary(kind):
        array, kind = array.cast(kind.value_type), kind.value_type
    if types.is_null(kind):
        return pd.Series(np.full(len(array), np.nan))
    if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
        return _settled([None if value is None else str(value) for value in array.to_pylist()])
    if types.is_decimal(kind):
        array = array.cast(pa.float64())
    elif types.is_time(kind):
        array = array.cast(pa.string())
    elif types.is_duration(kind):  # in seconds
        return pd.Series(array.to_pandas()).dt.total_seconds()
    elif array.null_count and types.is_integer(kind) and kind != pa.uint64():
        return pd.Series(array.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get))
    elif array.null_count and types.is_boolean(kind):
        return pd.Series(array.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get))
    return pd.Series(array.to_pandas(date_as_object=False), copy=False)


def _settled(values: list[Any]) -> pd.Series:
    """A column of Python values as one dtype: integers, floats, booleans, or else strings."""
    present = [value for value in values if value is not None and value not in MISSING]
    kinds = {type(value) for value in present}
    cells = [None if value in MISSING else value for value in values] if str in kinds or not present else values
    if not present:
        return pd.Series(np.full(len(values), np.nan))
    if kinds == {bool}:
        return pd.Series(cells, dtype="bool" if len(present) == len(values) else "boolean")
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in present):
        return pd.Series(cells, dtype="int64" if len(present) == len(values) else "Int64")
    if kinds <= {int, float} and all(-(10**300) < value < 10**300 or type(value) is float for value in present):
        return pd.Series([np.nan if value is None else value for value in cells], dtype="float64")
    return pd.Series([None if value is None else str(value) for value in cells], dtype="str")
