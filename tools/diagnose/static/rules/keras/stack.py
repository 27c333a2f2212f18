"""Keras: stacks of layers that are put together otherwise than was meant, as the numbers in them tell.

Sources: Keras, documentation of its layers; NeuraLint (Nikanjam et al. 2021); UMLAUT (Schoop et al. 2021); Humbatova et
al. 2020 (model: layers, activations, sizes).
"""

import itertools
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.libraries.tensors import (
    colours_first,
    keras_activation,
    keras_shape,
    keras_units,
    pair,
)
from mlpilot.tools.diagnose.static.reading.values import Instance, constant, number
from mlpilot.tools.diagnose.static.rules.keras.layers import stacks
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule

_OLD = re.compile(r"nb_epoch|border_mode|output_dim|subsample|dim_ordering|nb_filter|samples_per_epoch|nb_row")
"""What only Keras 1 had: there the second and third number of Convolution2D were the kernel's rows and columns."""
_BETWEEN = frozenset(("Dropout", "BatchNormalization", "Flatten", "LayerNormalization", "GaussianNoise"))


def _convolutions(program: Program) -> Iterator[Instance]:
    for one in program.trace.instances:
        if one.path.startswith("keras.layers.") and one.name in (
            "Conv1D",
            "Conv2D",
            "Convolution2D",
            "SeparableConv2D",
        ):
            yield one


@rule(
    "KERAS112",
    "kernel-taken-for-strides",
    "warning",
    "the third number of a convolution is its stride",
    remedy="Conv2D(32, (3, 3)): rows and columns of the kernel in one",
    source="Keras, Conv2D: filters, kernel_size, strides; changed with Keras 2",
)
def kernel_for_strides(program: Program) -> Iterator[Found]:
    """`Conv2D(32, 3, 3)`."""
    if _OLD.search(program.text):
        return
    for one in _convolutions(program):
        sizes = [number(value) for value in one.args[1:3]]
        if len(sizes) == 2 and sizes[0] == sizes[1] and sizes[0] in (3, 5, 7) and "1D" not in one.name:
            yield (
                one.node,
                f"{one.name}(…, {sizes[0]}, {sizes[1]}) moves by {sizes[1]} pixels at a time: strides={sizes[1]}",
            )


@rule(
    "KERAS113",
    "channels-first",
    "error",
    "colours first in input_shape, and Keras takes them last",
    remedy="input_shape=(64, 64, 3), and pictures in that order",
    source="Keras, Conv2D: data_format is channels_last; Humbatova et al. 2020, wrong input shape",
)
def channels_first(program: Program) -> Iterator[Found]:
    """`Conv2D(32, 3, input_shape=(3, 64, 64))`."""
    if re.search(r"channels_first|data_format|dim_ordering|\btheano\b|permute", program.text, re.IGNORECASE):
        return
    for layers in stacks(program):
        first = next((one for one in layers if one.name in ("Conv2D", "Convolution2D", "SeparableConv2D")), None)
        shape = next((found for one in layers[:2] if (found := keras_shape(one)) is not None), None)
        if first is None or shape is None or len(shape) != 3 or first not in layers[:2]:
            continue
        colours, height, width = shape
        if colours in (1, 3) and colours_first(shape):
            yield (
                first.node,
                f"({colours}, {height}, {width}) is read as {colours} rows of {height} pixels, {width} colours each",
            )


@rule(
    "KERAS114",
    "one-unit-in-between",
    "warning",
    "a hidden layer of one unit",
    remedy="more units in the hidden layer",
    source="Humbatova et al. 2020, wrong number of neurons per layer; NeuraLint",
)
def one_unit(program: Program) -> Iterator[Found]:
    """`Dense(64); Dense(1, activation="relu"); Dense(5, activation="softmax")`."""
    for model in keras_models(program):
        own = any(call.node.args[:1] and call.text(0, "x") == call.text(1, "y") for call in model.fits)
        dense = [one for one in model.layers if one.name == "Dense"]
        if own or not model.whole or any(one.name == "RepeatVector" for one in model.layers):
            continue
        for one, after in itertools.pairwise(dense):
            if keras_units(one) == 1 and (keras_units(after) or 0) > 1:
                yield one.node, "all that the model tells has to go through one number"


