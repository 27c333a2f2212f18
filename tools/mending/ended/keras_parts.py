"""Models of Keras: branches of unequal rank, models not compiled or not saved whole, single rows, layers in loops."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.keras_forms import named_as
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone
from mlpilot.tools.text import Edit, apply_edits, span

_OPS = {"reduce_mean": "mean", "reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min", "concat": "concatenate"}
_RECURRENT = ("LSTM", "GRU", "SimpleRNN")


def _unequal_ranks(scene: Scene, _: re.Match[str]) -> Edits:
    """Of branches that are joined, those of more axes are made flat."""
    for call in scene.calls():
        parts = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else []
        told = re.findall(r"\(([\w, ]+)\)", scene.error.partition("input_shape=[")[2])
        ranks = [len(scene.value(one).shape or ()) for one in parts]
        if len(told) == len(parts):
            ranks = [len(one.strip(", ").split(",")) for one in told]
        flatten = named_as(scene, "Flatten")
        if flatten and ranks and max(ranks) > min(ranks) > 0:
            deep = [one for one, rank in zip(parts, ranks, strict=True) if rank == max(ranks)]
            pairs = [(one, f"{flatten}()({scene.text(one)})") for one in deep]
            yield scene.put(*pairs), "the branch of more axes is made flat"


def _in_a_loop(scene: Scene, _: re.Match[str]) -> Edits:
    """Recurrent layers that a loop adds hand on all their steps, but for the last."""
    for name in _RECURRENT:
        for call in calls(scene.tree, name):
            loop = next(enclosing(scene.tree, call, ast.For), None)
            if not isinstance(loop, ast.For) or keyword(call, "return_sequences") is not None:
                continue
            text = scene.text(loop.iter)
            numbered = isinstance(loop.iter, ast.Call) and called(loop.iter) == "enumerate" and loop.iter.args
            if numbered and isinstance(loop.target, ast.Tuple) and isinstance(loop.iter, ast.Call):
                last = f"{scene.text(loop.target.elts[0])} < len({scene.text(loop.iter.args[0])}) - 1"
                made = with_keyword(scene.source, call, "return_sequences", last)
                yield made, f"each {name} but the last hands on all its steps"
            if isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name | ast.Attribute):
                last = f"place < len({text}) - 1"
                close = span(scene.source, call)[1] - 1
                edits = [
                    Edit(close, close, f", return_sequences={last}"),
                    Edit(*span(scene.source, loop.target), f"place, {loop.target.id}"),
                    Edit(*span(scene.source, loop.iter), f"enumerate({text})"),
                ]
                yield apply_edits(scene.source, edits), f"each {name} but the last hands on all its steps"


def _compiled(scene: Scene, _: re.Match[str]) -> Edits:
    """A model that is trained is compiled as another one of the script is."""
    statement = scene.statement()
    for call in scene.calls():
        if statement is None or not isinstance(call.func, ast.Attribute) or not alone(scene.source, statement):
            continue
        for other in calls(scene.tree, "compile")[::-1]:
            given = ", ".join(scene.text(one) for one in [*other.args, *other.keywords])
            line = f"{scene.text(call.func.value)}.compile({given})"
            text = apply_edits(scene.source, [above(scene.source, statement, line)])
            yield text, f"{scene.text(call.func.value)} is compiled as {scene.text(other.func)[:-8]} is"


def _one_row(scene: Scene, _: re.Match[str]) -> Edits:
    """A single row, or image, is given as a batch of one."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            model = isinstance(call.func, ast.Name) and "keras" in scene.value(call.func, at).home
            if (called(call) in ("predict", "predict_on_batch") or model) and call.args:
                one = call.args[0]
                held = scene.value(one, at)
                if held.shape is None or 0 < len(held.shape) < 4:
                    yield scene.put((one, scene.dotted(one, "[None, ...]"))), f"{scene.text(one)} is a batch of one"


