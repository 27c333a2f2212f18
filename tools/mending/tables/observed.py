"""Edits against what a run shows of fits: scales, parts that are scaled by themselves, the target among the columns."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, parents, with_imports
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
)
from mlpilot.tools.mending.tables import features, parts
from mlpilot.tools.mending.tables.rows import splits
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_SCALER = "StandardScaler()"
_COUNTS = re.compile(r"(?i)(^|_)(id|no|nr|num|number|key|index|uid|code)s?$|^unnamed")
_MOST = 3


def _kind(found: Diagnosis) -> str:
    """The class of the estimator of which a run has shown something: `...: KNeighborsClassifier: ...`."""
    told = re.search(r": (\w+): ", found.message)
    return told.group(1) if told else ""


def _column(found: Diagnosis) -> str:
    told = re.search(r"'([^']{1,80})'", found.message)
    return told.group(1) if told else ""


def put_before(source: str, tree: ast.Module, kind: str, step: str) -> Edits:
    """Where an estimator of this class is made, another step comes before it: in its pipeline, or in a new one."""
    name = step.partition("(")[0]
    holders = parents(tree)
    for call in calls(tree, kind):
        holder = holders.get(call)
        if isinstance(holder, ast.Call) and called(holder) == "make_pipeline" and holder.args[0] is not call:
            text = apply_edits(source, [_inserted(source, call, step)])
        elif isinstance(holder, ast.Tuple) and len(holder.elts) == 2 and _is_step(holders, holder):
            text = apply_edits(source, [_inserted(source, holder, f'("{name.lower()}", {step})')])
        else:
            text = replace(source, call, f"make_pipeline({step}, {text_of(source, call)})")
        names = [name, *(["make_pipeline"] if f"make_pipeline({step}, " in text else [])]
        yield with_imports(text, *names), f"{kind} is given what {name} makes"


def _inserted(source: str, node: ast.expr, text: str) -> Edit:
    start = span(source, node)[0]
    return Edit(start, start, f"{text}, ")


def _is_step(holders: dict[ast.AST, ast.AST], pair: ast.Tuple) -> bool:
    """Whether a pair is a step of a `Pipeline`."""
    listed = holders.get(pair)
    whole = holders.get(listed) if isinstance(listed, ast.List) else None
    return isinstance(whole, ast.Call | ast.keyword) and called(whole if isinstance(whole, ast.Call)
                                                                 else holders.get(whole)) == "Pipeline"  # fmt: skip


def scaled_where_fitted(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """One column decides alone: all are scaled, in a pipeline, or below the split by what the training part holds."""
    kind = _kind(found)
    yield from put_before(source, tree, kind, _SCALER)
    yield from _below_the_split(source, tree)
    for call in method_calls(tree, "fit", "fit_predict", "fit_transform"):
        if at(statement_of(tree, call), found.line) and call.args:
            new = f"{_SCALER[:-2]}().fit_transform({text_of(source, call.args[0])})"
            text = with_imports(replace(source, call.args[0], new), "StandardScaler")
            yield text, "distances are those of scaled columns"


def scaled_step(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Pipeline([("knn", KNeighborsClassifier())])`: the scaler is a step before it."""
    kind = re.match(r"(\w+) is given ", found.message)
    for text, what in put_before(source, tree, kind.group(1), _SCALER) if kind is not None else ():
        if f"make_pipeline({_SCALER}, {kind.group(1)}" not in text:  # type: ignore[union-attr]
            yield text, what


