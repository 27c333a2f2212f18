"""What ends a program of tables: gaps that a model does not take, keys of two types, labels that begin at 1.

Sources: scikit-learn, "Estimators that handle NaN values"; pandas, merge, Indexing and selecting data; XGBoost, Python
API: labels are 0, 1, ..., classes - 1.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds, same_table_targets
from mlpilot.tools.diagnose.static.facts.judged import fits
from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_NO_GAPS = listed(
    "LinearRegression Ridge RidgeCV Lasso LassoCV ElasticNet LogisticRegression SGDClassifier SGDRegressor SVC SVR"
    " LinearSVC LinearSVR KNeighborsClassifier KNeighborsRegressor MLPClassifier MLPRegressor GaussianNB"
    " GradientBoostingClassifier GradientBoostingRegressor AdaBoostClassifier LinearDiscriminantAnalysis"
)
"""Models that refuse rows with gaps."""
_FILLING = listed(
    "dropna fillna ffill bfill interpolate SimpleImputer KNNImputer IterativeImputer isna notna isnull notnull"
    " nan_to_num isfinite fill_value min_periods backfill pad"
)


@rule(
    "DATA012",
    "gaps-of-lags",
    "error",
    "lags leave gaps in the first rows, and the model refuses them",
    remedy="df = df.dropna() after the lags are made",
    source="pandas, shift: the first rows are NaN; scikit-learn, Estimators that handle NaN values",
)
def gaps_of_lags(program: Program) -> Iterator[Found]:
    """`df["lag"] = df["y"].shift(1)`, and then `LinearRegression().fit(df[["lag"]], df["y"])`."""
    keywords = {node.arg for node in program.each(ast.keyword)}
    if _FILLING & (program.names | {one for one in keywords if one}):
        return
    made = [node for node in program.each(ast.Assign) if _lags(node)]
    for call, X, _ in same_table_targets(program) if made else ():
        model = call.receiver
        if call.name != "fit" or not isinstance(model, Instance) or model.name not in _NO_GAPS or _starts_later(X):
            continue
        for node in made:
            column = getattr(node.targets[0], "slice", None)
            plain = isinstance(column, ast.Constant) and isinstance(column.value, str)
            if not plain or holds(X, column.value):  # type: ignore[union-attr]
                text = f"{written(node)} has no value in its first rows"
                yield call.node, f"{text}, and {model.name} takes no gaps", "ValueError: Input X contains NaN."
                return


def _lags(node: ast.Assign) -> bool:
    """Whether a column is made of rows before."""
    if not isinstance(node.targets[0], ast.Subscript) or not isinstance(node.value, ast.Call):
        return False
    return getattr(node.value.func, "attr", "") in ("shift", "diff", "pct_change")


def _starts_later(data: Data) -> bool:
    """Whether the first rows may be left out."""
    return any(
        step[0] in ("order", "some", "test", "sample") or step[2] in ("tail", "in")
        for row in data.rows
        for step in row[1:]
    )


@rule(
    "MODEL016",
    "classes-from-one-on",
    "error",
    "XGBoost wants classes that begin at 0",
    remedy="y = y - 1, or LabelEncoder().fit_transform(y)",
    source="XGBoost, Python API: XGBClassifier, labels are 0, 1, ..., classes - 1",
)
def from_one_on(program: Program) -> Iterator[Found]:
    """`df["level"] = pd.cut(x, bins, labels=[1, 2, 3]).astype(int)`, and XGBClassifier."""
    made = {column: node for node in program.nodes for column in _begins_at_one(node)}
    for call, model, _, y_value in fits(program):
        y = as_data(y_value)
        column = (y.columns or ("",))[0] if y is not None else ""
        shifted = re.search(r"-\s*1\b|LabelEncoder", program.text)
        if model.name == "XGBClassifier" and column in made and not shifted:
            text = f"the classes of {column!r} begin at 1 (line {made[column].lineno})"  # type: ignore[attr-defined]
            yield call.node, f"{text}, and XGBClassifier wants 0, 1, 2, ...", "ValueError: Invalid classes inferred"
            return


def _one_more(node: ast.expr) -> bool:
    """`raw.target + 1`, `codes + 1`: the numbers of classes, from 1 on."""
    more = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and written(node.right) == "1"
    return more and bool(re.search(r"\.target$|\.codes$|fit_transform\(.*\)$", written(node.left, 200)))  # type: ignore[attr-defined]


def _begins_at_one(node: ast.AST) -> list[str]:
    """The column that is given whole numbers from 1 on, written out, or those of classes and one more."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "insert" and len(node.args) == 3:
        column = node.args[1]
        named = isinstance(column, ast.Constant) and isinstance(column.value, str)
        return [column.value] if named and _one_more(node.args[2]) else []  # type: ignore[attr-defined]
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Subscript):
        return []
    at = node.targets[0].slice
    if _one_more(node.value):
        return [at.value] if isinstance(at, ast.Constant) and isinstance(at.value, str) else []
    for call in (one for one in ast.walk(node.value) if isinstance(one, ast.Call)):
        name = written(call.func).rpartition(".")[2]
        labels = argument(call, "labels") if name in ("cut", "qcut") else None
        given = (
            argument(call, "arg", 0)
            if name == "map"
            else argument(call, "to_replace", 0)
            if name == "replace"
            else None
        )
        items = given.values if isinstance(given, ast.Dict) else getattr(labels, "elts", [])
        numbers = [one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, int)]
        if numbers and len(numbers) == len(items) and min(numbers) == 1 and not isinstance(node.value, ast.BinOp):
            return [at.value] if isinstance(at, ast.Constant) and isinstance(at.value, str) else []
    return []


