"""Edits of what a model learns from and is judged on: rows, parts, scores."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports, with_keyword, without_keyword
from mlpilot.tools.mending.forms import (
    Edits,
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


def splits(tree: ast.Module) -> list[tuple[ast.Assign, list[str], list[str]]]:
    """(statement, names given, names of the parts) of every plain `train_test_split`."""
    found = []
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Tuple)
        ):
            continue
        given = [one.id for one in node.value.args if isinstance(one, ast.Name)]
        parts = [one.id for one in node.targets[0].elts if isinstance(one, ast.Name)]
        if called(node.value) == "train_test_split" and len(parts) == 2 * len(given) == 2 * len(node.value.args):
            found.append((node, given, parts))
    return found


def transformed_only(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`scaler.fit_transform(X_test)` becomes `scaler.transform(X_test)`."""
    for call in method_calls(tree, "fit_transform"):
        if at(call, found.line):
            end = span(source, call.func)[1]
            yield apply_edits(source, [Edit(end - 13, end, "transform")]), "the test part is only transformed"


def in_the_folds(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Z = T().fit_transform(X)` before `cross_val_score(model, Z, y)`: a step of a pipeline in the folds."""
    for node in around(tree, found.line)[-1:]:
        call = node.value if isinstance(node, ast.Assign) else None
        if not (
            isinstance(call, ast.Call) and called(call) == "fit_transform" and isinstance(call.func, ast.Attribute)
        ):
            continue
        target = node.targets[0]  # type: ignore[attr-defined]
        if not isinstance(target, ast.Name) or not call.args:
            continue
        scope = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), tree)
        later = [one for one in calls(scope) if one.lineno > node.lineno and target.id in names_in(one)]
        crossed = [one for one in later if called(one) in ("cross_val_score", "cross_validate", "cross_val_predict")]
        uses = [
            one
            for one in ast.walk(scope)
            if isinstance(one, ast.Name) and one.id == target.id and one.lineno > node.lineno
        ]
        if (
            len(crossed) != 1
            or len(uses) != 1
            or len(crossed[0].args) < 2
            or not isinstance(crossed[0].args[1], ast.Name)
        ):
            continue
        model, data = crossed[0].args[:2]
        pipeline = f"make_pipeline({text_of(source, call.func.value)}, {text_of(source, model)})"
        edits = [Edit(*span(source, model), pipeline), Edit(*span(source, data), text_of(source, call.args[0]))]
        if text_of(source, call.args[0]) != target.id or len(given_to(scope, target.id)) > 1 or alone(source, node):
            edits.append(without(source, node))
        text = with_imports(apply_edits(source, edits), "make_pipeline")
        yield text, "what was fitted on all rows is a step of the pipeline that is cross-validated"


def fitted_on_training(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.fit(X, y)` of all rows becomes that of the training part."""
    table = {}
    for _, given, parts in splits(tree):
        table.update({name: parts[2 * place] for place, name in enumerate(given)})
    trained = set(table.values())
    for node in ast.walk(tree):  # X_all = pd.concat([X_train, X_test])
        call = node.value if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else None
        if isinstance(call, ast.Call) and called(call) in ("concat", "concatenate", "vstack", "hstack", "append", "r_"):
            first = [name for name in sorted(names_in(call)) if name in trained]
            if len(first) == 1:
                table[text_of(source, node.targets[0])] = first[0]  # type: ignore[attr-defined]
    fits = [one for one in method_calls(tree, "fit") if at(one, found.line)]
    for call in fits or method_calls(tree, "fit"):
        edits = [
            Edit(*span(source, one), table[one.id])
            for one in call.args
            if isinstance(one, ast.Name) and one.id in table
        ]
        if edits and len(edits) == len(call.args):
            yield apply_edits(source, edits), "the model is fitted on the training part alone"


def judged_on_test(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.predict(X_train)` and `accuracy_score(y_train, ...)` become those of the test part."""
    table: dict[str, str] = {}
    for _, given, parts in splits(tree):
        table.update({parts[2 * place]: parts[2 * place + 1] for place in range(len(given))})
    changes = []
    for call in calls(tree):
        name = called(call)
        judges = name in ("predict", "predict_proba", "score", "decision_function", "evaluate") or name.endswith(
            ("_score", "_error", "report", "matrix")
        )
        if judges and not name.startswith("cross_val"):
            changes += [
                Edit(*span(source, one), table[one.id])
                for one in call.args
                if isinstance(one, ast.Name) and one.id in table
            ]
    if changes:
        yield apply_edits(source, changes), "the model is judged on the test part"
    del found


def not_put_back(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`concat([train, extra, valid])`: without the part that it is judged on."""
    for call in calls(tree):
        if called(call) not in ("concat", "concatenate", "vstack", "append") or not call.args:
            continue
        parts = call.args[0].elts if isinstance(call.args[0], ast.List | ast.Tuple) else []
        for place in range(len(parts) - 1, -1, -1):
            left, out = [text_of(source, one) for one in [*parts[:place], *parts[place + 1 :]]], parts[place]
            if left and isinstance(out, ast.Name):
                text = replace(source, call.args[0], f"[{', '.join(left)}]")
                yield text, f"{out.id} is kept out of the training rows"
    del found


def made_after_split(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X, y = more(X, y)` before the split is done after it, to the training part."""
    del found
    for split, given, parts in splits(tree):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call) or node.lineno >= split.lineno:
                continue
            made, call = node.targets[0], node.value
            if not isinstance(made, ast.Tuple) or [getattr(one, "id", "") for one in made.elts] != given[:2]:
                continue
            inputs = [one for one in call.args if isinstance(one, ast.Name)][:2]
            later = [one for one in tree.body if node.lineno < one.lineno < split.lineno]
            later = [one for one in later if not isinstance(one, ast.Expr)]  # what is only shown
            between = any(names_in(one) & set(given) for one in later)
            if len(inputs) != 2 or len(given) < 2 or between or not (alone(source, node) and alone(source, split)):
                continue
            train = {inputs[0].id: parts[0], inputs[1].id: parts[2]}
            assert isinstance(split.value, ast.Call)
            text = text_of(source, call)
            start = span(source, call)[0]
            for one in sorted(inputs, key=lambda name: -name.col_offset):
                begin, end = (place - start for place in span(source, one))
                text = text[:begin] + train[one.id] + text[end:]
            edits = [
                without(source, node),
                below(source, split, f"{parts[0]}, {parts[2]} = {text}"),
                *(Edit(*span(source, old), new.id) for old, new in zip(split.value.args[:2], inputs, strict=True)),
            ]
            yield apply_edits(source, edits), "rows are made after the split, from those for training"


def in_time(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The split keeps the order: what comes last is the test part."""
    for call in calls(tree, "train_test_split"):
        if at(call, found.line):
            text: str | None = source
            for name in ("random_state", "stratify"):
                one = next(
                    (one for one in calls(ast.parse(text or ""), "train_test_split") if at(one, call.lineno)), None
                )
                if one is not None and keyword(one, name) is not None:
                    text = without_keyword(text or "", one, name)
            one = next((one for one in calls(ast.parse(text or ""), "train_test_split") if at(one, call.lineno)), None)
            if text and one is not None:
                yield with_keyword(text, one, "shuffle", "False"), "the last rows are the test part"


def shuffled_together(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`rng.shuffle(X)` alone becomes one permutation of features and labels."""
    for call in method_calls(tree, "shuffle"):
        statement = statement_of(tree, call)
        if not at(statement, found.line) or len(call.args) != 1 or not isinstance(call.args[0], ast.Name):
            continue
        x = call.args[0].id
        label = next((one for _, given, _ in splits(tree) if x in given for one in given if one != x), None)
        for name in dict.fromkeys([label, "y", "labels", "target"]):
            if name and given_anywhere(tree, name):
                start = text_of(source, call.func.value)  # type: ignore[attr-defined]
                lines = f"order = {start}.permutation(len({x}))", f"{x}, {name} = {x}[order], {name}[order]"
                edits = [below(source, statement, *lines), without(source, statement)]
                yield apply_edits(source, edits), f"{x} and {name} are shuffled alike"


def given_anywhere(tree: ast.Module, name: str) -> bool:
    """Whether something is called so."""
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in ast.walk(tree)
    )


def truth_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`r2_score(predicted, y)` with the truth first."""
    for call in calls(tree):
        if (
            at(call, found.line)
            and len(call.args) >= 2
            and called(call).endswith(("_score", "_error", "_loss", "report", "matrix"))
        ):
            one, other = call.args[:2]
            edits = [Edit(*span(source, one), text_of(source, other)), Edit(*span(source, other), text_of(source, one))]
            yield apply_edits(source, edits), f"{called(call)} is given the truth first"


def probabilities(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """An AUC of labels becomes one of probabilities, or of distances."""
    here = [one for one in calls(tree, "roc_auc_score") if at(one, found.line)]
    for call in [one for one in here if len(one.args) >= 2]:
        given = call.args[1]
        made = given
        if isinstance(given, ast.Name):
            before = [one for one in given_to(tree, given.id) if one.lineno < call.lineno]
            made = before[-1].value if before else given
        if isinstance(made, ast.Call) and called(made) == "predict" and isinstance(made.func, ast.Attribute):
            text = text_of(source, made)
            place = len(text_of(source, made.func.value))
            for method, after in (("predict_proba", "[:, 1]"), ("decision_function", "")):
                new = f"{text[:place]}{text[place:].replace('predict', method, 1)}{after}"
                yield replace(source, given, new), f"the AUC is that of {method}"


def losses_are_less(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A scorer of an error says that less is better."""
    for call in calls(tree, "make_scorer"):
        if at(call, found.line):
            yield with_keyword(source, call, "greater_is_better", "False"), "the scorer prefers small errors"


def scaled(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A model of distances gets a scaler before it, in one pipeline."""
    for call in calls(tree):
        name = called(call)
        if name.startswith(("KNeighbors", "SVC", "SVR", "MLP", "SGD", "LinearSV")) and at(
            statement_of(tree, call), found.line
        ):
            text = f"make_pipeline(StandardScaler(), {text_of(source, call)})"
            yield (
                with_imports(replace(source, call, text), "make_pipeline", "StandardScaler"),
                f"{name} is given scaled columns",
            )
    yield from _grouped_by_distance(source, tree, found)


def _grouped_by_distance(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Groups are looked for among scaled columns: `KMeans(3).fit_predict(StandardScaler().fit_transform(X))`."""
    for call in method_calls(tree, "fit", "fit_predict", "fit_transform"):
        near = at(statement_of(tree, call), found.line) or any(
            at(one, found.line) for one in given_to(tree, owner(source, call))
        )
        if near and call.args:
            new = f"StandardScaler().fit_transform({text_of(source, call.args[0])})"
            text = with_imports(replace(source, call.args[0], new), "StandardScaler")
            yield text, "groups are looked for among scaled columns"


def whole_numbers(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A difference of bytes is one of whole numbers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and at(node, found.line):
            sides = [one for one in (node.left, node.right) if isinstance(one, ast.Name)]
            if len(sides) == 2:
                edits = [Edit(*span(source, one), f"{one.id}.astype(int)") for one in sides]
                yield apply_edits(source, edits), "the difference is one of whole numbers"


def crossed_answers(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What a second model learns from are answers to rows that the first was not fitted on."""
    for call in method_calls(tree, "predict", "predict_proba"):
        if not call.args or not isinstance(call.args[0], ast.Name):
            continue
        x = call.args[0].id
        model = owner(source, call)
        fits = [one for one in method_calls(tree, "fit") if owner(source, one) == model and len(one.args) == 2]
        same = [one for one in fits if getattr(one.args[0], "id", "") == x]
        if same:
            method = f', method="{called(call)}"' if called(call) != "predict" else ""
            new = f"cross_val_predict({model}, {x}, {text_of(source, same[0].args[1])}, cv=5{method})"
            yield (
                with_imports(replace(source, call, new), "cross_val_predict"),
                "the second model learns from answers to rows held out",
            )
    del found
