"""Rows that are left out by limits which were computed from the test rows, too.

Sources: Kapoor and Narayanan 2023, "Leakage and the reproducibility crisis"; scikit-learn, Common pitfalls.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import fits
from mlpilot.tools.diagnose.static.facts.leaking import Leak, leaks
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.libraries.outliers import OUTLIER, columns_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.tables.label import made_columns
from mlpilot.tools.diagnose.static.rules.tables.leak import at

_SOURCE = "Kapoor and Narayanan 2023, pre-processing on training and test set; scikit-learn, Common pitfalls"
_REMEDY = "split first; take the limits from the training part, and leave rows out of that part alone"


@rule(
    "LEAK035",
    "hard-rows-left-out",
    "warning",
    "rows are left out by their target before the split",
    remedy=_REMEDY,
    source=_SOURCE,
)
def hard_rows_left_out(program: Program) -> Iterator[Found]:
    """`df = df[df["price"] < df["price"].quantile(0.99)]`, where the price is what is predicted."""
    for leak, by_target in _left_out(program):
        if by_target:
            line = getattr(leak.where, "lineno", 0)
            text = f"rows whose target lies far out are left out before line {line}"
            yield at(leak.learning), f"{text}: the test part has none of the rows that are hard to predict"


@rule(
    "LEAK036",
    "limits-of-all-rows",
    "note",
    "rows are left out by limits of all rows before the split",
    remedy=_REMEDY,
    source=_SOURCE,
)
def limits_of_all_rows(program: Program) -> Iterator[Found]:
    """`df = df[df["area"] < df["area"].quantile(0.99)]`, and then `train_test_split(df)`."""
    for leak, by_target in _left_out(program):
        if not by_target:
            one = leak.learning
            yield at(one), f"rows are left out by the {one.what} of all rows: the test part looks tidier than new rows"


def _looped(program: Program, line: int) -> frozenset[str]:
    """The texts that the loop at a line goes over: `for column in ["area", "price"]`."""
    lists = {
        written(node.targets[0]): node.value
        for node in program.each(ast.Assign)
        if isinstance(node.value, ast.List | ast.Tuple)
    }
    loops = [node for node in program.each(ast.For) if node.lineno <= line <= (node.end_lineno or 0)]
    over = lists.get(written(loops[-1].iter), loops[-1].iter) if loops else None
    items = over.elts if isinstance(over, ast.List | ast.Tuple) else []
    return frozenset(one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _left_out(program: Program) -> Iterator[tuple[Leak, bool]]:
    """(leak, whether the target counts) of rows that are left out."""
    targets = {
        name
        for _, model, _, y in fits(program)
        if estimators.is_predictor(model) and (data := as_data(y)) is not None
        for name in data.columns or ()
    }
    derived = {column: used for _, column, used in made_columns(program)}
    told = set()
    for leak in leaks(program):
        one = leak.learning
        if one.kind != OUTLIER or one.line in told:
            continue
        told.add(one.line)
        names, all_but = columns_of(one)
        names = names or (frozenset() if all_but else _looped(program, one.line))
        mine = set(leak.y) or targets
        seen = names | {used for name in names for used in derived.get(name, ())}
        yield leak, bool(mine - names) if all_but else bool(mine & seen)
