"""What a layer, a loss or a comparison gave, and nobody took: results thrown away, overwritten, or never kept.

Sources: PyTorch, nn.Module (calls return new tensors); Keras, The Functional API; Humbatova et al. 2020 (missing layer,
wrong connections); NeuraLint; Islam et al. 2019 (API misuse).
"""

import ast
import re
from collections.abc import Iterator, Mapping

from mlpilot.tools.diagnose.static.facts.syntax import bases, blocks, classes, methods, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_FUNCTIONS = listed(
    "relu leaky_relu elu gelu selu silu tanh sigmoid softmax log_softmax dropout dropout2d batch_norm layer_norm"
    " max_pool2d avg_pool2d max_pool1d adaptive_avg_pool2d normalize pad interpolate flatten"
)
_PLAIN = re.compile(
    r"(nn|layers|torch\.nn|keras\.layers)\.(Linear|Conv\w+|Dropout\w*|BatchNorm\w*|LayerNorm|ReLU|Tanh|Sigmoid|Softmax|GELU"
    r"|LeakyReLU|MaxPool\w+|AvgPool\w+|Flatten|Embedding|Dense|BatchNormalization|LayerNormalization|Activation)$"
)


def _forwards(program: Program) -> Iterator[tuple[ast.FunctionDef, Mapping[str, ast.expr]]]:
    """(forward or call of a model, its layers as they were made)."""
    for home in classes(program):
        known = methods(home)
        body = known.get("forward") or known.get("call")
        if body is None or not bases(home) & {"Module", "Layer", "Model", "LightningModule"}:
            continue
        layers = {
            name: values[-1]
            for one in ("__init__", "build")
            if one in known
            for name, values in settings(known[one]).items()
            if isinstance(values[-1], ast.Call) and _PLAIN.search(written(values[-1].func))
        }
        yield body, layers


@rule(
    "TORCH268",
    "layer-thrown-away",
    "error",
    "what a layer gives is thrown away",
    remedy="x = F.relu(x): a layer gives a new tensor and leaves the old one as it was",
    source="PyTorch, nn.Module; Humbatova et al. 2020, missing layer; Islam et al. 2019, API misuse",
)
def thrown_away(program: Program) -> Iterator[Found]:
    """`F.relu(x)`, `self.dropout(x)` on a line of its own in forward."""
    for body, layers in _forwards(program):
        for node in own(body):
            call = node.value if isinstance(node, ast.Expr) else None
            if not isinstance(call, ast.Call) or "inplace=True" in written(call, 200):
                continue
            owner = written(call.func).rpartition(".")[0]
            function = called(call) in _FUNCTIONS and owner in (
                "F",
                "torch",
                "nn.functional",
                "tf.nn",
                "torch.nn.functional",
            )
            made = layers.get(written(call.func))
            if function or (made is not None and "inplace=True" not in written(made, 200)):
                yield node, f"{written(call)} gives a new tensor, and nothing takes it"


@rule(
    "TORCH269",
    "layer-overwritten",
    "error",
    "what one layer gives is overwritten by the next, which does not read it",
    remedy="x = layers.Dense(32)(x): each layer is given what the one before gave",
    source="Keras, The Functional API; Humbatova et al. 2020, wrong connections of layers; NeuraLint",
)
def overwritten(program: Program) -> Iterator[Found]:
    """`x = Dense(64)(inputs)`, `x = Dense(32)(inputs)`; `out = self.conv1(x)`, `out = self.conv2(x)`."""
    layers = {id(body): made for body, made in _forwards(program)}
    if not layers and not program.trace.libraries & {"keras", "tensorflow", "torch"}:
        return
    for scope in scopes(program):
        known = layers.get(id(scope), {})
        for block in blocks(scope):
            waiting: dict[str, ast.stmt] = {}
            for line in block:
                plain = (
                    isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name)
                )
                for name in names_in(line.value if plain else line):  # type: ignore[attr-defined]
                    waiting.pop(name, None)
                if not plain:
                    waiting = {} if not isinstance(line, ast.Assign | ast.Expr | ast.AnnAssign) else waiting
                    continue
                name = line.targets[0].id  # type: ignore[attr-defined]
                if name in waiting and _is_layer(line.value, known):  # type: ignore[attr-defined]
                    yield line, f"{written(waiting[name], 60)} is overwritten here, and nothing read it"
                waiting.pop(name, None)
                if _is_layer(line.value, known):  # type: ignore[attr-defined]
                    waiting[name] = line


