"""Losses of the wrong sign: what should grow is made smaller.

Sources: Williams 1992 (REINFORCE: the return's gradient is ascended); PyTorch, torch.distributions (loss =
-m.log_prob(action) * reward); Kingma and Welling 2014, appendix B (the KL term is -0.5 times that sum); Humbatova et
al. 2020, wrong loss function calculation.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mlpilot.tools.diagnose.static.facts.syntax import own, scopes, settings
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_LOG_PROB = re.compile(
    r"^(saved_|new_|act(ion)?_)?(log_?probs?|log_?pi|logp|lp|elbo|log_?likelihood|loglik|mll)(_\w+)?$"
)
_PASSES = listed(
    "sum mean stack cat concat concatenate squeeze unsqueeze reduce_sum reduce_mean to float view reshape"
    " clone flatten gather"
)
_LEARNS = listed("step apply_gradients minimize manual_backward zero_grad")
Leaf = Callable[[ast.expr], bool]


@dataclass
class _Asked:
    """What is looked for, what names are set to, and what was found of each name: it is looked up once."""

    leaf: Leaf
    known: dict[str, list[ast.expr]]
    found: dict[str, set[int]] = field(default_factory=dict)


def _signs(node: ast.expr, leaf: Leaf, known: dict[str, list[ast.expr]]) -> set[int]:
    """Signs with which what is looked for goes into an expression; 0 where it cannot be told."""
    return _within(node, _Asked(leaf, known), 0)


def _within(node: ast.expr, asked: _Asked, depth: int) -> set[int]:
    known = asked.known
    if asked.leaf(node):
        return {1}
    if depth > 12:
        return set()

    def within(one: ast.expr) -> set[int]:
        return _within(one, asked, depth + 1)

    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return {-one for one in within(node.operand)}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        left, right = within(node.left), within(node.right)
        taken = isinstance(node.op, ast.Sub) and left and not right and not isinstance(node.right, ast.Constant)
        if taken and "entrop" not in written(node.right).lower():
            return {0}  # what is taken away may be what the whole is about: alpha * log_prob - q
        return left | ({-one for one in right} if isinstance(node.op, ast.Sub) else right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        left, right = within(node.left), within(node.right)
        if left and right:
            return {0}
        other = _factor(node.right if left else node.left, known)
        return {one * other for one in left | right}
    if isinstance(node, ast.Name | ast.Attribute):
        return _of_name(written(node), asked, depth)
    if isinstance(node, ast.Call):
        return _of_call(node, asked, depth)
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return within(node.elt)
    if isinstance(node, ast.Subscript):
        return within(node.value)
    if isinstance(node, ast.List | ast.Tuple):
        return set().union(*(within(one) for one in node.elts)) if node.elts else set()
    return set()


def _of_name(name: str, asked: _Asked, depth: int) -> set[int]:
    if name not in asked.found:
        asked.found[name] = set()  # within itself it tells nothing
        asked.found[name] = set().union(*(_within(one, asked, depth + 1) for one in asked.known.get(name, ())))
    return asked.found[name]


def _of_call(node: ast.Call, asked: _Asked, depth: int) -> set[int]:
    name = called(node)
    inner = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
    found = set().union(*(_within(one, asked, depth + 1) for one in inner)) if inner else set()
    if name in ("neg", "negative"):
        return {-one for one in found}
    if name in ("mul", "multiply"):
        others = [one for one in inner if not _within(one, asked, depth + 1)]
        return {one * min((_factor(other, asked.known) for other in others), default=1) for one in found}
    return found if name in _PASSES or not found else {0}


_GAIN = re.compile(r"ret|rew|adv|delta|\btd|gae|gain|^(self\.)?[rRgG]s?$|discount|score|beta|kl|weight|anneal|lamb")


def _factor(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> int:
    """The sign of a factor as it is written: 1 for a number and a gain, -1, or 0 where it cannot be told."""
    if isinstance(node, ast.Constant):
        return 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_factor(node.operand, known, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return _factor(node.left, known, depth) * _factor(node.right, known, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return _factor(node.left, known, depth)
    if isinstance(node, ast.Name | ast.Attribute):
        name = written(node)
        given = known.get(name, [])
        if depth < 3 and given and isinstance(given[-1], ast.UnaryOp | ast.BinOp | ast.Constant):
            found = _factor(given[-1], {k: v for k, v in known.items() if k != name}, depth + 1)
            return found or int(bool(_GAIN.search(name)))
        return int(bool(_GAIN.search(name)))
    if isinstance(node, ast.Call):
        inner = [*([node.func.value] if isinstance(node.func, ast.Attribute) else []), *node.args]
        if called(node) in ("len", "float", "size"):
            return 1
        passing = called(node) in _PASSES | {"detach", "item", "clamp", "tensor", "as_tensor", "FloatTensor"}
        return max((_factor(one, known, depth) for one in inner), default=0, key=abs) if passing else 0
    return _factor(node.value, known, depth) if isinstance(node, ast.Subscript) else 0


def _minimised(scope: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
    """(an expression that a scope makes smaller, where): `loss.backward()`, `tape.gradient(loss, ...)`."""
    for node in own(scope):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "backward" and called(node.func.value) != "scale":
            yield node.func.value, node
        elif node.func.attr == "backward" and isinstance(node.func.value, ast.Call) and node.func.value.args:
            yield node.func.value.args[0], node
        elif node.func.attr in ("gradient", "minimize", "add_loss", "manual_backward") and node.args:
            yield node.args[0], node


def _known(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """What names are set to, what is appended to lists and what is added to sums among them."""
    found = {name: list(values) for name, values in settings(scope).items()}
    for node in own(scope):
        if called(node) == "append" and isinstance(node, ast.Call) and node.args:
            found.setdefault(written(node.func.value), []).append(node.args[0])  # type: ignore[attr-defined]
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name | ast.Attribute):
            value = node.value
            if isinstance(node.op, ast.Sub):
                value = ast.copy_location(ast.UnaryOp(ast.USub(), value), value)
            if isinstance(node.op, ast.Add | ast.Sub):
                found.setdefault(written(node.target), []).append(value)
            elif isinstance(node.op, ast.Mult | ast.Div):
                found[written(node.target)] = []  # what a factor does to it is not followed
    return found


def _place(scope: ast.AST, node: ast.expr, call: ast.AST) -> ast.AST:
    """The line that sets the loss, or else the call."""
    text = written(node)
    lines = [
        one
        for one in own(scope)
        if isinstance(one, ast.Assign) and any(written(target) == text for target in one.targets)
    ]
    return lines[-1] if lines else call


def _is_log_prob(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return called(node) == "log_prob"
    return isinstance(node, ast.Name | ast.Attribute) and bool(
        _LOG_PROB.match(written(node).rpartition(".")[2].lower())
    )


@rule(
    "TORCH256",
    "likelihood-made-smaller",
    "error",
    "what should grow is made smaller",
    remedy="loss = -(log_probs * returns).sum(): an optimiser goes downhill",
    source="Williams 1992; PyTorch, torch.distributions: loss = -m.log_prob(action) * reward",
)
def likelihood_sign(program: Program) -> Iterator[Found]:
    """`loss = (log_probs * returns).sum(); loss.backward()`, `elbo.backward()`."""
    if re.search(r"maximize\s*=\s*True", program.text):
        return
    for scope in scopes(program):
        calls = {called(node) for node in own(scope)}
        looks = "step" not in calls and any(
            isinstance(node, ast.Attribute) and node.attr == "grad" for node in own(scope)
        )
        if not calls & _LEARNS or looks:  # gradients that are looked at by hand: of Fisher's information, say
            continue
        ends = list(_minimised(scope))
        known = _without_plain(_known(scope)) if ends else {}

        def leaf(one: ast.expr, set_here: dict[str, list[ast.expr]] = known) -> bool:
            return _is_log_prob(one) and written(one) not in set_here

        for loss, call in ends:
            if _signs(loss, leaf, known) == {1}:
                place = _place(scope, loss, call)
                yield place, f"{written(loss)} has a log-probability without a minus: what was good becomes less likely"


def _without_plain(known: dict[str, list[ast.expr]]) -> dict[str, list[ast.expr]]:
    """What names are set to, but for those of log-probabilities that are set without a sign of their own."""
    signed = (ast.UnaryOp, ast.BinOp)
    return {
        name: values
        for name, values in known.items()
        if not _LOG_PROB.match(name.rpartition(".")[2].lower()) or any(isinstance(one, signed) for one in values)
    }


def _is_divergence(node: ast.expr) -> bool:
    """`1 + logvar - mu**2 - logvar.exp()`, in any order of its terms: minus twice the divergence."""
    plus: list[str] = []
    minus: list[str] = []

    def split(one: ast.expr, sign: int) -> None:
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add | ast.Sub):
            split(one.left, sign)
            split(one.right, sign if isinstance(one.op, ast.Add) else -sign)
        else:
            (plus if sign > 0 else minus).append(written(one, 80))

    split(node, 1)
    return (
        len(plus) == len(minus) == 2
        and any(one in ("1", "1.0") for one in plus)
        and any("exp" in one for one in minus)
        and any(re.search(r"pow|square|\*\* ?2", one) for one in minus)
    )


@rule(
    "TORCH257",
    "divergence-of-the-wrong-sign",
    "error",
    "the KL term of an autoencoder has the wrong sign",
    remedy="-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())",
    source="Kingma and Welling 2014, appendix B; PyTorch, examples: vae",
)
def divergence_sign(program: Program) -> Iterator[Found]:
    """`loss = reconstruction + 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())`."""
    for scope in scopes(program):
        if not any(isinstance(node, ast.BinOp) and _is_divergence(node) for node in own(scope)):
            continue
        known = _known(scope)
        ends = [(one, call) for one, call in _minimised(scope)]
        named = "loss" in getattr(scope, "name", "").lower() or "kl" in getattr(scope, "name", "").lower()
        ends += [(one.value, one) for one in own(scope) if isinstance(one, ast.Return) and one.value and named]
        for loss, call in ends:
            if _signs(loss, _is_divergence, known) == {1}:
                terms = [one for one in own(scope) if isinstance(one, ast.BinOp) and _is_divergence(one)]
                yield (
                    terms[0] if terms else _place(scope, loss, call),
                    f"{written(loss)} adds minus the divergence: it pushes the code away from the normal distribution",
                )
                break
