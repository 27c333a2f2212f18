"""Methods of tables and arrays, and functions of pandas and numpy: what they give, and what they learn from rows."""

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from mlpilot.tools.diagnose.static.libraries import columns, files, frames, indexes, ordering, reach
from mlpilot.tools.diagnose.static.libraries.outliers import OUTLIER
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, as_data, written
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Const,
    Data,
    Function,
    Known,
    Learning,
    Seq,
    Step,
    Table,
    Value,
    chosen,
    constant,
    number,
    words,
)

STATISTICS = listed("mean std var median mode quantile sum corr cov skew kurt sem nunique value_counts corrwith")
EXTREMES = listed("min max idxmax idxmin ptp")
_OWN_GROUP = re.compile(r"groupby\(\[?([^\[\](),]+)\]?\)\[\1\]")
"""`groupby("city")["city"]`: a column, grouped by itself."""
AHEAD = "ahead"
"""The kind of what was learnt from rows that come later."""
_SAME_COLUMNS = listed(
    "astype reset_index set_index dropna drop_duplicates to_numpy interpolate ffill bfill clip round abs query"
    " where mask reindex info to_frame infer_objects convert_dtypes nlargest nsmallest sort transpose numpy fit item"
    " toarray todense"
)
"""Methods that leave all columns as they are called."""
_SAME_NUMBERS = listed(
    "astype reset_index set_index to_numpy interpolate round query sort numpy reshape ravel flatten squeeze unsqueeze"
    " view type float double to cuda tolist transpose permute contiguous clone resize expand_dims"
)
"""Methods that leave the numbers as large as they are."""
SCALING = listed("zscore scale minmax_scale robust_scale maxabs_scale power_transform quantile_transform")
"""Functions that scale rows by what they learn from them."""
_ITEMS = listed("item any all equals count")
COUNTS = listed("value_counts size count nunique")
"""What counts rows: as a feature, it tells how often a category is met."""


def method(context: Context, call: Call, data: Data) -> Value:
    """`data.method(...)`."""
    name = call.name
    if data.kind == "names":
        named = columns.names_method(context, call, data)
        if named is not None:
            return named
        data = columns.unsure(data)
    if name in ("items", "iteritems") and data.kind == "stat":  # of a number for each column
        return Seq([Seq([columns.unsure(data).but(kind="names"), data], "tuple")], "list", False)
    way = _METHODS.get(name)
    if way is not None:
        return _in_place(context, call, data, way(context, call, data))
    if name in STATISTICS or name in EXTREMES:
        return statistic(call, data, name)
    if name in ("tolist", "to_list"):
        return data
    if name == "repeat":
        return data.flagged("repeated")
    if name == "drop_duplicates":
        data = data.but(flags=data.flags - {"repeated"})
    if name == "astype":
        small = call.text(0, "dtype").strip("'\"").rpartition(".")[2] in ("uint8", "uint16")
        data = data.but(flags=data.flags - {"bytes"} | {"cast", *(("bytes",) if small else ())})
    if "grouped" in data.flags and name in COUNTS:
        return statistic(call, data, name)
    if name in ("any", "all") and data.kind == "mask" and data.frame and call.get("axis", 0) is not None:
        return data.but(steps=())
    if name in _ITEMS:
        return data.but(kind="score") if data.kind in ("loss", "score") else UNKNOWN
    data = data if name in _SAME_NUMBERS else reach.unmarked(data)
    result: Data = data if name in _SAME_COLUMNS or data.columns else data.but(without=data.without | {"?"})
    for one in (*call.args, *call.kwargs.values()):
        if isinstance(one, Function):
            given = as_data(context.invoke(one, [data], {}))
            if given is not None:
                result = result.but(learned=result.learned | given.learned)
        elif (other := as_data(one)) is not None and name not in ("reindex", "align"):
            result = result.but(learned=result.learned | _as_kind(other.learned, "statistic", call))
    if name in indexes.MOVING:
        result = indexes.moved(result, call)
    elif name == "to_numpy":
        result = indexes.as_array(result)
    elif name in ("reindex", "reindex_like") and call.args and (other := as_data(call.args[0])) is not None:
        result = indexes.as_of(result, other)
    elif name == "explode":
        result = indexes.gapped(result)
        made_here = [one for one in words(call.get("column", 0)) if f"+{one}" in data.without]
        if made_here:  # pieces of one row, which the program has cut
            cut = frames.learning(call.node, "explode", "resample", data, call.on())
            result = result.but(learned=result.learned | {cut})
    return _in_place(context, call, data, result)


