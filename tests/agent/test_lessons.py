"""What one failure teaches reaches the next Experiments, and the next Runs, for as long as its cause can be there."""

import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from sklearn.datasets import load_diabetes

from mlpilot.agent import steps
from mlpilot.agent.brains.builtin import BuiltinBrain
from mlpilot.agent.brains.builtin.portfolio import expected_seconds, portfolio
from mlpilot.agent.brains.builtin.tables import table_of
from mlpilot.agent.brains.llm.views import MOST_LEARNT, lessons_text
from mlpilot.agent.brains.protocol import Card, Draft, Line, View
from mlpilot.agent.clock import Clock
from mlpilot.agent.desk import Desk
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.lessons import MOST_LESSONS, Lessons, Place, foresee, hopeless
from mlpilot.agent.models.protocol import tokens
from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import ignore, resume, run
from mlpilot.agent.record import Lesson
from mlpilot.agent.tables import lessons
from mlpilot.agent.task import Column, TaskSpec
from mlpilot.evals.scripted import MODEL, ScriptedServer
from mlpilot.tools.diagnose.construct import Construct
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution

FOREST = """
SPACE = {{"n": Int(5, 20, default=6)}}

def fit(X, y, *, params, seed, report):
    from sklearn.ensemble import {name}
    return {name}(params["n"], max_features="auto"{more}, random_state=seed).fit(X, y)

def predict(model, X):
    return model.predict(X)
"""
OLD = FOREST.format(name="RandomForestRegressor", more="")
OTHER_OLD = FOREST.format(name="RandomForestRegressor", more=", min_samples_leaf=3")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, with two tables of the same columns and other rows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLPILOT_HOME", raising=False)
    frame = load_diabetes(as_frame=True).frame
    frame.iloc[:120].to_csv("first.csv", index=False)
    frame.iloc[200:330].to_csv("second.csv", index=False)
    (tmp_path / "old.py").write_text(OLD)
    (tmp_path / "other_old.py").write_text(OTHER_OLD)
    return tmp_path


def learnt(run: str | None = None) -> list[Mapping[str, Any]]:
    with Journal.read(home()) as journal, journal.transaction() as connection:
        rows = connection.execute(sa.select(lessons).order_by(lessons.c.run, lessons.c.attempt)).mappings().all()
    return [dict(row) for row in rows if run in (None, row["run"])]


# Whole runs


@pytest.mark.sandbox
def test_what_was_mended_is_mended_before_it_fails_in_another_run_on_other_data(folder: Path) -> None:
    first = run(TaskSpec("first.csv", "target"), RunOptions(max_experiments=1, baseline="old.py"))
    assert [one.status for one in first.record.experiments[0].attempts] == ["error", "ok"]
    (row,) = learnt()
    assert row["construct"] == {"name": "RandomForestRegressor", "argument": "max_features", "value": "'auto'"}
    assert (row["kind"], row["mend"], row["scope"], row["by"]) == ("removed-value", "rule", "", "you")
    second = run(TaskSpec("second.csv", "target"), RunOptions(max_experiments=1, baseline="other_old.py"))
    (experiment,) = second.record.experiments
    assert experiment.status == "scored"
    assert [(one.status, bool(one.repair)) for one in experiment.attempts] == [("foreseen", True), ("ok", False)]
    assert experiment.attempts[0].seconds == 0
    assert experiment.attempts[0].diagnosis is not None
    assert f"learnt in {first.run}, experiment 1" in experiment.attempts[0].diagnosis.message
    assert learnt(second.run) == []


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_recipe_that_failed_on_this_table_is_mended_at_once_with_other_folds(folder: Path) -> None:
    """Values so large that scaling overflows: the built-in brain's first recipe fails on them, and is mended."""
    chance = np.random.default_rng(0)
    frame = pd.DataFrame(chance.normal(size=(150, 2)), columns=["a", "b"])
    frame["huge"] = chance.choice([1e300, -1e300], 150) * chance.random(150)
    frame["y"] = np.where(frame["a"] > 0, "yes", "no")
    frame.to_csv("huge.csv", index=False)
    found = [run(TaskSpec("huge.csv", "y", seed=seed), RunOptions(max_experiments=1)) for seed in (0, 1)]
    attempts = [[one.status for one in result.record.experiments[0].attempts] for result in found]
    assert attempts == [["error", "ok"], ["foreseen", "ok"]]
    assert found[0].record.experiments[0].solution == found[1].record.experiments[0].solution


