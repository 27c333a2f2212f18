"""Functions of pandas and numpy: where rows come from, what they are made of."""

from collections.abc import Callable

from mlpilot.tools.diagnose.static.libraries import files, frames, indexes, reach, shapes
from mlpilot.tools.diagnose.static.libraries.columns import AND_MORE
from mlpilot.tools.diagnose.static.libraries.tables import AHEAD, EXTREMES, STATISTICS, statistic, within_rows
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, as_data
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Const,
    Data,
    Instance,
    Seq,
    Step,
    Table,
    Value,
    constant,
    number,
    words,
)


def read_table(context: Context, call: Call) -> Value:
    """Rows from a file or the network: a source of their own."""
    name = (words(call.get("filepath_or_buffer", 0)) or [""])[0]
    if (kept := files.read_back(context, name)) is not None:
        return kept
    flags = {"temporal"} if call.get("parse_dates") is not None and call.get("index_col") is not None else set()
    rows = frozenset({(("source", files.which(context, call, name), name[-60:]),)})
    index = frozenset(words(call.get("index_col")))
    return Data(rows=rows, frame=context.fresh(), flags=frozenset(flags), without=index)


def from_values(context: Context, call: Call) -> Value:
    """An array or table made of what is given."""
    given = [one for value in (*call.args, *call.kwargs.values()) for one in frames.gathered(value)]
    found = [one for one in given if one.kind not in ("names", "labels", "fact")] or given[:1]
    if not found:
        serial = context.fresh()
        written_out = call.args[0] if call.args else None
        made = Data(rows=frozenset({(("source", serial, call.name),)}), frame=serial)
        made = reach.reaching(made, reach.listed_numbers(written_out))
        made = reach.reaching(made, reach.counted(call.node.args[0]) if call.node.args else None)
        if (
            isinstance(written_out, Seq)
            and written_out.whole
            and all(number(one) is not None for one in written_out.items)
        ):
            return made.but(shape=(len(written_out.items),)).flagged("flat list")
        rows = reach.rows_written(written_out)
        return made.but(shape=shape_of_lists(written_out)) if rows else made
    if len(found) == 1 and found[0].kind == "labels":
        return found[0].but(kind="data", frame=context.fresh(), columns=None, without=frozenset({"?"}))
    if len(found) == 1:
        if isinstance(call.get("data", 0) or (call.args[0] if call.args else None), Seq):
            found = [found[0].but(shape=None)]  # one axis more: a list of rows, or of stretches of them
        named = any(one.kind == "names" for one in given)  # one number for each column stays what it is
        kind = "data" if found[0].kind == "stat" and not named else found[0].kind
        made = found[0].but(kind=kind)
        made = _named_table(context, call, made) if isinstance(call.get("data", 0), Seq) else made
        return indexes.made_anew(made, call)
    across = call.name == "stack" and constant(call.get("axis", 1)) not in (None, 0)
    side = across or isinstance(call.get("data", 0), Table)
    made_of = frames.beside(found) if side else frames.together(found)
    if not isinstance(made_of, Data):
        return made_of
    return indexes.made_anew(_named_table(context, call, made_of), call)


def _named_table(context: Context, call: Call, data: Data) -> Data:
    """`pd.DataFrame({"a": a, "b": b})` of arrays: a table of its own, with some columns that are known by name."""
    table = call.get("data", 0)
    names = {str(one) for one in table.items} if isinstance(table, Table) else set(words(call.get("columns", 2)))
    if call.name != "DataFrame" or data.frame or data.kind not in ("data", "picks", "mask") or not names:
        return data
    rows = data.rows or frozenset({(("source", context.fresh(), call.name),)})  # of numbers of rows, as a column
    data = data.but(kind="data", steps=(), rows=rows)
    return data.but(frame=context.fresh(), without=data.without | {AND_MORE} | {f"+{one}" for one in names})


def shape_of_lists(value: Value | None) -> tuple[int | None, ...] | None:
    """The shape of lists of lists of numbers, where all are of one length."""
    if not isinstance(value, Seq):
        return ()
    inner = {shape_of_lists(one) for one in value.items}
    below = inner.pop() if len(inner) == 1 else None
    return (len(value.items), *below) if below is not None else None


def concatenated(context: Context, call: Call) -> Value:
    """`pd.concat`, `np.concatenate`, `np.vstack`, ..."""
    del context
    found = [one for value in call.args for one in frames.gathered(value)]
    side = call.name in ("hstack", "column_stack", "c_", "merge") or (
        call.name in ("concat", "concatenate", "append", "cat") and frames.axis_of(call.get("axis", 1))
    )
    made = frames.beside(found) if side else frames.together(found)
    if not isinstance(made, Data) or side:
        return made
    if call.library != "pandas":
        return indexes.as_array(made)
    return indexes.settled(made) if constant(call.get("ignore_index")) is True else indexes.gapped(made)


