"""What is better: which way a score counts, which column is the class asked about, what a model can be asked.

Sources: scikit-learn, "Metrics and scoring", documentation of each estimator; Optuna, create_study; Keras, callbacks;
Humbatova et al. 2020; Yang et al. 2022.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import LABEL_METRICS, SCORE_METRICS, is_metric, predicted
from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.libraries import estimators, frames
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import NOWHERE, Bound, Instance, Rows, constant, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule

_LOWER = listed("loss losses mse rmse mae mape error errors err rmses maes mses logloss perplexity")
_HIGHER = listed("acc accuracy accuracies f1 auc r2 precision recall iou dice scores")
_SCORING = "scikit-learn, Metrics and scoring"


def _sense(node: ast.AST) -> int:
    """-1 where less is better by the name, 1 where more is; 0 where it cannot be told."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        node = node.slice  # a column says what it holds, whatever its table is called
    found = set(tokens(written(node)))
    if "neg" in found or (found & _LOWER and found & _HIGHER):
        return 0
    return -1 if found & _LOWER else 1 if found & _HIGHER else 0


@rule(
    "METRIC011",
    "clusters-taken-for-classes",
    "warning",
    "numbers of clusters are compared with classes",
    remedy="adjusted_rand_score, normalized_mutual_info_score: they do not mind how clusters are numbered",
    source="scikit-learn, Clustering performance evaluation",
)
def clusters_as_classes(program: Program) -> Iterator[Found]:
    """`accuracy_score(y, KMeans(3).fit_predict(X))`; the numbers are arbitrary."""
    for call in program.trace.calls:
        if not is_metric(call) or call.name not in LABEL_METRICS:
            continue
        both = predicted(call)
        told = [one.receiver for one in call.args if isinstance(one, Bound) and one.name == "labels_"]
        model = told[0] if told else both[1].made_by if both is not None else None
        if isinstance(model, Instance) and model.name in (
            "KMeans",
            "MiniBatchKMeans",
            "AgglomerativeClustering",
            "SpectralClustering",
            "GaussianMixture",
        ):
            yield call.node, f"{call.name} compares classes with the numbers that {model.name} gave its clusters"


@rule(
    "METRIC012",
    "worse-taken-for-better",
    "warning",
    "the worst is chosen for the best",
    remedy="less is better for losses and errors, more for accuracy, F1, AUC and R2",
    source=_SCORING + "; Humbatova et al. 2020",
)
def worse_for_better(program: Program) -> Iterator[Found]:
    """`if rmse > best_rmse: best_rmse = rmse`, `np.argmax(losses)`, `monitor="val_loss", mode="max"`."""
    for node in program.each(ast.If):
        for best, new, more in kept_if(node):
            sense = _sense(new) or _sense(best)
            if sense == (-1 if more else 1):
                yield (
                    node.test,
                    f"{written(node.test)} keeps the worse: {'less' if sense < 0 else 'more'} is better here",
                )
    for call in program.trace.of("argmax", "max", "argmin", "min", "nanargmax", "idxmax", "idxmin"):
        given = call.node.args[0] if call.node.args else getattr(call.node.func, "value", None)
        if given is None or not isinstance(given, ast.Name | ast.Attribute | ast.Subscript):
            continue
        if call.args and any(one.last == "model.score" for one in frames.gathered(call.args[0])):
            continue  # more is better, whatever it is called
        wanted = -1 if "min" in call.name else 1
        keyed = any(one.arg == "key" for one in call.node.keywords)
        if (
            _sense(given) == -wanted
            and (call.name not in ("max", "min") or keyed)
            and "y" not in tokens(written(given))
            and not _filled_with(program, written(given)) & (_LOWER if wanted < 0 else _HIGHER)
        ):
            how = "largest" if wanted == 1 else "smallest"
            yield call.node, f"{written(call.node)} takes the {how} of {written(given)}"
    for one in program.trace.instances:
        mode, watched = constant(one.argument("mode")), (words(one.argument("monitor")) or [""])[0]
        if mode in ("max", "min") and watched and _of_text(watched) == (-1 if mode == "max" else 1):
            yield cause(one.argument("mode"), one.node), f"{one.name} takes the {mode}imum of {watched} for the best"


def _filled_with(program: Program, name: str) -> set[str]:
    """Words of what is put into a list or a table of scores: `scores[c] = rmse(...)`, `scores.append(f1)`."""
    found: set[str] = set()
    for node in program.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            if written(node.targets[0].value) == name:
                found |= set(tokens(written(node.value)))
        elif isinstance(node, ast.Call) and written(node.func) == f"{name}.append" and node.args:
            found |= set(tokens(written(node.args[0])))
    return found


