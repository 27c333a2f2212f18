"""pandas and numpy: changes that go nowhere, and results that are thrown away.

Sources: pandas, Copy-on-Write and "Indexing and selecting data"; numpy's documentation.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import uses
from mlpilot.tools.diagnose.static.facts.leaking import part_of_file
from mlpilot.tools.diagnose.static.facts.uses import above
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, apart, constant, covers, unrelated
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_COPY = "pandas, Copy-on-Write: chained assignment"
_MAKING = listed("dropna fillna drop rename replace astype drop_duplicates")


def _tables(program: Program) -> bool:
    return "pandas" in program.trace.libraries or "pd" in program.names


@rule(
    "PANDAS001",
    "chained-assignment",
    "error",
    "an assignment to a copy",
    remedy="df.loc[rows, column] = value",
    source=_COPY,
)
def chained(program: Program) -> Iterator[Found]:
    """`df[df.a > 0]["b"] = 1`, `df["a"][mask] = 0`."""
    for target, _, _, _ in program.trace.stored:
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Subscript) or not _tables(program):
            continue
        inner = target.value
        if isinstance(inner.value, ast.Attribute) and inner.value.attr in ("loc", "iloc", "at", "iat"):
            continue
        if _is_frame(program, inner.value) and _is_table_index(inner.slice) and _is_table_index(target.slice):
            text = f"{written(target, 60)} is set on a copy, and {written(inner.value)} stays as it is"
            yield target, text
    for call in program.trace.calls:
        if constant(call.get("inplace")) is not True or not isinstance(call.node.func, ast.Attribute):
            continue
        holder = call.node.func.value
        column = (
            isinstance(holder, ast.Subscript)
            and isinstance(holder.slice, ast.Constant)
            and isinstance(holder.slice.value, str)
        )
        data = as_data(call.receiver)
        if column and data is not None and isinstance(holder, ast.Subscript) and isinstance(holder.value, ast.Name):
            yield (
                call.node,
                f"{written(holder, 24)}.{call.name}(inplace=True) changes a copy: {holder.value.id} stays as it is",
            )


def _is_frame(program: Program, node: ast.expr) -> bool:
    """Whether it is called as a table, or known to be one."""
    if not isinstance(node, ast.Name):
        return False
    known = any(
        isinstance(one.value, ast.Name) and one.value.id == node.id and isinstance(base, Data) and base.frame
        for one, base in program.trace.attributes
    )
    return known or node.id == "df" or node.id.endswith("_df") or node.id.startswith("df_")


def _is_table_index(node: ast.expr) -> bool:
    texts = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return texts or isinstance(node, ast.Compare | ast.BinOp | ast.UnaryOp | ast.Name)


@rule(
    "PANDAS002",
    "result-thrown-away",
    "warning",
    "a result that is thrown away",
    remedy="df = df.method(...)",
    source="pandas: methods return a new object",
)
def thrown_away(program: Program) -> Iterator[Found]:
    """`df.dropna()` as a statement."""
    statements = {node.value: node for node in program.each(ast.Expr) if isinstance(node.value, ast.Call)}
    last = _last_of_cells(program)
    for call in program.trace.calls:
        if (
            call.node in statements
            and call.name in _MAKING
            and call.get("inplace") is None
            and statements[call.node] not in last
        ):
            data = as_data(call.receiver)
            if data is not None and data.frame and data.kind == "data":
                yield (
                    call.node,
                    f"{call.on()}.{call.name}(...) gives a new table, and nobody takes it: {call.on()} stays as it is",
                )
        elif call.node in statements and call.path in ("numpy.append", "numpy.delete", "numpy.concatenate"):
            yield call.node, f"np.{call.name} gives a new array, and nobody takes it"


_CELLS = ("# %%", "#" * 20)
"""How a cell of a script begins, in editors and in galleries of examples."""


def _last_of_cells(program: Program) -> set[ast.AST]:
    """Statements that end a cell of a notebook, whose value is shown."""
    lines = program.text.split("\n")
    shown: set[ast.AST] = set()
    body = program.tree.body
    cells = any(line.startswith(_CELLS) for line in lines)
    for node, following in zip(body, [*body[1:], None], strict=False):
        start, end = (node.end_lineno or 0), following.lineno - 1 if following is not None else len(lines)
        if any(line.startswith(_CELLS) for line in lines[start:end]) or (following is None and cells):
            shown.add(node)
    return shown


@rule(
    "PANDAS003",
    "inplace-result",
    "error",
    "the result of a change in place is None",
    remedy="either inplace=True, or df = ...",
    source="pandas: inplace=True returns None",
)
def inplace_result(program: Program) -> Iterator[Found]:
    """`df = df.dropna(inplace=True)`."""
    for node in program.nodes:
        value = node.value if isinstance(node, ast.Assign) else None
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            continue
        true = any(
            one.arg == "inplace" and isinstance(one.value, ast.Constant) and one.value.value is True
            for one in value.keywords
        )
        if (
            true
            and _tables(program)
            and value.func.attr
            in _MAKING
            | {
                "pop",
                "reset_index",
                "set_index",
                "sort_values",
                "sort_index",
                "interpolate",
                "clip",
                "ffill",
                "bfill",
                "eval",
                "query",
            }
        ):
            yield node, f"{value.func.attr}(inplace=True) returns None, which is what {written(node.targets[0])} is now"  # type: ignore[attr-defined]


@rule(
    "PANDAS004",
    "dummies-apart",
    "warning",
    "categories turned into columns for each part by itself",
    remedy="OneHotEncoder(handle_unknown='ignore') fitted on the training part; or reindex the test columns",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing; pandas, get_dummies",
)
def dummies_apart(program: Program) -> Iterator[Found]:
    """`pd.get_dummies(X_train)` and `pd.get_dummies(X_test)`."""
    calls = [call for call in program.trace.of("get_dummies") if call.args and as_data(call.args[0]) is not None]
    first_dropped = bool(calls) and all(constant(call.get("drop_first")) is True for call in calls)
    if program.names & {"CategoricalDtype", "get_feature_names_out", "set_categories", "Categorical"}:
        return
    if not first_dropped and (program.names & {"reindex", "align"} or "columns" in _stored_names(program)):
        return  # what the parts do not share is left out or filled in; but not a first category that is dropped
    for one in calls:
        for other in calls:
            first, second = as_data(one.args[0]), as_data(other.args[0])
            if first is None or second is None or one.order >= other.order:
                continue
            parts = {_part(first), _part(second)}
            files = {part_of_file(first), part_of_file(second)}
            if {"train", "test"} in (parts, files) or apart(first.rows, second.rows):
                yield (
                    other.node,
                    f"{one.text(0)} and {other.text(0)} get columns of their own: a category in one of them is lost",
                )
                return
    if len(calls) > 1:
        yield from _asked_about_others(program, calls)


def _asked_about_others(program: Program, calls: list[Call]) -> Iterator[Found]:
    """Dummies of one table, a model that is fitted on them, and dummies of another table that it is asked about."""
    if any(one.attr == "columns" and not _is_shown(program, one) for one, _ in program.trace.attributes):
        return  # columns are compared, or taken over from the first table
    for use in uses(program):
        trained = use.trained_on
        if trained is None or any("dummies" not in one.flags or one.columns for one in (trained, use.data)):
            continue
        made = [(one, as_data(one.args[0])) for one in calls]
        here = [(one, data) for one, data in made if data is not None and covers(data.rows, use.data.rows)]
        there = [data for _, data in made if data is not None and covers(data.rows, trained.rows)]
        if here and there and all(unrelated(data.rows, use.data.rows) for data in there):
            text = (
                f"what {use.model.name} is asked about at line {use.call.node.lineno} has columns of its own categories"
            )
            yield here[0][0].node, f"{text}, and it was fitted on those of another table"
            return


def _is_shown(program: Program, node: ast.Attribute) -> bool:
    """Whether it stands in what is printed, or names what is shown."""
    shown = ("print", "info", "Series", "zip", "display")
    return any(called(one) in shown for one in above(program, node) if isinstance(one, ast.Call))


def _part(data: Data) -> str:
    found = {str(row[-1][2]) for row in data.rows if row[-1][0] == "split"}
    return found.pop() if len(found) == 1 else ""


def _stored_names(program: Program) -> set[str]:
    return {target.attr for target, _, _, _ in program.trace.stored if isinstance(target, ast.Attribute)}


@rule(
    "PANDAS005",
    "truth-of-a-table",
    "error",
    "`and`, `or`, `not` of columns",
    remedy="(a) & (b), (a) | (b), ~a",
    source="pandas, Using if/truth statements with pandas",
)
def truth(program: Program) -> Iterator[Found]:
    """`df[(df.a > 0) and (df.b > 0)]`."""
    for node in program.each(ast.Subscript):
        if (
            isinstance(node.slice, ast.BoolOp)
            and _is_frame(program, node.value)
            and all(isinstance(one, ast.Compare) for one in node.slice.values)
        ):
            yield node.slice, f"{written(node.slice)} asks for the truth of whole columns"


@rule(
    "PANDAS006",
    "compared-with-nan",
    "warning",
    "compared with NaN",
    remedy="isna(), np.isnan()",
    source="numpy, nan: nan != nan",
)
def nan(program: Program) -> Iterator[Found]:
    """`df[df.a == np.nan]`."""
    for node in program.each(ast.Compare):
        if isinstance(node.ops[0], ast.Eq | ast.NotEq) and any(_is_nan(one) for one in (node.left, *node.comparators)):
            yield node, f"{written(node)}: nothing equals NaN, not even NaN"


def _is_nan(node: ast.expr) -> bool:
    named = isinstance(node, ast.Attribute) and node.attr.lower() == "nan" and isinstance(node.value, ast.Name)
    return named and node.value.id in ("np", "numpy", "pd", "math", "torch", "tf", "jnp")  # type: ignore[attr-defined]
