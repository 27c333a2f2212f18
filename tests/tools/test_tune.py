"""The tuner: starts with what is known to be good, finds optima sooner than chance, and is rebuilt alike."""

import math
import random
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest

from mlpilot.tools.space import Choice, Float, Int, Space, Value, defaults
from mlpilot.tools.tune import Trial, starts, suggest

SPACE: Space = {
    "rate": Float(1e-4, 10, log=True),
    "depth": Int(1, 40, default=10),
    "kernel": Choice(("a", "b", None)),
    "epochs": 7,
}


def loss(params: Mapping[str, Value]) -> float:
    """Smallest, 0, at rate 1, depth 20, kernel b."""
    rate, depth = params["rate"], params["depth"]
    assert isinstance(rate, float) and isinstance(depth, int)
    return math.log10(rate) ** 2 + ((depth - 20) / 10) ** 2 + (params["kernel"] != "b")


def tuned(count: int, seed: int, sign: int = 1) -> list[Trial]:
    trials: list[Trial] = []
    for _ in range(count):
        params = suggest(SPACE, trials, greater_is_better=sign < 0, seed=seed)
        trials.append((params, sign * loss(params)))
    return trials


def chance(count: int, seed: int) -> float:
    rng = random.Random(seed)
    return min(
        loss({"rate": 10 ** rng.uniform(-4, 1), "depth": rng.randint(1, 40), "kernel": rng.choice(["a", "b", None])})
        for _ in range(count)
    )


def test_the_defaults_come_first_then_every_other_option() -> None:
    trials = tuned(3, seed=0)
    assert [params for params, _ in trials] == starts(SPACE)
    assert trials[0][0] == defaults(SPACE)
    assert {params["kernel"] for params, _ in trials} == {"a", "b", None}


def test_it_beats_chance() -> None:
    tuner = [min(score or 0.0 for _, score in tuned(30, seed)) for seed in range(6)]
    random_search = [chance(30, seed) for seed in range(6)]
    assert sum(tuner) < 0.6 * sum(random_search)


@pytest.mark.parametrize("sign", [1, -1])
def test_direction_is_respected(sign: int) -> None:
    values = [sign * (score or 0.0) for _, score in tuned(30, seed=1, sign=sign)]
    assert min(values[20:]) < 0.5 < values[0]


def test_the_same_trials_and_seed_give_the_same_suggestion() -> None:
    for count in (2, 5, 20):
        trials = tuned(count, seed=3)
        one, again = (suggest(SPACE, trials, greater_is_better=False, seed=3) for _ in range(2))
        assert one == again
        if count > 3:
            assert suggest(SPACE, trials, greater_is_better=False, seed=4) != one


def test_suggestions_are_inside_the_space_and_plain() -> None:
    for params, _ in tuned(25, seed=5):
        assert list(params) == list(SPACE)
        assert params["epochs"] == 7
        assert isinstance(params["rate"], float) and 1e-4 <= params["rate"] <= 10
        assert type(params["depth"]) is int and 1 <= params["depth"] <= 40


def test_failed_trials_are_told_and_those_of_an_older_space_left_out() -> None:
    failed: list[Trial] = [(params, None) for params in starts(SPACE)]
    strange: list[Trial] = [({"rate": 99.0, "depth": 3, "kernel": "a"}, 0.0), ({"kernel": "z"}, float("nan"))]
    params = suggest(SPACE, failed + strange * 6, greater_is_better=False, seed=0)
    assert set(params) == set(SPACE)


def test_a_space_without_choices_gives_its_constants() -> None:
    assert suggest({"a": 1, "b": None}, [({"a": 1, "b": None}, 0.5)], greater_is_better=True, seed=0) == {
        "a": 1,
        "b": None,
    }


def test_it_is_quick_with_many_trials() -> None:
    trials = tuned(100, seed=0)
    began = time.process_time()
    suggest(SPACE, trials, greater_is_better=False, seed=0)
    assert time.process_time() - began < 0.2


IN_A_NOTEBOOK = """
import ipykernel.zmqshell
import sys
from mlpilot.tools.space import Float
from mlpilot.tools.tune import suggest
sys.modules["ipywidgets"] = None
space = {"rate": Float(0.1, 1.0, default=0.5)}
suggest(space, [({"rate": rate / 10}, float(rate)) for rate in range(1, 10)], greater_is_better=True, seed=1)
print(*sorted(name for name in sys.modules if name in ("optuna", "tqdm.autonotebook")))
"""


def test_a_notebook_without_widgets_is_not_warned_of_progress_bars() -> None:
    told = subprocess.run([sys.executable, "-c", IN_A_NOTEBOOK], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["optuna", "tqdm.autonotebook"]
    assert told.stderr == ""
