"""Keras: small slips of a class, a schedule or a call of fit, which cost the whole training.

Sources: Keras, Model (subclassing: super().__init__() first), learning rate schedules (decay_steps counts steps of the
optimiser), Model.fit (one target for each output); Humbatova et al. 2020; Islam et al. 2019 (API misuse).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.facts.syntax import argument, classes, method_of, own, parameters, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import path_of, written
from mlpilot.tools.diagnose.static.reading.values import Class, Data, Seq, Table
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_KERAS_BASES = re.compile(r"^keras\.(\w+\.)*(Model|Layer|Sequential)$")


@rule(
    "KERAS098",
    "super-init-missing",
    "error",
    "layers are kept before super().__init__()",
    remedy="call super().__init__() in the first line of __init__",
    source="Keras, Making new layers and models via subclassing: super().__init__() first",
)
def super_init(program: Program) -> Iterator[Found]:
    """`class Net(keras.Model): def __init__(self): self.dense = Dense(8)`, without `super().__init__()`."""
    known = dict(program.trace.bases)
    for home in classes(program):
        of = known.get(home, [])
        start = method_of(home, "__init__")
        if start is None or any(isinstance(one, Class) for one in of):
            continue
        if len(of) != 1 or not _KERAS_BASES.match(path_of(of[0])):
            continue
        calls = [node for node in own(start) if isinstance(node, ast.Attribute) and node.attr == "__init__"]
        stores = [node for node in own(start) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
        if stores and not calls:
            yield start, f"{home.name}.__init__ keeps layers without super().__init__(): Keras cannot track them"


_TO_ZERO = ("CosineDecay", "PolynomialDecay", "CosineDecayRestarts")


@rule(
    "KERAS099",
    "steps-counted-in-epochs",
    "error",
    "a schedule counts steps of the optimiser, and is given a number of epochs",
    remedy="decay_steps=epochs * steps_per_epoch",
    source="Keras, learning rate schedules: decay_steps, steps of the optimiser (one for each batch)",
)
def steps_in_epochs(program: Program) -> Iterator[Found]:
    """`CosineDecay(0.1, decay_steps=EPOCHS)`: the rate is zero after as many batches."""
    for node in program.each(ast.Call):
        told = argument(node, "decay_steps" if called(node) != "CosineDecayRestarts" else "first_decay_steps", 1)
        if called(node) not in _TO_ZERO or not isinstance(told, ast.Name | ast.Attribute | ast.Constant):
            continue
        epochs = [one for fit in program.trace.of("fit") for one in [fit.node] if argument(one, "epochs") is not None]
        same = [one for one in epochs if written(argument(one, "epochs") or one) == written(told)]
        word = written(told).rpartition(".")[2].lower()
        sizes = [argument(one, "batch_size") for one in epochs]
        batches = any(argument(one, "steps_per_epoch") is not None for one in epochs)
        batches |= any(
            size is not None and re.search(r"len\(|shape", written(size)) for size in sizes
        )  # one batch in all
        if (same or re.fullmatch(r"(n_|num_|max_|total_)?epochs?", word)) and not batches:
            yield (
                node,
                f"decay_steps={written(told)} counts batches, not epochs: the rate has fallen to its end by then",
            )
            return


@rule(
    "KERAS120",
    "one-target-for-several-outputs",
    "error",
    "a model of several outputs is given one target",
    remedy="model.fit(X, [y_first, y_second]), or a dict by the names of the outputs",
    source="Keras, The Functional API: models with multiple inputs and outputs",
)
def one_target(program: Program) -> Iterator[Found]:
    """`Model(x, [label, value])`, `compile(loss=["mse", "mae"])`, and `fit(X, y)`."""
    for model in keras_models(program):
        outputs = model.instance.argument("outputs", 1)
        losses = model.compile.get("loss", 1)
        several = isinstance(outputs, Seq) and outputs.whole and len(outputs.items) > 1
        if not several or not isinstance(losses, Seq | Table):
            continue
        for call in model.fits:
            y = call.get("y", 1)
            if call.name == "fit" and isinstance(y, Data) and y.role != "X" and _single(program, call.node):
                count = len(outputs.items)  # type: ignore[union-attr]
                yield call.node, f"the model has {count} outputs, and fit is given {call.text(1, 'y')} alone"
                break


def _single(program: Program, node: ast.Call) -> bool:
    """Whether what is given as y is one array: not a list, a tuple or a dict under a name."""
    given = argument(node, "y", 1)
    if isinstance(given, ast.Subscript):
        given = given.value
    if not isinstance(given, ast.Name):
        return False
    values = [value for scope in scopes(program) for value in settings(scope).get(given.id, [])]
    return not any(isinstance(one, ast.List | ast.Tuple | ast.Dict | ast.ListComp) for one in values)


@rule(
    "KERAS121",
    "shortcut-not-added",
    "warning",
    "a shortcut is kept, and never added",
    remedy="Add()([x, shortcut]), or x + shortcut",
    source="He et al. 2016: y = F(x) + x; Keras, Add",
)
def shortcut_lost(program: Program) -> Iterator[Found]:
    """`shortcut = x`, two layers, and `Add()([x, x])`, or `return x` where the shortcut is not read."""
    for scope in scopes(program):
        if isinstance(scope, ast.Module | ast.Lambda):
            continue
        kept = {
            node.targets[0].id: node
            for node in own(scope)
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and re.fullmatch(r"\w*(shortcut|residual|identity|skip)\w*", node.targets[0].id)
        }
        read = {one.id for one in own(scope) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        lost = [name for name in kept if name not in read]
        if len(kept) != 1 or not lost or {"locals", "nonlocal"} & read or _nested(scope):
            continue
        node = next((one for one in own(scope) if _adds_itself(one)), None)
        if node is not None:
            yield node, f"{lost[0]} is kept at line {kept[lost[0]].lineno}, and never added: {written(node)} is not it"


def _nested(scope: ast.AST) -> bool:
    return any(isinstance(node, ast.FunctionDef | ast.Lambda) for node in own(scope))


def _adds_itself(node: ast.AST) -> bool:
    """`Add()([x, x])`, `add([x, x])`, `x + x`, `torch.add(x, x)`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return isinstance(node.left, ast.Name) and written(node.left) == written(node.right)
    if not isinstance(node, ast.Call) or not node.args:
        return False
    layer = called(node.func) in ("Add", "Concatenate") if isinstance(node.func, ast.Call) else False
    if not layer and called(node) not in ("add", "concatenate", "Add"):
        return False
    given = node.args[0].elts if isinstance(node.args[0], ast.List | ast.Tuple) else node.args
    return len(given) == 2 and len({written(one) for one in given}) == 1 and bool(names_in(given[0]))


