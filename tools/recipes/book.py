"""The list of recipes: what each is called, when it suits, what it costs, and how simple it is."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from mlpilot.tools.recipes import classification, regression
from mlpilot.tools.recipes.blocks import Parts, write_module
from mlpilot.tools.recipes.common import MOST_ROWS
from mlpilot.tools.recipes.table import Table
from mlpilot.tools.solution import Solution


@dataclass(frozen=True)
class Recipe:
    """One way to write a Solution. Names and reasons are for the board."""

    key: str
    name: str
    why: str
    complexity: int
    parts: Callable[[Table], Parts]
    suits: Callable[[Table], bool]
    seconds: Callable[[Table], float]
    """About what one fold takes with default parameters on two cores of 2024; only ratios matter."""

    def write(self, table: Table) -> Solution:
        """The module for this table."""
        return Solution(self.name, write_module(table, self.parts(table)), self.complexity)


def _always(table: Table) -> bool:
    return bool(table.numbers or table.booleans or table.categories or table.dates or table.texts)


def _has_columns(table: Table) -> bool:
    return bool(table.numbers or table.booleans or table.categories or table.dates)


def _has_numbers(table: Table) -> bool:
    return bool(table.numbers or table.dates)


def _narrow(most: int) -> Callable[[Table], bool]:
    """Few enough columns for their products, and few enough cells for them to fit in memory."""
    return lambda t: 2 <= t.width <= most and not t.texts and t.train_rows * t.width**2 <= 50_000_000


def _cross_fits(table: Table) -> bool:
    """Every class has the rows to be divided once more, within the training rows."""
    return table.smallest_class >= 4 and 10 * table.classes <= 4000


def _megacells(table: Table) -> float:
    return table.train_rows * table.width / 1e6


def _used(table: Table, key: str) -> int:
    return min(table.train_rows, MOST_ROWS[key])


def _tree_seconds(table: Table) -> float:
    rows = table.train_rows
    return 0.1 + min(rows, 100_000) * 1.5e-5 * math.sqrt(table.plain_width)


def _boosting_seconds(table: Table) -> float:
    trees = max(1, table.classes if table.classes > 2 else 1)
    return 0.1 + trees * (0.05 + 4e-6 * table.train_rows * math.sqrt(table.plain_width))


def _svm_seconds(table: Table) -> float:
    machines = max(1, table.classes if table.classes > 2 else 1)
    fits = 6 if table.task == "classification" else 2
    easier = 0.3 if machines > 2 else 1.0
    return 0.05 + easier * fits * machines * 1.5e-8 * _used(table, "svm") ** 2 * (1 + table.width / 100)


def _mlp_seconds(table: Table) -> float:
    return 0.3 + 1.2e-3 * min(_used(table, "mlp"), 3000) + 1e-4 * _used(table, "mlp")


_CLASSIFICATION = (
    Recipe(
        "linear",
        "scaled logistic regression",
        "a simple, calibrated start that is hard to beat where rows are few",
        10,
        classification.linear,
        _always,
        lambda t: 0.03 + 0.1 * _megacells(t) * max(1, t.classes - 1),
    ),
    Recipe(
        "boosting",
        "gradient boosting",
        "the usual winner on mixed tables with many rows",
        50,
        classification.boosting,
        _always,
        _boosting_seconds,
    ),
    Recipe(
        "svm",
        "RBF support vector machine",
        "curved boundaries, strong on small and middling tables of numbers",
        40,
        classification.svm,
        lambda t: _has_columns(t) and _cross_fits(t) and t.train_rows <= 100_000,
        _svm_seconds,
    ),
    Recipe(
        "extra_trees",
        "extremely randomised trees",
        "robust, quick, and errs differently from boosting",
        45,
        classification.extra_trees,
        _always,
        _tree_seconds,
    ),
    Recipe(
        "discriminant",
        "discriminant analysis",
        "a bell curve for each class: few parameters, good on small tables of numbers",
        15,
        classification.discriminant,
        lambda t: _has_numbers(t) and _cross_fits(t) and t.width <= 200 and t.train_rows <= 50_000,
        lambda t: 0.05 + 2 * _megacells(t),
    ),
    Recipe(
        "mlp",
        "neural network",
        "smooth and curved; a good member of a blend",
        60,
        classification.mlp,
        lambda t: _has_columns(t) and t.train_rows >= 50,
        _mlp_seconds,
    ),
    Recipe(
        "splines",
        "logistic regression on splines",
        "bends that a straight line misses, and still additive",
        22,
        classification.splines,
        lambda t: _has_numbers(t) and _megacells(t) * 6 <= 40,
        lambda t: 0.06 + 4.0 * _megacells(t) * max(1, t.classes - 1),
    ),
    Recipe(
        "interactions",
        "logistic regression with interactions",
        "what two columns say only together",
        25,
        classification.interactions,
        _narrow(70),
        lambda t: 0.1 + 2e-7 * t.train_rows * t.width**2 * max(1, t.classes - 1),
    ),
    Recipe(
        "neighbours",
        "nearest neighbours",
        "what happened to rows like this one",
        30,
        classification.neighbours,
        lambda t: _has_columns(t) and _cross_fits(t),
        lambda t: 0.1 + 2e-8 * _used(t, "neighbours") ** 2 * t.width**0.5,
    ),
    Recipe(
        "kernel",
        "kernel logistic regression",
        "curved boundaries at the price of a linear model",
        35,
        classification.kernel,
        lambda t: _has_columns(t) and t.train_rows >= 1000 and 10 * t.classes <= 50_000,
        lambda t: 0.2 + 1e-4 * _used(t, "kernel") * max(1, t.classes - 1) ** 0.5,
    ),
    Recipe(
        "forest",
        "random forest",
        "robust with default parameters",
        45,
        classification.forest,
        _always,
        _tree_seconds,
    ),
    Recipe(
        "bayes",
        "naive Bayes on word counts",
        "quick, and good with little text",
        12,
        classification.bayes,
        lambda t: bool(t.texts) and _cross_fits(t),
        lambda t: 0.1 + 1e-3 * t.train_rows,
    ),
)

_REGRESSION = (
    Recipe(
        "linear",
        "scaled ridge regression",
        "a simple start that is hard to beat where rows are few",
        10,
        regression.linear,
        _always,
        lambda t: 0.03 + 0.05 * _megacells(t),
    ),
    Recipe(
        "boosting",
        "gradient boosting",
        "the usual winner on mixed tables with many rows",
        50,
        regression.boosting,
        _always,
        _boosting_seconds,
    ),
    Recipe(
        "extra_trees",
        "extremely randomised trees",
        "robust, quick, and errs differently from boosting",
        45,
        regression.extra_trees,
        _always,
        _tree_seconds,
    ),
    Recipe(
        "gaussian_process",
        "Gaussian process",
        "a smooth surface with noise, strong where rows are few",
        45,
        regression.gaussian_process,
        lambda t: _has_numbers(t) and t.train_rows <= 1500 and t.width <= 100,
        lambda t: 0.1 + 1e-5 * _used(t, "gp") ** 2,
    ),
    Recipe(
        "splines",
        "ridge regression on splines",
        "bends that a straight line misses, and still additive",
        22,
        regression.splines,
        lambda t: _has_numbers(t) and _megacells(t) * 6 <= 40,
        lambda t: 0.05 + 1.0 * _megacells(t),
    ),
    Recipe(
        "forest",
        "random forest",
        "robust with default parameters",
        45,
        regression.forest,
        _always,
        _tree_seconds,
    ),
    Recipe(
        "interactions",
        "ridge regression with interactions",
        "what two columns say only together",
        25,
        regression.interactions,
        _narrow(70),
        lambda t: 0.05 + 1e-7 * t.train_rows * t.width**2,
    ),
    Recipe(
        "svm",
        "RBF support vector regression",
        "smooth, and little moved by single large errors",
        40,
        regression.svm,
        lambda t: _has_columns(t) and t.train_rows <= 100_000,
        _svm_seconds,
    ),
    Recipe(
        "mlp",
        "neural network",
        "smooth and curved; a good member of a blend",
        60,
        regression.mlp,
        lambda t: _has_columns(t) and t.train_rows >= 50,
        _mlp_seconds,
    ),
    Recipe(
        "neighbours",
        "nearest neighbours",
        "what happened to rows like this one",
        30,
        regression.neighbours,
        _has_columns,
        lambda t: 0.05 + 2e-9 * _used(t, "neighbours") ** 2 * t.width**0.5,
    ),
    Recipe(
        "poisson",
        "Poisson regression on splines",
        "effects that multiply, as they do for counts and amounts",
        24,
        regression.poisson,
        lambda t: _has_numbers(t) and not t.timed and _megacells(t) * 6 <= 40,
        lambda t: 0.1 + 2.0 * _megacells(t),
    ),
    Recipe(
        "kernel",
        "kernel ridge regression",
        "a smooth surface at the price of a linear model",
        35,
        regression.kernel,
        lambda t: _has_columns(t) and t.train_rows >= 500,
        lambda t: 0.2 + 8e-5 * _used(t, "kernel"),
    ),
    Recipe(
        "elastic",
        "elastic net",
        "leaves out columns that do not help",
        12,
        regression.elastic,
        lambda t: _has_numbers(t) and t.width >= 5 and _megacells(t) <= 20 and t.train_rows >= 10,
        lambda t: 0.1 + 1.0 * _megacells(t),
    ),
)

RECIPES: dict[tuple[str, str], Recipe] = {
    **{("classification", recipe.key): recipe for recipe in _CLASSIFICATION},
    **{("regression", recipe.key): recipe for recipe in _REGRESSION},
}
"""(task, key) → recipe, the ones to try first before the others."""


def suitable(table: Table) -> list[Recipe]:
    """The recipes that suit this table, the ones to try first before the others."""
    return [recipe for (task, _), recipe in RECIPES.items() if task == table.task and recipe.suits(table)]