def numpy_statistic(context: Context, call: Call) -> Value:
    """`np.mean(X, axis=0)`."""
    del context
    data = as_data(call.get("a", 0))
    if data is None:
        return UNKNOWN
    if within_rows(call.get("axis", 1)):
        return data.but(last="", shape=None)
    name = call.name.removeprefix("nan").replace("amax", "max").replace("amin", "min")
    return statistic(Call(call.order, call.node, f".{name}", None, [], {}, (), ()), data, name, call.text(0))


def permuted(context: Context, call: Call) -> Value:
    """Row numbers in a random order, or the rows themselves."""
    data = as_data(call.get("x", 0))
    if data is not None and data.kind == "data":
        return data.flagged("shuffled")
    return Data(kind="picks", steps=(("permutation", context.fresh(), "in"),), flags=frozenset({"shuffled"}))


def counted(context: Context, call: Call) -> Value:
    """`np.arange(n)`, row numbers that may be shuffled and cut."""
    del context
    ends = [abs(one) for value in call.args[:2] if (one := number(value)) is not None]
    return reach.reaching(Data(kind="picks"), max(ends) - 1 if ends else None)


def spaced(context: Context, call: Call) -> Value:
    """`np.linspace(0, 10, 50)`: rows of a source, which remembers how far they reach."""
    ends = [abs(one) for value in call.args[:2] if (one := number(value)) is not None]
    made = Data(rows=frozenset({(("source", context.fresh(), "linspace"),)}))
    return reach.reaching(made, max(ends, default=None))


def either(context: Context, call: Call) -> Value:
    """`np.where(condition, a, b)`: the rows of the condition; labels -1 and 1 are told from 0 and 1."""
    del context
    found = [one for value in call.args for one in frames.gathered(value)]
    if not found or len(call.args) != 3:
        return found[0] if found else UNKNOWN
    ends = [constant(value) for value in call.args[1:]]
    made = found[0].but(learned=frozenset().union(*(one.learned for one in found)))
    plain = set(ends) == {1, -1}
    labels = all(isinstance(one, int | float | str) for one in ends)
    kind = "data" if made.kind == "mask" else made.kind
    form = "sign" if plain else "int" if labels and set(ends) == {0, 1} else ""
    return made.but(kind=kind, steps=(), columns=None, form=form, shape=None)


def random_numbers(context: Context, call: Call) -> Value:
    """Rows of random numbers: a source."""
    serial = context.fresh()
    at = {"rand": None, "randn": None, "random": 0, "standard_normal": 0, "poisson": 1, "exponential": 1}.get(
        call.name, 2
    )
    size = call.get("size", at) if at is not None else Seq(list(call.args), "tuple")
    plain = size.items if isinstance(size, Seq) else [size] if size is not None else []
    shape = tuple(int(one) if (one := number(value)) is not None else None for value in plain)
    made = Data(rows=frozenset({(("source", serial, f"rand {call.name}"),)}), frame=0, shape=shape or None)
    return reach.reaching(made, reach.drawn(call.name, call.args, call.kwargs))


def filled(context: Context, call: Call) -> Value:
    """`np.full(len(y_test), y_train.mean())`: one value for each; it is of no rows, though learnt from some."""
    del context
    value = as_data(call.get("fill_value", 1))
    return Data(learned=value.learned if value is not None else frozenset())


def repeated(context: Context, call: Call) -> Value:
    """`np.repeat(X, 3)`, `np.tile`: rows that stand there several times; made-up numbers are a way to make groups."""
    del context
    data = as_data(call.get("a", 0) or call.get("A"))
    if data is None or data.kind != "data":  # what was learnt is the same for any number of rows
        return UNKNOWN if data is None else Data(learned=data.learned) if data.kind == "stat" else data
    made_up = any(str(row[0][2]).startswith("rand") for row in data.rows)
    return data.but(shape=None) if made_up else data.but(shape=None).flagged("repeated")


def generated(context: Context, call: Call) -> Value:
    """A method of a random generator, `rng.normal(...)`; rows chosen out of some values are new rows."""
    way = FUNCTIONS.get(f"numpy.random.{call.name}")
    data = as_data(call.get("a", 0))
    if call.name == "choice" and data is not None and data.kind == "data":
        made = random_numbers(context, call)
        return made.but(shape=None) if isinstance(made, Data) else made
    return way(context, call) if way is not None else random_numbers(context, call)


