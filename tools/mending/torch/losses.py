"""Edits of PyTorch's losses and layers: what `check` finds there, the smallest change that may help."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    Maker,
    above,
    alone,
    around,
    at,
    given_to,
    owner,
    statement_of,
    without,
    written_as,
)
from mlpilot.tools.mending.training.code import value_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_SQUASHING = {"sigmoid": "Sigmoid", "softmax": "Softmax", "log_softmax": "LogSoftmax", "relu": "ReLU"}


def renamed_loss(old: str, new: str, function: str, other: str) -> Maker:
    """The maker of an edit: one loss for another, as a class and as a function."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        del found
        named = [node for node in ast.walk(tree) if getattr(node, "attr", getattr(node, "id", "")) in (old, function)]
        changes = [Edit(span(source, node)[1] - len(name), span(source, node)[1], new if name == old else other)
                   for node in named if (name := getattr(node, "attr", getattr(node, "id", "")))]  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                changes += [Edit(*span(source, one), new) for one in node.names if one.name == old and not one.asname]
        if changes:
            yield apply_edits(source, changes), f"{new} in place of {old}"

    return edits


def raw_outputs(*kinds: str) -> Maker:
    """The maker of an edit: the last layer's activation of these kinds is left out."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        for call in [one for one in calls(tree) if called(one) in kinds and at(one, found.line)]:
            yield replace(source, call, _argument(source, call)), f"{called(call)} is left out before the loss"
        for node in ast.walk(tree):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and called(node.value) in kinds:
                text = _argument(source, node.value)
                if text:
                    yield (
                        replace(source, node.value, text),
                        f"the model returns its raw outputs, without {called(node.value)}",
                    )
        for sequence in calls(tree, "Sequential"):
            items = (
                sequence.args[0].elts
                if len(sequence.args) == 1 and isinstance(sequence.args[0], ast.List)
                else sequence.args
            )
            last = items[-1] if items else None
            if isinstance(last, ast.Call) and called(last) in [_SQUASHING[kind] for kind in kinds] and len(items) > 1:
                yield _without_item(source, items[-2], last), f"the model ends without {called(last)}"

    return edits


def _argument(source: str, call: ast.Call) -> str:
    """`x` of `torch.sigmoid(x)`, `F.softmax(x, dim=1)` and `x.softmax(dim=1)`."""
    function = isinstance(call.func, ast.Name) or (
        isinstance(call.func, ast.Attribute)
        and text_of(source, call.func.value) in ("torch", "F", "nn.functional", "self", "torch.nn.functional")
    )
    if function:
        return text_of(source, call.args[0]) if call.args else ""
    return owner(source, call)


def _without_item(source: str, before: ast.AST, item: ast.AST) -> str:
    """An element of a list taken out, with its comma, and its line where it had one to itself."""
    return apply_edits(source, [Edit(span(source, before)[1], span(source, item)[1], "")])


def one_shape(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`loss(outputs, labels)` of a column and a row: `outputs.squeeze(1)`, or `labels.unsqueeze(1)`."""
    for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) == 2]:
        if called(call) in ("max", "sum", "range", "print"):
            continue
        first, second = call.args
        yield replace(source, first, f"{_whole(source, first)}.squeeze(1)"), "outputs and labels are of one shape"
        yield replace(source, second, f"{_whole(source, second)}.unsqueeze(1)"), "outputs and labels are of one shape"


