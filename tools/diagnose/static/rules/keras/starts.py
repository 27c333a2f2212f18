"""Keras: weights that start alike.

Sources: Humbatova et al. 2020 (wrong weights initialisation); NeuraLint (Nikanjam et al. 2021); Zhang et al. 2019,
Fixup Initialization (the last layer of a branch starts at zero on purpose, and learns).
"""

from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries.tensors import keras_activation
from mlpilot.tools.diagnose.static.reading.values import Const, Data, Instance
from mlpilot.tools.diagnose.static.rules.keras.layers import stacks
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule


@rule(
    "KERAS107",
    "same-initial-weights",
    "warning",
    "all weights start alike",
    remedy="leave the initializer at its default",
    source="Humbatova et al. 2020, wrong weights initialisation; NeuraLint",
)
def initial_weights(program: Program) -> Iterator[Found]:
    """`Dense(64, kernel_initializer="zeros")`."""
    if "kernel_regularizer" in program.text and not program.names & {"Sequential", "Model", "compile", "fit", "matmul"}:
        return  # a layer by itself, with weights that are plain to see, shows what a penalty comes to
    for one in program.trace.instances:
        given = one.argument("kernel_initializer") or one.argument("init")
        name = given.value if isinstance(given, Const) else getattr(given, "name", "")
        if one.path.startswith("keras.layers.") and str(name).lower() in ("zeros", "ones", "zero", "one", "constant"):
            if str(name).lower() in ("zeros", "zero") and _opens_at_zero(program, one):
                continue
            yield (
                cause(given, one.node),
                f"{one.name} starts with weights that are all alike ({name}): its units learn the same",
            )
    products = [call.args[1] for call in program.trace.calls if call.path == "tensorflow.matmul" and len(call.args) > 1]
    alike = [one for one in products if isinstance(one, Instance) and one.name == "Variable" and _made_alike(one)]
    if len(alike) > 1:
        yield alike[0].node, "the weights of two layers start at one value: no unit learns another thing than the next"


def _made_alike(variable: Instance) -> bool:
    made = variable.argument("initial_value", 0)
    return isinstance(made, Data) and any(step[-1] in ("zeros", "ones") for row in made.rows for step in row)


def _opens_at_zero(program: Program, layer: Instance) -> bool:
    """Whether it is the last layer behind others that start as usual: its gradients differ from unit to unit."""
    if keras_activation(layer) in ("relu", "?"):
        return False  # relu of nothing but zeros lets no gradient through
    before = [one for given in layer.notes.get("inputs", []) if (one := _straight(given)) is not None]
    fed = {id(_straight(given)) for one in program.trace.instances for given in one.notes.get("inputs", [])}
    if before and id(layer) not in fed:
        return all(not one.path.endswith(".Input") and _starts_as_usual(one) for one in before)
    for layers in stacks(program, loops=True):
        weighted = [one for one in layers if one.name.startswith(("Dense", "Conv", "LSTM", "GRU"))]
        if layer in weighted:
            return weighted[-1] is layer and len(weighted) > 1 and all(map(_starts_as_usual, weighted[:-1]))
    return False


def _straight(given: object) -> Instance | None:
    """The layer whose outputs these are, with nothing computed of them since."""
    made = given.made_by if isinstance(given, Data) else None
    return made if isinstance(made, Instance) and isinstance(given, Data) and given.last else None


def _starts_as_usual(layer: Instance) -> bool:
    return layer.argument("kernel_initializer") is None
