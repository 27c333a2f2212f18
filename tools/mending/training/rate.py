"""Edits of the optimiser: its learning rate where it is written, its momentum, its class, the size of a batch."""

import ast

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword, without_keyword
from mlpilot.tools.mending.training.code import Edited, Optimiser, optimisers, plain, root_of_keras, targets, value_of
from mlpilot.tools.text import Edit, apply_edits, replace, span

TYPICAL: dict[str, tuple[float, ...]] = {
    "SGD": (0.1, 0.03, 0.01),
    "momentum": (0.03, 0.01, 0.003),
    "Adadelta": (1.0,),
    "Adagrad": (0.05, 0.01),
    "Adam": (0.005, 0.001, 0.02),
    "RMSprop": (0.002, 0.0005, 0.005),
}
"""Learning rates that mostly work, the likeliest first; of others as of Adam."""
MOST_MOMENTUM = 0.9
NAMED = {one.lower(): one for one in ("SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "AdamW")}
"""Optimisers of Keras by their words."""
_SHARED = {"lr", "learning_rate", "params", "weight_decay", "clipnorm", "clipvalue"}


def typical(one: Optimiser) -> tuple[float, ...]:
    """Learning rates that are worth a try."""
    momentum = one.name == "SGD" and keyword(one.call, "momentum") is not None
    return TYPICAL["momentum"] if momentum else TYPICAL.get(one.name, TYPICAL["Adam"])


def rates(source: str, tree: ast.Module, *, larger: bool | None = None) -> list[Edited]:
    """Another learning rate, where it is written. `larger`: only such, or only smaller ones; None for both."""
    found = []
    for one in optimisers(tree):
        now = one.number
        for rate in typical(one):
            if now is not None and (larger is None or (rate > now) == larger) and not 0.7 < rate / (now or rate) < 1.5:
                found.append((_with_rate(source, one, rate), f"learning rate {rate:g} instead of {now:g}"))
            elif now is None and one.rate is None and not _is_unknown(one):
                found.append((_with_rate(source, one, rate), f"learning rate {rate:g}"))
    return found + _of_words(source, tree, larger)


def _of_words(source: str, tree: ast.Module, larger: bool | None) -> list[Edited]:
    """`optimizer="sgd"` with another learning rate, as an object."""
    root, found = root_of_keras(tree), []
    for word in words(tree) if root else []:
        name = NAMED[str(word.value).lower()]
        usual = 0.01 if name == "SGD" else 0.001
        for rate in TYPICAL.get(name, TYPICAL["Adam"]):
            if (larger is None or (rate > usual) == larger) and not 0.7 < rate / usual < 1.5:
                text = replace(source, word, f"{root}.optimizers.{name}({rate:g})")
                found.append((text, f"learning rate {rate:g} instead of {usual:g}"))
    return found


def words(tree: ast.Module) -> list[ast.Constant]:
    """Optimisers that `compile` is given by their words: `"sgd"`."""
    found: list[ast.Constant] = []
    for call in calls(tree, "compile"):
        one = keyword(call, "optimizer")
        node = value_of(tree, one.value if one is not None else call.args[0] if call.args else None)
        if isinstance(node, ast.Constant) and str(node.value).lower() in NAMED and node not in found:
            found.append(node)
    return found


def by_factor(source: str, tree: ast.Module, factors: tuple[float, ...]) -> list[Edited]:
    """The learning rate times each factor."""
    found = []
    for one in optimisers(tree):
        now = one.number
        if now:
            wanted = [float(f"{now * factor:.3g}") for factor in factors]
            found += [(_with_rate(source, one, rate), f"learning rate {rate:g} instead of {now:g}") for rate in wanted]
    return found


def calmer(source: str, tree: ast.Module) -> list[Edited]:
    """Less momentum, where there is more than usual; with and without another learning rate."""
    found = []
    for one in optimisers(tree):
        given = keyword(one.call, "momentum")
        now = plain(given.value) if given is not None else None
        if given is None or now is None or now <= MOST_MOMENTUM:
            continue
        said = f"momentum {MOST_MOMENTUM:g} instead of {now:g}"
        less = Edit(*span(source, given.value), f"{MOST_MOMENTUM:g}")
        if one.rate is not None and one.number is not None:
            for rate in [rate for rate in typical(one) if rate < one.number]:
                both = apply_edits(source, [less, Edit(*span(source, one.rate), f"{rate:g}")])
                found.append((both, f"{said}, and learning rate {rate:g} instead of {one.number:g}"))
        found.append((apply_edits(source, [less]), said))
    return found


def adam(source: str, tree: ast.Module) -> list[Edited]:
    """Adam in place of another optimiser, with a learning rate that suits it."""
    found = []
    for at, one in enumerate(optimisers(tree)):
        if one.name in ("Adam", "AdamW") or not _is_plain(one.call):
            continue
        for rate in (0.005, 0.001):
            text = _as_adam(source, tree, at, rate)
            if text is not None:
                found.append((text, f"Adam with learning rate {rate:g} instead of {one.name}"))
    for word in words(tree):
        if str(word.value).lower() not in ("adam", "adamw"):
            root = root_of_keras(tree)
            wanted = [(f"{root}.optimizers.Adam(0.005)", "Adam with learning rate 0.005")] if root else []
            for text, said in [*wanted, ('"adam"', "Adam")]:
                found.append((replace(source, word, text), f"{said} instead of {word.value!s}"))
    return found


def _as_adam(source: str, tree: ast.Module, at: int, rate: float) -> str | None:
    one = optimisers(tree)[at]
    name = one.call.func
    holder = "torch.optim." if one.torch and _binds(tree, "torch") else ""
    if not one.torch and root_of_keras(tree):
        holder = f"{root_of_keras(tree)}.optimizers."
    if isinstance(name, ast.Name) and not holder:
        return None  # its import would have to change, too
    text = _with_rate(source, one, rate)
    start, end = span(text, _again(text, at).call.func)
    text = (
        text[: start if isinstance(name, ast.Name) else end - len(one.name)]
        + (f"{holder}Adam" if isinstance(name, ast.Name) else "Adam")
        + text[end:]
    )
    while True:
        call = _again(text, at).call
        extra = next((key.arg for key in call.keywords if key.arg and key.arg not in _SHARED), None)
        if extra is None:
            return text
        left = without_keyword(text, call, extra)
        if left is None:
            return None
        text = left


def _binds(tree: ast.Module, name: str) -> bool:
    names = [one for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
    return any((one.asname or one.name.split(".")[0]) == name for one in names)


def _again(text: str, at: int) -> Optimiser:
    return optimisers(ast.parse(text))[at]


def _is_plain(call: ast.Call) -> bool:
    return all(one.arg is not None for one in call.keywords) and not any(isinstance(a, ast.Starred) for a in call.args)


def _is_unknown(one: Optimiser) -> bool:
    """Whether the learning rate may be set by what is not seen here."""
    given = any(key.arg is None or key.arg in ("lr", "learning_rate") for key in one.call.keywords)
    return given or len(one.call.args) > (1 if one.torch else 0)


def _with_rate(source: str, one: Optimiser, rate: float) -> str:
    if one.rate is not None:
        return replace(source, one.rate, f"{rate:g}")
    return with_keyword(source, one.call, "lr" if one.torch else "learning_rate", f"{rate:g}")


def larger_batch(source: str, tree: ast.Module, size: int = 32) -> list[Edited]:
    """Batches of 32, where they are smaller than 16 and their size is a number with a name or a keyword."""
    for call in calls(tree):
        given = keyword(call, "batch_size")
        written = given.value if given is not None else None
        if called(call) == "DataLoader" and written is None and len(call.args) > 1:
            written = call.args[1]
        if called(call) == "batch" and call.args:
            written = call.args[0]
        value = value_of(tree, written)
        now = plain(value)
        if value is not None and now is not None and 0 < now < 16 and called(call) in ("fit", "DataLoader", "batch"):
            return [(replace(source, value, str(size)), f"batches of {size} instead of {now:g}")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            named = [one.id.lower() for one in targets(node) if isinstance(one, ast.Name)]
            now = plain(node.value)
            if now is not None and 0 < now < 16 and any(name in ("batch", "batch_size", "bs") for name in named):
                return [(replace(source, node.value, str(size)), f"batches of {size} instead of {now:g}")]
    return []
