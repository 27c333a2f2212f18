"""As many digits as the interval can bear."""

import pytest

from mlpilot import numbers
from mlpilot.agent.judging.judged import Score


@pytest.mark.parametrize(
    ("value", "ci", "expected"),
    [
        (0.41973, (0.4098, 0.4301), ".4197 (.410 – .430)"),
        (56.331, (52.11, 60.42), "56.33 (52.1 – 60.4)"),
        (156338.2, (150111.0, 162222.0), "156,338.2 (150,111 – 162,222)"),
        (-0.1, (-0.15, -0.05), "−.100 (−.15 – −.05)"),
        (0.0003, (0.0001, 0.0005), ".000300 (.00010 – .00050)"),
        (1.0, (1.0, 1.0), "1.00000 (1.0000 – 1.0000)"),
        (2.5e12, (2.4e12, 2.6e12), "2.5e+12 (2.4e+12 – 2.6e+12)"),
    ],
)
def test_score(value, ci, expected):
    assert numbers.score(Score(value, ci)) == expected


def test_the_tiny_is_not_shown_as_nothing():
    assert numbers.bare(3.2e-9, 6) == "3.2e-09"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (1.13, "1.1 s"), (42.2, "42 s"), (59.7, "1:00"), (192, "3:12"), (3750, "1:02:30")],
)
def test_took(seconds, expected):
    assert numbers.took(seconds) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(90, "1m30s"), (300, "5m"), (5400, "1h30m"), (0.5, "0.5s")])
def test_length(seconds, expected):
    assert numbers.length(seconds) == expected


def test_ago():
    assert [numbers.ago(s) for s in (3, 61, 7200, 200000)] == ["just now", "1 minute ago", "2 hours ago", "2 days ago"]


def test_spark():
    assert numbers.spark([3, 2, 2, 1]) == "▇▄▄▁"
    assert numbers.spark([1, 1]) == "▁▁" and numbers.spark([]) == ""
    assert len(numbers.spark(list(range(1000)))) == 16


def test_names_of_metrics():
    assert numbers.metric_name("log_loss") == "log-loss"
    assert numbers.metric_name("balanced_accuracy") == "balanced accuracy"
    assert numbers.metric_name("my_own.py:net_gain") == "my_own.py:net_gain"


def test_gains_have_fewer_digits():
    assert numbers.significant(0.0123456, 3) == ".0123" and numbers.significant(0.00067, 2) == ".00067"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.084754, ".08475"), (55.0437, "55.04"), (156338.2, "156,300"), (-0.5, "−.5000"), (0.0, "0.0")],
)
def test_significant(value, expected):
    assert numbers.significant(value) == expected
