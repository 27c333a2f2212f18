"""Tables and arrays: choosing rows and columns, statistics and arithmetic, as pandas and numpy do them."""

import ast
from typing import Any

from mlpilot.tools.diagnose.static.libraries import columns, cuts, gradients, indexes, outliers, reach, shapes
from mlpilot.tools.diagnose.static.reading.folding import computed
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import by_name, is_data, part_of, role_of
from mlpilot.tools.diagnose.static.reading.trace import Context, as_data, written
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Bound,
    Const,
    Data,
    Instance,
    Learning,
    Seq,
    Step,
    Table,
    Value,
    chosen,
    constant,
    number,
    overlap,
    united,
    words,
)

_OPPOSITE = {"in": "out", "out": "in", "head": "tail", "tail": "head", "<": ">", ">": "<", True: False, False: True}
_ALL_ROWS = listed("values T array str dt cat loc iloc at iat real flat sparse")


def guessed(context: Context, name: str) -> Value:
    """What a name that nothing binds may stand for."""
    del context
    return by_name(name) or UNKNOWN


def named(context: Context, value: Value, name: str) -> Value:
    """The value, with what its new name says about it."""
    if value is UNKNOWN:
        return by_name(name, context.fresh()) or UNKNOWN
    if isinstance(value, Data) and value.kind == "data" and cuts.is_cut(value) and (part := part_of(name)):
        value = value.flagged(f"called {part}")
    if isinstance(value, Data) and not value.role and value.kind == "data" and (role := role_of(name)):
        return value.but(role=role)
    return value


def attribute(context: Context, data: Data, name: str) -> Value:
    """`data.name`."""
    del context
    if name in ("loc", "iloc", "at", "iat"):
        return Bound(data, name)
    if name in _ALL_ROWS or (name in ("data", "target", "frame", "images") and data.dataset):
        if name in ("data", "images") and data.dataset:
            return data.but(role="X", shape=shapes.bundled(name, data))
        if name == "values":
            return indexes.as_array(data)
        return data.but(role="y", form=data.form or "int") if name == "target" and data.dataset else data
    if name == "columns":
        return data.but(kind="names")
    if name == "index":
        return columns.unsure(data).but(kind="names") if data.kind == "stat" else data.but(kind="labels")
    if name == "size" and "grouped" in data.flags:
        return Bound(data, name)
    if data.kind == "data" and (part := part_of(name)) and is_data(name) and (role := role_of(name)):
        # a field of a named tuple, which holds the parts of a split
        return data.but(rows=chosen(data.rows, ("split", "field", part)), role=role, columns=None)
    if name in ("shape", "size", "dtypes", "ndim", "dtype", "device", "feature_names", "target_names"):
        return Data(kind="fact", rows=data.rows)
    return Bound(data, name)


def subscript(context: Context, base: Value, index: Value, node: ast.Subscript) -> Value:
    """`base[index]`."""
    if isinstance(base, Bound) and base.name in ("loc", "iloc") and isinstance(base.receiver, Data):
        data: Data | None = base.receiver
        rows_only = True
    else:
        data, rows_only = as_data(base), False
    if data is None:
        return UNKNOWN
    if data.kind == "fact":
        return UNKNOWN
    if data.kind == "names":
        data = columns.unsure(data)
    if data.kind == "score":
        return data
    choice: ast.expr = node.slice
    shape = data.shape
    if isinstance(choice, ast.Tuple) and choice.elts:
        values = index.items if isinstance(index, Seq) else [UNKNOWN] * len(choice.elts)
        data = _rows(context, data, values[0], choice.elts[0])
        if len(choice.elts) > 1:
            data = columns.at(data, values[1], choice.elts[1])
        if any(written(one) in ("None", "np.newaxis") for one in choice.elts):
            data = data.flagged("unsqueezed")
        return data.but(shape=shapes.indexed(shape, choice))
    if rows_only or isinstance(choice, ast.Slice):
        return _rows(context, data, index, choice)
    found = _chosen(context, data, index, choice)
    return found.but(shape=shapes.indexed(shape, choice)) if isinstance(index, Const) else found


