"""Which recipes to try, in which order, and about how long each will take."""

from collections.abc import Sequence
from statistics import median

from mlpilot.agent.brains.builtin.tables import table_of
from mlpilot.agent.brains.protocol import Card, View
from mlpilot.agent.lessons import hopeless, too_slow
from mlpilot.tools.recipes import Recipe, suitable

SMALL, LARGE = 3_000, 100_000
"""Training rows: below the first, smooth models come first; above the second, gradient boosting does."""

OVERHEAD = 0.1
"""Seconds that a fold costs beyond its training."""

_ORDERS = {
    ("classification", "small"): (
        "linear svm discriminant extra_trees mlp boosting neighbours splines forest interactions kernel bayes"
    ),
    ("classification", "middling"): (
        "linear boosting extra_trees mlp splines interactions svm forest kernel discriminant neighbours bayes"
    ),
    ("classification", "large"): "boosting linear extra_trees mlp kernel forest splines discriminant neighbours bayes",
    ("regression", "small"): (
        "linear svm extra_trees boosting splines gaussian_process mlp interactions elastic forest neighbours kernel"
        " poisson"
    ),
    ("regression", "middling"): (
        "linear boosting forest extra_trees splines mlp poisson interactions neighbours kernel svm elastic"
    ),
    ("regression", "large"): "boosting linear extra_trees forest mlp kernel splines elastic neighbours poisson",
}


def portfolio(card: Card) -> list[Recipe]:
    """The recipes that suit the Task, cheap and strong ones first."""
    size = "small" if card.train_rows < SMALL else "middling" if card.train_rows < LARGE else "large"
    order = _ORDERS[card.type, size].split()
    if any(column.kind == "text" for column in card.columns):
        order = ["linear", "bayes", *(key for key in order if key not in ("linear", "bayes"))]
    recipes = {recipe.key: recipe for recipe in suitable(table_of(card))}
    return [recipes[key] for key in order if key in recipes]


def without_hopeless(recipes: Sequence[Recipe], view: View) -> list[Recipe]:
    """The recipes without those that have failed here, letter by letter the same, and that nothing mended."""
    table, failed = table_of(view.card), {lesson.recipe for lesson in view.lessons}
    return [one for one in recipes if one.name not in failed or not hopeless(one.write(table).id, view.lessons)]


def expected_seconds(recipe: Recipe, view: View) -> float:
    """All folds of a draft, by the recipe's own estimate, corrected by how long its predecessors really took.

    At least what it was not done in before, here or in an earlier Run.
    """
    table = table_of(view.card)

    def guess(other: Recipe) -> float:
        return view.card.folds * (OVERHEAD + other.seconds(table))

    by_name = {other.name: guess(other) for other in suitable(table)}
    known = [
        line.seconds / by_name[line.name]
        for line in view.board
        if line.kind == "draft" and line.by == "built-in" and line.name in by_name and line.seconds > 0
    ]
    # The first one's time holds the start of the sandbox too.
    expected = guess(recipe) * (median(known[1:] or known) if known else 1.0)
    if any(lesson.recipe == recipe.name for lesson in view.lessons):
        expected = max(expected, view.card.folds * too_slow(recipe.write(table).id, view.lessons))
    return expected
