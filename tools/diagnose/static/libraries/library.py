"""What calls of libraries give: one door to the models of pandas, numpy, scikit-learn, PyTorch and Keras."""

import ast
from dataclasses import replace

from mlpilot.tools.diagnose.static.libraries import (
    arrays,
    columns,
    datasets,
    estimators,
    frames,
    nets,
    ordering,
    reach,
    shapes,
    tables,
)
from mlpilot.tools.diagnose.static.reading import options
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.resolve import canonical
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, as_data
from mlpilot.tools.diagnose.static.reading.values import (
    NOWHERE,
    UNKNOWN,
    Bound,
    Const,
    Data,
    Function,
    Instance,
    Known,
    Seq,
    Table,
    Value,
    constant,
    number,
    words,
)
from mlpilot.tools.diagnose.syntax import called

_SAME = listed(
    "list tuple set sorted reversed iter tqdm trange notebook auto prefetch shuffle batch cache deepcopy copy"
)


def call(context: Context, made: Call) -> Value:
    """The value of a call of a library's function or class."""
    path, name, library = made.path, made.name, made.library
    way = arrays.FUNCTIONS.get(path) or nets.FUNCTIONS.get(path)
    if way is not None:
        return way(context, made)
    if library == "numpy" and name in ("empty", "zeros", "full", "ones") and _of_bytes(made):
        return Data(rows=frozenset({(("source", context.fresh(), name),)}), flags=frozenset({"bytes"}))
    if name == "train_test_split":
        return estimators.split(context, made)
    if path.startswith("sklearn.datasets.") and name.startswith(("load_", "fetch_", "make_")):
        return estimators.dataset(context, made)
    if name == "cross_val_predict" and made.args and (crossed := as_data(made.get("X", 1))) is not None:
        asked = constant(made.get("method"), "predict")
        return crossed.but(
            kind="predicted" if asked == "predict" else "probabilities", made_by=made.args[0], role="y", columns=None
        ).flagged("crossed")
    if path.startswith("sklearn.feature_selection.") and name in estimators.JUDGES_OF_COLUMNS:
        return estimators.columns_judged(context, made)
    if path in ("sklearn.utils.resample", "sklearn.utils.shuffle"):
        return estimators.resampled_rows(context, made)
    if name in tables.SCALING and path in (f"sklearn.preprocessing.{name}", f"scipy.stats.{name}"):
        return estimators.scaled_by_function(context, made)
    if path.startswith("sklearn.metrics.") and not name[:1].isupper():
        found = [one for value in made.args for one in frames.gathered(value)]
        guess = next((one for one in found if one.made_by is not None), found[0] if found else Data())
        curve = frozenset({"curve"} if name.endswith("_curve") else ())
        curve |= {flag for one in found for flag in one.flags if flag.startswith("called ")}
        many = name if name == "confusion_matrix" else ""
        return Data(kind="score", rows=guess.rows, made_by=guess.made_by, flags=curve, last=many)
    if name == "load_data" and library in ("keras", "tensorflow"):
        return datasets.keras_dataset(context, made)
    if path in ("keras.layers.Input", "keras.Input"):
        return nets.keras_input(made, context)
    if library == "builtins":
        return _builtin(context, made)
    if name == "clone" and made.args and isinstance(made.args[0], Instance):
        old = made.args[0]
        return _new(context, Instance(old.path, old.args, old.kwargs, old.node, context.fresh(), own=old.own))
    if path == "copy.deepcopy" and made.args and isinstance(made.args[0], Instance):
        return _new(context, _copied(made.args[0], context.fresh()))
    if name in _SAME and made.args:
        return made.args[0]
    if is_class(path, name):
        return _new(context, Instance(path, made.args, made.kwargs, made.node, context.fresh()))
    return passed_through(made)


def _of_bytes(call: Call) -> bool:
    """Whether an array is made of whole numbers from 0 to 255: `dtype=np.uint8`."""
    return call.text(99, "dtype").strip("'\"").rpartition(".")[2] == "uint8"


def is_class(path: str, name: str) -> bool:
    """Whether calling it makes an object."""
    return (
        name[:1].isupper()
        or name in ("make_pipeline", "make_column_transformer", "make_union", "no_grad", "inference_mode")
        or path.startswith("torchvision.models.")
    )


def _new(context: Context, instance: Instance) -> Instance:
    context.trace.instances.append(instance)
    return instance


