"""One test part asked again and again: it has chosen the model, and tells nothing of new rows.

Sources: Yang et al. 2022 (multi-test leakage); Dwork et al., "The reusable holdout" (2015).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import (
    Judgement,
    called_validation,
    in_folds,
    judgements,
    part,
    targets,
    within,
)
from mlpilot.tools.diagnose.static.facts.uses import above, only_shown
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.naming import part_of, tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Data, Function, Instance, Rows, Table, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_MULTI = "Yang et al. 2022, multi-test leakage"


@rule(
    "LEAK012",
    "chosen-by-test-score",
    "warning",
    "settings chosen by the score on the test part",
    remedy="choose by cross-validation or on a validation part; use the test part once, for the one that was chosen",
    source=_MULTI,
)
def chosen_by_test(program: Program) -> Iterator[Found]:
    """A loop over settings that scores each on the test part."""
    for use in judgements(program):
        if not use.call.loops or not _is_test(program, use) or _folded(program, use):
            continue
        loop = next((one for one in use.call.loops if _settings_of(use.model, one, program)), None)
        if loop is not None and not _two_shown(program, use, loop):
            name = ", ".join(sorted(_settings_of(use.model, loop, program)))
            yield (
                use.call.node,
                f"{use.model.name} is scored on the test part for each {name}: the best of these scores is too good",
            )
    tested = _scored_on_test(program)
    asserted = {one for node in program.each(ast.Assert) for one in ast.walk(node)}
    for node, values in program.trace.compared:
        if node in asserted:
            continue  # it chooses nothing
        text = _chosen_in_comparison(node, values, program) or _best_of(node, tested)
        if text:
            yield node, text


def _two_shown(program: Program, use: Judgement, loop: ast.AST) -> bool:
    """Whether two settings alone are set beside each other, and their scores are only shown."""
    over = getattr(loop, "iter", None)
    alone = isinstance(over, ast.List | ast.Tuple) and len(over.elts) <= 2
    statement = next(
        (one for one in (use.call.node, *above(program, use.call.node)) if isinstance(one, ast.stmt)), None
    )
    given = isinstance(statement, ast.Return) or only_shown(program, use.call.node)
    return alone and given and not any(isinstance(one, ast.If) for one in ast.walk(loop))


def _best_of(node: ast.Compare, tested: set[str]) -> str:
    """What is said of `acc > best_acc`, where acc was counted over the test loader."""
    sides = [node.left, *node.comparators]
    best = [one for one in sides if "best" in tokens(written(one))]
    new = [one for one in sides if isinstance(one, ast.Name) and one.id in tested]
    if len(sides) != 2 or len(best) != 1 or not new or new[0] is best[0]:
        return ""
    return f"the best is chosen by {new[0].id}, a score on the test part"


def _scored_on_test(program: Program) -> set[str]:
    """Names of numbers that were counted in a loop over the test loader, or asked of a function that was given it."""
    if any(part_of(name) == "validation" for name in program.names if name not in ("eval", "validate")):
        return set()
    found = set()
    for loop in program.each(ast.For):
        if isinstance(loop.iter, ast.Name) and part_of(loop.iter.id) == "test":
            found |= {one.target.id for one in ast.walk(loop) if isinstance(one, ast.AugAssign) and _named(one.target)}  # type: ignore[union-attr]
    for node in program.each(ast.Assign):
        if not _named(node.targets[0]):
            continue
        read = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
        given = node.value.args if isinstance(node.value, ast.Call) else []
        named = [one for one in given if isinstance(one, ast.Name)]
        loaders = [one for one in named if "loader" in one.id.lower()]
        pair = len(named) > 1 and all(part_of(one.id) == "test" for one in named) and _of_own(program, node.value)
        if read & found or pair or any(part_of(one.id) == "test" for one in loaders):
            found.add(node.targets[0].id)  # type: ignore[attr-defined]
    return found


def _only_listed(program: Program, node: ast.AST, scores: list[Data]) -> bool:
    """Whether scores of a part that is only called the test part are put in order to be printed, and no more."""
    if not all(any(flag.startswith("called ") for flag in one.flags) for one in scores):
        return False
    up = program.parents.get(node)
    loop = isinstance(up, ast.For) and up.iter is node and all(isinstance(one, ast.Expr) for one in up.body)
    return loop or only_shown(program, node)


def _of_own(program: Program, node: ast.expr) -> bool:
    """Whether a function of the program is called that is named after a score: `accuracy(X_test, y_test)`."""
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    scores = {"acc", "accuracy", "score", "f1", "auc", "rmse", "mae", "mse", "loss", "error", "evaluate"}
    own = any(isinstance(one, ast.FunctionDef) and one.name == name for one in program.tree.body)
    return own and bool(scores & set(tokens(name)))


def _named(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _is_test(program: Program, use: Judgement) -> bool:
    return part(use.data, use.call.text(0, "X")) == "test" and not called_validation(program, use.data)


def _folded(program: Program, use: Judgement) -> bool:
    return in_folds(use.data, program)


_NO_SETTING = ("random_state", "max_iter", "n_jobs", "verbose")
"""Arguments that are not chosen by a score: a plot over them shows how training goes on."""


def _settings_of(model: Instance, loop: ast.AST, program: Program) -> set[str]:
    """What the model is made with that changes from turn to turn: names that the loop binds, or a function is given."""
    if not isinstance(loop, ast.For | ast.ListComp | ast.GeneratorExp | ast.DictComp):
        return set()
    if not isinstance(model.node, ast.Call) or model.name in estimators.PIPELINES | estimators.SEARCHES:
        return set()
    given = [(keyword.arg or "", keyword.value) for keyword in model.node.keywords if keyword.arg not in _NO_SETTING]
    given += [("", value) for value in model.node.args]
    seeds = {"seed", "random_state", "rs"}
    if within(model.node, loop):
        used = {node.id for _, value in given for node in ast.walk(value) if isinstance(node, ast.Name)}
        return used & targets(loop) - seeds
    made = [call for call in program.trace.of(model.name) if call.result is model and loop in call.loops]
    plain = {value.id: name for name, value in given if isinstance(value, ast.Name) and value.id not in seeds}
    unknown = {name for name in plain if made and model.kwargs.get(plain[name]) is UNKNOWN}
    return unknown if made and made[0].inside else set()


def _chosen_in_comparison(node: ast.Compare, values: list[Value], program: Program) -> str:
    if len(values) != 2 or not isinstance(node.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE):
        return ""
    sides = [node.left, node.comparators[0]]
    names = [set(tokens(written(one))) for one in sides]
    for i in (0, 1):
        kept = {"max", "highest", "min", "lowest", "top"} & names[1 - i] and as_data(values[i]) is not None
        if kept or ("best" in names[1 - i] | names[i] and "best" not in names[i]):
            score = as_data(values[i])
            by_rows = score is not None and score.kind == "score" and part(score) == "test"
            by_name = (
                not kept
                and "test" in names[i]
                and bool(names[i] & {"acc", "accuracy", "loss", "score", "f1", "auc", "mse", "rmse", "error"})
            )
            if by_rows and score is not None and (in_folds(score, program) or called_validation(program, score)):
                continue
            if by_rows or by_name:
                return f"the best is chosen by {written(sides[i])}, a score on the test part"
    return ""


@rule(
    "LEAK015",
    "many-models-one-test",
    "note",
    "several models compared on one test part",
    remedy="compare by cross-validation; keep the test part for the one that was chosen",
    source=_MULTI,
)
def many_models(program: Program) -> Iterator[Found]:
    """Two models or more, or one fitted anew, each scored on the same test part."""
    seen: dict[Rows, dict[tuple[int, ast.AST | None], Judgement]] = {}
    for use in judgements(program):
        if _is_test(program, use) and not _folded(program, use):
            fitted = use.fit.node if use.fit is not None else None
            seen.setdefault(use.data.rows, {}).setdefault((use.model.serial, fitted), use)
    for found in seen.values():
        if len(found) >= 2:
            last = list(found.values())[-1]
            names = ", ".join(dict.fromkeys(one.model.name for one in found.values()))
            yield last.call.node, f"{len(found)} models ({names}) are compared on one test part"


@rule(
    "LEAK033",
    "settings-tried-on-the-test-part",
    "warning",
    "settings are tried by hand on the test part",
    remedy="GridSearchCV, or cross_val_score for each setting; the test part once, for the one that was chosen",
    source=_MULTI,
)
def tried_by_hand(program: Program) -> Iterator[Found]:
    """`KNeighborsClassifier(1)`, `(5)` and `(15)`, one after the other, each scored on the same test part."""
    if program.names & (estimators.CROSS | estimators.SEARCHES):
        return
    tried: dict[tuple[str, Rows], dict[str, Judgement]] = {}
    for use in judgements(program):
        if _is_test(program, use) and not _folded(program, use) and not use.call.loops and not use.call.inside:
            made = use.model.node if isinstance(use.model.node, ast.Call) else None
            setting = (
                " ".join(
                    written(one) for one in (*made.args, *made.keywords) if getattr(one, "arg", "") not in _NO_SETTING
                )
                if made is not None
                else ""
            )
            if "quantile" not in setting:  # a model for each bound
                tried.setdefault((use.model.name, use.data.rows), {}).setdefault(setting, use)
    for (name, _), found in tried.items():
        if len(found) >= 3 and estimators.KIND.get(name) is None:
            last = list(found.values())[-1]
            yield last.call.node, f"{len(found)} settings of {name} are tried on one test part, one after the other"


def _both_ends(program: Program, call: Call) -> bool:
    """`min(scores)` and `max(scores)` in one line: how far they are apart is told."""
    line = next((one for one in above(program, call.node) if isinstance(one, ast.stmt)), call.node)
    names = {called(node) for node in ast.walk(line)}
    return {"min", "max"} <= names and not isinstance(line, ast.If)


@rule(
    "LEAK016",
    "chosen-among-test-scores",
    "warning",
    "the best of several test scores is taken",
    remedy="choose by cross-validation; report the chosen model's score on a test part that did not choose it",
    source=_MULTI,
)
def best_of_test_scores(program: Program) -> Iterator[Found]:
    """`max(scores)`, `scores.index(max(scores))`, where the scores are of the test part."""
    inner = {
        child
        for node in program.nodes
        if isinstance(node, ast.BinOp)
        or (isinstance(node, ast.Call) and getattr(node.func, "attr", "").endswith("lim"))
        for child in ast.iter_child_nodes(node)
    }
    for call in program.trace.of("sort_values", "idxmax", "nlargest"):
        data = as_data(call.receiver)
        ranked = data is not None and data.kind == "score" and part(data) == "test" and not in_folds(data, program)
        meant = data is not None and called_validation(program, data)
        if ranked and data is not None and not meant and not _only_listed(program, call.node, [data]):
            yield call.node, f"the models are ranked ({written(call.node)}) by scores on the test part"
            return
    for call in program.trace.of("argmax", "argmin", "idxmax", "nanargmax"):
        data = as_data(call.get("a", 0)) or as_data(call.receiver)
        if data is not None and data.kind == "score" and "curve" in data.flags and part(data) == "test":
            later = [use for use in judgements(program) if use.call.order > call.order and use.data.rows == data.rows]
            if later and not in_folds(data, program):
                line = later[0].call.node.lineno
                yield call.node, f"the threshold is chosen on the test part, on which line {line} judges it"
                return
    for call in program.trace.of("max", "argmax", "min", "argmin", "sorted", "nlargest"):
        losses = any(word in written(call.node).lower() for word in ("error", "loss", "mse", "rmse", "mae"))
        if (call.name == "min" and not losses) or _both_ends(program, call):
            continue
        if call.node in inner:
            continue
        values = [*call.args, *([call.receiver] if call.receiver is not None else [])]
        scored, asked = _asked_by(program, call)
        if scored is not None and not _folded(program, scored):
            yield call.node, f"the best of {written(call.node)} is chosen by {asked}, a score on the test part"
            return
        for value in values:
            items = estimators.stacked(value)
            told = [inner for one in items for inner in (estimators.stacked(one) or [one])]
            scores = [one for one in told if isinstance(one, Data) and one.kind == "score" and part(one) == "test"]
            if any(one.last == "confusion_matrix" for one in scores):
                continue  # counts of what was taken for what, which choose nothing
            more = isinstance(value, Table) and any(str(key).startswith("?") for key in value.items)
            more |= len(items) > 1 or not getattr(value, "whole", True)
            if scores and called_validation(program, scores[0]):
                continue
            if scores and not in_folds(scores[0], program) and more and not _only_listed(program, call.node, scores):
                yield call.node, f"the best of {written(call.node)} is chosen by scores on the test part"
                return


def _asked_by(program: Program, call: Call) -> tuple[Judgement | None, str]:
    """The score on the test part that `max(models, key=...)` asks for each, and by what."""
    key = call.get("key")
    if not isinstance(key, Function):
        return None, ""
    name = getattr(key.node, "name", "")
    here = set() if name else set(ast.walk(key.node))
    for use in judgements(program):
        if (name in use.call.inside if name else use.call.node in here) and _is_test(program, use):
            return use, name or written(use.call.node.func)
    return None, ""
