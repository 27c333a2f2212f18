"""Edits of how rows for the test are prepared: by what was learnt from those for training, as they were."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.syntax import called, calls, names_in
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    block_of,
    method_calls,
    owner,
    statement_of,
    without,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_STATISTICS = {"mean": "middle", "std": "spread", "min": "least", "max": "most", "median": "middle", "var": "variance",
               "ptp": "reach", "amin": "least", "amax": "most", "nanmean": "middle", "nanstd": "spread"}  # fmt: skip
"""Statistic → the word for it in a name."""


def statistics_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`mean = train.mean(axis=0)` stands above the line that changes `train`, and both parts are scaled by it."""
    for late in around(tree, found.line)[-1:]:
        block = block_of(tree, late)
        for name in dict.fromkeys(_asked(source, one) for one in _statistics(source, late)):
            first = next((one for one in block if _changes(source, one, name)), None)
            if first is None or not alone(source, first) or block.index(first) >= block.index(late):
                continue
            texts: dict[str, str] = {}
            edits = []
            for statement in block[block.index(first) : block.index(late) + 1]:
                for one in [each for each in _statistics(source, statement) if _asked(source, each) == name]:
                    word = f"{name.replace('.', '_')}_{_STATISTICS[called(one)]}"
                    texts.setdefault(text_of(source, one), word)
                    edits.append(Edit(*span(source, one), texts[text_of(source, one)]))
            known = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
            if known & set(texts.values()) or len(set(texts.values())) < len(texts):
                continue
            lines = [f"{word} = {text}" for text, word in texts.items()]
            yield (
                apply_edits(source, [above(source, first, *lines), *edits]),
                f"all parts are scaled by what {name} was",
            )


def _statistics(source: str, node: ast.AST) -> list[ast.Call]:
    found = [one for one in ast.walk(node) if isinstance(one, ast.Call) and called(one) in _STATISTICS]
    return [one for one in found if _asked(source, one)]


def _asked(source: str, call: ast.Call) -> str:
    """What a statistic is of: `x` of `x.mean()` and of `np.mean(x, axis=0)`."""
    held = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(held, ast.Name) and held.id in ("np", "numpy", "tf", "torch", "pd", "ops"):
        return text_of(source, call.args[0]) if call.args else ""
    return text_of(source, held) if held is not None else ""


def _changes(source: str, statement: ast.stmt, name: str) -> bool:
    """Whether a statement gives a name something that is computed with a statistic of it."""
    target = statement.target if isinstance(statement, ast.AugAssign) else None
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]  # type: ignore[assignment]
    asked = {_asked(source, one) for one in _statistics(source, statement)}
    return target is not None and text_of(source, target) == name and name in asked


def learnt_once(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What learns from the test part again does not; another object than that of the training part learns from that."""
    for call in [one for one in method_calls(tree, "fit", "adapt", "fit_on_texts") if at(one, found.line) and one.args]:
        others = [one for one in calls(tree, called(call)) if one.args and _part(one.args[0]) == "train"]
        statement = statement_of(tree, call)
        for one in others[:1]:
            given = text_of(source, one.args[0])
            same = owner(source, one) == owner(source, call)
            if same and isinstance(statement, ast.Expr) and alone(source, statement):
                yield (
                    apply_edits(source, [without(source, statement)]),
                    f"{owner(source, call)} learns once, from {given}",
                )
            yield replace(source, call.args[0], given), f"{owner(source, call)} learns from {given}"


def _part(node: ast.expr) -> str:
    found = {part_of(name) for name in names_in(node)} - {""}
    return found.pop() if len(found) == 1 else ""
