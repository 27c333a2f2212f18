"""Models of Keras: what comes in, what comes out, the loss for the labels' form, files, and what is not built."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, with_keyword
from mlpilot.tools.mending.ended.keras_forms import USES
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone, block_of, moved
from mlpilot.tools.text import apply_edits

_NUMPY = {
    "mean": "reduce_mean",
    "sum": "reduce_sum",
    "max": "reduce_max",
    "min": "reduce_min",
    "prod": "reduce_prod",
    **{name: name for name in ("abs", "square", "maximum", "minimum", "sqrt", "exp", "where", "sign", "clip", "pow")},
    "log": "math.log",
    "log1p": "math.log1p",
    "clip": "clip_by_value",
    "power": "pow",
}


def _not_built(scene: Scene, _: re.Match[str]) -> Edits:
    """A model that is looked at before it has seen its data is built, or looked at below its training."""
    statement = scene.statement()
    for call in scene.calls():
        if not isinstance(call.func, ast.Attribute) or statement is None:
            continue
        name = scene.text(call.func.value)
        width = next((one for one in _widths(scene, name)), None)
        if width is not None and alone(scene.source, statement):
            line = f"{name}.build((None, {width}))"
            text = apply_edits(scene.source, [above(scene.source, statement, line)])
            yield text, f"{name} is built for what it is given"
        for target in block_of(scene.tree, statement):
            fits = calls(target, "fit")
            if (
                fits
                and target.lineno > statement.lineno
                and not hasattr(target, "body")
                and alone(scene.source, statement)
                and alone(scene.source, target)
            ):
                yield moved(scene.source, statement, target, under=True), f"{name} is looked at when it is fitted"


def _widths(scene: Scene, model: str) -> list[str]:
    """What a model is fitted with, as the sizes behind the rows."""
    found = []
    for call in calls(scene.tree, "fit"):
        if isinstance(call.func, ast.Attribute) and scene.text(call.func.value) == model and call.args:
            held = scene.value(call.args[0])
            if held.shape and len(held.shape) > 1:
                found.append(", ".join(map(str, held.shape[1:])))
    return found


def _endings(scene: Scene, found: re.Match[str]) -> Edits:
    """Files of models and weights end as Keras wants them to."""
    weights = ".weights.h5" in found.group(0)
    new = ".weights.h5" if weights else ".keras"
    names = ("save_weights", "load_weights") if weights else ("save", "save_model", "load_model", "export")
    places: list[ast.Constant] = []
    for call in calls(scene.tree):
        if called(call) in (*names, "ModelCheckpoint"):
            given = [*call.args[:2], *(one.value for one in call.keywords if one.arg in ("filepath", "path"))]
            for one in given:
                value = scene.constants.get(one.id) if isinstance(one, ast.Name) else one
                if value is not None:
                    places += [each for each in ast.walk(value) if isinstance(each, ast.Constant)]
    texts = {one.value for one in places if isinstance(one.value, str) and not one.value.endswith(new) and one.value}
    pairs: list[tuple[ast.AST, str]] = []
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in texts:
            stem = re.sub(r"(?:\.weights)?\.(?:h5|hdf5|keras|tf|ckpt|pb|model)$", "", node.value)
            inner = next(enclosing(scene.tree, node, ast.JoinedStr), None) if node.value in texts else None
            text = f"{stem}{new}" if inner is not None else f'"{stem}{new}"'
            pairs.append((node, text))
    if pairs:
        yield scene.put(*pairs), f"the file ends in {new}"


def _own_class(scene: Scene, _: re.Match[str]) -> Edits:
    """A layer or a function of one's own is named where the model is loaded."""
    names = [
        node.name
        for node in ast.walk(scene.tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and re.search(rf"\b{node.name}\b", scene.error)
    ]
    for call in scene.calls():
        if called(call) in ("load_model", "model_from_json", "clone_model") and names:
            text = ", ".join(f'"{name}": {name}' for name in dict.fromkeys(names))
            yield with_keyword(scene.source, call, "custom_objects", f"{{{text}}}"), f"{names[0]} is named to Keras"


def _classes_of(scene: Scene, _: re.Match[str]) -> Edits:
    """`predict_classes` is the largest of `predict`."""
    for call in scene.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("predict_classes", "predict_proba"):
            base = scene.text(call.func.value)
            given = ", ".join(scene.text(one) for one in [*call.args, *call.keywords])
            if call.func.attr == "predict_proba":
                yield scene.put((call, f"{base}.predict({given})")), "predict gives probabilities"
                continue
            dense = calls(scene.tree, "Dense")
            units = scene.number(dense[-1].args[0]) if dense and dense[-1].args else None
            many = f"{base}.predict({given}).argmax(axis=-1)"
            one = f'({base}.predict({given}) > 0.5).astype("int32")'
            for new in (one, many) if units == 1 else (many, one):
                yield scene.put((call, new)), f"{call.func.attr} is computed from predict"


def _no_gradients(scene: Scene, _: re.Match[str]) -> Edits:
    """The forward pass, and the loss, are computed while the tape runs."""
    for node in ast.walk(scene.tree):
        if not isinstance(node, ast.With) or not any(
            "GradientTape" in scene.text(one.context_expr) for one in node.items
        ):
            continue
        block = block_of(scene.tree, node)
        at = block.index(node)
        inside = {one.id for each in node.body for one in ast.walk(each) if isinstance(one, ast.Name)}
        for first in range(at - 1, max(-1, at - 4), -1):
            before = block[first]
            written = {
                one.id for one in ast.walk(before) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            }
            if isinstance(before, ast.Assign) and written & inside and alone(scene.source, before):
                text = moved(scene.source, before, node.body[0], under=False)
                yield text, f"{', '.join(sorted(written))} is computed while the tape runs"
        after = block[at + 1 :]
        for one in after[:2]:
            if isinstance(one, ast.Assign) and not calls(one, "gradient") and alone(scene.source, one):
                text = moved(scene.source, one, node.body[-1], under=True)
                yield text, "the loss is computed while the tape runs"


def _symbolic(scene: Scene, _: re.Match[str]) -> Edits:
    """Functions of NumPy upon tensors of TensorFlow are those of TensorFlow."""
    numpy = scene.imported("numpy", "np")
    tensorflow = scene.imported("tensorflow", "")
    ops = scene.imported("keras.ops", "") or (f"{scene.imported('keras')}.ops" if scene.imported("keras") else "")
    for frame in scene.frames:
        for function in ast.walk(scene.tree):
            if not isinstance(function, ast.FunctionDef) or function.name != frame.function:
                continue
            used = [
                one
                for one in calls(function)
                if isinstance(one.func, ast.Attribute) and scene.text(one.func.value) == numpy
            ]
            if used and tensorflow and all(called(one) in _NUMPY for one in used):
                pairs = [(one.func, f"{tensorflow}.{_NUMPY[called(one)]}") for one in used]
                yield scene.put(*pairs), f"{function.name} computes with TensorFlow"
            if used and ops:
                yield scene.put(*((one.func, f"{ops}.{called(one)}") for one in used)), "it computes with Keras"


def _kinds(scene: Scene, _: re.Match[str]) -> Edits:
    """Tables of objects and lists are made arrays of numbers."""
    numpy = scene.imported("numpy", "np")
    pairs: list[tuple[ast.AST, str]] = []
    for call in [one for name in USES for one in calls(scene.tree, name)]:
        given = [*call.args[:2], *(one.value for one in call.keywords if one.arg in ("x", "y"))]
        for one in given:
            held = scene.value(one)
            if held.kind == "list" or isinstance(one, ast.List):
                pairs.append((one, f"{numpy}.array({scene.text(one)})"))
            elif held.table or held.column or held.dtype in ("object", "bool") or isinstance(one, ast.Call):
                pairs.append((one, scene.dotted(one, '.astype("float32")')))
    if pairs:
        yield scene.put(*pairs), "what the model is given is made of numbers"


RULES = (
    (r"has not yet been built|isn't built|hasn't been built|needs? to be built|has never been called", _not_built),
    (r"must end in `?\.weights\.h5|filepath must end in `\.weights\.h5`|`?\.weights\.h5`? extension", _endings),
    (
        r"must end in `?\.keras|Invalid filepath extension|`\.keras` (?:zip )?extension|File format not supported",
        _endings,
    ),
    (r"Could not locate (?:class|function)|Unknown (?:layer|loss|metric)|custom_objects", _own_class),
    (r"has no attribute 'predict_(?:classes|proba)'", _classes_of),
    (r"No gradients provided for any variable", _no_gradients),
    (
        r"[Cc]annot convert a symbolic|KerasTensor cannot be used as input|symbolic inputs/outputs do not|"
        r"numpy\(\) is only available when eager|NotImplementedError: numpy|__array__\(\)|SymbolicTensor",
        _symbolic,
    ),
    (r"Invalid dtype: \w+|Failed to convert a NumPy array to a Tensor|Unrecognized data type", _kinds),
)
"""(what the error says, its edits)."""
