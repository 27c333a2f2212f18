"""Data sets, loaders and labels of PyTorch and Keras: which rows they give, and in which form."""

import ast

from mlpilot.tools.diagnose.static.libraries import arrays, frames, reach, shapes
from mlpilot.tools.diagnose.static.libraries.tensors import (
    Shape,
)
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, as_data, is_none, path_of
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Const,
    Data,
    Instance,
    Rows,
    Seq,
    Value,
    chosen,
    constant,
    number,
    own_method,
)
from mlpilot.tools.diagnose.syntax import called

KERAS_DATA = {
    "mnist": ((28, 28), 10, "int"),
    "fashion_mnist": ((28, 28), 10, "int"),
    "cifar10": ((32, 32, 3), 10, "int"),
    "cifar100": ((32, 32, 3), 100, "int"),
    "imdb": (None, 2, "int"),
    "reuters": (None, 46, "int"),
    "boston_housing": ((13,), 0, "float"),
    "california_housing": ((8,), 0, "float"),
}
"""Data set of Keras → (shape of a row, classes, form of the labels)."""


CLASSES = {"mnist": 10, "fashion_mnist": 10, "cifar10": 10, "cifar100": 100, "reuters": 46, "imdb": 2} | {
    "iris": 3,
    "wine": 3,
    "digits": 10,
    "breast_cancer": 2,
    "MNIST": 10,
    "FashionMNIST": 10,
    "CIFAR10": 10,
    "CIFAR100": 100,
    "moons": 2,
    "circles": 2,
}


IMAGES = {"MNIST": (None, 1, 28, 28), "FashionMNIST": (None, 1, 28, 28), "CIFAR10": (None, 3, 32, 32)}


def made_tensor(context: Context, call: Call) -> Value:
    """`torch.randn(8, 10)`: rows of a source, of that shape."""
    sizes = call.args[0].items if call.args and isinstance(call.args[0], Seq) else call.args
    if call.name == "randint":
        given = call.get("size") or (call.args[-1] if call.args else UNKNOWN)
        sizes = given.items if isinstance(given, Seq) else []
    shape: Shape = tuple(int(plain) if (plain := number(one)) is not None else None for one in sizes)
    role = role_of(call.alias)
    whole = call.name == "randint" or path_of(call.get("dtype")).rpartition(".")[2] in ("long", "int64", "int32")
    form = "long" if whole else "float"
    return Data(
        rows=frozenset({(("source", context.fresh(), call.name),)}),
        shape=shape if shape else None,
        role=role,
        form=form,
    )


def evenly_spaced(context: Context, call: Call) -> Value:
    """`torch.linspace(-1, 1, 200)`: one axis of so many numbers."""
    ends = [abs(one) for value in call.args[:2] if (one := number(value)) is not None]
    size = number(call.get("steps", 2))
    rows = frozenset({(("source", context.fresh(), "linspace"),)})
    made = Data(rows=rows, shape=(int(size),) if size is not None else None, form="float", role=role_of(call.alias))
    return reach.reaching(made, max(ends, default=None))


def variable(context: Context, call: Call) -> Value:
    """`Variable(x)`: the tensor itself; with `requires_grad=True` a new leaf, whose history is gone."""
    found = as_data(call.args[0]) if call.args else None
    fresh = constant(call.get("requires_grad")) is True
    if found is not None and found.kind in ("loss", "score") and fresh:
        return found.but(kind="loss").flagged("rewrapped")
    return found if found is not None and not fresh else as_tensor(context, call)


_SQUEEZED = {"softmax": "softmax", "sigmoid": "sigmoid", "relu": "relu", "tanh": "tanh"}


def tf_product(context: Context, call: Call) -> Value:
    """`tf.matmul(x, W)`: raw outputs, one column for each of `W`."""
    del context
    data, weights = as_data(call.get("a", 0)) or Data(), call.get("b", 1)
    if isinstance(weights, Instance) and weights.name == "Variable":
        weights = weights.argument("initial_value", 0)
    shape = weights.shape if isinstance(weights, Data) else None
    known = (data.shape[0] if data.shape else None, shape[-1]) if shape is not None and len(shape) == 2 else None
    return data.but(last="linear", shape=known, kind="data", role="X")


def placeholder(context: Context, call: Call) -> Value:
    """`tf.placeholder(tf.float32, [None, 10])`: rows that come later, of that shape."""
    given = call.get("shape", 1)
    sizes = (
        [int(found) if (found := number(one)) is not None else None for one in given.items]
        if isinstance(given, Seq)
        else []
    )
    rows = frozenset({(("source", context.fresh(), "placeholder"),)})
    return Data(rows=rows, shape=tuple(sizes) or None, role=role_of(call.alias))


