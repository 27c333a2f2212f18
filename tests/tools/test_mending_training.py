"""Edits of trainings: each as text, then what counts as a proof, on facts of runs."""

import ast
import math
from dataclasses import replace

import pytest

from mlpilot.tools.diagnose.dynamic.facts import Bad, Layer, Point, Scale, Training
from mlpilot.tools.diagnose.dynamic.problems import ignorance, symptoms
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.probing import OF_TRAINING, with_seeds
from mlpilot.tools.mending.running import Ended, ahead
from mlpilot.tools.mending.training import layers as training_layers
from mlpilot.tools.mending.training import rate as training_rate
from mlpilot.tools.mending.training import start as training_start
from mlpilot.tools.mending.training.proof import REPAIRED, is_better, is_learning, is_same, mend_proven
from mlpilot.tools.mending.training.repairs import OF_TRAININGS, mend_training

TORCH = """import torch
from torch import nn

LR = 1e-6  # tried a few

net = nn.Sequential(
    nn.Linear(8, 32),
    nn.Sigmoid(),  # squash
    nn.Linear(32, 1),
    nn.Sigmoid(),
)
nn.init.normal_(net[0].weight, std=2.0)
nn.init.constant_(net[0].bias, -9.0)
optimizer = torch.optim.SGD(net.parameters(), lr=LR, momentum=0.99)
for xb, yb in loader:
    loss.backward()
    optimizer.step()
"""
KERAS = """import keras
from keras import layers

model = keras.Sequential([
    keras.Input(shape=(9, 2)),
    layers.SimpleRNN(16, activation="relu"),
    layers.Dense(16, activation="sigmoid", bias_initializer=keras.initializers.Constant(-9.0)),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.5), loss="binary_crossentropy")
model.fit(X, y, batch_size=4)
"""


def relu(source, tree):
    return training_layers.activations(source, tree, ("sigmoid", "tanh"), "relu")


@pytest.mark.parametrize(
    ("source", "edit", "gone", "come"),
    [
        (TORCH, training_rate.rates, "LR = 1e-6  # tried a few", "LR = 0.03  # tried a few"),
        (TORCH, training_rate.calmer, "momentum=0.99", "momentum=0.9"),
        (TORCH, training_rate.adam, "SGD(net.parameters(), lr=LR, momentum=0.99)", "Adam(net.parameters(), lr=LR)"),
        (TORCH, relu, "    nn.Sigmoid(),  # squash", "    nn.ReLU(),  # squash"),
        (TORCH, training_layers.normalised, "nn.Linear(8, 32),\n", "nn.Linear(8, 32),\n    nn.BatchNorm1d(32),\n"),
        (TORCH, training_start.initialised, "constant_(net[0].bias, -9.0)", "zeros_(net[0].bias)"),
        (
            TORCH,
            training_start.clipped,
            "    optimizer.step()",
            "    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n    optimizer.step()",
        ),
        (KERAS, training_rate.rates, "learning_rate=0.5", "learning_rate=0.002"),
        (KERAS, training_rate.larger_batch, "batch_size=4", "batch_size=32"),
        (KERAS, relu, 'Dense(16, activation="sigmoid"', 'Dense(16, activation="relu"'),
        (KERAS, training_layers.recurrent_tanh, 'RNN(16, activation="relu")', 'RNN(16, activation="tanh")'),
        (KERAS, training_start.initialised, "keras.initializers.Constant(-9.0)", '"zeros"'),
        (KERAS, training_start.clipped, "learning_rate=0.5)", "learning_rate=0.5, clipnorm=1.0)"),
    ],
)
def test_an_edit_changes_what_it_says_and_leaves_the_rest(source, edit, gone, come):
    text, what = edit(source, ast.parse(source))[0]
    ast.parse(text)
    assert what
    assert gone in source
    assert come in text
    kept = [line for line in source.split("\n") if line in text.split("\n")]
    assert len(kept) >= len(source.split("\n")) - 3


def test_the_last_activation_is_left_alone():
    assert relu(TORCH, ast.parse(TORCH))[0][0].count("nn.Sigmoid()") == 1
    assert 'Dense(1, activation="sigmoid")' in relu(KERAS, ast.parse(KERAS))[0][0]


def test_no_text_is_proposed_twice_and_none_is_broken():
    texts = [text for text, _ in mend_training(TORCH, [Diagnosis("slow-convergence", "")], [])]
    assert len(texts) == len(set(texts)) > 5
    assert all(ast.parse(text) for text in texts)
    assert list(mend_training("def broken(", [Diagnosis("slow-convergence", "")], [])) == []


def run(*losses, layers=(), bad=None, steps=None):
    points = tuple(Point(step, value) for step, value in enumerate(losses))
    one = Training(
        "torch", model="Net", loss="cross_entropy", steps=steps or len(losses), losses=points, bad=bad, finished=True
    )
    return Ended("ok", "", "", None, trainings=(Training(**{**vars(one), "layers": layers}),))


