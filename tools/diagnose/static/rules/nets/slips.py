"""PyTorch and Keras: slips that Python lets pass: names that nothing reads, masks that mask nothing, seeds that repeat.

Sources: PyTorch, Autograd mechanics (requires_grad of parameters), ReduceLROnPlateau (mode), Reproducibility,
CrossEntropyLoss (weight: a tensor); Keras, Layer.trainable; Vaswani et al. 2017 (masks are set to -inf before softmax);
Islam et al. 2019 (API misuse).
"""

import ast
import difflib
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, held_by, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_READ = ("requires_grad", "trainable")


@rule(
    "TORCH279",
    "name-that-nothing-reads",
    "error",
    "an attribute is set that neither PyTorch nor Keras reads",
    remedy="parameter.requires_grad = False; layer.trainable = False",
    source="PyTorch, Autograd mechanics: requires_grad; Keras, Layer.trainable; Islam et al. 2019, API misuse",
)
def nothing_reads(program: Program) -> Iterator[Found]:
    """`parameter.require_grad = False`, `layer.trainble = False`."""
    loaded = {one.attr for one in program.each(ast.Attribute) if isinstance(one.ctx, ast.Load)}
    for node in program.nodes:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        truth = (
            isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)
        )
        if not isinstance(target, ast.Attribute) or not truth or target.attr in _READ or target.attr in loaded:
            continue
        meant = difflib.get_close_matches(target.attr, _READ, 1, 0.85)
        if meant and written(target.value) != "self" and program.trace.libraries & {"torch", "keras", "tensorflow"}:
            yield node, f"{written(target)}: it is called {meant[0]}, and nothing is frozen by this"


@rule(
    "TORCH280",
    "requires-grad-of-a-module",
    "error",
    "requires_grad is set on a module, which has no such setting",
    remedy="model.fc.requires_grad_(False), or for each of its parameters()",
    source="PyTorch, Module.requires_grad_; Autograd mechanics: requires_grad is of tensors",
)
def of_a_module(program: Program) -> Iterator[Found]:
    """`model.features.requires_grad = False`."""
    parts = re.compile(
        r"\.(features?|fc\d?|classifier|backbone|encoder|decoder|head|base|body|layer\d|conv\d|avgpool|trunk)$"
    )
    for node in program.nodes:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        plain = isinstance(target, ast.Attribute) and target.attr == "requires_grad"
        if plain and isinstance(target, ast.Attribute) and parts.search(written(target.value)):
            yield node, f"{written(target.value)} is a module: its parameters go on learning"


_LOW = re.compile(r"^-(1e\d+|inf|1000+\.?0*|9e\d+|float\(|np\.inf|torch\.inf|math\.inf)|^float\(.-inf")


@rule(
    "TORCH281",
    "mask-at-the-wrong-place",
    "error",
    "a mask of attention that does not take anything out",
    remedy="scores.masked_fill(mask == 0, float('-inf')).softmax(dim=-1): -inf, and before the softmax",
    source="Vaswani et al. 2017: masked out by setting to -inf the values in the input of the softmax",
)
def mask_misplaced(program: Program) -> Iterator[Found]:
    """`scores.masked_fill(mask == 0, 0)` before softmax, `weights.masked_fill(mask == 0, -1e9)` after it."""
    for scope in scopes(program) if "masked_fill" in program.names else ():
        softened: set[str] = set()
        zeroed: dict[str, ast.AST] = {}
        for node in own(scope):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name, value = node.targets[0].id, node.value
            masks = [one for one in ast.walk(value) if called(one) == "masked_fill" and isinstance(one, ast.Call)]
            filled = written(masks[0].args[1]) if masks and len(masks[0].args) > 1 else ""
            soft = any(called(one) in ("softmax", "log_softmax") for one in ast.walk(value))
            owner = held_by(masks[0]) if masks else None
            if masks and not soft and owner is not None and written(owner) in softened and _LOW.match(filled):
                yield node, f"{written(owner)} went through softmax already: {filled} is added up as it is"
            read = names_in(value)
            for other in read & set(zeroed) if soft else ():
                yield zeroed[other], f"{other} is 0 where it is masked, and softmax gives e**0 there, not nothing"
            zeroed.pop(name, None)
            softened.discard(name)
            attends = re.search(r"scor|att|energ|align|dots|qk|sim", name.lower())
            if masks and filled in ("0", "0.0") and not soft and attends:
                zeroed[name] = node
            if soft and not masks:
                softened.add(name)


