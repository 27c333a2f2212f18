"""How a Keras program's models end and which loss they have, wherever either is written; and edits of both.

A loss is a word in `compile`, an object or a function of Keras, there, in a name or in a loop of the program's own. A
model ends with a dense layer in a list, in `add`, in a function or as an attribute that `call` returns; its activation
is an argument, a layer of its own, or a function around it.
"""

import ast
from dataclasses import dataclass

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, parents, with_keyword, without_keyword
from mlpilot.tools.mending.forms import Edits, Maker, alone, at, given_to, statement_of, without
from mlpilot.tools.mending.training.code import dense, value_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_CLASSES = {
    "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
    "MeanSquaredError": "mse",
    "MeanAbsoluteError": "mae",
    "Huber": "huber",
}
_WORDS = {"mean_squared_error": "mse", "mean_absolute_error": "mae", "huber_loss": "huber", "MSE": "mse"}
_KNOWN = {*_CLASSES.values(), *_WORDS}
OF_CLASSES = ("sparse_categorical_crossentropy", "categorical_crossentropy")
OF_VALUES = ("mse", "mae", "huber")
_LAYERS = ("Softmax", "ReLU")
"""Activations that are layers of their own."""
_ACTIVATIONS = ("softmax", "sigmoid", "relu", "tanh", "linear", "elu", "selu")


@dataclass(frozen=True)
class Loss:
    """A loss where it is written."""

    node: ast.expr
    """A word, a call that makes one, or the name of a function."""
    word: str
    """As `compile` takes it."""


def losses(tree: ast.Module) -> list[Loss]:
    """What `compile` is given; where there is no `compile`, those that are made or called."""
    given: list[ast.expr] = []
    for call in calls(tree, "compile"):
        named = keyword(call, "loss")
        value = named.value if named is not None else call.args[1] if len(call.args) > 1 else None
        given += [_meant(tree, value)] if value is not None else []
    found = [one for node in given if (one := _loss(node)) is not None]
    if found or given:
        return found
    made = [_loss(node) for node in calls(tree) if called(node) in _CLASSES]
    made += [_loss(node.func) for node in calls(tree) if called(node) in _KNOWN]
    return [one for one in made if one is not None]


def _meant(tree: ast.Module, node: ast.expr) -> ast.expr:
    """What a name was given, and an entry of a dictionary of settings."""
    if isinstance(node, ast.Name):
        given = given_to(tree, node.id)
        return given[0].value if len(given) == 1 else node
    return value_of(tree, node) or node


def _loss(node: ast.expr) -> Loss | None:
    if isinstance(node, ast.Constant):
        word = node.value if isinstance(node.value, str) else ""
    elif isinstance(node, ast.Call):
        word = _CLASSES.get(called(node), "")
    else:
        word = getattr(node, "attr", getattr(node, "id", ""))
    word = _WORDS.get(word, word)
    return Loss(node, word) if word in _CLASSES.values() else None


def with_loss(source: str, loss: Loss, word: str) -> list[Edit]:
    """The loss becomes another one."""
    node = loss.node
    if isinstance(node, ast.Constant):
        quote = text_of(source, node)[0]
        return [Edit(*span(source, node), f"{quote}{word}{quote}")]
    if isinstance(node, ast.Call):
        new = next(name for name, other in _CLASSES.items() if other == word)
        if isinstance(node.func, ast.Attribute):
            kept = [text_of(source, one) for one in node.keywords if one.arg == "reduction"]
            text = f"{text_of(source, node.func.value)}.{new}({', '.join(kept)})"
        else:
            text = f'"{word}"'  # by its word: the class would have to be imported
        return [Edit(*span(source, node), text)]
    end = span(source, node)[1]
    return [Edit(end - len(getattr(node, "attr", getattr(node, "id", ""))), end, word)]


def last_layers(tree: ast.Module, line: int | None = None) -> list[ast.Call]:
    """The dense layer that a model ends with: the one at the line; else the last of each model, the last model first.

    Models are told apart as in `training_code.dense`.
    """
    every = calls(tree, "Dense")
    here = [one for one in every if at(one, line)]
    if here:
        return here[-1:]
    hidden = {id(one) for one in dense(tree, ("Dense",))}
    last = [one for one in every if id(one) not in hidden]
    returned = [one for one in last if _is_returned(tree, one)]
    return (returned or last)[::-1]


def _is_returned(tree: ast.Module, layer: ast.Call) -> bool:
    """Whether it is an attribute that `call` returns the answer of."""
    made = next((one for one in ast.walk(tree) if isinstance(one, ast.Assign) and one.value is layer), None)
    if made is None or not isinstance(made.targets[0], ast.Attribute):
        return False
    name = made.targets[0].attr
    returned = [one.value for one in ast.walk(tree) if isinstance(one, ast.Return) and isinstance(one.value, ast.Call)]
    return any(isinstance(one.func, ast.Attribute) and one.func.attr == name for one in returned)