def _chosen(context: Context, data: Data, index: Value, node: ast.expr) -> Data:
    if words(index):
        if isinstance(index, Const) and (part := _named_part(data, str(index.value))) is not None:
            return part
        chosen = columns.select(data, words(index))
        return chosen.but(shape=(None, len(words(index)))) if isinstance(index, Seq) else chosen
    found = as_data(index)
    if found is None and isinstance(index, Seq):
        found = next((item for item in index.items if isinstance(item, Data) and item.kind == "names"), None)
    if found is None:
        unknown = not isinstance(index, Const)
        return data.but(without=data.without | {"?"}, columns=None) if unknown else data
    if data.kind == "names":
        return data.but(learned=data.learned | found.learned)
    if found.kind == "names":
        return columns.by_names(data, found)
    if found.kind == "stat" and any(one.kind == "select" for one in found.learned - data.learned):
        return columns.unsure(data).but(learned=data.learned | found.learned, columns=None)
    return _rows(context, data, index, node)


def _named_part(data: Data, key: str) -> Data | None:
    """`archive["x_train"]`: what a file of several arrays holds under the name of a part of a split."""
    part, role = part_of(key), role_of(key)
    if data.kind != "data" or not part or not role or not is_data(key):
        return None
    return data.but(rows=chosen(data.rows, ("split", "field", part)), role=role, columns=None)


def _rows(context: Context, data: Data, index: Value, node: ast.expr) -> Data:
    if isinstance(node, ast.Slice):
        apart = cuts.taken_apart(context, data, node)
        if apart is not None:
            return data.but(rows=apart)
        step = cuts.cut(context, node)
        if node.step is not None and written(node.step) == "-1":
            return data.but(flags=data.flags ^ {"reversed"})
        if step is None:
            moving = node.lower is not None or node.upper is not None
            return data.flagged("windowed") if moving and data.kind == "data" else data
        if data.kind in ("picks", "labels", "names"):
            return data.but(steps=(*data.steps, step))
        cut = data.but(rows=chosen(data.rows, step))
        return cut if step[2] == "head" else indexes.gapped(cut)
    found = as_data(index)
    if found is not None and data.role == "y" and (found.kind == "mask" or (found.kind, found.role) == ("data", "y")):
        data = data.but(dataset="")  # of `y[y < 5]` it cannot be told how many classes there are
    if found is not None and found.kind != "names":
        data = data.but(learned=data.learned | outliers.left_out(data, found))
    if found is not None and found.kind == "labels" and "repeated" in found.flags:
        return data.flagged("repeated")
    if found is not None and found.kind in ("picks", "mask", "labels", "data"):
        data = indexes.gapped(indexes.as_of(data, found) if found.kind == "labels" else data)
    if found is not None and found.kind in ("picks", "mask", "labels") and found.steps:
        if data.kind == "picks":  # `tr[inner]`: some of the rows that were chosen
            return data.but(rows=chosen(data.rows, *found.steps), steps=(*data.steps, *found.steps))
        return data.but(rows=chosen(data.rows, *found.steps), flags=data.flags | (found.flags & {"shuffled", "mixed"}))
    if found is not None and found.kind in ("mask", "labels", "data", "picks"):
        return data.but(rows=chosen(data.rows, ("some", written(node), context.fresh())))
    return data


def opposite(step: Step) -> Step:
    """The choice of the rows that this choice leaves."""
    part: Any = step[2]
    if part in ("train", "test") and step[0] == "split":
        return (step[0], step[1], "test" if part == "train" else "train")
    if isinstance(part, tuple) and part[:1] == ("not",):
        return (step[0], step[1], part[1])
    return (step[0], step[1], _OPPOSITE.get(part, ("not", part)))


def inverted(data: Data) -> Data:
    """`~mask`."""
    if len(data.steps) != 1:
        return data.but(steps=())
    return data.but(steps=(opposite(data.steps[0]),))


