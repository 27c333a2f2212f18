"""The suite over the corpus, sampled: it finds what is to be found, places it, and can say no."""

import shutil
from pathlib import Path

import pytest

from mlpilot.evals.bugs import corpus, mending, suite
from mlpilot.sandbox.choose import probes
from mlpilot.tools.diagnose.model import Diagnosis


def sample(count: int) -> list[corpus.Case]:
    """Some cases of each framework of the open half."""
    cases = list(corpus.cases("open"))
    return [case for name in ("sklearn", "torch", "keras") for case in cases if case.framework == name][::12][:count]


def test_counts_of_a_sample_add_up() -> None:
    outcome = suite.measure(sample(9), corpus.clean()[:5], suite.loud_lines)
    tallies = outcome["halves"]["open"]
    everything = tallies.pop("all")
    assert everything["cases"] == 9 >= everything["found"] >= everything["placed"] > 0
    assert everything["found"] + len(everything["missed"]) == 9
    for count in suite.COUNTS:
        assert everything[count] == sum(one[count] for one in tallies.values())
    assert suite.verdict(outcome) == 0
    assert "| open | torch |" in suite.table(outcome)


def test_false_alarms_make_it_fail(tmp_path: Path) -> None:
    """Faulty programs handed in as if they were clean are accused, and 1 of 20 is more than 3 %."""
    wrong = tmp_path / "wrong.py"
    shutil.copy(corpus.CASES / "001_scaler_before_split" / "buggy.py", wrong)
    outcome = suite.measure([], [wrong, *corpus.clean()[:19]], suite.loud_lines)
    assert outcome["clean"]["flagged"] == ["wrong.py"] and suite.verdict(outcome) == 3


def test_a_fault_is_placed_only_on_its_own_line() -> None:
    case = sample(1)[0]
    tally = suite.Tally()
    tally.add(case, {min(case.lines)}, set())
    tally.add(case, {10_000}, {1})
    tally.add(case, set(), set())
    assert (tally.cases, tally.found, tally.placed, tally.fixed_flagged) == (3, 2, 1, 1)
    assert len(tally.missed) == len(tally.misplaced) == len(tally.fixed_named) == 1


def test_no_case_of_the_held_half_is_named() -> None:
    case = next(corpus.cases("held"))
    tally = suite.Tally()
    tally.add(case, set(), {1})
    assert tally.cases == 1 and not (tally.missed or tally.misplaced or tally.fixed_named)


def test_only_what_is_gone_counts_as_mended() -> None:
    sums = mending.Mended()
    sums.count({"status": "repaired", "symptom": "gone", "lines": 2, "lines of the fixed version": 4})
    sums.count({"status": "repaired", "symptom": "it still raises", "lines": 9, "lines of the fixed version": 9})
    sums.count({"status": "not_repaired"})
    assert sums == mending.Mended(cases=3, repaired=2, gone=1, lines=2, lines_of_fixed=4)


def test_a_run_finds_what_reading_does_not(tmp_path: Path) -> None:
    """A program that raises an error of which `check` knows nothing is found, at its line, once it is run."""
    working = [name for name, probe in probes() if probe.works]
    if not working:
        pytest.skip("NOT TESTED: no sandbox works here")
    program = tmp_path / "buggy.py"
    program.write_text("import json\n\nhouse = json.loads('{}')\nprint(house['price'])\n", encoding="utf-8")
    assert list(suite.loud_lines([program])) == [set()]
    [lines] = suite.watched_lines("")([program])
    assert 4 in lines


@pytest.mark.parametrize("line", [1, 4])
def test_lines_of_a_notebook_are_those_of_its_joined_cells(line: int) -> None:
    path = next(case.buggy for case in corpus.cases("open") if case.buggy.suffix == ".ipynb")
    wanted = corpus.code(path).splitlines()[line - 1]
    rows = path.read_text(encoding="utf-8").splitlines()
    shown = [number for number, row in enumerate(rows, start=1) if wanted and wanted in row]
    assert wanted and line in {suite.line_of(path, Diagnosis("kind", "what", line=number)) for number in shown}
