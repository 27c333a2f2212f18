"""The generator of trainings, and, where the sandbox has PyTorch, one of each problem mended for real."""

import ast
from pathlib import Path

import pytest

from mlpilot.evals.trainings import suite
from mlpilot.evals.trainings.generate import training
from mlpilot.evals.trainings.plan import KINDS, PROBLEMS
from mlpilot.tools.diagnose.static.report import check_source


@pytest.mark.parametrize("problem", [*PROBLEMS, None])
def test_trainings_parse_differ_and_come_out_the_same_again(problem):
    made = [training(number, problem) for number in range(60)]
    for one in made:
        ast.parse(one.text)
        ast.parse(one.healthy)
        assert (one.text == one.healthy) == (problem is None)
    assert len({one.text for one in made}) == 60
    assert {one.plan.kind for one in made} == set(KINDS)
    assert {one.plan.framework for one in made} == {"torch", "keras"}
    assert training(7, problem) == made[7]


def test_reading_finds_no_error_in_a_healthy_training():
    texts = [training(number, None).text for number in range(25)]
    assert any("n_class=" in text for text in texts)  # some of ten classes are not ten
    assert [one for text in texts for one in check_source(text, "script.py") if one.severity == "error"] == []


def test_a_score_is_worse_by_its_own_direction():
    assert suite.is_worse(("accuracy", 0.4), ("accuracy", 0.9))
    assert not suite.is_worse(("accuracy", 0.85), ("accuracy", 0.9))
    assert suite.is_worse(("loss", float("inf")), ("loss", 0.2))
    assert not suite.is_worse(("loss", 0.2), ("loss", 0.3))
    assert suite.is_half_way(("loss", float("inf")), ("loss", 5.0), ("loss", 0.2))
    assert suite.is_half_way(("accuracy", 0.1), ("accuracy", 0.8), ("accuracy", 0.9))
    assert not suite.is_half_way(("accuracy", 0.1), ("accuracy", 0.3), ("accuracy", 0.9))


def test_a_training_that_did_not_learn_is_not_healthy():
    assert suite.is_sound(("accuracy", 0.9)) and suite.is_sound(("loss", 0.2))
    assert not suite.is_sound(("accuracy", 0.1)) and not suite.is_sound(("loss", 0.9))
    assert not suite.is_sound(("loss", float("inf")))


def test_a_healthy_training_that_is_changed_is_a_failure():
    healthy = {"number": 1, "problem": "none", "kind": "dense", "framework": "torch", "seconds": 1.0}
    assert suite.verdict(suite.summed([healthy | {"status": "healthy"}])) == 0
    assert suite.verdict(suite.summed([healthy | {"status": "repaired", "held": True}])) == 3
    faulty = healthy | {"problem": "slow"}
    assert suite.verdict(suite.summed([faulty | {"status": "repaired", "held": True}])) == 0
    assert suite.verdict(suite.summed([faulty | {"status": "repaired", "held": False}])) == 3
    assert suite.verdict(suite.summed([faulty | {"status": "no fault"}])) == 0


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_training_is_mended_for_real(problem, tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not beside mlpilot: no training can be run here")
    from mlpilot.agent.settings import sandbox_for
    from mlpilot.sandbox.protocol import Limits
    from mlpilot.tools.mending.running import Runner

    imports = "import numpy, sklearn, torch"
    with Runner(sandbox_for("auto"), [], "", Path("script.py"), imports, 60.0, Limits(threads=1)) as runner:
        found = suite.entry(runner, training(20, problem))
    assert found["status"] == "repaired"
    assert found["held"]
