"""Loops that keep only their last turn: one object under many names, scores that are overwritten.

Sources: scikit-learn, clone, and "Cross-validation: evaluating estimator performance"; Python, FAQ: names are bound to
objects, which are not copied.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import is_metric
from mlpilot.tools.diagnose.static.facts.syntax import held_by
from mlpilot.tools.diagnose.static.facts.uses import LOOPS, above, comes_after, home, stands_in
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_CLONE = "scikit-learn, clone: an unfitted estimator of its own with the same parameters"
_FITTING = ("fit", "fit_transform", "set_params", "fit_resample")


def _is_kept_kind(model: Instance) -> bool:
    known = estimators.is_predictor(model) or model.name in estimators.KIND or model.name in estimators.PIPELINES
    return known and model.library in ("sklearn", "xgboost", "lightgbm", "catboost", "imblearn") and model.own is None


@rule(
    "MODEL014",
    "one-object-kept-many-times",
    "error",
    "one object is fitted anew in each turn, and kept as if it were several",
    remedy="make it within the loop, or keep clone(model) (copy.deepcopy for a fitted one)",
    source=_CLONE,
)
def kept_many_times(program: Program) -> Iterator[Found]:
    """`models.append(model)`, `encoders[column] = encoder`, `best_model = model`, where it was made before the loop."""
    fitted: dict[int, list[Call]] = {}
    for call in program.trace.of(*_FITTING):
        if isinstance(call.receiver, Instance) and call.loops and _is_kept_kind(call.receiver):
            fitted.setdefault(id(call.receiver), []).append(call)
    if not fitted:
        return
    told: set[ast.AST] = set()
    for call in (one for many in fitted.values() for one in many):
        holder = held_by(call.node)
        loop = call.loops[-1]
        if isinstance(loop, LOOPS) and not stands_in(call.receiver.node, loop) and call.node not in told:  # type: ignore[union-attr]
            plain = call.name == "fit" and isinstance(holder, ast.Name | ast.Attribute)
            where = _kept(program, call.node, loop) if plain else ""
            if where and (not isinstance(holder, ast.Name) or not _set_within(program, holder.id, loop)):
                told.add(call.node)
                yield call.node, f"{where[:60]} keeps the same {call.receiver.name} each time, as the last turn fits it"  # type: ignore[union-attr]
                continue
        if not isinstance(holder, ast.Name) or stands_in(call.receiver.node, loop) or not isinstance(loop, LOOPS):  # type: ignore[union-attr]
            continue
        name = holder.id
        if _set_within(program, name, loop):
            continue
        for node in program.reads.get(name, []):
            if stands_in(node, loop) and node not in told and (how := _kept(program, node, loop)):
                told.add(node)
                yield node, f"{how} keeps the same {call.receiver.name} each time, as the last turn fits it"  # type: ignore[union-attr]


def _set_within(program: Program, name: str, loop: ast.AST) -> bool:
    """Whether a name is given something new in each turn."""
    return any(stands_in(node, loop) for node in program.sets.get(name, [])) or name in _targets(loop)


def _targets(loop: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(getattr(loop, "target", loop)) if isinstance(node, ast.Name)}


def _kept(program: Program, node: ast.expr, loop: ast.AST) -> str:
    """How a name's object is kept beyond a turn; nothing where it is not."""
    up = program.parents.get(node)
    at = None
    if isinstance(up, ast.Tuple):
        at, node, up = up.elts.index(node), up, program.parents.get(up)
    if isinstance(up, ast.Call) and node in up.args and getattr(up.func, "attr", "") == "append":
        holder = held_by(up)
        inner = isinstance(holder, ast.Name) and any(stands_in(one, loop) for one in program.sets.get(holder.id, []))
        return "" if inner else written(up)
    if not isinstance(up, ast.Assign) or up.value is not node:
        return ""
    target: ast.expr = up.targets[0]
    if at is not None:
        several = getattr(target, "elts", [])
        target = several[at] if at < len(several) else target
    if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        return written(up)
    best = isinstance(target, ast.Name) and "best" in tokens(target.id)
    chosen = any(isinstance(one, ast.If) and stands_in(one, loop) for one in above(program, up))
    return written(up) if best and chosen else ""


def fold_loops(program: Program) -> list[ast.For]:
    """Loops over the parts of a split."""
    names = {one.node for one in program.trace.of("split") if isinstance(one.receiver, Instance)}
    found = []
    for node in program.each(ast.For):
        over = node.iter
        if isinstance(over, ast.Call) and written(over.func) in ("enumerate", "tqdm", "zip", "list") and over.args:
            over = over.args[0]
        if over in names:
            found.append(node)
    return found


@rule(
    "METRIC033",
    "score-of-the-last-fold",
    "error",
    "the score of each fold is overwritten by that of the next",
    remedy="scores.append(score) within the loop, np.mean(scores) after it",
    source="scikit-learn, Cross-validation: the score is the average over the folds",
)
def last_fold(program: Program) -> Iterator[Found]:
    """`for train, test in folds.split(X): score = model.score(...)`, and then `print(score)`."""
    scores = {call.node for call in program.trace.calls if is_metric(call) or _is_score(call)}
    for loop in fold_loops(program):
        for node in ast.walk(loop):
            if (
                not isinstance(node, ast.Assign)
                or not isinstance(node.targets[0], ast.Name)
                or node.value not in scores
            ):
                continue
            name = node.targets[0].id
            if len(program.sets.get(name, [])) != 1 or _breaks(loop):
                continue
            where = home(program, node)
            uses = [one for one in program.reads.get(name, []) if home(program, one) is where]
            later = [one for one in uses if comes_after(one, loop)]
            if later and len(later) == len(uses):
                yield node, f"{name} is set anew in each fold: after the loop it is that of the last one alone"


