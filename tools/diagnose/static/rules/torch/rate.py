"""PyTorch and Keras: steps that are not those of the loss: scaled, used up, of a rate that dies, or uphill.

Sources: PyTorch, Automatic Mixed Precision examples, torch.optim (iterables of parameters; schedulers), Python,
Glossary: iterator; Sudre et al. 2017 (Dice loss is 1 - Dice); Mnih et al. 2015 (the target of a step is fixed).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, held_by, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in


@rule(
    "TORCH270",
    "scaled-and-stepped-plainly",
    "error",
    "the loss is scaled, and the optimiser steps without taking that back",
    remedy="scaler.step(optimizer); scaler.update()",
    source="PyTorch, Automatic Mixed Precision examples: scaler.step(optimizer)",
)
def stepped_plainly(program: Program) -> Iterator[Found]:
    """`scaler.scale(loss).backward(); optimizer.step()`."""
    scales = [node for node in program.each(ast.Call) if called(node) == "scale" and len(node.args) == 1]
    names = {written(one) for node in scales if (one := held_by(node)) is not None}
    if "GradScaler" not in program.text or not names or "unscale_" in program.names:
        return
    steps = [node for node in program.each(ast.Call) if called(node) == "step"]
    if any(written(node.func.value) in names for node in steps):  # type: ignore[attr-defined]
        return
    for node in steps:
        owner = written(node.func.value)  # type: ignore[attr-defined]
        if not node.args and re.search(r"opt", owner.lower()):
            yield (
                node,
                f"the gradients are those of the scaled loss, thousands of times too large, and {owner} steps by them",
            )
            return


def _is_once(node: ast.expr) -> bool:
    """Whether it is an iterator over parameters, which can be read once."""
    if isinstance(node, ast.GeneratorExp):
        return "parameters" in written(node, 200)
    if called(node) in ("parameters", "named_parameters") and isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and not node.args
    return called(node) == "filter" and isinstance(node, ast.Call) and "parameters" in written(node, 200)


@rule(
    "TORCH271",
    "parameters-used-up",
    "error",
    "an iterator over parameters is read twice: the second time it is empty",
    remedy="params = list(model.parameters())",
    source="PyTorch, Module.parameters: returns an iterator; Python, Glossary: iterator",
)
def parameters_used_up(program: Program) -> Iterator[Found]:
    """`params = model.parameters(); optimizer = Adam(params); clip_grad_norm_(params, 1.0)`."""
    for scope in scopes(program):
        known = settings(scope)
        for name, values in known.items():
            if len(values) != 1 or not _is_once(values[0]) or "." in name:
                continue
            reads: list[ast.AST] = [
                node
                for node in own(scope)
                if (
                    isinstance(node, ast.Call)
                    and any(_reads(one, name) for one in node.args)
                    and called(node) != "next"
                )
                or (isinstance(node, ast.For | ast.comprehension) and _reads(node.iter, name))
            ]
            if len(reads) >= 2 and not _apart(reads, scope):
                place = reads[1]
                yield (
                    (place if hasattr(place, "lineno") else reads[0]),
                    f"{name} is used up by line {_line(reads[0])}: here it is empty",
                )


def _reads(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _line(node: ast.AST) -> int:
    return node.iter.lineno if isinstance(node, ast.comprehension) else getattr(node, "lineno", 0)


def _apart(reads: list[ast.AST], scope: ast.AST) -> bool:
    """Whether the two stand in different ways of a branch."""
    for node in own(scope):
        if isinstance(node, ast.If) and node.orelse:
            first = {id(one) for part in node.body for one in ast.walk(part)}
            second = {id(one) for part in node.orelse for one in ast.walk(part)}
            if any(id(one) in first for one in reads) and any(id(one) in second for one in reads):
                return True
    return False


@rule(
    "TORCH272",
    "rate-dies",
    "warning",
    "the learning rate dies within a few steps, or grows without end",
    remedy="ExponentialLR(gamma=0.95), StepLR(step_size=30, gamma=0.1)",
    source="PyTorch, How to adjust learning rate; Keras, ExponentialDecay: decay_steps; AUTOTRAINER",
)
def rate_dies(program: Program) -> Iterator[Found]:
    """`ExponentialLR(optimizer, gamma=0.1)` in a loop of 50 epochs; `ExponentialDecay(1e-3, 1, 0.5)`."""
    turns = _turns(program)
    for call in program.trace.of("ExponentialLR", "StepLR", "ExponentialDecay"):
        node = call.node
        kept = argument(node, "gamma", 1 if call.name == "ExponentialLR" else 2) or argument(node, "decay_rate", 2)
        every = argument(node, "step_size", 1) if call.name == "StepLR" else argument(node, "decay_steps", 1)
        rate = _number(kept) if kept is not None else 0.1
        size = _number(every) if every is not None else 1.0
        if rate is not None and rate > 1:
            yield node, f"the rate is multiplied by {rate:g} again and again: it grows without end"
        if rate is None or size is None or not 0 < rate < 1 or size <= 0:
            continue
        steps = turns if call.name != "ExponentialDecay" else max(turns, 10) * 10
        if steps >= 5 * size and rate ** (steps // size) < 1e-6:
            left = rate ** (steps // 2 // size)
            yield node, f"after {steps // 2:g} of {steps:g} steps the rate is {left:.0e} of what it was"


def _number(node: ast.expr | None) -> float | None:
    plain = isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return float(node.value) if plain else None  # type: ignore[union-attr]


def _turns(program: Program) -> float:
    """How many epochs the longest loop over a written number has."""
    counts = [0.0]
    known = settings(program.tree)
    for node in program.nodes:
        over = node.iter if isinstance(node, ast.For) and called(node.iter) in ("range", "trange") else None
        end = over.args[-1] if isinstance(over, ast.Call) and over.args else None
        if isinstance(node, ast.Call) and called(node) == "fit":
            end = argument(node, "epochs")
        if isinstance(end, ast.Name) and len(known.get(end.id, [])) == 1:
            end = known[end.id][0]
        named = not isinstance(node, ast.For) or "epoch" in written(node.target).lower() or written(node.target) == "_"
        counts.append((_number(end) or 0.0) if named else 0.0)
    return max(counts)


_SCORE = re.compile(r"dice|iou|jaccard|tversky|ssim|psnr|accuracy|f1|fbeta|overlap|pearson|r2|r_squared", re.IGNORECASE)


def _scores(program: Program) -> dict[str, ast.FunctionDef]:
    """Functions of the program that give a score, of which more is better, by their names and by what they return."""
    found = {}
    for node in program.nodes:
        if (
            not isinstance(node, ast.FunctionDef)
            or not _SCORE.search(node.name)
            or re.search(r"loss|dist|err|neg|bce|entropy|focal|mse|combo", node.name.lower())
        ):
            continue
        ends = [one.value for one in own(node) if isinstance(one, ast.Return) and one.value is not None]
        known = settings(node)
        ends = [known[one.id][-1] if isinstance(one, ast.Name) and one.id in known else one for one in ends]
        summed = [part for one in ends if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add)
                  for part in (one.left, one.right)]  # fmt: skip
        parts = [known[one.id][-1] if isinstance(one, ast.Name) and one.id in known else one for one in summed]
        turned = any(
            isinstance(one, ast.UnaryOp) or (isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub))
            for one in (*ends, *parts)
        )
        if ends and not turned:
            found[node.name] = node
    return found


def _plain_scores(program: Program, scores: dict[str, ast.FunctionDef]) -> Iterator[Found]:
    """`def dice_loss(y, p): return dice_coef(y, p)`: a score that is called a loss, and given back as it is."""
    for node in program.each(ast.FunctionDef):
        if "loss" not in node.name.lower() or len(node.body) > 3:
            continue
        last = node.body[-1]
        given = last.value if isinstance(last, ast.Return) else None
        if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id in scores:
            yield last, f"{given.func.id} is a score: {node.name} gives it as it is, and makes it smaller"


@rule(
    "TORCH273",
    "score-made-smaller",
    "error",
    "a score is made smaller, of which more is better",
    remedy="loss = 1 - dice(outputs, labels)",
    source="Sudre et al. 2017 (Dice loss is 1 - Dice); Humbatova et al. 2020, wrong loss function calculation",
)
def score_smaller(program: Program) -> Iterator[Found]:
    """`compile(loss=dice_coef)`, `loss = iou(model(x), y); loss.backward()`."""
    scores = _scores(program)
    if not scores:
        return
    yield from _plain_scores(program, scores)
    for node in program.nodes:
        loss = argument(node, "loss", 1) if isinstance(node, ast.Call) and called(node) == "compile" else None
        if isinstance(loss, ast.Name) and loss.id in scores:
            yield node, f"{loss.id} is a score: a training that makes it smaller makes it worse"
    for scope in scopes(program):
        known = settings(scope)
        for node in own(scope):
            if called(node) != "backward" or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            given = node.func.value
            if isinstance(given, ast.Name) and len(known.get(given.id, [])) == 1:
                given = known[given.id][0]
            while (
                called(given) in ("mean", "sum")
                and isinstance(given, ast.Call)
                and isinstance(given.func, ast.Attribute)
            ):
                given = given.func.value
            if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id in scores:
                yield given, f"{given.func.id} is a score: a training that makes it smaller makes it worse"


@rule(
    "TORCH274",
    "loss-made-larger",
    "error",
    "the loss is made larger",
    remedy="loss = criterion(outputs, labels), without the minus",
    source="PyTorch, torch.optim: optimisers go downhill; Humbatova et al. 2020, wrong loss function calculation",
)
def loss_larger(program: Program) -> Iterator[Found]:
    """`loss = -criterion(model(x), y); loss.backward()`."""
    text = program.text.lower()
    if re.search(
        r"adversar|attack|generator|discrim|gan|maximi[sz]e|ascent|unlearn|reversal|pgd|fgsm|meta|likelihood|elbo|mll",
        text,
    ):
        return
    plain = re.compile(
        r"^(self\.)?(criterion|loss_fn|loss_func|loss_function|F\.(cross_entropy|mse_loss|nll_loss|l1_loss))$"
    )
    for scope in scopes(program):
        if "step" not in {called(node) for node in own(scope)}:
            continue
        for node in own(scope):
            value = node.value if isinstance(node, ast.Assign) else None
            if (
                isinstance(value, ast.UnaryOp)
                and isinstance(value.op, ast.USub)
                and isinstance(value.operand, ast.Call)
            ):
                name = written(node.targets[0]) if isinstance(node, ast.Assign) else ""
                backed = any(called(one) == "backward" and _named(held_by(one)) == name for one in own(scope))
                if plain.match(written(value.operand.func)) and backed:
                    yield node, f"{written(value)} goes down as the model gets worse"


@rule(
    "TORCH275",
    "number-taken-back",
    "error",
    "the loss is made a plain number before it is taken back",
    remedy="loss = criterion(outputs, labels); loss.backward(); total += loss.item()",
    source="PyTorch, Tensor.item: a Python number, without history",
)
def number_taken_back(program: Program) -> Iterator[Found]:
    """`loss = criterion(model(x), y).item(); loss.backward()`."""
    for scope in scopes(program):
        last: dict[str, ast.expr] = {}
        for node in own(scope):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                last[node.targets[0].id] = node.value
            if called(node) == "backward" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                given = last.get(written(node.func.value))
                if called(given) in ("item", "tolist") or (given is not None and written(given)[:6] == "float("):
                    yield node, f"{written(given or node)} is a plain number: it has no gradient"


@rule(
    "TORCH276",
    "target-learns-too",
    "warning",
    "the target of a step is computed with gradients by the network that learns",
    remedy="with torch.no_grad(): target = reward + gamma * q(next_state).max(1).values",
    source="Mnih et al. 2015; PyTorch, Reinforcement Learning (DQN) tutorial: the target is computed within no_grad",
)
def target_learns(program: Program) -> Iterator[Found]:
    """`target = r + gamma * q(s2).max(1)[0]`, and `mse(q(s).gather(1, a), target)`."""
    for scope in scopes(program):
        known = settings(scope)
        quiet = {
            id(one)
            for node in own(scope)
            if isinstance(node, ast.With) and re.search("no_grad|inference_mode", written(node.items[0]))
            for one in ast.walk(node)
        }
        gathered = {_asked(node, known) for node in own(scope) if called(node) == "gather"} - {""}
        for node in own(scope) if gathered else ():
            if not isinstance(node, ast.Assign) or id(node) in quiet:
                continue
            name = written(node.targets[0])
            discounts = re.search(r"gamma|discount", written(node.value, 200), re.IGNORECASE)
            if not re.search(r"target|expected", name.lower()) and not discounts:
                continue
            parts = [node.value, *(known[one][-1] for one in names_in(node.value) if len(known.get(one, [])) == 1)]
            loud = [one for one in parts if id(one) not in quiet and "detach" not in written(one, 300)]
            models = {_asked(one, known) for part in loud for one in ast.walk(part) if called(one) in ("max", "amax")}
            later = any(f"{name}.detach()" in written(one, 300) for one in own(scope) if isinstance(one, ast.Call))
            if len(loud) == len(parts) and models & gathered and not later:
                yield (
                    node,
                    f"{min(models & gathered)} learns from both sides: the target follows what it is compared with",
                )


@rule(
    "TORCH278",
    "closure-keeps-gradients",
    "error",
    "a closure that never clears the gradients",
    remedy="optimizer.zero_grad() at the start of the closure",
    source="PyTorch, optimizer.step(closure): the closure should clear the gradients, compute the loss, and return it",
)
def closure_keeps(program: Program) -> Iterator[Found]:
    """`def closure(): loss = ...; loss.backward(); return loss`, given to `optimizer.step`."""
    given = {written(node.args[0]) for node in program.each(ast.Call) if called(node) == "step" and len(node.args) == 1}
    for node in program.each(ast.FunctionDef):
        if node.name not in given:
            continue
        calls = {called(one): one for one in own(node)}
        clears = any(name.startswith("zero_grad") for name in calls) or "set_to_none" in program.names
        whole = [one for scope in scopes(program) for one in own(scope) if called(one) == "zero_grad"]
        if "backward" in calls and not clears and not whole:
            yield (
                calls["backward"],
                f"{node.name} is called several times a step, and the gradients of all calls add up",
            )


def _asked(node: ast.AST, known: dict[str, list[ast.expr]]) -> str:
    """The network of `network(x).max(1)`, and of `values = network(x)` before `values.max(1)`."""
    inner = held_by(node)
    if isinstance(inner, ast.Name) and len(known.get(inner.id, [])) == 1:
        inner = known[inner.id][0]
    return written(inner.func) if isinstance(inner, ast.Call) else ""


def _named(node: ast.expr | None) -> str:
    return written(node) if node is not None else ""
