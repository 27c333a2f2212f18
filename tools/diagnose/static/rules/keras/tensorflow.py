"""TensorFlow: training loops and graphs that are written by hand.

Sources: TensorFlow, "Writing a training loop from scratch", documentation of tf.argmax and its crossentropies; Zhang
et al. 2018 (bugs in TensorFlow programs); Humbatova et al. 2020 (training: multiple initialisations).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_STARTS = frozenset(("global_variables_initializer", "initialize_all_variables", "initialize_variables"))


def _losses(program: Program) -> Iterator[tuple[Call, str, bool, Data]]:
    """(call, name, whether it takes raw outputs, outputs of a model) of crossentropies that a loop computes."""
    for call in program.trace.calls:
        made = call.receiver if call.path == ".__call__" else None
        if isinstance(made, Instance) and made.path.startswith("keras.losses."):
            name, logits = made.name, made.argument("from_logits", 0)
        elif call.path.startswith("keras.losses.") and len(call.args) > 1:
            name, logits = call.name, call.get("from_logits", 2)
        else:
            continue
        outputs = as_data(call.get("y_pred", 1))
        known = logits is None or isinstance(constant(logits), bool)
        if name.lower().replace("_", "").endswith("crossentropy") and outputs is not None and known:
            yield call, name, constant(logits) is True, outputs


@rule(
    "KERAS053",
    "loop-loss-of-raw-outputs",
    "error",
    "raw outputs, and a loss in the loop that wants probabilities",
    remedy="from_logits=True in the loss, or softmax (sigmoid) in the last layer",
    source="TensorFlow, Writing a training loop from scratch: from_logits=True; UMLAUT (missing softmax)",
)
def loop_of_raw(program: Program) -> Iterator[Found]:
    """`CategoricalCrossentropy()(y, model(x))`, and a model that ends with `Dense(10)`."""
    for call, name, logits, outputs in _losses(program):
        if not logits and outputs.last == "linear" and _of_model(outputs):
            yield call.node, f"{name} wants probabilities, and {call.text(1, 'y_pred')} has no activation"


@rule(
    "KERAS054",
    "loop-loss-after-activation",
    "warning",
    "probabilities, and a loss in the loop that applies the activation",
    remedy="leave the activation of the last layer out, or from_logits",
    source="Keras, losses: from_logits",
)
def loop_of_probabilities(program: Program) -> Iterator[Found]:
    """`CategoricalCrossentropy(from_logits=True)(y, model(x))`, and a model that ends with softmax."""
    for call, name, logits, outputs in _losses(program):
        if logits and outputs.last in ("softmax", "sigmoid") and _of_model(outputs):
            yield call.node, f"{name} takes raw outputs (from_logits=True), and these went through {outputs.last}"


def _of_model(outputs: Data) -> bool:
    made = outputs.made_by
    return isinstance(made, Instance) and (nets.is_keras_model(made) or made.own is not None)


@rule(
    "KERAS055",
    "class-among-one-column",
    "error",
    "the class is chosen among one column",
    remedy="tf.round(tf.sigmoid(logits)), or one column a class",
    source="TensorFlow, tf.argmax; Zhang et al. 2018 (accuracy of one output is always 1)",
)
def argmax_of_one(program: Program) -> Iterator[Found]:
    """`tf.argmax(prediction, 1)`, where the prediction has one column."""
    for call in program.trace.of("argmax"):
        data = as_data(call.args[0]) if call.args else None
        at = constant(call.get("axis", 1) or call.get("dimension"))
        one = data is not None and data.shape is not None and len(data.shape) == 2 and data.shape[1] == 1
        if call.path.startswith("tensorflow.") and at in (1, -1) and one:
            yield call.node, f"{call.text(0)} has one column: its largest is always number 0"


@rule(
    "KERAS056",
    "variables-set-in-the-loop",
    "error",
    "all variables are set anew in every epoch",
    remedy="run the initialiser once, before the loop",
    source="Humbatova et al. 2020, training: multiple initialisations; TensorFlow 1, Variables: initialization",
)
def set_in_loop(program: Program) -> Iterator[Found]:
    """`for epoch in range(100): sess.run(tf.global_variables_initializer()); ...`."""
    made = {call.alias for call in program.trace.calls if call.name in _STARTS and call.alias}
    runs = list(program.trace.of("run"))
    for call in runs:
        if not call.node.args or not call.loops or not isinstance(loop := call.loops[-1], ast.For):
            continue
        first = call.node.args[0]
        name = (
            first.func.attr if isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute) else written(first)
        )
        trains = any(other is not call and loop in other.loops and "feed_dict" in other.kwargs for other in runs)
        if (name in _STARTS or name in made) and trains and _counts(loop):
            yield call.node, f"all that was learnt is thrown away at each {written(loop.target)}"


def _counts(loop: ast.For) -> bool:
    names = set(tokens(loop.target.id)) if isinstance(loop.target, ast.Name) else set()
    return bool(names & {"epoch", "epochs", "step", "iteration", "iter", "ep"})


@rule(
    "KERAS057",
    "labels-of-the-outputs",
    "error",
    "the labels of the loss are made of the outputs themselves",
    remedy="labels=y",
    source="Zhang et al. 2018, wrong operands of the loss; TensorFlow, sparse_softmax_cross_entropy_with_logits",
)
def own_labels(program: Program) -> Iterator[Found]:
    """`sparse_softmax_cross_entropy_with_logits(labels=tf.argmax(logits, 1), logits=logits)`."""
    for call in program.trace.calls:
        if "cross_entropy" not in call.name or call.library != "tensorflow":
            continue
        given = {one.arg: one.value for one in call.node.keywords}
        labels, logits = given.get("labels"), given.get("logits")
        own = isinstance(labels, ast.Call) and labels.args and logits is not None
        if own and isinstance(labels, ast.Call) and written(labels.args[0]) == written(logits or labels):
            yield call.node, f"the outputs are compared with {written(labels)}: with themselves"
