"""Keras: layers that do not fit each other, or the data.

Sources: Keras, documentation of layers; NeuraLint (Nikanjam et al. 2021); UMLAUT (Schoop et al. 2021); Humbatova et
al. 2020.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.libraries.nets import output_layers
from mlpilot.tools.diagnose.static.libraries.tensors import (
    Shape,
    colours_first,
    keras_activation,
    keras_layer,
    keras_shape,
    keras_units,
)
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule

COLUMNS = {"iris": 4, "wine": 13, "breast_cancer": 30, "diabetes": 10, "california": 8}
"""Bundled data set → how many features it has."""
_SHAPES = "Humbatova et al. 2020, tensors and inputs: wrong shape"
_RANKS = {
    "Conv1D": 2,
    "Conv2D": 3,
    "Conv3D": 4,
    "LSTM": 2,
    "GRU": 2,
    "SimpleRNN": 2,
    "MaxPooling2D": 3,
    "MaxPooling1D": 2,
    "Convolution2D": 3,
    "SeparableConv2D": 3,
    "GlobalAveragePooling2D": 3,
}
"""Layer → dimensions of one row that it takes."""
_RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN"))
_SQUASHING = frozenset(("sigmoid", "tanh"))


def stacks(program: Program, *, loops: bool = False) -> Iterator[list[Instance]]:
    """Layers of each sequential model, in order; with `loops`, of those too whose layers are added in a loop."""
    for one in program.trace.instances:
        if one.path in ("keras.models.Sequential", "keras.Sequential", "keras.engine.sequential.Sequential"):
            layers = output_layers(one)
            if len(layers) > 1 and (loops or not one.notes.get("loop")):
                yield layers
        elif one.path in ("keras.models.Model", "keras.Model") and one.own is None:
            layers = output_layers(one)
            if len(layers) > 1 and _is_plain_chain(layers):
                yield layers


def _is_plain_chain(layers: list[Instance]) -> bool:
    """Whether layers of a functional model follow each other, with nothing that leads round them."""
    fed = [one.notes.get("inputs", []) for one in layers[1:]]
    return layers[0].name in ("Input", "InputLayer") and all(
        len(given) == 1 and isinstance(given[0], Data) and not _computed_with(given[0]) for given in fed
    )


def _computed_with(data: Data) -> bool:
    """Whether something was computed with what a layer gave: it was divided by its length, or multiplied."""
    layer = data.made_by
    return isinstance(layer, Instance) and keras_activation(layer) not in ("", "?") and data.last == ""


def _shapes(layers: list[Instance]) -> Iterator[tuple[Instance, Shape, Shape]]:
    """(layer, shape of a row before it, shape after)."""
    shape: Shape = None
    for one in layers:
        given = keras_shape(one)
        if given is not None:
            shape = (None, None, None) if colours_first(given) else given
        if one.name in ("Input", "InputLayer"):
            continue
        after = keras_layer(one, shape)
        yield one, shape, after
        shape = after


@rule(
    "KERAS101",
    "layer-rank",
    "error",
    "a layer is given rows of another number of dimensions than it takes",
    remedy="reshape the rows, or put Flatten, return_sequences=True or GlobalAveragePooling in between",
    source=_SHAPES,
)
def ranks(program: Program) -> Iterator[Found]:
    """`Conv2D(input_shape=(28, 28))`, `LSTM(64); LSTM(32)`."""
    for layers in stacks(program):
        for one, before, after in _shapes(layers):
            due = _RANKS.get(one.name)
            if due is not None and before is not None and len(before) != due:
                why = " (the LSTM before it lacks return_sequences=True)" if _flattened_before(layers, one) else ""
                yield (
                    _before(layers, one).node if why else one.node,
                    f"{one.name} takes rows of {due} dimensions, and is given {len(before)}: {_text(before)}{why}",
                )
                break
            if after is not None and any(size is not None and size <= 0 for size in after):
                yield one.node, f"{one.name} leaves nothing of rows of shape {_text(before)}"
                break


def _flattened_before(layers: list[Instance], one: Instance) -> bool:
    return _before(layers, one).name in _RECURRENT


def _before(layers: list[Instance], one: Instance) -> Instance:
    """The layer before one that is not the first, those that keep the shape passed by."""
    earlier = [layer for layer in layers[: layers.index(one)] if layer.name not in ("Dropout", "BatchNormalization")]
    return earlier[-1] if earlier else one


def _text(shape: Shape) -> str:
    return "(" + ", ".join("?" if size is None else str(size) for size in shape or ()) + ")"


@rule(
    "KERAS102",
    "flatten-missing",
    "error",
    "no Flatten between images and the outputs",
    remedy="Flatten() or GlobalAveragePooling2D() before the Dense layers",
    source="NeuraLint; " + _SHAPES,
)
def flatten_missing(program: Program) -> Iterator[Found]:
    """`Conv2D(...); Dense(10, activation="softmax")`."""
    for model in keras_models(program):
        last = model.last
        if last is None or last.name != "Dense" or not model.whole or not model.loss.endswith("crossentropy"):
            continue
        kinds = [one.name for one in model.layers]
        spatial = [
            i for i, name in enumerate(kinds) if name in ("Conv2D", "MaxPooling2D", "Convolution2D", "MaxPool2D")
        ]
        flat = any(
            name == "Flatten" or name.startswith("Global") or name in ("Reshape", "Lambda") or name in _RECURRENT
            for name in kinds
        )
        if spatial and not flat and "?" not in kinds and all(name in _PLAIN for name in kinds):
            yield last.node, "the last Dense layer works on each pixel: there is no Flatten after the convolutions"


_PLAIN = listed(
    "Conv2D MaxPooling2D Convolution2D MaxPool2D Dense Dropout BatchNormalization Activation Input InputLayer"
    " AveragePooling2D SeparableConv2D LeakyReLU ReLU Rescaling SpatialDropout2D"
)


@rule(
    "KERAS103",
    "no-activation-between",
    "warning",
    "a layer without activation before another",
    remedy='activation="relu" in the hidden layers',
    source="NeuraLint; UMLAUT (no activation in hidden layers)",
)
def no_activation(program: Program) -> Iterator[Found]:
    """`Dense(64); Dense(10, activation="softmax")`."""
    trains = program.names & {"compile", "fit", "fit_generator", "GradientTape", "train_on_batch"}
    for layers in stacks(program, loops=True):
        if not trains and not _bends(layers):
            continue  # it shows how a model is put together, no more
        computing = [one for one in layers if one.name in ("Dense", "Conv2D", "Conv1D")]
        widths = [units for one in computing if (units := keras_units(one)) is not None]
        for i, one in enumerate(layers):
            if (
                one.name not in ("Dense", "Conv2D", "Conv1D")
                or keras_activation(one) != "linear"
                or one is computing[-1]
            ):
                continue
            following = next((x for x in layers[i + 1 :] if x.name not in _PASSING), None)
            if following is layers[-1] and keras_activation(following) == "linear" and _bends(layers[:i]):
                continue
            bottleneck = keras_units(one) == min(widths, default=0) and one.name == "Dense"
            if following is not None and following.name in ("Dense", "Conv2D", "Conv1D") and not bottleneck:
                yield (
                    one.node,
                    f"{one.name} has no activation before the {following.name} that follows: it is linear",
                )


_PASSING = listed("Dropout BatchNormalization Flatten MaxPooling2D MaxPooling1D AveragePooling2D")


def _bends(layers: list[Instance]) -> bool:
    """Whether something before is not linear: then one linear layer more does no harm."""
    return any(keras_activation(one) not in ("linear", "") for one in layers)


@rule(
    "KERAS104",
    "inputs-not-scaled",
    "warning",
    "pixels from 0 to 255 go in as they are",
    remedy="x_train, x_test = x_train / 255, x_test / 255, or a Rescaling layer",
    source="UMLAUT (input data exceeds typical limits); Humbatova et al. 2020, missing normalisation",
)
def not_scaled(program: Program) -> Iterator[Found]:
    """`mnist.load_data()` and `fit` without a division."""
    for model in keras_models(program):
        X = model.inputs()
        if X is None or X.dataset not in ("mnist", "fashion_mnist", "cifar10", "cifar100") or "scaled" in X.flags:
            continue
        first = {one.name for one in model.layers[:4]}
        if (
            not first & {"Rescaling", "Normalization", "BatchNormalization", "Lambda"}
            and model.fits
            and model.layers
            and (
                not program.names & {"preprocess_input", "normalize", "Rescaling", "convert_image_dtype"}
                and not X.applied
            )
        ):
            yield model.fits[0].node, f"{model.fits[0].text(0, 'x')} holds pixels from 0 to 255: scale them first"


@rule(
    "KERAS105",
    "dropout-rate",
    "warning",
    "a dropout rate that can hardly be meant",
    remedy="a share to drop between 0.1 and 0.5",
    source="UMLAUT (high dropout rate); Keras, Dropout",
)
def dropout_rate(program: Program) -> Iterator[Found]:
    """`Dropout(0.9)`."""
    for one in program.trace.instances:
        within = number(one.argument("dropout")) if one.name in _RECURRENT else None
        if within is not None and within > 0.8:
            yield one.node, f"{one.name}(dropout={within:g}) drops {within:.0%} of its inputs"
        rate = number(one.argument("rate", 0) or one.argument("p"))
        if one.path.startswith("keras.layers.Dropout") and rate is not None and (rate > 0.8 or rate < 0):
            yield (
                cause(one.argument("rate", 0) or one.argument("p"), one.node),
                f"Dropout({rate:g}) drops {rate:.0%} of the units" if rate <= 1 else f"Dropout({rate:g}) is no share",
            )


@rule(
    "KERAS106",
    "dropout-at-the-end",
    "warning",
    "dropout or normalisation after the outputs",
    remedy="leave it out after the last layer",
    source="NeuraLint; Humbatova et al. 2020, suboptimal network structure",
)
def dropout_last(program: Program) -> Iterator[Found]:
    """`Dense(10, activation="softmax"); Dropout(0.5)`."""
    for layers in stacks(program):
        if layers[-1].name in ("Dropout", "BatchNormalization") and any(
            keras_activation(one) in ("softmax", "sigmoid") for one in layers[-3:]
        ):
            yield layers[-1].node, f"{layers[-1].name} is the last layer: it spoils the outputs"


@rule(
    "KERAS108",
    "vanishing-activations",
    "note",
    "many layers of sigmoid or tanh in a row",
    remedy='activation="relu" in the hidden layers, or batch normalisation',
    source="AUTOTRAINER; DeepLocalize; UMLAUT",
)
def squashing(program: Program) -> Iterator[Found]:
    """Five hidden layers of sigmoid."""
    for layers in stacks(program):
        hidden = [one for one in layers[:-1] if one.name in ("Dense", "Conv2D")]
        squashed = [one for one in hidden if keras_activation(one) in _SQUASHING]
        if (
            len(squashed) >= 4
            and len(squashed) == len(hidden)
            and not any(one.name == "BatchNormalization" for one in layers)
        ):
            yield (
                squashed[0].node,
                f"{len(squashed)} hidden layers of {keras_activation(squashed[0])}: gradients vanish on their way back",
            )


@rule(
    "KERAS109",
    "input-shape-differs",
    "error",
    "the model takes rows of another shape than it is given",
    remedy="reshape the rows, or say the right input_shape",
    source=_SHAPES,
)
def input_shape(program: Program) -> Iterator[Found]:
    """`Conv2D(input_shape=(28, 28, 1))` and mnist as it comes."""
    for model in keras_models(program):
        X = model.inputs()
        said = model.said
        width = (
            COLUMNS.get(X.dataset)
            if X is not None and X.columns is None and "pca" not in program.text.lower()
            else None
        )
        if (
            X is not None
            and said is not None
            and width
            and len(said) == 1
            and said[0] not in (None, width)
            and model.fits
        ):
            yield model.fits[0].node, f"{X.dataset} has {width} columns, and the model takes {said[0]}"
        first = model.layers[0].name if model.layers else ""
        if (
            X is not None
            and X.shape is not None
            and said is None
            and first in ("Conv2D", "Convolution2D")
            and model.fits
        ):
            if len(X.shape) == 3:
                text = f"{model.fits[0].text(0, 'x')} has rows of shape {_text(X.shape[1:])}, without colours"
                yield model.fits[0].node, f"{text}, and Conv2D takes three dimensions"
            continue
        if X is None or X.shape is None or said is None or len(X.shape) < 2:
            continue
        given = X.shape[1:]
        if not _alike(given, said) and model.fits:
            yield (
                model.fits[0].node,
                f"{model.fits[0].text(0, 'x')} has rows of shape {_text(given)}, and the model takes {_text(said)}",
            )


def _alike(given: tuple[int | None, ...], said: tuple[int | None, ...]) -> bool:
    """Whether rows fit what a model takes. Keras 3 adds a last axis of 1, or takes it away, by itself."""
    if abs(len(given) - len(said)) == 1 and max(given, said, key=len)[-1] == 1:
        given, said = given[: len(said)], said[: len(given)]
    return len(given) == len(said) and all(
        one is None or other is None or one == other for one, other in zip(given, said, strict=True)
    )


@rule(
    "KERAS110",
    "input-shape-counts-rows",
    "error",
    "the number of rows in input_shape",
    remedy="input_shape=X_train.shape[1:]",
    source="Keras, Input: shape without the batch; Humbatova et al. 2020, wrong input shape",
)
def counts_rows(program: Program) -> Iterator[Found]:
    """`input_shape=X_train.shape`, `input_dim=X_train.shape[0]`."""
    plain = [call for call in program.trace.calls if not call.receiver]
    layers = [call for call in plain if call.path.startswith("keras.layers.") or call.path == "keras.Input"]
    for node in (one for call in layers for one in call.node.keywords):
        text = written(node.value, 80)
        first = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else None
        if node.arg == "input_shape" and first is not None and written(first, 80).endswith(".shape[0]"):
            yield node.value, f"input_shape={text} begins with the number of rows: it is the shape of one row"
        table = re.fullmatch(r"(X|[xX]_?[tT]rain\w*|train_(x|X|data|features))\.shape", text)
        if text.endswith(".shape") and (node.arg == "input_shape" or (node.arg == "shape" and table)):
            yield node.value, f"{node.arg}={text} counts the rows, too: it is the shape of one row"
        elif text.endswith(".shape[0]") and node.arg == "input_dim":
            yield node.value, f"input_dim={text} is the number of rows, not that of the features"
