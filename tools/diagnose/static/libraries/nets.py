"""PyTorch and Keras: models, losses, optimisers, loaders and data sets, as far as rules ask about them."""

from collections.abc import Callable

from mlpilot.tools.diagnose.static.libraries import arrays, datasets, dtypes, frames, gradients, reach, shapes
from mlpilot.tools.diagnose.static.libraries.tensors import (
    ACTIVATIONS,
    OPERATIONS,
    flattened,
    keras_activation,
    keras_layer,
    keras_shape,
    recurrent_shape,
    torch_layer,
    viewed,
)
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, as_data
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Const,
    Data,
    Fit,
    Instance,
    Known,
    Seq,
    Table,
    Value,
    constant,
    number,
    own_method,
)

LOSSES = {
    "cross_entropy": "CrossEntropyLoss",
    "binary_cross_entropy": "BCELoss",
    "binary_cross_entropy_with_logits": "BCEWithLogitsLoss",
    "nll_loss": "NLLLoss",
    "mse_loss": "MSELoss",
    "l1_loss": "L1Loss",
    "smooth_l1_loss": "SmoothL1Loss",
    "kl_div": "KLDivLoss",
}
"""Function of PyTorch → the class that does the same."""


def is_loss(value: Value | None) -> bool:
    """Whether it is a loss of PyTorch."""
    return isinstance(value, Instance) and value.library == "torch" and value.name.endswith("Loss")


def is_module(value: Value | None) -> bool:
    """Whether it is a model or layer of PyTorch."""
    return isinstance(value, Instance) and (
        (value.path.startswith(("torch.nn.", "torchvision.models.")) and not value.name.endswith("Loss"))
        or value.name in ("LightningModule",)
    )


def is_keras_model(value: Value | None) -> bool:
    """Whether it is a model of Keras."""
    return (
        isinstance(value, Instance)
        and value.library == "keras"
        and (value.name in ("Sequential", "Model", "Functional") or ".applications." in value.path)
    )


def call_instance(context: Context, call: Call, instance: Instance) -> Value:
    """`layer(x)`, `model(x)`, `loss(output, target)`."""
    first = call.args[0] if call.args else next(iter(call.kwargs.values()), UNKNOWN)
    data = as_data(first)
    if is_loss(instance):
        return _lost(call, instance.name)
    if instance.library == "keras":
        return keras_call(context, instance, first)
    if instance.name == "Sequential":
        out = data if data is not None else Data(kind="data")
        for layer in sequential_layers(instance):
            known = isinstance(layer, Instance) and not layer.parts
            out = _through(context, layer, out) if known else out.but(last="", shape=None)  # type: ignore[arg-type]
        return gradients.past_weights(out).but(made_by=instance)
    if instance.library == "torch":
        found = torch_layer(instance, data if data is not None else Data())
        found = gradients.looked_up(found) if instance.name in ("Embedding", "EmbeddingBag") else found
        if instance.name in ("LSTM", "GRU", "RNN"):
            return Seq([found.but(last="recurrent", shape=recurrent_shape(instance, found.shape)), UNKNOWN], "tuple")
        applied = found.but(place=call.node) if instance.name in ACTIVATIONS else found
        return gradients.past_weights(applied).but(made_by=instance)
    if data is None:
        return UNKNOWN
    return gradients.past_weights(data).but(last="", shape=None, made_by=instance)


def _through(context: Context, layer: Instance, data: Data) -> Data:
    """The data after a layer of a Sequential, the library's or the program's own."""
    forward = own_method(layer, "forward")
    if forward is None:
        return torch_layer(layer, data)
    result = context.invoke(forward, [data.but(last="")], {})
    layer.notes.setdefault("returned", result)
    return as_data(result) or data.but(last="", shape=None)


def held_layers(instance: Instance) -> list[Value]:
    """What `nn.Sequential` was given, one within it as one layer."""
    given = map(_listed, instance.args)
    return [one for value in given for one in (value.items if isinstance(value, Seq) else [value])]


def sequential_layers(instance: Instance, depth: int = 0) -> list[Value]:
    """Layers of `nn.Sequential`, of those within it too."""
    found: list[Value] = []
    for one in held_layers(instance):
        inner = isinstance(one, Instance) and (one.name, one.library) == ("Sequential", "torch")
        found += sequential_layers(one, depth + 1) if inner and depth < 5 else [one]  # type: ignore[arg-type]
    return found


