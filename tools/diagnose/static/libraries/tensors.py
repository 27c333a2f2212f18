"""Layers and operations of networks: what the last operation was, and the shape it leaves, where it can be told.

Shapes are (rows, ...) for PyTorch and for Keras alike; an entry is None where it is not known.
"""

from math import prod

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.values import Const, Data, Instance, Seq, Value, constant, number

Shape = tuple[int | None, ...] | None

ACTIVATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "ReLU": "relu",
    "ReLU6": "relu",
    "Tanh": "tanh",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "GELU": "gelu",
    "SELU": "selu",
    "SiLU": "silu",
    "PReLU": "prelu",
    "Softplus": "softplus",
    "Hardswish": "hardswish",
    "LogSigmoid": "log_sigmoid",
    "Mish": "mish",
    "Softmax2d": "softmax",
    "Hardtanh": "tanh",
}
"""Layer of PyTorch → operation."""
KEEPING = listed(
    "Dropout Dropout1d Dropout2d BatchNorm1d BatchNorm2d LayerNorm GroupNorm Identity Flatten Unflatten Dropout3d"
    " InstanceNorm2d BatchNorm3d"
)
OPERATIONS = listed(
    "softmax log_softmax sigmoid relu tanh leaky_relu elu gelu selu silu softplus hardswish logsigmoid relu_"
)
CONVOLUTIONS = {"Conv1d": 1, "Conv2d": 2, "Conv3d": 3, "ConvTranspose2d": 0, "LazyConv2d": 0}
POOLS = {"MaxPool1d": 1, "MaxPool2d": 2, "MaxPool3d": 3, "AvgPool1d": 1, "AvgPool2d": 2}


def pair(value: Value | None, default: int | None, rank: int) -> list[int | None]:
    """A size for each direction."""
    if value is None:
        return [default] * rank
    plain = number(value)
    if plain is not None:
        return [int(plain)] * rank
    if isinstance(value, Seq) and len(value.items) == rank:
        return [int(plain) if (plain := number(one)) is not None else None for one in value.items]
    return [None] * rank


def torch_layer(layer: Instance, data: Data) -> Data:
    """The data after a layer of PyTorch."""
    name, shape = layer.name, data.shape
    if name in ACTIVATIONS:
        return data.but(last=ACTIVATIONS[name], place=layer.node)
    if name in ("Linear", "LazyLinear", "Bilinear"):
        out = number(layer.argument("out_features", 1))
        lead = shape[:-1] if shape is not None else (-1,)
        return data.but(last="linear", place=layer.node, shape=(*lead, int(out)) if out is not None else None)
    if name in CONVOLUTIONS:
        return data.but(last="conv", place=layer.node, shape=_convolved(layer, shape, CONVOLUTIONS[name]))
    if name in POOLS:
        rank = POOLS[name]
        kernel = pair(layer.argument("kernel_size", 0), None, rank)
        stride = pair(layer.argument("stride", 1), None, rank)
        stride = [
            kernel[i] if stride[i] is None and layer.argument("stride", 1) is None else stride[i] for i in range(rank)
        ]
        padding = pair(layer.argument("padding", 2), 0, rank)
        return data.but(shape=_moved(shape, rank, kernel, stride, padding))
    if name.startswith("Adaptive"):
        rank = 1 if "1d" in name else 2
        size = pair(layer.argument("output_size", 0), None, rank)
        return data.but(shape=(*shape[:2], *size) if shape is not None and len(shape) == rank + 2 else None)
    if name == "Flatten":
        return data.but(shape=flattened(shape))
    if name in ("LSTM", "GRU", "RNN"):
        return data.but(last="")
    if name == "Embedding":
        width = number(layer.argument("embedding_dim", 1))
        wide = int(width) if width is not None else None
        return data.but(last="embedding", shape=(*shape, wide) if shape is not None and -1 not in shape else None)
    if name in ("TransformerEncoder", "TransformerEncoderLayer"):
        return data.but(last="attention")
    return data if name in KEEPING else data.but(last="", shape=None)


def recurrent_shape(layer: Instance, shape: Shape) -> Shape:
    """The shape of what a recurrent layer gives for each step: both directions side by side."""
    width = number(layer.argument("hidden_size", 1))
    both = constant(layer.argument("bidirectional", 6), False)
    if width is None or layer.argument("proj_size") is not None or both not in (True, False):
        return None
    size = int(width) * (2 if both else 1)
    lead = shape[:-1] if shape is not None and -1 not in shape and len(shape) == 3 else (None, None)
    return None if shape is not None and len(shape) == 2 and -1 not in shape else (*lead, size)