def _copied(old: Instance, serial: int) -> Instance:
    """An object of its own that has been through the same, with the same parts."""
    return replace(
        old, serial=serial, attrs=dict(old.attrs), fits=list(old.fits), parts=list(old.parts), notes=dict(old.notes)
    )


def _builtin(context: Context, made: Call) -> Value:
    name, args = made.name, made.args
    first = as_list(args[0]) if args else UNKNOWN
    if name == "enumerate":
        if isinstance(first, Seq) and first.whole and len(first.items) <= 8:
            return Seq([Seq([Const(i), item], "tuple") for i, item in enumerate(first.items)], "list")
        return Seq([Seq([UNKNOWN, each(first, context)], "tuple")], "list", False)
    if name == "zip":
        if all(isinstance(one, Seq) and one.whole and len(one.items) <= 8 for one in args) and args:
            pairs = zip(*(one.items for one in args if isinstance(one, Seq)), strict=False)
            return Seq([Seq([*pair], "tuple") for pair in pairs], "list")
        return Seq([Seq([each(one, context) for one in args], "tuple")], "list", False)
    if name in ("max", "min", "sorted") and isinstance(made.get("key"), Function):
        context.invoke(made.kwargs["key"], [each(first)], {})  # what the key does with each is seen
        if name != "sorted" and isinstance(first, Seq) and first.items and isinstance(first.items[0], Instance):
            return first.items[0]
    if name in ("list", "tuple", "set", "sorted", "reversed", "iter"):
        if isinstance(first, Data) and first.kind == "data" and first.frame:
            return first.but(frame=0)  # its rows, and no table any more
        return first if args else Seq([], "list")
    if name == "slice":
        return Data(kind="picks", steps=(("cut", context.fresh(), "in"),))
    if name == "next":
        return each(first, context)
    if name == "dict":
        return Table({str(key): value for key, value in made.kwargs.items()}) if not args else first
    if name == "len":
        if isinstance(first, Seq) and first.whole:
            return Const(len(first.items))
        return Data(kind="fact", rows=rows.rows if (rows := as_data(first)) is not None else NOWHERE)
    if name in ("float", "int"):
        data = as_data(first)
        if data is not None:
            return data if data.kind == "stat" else Data(kind="score", rows=data.rows, made_by=data.made_by)
        return Const(type_of(name)(number(first))) if number(first) is not None else UNKNOWN
    if name in ("max", "min", "sum", "round", "abs") and as_data(first) is not None:
        return as_data(first) or UNKNOWN
    if name == "filter" and len(args) > 1:
        return columns.unsure(args[1]) if isinstance(args[1], Data) else args[1]
    if name == "map" and len(args) > 1:
        return Seq([context.invoke(first, [each(args[1])], {})], "list", False)
    if name == "getattr" and len(args) > 1 and words(args[1]):
        if isinstance(first, Known):
            return Known(canonical(f"{first.path}.{words(args[1])[0]}"))
        if isinstance(first, Instance):
            return attribute(context, first, words(args[1])[0])
    return UNKNOWN


def type_of(name: str) -> type:
    """`int` or `float`."""
    return int if name == "int" else float


def method(context: Context, made: Call, receiver: Value) -> Value:
    """The value of a call of a method."""
    if isinstance(receiver, Instance):
        return _instance_method(context, made, receiver)
    if isinstance(receiver, Bound) and isinstance(receiver.receiver, Instance) and isinstance(made.node.func, object):
        return passed_through(made)
    data = as_data(receiver)
    if data is not None:
        found = nets.tensor_method(context, made, data)
        return found if found is not None else tables.method(context, made, shapes.unfollowed(made.name, data))
    if isinstance(receiver, Seq):
        return _list_method(made, receiver)
    if isinstance(receiver, Table):
        return _dict_method(made, receiver)
    if made.name == "__init__" and called(made.on_node) == "super":
        _layers_of_its_own(context, made)
    return passed_through(made)


def _layers_of_its_own(context: Context, made: Call) -> None:
    """`super().__init__(nn.Linear(4, 8), nn.ReLU())` in a class that is an `nn.Sequential`: these are its layers."""
    me = context.lookup("self")
    if isinstance(me, Instance) and me.own is not None and me.path == "torch.nn.Sequential":
        me.args = list(made.args)