def _whole_config(scene: Scene, _: re.Match[str]) -> Edits:
    """`get_config` names all that the class is made with."""
    for owner in [node for node in ast.walk(scene.tree) if isinstance(node, ast.ClassDef)]:
        functions = {one.name: one for one in owner.body if isinstance(one, ast.FunctionDef)}
        made, config = functions.get("__init__"), functions.get("get_config")
        if made is None or config is None:
            continue
        held = {one.attr for one in ast.walk(made) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)}
        known = {one.value for one in ast.walk(config) if isinstance(one, ast.Constant)}
        known |= {one.arg for one in ast.walk(config) if isinstance(one, ast.keyword)}
        absent = [one.arg for one in [*made.args.args, *made.args.kwonlyargs] if one.arg in held - known]
        for one in [each for each in ast.walk(config) if isinstance(each, ast.Dict)][:1] if absent else ():
            start = span(scene.source, one)[0] + 1
            more = ", ".join(f'"{name}": self.{name}' for name in absent)
            text = apply_edits(scene.source, [Edit(start, start, f"{more}, " if one.keys else more)])
            yield text, f"get_config of {owner.name} names {', '.join(absent)}"


def _of_keras(scene: Scene, _: re.Match[str]) -> Edits:
    """Functions of TensorFlow upon what a model is built of are those of Keras."""
    tensorflow = scene.imported("tensorflow", "tf")
    keras = scene.imported("keras", "") or f"{tensorflow}.keras"
    lines = {frame.line for frame in scene.frames}
    used = [
        one
        for one in calls(scene.tree)
        if isinstance(one.func, ast.Attribute) and scene.text(one.func.value) in (tensorflow, f"{tensorflow}.math")
    ]
    here = [one for one in used if any(one.lineno <= line <= (one.end_lineno or 0) for line in lines)]
    for group in (here, used):
        pairs = [(one.func, f"{keras}.ops.{_OPS.get(called(one), called(one))}") for one in group]
        if pairs:
            yield scene.put(*pairs), "computed by the functions of Keras"


def _width_known(scene: Scene, _: re.Match[str]) -> Edits:
    """A model that is asked for its size is built for the table that the script has."""
    statement = scene.statement()
    for call in scene.calls():
        if statement is None or not isinstance(call.func, ast.Attribute) or not alone(scene.source, statement):
            continue
        for frame in scene.frames:
            for name, held in frame.values.items():
                table = held.shape is not None and len(held.shape) == 2 and "float" in held.dtype
                if table and held.shape is not None and re.match(r"[Xx](?:_\w+)?\Z|inputs|features", name):
                    line = f"{scene.text(call.func.value)}.build((None, {held.shape[1]}))"
                    text = apply_edits(scene.source, [above(scene.source, statement, line)])
                    yield text, f"{scene.text(call.func.value)} is built for the columns of {name}"


def _mask(scene: Scene, _: re.Match[str]) -> Edits:
    """Kernels that are larger than what comes in pad it."""
    for call in calls(scene.tree):
        if re.match(r"Conv[12]D|(?:Max|Average)Pooling[12]D", called(call)) and keyword(call, "padding") is None:
            yield with_keyword(scene.source, call, "padding", '"same"'), f"{called(call)} pads what comes in"


RULES = (
    (r"`Concatenate` layer requires inputs with matching shapes", _unequal_ranks),
    (r"expected ndim=3, found ndim=2", _in_a_loop),
    (r"must call `compile\(\)`|must be compiled before|has not been compiled", _compiled),
    (
        r"Exception encountered when calling|incompatible with the layer|Negative dimension|"
        r"expected .{0,30}ndim",
        _one_row,
    ),
    (r"could not be deserialized properly|missing \d+ required positional argument", _whole_config),
    (r"KerasTensor cannot be used as input to a TensorFlow function", _of_keras),
    (r"isn't built|not yet been built|hasn't been built", _width_known),
    (r"Negative dimension size|[Cc]omputed output size would be negative", _mask),
)
"""(what the error says, its edits)."""
