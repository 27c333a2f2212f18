"""Repairs of a training that runs and learns badly: smallest edits, the likeliest first; `proof` tries them.

The remedies are those of AutoTrainer (Zhang et al., ICSE 2021) for its five problems: other activations,
initialisations, learning rates and optimisers, batch normalisation, bounded gradients, other batches; and the scale of
inputs. What a script says itself and is out of all range (a learning rate, weights drawn too wide) is changed before
anything is added to it. Two edits together are tried where none of them alone suffices.
"""

import ast
from collections.abc import Callable, Iterator, Sequence

from mlpilot.tools.diagnose.dynamic.facts import Training
from mlpilot.tools.diagnose.dynamic.problems import is_deep
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.training.code import Edited, optimisers, parsed
from mlpilot.tools.mending.training.layers import activations, normalised, recurrent_tanh
from mlpilot.tools.mending.training.rate import adam, by_factor, calmer, larger_batch, rates, typical
from mlpilot.tools.mending.training.start import clipped, he_inserted, initialised, scaled, unclipped

Remedy = Callable[[str, ast.Module], list[Edited]]

_RATES = ("learning-rate-out-of-range",)
_WEIGHTS = ("weights-that-start-alike", "same-initial-weights", "weights-start-too-large")
OF_TRAININGS = (*_RATES, *_WEIGHTS)
"""Kinds of what `check` reads of learning rates and of first weights."""
WORDS = {
    "vanishing": ("vanish", "saturat"),
    "exploding": ("explod", "diverg", "not-finite", "nan", "too-large"),
    "dying": ("dead", "dying", "relu"),
    "oscillating": ("oscillat", "unstable", "jump"),
    "slow": ("slow", "flat", "stuck", "too-small", "not-learning", "one-class", "underfit", "no-progress"),
    "out of range": _RATES,
    "first weights": _WEIGHTS,
}
"""Problem → what the kinds of its Diagnoses have in their names."""
_FAR = 8.0
_WIDE = 30.0


def mend_training(
    source: str, diagnoses: Sequence[Diagnosis], trainings: Sequence[Training]
) -> Iterator[tuple[str, str]]:
    """Edited texts that may help against what was diagnosed, with what was changed; the likeliest first, none twice."""
    tree = parsed(source)
    if tree is None:
        return
    seen = {source}
    for remedies in _plan(tree, problems(diagnoses), trainings):
        for text, what in _applied(source, tree, remedies):
            if text not in seen and parsed(text) is not None:
                seen.add(text)
                yield text, what


def problems(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """Which problems are diagnosed, causes before what they lead to."""
    return [name for name, words in WORDS.items() if any(word in one.kind for one in diagnoses for word in words)]


def _applied(source: str, tree: ast.Module, remedies: tuple[Remedy, ...]) -> Iterator[Edited]:
    """Remedies one upon the other; nothing where one of them finds nothing to change."""
    first, *rest = remedies
    for text, what in first(source, tree):
        if not rest:
            yield text, what
            continue
        again = parsed(text)
        for further, more in _applied(text, again, tuple(rest)) if again is not None else ():
            yield further, f"{what}; {more}"


def _plan(tree: ast.Module, found: list[str], trainings: Sequence[Training]) -> Iterator[tuple[Remedy, ...]]:
    """Which remedies to try, alone or together."""
    far, crawling = _rate_is(tree)
    if any(_is_wide(one) for one in trainings):
        yield (scaled,)
        yield scaled, _smaller
    if far:
        yield (calmer,)
        yield (_smaller,)
        yield _smaller, initialised
    if crawling:
        yield (_larger,)
        yield (adam,)
    yield (unclipped,)
    if "vanishing" in found and any(is_deep(one.layers) for one in trainings):
        yield (initialised,)
        yield _relu, he_inserted  # many ReLUs alone learn with some first weights, and not with others
    for problem in found:
        yield from _REMEDIES[problem]
    yield from _LAST


def _rate_is(tree: ast.Module) -> tuple[bool, bool]:
    """(far above what mostly works, far below it)."""
    known = [(one.number, typical(one)) for one in optimisers(tree) if one.number is not None]
    far = any(rate > _FAR * max(usual) for rate, usual in known if rate)
    return far, any(rate < min(usual) / _FAR for rate, usual in known if rate is not None)


def _is_wide(one: Training) -> bool:
    """Whether inputs are far from mean 0 and deviation 1, the columns among each other too."""
    scale = one.inputs
    return scale is not None and len(scale.shape) == 2 and (scale.spread > _WIDE or abs(scale.mean) > _WIDE)


def _larger(source: str, tree: ast.Module) -> list[Edited]:
    return rates(source, tree, larger=True)


def _smaller(source: str, tree: ast.Module) -> list[Edited]:
    return rates(source, tree, larger=False)


def _relu(source: str, tree: ast.Module) -> list[Edited]:
    return activations(source, tree, ("sigmoid", "tanh"), "relu")


def _leaky(source: str, tree: ast.Module) -> list[Edited]:
    return activations(source, tree, ("relu",), "leaky_relu")


def _faster(source: str, tree: ast.Module) -> list[Edited]:
    return by_factor(source, tree, (10.0, 100.0, 1000.0))


def _slower(source: str, tree: ast.Module) -> list[Edited]:
    return by_factor(source, tree, (0.1, 0.01))


_REMEDIES: dict[str, tuple[tuple[Remedy, ...], ...]] = {
    "vanishing": (
        (initialised,),
        (_relu,),
        (_relu, initialised),
        (_relu, he_inserted),
        (normalised,),
        (_relu, normalised),
        (initialised, normalised),
    ),
    "exploding": (
        (initialised,),
        (recurrent_tanh,),
        (recurrent_tanh, initialised),
        (_smaller,),
        (clipped,),
        (initialised, adam),
        (recurrent_tanh, clipped),
    ),
    "dying": ((initialised,), (_smaller,), (_leaky,), (_leaky, _smaller), (_leaky, initialised), (normalised,)),
    "oscillating": ((calmer,), (_smaller,), (larger_batch,), (_slower,), (larger_batch, _smaller)),
    "slow": ((_larger,), (_faster,), (adam,), (initialised,), (_relu,), (normalised,)),
    "out of range": ((calmer,), (rates,), (adam,)),
    "first weights": ((initialised,), (recurrent_tanh, initialised), (initialised, _smaller), (initialised, adam)),
}
_LAST: tuple[tuple[Remedy, ...], ...] = (
    (adam,),
    (rates,),
    (clipped,),
    (normalised,),
    (recurrent_tanh, initialised, adam),
    (recurrent_tanh, initialised, _larger),
    (initialised, rates),
    (_relu, rates),
    (_relu, adam),
    (normalised, rates),
    (normalised, adam),
    (clipped, rates),
)
