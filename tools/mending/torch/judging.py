"""Edits of how answers are judged and counted in PyTorch: the class among one column, rows that were trained on,
guesses in another order, labels of another row, columns counted for rows; and of steps past the loss's scaler."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.reading.naming import part_of, tokens
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.forms import Edits, alone, around, at, below, method_calls, owner, statement_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_MODULES = ("torch", "th", "F")
_WHOLE = ast.Name | ast.Call | ast.Attribute | ast.Subscript


def above_a_bound(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model(x).argmax(dim=1)` of one column becomes `(model(x) > 0).long().squeeze(1)`; of probabilities, `> 0.5`."""
    for call in [one for name in ("argmax", "max") for one in calls(tree, name) if at(one, found.line)]:
        function = call.func
        module = isinstance(function, ast.Attribute) and text_of(source, function.value) in _MODULES
        given = call.args[0] if module and call.args else getattr(function, "value", None)
        if given is None:
            continue
        place, head = _classes(source, tree, call)
        columns = text_of(source, given)
        columns = columns if isinstance(given, _WHOLE) else f"({columns})"
        kept = keyword(call, "keepdim") is not None
        for squeezed in ("",) if kept else (".squeeze(-1)", ""):
            for bound, what in (("0", "above 0"), ("0.5", "above one half")):
                new = f"{head}({columns} > {bound}).long(){squeezed}"
                shape = ", one for each row" if squeezed else ""
                yield replace(source, place, new), f"the class is whether the output is {what}{shape}"


def _classes(source: str, tree: ast.Module, call: ast.Call) -> tuple[ast.AST, str]:
    """What the classes are written as (`torch.max(x, 1)[1]`, say), and what is to be kept of it."""
    if called(call) == "argmax":
        return call, ""
    for node in ast.walk(tree):
        first = isinstance(node, ast.Subscript) and node.value is call and text_of(source, node.slice) == "1"
        if first or (isinstance(node, ast.Attribute) and node.value is call and node.attr == "indices"):
            return node, ""
    statement = statement_of(tree, call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(target, ast.Tuple) and len(target.elts) == 2 and statement.value is call:  # type: ignore[attr-defined]
        return statement, f"{text_of(source, target.elts[1])} = "
    return call, ""


def rows_held_out(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`val_loader = DataLoader(train_set)` is given the rows for validation, where the program has such a part."""
    for statement in [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]:
        call = statement.value
        if not isinstance(call, ast.Call):
            continue
        one = keyword(call, "dataset")
        rows = one.value if one is not None else call.args[0] if call.args else None
        wanted = part_of(text_of(source, statement.targets[0]).removeprefix("self."))
        if rows is None or not wanted:
            continue
        names = [one for one in ast.walk(rows) if isinstance(one, ast.Name | ast.Attribute)
                 and part_of(text_of(source, one).removeprefix("self.")) == "train"]  # fmt: skip
        for part in dict.fromkeys((wanted, "validation", "test")):
            edits = [Edit(*span(source, one), other) for one in names if (other := _other(source, tree, one, part))]
            if edits and len(edits) == len(names):
                text = apply_edits(source, edits)
                yield text, f"{text_of(source, statement.targets[0])} gives rows that are not trained on"


def _other(source: str, tree: ast.Module, name: ast.expr, part: str) -> str:
    """The name of the same thing for another part: `val_set` beside `train_set`; "" where there is none."""
    text = text_of(source, name)
    words = [one for one in tokens(text) if not part_of(one)]
    known = {
        text_of(source, one)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for one in ast.walk(target)
        if isinstance(one, ast.Name | ast.Attribute)
    }
    known |= {one.arg for one in ast.walk(tree) if isinstance(one, ast.arg)}
    alike = [one for one in sorted(known) if part_of(one.removeprefix("self.")) == part
             and one.startswith("self.") == text.startswith("self.")]  # fmt: skip
    same = [one for one in alike if [word for word in tokens(one) if not part_of(word)] == words]
    sets = [one for one in alike if not re.search(r"load|dl$|loss|acc|score|batch", one)]
    return (same or (sets if len(sets) == 1 else [""]))[0]


def in_their_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loader whose guesses are compared with a table's labels gives its rows as they come."""
    for call in [one for one in calls(tree, "DataLoader") if at(one, found.line)]:
        if keyword(call, "shuffle") is not None:
            yield with_keyword(source, call, "shuffle", "False"), "the rows that are judged come in their order"
        elif len(call.args) > 2:
            yield replace(source, call.args[2], "False"), "the rows that are judged come in their order"


def rows_counted(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`return self.X.shape[1]` in `__len__` becomes `return len(self.X)`."""
    for node in [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Return)]:
        said = re.match(r"(.+)\.(shape\[1\]|size\(1\))$", text_of(source, node.value) if node.value else "")
        if said is not None and node.value is not None:
            yield replace(source, node.value, f"len({said[1]})"), f"the length is the number of rows of {said[1]}"


def label_of_its_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`return self.X[i], self.y[j]` becomes `return self.X[i], self.y[i]`."""
    for node in [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Return)]:
        pair = node.value.elts if isinstance(node.value, ast.Tuple) else []
        if len(pair) == 2 and all(isinstance(one, ast.Subscript) for one in pair):
            row, label = (one.slice for one in pair)  # type: ignore[attr-defined]
            yield replace(source, label, text_of(source, row)), "each row comes with its own label"


def through_the_scaler(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`optimizer.step()` below `scaler.scale(loss).backward()` becomes `scaler.step(optimizer)`, and it is updated."""
    scalers = [owner(source, one) for one in method_calls(tree, "scale") if one.args]
    for call in [one for one in method_calls(tree, "step") if at(one, found.line)]:
        statement = statement_of(tree, call)
        for scaler in list(dict.fromkeys(scalers))[:1]:
            edits = [Edit(*span(source, call), f"{scaler}.step({owner(source, call)})")]
            updated = any(owner(source, one) == scaler for one in method_calls(tree, "update"))
            if not updated and alone(source, statement):
                edits.append(below(source, statement, f"{scaler}.update()"))
            elif not updated:
                end = span(source, call)[1]
                edits.append(Edit(end, end, f"; {scaler}.update()"))
            yield apply_edits(source, edits), f"{scaler} takes its factor back before the step"
