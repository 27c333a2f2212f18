"""What a program prepares for its model, and never gives it: weights of rows and classes, fitted transformers.

Sources: scikit-learn, compute_sample_weight and compute_class_weight; Common pitfalls: inconsistent preprocessing.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import is_model
from mlpilot.tools.diagnose.static.facts.uses import above, home, only_shown
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_COMPUTING = ("compute_sample_weight", "compute_class_weight")
_CALLED = ({"sample", "weight"}, {"sample", "weights"}, {"class", "weight"}, {"class", "weights"}, {"pos", "weight"})


@rule(
    "DATA009",
    "weights-never-given",
    "warning",
    "weights are computed, and no model gets them",
    remedy="model.fit(X, y, sample_weight=weights), or class_weight=... when it is made",
    source="scikit-learn, compute_class_weight, compute_sample_weight; documentation of fit: sample_weight",
)
def never_given(program: Program) -> Iterator[Found]:
    """`weights = compute_sample_weight("balanced", y_train)`, and then `model.fit(X_train, y_train)`."""
    fitted = [
        call
        for call in program.trace.of("fit", "train")
        if is_model(call.receiver) or (call.name == "train" and call.args)
    ]
    if not fitted:
        return
    for name, given in program.sets.items():
        node = given[0]
        if len(given) != 1 or not isinstance(node.targets[0], ast.Name) or not _weights(name, node.value):
            continue
        where = home(program, node)
        if isinstance(where, ast.Module) and not _goes_anywhere(program, name, where, 0):
            yield node, f"{name} is computed, and goes to no model: {written(fitted[0].node)}"
            return


def _weights(name: str, value: ast.expr) -> bool:
    """Whether a name is given weights that are computed here."""
    if not isinstance(value, ast.Call | ast.BinOp | ast.DictComp | ast.Dict):
        return False
    by_call = any(one in written(value, 300) for one in _COMPUTING)
    words = set(tokens(name))
    return by_call or any(one == words for one in _CALLED) or words == {"scale", "pos", "weight"}


def _goes_anywhere(program: Program, name: str, where: ast.AST, depth: int) -> bool:
    """Whether what a name stands for is used other than to be shown."""
    for node in program.reads.get(name, []):
        statement = next((one for one in above(program, node) if isinstance(one, ast.stmt)), None)
        onward = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        if only_shown(program, node):
            continue
        if not onward or not isinstance(statement, ast.Assign) or depth > 3 or home(program, node) is not where:
            return True
        next_name = statement.targets[0].id  # type: ignore[attr-defined]
        called = (
            isinstance(statement.value, ast.Call) and written(statement.value.func).rpartition(".")[2][:1].isupper()
        )
        if called or next_name == name or _goes_anywhere(program, next_name, where, depth + 1):
            return True
    return False
