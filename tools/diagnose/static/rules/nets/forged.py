"""GANs: what the generator can make has to cover what the pictures hold.

Sources: Radford et al. 2016 (DCGAN: pictures scaled to the range of tanh, -1 to 1; tanh in the generator's last layer).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import bases, classes, methods, own
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.libraries.tensors import keras_activation
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_BOTH_SIDES = re.compile(
    r"-\s*127\.5\s*\)+\s*/\s*127\.5|/\s*127\.5\s*\)*\s*-\s*1|-\s*0?\.5\s*\)+\s*/\s*0?\.5"
    r"|Normalize\(\s*(mean\s*=\s*)?[\(\[]\s*0?\.5"
)
"""How pictures are brought to -1..1."""
_JUDGE = re.compile(r"discriminator|\bnetD\b|critic\b", re.IGNORECASE)
_LIE = ", and the pictures lie between -1 and 1"
_FORGER = re.compile(r"gen(erator)?(_|$|\d)|^G$|netG|generator", re.IGNORECASE)


@rule(
    "KERAS126",
    "generator-of-half-the-range",
    "error",
    "pictures lie between -1 and 1, and the generator gives 0 to 1",
    remedy='activation="tanh" (nn.Tanh) in the last layer of the generator, or pictures scaled to 0..1',
    source="Radford et al. 2016: images were scaled to the range of the tanh activation function [-1, 1]",
)
def half_the_range(program: Program) -> Iterator[Found]:
    """`X = (X - 127.5) / 127.5`, and a generator whose last layer is `Dense(784, activation="sigmoid")`."""
    if not _JUDGE.search(program.text) or not _BOTH_SIDES.search(program.text):
        return
    told: set[ast.AST] = set()
    for one in program.trace.instances:
        if one.library == "keras" and one.name in ("Sequential", "Model") and one.own is None and _forges(program, one):
            layers = nets.output_layers(one)
            ends = [layer for layer in layers if layer.name not in ("Reshape", "Flatten")]
            if len(ends) > 1 and keras_activation(ends[-1]) == "sigmoid" and ends[-1].node not in told:
                told.add(ends[-1].node)
                yield ends[-1].node, f"the generator ends with sigmoid, 0 to 1{_LIE}"
    for call in program.trace.of("Sequential"):
        made, named = call.result, _FORGER.search(call.alias) and not _JUDGE.search(call.alias)
        steps = nets.sequential_layers(made) if isinstance(made, Instance) and made.library == "torch" else []
        if call.alias and named and len(steps) > 1 and getattr(steps[-1], "name", "") == "Sigmoid":
            yield call.node.args[-1] if call.node.args else call.node, f"{call.alias} ends with sigmoid, 0 to 1{_LIE}"
    for home in classes(program):
        if _FORGER.search(home.name) and bases(home) & {"Module"} and not _JUDGE.search(home.name):
            end = _ends_with_sigmoid(home)
            if end is not None:
                yield end, f"the generator ends with sigmoid, 0 to 1{_LIE}"


def _forges(program: Program, model: Instance) -> bool:
    """Whether a model is called a generator, by its name or by the function that makes it."""
    for call in program.trace.calls:
        if call.result is model:
            names = [call.alias, *call.inside[-1:], call.name if call.node is not model.node else ""]
            if any(name and _FORGER.search(name) and not _JUDGE.search(name) for name in names):
                return True
    return False


def _ends_with_sigmoid(home: ast.ClassDef) -> ast.AST | None:
    """The last step of a generator's forward, or of the Sequential that it is, if that is sigmoid."""
    known = methods(home)
    body, start = known.get("forward"), known.get("__init__")
    given = [node for node in own(body) if isinstance(node, ast.Return) and node.value is not None] if body else []
    if len(given) == 1 and called(given[0].value) == "sigmoid":
        return given[0]
    made = [node for node in own(start) if isinstance(node, ast.Call)] if start else []
    stacks = [node for node in made if called(node) == "Sequential"]
    last = stacks[-1].args[-1] if len(stacks) == 1 and stacks[-1].args else None
    ends = last is not None and called(last) == "Sigmoid"
    plain = body is not None and not any("sigmoid" in written(node, 200) for node in own(body))
    return last if ends and plain else None
