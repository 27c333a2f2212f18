"""Rows before and after that are not the row's own: lags across groups, and of rows in no order of time.

Sources: pandas, Group by: shift, rolling and diff within groups; Kapoor and Narayanan 2023 (temporal leakage).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries.ordering import IN_GROUPS
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import constant, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_NEIGHBOURS = ("shift", "rolling", "diff", "pct_change", "expanding", "ewm", "cumsum", "ffill", "bfill", "interpolate")


@rule(
    "DATA007",
    "lag-across-groups",
    "error",
    "a lag takes the last row of another group",
    remedy='df.groupby("store")["sales"].shift(1)',
    source="pandas, Group by: split-apply-combine; shift looks at the row above, whosever it is",
)
def across_groups(program: Program) -> Iterator[Found]:
    """`df = df.sort_values(["store", "date"])`, and then `df["lag"] = df["sales"].shift(1)`."""
    told = set()
    for call in program.trace.of(*_NEIGHBOURS):
        data = as_data(call.receiver)
        if data is None or data.kind != "data" or not data.frame or {"grouped", "mixed", "rolled"} & data.flags:
            continue
        groups = [one.removeprefix(IN_GROUPS) for one in data.flags if one.startswith(IN_GROUPS)]
        across = constant(call.get("axis")) in (1, "columns")
        if not groups or across or data.columns is None or set(data.columns) & set(groups) or call.node in told:
            continue
        if _one_group(data.rows, groups[0]) or _looks_for_borders(program, groups[0]):
            continue
        told.add(call.node)
        text = f"rows stand {groups[0]} by {groups[0]}, and {written(call.node)} takes what belongs to the one before"
        yield call.node, text


def _one_group(rows: frozenset[tuple[tuple[str, object, object], ...]], group: str) -> bool:
    """Whether rows of one group alone were chosen."""
    return any(group in str(step[1]) or step[0] == "some" for row in rows for step in row[1:])


def _looks_for_borders(program: Program, group: str) -> bool:
    """Whether the program itself asks where a group begins: `df["store"] != df["store"].shift()`."""
    for call in program.trace.of("shift", "diff", "cumcount", "duplicated"):
        data = as_data(call.receiver)
        if call.name == "cumcount" or (data is not None and group in (data.columns or ())):
            return True
    return False


@rule(
    "DATA008",
    "lag-of-shuffled-rows",
    "error",
    "a lag is taken of rows in a random order",
    remedy='df = df.sort_values("date") before shift, diff and rolling',
    source="pandas, DataFrame.shift: by the order of the rows, whatever the index says",
)
def of_shuffled(program: Program) -> Iterator[Found]:
    """`df = df.sample(frac=1)`, and then `df["sales"].shift(1)`."""
    for call in program.trace.of("shift", "rolling", "diff", "pct_change"):
        data = as_data(call.receiver)
        if data is None or data.kind != "data" or not data.frame or "mixed" in data.flags:
            continue
        if "shuffled" in data.flags and number(call.get("periods", 0)) != 0 and isinstance(call.node, ast.Call):
            yield call.node, f"the rows were shuffled before {written(call.node)}: the row above is any row"
            return