def _instance_method(context: Context, made: Call, receiver: Instance) -> Value:
    if nets.is_keras_model(receiver):
        return nets.keras_method(context, made, receiver)
    if receiver.library in ("torch", "torchvision", "pytorch_lightning"):
        return nets.torch_method(context, made, receiver)
    if receiver.path == options.PARSER:
        return options.parser_method(context, made, receiver)
    if receiver.path == "numpy.random.Generator":
        return arrays.generated(context, made)
    if receiver.library == "keras" and made.name == "adapt":
        estimators.fit(context, made, receiver)
        return Const(None)
    if receiver.library == "keras" and made.name in ("fit_on_texts", "texts_to_sequences", "texts_to_matrix"):
        if made.name == "fit_on_texts":
            estimators.fit(context, made, receiver)
            return Const(None)
        found = frames.gathered(made.args[0]) if made.args else []
        return estimators.transformed(receiver, found[0]) if found else UNKNOWN
    result = estimators.method(context, made, receiver)
    if made.name in ("transform", "fit_transform") and isinstance(result, Data):  # how far it is to each cluster
        return result.but(learned=result.learned | estimators.clusters_of(receiver))
    return result


def _list_method(made: Call, receiver: Seq) -> Value:
    if made.name == "append" and made.args:
        receiver.items.append(made.args[0])
        if made.loops:
            receiver.whole = False
        if made.loops and nets.is_module(made.args[0]) and _now_and_then(made):
            receiver.items.append(UNKNOWN)  # an activation between the layers, say, and not behind the last
    elif made.name == "extend" and made.args:
        more = made.args[0]
        receiver.items += more.items if isinstance(more, Seq) else [more]
        receiver.whole = receiver.whole and isinstance(more, Seq) and more.whole and not made.loops
    elif made.name in ("remove", "insert", "clear", "pop", "sort", "reverse"):
        receiver.whole = receiver.whole and made.name in ("sort", "reverse")
        if made.name == "insert" and len(made.args) > 1:
            receiver.items.append(made.args[1])
    return UNKNOWN if made.name != "copy" else Seq(list(receiver.items), receiver.kind, receiver.whole)


def _now_and_then(made: Call) -> bool:
    """Whether a call within a loop stands under a condition within that loop."""
    first = getattr(made.loops[-1], "lineno", 0)
    return bool(made.conditions) and getattr(made.conditions[-1], "lineno", 0) > first


def _dict_method(made: Call, receiver: Table) -> Value:
    values = list(receiver.items.values())
    if made.name == "items":
        return Seq(
            [Seq([Const(key), value], "tuple") for key, value in receiver.items.items()], "list", _known(receiver)
        )
    if made.name == "values":
        return Seq(values, "list", _known(receiver))
    if made.name in ("get", "pop", "setdefault"):
        key = constant(made.args[0]) if made.args else None
        return receiver.items.get(key, made.args[1] if len(made.args) > 1 else UNKNOWN)
    if made.name == "update" and made.args and isinstance(made.args[0], Table):
        receiver.items |= made.args[0].items
    return UNKNOWN


def _known(table: Table) -> bool:
    return not any(isinstance(key, str) and key.startswith("?") for key in table.items)


def passed_through(made: Call) -> Value:
    """What an unknown function gives: the rows that it is given, one must suppose."""
    values = [*made.args, *made.kwargs.values()]
    if made.receiver is not None:
        values.insert(0, made.receiver)
    found = [
        one for value in values for one in frames.gathered(value) if one.kind not in ("score", "fact", "parameters")
    ]
    if not found:
        return UNKNOWN
    first = reach.unmarked(found[0])
    applied = first.applied | {-1} if len(found) == 1 else first.applied
    return first.but(
        learned=frozenset().union(*(one.learned for one in found)),
        applied=applied - {-1},
        last="",
        shape=shapes.after(made, found),
        form="",
        columns=None,
        without=first.without | {"?"},
    )


def call_instance(context: Context, made: Call, instance: Instance) -> Value:
    """The value of calling an object."""
    if instance.library in ("torch", "torchvision", "keras", "tensorflow") or instance.own is not None:
        return nets.call_instance(context, made, instance)
    return passed_through(made)


def through_own_model(context: Context, made: Call, instance: Instance, result: Value) -> Value:
    """The value of calling a model of the program."""
    del context
    return nets.through_own_model(made, instance, result)


