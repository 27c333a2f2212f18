"""Keras and TensorFlow: what is asked of predictions at the end, and what is never run.

Sources: TensorFlow 1, Low Level APIs: training (the train op must be run); numpy, argmax: axis; TensorFlow,
softmax_cross_entropy_with_logits (labels, logits); Keras, ImageDataGenerator: rescale, Input: shape; Zhang et al. 2018.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in


@rule(
    "KERAS071",
    "train-op-never-run",
    "error",
    "the training step is made, and never run",
    remedy="sess.run([train_op, loss], feed_dict=...)",
    source="TensorFlow 1, Low Level APIs: training; Zhang et al. 2018",
)
def never_run(program: Program) -> Iterator[Found]:
    """`train_op = optimizer.minimize(loss)`, and `sess.run(loss, ...)` alone."""
    runs = [node for node in program.each(ast.Call) if called(node) in ("run", "eval") and node.args]
    if not any(one.arg == "feed_dict" for node in runs for one in node.keywords):
        return
    for scope in scopes(program):
        for name, values in settings(scope).items():
            if not any(called(one) in ("minimize", "apply_gradients") for one in values):
                continue
            read = [
                one
                for one in program.nodes
                if isinstance(one, ast.Name | ast.Attribute) and written(one) == name and isinstance(one.ctx, ast.Load)
            ]
            if not read and "train" not in {called(node) for node in program.nodes}:
                yield values[0], f"{name} is made, and no sess.run runs it: nothing is learnt"


@rule(
    "KERAS072",
    "class-among-the-rows",
    "error",
    "the class is chosen among the rows",
    remedy="np.argmax(model.predict(X), axis=1)",
    source="numpy, argmax: axis; PyTorch, argmax: dim",
)
def among_rows(program: Program) -> Iterator[Found]:
    """`np.argmax(model.predict(X_test), axis=0)`, or without axis, compared with the labels of many rows."""
    for scope in scopes(program):
        known = settings(scope)
        for node in program.each(ast.Call) if scope is program.tree else ():
            if called(node) != "argmax":
                continue
            method = isinstance(node.func, ast.Attribute) and written(node.func.value) not in (
                "np",
                "numpy",
                "tf",
                "K",
                "tf.math",
            )
            given: ast.expr | None = node.func.value if method else node.args[0] if node.args else None  # type: ignore[attr-defined]
            if isinstance(given, ast.Name) and len(known.get(given.id, [])) == 1:
                given = known[given.id][0]
            if called(given) not in ("predict", "predict_proba") or not isinstance(given, ast.Call) or not given.args:
                continue
            axis = argument(node, "axis", 0 if method else 1)
            rows = bool(re.fullmatch(r"(X|x)_?(test|val|valid|te)\w*|test_\w+|val_\w+", written(given.args[0])))
            over_rows = isinstance(axis, ast.Constant) and axis.value == 0
            if rows and (over_rows or (axis is None and _judged(program, node))):
                yield node, f"{written(node)} looks for the largest among the rows, not among the classes of each"


def _judged(program: Program, node: ast.Call) -> bool:
    """Whether it goes into a metric: by the name that it is given."""
    names = {written(one.targets[0]) for one in program.each(ast.Assign) if one.value is node}
    takes = [one for one in program.each(ast.Call) if re.search(r"score|matrix|report", called(one))]
    return any(names_in(one) & names for one in takes)


@rule(
    "KERAS073",
    "labels-and-logits-exchanged",
    "error",
    "labels and outputs are given in each other's place",
    remedy="softmax_cross_entropy_with_logits(labels=y, logits=outputs)",
    source="TensorFlow, softmax_cross_entropy_with_logits: labels, logits; Keras, Losses: (y_true, y_pred)",
)
def exchanged(program: Program) -> Iterator[Found]:
    """`softmax_cross_entropy_with_logits(labels=logits, logits=y)`, `BinaryCrossentropy()(model(x), y)`."""
    outputs = re.compile(r"logit|pred|output|y_hat|yhat|\bout\b|model\(|net\(", re.IGNORECASE)
    labels = re.compile(r"^(y|y_true|labels?|targets?|y_batch|yb|y_train|one_?hot\w*|y_one_hot|true)$", re.IGNORECASE)
    for node in program.each(ast.Call):
        if "cross_entropy_with_logits" not in called(node):
            continue
        first, second = argument(node, "labels"), argument(node, "logits")
        if first is not None and second is not None:
            one, other = written(first), written(second)
            if outputs.search(one) and labels.match(other) and not labels.match(one):
                yield node, f"labels={one} and logits={other} are exchanged"


@rule(
    "KERAS074",
    "scaled-twice",
    "warning",
    "pixels are divided by 255 twice",
    remedy="either x / 255, or rescale=1 / 255",
    source="Keras, ImageDataGenerator: rescale, Rescaling; UMLAUT (input out of range)",
)
def scaled_twice(program: Program) -> Iterator[Found]:
    """`x_train = x_train / 255`, and `ImageDataGenerator(rescale=1 / 255).flow(x_train, ...)`."""
    divided: dict[str, int] = {}
    for node in program.nodes:
        value = node.value if isinstance(node, ast.Assign | ast.AugAssign) else None
        plain = (
            isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) and written(value.right) in ("255", "255.0")
        )
        again = (
            isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) and written(node.value) in ("255", "255.0")
        )
        if plain and isinstance(node, ast.Assign) and isinstance(value, ast.BinOp):
            name = written(node.targets[0])
            if name in divided and written(value.left) == name and not _is_fresh(program, name):
                yield node, f"{name} was divided by 255 at line {divided[name]} already"
            divided.setdefault(name, node.lineno)
        elif again and isinstance(node, ast.AugAssign):
            if written(node.target) in divided and not _is_fresh(program, written(node.target)):
                yield node, f"{written(node.target)} was divided by 255 at line {divided[written(node.target)]} already"
            divided.setdefault(written(node.target), node.lineno)
    generators = {
        name
        for scope in scopes(program)
        for name, values in settings(scope).items()
        for one in values
        if called(one) == "ImageDataGenerator" and isinstance(one, ast.Call) and _is_set(argument(one, "rescale"))
    }
    for node in program.nodes:
        flows = isinstance(node, ast.Call) and called(node) == "flow" and node.args
        if not isinstance(node, ast.Call) or not flows or not isinstance(node.func, ast.Attribute):
            continue
        if written(node.func.value) in generators and written(node.args[0]) in divided:
            yield node, f"{written(node.args[0])} was divided by 255, and {written(node.func.value)} does it again"


def _is_set(node: ast.expr | None) -> bool:
    """Whether an argument is given, and not as None."""
    return node is not None and not (isinstance(node, ast.Constant) and node.value is None)


def _is_fresh(program: Program, name: str) -> bool:
    """Whether the name is set more than once to something else, so that it may not be the same data."""
    return sum(
        isinstance(node, ast.Assign) and written(node.targets[0]) == name and "255" not in written(node.value, 200)
        for node in program.nodes
    ) > 1 or any(name in {one.arg for one in node.args.args} for node in program.each(ast.FunctionDef))


@rule(
    "KERAS076",
    "everything-frozen-keras",
    "error",
    "every layer is frozen before the training",
    remedy="base.trainable = False for the part that was trained before; the new layers stay trainable",
    source="Keras, Transfer learning & fine-tuning; Humbatova et al. 2020",
)
def everything_frozen(program: Program) -> Iterator[Found]:
    """`model.trainable = False`, or each layer of it, and then `model.compile` and `model.fit`."""
    thawed = {
        written(node.targets[0])
        for node in program.each(ast.Assign)
        if isinstance(node.value, ast.Constant) and node.value.value is True
    }
    if any(one.endswith(".trainable") for one in thawed) or program.names & {"train_on_batch", "add_loss"}:
        return
    for scope in scopes(program):
        nodes = own(scope)
        fitted = {
            written(one.func.value): one.lineno
            for one in nodes
            if called(one) == "fit" and isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
        }
        for node in nodes:
            name = _frozen(node)
            line = getattr(node, "lineno", 0)
            if not name or line > fitted.get(name, 0):
                continue
            later = [one for one in nodes if line < getattr(one, "lineno", 0) < fitted[name]]
            grown = any(
                called(one) == "add" and written(one.func.value) == name
                for one in later
                if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
            )
            anew = any(isinstance(one, ast.Assign) and written(one.targets[0]) == name for one in later)
            if not grown and not anew:
                yield node, f"all of {name} is frozen, and then it is fitted: nothing is learnt"
                return


def _frozen(node: ast.AST) -> str:
    """The model that a line freezes whole; nothing for a part of it."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is False:
        target = node.targets[0]
        whole = isinstance(target, ast.Attribute) and target.attr == "trainable" and isinstance(target.value, ast.Name)
        return target.value.id if whole else ""  # type: ignore[attr-defined]
    if isinstance(node, ast.For) and isinstance(node.iter, ast.Attribute) and node.iter.attr == "layers":
        first = node.body[0]
        if (
            len(node.body) == 1
            and isinstance(first, ast.Assign)
            and written(first.targets[0]) == f"{written(node.target)}.trainable"
        ):
            return (
                written(node.iter.value) if isinstance(first.value, ast.Constant) and first.value.value is False else ""
            )
    return ""


@rule(
    "KERAS075",
    "shape-is-no-tuple",
    "error",
    "a shape of one number without its comma",
    remedy="input_shape=(784,)",
    source="Keras, Input: shape is a tuple; Python, Tuples: a tuple of one item is written with a comma",
)
def no_tuple(program: Program) -> Iterator[Found]:
    """`Dense(32, input_shape=(784))`."""
    for call in program.trace.calls:
        if not call.path.startswith("keras.layers.") and call.path != "keras.Input":
            continue
        for one in call.node.keywords:
            plain = isinstance(one.value, ast.Constant) and isinstance(one.value.value, int)
            if one.arg in ("input_shape", "batch_input_shape") and plain:
                yield (
                    call.node,
                    f"{one.arg}={written(one.value)} is a number: a tuple of one is written ({written(one.value)},)",
                )
