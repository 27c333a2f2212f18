"""PyTorch: optimisers, loaders, data sets and layers that can hardly be meant as they stand.

Sources: PyTorch, torch.optim, torch.utils.data and torchvision; UMLAUT; AUTOTRAINER; Humbatova et al. 2020 (training).
"""

import ast
import itertools
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.steps import pooled_over_steps
from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.libraries import datasets, nets
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import Call, path_of, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Value, constant, number, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import trained_on
from mlpilot.tools.diagnose.static.rules.torch.model import optimisers
from mlpilot.tools.diagnose.static.rules.torch.order import stacked_rows_for_steps

_ADAPTIVE = listed("Adam AdamW NAdam RAdam Adamax RMSprop")


@rule(
    "TORCH209",
    "functional-dropout-always-on",
    "warning",
    "dropout that eval() does not switch off",
    remedy="F.dropout(x, training=self.training), or nn.Dropout",
    source="PyTorch, functional.dropout",
)
def functional_dropout(program: Program) -> Iterator[Found]:
    """`F.dropout(x, 0.5)`, `F.dropout(x, 0.5, training=True)` and `nn.Dropout(0.5)(x)` within `forward`."""
    for call in program.trace.of("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout"):
        asked = any("training" in written(one.test, 200) for one in call.conditions if isinstance(one, ast.If))
        if not call.path.startswith("torch.nn.functional.") or asked:
            continue
        told = call.get("training", 2)
        if told is None:
            yield call.node, f"F.{call.name} without training=self.training drops units when the model is judged, too"
        elif _written_true(call.node) and call.inside[-1:] == ("forward",) and _only_in_training(program):
            yield call.node, f"F.{call.name} with training=True drops units when the model is judged, too"
    for call in program.trace.of("__call__"):
        if "forward" in call.inside and _dropout_made(call) and _only_in_training(program):
            yield call.node, f"{written(call.node.func)} is made anew, in training mode: eval() does not reach it"


def _dropout_made(call: Call) -> bool:
    """`nn.Dropout(0.5)(x)`: a layer that is made where it is called."""
    layer = call.receiver
    return isinstance(layer, Instance) and layer.node is call.node.func and layer.path in _DROPOUTS


