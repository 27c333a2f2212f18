"""A blend as one module: it predicts the weighted mean, whatever the members' sources look like."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpilot.tools.compose import compose
from mlpilot.tools.recipes import RECIPES, Table
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Choice, Float, Int, defaults, read_space

X = pd.DataFrame({"a": np.arange(40.0), "b": np.sin(np.arange(40.0))})
LABELS = pd.Series(np.where(X["b"] > 0, "yes", "no"))
NUMBERS = X["a"] * 2 + X["b"]


def run(solution: Solution, y: Any, params: Any, seen: list[Any] | None = None) -> Any:
    names: dict[str, Any] = {"Float": Float, "Int": Int, "Choice": Choice}
    exec(compile(solution.source, "solution.py", "exec"), names)
    model = names["fit"](X, y, params=params, seed=1, report=lambda **said: (seen or []).append(said))
    return np.asarray(names["predict"](model, X))


AWKWARD = '''
"""A member "with" odd habits.

Several lines of them."""
from __future__ import annotations

import math as m, os.path
from collections import (
    Counter,  # with a comment
)
try:
    import json as parser
except ImportError:
    parser = None

SPACE = {"scale": Float(0.5, 2.0), "shift": 3}  # what can be tuned
np = None
scale = 10
total = 0
text = """scale fit predict
    not code: scale"""


class Mean:
    scale = 5
    inner = scale  # the class's own

    def __init__(self, scale=scale):
        self.scale = scale

    def fit(self, y):
        global total
        total = sum(value for value in y)
        self.mean = total / len(y)
        return self


@staticmethod
def unused(fit: int = scale) -> Mean: return fit


def fit(X, y, *, params, seed, report):
    scale = params["scale"]
    report(step=1, scale=scale)
    assert total == 0 or text.count("scale") == 2 and m.pi > 3 and Counter("aa")["a"] == 2
    assert SPACE["shift"] == 3 and parser is not None and os.path.sep and np is None
    X["größe"] = 0
    return {"mean": Mean().fit(y).mean * scale, "ten": Mean().scale, "five": Mean.inner}


def predict(model, X):
    scale = [scale for scale in range(3)][-1]
    return [(lambda fit: fit)(model["mean"]) + 0 * scale for _ in X.index]
'''

PLAIN = """
import numpy as np
from collections import OrderedDict as Counter

scale = 1


def fit(X, y, *, params, seed, report):
    return Counter(mean=float(y.mean()) * scale)


def predict(model, X):
    return np.full(len(X), model["mean"])
"""


def test_sources_with_odd_habits_keep_apart() -> None:
    first, second = Solution("awkward", AWKWARD, 20), Solution("plain", PLAIN, 30)
    blend = compose([(first, {"scale": 2.0, "shift": 3}, 3.0), (second, {}, 1.0)], type="regression")
    before = X.copy()
    prediction = run(blend, NUMBERS, {})
    assert np.allclose(prediction, NUMBERS.mean() * (0.75 * 2 + 0.25))
    pd.testing.assert_frame_equal(X, before)
    assert "# with a comment" not in blend.source.split("# 1.")[0]
    assert "not code: scale" in blend.source
    assert blend.complexity == 40


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_recipes_blend_to_the_weighted_mean(task: Any) -> None:
    y = LABELS if task == "classification" else NUMBERS
    table = Table(task, 40, classes=2, smallest_class=18, numbers=("a", "b"))
    keys = ("linear", "svm", "boosting", "extra_trees", "neighbours")
    solutions = [RECIPES[task, key].write(table) for key in keys]
    members = [
        (solution, defaults(read_space(solution.source)), weight)
        for solution, weight in zip(solutions, (0.1, 0.2, 0.3, 0.3, 0.1), strict=True)
    ]
    members.append((solutions[0], members[0][1] | {"scaling": "quantile"}, 0.5))
    blend = compose(members, type=task)
    expected = np.average([run(solution, y, params) for solution, params, _ in members], axis=0, weights=[
        weight for *_, weight in members
    ])  # fmt: skip
    assert np.allclose(run(blend, y, {}), expected, atol=1e-6)
    assert blend.source.count("def fit_") == 5
    assert "SPACE" not in blend.source


def test_labels_count_as_probabilities() -> None:
    label = "def fit(X, y, *, params, seed, report): return 0\n\ndef predict(model, X): return ['yes'] * len(X)\n"
    even = label.replace("['yes'] * len(X)", "np.full((len(X), 2), .5)") + "import numpy as np"
    blend = compose([(Solution("a", label), {}, 1.0), (Solution("b", even), {}, 1.0)], type="classification")
    assert np.allclose(run(blend, LABELS, {}), [[0.25, 0.75]] * 40)


def test_one_member_and_none() -> None:
    blend = compose([(Solution("plain", PLAIN), {}, 0.2)], type="regression")
    assert np.allclose(run(blend, NUMBERS, {}), NUMBERS.mean())
    with pytest.raises(ValueError, match="members"):
        compose([], type="regression")
    with pytest.raises(ValueError, match="weight"):
        compose([(Solution("plain", PLAIN), {}, 0.0)], type="regression")