def tf_dense(context: Context, call: Call) -> Value:
    """`tf.layers.dense(x, 10)`, and `tf.contrib.layers.fully_connected`, which applies relu unless it is told."""
    del context
    data = as_data(call.get("inputs", 0)) or Data()
    name = "activation_fn" if call.name == "fully_connected" else "activation"
    given, units = call.get(name, 2), number(call.get("num_outputs" if name == "activation_fn" else "units", 1))
    by_default = "relu" if call.name == "fully_connected" and given is None else "linear"
    last = _SQUEEZED.get(path_of(given).rpartition(".")[2], "") if given is not None else by_default
    raw = isinstance(given, Const) and given.value is None
    shape = (None, int(units)) if units is not None else None
    return data.but(last="linear" if raw else last, shape=shape, kind="data", role="X")


def as_tensor(context: Context, call: Call) -> Value:
    """`torch.tensor(X, dtype=...)`, `torch.from_numpy(X)`."""
    del context
    found = frames.gathered(call.args[0]) if call.args else []
    kind = path_of(call.get("dtype", 1))
    form = (
        "long"
        if kind.endswith(("long", "int64"))
        else "float"
        if kind.endswith(("float", "float32", "float64"))
        else ""
    )
    if call.name in ("FloatTensor", "LongTensor", "Tensor"):
        form = "long" if call.name == "LongTensor" else "float"
    if not found:
        return Data(form=form, shape=arrays.shape_of_lists(call.args[0]) or None if call.args else None)
    if found[0].kind in ("loss", "score"):
        return found[0].but(kind="loss").flagged("rewrapped")
    labels = found[0].role == "y" and found[0].dataset in CLASSES and found[0].form == "int"
    if not form and not labels and _holds_doubles(call, found[0]):
        return found[0].flagged("double")
    return found[0].but(form=form or found[0].form, shape=(None,) if labels else found[0].shape)


_RANDOM = frozenset(("rand randn", "rand rand", "rand normal", "rand random", "rand standard_normal", "rand uniform"))


def _holds_doubles(call: Call, data: Data) -> bool:
    """Whether an array holds float64 for certain: random numbers, features of a bundled data set; not lists."""
    if "cast" in data.flags or data.role == "y" or not call.node.args or isinstance(call.node.args[0], ast.List):
        return False
    drawn = len(data.rows) == 1 and all(row[0][2] in _RANDOM | {"linspace"} for row in data.rows)
    return drawn or (data.role == "X" and data.dataset in ("iris", "wine", "breast_cancer", "diabetes", "digits"))


def random_split(context: Context, call: Call) -> Value:
    """Parts of a data set."""
    which = context.fresh()
    given = call.get("dataset", 0) or UNKNOWN
    sizes = call.get("lengths", 1)
    how_many = len(sizes.items) if isinstance(sizes, Seq) and sizes.whole else 2
    rows = rows_of(given)
    return Seq(
        [Data(rows=chosen(rows, ("split", which, f"part {i}")), made_by=given) for i in range(how_many)], "tuple"
    )


def held(value: Instance) -> list[Data]:
    """Data that a data set object was given, or that one of the program's own keeps."""
    given = [*value.args, *value.kwargs.values(), *(value.attrs.values() if value.own is not None else ())]
    return [one for kept in given for one in frames.gathered(kept) if one.kind == "data" or value.own is None]


def rows_of(value: Value) -> frozenset[tuple[tuple[str, object, object], ...]]:
    """Rows of data, or of a data set object."""
    if isinstance(value, Instance):
        found = held(value)
        return found[0].rows if found else frozenset({(("object", value.serial, ""),)})
    data = as_data(value)
    return data.rows if data is not None else frozenset()


_KEEPING = frozenset(
    ("ToTensor", "Normalize", "RandomHorizontalFlip", "RandomVerticalFlip", "RandomRotation", "ConvertImageDtype")
)


def transforms_of(dataset: Instance) -> list[Value] | None:
    """Steps that its rows go through, or None where they are not known."""
    given = dataset.argument("transform")
    if is_none(given):
        return []
    if isinstance(given, Instance) and given.name == "Compose":
        steps = given.args[0] if given.args else given.kwargs.get("transforms")
        return steps.items if isinstance(steps, Seq) and steps.whole else None
    return [given] if given is not None else []


def _keeps_size(dataset: Instance) -> bool:
    steps = transforms_of(dataset)
    return steps is not None and all(isinstance(one, Instance) and one.name in _KEEPING for one in steps)


