"""Tables that a program writes to a file, and reads again."""

from collections.abc import Callable

from mlpilot.tools.diagnose.static.libraries import indexes
from mlpilot.tools.diagnose.static.reading.trace import Call, Context
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Data, Value, words


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


WRITING: dict[str, Callable[[Context, Call, Data], Value]] = dict.fromkeys(
    ("to_csv", "to_parquet", "to_pickle", "to_feather"), _written
)
"""Methods of tables that write them to a file."""
