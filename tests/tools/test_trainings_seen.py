"""Facts of trainings, as real runs gave them (tests/tools/trainings; `scripts/record_trainings.py` records them)."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose.dynamic.facts import MOST_LAYERS, MOST_POINTS, MOST_TRAININGS, Point, Predicted, Training
from mlpilot.tools.diagnose.dynamic.problems import symptoms
from mlpilot.tools.diagnose.dynamic.received import MOST_BYTES, trainings
from mlpilot.tools.diagnose.dynamic.rules import RULES, judge, judge_all, unobserved
from mlpilot.tools.mending.complaints import failure
from mlpilot.tools.mending.running import Ended

FOLDER = Path(__file__).parent / "trainings"
NAMED_OTHERWISE = {"torch_oscillating": "TRAIN001", "keras_oscillating": "TRAIN001"}
"""Found, and told as a training that explodes: the loss leaps a hundredfold before it jumps about."""


def seen(record: Path) -> tuple[str, ...]:
    """Codes of what the recorded run shows."""
    found, faults = trainings(record.read_bytes())
    assert found and not faults
    shown = symptoms(found)
    lines = record.with_suffix(".py").read_text().split("\n")
    told = [*shown, *judge_all(found, [one.line for one in shown])]
    places = ("fit(", "backward()", "apply_gradients(", "= step(", "model(X[384:])", "evaluate(", "predict(")
    assert all(any(place in lines[(one.line or 0) - 1] for place in places) for one in told)
    return tuple(one.code for one in told)


@pytest.mark.parametrize("record", sorted(FOLDER.glob("faulty/*.json")), ids=lambda one: one.stem)
def test_a_faulty_training_is_seen_for_what_it_is(record):
    meant = record.with_suffix(".py").read_text()[3:11]
    assert NAMED_OTHERWISE.get(record.stem, meant) in seen(record)


@pytest.mark.parametrize("record", sorted(FOLDER.glob("healthy/*.json")), ids=lambda one: one.stem)
def test_nothing_is_said_of_a_healthy_training(record):
    assert seen(record) == ()


def test_gradients_are_compared_along_a_chain_alone() -> None:
    """An embedding, most of whose rows are in no batch, is no first layer; with attention there is no chain."""
    (one,) = trainings((FOLDER / "faulty" / "torch_vanishing_sigmoid.json").read_bytes())[0]
    embedding = replace(one.layers[0], kind="Embedding", gradients=(1e-12, 1e-12))
    attention = replace(one.layers[-1], kind="NonDynamicallyQuantizableLinear")
    kinds = [
        [found.kind for found in symptoms([replace(one, layers=layers)])]
        for layers in (one.layers, (embedding, *one.layers), (*one.layers, attention))
    ]
    assert kinds[0] == kinds[1] == ["vanishing-gradients"] and "vanishing-gradients" not in kinds[2]


def test_the_programs_and_their_records_belong_together():
    programs = {one.with_suffix("") for one in FOLDER.glob("*/*.py")}
    assert programs == {one.with_suffix("") for one in FOLDER.glob("*/*.json")}
    assert len(list(FOLDER.glob("healthy/*.py"))) >= 10 and len(list(FOLDER.glob("faulty/*.py"))) >= 10


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"trainings": 3}', b"0" * (MOST_BYTES + 1)]
)
def test_what_has_not_the_form_is_not_taken(data):
    assert trainings(data) == ((), ())


def test_facts_of_the_wrong_form_are_left_out_and_many_are_cut():
    one = {
        "line": -3,
        "steps": "many",
        "seconds": 10**400,
        "model": "a\nb\x1b[31m" + "c" * 500,
        "losses": [[0, 1.0], [1], ["x", 2], [2, True], [3, float("nan")]] + [[4, 0.5]] * 500,
        "layers": [{"name": [], "gradients": [1.0, None, "x", float("inf")]}] * 500,
        "inputs": {"shape": [2, -1, "x"], "minimum": {}},
        "predictions": [{"most": "x"}, 3],
        "bad": {"step": 1e9, "where": "\n", "value": "anything"},
        "metrics": {str(number): [1.0] * 9 for number in range(99)},
    }
    found, faults = trainings(json.dumps({"trainings": [one] * 12, "faults": [1, "x" * 999]}).encode())
    assert len(found) == MOST_TRAININGS and [len(fault) for fault in faults] == [300]
    first = found[0]
    assert (first.line, first.steps, first.seconds, "\x1b" in first.model) == (None, 0, 0.0, False)
    assert len(first.losses) <= MOST_POINTS + 1 and len(first.layers) == MOST_LAYERS
    assert first.layers[0].gradients == (1.0, float("inf")) and len(first.metrics) == 12
    assert judge(first) is not None


def test_what_follows_from_a_known_cause_is_not_told_beside_it():
    batches = tuple(Predicted(step, 32, 3, 1, 1.0) for step in (0, 31, 63, 99))
    flat = tuple(Point(step, 1.1) for step in range(100))
    one = Training("torch", line=9, loss="cross_entropy", steps=100, losses=flat, predictions=batches)
    assert [found.code for found in judge_all([one, one])] == ["TRAIN013"]
    assert judge_all([one], explained=[9]) == []


def test_an_observer_that_failed_says_so():
    (told,) = unobserved(("ValueError: no",))
    assert (told.code, told.severity, told.evidence) == ("TRAIN000", "note", "ValueError: no")
    assert unobserved(()) == []


def test_codes_are_the_documented_ones():
    text = (FOLDER.parent.parent.parent / "docs" / "fix.md").read_text(encoding="utf-8")
    assert all(f"| {rule.code} |" in text for rule in RULES)


@pytest.mark.parametrize(("name", "pip"), [("torch", "torch"), ("keras", "keras"), ("tensorflow", "tensorflow-cpu")])
def test_where_a_framework_is_missing_it_is_said_what_to_do(name, pip):
    said = f"No module named '{name}'"
    error = CellError("ModuleNotFoundError", said, f"File solution.py:1\nModuleNotFoundError: {said}\n")
    found = failure(Ended("error", "", "", error), f"import {name}\n", "s.py")
    assert found is not None and found.line == 1
    assert "mlpilot.toml" in found.message and f'packages = ["{pip}"]' in found.message and "python = " in found.message


@pytest.mark.slow
def test_programs_that_run_here_are_seen_as_they_were_recorded(tmp_path):
    python = os.environ.get("MLPILOT_DEEP_PYTHON", sys.executable)
    asked = "import importlib.util as u; raise SystemExit(not all(map(u.find_spec, ('torch', 'keras', 'tensorflow'))))"
    if subprocess.run([python, "-c", asked]).returncode:
        pytest.skip("PyTorch, Keras and TensorFlow are not here; MLPILOT_DEEP_PYTHON may name a Python that has them")
    names = ("torch_detached", "keras_overfit", "torch_adversaries", "keras_fine_tuned")
    for name in names:
        (program,) = FOLDER.glob(f"*/{name}.py")
        (tmp_path / program.name).write_text(program.read_text())
    script = FOLDER.parent.parent.parent / "scripts" / "record_trainings.py"
    subprocess.run([sys.executable, script, python, "--from", tmp_path], check=True)
    for name in names:
        (record,) = FOLDER.glob(f"*/{name}.json")
        assert seen(tmp_path / f"{name}.json") == seen(record)
