"""Edits of results: thrown away, overwritten, of the wrong sign, compared and never kept; of rates that die."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, given_to, method_calls
from mlpilot.tools.mending.training.code import plain, value_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of


def kept(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`F.relu(x)` as a statement becomes `x = F.relu(x)`."""
    for node in around(tree, found.line)[-1:]:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call):
            continue
        first = call.args[0] if call.args else call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(first, ast.Name):
            start = span(source, node)[0]
            yield apply_edits(source, [Edit(start, start, f"{first.id} = ")]), f"{first.id} is what comes out of it"


def chained(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`x = second(inputs)` below `x = first(inputs)` becomes `x = second(x)`."""
    for node in around(tree, found.line)[-1:]:
        call = node.value if isinstance(node, ast.Assign) else None
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(call, ast.Call) and isinstance(target, ast.Name) and call.args:
            first = call.args[0]
            if isinstance(first, ast.Name) and first.id != target.id:
                yield replace(source, first, target.id), f"the layer is given {target.id}"


def downhill(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The minus before a loss is left out."""
    for node in around(tree, found.line)[-1:]:
        for one in ast.walk(node):
            if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.USub) and plain(one.operand) is None:
                yield replace(source, one, text_of(source, one.operand)), "the loss is made smaller: no minus"
            if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult):
                for sign, other in ((one.left, one.right), (one.right, one.left)):
                    if plain(sign) == -1.0:
                        yield replace(source, one, text_of(source, other)), "the loss is made smaller: no minus"


def slower_decay(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A schedule that leaves a learning rate to learn with."""
    for call in [one for one in calls(tree) if at(one, found.line)]:
        gamma = keyword(call, "gamma")
        written = gamma.value if gamma is not None else None
        if called(call) == "ExponentialLR" and written is None and len(call.args) > 1:
            written = call.args[1]
        node = value_of(tree, written)
        if node is not None and called(call) in ("ExponentialLR", "MultiplicativeLR"):
            yield replace(source, node, "0.95"), "gamma=0.95"
        if called(call) == "StepLR":
            step = keyword(call, "step_size")
            place = value_of(tree, step.value if step is not None else call.args[1] if len(call.args) > 1 else None)
            if place is not None:
                yield replace(source, place, "30"), "step_size=30"
            yield with_keyword(source, call, "gamma", "0.9"), "gamma=0.9"


def best_kept(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The best value so far is kept where a better one was found."""
    for node in [one for one in around(tree, found.line) if isinstance(one, ast.If)][-1:]:
        test = node.test
        if isinstance(test, ast.Compare) and len(test.comparators) == 1 and alone(source, node.body[0]):
            sides = [text_of(source, one) for one in (test.left, test.comparators[0])]
            for best, now in (sides, sides[::-1]):
                if any(word in best.lower() for word in ("best", "min", "max", "lowest", "highest")):
                    text = apply_edits(source, [above(source, node.body[0], f"{best} = {now}")])
                    yield text, f"{best} is kept"


def beatable(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The best value so far begins where every other beats it: at infinity where less is better."""
    for node in [one for one in around(tree, found.line) if isinstance(one, ast.If)][-1:]:
        test = node.test
        if not (isinstance(test, ast.Compare) and len(test.comparators) == 1):
            continue
        less = isinstance(test.ops[0], ast.Lt | ast.LtE)
        for name, below in ((test.comparators[0], less), (test.left, not less)):
            given = given_to(tree, name.id) if isinstance(name, ast.Name) else []
            start = 'float("inf")' if below else 'float("-inf")'
            for one in [one for one in given if plain(one.value) is not None][:1]:
                yield replace(source, one.value, start), f"the best so far begins at {start}"


def listed(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Parameters that are read twice stand in a list."""
    del found
    for call in method_calls(tree, "parameters"):
        holder = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and one.value is call]
        if holder:
            yield replace(source, call, f"list({text_of(source, call)})"), "the parameters stand in a list"


def cut_target(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The target of a step is a number to be met: no gradient goes through it."""
    for node in around(tree, found.line)[-1:]:
        if isinstance(node, ast.Assign):
            text = f"({text_of(source, node.value)}).detach()"
            yield replace(source, node.value, text), "no gradient goes through the target"


def class_of_each_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`argmax` of a table, over its rows or all of it, becomes that over the classes of each row."""
    for call in [one for one in calls(tree, "argmax") if at(one, found.line)]:
        given = keyword(call, "axis")
        yield with_keyword(source, call, "axis", "1"), "the class is chosen among the outputs of each row"
        if given is None and len(call.args) > 1:
            yield replace(source, call.args[1], "1"), "the class is chosen among the outputs of each row"


def divided_once(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Pixels that are divided by 255 elsewhere, too, are divided once."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div)]:
        if plain(node.right) == 255.0 and plain(node.left) is None and at(node, found.line):
            yield replace(source, node, text_of(source, node.left)), "pixels are divided by 255 once"
    for call in calls(tree):
        one = keyword(call, "rescale")
        if one is not None:
            yield replace(source, one.value, "None"), "pixels are divided by 255 once"


def _bases(source: str, tree: ast.Module, layers: ast.Attribute) -> list[str]:
    """Models that another one is built upon: `body` where `model` is made of `body.output` or of `body(x)`."""
    whole = text_of(source, layers.value)
    names = {one.id for node in given_to(tree, whole) for one in ast.walk(node.value) if isinstance(one, ast.Name)}
    inner = {one.id for name in list(names) for node in given_to(tree, name) for one in ast.walk(node.value)
             if isinstance(one, ast.Name)}  # fmt: skip
    added = [one for one in method_calls(tree, "add") if text_of(source, one.func.value) == whole]  # type: ignore[attr-defined]
    for loop in [one for one in ast.walk(tree) if isinstance(one, ast.For) and isinstance(one.iter, ast.Attribute)]:
        if any(any(each is one for each in ast.walk(loop)) for one in added):
            inner |= {one.id for one in ast.walk(loop.iter) if isinstance(one, ast.Name)}
    inner |= {one.id for call in added for arg in call.args for one in ast.walk(arg) if isinstance(one, ast.Name)}
    made = ("Sequential", "Model", "load_model", "clone_model")
    return [
        name
        for name in sorted(names | inner)
        if name != whole
        and any(
            called(node.value) in made or name in ("base", "body", "base_model", "backbone")
            for node in given_to(tree, name)
        )
    ]


def last_ones_learn(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Of a model whose every layer is frozen the last one is left to learn."""
    del found
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Attribute) and node.iter.attr == "layers":
            frozen = [one for one in node.body if isinstance(one, ast.Assign) and plain(one.value) is None
                      and text_of(source, one.targets[0]).endswith(".trainable")]  # fmt: skip
            for base in _bases(source, tree, node.iter) if frozen else ():
                yield (
                    replace(source, node.iter, f"{base}.layers"),
                    f"the layers of {base} are frozen, and the rest learns",
                )
            if frozen:
                yield replace(source, node.iter, f"{text_of(source, node.iter)}[:-1]"), "the last layer stays trainable"
        frozen_whole = isinstance(node, ast.Assign) and text_of(source, node).endswith(".trainable = False")
        if frozen_whole and not any(isinstance(one, ast.For) for one in around(tree, node.lineno)):  # type: ignore[attr-defined]
            yield replace(source, node.value, "True"), "what is to learn stays trainable"  # type: ignore[attr-defined]