def attribute(context: Context, instance: Instance, name: str) -> Value:
    """`object.name`."""
    del context
    if name in ("best_estimator_", "best_estimator", "module"):
        return instance
    if name in ("best_score_", "oob_score_"):
        return Data(kind="score", made_by=instance)
    if name == "labels_" and (clusters := estimators.clusters_of(instance)):
        return Data(rows=next(iter(clusters)).rows, learned=clusters, kind="predicted", made_by=instance, role="y")
    if instance.library == "statsmodels" and name in ("pvalues", "tvalues"):
        given = [one for value in instance.args for one in frames.gathered(value)]
        learned = {frames.learning(instance.node, instance.name, "select", one, "the data") for one in given[-1:]}
        return Data(rows=given[-1].rows, learned=frozenset(learned), kind="stat") if given else UNKNOWN
    found = estimators.attribute(instance, name)
    return found if found is not UNKNOWN and name != "get_support" else Bound(instance, name)


def stored(context: Context, instance: Instance, name: str, value: Value) -> None:
    """`object.name = value`: remembered with its place in the order of calls."""
    instance.notes.setdefault("stored", []).append((context.order, name, value))


def item(instance: Instance, index: Value) -> Value:
    """`object[index]`: a layer of a network, a step of a pipeline."""
    at = number(index)
    held = instance.name in ("Sequential", "ModuleList") and instance.library == "torch"
    parts = nets.sequential_layers(instance) if held else []
    if at is not None and -len(parts) <= at < len(parts):
        return parts[int(at)]
    return UNKNOWN


def cut(instance: Instance, part: ast.Slice) -> Value:
    """`self.layers[:-1]`: some layers of a list, or of a network."""
    if instance.library != "torch" or instance.name not in ("Sequential", "ModuleList"):
        return UNKNOWN
    layers = nets.sequential_layers(instance)
    try:
        ends = [ast.literal_eval(one) if one is not None else None for one in (part.lower, part.upper, part.step)]
        chosen = layers[slice(*ends)]
    except (ValueError, TypeError):
        return UNKNOWN
    whole = all(not isinstance(given, Seq) or given.whole for given in instance.args)
    if instance.name == "ModuleList":
        return Seq(chosen, "list", whole)
    return Instance(instance.path, list(chosen), {}, instance.node, instance.serial)


def as_list(over: Value) -> Value:
    """The layers of an `nn.ModuleList`; anything else as it is."""
    return cut(over, ast.Slice()) if isinstance(over, Instance) and over.path == "torch.nn.ModuleList" else over


def each(over: Value, context: Context | None = None) -> Value:
    """What a loop over the value gives at each turn."""
    over = as_list(over)
    if isinstance(over, Seq):
        if (pairs := _of_all(over)) is not None:
            return pairs
        result: Value = UNKNOWN
        for one in over.items:
            result = one if result is UNKNOWN or not isinstance(one, Const) else UNKNOWN
        return result
    if isinstance(over, Instance) and over.name in ("DataLoader", "TensorDataset"):
        return datasets.batch(over, context)
    if isinstance(over, Data):
        if "grouped" in over.flags:  # one group after the other: what comes out is a row for each
            flags = {flag for flag in over.flags if flag != "temporal" and not flag.startswith(ordering.IN_GROUPS)}
            over = over.but(flags=frozenset(flags))
        return columns.unsure(over) if over.kind == "names" else over
    return UNKNOWN


def _of_all(over: Seq) -> Seq | None:
    """Of tuples of plain values, as `[(3, 64), (64, 128)]`, a tuple of what is the same in all of them."""
    rows = [one.items for one in over.items if isinstance(one, Seq) and one.kind == "tuple"]
    if not 2 <= len(rows) == len(over.items) or len({len(row) for row in rows}) != 1:
        return None
    if not all(isinstance(one, Const) for row in rows for one in row):
        return None
    columns_of = [[one.value for one in row if isinstance(one, Const)] for row in zip(*rows, strict=True)]
    same = [all(one == values[0] for one in values) for values in columns_of]
    return Seq([one if kept else UNKNOWN for one, kept in zip(rows[0], same, strict=True)], "tuple")


def unpacked(value: Value, how_many: int) -> list[Value]:
    """The values of an assignment to several names."""
    if isinstance(value, Seq):
        if value.whole and len(value.items) == how_many:
            return list(value.items)
        if len(value.items) >= how_many:
            return list(value.items[:how_many])
        return [*value.items, *[UNKNOWN] * (how_many - len(value.items))]
    if isinstance(value, Data):
        return [value if value.kind not in ("fact",) else UNKNOWN] * how_many
    return [UNKNOWN] * how_many