def arithmetic(left: Value, right: Value, node: ast.BinOp) -> Value:
    """`left op right`."""
    if isinstance(left, Const) and isinstance(right, Const):
        return computed(left.value, right.value, node.op)
    if isinstance(left, Seq) and isinstance(right, Seq) and isinstance(node.op, ast.Add):
        return Seq([*left.items, *right.items], left.kind, left.whole and right.whole)
    if isinstance(left, Seq) and isinstance(node.op, ast.Mult):
        return Seq(left.items * (2 if any(map(as_data, left.items)) else 1), left.kind, False)
    one, other = as_data(left), as_data(right)
    if one is None and other is None:
        return UNKNOWN
    if one is None or other is None:
        found, by = (other, left) if one is None else (one, right)
        assert found is not None
        if found.kind == "names":
            return columns.names_and(found, by, node.op)
        return shapes.with_weights(_with_number(found, by, node.op), left, right, node.op)
    if "names" in (one.kind, other.kind):
        return columns.unsure(one if one.kind == "names" else other)
    if "mask" in (one.kind, other.kind) and "loss" not in (one.kind, other.kind):
        both = tuple(dict.fromkeys((*(one.columns or ()), *(other.columns or ()))))
        both = () if isinstance(node.op, ast.BitXor) else both  # turned over in places: neither of the two any more
        return one.but(kind="mask", steps=(), learned=one.learned | other.learned, columns=both or None)
    kinds = {one.kind, other.kind}
    if kinds == {"stat"}:
        return one.but(learned=one.learned | other.learned)
    made = next((x for x in (one, other) if x.kind == "predicted" and x.made_by is not None), None)
    if made is not None and isinstance(node.op, ast.Sub) and len(kinds) == 2 and "stat" not in kinds:
        return made.flagged("compared").but(learned=one.learned | other.learned)  # how far predictions are off
    one, other = reach.between(one, other, node.op)
    if (new := reach.drawn_as_wide(one, other)) is not None:
        return new
    base = other if (one.kind in ("stat", "fact") and other.kind != "loss") or other.kind == "loss" else one
    return base.but(
        learned=one.learned | other.learned,
        applied=one.applied | other.applied,
        last="",
        shape=(shapes.product if isinstance(node.op, ast.MatMult) else shapes.broadcast)(one.shape, other.shape),
        frame=base.frame if one.columns == other.columns or "stat" in kinds else 0,
        flags=_of_both(one, other) | ({"scaled"} if isinstance(node.op, ast.Div | ast.Sub) else set()),
    )


def _of_both(one: Data, other: Data) -> frozenset[str]:
    """Flags of a result: gradients come back through either side, unless both are cut off, or one is a mere number."""
    numbers = {one.kind, other.kind} & {"fact", "stat", "score"}
    alone = frozenset() if numbers else (one.flags ^ other.flags) & gradients.ENDS
    return (one.flags | other.flags) - {"bytes"} - alone


def _with_number(data: Data, other: Value, operation: ast.operator) -> Data:
    by = number(other)
    data = reach.through(data, operation, by)
    scaled = isinstance(operation, ast.Div | ast.Mult) and by is not None and by not in (0, 1)
    kind = data.kind if data.kind != "mask" else "data"
    keeps = data.last if isinstance(operation, ast.Div | ast.Mult) and data.kind == "loss" else ""
    dataset = "" if isinstance(operation, ast.Mod | ast.FloorDiv) else data.dataset  # `y % 2`: other classes
    data = data.but(flags=data.flags - {"bytes"})
    return data.but(flags=data.flags | ({"scaled"} if scaled else set()), last=keeps, kind=kind, dataset=dataset)


