"""Edits of splits: all rows of one (patient, machine, shop) stay on one side of them."""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports
from mlpilot.tools.mending.forms import Edits, alone, around, at, given_to, indent, statement_of
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_CROSS = ("cross_val_score", "cross_validate", "cross_val_predict")
_PLAIN = {
    "KFold": "GroupKFold",
    "StratifiedKFold": "StratifiedGroupKFold",
    "ShuffleSplit": "GroupShuffleSplit",
    "StratifiedShuffleSplit": "GroupShuffleSplit",
}
_ARRAY = re.compile(r"\.values$|to_numpy\(\)$|^np\.|fit_transform\(|\.transform\(|return_X_y|toarray")
_GROUP = re.compile(r"rows of one (\w+) are on both|share a (\w+) may|(\w+) is made and never used")
_WHO = re.compile(r"(patient|subject|customer|client|user|member|machine|device|store|shop|group|person|id$)", re.I)


def kept_together(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`train_test_split(X, y)` is drawn by groups; folds and cross-validations take notice of them.

    What says of whom a row is, is quoted in the description: the column or name that the finding tells, or one that the
    script names.
    """
    for name, groups in _said(source, tree, found):
        what = f"rows of one {name!r} stay on one side of each split"
        for call in [one for one in calls(tree, "train_test_split") if at(statement_of(tree, one), found.line)]:
            for text in _split(source, tree, call, groups):
                yield text, what
        of_folds = _folds(source, tree, found, groups)
        if of_folds is not None:
            yield of_folds, what


def _said(source: str, tree: ast.Module, found: Diagnosis) -> Iterator[tuple[str, str]]:
    """(name, expression) of what says of whom rows are, the likeliest first."""
    for call in [one for one in calls(tree) if keyword(one, "groups") is not None and at(one, found.line)]:
        value = keyword(call, "groups").value  # type: ignore[union-attr]
        yield _last_word(source, tree, value), text_of(source, value)
        return
    told = _GROUP.search(found.message)
    word = str(next((one for one in told.groups() if one), "")) if told else ""
    if word and given_to(tree, word):
        yield word, word
        return
    columns = [word] if word in {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)} else []
    asked = [_column_of(one) for one in ast.walk(tree)]
    columns = columns or sorted({one[1] for one in asked if one and _WHO.search(one[1])})
    attributes = {one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
    columns = columns or [word] * (word in attributes)
    for column in columns[:2]:
        for table in _tables(tree, found, column)[:2]:
            yield column, f'{table}["{column}"]'


def _last_word(source: str, tree: ast.Module, value: ast.expr) -> str:
    """What a column of groups is called: `patient` of `df["patient"].values`, and of the name that was given it."""
    inner = value
    if isinstance(value, ast.Name):
        made = given_to(tree, value.id)
        whole = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple)]
        inner = made[-1].value if made else inner
        for one in whole:
            targets = one.targets[0].elts if isinstance(one.targets[0], ast.Tuple) else []
            for target, given in zip(targets, one.value.elts, strict=False):  # type: ignore[attr-defined]
                inner = given if text_of(source, target) == value.id else inner
    words = [one[1] for one in map(_column_of, ast.walk(inner)) if one]
    return words[0] if words else text_of(source, value)


def _column_of(node: ast.AST) -> tuple[str, str] | None:
    """(table, column) of `df["patient"]` and of `df.groupby("patient")`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
        return (node.value.id, node.slice.value) if isinstance(node.slice.value, str) else None
    if isinstance(node, ast.Call) and called(node) == "groupby" and node.args and isinstance(node.func, ast.Attribute):
        key, table = node.args[0], node.func.value
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(table, ast.Name):
            return table.id, key.value
    return None


def _tables(tree: ast.Module, found: Diagnosis, column: str) -> list[str]:
    """Tables that may hold the column where the split stands: those that its features are made of, then others."""
    scope = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), tree)
    reads = [one for one in ast.walk(scope) if isinstance(one, ast.Assign) and one.lineno <= (found.line or 0)]
    statement = around(tree, found.line)[-1:]
    wanted = {name for one in statement for name in names_in(one)}
    for one in reversed(reads):
        if {getattr(target, "id", "") for node in one.targets for target in ast.walk(node)} & wanted:
            wanted |= names_in(one.value)
    held = [one[0] for one in map(_column_of, ast.walk(scope)) if one and one[1] == column]
    used = [one for one in map(_column_of, ast.walk(scope)) if one]
    given = [one.arg for one in scope.args.args] if isinstance(scope, ast.FunctionDef) else []
    every = [*held, *(one[0] for one in used), *given]
    attributes = [
        one.value.id
        for one in ast.walk(scope)
        if isinstance(one, ast.Attribute) and one.attr == column and isinstance(one.value, ast.Name)
    ]
    ordered = [one for one in dict.fromkeys([*attributes, *every]) if one in wanted]
    return ordered or list(dict.fromkeys([*attributes, *held]))


