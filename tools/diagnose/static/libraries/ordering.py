"""The order of rows: by time, backwards, or group by group."""

import re

from mlpilot.tools.diagnose.static.libraries import indexes
from mlpilot.tools.diagnose.static.reading.trace import Call, Context
from mlpilot.tools.diagnose.static.reading.values import Data, Value, constant, words

IN_GROUPS = "in groups of "
"""How a flag begins that says that rows are in order of time within groups, one group after the other."""
_TIME = re.compile(r"date|time|timestamp|month|year|^ds$|day$|^ts$|^t$|hour|week|quarter", re.IGNORECASE)


def in_order(context: Context, call: Call, data: Data) -> Value:
    """`df.sort_values("date")`: rows in order of time, within groups where those come first."""
    del context
    by = words(call.get("by", 0))
    data = data.but(flags=frozenset(one for one in data.flags if one != "shuffled" and not one.startswith(IN_GROUPS)))
    backwards = constant(call.get("ascending")) is False and (call.name == "sort_index" or any(map(_TIME.search, by)))
    data = data.but(flags=data.flags - {"reversed"} | ({"reversed"} if backwards else set()))
    if call.name == "sort_values":
        data = indexes.moved(data, call)
        if len(by) > 1 and not _TIME.search(by[0]) and any(_TIME.search(one) for one in by[1:]):
            data = data.flagged(f"{IN_GROUPS}{by[0]}")
    return data.flagged("temporal") if call.name == "sort_index" or any(_TIME.search(one) for one in by) else data