def _written(tree: ast.Module, layer: ast.Call) -> ast.expr | None:
    """Where the activation of a layer is written: its argument, or the layer of activation behind it."""
    one = keyword(layer, "activation")
    if one is not None:
        return one.value
    if len(layer.args) > 1:
        return layer.args[1]
    after = [call for call in calls(tree, "Activation") if call.args and call.lineno >= layer.lineno
             and (call.lineno, call.col_offset) > (layer.lineno, layer.col_offset)]  # fmt: skip
    between = [call.lineno for call in calls(tree, "Dense") if call.lineno > layer.lineno]
    if after and not any(line < after[0].lineno for line in between):
        return after[0].args[0]
    behind = [call for call in calls(tree) if (call.lineno, call.col_offset) > (layer.lineno, layer.col_offset)]
    made = next((call for call in behind if called(call) not in ("add", "append")), None)
    return made if made is not None and called(made) in _LAYERS else None


def with_activation(source: str, tree: ast.Module, layer: ast.Call, word: str) -> str | None:
    """The program with another activation of this layer, "" for none; None where it has that already."""
    written = _written(tree, layer)
    now = ""
    if isinstance(written, ast.Name | ast.Subscript | ast.Attribute):
        meant = value_of(tree, written)
        now = str(meant.value or "") if isinstance(meant, ast.Constant) else text_of(source, written)
    elif written is not None:
        now = str(written.value) if isinstance(written, ast.Constant) and written.value else text_of(source, written)
        now = now.rpartition(".")[2].strip("'\"")
    now = called(written).lower() if isinstance(written, ast.Call) else now
    now = "" if now in ("linear", "None") else now
    if now == word or (now and now not in _ACTIVATIONS):
        return None
    if isinstance(written, ast.Call):
        holder = text_of(source, written.func)[: -len(called(written))]
        return replace(source, written, f'{holder}Activation("{word or "linear"}")') if holder else None
    if written is None:
        return with_keyword(source, layer, "activation", f'"{word}"')
    if not word and keyword(layer, "activation") is not None:
        return without_keyword(source, layer, "activation")
    return replace(source, written, f'"{word or "linear"}"')


def fitting(loss: str) -> str | None:
    """The activation that a loss wants at the end."""
    if loss in OF_CLASSES:
        return "softmax"
    return "sigmoid" if loss == "binary_crossentropy" else "" if loss in OF_VALUES else None


def last_activation(*wanted: str) -> Maker:
    """The maker of an edit: the last layer ends with this activation; "" for none, "fitting" for the loss's own."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        known = losses(tree)
        for layer in last_layers(tree, found.line)[:2] if known else []:
            for one in wanted:
                word = fitting(known[0].word) if one == "fitting" else one
                text = with_activation(source, tree, layer, word) if word is not None else None
                if text is not None:
                    yield text, f"the model ends with {word}" if word else "the model ends without an activation"
        word = fitting(known[0].word) if known else None
        if word is not None:
            yield from _around_the_answer(source, tree, word)

    return edits


def _around_the_answer(source: str, tree: ast.Module, word: str) -> Edits:
    """`return tf.nn.relu(self.out(x))` without what does not belong there, or with another function."""
    for one in ast.walk(tree):
        call = one.value if isinstance(one, ast.Return) else None
        if isinstance(call, ast.Call) and called(call) in _ACTIVATIONS and len(call.args) == 1 and called(call) != word:
            inner = text_of(source, call.args[0])
            holder = text_of(source, call.func)[: -len(called(call))]
            said = f"the model ends with {word}" if word else "the model ends without an activation"
            yield replace(source, call, f"{holder}{word}({inner})" if word else inner), said


def values_without_activation(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A model of values (its loss is a squared error, say) ends without what would bound them."""
    known = losses(tree)
    if known and all(one.word in OF_VALUES for one in known):
        yield from last_activation("")(source, tree, found)


def loss_of(*words: str) -> Maker:
    """The maker of an edit: the one loss becomes each of these."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        del found
        known = losses(tree)
        for word in words if len({one.word for one in known}) == 1 else ():
            if known[0].word != word:
                changes = [edit for one in known for edit in with_loss(source, one, word)]
                yield apply_edits(source, changes), f"the loss is {word}"

    return edits


def one_label_each(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Rows of one label each have the loss of classes, and accuracy is that of the class."""
    for text, what in loss_of(*OF_CLASSES)(source, tree, found):
        words = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Constant)
                 and one.value in ("binary_accuracy", "val_binary_accuracy")]  # fmt: skip
        quoted = [Edit(*span(text, one), f'"{str(one.value).replace("binary", "categorical")}"') for one in words]
        if words and "is categorical" in what:
            yield apply_edits(text, quoted), f"{what}, and accuracy is that of the class"
        yield text, what


