"""Keras: the last layer, the loss, the labels and the metrics have to fit each other.

Sources: Keras, documentation of losses and layers; Humbatova et al. 2020; NeuraLint (Nikanjam et al. 2021); UMLAUT
(Schoop et al. 2021); DeepLocalize (Wardat et al. 2021).
"""

import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import KerasModel, keras_models, within_others
from mlpilot.tools.diagnose.static.libraries import reach
from mlpilot.tools.diagnose.static.libraries.datasets import CLASSES
from mlpilot.tools.diagnose.static.libraries.tensors import keras_activation, keras_units
from mlpilot.tools.diagnose.static.reading.trace import path_of
from mlpilot.tools.diagnose.static.reading.values import Const, Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_CROSS = frozenset(("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"))
_MANY = frozenset(("categorical_crossentropy", "sparse_categorical_crossentropy"))
_VALUES = frozenset(
    (
        "mean_squared_error",
        "mean_absolute_error",
        "huber",
        "mean_squared_logarithmic_error",
        "mean_absolute_percentage_error",
        "huber_loss",
        "log_cosh",
        "logcosh",
    )
)
_HALF = frozenset(("relu", "tanh", "elu", "selu", "leaky_relu", "softplus", "gelu", "swish"))
_PAIRS = (
    "softmax with (sparse_)categorical_crossentropy for one of many, sigmoid with binary_crossentropy for yes or no"
)


def _models(program: Program) -> Iterator[KerasModel]:
    """Models with layers; not a generator that was compiled by itself, and learns within another model alone."""
    inner = within_others(program)
    return (one for one in keras_models(program) if one.layers and (one.fits or one.instance.serial not in inner))


@rule(
    "KERAS001",
    "softmax-of-one",
    "error",
    "softmax of one output",
    remedy='Dense(1, activation="sigmoid")',
    source="UMLAUT; Zhang et al. 2018; Keras, softmax",
)
def softmax_of_one(program: Program) -> Iterator[Found]:
    """`Dense(1, activation="softmax")`."""
    for one in _models(program):
        if one.last is None or one.activation != "softmax":
            continue
        units = keras_units(one.last) if one.last.name.startswith("Conv") else one.units
        if units == 1:
            alone = [layer for layer in one.layers if layer.name in ("Activation", "Softmax")]
            where = alone[-1] if alone and keras_activation(one.last) != "softmax" else one.last
            yield where.node, "softmax of one output is always 1: the model says the same for every row"


@rule(
    "KERAS002",
    "sigmoid-for-many-classes",
    "warning",
    "sigmoid where one of many classes is meant",
    remedy=_PAIRS,
    source="NeuraLint; Keras, CategoricalCrossentropy",
)
def sigmoid_many(program: Program) -> Iterator[Found]:
    """`Dense(10, activation="sigmoid")` and `categorical_crossentropy`."""
    for one in _models(program):
        y = one.labels()
        single = y is not None and y.form == "onehot" and one.loss == "binary_crossentropy" and (one.units or 0) > 2
        if one.activation == "sigmoid" and single and one.last is not None:
            yield (
                one.last.node,
                "each row has one class, and sigmoid with binary_crossentropy judges each by itself",
            )
        elif one.activation == "sigmoid" and one.loss in _MANY and one.last is not None and (one.units or 2) > 1:
            yield one.last.node, f"the outputs go through sigmoid, and {one.loss} wants them to sum to one"


@rule(
    "KERAS003",
    "binary-loss-for-many-classes",
    "warning",
    "the loss for yes or no, and softmax of several classes",
    remedy=_PAIRS,
    source="Keras, BinaryCrossentropy; Humbatova et al. 2020, wrong loss function",
)
def binary_many(program: Program) -> Iterator[Found]:
    """`softmax` and `binary_crossentropy`."""
    for one in _models(program):
        if one.last is None or one.last.name != "Dense" or one.units == 1:
            continue
        if one.activation == "softmax" and one.loss == "binary_crossentropy":
            how_many = f"{one.units}" if one.units else "several"
            yield (
                one.told,
                f"binary_crossentropy with softmax of {how_many} classes: each class is judged by itself",
            )


@rule(
    "KERAS004",
    "label-form",
    "error",
    "labels of a form that the loss does not take",
    remedy="sparse_categorical_crossentropy for whole numbers, categorical_crossentropy for one column a class",
    source="Keras, SparseCategoricalCrossentropy and CategoricalCrossentropy",
)
def label_form(program: Program) -> Iterator[Found]:
    """`categorical_crossentropy` and labels 0 to 9."""
    for one in _models(program):
        y = one.labels()
        if y is None:
            continue
        if one.loss == "categorical_crossentropy" and y.form == "int" and (one.units or 2) > 1:
            yield (
                one.told,
                f"categorical_crossentropy wants one column a class, and {_y(one)} holds whole numbers",
            )
        elif one.loss == "sparse_categorical_crossentropy" and y.form == "onehot":
            yield (
                one.told,
                f"sparse_categorical_crossentropy wants whole numbers, and {_y(one)} has one column a class",
            )


