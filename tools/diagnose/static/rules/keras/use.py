"""Keras and TensorFlow: callbacks, gradient tapes, data pipelines, files and starting values.

Sources: Keras, callbacks, "Writing a training loop from scratch", Keras 3 saving, Embedding, regularizers; TensorFlow,
GradientTape, tf.data; Humbatova et al. 2020; Wang et al. 2022 (numerical bugs in deep learning).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.facts.syntax import argument, root_of, scopes, settings
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Const, number, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_TAPE = "TensorFlow, GradientTape; Keras, Writing a training loop from scratch"


def _tapes(program: Program) -> list[ast.With]:
    return [node for node in program.each(ast.With) if "GradientTape" in written(node.items[0])]


@rule(
    "KERAS029",
    "callback-never-given",
    "warning",
    "a callback is made, and fit does not get it",
    remedy="model.fit(..., callbacks=[callback])",
    source="Keras, callbacks",
)
def never_given(program: Program) -> Iterator[Found]:
    """`stop = EarlyStopping(patience=3)`, and `model.fit(x, y)`."""
    read = {node.id for node in program.each(ast.Name) if isinstance(node.ctx, ast.Load)}
    fits = [node for node in program.each(ast.Call) if called(node) == "fit"]
    plain = fits and not any(word.arg in ("callbacks", None) for node in fits for word in node.keywords)
    for node in program.each(ast.Assign) if plain and "callbacks" in program.text else ():
        if not called(node.value)[:1].islower():
            continue
        name = written(node.targets[0])
        if re.match(r"(my_)?(cbs?|callbacks?(_list)?|cb_list)$", name) and name not in read:
            yield node, f"{name} is made, and given to no fit: nothing calls it"
    for call in program.trace.calls:
        made = call.path.startswith("keras.callbacks.") and call.alias and "fit" in program.names
        if made and call.alias not in read and "self." not in call.alias:
            yield call.node, f"{call.alias} is made, and given to no fit: nothing calls it"


@rule(
    "KERAS030",
    "logarithm-of-softmax",
    "warning",
    "the logarithm of a probability that may be 0",
    remedy="tf.nn.log_softmax, or the loss with from_logits=True",
    source="TensorFlow, nn.log_softmax; Wang et al. 2022",
)
def log_of_softmax(program: Program) -> Iterator[Found]:
    """`tf.math.log(tf.nn.softmax(x))`."""
    for call in program.trace.of("log"):
        data = as_data(call.args[0]) if call.args else None
        if call.library in ("tensorflow", "keras") and data is not None and data.last in ("softmax", "sigmoid"):
            yield call.node, f"{written(call.node)}: what went through {data.last} may be 0, and its logarithm -inf"


@rule(
    "KERAS031",
    "loss-outside-of-the-tape",
    "error",
    "the loss is computed where the tape does not see it",
    remedy="compute the loss within `with tf.GradientTape() as tape:`",
    source=_TAPE,
)
def outside_tape(program: Program) -> Iterator[Found]:
    """`with tf.GradientTape() as tape: out = model(x)`, and `loss = ...` after it."""
    tapes = _tapes(program)
    seen = {name for tape in tapes for node in ast.walk(tape) for name in _set(node)}
    every = {name for node in program.nodes for name in _set(node)}
    for call in program.trace.of("gradient"):
        given = call.node.args[0] if call.node.args else None
        if isinstance(given, ast.Name) and tapes and given.id in every - seen:
            made = [one for one in program.each(ast.Assign) if given.id in map(written, one.targets)]
            yield made[0] if made else call.node, f"{given.id} is computed outside of the tape: its gradients are None"
            return
    for tape in tapes:
        for node in ast.walk(tape):
            if isinstance(node, ast.Attribute) and node.attr == "numpy" and "loss" not in written(node.value):
                yield node, f"{written(node)}() within the tape: what is computed from it has no gradient"
                return


def _set(node: ast.AST) -> list[str]:
    """The name that a node binds."""
    return [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []


@rule(
    "KERAS032",
    "gradients-never-applied",
    "error",
    "gradients are computed, and never applied",
    remedy="optimizer.apply_gradients(zip(gradients, model.trainable_variables))",
    source=_TAPE,
)
def never_applied(program: Program) -> Iterator[Found]:
    """`tape.gradient(...)` and no `apply_gradients`; pairs in the wrong order."""
    applied = program.names & {"apply_gradients", "apply", "assign_sub", "assign_add", "assign", "minimize", "sign"}
    fitted = any(nets.is_keras_model(call.receiver) for call in program.trace.of("fit"))
    for call in program.trace.of("gradient"):
        if _tapes(program) and not applied and not fitted and "trainable" in written(call.node, 200):
            yield call.node, "the gradients are computed, and no optimiser applies them: nothing is learnt"
            return
    for call in program.trace.of("apply_gradients"):
        pairs = call.node.args[0] if call.node.args else None
        if (
            isinstance(pairs, ast.Call)
            and written(pairs.func) == "zip"
            and pairs.args
            and written(pairs.args[0]).endswith(("trainable_variables", "trainable_weights"))
        ):
            yield call.node, "apply_gradients takes (gradient, variable), and is given the variables first"


@rule(
    "KERAS033",
    "penalty-crushes-the-weights",
    "warning",
    "a penalty on the weights that can hardly be meant",
    remedy="regularizers.l2(1e-4)",
    source="Keras, regularizers: l2=0.01 by default; Humbatova et al. 2020, hyperparameters",
)
def heavy_penalty(program: Program) -> Iterator[Found]:
    """`kernel_regularizer=regularizers.l2(1.0)`."""
    for call in program.trace.of("l2", "L2", "l1", "L1", "l1_l2", "L1L2"):
        sizes = [number(one) for one in (*call.args, *call.kwargs.values())]
        if "regularizers" in call.path and any(one is not None and one >= 0.3 for one in sizes):
            yield call.node, f"{written(call.node)} holds all weights near zero"


@rule(
    "KERAS034",
    "pipeline-without-batches",
    "error",
    "a data set that fit gets without batches",
    remedy="dataset.batch(32)",
    source="TensorFlow, tf.data: Batching; Keras, Model.fit: a data set gives batches",
)
def without_batches(program: Program) -> Iterator[Found]:
    """`model.fit(tf.data.Dataset.from_tensor_slices((x, y)).shuffle(100))`; `repeat()` without an end."""
    made = {
        node.targets[0].id: node.value
        for node in program.each(ast.Assign)
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    }
    batched = {"batch", "padded_batch", "ragged_batch", "map", "apply", "dense_to_ragged_batch", "window"}
    for call in program.trace.of("fit", "evaluate"):
        given = call.node.args[0] if call.node.args else None
        given = made.get(given.id) if isinstance(given, ast.Name) else given
        chain = {one.attr for one in ast.walk(given) if isinstance(one, ast.Attribute)} if given is not None else set()
        again = isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and root_of(given) in made
        if "from_tensor_slices" in chain and not chain & batched and not again:
            yield call.node, f"{call.text(0)} gives single rows, and {call.name} wants batches"
        ends = (
            [one for one in ast.walk(given) if isinstance(one, ast.Call)]
            if "from_tensor_slices" in chain and given
            else []
        )
        forever = any(getattr(one.func, "attr", "") == "repeat" and not one.args and not one.keywords for one in ends)
        if forever and not {"steps_per_epoch", "steps"} & {key.arg for key in call.node.keywords}:
            yield call.node, f"{call.text(0)} repeats for ever, and {call.name} is not told how many steps an epoch has"


@rule(
    "KERAS035",
    "scaled-in-training-only",
    "error",
    "pictures are scaled for training, and not for the test",
    remedy="the same rescale= in both generators",
    source="Keras, ImageDataGenerator: rescale; scikit-learn, Common pitfalls: inconsistent preprocessing",
)
def scaled_in_training_only(program: Program) -> Iterator[Found]:
    """`ImageDataGenerator(rescale=1/255)` for training, `ImageDataGenerator()` for the test."""
    made = [one for one in program.trace.instances if one.name == "ImageDataGenerator"]
    scaled = [one for one in made if one.argument("rescale") or one.argument("preprocessing_function")]
    plain = [one for one in made if not one.args and one not in scaled and not one.argument("featurewise_center")]
    if len(made) >= 2 and scaled and plain:
        yield plain[0].node, "this generator gives pixels from 0 to 255, and another one scales them"


def _file_name(program: Program, node: ast.expr | None, depth: int = 0) -> str:
    """How the name of a file ends in a path put together: `os.path.join(folder, "best.h5")`, `folder / "best.h5"`."""
    if isinstance(node, ast.Name) and depth < 3:
        given = [value for scope in scopes(program) for value in settings(scope).get(node.id, [])]
        return _file_name(program, given[0], depth + 1) if len(given) == 1 else ""
    if isinstance(node, ast.Call) and called(node) in ("join", "str", "Path", "joinpath") and node.args:
        return _file_name(program, node.args[-1], depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Add):
        return _file_name(program, node.right, depth)
    if isinstance(node, ast.JoinedStr) and node.values:
        return _file_name(program, node.values[-1], depth)
    plain = node.value if isinstance(node, ast.Constant) else ""
    return plain if isinstance(plain, str) and "." in plain else ""


def _named_at(program: Program, node: ast.expr | None) -> ast.expr | None:
    """Where the name of a file is given, if it is put together on another line."""
    if not isinstance(node, ast.Name):
        return None
    given = [value for scope in scopes(program) for value in settings(scope).get(node.id, [])]
    return given[0] if len(given) == 1 else None


@rule(
    "API011",
    "keras-file-name",
    "error",
    "a file name that Keras 3 does not take",
    remedy='"model.keras" for a model, "model.weights.h5" for weights',
    source="Keras 3, Model.save, Model.save_weights, ModelCheckpoint: filepath",
)
def file_name(program: Program) -> Iterator[Found]:
    """`model.save_weights("w.h5")`, `ModelCheckpoint("best.h5", save_weights_only=True)`, `model.save("folder")`."""
    models = {id(one.instance) for one in keras_models(program)}
    for call in program.trace.of("save_weights", "save"):
        if id(call.receiver) not in models or "save_format" in call.kwargs:
            continue
        name = (words(call.get("filepath", 0)) or [_file_name(program, argument(call.node, "filepath", 0))])[0]
        if not name:
            continue
        if call.name == "save_weights" and not name.endswith(".weights.h5"):
            yield call.node, f"save_weights takes names that end with .weights.h5, not {name!r}"
        elif call.name == "save" and not name.endswith((".keras", ".h5", ".hdf5")):
            yield call.node, f"save takes names that end with .keras (or .h5), not {name!r}"
    for one in program.trace.instances:
        if one.path != "keras.callbacks.ModelCheckpoint":
            continue
        told = argument(one.node, "filepath", 0) if isinstance(one.node, ast.Call) else None
        name = (words(one.argument("filepath", 0)) or [_file_name(program, told)])[0]
        if not name:
            continue
        weights = one.argument("save_weights_only", 4)
        only = isinstance(weights, Const) and weights.value is True
        if not name.endswith(".weights.h5" if only else (".keras", ".h5")):
            yield (
                _named_at(program, told) or one.node,
                f"ModelCheckpoint takes names that end with {'.weights.h5' if only else '.keras'}, not {name!r}",
            )


@rule(
    "DATA004",
    "classes-one-after-the-other",
    "warning",
    "rows are sorted by class, and cut without shuffling",
    remedy="shuffle the rows first, or train_test_split(..., stratify=y)",
    source="Keras, Model.fit: validation_split takes the last rows, before shuffling; Humbatova et al. 2020",
)
def sorted_by_class(program: Program) -> Iterator[Found]:
    """`y = np.concatenate([np.zeros(n), np.ones(n)])`, and `fit(x, y, validation_split=0.2)`."""
    mixing = {
        "shuffle",
        "permutation",
        "train_test_split",
        "sample",
        "argsort",
        "StratifiedKFold",
        "randperm",
        "random_split",
    }
    if program.names & mixing:
        return
    blocks = {
        node.targets[0].id
        for node in program.each(ast.Assign)
        if isinstance(node.targets[0], ast.Name) and _in_blocks(node.value)
    }
    blocks |= _given_in_blocks(program, blocks)
    for call in program.trace.of("fit"):
        y = next(
            (one.value for one in call.node.keywords if one.arg == "y"),
            call.node.args[1] if len(call.node.args) > 1 else None,
        )
        split = any(one.arg == "validation_split" for one in call.node.keywords)
        cut = isinstance(y, ast.Subscript) and isinstance(y.slice, ast.Slice) and y.slice.step is None
        name = y.value.id if isinstance(y, ast.Subscript) and isinstance(y.value, ast.Name) else getattr(y, "id", "")
        if name in blocks and (split or cut):
            yield call.node, f"{name} has one class after the other, and the last rows are held out: a class is missing"
            return
        if split and y is not None and names_in(y) & _gathered_in_blocks(program):
            yield (
                call.node,
                f"{written(y)} was gathered class by class, and the last rows are held out: a class is missing",
            )
            return


def _given_in_blocks(program: Program, blocks: set[str]) -> set[str]:
    """Names of labels that a function of the program returns, which writes them class after class."""
    places = {
        (one.name, at)
        for one in program.each(ast.FunctionDef)
        for node in ast.walk(one)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple)
        for at, item in enumerate(node.value.elts)
        if isinstance(item, ast.Name) and item.id in blocks
    }
    return {
        written(name)
        for node in program.each(ast.Assign)
        if isinstance(node.targets[0], ast.Tuple)
        for at, name in enumerate(node.targets[0].elts)
        if (called(node.value), at) in places
    }


def _gathered_in_blocks(program: Program) -> set[str]:
    """Names of labels that a loop over the classes put together, class after class, and what is made of them."""
    found: set[str] = set()
    for node in program.each(ast.For):
        found |= _blocks_of(node)
    for _ in range(4):
        found |= {
            name.id
            for node in program.each(ast.Assign)
            if names_in(node.value) & found
            for target in node.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name) and role_of(name.id) != "X"
        }
    return found


_WRITES = frozenset(("append", "extend"))


def _blocks_of(loop: ast.For) -> set[str]:
    """Lists that a loop over classes gives the class's own number, once for each of the rows within the turn."""
    turn = names_in(loop.target)
    marked = {
        written(node.targets[0].value)
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id in turn
    }
    for node in ast.walk(loop):
        looked_up = isinstance(node, ast.Assign) and called(node.value) in ("index", "get")
        if isinstance(node, ast.Assign) and looked_up and names_in(node.value) & turn:
            turn = turn | names_in(node.targets[0])
    inner = [node for node in loop.body if isinstance(node, ast.For)]
    found: set[str] = set()
    for node in ast.walk(loop):
        if not isinstance(node, ast.Call) or called(node) not in _WRITES or len(node.args) != 1:
            continue
        given, kept = node.args[0], written(node.func.value)  # type: ignore[attr-defined]
        repeated = called(given) in ("full", "full_like") or (
            isinstance(given, ast.BinOp) and isinstance(given.op, ast.Mult)
        )
        within = any(node in ast.walk(one) for one in inner) and isinstance(given, ast.Name)
        one_class = names_in(given) & turn and (repeated or within)
        if one_class or (isinstance(given, ast.Name) and given.id in marked):
            found.add(kept)
    return found