def whole_pipeline(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`pipe.named_steps["svc"].predict(X)` and `pipe[-1]`, which skip what comes before the model."""
    del found
    edits = []
    for call in method_calls(tree, "predict", "predict_proba", "score", "decision_function"):
        own = call.func.value  # type: ignore[attr-defined]
        made = [one.value for one in given_to(tree, text_of(source, own)) if one.lineno < call.lineno]
        pipe = _pipeline_of(source, made[-1] if made else own)
        if pipe:
            edits.append(Edit(*span(source, own), pipe))
    for some in (edits, *([one] for one in edits[:_MOST])):
        if some:
            yield apply_edits(source, some), "the whole pipeline is asked, and not its last step alone"


def _pipeline_of(source: str, node: ast.expr) -> str:
    """`pipe` of `pipe.named_steps["svc"]`, `pipe.named_steps.svc` and `pipe[-1]`."""
    own = node.value if isinstance(node, ast.Subscript | ast.Attribute) else None
    if isinstance(own, ast.Attribute) and own.attr == "named_steps":
        return text_of(source, own.value)
    last = isinstance(node, ast.Subscript) and text_of(source, node.slice) == "-1"
    return text_of(source, own) if last and own is not None and _PIPES.search(text_of(source, own)) else ""


_PIPES = re.compile(r"(?i)pipe\w*$|best_estimator_$|^model$|^clf$")


def _below_the_split(source: str, tree: ast.Module) -> Edits:
    """`X_train` and `X_test` are scaled by what is fitted on `X_train`, below the split."""
    for split, _, names in splits(tree):
        if len(names) >= 2 and alone(source, split) and "scaler" not in source:
            train, test = names[:2]
            lines = (
                f"scaler = {_SCALER}.fit({train})",
                f"{train}, {test} = scaler.transform({train}), scaler.transform({test})",
            )
            text = with_imports(apply_edits(source, [below(source, split, *lines)]), "StandardScaler")
            yield text, "both parts are scaled by what the training part holds"


def without_what_counts(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A column that decides alone, and only says which row it is, is left out of the features."""
    column = _column(found)
    if _COUNTS.search(column):
        yield from _without(source, tree, found, column)


def without_target_column(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The column that is the target, number by number, is left out of the features."""
    yield from _without(source, tree, found, _column(found))
    yield from parts.without_target(source, tree, found)


def out_of_a_list(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`[c for c in df.columns if is_numeric(df[c])]`: without the column that the finding names."""
    column = _column(found)
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.ListComp) and column]:
        names = node.generators[0]
        if isinstance(node.elt, ast.Name) and text_of(source, names.iter).endswith(".columns"):
            other = f'{node.elt.id} != "{column}"'
            end = span(source, names.ifs[-1] if names.ifs else names.iter)[1]
            plain = not names.ifs or not isinstance(names.ifs[-1], ast.BoolOp | ast.IfExp)
            if plain and text_of(source, names.target) == node.elt.id:
                text = apply_edits(source, [Edit(end, end, f" and {other}" if names.ifs else f" if {other}")])
                yield text, f"'{column}' is left out of the features"


def _without(source: str, tree: ast.Module, found: Diagnosis, column: str) -> Edits:
    yield from out_of_a_list(source, tree, found)
    text = features.without_names(source, [column], found) if column else None
    if text is not None:
        yield text, f"'{column}' is left out of the features"
    for call in [one for one in calls(tree, "train_test_split") if one.args and column]:
        new = f'{text_of(source, call.args[0])}.drop(columns=["{column}"])'
        yield replace(source, call.args[0], new), f"'{column}' is left out of the features"