@pytest.mark.sandbox
def test_a_run_that_is_killed_amid_a_failure_learns_it_once(folder: Path) -> None:
    script = textwrap.dedent(
        """
        import os, signal
        from mlpilot.agent import steps
        from mlpilot.agent.options import RunOptions
        from mlpilot.agent.pursue import run
        from mlpilot.agent.task import TaskSpec
        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        steps._fail = die
        steps.repair = die
        run(TaskSpec("first.csv", "target"), RunOptions(max_experiments=1, baseline="old.py"))
        """
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    (before,) = learnt()
    assert before["mend"] == ""
    result = resume(None)
    assert [one.status for one in result.record.experiments[0].attempts] == ["error", "ok"]
    (after,) = learnt()
    assert after == {**before, "mend": "rule", "into": after["into"]}
    with Journal.read(home()) as journal:
        assert "max_features=1.0" in journal.solution(after["into"]).source


BROKEN = """def fit(X, y, *, params, seed, report):
    return {number} / 0

def predict(model, X):
    return model
"""


@pytest.mark.sandbox
def test_a_repair_that_fails_twice_gives_way_and_the_run_goes_on(folder: Path) -> None:
    """A model (a scripted peer) that mends by ever new code which fails just as well."""
    repairs = []

    def reply(request: dict[str, Any]) -> str:
        said = request["messages"][1]["content"]
        if "This Solution failed" in said:
            repairs.append(said)
            return f"Mended.\n```python\n{BROKEN.format(number=len(repairs) + 1)}```"
        if "Write the Solution" in said:
            return f"```python\n{BROKEN.format(number=1)}```"
        return '{"ideas": [{"name": "an idea", "why": "it may help", "plan": "Do it.", "improves": null}]}'

    with ScriptedServer(reply) as server:
        options = RunOptions(brain="llm", max_experiments=3, privacy="schema", model=MODEL, base_url=server.base_url)
        result = run(TaskSpec("first.csv", "target"), options)
    by_model = [one for one in result.record.experiments if one.by == "model"]
    assert [len(one.attempts) for one in by_model] == [3]
    assert [one.status for one in by_model[0].attempts] == ["error"] * 3
    assert len(repairs) == 2
    assert len(result.record.experiments) == 3
    assert result.record.experiments[-1].status == "scored"
    assert [row["mend"] for row in learnt()] == ["", "", ""]


@pytest.mark.parametrize(
    ("scored", "seconds", "worth"), [(False, 40.0, True), (True, 20.0, True), (True, 40.0, False), (False, 80.0, True)]
)
def test_all_attempts_at_one_idea_share_one_part_of_the_time(
    journal: Journal, scored: bool, seconds: float, worth: bool
) -> None:
    """Half of what was left when it began, once something is scored: what failed before has had its part of it."""
    for number in (1, 2):
        journal.open_experiment("timed", number, decision={"idea": {}}, kind="draft", name="a forest", why="to see")
    journal.judged("timed", 1, status="scored" if scored else "failed")
    journal.attempt("timed", 2, 1, SOLUTION, "k", status="error", seconds=seconds, failure={})
    desk = Desk("timed", journal, Clock(1100.0, 1000.0), ignore)
    assert steps._time_is_left(desk, 2, journal.attempts("timed", 2)[-1]) == worth


# What holds where


def place(**changes: Any) -> Place:
    columns = (Column("a", "number", 3, 50), Column("b", "category", 0, 4))
    return replace(Place("versions", "rows", "folds", "probabilities", 3, columns), **changes)


SOLUTION = Solution("a forest", OLD)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal.open(tmp_path / "state")
    for name in ("one", "two", "three", "timed"):
        journal.start(name, TaskSpec("t.csv", "y"), RunOptions())
    return journal


def fail(journal: Journal, found: Diagnosis, here: Place, run: str = "one", number: int = 1) -> None:
    """A failure, journaled as the loop does."""
    idea = {"name": "a forest", "by": "model"}
    journal.open_experiment(run, number, decision={"idea": idea}, kind="draft", name="a forest", why="to see")
    journal.attempt(run, number, 1, SOLUTION, "k", status="error", failure={}, diagnosis=None)
    entry, (last,) = journal.experiment(run, number), journal.attempts(run, number)
    Lessons(journal, run, here).learn(entry, last, found, SOLUTION)


GONE = Diagnosis(
    "removed-value", "", "The 'max_features' parameter of RandomForestRegressor must be x. Got 'auto' instead"
)
MISSING = Diagnosis("missing-values", "", "ValueError: Input X contains NaN.\nSVR does not accept missing values")
UNKNOWN = Diagnosis("unknown-category", "", "ValueError: Found unknown categories ['x'] in column 0")
MEMORY = Diagnosis("out-of-memory", "", "ended as out_of_memory")
LABELS = Diagnosis("labels-returned", "", "it needs probabilities, and predict returned labels")


@pytest.mark.parametrize(
    ("found", "holds", "not_here"),
    [
        (GONE, {"data": "other", "plan": "other", "needs": "values", "memory": 9}, {"environment": "others"}),
        (MISSING, {"plan": "other", "needs": "values", "memory": 9}, {"data": "other"}),
        (MISSING, {"plan": "other"}, {"environment": "others"}),
        (UNKNOWN, {"needs": "values"}, {"plan": "other"}),
        (MEMORY, {"plan": "other"}, {"memory": 9}),
        (LABELS, {"data": "other"}, {"needs": "values"}),
    ],
    ids=lambda value: value.kind if isinstance(value, Diagnosis) else "",
)
def test_a_lesson_holds_as_far_as_its_cause_does(
    journal: Journal, found: Diagnosis, holds: dict[str, Any], not_here: dict[str, Any]
) -> None:
    fail(journal, found, place())
    assert [one.kind for one in Lessons(journal, "two", place(**holds)).known()] == [found.kind]
    assert Lessons(journal, "three", place(**not_here)).known() == ()


def test_a_failure_that_is_learnt_twice_is_kept_once(journal: Journal) -> None:
    for _ in range(2):
        fail(journal, MISSING, place())
    (known,) = Lessons(journal, "one", place()).known()
    assert known.columns == ("number",)
    assert known.construct == Construct("SVR")
    fail(journal, MISSING, place(), "two")
    assert len(Lessons(journal, "three", place()).known()) == 1


def test_a_run_sees_what_was_learnt_before_it_began_and_what_it_learns_itself(journal: Journal) -> None:
    assert Lessons(journal, "two", place()).known() == ()
    fail(journal, MISSING, place(), "one")
    assert Lessons(journal, "two", place()).known() == ()
    fail(journal, GONE, place(), "two")
    assert [one.kind for one in Lessons(journal, "two", place()).known()] == ["removed-value"]
    assert len(Lessons(journal, "three", place()).known()) == 2


def test_what_is_given_of_earlier_runs_is_bounded(journal: Journal) -> None:
    for number in range(MOST_LESSONS + 5):
        fail(journal, replace(GONE, evidence=f"{GONE.evidence} {number}"), place(), number=number + 1)
    with journal.transaction() as connection:
        connection.execute(sa.update(lessons).values(solution=lessons.c.experiment))
    known = Lessons(journal, "two", place()).known()
    assert len(known) == MOST_LESSONS
    assert known[0].experiment == MOST_LESSONS + 5


def test_a_solution_that_is_scored_refutes_the_lesson_that_nothing_mends_it(journal: Journal) -> None:
    fail(journal, MISSING, place())
    Lessons(journal, "two", place(data="other")).refuted(SOLUTION.id)
    assert len(learnt_in(journal)) == 1
    Lessons(journal, "two", place()).refuted(SOLUTION.id)
    assert learnt_in(journal) == []


def test_a_run_that_is_removed_takes_its_lessons_with_it(journal: Journal) -> None:
    fail(journal, MISSING, place())
    journal.forget("one")
    assert learnt_in(journal) == []


def test_a_journal_of_an_older_version_can_be_looked_at_and_gets_its_table(journal: Journal, tmp_path: Path) -> None:
    journal.close()
    with Journal.open(tmp_path / "state") as older, older.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE lessons")
    with Journal.read(tmp_path / "state") as reader:
        assert "one" in reader.names()
    with Journal.open(tmp_path / "state") as writer:
        assert learnt_in(writer) == []


def learnt_in(journal: Journal) -> list[Any]:
    with journal.transaction() as connection:
        return list(connection.execute(sa.select(lessons)))


# What brains make of it

CARD = Card(
    "classification", "log_loss", False, "probabilities", 500, 400,
    tuple(Column(f"x{number}", "number", 0, 400) for number in range(6)), 2, (0.4, 0.6), target="y",
)  # fmt: skip
LESSON = Lesson("owl", 3, "out-of-memory", Construct(), (), "", "", "built-in", 0.0, "", "")


def of_recipe(place: int, **changes: Any) -> Lesson:
    recipe = portfolio(CARD)[place]
    return replace(LESSON, recipe=recipe.name, solution=recipe.write(table_of(CARD)).id, **changes)


def first_of(view: View) -> str:
    decision = BuiltinBrain().propose(view)
    assert isinstance(decision, Draft)
    return decision.idea.name


def test_a_recipe_that_failed_here_and_was_not_mended_is_not_proposed_again() -> None:
    names = [recipe.name for recipe in portfolio(CARD)]
    assert first_of(View(CARD, (), None, None)) == names[0]
    assert first_of(View(CARD, (), None, None, lessons=(of_recipe(0),))) == names[1]
    mended = of_recipe(0, mend="rule", into="m")
    assert first_of(View(CARD, (), None, None, lessons=(mended,))) == names[0]
    assert (
        first_of(View(CARD, (), None, None, lessons=(replace(of_recipe(0), solution="another version"),))) == names[0]
    )


def test_where_all_have_failed_they_are_tried_all_the_same() -> None:
    every = tuple(of_recipe(number) for number in range(len(portfolio(CARD))))
    assert first_of(View(CARD, (), None, None, lessons=every)) == portfolio(CARD)[0].name
    scored = Line(1, "mine", "s", "draft", "scored", {}, 0.5, (0.4, 0.6), 1.0, 9, by="you")
    decision = BuiltinBrain().propose(View(CARD, (scored,), None, None, lessons=every))
    assert not isinstance(decision, Draft)


def test_what_took_too_long_is_left_out_only_where_there_is_no_more_time_than_then() -> None:
    slow = of_recipe(1, kind="too-slow", seconds=20.0)
    view = View(CARD, (), 60.0, None, lessons=(slow,))
    assert expected_seconds(portfolio(CARD)[1], view) == 20.0 * CARD.folds
    assert expected_seconds(portfolio(CARD)[1], View(CARD, (), 60.0, None)) < 20.0
    line = Line(1, portfolio(CARD)[0].name, "s", "draft", "scored", {}, 0.5, (0.4, 0.6), 1.0, 9)
    assert first_of(replace(view, board=(line,))) == portfolio(CARD)[2].name
    assert first_of(replace(view, board=(line,), seconds_left=3000.0)) == portfolio(CARD)[1].name


def test_hope_is_lost_where_what_mended_it_has_failed_since() -> None:
    mended = replace(LESSON, solution="a", mend="model", into="b")
    assert not hopeless("a", [mended])
    assert hopeless("a", [replace(LESSON, solution="b"), mended])
    assert not hopeless("a", [replace(LESSON, solution="b", kind="killed"), mended])
    assert not hopeless("a", [mended, replace(mended, solution="b", into="a")])


def test_what_a_model_mended_is_had_again_for_the_same_code_alone() -> None:
    lesson = replace(LESSON, kind="value-error", solution=SOLUTION.id, mend="model", into="m", by="model")
    mended = Solution("other name", "mended = 1\n")
    found = foresee(SOLUTION, [lesson], lambda _: mended, persons=False)
    assert found is not None
    assert (found.solution.source, found.solution.name) == ("mended = 1\n", "a forest")
    assert foresee(Solution("b", OTHER_OLD), [lesson], lambda _: mended, persons=False) is None
    slow = replace(lesson, kind="too-slow")
    assert foresee(SOLUTION, [slow], lambda _: mended, persons=False) is None


def test_a_persons_own_code_is_not_edited_on_the_ground_of_the_data() -> None:
    lesson = replace(LESSON, kind="missing-values", construct=Construct("SVR"), mend="rule", into="m")
    code = "def fit(X, y, *, params, seed, report):\n    return SVR().fit(X, y)\n"
    assert foresee(Solution("s", code), [lesson], lambda _: SOLUTION, persons=False) is not None
    assert foresee(Solution("s", code), [lesson], lambda _: SOLUTION, persons=True) is None


def told(*known: Lesson, privacy: Any = "schema", sources: Mapping[str, str] = {}) -> str:
    return lessons_text(View(CARD, (), None, None, lessons=known, sources=sources), privacy)


def test_a_model_is_told_what_failed_and_what_mended_it_between_marks() -> None:
    gone = replace(
        LESSON, kind="removed-value", construct=Construct("RandomForestRegressor", "max_features", "'auto'"),
        mend="rule", by="model",
    )  # fmt: skip
    text = told(gone)
    inside = re.search(r"<data>\n(.*)\n</data>", text, re.DOTALL)
    assert inside is not None
    assert "RandomForestRegressor does not accept max_features='auto'" in inside[1]
    assert "mended so" in inside[1]
    assert "nothing mended it" in told(of_recipe(0))
    assert told() == ""


def test_of_the_persons_own_code_nothing_is_told_in_schema() -> None:
    mine = replace(LESSON, kind="missing-values", construct=Construct("SVR"), by="you")
    assert told(mine) == ""
    assert "SVR" in told(mine, privacy="full")


def test_what_the_board_tells_is_not_told_again() -> None:
    here = replace(LESSON, kind="missing-values", construct=Construct("SVR"), solution="s", by="model")
    assert told(here)
    assert told(here, sources={"s": "code"}) == ""


def test_many_lessons_take_no_more_than_a_bound() -> None:
    many = [of_recipe(0, columns=tuple("category" for _ in range(number))) for number in range(MOST_LESSONS)]
    assert tokens(told(*many)) < MOST_LEARNT + 40
