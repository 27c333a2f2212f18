"""Recipes: how to write a Solution for a table, without any model's help.

`RECIPES[key].write(table)` gives a readable module; which recipes suit a table, and about what they cost, is said by
`Recipe.suits` and `Recipe.seconds`.
"""

from mlpilot.tools.recipes.book import RECIPES, Recipe, suitable
from mlpilot.tools.recipes.table import Table

__all__ = ["RECIPES", "Recipe", "Table", "suitable"]
