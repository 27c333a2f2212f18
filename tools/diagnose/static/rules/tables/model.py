"""Models of scikit-learn and its kin that do not fit the task, or are asked before they know.

Sources: scikit-learn, XGBoost and LightGBM, documentation; Humbatova et al. 2020 (model); Islam et al. 2019.
"""

from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import (
    fits,
)
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.trace import as_data
from mlpilot.tools.diagnose.static.reading.values import Instance, Seq, Table, Value, constant, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule


@rule(
    "MODEL001",
    "classifier-for-values",
    "error",
    "a classifier for values, or a regression for classes",
    remedy="take the model for the task: ...Classifier for classes, ...Regressor for values",
    source="Humbatova et al. 2020, model: wrong type",
)
def wrong_task(program: Program) -> Iterator[Found]:
    """`LogisticRegression().fit(diabetes.data, diabetes.target)`."""
    for call, model, _, y_value in fits(program):
        y = as_data(y_value)
        task = estimators.task_of(model)
        if y is None or y.kind != "data" or y.learned or not y.dataset:
            continue
        if task == "classification" and y.form == "float":
            yield call.node, f"{model.name} is for classes, and the target of {y.dataset} is a value"
        elif task == "regression" and y.form == "int" and y.dataset in ("iris", "wine", "breast_cancer", "digits"):
            yield call.node, f"{model.name} is for values, and the target of {y.dataset} is a class"


@rule(
    "MODEL002",
    "predict-before-fit",
    "error",
    "used before it is fitted",
    remedy="fit it first",
    source="scikit-learn, NotFittedError; cross_val_score fits copies",
)
def not_fitted(program: Program) -> Iterator[Found]:
    """`cross_val_score(model, X, y); model.predict(X)`."""
    for call in program.trace.of("predict", "predict_proba", "transform", "score", "decision_function"):
        model = call.receiver
        if (
            not isinstance(model, Instance)
            or model.own is not None
            or model.fits
            or model.attrs
            or model.library != "sklearn"
        ):
            continue
        if any(first <= call.node.lineno <= last for first, last in program.tried):
            continue
        learns = (estimators.is_predictor(model) or model.name in estimators.KIND) and not _fitted_inside(model)
        if learns and model.name not in ("TSNE",) and not _handed_on(program, model):
            yield call.node, f"{call.on()} ({model.name}) is never fitted before this {call.name}"


def _fitted_inside(model: Instance) -> bool:
    """Whether what it wraps was fitted before, and it needs no fit of its own: FixedThresholdClassifier, `prefit`."""
    if constant(model.argument("prefit")) is True:
        return True
    inner = model.argument("estimator", 0)
    if isinstance(inner, Instance) and inner.name == "FrozenEstimator":
        inner = inner.argument("estimator", 0)
    return model.name == "FixedThresholdClassifier" and isinstance(inner, Instance) and bool(inner.fits)


def _handed_on(program: Program, model: Instance) -> bool:
    """Whether something else may have fitted it: it was given to a function that is not known."""
    known = {*estimators.CROSS, "print", "clone", "append", "isinstance", "type", "len", "str"}
    for call in program.trace.calls:
        if call.name not in known and any(_holds(one, model) for one in (*call.args, *call.kwargs.values())):
            return True
    return any(_holds(value, model) for _, _, value, _ in program.trace.stored)


def _holds(value: Value, model: Instance) -> bool:
    if value is model:
        return True
    return isinstance(value, Seq) and any(_holds(one, model) for one in value.items[:20])


@rule(
    "MODEL003",
    "class-weights-forgotten",
    "note",
    "one class is rare, and nothing makes up for it",
    remedy='class_weight="balanced", scale_pos_weight, or resample the training part',
    source="imbalanced-learn, Common pitfalls; Humbatova et al. 2020, training data: unbalanced",
)
def weights_forgotten(program: Program) -> Iterator[Found]:
    """A rare class in `make_classification(weights=...)`, and a model without weights."""
    for call, model, _, y_value in fits(program):
        y = as_data(y_value)
        weighted = {"class_weight", "scale_pos_weight", "sample_weight", "is_unbalance"} & (
            {*model.kwargs} | {*call.kwargs}
        )
        if (
            y is not None
            and "imbalanced" in y.flags
            and not weighted
            and not y.learned
            and estimators.is_predictor(model)
        ):
            yield call.node, f"nearly all rows are of one class, and {model.name} weighs every row alike"
            return


@rule(
    "MODEL004",
    "objective-does-not-fit",
    "error",
    "an objective for the other task",
    remedy="leave objective out, or take the model for the task",
    source="XGBoost and LightGBM, parameters: objective",
)
def objective(program: Program) -> Iterator[Found]:
    """`XGBClassifier(objective="reg:squarederror")`, `multi:softmax` without `num_class`."""
    for one in program.trace.instances:
        named = words(one.argument("objective"))
        if one.library not in ("xgboost", "lightgbm") or len(named) != 1:
            continue
        classes = named[0].startswith(("binary", "multi"))
        values = named[0].startswith(("reg", "mse", "mae", "l2", "l1", "rmse")) or named[0] in ("regression", "huber")
        if "Classifier" in one.name and values:
            yield one.node, f"{one.name} tells classes, and objective={named[0]!r} is for values"
        elif "Regressor" in one.name and classes:
            yield one.node, f"{one.name} predicts values, and objective={named[0]!r} is for classes"
    for call in program.trace.of("train"):
        given = call.get("params", 0)
        if call.path in ("xgboost.train", "lightgbm.train") and isinstance(given, Table):
            named = words(given.items.get("objective"))
            known = all(not str(key).startswith("?") for key in given.items)
            if known and named and named[0].startswith("multi") and not {"num_class", "num_classes"} & set(given.items):
                yield call.node, f"objective={named[0]!r} needs num_class"


@rule(
    "MODEL005",
    "search-over-unknown-parameter",
    "error",
    "a parameter that the pipeline does not have",
    remedy="name the step first: {'svc__C': [...]}",
    source="scikit-learn, Pipeline: access to parameters of steps",
)
def unknown_parameter(program: Program) -> Iterator[Found]:
    """`GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"C": [1, 10]})`."""
    for one in program.trace.instances:
        pipeline = one.argument("estimator", 0)
        given = one.argument("param_grid", 1) or one.argument("param_distributions", 1)
        if one.name not in estimators.SEARCHES or not isinstance(pipeline, Instance) or not isinstance(given, Table):
            continue
        names = _steps(pipeline)
        for key in given.items:
            if names and isinstance(key, str) and not key.startswith("?") and key.split("__")[0] not in names:
                yield one.node, f"the pipeline has no parameter {key!r}: its steps are {', '.join(sorted(names))}"


def _class_of(step: object) -> str:
    """The name of a step's class: its own, not that of what it is made from."""
    own = getattr(step, "own", None)
    return str(own.node.name if own is not None else getattr(step, "name", ""))


def _steps(pipeline: Instance) -> set[str]:
    if pipeline.name == "make_pipeline":
        steps = estimators.steps_of(pipeline)
        known = all(isinstance(step, Instance) for step in steps) and len({step.name for step in steps}) == len(steps)  # type: ignore[attr-defined]
        return {_class_of(step).lower() for step in steps} | {"memory", "verbose"} if known else set()
    given = pipeline.argument("steps", 0) if pipeline.name == "Pipeline" else None
    if not isinstance(given, Seq) or not given.whole:
        return set()
    names = [words(step.items[0]) for step in given.items if isinstance(step, Seq) and step.items]
    return {name[0] for name in names} | {"memory", "verbose"} if names and all(names) else set()
