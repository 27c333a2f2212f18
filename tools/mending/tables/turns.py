"""Edits of loops and of what comes after them: one object for all turns, scores that are overwritten, searches that
nobody listens to, lags across groups."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    given_to,
    method_calls,
    owner,
    statement_of,
    without,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_COUNTS = {"ravel": ("tn", "fp", "fn", "tp")}
_RATES = {
    "recall": "tp / (tp + fn)", "sensitivity": "tp / (tp + fn)", "tpr": "tp / (tp + fn)", "precision": "tp / (tp + fp)",
    "specificity": "tn / (tn + fp)", "fpr": "fp / (fp + tn)", "accuracy": "(tp + tn) / (tp + tn + fp + fn)",
}  # fmt: skip


def a_copy_for_each_turn(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`models[store] = model`, where one object is fitted in each turn: a copy of it, as it is fitted then."""
    loops = [one for one in around(tree, found.line) if isinstance(one, ast.For | ast.While)]
    statement = around(tree, found.line)[-1]
    fitted = {owner(source, one) for loop in loops[-1:] for one in method_calls(loop, "fit", "fit_transform")}
    kept = None
    if isinstance(statement, ast.Assign):
        kept = _kept(source, statement.value, fitted)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and statement.value.args:
        kept = _kept(source, statement.value.args[-1], fitted)
    if kept is None:
        return
    text = replace(source, kept, f"copy.deepcopy({text_of(source, kept)})")
    if not any(isinstance(one, ast.Import) and any(name.name == "copy" for name in one.names) for one in tree.body):
        first = next(one for one in tree.body if not _opens(one))
        text = apply_edits(text, [above(source, first, "import copy")])
    yield text, "each turn keeps an object of its own"


def _opens(one: ast.stmt) -> bool:
    """A docstring, or an import from the future, above which nothing may stand."""
    said = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    return said or (isinstance(one, ast.ImportFrom) and one.module == "__future__")


def _kept(source: str, value: ast.expr, fitted: set[str]) -> ast.expr | None:
    """`model` of what is kept: by itself, in a pair, or `model.fit(X, y)`."""
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    for one in parts:
        if text_of(source, one) in fitted:
            return one
        if isinstance(one, ast.Call) and called(one) == "fit" and owner(source, one) in fitted:
            return one
    return None


