"""What to try next in a search space, from what was tried before: multivariate TPE by Optuna, rebuilt at each call.

Nothing is kept between calls: the trials (from the Journal) are told to a fresh, seeded sampler each time, so that a
resumed run asks for exactly what the undisturbed one would have asked for.

Sources: Bergstra et al., "Algorithms for hyper-parameter optimization" (2011); Falkner et al., "BOHB" (2018) for the
multivariate form; Optuna's documentation of `TPESampler`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mlpilot.tools.space import Choice, Dimension, Float, Int, Space, Value, defaults, tunable

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Trial = tuple[Mapping[str, Value], float | None]
"""Parameters and their score; None where the trial failed."""

RANDOM_TRIALS = 6
"""Trials drawn by chance (a low-discrepancy start would not be rebuilt alike) before the model of scores is used."""


def suggest(space: Space, trials: Sequence[Trial], *, greater_is_better: bool, seed: int) -> dict[str, Value]:
    """Parameters to try next: every key of `space`, each a plain value.

    First the defaults, then the defaults with each other option of each `Choice`, one at a time: a different scaling or
    kernel moves a score more than any number does. Then TPE.
    """
    dimensions = tunable(space)
    tried = [dict(params) for params, _ in trials]
    for start in starts(space):
        if not any(all(params.get(key) == start[key] for key in dimensions) for params in tried):
            return start
    if not dimensions:
        return defaults(space)
    return defaults(space) | _ask(dimensions, trials, greater_is_better, seed)


def starts(space: Space) -> list[dict[str, Value]]:
    """The defaults, and the defaults with one `Choice` changed."""
    first = defaults(space)
    choices = {key: value.options for key, value in space.items() if isinstance(value, Choice)}
    changed = [first | {key: option} for key, options in choices.items() for option in options if option != first[key]]
    return [first, *changed]


def _ask(
    dimensions: Mapping[str, Dimension], trials: Sequence[Trial], greater_is_better: bool, seed: int
) -> dict[str, Value]:
    import optuna
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {key: _distribution(value) for key, value in dimensions.items()}
    sampler = optuna.samplers.TPESampler(
        multivariate=True, group=False, n_startup_trials=RANDOM_TRIALS, seed=_trial_seed(seed, len(trials))
    )
    study = optuna.create_study(direction="maximize" if greater_is_better else "minimize", sampler=sampler)
    for params, score in trials:
        known = {key: params[key] for key in dimensions if key in params}
        if len(known) < len(dimensions) or not _within(known, dimensions):
            continue
        failed = score is None or not math.isfinite(score)
        study.add_trial(
            create_trial(
                params=known,
                distributions=distributions,
                value=None if failed else score,
                state=TrialState.FAIL if failed else TrialState.COMPLETE,
            )
        )
    return dict(study.ask(distributions).params)


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
    for key, value in params.items():
        dimension = dimensions[key]
        if isinstance(dimension, Choice):
            if value not in dimension.options:
                return False
        elif not isinstance(value, int | float) or not dimension.low <= value <= dimension.high:
            return False
    return True
