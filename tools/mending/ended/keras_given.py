"""Models of Keras: arguments that Keras 3 takes by name, optimisers that are used again, what `fit` gives back, lists
of layers, weights of classes, tapes that are asked twice, labels of words, axes of pictures."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.reading.naming import part_of, tokens
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword, without_keyword
from mlpilot.tools.mending.ended.keras_forms import USES
from mlpilot.tools.mending.ended.modules import set_up
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone, without
from mlpilot.tools.mending.keras.slips import base_first
from mlpilot.tools.text import Edit, apply_edits, span


def _named_weight(scene: Scene, _: re.Match[str]) -> Edits:
    """`add_weight("w", shape=...)` becomes `add_weight(name="w", shape=...)`."""
    edits = []
    for call in [one for name in ("add_weight", "add_variable") for one in calls(scene.tree, name)]:
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Constant | ast.JoinedStr) and keyword(call, "name") is None:
            start = span(scene.source, first)[0]
            edits.append(Edit(start, start, "name="))
    if edits:
        yield apply_edits(scene.source, edits), "the name of a weight is given as name="


def _own_optimiser(scene: Scene, _: re.Match[str]) -> Edits:
    """Each model is compiled with an optimiser of its own, with the same settings."""
    pairs: list[tuple[ast.AST, str]] = []
    for call in calls(scene.tree, "compile"):
        one = keyword(call, "optimizer")
        given = one.value if one is not None else call.args[0] if call.args else None
        if isinstance(given, ast.Name | ast.Attribute):
            text = scene.text(given)
            pairs.append((given, f"type({text}).from_config({text}.get_config())"))
    if pairs:
        yield scene.put(*pairs), "each model has an optimiser of its own, with the same settings"


def _curves(scene: Scene, _: re.Match[str]) -> Edits:
    """`history["loss"]` of what `fit` gives back becomes `history.history["loss"]`."""
    node = scene.node()
    name = scene.text(node.value) if isinstance(node, ast.Subscript) else ""
    same = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Subscript) and scene.text(one.value) == name]
    if name:
        yield scene.put(*((one.value, f"{name}.history") for one in same)), f"the curves are in {name}.history"


def _curves_themselves(scene: Scene, _: re.Match[str]) -> Edits:
    """`history.history["loss"]` where the name holds the curves already."""
    held = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Attribute) and one.attr == "history"
            and isinstance(one.value, ast.Name) and scene.value(one.value).kind == "dict"]  # fmt: skip
    if held:
        text = scene.text(held[0].value)
        yield scene.put(*((one, scene.text(one.value)) for one in held)), f"{text} holds the curves"


def _one_by_one(scene: Scene, _: re.Match[str]) -> Edits:
    """`model.add([a, b])` becomes one `add` for each layer."""
    for call in [one for at in range(len(scene.frames)) for one in scene.calls(at) if called(one) == "add"]:
        given = call.args[0] if call.args else None
        statement = next(enclosing(scene.tree, call, ast.stmt), None)
        if isinstance(given, ast.List | ast.Tuple) and isinstance(statement, ast.Expr):
            lines = [f"{scene.text(call.func)}({scene.text(one)})" for one in given.elts]
            start = span(scene.source, statement)[0]
            pad = scene.source[scene.source.rfind("\n", 0, start) + 1 : start]
            new = f"\n{pad}".join(lines) if not pad.strip() else "; ".join(lines)
            yield scene.put((call, new)), "the layers are added one by one"
        elif isinstance(given, ast.Name) and isinstance(statement, ast.Expr):
            text = f"for layer in {given.id}: {scene.text(call.func)}(layer)"
            if alone(scene.source, statement):
                yield scene.put((call, text)), f"the layers of {given.id} are added one by one"


def _weights_by_class(scene: Scene, _: re.Match[str]) -> Edits:
    """Weights of classes, given as an array, become a dictionary of class number and weight."""
    for call in calls(scene.tree, "fit"):
        one = keyword(call, "class_weight")
        if one is not None and not isinstance(one.value, ast.Dict):
            text = scene.text(one.value)
            yield scene.put((one.value, f"dict(enumerate({text}))")), f"{text} by the numbers of the classes"


def _asked_twice(scene: Scene, _: re.Match[str]) -> Edits:
    """A tape that is asked for gradients more than once is told so."""
    for call in calls(scene.tree, "GradientTape"):
        if keyword(call, "persistent") is None:
            yield with_keyword(scene.source, call, "persistent", "True"), "the tape may be asked more than once"


def _watching(scene: Scene, _: re.Match[str]) -> Edits:
    """A tape is told which tensors it is to watch, where they are no variables."""
    for block in [one for one in ast.walk(scene.tree) if isinstance(one, ast.With) and _of_keras(scene)]:
        held = [one for one in block.items if "GradientTape" in scene.text(one.context_expr)]
        tape = held[0].optional_vars if held else None
        asked = [one for one in calls(scene.tree, "gradient") if isinstance(one.func, ast.Attribute)
                 and tape is not None and scene.text(one.func.value) == scene.text(tape)]  # fmt: skip
        names = [one.id for call in asked for one in call.args[1:2] if isinstance(one, ast.Name)]
        if tape is not None and names and not calls(block, "watch") and alone(scene.source, block.body[0]):
            lines = [f"{scene.text(tape)}.watch({name})" for name in dict.fromkeys(names)]
            text = apply_edits(scene.source, [above(scene.source, block.body[0], *lines)])
            yield text, f"the tape watches {', '.join(dict.fromkeys(names))}"


def _one_kind(scene: Scene, _: re.Match[str]) -> Edits:
    """Arrays of doubles are made floats where they meet the weights, in all the block that computes with them."""
    tensorflow = scene.imported("tensorflow")
    for at in range(len(scene.frames)):
        statement = scene.statement(at)
        outer = next(enclosing(scene.tree, statement, ast.With, ast.FunctionDef), statement) if statement else None
        pairs: list[tuple[ast.AST, str]] = []
        for one in ast.walk(outer) if outer is not None else ():
            held = scene.value(one, at) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) else None
            if held is None or "float64" not in held.dtype:
                continue
            text = scene.text(one)
            pairs.append(
                (one, f'{text}.astype("float32")' if held.array else f"{tensorflow}.cast({text}, {tensorflow}.float32)")
            )
        if pairs and tensorflow:
            yield scene.put(*pairs), "what is computed with is made of 32-bit numbers"


def _watched(scene: Scene, _: re.Match[str]) -> Edits:
    """Tensors that are to learn are variables, which a tape watches by itself."""
    for call in calls(scene.tree, "gradient"):
        names = {one.id for arg in call.args[1:2] for one in ast.walk(arg) if isinstance(one, ast.Name)}
        for name in sorted(names):
            value = scene.constants.get(name)
            tensorflow = scene.imported("tensorflow")
            if (
                tensorflow
                and isinstance(value, ast.Call)
                and called(value) in ("constant", "normal", "uniform", "zeros", "ones")
            ):
                yield scene.put((value, f"{tensorflow}.Variable({scene.text(value)})")), f"{name} is a variable"


def _of_keras(scene: Scene) -> bool:
    """Whether a script imports Keras or TensorFlow."""
    imports = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Import | ast.ImportFrom)]
    return any(re.search(r"\b(?:keras|tensorflow)\b", scene.text(one)) for one in imports)


def _word_labels(scene: Scene, _: re.Match[str]) -> Edits:
    """Labels that are words are numbered, where they are given their name."""
    numpy = scene.imported("numpy") if _of_keras(scene) else ""
    for call in [one for name in USES for one in calls(scene.tree, name) if len(one.args) > 1]:
        target = call.args[1]
        held = scene.value(target)
        value = scene.constants.get(target.id) if isinstance(target, ast.Name) else None
        words = held.dtype.startswith(("<U", "object", "str")) or held.kind in ("list",)
        if value is not None and words and numpy:
            new = f"{numpy}.unique({scene.text(value)}, return_inverse=True)[1]"
            yield scene.put((value, new)), f"{scene.text(target)} holds the numbers of the classes"


def _channels_last(scene: Scene, _: re.Match[str]) -> Edits:
    """Colours that come first are moved to the end, in the arrays and in the shape that the model takes."""
    numpy = scene.imported("numpy")
    shapes = [one for call in calls(scene.tree) for one in _shapes(call) if len(one.elts) == 3]
    shapes = [one for one in shapes if scene.number(one.elts[0]) in (1, 3, 4)
              and scene.number(one.elts[2]) not in (1, 3, 4)]  # fmt: skip
    pairs: list[tuple[ast.AST, str]] = []
    for shape in shapes:
        first, *others = (scene.text(each) for each in shape.elts)
        pairs.append((shape, f"({', '.join([*others, first])})"))
    used = [one.args[0] for name in USES for one in calls(scene.tree, name) if one.args]
    names = {one.id for one in used if isinstance(one, ast.Name)}
    moved: list[tuple[ast.AST, str]] = []
    for one in used:
        held = scene.value(one)
        if held.shape is not None and len(held.shape) == 4 and held.shape[1] in (1, 3, 4) and numpy:
            moved.append((one, f"{numpy}.moveaxis({scene.text(one)}, 1, -1)"))
    if pairs and (moved or not names):
        yield scene.put(*pairs, *moved), "the colours stand last, in the pictures and in the model"
    if pairs and numpy and not moved:
        every = [(one, f"{numpy}.moveaxis({scene.text(one)}, 1, -1)") for one in used]
        yield scene.put(*pairs, *every), "the colours stand last, in the pictures and in the model"


def _shapes(call: ast.Call) -> list[ast.Tuple]:
    given = [one.value for one in call.keywords if one.arg in ("shape", "input_shape")]
    given += call.args[:1] if called(call) in ("Input", "InputLayer") else []
    return [one for one in given if isinstance(one, ast.Tuple)]


def _without_rows(scene: Scene, _: re.Match[str]) -> Edits:
    """A shape that counts the rows, too: what stands behind them is what the model takes."""
    for call in calls(scene.tree):
        for one in call.keywords:
            text = scene.text(one.value)
            if one.arg in ("input_shape", "shape") and re.fullmatch(r"[\w.]+\.shape", text):
                yield scene.put((one.value, f"{text}[1:]")), "the shape of one row"
            if one.arg in ("input_dim",) and re.fullmatch(r"[\w.]+\.shape\[0\]|len\([\w.]+\)", text):
                base = text.removesuffix(".shape[0]").removeprefix("len(").removesuffix(")")
                yield scene.put((one.value, f"{base}.shape[1]")), f"as many as {base} has columns"
            if one.arg in ("input_shape", "shape") and isinstance(one.value, ast.Tuple) and len(one.value.elts) == 1:
                inner = scene.text(one.value.elts[0])
                if re.fullmatch(r"[\w.]+\.shape\[0\]|len\([\w.]+\)", inner):
                    base = inner.removesuffix(".shape[0]").removeprefix("len(").removesuffix(")")
                    yield scene.put((one.value.elts[0], f"{base}.shape[1]")), f"as many as {base} has columns"
        first = call.args[0] if called(call) in ("Input", "InputLayer") and call.args else None
        if first is not None and re.fullmatch(r"[\w.]+\.shape", scene.text(first)):
            yield scene.put((first, f"{scene.text(first)}[1:]")), "the shape of one row"


def _whole_row(scene: Scene, _: re.Match[str]) -> Edits:
    """Two inputs that are joined, added or multiplied are given in one list."""
    merging = ("Concatenate", "Add", "Multiply", "Average", "Maximum", "Subtract", "Dot", "Minimum")
    for call in calls(scene.tree):
        if isinstance(call.func, ast.Call) and called(call.func) in merging and len(call.args) > 1:
            inner = ", ".join(scene.text(one) for one in call.args)
            start, end = span(scene.source, call.args[0])[0], span(scene.source, call.args[-1])[1]
            text = apply_edits(scene.source, [Edit(start, end, f"[{inner}]")])
            yield text, f"{called(call.func)} is given a list"


def _same_width(scene: Scene, _: re.Match[str]) -> Edits:
    """Branches that are added have the same width: the layer in front of one gives what the other has."""
    shapes = re.findall(r"\(([\w, ]+)\)", scene.error)
    ends = [one.strip(", ").split(",")[-1].strip() for one in shapes]
    widths = [int(one) for one in ends if one.isdigit()]
    given = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Call) and isinstance(one.func, ast.Call)
             and called(one.func) in ("Add", "Multiply", "Average", "Subtract")]  # fmt: skip
    for call in given[:1]:
        parts = call.args[0].elts if call.args and isinstance(call.args[0], ast.List) else []
        dense = [scene.text(one.func) for one in calls(scene.tree, "Dense")]
        for new in dict.fromkeys(widths):
            for layer in calls(scene.tree, "Dense"):
                units = layer.args[0] if layer.args else None
                if scene.number(units) in widths and scene.number(units) != new and units is not None:
                    yield scene.put((units, str(new))), f"the Dense layer in front gives {new} columns"
        for part in parts:
            for new in dict.fromkeys(widths) if dense else ():
                yield scene.put((part, f"{dense[0]}({new})({scene.text(part)})")), f"{scene.text(part)} is made as wide"


def _batch_shape(scene: Scene, _: re.Match[str]) -> Edits:
    """`batch_input_shape=` is the `batch_shape` of an input of its own."""
    for call in calls(scene.tree):
        one = keyword(call, "batch_input_shape")
        if one is None:
            continue
        outer = next(enclosing(scene.tree, call, ast.List), None)
        prefix = scene.text(call.func).rpartition(".")[0]
        module = prefix or "keras.layers"
        shape = scene.text(one.value)
        line = f"{module}.Input(batch_shape={shape})"
        inner = without_keyword(scene.source, call, "batch_input_shape")
        if inner is None:
            continue
        again = next((each for each in calls(ast.parse(inner), called(call)) if each.lineno == call.lineno), None)
        added = next((each for each in calls(scene.tree, "add") if call in each.args), None)
        if isinstance(outer, ast.List) and again is not None:
            start = span(inner, again)[0]
            yield apply_edits(inner, [Edit(start, start, f"{line}, ")]), "the shape of a batch is that of an input"
        elif added is not None and isinstance(added.func, ast.Attribute):
            statement = next(enclosing(scene.tree, added, ast.stmt))
            edit = above(inner, statement, f"{scene.text(added.func)}({line})")  # type: ignore[arg-type]
            yield apply_edits(inner, [edit]), "the shape of a batch is that of an input"


def _each_output(scene: Scene, _: re.Match[str]) -> Edits:
    """A model of several outputs is given a target for each: those that are called as the outputs are."""
    named = {scene.text(target): each.value for each in ast.walk(scene.tree) if isinstance(each, ast.Assign)
             for target in each.targets[:1]}  # fmt: skip
    for made in [one for name in ("Model", "Functional") for one in calls(scene.tree, name)]:
        outputs = keyword(made, "outputs")
        given = outputs.value if outputs is not None else made.args[1] if len(made.args) > 1 else None
        names = [_named_output(scene, named.get(scene.text(one)), one) for one in getattr(given, "elts", [])]
        for fit in [one for name in ("fit", "evaluate") for one in calls(scene.tree, name) if len(one.args) > 1]:
            target = fit.args[1]
            held = [one for one in ast.walk(target) if isinstance(one, ast.Name) and one.id in names]
            if len(names) < 2 or len(held) != 1 or not all(name in named or scene.named(name).shape for name in names):
                continue
            start = span(scene.source, held[0])[0] - span(scene.source, target)[0]
            text = scene.text(target)
            every = [f"{text[:start]}{name}{text[start + len(held[0].id) :]}" for name in names]
            same = [one for one in (*calls(scene.tree, "fit"), *calls(scene.tree, "evaluate")) if len(one.args) > 1
                    and scene.text(one.args[1]) == text]  # fmt: skip
            what = f"the model is given {' and '.join(names)}, as it has such outputs"
            yield scene.put(*((one.args[1], f"[{', '.join(every)}]") for one in same)), what


def _named_output(scene: Scene, made: ast.expr | None, node: ast.expr) -> str:
    """The name of an output: that of its layer, or of the variable that holds it."""
    inner = made.func if isinstance(made, ast.Call) else None
    one = keyword(inner, "name") if isinstance(inner, ast.Call) else None
    if one is not None and isinstance(one.value, ast.Constant):
        return str(one.value.value)
    return re.sub(r"_?(?:out|output|head|pred)_?", "", scene.text(node))


def _still_tensors(scene: Scene, _: re.Match[str]) -> Edits:
    """What stands within a tape stays a tensor: no `.numpy()` on the way from the weights to the loss."""
    for block in ast.walk(scene.tree):
        if isinstance(block, ast.With) and any("GradientTape" in scene.text(one.context_expr) for one in block.items):
            for call in calls(block, "numpy"):
                if isinstance(call.func, ast.Attribute):
                    yield (
                        scene.put((call, scene.text(call.func.value))),
                        f"{scene.text(call.func.value)[:60]} is a tensor",
                    )


def _same_size(scene: Scene, _: re.Match[str]) -> Edits:
    """Convolutions keep the size of pictures that become smaller than nothing."""
    source, changed = scene.source, 0
    for call in sorted(calls(scene.tree), key=lambda one: (-one.lineno, -one.col_offset)):
        if re.fullmatch(r"(?:Separable)?Conv[123]D", called(call)) and keyword(call, "padding") is None:
            again = next((one for one in calls(ast.parse(source), called(call))
                          if (one.lineno, one.col_offset) == (call.lineno, call.col_offset)), None)  # fmt: skip
            if again is not None:
                source, changed = with_keyword(source, again, "padding", '"same"'), changed + 1
    if changed > 1:
        yield source, "the convolutions keep the size of what comes in"


def _base_first(scene: Scene, found: re.Match[str]) -> Edits:
    """A class of Keras sets up what it inherits before it keeps layers."""
    for owner in [one for one in ast.walk(scene.tree) if isinstance(one, ast.ClassDef) and one.name == found.group(1)]:
        made = next((one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
        if made is not None and "__init__()" not in scene.text(made):
            told = Diagnosis("", "", "", made.body[0].lineno)
            yield from base_first(scene.source, scene.tree, told)


def _made_above(scene: Scene, _: re.Match[str]) -> Edits:
    """An optimiser that a `tf.function` makes at each call is made once, above it."""
    for function in [one for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef)]:
        for one in function.body:
            made = isinstance(one, ast.Assign) and isinstance(one.value, ast.Call) and alone(scene.source, one)
            text = scene.text(one)
            if made and re.search(r"optimizers?\.|Variable\(|metrics\.|layers\.", text):
                edits = [above(scene.source, function, text), without(scene.source, one)]
                yield apply_edits(scene.source, edits), f"{text.partition(' =')[0]} is made once, above {function.name}"


def _same_rows(scene: Scene, _: re.Match[str]) -> Edits:
    """Rows and labels are of one part: `y_train` for `y` beside `X_train`."""
    known = {name: one for frame in scene.frames for name, one in frame.values.items() if one.shape}
    for call in [one for name in ("fit", "evaluate") for one in calls(scene.tree, name) if len(one.args) > 1]:
        rows, labels = (scene.text(one) for one in call.args[:2])
        shape = known[rows].shape if rows in known else None
        if shape is None or labels not in known:
            continue
        words = [one for one in tokens(labels) if not part_of(one)]
        for name, held in known.items():
            same = held.shape and held.shape[0] == shape[0] and part_of(name) == part_of(rows)
            if same and name != labels and [one for one in tokens(name) if not part_of(one)] == words:
                yield scene.put((call.args[1], name)), f"{name}, of the rows of {rows}"


RULES = (
    (r"[Dd]ata cardinality is ambiguous", _same_rows),
    (r"Negative dimension|output size would be negative|Computed output size", _same_size),
    (r"'(\w+)' object has no attribute '_(?:dtype_policy|tracker|is_built|lock|auto_config)'", _base_first),
    (r"call `super\(\)\.__init__\(\)`", set_up),
    (r"different structures|expected \d+ .{0,40}(?:targets|outputs)|number of (?:targets|outputs)", _each_output),
    (r"No gradients provided for any variable", _still_tensors),
    (
        r"add_(?:weight|variable)\(\) got multiple values for argument 'shape'|`name` must be passed as a keyword",
        _named_weight,
    ),
    (r"[Uu]nknown variable: |optimizer can only be called for the variables it was originally built", _own_optimiser),
    (r"'History' object is not subscriptable", _curves),
    (r"'dict' object has no attribute 'history'", _curves_themselves),
    (r"Only instances of `?keras\.Layer`? can be added", _one_by_one),
    (
        r"class_weight|truth value of an array|'numpy.ndarray' object has no attribute '(?:items|keys|get)'",
        _weights_by_class,
    ),
    (r"non-persistent GradientTape can only be used to compute one set", _asked_twice),
    (r"'NoneType'|None values not supported|No gradients provided", _watching),
    (r"'NoneType'|None values not supported|No gradients provided", _watched),
    (r"expected to be a (?:double|float) tensor but is a|cannot compute \w+ as input", _one_kind),
    (r"Invalid dtype: (?:str|<U|object)|could not convert string|Cast string to|type str|UNIMPLEMENTED", _word_labels),
    (r"incompatible with the layer|Exception encountered when calling|Invalid input shape", _without_rows),
    (r"shrinks|Negative dimension|output size would be negative|Computed output size|incompatible", _channels_last),
    (
        r"Only input tensors may be passed as positional|should be called on a list of inputs|too many positional",
        _whole_row,
    ),
    (r"singleton tf\.Variables created on the first call", _made_above),
    (r"Inputs have incompatible shapes|cannot be broadcast", _same_width),
    (r"'batch_input_shape'", _batch_shape),
)
"""(what the error says, its edits)."""
