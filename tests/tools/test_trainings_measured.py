"""What is measured beside the curves: waiting for data, tests of learning rates, labels."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mlpilot.tools.diagnose.dynamic.facts import (
    MOST_RATES,
    Labels,
    Layer,
    Point,
    Predicted,
    RateTest,
    Scale,
    Sureness,
    Training,
)
from mlpilot.tools.diagnose.dynamic.problems import rate_is_off, symptoms
from mlpilot.tools.diagnose.dynamic.received import trainings
from mlpilot.tools.diagnose.dynamic.rules import judge, judge_all

INSIDE = Path(__file__).parent.parent.parent / "tools" / "inside"
FOLDER = Path(__file__).parent / "trainings"
FALLS = ((1e-4, 2.29), (1e-3, 2.0), (1e-2, 1.0), (1e-1, 2.2), (1.0, math.inf))
TEST = RateTest(10, 2.3, FALLS, 2.3, 1.5)


def training(**more) -> Training:
    """One of a hundred steps that learns nothing, and shows no sign of why."""
    flat = tuple(Point(step, 2.3 + 0.01 * (step % 3)) for step in range(100))
    told = {"line": 9, "loss": "cross_entropy", "steps": 100, "losses": flat, "finished": True, **more}
    rates = {"learning_rate": told.pop("rate", 0.01)}
    return Training("torch", **rates, last_learning_rate=rates["learning_rate"], **told)


def codes(one: Training) -> list[str]:
    return [found.code for found in judge(one)]


def test_rates_with_which_the_loss_falls_lie_around_the_best():
    assert (TEST.best, TEST.falling) == (0.01, (0.01, 0.01))
    assert replace(TEST, tried=((1e-3, 1.5), *FALLS[2:])).falling == (1e-3, 1e-2)
    assert "0.01" in TEST.told()


def test_where_the_loss_fell_with_no_rate_nothing_is_said_of_the_rate():
    for tried in ((), ((0.1, 2.29), (1.0, math.inf))):
        test = RateTest(10, 2.3, tried)
        assert (test.best, test.falling) == (None, None)
        assert rate_is_off(training(rate=5.0, rates=test)) == 0


def test_a_rate_is_off_above_where_the_loss_fell_and_far_below():
    assert [rate_is_off(training(rate=rate, rates=TEST)) for rate in (0.1, 0.01, 0.002, 1e-4)] == [1, 0, 0, -1]
    assert rate_is_off(replace(training(rate=0.1, rates=TEST), last_learning_rate=0.01)) == 0  # it changed


def test_a_rate_below_is_nothing_where_other_rows_are_not_learnt():
    """A few rows can be learnt by heart with any large rate, where there is nothing to learn."""
    assert rate_is_off(training(rate=1e-4, rates=replace(TEST, others_least=2.25))) == 0


def test_a_flat_loss_with_a_rate_that_throws_it_up_oscillates_and_far_below_is_slow():
    (high,) = symptoms([training(rate=0.1, rates=TEST)])
    assert high.kind == "oscillating-loss" and "0.1; in tests of 10 updates" in high.evidence
    (low,) = symptoms([training(rate=1e-4, rates=TEST)])
    assert low.kind == "slow-convergence"
    assert symptoms([training(rate=0.01, rates=TEST)]) == symptoms([training(rate=0.1)]) == []


def test_a_search_over_rates_is_not_told_of_its_rates():
    falls = tuple(Point(step, 2.3 * 0.97**step) for step in range(100))
    low, well = training(rate=1e-4, rates=TEST), training(losses=falls)
    assert codes(low) == [found.code for found in judge_all([low])] == ["TRAIN015"]
    assert judge_all([low, well]) == [] == symptoms([low, well])


def test_waiting_is_told_of_many_steps_and_of_seconds():
    waits = tuple(Point(step, 0.8) for step in range(1, 40))
    assert codes(training(waits=waits, seconds=5.0)) == ["TRAIN014"]
    assert judge(training(waits=waits, seconds=5.0))[0].severity == "note"
    assert codes(training(waits=waits, seconds=0.5)) == codes(training(waits=waits[:15], seconds=5.0)) == []
    seldom = tuple(replace(one, value=1.0 if one.step % 3 == 0 else 0.01) for one in waits)
    assert codes(training(waits=seldom, seconds=5.0)) == []  # as at checkpoints
    assert codes(training(waits=waits, seconds=5.0, overlaps=True)) == []  # meanwhile it trains


def test_labels_that_contradict_each_other_are_told_of_classes_only():
    assert codes(training(labels=Labels(400, 20, 20))) == ["TRAIN017"]
    assert codes(training(labels=Labels(400, 20, 2))) == codes(training(labels=Labels(4000, 90, 6))) == []
    assert codes(training(labels=Labels(400, 20, 20), loss="mse_loss")) == []


def test_wrong_and_sure_is_told_where_most_is_learnt():
    outputs = Scale((32, 4), -1, 1, 0, 1, 1, 1, 9, False, True)
    assert codes(training(outputs=outputs, sureness=Sureness(600, 120, 0.55))) == ["TRAIN018"]
    for less in (Sureness(600, 20, 0.55), Sureness(600, 120, 0.75), Sureness(600, 500, 0.55)):
        assert codes(training(outputs=outputs, sureness=less)) == []


def test_underfit_needs_held_out_rows_a_flat_end_and_chance():
    outputs = Scale((32, 10), -1, 1, 0, 1, 1, 1, 9, False, True)
    held_out = tuple(Point(step, 2.31) for step in range(0, 100, 10))
    one = training(outputs=outputs, validation_losses=held_out, is_mean=True)
    assert codes(one) == ["TRAIN016"]
    assert codes(replace(one, validation_losses=())) == codes(replace(one, is_mean=False)) == []
    falling = tuple(Point(step, 2.3 - 0.004 * step) for step in range(100))
    assert codes(replace(one, losses=falling)) == []


def test_gradients_behind_norms_may_be_smaller():
    """A net with a norm behind each layer, whose head has a few weights with large gradients, is no vanishing one."""
    sizes = (1e-3, 2e-3, 3e-3, 3e-3, 5e-3, 1e-2, 0.1)
    layers = [Layer(f"l{at}", "Conv2d", gradients=(size,) * 6, parameters=9) for at, size in enumerate(sizes)]
    norms = [Layer(f"n{at}", "BatchNorm2d", gradients=(0.02,) * 6, parameters=9) for at in range(6)]
    with_norms = [one for pair in zip(layers, norms, strict=False) for one in pair] + layers[-1:]
    falls = tuple(Point(step, 2.3 - 0.005 * step) for step in range(100))
    kinds = [
        [found.kind for found in symptoms([training(losses=falls, layers=tuple(one))])] for one in (layers, with_norms)
    ]
    assert kinds == [["vanishing-gradients"], []]


def test_one_answer_for_all_rows_is_told_of_values_that_differ():
    """Not of labels that move away, nor where a cause is known."""
    labels, same = (
        Scale((64, 1), -9, 9, 0, 5, 5, 5, 64, False, True),
        Scale((64, 1), 2, 2, 2, 1e-6, 0, 0, 1, False, True),
    )
    one = training(loss="mse_loss", targets=labels, last_targets=labels, last_outputs=same)
    assert codes(one) == ["TRAIN032"]
    assert codes(replace(one, last_outputs=labels)) == codes(replace(one, last_targets=replace(labels, mean=60))) == []
    assert codes(replace(one, labels=Labels(400, 20, 20), loss="cross_entropy")) == ["TRAIN017"]


def test_what_is_learnt_by_heart_says_nothing_of_other_rows():
    right, chance = (tuple(Point(step, share) for step in range(9)) for share in (0.95, 0.26))
    batches = (Predicted(3, 32, 4, 4, 0.3),)
    one = training(accuracies=right, validation_accuracies=chance, predictions=batches)
    assert codes(one) == ["TRAIN037"]
    assert codes(replace(one, validation_accuracies=right)) == codes(replace(one, accuracies=chance)) == []


def test_facts_of_the_loop_have_the_form():
    hostile = {
        "unheld": {"names": ["a\nb", 3] * 9, "tensors": -1, "numbers": "x", "looks": 2},
        "resting": [True, 1, "yes"] * 20,
        "judged": [{"line": 3, "shape": [4, 2]}, 7] * 20,
        "ending": "Relu\n",
        "from_logits": 1,
        "shared": [],
        "mixed": {"rows": 4},
        "still_norms": "abc",
    }
    ((one,), _) = trainings(json.dumps({"trainings": [hostile]}).encode())
    assert one.unheld is not None and len(one.unheld.names) == 4 and "\n" not in one.unheld.names[0]
    assert (one.unheld.tensors, len(one.resting), one.resting[:3]) == (0, 12, (True, False, False))
    assert len(one.judged) <= 12 and one.from_logits is None and one.shared is None and one.still_norms == ()
    assert one.mixed is not None and one.mixed.differ == 0 and judge(one) == []


def test_measures_from_inside_are_taken_only_as_far_as_they_have_the_form():
    tried = [[1.0, 2.0], [-1, 1], ["x", 1], [2.0, math.nan], [3]] + [[9, 1]] * 99
    hostile = {
        "rates": {"steps": -1, "began": 2.0, "tried": tried},
        "waits": [[1, 0.5], [2, 7.0], [3, math.nan]],
        "labels": {"rows": -4, "alike": "x", "differ": 10**40},
        "sureness": {"rows": 1, "wrong": 1, "area": 3.0},
        "overlaps": 1,
    }  # fmt: skip
    ((one,), _) = trainings(json.dumps({"trainings": [hostile]}).encode())
    assert one.rates is not None and one.rates.steps == 0 and one.rates.tried[0] == (1.0, 2.0)
    assert len(one.rates.tried) <= MOST_RATES and all(rate > 0 for rate, _ in one.rates.tried)
    assert (one.waits, one.labels, one.sureness, one.overlaps) == ((Point(1, 0.5),), Labels(0, 0, 0), None, False)
    for odd in ({"rates": []}, {"rates": {"began": math.nan}}, {"labels": 3}, {"sureness": {"area": math.nan}}):
        ((one,), _) = trainings(json.dumps({"trainings": [odd]}).encode())
        assert (one.rates, one.labels, one.sureness) == (None, None, None)


OBSERVED = """
import json, sys
_, inside, script, ends = sys.argv
sys.path.insert(0, inside)
import mlpilot_observer
names, told = {"__name__": "__main__"}, {}
job = json.dumps({"name": "script.py", "source": open(script).read(), "watched": {}, "probe": None}).encode()
mlpilot_observer.work([job], lambda name, data: told.setdefault(name, bytes(data)), names)
print(json.loads(told["trainings"])["faults"])
exec(ends, names)
found = json.loads(told["trainings"])["trainings"]
print(found[0]["steps"], bool(found[0].get("rates")))
"""
TORCH_ENDS = (
    "print(torch.rand(1).item(), sum(p.double().sum().item() for p in model.parameters()), [p.grad.sum().item() \
for p in model.parameters()], model.training, [group['lr'] for group in optimizer.param_groups], len(optimizer.state))"
)
KERAS_ENDS = "print(float(tf.random.normal(())), [float(tf.reduce_sum(one)) for one in model.trainable_variables])"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "ends", "shown"),
    [("torch_underfit", TORCH_ENDS, "240 True"), ("torch_noisy_labels", TORCH_ENDS, "228 True"),
     ("keras_tape_eager", KERAS_ENDS, "100 False"), ("keras_tape", KERAS_ENDS, "100 False")],
)  # fmt: skip
def test_a_script_ends_to_the_last_bit_as_without_observers(name, ends, shown, tmp_path):
    """Weights, gradients, modes, random numbers and the optimiser, after the tests of learning rates too."""
    python = os.environ.get("MLPILOT_DEEP_PYTHON", sys.executable)
    asked = "import importlib.util as u; raise SystemExit(not all(map(u.find_spec, ('torch', 'keras', 'tensorflow'))))"
    if subprocess.run([python, "-c", asked]).returncode:
        pytest.skip("PyTorch, Keras and TensorFlow are not here; MLPILOT_DEEP_PYTHON may name a Python that has them")
    (program,) = FOLDER.glob(f"*/{name}.py")
    settings = os.environ | {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}

    def lines(*call: object) -> list[str]:
        done = subprocess.run(
            [python, *map(str, call)], cwd=tmp_path, env=settings, capture_output=True, text=True, check=True
        )
        return done.stdout.strip().split("\n")

    (tmp_path / "bare.py").write_text(program.read_text() + ends + "\n")
    *seen, last = lines("-c", OBSERVED, INSIDE, program, ends)
    assert seen.pop(-2) == "[]"  # no fault of the observer's
    assert (seen, last) == (lines("bare.py"), shown)


LOADED = """
import keras, numpy as np
x = np.arange(80.0).reshape(40, 2) / 80
y = x.sum(axis=1, keepdims=True)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=2, verbose=0)
model.save("model.keras")
best = keras.models.load_model("model.keras")
"""


@pytest.mark.slow
def test_a_watched_model_of_keras_is_compiled_when_it_is_loaded(tmp_path):
    """Keras leaves out what was compiled where a class has a `compile` of its own."""
    python = os.environ.get("MLPILOT_DEEP_PYTHON", sys.executable)
    asked = "import importlib.util as u; raise SystemExit(not all(map(u.find_spec, ('keras', 'tensorflow'))))"
    if subprocess.run([python, "-c", asked]).returncode:
        pytest.skip("Keras and TensorFlow are not here; MLPILOT_DEEP_PYTHON may name a Python that has them")
    (tmp_path / "script.py").write_text(LOADED)
    call = [python, "-c", OBSERVED, str(INSIDE), "script.py", "print(best.evaluate(x, y, verbose=0) >= 0)"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip().split("\n")[:2] == ["[]", "True"]
