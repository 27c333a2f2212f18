"""A column of outputs beside a row of labels, and labels of whole numbers where floats are wanted.

Sources: numpy and PyTorch, broadcasting semantics ((n, 1) with (n,) gives (n, n)); Keras, Writing a training loop from
scratch; PyTorch, BCEWithLogitsLoss (targets are floats).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, scopes, settings
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.libraries.tensors import keras_units
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_SHAPED = listed(
    "squeeze unsqueeze expand_dims reshape view flatten ravel newaxis reduce_sum sum mean argmax view_as max topk"
)


def _one_column(program: Program) -> set[str]:
    """Names of models of Keras that give one column, as they are called."""
    found = set()
    for call in program.trace.of("__call__"):
        made = call.receiver
        if isinstance(made, Instance) and nets.is_keras_model(made):
            layers = nets.output_layers(made)
            last = layers[-1] if layers else None
            if last is not None and last.name == "Dense" and keras_units(last) == 1:
                found.add(written(call.node.func))
    return found


def _flat(value: Value | None) -> bool:
    data = as_data(value)
    if not isinstance(data, Data) or data.form == "onehot" or data.flags & {"unsqueezed"}:
        return False
    if data.shape is not None:
        return len(data.shape) == 1
    return data.role == "y" and (len(data.columns or ()) == 1 or data.dataset in ("diabetes", "breast_cancer", "iris"))


def _flat_labels(program: Program) -> bool:
    """Whether a data set is made of pairs whose second is one number a row, and none of another form."""
    pairs = [
        call.args[0].items
        for call in program.trace.of("from_tensor_slices")
        if call.args and isinstance(call.args[0], Seq) and len(call.args[0].items) == 2
    ]
    return bool(pairs) and all(_flat(items[1]) for items in pairs)


@rule(
    "KERAS070",
    "column-against-row",
    "error",
    "a column of predictions against a row of labels: every output meets every label",
    remedy="tf.squeeze(pred, axis=-1) - y, or y[:, None]: both of one shape",
    source="numpy, Broadcasting; Keras, Writing a training loop from scratch",
)
def column_against_row(program: Program) -> Iterator[Found]:
    """`loss = tf.reduce_mean(tf.square(model(x) - y))`, where the model ends with `Dense(1)` and y is (n,)."""
    models = _one_column(program)
    if not models or not _flat_labels(program):
        return
    for scope in scopes(program):
        known = settings(scope)
        given = {one.arg for one in scope.args.args} if isinstance(scope, ast.FunctionDef) else set()
        drawn = {
            one.id
            for node in own(scope)
            if isinstance(node, ast.For)
            for one in ast.walk(node.target)
            if isinstance(one, ast.Name)
        }
        for node in own(scope):
            sides = _difference(node)
            if sides is None:
                continue
            for one, other in (sides, sides[::-1]):
                values = known.get(one.id, []) if isinstance(one, ast.Name) else [one]
                column = len(values) == 1 and isinstance(values[0], ast.Call) and written(values[0].func) in models
                row = isinstance(other, ast.Name) and other.id in given | drawn and not known.get(other.id)
                if column and row and _is_label(written(other)):
                    yield (
                        node,
                        f"{written(one)} is (n, 1), and {written(other)} is (n,): they are broadcast to (n, n)",
                    )
                    return


def _is_label(name: str) -> bool:
    return bool(re.match(r"^(y|t|lab|targ|truth|true|out|price|val)", name.lower()) or name.lower().endswith("y"))


def _difference(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return node.left, node.right
    if isinstance(node, ast.Call) and called(node) in ("squared_difference", "subtract") and len(node.args) == 2:
        return node.args[0], node.args[1]
    return None


@rule(
    "TORCH265",
    "counted-against-a-row",
    "error",
    "a column of answers is compared with a row of labels",
    remedy="preds.squeeze(1) == labels, or labels.unsqueeze(1), as for the loss",
    source="PyTorch, broadcasting semantics: (n, 1) == (n,) is (n, n)",
)
def counted_against_row(program: Program) -> Iterator[Found]:
    """`criterion(outputs, labels.unsqueeze(1))`, and `(outputs > 0) == labels`."""
    if not any("loss" in name.lower() or "crit" in name.lower() for name in program.names):
        return
    told = {id(node) for node, values in program.trace.compared if _known_shapes(values)}
    for scope in scopes(program):
        known = settings(scope)
        raised, lowered = _fitted(scope)
        for node in own(scope):
            pair = _equal(node)
            if pair is None or id(node) in told:
                continue
            for one, other in (pair, pair[::-1]):
                label = _uncast(other)
                if not isinstance(label, ast.Name):
                    continue
                outputs = _source(one, known)
                if (outputs, label.id) in raised | lowered and len(known.get(label.id, [])) == 0:
                    yield node, f"{written(node)}: {outputs} is a column and {label.id} a row, so all meet all"
                    return


def _uncast(node: ast.expr) -> ast.expr:
    """`labels` of `labels.long()`."""
    cast = isinstance(node, ast.Call) and called(node) in ("float", "long", "int", "bool")
    return node.func.value if cast and isinstance(node.func, ast.Attribute) else node  # type: ignore[attr-defined]


def _known_shapes(values: list[Value]) -> bool:
    return all(isinstance(one, Data) and one.shape is not None for one in values)


def _fitted(scope: ast.AST) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs (outputs, labels) that a loss gets as columns, the labels raised; and as rows, the outputs lowered."""
    raised: set[tuple[str, str]] = set()
    lowered: set[tuple[str, str]] = set()
    for node in own(scope):
        if not isinstance(node, ast.Call) or len(node.args) != 2:
            continue
        if not re.search(r"crit|loss|bce|cost|entropy", written(node.func).lower()):
            continue
        outputs, labels = node.args
        text = written(labels, 200)
        up = re.search(r"\.unsqueeze\((1|-1|dim=1)\)|\.(view|reshape)\(-1, 1\)|\[:, None\]", text)
        base = _base(labels)
        if up and isinstance(outputs, ast.Name) and base:
            raised.add((outputs.id, base))
        down = re.fullmatch(
            r"(\w+)(\.squeeze\((1|-1|dim=1)?\)|\.(view|reshape)\(-1\)|\.flatten\(\)|\[:, 0\])", written(outputs, 200)
        )
        if down and base and not up:
            lowered.add((down[1], base))
    return raised, lowered


