"""Edits against rows that were not prepared as those for training: fitted anew on new rows; lags of rows that have no
past."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits, alone, around, at, below, block_of, method_calls, owner, statement_of
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_MOVES = ("shift", "diff", "rolling", "pct_change")


def _fitted_anew(scene: Scene, _: re.Match[str]) -> Edits:
    """`clf.predict(vec.fit_transform(new))`, where `vec` was fitted on the training rows: `vec.transform(new)`."""
    fits = method_calls(scene.tree, "fit_transform")
    for call in sorted(fits, key=lambda one: not at(statement_of(scene.tree, one), scene.line)):
        name = owner(scene.source, call)
        others = [one for one in method_calls(scene.tree, "fit_transform", "fit") if owner(scene.source, one) == name]
        statement = statement_of(scene.tree, call)
        trains = any(called(one) == "fit" for one in calls(statement))
        if len(others) > 1 and not trains and call is not others[0]:
            end = span(scene.source, call.func)[1]
            text = apply_edits(scene.source, [Edit(end - len("fit_transform"), end, "transform")])
            yield text, f"new rows are transformed as {name} was fitted on those for training"


def amounts_as_numbers(source: str, tree: ast.Module, broken: Diagnosis) -> Edits:
    """A text that is an amount, as the error shows one: `read_csv(..., thousands=",")`, or `decimal=","`."""
    shown = re.search(r"'-?(\d+)((?:,\d{3})+(?:\.\d+)?|,\d{1,2})'", broken.evidence)
    if shown is None:
        return
    word = "thousands" if re.fullmatch(r"(?:,\d{3})+(?:\.\d+)?", shown.group(2)) else "decimal"
    for call in [one for one in calls(tree, "read_csv") if keyword(one, word) is None]:
        yield with_keyword(source, call, word, '","'), f"amounts are read with {word}=','"


def rows_with_a_past(source: str, tree: ast.Module, broken: Diagnosis) -> Edits:
    """Columns of lags have gaps in the first rows, which have nothing before them: those rows are left out.

    Rows that lack anything else stay, as far as the columns are named.
    """
    del broken
    moves: dict[str, list[ast.Assign]] = {}
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Assign)]:
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and method_calls(node, *_MOVES):
            moves.setdefault(target.value.id, []).append(node)
    for table, found in moves.items():
        if any(called(one) == "dropna" and owner(source, one) == table for one in calls(tree)):
            continue
        names = [one.targets[0].slice for one in found]  # type: ignore[attr-defined]
        plain = all(isinstance(one, ast.Constant) for one in names)
        loops = [one for node in found for one in around(tree, node.lineno) if isinstance(one, ast.For)]
        last = max([*found, *loops], key=lambda one: one.end_lineno or 0)
        subset = f"subset=[{', '.join(text_of(source, one) for one in names)}]" if plain else ""
        if alone(source, last) and block_of(tree, last):
            line = f"{table} = {table}.dropna({subset})"
            yield apply_edits(source, [below(source, last, line)]), "rows that have nothing before them are left out"


RULES = ((r"[Ff]eatures?, but \w+ is expecting", _fitted_anew),)
"""(what the error says, its edits)."""