_DROPOUTS = frozenset(f"torch.nn.{name}" for name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"))
_MEANT = re.compile(
    r"\bmc\b|mc_|_mc|mcd|monte|bayes|uncertain|epistemic|stochastic|\bgan\b|generator\(|pix2pix|prenet|tacotron"
    r"|n_samples|num_samples|variational|always|at test time|ensemble|self\.training|for _ in range\(\w+\)\]",
    re.IGNORECASE,
)
"""Words of programs that drop units when they judge, and mean it, or ask whether this is training."""


def _written_true(node: ast.Call) -> bool:
    """Whether the call itself says training=True."""
    given = argument(node, "training", 2)
    return isinstance(given, ast.Constant) and given.value is True


def _only_in_training(program: Program) -> bool:
    """Whether the program sets its model to eval(), and says nothing of dropout that is meant to stay."""
    judged = any(not call.args for call in program.trace.of("eval")) or any(
        constant(call.args[0]) is False for call in program.trace.of("train") if call.args
    )
    return judged and not _MEANT.search(program.text.replace("torch.Generator(", ""))


@rule(
    "TORCH210",
    "learning-rate-out-of-range",
    "warning",
    "a learning rate that can hardly be meant",
    remedy="start with 1e-3 (Adam) or 1e-2 to 1e-1 (SGD)",
    source="UMLAUT (Schoop et al. 2021); AUTOTRAINER (Zhang et al. 2021)",
)
def learning_rate(program: Program) -> Iterator[Found]:
    """`Adam(model.parameters(), lr=1)`."""
    for one in (
        optimisers(program) if "opacus" not in program.trace.libraries else []
    ):  # noise and clipping: other rates
        given = one.argument("params", 0)
        rate = number(one.argument("lr", 1))
        of_piece = (
            isinstance(one.node, ast.Call) and one.node.args and written(one.node.args[0]).endswith(".parameters()")
        )
        if rate is None or not (of_piece or (isinstance(given, Data) and given.kind == "parameters")):
            continue
        seen = isinstance(given, Data) and given.kind == "parameters"
        if seen and rate > 0 and _learns_by_heart(program, given):
            continue
        high = _highest(one) * (1 if seen else 10)  # what it moves is not seen: some models take larger steps
        if any(_shares_rate(one, other) and rate < _highest(other) for other in optimisers(program)):
            continue  # one rate for whichever is chosen, and it fits another
        if rate >= high or rate <= 0 or rate <= _lowest(program):
            yield (
                cause(one.argument("lr", 1), one.node),
                f"lr={rate:g} is {'too high' if rate >= high else 'too low'} for {one.name}",
            )
        elif (number(one.argument("momentum")) or 0) >= 1:
            yield one.node, f"momentum={number(one.argument('momentum')):g} lets the steps grow without end"


_FEW = 20
"""Rows that a network may learn by heart, with steps of any size."""


def _learns_by_heart(program: Program, given: Value | None) -> bool:
    """Whether a model is called on nothing but a few rows that are written in the program."""
    model = given.made_by if isinstance(given, Data) else None
    asked = [call.args[0] for call in program.trace.of("__call__") if call.receiver is model and call.args]
    return bool(asked) and all(
        isinstance(one, Data) and not one.rows and one.shape is not None and 0 < (one.shape[0] or 0) <= _FEW
        for one in asked
    )


def _lowest(program: Program) -> float:
    """A rate that moves nothing: lower where a trained model goes on, or where a loss adds up over the rows."""
    goes_on = {"from_pretrained", "load_state_dict", "pretrained", "weights", "models", "hub", "load"} & program.names
    return 9e-8 if goes_on or re.search(r"pretrained|reduction=.sum|\.sum\(\)", program.text) else 1e-6


def _highest(one: Instance) -> float:
    return 0.1 if one.name in _ADAPTIVE else 1.5


def _shares_rate(one: Instance, other: Instance) -> bool:
    """Whether both are given the same name for their learning rate."""
    texts = [
        {
            written(word.value)
            for word in made.node.keywords
            if word.arg == "lr" and not isinstance(word.value, ast.Constant)
        }
        for made in (one, other)
        if isinstance(made.node, ast.Call)
    ]
    return len(texts) == 2 and bool(texts[0] & texts[1]) and one is not other


@rule(
    "TORCH211",
    "training-rows-in-order",
    "warning",
    "the loader of the training rows is told not to shuffle",
    remedy="DataLoader(train_set, shuffle=True)",
    source="PyTorch, torch.utils.data; Humbatova et al. 2020, training data quality",
)
def told_not_to_shuffle(program: Program) -> Iterator[Found]:
    """`DataLoader(train_set, batch_size=64, shuffle=False)`."""
    for call in _training_loaders(program):
        if constant(call.get("shuffle", 2)) is False:
            yield call.node, f"shuffle=False: {call.text(0)} comes in the same order in every epoch"


@rule(
    "TORCH217",
    "training-rows-not-shuffled",
    "note",
    "the loader of the training rows does not shuffle",
    remedy="DataLoader(train_set, shuffle=True)",
    source="PyTorch, torch.utils.data: shuffle is False by default",
)
def not_shuffled(program: Program) -> Iterator[Found]:
    """`DataLoader(train_set, batch_size=64)`."""
    for call in _training_loaders(program):
        if call.get("shuffle", 2) is None:
            yield (
                call.node,
                f"the training rows are not shuffled: {call.text(0)} comes in the same order in every epoch",
            )


_IN_ORDER = ("lstm", "gru", "rnn", "sequence", "timeseries", "transformer", "forecast")


def _training_loaders(program: Program) -> Iterator[Call]:
    """Loaders of training rows whose order means nothing."""
    if any(word in " ".join(program.names).lower() for word in _IN_ORDER):
        return
    for call in program.trace.of("DataLoader"):
        plain = call.get("sampler") is None and call.get("batch_sampler") is None
        if plain and _is_training(program, call) and not any(one.arg is None for one in call.node.keywords):
            yield call


def _is_training(program: Program, call: Call) -> bool:
    given = call.get("dataset", 0)
    if "valid" in call.alias or part_of(call.alias) in ("test", "validation"):
        return False
    named = part_of(call.alias) == "train"
    ours = isinstance(given, Instance) and given.path.startswith("torchvision.datasets.")
    if isinstance(given, Instance) and given.name == "ImageFolder" and trained_on(program, call):
        return True  # its rows come class by class
    training = isinstance(given, Instance) and constant(given.argument("train")) is True
    return (ours and training) or (
        named and (ours or isinstance(given, Data) or path_of(given).endswith("TensorDataset"))
    )


_RANDOM = ("Random", "ColorJitter", "AutoAugment", "TrivialAugment", "AugMix")


@rule(
    "TORCH212",
    "test-rows-augmented",
    "warning",
    "test rows are changed at random",
    remedy="a transform of its own for the test part: resize, to tensor, normalise",
    source="torchvision, transforms",
)
def augmented_test(program: Program) -> Iterator[Found]:
    """A data set for testing with `RandomHorizontalFlip`."""
    for one in program.trace.instances:
        given = one.argument("transform")
        testing = constant(one.argument("train")) is False or constant(one.argument("split")) in ("test", "val")
        testing |= one.name == "ImageFolder" and part_of(" ".join(words(one.argument("root", 0)))) in _JUDGED
        if not testing or not isinstance(given, Instance) or given.name != "Compose":
            continue
        steps = given.args[0].items if given.args and isinstance(given.args[0], Seq) else []
        random = [step.name for step in steps if isinstance(step, Instance) and step.name.startswith(_RANDOM)]
        if random:
            yield one.node, f"the test part goes through {', '.join(random)}: each judgement sees other rows"

    for target, _, value in program.trace.unpacked:
        for name, subset in zip(getattr(target, "elts", []), getattr(value, "items", []), strict=False):
            base = subset.made_by if isinstance(subset, Data) else None
            random = _random_steps(base) if isinstance(base, Instance) else []
            if random and isinstance(name, ast.Name) and part_of(name.id) in _JUDGED:
                yield target, f"{name.id} goes through {', '.join(random)}, as the training part does"


_JUDGED = ("test", "validation")


def _random_steps(dataset: Instance) -> list[str]:
    """Names of the transforms of a data set that change a picture at random."""
    steps = datasets.transforms_of(dataset) or []
    return [step.name for step in steps if isinstance(step, Instance) and step.name.startswith(_RANDOM)]


@rule(
    "TORCH213",
    "dropout-rate",
    "warning",
    "a dropout rate that can hardly be meant",
    remedy="a share to drop between 0.1 and 0.5",
    source="PyTorch, Dropout: p is the probability to be zeroed",
)
def dropout_rate(program: Program) -> Iterator[Found]:
    """`nn.Dropout(0.95)`."""
    for one in program.trace.instances:
        rate = number(one.argument("p", 0))
        if one.library == "torch" and one.name.startswith("Dropout") and rate is not None and (rate > 0.85 or rate < 0):
            yield cause(one.argument("p", 0), one.node), f"Dropout({rate:g}) drops {rate:.0%} of the units"


@rule(
    "TORCH214",
    "dropout-at-the-end",
    "warning",
    "dropout on the outputs",
    remedy="leave it out after the last layer",
    source="Humbatova et al. 2020, suboptimal network structure; NeuraLint",
)
def dropout_last(program: Program) -> Iterator[Found]:
    """`nn.Sequential(..., nn.Linear(64, 10), nn.Dropout(0.5))` whose output goes into a loss; dropout after softmax."""
    for one in program.trace.instances:
        if one.path != "torch.nn.Sequential":
            continue
        layers = [layer for layer in nets.sequential_layers(one) if isinstance(layer, Instance)]
        for before, layer in itertools.pairwise(layers):
            if layer.name == "Dropout" and before.name in ("Softmax", "LogSoftmax"):
                yield layer.node, f"dropout after {before.name} takes classes out at random"


@rule(
    "TORCH218",
    "batch-first-missing",
    "error",
    "a recurrent layer that takes the batch for time",
    remedy="nn.LSTM(..., batch_first=True)",
    source="PyTorch, nn.LSTM: batch_first; Humbatova et al. 2020, tensors and inputs",
)
def batch_first(program: Program) -> Iterator[Found]:
    """`nn.LSTM(28, 64)`, and then `out[:, -1, :]` for the last step; `nn.MultiheadAttention`, and `mean(dim=1)`."""
    stacked = list(stacked_rows_for_steps(program))
    yield from stacked
    if stacked:
        return
    if program.names & {"permute", "transpose", "swapaxes", "pack_padded_sequence", "rearrange", "movedim", "mT"}:
        return
    last_step = any(
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Tuple)
        and len(node.slice.elts) in (2, 3)
        and written(node.slice).startswith((":, -1", "(:, -1", "slice"))
        for node in program.nodes
    )
    for one in program.trace.instances:
        recurrent = one.path in ("torch.nn.LSTM", "torch.nn.GRU", "torch.nn.RNN")
        attends = one.path in ("torch.nn.MultiheadAttention", "torch.nn.TransformerEncoderLayer")
        told = one.argument("batch_first", 4 if recurrent else None)
        if not (recurrent or attends) or constant(told) is True or "**" in written(one.node, 200):
            continue
        if recurrent and last_step:
            text = f"nn.{one.name} takes time first, and [:, -1] of its output is taken for the last step"
            yield one.node, text
        elif told is None and (place := pooled_over_steps(program, one)) is not None:
            yield one.node, f"nn.{one.name} takes time first, and {written(place)} takes the second axis for the steps"


