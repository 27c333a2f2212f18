"""Weights for a blend: non-negative, summing to one, fitted on out-of-fold predictions.

Log-loss and squared error are convex in the weights and are solved, without shrinkage towards equal weights, which only
hurt on the real tables it was tried on; any other loss is followed by greedy selection
with replacement (Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble selection from libraries of models", 2004).
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Loss = Literal["log_loss", "squared_error"] | Callable[[Array, Array], float]
"""A named loss, or `(truth, blend) -> float`, lower is better."""

MEMBERS_MOST = 8
SMALLEST_WEIGHT = 0.01
_ROUNDS = 24
_ROUNDS_OF_ANY_LOSS = 10
_EM_STEPS = 300


def mix(members: Array, weights: Floats) -> Floats:
    """The blend (n,) or (n, k) of members (m, n) or (m, n, k)."""
    return np.asarray(np.tensordot(weights, members, axes=1), dtype=np.float64)


def fit_weights(members: Array, truth: Array, loss: Loss, limit: int = MEMBERS_MOST) -> Floats:
    """Weights (m,) that make the blend's loss smallest: at most `limit` above zero, and none of those below 1 %.

    `members` are (m, n) values or (m, n, k) probabilities, `truth` (n,) values or class codes. Without rows the weights
    are equal.
    """
    m = len(members)
    if m == 1 or members.shape[1] == 0:
        return np.full(m, 1 / m)
    weights = np.zeros(m)
    if callable(loss):
        weights[:] = _greedy(members, truth, loss, limit)
    else:
        chosen = pick_members(members, truth, loss, limit)
        solve = _log_loss_weights if loss == "log_loss" else _squared_error_weights
        weights[chosen] = solve(_rows(members[chosen], truth, loss))
    weights /= weights.sum()
    weights[weights < SMALLEST_WEIGHT] = 0
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def pick_members(members: Array, truth: Array, loss: Loss, limit: int = MEMBERS_MOST) -> NDArray[np.int64]:
    """At most `limit` members (positions, ascending) that are good together: what greedy selection takes."""
    if len(members) <= limit:
        return np.arange(len(members))
    return np.flatnonzero(_greedy(members, truth, loss, limit))


def _rows(members: Array, truth: Array, loss: Loss) -> Floats:
    """What the convex losses need of each row, (m, n): the true class's probability, or the error."""
    if loss == "squared_error":
        return np.asarray(members - truth, dtype=np.float64)
    given = members[:, np.arange(len(truth)), truth]
    return np.asarray(np.clip(given, np.finfo(np.float64).eps, 1.0), dtype=np.float64)


def _log_loss_weights(given: Floats) -> Floats:
    """Proportions of a mixture by expectation maximisation: each step lowers the loss, and it has no settings."""
    weights = np.full(len(given), 1 / len(given))
    for _ in range(_EM_STEPS):
        updated = weights * (given / (weights @ given)).mean(axis=1)
        done = np.abs(updated - weights).max() < 1e-5
        weights = updated
        if done:
            break
    return weights


def _squared_error_weights(errors: Floats) -> Floats:
    """Non-negative least squares of the blend's error, the sum held at one by a heavy extra row (Lawson and Hanson)."""
    from scipy.optimize import nnls

    m, n = errors.shape
    gram = errors @ errors.T / n
    scale = float(np.trace(gram)) / m
    if scale == 0:
        return np.full(m, 1 / m)
    gram = gram / scale + 1e-9 * np.eye(m)
    root = np.linalg.cholesky(gram).T
    heavy = 1e3
    system = np.vstack([root, np.full((1, m), heavy)])
    return np.asarray(nnls(system, np.append(np.zeros(m), heavy))[0], dtype=np.float64)


def _greedy(members: Array, truth: Array, loss: Loss, limit: int) -> NDArray[np.int64]:
    """How often each member (m,) is taken when the one that helps most is added again and again."""
    losses_with_one_more, rounds = _evaluator(members, truth, loss)
    counts = np.zeros(len(members), dtype=np.int64)
    for _ in range(rounds):
        losses = losses_with_one_more(counts)
        if np.count_nonzero(counts) >= limit:
            losses = np.where(counts > 0, losses, np.inf)
        counts[int(np.argmin(losses))] += 1
    return counts


def _evaluator(members: Array, truth: Array, loss: Loss) -> tuple[Callable[[NDArray[np.int64]], Floats], int]:
    """`counts (m,) -> loss (m,)` of the blend with each member once more, and for how many rounds it is worth it."""
    if loss == "log_loss":
        given = _rows(members, truth, loss)
        return lambda counts: -np.log((counts @ given + given) / (counts.sum() + 1)).mean(axis=1), _ROUNDS
    if loss == "squared_error":
        errors = _rows(members, truth, loss)
        gram = errors @ errors.T / len(truth)
        own = np.diag(gram)
        return lambda counts: (counts @ gram @ counts + 2 * counts @ gram + own) / (counts.sum() + 1) ** 2, _ROUNDS

    def any_loss(counts: NDArray[np.int64]) -> Floats:
        total = np.tensordot(counts, members, axes=1)
        size = counts.sum() + 1
        losses = np.array([loss(truth, (total + member) / size) for member in members])
        return np.where(np.isfinite(losses), losses, np.inf)

    return any_loss, _ROUNDS_OF_ANY_LOSS
