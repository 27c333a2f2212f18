"""Weights of blends: convex where the loss is, sparse, and better than their members."""

import numpy as np
import pytest
from scipy.optimize import minimize

from mlpilot.tools.ensemble import MEMBERS_MOST, fit_weights, mix, pick_members


@pytest.fixture
def opinions():
    """Five members (5, 600, 3), each knowing a different part of the truth, and a sixth that knows nothing."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    scores = 1.2 * np.eye(3)[truth] + rng.normal(size=(5, 600, 3))
    members = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    return np.concatenate([members, rng.dirichlet(np.ones(3), 600)[None]]), truth


@pytest.fixture
def forecasts():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=500)
    return truth + np.array([0.5, 0.6, 0.8, 3.0])[:, None] * rng.normal(size=(4, 500)), truth


def log_loss(truth, blend):
    return float(-np.log(blend[np.arange(len(truth)), truth]).mean())


def squared_error(truth, blend):
    return float(((truth - blend) ** 2).mean())


def simplex(weights):
    return (weights >= 0).all() and weights.sum() == pytest.approx(1)


def optimum(loss, members, truth):
    m = len(members)
    found = minimize(
        lambda w: loss(truth, mix(members, w)),
        np.full(m, 1 / m),
        bounds=[(0, 1)] * m,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
    )
    return found.fun


def test_log_loss_weights_reach_the_optimum(opinions):
    members, truth = opinions
    weights = fit_weights(members, truth, "log_loss")
    assert simplex(weights)
    assert log_loss(truth, mix(members, weights)) == pytest.approx(optimum(log_loss, members, truth), abs=1e-4)
    assert weights[5] == 0


def test_squared_error_weights_reach_the_optimum(forecasts):
    members, truth = forecasts
    weights = fit_weights(members, truth, "squared_error")
    assert simplex(weights)
    best = optimum(squared_error, members, truth)
    assert squared_error(truth, mix(members, weights)) == pytest.approx(best, rel=1e-3)
    assert weights[0] > weights[1] > weights[2] > weights[3]


def test_any_other_loss_is_followed_greedily(forecasts):
    members, truth = forecasts

    def median_error(truth, blend):
        return float(np.median(np.abs(truth - blend)))

    weights = fit_weights(members, truth, median_error)
    assert simplex(weights)
    singles = [median_error(truth, member) for member in members]
    assert median_error(truth, mix(members, weights)) <= min(singles)


def test_greedy_selection_of_a_convex_loss_agrees_with_its_callable(opinions):
    members, truth = opinions
    assert set(pick_members(members, truth, "log_loss", 3)) == set(pick_members(members, truth, log_loss, 3))


@pytest.mark.parametrize("loss", ["log_loss", log_loss])
def test_of_many_members_few_are_taken(opinions, loss):
    members, truth = opinions
    rng = np.random.default_rng(2)
    noisy = [0.7 * member + 0.3 * rng.dirichlet(np.ones(3), 600) for member in members for _ in range(4)]
    weights = fit_weights(np.stack([*members, *noisy]), truth, loss)
    assert simplex(weights)
    assert np.count_nonzero(weights) <= MEMBERS_MOST
    assert ((weights == 0) | (weights >= 0.01)).all()
    assert len(pick_members(np.stack([*members, *noisy]), truth, loss)) <= MEMBERS_MOST


def test_degenerate_members():
    truth = np.array([1.0, 2.0, 3.0])
    assert fit_weights(truth[None], truth, "squared_error").tolist() == [1.0]
    assert simplex(fit_weights(np.stack([truth, truth]), truth, "squared_error"))
    certain = np.eye(2)[[0, 1, 0]]
    wrong = np.eye(2)[[1, 0, 1]]
    assert fit_weights(np.stack([certain, wrong]), np.array([0, 1, 0]), "log_loss").tolist() == [1.0, 0.0]
    assert simplex(fit_weights(np.stack([wrong, wrong]), np.array([0, 1, 0]), "log_loss"))
    assert fit_weights(np.empty((4, 0)), np.empty(0), "squared_error").tolist() == [0.25] * 4
    undefined = fit_weights(np.ones((2, 3)), truth, lambda *_: float("nan"))
    assert simplex(undefined)