_AS_THEY_ARE = frozenset(
    ("tensor", "from_numpy", "as_tensor", "FloatTensor", "LongTensor", "float", "long", "int", "unsqueeze", "Tensor")
)
"""Calls in a data set of one's own after which the shape of its rows can still be told."""


def _own_batch(base: Instance, rows: Rows, context: Context) -> Value:
    """What a loader gives of a data set of the program's own: what its `__getitem__` returns, for many rows."""
    found = own_method(base, "__getitem__")
    if found is None or base.argument("transform") is not None:
        return UNKNOWN
    made = context.invoke(found, [UNKNOWN], {})
    calls = {called(node) for node in ast.walk(found.node) if isinstance(node, ast.Call)}
    if not isinstance(made, Seq) or not made.whole or not all(isinstance(one, Data) for one in made.items):
        return UNKNOWN
    known = calls <= _AS_THEY_ARE
    items = [one for one in made.items if isinstance(one, Data)]
    return Seq([_stacked(one, rows, known, "X" if at == 0 else "y") for at, one in enumerate(items)], "tuple")


def _stacked(one: Data, rows: Rows, known: bool, role: str) -> Data:
    """Many rows of what one is: an axis that was put before the row comes after that of the rows."""
    shape = one.shape if known else None
    if shape is not None and len(shape) > 1 and shape[0] == 1:
        shape = (shape[1], 1, *shape[2:])
    if one.kind == "score":
        return Data(rows=rows, role=role, form="long", shape=(None,))
    return one.but(rows=rows, shape=shape, role=one.role or role)


def batch(loader: Instance, context: Context | None = None) -> Value:
    """What a loader gives for each batch: inputs and labels."""
    given = loader.argument("dataset", 0) or UNKNOWN
    base = given
    while isinstance(base, Data) and isinstance(base.made_by, Instance):
        base = base.made_by
    rows = rows_of(given)
    X, y = Data(rows=rows, role="X"), Data(rows=rows, role="y")
    if isinstance(base, Instance) and base.name == "TensorDataset":
        items: list[Value] = [one.but(rows=rows) if (one := as_data(value)) else UNKNOWN for value in base.args]
        return Seq(items, "tuple")
    if isinstance(base, Instance) and base.path.startswith("torchvision.datasets."):
        shape = IMAGES.get(base.name) if _keeps_size(base) else None
        X, y = X.but(dataset=base.name, shape=shape), y.but(dataset=base.name, form="long")
        return Seq([X, y], "tuple")
    plain = loader.argument("collate_fn") is None
    if isinstance(base, Instance) and base.own is not None and context is not None and plain:
        return _own_batch(base, rows, context)
    return UNKNOWN


def keras_dataset(context: Context, call: Call) -> Value:
    """`mnist.load_data()`."""
    serial = context.fresh()
    name = call.path.split(".")[-2] if "." in call.path else ""
    shape, _, form = KERAS_DATA.get(name, (None, 0, ""))
    parts: list[Value] = []
    for part in ("train", "test"):
        rows = frozenset({(("source", serial, name), ("split", serial, part))})
        X = Data(rows=rows, role="X", dataset=name, shape=(None, *shape) if shape else None)
        parts.append(Seq([X, Data(rows=rows, role="y", dataset=name, form=form)], "tuple"))
    return Seq(parts, "tuple")


def categorical(context: Context, call: Call) -> Value:
    """`to_categorical(y)`, `tf.one_hot(y, 10)`: one column for each class."""
    del context
    data = as_data(call.args[0]) if call.args else None
    how_many = number(call.get("num_classes", 1) or call.get("depth"))
    return (data or Data(role="y")).but(form="onehot", shape=(None, int(how_many)) if how_many is not None else None)


def one_hot(context: Context, call: Call) -> Value:
    """`F.one_hot(y)`: whole numbers, one column for each class."""
    made = categorical(context, call)
    return made.but(form="onehot long") if isinstance(made, Data) else made


def torch_join(context: Context, call: Call) -> Value:
    """`torch.cat`, `torch.stack`."""
    found = [one for value in call.args[:1] for one in frames.gathered(value)]
    made = (
        frames.beside(found) if frames.axis_of(call.get("dim", 1)) or call.name == "stack" else frames.together(found)
    )
    if not isinstance(made, Data):
        return UNKNOWN
    parts = call.args[0] if call.args else None
    once = call.name == "cat" and not context.loops and not call.inside  # in a loop it may grow, and more than seen
    if not once or not isinstance(parts, Seq) or not parts.whole:
        return made.but(last="", shape=None)
    axis = number(call.get("dim", 1)) if call.get("dim", 1) is not None else 0
    return made.but(last="", shape=shapes.joined(parts.items, axis))
