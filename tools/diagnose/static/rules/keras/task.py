"""Keras and TensorFlow: what the labels say about the task, and losses of TensorFlow that apply the last activation.

Sources: TensorFlow, documentation of tf.nn; Keras, documentation of losses and optimizers; scikit-learn,
MultiLabelBinarizer; Zhang et al. 2018 (bugs in TensorFlow programs); UMLAUT (Schoop et al. 2021).
"""

import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import KerasModel, keras_models
from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.libraries.reach import reach
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Const, Data, Instance, Seq, number, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loss import losses

_USUAL_RATE = 0.01
"""That of Keras' SGD."""
_BORNE, _BORNE_TARGET = 1.3, 20.0
_SCALING = ("Normalization", "BatchNormalization", "LayerNormalization", "Rescaling", "Lambda")
_LOGITS = re.compile(r"^(sparse_)?(softmax|sigmoid)_cross_entropy(_with_logits)?(_v2)?$")
_AFTER = {
    "softmax": "are probabilities already",
    "log_softmax": "are logarithms already",
    "sigmoid": "are probabilities already",
    "relu": "cannot fall below zero",
    "tanh": "stay within 1",
}


def _logits(call: Call) -> tuple[str, str]:
    """(what the logits went through last, how they are written) of a loss of TensorFlow."""
    given = [(call.kwargs["logits"], "logits")] if "logits" in call.kwargs else [(one, "") for one in call.args[:2]]
    for at, (value, name) in enumerate(given):
        data = as_data(value)
        if data is not None and data.last in _AFTER and data.role != "y":
            return data.last, call.text(9, name) if name else call.text(at)
    return "", ""


@rule(
    "KERAS036",
    "logits-after-activation",
    "warning",
    "an activation before a loss of TensorFlow that applies it",
    remedy="give the loss the outputs as they are, and use the activation for predictions alone",
    source="TensorFlow, tf.nn.softmax_cross_entropy_with_logits; Zhang et al. 2018",
)
def activation_before_loss(program: Program) -> Iterator[Found]:
    """`softmax_cross_entropy_with_logits(logits=tf.nn.softmax(...), labels=y)`."""
    for call in program.trace.calls:
        if not call.path.startswith("tensorflow.") or not _LOGITS.match(call.name):
            continue
        last, text = _logits(call)
        if last:
            yield call.node, f"{call.name} takes outputs of any size, and {text or 'they'} {_AFTER[last]} ({last})"


@rule(
    "KERAS037",
    "softmax-of-one",
    "error",
    "softmax cross-entropy of one output",
    remedy="sigmoid_cross_entropy_with_logits for one output, or one output a class",
    source="TensorFlow, tf.nn.softmax_cross_entropy_with_logits: one column a class",
)
def softmax_loss_of_one(program: Program) -> Iterator[Found]:
    """`softmax_cross_entropy_with_logits` of logits of shape (n, 1)."""
    for call in program.trace.calls:
        if not call.path.startswith("tensorflow.") or not _LOGITS.match(call.name) or "softmax" not in call.name:
            continue
        data = as_data(call.kwargs.get("logits"))
        if data is not None and data.shape is not None and len(data.shape) == 2 and data.shape[1] == 1:
            yield call.node, f"{call.name} of one column is 0 for every row: softmax of one output is always 1"


@rule(
    "KERAS038",
    "softmax-for-many-labels",
    "warning",
    "softmax where a row has several labels",
    remedy='activation="sigmoid" and loss="binary_crossentropy": each label by itself',
    source="scikit-learn, MultiLabelBinarizer; Keras, softmax: the outputs sum to one",
)
def softmax_for_labels(program: Program) -> Iterator[Found]:
    """`MultiLabelBinarizer().fit_transform(tags)`, and a model that ends with softmax."""
    evidence = _several_labels(program)
    for call, name, outputs in losses(program) if evidence else ():
        if name == "CrossEntropyLoss" and outputs.last in ("linear", "softmax", "log_softmax"):
            yield call.node, f"each row may have several labels ({evidence}), and CrossEntropyLoss shares out one"
    for one in keras_models(program) if evidence else ():
        categorical = one.loss in ("categorical_crossentropy", "binary_crossentropy")
        if one.activation == "softmax" and categorical and one.last is not None:
            yield one.last.node, f"each row may have several labels ({evidence}), and softmax shares out one"


