"""What to try next in a search space, from what was tried before: multivariate TPE by Optuna, rebuilt at each call.

Nothing is kept between calls: the trials (from the Journal) are told to a fresh, seeded sampler each time, so that a
resumed run asks for exactly what the undisturbed one would have asked for.

Sources: Bergstra et al., "Algorithms for hyper-parameter optimization" (2011); Falkner et al., "BOHB" (2018) for the
multivariate form; Optuna's documentation of `TPESampler`.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mlpilot.tools.space import Choice, Dimension, Float, Int, Space, Value, defaults, tunable

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Trial = tuple[Mapping[str, Value], float | None]
"""Parameters and their score; None where the trial failed."""

NEAR_TRIALS = 6
"""Trials drawn near the best one, after the starts, before there is enough to model: defaults are chosen with care, and
chance over the whole range is mostly worse."""

NEAR = 0.2
"""Of a range (in its own scale), how far such a trial may go to either side."""

_ASKS = 8
"""Where a space is small, chance may name what was tried; it is asked so often for something new."""


def suggest(space: Space, trials: Sequence[Trial], *, greater_is_better: bool, seed: int) -> dict[str, Value]:
    """Parameters to try next: every key of `space`, each a plain value.

    First the defaults, then the defaults with each other option of each `Choice`, one at a time: a different scaling or
    kernel moves a score more than any number does. Then a few trials near the best so far, then TPE.
    """
    dimensions = tunable(space)
    tried = [dict(params) for params, _ in trials]
    for start in starts(space):
        if not any(all(params.get(key) == start[key] for key in dimensions) for params in tried):
            return start
    if not dimensions:
        return defaults(space)
    scored = [(params, score) for params, score in trials if _is_score(score) and _within(params, dimensions)]
    known = trials
    if scored and len(trials) < len(starts(space)) + NEAR_TRIALS:
        best = (max if greater_is_better else min)(scored, key=lambda trial: trial[1] or 0.0)[0]
        dimensions, known = {key: _near(value, best[key]) for key, value in dimensions.items()}, ()
    for again in range(_ASKS):
        asked = defaults(space) | _ask(dimensions, known, greater_is_better, _trial_seed(seed, len(trials) + again))
        if asked not in tried:
            break
    return asked


def clipped(space: Space, wanted: Mapping[str, Value]) -> dict[str, Value]:
    """What somebody wants some parameters to be, brought into the space; what does not fit into it is left out."""
    kept: dict[str, Value] = {}
    for key, dimension in tunable(space).items():
        value = wanted.get(key)
        if isinstance(dimension, Choice):
            if key in wanted and value in dimension.options:
                kept[key] = value
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            inside = min(max(value, dimension.low), dimension.high)
            kept[key] = round(inside) if isinstance(dimension, Int) else float(inside)
    return kept


def starts(space: Space) -> list[dict[str, Value]]:
    """The defaults, and the defaults with one `Choice` changed."""
    first = defaults(space)
    choices = {key: value.options for key, value in space.items() if isinstance(value, Choice)}
    changed = [first | {key: option} for key, options in choices.items() for option in options if option != first[key]]
    return [first, *changed]


def _ask(
    dimensions: Mapping[str, Dimension], trials: Sequence[Trial], greater_is_better: bool, seed: int
) -> dict[str, Value]:
    with warnings.catch_warnings():
        # In a notebook without ipywidgets its progress bars warn when they are imported; none is ever shown.
        warnings.filterwarnings("ignore", "IProgress not found")
        import optuna
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {key: _distribution(value) for key, value in dimensions.items()}
    sampler = optuna.samplers.TPESampler(multivariate=True, n_startup_trials=NEAR_TRIALS, seed=seed)
    study = optuna.create_study(direction="maximize" if greater_is_better else "minimize", sampler=sampler)
    for params, score in trials:
        if not _within(params, dimensions):
            continue
        known = {key: params[key] for key in dimensions}
        failed = not _is_score(score)
        study.add_trial(
            create_trial(
                params=known,
                distributions=distributions,
                value=None if failed else score,
                state=TrialState.FAIL if failed else TrialState.COMPLETE,
            )
        )
    return dict(study.ask(distributions).params)


def _near(dimension: Dimension, value: Value) -> Dimension:
    """The part of a range that is near a value; of a choice, the option itself."""
    if isinstance(dimension, Choice) or not isinstance(value, int | float):
        return Choice((value,))
    scale, back = (math.log, math.exp) if dimension.log else (float, float)
    reach = NEAR * (scale(dimension.high) - scale(dimension.low))
    low = max(float(dimension.low), back(scale(value) - reach))
    high = min(float(dimension.high), back(scale(value) + reach))
    if isinstance(dimension, Int):
        return Int(math.floor(low), math.ceil(high), log=dimension.log)
    return Float(low, high, log=dimension.log)


def _is_score(score: float | None) -> bool:
    return score is not None and math.isfinite(score)


def _trial_seed(seed: int, number: int) -> int:
    """A seed of its own for each trial: the sampler is new at each call, and must not draw the same again."""
    return (seed * 1_000_003 + number) % 2**32


def _distribution(dimension: Dimension) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(dimension, Float):
        return FloatDistribution(float(dimension.low), float(dimension.high), log=dimension.log)
    if isinstance(dimension, Int):
        return IntDistribution(dimension.low, dimension.high, log=dimension.log)
    return CategoricalDistribution(dimension.options)


def _within(params: Mapping[str, Value], dimensions: Mapping[str, Dimension]) -> bool:
    """False for parameters from an older space, which Optuna would refuse."""
    for key, dimension in dimensions.items():
        if key not in params:
            return False
        value = params[key]
        if isinstance(dimension, Choice):
            if value not in dimension.options:
                return False
        elif not isinstance(value, int | float) or not dimension.low <= value <= dimension.high:
            return False
    return True
