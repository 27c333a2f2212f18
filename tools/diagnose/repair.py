"""Repairs: for each kind of finding one small rule that edits the source as little as it can.

Over-editing is the common fault of automatic repair, so a rule that is not sure does nothing, and the Experiment fails
with its Diagnosis instead.
"""

import ast
from collections.abc import Callable

from mlpilot.tools.diagnose import arguments, data, resources
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.read import rejected

Rule = Callable[[str, ast.Module, Diagnosis], tuple[str, str] | None]
"""(source, its tree, the finding) → (new source, one line saying what changed), or None where it does not apply."""

RULES: dict[str, Rule] = {
    "unexpected-argument": arguments.unexpected_argument,
    "removed-value": arguments.removed_value,
    "missing-name": arguments.missing_name,
    "moved-name": arguments.moved_name,
    "moved-module": arguments.moved_module,
    "removed-attribute": arguments.removed_attribute,
    "missing-values": data.missing_values,
    "unknown-category": data.unknown_category,
    "not-numeric-mean": data.numeric_only,
    "text-as-number": data.text_as_number,
    "negative-values": data.negative_values,
    "dense-required": data.dense_required,
    "too-many-neighbours": data.fewer_neighbours,
    "too-many-folds": data.fewer_folds,
    "labels-returned": data.probabilities_wanted,
    "column-returned": data.flat_prediction,
    "did-not-converge": resources.more_iterations,
    "too-slow": resources.lighter,
    "out-of-memory": resources.lighter,
}


def repair_source(source: str, diagnosis: Diagnosis) -> tuple[str, str] | None:
    """The mended source and one line saying what changed, or None when no rule knows what to do."""
    if diagnosis.kind == "rejected":
        diagnosis = rejected(diagnosis.evidence)
    rule = RULES.get(diagnosis.kind)
    if rule is None:
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    mended = rule(source, tree, diagnosis)
    return mended if mended is not None and mended[0] != source and _parses(mended[0]) else None


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