def mean_of_the_turns(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`score = model.score(...)` in a loop over folds, and `print(score)` after it: the mean of all."""
    loops = [one for one in around(tree, found.line) if isinstance(one, ast.For)]
    statement = around(tree, found.line)[-1]
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not loops or not isinstance(target, ast.Name):
        return
    loop, name = loops[-1], target.id
    every = next((one for one in (f"{name}s", f"all_{name}") if one not in names_in(tree)), None)
    later = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Name) and one.id == name and one.lineno > (loop.end_lineno or 0)
    ]
    if every is None or not later or not (alone(source, loop) and alone(source, statement)):
        return
    edits = [above(source, loop, f"{every} = []"), below(source, statement, f"{every}.append({name})")]
    edits += [Edit(*span(source, one), f"(sum({every}) / len({every}))") for one in later]
    yield apply_edits(source, edits), "what is told is the mean over all turns"


def begun_before_the_loop(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`scores = []` within the loop is written above it."""
    holders = around(tree, found.line)
    loops = [one for one in holders if isinstance(one, ast.For | ast.While)]
    statement = holders[-1]
    if loops and alone(source, statement) and alone(source, loops[-1]):
        line = text_of(source, statement)
        edits = [above(source, loops[-1], line), without(source, statement)]
        yield apply_edits(source, edits), "what a loop gathers begins before it"


def lag_by_group(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df["sales"].shift(1)` of rows that stand store by store: within each store."""
    group = re.match(r"rows stand (.+?) by ", found.message)
    if group is None:
        return
    edits = []
    for call in [one for one in method_calls(tree, "shift", "diff", "pct_change") if at(one, found.line)]:
        column = call.func.value  # type: ignore[attr-defined]
        if isinstance(column, ast.Subscript) and isinstance(column.value, ast.Name):
            end = span(source, column.value)[1]
            edits.append(Edit(end, end, f'.groupby("{group.group(1)}")'))
    if edits:
        yield apply_edits(source, edits), "a lag is taken within its group"


def lag_in_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A lag of rows that were shuffled: the rows are put back in their order first."""
    statement = around(tree, found.line)[-1]
    for call in [one for one in method_calls(tree, "shift", "diff", "rolling", "pct_change") if at(one, found.line)]:
        names = [one.id for one in ast.walk(call.func) if isinstance(one, ast.Name)]
        if names and alone(source, statement):
            line = f"{names[0]} = {names[0]}.sort_index()"
            yield apply_edits(source, [above(source, statement, line)]), "the rows stand in their order"
            return


def with_what_was_found(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A search is made, and a model is fitted without what it found: it gets the settings that were best."""
    searches = [
        text_of(source, one.targets[0])
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        and called(one.value).endswith("SearchCV")
        and isinstance(one.targets[0], ast.Name)
    ]
    fits = [one for one in method_calls(tree, "fit") if at(statement_of(tree, one), found.line)]
    for search in searches[-1:]:
        for fit in fits:
            statement = statement_of(tree, fit)
            name = owner(source, fit)
            made = fit.func.value  # type: ignore[attr-defined]
            if isinstance(made, ast.Call):
                known = [text_of(source, one) for one in made.args] + [text_of(source, one) for one in made.keywords]
                new = f"{text_of(source, made.func)}({', '.join([*known, f'**{search}.best_params_'])})"
                yield replace(source, made, new), "the model gets the settings that were found"
            elif alone(source, statement) and name.isidentifier():
                line = f"{name}.set_params(**{search}.best_params_)"
                yield (
                    apply_edits(source, [above(source, statement, line)]),
                    "the model gets the settings that were found",
                )


def the_best_model_is_kept(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`if score > best: best, best_c = score, c`, and `model.predict(X_test)` after the loop: of the best model."""
    for loop in [one for one in ast.walk(tree) if isinstance(one, ast.For)]:
        branches = [one for one in ast.walk(loop) if isinstance(one, ast.If) and "best" in text_of(source, one)]
        made = {owner(source, one) for one in method_calls(loop, "fit")}
        made |= {
            text_of(source, one.targets[0])
            for one in ast.walk(loop)
            if isinstance(one, ast.Assign) and called(one.value) == "fit"
        }
        end = loop.end_lineno or 0
        uses = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id in made and one.lineno > end]
        if not branches or not uses or (found.line or 0) <= loop.lineno or "best_model" in names_in(tree):
            continue
        name = uses[0].id
        last = branches[0].body[-1]
        if alone(source, last) and not any(one.lineno > end for one in given_to(tree, name)):
            edits = [below(source, last, f"best_model = {name}")]
            edits += [Edit(*span(source, one), "best_model") for one in uses if one.id == name]
            yield apply_edits(source, edits), "the model that was best is used"


def given_the_weights(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`weights = compute_sample_weight(...)`, and a fit without them: `sample_weight=weights`."""
    for node in [one for one in around(tree, found.line) if isinstance(one, ast.Assign)][-1:]:
        name = text_of(source, node.targets[0])
        by_class = "class_weight" in called(node.value)
        for fit in [one for one in method_calls(tree, "fit") if one.lineno > node.lineno]:
            if not by_class and keyword(fit, "sample_weight") is None and name.isidentifier():
                yield with_keyword(source, fit, "sample_weight", name), "the model is given the weights"


def counts_in_their_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`tp, fp, fn, tn = confusion_matrix(y, p).ravel()`: the counts stand in the order tn, fp, fn, tp."""
    for node in [one for one in around(tree, found.line) if isinstance(one, ast.Assign)][-1:]:
        target = node.targets[0]
        words = [text_of(source, one) for one in target.elts] if isinstance(target, ast.Tuple) else []
        plain = {re.sub(r"[^a-z]", "", word.lower())[:2]: word for word in words}
        if len(words) == 4 and set(plain) == set(_COUNTS["ravel"]):
            new = ", ".join(plain[one] for one in _COUNTS["ravel"])
            yield replace(source, target, new), "the counts are taken in their order: tn, fp, fn, tp"


def rate_of_its_counts(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`recall = tp / (tp + fp)`: the counts that belong to it."""
    for node in [one for one in around(tree, found.line) if isinstance(one, ast.Assign)][-1:]:
        name = text_of(source, node.targets[0]).lower()
        rate = next((_RATES[word] for word in _RATES if word in name), None)
        if rate is not None and {"tp", "fp"} & names_in(node.value):
            yield replace(source, node.value, rate), f"{name} is computed from its own counts"


def transformed_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.predict([[63, 145]])` of a model that learnt transformed rows: the rows are transformed as those were."""
    transformers = [owner(source, one) for one in method_calls(tree, "fit_transform") if one.lineno < (found.line or 0)]
    for call in [one for one in method_calls(tree, "predict", "predict_proba") if at(one, found.line) and one.args]:
        for name in [one for one in dict.fromkeys(transformers) if one.replace(".", "").isidentifier()][:2]:
            new = f"{name}.transform({text_of(source, call.args[0])})"
            yield replace(source, call.args[0], new), "what is judged is transformed as the training part was"
