"""Edits of columns and parts: the target among the features, parts that are not transformed alike, lost assignments."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import Edits, at, given_to, method_calls, owner, statement_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_DENSE = ("toarray", "todense")
_JUDGES = ("predict", "predict_proba", "decision_function", "score")


def transformed_alike(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.predict(X_test)` of a model that is fitted on `T.transform(X_train)`: of `T.transform(X_test)`."""
    del found
    edits = []
    for call in method_calls(tree, *_JUDGES):
        fits = [one for one in method_calls(tree, "fit") if owner(source, one) == owner(source, call) and one.args]
        if not fits or not call.args or not isinstance(call.args[0], ast.Name) or call.args[0].id in names_in(fits[-1]):
            continue
        transformer = _transformer(source, tree, fits[-1].args[0], fits[-1].lineno)
        part = call.args[0].id
        before = [one for one in given_to(tree, part) if one.lineno < call.lineno]
        if not transformer or any(_transforms(source, one.value, transformer) for one in before[-1:]):
            continue
        ready = [
            text_of(source, one.targets[0])
            for one in ast.walk(tree)
            if isinstance(one, ast.Assign)
            and isinstance(one.value, ast.Call)
            and text_of(source, one.value) == f"{transformer}.transform({part})"
            and one.lineno < call.lineno
        ]
        edits.append(Edit(*span(source, call.args[0]), ready[0] if ready else f"{transformer}.transform({part})"))
    if edits:
        yield apply_edits(source, edits), "what is judged is transformed as the training part was"


def _transformer(source: str, tree: ast.Module, given: ast.expr, line: int) -> str:
    """The name of what made the rows that a model is fitted on."""
    made: ast.expr = given
    if isinstance(given, ast.Name):
        before = [one for one in given_to(tree, given.id) if one.lineno < line]
        made = before[-1].value if before else given
    if isinstance(made, ast.Call) and called(made) in ("transform", "fit_transform"):
        return owner(source, made) if isinstance(getattr(made.func, "value", None), ast.Name) else ""
    return ""


def _transforms(source: str, value: ast.expr, transformer: str) -> bool:
    return isinstance(value, ast.Call) and text_of(source, value.func).startswith(f"{transformer}.")


def without_target(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X = df.select_dtypes("number")` beside `y = df["target"]`: without the column `target`."""
    targets = []
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Assign)]:
        value = node.value
        name = value.slice if isinstance(value, ast.Subscript) else None
        if isinstance(value, ast.Subscript) and isinstance(name, ast.Constant) and isinstance(name.value, str):
            targets.append((node, text_of(source, value.value), text_of(source, value.slice)))
        elif isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
            targets.append((node, value.value.id, f'"{value.attr}"'))
    near = sorted(
        (one for one in ast.walk(tree) if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)),
        key=lambda one: (not at(one, found.line), abs(one.lineno - (found.line or 0))),
    )
    tables = {table for _, table, _ in targets}
    for made in [one for one in near if names_in(one.value) & tables][:4]:
        for node, table, column in targets:
            if made is node or table not in names_in(made.value) or abs(node.lineno - made.lineno) > 12:
                continue
            text = text_of(source, made.value)
            as_array = text.endswith((".values", ".to_numpy()"))
            start = text[: text.rindex(".")] if as_array else text
            yield replace(source, made.value, f"{start}.drop(columns=[{column}]){text[len(start) :]}"), _LEFT_OUT


_LEFT_OUT = "the target's column is left out of the features"


def assigned_by_loc(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df[rows]["c"] = value` as `df.loc[rows, "c"] = value`; `df["c"].fillna(0, inplace=True)` as an assignment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and at(node, found.line) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            inner = target.value
            if isinstance(inner, ast.Attribute) and inner.attr in ("loc", "iloc"):
                inner = inner.value
            if isinstance(inner, ast.Subscript):
                first, second = text_of(source, inner.slice), text_of(source, target.slice)
                table = inner.value
                if isinstance(table, ast.Attribute) and table.attr == "loc":
                    table = table.value
                if isinstance(inner.slice, ast.Constant):  # the column stands first
                    first, second = second, first
                yield (
                    replace(source, target, f"{text_of(source, table)}.loc[{first}, {second}]"),
                    "the table itself is changed, and not a copy of some of its rows",
                )
    every = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and keyword(node.value, "inplace")
    ]
    edits = []
    for node in every:
        call = node.value
        assert isinstance(call, ast.Call)
        base = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(base, ast.Subscript) and isinstance(base.value, ast.Name):
            given = [text_of(source, one) for one in call.args]
            given += [text_of(source, one) for one in call.keywords if one.arg != "inplace"]
            written = text_of(source, base)
            new = f"{written} = {text_of(source, call.func)}({', '.join(given)})"
            edits.append(Edit(*span(source, node), new))
    if edits:
        yield apply_edits(source, edits), "columns are given what was made in a copy of them"


def same_labels(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`pd.DataFrame(encoder.transform(X_train))` beside the columns of `X_train`: with the labels of its rows."""
    del found
    text, count = source, len(calls(tree, "DataFrame"))
    for place in range(count):
        current = ast.parse(text)
        call = calls(current, "DataFrame")[place]
        rows = _rows_of(text, current, call.args[0], call.lineno) if call.args else ""
        if keyword(call, "index") is None and rows:
            text = with_keyword(text, call, "index", f"{rows}.index")
    if text != source:
        yield text, "rows that are put side by side have the same labels"


def _rows_of(source: str, tree: ast.Module, given: ast.expr, line: int) -> str:
    """The table whose rows an array has, as it is transformed: `X_train` of `encoder.transform(X_train[["a"]])`."""
    if isinstance(given, ast.Name):
        before = [one for one in given_to(tree, given.id) if one.lineno < line]
        return _rows_of(source, tree, before[-1].value, before[-1].lineno) if before else ""
    while isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and called(given) in _DENSE:
        given = given.func.value
        if isinstance(given, ast.Name):
            return _rows_of(source, tree, given, line)
    if not isinstance(given, ast.Call) or called(given) not in ("transform", "fit_transform") or not given.args:
        return ""
    rows = given.args[0]
    while isinstance(rows, ast.Subscript):
        rows = rows.value
    return rows.id if isinstance(rows, ast.Name) else ""


def kept_result(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df.drop_duplicates()` as a statement by itself: `df = df.drop_duplicates()`."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Expr) and at(one, found.line)]:
        call = node.value
        base = call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
        if isinstance(base, ast.Name | ast.Subscript) and statement_of(tree, node) is node:
            start = span(source, node)[0]
            yield apply_edits(source, [Edit(start, start, f"{text_of(source, base)} = ")]), "what is made is kept"