def _in_blocks(node: ast.expr) -> bool:
    """Whether labels are written as one block for each class."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
        node = node.func.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return all(isinstance(one, ast.BinOp) and isinstance(one.left, ast.List) for one in (node.left, node.right))
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name = getattr(node.func, "attr", "")
    if name in ("array", "asarray") and isinstance(node.args[0], ast.BinOp):
        return _in_blocks(node.args[0])
    items = node.args[0].elts if isinstance(node.args[0], ast.List | ast.Tuple) else []
    plain = [one for one in items if isinstance(one, ast.Call) and written(one.func)[-4:] in ("eros", "ones", "full")]
    if name in ("concatenate", "hstack", "concat") and isinstance(node.args[0], ast.ListComp):
        return _one_class_a_turn(node.args[0])
    if name in ("concatenate", "hstack", "concat"):
        return len(plain) == len(items) >= 2 and len({written(one.func) for one in plain}) >= 2
    counted = isinstance(node.args[0], ast.Call) and written(node.args[0].func)[-6:] == "arange"
    return name == "repeat" and (counted or (len(items) >= 2 and all(isinstance(one, ast.Constant) for one in items)))


def _one_class_a_turn(node: ast.ListComp) -> bool:
    """`[np.full(len(rows), c) for c, rows in enumerate(parts)]`."""
    filled = isinstance(node.elt, ast.Call) and called(node.elt) in ("full", "full_like") and len(node.elt.args) > 1
    value = node.elt.args[1] if filled and isinstance(node.elt, ast.Call) else None
    return isinstance(value, ast.Name) and value.id in names_in(node.generators[0].target)
