"""Edits that add what a PyTorch model should end with, wherever its last layer is written."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls
from mlpilot.tools.mending.forms import Edits, Maker, at, written_as
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_CLASSES = {"sigmoid": "Sigmoid()", "log_softmax": "LogSoftmax(dim=1)"}
_FUNCTIONS = {"sigmoid": "torch.sigmoid({})", "log_softmax": "torch.log_softmax({}, dim=1)"}


def with_last(kind: str) -> Maker:
    """The maker of an edit: the model ends with this activation: in what `forward` returns, as the last layer of a
    `Sequential`, or around what the loss is given."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        said = f"the model ends with {kind}"
        for function in _forwards(tree)[::-1]:
            returned = [one for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
            for one in returned[-1:]:
                value = one.value.elts[0] if isinstance(one.value, ast.Tuple) else one.value
                if value is not None:
                    yield replace(source, value, _FUNCTIONS[kind].format(text_of(source, value))), said
        nn = written_as(tree, "torch.nn", "torch.nn")
        for call in calls(tree, "Sequential")[::-1]:
            if len(call.args) > 1 and not any(isinstance(one, ast.Starred) for one in call.args):
                end = span(source, call.args[-1])[1]
                yield apply_edits(source, [Edit(end, end, f", {nn}.{_CLASSES[kind]}")]), said
        losses = [one for one in calls(tree) if at(one, found.line) and len(one.args) == 2]
        for given in [one.args[0] for one in losses]:
            text = _FUNCTIONS[kind].format(text_of(source, given))
            yield replace(source, given, text), f"the loss is given what {kind} makes of the outputs"

    return edits


def _forwards(tree: ast.Module) -> list[ast.FunctionDef]:
    """The `forward` of each class that is called by the program itself, and is no part of another one."""
    kinds = [one for one in ast.walk(tree) if isinstance(one, ast.ClassDef)]
    inner = {called(one) for kind in kinds for one in calls(kind)}
    return [one for kind in kinds if kind.name not in inner for one in kind.body
            if isinstance(one, ast.FunctionDef) and one.name == "forward"]  # fmt: skip


def reads_probabilities(tree: ast.Module) -> bool:
    """Whether the program takes the model's outputs for probabilities: it rounds them, or compares them with 0.5."""
    halves = [one for one in ast.walk(tree) if isinstance(one, ast.Compare)
              and any(isinstance(part, ast.Constant) and part.value == 0.5 for part in one.comparators)]  # fmt: skip
    rounds = calls(tree, "round")
    kept = [one for one in rounds if not (isinstance(one.func, ast.Name) and len(one.args) > 1)]
    return bool(halves or kept)


def of_probabilities(rename: Maker) -> Maker:
    """The maker of edits against a loss of probabilities that is given raw outputs: the loss for raw outputs, unless
    the program reads probabilities elsewhere, too; then a sigmoid first."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        makers = [with_last("sigmoid"), rename] if reads_probabilities(tree) else [rename, with_last("sigmoid")]
        for maker in makers:
            yield from maker(source, tree, found)

    return edits