def by_the_scaler_of_the_fit(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A part that is scaled by itself is scaled by what was fitted on the rows for training."""
    fits = [one for one in method_calls(tree, "fit_transform") if one.args]
    here = [one for one in fits if at(statement_of(tree, one), found.line)] or fits[1:]
    for call in here[:_MOST]:
        end = span(source, call.func)[1]
        made_there = isinstance(call.func.value, ast.Call)  # type: ignore[attr-defined]
        if not made_there and any(owner(source, one) == owner(source, call) and one is not call for one in fits):
            text = apply_edits(source, [Edit(end - len("fit_transform"), end, "transform")])
            yield text, "what is judged is scaled by what was fitted for training"
    for call in here[:_MOST]:
        first = next((one for one in fits if one.lineno < call.lineno and _class(source, tree, one)
                      == _class(source, tree, call) != ""), None)  # fmt: skip
        if first is None:
            continue
        own = first.func.value  # type: ignore[attr-defined]
        statement = statement_of(tree, first)
        if isinstance(own, ast.Name | ast.Attribute):
            new = f"{text_of(source, own)}.transform"
            yield replace(source, call.func, new), "what is judged is scaled by what was fitted for training"
        elif alone(source, statement) and "scaler" not in source:
            edits = [
                above(source, statement, f"scaler = {text_of(source, own)}"),
                Edit(*span(source, own), "scaler"),
                Edit(*span(source, call.func), "scaler.transform"),
            ]
            yield apply_edits(source, edits), "what is judged is scaled by what was fitted for training"


def _class(source: str, tree: ast.Module, call: ast.Call) -> str:
    """The class of the transformer that is fitted there, as it is written where it is made."""
    own = call.func.value  # type: ignore[attr-defined]
    if isinstance(own, ast.Call):
        return called(own)
    made = [one.value for one in given_to(tree, text_of(source, own)) if one.lineno <= call.lineno]
    return called(made[-1]) if made else ""


def columns_of_the_fit(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.predict(frame.to_numpy())` of columns in another order: those of the fit, in their order."""
    asked = [one for one in method_calls(tree, "predict", "predict_proba") if at(one, found.line) and one.args]
    known = dict.fromkeys(_lists(source, tree))
    for call in asked:
        inner = _table(call.args[0])
        if inner is None:
            continue
        for columns in known:
            text = replace(source, inner, f"{text_of(source, inner)}[{columns}]")
            yield text, "the columns stand in the order of the fit"


def _table(node: ast.expr) -> ast.expr | None:
    """`frame` of `frame.to_numpy()`, `frame.values` and `np.array(frame)`."""
    if isinstance(node, ast.Call) and called(node) in ("to_numpy", "array", "asarray"):
        is_method = isinstance(node.func, ast.Attribute) and called(node) == "to_numpy"
        return node.func.value if is_method else node.args[0] if node.args else None  # type: ignore[attr-defined]
    if isinstance(node, ast.Attribute) and node.attr == "values":
        return node.value
    return node if isinstance(node, ast.Name) else None


def _lists(source: str, tree: ast.Module) -> list[str]:
    """How the columns that something is fitted on are written: `FEATURES` of `df[FEATURES]`, or the list itself."""
    found = []
    for fit in method_calls(tree, "fit", "fit_transform"):
        wanted = list(ast.walk(fit.args[0])) if fit.args else []
        names = [one.id for one in wanted if isinstance(one, ast.Name)]
        wanted += [part for name in names for one in given_to(tree, name) for part in ast.walk(one.value)]
        for one in wanted:
            if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Name | ast.List):
                words = [part for part in ast.walk(one.slice) if isinstance(part, ast.Constant)]
                if isinstance(one.slice, ast.Name) or all(isinstance(part.value, str) for part in words):
                    found.append(text_of(source, one.slice))
    return found


def gaps_are_filled(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A number that stands for a gap is filled as a gap, in the pipeline, before anything is learnt from it."""
    mark = re.search(r" is (-?\d+(?:\.\d+)?) in ", found.message)
    if mark is not None:
        step = f'SimpleImputer(missing_values={mark.group(1)}, strategy="median", add_indicator=True)'
        yield from put_before(source, tree, _kind(found), step)


def own_statistics_of_training(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X_test = (X_test - X_test.mean()) / X_test.std()`: mean and deviation of the training part, as it was."""
    here = around(tree, found.line)[-1]
    if not isinstance(here, ast.Assign):
        return
    asked = [one for one in calls(here.value) if called(one) in _MOMENTS]
    test = next((text for one in asked if (text := _described(source, one))), "")
    if not test:
        return
    for split, _, names in splits(tree):
        table = {names[at_ + 1]: names[at_] for at_ in range(0, len(names), 2)}
        root = re.match(r"\w+", test)
        train = table.get(root.group(0)) if root else None
        if train is None or not alone(source, split):
            continue
        kept = f"{train}_as_it_was"
        edits = [below(source, split, f"{kept} = {train}.copy()")]
        for one in dict.fromkeys(asked):
            node = _described_node(one)
            if node is not None and text_of(source, node) == test:
                edits.append(Edit(*span(source, node), kept + test[len(root.group(0)) :]))  # type: ignore[union-attr]
        yield apply_edits(source, edits), "the test part is scaled by what the training part says"


_MOMENTS = ("mean", "std", "var", "median", "mode", "min", "max", "quantile")


def _described_node(call: ast.Call) -> ast.expr | None:
    """What a statistic is of: `X_test` of `X_test.mean()` and of `np.mean(X_test, axis=0)`."""
    own = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(own, ast.Name) and own.id in ("np", "numpy", "pd"):
        return call.args[0] if call.args else None
    return own


def _described(source: str, call: ast.Call) -> str:
    node = _described_node(call)
    return text_of(source, node) if node is not None else ""
