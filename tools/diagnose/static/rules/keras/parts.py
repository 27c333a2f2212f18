"""Keras: labels, pictures and models that have to fit each other across several calls.

Sources: Keras, documentation of Model.fit, ImageDataGenerator and image_dataset_from_directory, "Transfer learning";
Radford et al. 2016 (DCGAN); Humbatova et al. 2020 (tensors and inputs; missing normalisation); UMLAUT.
"""

import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import KerasModel, keras_models
from mlpilot.tools.diagnose.static.libraries import frames, nets, reach
from mlpilot.tools.diagnose.static.libraries.tensors import keras_shape
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, constant, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule


@rule(
    "KERAS040",
    "judge-learns-with-the-forger",
    "warning",
    "the discriminator learns in the generator's step, too",
    remedy="discriminator.trainable = False before the combined model is compiled",
    source="Radford et al. 2016; Keras, Model.trainable: taken into account at compile",
)
def judge_not_frozen(program: Program) -> Iterator[Found]:
    """`gan = Sequential([generator, discriminator])`, both compiled and trained, and nothing frozen."""
    if "trainable" in program.names:
        return
    models = list(keras_models(program))
    for one in models:
        inner = [other for other in models if other is not one and one.layers and one.layers[-1] is other.instance]
        if inner and _learns_by_batches(one) and _learns_by_batches(inner[0]):
            text = "its last part is a model that is trained apart, and was not frozen"
            yield one.compile.node, f"{text}: it learns here, too"


def _learns_by_batches(one: KerasModel) -> bool:
    return any(call.name == "train_on_batch" for call in one.fits)


@rule(
    "KERAS041",
    "pictures-of-another-size",
    "error",
    "pictures of another size than the model takes",
    remedy="the same numbers in target_size (or image_size) and input_shape",
    source="Keras, flow_from_directory: target_size=(256, 256); Humbatova et al. 2020, wrong input shape",
)
def other_size(program: Program) -> Iterator[Found]:
    """`flow_from_directory(target_size=(128, 128))`, and `input_shape=(150, 150, 3)`."""
    makers = {call.alias: call for call in program.trace.of(*_FROM_FOLDERS) if call.alias}
    for one in keras_models(program):
        due = keras_shape(one.layers[0]) if one.layers else None
        if due is None or len(due) != 3 or None in due:
            continue
        for call in one.fits:
            maker = makers.get(call.text(0, "x"))
            given = _picture(maker) if maker is not None else None
            if maker is not None and given is not None and given != due:
                yield maker.node, f"pictures are {_by(given)} here, and the model takes {_by(due)}"


_FROM_FOLDERS = ("flow_from_directory", "flow_from_dataframe", "image_dataset_from_directory")


def _picture(maker: Call) -> tuple[int | None, ...] | None:
    """The shape of a picture that a generator gives, or None where it cannot be told."""
    size = maker.get("target_size") or maker.get("image_size")
    colours = {"rgb": 3, "grayscale": 1, "rgba": 4}.get(str(constant(maker.get("color_mode"), "rgb")))
    if size is None and maker.name != "flow_from_directory":
        return None
    sizes = [number(one) for one in size.items] if isinstance(size, Seq) else [256, 256] if size is None else []
    if len(sizes) != 2 or None in sizes or colours is None:
        return None
    return (*(int(one) for one in sizes if one is not None), colours)


def _by(shape: tuple[int | None, ...]) -> str:
    return " × ".join(str(one) for one in shape)


@rule(
    "KERAS042",
    "validation-labels-of-another-form",
    "error",
    "labels to validate on have another form than those to train on",
    remedy="to_categorical for both parts, or for neither",
    source="Keras, Model.fit: validation_data; scikit-learn, Common pitfalls: inconsistent preprocessing",
)
def validation_form(program: Program) -> Iterator[Found]:
    """`fit(x, to_categorical(y), validation_data=(x_test, y_test))`."""
    for one in keras_models(program):
        trained = one.labels()
        if trained is None or trained.form != "onehot" or not one.loss.endswith("categorical_crossentropy"):
            continue
        for call, judged, text in _judged_labels(program, one):
            raw = judged.form in ("", "int") and judged.kind == "data" and _like(trained, judged)
            if raw:
                yield call.node, f"{text} was not turned into one column a class, as the training labels were"


