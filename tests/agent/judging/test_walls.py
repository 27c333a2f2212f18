"""The order in which the sandbox sees rows."""

import numpy as np

from mlpilot.agent.judging.walls import Shuffle


def test_place_is_the_inverse_of_rows() -> None:
    shuffle = Shuffle.make(100, "secret")
    assert np.array_equal(shuffle.rows[shuffle.place], np.arange(100))
    assert not np.array_equal(shuffle.rows, np.arange(100))


def test_the_order_is_the_secret_s_alone() -> None:
    assert np.array_equal(Shuffle.make(50, "a").rows, Shuffle.make(50, "a").rows)
    assert not np.array_equal(Shuffle.make(50, "a").rows, Shuffle.make(50, "b").rows)


def test_positions_tell_nothing_of_a_sorted_label() -> None:
    """Rows sorted by label in the file: over many secrets, no position favours either half."""
    n, trials = 40, 400
    label = np.repeat([0, 1], n // 2)
    means = np.mean([label[Shuffle.make(n, str(trial)).rows] for trial in range(trials)], axis=0)
    assert np.abs(means - 0.5).max() < 5 * 0.5 / np.sqrt(trials)


def test_time_is_kept_and_ties_are_shuffled() -> None:
    order = np.repeat(np.arange(10), 5)[::-1].copy()
    shuffle = Shuffle.make(50, "secret", order)
    assert np.array_equal(order[shuffle.rows], np.sort(order))
    within = shuffle.rows[:5]
    assert not np.array_equal(within, np.sort(within)) or not np.array_equal(shuffle.rows[5:10], np.arange(40, 45))


def test_held_out_rows_are_asked_for_in_another_secret_order() -> None:
    shuffle = Shuffle.make(100, "secret")
    held = np.arange(0, 100, 4)
    order = shuffle.held_out(held, "fold 1")
    assert np.array_equal(np.sort(order), np.arange(25))
    assert not np.array_equal(order, np.argsort(shuffle.place[held]))