def best_class(context: Context, call: Call) -> Value:
    """`np.argmax(probabilities, axis=1)`: labels."""
    del context
    data = as_data(call.get("a", 0))
    if data is None:
        return UNKNOWN
    if data.kind in ("probabilities", "predicted"):
        return classes_of(data)
    return data.but(form="int", last="argmax", kind="stat" if data.kind in ("score", "stat") else data.kind)


def classes_of(data: Data) -> Data:
    """The most probable class of each row."""
    return data.but(kind="predicted", flags=data.flags - {"raw"}, form="int", last="")


def random_choice(context: Context, call: Call) -> Value:
    """`np.random.choice(...)`: row numbers, or values."""
    data = as_data(call.get("a", 0))
    if data is not None and data.kind in ("picks", "labels"):
        return data.but(steps=(*data.steps, ("sample", context.fresh(), "in")))
    return Data(kind="picks", steps=(("sample", context.fresh(), "in"),))


def encoded_columns(context: Context, call: Call) -> Value:
    """`pd.get_dummies`: one column for each value."""
    del context
    data = as_data(call.get("data", 0))
    if data is None:
        return UNKNOWN
    data = data.flagged("dummies")
    if call.get("columns") is None and len(data.columns or ()) == 1:
        return data.but(form="onehot", columns=None, without=data.without | {"?"})
    return data.but(columns=None, without=data.without | {"?"} if data.columns else data.without)


def binned(context: Context, call: Call) -> Value:
    """`pd.qcut(x, 10)`: bins whose bounds are learnt from all rows."""
    del context
    data = as_data(call.get("x", 0))
    if data is None:
        return UNKNOWN
    return data.but(learned=data.learned | {frames.learning(call.node, "qcut", "statistic", data, call.text(0, "x"))})


def folded(context: Context, call: Call) -> Value:
    """`np.array_split(rows, 5)`: folds, of which one cannot tell which is taken."""
    del context
    data = as_data(call.get("ary", 0))
    return Seq([data.flagged("mixed")], "list", False) if data is not None else UNKNOWN


def shuffle_in_place(context: Context, call: Call) -> Value:
    """`np.random.shuffle(x)`."""
    value = call.get("x", 0)
    if isinstance(value, Data):
        steps: tuple[Step, ...] = (("permutation", context.fresh(), "in"),) if value.kind == "picks" else value.steps
        context.rebind(value, value.but(steps=steps).flagged("shuffled"))
    return Const(None)


SMOOTHING = {
    "scipy.signal": "savgol_filter filtfilt sosfiltfilt medfilt wiener",
    "scipy.ndimage": "gaussian_filter1d uniform_filter1d median_filter",
}
"""Functions that make each number of those before and behind it."""


def smoothed(context: Context, call: Call) -> Value:
    """`savgol_filter(df["load"], 11, 2)`: along the rows, where it is one column."""
    del context
    data = next((found for value in call.args if (found := as_data(value)) is not None), None)
    if data is None:
        return UNKNOWN
    if len(data.columns or ()) != 1 or not data.frame:
        return data
    return data.but(learned=data.learned | {frames.learning(call.node, call.name, AHEAD, data, call.text(0))})


def reshaped(context: Context, call: Call) -> Value:
    """`stats.boxcox(x)`, which gives the values and what it learnt, and `winsorize(x)`."""
    del context
    data = as_data(call.get("x", 0) or call.get("a"))
    if data is None:
        return UNKNOWN
    kind = "statistic" if call.name == "winsorize" else "scale"
    made = data.but(learned=data.learned | {frames.learning(call.node, call.name, kind, data, call.text(0))})
    alone = call.name == "winsorize" or call.get("lmbda", 1) is not None
    return made if alone else Seq([made, UNKNOWN], "tuple")


def tested(context: Context, call: Call) -> Value:
    """`stats.ttest_ind(x[y == 1], x[y == 0])`: one number for each column, learnt from rows and their labels."""
    del context
    found = [one for value in call.args for one in frames.gathered(value) if one.kind == "data"]
    if not found:
        return UNKNOWN
    heads = frozenset(row[:1] if row[-1][0] in ("equal", "order", "test", "some") else row for row in found[0].rows)
    whole = found[0].but(rows=heads)
    one = frames.learning(call.node, call.name, "select", whole, call.text(0))
    return whole.but(kind="stat", learned=frozenset({one}))


def tallied(context: Context, call: Call) -> Value:
    """`collections.Counter(df["city"])`: how often each value is met."""
    data = as_data(call.args[0]) if call.args else None
    if data is not None and data.frame and data.kind == "data":
        return statistic(call, data, "value_counts", call.text(0))
    made = Instance(call.path, call.args, call.kwargs, call.node, context.fresh())
    context.trace.instances.append(made)
    return made


