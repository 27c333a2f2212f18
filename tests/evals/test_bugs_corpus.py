"""The corpus of faulty programs is whole: cases can be read, placed and seen, and the halves are as they were drawn."""

import ast
import dataclasses
import difflib
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from mlpilot.evals.bugs import corpus, data, verify

CASES = list(corpus.cases())
LONGEST_EDIT = 24
"""Lines that go and lines that come, together."""
NEAR = 8
"""Lines from the edit to a place that counts: what is missing can be missed a little further on."""
CONDITION = re.compile(r"nan|finite|(<|<=|>|>=|==|!=) \S+")
READ_FROM = ("raises", "warns", "prints", "probe", "fitted", "differs", "unmeasured")
PACKAGES = {"sklearn", "pandas", "numpy", "torch", "keras", "tensorflow", "xgboost", "lightgbm", "imblearn"}


def test_there_are_enough_of_each() -> None:
    frameworks = Counter(case.framework for case in CASES)
    assert len(CASES) >= 150 and 3 * sum(case.silent for case in CASES) >= len(CASES)
    assert frameworks.keys() == {"sklearn", "pandas", "torch", "keras"}
    assert min(frameworks[name] for name in ("sklearn", "torch", "keras")) >= 40
    assert sum(case.kind.startswith("leak-") for case in CASES) >= 25
    assert {"unmeasured" in case.symptom for case in CASES if case.runs == "no"} == {True}
    assert sum("unmeasured" in case.symptom for case in CASES) <= 3


def test_halves_are_as_they_were_drawn() -> None:
    assert all(case.half == corpus.drawn(int(case.id)) for case in CASES)
    halves = [list(corpus.cases(half)) for half in ("open", "held")]
    assert sum(map(len, halves)) == len(CASES) and abs(len(halves[0]) - len(halves[1])) <= 3
    assert {case.framework for case in halves[0]} == {case.framework for case in halves[1]}


def test_ids_are_the_numbers_of_the_folders() -> None:
    assert [case.id for case in CASES] == [case.folder.name.split("_")[0] for case in CASES]
    assert len({case.id for case in CASES}) == len({corpus.code(case.buggy) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.folder.name))
def test_a_case_is_well_formed(case: corpus.Case) -> None:
    buggy, fixed = (corpus.code(path).splitlines() for path in (case.buggy, case.fixed))
    ast.parse("\n".join(buggy))
    ast.parse("\n".join(fixed))
    assert case.lines and all(1 <= line <= len(buggy) and buggy[line - 1].strip() for line in case.lines)
    hunks = [code for code in difflib.SequenceMatcher(None, buggy, fixed, False).get_opcodes() if code[0] != "equal"]
    edit = [line for _, a, b, c, d in hunks for line in [*buggy[a:b], *fixed[c:d]] if line.strip()]
    assert 0 < len(edit) <= LONGEST_EDIT
    assert any(first - NEAR < line <= last + NEAR for line in case.lines for _, first, last, _, _ in hunks), (
        "placed elsewhere"
    )
    assert len(case.wrong) > 20 and case.wrong.endswith(".") and len(case.source) > 15
    assert set(case.needs) <= PACKAGES and case.runs in ("seconds", "no")
    assert case.data in ("", *data.MAKERS)
    assert not re.search(r"\b(bugs?|buggy|leak(s|age)?|wrong|mistake|fault)\b", "\n".join(buggy)), "gives itself away"
    assert sum(name in case.symptom for name in READ_FROM) == 1
    if {"warns", "prints", "probe", "fitted"} & case.symptom.keys():
        assert CONDITION.fullmatch(case.symptom["buggy"]) and CONDITION.fullmatch(case.symptom["fixed"])
    assert case.silent != ("raises" in case.symptom or "warns" in case.symptom or case.runs == "no")


def test_every_kind_is_explained() -> None:
    kinds = (corpus.HERE / "README.md").read_text(encoding="utf-8").split("## Kinds")[1]
    explained = set(re.findall(r"^\| `([a-z-]+)` \|", kinds, re.MULTILINE))
    assert explained == {case.kind for case in CASES}


def test_clean_programs_are_many_and_read_well() -> None:
    programs = {path: corpus.code(path) for path in corpus.clean()}
    assert len(programs) >= 60 and len(set(programs.values())) == len(programs)
    for path, code in programs.items():
        ast.parse(code, str(path))
        asks = dict(re.findall(r"^# (needs|data): (.+)$", code, re.MULTILINE))
        assert asks.get("data", "churn") in data.MAKERS and set(asks.get("needs", "sklearn").split(", ")) <= PACKAGES
    assert not set(programs.values()) & {corpus.code(case.fixed) for case in CASES}


def test_tables_are_the_same_every_time(tmp_path: Path) -> None:
    for name in data.MAKERS:
        folders = [tmp_path / f"{name}{turn}" for turn in range(2)]
        for folder in folders:
            folder.mkdir()
            data.make(name, folder)
        assert len({tuple(sorted((f.name, f.read_bytes()) for f in folder.iterdir())) for folder in folders}) == 1


@pytest.mark.parametrize("slug", ["dropna_result_thrown_away", "target_left_among_the_features"])
def test_the_verifier_sees_a_fault_and_misses_one_that_is_not_there(slug: str, tmp_path: Path) -> None:
    (case,) = [case for case in CASES if case.folder.name.endswith(slug)]
    assert verify.check(case, [sys.executable]) == ("seen", "")
    shutil.copytree(case.folder, tmp_path / "case")
    shutil.copy(case.fixed, tmp_path / "case" / "buggy.py")
    healthy = dataclasses.replace(case, folder=tmp_path / "case")
    assert verify.check(healthy, [sys.executable])[0] == "wrong"
    shutil.copy(case.buggy, tmp_path / "case" / "fixed.py")
    assert verify.check(healthy, [sys.executable])[0] == "wrong"


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.folder.name))
def test_the_symptom_shows_in_the_faulty_program_alone(case: corpus.Case) -> None:
    how, why = verify.check(case, [sys.executable])
    if how == "unseen":
        pytest.skip(why)
    assert how == "seen", why


@pytest.mark.slow
@pytest.mark.parametrize("program", corpus.clean(), ids=lambda path: str(path.name))
def test_a_clean_program_runs_to_its_end(program: Path) -> None:
    how, why = verify.check_clean(program, [sys.executable])
    if how == "unseen":
        pytest.skip(why)
    assert how == "seen", why