def _of_text(name: str) -> int:
    found = set(tokens(name))
    return -1 if found & _LOWER else 1 if found & _HIGHER else 0


def kept_if(node: ast.If) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """(the best so far, what is new, whether more is kept) of `if best is None or new < best: best = new`."""
    either = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)
    for test in node.test.values if either and isinstance(node.test, ast.BoolOp) else [node.test]:
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            continue
        if not isinstance(test.ops[0], ast.Gt | ast.GtE | ast.Lt | ast.LtE):
            continue
        left, right = test.left, test.comparators[0]
        best_right, best_left = ("best" in tokens(written(one)) for one in (right, left))
        if best_right == best_left:
            continue
        best, new = (right, left) if best_right else (left, right)
        kept = any(
            isinstance(one, ast.Assign) and written(new) in written(one.value) and written(best) in written(one, 80)
            for one in node.body
        )
        if kept:
            yield best, new, isinstance(test.ops[0], ast.Gt | ast.GtE) == best_right


@rule(
    "METRIC013",
    "probability-of-the-other-class",
    "error",
    "the probabilities of the wrong class",
    remedy="predict_proba(X)[:, 1]: the class that the labels call 1",
    source="scikit-learn, roc_auc_score: the probability of the class with the greater label",
)
def other_class(program: Program) -> Iterator[Found]:
    """`roc_auc_score(y_test, model.predict_proba(X_test)[:, 0])`."""
    for call in program.trace.of(*SCORE_METRICS, *LABEL_METRICS, "precision_recall_curve", "calibration_curve"):
        given = argument(call.node, "y_score", 1) or argument(call.node, "y_prob", 1) or argument(call.node, "y_pred")
        base = _first_column(program, given, call.name in LABEL_METRICS)
        truth = argument(call.node, "y_true", 0)
        plain = isinstance(truth, ast.Name | ast.Subscript | ast.Attribute) and "pos_label" not in call.kwargs
        if base is not None and plain and not (isinstance(truth, ast.Subscript) and _of_class(truth)):
            yield call.node, f"{call.name} is given column 0, the probabilities of the lesser label"


def _of_class(truth: ast.Subscript) -> bool:
    """`y_binarised[:, 0]`: whether the rows belong to the first class."""
    return isinstance(truth.slice, ast.Tuple)


def _first_column(program: Program, node: ast.expr | None, thresholded: bool, depth: int = 0) -> ast.expr | None:
    """The model's answer of which column 0 is taken: `p[:, 0]`, `p.T[0]`, `p[:, 0] > 0.5` where labels are wanted."""
    if node is None or depth > 4:
        return None
    if isinstance(node, ast.Name):
        given = program.sets.get(node.id, [])
        alone = len(given) == 1 and isinstance(given[0].targets[0], ast.Name)
        return _first_column(program, given[0].value, thresholded, depth + 1) if alone else None
    if thresholded:
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "astype":
            node = node.func.value  # type: ignore[attr-defined]
        elif isinstance(node, ast.Call) and written(node.func) == "np.where" and len(node.args) == 3:
            ends = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
            node = node.args[0] if ends == [1, 0] else node
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Gt | ast.GtE):
            return _first_column(program, node.left, False, depth + 1)
        return None
    if not isinstance(node, ast.Subscript):
        return None
    at, base = node.slice, node.value
    if isinstance(base, ast.Attribute) and base.attr == "T":
        first, base = at, base.value
    elif isinstance(at, ast.Tuple) and isinstance(at.elts[0], ast.Slice):
        first = at.elts[-1]
    else:
        return None
    given = program.sets.get(base.id, []) if isinstance(base, ast.Name) else []
    base = given[0].value if len(given) == 1 else base
    zero = isinstance(first, ast.Constant) and first.value == 0 and not isinstance(first.value, bool)
    return base if zero and "predict_proba" in written(base, 200) else None