def _listed(value: Value) -> Value:
    """Layers that are given by names: `OrderedDict([("fc", nn.Linear(4, 2))])`, a dict."""
    named = isinstance(value, Instance) and value.name == "OrderedDict"
    given = value.args[0] if isinstance(value, Instance) and named and value.args else value
    if isinstance(given, Table):
        return Seq(list(given.items.values()), "list")
    if named and isinstance(given, Seq):
        pairs = [one.items[1] if isinstance(one, Seq) and len(one.items) == 2 else UNKNOWN for one in given.items]
        return Seq(pairs, "list", given.whole)
    return given


def _lost(call: Call, name: str) -> Data:
    outputs = as_data(call.args[0]) if call.args else None
    given = call.get("reduction") or (
        call.receiver.argument("reduction") if isinstance(call.receiver, Instance) else None
    )
    return Data(kind="loss", last=name, rows=outputs.rows if outputs else frozenset(), form=str(constant(given, "")))


def through_own_model(call: Call, instance: Instance, result: Value) -> Value:
    """What a model of the program gives: what its `forward` returned, by this model."""
    found = as_data(result)
    first = as_data(call.args[0]) if call.args else None
    instance.notes.setdefault("returned", result)
    if found is None:
        if isinstance(result, Const | Seq):
            return result
        return (first or Data()).but(last="", shape=None, made_by=instance)
    found = gradients.past_weights(found)
    return found.but(made_by=instance, kind="data", rows=found.rows or (first.rows if first else frozenset()))


def keras_call(context: Context, instance: Instance, first: Value) -> Value:
    """A layer of Keras on a tensor, or a model on data."""
    del context
    data = as_data(first)
    if data is None and isinstance(first, Seq):
        data = next(iter(frames.gathered(first)), None)
    data = data or Data()
    if is_keras_model(instance):
        instance.notes["applied"] = True
        last = output_layers(instance)
        activation = keras_activation(last[-1]) if last else ""
        return data.but(made_by=instance, last=activation, shape=None)
    instance.notes.setdefault("inputs", []).append(first)
    shape = keras_layer(instance, data.shape)
    kept = instance.name in ("Dropout", "BatchNormalization", "Flatten", "Reshape")
    return data.but(made_by=instance, last=data.last if kept else keras_activation(instance), shape=shape)


def output_layers(model: Instance) -> list[Instance]:
    """Layers of a Keras model in order, as far as they are a chain; empty where that cannot be told."""
    if model.name == "Sequential":
        found = [_as_layer(one) for one in _given_layers(model)]
        return [one for one in found if isinstance(one, Instance)]
    outputs = given_back(model)
    chain: list[Instance] = []
    while outputs is not None and isinstance(outputs.made_by, Instance) and len(chain) < 300:
        layer = outputs.made_by
        if layer in chain:
            break
        chain.append(layer)
        given = layer.notes.get("inputs")
        outputs = as_data(given[0]) if given else None
    return chain[::-1]


def given_back(model: Instance) -> Data | None:
    """What a Keras model gives, unless it is a plain list of layers, or gives many."""
    own = model.own is not None and own_method(model, "call") is not None
    return as_data(model.notes.get("returned") if own else model.argument("outputs", 1))


def _given_layers(model: Instance) -> list[Value]:
    given = model.argument("layers", 0)
    return [*(given.items if isinstance(given, Seq) else []), *model.parts]


def _as_layer(value: Value) -> Value:
    """A layer; `Input(shape=...)`, which is a tensor elsewhere, is one in a Sequential."""
    made = value.made_by if isinstance(value, Data) else None
    return made if isinstance(made, Instance) and made.name == "Input" else value


def is_chain(model: Instance) -> bool:
    """Whether every layer of the model is known and follows the one before."""
    if model.name == "Sequential":
        given = model.argument("layers", 0)
        found = [_as_layer(one) for one in _given_layers(model)]
        whole = given is None or (isinstance(given, Seq) and given.whole)
        return whole and bool(found) and all(isinstance(one, Instance) for one in found) and not model.notes.get("loop")
    return False


