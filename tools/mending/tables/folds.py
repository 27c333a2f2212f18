"""Edits of what is fitted on all rows before a cross-validation: a step of the pipeline, or fitted in each fold."""

import ast
import re
from dataclasses import dataclass, field

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, given_to, method_calls, without
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_CROSSED = ("cross_val_score", "cross_validate", "cross_val_predict", "learning_curve", "validation_curve")
_SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV")
_SAID = "what was fitted on all rows is a step of the pipeline that is cross-validated"


@dataclass
class _Chain:
    """Transformers one after the other, and the rows that the first is given."""

    data: str
    steps: list[str] = field(default_factory=list)
    statements: list[ast.stmt] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)


def steps_in_the_folds(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Z = T.fit_transform(X)` before `cross_val_score(model, Z, y)`, or before a search that is fitted on Z."""
    scope = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), tree)
    judged = [
        (one, one.args[0], one.args[1]) for one in calls(scope) if called(one) in _CROSSED and len(one.args) > 1
    ] + _searched(scope)
    names = {text_of(source, data) for _, _, data in judged if isinstance(data, ast.Name)}
    for name in sorted(names):
        uses = [one for one in judged if text_of(source, one[2]) == name]
        chain = _chain(source, scope, name, min(call.lineno for call, _, _ in uses))
        if not chain.steps or not any(at(one, found.line) for one in chain.statements):
            continue
        edits = _piped(source, scope, uses, chain)
        left = _still_read(source, scope, name, uses, chain)
        raw = chain.data
        stored = {name for one in chain.statements for name in names_in(one.targets[0])}  # type: ignore[attr-defined]
        if left and chain.data in stored:
            raw = "rows" if "rows" not in names_in(tree) else "raw_rows"
            edits.append(above(source, chain.statements[0], f"{raw} = {chain.data}"))
        elif not left:
            edits += [without(source, one) for one in chain.statements]
        edits += [Edit(*span(source, data), raw) for _, _, data in uses if raw != name]
        yield with_imports(apply_edits(source, edits), *dict.fromkeys(["make_pipeline", *chain.imports])), _SAID


def _searched(scope: ast.AST) -> list[tuple[ast.Call, ast.expr, ast.expr]]:
    """(the fit, the model that is searched, the rows) of `search = GridSearchCV(model, ...)` and `search.fit(X, y)`."""
    found = []
    for fit in method_calls(scope, "fit"):
        owner = fit.func.value  # type: ignore[attr-defined]
        made = owner
        if isinstance(owner, ast.Name):
            given = [one for one in given_to(scope, owner.id) if one.lineno <= fit.lineno]
            made = given[-1].value if given else owner
        if isinstance(made, ast.Call) and called(made) in _SEARCHES and made.args and fit.args:
            found.append((fit, made.args[0], fit.args[0]))
    return found


def _chain(source: str, scope: ast.AST, name: str, line: int) -> _Chain:
    """What `name` was made by, back to what nothing was fitted on."""
    chain = _Chain(name)
    while True:
        made = [one for one in _stores(scope, chain.data) if one.lineno < line]
        step = _step(source, made[-1], chain.data) if made else None
        if step is None or not alone(source, made[-1]):
            return chain
        transformer, data, imports = step
        chain.steps.insert(0, transformer)
        chain.statements.insert(0, made[-1])
        chain.imports += imports
        chain.data, line = data, made[-1].lineno


def _stores(scope: ast.AST, name: str) -> list[ast.Assign]:
    """Assignments to a name or to its columns."""
    found = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            whole = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(whole, ast.Name) and whole.id == name:
                found.append(node)
    return sorted(found, key=lambda node: node.lineno)


def _step(source: str, node: ast.Assign, name: str) -> tuple[str, str, list[str]] | None:
    """(the transformer, the rows that it is given, imports) of a statement that fits one; None for any other."""
    target, value = node.targets[0], node.value
    if isinstance(value, ast.Call) and called(value) == "DataFrame" and value.args:
        value = value.args[0]
    if not isinstance(value, ast.Call):
        return None
    columns = text_of(source, target.slice) if isinstance(target, ast.Subscript) else ""
    if called(value) == "fit_transform" and isinstance(value.func, ast.Attribute) and value.args:
        given = value.args[0]
        rows = given.value if isinstance(given, ast.Subscript) and columns else given
        if columns and (not isinstance(given, ast.Subscript) or text_of(source, given.slice) != columns):
            return None
        transformer, imports = text_of(source, value.func.value), ["make_pipeline"]
    elif called(value) == "fillna" and isinstance(value.func, ast.Attribute) and len(value.args) == 1:
        told = value.args[0]
        how = re.fullmatch(r"(.+)\.(mean|median)\((?:numeric_only=True)?\)", text_of(source, told))
        if how is None or how.group(1) != text_of(source, value.func.value):
            return None
        given = value.func.value
        rows = given.value if isinstance(given, ast.Subscript) else given
        transformer, imports = f'SimpleImputer(strategy="{how.group(2)}")', ["SimpleImputer"]
    else:
        return None
    if not isinstance(rows, ast.Name) or (columns and rows.id != name):
        return None
    if columns:
        chosen = columns if columns.startswith("[") or not re.match(r"['\"]", columns) else f"[{columns}]"
        rest = 'remainder="passthrough", verbose_feature_names_out=False'
        transformer = f"make_column_transformer(({transformer}, {chosen}), {rest})"
        imports.append("make_column_transformer")
    return transformer, rows.id, imports


def _piped(source: str, scope: ast.AST, uses: list[tuple[ast.Call, ast.expr, ast.expr]], chain: _Chain) -> list[Edit]:
    """Each model that is judged, as the last step of a pipeline; the names of its settings, where it is searched."""
    edits: dict[tuple[int, int], Edit] = {}
    for call, model, _ in uses:
        place = span(source, model)
        named = any(one.startswith("make_column_transformer") for one in chain.steps[1:])  # it knows columns by names
        after = '.set_output(transform="pandas")' if named else ""
        edits[place] = Edit(*place, f"make_pipeline({', '.join(chain.steps)}, {text_of(source, model)}){after}")
        if called(call) == "fit":
            edits |= _prefixed(source, scope, call, model)
    return list(edits.values())


def _prefixed(source: str, scope: ast.AST, fit: ast.Call, model: ast.expr) -> dict[tuple[int, int], Edit]:
    """`{"C": [1, 10]}` of a search as `{"svc__C": [1, 10]}`."""
    made: ast.expr = model
    if isinstance(model, ast.Name):
        given = [one for one in given_to(scope, model.id) if one.lineno <= fit.lineno]
        made = given[-1].value if given else model
    search = next((one for one in calls(scope) if one.args and one.args[0] is model), None)
    asked = search.args[1] if search is not None and len(search.args) > 1 else None
    if search is not None and asked is None:
        word = keyword(search, "param_grid") or keyword(search, "param_distributions")
        asked = word.value if word is not None else None
    if isinstance(asked, ast.Name):
        given = given_to(scope, asked.id)
        asked = given[-1].value if given else asked
    name = called(made).lower() if isinstance(made, ast.Call) else ""
    edits = {}
    for table in [one for one in ast.walk(asked) if isinstance(one, ast.Dict)] if asked is not None else []:
        for key in table.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                place = span(source, key)
                edits[place] = Edit(*place, f'"{name}__{key.value}"')
    return edits


def _still_read(
    source: str, scope: ast.AST, name: str, uses: list[tuple[ast.Call, ast.expr, ast.expr]], chain: _Chain
) -> bool:
    """Whether what the chain makes is read elsewhere, too."""
    own = {id(node) for one in chain.statements for node in ast.walk(one)} | {id(data) for _, _, data in uses}
    made = {name} | {text_of(source, one.targets[0]) for one in chain.statements if isinstance(one, ast.Assign)}
    if name == chain.data:
        shown = {
            id(node) for one in ast.walk(scope) if isinstance(one, ast.Expr) and called_to_show(one.value)
            for node in ast.walk(one)
        }  # fmt: skip
        own |= shown
    first = chain.statements[0].lineno
    return any(
        isinstance(node, ast.Name) and node.id in made and id(node) not in own and node.lineno > first
        for node in ast.walk(scope)
    )


def called_to_show(value: ast.expr) -> bool:
    """Whether a statement only prints, or shows."""
    return isinstance(value, ast.Call) and called(value) in ("print", "display")


def fitted_in_each_fold(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Z = T.fit_transform(X)` before `for train, test in folds.split(Z)`: fitted in the loop, on `train`."""
    node = around(tree, found.line)[-1:] and around(tree, found.line)[-1]
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name) or not alone(source, node):
        return
    call, made = node.value, node.targets[0].id
    if not isinstance(call, ast.Call) or called(call) != "fit_transform" or not isinstance(call.func, ast.Attribute):
        return
    if not call.args or not all(isinstance(one, ast.Name) for one in call.args):
        return
    for loop in [one for one in ast.walk(tree) if isinstance(one, ast.For) and one.lineno > node.lineno]:
        target = loop.target
        inner = target.elts[-1] if isinstance(target, ast.Tuple) and isinstance(target.elts[-1], ast.Tuple) else target
        if not isinstance(inner, ast.Tuple) or len(inner.elts) != 2 or not method_calls(loop.iter, "split"):
            continue
        if made not in {name for one in loop.body for name in names_in(one)}:
            continue
        train = text_of(source, inner.elts[0])
        given = [text_of(source, one) for one in call.args]
        raw = [f"raw_{one}" if one == made else one for one in given]
        place = next(
            (method for method in (".iloc",) if f"{given[0]}.iloc[" in source or f"{made}.iloc[" in source), ""
        )
        for how in dict.fromkeys((place, "", ".iloc")):
            known = ", ".join(f"{one}{how}[{train}]" for one in raw)
            line = f"{made} = {text_of(source, call.func.value)}.fit({known}).transform({raw[0]})"
            first = Edit(*span(source, node), f"{raw[0]} = {given[0]}") if raw != given else without(source, node)
            edits = [first, above(source, loop.body[0], line)]
            edits += [
                Edit(*span(source, one), raw[0])
                for one in ast.walk(loop.iter)
                if isinstance(one, ast.Name) and one.id == made
            ]
            yield (
                apply_edits(source, edits),
                "what was fitted on all rows is fitted in each fold, on its rows for training",
            )
