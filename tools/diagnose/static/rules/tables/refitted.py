"""Transformers that were fitted on something else in the meantime, or turn back what they never turned.

Sources: scikit-learn, "Common pitfalls: inconsistent preprocessing", StandardScaler.inverse_transform, LabelEncoder;
pandas, cut (labels); scikit-learn, fit (sample_weight).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import fits, is_part, last_fit
from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Instance, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_PITFALL = "scikit-learn, Common pitfalls: inconsistent preprocessing"


@rule(
    "DATA014",
    "fitted-on-something-else-since",
    "error",
    "a transformer was fitted on another column since, and transforms the first with what it learnt there",
    remedy="one scaler or encoder for each: scaler_x, scaler_y; a dict of encoders by column",
    source=_PITFALL + "; fit forgets what was learnt before",
)
def fitted_since(program: Program) -> Iterator[Found]:
    """`X_train = sc.fit_transform(X_train); y_train = sc.fit_transform(y_train); X_test = sc.transform(X_test)`."""
    for call in program.trace.of("transform"):
        one = call.receiver
        data = as_data(call.args[0]) if call.args else None
        if not isinstance(one, Instance) or one.own is not None or data is None or call.loops:
            continue
        if not estimators.learners(one) and one.name not in estimators.LABEL_ENCODERS:
            continue
        before = [fit for fit in one.fits if fit.order < call.order]
        kinds = [_which(fit.X) for fit in before]
        mine = _which(data)
        if mine and len(before) > 1 and kinds[-1] and kinds[-1] != mine and mine in kinds[:-1]:
            line = getattr(before[-1].node, "lineno", 0)
            yield call.node, f"{written(call.node)}: {call.on()} was fitted on {_name(kinds[-1])} since, at line {line}"


def _which(value: Value) -> str:
    """What data is, as far as a transformer is fitted to it: one column by name, or features, or a target."""
    data = as_data(value)
    if data is None or "mixed" in data.flags:
        return ""
    return data.columns[0] if data.columns is not None and len(data.columns) == 1 else data.role


def _name(kind: str) -> str:
    return {"X": "features", "y": "the target"}.get(kind, repr(kind))


@rule(
    "METRIC044",
    "turned-back-by-another-scaler",
    "error",
    "predictions are turned back by the scaler of the features",
    remedy="scaler_y.inverse_transform(pred): the one that the target was scaled by",
    source="scikit-learn, StandardScaler.inverse_transform, TransformedTargetRegressor",
)
def turned_back(program: Program) -> Iterator[Found]:
    """`sx.inverse_transform(model.predict(X))`, where `sy` scaled the target."""
    known = {one.serial: one for one in program.trace.instances}
    for call in program.trace.of("inverse_transform"):
        scaler, data = call.receiver, as_data(call.args[0]) if call.args else None
        if not isinstance(scaler, Instance) or data is None or data.kind != "predicted":
            continue
        model = data.made_by
        fit = last_fit(model, call.order) if isinstance(model, Instance) else None
        y = as_data(fit.y) if fit is not None else None
        given = as_data(scaler.fits[-1].X) if scaler.fits else None
        if y is None or given is None or given.role != "X" or scaler.serial in y.applied:
            continue
        others = [known[one] for one in y.applied if one in known and estimators.KIND.get(known[one].name) == "scale"]
        if others:
            yield call.node, f"{call.on()} was fitted on features, and the target went through another {others[0].name}"


@rule(
    "PANDAS022",
    "labels-for-other-bins",
    "error",
    "as many labels as edges, or fewer than bins",
    remedy="pd.cut(x, bins=[0, 18, 65, 120], labels=[...]): one label fewer than edges",
    source="pandas, cut: labels must be the same length as the resulting bins",
)
def labels_for_bins(program: Program) -> Iterator[Found]:
    """`pd.cut(df["age"], bins=[0, 18, 65], labels=["child", "adult", "old"])`."""
    for node in program.each(ast.Call):
        if called(node) != "cut" or written(node.func) not in ("pd.cut", "pandas.cut", "cut"):
            continue
        edges, labels = argument(node, "bins", 1), argument(node, "labels")
        if not isinstance(edges, ast.List | ast.Tuple) or not isinstance(labels, ast.List | ast.Tuple):
            continue
        if any(isinstance(one, ast.Starred) for one in (*edges.elts, *labels.elts)):
            continue
        if len(labels.elts) != len(edges.elts) - 1:
            text = f"{len(edges.elts)} edges make {len(edges.elts) - 1} bins, and there are {len(labels.elts)} labels"
            yield node, text, "ValueError: Bin labels must be one fewer than the number of bin edges"


@rule(
    "SPLIT024",
    "weights-of-other-rows",
    "error",
    "weights of other rows than those that are fitted",
    remedy="split the weights with X and y: train_test_split(X, y, w)",
    source="scikit-learn, fit: sample_weight, one for each row of X",
)
def weights_of_others(program: Program) -> Iterator[Found]:
    """`model.fit(X_train, y_train, sample_weight=df["w"][:len(X_train)])` after a random split."""
    for call, _, X, _ in fits(program):
        weights = as_data(call.get("sample_weight"))
        if X is None or weights is None or "mixed" in X.flags | weights.flags or len(X.rows) != 1:
            continue
        if len(weights.rows) != 1 or not is_part(X.rows) or is_part(weights.rows):
            continue
        (mine,), (theirs,) = X.rows, weights.rows
        cut = len(theirs) > 1 and theirs[-1][0] in ("cut", "range")
        if cut and mine[0] == theirs[0] and mine[-1][0] == "split":
            text = call.text(99, "sample_weight")
            yield call.node, f"{text} are the weights of the first rows, and {call.text(0, 'X')} was chosen at random"
            return