def keras_method(context: Context, call: Call, instance: Instance) -> Value:
    """A method of a Keras model."""
    name = call.name
    if name == "add" and call.args:
        instance.parts.append(call.args[0])
        if call.loops:
            instance.notes["loop"] = True
    elif name == "compile":
        instance.notes.setdefault("compiles", []).append(call)
    elif name in ("fit", "fit_generator", "train_on_batch"):
        X, y = call.get("x", 0) or UNKNOWN, call.get("y", 1) or UNKNOWN
        found = frames.gathered(X)
        instance.fits.append(Fit(found[0] if found else X, y, call.node, context.order))
        instance.notes.setdefault("fit calls", []).append(call)
        return Instance("keras.callbacks.History", [], {}, call.node, context.fresh())
    elif name in ("predict", "predict_on_batch", "predict_proba"):
        found = frames.gathered(call.get("x", 0) or UNKNOWN)
        base = found[0] if found else Data()
        last = output_layers(instance)
        act = keras_activation(last[-1]) if last else ""
        return base.but(
            kind="probabilities" if act in ("softmax", "sigmoid") else "predicted",
            made_by=instance,
            role="y",
            last=act,
            form="",
            flags=base.flags | {"raw"},
            shape=None,
        )
    elif name in ("evaluate", "score"):
        found = frames.gathered(call.get("x", 0) or UNKNOWN)
        return Data(kind="score", rows=found[0].rows if found else frozenset(), made_by=instance)
    return UNKNOWN


_GIVES_ITSELF = listed("to cuda cpu eval train apply half float double requires_grad_ compile")


def torch_method(context: Context, call: Call, instance: Instance) -> Value:
    """A method of a model, optimiser, ... of PyTorch."""
    del context
    if call.name in _GIVES_ITSELF:
        return instance
    if call.name in ("parameters", "named_parameters", "children", "modules"):
        return Data(kind="parameters", made_by=instance)
    return UNKNOWN


def tensor_method(context: Context, call: Call, data: Data) -> Value | None:
    """A method of a tensor, or None where tables know it."""
    name = call.name
    if name in OPERATIONS:
        return reach.unmarked(data).but(last=name.rstrip("_"), place=call.node)
    if name in ("view", "reshape"):
        return viewed(data, call.args)
    if name == "ravel" or (name == "flatten" and not call.args and not call.kwargs):
        return data.but(shape=(None,) if data.shape else None)
    if name == "flatten":
        return data.but(shape=flattened(data.shape) if number(call.get("start_dim", 0)) == 1 else None)
    if name in ("clamp", "clamp_min", "clamp_", "clip"):
        return data.but(last="clamped" if data.last in ("softmax", "sigmoid") else data.last)
    if name in ("squeeze", "unsqueeze") and (shape := shapes.squeezed(call, data)) is not None:
        return data.but(shape=shape)
    if name in ("squeeze", "unsqueeze", "permute", "transpose"):
        changed = "squeezed" if name == "squeeze" else "unsqueezed" if name == "unsqueeze" else "moved axes"
        return data.but(shape=None).flagged(changed)
    if name in ("to", "cuda"):
        return dtypes.told(call, data).flagged("moved") if name == "to" else data.flagged("moved")
    if name in dtypes.SHORT or name in ("type", "type_as"):
        return dtypes.told(call, data)
    if name in ("detach", "cpu", "contiguous", "clone", "requires_grad_"):
        return data.flagged("detached").but(cut=call.node) if name == "detach" else data
    if name == "item":
        return Data(kind="score", rows=data.rows)
    if name in ("mm", "mv", "matmul"):
        other = as_data(call.get("mat2", 0))
        return data.but(shape=shapes.product(data.shape, other.shape if other is not None else None), last="")
    if name in ("mean", "sum") and data.kind == "loss":
        return data.but(form="")
    if name in ("mean", "sum") and (shape := shapes.reduced(call, data)) is not None:
        return data.but(shape=shape, last="")
    if name in ("amax", "amin", "logsumexp"):
        return data.but(shape=shapes.reduced(call, data), last="")
    if name == "backward":
        return Const(None)
    if name == "argmax":
        if data.kind in ("probabilities", "predicted"):
            return arrays.classes_of(data)
        raw = bool(call.args) or is_module(data.made_by)
        return data.but(last="argmax", form="int", place=call.node) if raw else arrays.best_class(context, call)
    return data if name == "numpy" else None