FALLS = [2.0 * 0.9**step for step in range(60)]
STAYS = [2.0] * 60


def kinds(ended: Ended) -> list[str]:
    return [one.kind for one in symptoms(ended.trainings)]


def test_symptoms_are_seen_and_a_training_that_learns_has_none():
    moved = (Layer("a", "Linear", gradients=(0.1,) * 3, updates=(1e-6,) * 3),)
    shrinks = tuple(
        Layer(str(i), "Linear", gradients=(10.0 ** (2 * i - 8),) * 3, updates=(0.01,) * 3) for i in range(4)
    )
    dead = (Layer("a", "Linear", "relu", gradients=(0.0,) * 3, dead=(1.0,) * 3),)
    jumps = [2.0, 5.0] * 30
    assert kinds(run(*STAYS, layers=moved)) == ["slow-convergence"]
    assert kinds(run(*STAYS, layers=shrinks)) == ["vanishing-gradients"]
    assert kinds(run(*STAYS, layers=dead)) == ["dying-relu"]
    assert kinds(run(*jumps)) == ["oscillating-loss"]
    assert kinds(run(2.0, math.nan, bad=Bad(1, "loss", "nan"))) == ["exploding-gradients"]
    assert symptoms(run(*FALLS, layers=(*moved, *dead)).trainings) == []
    assert symptoms(run(*STAYS).trainings) == []  # no sign of why: perhaps there is nothing to learn


def test_gradients_that_vanished_at_first_count_where_the_loss_stood_still_meanwhile():
    """By the end they are of one size: what held the training up is seen at its first looks alone."""
    late = tuple(
        Layer(str(i), "Dense", "tanh", gradients=(10.0 ** (2 * i - 12), 1e-2, 1e-2), updates=(0.01,) * 3)
        for i in range(4)
    )
    stands = [2.0] * 30 + [2.0 - 0.03 * step for step in range(30)]
    falls = [2.0 - 0.02 * step for step in range(60)]
    assert kinds(run(*stands, layers=late)) == ["vanishing-gradients"]
    assert kinds(run(*falls, layers=late)) == []
    assert kinds(run(*[2.0] * 15, *FALLS, layers=late)) == []  # it has learnt by its end


def training(losses, **more) -> Training:
    (one,) = run(*losses, layers=more.pop("layers", ())).trainings
    return Training(**{**vars(one), **more})


def told(*trainings: Training) -> list[str]:
    return [one.kind for one in symptoms(trainings)]


def test_what_knowing_nothing_costs_is_the_measure_of_what_is_learnt():
    dead = (Layer("a", "Linear", "relu", gradients=(0.0,) * 3, dead=(1.0,) * 3),)
    ten = {"is_mean": True, "outputs": Scale((32, 10), -1, 1, 0, 1, 1, 1, 320, False, True)}
    from_afar = [24.0, *[2.3] * 59]
    assert ignorance(training(STAYS, **ten)) == pytest.approx(math.log(10))
    assert ignorance(training(STAYS)) == math.inf
    assert told(training(from_afar, layers=dead)) == []
    assert told(training(from_afar, layers=dead, **ten)) == ["dying-relu"]
    assert told(training([24.0, *[1.2] * 59], **ten)) == ["exploding-gradients"]
    assert not is_learning(replace(run(), trainings=(training(from_afar, **ten),)))


def test_of_what_only_looks_faulty_nothing_is_said():
    slow = {"layers": (Layer("a", "Linear", gradients=(0.1,) * 3, updates=(1e-6,) * 3, weights=(0.1,) * 3),), "line": 9}
    jumps = [2.0, 7.0] * 30
    calm = (Layer("a", "Linear", gradients=(0.1,) * 3, updates=(0.01,) * 3, weights=(0.1,) * 3),)
    wild = (Layer("a", "Linear", gradients=(0.1,) * 3, updates=(0.9,) * 3, weights=(0.1, 0.9, 0.8)),)
    assert told(training(STAYS, learning_rate=1e-6, last_learning_rate=1e-6, **slow)) == ["slow-convergence"]
    assert told(training(STAYS, learning_rate=1e-6, last_learning_rate=1e-5, **slow)) == []  # still warming up
    assert told(training(STAYS, learning_rate=1e-6, **slow), training(FALLS, learning_rate=0.1, line=9)) == []
    assert told(training(STAYS, learning_rate=0.1, **slow), training(FALLS, learning_rate=0.1, line=9)) != []
    assert told(training(jumps, layers=wild)) == ["oscillating-loss"]
    assert told(training(jumps, layers=calm)) == []  # the rows do that
    assert told(training([2.0, 9.0, math.inf], learning_rate=1e-5, last_learning_rate=9.0)) == []  # a range test
    little = {"is_mean": True, "outputs": Scale((32, 10), -1, 1, 0, 1, 1, 1, 320, False, True)}
    assert told(training([0.1] * 60, **slow, **little)) == []  # it was trained before