def _convolved(layer: Instance, shape: Shape, rank: int) -> Shape:
    out = number(layer.argument("out_channels", 1))
    if out is None or rank == 0:
        return None
    if shape is None or len(shape) != rank + 2:
        return (None, int(out), *[None] * rank)
    kernel = pair(layer.argument("kernel_size", 2), None, rank)
    stride = pair(layer.argument("stride", 3), 1, rank)
    given = layer.argument("padding", 4)
    if constant(given) == "same":
        return (shape[0], int(out), *shape[2:])
    padding = pair(given, 0, rank) if constant(given) != "valid" else pair(None, 0, rank)
    if layer.argument("dilation", 5) is not None:
        return (shape[0], int(out), *[None] * rank)
    moved = _moved(shape, rank, kernel, stride, padding)
    return (shape[0], int(out), *(moved[2:] if moved is not None else [None] * rank))


def _moved(
    shape: Shape, rank: int, kernel: list[int | None], stride: list[int | None], padding: list[int | None]
) -> Shape:
    if shape is None or len(shape) != rank + 2:
        return None
    sizes: list[int | None] = []
    for size, k, s, p in zip(shape[2:], kernel, stride, padding, strict=True):
        sizes.append((size + 2 * p - k) // s + 1 if None not in (size, k, s, p) and s else None)  # type: ignore[operator]
    return (*shape[:2], *sizes)


def flattened(shape: Shape) -> Shape:
    """All but the rows in one."""
    if shape is None or -1 in shape[:1]:
        return None
    rest = shape[1:]
    return (shape[0], prod(rest) if None not in rest else None)  # type: ignore[arg-type]


def viewed(data: Data, sizes: list[Value]) -> Data:
    """`x.view(-1, 400)`."""
    if len(sizes) == 1 and isinstance(sizes[0], Seq):
        sizes = sizes[0].items
    if len(sizes) < 2:
        return data.but(shape=None if len(sizes) == 0 or constant(sizes[0]) != -1 else (None,))
    plain = [int(found) if (found := number(one)) is not None else None for one in sizes]
    if len(plain) == 2 and plain[1] == -1:
        return data.but(shape=flattened(data.shape))
    if all(one is not None and one > 0 for one in plain):
        return data.but(shape=tuple(plain))
    return data.but(shape=(None, *[None if one == -1 else one for one in plain[1:]]))


def torch_input(layer: Instance) -> tuple[int | None, int, str]:
    """(how many features or channels it takes, at which place of the shape, what they are called)."""
    if layer.name == "Linear":
        found = number(layer.argument("in_features", 0))
        return (int(found) if found is not None else None, -1, "features")
    if layer.name in ("Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d"):
        found = number(layer.argument("in_channels", 0))
        return (int(found) if found is not None else None, 1, "channels")
    if layer.name in ("BatchNorm1d", "BatchNorm2d"):
        found = number(layer.argument("num_features", 0))
        return (int(found) if found is not None else None, 1, "channels")
    return None, 0, ""


# --- Keras ---


def keras_activation(layer: Instance) -> str:
    """The operation that a layer of Keras ends with: what `activation` says, or what the layer is."""
    name = layer.name
    value = layer.argument("activation", 0 if name == "Activation" else (1 if name == "Dense" else None))
    if name in ("Softmax", "ReLU", "LeakyReLU", "ELU", "PReLU"):
        return {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu"}.get(name, "elu")
    if isinstance(value, Const):
        return str(value.value).lower() if value.value is not None else "linear"
    path = getattr(value, "path", "")
    if value is not None:
        return path.rpartition(".")[2].lower().replace("softmax_v2", "softmax") if path else "?"
    if name in ("LSTM", "GRU", "SimpleRNN"):
        return "tanh"
    return "linear" if name.startswith(("Dense", "Conv", "SeparableConv")) else ""


def keras_units(layer: Instance) -> int | None:
    """How many outputs a layer of Keras has for each row."""
    first = {"Dense": "units", "LSTM": "units", "GRU": "units", "SimpleRNN": "units"}.get(layer.name, "filters")
    found = number(layer.argument(first, 0) or layer.argument("output_dim"))
    return int(found) if found is not None else None


def keras_shape(layer: Instance) -> Shape:
    """The shape of one row that a layer says it takes."""
    given = layer.argument("input_shape") or layer.argument("batch_input_shape")
    if layer.argument("input_tensor") is not None:
        return None  # a model of keras.applications that begins with another tensor: its own size does not count
    if layer.name in ("Input", "InputLayer"):
        given = given or layer.argument("shape", 0)
    width = number(layer.argument("input_dim"))
    if isinstance(given, Seq) and given.whole:
        items = [int(plain) if (plain := number(one)) is not None else None for one in given.items]
        return tuple(items[1:] if layer.argument("batch_input_shape") is not None else items)
    return (int(width),) if width is not None and layer.name != "Embedding" else None


def colours_first(shape: Shape) -> bool:
    """Whether a picture's shape begins with its colours, as Theano had it: (3, 64, 64)."""
    if shape is None or len(shape) != 3 or None in shape:
        return False
    return shape[0] in (1, 3, 4) and min(shape[1:]) >= 8  # type: ignore[type-var,operator]


def keras_layer(layer: Instance, shape: Shape) -> Shape:
    """The shape of one row after a layer of Keras; None where it cannot be told."""
    name = layer.name
    if name == "Dense":
        return (*shape[:-1], keras_units(layer)) if shape else None
    if name in ("Conv1D", "Conv2D", "Conv3D", "Convolution2D"):
        return _keras_window(layer, shape, int(name[-2]), keras_units(layer), "kernel_size", 1)
    if name in ("MaxPooling1D", "MaxPooling2D", "AveragePooling2D", "AveragePooling1D", "MaxPool2D"):
        return _keras_window(layer, shape, int(name[-2]), shape[-1] if shape else None, "pool_size", 0)
    if name == "Flatten":
        return (prod(shape) if None not in shape else None,) if shape else None  # type: ignore[arg-type]
    if name.startswith("Global"):
        return (shape[-1],) if shape else None
    if name in ("LSTM", "GRU", "SimpleRNN"):
        if constant(layer.argument("return_sequences"), False) is True:
            return (shape[0], keras_units(layer)) if shape else (None, keras_units(layer))
        return (keras_units(layer),)
    if name == "Embedding":
        size = number(layer.argument("output_dim", 1))
        length = number(layer.argument("input_length"))
        return (int(length) if length is not None else None, int(size) if size is not None else None)
    if name == "RepeatVector":
        times = number(layer.argument("n", 0))
        return (int(times) if times is not None else None, shape[-1]) if shape else None
    keeps = name in (
        "Dropout",
        "BatchNormalization",
        "Activation",
        "LayerNormalization",
        "LeakyReLU",
        "ReLU",
        "Softmax",
    )
    return shape if keeps or name in ("SpatialDropout1D", "GaussianNoise", "ELU", "PReLU") else None


def _keras_window(layer: Instance, shape: Shape, rank: int, out: int | None, size: str, at: int) -> Shape:
    if shape is None or len(shape) != rank + 1:
        return None
    pooling = size == "pool_size"
    apart = _kernel_apart(layer) if not pooling else []
    kernel = apart or pair(layer.argument(size, at), 2 if pooling else None, rank)
    given = layer.argument("subsample") if apart else layer.argument("strides", at + 1)
    stride = pair(given, 1, rank) if given is not None or not pooling else list(kernel)
    padding = constant(layer.argument("border_mode") or layer.argument("padding", at + 2), "valid")
    sizes: list[int | None] = []
    for length, k, s in zip(shape[:-1], kernel, stride, strict=True):
        if length is None or k is None or s is None or not s:
            sizes.append(None)
        else:
            sizes.append(-(-length // s) if str(padding).lower() == "same" else (length - k) // s + 1)
    return (*sizes, out)


def _kernel_apart(layer: Instance) -> list[int | None]:
    """The kernel of Keras 1, rows and columns each by itself: `Convolution2D(32, 3, 3, border_mode="same")`."""
    old = layer.name == "Convolution2D" or set(layer.kwargs) & {"border_mode", "subsample", "dim_ordering", "init"}
    sizes = [number(one) for one in layer.args[1:3]]
    return [int(one) if one is not None else None for one in sizes] if old and len(sizes) == 2 else []
