"""Plans: no row in two parts, groups whole, every class to learn from, and no look ahead in time."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpilot.agent.judging.splits import SEALED_MOST, Plan, make_plan
from mlpilot.sandbox.errors import UserError


def check_parts(plan: Plan, n: int, *, all_rows: bool) -> None:
    both = np.concatenate([plan.test, plan.search])
    assert len(np.unique(both)) == len(both)
    assert not all_rows or len(both) == n
    assert len(both) == 0 or (both.min() >= 0 and both.max() < n)
    for fold in plan.folds:
        assert len(fold.train) and len(fold.held)
        assert not len(np.intersect1d(fold.train, fold.held))
        assert (np.diff(fold.train) > 0).all() and (np.diff(fold.held) > 0).all()
        assert max(fold.train.max(), fold.held.max()) < len(plan.search)
        assert fold.train.dtype == fold.held.dtype == np.int64


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(40, 900),
    classes=st.integers(2, 6),
    rows_per_group=st.sampled_from([None, 1, 2, 9]),
    sealed=st.booleans(),
)
def test_random_plans_hold_their_promises(seed, n, classes, rows_per_group, sealed):
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.repeat(np.arange(classes), 6), rng.integers(0, classes, n)]).astype(np.int32)
    groups = None if rows_per_group is None else rng.integers(0, len(y) // rows_per_group, len(y))
    if groups is not None and min(len(np.unique(groups[y == code])) for code in range(classes)) < 3:
        return
    plan = make_plan(y, "classification", groups=groups, order=None, seed=seed, sealed=sealed)
    check_parts(plan, len(y), all_rows=True)
    assert (len(plan.test) == 0) == (not sealed)
    searched = y[plan.search]
    for fold in plan.folds:
        assert len(np.unique(searched[fold.train])) == classes
        if groups is not None:
            inside = groups[plan.search]
            assert not len(np.intersect1d(inside[fold.train], inside[fold.held]))
    if groups is not None:
        assert not len(np.intersect1d(groups[plan.test], groups[plan.search]))
    size = len(plan.folds) // plan.repeats
    for start in range(0, len(plan.folds), size):  # every repeat holds every search row out once
        held = np.concatenate([fold.held for fold in plan.folds[start : start + size]])
        assert sorted(held) == list(range(len(plan.search)))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(60, 900), ties=st.integers(1, 20), grouped=st.booleans())
def test_time_never_looks_ahead(seed, n, ties, grouped):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n).astype(np.int32)
    order = rng.integers(0, n // ties, n)
    groups = np.where(rng.random(n) < 0.2, rng.integers(0, n, n), np.arange(n) + n) if grouped else None
    try:
        plan = make_plan(y, "classification", groups=groups, order=order, seed=seed, sealed=True)
    except UserError:
        assert n // ties < 10
        return
    check_parts(plan, n, all_rows=groups is None)
    assert order[plan.search].max() < order[plan.test].min()
    inside = order[plan.search]
    for fold in plan.folds:
        assert inside[fold.train].max() < inside[fold.held].min()
        assert len(np.unique(y[plan.search][fold.train])) == 2
        if groups is not None:
            among = groups[plan.search]
            assert not len(np.intersect1d(among[fold.train], among[fold.held]))
    if groups is not None:
        assert not len(np.intersect1d(groups[plan.search], groups[plan.test]))


def test_a_group_that_is_always_there_is_split_between_learning_and_testing():
    rng = np.random.default_rng(0)
    n = 4_000
    groups, order = rng.integers(0, 40, n), rng.integers(0, n, n)
    plan = make_plan(rng.normal(size=n), "regression", groups=groups, order=order, seed=0, sealed=True)
    assert len(plan.search) > n / 3 and len(plan.test) > n / 40
    assert not len(np.intersect1d(groups[plan.search], groups[plan.test]))


def test_parts_are_stratified():
    rng = np.random.default_rng(3)
    y = rng.choice(4, 2_000, p=[0.6, 0.3, 0.08, 0.02]).astype(np.int32)
    plan = make_plan(y, "classification", groups=None, order=None, seed=0, sealed=True)
    shares = np.bincount(y) / len(y)
    assert np.abs(np.bincount(y[plan.test], minlength=4) / len(plan.test) - shares).max() < 0.005
    for fold in plan.folds:
        found = np.bincount(y[plan.search][fold.held], minlength=4) / len(fold.held)
        assert np.abs(found - shares).max() < 0.01
        assert abs(len(fold.held) - len(plan.search) / 5) <= 4


def test_groups_of_unequal_size_still_give_even_parts():
    rng = np.random.default_rng(5)
    sizes = rng.zipf(1.6, 400).clip(max=300)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    y = (rng.random(len(groups)) < rng.random(len(sizes))[groups]).astype(np.int32)
    plan = make_plan(y, "classification", groups=groups, order=None, seed=0, sealed=True)
    rate = y.mean()
    assert abs(y[plan.test].mean() - rate) < 0.02
    for fold in plan.folds:
        assert abs(y[plan.search][fold.held].mean() - rate) < 0.02
        assert abs(len(fold.held) / len(plan.search) - 0.2) < 0.02


def test_a_skewed_target_is_spread_evenly():
    y = np.random.default_rng(0).lognormal(0, 1.5, 400)
    plan = make_plan(y, "regression", groups=None, order=None, seed=0, sealed=True)
    medians = [np.median(y[plan.search][fold.held]) for fold in plan.folds]
    assert np.std(medians) / np.mean(medians) < 0.15


@pytest.mark.parametrize(("n", "folds", "repeats"), [(200, 20, 4), (1_000, 10, 2), (3_000, 5, 1), (150_000, 3, 1)])
def test_more_repeats_where_rows_are_few(n, folds, repeats):
    y = np.arange(n, dtype=np.int32) % 2
    plan = make_plan(y, "classification", groups=None, order=None, seed=0, sealed=True)
    assert (len(plan.folds), plan.repeats) == (folds, repeats)
    assert plan.words.startswith(f"{folds // repeats} folds")


def test_a_million_rows_are_planned_in_seconds():
    rng = np.random.default_rng(0)
    n = 1_000_000
    y = rng.integers(0, 3, n).astype(np.int32)
    groups = np.where(rng.random(n) < 0.1, rng.integers(0, n, n), np.arange(n) + n)
    started = time.process_time()
    plan = make_plan(y, "classification", groups=groups, order=None, seed=0, sealed=True)
    assert time.process_time() - started < 5
    assert len(plan.folds) == 1 and len(plan.test) <= SEALED_MOST and len(plan.folds[0].held) <= 100_100
    assert plan.words == f"{len(plan.folds[0].held):,} rows held out · {len(plan.test):,} rows sealed"


def test_the_sealed_part_has_a_limit_even_where_a_group_is_large():
    groups = np.repeat(np.arange(12), 25_000)
    y = np.tile(np.array([0, 1], np.int32), 150_000)
    plan = make_plan(y, "classification", groups=groups, order=None, seed=0, sealed=True)
    assert 0 < len(plan.test) <= SEALED_MOST


def test_the_seed_decides():
    y = np.random.default_rng(0).integers(0, 2, 500).astype(np.int32)
    one, same, other = (
        make_plan(y, "classification", groups=None, order=None, seed=seed, sealed=True) for seed in (1, 1, 2)
    )
    assert one.hash == same.hash != other.hash
    assert (one.test == same.test).all()


@pytest.mark.parametrize(
    ("y", "groups", "order", "message"),
    [
        (np.array([0, 1, 0], np.int32), None, None, "too few"),
        (np.array([0] * 50 + [1], np.int32), None, None, "cannot be learnt"),
        (np.array([0, 1] * 50, np.int32), np.zeros(100, np.int64), None, "groups"),
        (np.array([0, 1] * 50, np.int32), None, np.zeros(100, np.int64), "one value"),
        (np.array([0] * 90 + [1] * 10, np.int32), None, np.arange(100), "early enough"),
    ],
)
def test_an_impossible_plan_is_said_in_one_line(y, groups, order, message):
    with pytest.raises(UserError, match=message) as caught:
        make_plan(y, "classification", groups=groups, order=order, seed=0, sealed=True)
    assert "\n" not in str(caught.value)


def test_only_who_knows_the_secret_can_deal_again():
    y = np.repeat(np.arange(4), 50).astype(np.int32)
    plans = [
        make_plan(y, "classification", groups=None, order=None, seed=0, sealed=True, secret=secret)
        for secret in ("a", "a", "b")
    ]
    assert plans[0].hash == plans[1].hash != plans[2].hash


@pytest.mark.parametrize("n", [20, 30, 47, 60])
def test_parts_of_a_small_regression_table_are_equally_large(n):
    y = np.random.default_rng(n).normal(size=n)
    plan = make_plan(y, "regression", groups=None, order=None, seed=0, sealed=True)
    assert abs(len(plan.test) - 0.25 * n) <= 1
    sizes = [len(fold.held) for fold in plan.folds]
    assert max(sizes) - min(sizes) <= 1


def test_rows_that_are_left_out_between_past_and_future_are_told():
    groups, times = np.repeat(np.arange(50), 20), np.tile(np.arange(20), 50)
    y = np.random.default_rng(0).normal(size=1000)
    plan = make_plan(y, "regression", groups=groups, order=times, seed=0, sealed=True)
    left_out = 1000 - len(plan.test) - len(plan.search)
    assert left_out > 0 and f"{left_out:,} left out" in plan.words