@rule(
    "PANDAS015",
    "place-taken-for-a-name",
    "error",
    "rows of a random part are looked up by their place, and [] looks for their number",
    remedy="y_test.iloc[i], or y_test.to_numpy() first",
    source="pandas, Indexing and selecting data: [] of a Series looks for labels",
)
def place_for_name(program: Program) -> Iterator[Found]:
    """`for i in range(len(y_pred)): y_pred[i] - y_test[i]`, after train_test_split of a table."""
    for node in program.nodes:
        if not isinstance(node, ast.For | ast.ListComp | ast.GeneratorExp):
            continue
        heads = (
            [(node.target, node.iter)] if isinstance(node, ast.For) else [(g.target, g.iter) for g in node.generators]
        )
        counters = {target.id for target, over in heads if isinstance(target, ast.Name) and _counts(over)}
        for one in ast.walk(node) if counters else ():
            looked_up = isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Name) and one.slice.id in counters
            if not looked_up or not isinstance(one, ast.Subscript) or not isinstance(one.value, ast.Name):
                continue
            if isinstance(one.ctx, ast.Load) and _random_series(program, one.value):
                text = f"{written(one)} looks for the row that is called so, and rows are in a random order"
                yield one, text, "KeyError"
                return


def _counts(node: ast.expr) -> bool:
    """`range(len(...))` and `range(10)`."""
    return isinstance(node, ast.Call) and written(node.func) == "range" and len(node.args) == 1


def _random_series(program: Program, node: ast.Name) -> bool:
    """Whether a name stands for a column of a part that was split at random, and for nothing else."""
    for target, value, result in program.trace.unpacked:
        names = [one.id for one in getattr(target, "elts", []) if isinstance(one, ast.Name)]
        split = isinstance(value, ast.Call) and written(value.func).rpartition(".")[2] == "train_test_split"
        if node.id not in names or not split or len(names) != len(getattr(result, "items", [])):
            continue
        data = as_data(getattr(result, "items", [])[names.index(node.id)])
        column = data is not None and data.frame and len(data.columns or ()) == 1 and "array" not in data.flags
        ordered = any(one.arg == "shuffle" and written(one.value) == "False" for one in getattr(value, "keywords", []))
        again = [one for one in program.sets.get(node.id, []) if one.value is not value]
        return bool(column) and not ordered and not again and data is not None and "gapped" in data.flags
    return False


@rule(
    "PANDAS016",
    "keys-of-two-types",
    "error",
    "tables are joined by a key that is text in one and may be a number in the other",
    remedy='read both with dtype={"customer": str}',
    source="pandas, merge: ValueError, you are trying to merge on object and int64 columns",
)
def keys_of_two_types(program: Program) -> Iterator[Found]:
    """`pd.read_csv("a.csv", dtype={"id": str}).merge(pd.read_csv("b.csv"), on="id")`."""
    texts: dict[int, set[str]] = {}
    read: set[int] = set()
    for call in program.trace.of("read_csv"):
        data = as_data(call.result)
        given = argument(call.node, "dtype")
        if data is None or "converters" in call.kwargs:
            continue
        read.add(data.frame)
        if isinstance(given, ast.Dict):
            pairs = zip(given.keys, given.values, strict=True)
            texts[data.frame] = {
                str(key.value) for key, value in pairs if isinstance(key, ast.Constant) and written(value) in _TEXT
            }
        elif given is not None:
            read.discard(data.frame)
    cast = {
        one for call in program.trace.of("astype") if (data := as_data(call.receiver)) for one in data.columns or ()
    }
    for call in program.trace.of("merge") if texts else ():
        sides = [as_data(one) for one in (call.receiver, *call.args) if as_data(one) is not None][:2]
        frames_of = [one.frame for one in sides if one is not None]
        for key in words(call.get("on")):
            told = [key in texts.get(one, ()) for one in frames_of]
            if len(frames_of) == 2 and set(frames_of) <= read and sorted(told) == [False, True] and key not in cast:
                yield call.node, f"{key!r} is read as text in one table, and as it comes in the other", "ValueError"
                return


_TEXT = ("str", "'str'", "'string'", "object", "'object'")