@rule(
    "METRIC014",
    "study-in-the-wrong-direction",
    "error",
    "a study looks for the worst settings",
    remedy='direction="minimize" for losses and errors, "maximize" for accuracy, F1, AUC and R2',
    source="Optuna, create_study: direction",
)
def study_direction(program: Program) -> Iterator[Found]:
    """`create_study(direction="maximize")`, and an objective that returns an error."""
    made = [call for call in program.trace.of("create_study") if call.library == "optuna"]
    objectives = {call.text(0) for call in program.trace.of("optimize")}
    for node in program.each(ast.FunctionDef):
        if node.name not in objectives or len(made) != 1:
            continue
        returned = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value is not None]
        direction = constant(made[0].get("direction"), "minimize")
        sense = _sense(returned[0]) if len(returned) == 1 and not isinstance(returned[0], ast.UnaryOp) else 0
        if sense == (1 if direction == "minimize" else -1):
            yield made[0].node, f"{node.name} returns {written(returned[0])}, and the study is to {direction} it"


_NO_PROBABILITIES = listed(
    "LinearSVC RidgeClassifier RidgeClassifierCV Perceptron PassiveAggressiveClassifier OneVsOneClassifier "
    "OutputCodeClassifier LinearSVR SVR"
)
_NO_PREDICT = listed("DBSCAN AgglomerativeClustering SpectralClustering OPTICS")
_NO_TRANSFORM = listed("TSNE MDS SpectralEmbedding")


def _asked_before(call: Call) -> bool:
    """Whether it stands in a branch that looks first what the model can do: `hasattr(model, "labels_")`."""
    tests = [one.test for one in call.conditions if isinstance(one, ast.If)]
    named = {node.id for test in tests for node in ast.walk(test) if isinstance(node, ast.Name)}
    asks = {"hasattr", "isinstance", "getattr", "callable", "is_classifier"}
    return bool(named & asks) or any("proba" in name for name in named)


@rule(
    "MODEL006",
    "no-such-method",
    "error",
    "the model cannot be asked this",
    remedy="decision_function, CalibratedClassifierCV, or a model that can",
    source="scikit-learn, documentation of each estimator",
)
def no_such_method(program: Program) -> Iterator[Found]:
    """`LinearSVC().predict_proba(X)`, `SVC().predict_proba(X)`, `DBSCAN().predict(X)`, `TSNE().transform(X)`."""
    for call in program.trace.of("predict_proba", "predict", "transform"):
        model = call.receiver
        if isinstance(model, Instance) and model.name in ("Pipeline", "make_pipeline"):
            last = estimators.last_step(model)
            model = last if isinstance(last, Instance) else model
        if not isinstance(model, Instance) or model.library != "sklearn" or _asked_before(call):
            continue
        name, regression = model.name, estimators.task_of(model) == "regression"
        if call.name == "predict_proba" and (name in _NO_PROBABILITIES or regression):
            yield call.node, f"{name} has no predict_proba"
        elif (
            call.name == "predict_proba"
            and name in ("SVC", "NuSVC")
            and constant(model.argument("probability")) is None
        ):
            yield call.node, f"{name} has no predict_proba without probability=True"
        elif (call.name, name) in {("predict", one) for one in _NO_PREDICT} | {
            ("transform", one) for one in _NO_TRANSFORM
        }:
            yield call.node, f"{name} has no {call.name}: it knows only the rows that it was fitted on"


@rule(
    "MODEL007",
    "penalty-and-solver",
    "error",
    "a penalty that the solver does not know",
    remedy='solver="liblinear" or "saga" for l1, "saga" for elasticnet',
    source="scikit-learn, LogisticRegression: solver",
)
def penalty(program: Program) -> Iterator[Found]:
    """`LogisticRegression(penalty="l1")`."""
    shown = [value for call in program.trace.of("print", "display") for value in call.args]
    for one in program.trace.instances:
        if one.path.endswith("linear_model.LogisticRegression") and (one.fits or one not in shown):
            kind, solver = constant(one.argument("penalty", 0)), constant(one.argument("solver"), "lbfgs")
            known = one.argument("solver") is None or isinstance(solver, str)
            if known and (
                (kind == "l1" and solver not in ("liblinear", "saga")) or (kind == "elasticnet" and solver != "saga")
            ):
                yield one.node, f"the solver {solver} does not know penalty={kind!r}"


