"""Edits of axes and of padding in PyTorch's sequences and attention."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.forms import Edits, around, at, owner
from mlpilot.tools.mending.training.code import value_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_MODULES = ("F", "torch", "nn.functional", "torch.nn.functional")
_PADDING = ("padding_value", "pad_value", "value", "fill", "pad_id", "pad_idx", "pad")


def classes_last(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`out.view(-1, c)` of (rows, classes, height, width): the classes go to the end first."""
    for call in [one for one in ast.walk(tree) if isinstance(one, ast.Call) and at(one, found.line)]:
        if called(call) in ("view", "reshape") and isinstance(call.func, ast.Attribute) and len(call.args) == 2:
            base = text_of(source, call.func.value)
            sizes = ", ".join(text_of(source, one) for one in call.args)
            for order in ("0, 2, 3, 1", "0, 2, 1"):
                yield (
                    replace(source, call, f"{base}.permute({order}).reshape({sizes})"),
                    "the classes go to the end first",
                )


def _here(tree: ast.Module, found: Diagnosis, *names: str) -> list[ast.Call]:
    return [one for one in calls(tree) if called(one) in names and at(one, found.line)]


def classes_second(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loss of classes is given them on the second axis."""
    for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) == 2]:
        first = text_of(source, call.args[0])
        whole = isinstance(call.args[0], ast.Name | ast.Call | ast.Attribute | ast.Subscript)
        text = f"{first if whole else f'({first})'}.transpose(1, 2)"
        yield replace(source, call.args[0], text), "the classes are on the second axis"


def steps_counted(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Positions are those of the steps, and not of the rows of a batch."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Subscript) or not at(node, found.line):
            continue
        if not re.search(r"\.(size\(0\)|shape\[0\])$", text_of(source, node.slice).split(",")[0]):
            continue
        table = text_of(source, node.value)
        if not table.startswith("self."):
            continue
        steps = text_of(source, node.slice).split(",")[0].split(":")[1].strip()
        steps = steps.replace(".size(0)", ".size(1)").replace(".shape[0]", ".shape[1]")
        said = "positions are those of the steps"
        yield replace(source, node, f"{table}[: {steps}].transpose(0, 1)"), said
        yield replace(source, node, f"{table}[: {steps}]"), said
        yield replace(source, node, f"{table}[:, : {steps}]"), said


def over_the_keys(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Attention weights sum to one over the keys."""
    for call in _here(tree, found, "softmax"):
        one = keyword(call, "dim")
        value = one.value if one is not None else call.args[-1] if call.args else None
        if value is not None:
            yield replace(source, value, "-1"), "attention weights sum to one over the keys"


def axes_moved(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Axes are exchanged, and heads split off the width, and not off the steps."""
    for call in _here(tree, found, "view", "reshape"):
        order = re.search(r"permute\(([\d, ]+)\) does", found.message)
        sizes = [text_of(source, one) for one in call.args]
        if order is not None:
            yield replace(source, call, f"{owner(source, call)}.permute({order.group(1)})"), "axes are exchanged"
        elif len(sizes) == 4:
            rows, heads, steps, width = sizes
            text = f"{owner(source, call)}.view({rows}, {steps}, {heads}, {width}).transpose(1, 2)"
            yield replace(source, call, text), "heads are split off the width"


def states_beside(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The last states of a row are put side by side."""
    for call in _here(tree, found, "view", "reshape"):
        text = f"{owner(source, call)}.transpose(0, 1).reshape({', '.join(text_of(source, one) for one in call.args)})"
        yield replace(source, call, text), "the last states of a row are put side by side"


def of_each_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Vectors are brought to length one each by itself."""
    for call in _here(tree, found, "normalize", "l2_normalize"):
        for one in [*(word.value for word in call.keywords if word.arg in ("dim", "axis")), *call.args[1:]]:
            if text_of(source, one) == "0":
                yield replace(source, one, "1"), "each vector is brought to length one by itself"


def mask_turned(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A padding mask is True where there is padding."""
    for call in [one for one in calls(tree) if at(one, found.line)]:
        for word in [one for one in call.keywords if (one.arg or "").endswith("key_padding_mask")]:
            value, said = word.value, f"{word.arg} is True where there is padding"
            if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Invert):
                yield replace(source, value, text_of(source, value.operand)), said
            elif isinstance(value, ast.Compare) and isinstance(value.ops[0], ast.NotEq):
                left, right = text_of(source, value.left), text_of(source, value.comparators[0])
                yield replace(source, value, f"{left} == {right}"), said
            else:
                text = text_of(source, value)
                yield replace(source, value, f"~{text}" if isinstance(value, ast.Name) else f"~({text})"), said


def padding_left_out(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loss leaves out the labels of padding, by the number that they were filled up with."""
    made = [one for one in calls(tree) if at(one, found.line) and called(one) in ("CrossEntropyLoss", "cross_entropy")]
    numbers: list[str] = []
    for call in calls(tree):
        if "pad" not in called(call).lower() or not call.args:
            continue
        labels = re.search(r"(^|\W|_)(tag|label|target|tgt|y|t)s?(\W|_|$)", text_of(source, call.args[0]).lower())
        given = [text_of(source, one.value) for one in call.keywords if one.arg in _PADDING]
        given += [text_of(source, one) for one in call.args[1:2] if called(call) != "pad_sequence"]
        if labels:
            numbers = [*given[:1], *numbers] if given else [*numbers, "0"]
    for call in made:
        for number in dict.fromkeys(numbers):
            yield with_keyword(source, call, "ignore_index", number), f"the loss leaves out labels of {number}: padding"


def last_of_each_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The last step of a padded sequence is that of its own length."""
    function = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
    names = [one.arg for one in function.args.args] if function is not None else []
    lengths = [one for one in names if re.match(r"(x_|seq_)?len(gth)?s?$", one)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and at(node, found.line) and lengths and "-1" in text_of(source, node.slice):
            held = text_of(source, node.value)
            text = f"{held}[torch.arange(len({held})), {lengths[0]} - 1]"
            yield replace(source, node, text), "the last step of each row is that of its length"


def sharpened(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Similarities are divided by their temperature."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and at(node, found.line):
            sides = [(node.left, node.right), (node.right, node.left)]
            for one, other in sides:
                value = value_of(tree, other)
                small = isinstance(value, ast.Constant) and isinstance(value.value, float) and 0 < value.value < 1
                if small and isinstance(other, ast.Name | ast.Attribute):
                    left = text_of(source, one)
                    whole = left if isinstance(one, ast.Name | ast.Call | ast.Attribute) else f"({left})"
                    text = f"{whole} / {text_of(source, other)}"
                    yield apply_edits(source, [Edit(*span(source, node), text)]), "similarities are sharpened"