def test_better_means_every_run_and_clearly():
    assert is_better([run(*STAYS)] * 3, [run(*FALLS)] * 3)
    assert not is_better([run(*STAYS)] * 3, [run(*FALLS), run(*FALLS), run(*STAYS)])
    assert not is_better([run(*STAYS)] * 3, [run(*[1.9] * 60)] * 3)
    assert not is_better([run(*STAYS)], [run(2.0, math.nan, bad=Bad(1, "loss", "nan"))])
    assert not is_better([run(*STAYS), run(2.0, *[0.002] * 59)], [run(2.0, *[0.001] * 59)] * 2)  # both learnt all
    endless = [2.0 - 9.0 * step for step in range(60)]
    assert not is_better([run(*STAYS)] * 3, [run(*endless)] * 3)  # below 0, where no loss of classes ever is
    of_values = [replace(run(), trainings=(training(one, loss="gaussian_nll_loss"),)) for one in (STAYS, endless)]
    assert is_better([of_values[0]] * 3, [of_values[1]] * 3)
    assert not is_same(run(*STAYS), run(*FALLS, steps=30))


def test_an_edit_is_kept_only_when_runs_of_both_versions_bear_it_out():
    slow = (Layer("a", "Linear", gradients=(0.1,) * 3, updates=(1e-6,) * 3),)
    seen = []

    def outcome(text):
        seen.append(text)
        return run(*FALLS) if "LR = 0.03" in text else run(*STAYS, layers=slow)

    mended = mend_proven(TORCH, run(*STAYS, layers=slow), outcome, [])
    assert mended is not None
    assert "LR = 0.03" in mended.text
    assert seen.count(TORCH) == 2
    assert mended.runs == seen.count(mended.text) == REPAIRED
    tried = []
    assert mend_proven(TORCH, run(*STAYS, layers=slow), lambda _: run(*STAYS, layers=slow), tried) is None
    assert tried
    assert mend_proven(TORCH, run(*FALLS), outcome, []) is None


def test_a_rate_that_check_reads_as_out_of_range_is_mended_though_the_loss_falls():
    high = KERAS.replace("RMSprop(learning_rate=0.5)", "Adam(learning_rate=0.5)")
    read = check_source(high, "script.py")
    assert [one.kind for one in read if one.kind in OF_TRAININGS] == ["learning-rate-out-of-range"]
    falls_less, seen = [2.0 * 0.9**step + 0.5 for step in range(60)], []

    def outcome(text):
        seen.append(text)
        return run(*FALLS) if "0.005" in text else run(*falls_less)

    mended = mend_proven(high, run(*falls_less), outcome, [], read)
    assert mended is not None
    assert "Adam(learning_rate=0.005)" in mended.text
    assert mended.proof.what.startswith("learning-rate-out-of-range gone")
    assert "loss 0.00761, " in mended.proof.after, "what was measured, though that is as good as gone"
    assert not {one.kind for text in {*seen} - {high} for one in check_source(text, "script.py")} & {*OF_TRAININGS}
    assert mend_proven(high, run(*falls_less), lambda _: run(*falls_less), [], read) is None  # no better, no mend
    assert mend_proven(high, run(*falls_less), outcome, []) is None  # nothing was read, nothing is shown


WIDE = (
    TORCH.replace("1e-6", "0.03")
    + """
def start(m):
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, std=3.0)

net.apply(start)
"""
)


@pytest.mark.parametrize("lucky", [REPAIRED, REPAIRED - 1])
def test_first_weights_that_check_reads_are_mended_where_every_run_learns_and_not_by_luck(lucky):
    read = check_source(WIDE, "script.py")
    assert "weights-that-start-alike" in {one.kind for one in read}
    times = {}

    def outcome(text):
        times[text] = times.get(text, 0) + 1
        return run(*FALLS) if text != WIDE and times[text] <= lucky else run(*STAYS)

    mended = mend_proven(WIDE, run(*STAYS), outcome, [], read)
    assert (mended is not None) == (lucky == REPAIRED)
    assert mended is None or ("nn.init.xavier_normal_" in mended.text and mended.runs == REPAIRED)


def test_seeds_of_the_script_are_raised_for_further_runs():
    source = (
        "SEED = 4\ntorch.manual_seed(3)  # fixed\nset_seed(SEED)\nr = default_rng(SEED)\nX = made(random_state=0)\n"
    )
    moved = source.replace("seed(3)", "seed(5)").replace("set_seed(SEED)", "set_seed(SEED + 2)")
    assert with_seeds(source, 2, OF_TRAINING) == moved  # the data stay as they are


def test_what_is_imported_before_the_forks():
    source = (
        "import os, torch.utils.data\nfrom sklearn import svm\nfrom sklearn.datasets import load_iris\nimport keras\n"
    )
    assert ahead(source) == ["keras", "sklearn", "sklearn.datasets", "sklearn.svm", "torch"]
    assert ahead("import pandas\nimport numpy\nfrom . import torch\n", ["pandas"]) == ["numpy"]  # pandas.py is theirs
    assert ahead("import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras, torch\n") == ["torch"]