@rule(
    "MODEL008",
    "transformed-and-thrown-away",
    "warning",
    "what a transformer gives is thrown away",
    remedy="X_train = scaler.fit_transform(X_train)",
    source="scikit-learn, Getting started: transform returns the transformed data",
)
def transform_thrown_away(program: Program) -> Iterator[Found]:
    """`scaler.fit_transform(X_train)` on a line of its own."""
    alone = {node.value for node in program.each(ast.Expr)}
    told = set()
    used = [(call.text(0), call.order, _rows(call)) for call in program.trace.of("fit", "predict", "score")]
    for call in program.trace.of("transform", "fit_transform"):
        mine = (call.text(0), _rows(call))
        if not any((text, rows) == mine and order > call.order for text, order, rows in used):
            continue
        made = isinstance(call.receiver, Instance) and call.receiver.library == "sklearn"
        if made and call.node in alone and call.node not in told and constant(call.receiver.argument("copy")) is None:  # type: ignore[union-attr]
            told.add(call.node)
            where = "fit_transform" if call.name == "fit_transform" else "transform"
            yield call.node, f"{call.text(0)} stays as it was: {where} returns new rows, which are not kept"


def _rows(call: Call) -> Rows:
    data = as_data(call.get("X", 0))
    return data.rows if data is not None else NOWHERE


_ONE_COLUMN = listed("fit fit_transform predict transform score")


@rule(
    "MODEL009",
    "one-dimension",
    "error",
    "one column where a table is wanted",
    remedy='df[["age"]], or values.reshape(-1, 1); for one row, X[:1]',
    source='scikit-learn, "Expected 2D array, got 1D array instead"',
)
def one_dimension(program: Program) -> Iterator[Found]:
    """`LinearRegression().fit(df["age"], y)`, `model.predict(X_test[0])`."""
    bound = _bindings(program)
    for call in program.trace.of(*_ONE_COLUMN):
        model, given = estimators.innermost(call.receiver), call.node.args[0] if call.node.args else None
        scaler = isinstance(model, Instance) and estimators.KIND.get(model.name) in ("scale", "impute", "reduce")
        if given is None or not (estimators.is_predictor(model) or scaler) or not isinstance(model, Instance):
            continue
        if model.library != "sklearn" or estimators.steps_of(model) or model.name in ("Pipeline", "make_pipeline"):
            continue
        takes_any = model.name.startswith(("Dummy", "Isotonic"))
        flat = as_data(call.args[0]) if call.name in ("fit", "fit_transform") and not takes_any else None
        if flat is not None and "flat list" in flat.flags and flat.shape is not None and len(flat.shape) == 1:
            yield call.node, f"{call.text(0)} is one column of one dimension, and {model.name} takes a table"
            continue
        data = as_data(call.args[0])
        if _one_column(given, bound) and data is not None and data.frame and not takes_any:
            yield call.node, f"{call.text(0)} is one column of one dimension, and {model.name} takes a table"
        elif (
            isinstance(given, ast.Subscript)
            and _is_number(given.slice)
            and call.name == "predict"
            and data is not None
            and data.role == "X"
            and isinstance(given.value, ast.Name)
        ):
            yield call.node, f"{call.text(0)} is one row of one dimension, and {model.name} takes a table"


def _bindings(program: Program) -> dict[str, list[ast.expr]]:
    """What each name is given; the parts of a split stand for what was split."""
    bound: dict[str, list[ast.expr]] = {}
    for node in program.each(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                bound.setdefault(target.id, []).append(node.value)
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=False):
                    if isinstance(one, ast.Name):
                        bound.setdefault(one.id, []).append(value)
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Call):
                parted = written(node.value.func).endswith("train_test_split")
                for i, one in enumerate(target.elts):
                    if isinstance(one, ast.Name):
                        whole = parted and i // 2 < len(node.value.args)
                        bound.setdefault(one.id, []).append(node.value.args[i // 2] if whole else node.value)
    return bound


def _one_column(node: ast.expr, bound: dict[str, list[ast.expr]], depth: int = 0) -> bool:
    """Whether an expression is one column of a table, through the names that it goes by."""
    if isinstance(node, ast.Name):
        known = bound.get(node.id, [])
        return bool(known) and depth < 4 and all(_one_column(one, bound, depth + 1) for one in known)
    return _is_column(node)


def _is_column(node: ast.expr) -> bool:
    """`df["a"]`, `df["a"].values`, `df["a"].to_numpy()`, `df.iloc[:, 0]`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to_numpy":
        node = node.func.value
    elif isinstance(node, ast.Attribute) and node.attr == "values":
        node = node.value
    if not isinstance(node, ast.Subscript):
        return False
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2 and isinstance(node.value, ast.Attribute):
        rows, column = node.slice.elts
        return node.value.attr == "iloc" and isinstance(rows, ast.Slice) and _is_number(column)
    named = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    return named and isinstance(node.value, ast.Name)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)