def _is_score(call: Call) -> bool:
    return call.name == "score" and isinstance(call.receiver, Instance) and estimators.is_predictor(call.receiver)


def _breaks(loop: ast.AST) -> bool:
    return any(isinstance(node, ast.Break) for node in ast.walk(loop))


@rule(
    "METRIC034",
    "list-begun-anew-in-each-turn",
    "error",
    "what a loop gathers is thrown away at each turn",
    remedy="scores = [] before the loop",
    source="scikit-learn, Cross-validation: the score is the average over the folds",
)
def begun_anew(program: Program) -> Iterator[Found]:
    """`for train, test in folds.split(X): scores = []; ...; scores.append(score)`, and then `np.mean(scores)`."""
    folds = set(fold_loops(program))
    for loop in program.each(ast.For):
        for node in loop.body:
            begun = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _empty(node.value)
            if not begun or not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name, where = node.targets[0].id, home(program, node)
            others = [one for one in program.sets.get(name, []) if one is not node and home(program, one) is where]
            if any(not _empty(one.value) or not comes_after(loop, one) for one in others):
                continue
            uses = [one for one in program.reads.get(name, []) if home(program, one) is where]
            inside = [one for one in uses if stands_in(one, loop)]
            later = [one for one in uses if comes_after(one, loop)]
            gathers = [one for one in inside if _gathers(program, one, loop)]
            if later and inside and len(gathers) == len(inside) and (loop in folds or _is_scores(name)):
                yield node, f"{name} begins anew in each turn, and after the loop holds what the last one put into it"


def _empty(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Dict):
        return not getattr(node, "elts", getattr(node, "keys", []))
    return isinstance(node, ast.Call) and written(node.func) in (
        "list",
        "dict",
        "np.zeros",
        "np.empty",
        "np.zeros_like",
    )


def _is_scores(name: str) -> bool:
    known = {
        "scores",
        "results",
        "accs",
        "accuracies",
        "aucs",
        "f1s",
        "rmses",
        "maes",
        "errors",
        "metrics",
        "oof",
        "models",
    }
    return bool(set(tokens(name)) & known)


def _gathers(program: Program, node: ast.Name, loop: ast.AST) -> bool:
    """Whether it is `name.append(...)` or `name[...] = ...`, once in each turn of this loop."""
    up = program.parents.get(node)
    inner = next((one for one in above(program, node) if isinstance(one, LOOPS)), None)
    if inner is not loop:
        return False
    if isinstance(up, ast.Attribute):
        return up.attr in ("append", "extend", "add", "update")
    return isinstance(up, ast.Subscript) and isinstance(up.ctx, ast.Store)


@rule(
    "MODEL015",
    "last-tried-for-the-best",
    "error",
    "the best settings are noted, and the model of the last turn is used",
    remedy="keep the model itself when it is the best, or make it again with the best settings after the loop",
    source="scikit-learn, Tuning the hyper-parameters of an estimator; Yang et al. 2022",
)
def last_for_best(program: Program) -> Iterator[Found]:
    """`for c in ...: model = Ridge(c); if score > best: best, best_c = score, c`, and then `model.predict(X_test)`."""
    for loop in program.each(ast.For):
        noted = _noted(loop)
        made = [
            node
            for node in ast.walk(loop)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _made_of(program, node, loop)
        ]
        if not noted or len(made) != 1:
            continue
        where = home(program, loop)
        name = made[0].targets[0].id  # type: ignore[attr-defined]
        if len(program.sets[name]) != 1 or any(_goes_on(program, one, loop, where) for one in noted):
            continue
        for node in program.reads.get(name, []):
            up = program.parents.get(node)
            used = isinstance(up, ast.Attribute) and up.attr in (
                "fit",
                "predict",
                "score",
                "predict_proba",
                "transform",
            )
            if used and comes_after(node, loop) and home(program, node) is where:
                best = " and ".join(sorted(noted)[:2])
                yield node, f"{name} is that of the last turn, whatever {best} says"
                break


def _noted(loop: ast.For) -> set[str]:
    """Names called best that are set where something is better than before."""
    tests = [node for node in ast.walk(loop) if isinstance(node, ast.If) and isinstance(node.test, ast.Compare)]
    names = set()
    for test in tests:
        for node in (one for part in test.body for one in ast.walk(part)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return names if any("best" in tokens(one) for one in names) else set()


def _made_of(program: Program, node: ast.Assign, loop: ast.For) -> bool:
    """Whether it makes a model of what the loop goes over."""
    found: dict[ast.AST, Instance] | None = program.__dict__.get("instances by node")
    if found is None:
        found = {one.node: one for one in program.trace.instances}
        program.__dict__["instances by node"] = found
    value: ast.expr = node.value
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value not in found:
        value = value.func.value
    model = found.get(value)
    used = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
    return model is not None and estimators.is_predictor(model) and bool(used & _targets(loop))


def _goes_on(program: Program, name: str, loop: ast.AST, where: ast.AST) -> bool:
    """Whether a noted setting is put to use after the loop, other than by being shown."""
    for node in program.reads.get(name, []):
        if comes_after(node, loop) and home(program, node) is where:
            shown = any(
                isinstance(one, ast.Call) and written(one.func).rpartition(".")[2] in ("print", "info", "display")
                for one in above(program, node)
            )
            if not shown:
                return True
    return False
