"""Edits of what is chosen by scores of the test part: settings, models, thresholds, and when a training stops.

What is chosen is chosen by answers to rows for training that were held out in turn (`cross_val_predict`), or by the
validation part that is there. Where nothing was judged by the test part afterwards, what was chosen is judged by it
once.
"""

import ast
import re
from dataclasses import dataclass

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    block_of,
    method_calls,
    owner,
    statement_of,
)
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_ANSWERS = ("predict", "predict_proba", "decision_function", "predict_log_proba")
_MEASURES = ("_score", "_error", "_loss", "_deviance")
_ROWS = (ast.Name, ast.Attribute, ast.Subscript)
_SAID = "what is chosen is chosen by rows for training that are held out in turn"


@dataclass(frozen=True)
class _Fit:
    """`model.fit(X_train, y_train)`."""

    model: str
    rows: str
    labels: str
    call: ast.Call


def chosen_by_folds(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loop (or a comprehension) that fits models and scores them on the test part, or cuts their answers to it."""
    for loop in _loops(tree, found.line):
        fits = _fits(source, loop)
        if fits:
            yield from _of_models(source, tree, loop, fits)
    yield from _of_answers(source, tree, found)
    asked = {called(one) for loop in _loops(tree, found.line) for one in calls(loop)}
    for one in [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name in asked]:
        fits = _fits(source, one)
        if fits:
            yield from _of_models(source, tree, one, fits)


def _loops(tree: ast.Module, line: int | None) -> list[ast.stmt]:
    """The loops that hold a line, and those above it in its function, the nearest first."""
    holders = around(tree, line)
    here = [one for one in holders if _repeats(one)]
    blocks = [block_of(tree, one) for one in holders[::-1]]
    before = [one for block in blocks for one in block[::-1] if _repeats(one) and one.lineno < (line or 0)]
    return list(dict.fromkeys([*here, *before]))[:3]


def _repeats(one: ast.stmt) -> bool:
    if isinstance(one, ast.For):
        return True
    kinds = ast.ListComp | ast.DictComp
    return isinstance(one, ast.Assign) and any(isinstance(node, kinds) for node in ast.walk(one))


def _fits(source: str, node: ast.AST) -> dict[str, _Fit]:
    found = {}
    for call in method_calls(node, "fit"):
        if len(call.args) == 2 and not call.keywords and all(isinstance(one, _ROWS) for one in call.args):
            model = owner(source, call)
            rows, labels = (text_of(source, one) for one in call.args)
            found[model] = _Fit(model, rows, labels, call)
            found[text_of(source, call)] = found[model]  # model.fit(X, y).score(...)
    for one in ast.walk(node):
        if isinstance(one, ast.Assign) and text_of(source, one.value) in found:  # model = SVC().fit(X, y)
            name = text_of(source, one.targets[0])
            fit = found[text_of(source, one.value)]
            found[name] = _Fit(name, fit.rows, fit.labels, fit.call)
    return found


def _held_out(call: ast.Call, fit: _Fit) -> tuple[str, str]:
    """(the call as one of rows held out in turn, the import that it needs)."""
    if called(call) == "score":
        return f"cross_val_score({fit.model}, {fit.rows}, {fit.labels}).mean()", "cross_val_score"
    method = "" if called(call) == "predict" else f', method="{called(call)}"'
    return f"cross_val_predict({fit.model}, {fit.rows}, {fit.labels}{method})", "cross_val_predict"


def _of_models(source: str, tree: ast.Module, loop: ast.stmt, fits: dict[str, _Fit]) -> Edits:
    edits, imports, tests, truths, own = [], [], set(), set(), []
    labels = {one.labels for one in fits.values()}
    for call in method_calls(loop, "score", *_ANSWERS):
        fit = fits.get(owner(source, call))
        if fit is None or not call.args or text_of(source, call.args[0]) == fit.rows:
            continue
        text, name = _held_out(call, fit)
        edits.append(Edit(*span(source, call), text))
        imports.append(name)
        tests.add(text_of(source, call.args[0]))
        truths |= {text_of(source, one) for one in call.args[1:2]}
        own.append(call)
    for call in [one for one in calls(loop) if called(one).endswith(_MEASURES) and one.args]:
        if isinstance(call.args[0], _ROWS) and text_of(source, call.args[0]) not in labels:
            truths.add(text_of(source, call.args[0]))
    inside = {id(node) for call in own for node in ast.walk(call)}
    edits += [
        Edit(*span(source, one), sorted(labels)[0])
        for one in ast.walk(loop)
        if isinstance(one, _ROWS) and text_of(source, one) in truths and id(one) not in inside
    ]
    if not edits or len(labels) != 1 or not truths:
        return
    block = block_of(tree, loop)
    later = [one for one in block if one.lineno > loop.lineno]
    if not any(_reads(source, one, tests | truths) for one in later):
        judged = _judged_once(source, loop, fits) or _judged_by_name(source, loop, later)
        if judged is None:
            return
        edits.append(judged)
    yield with_imports(apply_edits(source, edits), *dict.fromkeys(imports)), _SAID


def _reads(source: str, statement: ast.stmt, rows: set[str]) -> bool:
    """Whether a statement reads some of these rows, or others of the same table."""
    tables = {re.split(r"[.\[]", one)[0] for one in rows}
    attributes = {one for one in rows if one.startswith("self.")}
    text = text_of(source, statement)
    return bool((tables - {"self"}) & names_in(statement)) or any(one in text for one in attributes)


def _judged_once(source: str, loop: ast.stmt, fits: dict[str, _Fit]) -> Edit | None:
    """Below the loop: what was chosen is fitted and judged once, as the loop did it, and that is its score."""
    if not isinstance(loop, ast.For) or not alone(source, loop):
        return None
    choices = [one for one in loop.body if isinstance(one, ast.If) and isinstance(one.test, ast.Compare)]
    if len(choices) != 1:
        return None
    score = names_in(choices[0].test)
    kept = {}
    for one in choices[0].body:
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Name) and isinstance(one.targets[0], ast.Name):
            kept[one.value.id] = one.targets[0].id
        elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Tuple) and isinstance(one.value, ast.Tuple):
            for target, value in zip(one.targets[0].elts, one.value.elts, strict=False):
                if isinstance(target, ast.Name) and isinstance(value, ast.Name):
                    kept[value.id] = target.id
    best = next((kept[name] for name in sorted(score) if name in kept), None)
    named = [one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)]
    if best is None:
        return None
    measured = next(name for name in sorted(score) if kept.get(name) == best)
    body = [one for one in loop.body if one.lineno < choices[0].lineno]
    steps = [text_of(source, one) for one in body if not (isinstance(one, ast.Expr) and called_print(one))]
    if any("\n" in one for one in steps) or any(
        isinstance(one, ast.For | ast.While | ast.If | ast.With) for one in body
    ):
        return None
    models = [name for name in kept if name in fits]
    if models:
        made = next(
            (one for one in body if isinstance(one, ast.Assign) and text_of(source, one.targets[0]) == measured), None
        )
        if made is None:
            return None
        judged = text_of(source, made.value).replace(f"{models[0]}.", f"{kept[models[0]]}.")
        return below(source, loop, f"{best} = {judged}") if f"{kept[models[0]]}." in judged else None
    if not named or not all(name in kept for name in named):
        return None
    again = [f"{', '.join(named)} = {', '.join(kept[name] for name in named)}", *steps, f"{best} = {measured}"]
    return below(source, loop, *again)


def _judged_by_name(source: str, loop: ast.stmt, later: list[ast.stmt]) -> Edit | None:
    """Below `best = max(scores, key=scores.get)`: `scores[best]` is what the model of that name gets."""
    named = loop.target if isinstance(loop, ast.For) else None
    if not isinstance(named, ast.Tuple) or len(named.elts) != 2 or not isinstance(loop, ast.For):
        return None
    key, model = (text_of(source, one) for one in named.elts)
    kept = {model: text_of(source, loop.iter).removesuffix(".items()")}
    told: list[tuple[str, ast.expr]] = []
    for one in [node for node in ast.walk(loop) if isinstance(node, ast.Assign)]:
        target = one.targets[0]
        if isinstance(target, ast.Subscript) and text_of(source, target.slice) == key:
            if isinstance(one.value, ast.Name):  # fitted[name] = pipeline
                kept[one.value.id] = text_of(source, target.value)
            else:
                told.append((text_of(source, target.value), one.value))
    for scores, value in told:
        for choice in [one for one in later if isinstance(one, ast.Assign)]:
            table = _ranked(source, choice, scores, later)
            best = text_of(source, choice.targets[0])
            text = text_of(source, value)
            for name, models in kept.items():
                text = text.replace(f"{name}.", f"{models}[{best}].")
            if table and text != text_of(source, value):
                return below(source, choice, f"{table}[{best}] = {text}")
    return None


def _ranked(source: str, choice: ast.Assign, scores: str, later: list[ast.stmt]) -> str:
    """The table of scores that a statement takes the best name of: `scores`, or `board` that was made of them."""
    text = text_of(source, choice.value)
    if text.startswith(f"max({scores}, key="):
        return scores
    for end in (".index[0]", ".idxmax()"):
        made = [one for one in later if isinstance(one, ast.Assign) and scores in names_in(one.value)]
        boards = {text_of(source, one.targets[0]) for one in made if "Series(" in text_of(source, one.value)}
        if text.endswith(end) and text.removesuffix(end) in boards:
            return text.removesuffix(end)
    return ""


def called_print(one: ast.Expr) -> bool:
    """Whether a statement only prints."""
    return isinstance(one.value, ast.Call) and called(one.value) in ("print", "append")


def _of_answers(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Thresholds: `p = model.predict_proba(X_test)[:, 1]` above the choice, which compares `p` and `y_test`."""
    holders = around(tree, found.line)
    if not holders:
        return
    for block in [block_of(tree, one) for one in holders[::-1]]:
        chosen = next((one for one in block if at(one, found.line)), None)
        if chosen is None:
            continue
        answers = [
            one
            for one in block
            if isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Name)
            and one.lineno < chosen.lineno
            and method_calls(one, *_ANSWERS)
        ]
        for made in answers[::-1]:
            yield from _cut(source, tree, block, made, chosen)


