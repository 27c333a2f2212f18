"""Edits of the hidden layers of Keras models, all of one fault at once, and of what a program of its own loop does."""

import ast
from collections.abc import Callable
from itertools import pairwise

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, below, given_to, method_calls, statement_of
from mlpilot.tools.mending.keras.ends import last_layers, with_activation
from mlpilot.tools.mending.training.code import dense, plain, value_of
from mlpilot.tools.mending.training.layers import KERAS_LAYERS
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_HEAVY = 1e-2
_BACKWARDS = ("softmax", "sigmoid", "tanh")


def bent(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Hidden layers without an activation get one; the one at the finding, and all of them."""
    own = [one for one in calls(tree) if called(one) in KERAS_LAYERS and _is_plain(tree, one)]
    last = {id(one) for one in last_layers(tree)}
    hidden = [one for one in own if id(one) not in last]
    for chosen in (hidden, [one for one in own if at(one, found.line)]):
        text = _all(source, chosen, lambda text, call: with_keyword(text, call, "activation", '"relu"'))
        if text != source:
            yield text, "hidden layers have a ReLU"


def _is_plain(tree: ast.Module, call: ast.Call) -> bool:
    """Without an activation of its own, or a layer of one behind it."""
    places = 1 if called(call) == "Dense" else 2
    one = keyword(call, "activation")
    given = value_of(tree, one.value) if one is not None else None
    if (one is not None and not (isinstance(given, ast.Constant) and given.value is None)) or len(call.args) > places:
        return False
    after = [one for one in calls(tree) if (one.lineno, one.col_offset) > (call.lineno, call.col_offset)]
    layers = [one for one in after if called(one)[:1].isupper() and called(one) not in ("Sequential", "Model")]
    return not layers or called(layers[0]) not in ("Activation", "ReLU", "LeakyReLU", "PReLU")


def _all(source: str, chosen: list[ast.Call], change: Callable[[str, ast.Call], str]) -> str:
    """Each of these calls changed, from the last to the first."""
    for place in sorted(((one.lineno, one.col_offset) for one in chosen), reverse=True):
        again = next((one for one in calls(ast.parse(source)) if (one.lineno, one.col_offset) == place
                      and called(one) in {called(other) for other in chosen}), None)  # fmt: skip
        if again is not None:
            source = change(source, again)
    return source


def relu_in_hidden(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Softmax, sigmoid and tanh in hidden layers become a ReLU."""
    del found
    changes = []
    hidden = dense(tree, KERAS_LAYERS)
    for call in hidden:
        one = keyword(call, "activation")
        second = call.args[1] if called(call) == "Dense" and len(call.args) > 1 else None
        value = value_of(tree, one.value if one is not None else second)
        if isinstance(value, ast.Constant) and value.value in _BACKWARDS:
            changes.append(Edit(*span(source, value), '"relu"'))
        elif isinstance(value, ast.Attribute | ast.Name) and (word := _word_of(value)) in _BACKWARDS:
            end = span(source, value)[1]
            changes.append(Edit(end - len(word), end, "relu"))
    first = {id(call) for call in hidden}
    layers = [call for call in calls(tree) if called(call) in ("Activation", *KERAS_LAYERS)]
    for before, call in pairwise(layers):
        value = value_of(tree, call.args[0]) if called(call) == "Activation" and call.args else None
        if id(before) in first and isinstance(value, ast.Constant) and value.value in _BACKWARDS:
            changes.append(Edit(*span(source, value), '"relu"'))
    if changes:
        yield apply_edits(source, list(dict.fromkeys(changes))), "relu in the hidden layers"


def _word_of(value: ast.Attribute | ast.Name) -> str:
    """`sigmoid` of `tf.nn.sigmoid`."""
    return value.attr if isinstance(value, ast.Attribute) else value.id


def wider(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A hidden layer of one unit gets 32."""
    del found
    one = [call for call in dense(tree, KERAS_LAYERS) if call.args and text_of(source, call.args[0]) == "1"]
    if one:
        edits = [Edit(*span(source, call.args[0]), "32") for call in one]
        yield apply_edits(source, edits), "32 units in the hidden layer"


def kernel_in_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Conv2D(32, 3, 3)`, whose third number is the stride, becomes `Conv2D(32, (3, 3))`."""
    del found
    wide = [call for call in calls(tree) if called(call) in ("Conv2D", "Convolution2D") and len(call.args) > 2]
    edits = [
        Edit(span(source, call.args[1])[0], span(source, call.args[2])[1],
             f"({text_of(source, call.args[1])}, {text_of(source, call.args[2])})")
        for call in wide
    ]  # fmt: skip
    if edits:
        yield apply_edits(source, edits), "rows and columns of the kernel are given in one"


def stride_of_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A window that skips pixels moves by its own size, or by one."""
    for call in calls(tree):
        one = keyword(call, "strides")
        if at(call, found.line) and one is not None:
            size = keyword(call, "kernel_size") or keyword(call, "pool_size")
            own = size.value if size is not None else call.args[-1] if call.args else None
            text = text_of(source, own) if own is not None and "Pool" in called(call) else "1"
            yield replace(source, one.value, text), f"strides={text}"


def one_activation(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The activation of a layer before the activation of the outputs is left out."""
    for layer in [one for one in calls(tree, "Dense") if at(one, found.line)] or last_layers(tree)[:1]:
        text = with_activation(source, tree, layer, "") if keyword(layer, "activation") is not None else None
        if text is not None:
            yield text, "one activation for the outputs"


def lighter(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Penalties on the weights that leave them alone."""
    del found
    edits = []
    for call in calls(tree):
        if called(call) not in ("l1", "l2", "L1", "L2", "l1_l2", "L1L2"):
            continue
        numbers = [*call.args, *(one.value for one in call.keywords)]
        edits += [Edit(*span(source, one), "1e-4") for one in numbers if (plain(one) or 0) > _HEAVY]
    if edits:
        yield apply_edits(source, edits), "penalties of 1e-4 on the weights"


def usual_start(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Layers start as Keras starts them, and not alike or far too large."""
    del found
    edits = []
    for call in calls(tree):
        for name, usual in (("kernel_initializer", "glorot_uniform"), ("recurrent_initializer", "orthogonal")):
            one = keyword(call, name)
            value = one.value if one is not None else None
            if isinstance(value, ast.Name):
                given = given_to(tree, value.id)
                value = given[0].value if len(given) == 1 else value
            constant = isinstance(value, ast.Constant) and str(value.value).lower() in (
                "zeros", "ones", "zero", "one", "random_normal", "random_uniform", "normal", "uniform")  # fmt: skip
            drawn = isinstance(value, ast.Call) and called(value) in (
                "Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal")  # fmt: skip
            if one is not None and (constant or drawn):
                edits.append(Edit(*span(source, one.value), f'"{usual}"'))
    if edits:
        yield apply_edits(source, edits), "the weights start as their layers' widths ask"


def applied(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Gradients that are computed are applied."""
    for call in method_calls(tree, "gradient"):
        statement = statement_of(tree, call)
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if not (at(statement, found.line) or len(method_calls(tree, "gradient")) == 1) or len(call.args) < 2:
            continue
        if isinstance(target, ast.Name) and alone(source, statement):
            names = [text_of(source, one.targets[0]) for one in ast.walk(tree) if isinstance(one, ast.Assign)
                     and "optimizers" in text_of(source, one.value)]  # fmt: skip
            for name in dict.fromkeys([*names, *_parameters(tree, call)]):
                line = f"{name}.apply_gradients(zip({target.id}, {text_of(source, call.args[1])}))"
                yield apply_edits(source, [below(source, statement, line)]), f"{name} applies the gradients"


def _parameters(tree: ast.Module, node: ast.AST) -> list[str]:
    inside = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and at(one, node.lineno)]  # type: ignore[attr-defined]
    return [arg.arg for one in inside for arg in one.args.args if "opt" in arg.arg.lower()]


def compiled_again(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What is trained is said before the model is compiled: it is compiled again between the change and `fit`."""
    here = around(tree, found.line)
    for node in here[-1:]:
        compiled = [one for one in method_calls(tree, "compile") if one.lineno < node.lineno]
        fits = bool(method_calls(node, "fit"))
        holder = node if fits else next((one for one in here if isinstance(one, ast.For | ast.If)), node)
        if compiled and alone(source, holder):
            statement = statement_of(tree, compiled[-1])
            deeper = " " * (holder.col_offset - statement.col_offset)
            lines = _fresh(source, tree, compiled[-1], text_of(source, statement).replace("\n", "\n" + deeper))
            place = above(source, holder, *lines) if fits else below(source, holder, *lines)
            yield apply_edits(source, [place]), "the model is compiled again after what is trained has changed"


def _fresh(source: str, tree: ast.Module, call: ast.Call, text: str) -> list[str]:
    """The line that compiles, and before it one that makes its optimiser anew: one belongs to the weights it was built
    with."""
    one = keyword(call, "optimizer")
    value = one.value if one is not None else call.args[0] if call.args else None
    given = given_to(tree, value.id) if isinstance(value, ast.Name) else []
    made = [item for item in given if item.lineno < call.lineno and "optimizers" in text_of(source, item.value)]
    return [text_of(source, made[-1]), text] if made else [text]


def zero_and_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Labels -1 and 1 become 0 and 1, before they are split."""
    name = found.message.partition(" ")[0]
    for call in calls(tree, "train_test_split"):
        if name in names_in(statement_of(tree, call)) and len(call.args) > 1:
            labels = call.args[1]
            yield replace(source, labels, f"({text_of(source, labels)} + 1) / 2"), "labels are 0 and 1"
    given = given_to(tree, name)
    if given and alone(source, given[-1]):
        yield apply_edits(source, [below(source, given[-1], f"{name} = ({name} + 1) / 2")]), "labels are 0 and 1"


def bounded_logarithm(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Logarithms of probabilities are taken of what is not 0."""
    torch = any(isinstance(one, ast.Name) and one.id == "torch" for one in ast.walk(tree))
    here = around(tree, found.line)[-1:]
    logs = [call for node in here for call in calls(node, "log") if call.args]
    edits = []
    for call in logs:
        inner = text_of(source, call.args[0])
        text = f"torch.clamp({inner}, min=1e-7)" if torch else f"tf.clip_by_value({inner}, 1e-7, 1.0)"
        edits.append(Edit(*span(source, call.args[0]), text))
    if edits:
        yield apply_edits(source, edits), "the logarithm is never taken of 0"


def whole_epochs(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A callback that takes the best epoch is told which way is better."""
    for call in [one for one in calls(tree) if at(one, found.line) and keyword(one, "mode") is not None]:
        one = keyword(call, "mode")
        if one is not None and isinstance(one.value, ast.Constant):
            new = {"min": "max", "max": "min"}.get(str(one.value.value))
            if new is not None:
                quote = text_of(source, one.value)[0]
                yield replace(source, one.value, f"{quote}{new}{quote}"), f"{called(call)} takes the epoch of the {new}"


def as_labels(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`fit(X_train, X_train)` gets the labels of these rows."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for call in [one for one in method_calls(tree, "fit") if at(statement_of(tree, one), found.line)]:
        if len(call.args) > 1 and isinstance(call.args[0], ast.Name):
            first = call.args[0].id
            for old, new in (("X", "y"), ("x", "y")):
                if first.startswith(old) and new + first[1:] in names:
                    yield replace(source, call.args[1], new + first[1:]), "fit is given the labels"


def classes_compared(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Probabilities are turned into classes before they are compared with labels."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Compare) and at(node, found.line) and isinstance(node.ops[0], ast.Eq)):
            continue
        for side in (node.left, node.comparators[0]):
            text = text_of(source, side)
            for new in (f"({text}.argmax(axis=1))", f"({text}.ravel() > 0.5)", f"({text} > 0.5)"):
                yield replace(source, side, new), "classes are compared with labels, and not probabilities"


def class_of_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`argmax` of one column, in TensorFlow too, becomes a threshold."""
    for call in [one for one in calls(tree, "argmax") if at(one, found.line)]:
        function = call.func
        method = isinstance(function, ast.Attribute) and text_of(source, function.value) not in (
            "np", "numpy", "tf", "tf.math", "keras.ops", "ops")  # fmt: skip
        given = function.value if method else call.args[0] if call.args else None  # type: ignore[attr-defined]
        if given is not None:
            for bound in ("0.5", "0"):
                text = f"({text_of(source, given)}[:, 0] > {bound})"
                whole = f"tf.cast({text}, tf.int64)" if "tf." in text_of(source, function) else f"{text}.astype(int)"
                yield replace(source, call, whole), f"the class is 1 above {bound}"


def one_more_word(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """An embedding with a row for each word."""
    for call in [one for one in calls(tree, "Embedding") if at(one, found.line)]:
        one = keyword(call, "input_dim")
        value = one.value if one is not None else call.args[0] if call.args else None
        if value is not None:
            yield replace(source, value, f"{text_of(source, value)} + 1"), "the embedding has one more row"


def one_for_the_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The last recurrent layer gives one answer for each row."""
    del found
    cells = [one for one in calls(tree) if called(one) in ("LSTM", "GRU", "SimpleRNN")]
    for call in cells[-1:]:
        one = keyword(call, "return_sequences")
        if one is not None:
            yield replace(source, one.value, "False"), f"{called(call)} gives one answer for each row"


def fewer_steps(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """More epochs, or smaller batches, where a training has a few steps only."""
    del found
    places = [one.value for call in method_calls(tree, "fit") for one in call.keywords if one.arg == "epochs"]
    for value in [_number(tree, one) for one in places]:
        if isinstance(value, ast.Constant) and isinstance(value.value, int):
            for factor in (10, 50):
                yield replace(source, value, str(value.value * factor)), f"{value.value * factor} epochs"
    places = [one.value for call in method_calls(tree, "fit") for one in call.keywords if one.arg == "batch_size"]
    for value in [_number(tree, one) for one in places]:
        if isinstance(value, ast.Constant) and isinstance(value.value, int) and value.value > 32:
            yield replace(source, value, "32"), "batches of 32"


def _number(tree: ast.Module, node: ast.expr) -> ast.expr:
    given = given_to(tree, node.id) if isinstance(node, ast.Name) else []
    return given[0].value if len(given) == 1 else node


def divided_pixels(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Pixels from 0 to 255 are divided by 255, for the training and for the test part."""
    del found
    fits = method_calls(tree, "fit")
    for call in fits[:1]:
        statement = statement_of(tree, call)
        first = call.args[0] if call.args else None
        if not isinstance(first, ast.Name) or not alone(source, statement):
            continue
        own = first.id.lower()
        parts = {own, *(own.replace("train", part) for part in ("test", "val", "valid"))}
        related = [one for one in sorted(names_in(tree)) if one.lower() in parts and is_bound(tree, one)]
        lines = [f"{name} = {name} / 255.0" for name in related]
        yield apply_edits(source, [above(source, statement, *lines)]), "pixels are divided by 255"


def is_bound(tree: ast.Module, name: str) -> bool:
    """Whether a name is bound by the program."""
    names = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id == name]
    return any(isinstance(one.ctx, ast.Store) for one in names)