def comparison(context: Context, values: list[Value], node: ast.Compare) -> Value:
    """`left < right`: a choice of rows."""
    data = next((found for value in values if (found := as_data(value)) is not None), None)
    if data is None or len(values) != 2:
        return UNKNOWN
    if data.kind in ("predicted", "probabilities") or _predicted(values):
        data = data if data.made_by is not None else _predicted(values) or data
        beside = isinstance(node.ops[0], ast.Eq | ast.NotEq) and not any(isinstance(one, Const) for one in values)
        return data.but(kind="predicted", flags=data.flags - {"raw"} | ({"compared"} if beside else set()))
    if data.kind in ("stat", "names", "score", "loss", "fact"):
        return data
    left, operation = written(node.left, 200), node.ops[0]
    right = written(node.comparators[0], 200) + context.locally(node.comparators[0])
    step: Step
    if isinstance(operation, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        step = ("order", f"{left} {right}", "<" if isinstance(operation, ast.Lt | ast.LtE) else ">")
    elif isinstance(operation, ast.Eq):
        step = ("equal", left, right)
    elif isinstance(operation, ast.NotEq):
        step = ("equal", left, ("not", right))
    else:
        step = ("test", f"{left} {right}", True)
    flags = frozenset({"thresholded"} if data.made_by is not None else ())
    others = [found for value in values[1:] if (found := as_data(value)) is not None]
    alone = data.kind == "data" and "temporal" not in data.flags and all(one.kind != "data" for one in others)
    learned = frozenset().union(*(found.learned for value in values if (found := as_data(value)) is not None))
    return Data(
        rows=data.rows,
        kind="mask",
        steps=(step,),
        shape=data.shape,
        flags=flags,
        learned=learned,
        columns=data.columns,
        without=data.without,
        frame=data.frame if alone else 0,
    )


def _predicted(values: list[Value]) -> Data | None:
    """What a model predicted, among the two sides of a comparison."""
    found = [as_data(one) for one in values]
    return next((one for one in found if one is not None and one.kind == "predicted" and one.made_by), None)


def store(context: Context, base: Value, index: Value, value: Value) -> None:
    """`base[index] = value`: what was learnt goes into those columns."""
    data = base.receiver if isinstance(base, Bound) and isinstance(base.receiver, Data) else base
    if not isinstance(data, Data):
        return
    if words(index) == ["index"]:
        context.rebind(data, data.but(flags=data.flags - {"gapped", "numbered"}))
        return
    names = frozenset(words(index))
    if not names and isinstance(index, Seq) and index.items:
        names = frozenset(words(index.items[-1]))
    context.rebind(data, stored(data, names, value))


def stored(data: Data, names: frozenset[str], value: Value) -> Data:
    """The table after something was written into columns (into all, if no name is known)."""
    given = as_data(value)
    learned, applied, flags = data.learned, data.applied, data.flags
    if given is not None:
        learned |= frozenset(_into(one, names) for one in given.learned | _of_model(given))
        applied |= given.applied
        flags |= given.flags & {"temporal", "scaled"}
    kept = data.columns
    if kept is not None and names:
        kept = (*kept, *(name for name in sorted(names) if name not in kept))
    new = names - frozenset(given.columns or ()) if given is not None else names
    without = columns.written_into(data.without - names, new)
    return data.but(learned=learned, applied=applied, flags=flags, columns=kept, without=without)


def _of_model(given: Data) -> frozenset[Learning]:
    """What a column of a model's answers tells of the rows that it was fitted on."""
    model = given.made_by
    if given.kind not in ("predicted", "probabilities") or not isinstance(model, Instance) or not model.fits:
        return frozenset()
    fit = model.fits[-1]
    if not isinstance(fit.X, Data) or "crossed" in given.flags:
        return frozenset()
    kind = "reduce" if fit.y is UNKNOWN else "target"
    of = written(fit.node.args[0]) if isinstance(fit.node, ast.Call) and fit.node.args else "the data"
    return frozenset({learning(fit.node, model.name, kind, fit.X, of)})


def _into(one: Learning, names: frozenset[str]) -> Learning:
    return Learning(one.what, one.kind, one.rows, one.line, one.column, one.of, names)


def learning(node: ast.AST, what: str, kind: str, data: Data, of: str = "") -> Learning:
    """Something learnt from these rows at this place."""
    return Learning(what, kind, data.rows, getattr(node, "lineno", 1), getattr(node, "col_offset", 0), of)


def gathered(value: Value) -> list[Data]:
    """All data in a value, in lists within it too."""
    if isinstance(value, Seq):
        return [found for item in value.items[:50] for found in gathered(item)]
    if isinstance(value, Table):
        return [found for item in list(value.items.values())[:50] for found in gathered(item)]
    found_one = as_data(value)
    return [found_one] if found_one is not None else []


def together(found: list[Data]) -> Value:
    """Several data under each other."""
    if not found:
        return UNKNOWN
    first = found[0]
    flags: set[str] = set().union(*(one.flags for one in found))
    if len(found) > 1 and first.kind == "data" and _twice(found):
        flags.add("repeated")
    return first.but(
        rows=united(*(one.rows for one in found)),
        learned=frozenset().union(*(one.learned for one in found)),
        applied=frozenset.intersection(*(one.applied for one in found)),
        flags=frozenset(flags),
        columns=first.columns if all(one.columns == first.columns for one in found) else None,
        frame=first.frame if all(one.frame == first.frame for one in found) else 0,
    )


def _twice(found: list[Data]) -> bool:
    """Whether some rows stand in two of them: in a table, and in a part of it."""
    pairs = ((one, other) for i, one in enumerate(found) for other in found[i + 1 :])
    return any(overlap(one.rows, other.rows) for one, other in pairs)


def beside(found: list[Data]) -> Value:
    """Several data next to each other: columns of the same rows."""
    if not found:
        return UNKNOWN
    first = found[0]
    return first.but(
        learned=frozenset().union(*(one.learned for one in found)),
        applied=frozenset().union(*(one.applied for one in found)),
        columns=None,
        without=frozenset({columns.AND_MORE}) | _surely_held(found),
        flags=reach.furthest(found),
    )


def _surely_held(found: list[Data]) -> frozenset[str]:
    """Marks of the columns that are known to be there, once several tables stand side by side."""
    named = {f"+{column}" for one in found for column in one.columns or () if column != "*"}
    return frozenset(named | {mark for one in found for mark in one.without if mark.startswith("+")})


def axis_of(value: Value | None) -> int:
    """0 or 1; 0 if it is not given."""
    return 1 if constant(value) in (1, "columns", -1) else 0
