"""Edits of what is measured and kept: the scale of answers, their class, the better of two, labels of the same part."""

import ast
import re
from itertools import pairwise

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    given_to,
    method_calls,
    statement_of,
    written_as,
)
from mlpilot.tools.mending.tables.rows import splits
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_BACK = {"log1p": "expm1", "log": "exp", "log2": "exp2", "log10": "exp10"}
_MEASURES = ("_score", "_error", "_loss", "_deviance", "_mape", "_rmse")
_TURNED = {
    "argmax": "argmin", "argmin": "argmax", "nanargmax": "nanargmin", "nanargmin": "nanargmax", "max": "min",
    "min": "max", "idxmax": "idxmin", "idxmin": "idxmax", "nlargest": "nsmallest", "nsmallest": "nlargest",
}  # fmt: skip
_TASKS = (("Classifier", "Regressor"), ("SVC", "SVR"), ("LogisticRegression", "Ridge"), ("GaussianNB", "BayesianRidge"))
_BEFORE = {"Regressor": "Classifier", "SVR": "SVC", "LinearRegression": "LogisticRegression",
           "Ridge": "RidgeClassifier", "Lasso": "LogisticRegression"}  # fmt: skip


def on_the_scale_of_the_truth(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`mean_absolute_error(y_test, model.predict(X_test))` of a model of logarithms: of `np.expm1(...)` of that."""
    logs = [one for one in calls(tree) if called(one) in _BACK and isinstance(one.func, ast.Attribute)]
    numpy = written_as(tree, "numpy", "np")
    if "went through" in found.message:
        yield from _unscaled(source, tree, found)
    if not logs:
        return
    back = f"{numpy}.{_BACK[called(logs[0])]}"
    told = [one for one in calls(tree) if _measures(one) and at(one, found.line) and len(one.args) > 1]
    every = [one for one in calls(tree) if _measures(one) and len(one.args) > 1]
    for call in told[:1]:
        given = call.args[1]
        what = "what is predicted is told on the scale of the truth"
        if isinstance(given, ast.Name):
            made = [one for one in given_to(tree, given.id) if one.lineno < call.lineno]
            if made and any(called(one) == "predict" for one in calls(made[-1].value)):
                value = made[-1].value
                yield replace(source, value, f"{back}({text_of(source, value)})"), what
        same = [one.args[1] for one in every if text_of(source, one.args[1]) == text_of(source, given)]
        edits = [Edit(*span(source, one), f"{back}({text_of(source, one)})") for one in same]
        yield apply_edits(source, edits), what


def _measures(call: ast.Call) -> bool:
    return called(call).endswith(_MEASURES)


def _unscaled(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Answers of a model that learnt a scaled target are scaled back by the scaler that is fitted on the labels."""
    scalers = [
        text_of(source, one.func.value)  # type: ignore[attr-defined]
        for one in method_calls(tree, "transform", "fit_transform")
        if one.args and re.match(r"y|target|labels", text_of(source, one.args[0]))
    ]
    for call in [one for one in calls(tree) if _measures(one) and at(one, found.line) and len(one.args) > 1]:
        given = call.args[1]
        made = [one.value for one in given_to(tree, text_of(source, given)) if one.lineno < call.lineno]
        answer = made[-1] if made else given
        for scaler in dict.fromkeys(scalers):
            text = text_of(source, answer)
            new = f"{scaler}.inverse_transform({text}.reshape(-1, 1)).ravel()"
            yield replace(source, answer, new), "what is predicted is scaled back"


def other_column(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`predict_proba(X)[:, 0]` called a risk: the column of the class 1."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Subscript) and at(one, found.line)]:
        if text_of(source, node.slice).replace(" ", "") == ":,0":
            yield replace(source, node.slice, ":, 1"), "the probabilities are those of the class 1"
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Subscript) and at(one, found.line)]:
        if text_of(source, node.slice).replace(" ", "") == ":,1":
            yield replace(source, node.slice, ":, 0"), "the probabilities are those of the class 0"


