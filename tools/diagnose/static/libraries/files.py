"""Tables that a program writes to a file, and reads again."""

from collections.abc import Callable

from mlpilot.tools.diagnose.static.libraries import indexes
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, Context
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Const, Data, Value, constant, words


def _written(context: Context, call: Call, data: Data) -> Value:
    """`df.to_csv("ready.csv")`: what is read from that file later is this table."""
    name = words(call.get("path_or_buf", 0) or call.get("path") or UNKNOWN)
    if name and data.kind == "data" and not call.loops:
        context.trace.files[name[0]] = data
    return data


def read_back(context: Context, name: str) -> Data | None:
    """The table that the program wrote to a file of this name, if it did."""
    kept = context.trace.files.get(name) if name else None
    return indexes.settled(kept) if kept is not None else None


_ANY_ROWS = listed(
    "usecols dtype parse_dates index_col sep delimiter header names encoding low_memory na_values engine thousands"
    " decimal dayfirst columns keep_default_na quotechar true_values false_values allow_pickle mmap_mode"
)
"""Arguments that do not say which rows are read."""


def which(context: Context, call: Call, name: str) -> int:
    """The number of the rows that are read: the same one where the same rows of the same file are read again."""
    serial = context.fresh()
    more = {str(at): value for at, value in enumerate(call.args[1:])} | call.kwargs
    chosen = {key: value for key, value in more.items() if key not in _ANY_ROWS}
    if (
        "." not in name
        or {"chunksize", "iterator"} & set(chosen)
        or not all(isinstance(value, Const) for value in chosen.values())
    ):
        return serial
    said = [f"{key}={constant(value)!r}" for key, value in sorted(chosen.items())]
    return context.trace.sources.setdefault(" ".join([name, *said]), serial)


WRITING: dict[str, Callable[[Context, Call, Data], Value]] = dict.fromkeys(
    ("to_csv", "to_parquet", "to_pickle", "to_feather"), _written
)
"""Methods of tables that write them to a file."""