def _is_layer(node: ast.expr, layers: Mapping[str, ast.expr]) -> bool:
    """`layers.Dense(32)(x)`, `self.conv1(x)`, `F.relu(self.conv1(x))`."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Call) and node.args:
        name = called(node.func)
        return bool(
            re.match(r"(Dense|\w*Conv|LSTM|GRU|Dropout|BatchNorm|\w*Pool|Flatten|Activation|Embedding|Bidir)", name)
        )
    if written(node.func) in layers and node.args:
        return True
    inner = node.args[0] if called(node) in _FUNCTIONS and node.args else None
    return inner is not None and _is_layer(inner, layers)


_BEST = re.compile(r"(^|_|\.)(best|min|max|lowest|highest)(_\w+)?$")


def _improvements(program: Program) -> Iterator[tuple[ast.If, str, ast.expr, bool, ast.For | ast.While]]:
    """(the branch, name of the best, what is compared, whether smaller is better, the loop)."""
    for loop in program.nodes:
        if not isinstance(loop, ast.For | ast.While):
            continue
        for node in ast.walk(loop):
            test = node.test if isinstance(node, ast.If) else None
            if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
                continue
            if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(node, ast.If):
                continue
            left, right, less = test.left, test.comparators[0], isinstance(test.ops[0], ast.Lt | ast.LtE)
            if not less and not isinstance(test.ops[0], ast.Gt | ast.GtE):
                continue
            for best, other, smaller in ((right, left, less), (left, right, not less)):
                if (
                    isinstance(best, ast.Name | ast.Attribute)
                    and _BEST.search(written(best))
                    and not _BEST.search(written(other))
                ):
                    yield node, written(best), other, smaller, loop


def _start(program: Program, name: str) -> list[ast.expr]:
    return [value for scope in scopes(program) for value in settings(scope).get(name, [])]


def _plain(node: ast.expr) -> float | None:
    text = written(node).replace("'", '"')
    named = {
        'float("inf")': float("inf"), 'float("-inf")': float("-inf"), '-float("inf")': float("-inf"),
        "np.inf": float("inf"), "-np.inf": float("-inf"), "math.inf": float("inf"), "-math.inf": float("-inf"),
        "torch.inf": float("inf"), "-torch.inf": float("-inf"), "np.Inf": float("inf"), "-np.Inf": float("-inf"),
    }  # fmt: skip
    if text in named:
        return named[text]
    sign = -1 if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else 1
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    known = (
        isinstance(inner, ast.Constant) and isinstance(inner.value, int | float) and not isinstance(inner.value, bool)
    )
    return sign * float(inner.value) if known else None  # type: ignore[attr-defined]


@rule(
    "METRIC021",
    "best-never-kept",
    "error",
    "the best value so far is compared, and never kept",
    remedy="best_loss = val_loss within the branch",
    source="PyTorch, Transfer Learning tutorial: best_acc = epoch_acc; Islam et al. 2019",
)
def never_kept(program: Program) -> Iterator[Found]:
    """`if val_loss < best_loss: torch.save(...)`, and `best_loss` stays at what it began with."""
    told: set[int] = set()
    for node, name, _, _, loop in _improvements(program):
        starts = [_plain(one) for one in _start(program, name)]
        stored = {
            written(one)
            for part in ast.walk(loop)
            for one in ast.walk(part)
            if isinstance(one, ast.Name | ast.Attribute) and isinstance(one.ctx, ast.Store)
        }
        keeps = any(
            called(one) in ("save", "save_weights", "state_dict", "deepcopy", "copy", "dump", "save_model")
            for one in ast.walk(node)
        )
        if len(starts) == 1 and starts[0] is not None and name not in stored and keeps and id(node) not in told:
            told.add(id(node))
            yield node, f"{name} stays at {starts[0]:g}: every {written(node.test)} is compared with its beginning"


@rule(
    "METRIC022",
    "best-cannot-be-beaten",
    "error",
    "the best value begins where no value can beat it",
    remedy='best_loss = float("inf") where smaller is better, best_acc = 0 where larger is',
    source="PyTorch, Transfer Learning tutorial; Islam et al. 2019, wrong initial values",
)
def cannot_be_beaten(program: Program) -> Iterator[Found]:
    """`best_loss = 0`, and `if loss < best_loss`; `best_acc = inf`, and `if acc > best_acc`."""
    told: set[int] = set()
    for node, name, other, smaller, _ in _improvements(program):
        values = _start(program, name)
        starts = [found for one in values if (found := _plain(one)) is not None]
        if len(starts) != 1 or id(node) in told or "None" in {written(one) for one in values}:
            continue
        text = (written(other) + name).lower()
        never = (smaller and starts[0] == float("-inf")) or (not smaller and starts[0] == float("inf"))
        positive = re.search(r"mse|mae|rmse|err|loss", text) and not re.search(
            r"elbo|nll|log|reward|gan|wass|critic|policy", text
        )
        if never or (smaller and starts[0] <= 0 and positive):
            told.add(id(node))
            yield node, f"{name} begins at {starts[0]:g}: {written(node.test)} is never true"
