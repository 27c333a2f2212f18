"""Keras and TensorFlow: loops and losses of one's own, callbacks, state, and what goes in when predicting.

Sources: Keras, "Writing a training loop from scratch", "Making new layers and models", callbacks, LSTM; TensorFlow,
"Better performance with tf.function", tf.data; Humbatova et al. 2020; Zhang et al. 2018.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import within
from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.facts.syntax import argument, bases, classes, methods, own, scopes, settings
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.libraries.tensors import keras_units
from mlpilot.tools.diagnose.static.reading.naming import part_of, role_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Instance, Value, constant, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_LOOP = "Keras, Writing a training loop from scratch"


@rule(
    "KERAS020",
    "argmax-of-one-output",
    "error",
    "the class is chosen among one output",
    remedy="(predictions > 0.5).astype(int)",
    source="Keras, Sequential.predict_classes (removed): what to write instead",
)
def argmax_of_one(program: Program) -> Iterator[Found]:
    """`np.argmax(model.predict(x), axis=1)`, where the model ends with `Dense(1)`."""
    for call in program.trace.of("argmax"):
        data = as_data(call.receiver if call.path[:1] == "." else call.args[0] if call.args else None)
        if data is None or not nets.is_keras_model(data.made_by) or data.kind not in ("predicted", "probabilities"):
            continue
        assert isinstance(data.made_by, Instance)
        layers = nets.output_layers(data.made_by)
        last = layers[-1] if layers else None
        if last is not None and last.name == "Dense" and keras_units(last) == 1:
            yield call.node, f"{written(call.node)} is always 0: the model has one output"


@rule(
    "KERAS021",
    "training-flag-missing",
    "warning",
    "trained with dropout off, or with batch norm that does not learn",
    remedy="model(x, training=True) within the GradientTape",
    source=_LOOP,
)
def training_flag(program: Program) -> Iterator[Found]:
    """`with tf.GradientTape() as tape: logits = model(x)`."""
    if program.names & {"set_learning_phase"}:
        return
    tapes = [node for node in program.each(ast.With) if "GradientTape" in written(node.items[0])]
    told = set()
    for call in program.trace.of("__call__"):
        model = call.receiver
        if not nets.is_keras_model(model) or "training" in call.kwargs or call.node in told or len(call.args) > 1:
            continue
        assert isinstance(model, Instance)
        layers = {one.name for one in nets.output_layers(model)}
        moody = [name for name in layers if name in ("Dropout", "BatchNormalization", "SpatialDropout1D")]
        updates = program.names & {"apply_gradients", "apply"}
        if moody and updates and any(within(call.node, tape) for tape in tapes):
            told.add(call.node)
            yield (
                call.node,
                f"the model has {sorted(moody)[0]}, and is called without training=True in the training step",
            )


def _only_changes_rows(model: Value | None) -> bool:
    """Whether a model is made of layers that change pictures at random, and of nothing that learns."""
    layers = nets.output_layers(model) if isinstance(model, Instance) else []
    return bool(layers) and all(one.name.startswith(("Random", "Rescaling", "Resizing", "Input")) for one in layers)


@rule(
    "KERAS022",
    "training-flag-when-predicting",
    "warning",
    "predictions with dropout on",
    remedy="model(x, training=False), or model.predict(x)",
    source="Keras, Making new layers and models: the training argument",
)
def predicting_as_training(program: Program) -> Iterator[Found]:
    """`model(x, training=True)` where no gradient is taken; repeated calls (Monte Carlo dropout) are left alone."""
    taped = [node for node in program.each(ast.With) if "GradientTape" in written(node.items[0])]
    yield from _judged_as_training(program, taped)
    yield from _always_on(program)
    often = {"std", "var", "variance", "stack", "entropy"}
    if program.names & often:
        return
    steps = [
        node
        for node in program.each(ast.FunctionDef)
        if any(word in node.name for word in ("train", "step", "call", "loss"))
    ]
    told = set()
    for call in program.trace.of("__call__"):
        here = nets.is_keras_model(call.receiver) and constant(call.kwargs.get("training")) is True
        here = here and not _only_changes_rows(call.receiver)
        if here and not call.loops and call.node not in told and "fit" in program.names:
            told.add(call.node)
            if any(word in name for name in call.inside for word in ("train", "step", "loss")):
                continue
            if not any(within(call.node, one) for one in (*taped, *steps)):
                yield call.node, "training=True switches dropout on, and nothing is trained here"


def _always_on(program: Program) -> Iterator[Found]:
    """`self.drop(x, training=True)` in `call` of a layer: dropout that nothing switches off."""
    if re.search(r"\bmc_|monte|uncertain|bayes", program.text, re.IGNORECASE):
        return
    for home in classes(program):
        known = methods(home)
        if "call" not in known or "__init__" not in known or not bases(home) & {"Layer", "Model"}:
            continue
        made = settings(known["__init__"])
        for node in own(known["call"]):
            told = argument(node, "training") if isinstance(node, ast.Call) else None
            always = isinstance(told, ast.Constant) and told.value is True and isinstance(node, ast.Call)
            layer = made.get(written(node.func), []) if always and isinstance(node, ast.Call) else []
            if len(layer) == 1 and called(layer[0]) in ("Dropout", "BatchNormalization", "SpatialDropout1D"):
                yield node, f"{written(node)} is in training mode when the model predicts, too"


_JUDGES = re.compile(r"(^|_)(eval\w*|valid\w*|test|predict\w*|score|infer\w*|accuracy|check)(_|$)")


def _judged_as_training(program: Program, taped: list[ast.With]) -> Iterator[Found]:
    """`self.model(x, training=True)` in a function that judges, or in a loop over the test rows."""
    for scope in scopes(program):
        judges = isinstance(scope, ast.FunctionDef) and _JUDGES.search(scope.name) and "train" not in scope.name
        if {called(node) for node in own(scope)} & {"std", "reduce_std", "var", "stack", "reduce_variance"}:
            continue
        loops = [node for node in own(scope) if isinstance(node, ast.For)]
        loops = [one for one in loops if part_of(_named(one.iter)) in ("test", "validation")]
        for node in own(scope):
            told = argument(node, "training") if isinstance(node, ast.Call) else None
            if not isinstance(told, ast.Constant) or told.value is not True or any(within(node, one) for one in taped):
                continue
            model = isinstance(node, ast.Call) and re.search(r"model|net|encoder|classif", written(node.func).lower())
            if model and (judges or any(within(node, one) for one in loops)):
                yield node, "training=True switches dropout on, and nothing is trained here"
                return


def _named(node: ast.expr) -> str:
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and written(node.value) == "self":
            return node.attr
        node = (node.args[0] if node.args else node.func) if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


@rule(
    "KERAS023",
    "traced-for-every-number",
    "warning",
    "a tf.function is traced anew for every number",
    remedy="tf.constant(step), or a tf.Variable",
    source="TensorFlow, Better performance with tf.function: pass tensors instead of Python literals",
)
def retraced(program: Program) -> Iterator[Found]:
    """`for step in range(n): train_step(step)`."""
    own = {
        node.name
        for node in program.each(ast.FunctionDef)
        if any(written(one) == "tf.function" for one in node.decorator_list)
    }
    for loop in program.nodes:
        counts = isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and written(loop.iter)[:6] == "range("
        for node in ast.walk(loop) if counts else ():
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in own
                and any(isinstance(one, ast.Name) and one.id == loop.target.id for one in node.args)  # type: ignore[attr-defined]
            ):
                yield node, f"{node.func.id} gets another Python number each time, and is traced anew for it"


@rule(
    "KERAS024",
    "state-never-reset",
    "warning",
    "a recurrent layer keeps its state for ever",
    remedy="reset_states() between sequences, or stateful=False",
    source="Keras, LSTM: stateful",
)
def never_reset(program: Program) -> Iterator[Found]:
    """`LSTM(12, stateful=True)` and no `reset_states`."""
    if any(name.startswith(("reset_state", "ResetState")) for name in program.names):
        return
    for one in program.trace.instances:
        if one.path.startswith("keras.layers.") and constant(one.argument("stateful")) is True:
            yield one.node, f"{one.name} carries its state from one batch and one prediction to the next: never reset"
            return


@rule(
    "KERAS025",
    "watched-name-unknown",
    "warning",
    "a callback watches what is not measured",
    remedy='monitor="val_" and the name of a metric as compile has it ("val_accuracy")',
    source="Keras, ModelCheckpoint and EarlyStopping: monitor",
)
def watched_name(program: Program) -> Iterator[Found]:
    """`ModelCheckpoint(monitor="val_acc")` with metrics=["accuracy"]."""
    models = list(keras_models(program))
    if len(models) != 1 or program.names & {"add_metric", "train_step"}:
        return
    if models[0].instance.notes.get("loop") and not models[0].layers:
        return  # a piece of a program, which shows how the callback is given
    metrics = models[0].metrics
    for one in program.trace.instances:
        name = (words(one.argument("monitor", 0 if one.name == "EarlyStopping" else 1)) or [""])[0]
        if one.path.startswith("keras.callbacks.") and name.removeprefix("val_") == "acc" and "acc" not in metrics:
            text = (
                f"{one.name} watches {name!r}, and there is no such metric: it is called after what compile was given"
            )
            yield one.node, text
        watches = name.startswith("val_") and models[0].fits
        if watches and not any(
            {"validation_data", "validation_split"} & {key.arg for key in fit.node.keywords}
            or any(key.arg is None for key in fit.node.keywords)
            for fit in models[0].fits
        ):
            yield one.node, f"{one.name} watches {name!r}, and fit is given no validation rows"


@rule(
    "KERAS026",
    "shuffle-buffer-small",
    "warning",
    "a shuffle buffer smaller than a batch",
    remedy="shuffle(number of rows), before batch",
    source="TensorFlow, tf.data.Dataset.shuffle: buffer_size",
)
def small_buffer(program: Program) -> Iterator[Found]:
    """`dataset.shuffle(10).batch(32)`."""
    for node in program.each(ast.Call):
        if getattr(node.func, "attr", "") != "batch" or not node.args:
            continue
        inner = node.func.value  # type: ignore[attr-defined]
        while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            if inner.func.attr == "shuffle" and inner.args:
                sizes = [one.value for one in (inner.args[0], node.args[0]) if isinstance(one, ast.Constant)]
                whole = [one for one in sizes if isinstance(one, int)]
                if len(whole) == 2 and whole[0] < whole[1]:
                    yield inner, f"shuffle({whole[0]}) moves rows by less than a batch of {whole[1]}"
            inner = inner.func.value


@rule(
    "KERAS027",
    "loss-arguments-the-other-way",
    "error",
    "a loss of one's own names the prediction first",
    remedy="def loss(y_true, y_pred)",
    source="Keras, Losses: Creating custom losses, fn(y_true, y_pred)",
)
def loss_arguments(program: Program) -> Iterator[Found]:
    """`def my_loss(y_pred, y_true)`, and `compile(loss=my_loss)`."""
    used = {
        node.id for call in program.trace.of("compile") for node in ast.walk(call.node) if isinstance(node, ast.Name)
    }
    makers = [node for node in program.each(ast.FunctionDef) if node.name in used]
    inner = [one for node in makers for one in own(node) if isinstance(one, ast.FunctionDef)]
    for node in (*makers, *inner):
        if len(node.args.args) == 2:
            first, second = (one.arg.lower() for one in node.args.args)
            if "pred" in first and ("true" in second or "target" in second):
                yield node, f"Keras calls {node.name} with the truth first, and it names {node.args.args[0].arg} first"


@rule(
    "KERAS028",
    "metric-never-reset",
    "warning",
    "a metric adds up over all epochs",
    remedy="metric.reset_state() at the end of each epoch",
    source=_LOOP + ": reset_state",
)
def metric_never_reset(program: Program) -> Iterator[Found]:
    """`metric.update_state(...)` and `metric.result()` in each epoch, and no `reset_state`."""
    if any(name.startswith("reset_state") for name in program.names) or "train_step" in _overridden(program):
        return
    if "update_state" not in program.names or not program.trace.libraries & {"keras", "tensorflow"}:
        return
    for loop in (node for node in program.each(ast.For) if "epoch" in written(node.target)):
        for node in loop.body:
            read = [one for one in ast.walk(node) if isinstance(one, ast.Attribute) and one.attr == "result"]
            made_here = any(isinstance(one, ast.Call) and "metrics." in written(one.func) for one in ast.walk(loop))
            if read and not made_here:
                yield node, f"{written(read[0])}() is over all epochs so far: the metric is never reset"
                return


def _overridden(program: Program) -> set[str]:
    """Methods of the program's own models."""
    return {
        one.name
        for node, bases in program.trace.bases
        if any(nets.is_known(base, "Model") for base in bases)
        for one in node.body
        if isinstance(one, ast.FunctionDef)
    }