def _y(one: KerasModel) -> str:
    return one.fits[0].text(1, "y") if one.fits else "y"


@rule(
    "KERAS005",
    "last-activation-missing",
    "error",
    "raw outputs, and a loss that wants probabilities",
    remedy="an activation for the last layer, or from_logits=True in the loss: " + _PAIRS,
    source="UMLAUT (missing softmax); Humbatova et al. 2020, missing activation; NeuraLint",
)
def no_activation(program: Program) -> Iterator[Found]:
    """`Dense(10)` and `loss="categorical_crossentropy"`."""
    for one in _models(program):
        if (
            one.loss in _CROSS
            and not one.from_logits
            and one.activation == "linear"
            and one.last is not None
            and one.last.name == "Dense"
            and not _custom_loss(one)
        ):
            yield one.last.node, f"the last layer has no activation, and {one.loss} wants probabilities"


def _custom_loss(one: KerasModel) -> bool:
    """A loss made by the program from library parts: its arguments are not all seen."""
    loss = one.compile.get("loss", 1)
    return not isinstance(loss, Const | Instance) and not path_of(loss)


@rule(
    "KERAS006",
    "logits-after-activation",
    "warning",
    "from_logits=True, and outputs that are probabilities already",
    remedy="leave the activation out, or from_logits",
    source="Keras, losses: from_logits",
)
def logits_twice(program: Program) -> Iterator[Found]:
    """`softmax` and `SparseCategoricalCrossentropy(from_logits=True)`."""
    for one in _models(program):
        if one.from_logits and one.activation in ("softmax", "sigmoid"):
            yield (
                one.told,
                f"the loss takes raw outputs (from_logits=True), and the last layer applies {one.activation}",
            )


@rule(
    "KERAS007",
    "wrong-last-activation",
    "warning",
    "a last activation that does not fit the loss",
    remedy=_PAIRS,
    source="NeuraLint; Humbatova et al. 2020, wrong activation; DeepLocalize",
)
def wrong_activation(program: Program) -> Iterator[Found]:
    """`relu` and crossentropy; `softmax` and a loss for values."""
    for one in _models(program):
        if one.last is None:
            continue
        if one.loss in _CROSS and one.activation in _HALF:
            yield one.last.node, f"the last layer ends with {one.activation}, and {one.loss} wants probabilities"
        elif one.loss in _VALUES and one.activation == "softmax":
            yield one.told, f"{one.loss} is for values, and the last layer applies softmax"
        elif one.loss in _VALUES and one.activation in ("sigmoid", "tanh") and _unbounded(one):
            yield one.last.node, f"{one.activation} keeps the output within 1, and the target does not stay there"
        elif one.loss in _VALUES and one.activation == "relu" and one.units == 1 and "accuracy" not in one.metrics:
            yield one.last.node, "relu gives 0 and no gradient below zero: the output can die, and is never negative"
        elif (
            one.loss in _VALUES
            and one.activation == "tanh"
            and one.units == 1
            and one.fits
            and not _SCALING.search(program.text)
        ):
            yield one.last.node, "tanh keeps the output within 1, and nothing scales the target to that"


_SCALING = re.compile(r"scal|normal|standard|minmax|tanh\(|\.max\(|\.sign\(|-1", re.IGNORECASE)
"""Words that say that a target was brought to the range of tanh, or may be there already."""


def _unbounded(one: KerasModel) -> bool:
    """Whether the target is known to be a value of any size."""
    y = one.labels()
    if y is None or y.learned or y.applied:
        return False
    if (reach.reach(y) or 0) > 2:
        return True
    if "scaled" in y.flags:
        return False
    named = bool(one.fits) and bool(_AMOUNTS.search(one.fits[0].text(1, "y").partition("[")[0]))
    named = named or (len(y.columns or ()) == 1 and bool(_AMOUNTS.search((y.columns or ("",))[0])))
    return (y.form == "float" and bool(y.dataset)) or named


_AMOUNTS = re.compile(
    r"(^|_)(\w*price|cost|costs|salary|income|age|sales|temp(erature)?|charges|fare|amount|rent|weight|height|mpg"
    r"|revenue|consumption|demand|distance|duration|days|population)($|_)",
    re.IGNORECASE,
)
"""Names of columns that hold amounts: they do not stay within 1."""