def the_better_is_kept(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`if rmse > best`, `max(errors, key=...)`: turned round, with the value that the search begins with."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.If) and at(one, found.line)]:
        test = node.test
        if not isinstance(test, ast.Compare) or len(test.ops) != 1 or test.lineno != found.line:
            continue
        turned = {ast.Gt: "<", ast.GtE: "<=", ast.Lt: ">", ast.LtE: ">="}.get(type(test.ops[0]))
        if turned is None:
            continue
        left, right = text_of(source, test.left), text_of(source, test.comparators[0])
        best = left if "best" in left else right
        less = (turned in ("<", "<=")) == (best == right)
        begins = _begins(tree, best, node.lineno)
        edits = [Edit(*span(source, test), f"{left} {turned} {right}")]
        if begins:
            edits.append(Edit(*span(source, begins[-1]), 'float("inf")' if less else 'float("-inf")'))
        yield apply_edits(source, edits), "the better one is kept"
    for call in [one for one in calls(tree) if called(one) in _TURNED and at(one, found.line)]:
        end = span(source, call.func)[1]
        name = called(call)
        yield apply_edits(source, [Edit(end - len(name), end, _TURNED[name])]), "the better one is chosen"
    for call in [one for one in calls(tree) if keyword(one, "direction") and at(statement_of(tree, one), found.line)]:
        word = keyword(call, "direction").value  # type: ignore[union-attr]
        new = '"minimize"' if "max" in text_of(source, word) else '"maximize"'
        yield replace(source, word, new), "the study looks for the better one"
    for call in calls(tree, "create_study"):
        word = keyword(call, "direction")
        if word is None:
            yield with_keyword(source, call, "direction", '"maximize"'), "the study looks for the better one"
        elif not at(statement_of(tree, call), found.line):
            new = '"minimize"' if "max" in text_of(source, word.value) else '"maximize"'
            yield replace(source, word.value, new), "the study looks for the better one"


def _begins(tree: ast.Module, best: str, line: int) -> list[ast.expr]:
    """What a name is given above a line, alone or among others: `best, depth = 0, None`."""
    found = [one.value for one in given_to(tree, best)]
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple)]:
        targets = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else []
        values = node.value.elts  # type: ignore[attr-defined]
        found += [value for one, value in zip(targets, values, strict=False) if getattr(one, "id", "") == best]
    plain = [one for one in found if one.lineno < line and not isinstance(one, ast.Name)]
    return sorted(plain, key=lambda one: one.lineno)


def the_best_is_remembered(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`if loss < best: best_model = model`, and `best` stays as it was: it is given the new value."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.If) and at(one, found.line)]:
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and alone(source, node.body[0]):
            left, right = text_of(source, test.left), text_of(source, test.comparators[0])
            best, new = (left, right) if "best" in left else (right, left)
            if best.isidentifier():
                yield apply_edits(source, [above(source, node.body[0], f"{best} = {new}")]), "the best value is kept"


def begins_where_all_can_beat_it(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The value that a search begins with is one that every value beats."""
    ifs = [one for one in ast.walk(tree) if isinstance(one, ast.If) and isinstance(one.test, ast.Compare)]
    for node in ifs:
        test = node.test
        assert isinstance(test, ast.Compare)
        left, right = text_of(source, test.left), text_of(source, test.comparators[0])
        best = left if "best" in left else right
        begins = _begins(tree, best, node.lineno)
        if len(test.ops) == 1 and begins and (at(node, found.line) or at(begins[-1], found.line)):
            less = isinstance(test.ops[0], ast.Lt | ast.LtE) == (best == right)
            new = 'float("inf")' if less else 'float("-inf")'
            yield replace(source, begins[-1], new), f"{best} begins where every value beats it"


def labels_of_their_rows(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.fit(X_train, y_test)`, `accuracy_score(y_train, model.predict(X_test))`: labels of the same part."""
    for _, given, parts in splits(tree):
        if len(given) < 2:
            continue
        sides = [set(parts[0::2]), set(parts[1::2])]
        partner = {
            parts[2 * place + side]: parts[2 * place + 1 - side] for place in range(len(given)) for side in (0, 1)
        }
        for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) > 1]:
            first, second = call.args[:2]
            for asked, fixed in ((second, first), (first, second)):
                here = [one for one in sides if names_in(fixed) & one]
                if isinstance(asked, ast.Name) and asked.id in partner and len(here) == 1 and asked.id not in here[0]:
                    yield replace(source, asked, partner[asked.id]), "features and labels are of the same part"