@rule(
    "KERAS115",
    "strides-beyond-kernel",
    "warning",
    "a window that skips pixels",
    remedy="strides no larger than the kernel",
    source="NeuraLint (Nikanjam et al. 2021); Keras, Conv2D: strides",
)
def skips(program: Program) -> Iterator[Found]:
    """`Conv2D(16, 2, strides=4)`."""
    for one in _convolutions(program):
        rank = 1 if one.name == "Conv1D" else 2
        kernel = pair(one.argument("kernel_size", 1), None, rank)
        strides = pair(one.argument("strides", 2), 1, rank)
        wide = any(k is not None and s is not None and s > k > 1 for k, s in zip(kernel, strides, strict=True))
        if wide and not _OLD.search(program.text):
            yield one.node, f"a kernel of {kernel[0]} that moves by {strides[0]} never sees the pixels in between"


@rule(
    "KERAS116",
    "two-activations-at-the-end",
    "warning",
    "an activation before the activation of the outputs",
    remedy="Dense(n), then Activation('softmax'): one activation for the outputs",
    source="Humbatova et al. 2020, wrong activation; NeuraLint; Zhang et al. 2018",
)
def two_activations(program: Program) -> Iterator[Found]:
    """`Dense(10, activation="relu"); Activation("softmax")`."""
    for layers in stacks(program, loops=True):
        if layers[-1].name not in ("Activation", "Softmax") or keras_activation(layers[-1]) not in (
            "softmax",
            "sigmoid",
        ):
            continue
        before = next((one for one in reversed(layers[:-1]) if one.name not in _BETWEEN), None)
        first = keras_activation(before) if before is not None and before.name in ("Dense", "Activation") else ""
        if before is not None and first in ("relu", "sigmoid", "tanh", "softmax"):
            yield before.node, f"the outputs go through {first}, and then through {keras_activation(layers[-1])}"


@rule(
    "KERAS117",
    "softmax-in-a-hidden-layer",
    "warning",
    "softmax in a hidden layer",
    remedy='activation="relu" in the hidden layers, softmax for the outputs alone',
    source="UMLAUT; Humbatova et al. 2020, wrong activation; Islam et al. 2019",
)
def hidden_softmax(program: Program) -> Iterator[Found]:
    """`Dense(64, activation="softmax"); Dense(10, activation="softmax")`."""
    for layers in stacks(program, loops=True):
        for i, one in enumerate(layers[:-1]):
            after = next((x for x in layers[i + 1 :] if x.name not in _BETWEEN), None)
            soft = one.name in ("Dense", "Activation") and keras_activation(one) == "softmax"
            if soft and after is not None and after.name == "Dense" and not _many(layers):
                yield one.node, "a hidden layer of softmax: its units share one between them, and little gets through"


def _many(layers: list[Instance]) -> bool:
    return any(one.name in ("MultiHeadAttention", "Attention", "Multiply", "Dot") for one in layers)


@rule(
    "KERAS119",
    "weights-start-too-large",
    "warning",
    "weights that start far too large",
    remedy="leave the initializer at its default",
    source="Glorot and Bengio 2010; Humbatova et al. 2020, wrong weights initialisation",
)
def large_weights(program: Program) -> Iterator[Found]:
    """`Dense(100, kernel_initializer=RandomNormal(stddev=10))`."""
    for one in program.trace.instances:
        given = one.argument("kernel_initializer")
        if not isinstance(given, Instance) or not one.path.startswith("keras.layers."):
            continue
        spread = number(given.argument("stddev", 1) or given.argument("maxval", 1))
        if given.name in ("RandomNormal", "TruncatedNormal", "RandomUniform") and spread is not None and spread >= 2:
            yield (
                cause(given, one.node),
                f"weights of {spread:g} and more let activations saturate, or the loss explode",
            )


@rule(
    "KERAS118",
    "embedding-too-small",
    "error",
    "an embedding of fewer words than the texts hold",
    remedy="the same number in Embedding(input_dim=...) and num_words=",
    source="Keras, Embedding: input_dim is the largest number + 1; Humbatova et al. 2020, tensors: wrong size",
)
def small_embedding(program: Program) -> Iterator[Found]:
    """`imdb.load_data(num_words=10000)`, and `Embedding(5000, 32)`."""
    told = {number(call.get("num_words")) for call in program.trace.of("load_data") if call.library == "keras"}
    for one in program.trace.instances:
        if one.name in ("Tokenizer", "TextVectorization"):
            told.add(number(one.argument("num_words", 0) or one.argument("max_tokens", 0)))
    words = told.pop() if len(told) == 1 else None
    for one in program.trace.instances if words is not None else ():
        size = number(one.argument("input_dim", 0))
        if one.path == "keras.layers.Embedding" and size is not None and words is not None and size < words:
            known = constant(one.argument("input_dim", 0))
            yield one.node, f"words are numbered up to {words:g}, and the embedding has rows for {known}"
