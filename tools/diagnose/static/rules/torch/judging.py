"""PyTorch: how answers are counted and on which rows: classes among one column, a validation of the training rows.

Sources: PyTorch, argmax; torch.utils.data.DataLoader (shuffle); BCEWithLogitsLoss; scikit-learn, Common pitfalls (data
leakage); Humbatova et al. 2020 (wrong selection of data).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, scopes
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in


@rule(
    "TORCH312",
    "argmax-of-one-column",
    "error",
    "the class is chosen among one column",
    remedy="(torch.sigmoid(outputs) > 0.5).long(), or outputs > 0",
    source="PyTorch, argmax; BCEWithLogitsLoss: one output for yes or no",
)
def argmax_of_one(program: Program) -> Iterator[Found]:
    """`model(x).argmax(dim=1)`, where the model ends with `nn.Linear(16, 1)`."""
    told: set[ast.AST] = set()
    for call in program.trace.of("argmax", "max"):
        method = call.path[:1] == "."
        data = as_data(call.receiver if method else call.args[0] if call.args else None)
        axis = number(call.get("dim", 0 if method else 1))
        if data is None or axis not in (1, -1) or not nets.is_module(data.made_by) or call.node in told:
            continue
        column = data.shape is not None and data.shape[-1] == 1 and data.last in ("linear", "sigmoid")
        if column and data.shape is not None and (axis == -1 or len(data.shape) == 2):
            told.add(call.node)
            yield call.node, f"{written(call.node)} is always 0: there is one column"


@rule(
    "TORCH313",
    "validated-on-the-training-set",
    "warning",
    "the loader of the validation rows is given the training set",
    remedy="DataLoader(val_set, ...): rows that are not trained on",
    source="Humbatova et al. 2020, wrong selection of data; scikit-learn, Common pitfalls: data leakage",
)
def validated_on_training(program: Program) -> Iterator[Found]:
    """`train_loader = DataLoader(train_set)`, `val_loader = DataLoader(train_set)`."""
    for scope in scopes(program):
        given: dict[str, str] = {}
        for node in own(scope):
            if not isinstance(node, ast.Assign) or called(node.value) != "DataLoader":
                continue
            assert isinstance(node.value, ast.Call)
            rows = argument(node.value, "dataset", 0)
            if rows is None or any(one.arg in ("sampler", "batch_sampler", None) for one in node.value.keywords):
                continue
            name, text = written(node.targets[0]).removeprefix("self."), written(rows)
            if part_of(name) == "train":
                given[text] = name
            elif part_of(name) in ("validation", "test") and text in given and part_of(text) == "train":
                yield node, f"{name} gives rows of {text}, as {given[text]} does: they were trained on"


@rule(
    "TORCH314",
    "guesses-in-another-order",
    "error",
    "guesses of a shuffled loader are compared with labels in the order of the table",
    remedy="shuffle=False for the loader of the test rows, or keep the labels of each batch",
    source="PyTorch, torch.utils.data.DataLoader: shuffle",
)
def another_order(program: Program) -> Iterator[Found]:
    """`for x, _ in loader: preds.append(...)` of a shuffled loader, `torch.cat(preds) == y_test`."""
    shuffled = {
        written(node.targets[0]): node
        for node in program.each(ast.Assign)
        if isinstance(node.value, ast.Call) and called(node.value) == "DataLoader"
        for told in [argument(node.value, "shuffle", 2)]
        if isinstance(told, ast.Constant) and told.value is True
    }
    for scope in scopes(program) if shuffled else ():
        for loop in own(scope):
            over = written(loop.iter) if isinstance(loop, ast.For) else ""
            target = loop.target if isinstance(loop, ast.For) else None
            if over not in shuffled or not isinstance(target, ast.Tuple) or written(target.elts[-1]) != "_":
                continue
            kept = {
                written(one.func.value)
                for one in ast.walk(loop)
                if isinstance(one, ast.Call)
                and called(one) in ("append", "extend")
                and isinstance(one.func, ast.Attribute)
            }
            for node in own(scope):
                sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
                read = {name for side in sides for name in names_in(side)}
                labels = [one for one in read if re.match(r"(y|labels?|targets?)_?(test|te|val|valid)?$", one)]
                if read & kept and labels and isinstance(node.ops[0], ast.Eq):  # type: ignore[attr-defined]
                    place = shuffled[over]
                    yield (
                        place,
                        f"{over} is shuffled, and {written(node)} compares its guesses with {labels[0]} in order",
                    )
                    return
