"""What folds and bootstraps make of predictions: pairs that are torn apart, folds that overwrite each other.

Sources: Efron and Tibshirani 1993 (the bootstrap draws whole rows); scikit-learn, Cross-validation.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import METRICS
from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.facts.uses import LOOPS, above, comes_after, home, stands_in
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.tables.choice import kept_if
from mlpilot.tools.diagnose.static.rules.tables.turns import fold_loops

_DRAWING = ("resample", "choice", "choices", "sample", "integers", "randint", "permutation", "shuffle")


@rule(
    "METRIC035",
    "pairs-torn-apart",
    "error",
    "truth and predictions are drawn each by itself",
    remedy="rows = rng.integers(0, len(y), len(y)); metric(y[rows], p[rows])",
    source="Efron and Tibshirani 1993: the bootstrap draws whole rows; sklearn.utils.resample takes several arrays",
)
def torn_apart(program: Program) -> Iterator[Found]:
    """`roc_auc_score(resample(y), resample(p))` in a loop."""
    for node in program.each(ast.Call):
        if written(node.func).rpartition(".")[2] not in METRICS or len(node.args) < 2:
            continue
        loop = next((one for one in above(program, node) if isinstance(one, (*LOOPS, ast.ListComp))), None)
        if loop is None:
            continue
        draws = [_draw(program, one, loop) for one in node.args[:2]]
        first, second = draws
        if first is not None and second is not None and first is not second and not _same_seed(first, second):
            text = f"{written(node.args[0])} and {written(node.args[1])} are drawn each by itself"
            yield node, f"{text}: the predictions are compared with other rows' truth"


def _draw(program: Program, node: ast.expr, loop: ast.AST) -> ast.Call | None:
    """The call that chooses the rows of an expression at random, in each turn of the loop."""
    for _ in range(4):
        if isinstance(node, ast.Name):
            given = [one for one in program.sets.get(node.id, []) if stands_in(one, loop)]
            alone = len(given) == 1 and isinstance(given[0].targets[0], ast.Name)
            if not alone:
                return None
            node = given[0].value
        elif isinstance(node, ast.Subscript):
            node = node.slice
        elif isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("astype", "to_numpy", "reset_index"):
            node = node.func.value  # type: ignore[attr-defined]
        else:
            break
    drawn = isinstance(node, ast.Call) and written(node.func).rpartition(".")[2] in _DRAWING
    return node if drawn and isinstance(node, ast.Call) else None


def _same_seed(one: ast.Call, other: ast.Call) -> bool:
    """Whether both draw by the same number, so that they choose the same rows."""
    seeds = [argument(call, "random_state") or argument(call, "seed") for call in (one, other)]
    generators = ("rng", "random", "generator", "rs", "gen")
    texts = [written(seed) if seed is not None else "" for seed in seeds]
    return bool(texts[0]) and texts[0] == texts[1] and not any(word in texts[0].lower() for word in generators)


@rule(
    "METRIC036",
    "folds-overwrite-predictions",
    "error",
    "the predictions of each fold are overwritten by those of the next",
    remedy="test_pred += model.predict_proba(X_test)[:, 1] / n_folds",
    source="scikit-learn, Cross-validation; Wolpert 1992",
)
def overwritten(program: Program) -> Iterator[Found]:
    """`pred = np.zeros(n); for ... in folds.split(X, y): ...; pred = model.predict(X_test) / 5`."""
    for loop in fold_loops(program):
        for node in ast.walk(loop):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name, where = node.targets[0].id, home(program, node)
            begun = [one for one in program.sets.get(name, []) if one is not node]
            uses = [one for one in program.reads.get(name, []) if home(program, one) is where]
            later = [one for one in uses if comes_after(one, loop)]
            shared = _is_share(node.value) or (bool(begun) and all(_is_zeros(one.value) for one in begun))
            asked = any(getattr(one, "attr", "") in ("predict", "predict_proba") for one in ast.walk(node.value))
            if shared and asked and later and len(later) == len(uses) and all(comes_after(loop, one) for one in begun):
                yield node, f"{name} is set anew in each fold, where it should grow: += for ="


def _is_share(node: ast.expr) -> bool:
    """Whether predictions are divided by a number of folds."""
    divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    by = written(node.right).lower() if divided else ""  # type: ignore[attr-defined]
    return divided and (by in ("n", "k") or "fold" in by or "split" in by)


def _is_zeros(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and written(node.func).rpartition(".")[2] in ("zeros", "zeros_like")


@rule(
    "METRIC037",
    "negated-score-minimised",
    "error",
    "the smallest of negated errors is taken, which is the largest error",
    remedy="max: scikit-learn's neg_ scores are better the larger they are; or turn their sign first",
    source="scikit-learn, The scoring parameter: higher return values are better than lower return values",
)
def negated_minimised(program: Program) -> Iterator[Found]:
    """`scores[name] = cross_val_score(..., scoring="neg_mean_absolute_error").mean()`, and then `min(scores, ...)`."""
    negated = _negated(program)
    if not negated:
        return
    for node in program.each(ast.Call):
        name = written(node.func).rpartition(".")[2]
        holder = node.func.value if isinstance(node.func, ast.Attribute) else None
        by_numpy = holder is not None and written(holder) in ("np", "numpy")
        given = node.args[0] if node.args and (holder is None or by_numpy) else holder
        keyed = any(one.arg == "key" for one in node.keywords)
        least = name in ("argmin", "idxmin", "nsmallest") or (name == "min" and keyed)
        if least and given is not None and _root(given) in negated:
            yield node, f"{written(node)} takes the most negative score, which is the largest error"
    for asked in program.each(ast.If):
        for best, new, more in kept_if(asked):
            if not more and isinstance(new, ast.Name) and new.id in negated and _always_negated(program, asked, new.id):
                text = f"{written(new)} is a negated error, and {written(best)} keeps the smallest of them"
                yield asked.test, f"{text}: that is the largest error"


def _always_negated(program: Program, node: ast.AST, name: str) -> bool:
    """Whether all that a name is set to in its function is a negated error: elsewhere it may be something else."""
    here = home(program, node)
    own = [one for one in program.sets.get(name, []) if home(program, one) is here]
    turned = any(
        isinstance(one.target, ast.Name) and one.target.id == name and home(program, one) is here
        for one in program.each(ast.AugAssign)
    )
    return bool(own) and not turned and all(_is_negated(one.value) for one in own)


def _is_negated(value: ast.expr) -> bool:
    return any(
        isinstance(one, ast.keyword) and one.arg == "scoring" and written(one.value).strip("'\"").startswith("neg_")
        for one in ast.walk(value)
    )


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _negated(program: Program) -> set[str]:
    """Names of scores, and of what holds them, that are negated errors."""
    found: set[str] = set()
    turned: set[str] = set()
    for node in program.nodes:
        value, name = None, ""
        if isinstance(node, ast.Assign):
            value, name = node.value, _root(node.targets[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append" and node.args:
            value, name = node.args[0], _root(node.func)
        if value is None or not name:
            continue
        inner = list(ast.walk(value))
        minus = any(isinstance(one, ast.USub) for one in inner) or "abs(" in written(value, 300)
        scored = _is_negated(value)
        used = {one.id for one in inner if isinstance(one, ast.Name)} & found
        if minus and (scored or used):
            turned.add(name)
        elif scored or used:
            found.add(name)
    return found - turned