LOGARITHMS = ("log", "log1p", "log2", "log10")
_WAVES = ("sin", "cos", "tanh")
POWERS = ("exp", "expm1", "exp2", "power")


def elementwise(context: Context, call: Call) -> Value:
    """`np.log1p(x)`: each number by itself; which rows and columns it is of does not change."""
    data = as_data(call.get("x", 0))
    if data is None:
        found = [one for value in call.args for one in frames.gathered(value)]
        data = found[0].but(columns=None, without=found[0].without | {"?"}) if found else None
    if data is None:
        return UNKNOWN
    data = reach.unmarked(data).but(last="", form="", shape=shapes.after(call, [data]))
    if data.kind == "picks" and not data.steps:  # of `np.arange(n)`: numbers of rows no more, but a series
        rows = data.rows or frozenset({(("source", context.fresh(), "arange"),)})
        data = data.but(kind="data", rows=rows)
    if call.name in LOGARITHMS:
        return data.flagged("logged")
    return data.but(flags=data.flags - {"logged"}).flagged("raised") if call.name in POWERS else data


def picture(context: Context, call: Call) -> Value:
    """`cv2.imread(path)`: rows, columns, colours, in this order; matplotlib brings pixels between 0 and 1."""
    made = Data(rows=frozenset({(("source", context.fresh(), "picture"),)})).flagged("channels last")
    return made if call.library == "matplotlib" else made.flagged("pixels")


FUNCTIONS: dict[str, Callable[[Context, Call], Value]] = {
    **{
        f"pandas.{name}": read_table
        for name in ["read_csv", "read_excel", "read_parquet", "read_table", "read_json", "read_sql"]
    },
    **{f"numpy.{name}": read_table for name in ("loadtxt", "genfromtxt", "load")},
    "yfinance.download": lambda context, call: read_table(context, call).flagged("temporal"),  # type: ignore[attr-defined]
    **{f"pandas.{name}": from_values for name in ("DataFrame", "Series")},
    **{f"numpy.{name}": from_values for name in ("array", "asarray", "stack")},
    **{f"numpy.{name}": concatenated for name in ["concatenate", "vstack", "hstack", "column_stack", "append", "r_"]},
    "pandas.concat": concatenated,
    "pandas.merge": lambda context, call: frames.beside(  # noqa: ARG005
        [one for value in call.args[:2] for one in frames.gathered(value)]
    ),
    **{f"numpy.{name}": numpy_statistic for name in (*STATISTICS, *EXTREMES, "nanmean", "nanstd", "nanmedian", "amax")},
    "numpy.corrcoef": numpy_statistic,
    "numpy.percentile": numpy_statistic,
    "numpy.random.permutation": permuted,
    "numpy.random.shuffle": shuffle_in_place,
    "random.shuffle": shuffle_in_place,
    "numpy.arange": counted,
    "numpy.where": either,
    "numpy.linspace": spaced,
    "numpy.random.choice": random_choice,
    **{
        f"numpy.random.{name}": random_numbers
        for name in ["rand", "randn", "normal", "uniform", "randint", "standard_normal"]
    },
    **{
        f"numpy.random.{name}": lambda context, call: Instance(
            "numpy.random.Generator", [], {}, call.node, context.fresh()
        )
        for name in ("default_rng", "RandomState", "Generator")
    },
    "numpy.full": filled,
    "numpy.repeat": repeated,
    **{f"{name}.imread": picture for name in ("cv2", "matplotlib.pyplot", "imageio", "skimage.io", "matplotlib.image")},
    **dict.fromkeys(
        (
            "PIL.Image.open",
            "keras.preprocessing.image.load_img",
            "keras.utils.load_img",
            "keras.preprocessing.image.img_to_array",
            "keras.utils.img_to_array",
        ),
        picture,
    ),
    "numpy.tile": repeated,
    **{f"numpy.{name}": folded for name in ("array_split", "split")},
    **{f"numpy.{name}": elementwise for name in (*LOGARITHMS, *POWERS, *_WAVES, "abs", "absolute", "sqrt")},
    **{f"{module}.{name}": smoothed for module, names in SMOOTHING.items() for name in names.split()},
    "scipy.stats.mstats.winsorize": reshaped,
    "scipy.stats.boxcox": reshaped,
    "scipy.stats.yeojohnson": reshaped,
    "collections.Counter": tallied,
    **{
        f"scipy.stats.{name}": tested
        for name in ("ttest_ind", "f_oneway", "mannwhitneyu", "kruskal", "pointbiserialr", "spearmanr", "pearsonr")
    },
    "numpy.argmax": best_class,
    "pandas.get_dummies": encoded_columns,
    "pandas.qcut": binned,
}
