"""Keras: what has to be learnt, told or given before a training: statistics, schedules, names of outputs, labels.

Sources: Keras, Normalization and TextVectorization (adapt), LearningRateScheduler, Model.compile (loss by names of
outputs), Model.fit (y with a data set), metrics.BinaryAccuracy (threshold); TensorFlow, GradientTape (persistent).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.facts.syntax import argument, blocks, own, scopes, settings
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Table, number, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_GIVEN = {"Normalization": ("mean", "variance"), "TextVectorization": ("vocabulary",), "StringLookup": ("vocabulary",)}
"""Layer that learns from data before the training → arguments that give it what it would learn."""


@rule(
    "KERAS085",
    "layer-never-adapted",
    "error",
    "a layer that learns from data before the training was given none",
    remedy="layer.adapt(X_train) before the model is fitted",
    source="Keras, Normalization and TextVectorization: adapt; The preprocessing layers must be adapted before use",
)
def never_adapted(program: Program) -> Iterator[Found]:
    """`norm = Normalization()`, `Sequential([norm, Dense(1)])`, `fit`, and no `norm.adapt(X)`."""
    adapted = list(program.trace.of("adapt"))
    fits = [call for call in program.trace.of("fit") if nets.is_keras_model(call.receiver)]
    if program.names & {"load_model", "load_weights", "set_vocabulary", "from_config"} or not fits:
        return
    for one in program.trace.instances:
        if one.path.rpartition(".")[0] != "keras.layers" or one.name not in _GIVEN:
            continue
        if any(one.argument(name) is not None for name in _GIVEN[one.name]):
            continue
        mine = [call for call in adapted if call.receiver is one or not isinstance(call.receiver, Instance)]
        if not mine and not (one.name == "StringLookup" and one.args):
            yield (
                one.node,
                f"{one.name} was never given data to learn from (adapt): it leaves its inputs as they are, or fails",
            )
        elif mine and any(min(call.order for call in mine) > order for order in _fitted_with(program, one)):
            yield mine[0].node, f"{mine[0].on()} learns after the model was fitted: the model was trained without"


def _fitted_with(program: Program, layer: Instance) -> list[int]:
    """When each model that holds the layer was first fitted."""
    return [min(fit.order for fit in model.fits) for model in keras_models(program)
            if model.fits and layer in model.layers]  # fmt: skip


@rule(
    "KERAS086",
    "schedule-gives-nothing",
    "error",
    "a schedule that does not give a learning rate in every epoch",
    remedy="return lr in every branch, and lr * 0.9 where it is to fall",
    source="Keras, LearningRateScheduler: schedule takes the epoch and the rate, and returns the new rate",
)
def schedule_gives_nothing(program: Program) -> Iterator[Found]:
    """`def schedule(epoch, lr): if epoch < 10: return lr`, and nothing else; `return lr * 0.1 ** epoch`."""
    given = {written(call.node.args[0]) for call in program.trace.of("LearningRateScheduler") if call.node.args}
    given |= {written(word.value) for call in program.trace.of("LearningRateScheduler") for word in call.node.keywords}
    for node in program.each(ast.FunctionDef):
        if node.name not in given:
            continue
        names = [one.arg for one in node.args.args]
        if not _always_returns(node.body):
            yield node.body[-1], f"{node.name} gives None where it ends without return, and Keras wants a number"
        for one in own(node):
            if len(names) != 2 or not isinstance(one, ast.BinOp) or not isinstance(one.op, ast.Mult):
                continue
            sides = (one.left, one.right)
            powers = [side for side in sides if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Pow)]
            if any(written(side) == names[1] for side in sides) and powers and names[0] in names_in(powers[0].right):
                yield (
                    one,
                    f"{names[1]} has fallen in the epochs before already: {written(one)} falls faster and faster",
                )


def _always_returns(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _always_returns(last.body) and _always_returns(last.orelse)
    if isinstance(last, ast.With | ast.Try):
        return _always_returns(last.body)
    return isinstance(last, ast.Return | ast.Raise | ast.Match)


@rule(
    "KERAS087",
    "raw-outputs-against-a-half",
    "warning",
    "raw outputs are compared with 0.5",
    remedy="tf.sigmoid(outputs) > 0.5, or outputs > 0; BinaryAccuracy(threshold=0.0)",
    source="Keras, BinaryCrossentropy: from_logits; metrics.BinaryAccuracy: threshold=0.5",
)
def against_a_half(program: Program) -> Iterator[Found]:
    """`model.predict(X) > 0.5`, and `BinaryCrossentropy(from_logits=True)`; `metrics=[BinaryAccuracy()]` of it."""
    raw = [one for one in keras_models(program) if one.from_logits and one.activation == "linear" and one.units == 1]
    for one in raw:
        given = one.compile.get("metrics", 2)
        for metric in given.items if isinstance(given, Seq) else ():
            named = words(metric)[:1] in (["accuracy"], ["acc"], ["binary_accuracy"])
            made = (
                isinstance(metric, Instance)
                and metric.name == "BinaryAccuracy"
                and metric.argument("threshold", 2) is None
            )
            if named or made:
                place = metric.node if isinstance(metric, Instance) else argument(one.compile.node, "metrics", 2)
                yield place or one.compile.node, "accuracy compares with 0.5, and the outputs are raw: 0 is the middle"
                break
    for node, values in program.trace.compared:
        data = as_data(values[0])
        half = (
            len(values) == 2
            and number(values[1]) == 0.5
            and isinstance(node.ops[0], ast.Gt | ast.GtE | ast.Lt | ast.LtE)
        )
        if half and data is not None and any(data.made_by is one.instance for one in raw) and data.last == "linear":
            yield node, f"{written(node)}: the outputs are raw (from_logits=True), and 0 is the middle"


@rule(
    "KERAS088",
    "labels-beside-a-data-set",
    "error",
    "labels are given beside a data set, which is to hold them",
    remedy="tf.data.Dataset.from_tensor_slices((X, y)).batch(32), and fit(dataset)",
    source="Keras, Model.fit: if x is a data set or generator, y should not be given",
)
def labels_beside(program: Program) -> Iterator[Found]:
    """`dataset = from_tensor_slices(X).batch(32)`, `model.fit(dataset, y)`."""
    for scope in scopes(program):
        known = settings(scope)
        for node in own(scope):
            if called(node) not in ("fit", "evaluate") or not isinstance(node, ast.Call) or len(node.args) < 1:
                continue
            given, labels = node.args[0], argument(node, "y", 1)
            made = known.get(given.id, []) if isinstance(given, ast.Name) else [given]
            if labels is None or len(made) != 1 or role_of(written(labels)) != "y":
                continue
            text = written(made[0], 300)
            if (
                re.search(r"from_tensor_slices\(|image_dataset_from_directory\(|from_generator\(", text)
                and "iter(" not in text
            ):
                yield (
                    node,
                    f"{written(given)} is a data set, and {written(labels)} is not taken: it holds its labels",
                )


@rule(
    "KERAS089",
    "judged-without-end",
    "error",
    "the validation rows repeat for ever, and fit is not told how many steps to take",
    remedy="no repeat() for validation rows, or validation_steps=",
    source="Keras, Model.fit: validation_steps must be given for what repeats without end",
)
def without_end(program: Program) -> Iterator[Found]:
    """`val = from_tensor_slices(...).batch(32).repeat()`, and `fit(train, validation_data=val)`."""
    for scope in scopes(program):
        known = settings(scope)
        for node in own(scope):
            judged = argument(node, "validation_data") if isinstance(node, ast.Call) and called(node) == "fit" else None
            if judged is None or any(word.arg in ("validation_steps", None) for word in node.keywords):  # type: ignore[attr-defined]
                continue
            made = known.get(judged.id, []) if isinstance(judged, ast.Name) else [judged]
            if len(made) != 1:
                continue
            endless = [one for one in ast.walk(made[0]) if called(one) == "repeat" and isinstance(one, ast.Call)
                       and not one.args and not one.keywords]  # fmt: skip
            if endless and "take(" not in written(made[0], 300):
                yield made[0], f"{written(judged)} repeats for ever: the first epoch never ends"


@rule(
    "KERAS090",
    "loss-of-no-output",
    "error",
    "a loss or weight for an output that the model does not have",
    remedy="the names that the output layers were given: Dense(1, name='price')",
    source="Keras, Model.compile: loss by the names of outputs",
)
def loss_of_no_output(program: Program) -> Iterator[Found]:
    """`loss={"kind": ..., "prices": ...}`, and `Dense(1, name="price")`."""
    for one in program.trace.instances:
        outputs = one.argument("outputs", 1) if one.path in ("keras.models.Model", "keras.Model") else None
        if one.own is not None or not isinstance(outputs, Seq) or not outputs.whole:
            continue
        names = [_name_of(value) for value in outputs.items]
        if not all(names):
            continue
        for compiled in one.notes.get("compiles", []):
            for key in ("loss", "loss_weights", "metrics"):
                given = compiled.get(key)
                unknown = [str(name) for name in given.items if name not in names] if isinstance(given, Table) else []
                if unknown and not unknown[0].startswith("?"):
                    place = argument(compiled.node, key, 1 if key == "loss" else None)
                    yield place or compiled.node, f"{key} is for {unknown[0]!r}, and the outputs are {', '.join(names)}"


def _name_of(value: object) -> str:
    made = value.made_by if isinstance(value, Data) else None
    told = words(made.argument("name")) if isinstance(made, Instance) else []
    return told[0] if told else ""


@rule(
    "KERAS091",
    "gradients-of-another-model",
    "error",
    "gradients of one model are applied to the weights of another",
    remedy="zip(gradients of this model, its own trainable_variables)",
    source="TensorFlow, DCGAN tutorial: each optimiser is given its own gradients; GradientTape",
)
def of_another_model(program: Program) -> Iterator[Found]:
    """`gg = tape.gradient(loss, gen.trainable_variables)`, `apply_gradients(zip(gg, disc.trainable_variables))`."""
    for scope in scopes(program):
        taken: dict[str, str] = {}
        for node in own(scope):
            if (
                isinstance(node, ast.Assign)
                and called(node.value) == "gradient"
                and len(getattr(node.value, "args", ())) > 1
            ):
                taken[written(node.targets[0])] = written(node.value.args[1], 80)  # type: ignore[attr-defined]
        for node in own(scope) if taken else ():
            pairs = (
                node.args[0] if isinstance(node, ast.Call) and called(node) == "apply_gradients" and node.args else None
            )
            if not isinstance(pairs, ast.Call) or called(pairs) != "zip" or len(pairs.args) != 2:
                continue
            given, weights = written(pairs.args[0]), written(pairs.args[1], 80)
            both = re.compile(r"\.trainable_(variables|weights)$")
            plain = given in taken and both.search(weights) and both.search(taken[given])
            if plain and both.sub("", taken[given]) != both.sub("", weights):
                yield node, f"{given} are the gradients of {taken[given]}, and {weights} are moved by them"


@rule(
    "KERAS092",
    "tape-used-twice",
    "error",
    "a tape is asked for gradients twice, and gives them once",
    remedy="tf.GradientTape(persistent=True), or one tape for each loss",
    source="TensorFlow, GradientTape: by default resources are released as soon as gradient() is called",
)
def tape_twice(program: Program) -> Iterator[Found]:
    """`with tf.GradientTape() as tape: ...`, `tape.gradient(a, ...)`, `tape.gradient(b, ...)`."""
    for scope in scopes(program):
        plain = {
            written(item.optional_vars)
            for node in own(scope)
            if isinstance(node, ast.With)
            for item in node.items
            if item.optional_vars is not None
            and called(item.context_expr) == "GradientTape"
            and argument(item.context_expr, "persistent", 0) is None  # type: ignore[arg-type]
        }
        for lines in blocks(scope) if plain else ():
            seen: set[str] = set()
            for line in lines:
                asked = [one for one in ast.walk(line) if called(one) == "gradient" and isinstance(one, ast.Call)]
                if isinstance(line, ast.With):  # another tape of that name
                    seen -= {written(item.optional_vars) for item in line.items if item.optional_vars is not None}
                if isinstance(line, ast.With | ast.For | ast.If | ast.While | ast.FunctionDef):
                    asked = []
                for one in asked:
                    name = written(one.func.value) if isinstance(one.func, ast.Attribute) else ""
                    if name in plain and name in seen:
                        yield one, f"{name} has given its gradients already: it is not persistent"
                    seen.add(name)
