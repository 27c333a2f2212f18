"""Errors that are really raised, and whether what is said of them is right and specific."""

import os
import subprocess
import sys

import pytest

from mlpilot.evals.tracebacks import suite
from mlpilot.evals.tracebacks.corpus import FRAMEWORKS, HALVES, Case, cases

DEEP = ("torch", "xgboost", "lightgbm", "keras", "tensorflow")


def judged(chosen: list[Case], python: str = sys.executable) -> list[dict[str, object]]:
    return [suite.judge(case, ended) for case, ended in suite.run(chosen, python)]


def test_the_cases_are_whole_and_their_names_are_their_own():
    all_of_them = cases()
    assert {case.half for case in all_of_them} == set(HALVES)
    for group in {case.group for case in all_of_them}:
        names = [case.name for case in all_of_them if case.group == group]
        assert len(names) == len(set(names)) and len(names) > 40
    assert all(case.source.strip() and "#@" not in case.source for case in all_of_them)
    assert {name for case in all_of_them for name in case.frameworks} == FRAMEWORKS


def test_errors_of_python_arrays_and_tables_are_told_rightly_at_their_own_line():
    chosen = [case for case in cases() if case.half == "open" and case.group in ("python", "arrays", "tables")]
    seen = [one for one in judged(chosen) if one["seen"]]
    assert len(seen) >= len(chosen) - 2
    wrong = [one for one in seen if not (one["own"] and one["placed"] and one["right"])]
    assert len(wrong) <= 3, wrong


@pytest.mark.slow
def test_errors_of_all_libraries_are_told_rightly():
    python = os.environ.get("MLPILOT_DEEP_PYTHON", sys.executable)
    asked = f"import importlib.util as u; raise SystemExit(not all(map(u.find_spec, {DEEP})))"
    if subprocess.run([python, "-c", asked]).returncode:
        pytest.skip("the frameworks are not here; MLPILOT_DEEP_PYTHON may name a Python that has them")
    outcome = suite.summary(judged([case for case in cases() if case.half != "held"], python))
    for half, part in outcome["halves"].items():
        assert part["own"] >= 95 and part["right"] >= 80 and part["placed"] >= 98, (half, part)


def test_an_answer_that_says_what_it_would_say_of_anything_is_not_right():
    (case,) = (one for one in cases() if one.name == "bool_index")
    ended = {"status": "error", "type": "ValueError", "message": "these shapes are odd", "traceback": "", "stderr": ""}
    one = suite.judge(case, ended)
    assert one["own"] and not one["right"] and not one["placed"]
    assert suite.summary([one])["halves"]["held" if case.half == "held" else "open"]["right"] == 0


def test_a_program_whose_framework_is_not_here_is_told_and_not_counted():
    case = next(one for one in cases() if "torch" in one.frameworks)
    message = "No module named 'torch'"
    ended = {"status": "error", "type": "ModuleNotFoundError", "message": message, "traceback": "", "stderr": ""}
    outcome = suite.summary([suite.judge(case, ended)])
    assert outcome["halves"] == {} and outcome["unseen"] == [] and outcome["lacks"] == {"torch": 1}
