"""Aims that are written down wrong: of variational models, of pairs and triplets, of values of states to come.

Sources: Kingma and Welling 2014 (the deviation is exp(log variance / 2)); Schroff et al. 2015 (triplet loss); Chen et
al. 2020 and van den Oord et al. 2018 (similarities are divided by the temperature, vectors have length one); Mnih et
al. 2015 (no value after the end of an episode).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, parameters, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_LOG_VARIANCE = re.compile(
    r"^(\w+\.)?(z_|q_|p_)?(log_?var(iance)?|log_?sigma_?(2|sq|squared)|lv)(_?\w{1,6})?$", re.IGNORECASE
)
_NOISE = re.compile(r"eps|noise|randn|normal", re.IGNORECASE)


def _deep(program: Program) -> bool:
    return bool(program.trace.libraries & {"torch", "keras", "tensorflow", "jax"})


@rule(
    "TORCH296",
    "variance-for-deviation",
    "error",
    "the variance is taken where the standard deviation belongs",
    remedy="std = torch.exp(0.5 * logvar)",
    source="Kingma and Welling 2014, Auto-Encoding Variational Bayes: z = mu + sigma * eps",
)
def variance_for_deviation(program: Program) -> Iterator[Found]:
    """`std = torch.exp(logvar)`, `mu + tf.exp(z_log_var) * epsilon`."""
    if not _deep(program):
        return
    for scope in scopes(program):
        for node in own(scope):
            target = written(node.targets[0]) if isinstance(node, ast.Assign) else ""
            if re.search(r"(^|_)(std|sigma|stddev|sd)$", target) and _is_variance(node.value):  # type: ignore[attr-defined]
                yield node, f"{written(node)} is the variance: the deviation is exp(0.5 * {_logarithm(node.value)})"  # type: ignore[attr-defined]
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
                for side, other in ((node.left, node.right), (node.right, node.left)):
                    if _is_variance(side) and _NOISE.search(written(other, 80)):
                        yield node, f"{written(side)} is the variance: the deviation is exp(0.5 * {_logarithm(side)})"


def _is_variance(node: ast.expr) -> bool:
    return called(node) == "exp" and bool(_LOG_VARIANCE.match(_logarithm(node)))


def _logarithm(node: ast.expr) -> str:
    """`logvar` of `torch.exp(logvar)` and of `logvar.exp()`."""
    if not isinstance(node, ast.Call):
        return ""
    if node.args:
        return written(node.args[0])
    return written(node.func.value) if isinstance(node.func, ast.Attribute) else ""


@rule(
    "TORCH297",
    "triplet-the-other-way",
    "error",
    "what is alike is pushed apart, and what differs is pulled together",
    remedy="loss(anchor, positive, negative); relu(d_positive - d_negative + margin)",
    source="Schroff et al. 2015, FaceNet; PyTorch, TripletMarginLoss: anchor, positive, negative",
)
def triplet_reversed(program: Program) -> Iterator[Found]:
    """`triplet(anchor, negative, positive)`; `relu(d_neg - d_pos + margin)` of distances."""
    if not _deep(program):
        return
    for node in program.each(ast.Call):
        if len(node.args) >= 3 and re.search(r"triplet|crit|loss", written(node.func), re.IGNORECASE):
            signs = [_sign(written(one, 80)) for one in node.args[:3]]
            if signs[1:] == ["negative", "positive"] and "triplet" in program.text.lower():
                yield node, f"{written(node, 60)}: the positive comes second, and the negative third"
        if called(node) in ("relu", "clamp", "maximum", "clip", "max", "clamp_min") and "margin" in written(node, 200):
            for one in ast.walk(node):
                if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub):
                    left, right = written(one.left, 60).lower(), written(one.right, 60).lower()
                    apart = _apart(left) and _apart(right)
                    if apart and _sign(left) == "negative" and _sign(right) == "positive" and _grows(node):
                        yield one, f"{written(one)} grows where the positive is near: the distances are the other way"


def _sign(text: str) -> str:
    low = text.lower()
    positive, negative = re.search(r"pos|(^|_)(ap|dp)($|_)", low), re.search(r"neg|(^|_)(an|dn)($|_)", low)
    return "positive" if positive and not negative else "negative" if negative and not positive else ""


def _apart(text: str) -> bool:
    return bool(re.search(r"dist|(^|_)d($|_)|^d(pos|neg|p|n|ap|an)", text)) and not re.search(
        r"sim|cos|score|logit", text
    )


def _grows(node: ast.Call) -> bool:
    """Whether the margin is added, as it is to a difference of distances."""
    return bool(re.search(r"\+ \(?(self\.)?\w*margin", written(node, 200)))


@rule(
    "TORCH298",
    "multiplied-by-the-temperature",
    "error",
    "similarities are multiplied by a temperature below one, which should sharpen them",
    remedy="logits = similarities / temperature",
    source="van den Oord et al. 2018; Chen et al. 2020, SimCLR: sim(z_i, z_j) / tau",
)
def times_temperature(program: Program) -> Iterator[Found]:
    """`logits = a @ b.t() * temperature` with `temperature=0.1`, and cross-entropy of them."""
    if not _deep(program) or not program.names & {"cross_entropy", "CrossEntropyLoss", "exp", "log_softmax", "softmax",
                                                   "sparse_categorical_crossentropy", "logsumexp"}:  # fmt: skip
        return
    small = _small_temperatures(program)
    for node in program.each(ast.BinOp) if small else ():
        if isinstance(node.op, ast.Mult):
            for side, other in ((node.right, node.left), (node.left, node.right)):
                if written(side) in small and _is_similarity(program, other):
                    yield (
                        node,
                        f"{written(node)}: times {small[written(side)]:g} makes all alike; it is to be divided by",
                    )


def _small_temperatures(program: Program) -> dict[str, float]:
    """Names of temperatures, and the number below one that they stand for."""
    found: dict[str, float] = {}
    pairs: list[tuple[str, ast.expr | None]] = []
    for node in program.nodes:
        if isinstance(node, ast.FunctionDef):
            names = [one.arg for one in node.args.args]
            pairs += list(zip(names[::-1], node.args.defaults[::-1], strict=False))
        elif isinstance(node, ast.Assign):
            pairs += [(written(target), node.value) for target in node.targets]
    for name, value in pairs:
        plain = value.value if isinstance(value, ast.Constant) else None
        if (
            re.search(r"(^|[_.])(temperature|temp|tau|t)$", name, re.IGNORECASE)
            and isinstance(plain, float)
            and 0 < plain < 1
        ):
            found[name] = plain
            if "." not in name:
                found["self." + name] = plain
    return found


def _is_similarity(program: Program, node: ast.expr) -> bool:
    text = written(node, 200)
    if re.search(r"sim|logit|cos", text.lower()) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)):
        return True
    return called(node) in ("matmul", "mm", "cosine_similarity", "einsum") and "torch" in program.trace.libraries


@rule(
    "TORCH299",
    "length-over-the-batch",
    "error",
    "vectors are brought to length one over the batch, and not each by itself",
    remedy="F.normalize(z, dim=1)",
    source="Chen et al. 2020, SimCLR: cosine similarity of two rows; PyTorch, functional.normalize: dim=1",
)
def normalised_over_batch(program: Program) -> Iterator[Found]:
    """`z = F.normalize(z, dim=0)`, and `z @ z.t()`."""
    for scope in scopes(program):
        normal: dict[str, ast.AST] = {}
        for node in own(scope):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) in (
                "normalize", "l2_normalize"):  # fmt: skip
                axis = argument(node.value, "dim", 2) or argument(node.value, "axis", 1)
                if (
                    written(node.value.func).startswith(("F.", "torch.", "nn.", "tf."))
                    and axis
                    and written(axis) == "0"
                ):
                    normal |= {written(target): node for target in node.targets}
        for node in own(scope) if normal else ():
            sides = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) else []
            sides = list(node.args[:2]) if isinstance(node, ast.Call) and called(node) in ("matmul", "mm") else sides
            turned = [bool(re.search(r"\.(t\(\)|T$|mT$|transpose\()", written(one, 80))) for one in sides]
            if turned == [False, True] or (turned == [False, False] and "transpose_b" in written(node, 200)):
                for name in sorted(names_in(sides[0]) & set(normal)):
                    yield (
                        normal.pop(name),
                        f"{name} has length one over the rows, and rows are compared: dim=1 is each row's",
                    )


_DONE = re.compile(r"^(done|dones|terminal|terminals|terminated|is_done|d|not_done|done_mask|finished|done_batch)$")


@rule(
    "TORCH307",
    "value-after-the-end",
    "error",
    "the end of an episode is read, and the value of what comes after is added all the same",
    remedy="target = reward + gamma * next_value * (1 - done)",
    source="Mnih et al. 2015: y = r where the episode ends; Sutton and Barto 2018",
)
def value_after_end(program: Program) -> Iterator[Found]:
    """`s, a, r, s2, done = batch`, `target = r + gamma * q(s2).max(1)[0]`, and `done` is read by nothing."""
    for scope in scopes(program):
        unpacked: set[str] = set()
        given = set(parameters(scope))
        for node in own(scope):
            target = (
                node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.For) else None
            )
            if isinstance(target, ast.Tuple) and len(target.elts) >= 4:
                unpacked |= {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}
        ends = {name for name in unpacked | given if _DONE.match(name) and (name != "d" or len(unpacked) == 5)}
        if not ends or len(unpacked | given) < 4:
            continue
        if ends & {one.id for one in ast.walk(scope) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}:
            continue
        for node in own(scope):
            value = node.value if isinstance(node, ast.Assign) else None
            if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and _discounted(value):
                yield (
                    node,
                    f"{written(node)}: {min(ends)} is read by nothing, and there is nothing to come after the end",
                )


def _discounted(value: ast.BinOp) -> bool:
    """`r + gamma * next_value`, of a network's answer."""
    return any(
        isinstance(side, ast.BinOp)
        and isinstance(side.op, ast.Mult)
        and re.search(r"gamma|discount", written(side, 80), re.IGNORECASE)
        for side in (value.left, value.right)
    )