@rule(
    "LEAK024",
    "test-part-not-divided",
    "warning",
    "the training part is divided by a number, and the test part is not",
    remedy="divide both parts by the same number",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing; Humbatova et al. 2020, wrong preprocessing",
)
def not_divided(program: Program) -> Iterator[Found]:
    """`x_train = x_train / 255`, and `x_test` as it was."""
    divided = {name for node in program.nodes for name in _divided(node)}
    changed = {
        target.id
        for node in program.each(ast.Assign)
        if isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and getattr(node.value.func, "attr", "") not in _SAME_NUMBERS
    }
    asked = {
        call.text(0)
        for call in program.trace.of("predict", "evaluate", "score", "predict_proba")
        if isinstance(call.receiver, Instance)
    }
    fitted = {call.text(0) for call in program.trace.of("fit")}
    for node in program.nodes:
        for name in _divided(node):
            other = name.replace("train", "test").replace("Train", "Test")
            if (
                isinstance(node, ast.Assign | ast.AugAssign)
                and part_of(name) == "train"
                and role_of(name) == "X"
                and other in asked - divided - changed
                and name in fitted
            ):
                cast = [one for one in program.each(ast.Assign) if _changes(one, other)]
                yield cast[0] if cast else node, f"{name} is divided by a number, and {other} goes in as it was"


def _changes(node: ast.Assign, name: str) -> bool:
    return name in map(written, node.targets) and name in names_in(node.value)


_SAME_NUMBERS = (
    "reshape",
    "astype",
    "expand_dims",
    "array",
    "asarray",
    "float32",
    "from_numpy",
    "tensor",
    "copy",
    "ravel",
)
"""Calls that leave numbers as they are."""


def _divided(node: ast.AST) -> list[str]:
    """The name whose values are divided by a plain number."""
    if isinstance(node, ast.AugAssign):
        plain = isinstance(node.op, ast.Div) and isinstance(node.value, ast.Constant)
        return [written(node.target)] if plain else []
    own = node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else ""
    found = []
    for one in ast.walk(node) if own else ():
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div) and isinstance(one.right, ast.Constant):
            found += [name.id for name in ast.walk(one.left) if isinstance(name, ast.Name)]
    return found
