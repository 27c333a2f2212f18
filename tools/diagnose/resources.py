"""Repairs of what takes too long, needs too much memory, or stops too early."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import calls, function, keyword, nearest, whole, with_keyword
from mlpilot.tools.text import Edit, apply_edits, span, text_of

Mended = tuple[str, str] | None

HEAVY = {"n_estimators": 40, "max_iter": 50, "n_components": 50, "n_init": 1}
"""Argument → below this a smaller number helps no more."""

ROWS = 5_000


def lighter(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """A quarter of the trees (or iterations), and where there are few already, fewer rows."""
    trees = _quartered(source, tree, ("n_estimators",))
    if trees is not None and diagnosis.kind == "too-slow":
        return trees
    return _fewer_rows(source, tree) or trees or _quartered(source, tree, tuple(HEAVY))


def _quartered(source: str, tree: ast.Module, names: tuple[str, ...]) -> Mended:
    edits, what = [], []
    for call in calls(tree):
        for name in names:
            argument = keyword(call, name)
            number = whole(argument.value) if argument is not None else None
            if argument is not None and number is not None and number > HEAVY[name]:
                new = max(HEAVY[name], number // 4)
                edits.append(Edit(*span(source, argument.value), str(new)))
                what.append(f"{name}={new}")
    return (apply_edits(source, edits), f"lighter: {', '.join(what)}") if edits else None


def _fewer_rows(source: str, tree: ast.Module) -> Mended:
    """At most 5,000 rows, evenly over the sorted target, so that every class and every range stays in."""
    fit = function(tree, "fit")
    if fit is None or len(fit.args.args) < 2 or "fewer rows" in text_of(source, fit):
        return None
    X, y = (argument.arg for argument in fit.args.args[:2])
    body = fit.body[0]
    said = isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant) and len(fit.body) > 1
    first = fit.body[1] if said else body
    pad = " " * first.col_offset
    lines = [
        f"if len({X}) > {ROWS:_}:  # fewer rows, to stay within time and memory",
        f"    rows = {y}.sort_values().index[:: len({y}) // {ROWS:_} + 1]",
        f"    {X}, {y} = {X}.loc[rows], {y}.loc[rows]",
    ]
    at = span(source, first)[0]
    return apply_edits(source, [Edit(at, at, f"\n{pad}".join(lines) + f"\n{pad}")]), f"fitted on at most {ROWS:,} rows"


def more_iterations(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Five times the iterations, where a number is written."""
    written = {
        call: number
        for call in calls(tree)
        if (argument := keyword(call, "max_iter")) is not None and (number := whole(argument.value)) is not None
    }
    if not written:
        return None
    call = nearest(list(written), diagnosis.line)[0]
    new = 5 * written[call]
    return with_keyword(source, call, "max_iter", str(new)), f"max_iter={new}"
