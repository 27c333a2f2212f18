"""Keras and TensorFlow: what a graph does once and not again, what it cannot do, and what it does not see.

Sources: TensorFlow, Better performance with tf.function (Python side effects happen while it is traced), GradientTape;
Keras 3, migration guide (tf.Variable is no weight of a layer: add_weight), Customizing saving and serialization
(custom_objects, register_keras_serializable), Writing a training loop from scratch.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import (
    argument,
    bases,
    classes,
    methods,
    own,
    parameters,
    scopes,
    settings,
)
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_LAYERS = re.compile(r"^(Layer|Wrapper|Loss|Constraint|Regularizer|Initializer)$")
Method = ast.FunctionDef | ast.AsyncFunctionDef


def _of_keras(program: Program, home: ast.ClassDef) -> bool:
    """Whether a class is a layer or a model of Keras: by its base, and by what the program imports."""
    keras = program.trace.libraries & {"keras", "tensorflow"}
    text = [written(one) for one in home.bases]
    return any(
        one.startswith(("keras.", "tf.", "layers.", "tfk")) or (keras and "." not in one)
        for one in text
        if one.rpartition(".")[2] in ("Layer", "Model", "Wrapper")
    )


def _traced(program: Program) -> Iterator[Method]:
    """Functions that TensorFlow turns into a graph: read once, and then repeated without Python."""
    if "run_eagerly" in program.text or "run_functions_eagerly" in program.text:
        return
    wrapped = {
        written(node.args[0]).rpartition(".")[2]
        for node in program.each(ast.Call)
        if written(node.func) == "tf.function" and node.args
    }
    for node in program.each(ast.FunctionDef):
        marks = {written(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list}
        if marks & {"tf.function", "tensorflow.function"} or node.name in wrapped:
            yield node
    for home in classes(program):
        if _of_keras(program, home):
            yield from (one for name, one in methods(home).items() if name in ("train_step", "test_step"))


@rule(
    "KERAS060",
    "counted-while-traced",
    "error",
    "a Python number is changed within a graph, which does it once",
    remedy="self.steps = tf.Variable(0), and self.steps.assign_add(1)",
    source="TensorFlow, Better performance with tf.function: Python side effects happen only while it is traced",
)
def counted_while_traced(program: Program) -> Iterator[Found]:
    """`self.steps += 1`, `losses.append(loss)` within a `tf.function`."""
    for function in _traced(program):
        outer = {name for node in own(function) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
        local = set(settings(function)) | set(parameters(function)) | _looped(function)
        for node in own(function):
            if isinstance(node, ast.AugAssign) and _is_plain(program, node, outer):
                yield node, f"{written(node)} happens once, while {function.name} is traced, and never again"
                break
            if called(node) == "append" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                kept = node.func.value
                lists = isinstance(kept, ast.Name) and kept.id not in local and node.args
                if lists and names_in(node.args[0]) & local:
                    yield node, f"{written(node)} happens once, while {function.name} is traced, and never again"
                    break


def _looped(function: Method) -> set[str]:
    return {node.id for node in own(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _is_plain(program: Program, node: ast.AugAssign, outer: set[str]) -> bool:
    """Whether a number of Python's is changed that lives on: an attribute, or a name of elsewhere."""
    name = written(node.target)
    if not name.startswith("self.") and name not in outer:
        return False
    starts = [value for scope in scopes(program) for value in settings(scope).get(name, [])]
    plain = bool(starts) and all(isinstance(one, ast.Constant) for one in starts)
    return plain and isinstance(node.op, ast.Add | ast.Sub | ast.Mult)


_NUMPY = listed(
    "mean sum abs square sqrt exp log log1p maximum minimum max min std var where clip power dot argmax argmin round"
    " argsort sort median percentile cumsum prod floor sign linalg.norm multiply subtract add divide"
)
_SCORES = re.compile(r"_score$|^confusion_matrix$|^mean_(squared|absolute)_error$|^roc_curve$|^pearsonr$|^spearmanr$")