def _judged_labels(program: Program, one: KerasModel) -> Iterator[tuple[Call, Data, str]]:
    for call in one.fits:
        given = call.get("validation_data")
        if isinstance(given, Seq) and len(given.items) > 1 and (found := as_data(given.items[1])) is not None:
            yield call, found, "the second of validation_data"
    for call in program.trace.of("evaluate"):
        if call.receiver is one.instance and (found := as_data(call.get("y", 1))) is not None:
            yield call, found, call.text(1, "y")


def _like(trained: Data, judged: Data) -> bool:
    """Whether the labels are the other part of what the training labels were made of."""
    return judged.role == "y" and {row[0] for row in judged.rows} == {row[0] for row in trained.rows}


@rule(
    "KERAS043",
    "numbers-in-the-hundreds",
    "warning",
    "inputs in the hundreds go in as they are",
    remedy="x / x.max(), or StandardScaler; the target, too",
    source="UMLAUT (input data exceeds typical limits); Humbatova et al. 2020, missing normalisation",
)
def large_numbers(program: Program) -> Iterator[Found]:
    """`x = np.linspace(0, 1000, 500)`, and `model.fit(x, x ** 2)`."""
    for one in keras_models(program):
        for call in one.fits[:1]:
            for data in frames.gathered(call.get("x", 0) or call)[:1]:
                size = reach.reach(data) or 0
                scaled = "scaled" in data.flags or data.learned or data.applied
                if size > 100 and not scaled and not _normalises(one) and _computes(one):
                    yield call.node, f"{call.text(0, 'x')} holds numbers up to {size:g}, and nothing scales them"


def _computes(one: KerasModel) -> bool:
    """Whether the first layer multiplies its inputs: an Embedding takes numbers of any size."""
    first = next((layer.name for layer in one.layers if layer.name not in ("Input", "InputLayer", "Flatten")), "Dense")
    return first.startswith(("Dense", "Conv", "LSTM", "GRU", "SimpleRNN"))


def _normalises(one: KerasModel) -> bool:
    return any(isinstance(layer, Instance) and "Normalization" in layer.name for layer in one.layers)


@rule(
    "KERAS044",
    "pretrained-given-raw-pixels",
    "warning",
    "a pretrained model is given pixels as they are",
    remedy="preprocess_input of the same module (keras.applications.resnet50.preprocess_input)",
    source="Keras, Keras Applications: each expects a specific kind of input preprocessing",
)
def raw_pixels(program: Program) -> Iterator[Found]:
    """`ResNet50(weights="imagenet").predict(img_to_array(img))`."""
    if "preprocess_input" in program.names or _BROUGHT.search(program.text):
        return
    for call in program.trace.of("predict", "fit", "fit_generator"):
        model = call.receiver
        if not isinstance(model, Instance) or not nets.is_keras_model(model):
            continue
        parts = [model, *nets.output_layers(model)]
        base = next((one for one in parts if _wants_preprocessing(one)), None)
        if base is not None and program.names & {"img_to_array", "flow_from_directory", "imread"}:
            yield call.node, f"{base.name} was trained on pixels that went through preprocess_input, and these did not"
            return


_BROUGHT = re.compile(r"rescal|255|127\.5|normali[sz]|preprocessing_function|Normalization", re.IGNORECASE)
_AS_THEY_ARE = ("EfficientNet", "ConvNeXt", "MobileNetV3", "RegNet", "ResNetRS")
"""Models that scale their pixels themselves."""


def _wants_preprocessing(one: Instance) -> bool:
    weights = one.argument("weights", 1)
    raw = constant(weights, "imagenet") is not None
    return ".applications." in one.path and raw and not one.name.startswith(_AS_THEY_ARE)


