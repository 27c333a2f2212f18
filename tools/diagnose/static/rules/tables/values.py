"""Values that are not what they are taken for: numbers and dates as texts, whole numbers that run over, keys twice.

Sources: pandas, read_csv, merge (validate), Time series; NumPy, Data types: Overflow errors; the publishers of tables.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds
from mlpilot.tools.diagnose.static.facts.published import tables, texts
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.trace import as_data, is_none, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Table, apart, constant, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_DAY_FIRST = re.compile(r"^%[dmbBaAej]")
_DAY_FIRST_DATE = re.compile(r"^\d{1,2}[./-]\d{1,2}[./-]\d{4}$")
_SMALL = re.compile(r"\bu?int(8|16)\b")


@rule(
    "PANDAS008",
    "numbers-read-as-text",
    "warning",
    "a column of numbers is text, and gets a column for each number",
    remedy="pd.to_numeric(df['TotalCharges'], errors='coerce') before get_dummies",
    source="pandas, read_csv: a column with blanks is of text; get_dummies: columns of text; IBM, Telco Customer Churn",
)
def numbers_as_text(program: Program) -> Iterator[Found]:
    """`pd.get_dummies(df)` of the Telco table, whose TotalCharges has blanks."""
    said = texts(program)
    for table in tables(program):
        mended = " " in said or "to_numeric" in program.names  # blanks are looked for
        if not table.texts_of_numbers or table.texts_of_numbers & said or mended:
            continue
        for call in program.trace.of("get_dummies"):
            data = as_data(call.args[0]) if call.args else None
            column = min(table.texts_of_numbers)
            if data is not None and is_none(call.get("columns")) and holds(data, column):
                text = f"{column} of {table.name} is read as text, for some are blank"
                yield call.node, f"{text}: get_dummies makes a column of each amount"
                return


@rule(
    "PANDAS009",
    "dates-in-the-order-of-letters",
    "error",
    "dates that are texts are sorted or compared by their letters",
    remedy="pd.to_datetime(df['date'], dayfirst=True), and sort by that",
    source="pandas, Time series: to_datetime; strftime gives texts",
)
def dates_as_text(program: Program) -> Iterator[Found]:
    """`df["date"] = df["date"].dt.strftime("%d/%m/%Y")`, and then `df.sort_values("date")`."""
    made = {column: node for node in program.nodes for column in _text_date(node)}
    parsed = {column for node in program.nodes for column in _parsed(node)}
    for call in program.trace.of("sort_values"):
        by = words(call.get("by", 0))
        if by and by[0] in made and by[0] not in parsed:
            text = f"{by[0]!r} is text since line {made[by[0]].lineno}"  # type: ignore[attr-defined]
            yield call.node, f"{text}, and is sorted by its letters: the day before the year"
    if "to_datetime" in program.names or "parse_dates" in {n.arg for n in program.each(ast.keyword)}:
        return
    for node, values in program.trace.compared:
        data, other = as_data(values[0]), constant(values[1])
        ordered = isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        if ordered and data is not None and data.frame and isinstance(other, str) and _DAY_FIRST_DATE.match(other):
            yield node, f"{written(node)} compares letters: the day before the year"


def _text_date(node: ast.AST) -> list[str]:
    """The columns that are given texts of dates with the day or month first."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        return _formed(node.targets[0].slice, node.value)
    if isinstance(node, ast.Dict):  # pd.DataFrame({"day": days.strftime("%d/%m/%Y")})
        pairs = zip(node.keys, node.values, strict=True)
        return [name for key, value in pairs if key is not None for name in _formed(key, value)]
    if isinstance(node, ast.keyword) and node.arg:  # assign(day=days.strftime("%d/%m/%Y"))
        return _formed(ast.Constant(node.arg), node.value)
    return []


def _formed(at: ast.expr, value: ast.expr) -> list[str]:
    formed = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "strftime"
    given = value.args[0] if formed and value.args else None  # type: ignore[attr-defined]
    shape = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
    whole = _DAY_FIRST.match(shape) and "%Y" in shape
    return [at.value] if whole and isinstance(at, ast.Constant) and isinstance(at.value, str) else []


