"""The built-in brain on made-up boards: the same View gives the same decision, and budgets are kept."""

import ast
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from mlpilot.agent.brains.builtin import BuiltinBrain
from mlpilot.agent.brains.builtin.portfolio import portfolio
from mlpilot.agent.brains.protocol import Blend, Card, Decision, Draft, Line, Stop, Tune, View
from mlpilot.agent.task import Column
from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import diagnose
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import defaults, read_space

BRAIN = BuiltinBrain()
CARD = Card(
    type="classification",
    metric="log_loss",
    greater_is_better=False,
    needs="probabilities",
    rows=500,
    train_rows=400,
    columns=tuple(Column(f"x{number}", "number", 0, 400) for number in range(8)),
    classes=2,
    class_shares=(0.4, 0.6),
    folds=5,
)
REGRESSION = replace(
    CARD, type="regression", metric="root_mean_squared_error", needs="values", classes=0, class_shares=()
)
MIXED = replace(
    CARD,
    columns=(
        Column("größe", "number", 3, 40),
        Column("yes", "boolean", 0, 2),
        Column("city", "category", 1, 90),
        Column("when", "date", 0, 300),
        Column("note", "text", 5, 480),
    ),
)
World = Callable[[str, random.Random], tuple[float | None, float]]
"""(name of a Solution, chance) → score, or None where it fails, and seconds."""


def usual(name: str, chance: random.Random) -> tuple[float | None, float]:
    """Each Solution has a level of its own, trials scatter around it."""
    level = random.Random(name).uniform(0.3, 0.6)
    return level + chance.uniform(-0.05, 0.02), random.Random(name + "!").uniform(0.3, 3.0)


def pursue(
    card: Card, seconds: float | None, experiments: int | None, world: World = usual, most: int = 400
) -> tuple[list[Line], list[Decision], list[View]]:
    """What the loop does, with scores from a made-up world."""
    board: list[Line] = []
    decisions: list[Decision] = []
    views: list[View] = []
    left = seconds
    while len(board) < most:
        allowed = None if experiments is None else experiments - len(board)
        views.append(View(card, tuple(board), left, allowed, seed=0))
        decision = BRAIN.propose(views[-1])
        decisions.append(decision)
        if isinstance(decision, Stop) or allowed == 0:
            break
        line = _line(card, board, decision, world)
        board.append(line)
        left = None if left is None else max(0.0, left - (line.seconds or 0.3))
    return board, decisions, views


def _line(card: Card, board: list[Line], decision: Decision, world: World) -> Line:
    number = len(board) + 1
    if isinstance(decision, Blend):
        known = {line.experiment: line.score for line in board}
        scores = [known[member] for member in decision.members]
        assert all(score is not None for score in scores)
        return Line(
            number, "blend", f"b{number}", "blend", "scored", {}, min(s or 0 for s in scores), (0.3, 0.5), 0.0, 80
        )
    assert isinstance(decision, Draft | Tune)
    name = decision.idea.name if isinstance(decision, Draft) else board[decision.parent - 1].name
    score, took = world(name, random.Random(number))
    parent = decision.parent if isinstance(decision, Tune) else None
    interval = None if score is None else (score - 0.05, score + 0.05)
    return Line(
        number,
        name,
        name,
        "draft" if isinstance(decision, Draft) else "tune",
        "failed" if score is None else "scored",
        {"C": 1.0},
        score,
        interval,
        took,
        20,
        parent,
    )


@pytest.mark.parametrize("card", [CARD, REGRESSION, MIXED], ids=["classification", "regression", "mixed"])
def test_every_recipe_of_the_portfolio_is_written_as_a_solution(card: Card) -> None:
    view = View(card, (), None, None)
    recipes = portfolio(card)
    assert recipes[0].key == "linear"
    assert len(recipes) >= 8
    for recipe in recipes:
        board = [Line(1, "x", "x", "draft", "failed", {}, None, None, 0.1, 1)]
        decision = BRAIN.propose(View(card, board, None, None))
        assert isinstance(decision, Draft)
        solution = BRAIN.write(replace(decision.idea, recipe=recipe.key, name=recipe.name), view)
        assert solution.name == recipe.name
        assert 1 <= solution.complexity <= 100
        assert {"fit", "predict"} <= {n.name for n in ast.parse(solution.source).body if isinstance(n, ast.FunctionDef)}
        assert defaults(read_space(solution.source))


def test_names_of_a_portfolio_are_its_own_and_reasons_are_given() -> None:
    for card in (CARD, REGRESSION, MIXED):
        names = [recipe.name for recipe in portfolio(card)]
        assert len(set(names)) == len(names)
    for decision in pursue(CARD, None, 20)[1]:
        why = decision.idea.why if isinstance(decision, Draft) else decision.why
        assert why and "\n" not in why


def test_very_many_rows_begin_with_boosting_and_leave_out_what_compares_rows() -> None:
    keys = [recipe.key for recipe in portfolio(replace(CARD, rows=750_000, train_rows=600_000))]
    assert keys[0] == "boosting"
    assert not {"svm", "gaussian_process", "interactions"} & set(keys)


@pytest.mark.parametrize("seconds", [None, 10.0, 60.0, 600.0])
@pytest.mark.parametrize("experiments", [None, 1, 2, 3, 5, 12, 40])
def test_the_same_view_gives_the_same_decision(seconds: float | None, experiments: int | None) -> None:
    _, decisions, views = pursue(CARD, seconds, experiments)
    assert [BuiltinBrain().propose(view) for view in views] == decisions