@rule(
    "TORCH219",
    "normalised-too-early",
    "error",
    "Normalize before ToTensor",
    remedy="transforms.Compose([..., transforms.ToTensor(), transforms.Normalize(...)])",
    source="torchvision, transforms: Normalize takes tensors",
)
def normalised_early(program: Program) -> Iterator[Found]:
    """`Compose([Normalize(...), ToTensor()])`."""
    for one in program.trace.instances:
        given = one.args[0] if one.name == "Compose" and one.args else None
        names = [step.name for step in given.items if isinstance(step, Instance)] if isinstance(given, Seq) else []
        if "Normalize" in names and "ToTensor" in names and names.index("Normalize") < names.index("ToTensor"):
            yield one.node, "Normalize takes tensors, and stands before ToTensor"


@rule(
    "TORCH220",
    "leaf-changed-in-place",
    "error",
    "a parameter changed in place with gradients on",
    remedy="with torch.no_grad(): around the update",
    source="PyTorch, Autograd mechanics: In-place operations",
)
def leaf_changed(program: Program) -> Iterator[Found]:
    """`w = torch.zeros(3, requires_grad=True); w -= 0.1 * w.grad`."""
    leaves = {
        call.alias
        for call in program.trace.calls
        if call.library == "torch" and call.alias and constant(call.get("requires_grad")) is True
    }
    quiet = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in program.each(ast.With)
        if any("no_grad" in written(item.context_expr) for item in node.items)
    ]
    for node in program.each(ast.AugAssign):
        if (
            isinstance(node.target, ast.Name)
            and node.target.id in leaves
            and not any(first <= node.lineno <= last for first, last in quiet)
            and ".grad" in written(node.value)
        ):
            yield node, f"{node.target.id} wants a gradient, and is changed in place outside of no_grad"


@rule(
    "TORCH221",
    "channels-of-normalize",
    "error",
    "three channels normalised, and the images have one",
    remedy="transforms.Normalize((0.5,), (0.5,))",
    source="torchvision, transforms.Normalize; Humbatova et al. 2020, tensors and inputs",
)
def normalised_channels(program: Program) -> Iterator[Found]:
    """`MNIST(transform=Compose([ToTensor(), Normalize((0.5, 0.5, 0.5), ...)]))`."""
    for one in program.trace.instances:
        if one.path not in ("torchvision.datasets.MNIST", "torchvision.datasets.FashionMNIST"):
            continue
        steps = datasets.transforms_of(one) or []
        plain = all(isinstance(step, Instance) and step.name not in ("Grayscale", "Lambda") for step in steps)
        for step in steps:
            mean = step.argument("mean", 0) if isinstance(step, Instance) and step.name == "Normalize" else None
            if plain and isinstance(mean, Seq) and mean.whole and len(mean.items) == 3:
                yield one.node, f"{one.name} has images of one channel, and Normalize is given three means"