@rule(
    "KERAS061",
    "numpy-within-a-graph",
    "error",
    "numpy or scikit-learn within a loss, metric or layer of Keras",
    remedy="tf.reduce_mean, tf.maximum, ... (or keras.ops): tensors of a graph have no values yet",
    source="TensorFlow, Introduction to graphs and tf.function; Keras, Losses: creating custom losses",
)
def numpy_in_graph(program: Program) -> Iterator[Found]:
    """`def loss(y_true, y_pred): return np.mean(...)`, given to compile."""
    if program.names & {"py_function", "numpy_function", "py_func"} or "run_eagerly" in program.text:
        return
    for function in (*_compiled(program), *_traced(program), *_called(program)):
        given = set(parameters(function)) - {"self", "training", "mask"}
        for node in own(function):
            if isinstance(node, ast.Assign) and names_in(node.value) & given and not _is_shape(node.value):
                given |= {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
            if not isinstance(node, ast.Call) or not node.args:
                continue
            text = written(node.func)
            numpy = text.startswith(("np.", "numpy.")) and text.partition(".")[2] in _NUMPY
            scores = _SCORES.search(text) and ("." not in text or text.startswith(("sklearn.", "metrics.")))
            scores = scores and "sklearn" in program.trace.libraries
            read = any(names_in(one) & given and not _is_shape(one) for one in node.args)
            if (numpy or scores) and read:
                yield (
                    node,
                    f"{text} wants numbers, and {function.name} is given tensors of a graph, which have none yet",
                )
                break


def _is_shape(node: ast.expr) -> bool:
    return any(
        isinstance(one, ast.Attribute) and one.attr in ("shape", "ndim", "dtype", "numpy") for one in ast.walk(node)
    )


def _compiled(program: Program) -> Iterator[Method]:
    """Functions of (y_true, y_pred) that `compile` is given, by name or made by a function of the program's."""
    words: set[str] = set()
    for call in program.each(ast.Call):
        if called(call) == "compile":
            given = [argument(call, "loss", 1), argument(call, "metrics", 2)]
            words |= {name for one in given if one is not None for name in names_in(one)}
    for node in program.each(ast.FunctionDef):
        if node.name in words and len(parameters(node)) == 2:
            yield node
        inner = [one for one in own(node) if isinstance(one, ast.FunctionDef) and len(parameters(one)) == 2]
        if node.name in words and inner and any(isinstance(one, ast.Return) for one in own(node)):
            yield from inner


def _called(program: Program) -> Iterator[Method]:
    for home in classes(program):
        if _of_keras(program, home) and program.names & {"fit", "Model", "Input"}:
            yield from (one for name, one in methods(home).items() if name == "call")


@rule(
    "KERAS062",
    "variable-is-no-weight",
    "error",
    "a tf.Variable in a layer, which Keras 3 does not train",
    remedy="self.w = self.add_weight(shape=..., initializer=..., trainable=True)",
    source="Keras 3, migration guide: tf.Variable is not tracked as a weight of a layer or model",
)
def no_weight(program: Program) -> Iterator[Found]:
    """`self.kernel = tf.Variable(...)` in `build` of a layer of Keras."""
    if program.trace.libraries & {"tf_keras"} or "tf_keras" in program.text or "TF_USE_LEGACY_KERAS" in program.text:
        return
    for home in classes(program):
        if not _of_keras(program, home):
            continue
        applies = any(isinstance(one, ast.Attribute) and one.attr == "assign" for one in ast.walk(home))
        for name in ("__init__", "build"):
            for node in own(methods(home)[name]) if name in methods(home) else ():
                made = node.value if isinstance(node, ast.Assign) else None
                target = written(node.targets[0]) if isinstance(node, ast.Assign) else ""
                if called(made) != "Variable" or not target.startswith("self.") or not isinstance(made, ast.Call):
                    continue
                told = argument(made, "trainable", 1)
                still = isinstance(told, ast.Constant) and told.value is False
                if not still and not applies and written(made.func) in ("tf.Variable", "tensorflow.Variable"):
                    yield node, f"{target} is not among the layer's weights: nothing trains or saves it"
                    return


@rule(
    "KERAS063",
    "loaded-without-its-class",
    "error",
    "a model with layers or losses of one's own is loaded, and Keras is not told of them",
    remedy="@keras.saving.register_keras_serializable() above it, or load_model(path, custom_objects={...})",
    source="Keras, Customizing saving and serialization: custom_objects, register_keras_serializable",
)
def loaded_without_class(program: Program) -> Iterator[Found]:
    """`class Pool(Layer): ...`, `model.save(path)`, `load_model(path)`."""
    told = {"custom_objects", "custom_object_scope", "CustomObjectScope", "register_keras_serializable"}
    told |= {"get_custom_objects", "from_config"}
    if any(one in program.text for one in told) or not program.names & {"save", "ModelCheckpoint", "save_model"}:
        return
    own_classes = {home.name for home in classes(program) if _of_keras(program, home) and "Layer" in bases(home)}
    made = {called(node) for node in program.nodes}
    used = sorted(own_classes & made)
    functions = {node.name for node in program.tree.body if isinstance(node, ast.FunctionDef)}
    compiled = {
        one.id
        for node in program.each(ast.Call)
        if called(node) == "compile"
        for one in [argument(node, "loss", 1)]
        if isinstance(one, ast.Name) and one.id in functions
    }
    for node in program.each(ast.Call):
        if called(node) != "load_model":
            continue
        plain = argument(node, "compile")
        only = isinstance(plain, ast.Constant) and plain.value is False
        missing = used or ([] if only else sorted(compiled))
        if missing and not (isinstance(node.func, ast.Attribute) and written(node.func.value) in ("self", "mlflow")):
            yield node, f"load_model does not know {missing[0]}, which the model was made with"
            return


@rule(
    "KERAS064",
    "forward-outside-of-the-tape",
    "error",
    "the model is called where the tape does not see it",
    remedy="with tf.GradientTape() as tape: logits = model(x, training=True); loss = ...",
    source="TensorFlow, GradientTape; Keras, Writing a training loop from scratch",
)
def forward_outside(program: Program) -> Iterator[Found]:
    """`logits = model(x)`, and `with tf.GradientTape() as tape: loss = loss_fn(y, logits)`."""
    for scope in scopes(program):
        tapes = [node for node in own(scope) if isinstance(node, ast.With) and "GradientTape" in written(node.items[0])]
        weights = {
            written(one.value)
            for node in own(scope)
            if called(node) == "gradient"
            for one in ast.walk(node)
            if isinstance(one, ast.Attribute) and one.attr in ("trainable_variables", "trainable_weights")
        }
        for tape in tapes:
            inside = {one for child in tape.body for one in ast.walk(child)}
            calls = {written(one.func) for one in inside if isinstance(one, ast.Call)}
            if any("watch" in one for one in calls) or weights & {name.partition("(")[0] for name in calls}:
                continue
            read = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
            made = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
            for node in own(scope):
                before = isinstance(node, ast.Assign) and node.lineno < tape.lineno
                if not before or not isinstance(node.value, ast.Call) or written(node.value.func) not in weights:  # type: ignore[attr-defined]
                    continue
                bound = {written(target) for target in node.targets}  # type: ignore[attr-defined]
                if bound & read - made:
                    yield node, f"{written(node)} stands before the tape: its gradients are None"
                    return