def _parsed(node: ast.AST) -> list[str]:
    """The column that is parsed in place after it was text."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Subscript):
        return []
    at, text = node.targets[0].slice, written(node.value, 200)
    again = "to_datetime" in text and "strftime" not in text
    return [at.value] if again and isinstance(at, ast.Constant) and isinstance(at.value, str) else []


@rule(
    "PANDAS010",
    "key-twice",
    "warning",
    "a table is joined whose key is there twice",
    remedy="merge(..., validate='many_to_one'), and one row for each key: drop_duplicates('store')",
    source="pandas, merge: validate; duplicate keys multiply rows",
)
def key_twice(program: Program) -> Iterator[Found]:
    """`sales.merge(pd.DataFrame({"store": [1, 2, 2], ...}), on="store")`."""
    written_out: dict[str, dict[str, list[object]]] = {}
    for call in program.trace.of("DataFrame"):
        given = call.get("data", 0)
        if call.alias and isinstance(given, Table):
            lists = {str(key): value.items for key, value in given.items.items() if isinstance(value, Seq)}
            written_out[call.alias] = {key: [constant(one) for one in items] for key, items in lists.items()}
    for call in program.trace.of("merge"):
        at = 0 if call.receiver is not None and as_data(call.receiver) is not None else 1
        on = words(call.get("on")) or words(call.get("right_on"))
        right = call.node.args[at] if at < len(call.node.args) else None
        name = re.match(r"\w*", written(right, 200)).group() if right is not None else ""  # type: ignore[union-attr]
        keys = written_out.get(name, {}).get(on[0], []) if len(on) == 1 else []
        chosen = written(right, 200) if right is not None else ""
        checked = "duplicate" in chosen or f"[{name}" in chosen or "drop_duplicates" in program.names
        if len(keys) > len(set(keys)) and None not in keys and not checked and is_none(call.get("validate")):
            twice = next(one for one in keys if keys.count(one) > 1)
            text = f"{name} has {twice!r} more than once in {on[0]!r}"
            yield call.node, f"{text}: what is joined to it is counted as often"
        more = _grouped_by(program, right)
        if on and set(on) < set(more) and not words(call.get("left_on")) and is_none(call.get("validate")):
            text = f"{name} has one row for each {' and '.join(more)}, and is joined by {' and '.join(on)} alone"
            yield call.node, f"{text}: rows are multiplied"


def _grouped_by(program: Program, node: ast.expr | None) -> list[str]:
    """The columns by which a table was put together, where a name stands for that and nothing else."""
    given = program.sets.get(node.id, []) if isinstance(node, ast.Name) else []
    if len(given) != 1 or not isinstance(given[0].targets[0], ast.Name):
        return []
    calls = [one for one in ast.walk(given[0].value) if isinstance(one, ast.Call)]
    grouped = [one for one in calls if getattr(one.func, "attr", "") == "groupby" and one.args]
    flat = "reset_index" in {getattr(one.func, "attr", "") for one in calls}
    flat |= any(part.arg == "as_index" for one in grouped for part in one.keywords)
    once = any(getattr(one.func, "attr", "") in ("drop_duplicates", "pivot", "unstack") for one in calls)
    keys = getattr(grouped[0].args[0], "elts", []) if len(grouped) == 1 and flat and not once else []
    return [one.value for one in keys if isinstance(one, ast.Constant) and isinstance(one.value, str)]


@rule(
    "NUMPY002",
    "whole-numbers-run-over",
    "warning",
    "products of whole numbers that were made as small as they fit",
    remedy="df['a'].astype('int64') * df['b']: bytes for values need not hold their products",
    source="NumPy, Data types: Overflow errors; whole numbers wrap around without a warning",
)
def runs_over(program: Program) -> Iterator[Found]:
    """`df["n"] = df["n"].astype("int16")`, and then `df["n"] * df["cents"]`."""
    small, every = _made_small(program)
    whole = _whole_columns(program)
    if not small and not every:
        return
    for node, left, right, _ in program.trace.operations:
        one, other = as_data(left), as_data(right)
        if not isinstance(getattr(node, "op", None), ast.Mult) or one is None or other is None:
            continue
        names = {*(one.columns or ()), *(other.columns or ())}
        if one.frame and one.frame == other.frame and len(one.columns or ()) == len(other.columns or ()) == 1:
            shrunk = (names <= small and len(names) == 2) or (every and bool(names & whole))
            if shrunk and "cast" not in one.flags | other.flags:
                yield node, f"{written(node)}: both were made as small as their values, and the product may not fit"
                return


def _made_small(program: Program) -> tuple[set[str], bool]:
    """(columns that are cast to 8 or 16 bits, whether all of a table are, by their smallest and largest values)."""
    small = {
        str(node.targets[0].slice.value)
        for node in program.each(ast.Assign)
        if isinstance(node.targets[0], ast.Subscript)
        and isinstance(node.targets[0].slice, ast.Constant)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "attr", "") == "astype"
        and _SMALL.search(written(node.value, 200))
    }
    casts = [call for call in program.trace.of("astype") if call.loops and as_data(call.receiver) is not None]
    return small, bool(casts) and "iinfo" in program.names and bool(program.names & {"int8", "int16"})


def _whole_columns(program: Program) -> set[str]:
    """Columns that are made whole numbers of: `df["cents"] = (df["price"] * 100).round().astype(int)`."""
    found = set()
    for node in program.each(ast.Assign):
        if isinstance(node.targets[0], ast.Subscript):
            at = node.targets[0].slice
            if isinstance(at, ast.Constant) and re.search(r"astype\(('int|int|np\.int)", written(node.value, 300)):
                found.add(str(at.value))
    return found


@rule(
    "MODEL011",
    "categories-of-later-rows",
    "note",
    "a category that comes up later ends the program",
    remedy="OneHotEncoder(handle_unknown='ignore')",
    source="scikit-learn, OneHotEncoder: handle_unknown='error' by default",
)
def later_categories(program: Program) -> Iterator[Found]:
    """`OneHotEncoder()` in what is fitted on earlier rows, and asked about later ones."""
    encoders = [
        one
        for one in program.trace.instances
        if one.name == "OneHotEncoder" and not {"handle_unknown", "categories"} & set(one.kwargs)
    ]
    for call in program.trace.of("predict", "score", "predict_proba", "transform"):
        model, data = call.receiver, as_data(call.get("X", 0))
        fit = model.fits[-1] if isinstance(model, Instance) and model.fits else None
        trained = as_data(fit.X) if fit is not None else None
        if data is None or trained is None or not encoders or not apart(trained.rows, data.rows):
            continue
        if _by_condition(data) and any(_within(model, one) for one in encoders):
            yield encoders[0].node, f"a category of {call.text(0)} that the earlier rows lack raises an error"
            return


def _by_condition(data: Data) -> bool:
    return any(step[0] in ("order", "equal", "cut") for row in data.rows for step in row)


def _within(model: object, encoder: Instance, depth: int = 0) -> bool:
    if model is encoder:
        return True
    steps = estimators.steps_of(model) if isinstance(model, Instance) and depth < 4 else []
    return any(_within(one, encoder, depth + 1) for one in steps)
