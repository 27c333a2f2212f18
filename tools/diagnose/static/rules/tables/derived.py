"""Targets that are made of a column which the model is then given.

Source: Kaufman et al. 2011, "Leakage in Data Mining".
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds, same_table_targets
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.tables.label import from_elsewhere, is_of_these_alone, made_columns

_OF_ONE = re.compile(
    r"[<>]|==|!=|\.(map|replace|isin|between|apply|astype|clip|eq|gt|lt|ge|le|cat\.codes)\b|\b(log\w*|cut|qcut|factorize|where"
    r"|select|digitize|fit_transform|sqrt|to_numeric)\("
)
_CHANCE = re.compile(r"random|rng|normal|noise|randn|uniform|shuffle|permutation|sample|predict", re.IGNORECASE)


@rule(
    "LEAK040",
    "target-made-of-a-feature",
    "error",
    "the target is computed from a column that is among the features",
    remedy="leave the column that the target is made of out of X, too",
    source="Kaufman et al. 2011",
)
def made_of_a_feature(program: Program) -> Iterator[Found]:
    """`df["expensive"] = df["price"] > 300_000`, and then `X = df.drop(columns="expensive")`."""
    made = [one for one in made_columns(program) if _plain(one[0]) and is_of_these_alone(program, one[0])]
    told: set[ast.AST] = set()
    for call, X, y in same_table_targets(program):
        if X.kind != "data" or "shifted" in y.flags or not from_elsewhere(X) or not y.columns:
            continue
        for node, column, used in made:
            if column != y.columns[0] or len(used) != 1 or node in told:
                continue
            of = next(iter(used))
            if holds(X, of) and not holds(X, column) and "+" + of not in X.without:
                told.add(node)
                text = f"{column!r}, the target, is computed from {of!r} alone, which is among the features"
                yield node, f"{text} at line {call.node.lineno}"


def _plain(node: ast.Assign) -> bool:
    """Whether a column is made of another by a rule that the model can find again."""
    text = written(node.value, 300)
    return bool(_OF_ONE.search(text)) and not _CHANCE.search(text)