def _in_place(context: Context, call: Call, data: Data, result: Value) -> Value:
    if constant(call.get("inplace")) is not True:
        return result
    if isinstance(result, Data):
        context.rebind(data, result)
        holder = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        inner = getattr(holder, "value", None)
        if isinstance(holder, ast.Subscript | ast.Attribute) and isinstance(inner, ast.Name):
            table = context.lookup(inner.id)
            if isinstance(table, Data):
                context.rebind(table, frames.stored(table, frozenset(result.columns or ()), result))
    return Const(None)


def within_rows(axis: Value | None) -> bool:
    """Whether a statistic over this axis, or these axes, is one of each row, which learns nothing from the others."""
    axes = axis.items if isinstance(axis, Seq) and axis.whole else [axis]
    return bool(axes) and all(constant(one) in (1, 2, 3, -1, "columns") for one in axes)


def statistic(call: Call, data: Data, name: str, of: str = "") -> Value:
    """A number, or one for each column, that was computed from the rows; `of` is how they are written."""
    if within_rows(call.get("axis", 0 if name != "quantile" else 1)):
        return data.but(columns=None, last="", shape=None)
    if data.kind not in ("data", "stat"):
        return data
    if "rolled" in data.flags:
        return data.but(flags=data.flags - {"rolled"})
    if "grouped" in data.flags:
        one = frames.learning(call.node, name, "group", data, ",".join(data.columns or ()))
    else:
        kind = "extreme" if name in EXTREMES else "statistic"
        one = frames.learning(call.node, name, kind, data, of or call.on() or call.text(0))
    return Data(
        rows=data.rows,
        learned=data.learned | {one},
        kind="stat",
        columns=data.columns,
        frame=data.frame,
        last="reduced",
    )


_IMPUTED = {"statistic": "impute", "group": "impute"}
_BECOMES = {"statistic": ("statistic",), "impute": ("statistic", "group")}


def _as_kind(learned: frozenset[Learning], kind: str, call: Call) -> frozenset[Learning]:
    del call
    return frozenset(replace(one, kind=kind if one.kind in _BECOMES[kind] else one.kind) for one in learned)


def _as_counts(found: Iterable[Data]) -> frozenset[Learning]:
    """What was learnt from others that are looked up: counts become features."""
    learned = frozenset().union(*(one.learned for one in found))
    return frozenset(
        replace(one, kind="frequency") if one.what in COUNTS and one.kind in ("statistic", "group") else one
        for one in learned
    )


def _fill(context: Context, call: Call, data: Data) -> Value:
    del context
    found = frames.gathered(call.get("value", 0) or UNKNOWN)
    learned: frozenset[Learning] = frozenset()
    for one in found:
        learned |= _as_kind(one.learned, "impute", call)
    return data.but(learned=data.learned | learned)


def filled_in(data: Data) -> Data:
    """The data, where what was learnt goes into its gaps."""
    return data.but(learned=frozenset(replace(one, kind=_IMPUTED.get(one.kind, one.kind)) for one in data.learned))


def _replaced(context: Context, call: Call, data: Data) -> Value:
    """`column.replace(0, column.mean())`: filled in as by fillna, where what goes in was learnt."""
    del context
    if call.get("value", 1) is None and (looked_up := as_data(call.get("to_replace", 0))) is not None:
        return data.but(learned=data.learned | _as_counts([looked_up]))
    found = frames.gathered(call.get("value", 1) or UNKNOWN)
    learned = frozenset().union(*(_as_kind(one.learned, "impute", call) for one in found if one.kind == "stat"))
    return data.but(learned=data.learned | learned)


def _sample(context: Context, call: Call, data: Data) -> Value:
    share = constant(call.get("frac"))
    data = indexes.moved(data, call)
    if constant(call.get("replace")) is True:
        one = frames.learning(call.node, "sample(replace=True)", "resample", data, call.on())
        return data.but(learned=data.learned | {one}).flagged("repeated")
    if share in (1, 1.0):
        return data.flagged("shuffled")
    return data.but(rows=chosen(data.rows, ("sample", context.fresh(), "in")))