_MEANS = re.compile(r"(mse_loss|binary_cross_entropy\w*|l1_loss|MSELoss|BCELoss|BCEWithLogitsLoss)$")


@rule(
    "TORCH311",
    "mean-beside-a-sum",
    "warning",
    "one part of a loss is a mean over the numbers of all rows, and the other their sum",
    remedy='reduction="sum" in both, or both as a mean for each row',
    source="Kingma and Welling 2014: both parts of the bound are sums; Higgins et al. 2017 (their ratio is beta)",
)
def mean_beside_sum(program: Program) -> Iterator[Found]:
    """`F.mse_loss(recon, x) + -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp())`."""
    for scope in scopes(program):
        known = settings(scope)
        summed = {name for name, values in known.items() if len(values) == 1 and _is_divergence(values[0])}
        if len(summed) != 1:
            continue
        for name, values in known.items():
            mean = values[0] if len(values) == 1 and isinstance(values[0], ast.Call) else None
            if mean is None or not _MEANS.search(written(mean.func)) or len(mean.args) < 2:
                continue
            told = argument(mean, "reduction")
            if told is not None and written(told) != "'mean'":
                continue
            both = [node for node in own(scope) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
                    and {written(node.left), written(node.right)} == {name, *summed}]  # fmt: skip
            if both:
                yield mean, f"{name} is a mean over all numbers, {min(summed)} a sum over all rows: it outweighs {name}"


def _is_divergence(node: ast.expr) -> bool:
    """`-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())`, divided by nothing."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return False
    call = node.right if isinstance(node.right, ast.Call) else node.left
    if not isinstance(call, ast.Call) or called(call) not in ("sum", "reduce_sum"):
        return False
    text = written(call, 200)
    by_rows = any(isinstance(one, ast.Constant) for one in call.args[1:]) or re.search(r"dim|axis", text)
    return "exp" in text and not by_rows