@rule(
    "KERAS140",
    "accuracy-of-many-labels",
    "warning",
    "accuracy by the largest output, where a row has several labels",
    remedy='metrics=["binary_accuracy"], or AUC(multi_label=True)',
    source="Keras, Model.compile: accuracy becomes categorical accuracy where there is more than one output",
)
def accuracy_of_labels(program: Program) -> Iterator[Found]:
    """`make_multilabel_classification`, `Dense(6, activation="sigmoid")`, and `metrics=["accuracy"]`."""
    evidence = _several_labels(program)
    for one in keras_models(program) if evidence else ():
        many = one.activation == "sigmoid" and (one.units is None or one.units > 1)
        given = one.compile.get("metrics", 2)
        named = [text for item in (given.items if isinstance(given, Seq) else [given]) for text in words(item)]
        if many and one.loss == "binary_crossentropy" and {"accuracy", "acc"} & set(named):
            place = argument(one.compile.node, "metrics", 2) or one.compile.node
            text = "means the largest output alone, and says nothing of the others"
            yield place, f'each row may have several labels ({evidence}): "accuracy" {text}'


def _several_labels(program: Program) -> str:
    """What shows that a row may have several labels, or nothing."""
    if any(one.name == "MultiLabelBinarizer" for one in program.trace.instances):
        return "MultiLabelBinarizer"
    called_so = {call.name for call in program.trace.of("make_multilabel_classification", "hamming_loss")}
    if called_so:
        return min(called_so)
    asked = ("average='samples'", 'average="samples"')
    return asked[0] if any(one in program.text for one in asked) else ""


_BROUGHT = re.compile(r"scal|normal|standard|whiten|z_?score|\.max\(|\.std\(|\.mean\(|log1p|np\.log|/=", re.IGNORECASE)
"""Words that say that a program brings its columns to a common size."""


@rule(
    "KERAS039",
    "columns-not-scaled",
    "warning",
    "columns of a table go in as they are, and plain SGD learns a value from them",
    remedy="StandardScaler for the inputs and the target, fitted on the training part",
    source="UMLAUT (input out of range); Keras, Normalization",
)
def unscaled_table(program: Program) -> Iterator[Found]:
    """`pd.read_csv`, `compile(optimizer="sgd", loss="mse")`, and nothing that scales; `x = np.arange(200)`."""
    for one in keras_models(program):
        X, y = one.inputs(), one.labels()
        plain = one.loss in ("mean_squared_error",) and one.activation == "linear" and one.units == 1
        if not plain or X is None or y is None or not _plain_sgd(one.compile):
            continue
        if one.fits and (far := _too_far(one, X, y)):
            given = one.compile.get("optimizer", 0)
            yield (given.node if isinstance(given, Instance) else one.compile.node), far
            continue
        if _BROUGHT.search(program.text):
            continue
        if _from_table(X.rows) and _from_table(y.rows) and one.fits:
            yield one.fits[0].node, "nothing scales the columns of the table: with SGD the loss soon is nan, or stays"


def _plain_sgd(compiled: Call) -> bool:
    given = compiled.get("optimizer", 0)
    if isinstance(given, Const):
        return str(given.value).lower() == "sgd"
    if not isinstance(given, Instance) or given.name != "SGD" or {"clipnorm", "clipvalue"} & set(given.kwargs):
        return False
    rate = number(given.argument("learning_rate", 0) or given.argument("lr"))
    return rate is None or rate >= 0.001


def _too_far(model: KerasModel, X: Data, y: Data) -> str:
    """Why the steps of plain SGD go too far, or "".

    Of a line through numbers that lie evenly up to R they do where rate * R**2 / 3 exceeds 1: twice the rate times the
    mean square is more than the curve of the squared error bears. With two layers the target counts as well.
    """
    given = model.compile.get("optimizer", 0)
    written_rate = (given.argument("learning_rate", 0) or given.argument("lr")) if isinstance(given, Instance) else None
    rate = number(written_rate) if written_rate is not None else _USUAL_RATE
    if rate is None or any(layer.name in _SCALING for layer in model.layers):
        return ""
    step = float(rate)
    if (far := reach(X)) is not None and "scaled" not in X.flags and step * far**2 / 3 > _BORNE:
        return (
            f"inputs go up to {far:g}: with SGD and a rate of {step:g} each step goes further off, and the loss is nan"
        )
    deep = len([one for one in model.layers if one.name == "Dense"]) > 1
    if deep and (far := reach(y)) is not None and "scaled" not in y.flags and step * far > _BORNE_TARGET:
        return f"the target goes up to {far:g}: with SGD and a rate of {step:g} the loss soon is nan"
    return ""


def _from_table(rows: frozenset[tuple[object, ...]]) -> bool:
    names = (str(step[-1]) for row in rows for step in row if isinstance(step, tuple))
    return any(name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx", ".data")) for name in names)