def _drop(context: Context, call: Call, data: Data) -> Value:
    del context
    gone = call.get("columns")
    what = call.get("labels", 0)
    if gone is not None:
        return columns.without_columns(data, gone)
    if what is not None and frames.axis_of(call.get("axis", 1)):
        return columns.without_columns(data, what)
    rows = as_data(call.get("index") or what)
    if rows is not None and rows.kind == "labels":
        data = data.but(learned=data.learned | {one for one in rows.learned if one.kind == OUTLIER})
        last = {row[-1] for row in rows.rows if len(row) > 1}
        if len(last) == 1:
            return indexes.gapped(data.but(rows=chosen(data.rows, frames.opposite(last.pop()))))
        return indexes.gapped(data.but(rows=chosen(data.rows, ("some", written(call.node), "out"))))
    return data


def _indexed(context: Context, call: Call, data: Data) -> Value:
    """`df.set_index("id")`: what is the index is no column any more."""
    del context
    data = indexes.gapped(data)
    kept = constant(call.get("drop")) is False or not words(call.get("keys", 0))
    return data if kept else columns.without_columns(data, call.get("keys", 0) or UNKNOWN)


def _renumbered(context: Context, call: Call, data: Data) -> Value:
    """`df[df.a > 0].reset_index(drop=True)`: rows that are no longer called as those of the whole table are."""
    del context, call
    data = indexes.settled(data)
    part = any(len(row) > 1 for row in data.rows)
    return data.flagged("renumbered") if part else data


def _pop(context: Context, call: Call, data: Data) -> Value:
    name = call.get("item", 0) or UNKNOWN
    if not words(name):
        return data
    context.rebind(data, columns.without_columns(data, name))
    return columns.select(data, words(name))


def _end(context: Context, call: Call, data: Data) -> Value:
    del context
    how_many = call.text(0, "n")
    part = "head" if call.name == "head" else "tail"
    made = data.but(rows=chosen(data.rows, ("cut", f"{part} {how_many}", part)))
    return indexes.gapped(made) if part == "tail" else made


def _lagged(context: Context, call: Call, data: Data) -> Value:
    del context
    windows = ("rolling", "expanding", "ewm", "resample")
    if constant(call.get("center")) is True or ("reversed" in data.flags and call.name in windows[:3]):
        data = data.but(learned=data.learned | {frames.learning(call.node, "rolling", AHEAD, data, call.on())})
    if call.name == "shift" and (number(call.get("periods", 0)) or 1) > 0:
        data = data.but(learned=frozenset(one for one in data.learned if one.kind != AHEAD))
        if "reversed" in data.flags and "grouped" not in data.flags:  # the newest first: the row above comes later
            data = data.but(learned=data.learned | {frames.learning(call.node, "shift", AHEAD, data, call.on())})
    if call.name == "shift":
        return data.flagged("temporal", "shifted")
    return data.flagged("temporal", "rolled") if call.name in windows else data.flagged("temporal")


def _grouped(context: Context, call: Call, data: Data) -> Value:
    del context, call
    return data.flagged("grouped")


def _transformed(context: Context, call: Call, data: Data) -> Value:
    if "grouped" in data.flags and words(call.get("func", 0)):
        what = words(call.get("func", 0))[0]
        own = _OWN_GROUP.search(written(call.node.func, 200))
        kind = "frequency" if what in COUNTS and own else "group"
        one = frames.learning(call.node, what, kind, data, ",".join(data.columns or ()))
        return data.but(learned=data.learned | {one}, flags=data.flags - {"grouped"})
    function = call.get("func", 0)
    if isinstance(function, Known) and function.name in SCALING:
        one = frames.learning(call.node, function.name, "scale", data, call.on())
        return data.but(learned=data.learned | {one}, flags=data.flags - {"grouped"} | {"scaled"})
    if isinstance(function, Function):
        given = as_data(context.invoke(function, [data], {}))
        if given is not None:
            return data.but(learned=data.learned | _as_counts([given]), flags=data.flags - {"grouped"})
    if "grouped" not in data.flags:
        return data.but()
    made = data.but(flags=data.flags - {"grouped"}, learned=data.learned | _aggregated(call, data))
    return made.but(columns=None, without=data.without | {"?"}) if isinstance(function, Table) else made


