"""Classes that are numbered from 1, and a loss that counts them from 0.

Sources: Keras, SparseCategoricalCrossentropy, and PyTorch, CrossEntropyLoss: class numbers from 0 to C - 1; Humbatova
et al. 2020 (wrong labels).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.facts.syntax import held_by
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Data
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loss import losses
from mlpilot.tools.diagnose.syntax import called, names_in


@rule(
    "KERAS129",
    "classes-numbered-from-one",
    "error",
    "classes are numbered from 1, and the loss counts them from 0",
    remedy="number them from 0, or y - 1",
    source="Keras, SparseCategoricalCrossentropy; PyTorch, CrossEntropyLoss: class indices in the range [0, C)",
)
def from_one(program: Program) -> Iterator[Found]:
    """`y = df["grade"].map({"low": 1, "mid": 2, "high": 3})`, `Dense(3)`, and `sparse_categorical_crossentropy`."""
    counts = {one.units for one in keras_models(program) if one.loss == "sparse_categorical_crossentropy"}
    for call, name, outputs in losses(program):
        shape = outputs.shape if isinstance(outputs, Data) else None
        if name in ("CrossEntropyLoss", "NLLLoss") and shape and call.args:
            counts.add(shape[-1])
    if not counts - {None} or "LabelEncoder" in program.names:
        return
    for node in program.each(ast.Assign):
        target = node.targets[0]
        name = written(target.slice) if isinstance(target, ast.Subscript) else written(target)
        table = _table(program, node.value)
        if table is None or role_of(name.strip("'\"")) != "y" or _moved_down(program, target):
            continue
        numbers = [one.value for one in table.values if isinstance(one, ast.Constant) and type(one.value) is int]
        largest = len(set(numbers))
        plain = len(numbers) == len(table.values) and sorted(set(numbers)) == list(range(1, largest + 1))
        if plain and largest in counts:
            text = f"{written(target)} goes from 1 to {largest}"
            yield table, f"{text}, and {largest} outputs are numbered from 0: class {largest} has none"
            return


def _table(program: Program, node: ast.expr) -> ast.Dict | None:
    """The dict by which labels are numbered: `labels.map({...})`, `labels.map(NUMBERS)`."""
    while isinstance(node, ast.Call) and called(node) in ("astype", "to_numpy", "values", "fillna"):
        owner = held_by(node)
        if owner is None:
            return None
        node = owner
    if isinstance(node, ast.Attribute) and node.attr == "values":
        node = node.value
    if not isinstance(node, ast.Call) or called(node) not in ("map", "replace") or len(node.args) != 1:
        return None
    given = node.args[0]
    if isinstance(given, ast.Name) and len(program.sets.get(given.id, [])) == 1:
        given = program.sets[given.id][0].value
    return given if isinstance(given, ast.Dict) and given.values else None


def _moved_down(program: Program, target: ast.expr) -> bool:
    """Whether 1 is taken off anywhere: of the labels, or of what is named so."""
    return any(
        isinstance(one.op, ast.Sub) and written(one.right) == "1" and names_in(one.left) & (names_in(target) | {"y"})
        for one in program.each(ast.BinOp)
    ) or any(isinstance(one.op, ast.Sub) and written(one.value) == "1" for one in program.each(ast.AugAssign))