def operation(context: Context, call: Call) -> Value:
    """`F.softmax(x, dim=1)`, `torch.sigmoid(x)`, `tf.nn.relu(x)`."""
    del context
    data = as_data(call.args[0]) if call.args else None
    cut = data is not None and data.last == "relu" and call.name in ("softmax", "log_softmax")
    made = reach.unmarked(data or Data()).but(last=call.name.rstrip("_"), place=call.node)
    return made.flagged("cut off") if cut else made.but(flags=made.flags - {"cut off"})


def pooled(context: Context, call: Call) -> Value:
    """`F.max_pool2d(x, 2)`: as the layer does it."""
    data = as_data(call.args[0]) if call.args else None
    name = "".join(part.capitalize() for part in call.name.split("_")).replace("2D", "2d").replace("1D", "1d")
    layer = Instance(f"torch.nn.{name}", call.args[1:], call.kwargs, call.node, context.fresh())
    return torch_layer(layer, data) if data is not None else UNKNOWN


def loss_function(context: Context, call: Call) -> Value:
    """`F.cross_entropy(output, target)`."""
    del context
    return _lost(call, LOSSES[call.name])


_OPERATION_PATHS = {
    f"{module}.{name}": operation
    for module in ("torch", "torch.nn.functional", "tensorflow.nn", "tensorflow", "keras.activations", "keras.ops")
    for name in OPERATIONS
}
FUNCTIONS: dict[str, Callable[[Context, Call], Value]] = {
    **_OPERATION_PATHS,
    **{f"torch.nn.functional.{name}": loss_function for name in LOSSES},
    **{f"torch.{name}": datasets.made_tensor for name in ("randn", "rand", "zeros", "ones", "randint", "empty")},
    **{
        f"torch.{name}": datasets.as_tensor
        for name in ("tensor", "from_numpy", "as_tensor", "FloatTensor", "LongTensor", "Tensor")
    },
    **{
        f"tensorflow.{name}": datasets.made_tensor
        for name in ("zeros", "ones", "random_normal", "truncated_normal", "random.normal", "random.truncated_normal")
    },
    **{
        f"torch.nn.functional.{name}": pooled
        for name in ("max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d", "adaptive_avg_pool2d")
    },
    "torch.linspace": datasets.evenly_spaced,
    "torch.autograd.Variable": datasets.variable,
    "tensorflow.matmul": datasets.tf_product,
    "tensorflow.data.Dataset.from_tensor_slices": lambda context, call: (  # noqa: ARG005
        found[0] if call.args and (found := frames.gathered(call.args[0])) else UNKNOWN
    ),
    "tensorflow.placeholder": datasets.placeholder,
    "tensorflow.layers.dense": datasets.tf_dense,
    "tensorflow.contrib.layers.fully_connected": datasets.tf_dense,
    "torch.utils.data.random_split": datasets.random_split,
    "torch.utils.data.dataset.random_split": datasets.random_split,
    "torch.cat": datasets.torch_join,
    "torch.stack": datasets.torch_join,
    "torch.flatten": lambda context, call: (  # noqa: ARG005
        data.but(shape=flattened(data.shape)) if call.args and (data := as_data(call.args[0])) else UNKNOWN
    ),
    "torch.argmax": arrays.best_class,
    "torch.nn.functional.one_hot": datasets.one_hot,
    "keras.utils.to_categorical": datasets.categorical,
    "keras.utils.np_utils.to_categorical": datasets.categorical,
    "tensorflow.one_hot": datasets.categorical,
}


FUNCTIONS |= {
    path.replace("tensorflow.", "tensorflow.compat.v1.", 1): way
    for path, way in FUNCTIONS.items()
    if path.startswith("tensorflow.") and "compat" not in path
}


def keras_input(call: Call, context: Context) -> Data:
    """`Input(shape=(...))`: a tensor."""
    layer = Instance("keras.layers.Input", call.args, call.kwargs, call.node, context.fresh())
    return Data(kind="data", made_by=layer, shape=keras_shape(layer))


def is_known(value: Value, *names: str) -> bool:
    """Whether it is a library's name that ends so."""
    return isinstance(value, Known) and value.name in names