def _split(source: str, tree: ast.Module, call: ast.Call, groups: str) -> Iterator[str]:
    """A split in one call: rows are chosen by `GroupShuffleSplit`, and the parts are those rows."""
    split = statement_of(tree, call)
    if not isinstance(split, ast.Assign) or split.value is not call or not alone(source, split):
        return
    target = split.targets[0]
    targets = [text_of(source, one) for one in target.elts] if isinstance(target, ast.Tuple) else []
    if len(targets) != 2 * len(call.args) or not targets:
        return
    given = [text_of(source, one) for one in call.args]
    words = [
        f"{one.arg}={text_of(source, one.value)}" for one in call.keywords if one.arg in ("test_size", "train_size")
    ]
    seed = keyword(call, "random_state")
    words.append(f"random_state={text_of(source, seed.value) if seed is not None else 0}")
    taken = names_in(tree)
    train, test = (name if name not in taken else f"{name}_" for name in ("train_places", "test_places"))
    chosen = f"GroupShuffleSplit(n_splits=1, {', '.join(words)})"
    first = given[0] if isinstance(call.args[0], ast.Name) else f"{given[0]}"
    line = f"{train}, {test} = next({chosen}.split({first}, groups={groups}))"
    tables = [not _is_array(source, tree, one) for one in call.args]
    for as_tables in (tables, [not one for one in tables]):
        parts = []
        for place, name in enumerate(given):
            rows = f"{name}.iloc" if as_tables[place] else name
            parts.append(f"{targets[2 * place]}, {targets[2 * place + 1]} = {rows}[{train}], {rows}[{test}]")
        blanks = indent(source, split)
        text = apply_edits(source, [Edit(*span(source, split), f"\n{blanks}".join([line, *parts]))])
        yield with_imports(text, "GroupShuffleSplit")


def _is_array(source: str, tree: ast.Module, given: ast.expr) -> bool:
    """Whether a name stands for an array, as far as it can be read; for a table or a column otherwise."""
    text = text_of(source, given)
    if isinstance(given, ast.Name):
        made = [one for one in given_to(tree, given.id) if one.lineno < given.lineno]
        text = text_of(source, made[-1].value) if made else text
        paired = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple)]
        for one in paired:
            targets = one.targets[0].elts if isinstance(one.targets[0], ast.Tuple) else []
            for target, value in zip(targets, one.value.elts, strict=False):  # type: ignore[attr-defined]
                text = text_of(source, value) if text_of(source, target) == given.id else text
    return bool(_ARRAY.search(text))


def _folds(source: str, tree: ast.Module, found: Diagnosis, groups: str) -> str | None:
    """Folds become folds of groups, wherever they are asked for; a number of folds becomes a splitter."""
    edits, names = [], set[str]()
    asked = [one for one in calls(tree) if called(one) in _CROSS]
    for call in asked:
        folds = keyword(call, "cv")
        value = folds.value if folds is not None else None
        whole = isinstance(value, ast.Constant) and isinstance(value.value, int)
        if value is None or whole:
            number = f"n_splits={text_of(source, value)}" if value is not None else ""
            names.add("GroupKFold")
            edits += [Edit(*span(source, value), f"GroupKFold({number})")] if value is not None else []
            edits += [] if value is not None else [_added(source, call, "cv=GroupKFold()")]
        edits += [] if keyword(call, "groups") is not None else [_added(source, call, f"groups={groups}")]
    made = [one for one in calls(tree) if called(one) in _PLAIN]
    for call in made:
        new = _PLAIN[called(call)]
        names.add(new)
        edits.append(Edit(*span(source, call.func), new))
        edits += _without(source, call, ("shuffle", "random_state") if new == "GroupKFold" else ())
    splits = [one for one in calls(tree, "split") if one.args and isinstance(one.func, ast.Attribute)]
    for call in splits if made else []:
        owner = text_of(source, call.func.value)  # type: ignore[attr-defined]
        plain = keyword(call, "groups") is None and len(call.args) < 3
        if plain and (owner.partition("(")[0] in _PLAIN or given_to(tree, owner)):
            edits.append(_added(source, call, f"groups={groups}"))
    if not names or not (asked or splits):
        return None
    del found
    merged: dict[int, list[Edit]] = {}
    for one in edits:
        merged.setdefault(one.start, []).append(one)
    whole_edits = [
        Edit(same[0].start, max(one.end for one in same), "".join(one.text for one in same)) for same in merged.values()
    ]
    return with_imports(apply_edits(source, whole_edits), *sorted(names))


def _added(source: str, call: ast.Call, word: str) -> Edit:
    """An argument more at the end of a call."""
    end = span(source, call)[1] - 1
    inside = source[span(source, call.func)[1] + 1 : end]
    place = end - (len(inside) - len(inside.rstrip()))
    comma = "" if not inside.strip() else " " if inside.rstrip().endswith(",") else ", "
    return Edit(place, place, f"{comma}{word}")


def _without(source: str, call: ast.Call, names: tuple[str, ...]) -> list[Edit]:
    """Arguments that the other splitter does not know are left out: it is written anew, without them."""
    if not any(one.arg in names for one in call.keywords):
        return []
    start, end = span(source, call.func)[1], span(source, call)[1]
    kept = [text_of(source, one) for one in call.args]
    kept += [text_of(source, one) for one in call.keywords if one.arg not in names]
    return [Edit(start, end, f"({', '.join(kept)})")]
