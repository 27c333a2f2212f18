"""Fits and statistics above a split by hand (`df[:n]`, `df.iloc[:n]`, `df[df["date"] < day]`) are taken of the rows
that will be for training, which the same slice or condition chooses beforehand.

Whether the rows that are judged were then learnt from is what a probed run must show.
"""

import ast
import re
from dataclasses import dataclass
from itertools import pairwise

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, names_in
from mlpilot.tools.mending.forms import Edits, alone, around, at, given_to, indent
from mlpilot.tools.mending.tables.drawn_first import SPLIT
from mlpilot.tools.mending.tables.known_rows import learnt, rows_read
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_ROWS = "train_rows"
_MOST_STEPS = 5
"""How far a name is followed to what it was made of."""


@dataclass(frozen=True)
class _Cut:
    """`train = table[chosen]`: the first part of the rows."""

    statement: ast.stmt
    table: str
    place: str
    """`.iloc`, `.loc` or nothing."""
    chosen: str
    drawn: str = ""
    """How the rows for training are drawn, where no slice cuts them: `{}` stands for the table."""
    below: bool = False
    """Whether it stands above what learns: a table that parts were put together to, and not one that is cut later."""


def learnt_from_the_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Z = scaler.fit_transform(X)`, and then `Z[:n]`, `Z[n:]`: fitted on `X[:n]`.

    Tried are all statements above the split that learn from rows, then the one that was found alone.
    """
    if any(called(one) == SPLIT for one in ast.walk(tree)) or _ROWS in names_in(tree):
        return
    holders = [one for one in around(tree, found.line) if isinstance(one, ast.FunctionDef)]
    scopes: list[ast.Module | ast.FunctionDef] = [*holders[-1:], tree]
    for scope, cut in [(one, cut) for one in scopes for cut in _cuts(source, one)]:
        steps = [one for one in scope.body if (one.lineno > cut.statement.lineno) == cut.below]
        steps = [one for one in steps if one is not cut.statement and learnt(source, tree, one)]
        steps = [one for one in steps if not isinstance(one, ast.FunctionDef | ast.ClassDef) and alone(source, one)]
        seen = set()
        for some in (steps, [one for one in steps if at(one, found.line)]):
            text = _known_first(source, tree, scope, cut, some)
            if text is not None and text not in seen:
                seen.add(text)
                yield text, "what is learnt above the split is learnt from the rows for training, as it cuts them"


def rows_apart(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X[:2000]` for training and `X[1800:]` for the test share rows: the test begins where the training ends. Two
    samples of one table: what is left of it is the test part."""
    del found
    slices = [
        one.slice for one in ast.walk(tree) if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Slice)
    ]
    ends = [one.upper for one in slices if one.lower is None and one.upper is not None and one.step is None]
    begins = [one.lower for one in slices if one.upper is None and one.lower is not None and one.step is None]
    for end in {text_of(source, one) for one in ends}:
        late = [one for one in begins if text_of(source, one) != end]
        if late and len({text_of(source, one) for one in late}) == 1 and not end.startswith("-"):
            yield apply_edits(source, [Edit(*span(source, one), end) for one in late]), _APART
    samples = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and called(one.value) == "sample" and isinstance(one.targets[0], ast.Name)
    ]
    for first, second in pairwise(sorted(samples, key=lambda one: one.lineno)):
        tables = [text_of(source, one.value.func.value) for one in (first, second)]  # type: ignore[attr-defined]
        if tables[0] == tables[1]:
            new = f"{tables[0]}.drop({text_of(source, first.targets[0])}.index)"
            yield apply_edits(source, [Edit(*span(source, second.value), new)]), _APART


_APART = "no row is in both parts"


def _cuts(source: str, scope: ast.Module | ast.FunctionDef) -> list[_Cut]:
    """Parts of tables that are the first rows, or those before a day; tables of a training part and others below it."""
    found = []
    for one in [node for node in scope.body if isinstance(node, ast.Assign)]:
        if called(one.value) == "concat" and isinstance(one.targets[0], ast.Name) and one.value.args:  # type: ignore[attr-defined]
            parts = getattr(one.value.args[0], "elts", [])  # type: ignore[attr-defined]
            if len(parts) == 2 and isinstance(parts[0], ast.Name) and "train" in parts[0].id.lower():
                found.append(_Cut(one, one.targets[0].id, ".iloc", f": len({parts[0].id})", below=True))
        found += _draws(source, one)
        values = one.value.elts if isinstance(one.value, ast.Tuple) else [one.value]
        for value in values:
            while isinstance(value, ast.Call) and called(value) == "copy" and isinstance(value.func, ast.Attribute):
                value = value.func.value
            if not isinstance(value, ast.Subscript):
                continue
            base: ast.expr = value.value
            place = ""
            if isinstance(base, ast.Attribute) and base.attr in ("iloc", "loc"):
                place = f".{base.attr}"
                base = base.value
            chosen = value.slice
            first = isinstance(chosen, ast.Slice) and chosen.lower is None and chosen.upper is not None
            before = isinstance(chosen, ast.Compare) and isinstance(chosen.ops[0], ast.Lt | ast.LtE)
            if isinstance(base, ast.Name) and (first or before):
                found.append(_Cut(one, base.id, place, text_of(source, chosen)))
                break
    return found[:3]


def _draws(source: str, one: ast.Assign) -> list[_Cut]:
    """`test = df.sample(frac=0.2, random_state=0)` and its `.index`, beside which the others are for training."""
    node, target = one.value, one.targets[0]
    node = node.value if isinstance(node, ast.Attribute) and node.attr == "index" else node
    own = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    if called(node) != "sample" or not isinstance(own, ast.Name) or not isinstance(target, ast.Name):
        return []
    assert isinstance(node, ast.Call)
    words = {word.arg for word in node.keywords}
    if "random_state" not in words or "replace" in words or not words & {"frac", "n"}:
        return []
    asked = source[span(source, own)[1] : span(source, node)[1]]
    others, drawn = f"{{}}.drop({{}}{asked}.index)", f"{{}}{asked}"
    first = [drawn, others] if re.search(r"(?i)train|fit|dev", target.id) else [others, drawn]
    return [_Cut(one, own.id, "", "", how) for how in first]


def _known_first(
    source: str, tree: ast.Module, scope: ast.Module | ast.FunctionDef, cut: _Cut, steps: list[ast.stmt]
) -> str | None:
    edits = []
    for step in steps:
        roots = sorted(rows_read(source, tree, step))
        if len(roots) != 1:
            continue
        chosen = _as_known(source, scope, cut, step, roots[0]) if not cut.drawn else ""
        changes = learnt(source, tree, step, {roots[0]: _ROWS})
        if chosen is None or not changes:
            continue
        line = f"{_ROWS} = {roots[0]}{cut.place}[{chosen}]"
        if cut.drawn:
            line = f"{_ROWS} = {cut.drawn.replace('{}', roots[0])}"
        start = source.rfind("\n", 0, span(source, step)[0]) + 1
        edits += [Edit(start, start, f"{indent(source, step)}{line}\n"), *changes]
    return apply_edits(source, edits) if edits else None


def _as_known(source: str, scope: ast.Module | ast.FunctionDef, cut: _Cut, step: ast.stmt, root: str) -> str | None:
    """The choice of the first rows as it can be written above a step, of the table that is there."""
    text = cut.chosen
    for _ in range(_MOST_STEPS):
        later = None
        for name in sorted(_names(text)):
            made = [one for one in given_to(scope, name) if one.lineno < cut.statement.lineno]
            if name in (cut.table, root) or cut.below:
                continue
            if made and made[-1].lineno >= step.lineno:
                later = name, f"({text_of(source, made[-1].value)})"
        if later is None:
            break
        text = _renamed(text, *later)
    return _renamed(text, cut.table, root)


def _names(text: str) -> set[str]:
    return names_in(_tree(text))


def _tree(text: str) -> ast.AST:
    """A choice of rows, which may be a slice, as a tree."""
    return ast.parse(f"_[{text}]", mode="eval")


def _renamed(text: str, name: str, new: str) -> str:
    whole = f"_[{text}]"
    uses = [one for one in ast.walk(_tree(text)) if isinstance(one, ast.Name) and one.id == name]
    return apply_edits(whole, [Edit(*span(whole, one), new) for one in uses])[2:-1]