@rule(
    "TORCH282",
    "plateau-the-wrong-way",
    "error",
    "ReduceLROnPlateau waits for the wrong direction",
    remedy='mode="max" for accuracy, mode="min" (the default) for a loss',
    source="PyTorch, ReduceLROnPlateau: mode",
)
def wrong_way(program: Program) -> Iterator[Found]:
    """`ReduceLROnPlateau(optimizer)`, and `scheduler.step(val_accuracy)`."""
    made = {
        name: one
        for scope in scopes(program)
        for name, values in settings(scope).items()
        for one in values
        if called(one) == "ReduceLROnPlateau" and isinstance(one, ast.Call)
    }
    for node in program.nodes:
        owner = held_by(node)
        if called(node) != "step" or owner is None or written(owner) not in made or not isinstance(node, ast.Call):
            continue
        mode = argument(made[written(owner)], "mode", 1)
        up = isinstance(mode, ast.Constant) and mode.value == "max"
        text = written(node.args[0]).lower() if node.args else ""
        better = re.search(r"acc|f1|auc|score|dice|iou|map\b|recall|precision|reward", text)
        worse = re.search(r"loss|err|mse|mae|rmse", text)
        if mode is not None and not isinstance(mode, ast.Constant):
            continue
        if (up and worse and not better) or (not up and better and not worse and not text.startswith(("-", "1 -"))):
            yield node, f"{written(node)}: the scheduler takes {'more' if up else 'less'} for better"


@rule(
    "TORCH283",
    "weights-are-no-tensor",
    "error",
    "weights of classes that are no tensor",
    remedy="weight=torch.tensor(weights, dtype=torch.float32)",
    source="PyTorch, CrossEntropyLoss: weight, a Tensor of size C",
)
def no_tensor(program: Program) -> Iterator[Found]:
    """`CrossEntropyLoss(weight=[1.0, 5.0])`, or an array of numpy."""
    for scope in scopes(program):
        known = settings(scope)
        for node in own(scope):
            losses = ("CrossEntropyLoss", "NLLLoss", "BCEWithLogitsLoss")
            if not isinstance(node, ast.Call) or called(node) not in losses or "torch" not in program.trace.libraries:
                continue
            given = argument(node, "pos_weight" if called(node) == "BCEWithLogitsLoss" else "weight")
            if isinstance(given, ast.Name) and len(known.get(given.id, [])) == 1:
                given = known[given.id][0]
            arrays = written(given)[:9] in ("np.array(", "np.asarra") if given is not None else False
            if isinstance(given, ast.List) or arrays or called(given) == "compute_class_weight":
                yield node, f"{written(given or node)} is no tensor, and {called(node)} takes nothing else"


@rule(
    "TORCH284",
    "seeded-in-each-epoch",
    "warning",
    "the random numbers are the same in each epoch",
    remedy="set the seed once, before the loop",
    source="PyTorch, Reproducibility: manual_seed; torch.utils.data: shuffle draws from it",
)
def seeded_again(program: Program) -> Iterator[Found]:
    """`for epoch in range(10): torch.manual_seed(0); ...`; a seed set in `__getitem__`."""
    for node in program.nodes:
        if isinstance(node, ast.For) and re.search(r"epoch", written(node.target)) and "backward" in program.names:
            for one in node.body:
                call = one.value if isinstance(one, ast.Expr) else None
                if isinstance(call, ast.Call) and _seeds(call):
                    yield call, f"{written(call)} in each {written(node.target)}: the same order and dropout each time"
        elif isinstance(node, ast.FunctionDef) and node.name == "__getitem__":
            for one in node.body:
                call = one.value if isinstance(one, ast.Expr) else None
                if isinstance(call, ast.Call) and _seeds(call):
                    yield call, f"{written(call)} for each row: all of them are changed in the same way"


def _seeds(call: ast.Call) -> bool:
    seeding = written(call.func) in ("torch.manual_seed", "np.random.seed", "random.seed", "numpy.random.seed")
    return seeding and len(call.args) == 1 and isinstance(call.args[0], ast.Constant)


@rule(
    "TORCH285",
    "rounded-before-the-loss",
    "error",
    "outputs are rounded before the loss",
    remedy="the loss of the outputs as they are; round only to count hits",
    source="PyTorch, Autograd mechanics: the gradient of round and sign is 0; Humbatova et al. 2020",
)
def rounded(program: Program) -> Iterator[Found]:
    """`criterion(torch.round(torch.sigmoid(model(x))), y)`, and `loss.backward()`."""
    for scope in scopes(program):
        known = settings(scope)
        backed = {written(owner) for node in own(scope) if called(node) == "backward" and (owner := held_by(node))}
        for node in own(scope):
            value = node.value if isinstance(node, ast.Assign) and written(node.targets[0]) in backed else None
            if not isinstance(value, ast.Call) or len(value.args) < 2 or called(value) in ("mean", "sum"):
                continue
            given = value.args[0]
            if isinstance(given, ast.Name) and len(known.get(given.id, [])) == 1:
                given = known[given.id][0]
            if called(given) in ("round", "sign", "heaviside") and re.search(
                r"crit|loss|entropy", written(value.func).lower()
            ):
                yield node, f"{written(given)} has no slope: the gradient of all weights is 0"