@pytest.mark.parametrize("experiments", [1, 2, 3, 4, 5, 8, 12, 20, 40])
def test_experiments_are_used_and_the_last_one_is_a_blend(experiments: int) -> None:
    board, decisions, _ = pursue(CARD, None, experiments)
    assert len(board) == experiments
    assert isinstance(decisions[-1], Stop)
    kinds = [line.kind for line in board]
    assert kinds[0] == "draft"
    if experiments >= 3:
        assert kinds[-1] == "blend"
    if experiments >= 12:
        assert kinds.count("tune") >= 3
        assert kinds.count("draft") >= 4


@pytest.mark.parametrize("seconds", [3.0, 10.0, 30.0, 60.0, 300.0])
def test_time_is_kept(seconds: float) -> None:
    board, decisions, _ = pursue(CARD, seconds, None)
    assert isinstance(decisions[-1], Stop)
    assert any(line.status == "scored" for line in board)
    assert sum(line.seconds for line in board) <= seconds
    if seconds >= 30:
        assert {line.kind for line in board} == {"draft", "tune", "blend"}


def test_without_a_budget_in_time_the_clock_decides_nothing() -> None:
    def slow(name: str, chance: random.Random) -> tuple[float | None, float]:
        return usual(name, chance)[0], 1000 * chance.random()

    for experiments in (None, 30):
        quick, decided, _ = pursue(CARD, None, experiments)
        late, also, _ = pursue(CARD, None, experiments, slow)
        assert decided == also
        assert len(quick) == len(late)


def test_it_stops_when_nothing_is_gained() -> None:
    board, decisions, _ = pursue(CARD, None, None, lambda name, _: (0.5 + len(name) / 100, 0.1))
    stop = decisions[-1]
    assert isinstance(stop, Stop) and "gained nothing" in stop.why
    assert len(board) < 80
    assert any(line.kind == "blend" for line in board)


def test_what_failed_is_not_tried_again_and_all_may_fail() -> None:
    def broken(name: str, _: random.Random) -> tuple[float | None, float]:
        return (None, 0.2) if "logistic" in name else (0.5, 0.2)

    board, _, _ = pursue(CARD, None, 25, broken)
    names = [line.name for line in board if line.kind == "draft"]
    assert len(set(names)) == len(names)
    assert all(line.status == "scored" for line in board if line.kind == "tune")
    board, decisions, _ = pursue(CARD, None, None, lambda *_: (None, 0.2))
    assert isinstance(decisions[-1], Stop)
    assert len(board) == len(portfolio(CARD))


def test_a_slow_draft_waits_until_there_is_time_for_it() -> None:
    card = replace(CARD, rows=40_000, train_rows=32_000, classes=60, class_shares=(1 / 60,) * 60)
    board, _, _ = pursue(card, 20.0, None, lambda name, _: (0.5, 8.0 if "boosting" in name else 1.0))
    assert "gradient boosting" not in [line.name for line in board[:4]]


def test_a_family_that_leads_gets_most_of_the_tuning() -> None:
    def world(name: str, chance: random.Random) -> tuple[float | None, float]:
        return (0.3 if "vector" in name else 0.34) + chance.uniform(0, 0.02), 1.0

    board, _, _ = pursue(CARD, None, 60, world)
    tuned = [line.name for line in board if line.kind == "tune"]
    assert tuned.count("RBF support vector machine") == max(tuned.count(name) for name in set(tuned))
    hopeless = pursue(CARD, None, 60, lambda name, _: (0.3 if "vector" in name else 0.9, 1.0))[0]
    assert {line.name for line in hopeless if line.kind == "tune"} == {"RBF support vector machine"}


def test_greater_may_be_better() -> None:
    card = replace(CARD, metric="roc_auc", greater_is_better=True)
    board, _, _ = pursue(card, None, 60, lambda name, _: (0.9 if "vector" in name else 0.3, 1.0))
    assert {line.name for line in board if line.kind == "tune"} == {"RBF support vector machine"}


def test_solutions_from_elsewhere_are_tuned_and_blended_too() -> None:
    mine = Line(1, "mine", "id", "draft", "scored", {"C": 1.0}, 0.1, (0.05, 0.15), 0.5, 30)
    view = View(CARD, (mine,), None, 30)
    board = [mine]
    for _ in range(15):
        board.append(_line(CARD, board, BRAIN.propose(replace(view, board=tuple(board))), usual))
    assert any(line.kind == "tune" and line.parent == 1 for line in board)


def test_repairs_keep_name_and_complexity() -> None:
    source = (
        "def fit(X, y, *, params, seed, report):\n    return np.mean(y)\n\n\ndef predict(model, X):\n    return X\n"
    )
    found = diagnose("error", CellError("NameError", "name 'np' is not defined", ""), "", "", source)
    mended = BRAIN.repair(Solution("mine", source, 33), found, View(CARD, (), None, None))
    assert mended is not None
    assert (mended.solution.name, mended.solution.complexity) == ("mine", 33)
    assert mended.solution.source == "import numpy as np\n" + source
    assert mended.what == "added: import numpy as np"
    assert BRAIN.repair(mended.solution, found, View(CARD, (), None, None)) is None