def loss_for_probabilities(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A squared error of what ends with softmax becomes the cross-entropy."""
    for layer in last_layers(tree, found.line)[:1]:
        written = _written(tree, layer)
        if written is not None and "softmax" in text_of(source, written).lower():
            yield from loss_of(*OF_CLASSES[::-1])(source, tree, found)


def sigmoid_and_its_loss(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A model of yes or no, or of several labels a row: sigmoid at the end, and the loss for it."""
    known = losses(tree)
    if not known or len({one.word for one in known}) > 1:
        return
    changes = [edit for one in known for edit in with_loss(source, one, "binary_crossentropy")]
    text = apply_edits(source, changes)
    again = ast.parse(text)
    line = found.line if any(at(one, found.line) for one in calls(tree, "Dense")) else None
    for layer in last_layers(again, line)[:2]:
        both = with_activation(text, again, layer, "sigmoid")
        yield both or text, "the model ends with sigmoid, and has the loss for it"


def sigmoid_for_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Dense(1, activation="softmax")`, which always says 1, becomes a sigmoid."""
    for layer in last_layers(tree, found.line)[:2]:
        text = with_activation(source, tree, layer, "sigmoid")
        if text is not None:
            yield text, "the one output goes through a sigmoid"


def raw_or_told(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Raw outputs and a loss that wants probabilities: the loss is told so, or the last layer gets its activation."""
    known = losses(tree)
    for one in known:
        node = one.node
        if isinstance(node, ast.Call) and keyword(node, "from_logits") is None and one.word not in OF_VALUES:
            text = with_keyword(source, node, "from_logits", "True")
            yield text, f"{called(node)} is told that it is given raw outputs"
    for call in calls(tree):
        if called(call) in _KNOWN and one_word(call) not in OF_VALUES and len(call.args) == 2:
            text = with_keyword(source, call, "from_logits", "True")
            yield text, f"{called(call)} is told that it is given raw outputs"
    yield from last_activation("fitting")(source, tree, found)


def one_word(call: ast.Call) -> str:
    """The loss that a call of a function of Keras computes."""
    return _WORDS.get(called(call), called(call))


def probabilities_given(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`from_logits=True` of what has gone through an activation already is left out; or the activation is."""
    for call in sorted(calls(tree), key=lambda one: abs(one.lineno - (found.line or 0))):
        one = keyword(call, "from_logits")
        if one is not None and isinstance(one.value, ast.Constant) and one.value.value is True:
            text = without_keyword(source, call, "from_logits")
            if text is not None:
                yield text, f"{called(call)} is told that it is given probabilities"
    yield from last_activation("")(source, tree, found)
    names = ("softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits",
             "sigmoid_cross_entropy_with_logits")  # fmt: skip
    if any(called(call) in names for call in calls(tree)):
        for layer in last_layers(tree, found.line)[:2]:
            without_it = with_activation(source, tree, layer, "")
            if without_it is not None:
                yield without_it, "the model ends without an activation"


def raw_for_tensorflow(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What a loss of TensorFlow is given as `logits` does not go through softmax or sigmoid before."""
    for call in calls(tree):
        given = keyword(call, "logits")
        if given is None or not called(call).endswith("_with_logits"):
            continue
        value = given.value
        if isinstance(value, ast.Name):
            made = given_to(tree, value.id)
            value = made[-1].value if made else value
        if isinstance(value, ast.Call) and called(value) in ("softmax", "sigmoid") and len(value.args) == 1:
            said = f"{called(call)} is given raw outputs"
            yield replace(source, value, text_of(source, value.args[0])), said
    yield from probabilities_given(source, tree, found)


def dropout_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Dropout behind the outputs of a functional or a subclassed model is left out."""
    parent = parents(tree)
    for call in calls(tree):
        if called(call) not in ("Dropout", "BatchNormalization") or not at(statement_of(tree, call), found.line):
            continue
        holder = parent.get(call)
        if isinstance(holder, ast.Call) and holder.func is call and holder.args:
            statement = statement_of(tree, call)
            inner = text_of(source, holder.args[0])
            same = isinstance(statement, ast.Assign) and text_of(source, statement.targets[0]) == inner
            text = (
                apply_edits(source, [without(source, statement)])
                if same and alone(source, statement)
                else replace(source, holder, inner)
            )
            yield text, "the outputs are given as they are, without dropout"
