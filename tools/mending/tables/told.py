"""Edits of what is told of answers: measures for the task, folds that are added up, bootstraps of whole rows."""

import ast
import re
from itertools import pairwise

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, given_to, statement_of, without
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_FOR_CLASSES, _BALANCED = "accuracy_score", "balanced_accuracy"
_WORDS = re.compile(r"(?i)\b(?:r2|r\^2|r-squared|rmse|mse|mae|mean squared error|mean absolute error)(?: score)?\b")


def for_classes(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`r2_score(y_test, classifier.predict(X_test))` as `accuracy_score`, and called so where it is printed."""
    for call in [one for one in calls(tree) if at(one, found.line)]:
        name = called(call)
        if not name.endswith(("_score", "_error")) or len(call.args) < 2:
            continue
        root = [
            one for one in ast.walk(tree) if isinstance(one, ast.Call) and called(one) == "sqrt" and call in one.args
        ]
        whole = root[0] if root else call
        given = ", ".join(text_of(source, one) for one in call.args)
        edits = [Edit(*span(source, whole), f"{_FOR_CLASSES}({given})")]
        statement = statement_of(tree, call)
        shown = [statement, *_prints_of(tree, statement)]
        for node in [part for one in shown for part in ast.walk(one) if isinstance(part, ast.Constant)]:
            if isinstance(node.value, str) and _WORDS.search(node.value):
                text = text_of(source, node)
                start = span(source, node)[0]
                edits += [Edit(start + one.start(), start + one.end(), "accuracy") for one in _WORDS.finditer(text)]
        outer = [one for one in edits[1:] if not edits[0].start <= one.start < edits[0].end]
        text = with_imports(apply_edits(source, [edits[0], *outer]), _FOR_CLASSES)
        yield text, f"accuracy_score in the place of {name}: the model tells classes"


def _prints_of(tree: ast.Module, statement: ast.stmt) -> list[ast.stmt]:
    """Where what a statement gives a name is printed."""
    targets = [one for target in getattr(statement, "targets", []) for one in ast.walk(target)]
    names = {one.id for one in targets if isinstance(one, ast.Name)}
    return [statement_of(tree, one) for one in calls(tree, "print") if names & names_in(one)]


def for_the_rare_class(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Accuracy, where nearly all rows are of one class: the mean over the classes, and called so in print."""
    here = [one for one in calls(tree) if at(one, found.line)]
    for call in here:
        statement = statement_of(tree, call)
        name, given = called(call), [text_of(source, one) for one in call.args]
        if name == "accuracy_score" and len(given) > 1:
            edit = Edit(*span(source, call), f"{_BALANCED}_score({', '.join(given)})")
        elif name == "score" and len(given) == 2 and isinstance(call.func, ast.Attribute):
            model = text_of(source, call.func.value)
            edit = Edit(*span(source, call), f"{_BALANCED}_score({given[1]}, {model}.predict({given[0]}))")
        elif name in ("cross_val_score", "cross_validate"):
            word, end = keyword(call, "scoring"), span(source, call)[1] - 1
            where = span(source, word.value) if word is not None else (end, end)
            edit = Edit(*where, f'"{_BALANCED}"' if word is not None else f', scoring="{_BALANCED}"')
        else:
            continue
        shown = [part for one in (statement, *_prints_of(tree, statement)) for part in ast.walk(one)]
        texts = [one for one in shown if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        edits = [edit]
        for node in texts:
            start = span(source, node)[0]
            for one in re.finditer(r"\b([Aa])ccuracy\b(?!_)", text_of(source, node)):
                new = "balanced accuracy" if one.group(1) == "a" else "Balanced accuracy"
                edits.append(Edit(start + one.start(), start + one.end(), new))
        outer = [one for one in edits[1:] if not edit.start <= one.start < max(edit.end, edit.start + 1)]
        text = apply_edits(source, [edit, *outer])
        text = text if name.startswith("cross") else with_imports(text, f"{_BALANCED}_score")
        yield text, "accuracy is the mean over the classes, so that the rare one counts"


def added_up(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`told = model.predict(X_new) / 5` in a loop over folds: `told += ...`, and a share of it."""
    loops = [one for one in around(tree, found.line) if isinstance(one, ast.For)]
    node = around(tree, found.line)[-1]
    if not loops or not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return
    loop, name = loops[-1], node.targets[0].id
    begun = [one for one in given_to(tree, name) if one.lineno < loop.lineno]
    if not begun and not alone(source, loop):
        return
    first = [] if begun else [above(source, loop, f"{name} = 0")]
    start, end = span(source, node.targets[0])[1], span(source, node.value)[0]
    grows = [*first, Edit(start, end, " += ")]
    yield apply_edits(source, grows), f"what each fold says is added to {name}"
    for share in _folds(source, loop):
        value = text_of(source, node.value)
        text = apply_edits(source, [*grows, Edit(*span(source, node.value), f"{value} / {share}")])
        yield text, f"what each fold says is added to {name}, by its share"


def _folds(source: str, loop: ast.For) -> list[str]:
    """How many folds there are, as it can be written."""
    split = next((one for one in calls(loop.iter, "split") if isinstance(one.func, ast.Attribute)), None)
    if split is None:
        return []
    own = split.func.value  # type: ignore[attr-defined]
    if isinstance(own, ast.Name | ast.Attribute):
        return [f"{text_of(source, own)}.get_n_splits()"]
    made = own if isinstance(own, ast.Call) else None
    word = keyword(made, "n_splits") if made is not None else None
    number = word.value if word is not None else made.args[0] if made is not None and made.args else None
    return [text_of(source, number)] if number is not None else []


def whole_rows_drawn(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`resample(y)` and `resample(p)` as `resample(y, p)`; one draw of rows for both where rows are drawn by number."""
    loops = [one for one in around(tree, found.line) if isinstance(one, ast.For | ast.While)]
    if not loops:
        return
    drawn = [one for one in ast.walk(loops[-1]) if isinstance(one, ast.Assign) and _draw(one.value) is not None]
    drawn.sort(key=lambda one: one.lineno)
    what = "truth and predictions are drawn row by row"
    for first, second in pairwise(drawn):
        one, other = _draw(first.value), _draw(second.value)
        assert one is not None and other is not None
        if called(one) == "resample" and isinstance(first.value, ast.Call) and first.value is one and one.args:
            if not isinstance(second.value, ast.Call) or second.value is not other or not other.args:
                continue
            targets = ", ".join(text_of(source, each.targets[0]) for each in (first, second))
            more = "".join(f", {text_of(source, word)}" for word in one.keywords)
            line = f"{targets} = resample({text_of(source, one.args[0])}, {text_of(source, other.args[0])}{more})"
            both = [Edit(*span(source, first), line), without(source, second)]
            yield apply_edits(source, both), what
        elif text_of(source, one) == text_of(source, other) and alone(source, first) and "rows" not in names_in(tree):
            edits = [above(source, first, f"rows = {text_of(source, one)}")]
            edits += [Edit(*span(source, each), "rows") for each in (one, other)]
            yield apply_edits(source, edits), what
        elif (
            isinstance(first.value, ast.Call)
            and first.value is one
            and called(one) in ("choice", "integers", "randint")
        ):
            name = text_of(source, first.targets[0])
            drawn_last = text_of(source, second.targets[0])
            asked = [each for each in ast.walk(loops[-1]) if isinstance(each, ast.Name) and each.id == drawn_last]
            asked = [each for each in asked if isinstance(each.ctx, ast.Load)]
            if asked and name.isidentifier():
                yield apply_edits(source, [Edit(*span(source, each), name) for each in asked]), what


def _draw(node: ast.expr) -> ast.Call | None:
    """The call that draws rows in an expression."""
    draws = ("resample", "choice", "integers", "randint", "permutation")
    found = [one for one in ast.walk(node) if isinstance(one, ast.Call) and called(one) in draws]
    return found[0] if found else None  # the outermost: another may choose its seed