def share_for_the_test(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`test_size=20` as `0.2`, `test_size=1` as `0.2`, `test_size=0.8` of what was meant as the training part."""
    for call in [one for one in calls(tree) if keyword(one, "test_size") is not None and at(one, found.line)]:
        value = keyword(call, "test_size").value  # type: ignore[union-attr]
        number = value.value if isinstance(value, ast.Constant) else None
        if isinstance(number, int | float) and number >= 1:
            share = number / 100 if 1 < number < 60 else 0.2
            yield replace(source, value, f"{share:g}"), f"{share:.0%} of the rows are for the test"


def for_the_task(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A classifier for values becomes the regressor of its kind, and the other way round."""
    to_values = "for classes" in found.message
    told = re.match(r"(\w+) is for", found.message)
    name = told.group(1) if told else ""
    new = ""
    if to_values:
        new = next((name.replace(old, other) for old, other in _TASKS if name.endswith(old)), "")
    else:
        new = next((name.replace(old, other) for old, other in _BEFORE.items() if name.endswith(old)), "")
    if not new:
        return
    uses = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id == name]
    edits = [Edit(*span(source, one), new) for one in uses]
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]:
        edits += [Edit(*span(source, one), new) for one in node.names if one.name == name and one.asname is None]
    if uses:
        yield with_imports(apply_edits(source, edits), new), f"{new} in the place of {name}"


