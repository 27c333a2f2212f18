"""Keras: how pixels go in, how many steps a training takes.

Sources: UMLAUT (Schoop et al. 2021: input data exceeds typical limits); Humbatova et al. 2020 (training: epochs, batch
size; missing normalisation); Keras, Model.fit (batch_size, steps_per_epoch).
"""

import math
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import KerasModel, keras_models
from mlpilot.tools.diagnose.static.libraries.tensors import keras_activation
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Const, Data, Instance, Value, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_BROUGHT = re.compile(
    r"255|256|127\.5|128\.|rescal|normali[sz]|preprocess|standardiz|\.std\(|\.max\(|scaler", re.IGNORECASE
)
"""Words that say that a program brings its pixels to a smaller range."""


@rule(
    "KERAS050",
    "pictures-not-scaled",
    "warning",
    "pictures are read, and their pixels go in as they are",
    remedy="X = X / 255, or a Rescaling layer",
    source="UMLAUT (input data exceeds typical limits); Humbatova et al. 2020, missing normalisation",
)
def pictures_not_scaled(program: Program) -> Iterator[Found]:
    """`images.append(cv2.imread(path))`, and `model.fit(np.array(images), labels)`."""
    if _BROUGHT.search(program.text):
        return
    for one in keras_models(program):
        X = one.inputs()
        raw = X is not None and "pixels" in X.flags and "scaled" not in X.flags and not X.applied
        if raw and one.fits and not any("Norm" in layer.name for layer in one.layers[:3]):
            yield one.fits[0].node, f"{one.fits[0].text(0, 'x')} holds pixels from 0 to 255, and nothing scales them"


@rule(
    "KERAS051",
    "few-steps",
    "warning",
    "a training of a few steps",
    remedy="a smaller batch_size, more epochs, or a larger learning rate",
    source="Humbatova et al. 2020, training: too few epochs, wrong batch size; AUTOTRAINER (slow convergence)",
)
def few_steps(program: Program) -> Iterator[Found]:
    """`fit(X, y, epochs=1, batch_size=len(X))`; four rows, plain SGD and a hundred epochs."""
    for one in keras_models(program):
        for call in one.fits[:1]:
            X, epochs = one.inputs(), number(call.get("epochs") or call.get("nb_epoch"))
            if call.loops or epochs is None or epochs <= 0:
                continue
            rows = X.shape[0] if X is not None and X.shape else None
            if _all_at_once(call, rows) and epochs <= 20:
                yield call.node, f"one batch holds all rows: the weights are changed {epochs:g} times in all"
            elif rows is not None and _tiny(X, rows) and _slow(one) and _hidden(one):
                batch = number(call.get("batch_size", 2)) or 32
                steps = math.ceil(rows / batch) * epochs
                if steps < 1000:
                    yield call.node, f"{steps:g} steps of plain SGD are too few to learn anything: it needs thousands"


def _all_at_once(call: Call, rows: int | None) -> bool:
    text, size = call.text(9, "batch_size"), number(call.get("batch_size", 2))
    known = rows is not None and size is not None and rows >= 500 and size >= rows
    return known or bool(re.fullmatch(r"len\([\w.]+\)|[\w.]+\.shape\[0\]", text))


def _tiny(X: Data | None, rows: int) -> bool:
    return X is not None and 2 <= rows <= 16 and all(row[0][2] == "array" for row in X.rows)


def _slow(one: KerasModel) -> bool:
    """Whether it is compiled with plain SGD of a small rate."""
    given: Value | None = one.compile.get("optimizer", 0)
    if isinstance(given, Const):
        return str(given.value).lower() == "sgd"
    if not isinstance(given, Instance) or given.name != "SGD" or given.argument("momentum", 1) is not None:
        return False
    rate = number(given.argument("learning_rate", 0) or given.argument("lr"))
    return rate is None or rate <= 0.02


def _hidden(one: KerasModel) -> bool:
    hidden = [layer for layer in one.layers[:-1] if layer.name in ("Dense", "Activation")]
    return any(keras_activation(layer) not in ("linear", "") for layer in hidden)


@rule(
    "KERAS052",
    "steps-count-rows",
    "warning",
    "the number of rows is taken for the steps of an epoch",
    remedy="steps_per_epoch=rows // batch_size, or leave it out",
    source="Keras, Model.fit: steps_per_epoch counts batches; changed with Keras 2 (samples_per_epoch)",
)
def steps_count_rows(program: Program) -> Iterator[Found]:
    """`fit_generator(datagen.flow(X, y, batch_size=32), steps_per_epoch=len(X))`."""
    for call in program.trace.of("fit", "fit_generator"):
        given = call.get("steps_per_epoch")
        if given is None or not isinstance(call.receiver, Instance) or call.receiver.library != "keras":
            continue
        text, plain = call.text(9, "steps_per_epoch"), number(given)
        counted = re.fullmatch(r"len\((X|x)\w*\)|(X|x)\w*\.shape\[0\]|[\w.]+\.(samples|n)", text)
        batch = _batch(program, call)
        many = plain is not None and plain >= 2000 and batch >= 8
        if (counted and batch > 1) or many:
            yield (
                call.node,
                f"steps_per_epoch={text} counts batches, not rows: each epoch goes {batch:g} times over them",
            )


def _batch(program: Program, fit: Call) -> float:
    """How many rows a batch of the generator has that `fit` is given."""
    name = fit.text(0, "x")
    for call in program.trace.of("flow", "flow_from_directory", "flow_from_dataframe"):
        if call.alias == name or as_data(fit.get("x", 0)) is call.result or ".flow" in name:
            given = call.get("batch_size")
            return number(given) or (32 if given is None else 0)
    return 0