def _cut(source: str, tree: ast.Module, block: list[ast.stmt], made: ast.Assign, chosen: ast.stmt) -> Edits:
    call = method_calls(made, *_ANSWERS)[0]
    model, name = owner(source, call), text_of(source, made.targets[0])
    fits = [
        one
        for one in method_calls(tree, "fit")
        if len(one.args) == 2
        and one.lineno < made.lineno
        and model in (owner(source, one), *_called_so(source, statement_of(tree, one), one))
    ]
    if not fits or not call.args or text_of(source, call.args[0]) == text_of(source, fits[-1].args[0]):
        return
    rows, labels = (text_of(source, one) for one in fits[-1].args)
    validation = _validation(fits[-1])
    if validation is not None:
        rows, labels = (text_of(source, one) for one in validation)
        new = f"{model}.{called(call)}({rows})"
    else:
        new, _ = _held_out(call, _Fit(model, rows, labels, fits[-1]))
    steps = [one for one in block if made.lineno < one.lineno <= chosen.lineno]
    wanted, some = names_in(chosen), [chosen]
    for one in reversed(steps[:-1]):
        stored = {node.id for node in ast.walk(one) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        if stored & wanted and not isinstance(one, ast.Expr):
            wanted |= names_in(one)
            some.append(one)
    some = [one for one in some if name in names_in(one)]
    truths = {
        text_of(source, one.args[0])
        for step in some
        for one in calls(step)
        if called(one).endswith((*_MEASURES, "_curve")) and one.args and isinstance(one.args[0], _ROWS)
    }
    held = f"held_{name}"
    if len(truths) != 1 or held in names_in(tree) or not alone(source, made):
        return
    table = {name: held, truths.pop(): labels}
    edits = [
        Edit(*span(source, node), table[text_of(source, node)])
        for one in some
        for node in ast.walk(one)
        if isinstance(node, _ROWS) and text_of(source, node) in table
    ]
    start, (first, last) = span(source, made)[0], span(source, call)
    text = text_of(source, made)
    line = text[: first - start] + new + text[last - start :]
    edits.append(below(source, made, held + line[len(name) :]))
    later = [one for one in block if one.lineno > chosen.lineno]
    if not any(_reads(source, one, set(table)) for one in later):
        again = _judged_once(source, chosen, {})
        if again is None:
            return
        edits.append(again)
    yield with_imports(apply_edits(source, edits), *([] if validation else ["cross_val_predict"])), _SAID


def _called_so(source: str, statement: ast.stmt, fit: ast.Call) -> list[str]:
    """`model` of `model = SVC().fit(X, y)`."""
    is_it = isinstance(statement, ast.Assign) and statement.value is fit
    return [text_of(source, statement.targets[0])] if is_it and isinstance(statement, ast.Assign) else []


def _validation(fit: ast.Call) -> list[ast.expr] | None:
    """The part that `eval_set=[(X_val, y_val)]` names."""
    word = keyword(fit, "eval_set")
    pairs = word.value.elts if word is not None and isinstance(word.value, ast.List | ast.Tuple) else []
    last = pairs[-1] if pairs else None
    return list(last.elts) if isinstance(last, ast.Tuple) and len(last.elts) == 2 else None


def stopped_by_validation(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.fit(X_train, y_train, eval_set=[(X_test, y_test)])`: the training stops by rows held out of it."""
    for fit in [one for one in method_calls(tree, "fit") if at(statement_of(tree, one), found.line)]:
        pair, word, statement = _validation(fit), keyword(fit, "eval_set"), statement_of(tree, fit)
        if pair is None or word is None or len(fit.args) != 2 or {"X_stop", "X_fit"} & names_in(tree):
            continue
        rows, labels = (text_of(source, one) for one in fit.args)
        draw = f"X_fit, X_stop, y_fit, y_stop = train_test_split({rows}, {labels}, test_size=0.2, random_state=0)"
        table = {rows: "X_fit", labels: "y_fit"} | dict(
            zip((text_of(source, one) for one in pair), ("X_stop", "y_stop"), strict=True)
        )
        edits = [above(source, statement, draw)]
        edits += [
            Edit(*span(source, node), table[text_of(source, node)])
            for part in (*fit.args, word.value)
            for node in ast.walk(part)
            if isinstance(node, ast.Name) and node.id in table
        ]
        if alone(source, statement):
            yield (
                with_imports(apply_edits(source, edits), "train_test_split"),
                "the training stops by rows held out of it",
            )