@rule(
    "KERAS008",
    "one-output-many-classes",
    "error",
    "one output, and a loss for many classes",
    remedy="one output a class with softmax, or binary_crossentropy with sigmoid",
    source="Keras, losses; Humbatova et al. 2020",
)
def one_for_many(program: Program) -> Iterator[Found]:
    """`Dense(1, activation="sigmoid")` and `categorical_crossentropy`."""
    for one in _models(program):
        if one.units == 1 and one.loss in _MANY and one.activation != "softmax":
            yield one.told, f"{one.loss} compares classes, and the model has one output"


@rule(
    "KERAS009",
    "accuracy-of-values",
    "warning",
    "accuracy of a model that predicts values",
    remedy='metrics=["mae"]',
    source="Keras, metrics; UMLAUT",
)
def accuracy_of_values(program: Program) -> Iterator[Found]:
    """`loss="mse", metrics=["accuracy"]`, and a linear output."""
    for one in _models(program):
        accurate = any(name in ("accuracy", "acc", "Accuracy", "BinaryAccuracy") for name in one.metrics)
        if accurate and one.loss in _VALUES and (one.activation == "linear" or one.activation in _HALF) and one.last:
            yield one.compile.node, f"accuracy counts exact hits, and the model predicts values ({one.loss})"


@rule(
    "KERAS019",
    "value-loss-for-classes",
    "warning",
    "a loss for values, and yes or no to be told",
    remedy='loss="binary_crossentropy"',
    source="Humbatova et al. 2020, wrong loss function; DeepLocalize; Zhang et al. 2018",
)
def values_for_classes(program: Program) -> Iterator[Found]:
    """`Dense(1, activation="sigmoid")`, `loss="mse"` and accuracy."""
    for one in _models(program):
        accurate = any(name in ("accuracy", "acc", "BinaryAccuracy") for name in one.metrics)
        if accurate and one.loss in _VALUES and one.activation == "sigmoid" and one.last is not None:
            text = f"{one.loss} is for values, and the model tells classes (sigmoid, accuracy): it learns slowly"
            yield one.told, text


@rule(
    "KERAS010",
    "outputs-and-classes-differ",
    "error",
    "the number of outputs is not that of the classes",
    remedy="one output for each class",
    source="Humbatova et al. 2020, wrong number of neurons; NeuraLint",
)
def classes_differ(program: Program) -> Iterator[Found]:
    """`Dense(5, activation="softmax")` for MNIST."""
    for one in _models(program):
        y, units = one.labels(), one.units
        two = y is not None and y.form == "onehot" and "drop_first" not in program.text
        if two and units == 1 and one.loss == "binary_crossentropy" and one.last is not None:
            yield one.last.node, f"the last layer has one output, and {_y(one)} one column for each class"
            continue
        if y is None or units is None or one.activation not in ("softmax", "linear") or one.loss not in _MANY:
            continue
        given = y.shape[1] if y.form == "onehot" and y.shape is not None and len(y.shape) == 2 else None
        classes = given or CLASSES.get(y.dataset, 0)
        wrong = units != classes if given else units < classes
        if classes and wrong and one.last is not None:
            what = f"{_y(one)} has {classes} columns" if given else f"{y.dataset} has {classes} classes"
            yield one.last.node, f"the last layer has {units} outputs, and {what}"


@rule(
    "KERAS011",
    "loss-does-not-fit-target",
    "error",
    "a loss for classes, and a target of values",
    remedy='Dense(1) without activation, and loss="mse"',
    source="Humbatova et al. 2020, wrong loss function",
)
def classes_for_values(program: Program) -> Iterator[Found]:
    """`binary_crossentropy` for prices."""
    for one in _models(program):
        y = one.labels()
        if y is None or one.loss not in _CROSS:
            continue
        if y.form == "float" and y.dataset:
            yield one.told, f"{one.loss} is for classes, and the target of {y.dataset} is a value"
        elif (
            one.loss == "binary_crossentropy" and (reach.reach(y) or 0) > 1 and all(r[0][2] == "array" for r in y.rows)
        ):
            yield one.told, f"{_y(one)} goes up to {reach.reach(y):g}, and {one.loss} wants 0 or 1"
    for one in _models(program):
        y = one.labels()
        if y is None or y.form != "int" or CLASSES.get(y.dataset, 0) <= 2 or one.units != 1:
            continue
        if one.loss in _VALUES:
            yield one.told, f"{one.loss} is for values, and the labels of {y.dataset} are classes"
        elif one.loss == "binary_crossentropy":
            many = CLASSES[y.dataset]
            yield one.told, f"one output tells yes from no, and {y.dataset} has {many} classes"