def own_rows_to_stop_by(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.fit(X_train, y_train, eval_set=[(X_train, y_train)])`: the training stops by rows held out of it."""
    for fit in [one for one in method_calls(tree, "fit") if at(statement_of(tree, one), found.line)]:
        word, statement = keyword(fit, "eval_set"), statement_of(tree, fit)
        if word is None or len(fit.args) != 2 or {"X_stop", "X_fit"} & names_in(tree) or not alone(source, statement):
            continue
        rows, labels = (text_of(source, one) for one in fit.args)
        draw = f"X_fit, X_stop, y_fit, y_stop = train_test_split({rows}, {labels}, test_size=0.2, random_state=0)"
        edits = [
            above(source, statement, draw),
            *(Edit(*span(source, one), new) for one, new in zip(fit.args, ("X_fit", "y_fit"), strict=True)),
        ]
        both = isinstance(word.value, ast.List | ast.Tuple) and len(word.value.elts) > 1  # the history of both is asked
        for pairs in ("[(X_stop, y_stop)]", *(["[(X_fit, y_fit), (X_stop, y_stop)]"] if both else [])):
            text = apply_edits(source, [*edits, Edit(*span(source, word.value), pairs)])
            yield with_imports(text, "train_test_split"), "the training stops by rows held out of it"


def stopped_by_the_others(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The last pair of `eval_set` stops the training: where there are others, the rows for training stand first."""
    for fit in [one for one in method_calls(tree, "fit") if at(statement_of(tree, one), found.line)]:
        word = keyword(fit, "eval_set")
        pairs = word.value.elts if word is not None and isinstance(word.value, ast.List | ast.Tuple) else []
        if word is not None and len(pairs) > 1:
            texts = [text_of(source, one) for one in pairs]
            yield replace(source, word.value, f"[{', '.join([texts[-1], *texts[:-1]])}]"), _OTHERS
        elif word is not None and not pairs:
            yield replace(source, word.value, f"{text_of(source, word.value)}[::-1]"), _OTHERS


_OTHERS = "the training stops by other rows than its own"


def own_rows_given_to_stop(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.fit(X_train, y_train, X_test, y_test)` of a class that stops by what it is given last: rows held out."""
    for call in [one for one in calls(tree) if len(one.args) == 4 and all(isinstance(a, ast.Name) for a in one.args)]:
        names = [text_of(source, one) for one in call.args]
        statement = statement_of(tree, call)
        known = [one for one in splits(tree) if set(names) <= set(one[2])]
        if not known or {"X_stop", "X_fit"} & names_in(tree) or not alone(source, statement):
            continue
        fitted, _, labels, _ = known[0][2][:4]
        if names[0] != fitted or names[1] != labels or called(call) == "train_test_split":
            continue
        draw = f"X_fit, X_stop, y_fit, y_stop = train_test_split({fitted}, {labels}, test_size=0.2, random_state=0)"
        new = ("X_fit", "y_fit", "X_stop", "y_stop")
        edits = [Edit(*span(source, one), name) for one, name in zip(call.args, new, strict=True)]
        text = apply_edits(source, [above(source, statement, draw), *edits])
        yield with_imports(text, "train_test_split"), "the training stops by rows held out of it"
    del found


def told_which_label(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`f1_score(y_test, y_pred)` of texts: the one that is meant is told, as the script writes it."""
    words = [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    likely = [
        one for one in dict.fromkeys(words) if re.fullmatch(r"(?i)yes|true|spam|churn|positive|bad|fraud|1|ill", one)
    ]
    likely += [one for one in dict.fromkeys(words) if one not in likely and re.fullmatch(r"\w{1,20}", one)][:6]
    for call in [one for one in calls(tree) if at(one, found.line) and called(one).endswith("_score")]:
        for word in likely:
            yield with_keyword(source, call, "pos_label", f'"{word}"'), f"the label that is meant is {word!r}"


def shuffled(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`KFold(5, random_state=0)`, which is an error: with `shuffle=True`."""
    for call in [one for one in calls(tree) if at(one, found.line) and called(one).endswith("KFold")]:
        yield with_keyword(source, call, "shuffle", "True"), "the folds are drawn from shuffled rows"


def larger_for_the_rare(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Weights that are the shares of the classes are turned round, or balanced by the model itself."""
    for call in calls(tree):
        word = keyword(call, "class_weight")
        if word is not None and at(statement_of(tree, call), found.line) and called(call) != "fit":
            yield replace(source, word.value, '"balanced"'), "the rarer a class, the larger its weight"
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Dict | ast.DictComp)]:
        if isinstance(node, ast.DictComp) and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Div):
            part, whole = text_of(source, node.value.left), text_of(source, node.value.right)
            yield replace(source, node.value, f"{whole} / {part}"), "the rarer a class, the larger its weight"
        elif (
            isinstance(node, ast.Dict)
            and len(node.values) == 2
            and all(isinstance(one, ast.BinOp) for one in node.values)
        ):
            one, other = node.values
            edits = [Edit(*span(source, one), text_of(source, other)), Edit(*span(source, other), text_of(source, one))]
            yield apply_edits(source, edits), "the rarer a class, the larger its weight"


def in_one_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X = X[rng.permutation(n)]`, `y = y[rng.permutation(n)]`: one order for both."""
    drawn = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        and isinstance(one.value, ast.Subscript)
        and isinstance(one.value.slice, ast.Call)
        and called(one.value.slice) == "permutation"
    ]
    drawn.sort(key=lambda one: one.lineno)
    for first, second in pairwise(drawn):
        if (at(second, found.line) or at(first, found.line)) and "order" not in names_in(tree) and alone(source, first):
            one, other = first.value.slice, second.value.slice  # type: ignore[attr-defined]
            edits = [
                above(source, first, f"order = {text_of(source, one)}"),
                Edit(*span(source, one), "order"),
                Edit(*span(source, other), "order"),
            ]
            yield apply_edits(source, edits), "features and labels are put into one order"
    given = [
        one
        for one in calls(tree, "sample")
        if keyword(one, "frac") is not None and at(statement_of(tree, one), found.line)
    ]
    for call in given:
        statement = around(tree, call.lineno)[-1]
        if isinstance(statement, ast.Assign):
            X = next((text_of(source, one.targets[0]) for one in ast.walk(tree) if isinstance(one, ast.Assign)
                      and one.lineno < statement.lineno and called(one.value) == "sample"), "")  # fmt: skip
            if X:
                new = f"{text_of(source, call.func.value)}.loc[{X}.index]"  # type: ignore[attr-defined]
                yield replace(source, call, new), "features and labels are put into one order"