def _base(node: ast.expr) -> str:
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _equal(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
        return node.left, node.comparators[0]
    if (
        isinstance(node, ast.Call)
        and called(node) == "eq"
        and len(node.args) == 1
        and isinstance(node.func, ast.Attribute)
    ):
        return node.func.value, node.args[0]
    return None


def _source(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> str:
    """The outputs that answers are made of, their shape kept; nothing where it may have changed."""
    if any(called(one) in _SHAPED or getattr(one, "attr", "") in _SHAPED for one in ast.walk(node)):
        return ""
    if any(isinstance(one, ast.Subscript) for one in ast.walk(node)) or depth > 4:
        return ""
    names = sorted(names_in(node) - {"torch", "F", "nn", "float", "int"})
    if len(names) != 1:
        return ""
    given = known.get(names[0], [])
    if len(given) != 1 or names_in(given[0]) & {"model", "net", "self"}:
        return names[0] if len(given) == 1 and not any(called(one) in _SHAPED for one in ast.walk(given[0])) else ""
    return _source(given[0], known, depth + 1) or ""


_WHOLE = re.compile(
    r"\.astype\((int|['\"]int(32|64)?['\"]|np\.int(32|64)?|['\"]?(np\.)?uint8['\"]?)\)$|\.integers\(|\.randint\("
)


@rule(
    "TORCH266",
    "whole-labels-for-bce",
    "error",
    "labels of whole numbers, and a loss for yes or no that takes floats",
    remedy="torch.tensor(y, dtype=torch.float32), or labels.float()",
    source="PyTorch, BCELoss and BCEWithLogitsLoss: the target is of floats",
)
def whole_for_bce(program: Program) -> Iterator[Found]:
    """`df["event"] = (...).astype(int)`, `self.y = torch.tensor(df["event"].values)`, and BCEWithLogitsLoss."""
    bce = program.names & {"BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_cross_entropy_with_logits"}
    others = program.names & {"CrossEntropyLoss", "cross_entropy", "NLLLoss", "nll_loss"}
    cast = r"(y|label\w*|target\w*|lab|t|\])\.(float|type|double|to)\(|set_default_dtype"
    if not bce or others or re.search(cast, program.text):
        return
    whole = _whole_columns(program)
    for node in program.nodes:
        if (
            not isinstance(node, ast.Call)
            or called(node) not in ("tensor", "from_numpy", "as_tensor")
            or len(node.args) != 1
        ):
            continue
        if argument(node, "dtype") is not None or not written(node.func).startswith("torch."):
            continue
        given = node.args[0]
        columns = {one.value for one in ast.walk(given) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
        if any(role_of(one) != "y" and _read_as_words(program, one) for one in columns):
            continue
        plain = written(given, 200).endswith((".values", ".to_numpy()")) and "astype" not in written(given, 200)
        if plain and len(columns) == 1 and columns <= whole and isinstance(given, ast.Attribute | ast.Call):
            yield node, f"{min(columns)!r} holds whole numbers, and {min(bce)} takes floats"
            return


def _read_as_words(program: Program, column: str) -> bool:
    """Whether a column is not certainly the label: an embedding is made, which takes whole numbers."""
    return "Embedding" in program.names and not re.search(r"label|target|churn|event|outcome|clicked", column.lower())


def _whole_columns(program: Program) -> set[str]:
    """Columns that the program sets to whole numbers."""
    found: set[str] = set()
    for node in program.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            key = node.targets[0].slice
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                (found.add if _WHOLE.search(written(node.value, 400)) else found.discard)(key.value)
        elif isinstance(node, ast.Dict):
            found |= {
                str(key.value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and _WHOLE.search(written(value, 400))
            }
    return found
