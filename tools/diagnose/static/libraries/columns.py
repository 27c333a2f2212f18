"""Which columns of a table are chosen: by their names, by all names but some, by their types.

`without` of a table (or of names of columns) holds the names that are left out, and marks beside them: "?" where it is
not known which, "?text" where columns of text are left out, "+name" for a column that was written into the table.
"""

import ast
import copy
from collections.abc import Callable

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, as_data, written
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Const,
    Data,
    Known,
    Learning,
    Seq,
    Value,
    number,
    words,
)

Evaluate = Callable[[ast.expr], Value]

AND_MORE = "?more"
"""The mark of a table that holds other columns than those that are known to be there."""
UNSURE = "?"
NO_TEXT = "?text"
_SAME_NAMES = listed("tolist to_list copy sort_values unique sort reverse to_numpy astype")
_NUMBERS = listed("number int float int64 float64 int32 float32 int8 int16 uint8 integer floating")
_WHOLE_NUMBERS = listed("int int64 int32 int16 int8 integer")
_TEXTS = listed("object O category str string")
_NUMERIC = listed("is_numeric_dtype is_float_dtype is_integer_dtype")


def select(data: Data, columns: list[str]) -> Data:
    """The columns with these names; what went into others is left behind."""
    wanted = frozenset(columns)
    kept = frozenset(one for one in data.learned if not one.into or one.into & wanted)
    return data.but(columns=tuple(columns), learned=kept, without=frozenset())


def without_columns(data: Data, index: Value) -> Data:
    """The table without some columns."""
    gone = frozenset(words(index))
    return _left(data, gone) if gone else unsure(data)


def _left(data: Data, gone: frozenset[str]) -> Data:
    kept = frozenset(one for one in data.learned if not one.into or one.into - gone)
    columns = tuple(one for one in data.columns if one not in gone) if data.columns is not None else None
    return data.but(without=data.without | gone, learned=kept, columns=columns)


def unsure(data: Data) -> Data:
    """The same, of which it is not known which columns are left."""
    return data.but(without=data.without | {UNSURE})


def written_into(without: frozenset[str], names: frozenset[str]) -> frozenset[str]:
    """What is left out of a table after columns were written into it; those are remembered."""
    return (without - names) | {f"+{name}" for name in names}


def by_names(data: Data, found: Data) -> Data:
    """`data[names]`, where the names are those of all columns but some."""
    learned = data.learned | frozenset(_as_choice(one) for one in found.learned)
    if found.columns is not None and UNSURE not in found.without:
        return select(data.but(learned=learned), list(found.columns))
    since = {one.removeprefix("+") for one in data.without - found.without if one.startswith("+")}
    gone = frozenset(since) | frozenset(one for one in found.without if not one.startswith(("?", "+")))
    made = _left(data.but(learned=learned, columns=None), gone)
    return made.but(without=made.without | found.without)


def _as_choice(one: Learning) -> Learning:
    """What columns were chosen by: correlations with the target, say."""
    kind = "select" if one.what in ("corr", "corrwith", "corrcoef") else one.kind
    return Learning(one.what, kind, one.rows, one.line, one.column, one.of, one.into)


def at(data: Data, index: Value, node: ast.expr) -> Data:
    """`data.loc[:, index]`."""
    if isinstance(node, ast.Slice):
        if node.lower is None and node.upper is None:
            return data
        last = written(node.upper) if node.upper is not None else ""
        return data.but(without=data.without | {UNSURE, f"[{last}]"}, columns=None)
    if words(index):
        return select(data, words(index))
    found = as_data(index)
    if found is not None and found.kind == "names" and data.kind != "names":
        return by_names(data, found)
    if found is not None and found.kind in ("names", "stat", "mask"):
        return data.but(learned=data.learned | found.learned, without=data.without | {UNSURE})
    if number(index) is not None:
        return data.but(columns=(f"[{number(index)}]",), without=frozenset())
    return unsure(data)


def of_types(call: Call, data: Data) -> Data:
    """`data.select_dtypes(...)`: all columns but texts, or it is not known which."""
    kept, gone = _types(call.get("include", 0)), _types(call.get("exclude", 1))
    numbers = kept <= _NUMBERS and bool(kept - _WHOLE_NUMBERS) if kept else bool(gone) and gone <= _TEXTS
    return data.but(without=data.without | {NO_TEXT}) if numbers else unsure(data)


def _types(value: Value | None) -> frozenset[str]:
    items = value.items if isinstance(value, Seq) else [value] if value is not None else []
    named = [one.name if isinstance(one, Known) else "".join(words(one)) for one in items]
    return frozenset(named)


def names_method(context: Context, call: Call, data: Data) -> Value | None:
    """A method of names of columns; None where it leaves it unknown which names there are."""
    if call.name in _SAME_NAMES:
        return data
    given = call.args[0] if call.args else UNKNOWN
    if call.name in ("drop", "difference") and words(given):
        return data.but(without=data.without | set(words(given)))
    if call.name == "remove" and words(given):
        context.rebind(data, data.but(without=data.without | set(words(given))))
        return Const(None)
    return None


def names_and(data: Data, other: Value, operation: ast.operator) -> Data:
    """`set(df.columns) - {"target"}`."""
    gone = words(other)
    return data.but(without=data.without | set(gone)) if gone and isinstance(operation, ast.Sub) else unsure(data)


def names_in(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, over: Data, evaluate: Evaluate) -> Data | None:
    """`[c for c in df.columns if c != "target"]`; None where it is something else."""
    one = node.generators[0]
    table = over.kind == "data" and over.frame != 0 and over.columns is None
    plain = isinstance(one.target, ast.Name) and isinstance(node.elt, ast.Name) and node.elt.id == one.target.id
    if len(node.generators) != 1 or not plain or not (over.kind == "names" or table):
        return None
    found = over.but(kind="names")
    for test in one.ifs:
        for part in test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]:
            judged = as_data(evaluate(part))
            if judged is not None and judged.kind in ("stat", "mask"):
                found = found.but(learned=found.learned | judged.learned)
            gone = _left_out(part, node.elt.id, evaluate)  # type: ignore[attr-defined]
            found = found.but(without=found.without | gone)
    return found


def _left_out(test: ast.expr, name: str, evaluate: Evaluate) -> frozenset[str]:
    """Which names a condition leaves out."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Compare):
        turned = {ast.In: ast.NotIn(), ast.Eq: ast.NotEq()}.get(type(test.operand.ops[0]))
        test = copy.copy(test.operand)
        test.ops = [turned] if turned is not None else []
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == name and test.ops:
        other = evaluate(test.comparators[0])
        inside = isinstance(test.ops[0], ast.NotIn) and isinstance(other, Seq) and other.whole
        if words(other) and (inside or (isinstance(test.ops[0], ast.NotEq) and isinstance(other, Const))):
            return frozenset(words(other))
    text = written(test, 200)
    numeric = any(f"{word}(" in text for word in _NUMERIC) and not text.startswith("not ")
    if numeric or ("dtype" in text and ("!=" in text or "not in" in text) and ("object" in text or "'O'" in text)):
        return frozenset({NO_TEXT})
    return frozenset({UNSURE})


def aligned(context: Context, call: Call, data: Data) -> Value:
    """`train, test = train.align(test, axis=1)`: each table keeps its rows."""
    del context
    other = as_data(call.get("other", 0))
    return data if other is None else Seq([unsure(data), unsure(other)], "tuple")
