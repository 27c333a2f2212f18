"""One network where several are meant: for each fold, for each member of an ensemble, for the best epoch.

Sources: Keras, Model.fit (goes on from the weights that are there), Sequential (layers keep their weights);
scikit-learn, Cross-validation (fitted anew in each fold); PyTorch, Saving and Loading Models (a reference is no copy).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import held_by, settings
from mlpilot.tools.diagnose.static.facts.uses import LOOPS, home, stands_in
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import Instance, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_ANEW = frozenset(
    (
        *("load_weights", "set_weights", "load_state_dict", "clone_model", "deepcopy", "reset_parameters"),
        *("from_config", "clone", "load_model", "apply", "model_from_json", "global_variables_initializer"),
    )
)
"""What sets weights back, or makes another model of the same kind."""
_LEARNS = ("fit", "fit_generator", "train_on_batch")


@rule(
    "KERAS095",
    "one-model-for-all-parts",
    "warning",
    "one network goes on learning from part to part, and is judged on what it has learnt",
    remedy="make (and compile) the model within the loop: model = build_model()",
    source="scikit-learn, Cross-validation: fitted anew in each fold; Keras, Model.fit: goes on from its weights",
)
def for_all_parts(program: Program) -> Iterator[Found]:
    """`for i in range(k): test = X[i*n:(i+1)*n]; train = np.concatenate([X[:i*n], X[(i+1)*n:]]); model.fit(train)`."""
    if program.names & _ANEW:
        return
    told = set()
    for call in program.trace.of(*_LEARNS):
        loop = call.loops[-1] if call.loops else None
        if not isinstance(loop, ast.For) or not nets.is_keras_model(call.receiver) or loop in told:
            continue
        of_turn = _of_turn(loop)
        judged = [one for one in program.trace.of("evaluate", "predict") if one.receiver is call.receiver
                  and loop in one.loops and one.node.args and names_in(one.node.args[0]) & of_turn]  # fmt: skip
        first = call.node.args[0] if call.node.args else None
        if first is None or not judged or not names_in(first) & of_turn or _made_in(program, call.receiver, loop):
            continue
        if _held_out(loop, judged[0].node.args[0], first):
            told.add(loop)
            made = call.receiver.node if isinstance(call.receiver, Instance) else call.node
            yield made, f"{call.on()} is made before the loop over the parts: it has learnt the rows it is judged on"


def _of_turn(loop: ast.For) -> set[str]:
    """Names that a loop sets from its own turn."""
    found = names_in(loop.target)
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign) and names_in(node.value) & found:
            found |= {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return found


def _held_out(loop: ast.For, judged: ast.expr, learnt: ast.expr) -> bool:
    """Whether each turn cuts one part out of rows, and takes all that is before and after it for the other."""
    values = {name: given[-1] for name, given in settings(loop).items()}
    parts = [values.get(written(one), one) for one in (judged, learnt)]
    joined = [one for one in parts if called(one) in ("concatenate", "concat", "vstack", "append", "delete", "drop")]
    cut = [one for one in parts if isinstance(one, ast.Subscript)]
    return len(joined) == len(cut) == 1 and bool(names_in(joined[0]) & names_in(cut[0].value))


def _made_in(program: Program, model: Value | None, loop: ast.AST) -> bool:
    """Whether an object is made in each turn, by a function that is called there too."""
    if not isinstance(model, Instance) or stands_in(model.node, loop):
        return True
    return any(loop in one.loops for one in program.trace.calls if one.result is model)


@rule(
    "KERAS096",
    "one-network-kept-many-times",
    "error",
    "a list of networks that holds one and the same",
    remedy="make the network within the loop: models.append(build_model())",
    source="Python, FAQ: a list holds references; Keras, clone_model; copy.deepcopy",
)
def kept_many_times(program: Program) -> Iterator[Found]:
    """`models.append(model)` in a loop that trains it, where it was made before the loop; `[build()] * 5`."""
    made = {call.node: call.result for call in program.trace.calls if nets.is_keras_model(call.result)}
    for node in program.each(ast.BinOp):
        held = next((one for one in (node.left, node.right) if isinstance(one, ast.List)), None)
        names = {one.node for one in program.trace.of(*_LEARNS)} and program.names & set(_LEARNS)
        several = isinstance(node.op, ast.Mult) and held is not None and len(held.elts) == 1 and bool(names)
        if several and held is not None and held.elts[0] in made:
            yield node, f"{written(node)} is one network several times: they all learn as one"
            return
    for call in program.trace.of("append"):
        kept = call.args[0] if call.args else None
        loop = call.loops[-1] if call.loops else None
        network = nets.is_keras_model(kept) or (nets.is_module(kept) and getattr(kept, "own", None) is not None)
        if not network or not isinstance(loop, LOOPS) or not isinstance(call.node.args[0], ast.Name):
            continue
        name = call.node.args[0].id
        within = [one for one in program.sets.get(name, []) if stands_in(one, loop)]
        trains = any(one.receiver is kept and loop in one.loops for one in program.trace.of(*_LEARNS))
        trains |= any(loop in one.loops for one in program.trace.of("backward"))
        if trains and not within and not _made_in(program, kept, loop) and name not in _of_turn_names(loop):
            yield call.node, f"{written(call.node)} keeps the same network in each turn, which goes on learning"
            return


def _of_turn_names(loop: ast.AST) -> set[str]:
    target = getattr(loop, "target", None)
    return names_in(target) if target is not None else set()


_STACKS = ("keras.Sequential", "keras.models.Sequential")


@rule(
    "KERAS097",
    "layers-of-an-earlier-model",
    "error",
    "layers that were made before the loop stand in the model of every turn, with what they have learnt",
    remedy="make the layers anew for each model: a function that returns them",
    source="Keras, The Functional API: a layer that is used again shares its weights",
)
def layers_again(program: Program) -> Iterator[Found]:
    """`layers = [Dense(16), Dense(1)]`, and `for train, test in folds.split(X): model = Sequential(layers)`."""
    if program.names & _ANEW:
        return
    for call in program.trace.calls:
        made = call.result
        if call.path not in _STACKS or not isinstance(made, Instance) or not call.loops:
            continue
        loop = call.loops[-1]
        old = [layer for layer in nets.output_layers(made) if not stands_in(layer.node, loop) and _weighted(layer)]
        learnt = [one for one in program.trace.of(*_LEARNS) if one.receiver is made and loop in one.loops]
        anew = [one for layer in old for one in program.trace.calls if one.result is layer and loop in one.loops]
        if old and learnt and not anew and isinstance(loop, ast.For):
            yield (
                call.node,
                f"{old[0].name} of line {getattr(old[0].node, 'lineno', 0)} goes on with what it learnt before",
            )
            return


def _weighted(layer: Instance) -> bool:
    return layer.name.startswith(("Dense", "Conv", "LSTM", "GRU", "SimpleRNN", "Embedding", "Bidirectional"))


@rule(
    "TORCH321",
    "best-network-by-reference",
    "error",
    "the best network is kept by name, and goes on learning",
    remedy="best_model = copy.deepcopy(model), or save model.state_dict() at once",
    source="PyTorch, Saving and Loading Models: a reference is no copy; Python, FAQ: names are bound to objects",
)
def best_by_name(program: Program) -> Iterator[Found]:
    """`if loss < best: best_model = model`, in the loop over the epochs that trains it."""
    for node in program.each(ast.Assign):
        target = node.targets[0]
        if not isinstance(node.value, ast.Name) or not isinstance(target, ast.Name) or "best" not in target.id.lower():
            continue
        name, where = node.value.id, home(program, node)
        every: list[ast.For | ast.While] = [*program.each(ast.For), *program.each(ast.While)]
        loops = [one for one in every if stands_in(node, one)]
        inside = [one for one in program.sets.get(name, []) if any(stands_in(one, loop) for loop in loops)]
        if not loops or inside or any(name in _of_turn_names(loop) for loop in loops):
            continue
        learns = [one for one in program.trace.calls if one.node is not None and _steps(one, name, loops)]
        read = [one for one in program.reads.get(target.id, []) if home(program, one) is where]
        if learns and any(not any(stands_in(one, loop) for loop in loops) for one in read):
            yield node, f"{target.id} is {name} itself, which goes on learning: at the end it is the last, not the best"
            return


_NETWORK = re.compile(r"model|net|classifier|encoder", re.IGNORECASE)


def _steps(call: Call, name: str, loops: list[ast.For | ast.While]) -> bool:
    """Whether a call in one of the loops trains what is called so."""
    if not any(stands_in(call.node, loop) for loop in loops):
        return False
    if call.name in _LEARNS:
        return nets.is_keras_model(call.receiver) and written(held_by(call.node) or call.node) == name
    return call.name == "backward" and bool(_NETWORK.search(name))