def one_shape_compared(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`predicted == labels`, or `predicted - labels`, of a column and a row."""
    for node in ast.walk(tree):
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            sides = [node.left, node.comparators[0]]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            sides = [node.left, node.right]
        for side in sides if sides and at(node, found.line) else ():
            yield (
                replace(source, side, f"{_whole(source, side)}.squeeze(1)"),
                "predictions and labels are compared one by one",
            )


def _whole(source: str, node: ast.expr) -> str:
    """The text, in parentheses where a method would bind to a part of it."""
    text = text_of(source, node)
    return text if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript) else f"({text})"


def log_probabilities(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`KLDivLoss` of `softmax(x)` gets `log_softmax(x)`."""
    for call in calls(tree, "softmax"):
        if at(call, found.line):
            end = span(source, call.func)[1]
            yield apply_edits(source, [Edit(end - 7, end, "log_softmax")]), "the loss is given log-probabilities"


def log_softmax(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`p = softmax(x); log(p)` in one: `log_softmax(x)`."""
    for call in [one for one in calls(tree, "log") if at(one, found.line) and one.args]:
        inner = call.args[0]
        made = statement = None
        if isinstance(inner, ast.Name):
            given = [one for one in given_to(tree, inner.id) if one.lineno < call.lineno]
            uses = sum(isinstance(node, ast.Name) and node.id == inner.id for node in ast.walk(tree))
            statement, made = (given[-1], given[-1].value) if len(given) == 1 else (None, None)
            statement = statement if uses == 2 else None
        else:
            made = inner
        if isinstance(made, ast.Call) and called(made) == "softmax":
            end = span(source, made.func)[1] - span(source, made)[0]
            text = text_of(source, made)
            edits = [Edit(*span(source, call), f"{text[: end - 7]}log_softmax{text[end:]}")]
            edits += [without(source, statement)] if statement is not None else []
            yield apply_edits(source, edits), "softmax and log in one step, which never takes the logarithm of 0"


def averaged(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`loss = criterion(...) * w` is averaged before it is taken back."""
    back = next((one for one in calls(tree, "backward") if at(one, found.line)), None)
    name = owner(source, back) if back is not None else ""
    given = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and at(one, found.line)]
    given += [one for one in given_to(tree, name) if name and one.lineno <= (found.line or 0)][-1:]
    for one in given[-1:]:
        yield replace(source, one.value, f"{_whole(source, one.value)}.mean()"), "the loss is averaged over the rows"


def over_the_classes(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`argmax(0)` and `max(x, 0)` over the rows become those over the classes."""
    for call in [one for one in calls(tree) if called(one) in ("argmax", "max") and at(one, found.line)]:
        given = [one.value for one in call.keywords if one.arg in ("dim", "axis")] + call.args
        for one in [one for one in given if isinstance(one, ast.Constant) and one.value == 0]:
            yield replace(source, one, "1"), "the class is chosen among the outputs of each row"


def labels_as(kind: str) -> Maker:
    """The maker of an edit: the labels that the loss is given, of the type that it takes."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) == 2]:
            text = f"{_whole(source, call.args[1])}.{kind}()"
            yield replace(source, call.args[1], text), f"the loss is given labels as .{kind}()"

    return edits


def float_one_hot(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`F.one_hot(...)` as the target of a cross-entropy becomes a table of floats."""
    del found
    for call in calls(tree, "one_hot"):
        yield replace(source, call, f"{text_of(source, call)}.float()"), "one-hot labels are given as floats"


def in_a_module_list(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`self.layers = [...]` becomes an `nn.ModuleList`, whose parameters the model knows."""
    nn = written_as(tree, "torch.nn", "torch.nn")
    for node in around(tree, found.line)[-1:]:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if value is not None and called(value) not in ("ModuleList", "ModuleDict", "Sequential"):
            named = isinstance(value, ast.Dict | ast.DictComp) or called(value) in ("dict", "OrderedDict")
            kind = "ModuleDict" if named else "ModuleList"
            inner = "" if text_of(source, value) in ("[]", "{}", "list()", "dict()") else text_of(source, value)
            yield replace(source, value, f"{nn}.{kind}({inner})"), f"the layers stand in a {kind}"


def batch_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A recurrent layer that is given rows first is told so."""
    for call in calls(tree):
        if called(call) in ("LSTM", "GRU", "RNN") and keyword(call, "batch_first") is None:
            yield with_keyword(source, call, "batch_first", "True"), f"{called(call)} reads rows first"
    del found


def one_more_word(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """An embedding with a place for the last number."""
    for call in calls(tree, "Embedding"):
        if at(call, found.line) and call.args:
            yield replace(source, call.args[0], f"{_whole(source, call.args[0])} + 1"), "the embedding has one more row"


def not_in_place(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`gate *= 0.9` on what backward still needs becomes `gate = gate * 0.9`."""
    signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
    here = [node for node in around(tree, found.line) if isinstance(node, ast.AugAssign)]
    scope = next((node for node in around(tree, found.line)[::-1] if isinstance(node, ast.FunctionDef)), tree)
    for node in here[-1:]:
        name = text_of(source, node.target)
        changes = [
            Edit(*span(source, one), f"{name} = {name} {signs[type(one.op)]} {_whole(source, one.value)}")
            for one in ast.walk(scope)
            if isinstance(one, ast.AugAssign) and text_of(source, one.target) == name and type(one.op) in signs
        ]
        if changes:
            yield apply_edits(source, changes), f"{name} is made anew, not changed in place"


def weight_decay(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A weight decay that leaves the weights alone."""
    for call in calls(tree):
        one = keyword(call, "weight_decay")
        value = value_of(tree, one.value) if one is not None else None
        if one is not None and (at(statement_of(tree, call), found.line) or (value and at(value, found.line))):
            yield replace(source, one.value, "1e-4"), "weight_decay=1e-4"


def batch_size(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loader gets the size of batches that the script names, and gave to nobody."""
    named = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    sizes = [node.targets[0].id for node in named if "BATCH" in node.targets[0].id.upper()]  # type: ignore[attr-defined]
    loaders = calls(tree, "DataLoader")
    unused = [one for one in sizes if not any(one in names_in(call) for call in loaders)]
    for call in loaders:
        if at(call, found.line) and keyword(call, "batch_size") is None and len(call.args) == 1:
            size = unused[0] if len(unused) == 1 else "32"
            yield with_keyword(source, call, "batch_size", size), f"the loader makes batches of {size}"


def causal(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Attention is told that no place sees those after it."""
    nn = written_as(tree, "torch.nn", "torch.nn")
    forward = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
    if forward is None or len(forward.args.args) < 2 or {"mask"} & names_in(forward):
        return
    tokens = forward.args.args[1].arg
    length = f"{tokens}.shape[{int('batch_first=True' in source)}]"
    for call in [one for one in calls(forward) if at(statement_of(tree, one), found.line)]:
        if called(call) == "scaled_dot_product_attention" and keyword(call, "attn_mask") is None:
            yield with_keyword(source, call, "is_causal", "True"), "attention sees no place after its own"
        statement = statement_of(tree, call)
        owned = isinstance(call.func, ast.Attribute) and text_of(source, call.func.value) == "self"
        if not owned or len(call.args) not in (1, 3) or not alone(source, statement):
            continue
        name = "mask" if len(call.args) == 1 else "attn_mask"
        line = f"mask = {nn}.Transformer.generate_square_subsequent_mask({length})"
        end = span(source, call)[1] - 1
        edits = [above(source, statement, line), Edit(end, end, f", {name}=mask")]
        yield apply_edits(source, edits), "attention sees no place after its own"
