"""What a model is given: labels of another range, pixels as they come, one row where rows are wanted, a fresh start.

Sources: Keras, BinaryCrossentropy, ImageDataGenerator, Rescaling, Model.predict; PyTorch, BCELoss; scikit-learn, FAQ
(reshape your data); UMLAUT (input data exceeds typical limits); Humbatova et al. 2020 (training process).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.libraries import estimators, nets
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import as_data, is_none, written
from mlpilot.tools.diagnose.static.reading.values import Const, Data, Instance, Seq, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loss import losses
from mlpilot.tools.diagnose.static.rules.torch.model import optimisers

_ONE_COLUMN = ("LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer", "IsotonicRegression", "Dummy")


@rule(
    "KERAS048",
    "labels-of-minus-one",
    "error",
    "labels -1 and 1, and a loss that wants 0 and 1",
    remedy='y = (y + 1) / 2, or loss="hinge" with tanh',
    source="Keras, BinaryCrossentropy and Hinge; PyTorch, BCELoss: targets between 0 and 1",
)
def labels_of_minus_one(program: Program) -> Iterator[Found]:
    """`y = np.where(x > 0, 1, -1)`, and `binary_crossentropy`."""
    for one in keras_models(program):
        y = one.labels()
        if y is not None and y.form == "sign" and one.loss == "binary_crossentropy" and one.fits:
            yield one.fits[0].node, f"{one.fits[0].text(1, 'y')} is -1 or 1, and binary_crossentropy wants 0 or 1"
    for call, name, _ in losses(program):
        target = as_data(call.args[1]) if len(call.args) > 1 else None
        if target is not None and target.form == "sign" and name in ("BCELoss", "BCEWithLogitsLoss"):
            yield call.node, f"{call.text(1)} is -1 or 1, and {name} wants 0 or 1"


@rule(
    "KERAS049",
    "pixels-of-a-folder-not-scaled",
    "warning",
    "pixels from 0 to 255 go in as a folder holds them",
    remedy="ImageDataGenerator(rescale=1 / 255), or a Rescaling layer",
    source="UMLAUT (input data exceeds typical limits); Keras, ImageDataGenerator and Rescaling",
)
def folder_not_scaled(program: Program) -> Iterator[Found]:
    """`ImageDataGenerator().flow_from_directory("train")`, and a model of one's own."""
    if _SCALED.search(program.text):
        return
    makers = {}
    for call in program.trace.of("flow_from_directory", "flow_from_dataframe", "image_dataset_from_directory"):
        maker = call.receiver
        told = set(maker.kwargs) if isinstance(maker, Instance) and maker.name == "ImageDataGenerator" else set()
        if call.alias and not told & {"rescale", "featurewise_center", "samplewise_center", "preprocessing_function"}:
            makers[call.alias] = call
    for one in keras_models(program):
        first = one.layers[0].name if one.layers else ""
        if first not in ("Conv2D", "Input", "InputLayer", "Flatten"):
            continue
        for call in one.fits:
            if call.text(0, "x") in makers and not any("BatchNorm" in layer.name for layer in one.layers[:3]):
                yield call.node, f"{call.text(0, 'x')} gives pixels from 0 to 255, and nothing scales them"
                return


_SCALED = re.compile(r"rescal|255|127\.5|normali[sz]e|preprocess_input|applications|standardiz", re.IGNORECASE)


@rule(
    "TORCH239",
    "made-anew-in-every-epoch",
    "error",
    "the model is made anew in every epoch",
    remedy="make the model and its optimiser before the loop over the epochs",
    source="Humbatova et al. 2020, model: multiple initialisations",
)
def made_anew(program: Program) -> Iterator[Found]:
    """`for epoch in range(20): net = Net(); ...`."""
    optimised = [given.made_by for one in optimisers(program) if isinstance(given := one.argument("params", 0), Data)]
    fitted = [one.instance for one in keras_models(program) if one.fits]
    for model in (*optimised, *fitted):
        if not isinstance(model, Instance):
            continue
        made = next((call for call in program.trace.calls if call.result is model), None)
        loops = [one for one in made.loops if isinstance(one, ast.For)] if made is not None else []
        if made is not None and loops and not made.inside and _counts_epochs(loops[-1]):
            yield made.node, f"a new model is made for each {written(loops[-1].target)}: what was learnt is thrown away"
            return


def _counts_epochs(loop: ast.For) -> bool:
    """Whether a loop counts epochs of one training: it is called so, and goes over plain numbers."""
    named = isinstance(loop.target, ast.Name) and set(tokens(loop.target.id)) & {"epoch", "epochs", "ep"}
    return bool(named) and isinstance(loop.iter, ast.Call) and written(loop.iter.func) in ("range", "tqdm", "trange")


@rule(
    "MODEL010",
    "one-row-without-its-table",
    "error",
    "one row, where a table of rows is wanted",
    remedy="model.predict([row]), or row.reshape(1, -1)",
    source="scikit-learn: Expected 2D array, got 1D array instead; Keras, Model.predict: the first axis is the batch",
)
def one_row(program: Program) -> Iterator[Found]:
    """`clf.predict([5.1, 3.5, 1.4, 0.2])`."""
    for call in program.trace.of("predict", "predict_proba", "transform", "decision_function"):
        model, given = call.receiver, call.get("X", 0) or call.get("x")
        if not isinstance(model, Instance) or is_none(given) or model.name.startswith(_ONE_COLUMN):
            continue
        sklearn = model.library == "sklearn" and (estimators.is_predictor(model) or bool(estimators.learners(model)))
        if (sklearn or _takes_rows(model)) and _is_flat(given) and estimators.KIND.get(model.name) != "vocabulary":
            yield call.node, f"{call.text(0)} is one row of numbers, and {call.name} wants a table of rows"


def _takes_rows(model: Instance) -> bool:
    if not nets.is_keras_model(model):
        return False
    layers = nets.output_layers(model)
    wide = layers[0].argument("input_dim") or layers[0].argument("input_shape") if layers else None
    width = wide.items[0] if isinstance(wide, Seq) and len(wide.items) == 1 else wide
    return isinstance(width, Const) and isinstance(width.value, int) and width.value > 1


def _is_flat(value: Value | None) -> bool:
    """Whether it is a list of several numbers, or an array made of one."""
    if isinstance(value, Seq):
        return value.whole and len(value.items) > 1 and all(_is_number(one) for one in value.items)
    return isinstance(value, Data) and "flat list" in value.flags and value.shape is not None and len(value.shape) == 1


def _is_number(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, int | float)