@rule(
    "KERAS046",
    "inputs-taken-for-labels",
    "error",
    "the inputs are given as the labels",
    remedy="model.fit(X_train, y_train)",
    source="Keras, Model.fit: y, the target data; Humbatova et al. 2020, wrong selection of data",
)
def inputs_as_labels(program: Program) -> Iterator[Found]:
    """`model.fit(X_train, X_train)`, and `model.evaluate(X_test, y_test)`."""
    for one in keras_models(program):
        asked = [call for call in program.trace.of("evaluate") if call.receiver is one.instance]
        labelled = [call for call in asked if (y := as_data(call.get("y", 1))) is not None and y.role == "y"]
        for call in one.fits:
            if labelled and len(call.node.args) > 1 and call.text(0) == call.text(1):
                yield (
                    call.node,
                    f"{call.text(0)} is given as the labels, too, and line {labelled[0].node.lineno} has others",
                )


@rule(
    "KERAS047",
    "an-answer-for-every-step",
    "error",
    "an answer for each step, and one label for each row",
    remedy="return_sequences=False in the last recurrent layer, or GlobalAveragePooling1D after it",
    source="Keras, LSTM: return_sequences; Humbatova et al. 2020, wrong output shape",
)
def answer_for_every_step(program: Program) -> Iterator[Found]:
    """`LSTM(64, return_sequences=True)`, `Dense(6)`, and `to_categorical(labels)` of whole rows."""
    steps = list(program.trace.of("pad_sequences"))
    if len(steps) > 1 or "TimeDistributed" in program.names:
        return  # the labels may be sequences, too
    for one in keras_models(program):
        y, windows = one.labels(), _windows(one)
        windows |= _appended_one_by_one(program, one)
        told = y is not None and (y.role == "y" or (len(y.shape or ()) == 2 and _a_row_each(y, one.units)))
        if not one.whole or not (windows or told):
            continue
        before = [layer for layer in one.layers if layer.name not in _ROW_BY_ROW]
        last = before[-1] if before else None
        inner = last.argument("layer", 0) if last is not None and last.name == "Bidirectional" else last
        if not isinstance(inner, Instance) or inner.name not in _STEPWISE or last is None:
            continue
        every = constant(inner.argument("return_sequences")) is True
        yes_or_no = one.units == 1 and one.loss == "binary_crossentropy" and one.layers[0].name == "Embedding"
        flat = y is not None and (y.form in ("onehot", "int") or _a_row_each(y, one.units))
        whole = every and (flat or yes_or_no or windows)
        if whole or (inner.name == "Embedding" and one.units == 1 and one.loss == "binary_crossentropy"):
            yield (
                last.node,
                f"{inner.name} gives an output for each step, and {_labels_of(one, windows)} one label a row",
            )


def _windows(model: KerasModel) -> bool:
    """Whether it is fitted on windows of a series, each with the value that comes next."""
    given = model.fits[0].get("x", 0) if model.fits else None
    return isinstance(given, Instance) and given.name == "TimeseriesGenerator"


def _appended_one_by_one(program: Program, model: KerasModel) -> bool:
    """Whether labels were gathered as single numbers: `y.append(series[i, 0])`."""
    name = model.fits[0].text(1, "y") if model.fits else ""
    pattern = rf"\b{re.escape(name)}\.append\(\s*\w+\[[^:\[\]]+\]\s*\)"
    return name.isidentifier() and re.search(pattern, program.text) is not None


def _a_row_each(y: Data, units: int | None) -> bool:
    """Whether labels are known to be numbers of a row each: (n,), or (n, units)."""
    shape = y.shape or ()
    return (len(shape) == 1 and shape != (-1,)) or (len(shape) == 2 and units is not None and shape[1] == units)


def _labels_of(model: KerasModel, windows: bool) -> str:
    return "the generator holds" if windows and len(model.fits[0].node.args) < 2 else model.fits[0].text(1, "y")


_STEPWISE = frozenset(("LSTM", "GRU", "SimpleRNN", "Embedding"))
_ROW_BY_ROW = frozenset(("Dense", "Dropout", "Activation", "BatchNormalization", "LeakyReLU", "Softmax"))
