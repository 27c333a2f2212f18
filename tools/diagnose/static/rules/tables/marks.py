"""Numbers that stand for a gap, and texts that stand for classes: what a model or a metric takes them for.

Sources: scikit-learn, Imputation of missing values, and documentation of f1_score (pos_label); pandas, Working with
missing data; Humbatova et al. 2020 (training data quality).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import is_metric, predicted
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Instance, constant, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_WEIGHING = listed(
    "LinearRegression Ridge Lasso ElasticNet LogisticRegression SGDClassifier SGDRegressor SVC SVR LinearSVC LinearSVR"
    " KNeighborsClassifier KNeighborsRegressor MLPClassifier MLPRegressor KMeans PCA"
)
_DIVIDING = ("Tree", "Forest", "Boost", "XGB", "LGBM", "CatBoost")
_GAPS = (-999, -9999, -99999, 999, 9999, 99999, -99)


@rule(
    "DATA005",
    "gap-taken-for-a-number",
    "warning",
    "a number stands for a gap, and the model takes it for a value",
    remedy="SimpleImputer(strategy='median', add_indicator=True); marks like -999 are for trees alone",
    source="scikit-learn, Imputation of missing values; Humbatova et al. 2020, training data quality",
)
def gap_as_number(program: Program) -> Iterator[Found]:
    """`df.fillna(-999)`, and a linear model."""
    names = {one.name for one in program.trace.instances}
    weighing = sorted(names & _WEIGHING)
    if not weighing or any(word in name for name in names for word in _DIVIDING):
        return
    for call in program.trace.of("fillna"):
        if number(call.get("value", 0)) in _GAPS:
            yield call.node, f"{weighing[0]} takes {call.text(0, 'value')} for a value like any other"
    read_as_gaps = any(one.arg == "na_values" for one in program.each(ast.keyword))
    stored = program.trace.stored if "replace" not in program.names and not read_as_gaps else ()
    for target, _, value, _ in stored:
        if isinstance(target, ast.Subscript) and written(target.value).endswith(".loc") and number(value) in _GAPS:
            yield target, f"{weighing[0]} takes {number(value):g} for a value like any other"
    for one in program.trace.instances:
        if one.name == "SimpleImputer" and number(one.argument("fill_value")) in _GAPS:
            yield one.node, f"{weighing[0]} takes {number(one.argument('fill_value')):g} for a value like any other"


@rule(
    "METRIC016",
    "positive-text-not-told",
    "error",
    "labels are texts, and the metric is not told which of them is meant",
    remedy='f1_score(y_test, y_pred, pos_label="yes")',
    source="scikit-learn, f1_score: pos_label=1 is the default, for labels 0 and 1",
)
def positive_not_told(program: Program) -> Iterator[Found]:
    """`f1_score(y_test, model.predict(X_test))`, where the labels are "no" and "yes"."""
    stored = [(target, as_data(value)) for target, _, value, _ in program.trace.stored]
    texts = {name for target, data in stored if data is not None and data.form == "text" for name in _column(target)}
    for call in program.trace.of("f1_score", "precision_score", "recall_score", "jaccard_score", "fbeta_score"):
        if not is_metric(call) or {"pos_label", "average"} & set(call.kwargs) or (both := predicted(call)) is None:
            continue
        if both[0].kind == "data" and (both[0].form == "text" or set(both[0].columns or ("",)) <= texts):
            yield call.node, f"{call.text(0, 'y_true')} holds texts, and {call.name} looks for the label 1"


@rule(
    "LEAK034",
    "target-among-the-features",
    "error",
    "the target's column is among those of the features, by its number",
    remedy="X = df.iloc[:, 0:4], y = df.iloc[:, 4]: a slice ends before its end",
    source="pandas, iloc: the end of a slice is left out; Kaufman et al. 2011",
)
def target_by_number(program: Program) -> Iterator[Found]:
    """`X = df.iloc[:, 0:5]`, `y = df.iloc[:, 4]`."""
    chosen: dict[str, list[tuple[str, ast.expr, ast.AST]]] = {}
    for line in program.each(ast.Assign):
        if isinstance(line.targets[0], ast.Name):
            table, columns = _columns_of(line.value)
            if columns is not None:
                chosen.setdefault(table, []).append((line.targets[0].id, columns, line))
    for found in chosen.values():
        targets = [
            number for name, columns, _ in found if role_of(name) == "y" and (number := _whole(columns)) is not None
        ]
        for name, columns, node in found:
            if role_of(name) == "X" and isinstance(columns, ast.Slice) and columns.step is None:
                low, high = _whole(columns.lower) or 0, _whole(columns.upper)
                inside = [one for one in targets if high is not None and 0 <= low <= one < high]
                last = columns.upper is None and (-1 in targets or (columns.lower is None and bool(targets)))
                if inside or last:
                    yield node, f"{name} holds column {(inside or targets)[0]}, which is the target"


def _columns_of(node: ast.expr) -> tuple[str, ast.expr | None]:
    """(table, choice of columns) of `df.iloc[:, 0:5].values`."""
    while isinstance(node, ast.Attribute) and node.attr == "values":
        node = node.value
    whole = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2
    if not isinstance(node, ast.Subscript) or not whole or not isinstance(node.slice, ast.Tuple):
        return "", None
    rows = node.slice.elts[0]
    every = isinstance(rows, ast.Slice) and rows.lower is None and rows.upper is None
    return (written(node.value), node.slice.elts[1]) if every and written(node.value).endswith(".iloc") else ("", None)


def _whole(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and (found := _whole(node.operand)) is not None:
        return -found
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


@rule(
    "KERAS058",
    "probabilities-compared-with-labels",
    "error",
    "probabilities are compared with labels",
    remedy="predictions.argmax(axis=1) == labels, or (predictions > 0.5) == labels",
    source="Keras, Sequential.predict_classes (removed): predict gives probabilities",
)
def compared_raw(program: Program) -> Iterator[Found]:
    """`(model.predict(X_test) == y_test).mean()`."""
    for node, values in program.trace.compared:
        found = [as_data(value) for value in values]
        raw = [one for one in found if one is not None and one.kind == "probabilities" and "raw" in one.flags]
        if len(found) == 2 and len(raw) == 1 and isinstance(node.ops[0], ast.Eq) and None not in found:
            yield node, f"{written(node)} holds for hardly any row: predict gives probabilities"


def _column(target: ast.AST) -> list[str]:
    at = target.slice if isinstance(target, ast.Subscript) else None
    return [at.value] if isinstance(at, ast.Constant) and isinstance(at.value, str) else []


@rule(
    "TORCH249",
    "no-activation-between-convolutions",
    "warning",
    "convolutions, and no activation between them",
    remedy="nn.ReLU() after each convolution",
    source="NeuraLint (Nikanjam et al. 2021); Humbatova et al. 2020, missing activation",
)
def bare_convolutions(program: Program) -> Iterator[Found]:
    """`nn.Sequential(Conv2d(3, 16, 3), MaxPool2d(2), Conv2d(16, 32, 3), MaxPool2d(2))`."""
    if not program.names & {"backward", "Adam", "SGD", "optim"}:
        return
    for one in program.trace.instances:
        if one.path != "torch.nn.Sequential" or not one.args or not all(isinstance(x, Instance) for x in one.args):
            continue
        layers = [layer for layer in one.args if isinstance(layer, Instance)]
        plain = all(layer.name in _CONVOLVING and layer.library == "torch" for layer in layers)
        many = [layer for layer in layers if layer.name == "Conv2d"]
        separable = any(_grouped(layer) for layer in many)
        if plain and len(many) > 1 and not separable and any("Pool" in layer.name for layer in layers):
            yield many[0].node, "no activation follows these convolutions: they are linear"


_CONVOLVING = listed("Conv2d MaxPool2d AvgPool2d BatchNorm2d Dropout Dropout2d Flatten Linear AdaptiveAvgPool2d")


def _grouped(layer: Instance) -> bool:
    """Whether a convolution is one half of a separable one, which has no activation between."""
    return constant(layer.argument("groups", 6)) is not None or number(layer.argument("kernel_size", 2)) == 1
