"""Keras: training, its curves and its generators.

Sources: Keras, documentation of Model, optimizers and ImageDataGenerator; UMLAUT (Schoop et al. 2021); AUTOTRAINER.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import KerasModel, keras_models, within_others
from mlpilot.tools.diagnose.static.facts.syntax import blocks, scopes
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import Instance, constant, number, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule
from mlpilot.tools.diagnose.syntax import called


@rule(
    "KERAS012",
    "not-compiled",
    "error",
    "fitted before it is compiled",
    remedy="model.compile(optimizer=..., loss=...) first",
    source="Keras, Model.compile",
)
def not_compiled(program: Program) -> Iterator[Found]:
    """`model = Sequential([...]); model.fit(...)`."""
    for call in program.trace.of("fit"):
        model = call.receiver
        made = isinstance(model, Instance) and model.library == "keras" and model.name in ("Sequential", "Model")
        if (
            made
            and isinstance(model, Instance)
            and model.own is None
            and not model.notes.get("compiles")
            and not _compiled_elsewhere(program, model)
        ):
            yield call.node, f"{call.on()} is fitted, and never compiled"


def _compiled_elsewhere(program: Program, model: Instance) -> bool:
    known = {"print", "len", "plot_model", "isinstance", "type", "str"}
    return any(
        call.name not in known and any(one is model for one in (*call.args, *call.kwargs.values()))
        for call in program.trace.calls
    )


@rule(
    "KERAS013",
    "changed-after-compile",
    "warning",
    "layers frozen or thawed after compile",
    remedy="compile again after changing trainable",
    source="Keras, Transfer learning & fine-tuning",
)
def changed_after(program: Program) -> Iterator[Found]:
    """`model.compile(...); base.trainable = False; model.fit(...)`."""
    stores = [
        (order, one, next((node for node, _, given, _ in program.trace.stored if given is value), None))
        for one in program.trace.instances
        for order, name, value in one.notes.get("stored", [])
        if name == "trainable" and one.library == "keras"
    ]
    yield from _layers_changed(program)
    for order, changed, place in stores:
        for model in keras_models(program):
            mine = changed is model.instance or changed in model.layers or _applied_in(changed, model)
            compiled = [call.order for call in model.instance.notes["compiles"]]
            fitted = [call for call in model.fits if call.order > order]
            if (changed is model.instance or changed.notes.get("compiles")) and _used_frozen(program, changed, order):
                continue
            if mine and fitted and min(compiled) < order and not any(order < at < fitted[0].order for at in compiled):
                yield (
                    place or fitted[0].node,
                    "trainable is changed after the last compile, and fit follows: it does nothing until the next",
                )
                return


def _layers_changed(program: Program) -> Iterator[Found]:
    """`for layer in base.layers: layer.trainable = False` between `compile` and `fit`, in one block."""
    if "trainable" not in program.names:
        return
    functions = program.each(ast.FunctionDef)
    of_own = {one.name for one in functions if any(called(node) == "compile" for node in ast.walk(one))}
    compiling = {"compile"} | of_own
    for scope in scopes(program):
        for block in blocks(scope):
            compiled: ast.stmt | None = None
            changed: ast.AST | None = None
            for line in block:
                if isinstance(line, ast.FunctionDef):
                    continue
                calls = {called(node) for node in ast.walk(line)}
                if calls & compiling:
                    compiled, changed = line, None
                elif isinstance(line, ast.For) and written(line.iter).partition("[")[0].endswith(".layers"):
                    sets = [node for node in ast.walk(line) if isinstance(node, ast.Assign)
                            and written(node.targets[0]) == f"{written(line.target)}.trainable"]  # fmt: skip
                    changed = sets[0] if sets and compiled is not None else changed
                elif changed is not None and calls & {"fit", "fit_generator"}:
                    yield changed, "trainable is changed after the last compile, and fit follows: it does nothing"
                    return


def _used_frozen(program: Program, changed: Instance, order: int) -> bool:
    """A model that was compiled to learn, and is frozen as a part of another: a discriminator within a GAN."""
    others = [model.compile for model in keras_models(program) if model.instance is not changed]
    return any(call.order > order for call in others) or bool(others and changed.serial in within_others(program))


def _applied_in(changed: Instance, model: KerasModel) -> bool:
    return any(layer is changed for layer in model.layers)


_GOES_ON = frozenset(("applications", "load_model", "load_weights", "trainable", "from_pretrained", "hub"))
"""What says that a trained model goes on: there a rate may be very low."""
_RATE = "1e-3 for Adam, 1e-2 for SGD"


@rule(
    "KERAS014",
    "learning-rate-out-of-range",
    "warning",
    "a learning rate that can hardly be meant",
    remedy=f"start with {_RATE}",
    source="UMLAUT (learning rate out of common range); AUTOTRAINER",
)
def learning_rate(program: Program) -> Iterator[Found]:
    """`Adam(learning_rate=1.0)`."""
    if "minimize" in program.names and not program.names & {"Sequential", "Model", "compile", "fit"}:
        return  # a number by itself is moved: nothing is trained
    for one in program.trace.instances:
        if not one.path.startswith("keras.optimizers.") or "chedule" in one.path:
            continue
        rate = number(one.argument("learning_rate", 0) or one.argument("lr"))
        high = 1.0 if one.name in ("SGD", "Adadelta") else 0.1
        if one.name == "Adadelta":
            high = 10.0
        computed = any(isinstance(word.value, ast.Call) for word in getattr(one.node, "keywords", ()))
        low = 0 if program.names & _GOES_ON or computed else 1e-6 if one.name == "SGD" else 4e-7
        momentum = number(one.argument("momentum", 1)) or 0
        if one.name == "SGD" and rate is not None and 0 < momentum < 1 and high > rate >= 9 * (1 - momentum):
            yield (
                one.node,
                f"a learning rate of {rate:g} with momentum {momentum:g} takes steps of {rate / (1 - momentum):.0f}",
            )
        if rate is not None and (rate >= high or rate < 1e-7 or rate <= low):
            place = cause(one.argument("learning_rate", 0) or one.argument("lr"), one.node)
            yield place, f"a learning rate of {rate:g} is {'too high' if rate >= high else 'too low'} for {one.name}"


@rule(
    "KERAS015",
    "history-key",
    "error",
    "a curve that the history does not have",
    remedy='the key is the metric\'s name: metrics=["accuracy"] gives "accuracy" and "val_accuracy"',
    source="Keras, changelog 2.3",
)
def history_key(program: Program) -> Iterator[Found]:
    """`history.history["acc"]` with `metrics=["accuracy"]`; `val_...` without validation rows."""
    models = list(keras_models(program))
    if (
        not models
        or any(set(one.metrics) & {"acc"} for one in models)
        or not all("accuracy" in one.metrics for one in models)
    ):
        return
    for node in program.each(ast.Subscript):
        if (
            getattr(node.value, "attr", "") == "history" and isinstance(node.slice, ast.Constant)
        ) and node.slice.value in ("acc", "val_acc"):
            yield (
                node,
                f"the history has no {node.slice.value!r}: it is called {str(node.slice.value)[:-3]}accuracy",
            )


@rule(
    "KERAS016",
    "generator-labels",
    "error",
    "a generator whose labels do not fit the loss",
    remedy='class_mode="categorical" with categorical_crossentropy, "sparse" or "binary" with theirs',
    source="Keras, ImageDataGenerator.flow_from_directory",
)
def generator_labels(program: Program) -> Iterator[Found]:
    """`class_mode="binary"` and `categorical_crossentropy`."""
    modes: dict[str, Call] = {}
    for call in program.trace.of("flow_from_directory", "flow_from_dataframe"):
        given = call.get("class_mode")
        modes.setdefault("categorical" if given is None else str(constant(given)), call)
    for call in program.trace.of("image_dataset_from_directory"):
        given = call.get("label_mode")
        modes.setdefault(
            "sparse" if given is None else {"int": "sparse"}.get(str(constant(given)), str(constant(given))), call
        )
    wants = {
        "categorical_crossentropy": {"categorical"},
        "sparse_categorical_crossentropy": {"sparse", "binary"},
        "binary_crossentropy": {"binary", "sparse", "categorical"},
    }
    if len(modes) != 1:
        return
    ((mode, call),) = modes.items()
    for one in keras_models(program):
        due = wants.get(one.loss)
        if one.loss == "binary_crossentropy" and one.units == 1:
            due = {"binary", "sparse"}
        if due is not None and mode in ("categorical", "binary", "sparse") and mode not in due:
            yield call.node, f"the generator gives {mode} labels, and the loss is {one.loss}"


@rule(
    "KERAS017",
    "shuffled-generator-predictions",
    "warning",
    "predictions of a shuffled generator beside its labels",
    remedy="shuffle=False in the generator of the test part",
    source="Keras, flow_from_directory: shuffle is True by default",
)
def shuffled_generator(program: Program) -> Iterator[Found]:
    """`model.predict(test_gen)` and `test_gen.classes`, without `shuffle=False`."""
    predicted = {call.text(0, "x") for call in program.trace.of("predict", "predict_generator")}
    read = {ast.unparse(node.value) for node in program.each(ast.Attribute) if node.attr in ("classes", "labels")}
    for call in program.trace.of("flow_from_directory", "flow_from_dataframe"):
        if call.alias and call.alias in predicted & read and constant(call.get("shuffle")) is not False:
            yield (
                call.node,
                f"{call.alias} shuffles, and {call.alias}.classes, beside its predictions, are in order",
            )


@rule(
    "KERAS018",
    "test-rows-augmented",
    "warning",
    "test rows are changed at random",
    remedy="a generator of its own for the test part, that only rescales",
    source="Keras, ImageDataGenerator",
)
def augmented_test(program: Program) -> Iterator[Found]:
    """`ImageDataGenerator(horizontal_flip=True).flow_from_directory("test")`."""
    random = {"horizontal_flip", "vertical_flip", "rotation_range", "zoom_range", "shear_range", "width_shift_range"}
    for call in program.trace.of("flow_from_directory", "flow", "flow_from_dataframe"):
        maker = call.receiver
        if not isinstance(maker, Instance) or maker.name != "ImageDataGenerator":
            continue
        given = sorted(random & set(maker.kwargs))
        where = " ".join(words(call.get("directory", 0))) + " " + call.alias
        if given and "test" in where.lower() and "train" not in where.lower():
            yield call.node, f"the test part goes through {', '.join(given)}: each judgement sees other rows"