_TRUTH = re.compile(r"(^|_)(true|truth|targets?|labels?|gt|actual)(_|$)|^y$|^y_?t$", re.IGNORECASE)
_GUESS = re.compile(r"pred|output|logits?|guess|(^|_)(hat|yhat|probs?)(_|$)", re.IGNORECASE)
_ENTROPIES = frozenset(
    f"{kind}{name}"
    for kind in ("", "sparse_")
    for name in ("categorical_crossentropy", "binary_crossentropy", "categorical_focal_crossentropy")
) | {"binary_focal_crossentropy"}
_CLASSES = frozenset(("CategoricalCrossentropy", "BinaryCrossentropy", "SparseCategoricalCrossentropy"))
_OLD = frozenset(("nb_epoch", "border_mode", "Convolution2D", "nb_filter", "subsample", "dim_ordering"))
"""Names of Keras 1, whose backend took the output first."""


@rule(
    "KERAS131",
    "loss-arguments-swapped",
    "error",
    "a cross-entropy is given the outputs for the targets, and the targets for the outputs",
    remedy="categorical_crossentropy(y_true, y_pred): the targets first",
    source="Keras, backend.categorical_crossentropy(target, output); losses: (y_true, y_pred); Islam et al. 2019",
)
def arguments_swapped(program: Program) -> Iterator[Found]:
    """`def loss(y_true, y_pred): return K.categorical_crossentropy(y_pred, y_true)`."""
    if not program.trace.libraries & {"keras", "tensorflow"}:
        return
    old = program.names & _OLD or {one.arg for node in program.each(ast.Call) for one in node.keywords} & _OLD
    meant = re.search(r"symmetric|reverse", program.text, re.IGNORECASE)
    for function in program.functions if not old and not meant else ():
        names = parameters(function)
        names = names[1:] if names[:1] == ["self"] else names
        if len(names) < 2 or not _TRUTH.search(names[0]) or not _GUESS.search(names[1]) or _GUESS.search(names[0]):
            continue
        truth, guess = names[:2]
        made = [node for node in own(function) if isinstance(node, ast.Call) and len(node.args) >= 2 and _entropy(node)]
        sides = [[names_in(one) & {truth, guess} for one in node.args[:2]] for node in made]
        if [{truth}, {guess}] in sides or _bound_anew(function, {truth, guess}):
            continue  # both ways: a loss that is meant to be symmetrical
        for node, given in zip(made, sides, strict=True):
            if given == [{guess}, {truth}]:
                yield node, f"{called(node) or written(node.func)} takes the targets first, and {guess} is the output"


def _entropy(node: ast.Call) -> bool:
    """`K.categorical_crossentropy(...)`, `losses.binary_crossentropy(...)`, `CategoricalCrossentropy()(...)`."""
    return called(node) in _ENTROPIES or called(node.func) in _CLASSES


def _bound_anew(function: ast.AST, names: set[str]) -> bool:
    """Whether a function swaps what its parameters stand for."""
    return any(isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)
               and names <= names_in(node.targets[0]) for node in own(function))  # fmt: skip
