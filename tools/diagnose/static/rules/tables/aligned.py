"""Columns and rows that pandas sets beside each other by an index which is another one than the program supposes.

Sources: pandas, "Intro to data structures: alignment", "Group by: split-apply-combine", "Indexing and selecting data".
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_REDUCING = listed("mean median sum max min count size std var nunique first last quantile prod skew")
_AGGREGATING = frozenset(("agg", "aggregate"))
_STILL = frozenset(("round", "fillna", "astype", "abs", "clip", "rename", "to_frame"))
"""Methods that leave the index as it is."""
_INDEXED = re.compile(
    r"set_index\(|groupby\(|index_col|pivot|crosstab|\.T\b|value_counts|describe\(|index=|unstack|resample"
)


@rule(
    "PANDAS017",
    "groups-set-beside-rows",
    "error",
    "one number for each group is set beside rows that are numbered otherwise",
    remedy="df.groupby('shop')['sales'].transform('mean'), or df['shop'].map(means)",
    source="pandas, Group by: transform gives a value for each row, an aggregation one for each group",
)
def groups_beside_rows(program: Program) -> Iterator[Found]:
    """`df["usual"] = df.groupby("shop")["sales"].median()`: row 3 gets the number of shop 3, or nothing."""
    for node in program.each(ast.Assign):
        target = node.targets[0]
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            continue
        if not isinstance(target.slice, ast.Constant) or not isinstance(target.slice.value, str):
            continue
        grouped = _one_for_each_group(_what(program, node.value))
        if grouped is None or not _rows_of(program, grouped, target.value.id):
            continue
        key = written(grouped.args[0])
        text = f"{written(node.value)} has one number for each {key}"
        yield node, f"{text}, and is set beside the rows of {target.value.id} by their numbers"
    yield from _computed_with(program)


def _computed_with(program: Program) -> Iterator[Found]:
    """`df["x"] / df.groupby("g")["x"].sum()`: columns go by the numbers of rows, sums by the names of groups."""
    for node in program.each(ast.BinOp):
        column = node.left
        if not isinstance(column, ast.Subscript) or not isinstance(column.value, ast.Name):
            continue
        grouped = _one_for_each_group(_what(program, node.right))
        plain = isinstance(column.slice, ast.Constant) and isinstance(column.slice.value, str)
        if plain and grouped is not None and _rows_of(program, grouped, column.value.id):
            text = f"{written(node.right)} has one number for each {written(grouped.args[0])}"
            yield node, f"{text}, and meets the rows of {column.value.id} by their numbers"


def _what(program: Program, node: ast.expr) -> ast.expr:
    """What a name was set to, where it was set once."""
    given = program.sets.get(node.id, []) if isinstance(node, ast.Name) else []
    return given[0].value if len(given) == 1 and isinstance(given[0].targets[0], ast.Name) else node


def _one_for_each_group(node: ast.expr) -> ast.Call | None:
    """The `groupby` of what has a number for each group, and the groups as its index."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STILL:
        node = node.func.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    by_name = called(node) in _AGGREGATING and len(node.args) == 1 and isinstance(node.args[0], ast.Constant)
    if called(node) not in _REDUCING and not by_name:
        return None
    below = node.func.value
    one_column = isinstance(below, ast.Subscript) and isinstance(below.slice, ast.Constant)
    if isinstance(below, ast.Subscript | ast.Attribute) and (one_column or called(below.value) == "groupby"):
        below = below.value
    elif called(node) != "size":
        return None
    if called(below) != "groupby" or not isinstance(below, ast.Call) or not below.args:
        return None
    if any(one.arg in ("level", "as_index", "axis") for one in below.keywords):
        return None
    return below if isinstance(below.args[0], ast.Constant) and isinstance(below.args[0].value, str) else None


def _rows_of(program: Program, grouped: ast.Call, name: str) -> bool:
    """Whether a name stands for the rows that were grouped, or the table that they were chosen out of."""
    root = grouped.func.value if isinstance(grouped.func, ast.Attribute) else None
    if not isinstance(root, ast.Name):
        return False
    chosen = _what(program, root)
    part = isinstance(chosen, ast.Subscript) and isinstance(chosen.value, ast.Name) and chosen.value.id == name
    made = [written(one.value, 2000) for one in program.sets.get(name, [])]
    indexed = any(_INDEXED.search(text) for text in made) or f"{name}.set_index(" in program.text
    return (root.id == name or part) and not indexed and f"{name}.index" not in program.text


@rule(
    "SPLIT020",
    "row-numbers-as-labels",
    "error",
    "row numbers of a fold are looked up as labels of rows that were left out in places",
    remedy="X.iloc[train], y.iloc[train]; or reset_index(drop=True) first",
    source="scikit-learn, KFold.split: indices are places; pandas, Indexing: loc looks for labels",
)
def numbers_as_labels(program: Program) -> Iterator[Found]:
    """`adults = df[df.age > 17]`, and `for train, test in KFold(5).split(adults): adults.loc[train]`."""
    loops = [(loop, _picks(loop)) for loop in program.each(ast.For)]
    for node, base in program.trace.attributes:
        up = program.parents.get(node)
        if node.attr != "loc" or not isinstance(up, ast.Subscript):
            continue
        index = up.slice.elts[0] if isinstance(up.slice, ast.Tuple) and up.slice.elts else up.slice
        data = as_data(base)
        if not isinstance(index, ast.Name) or data is None or data.kind != "data":
            continue
        if "gapped" not in data.flags or {"mixed", "array", "numbered"} & data.flags:
            continue
        for loop, names in loops:
            if index.id in names and loop.lineno <= node.lineno <= (loop.end_lineno or 0):
                text = f"{index.id} holds places, and {written(up)} looks for labels"
                yield up, f"{text}: rows were left out of {written(node.value)}, whose labels have gaps"
                return


def _picks(loop: ast.For) -> set[str]:
    """Names of the row numbers that a loop over folds gives."""
    inner = loop.iter
    if called(inner) == "enumerate" and isinstance(inner, ast.Call) and inner.args:
        inner = inner.args[0]
    if called(inner) != "split" or not isinstance(inner, ast.Call) or not inner.args:
        return set()
    text = isinstance(inner.args[0], ast.Constant)
    return set() if text else {one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