def _aggregated(call: Call, data: Data) -> frozenset[Learning]:
    """What `agg(rate=("y", "mean"))`, `agg({"y": "mean"})` and `["y"].agg(["mean"])` compute of groups of rows."""
    found = []
    func = call.get("func", 0)
    for name, value in call.kwargs.items():
        if len(both := words(value)) == 2:
            found.append((both[0], both[1], frozenset({name})))
    if isinstance(func, Table):
        found += [(str(of), what, frozenset()) for of, value in func.items.items() for what in words(value)]
    elif data.columns:
        found += [(",".join(data.columns), what, frozenset()) for what in words(func)]
    made = (frames.learning(call.node, what, "group", data, of) for of, what, _ in found)
    return frozenset(replace(one, into=into) for one, (_, _, into) in zip(made, found, strict=True))


def _mapped(context: Context, call: Call, data: Data) -> Value:
    other = call.get("arg", 0)
    if isinstance(other, Table) and other.items and all(isinstance(constant(one), str) for one in other.items.values()):
        return data.but(form="text")
    if isinstance(other, Table) and other.items and all(number(one) is not None for one in other.items.values()):
        return data.but(form="int")
    found = frames.gathered(other) if other is not None else []
    if found:
        return data.but(learned=data.learned | _as_counts(found))
    return _transformed(context, call, data)


def _is_in(context: Context, call: Call, data: Data) -> Value:
    del context
    other = as_data(call.get("values", 0))
    steps: tuple[Step, ...] = (("test", written(call.node, 200), True),)
    if other is not None and len(other.rows) == 1:
        (row,) = other.rows
        steps = row[1:] or steps
    return Data(rows=data.rows, kind="mask", steps=steps)


def _renamed(context: Context, call: Call, data: Data) -> Value:
    del context
    given = call.get("columns")
    if data.columns is None or not isinstance(given, Table):
        return data
    new = {str(old): constant(value, old) for old, value in given.items.items()}
    return data.but(columns=tuple(new.get(one, one) for one in data.columns))


def _merged(context: Context, call: Call, data: Data) -> Value:
    del context
    others = [found for value in call.args for found in frames.gathered(value)]
    return indexes.settled(data).but(
        learned=data.learned | _as_counts(others),
        columns=None,
        without=frozenset({"?"}),
    )


def _joined(context: Context, call: Call, data: Data) -> Value:
    """`df.join(other)`: columns of both, beside each other."""
    del context
    others = [found for value in call.args for found in frames.gathered(value)]
    made = frames.beside([data, *others])
    return made.but(learned=made.learned | _as_counts(others)) if isinstance(made, Data) else made


def _appended(context: Context, call: Call, data: Data) -> Value:
    made = frames.together([data, *(found for value in call.args for found in frames.gathered(value))])
    if call.loops and isinstance(made, Data) and "repeated" in made.flags:
        context.rebind(data, made)  # a list of rows, to which changed copies are added
    return made


_METHODS: dict[str, Callable[[Context, Call, Data], Value]] = {
    "fillna": _fill,
    "replace": _replaced,
    "sample": _sample,
    "drop": _drop,
    "set_index": _indexed,
    "reset_index": _renumbered,
    "select_dtypes": lambda context, call, data: columns.of_types(call, data),  # noqa: ARG005
    "pop": _pop,
    "head": _end,
    "tail": _end,
    "sort_values": ordering.in_order,
    "sort_index": ordering.in_order,
    "shift": _lagged,
    "rolling": _lagged,
    "expanding": _lagged,
    "ewm": _lagged,
    "diff": _lagged,
    "pct_change": _lagged,
    "resample": _lagged,
    "groupby": _grouped,
    "transform": _transformed,
    "apply": _transformed,
    "agg": _transformed,
    "map": _mapped,
    "isin": _is_in,
    "rename": _renamed,
    "merge": _merged,
    "join": _joined,
    "append": _appended,
    **files.WRITING,
    "align": columns.aligned,
    "copy": lambda context, call, data: data.but(),  # noqa: ARG005 - a new object, which changes do not reach
}
