"""Rows that lose their labels, categories that get other numbers, columns out of scale.

Sources: pandas, "Intro to data structures: alignment"; scikit-learn, LabelEncoder and "Importance of Feature Scaling";
Python, set; Humbatova et al. 2020 (training data quality, preprocessing).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import fits
from mlpilot.tools.diagnose.static.libraries import estimators, indexes
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Data, Instance, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_FEWER = listed("dropna drop_duplicates sample sort_values query")
_DISTANCES = listed(
    "KNeighborsClassifier KNeighborsRegressor SVC SVR NuSVC NuSVR MLPClassifier MLPRegressor RadiusNeighborsClassifier"
    " KMeans MiniBatchKMeans DBSCAN AgglomerativeClustering LocalOutlierFactor"
)
_MONEY = re.compile(r"income|salary|balance|price|revenue|turnover|proline", re.IGNORECASE)
_THOUSANDS = re.compile(r"\bk\b|k\$|thousand|log|rate|ratio|share|_k$|norm|scaled|std", re.IGNORECASE)
_SMALL = re.compile(r"^age$|(^|_)age(_|$)|^years?_|_years?$|^Age\b|rating|children|tenure", re.IGNORECASE)
"""Columns that are surely of thousands, and surely of tens."""
_OUT_OF_SCALE = listed("wine breast_cancer california boston")
"""Bundled data sets whose columns differ by factors of a thousand."""
_LINEAR = listed(
    "LinearRegression LogisticRegression Ridge Lasso ElasticNet SVC SVR LinearSVC LinearSVR KNeighborsClassifier"
    " KNeighborsRegressor SGDClassifier SGDRegressor MLPClassifier MLPRegressor RidgeClassifier Perceptron"
)


@rule(
    "SPLIT015",
    "labels-of-other-rows",
    "error",
    "rows are left out or moved in the features, and not in the labels",
    remedy="clean the whole table first, and take X and y from it; or y = y.loc[X.index]",
    source="pandas, alignment; Humbatova et al. 2020, training data",
)
def labels_of_other_rows(program: Program) -> Iterator[Found]:
    """`X = X.dropna()` after `y = df["y"]`."""
    text = program.text
    stores = [
        (node.targets[0].id, node)
        for node in program.each(ast.Assign)
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    ]
    for name, node in stores:
        value = node.value
        moved = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _FEWER
        if not moved or role_of(name) != "X" or written(value.func.value) != name:  # type: ignore[attr-defined]
            continue
        if any(one.arg == "axis" and written(one.value) in ("1", "'columns'") for one in value.keywords):  # type: ignore[attr-defined]
            continue
        labels = [(other, one) for other, one in stores if role_of(other) == "y" and one.lineno < node.lineno]
        later = [other for other, one in stores if role_of(other) == "y" and one.lineno > node.lineno]
        if f"{name}.index" in text or not labels or labels[-1][0] in later:
            continue
        together = [
            call
            for call in program.trace.of("fit", "train_test_split", "cross_val_score")
            if call.node.lineno > node.lineno
            and [written(one) for one in call.node.args if isinstance(one, ast.Name)][-2:] == [name, labels[-1][0]]
        ]
        if together:
            what = value.func.attr  # type: ignore[attr-defined]
            yield node, f"{what}() changes the rows of {name}, and {labels[-1][0]} keeps those it had"
            return
    yield from _moved_alone(program)


def _moved_alone(program: Program) -> Iterator[Found]:
    """`X = df[columns].dropna().to_numpy()`, `y = df["y"].to_numpy()`: each of a chain of its own."""
    for call in program.trace.of("fit", "train_test_split", *estimators.CROSS):
        at = 1 if call.name in estimators.CROSS else 0
        X, y = as_data(call.get("X", at)), as_data(call.get("y", at + 1))
        if X is None or y is None or X.kind != "data" or y.kind != "data" or "mixed" in X.flags | y.flags:
            continue
        if "windowed" in X.flags | y.flags or "reduced" in (X.last, y.last):
            continue
        one_table = len(X.rows) == 1 == len(y.rows) and X.rows == y.rows and X.frame == y.frame != 0
        left, right = indexes.moves(X), indexes.moves(y)
        alone = [(key, line) for key, line in (left | right).items() if (key in left) != (key in right)]
        for key, line in sorted(alone, key=lambda one: one[1]) if one_table else ():
            moved, kept = ((0, "X"), (1, "y")) if key in left else ((1, "y"), (0, "X"))
            what, names = key.partition(" ")[0], [call.text(at + place, name) for place, name in (moved, kept)]
            node = next((one for one in program.nodes if _is_call(one, what, line)), call.node)
            yield node, f"{what}() changes the rows of {names[0]}, and {names[1]} keeps those it had"
            return


def _is_call(node: ast.AST, what: str, line: int) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == what and node.lineno == line


@rule(
    "DATA001",
    "numbers-by-the-order-of-a-set",
    "warning",
    "categories are numbered by the order of a set",
    remedy="sorted(set(labels))",
    source="Python, set: unordered; PYTHONHASHSEED: texts are hashed anew in each run",
)
def order_of_a_set(program: Program) -> Iterator[Found]:
    """`{name: i for i, name in enumerate(set(labels))}`."""
    if "enumerate" not in program.names:
        return
    sets = {node.targets[0].id: node for node in program.nodes if _names_a_set(node)}  # type: ignore[attr-defined]
    sets = {name: node for name, node in sets.items() if name not in _put_in_order(program)}
    shown = {
        node.iter
        for node in program.each(ast.For)
        if not any(_stores_number(one, node.target) for one in ast.walk(node))
    }
    for node in program.each(ast.Call):
        if written(node.func) != "enumerate" or not node.args or node in shown:
            continue
        over = node.args[0]
        named = sets.get(over.id) if isinstance(over, ast.Name) else None
        if _is_set(over) or (named is not None and _of_one_function(program, named, node)):
            yield node, f"{written(over)} has another order in each run, and with it the numbers"


def _names_a_set(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_set(node.value)


def _of_one_function(program: Program, one: ast.AST, other: ast.AST) -> bool:
    """Whether both stand in the same function, or the first in none."""

    def home(node: ast.AST) -> int:
        return max((first for first, last in spans if first <= node.lineno <= last), default=0)  # type: ignore[attr-defined]

    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    spans = [(node.lineno, node.end_lineno or 0) for node in program.nodes if isinstance(node, kinds)]
    return home(one) in (0, home(other))


def _stores_number(node: ast.AST, target: ast.expr) -> bool:
    """Whether the counter of a loop is kept for what it counts: `numbers[name] = i`."""
    counter = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Subscript)
        and written(counter) in {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
    )


def _put_in_order(program: Program) -> set[str]:
    """Names that are sorted somewhere, or sets that begin empty and are not seen to be filled with texts."""
    found = set()
    filled = {
        written(node.func.value)
        for node in program.each(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in ("add", "update")
        and re.search(r"split|token|word|char|text|lower", " ".join(written(one, 200) for one in node.args))
    }
    for node in program.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            called = {written(one.func) for one in ast.walk(node.value) if isinstance(one, ast.Call)}
            empty = isinstance(node.value, ast.Call) and not node.value.args and called == {"set"}
            if "sorted" in called or (empty and node.targets[0].id not in filled):
                found.add(node.targets[0].id)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "sort":
            found.add(written(node.func.value))  # type: ignore[attr-defined]
    return found


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and written(node.func) in ("list", "tuple") and node.args:
        node = node.args[0]
    return isinstance(node, ast.SetComp) or (isinstance(node, ast.Call) and written(node.func) == "set")


@rule(
    "DATA002",
    "categories-as-numbers",
    "warning",
    "categories are numbered, and a model takes the numbers for sizes",
    remedy="OneHotEncoder for linear models, neighbours and networks; LabelEncoder is for the target",
    source="scikit-learn, LabelEncoder: to encode target values, and not the input; Encoding categorical features",
)
def categories_as_numbers(program: Program) -> Iterator[Found]:
    """`df["city"] = LabelEncoder().fit_transform(df["city"])`, and LogisticRegression."""
    models = [model.name for _, model, _, _ in fits(program) if model.name in _LINEAR]
    models += [
        one.name for one in program.trace.instances if one.name in _LINEAR and program.names & set(estimators.CROSS)
    ]
    trees = [one for one in program.trace.instances if estimators.is_predictor(one) and one.name not in _LINEAR]
    if not models or any("Pipeline" not in one.name for one in trees):
        return
    targets = {name for _, _, _, y in fits(program) for name in _columns(y)}
    targets |= {name for call in program.trace.of("train_test_split") for name in _columns(call.get("y", 1))}
    if any(name.startswith("[") for name in targets):
        return  # a target by its place may be any column by its name
    for target, _, _, _ in program.trace.stored:
        if not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Constant):
            continue
        node = next((one for one in program.each(ast.Assign) if target in one.targets), None)
        if node is not None and target.slice.value not in targets and _numbers_categories(node.value, program):
            yield node, f"{models[0]} takes the numbers of {target.slice.value!r} for sizes, and they are names"


def _columns(value: object) -> tuple[str, ...]:
    return value.columns or () if isinstance(value, Data) else ()


def _numbers_categories(node: ast.expr, program: Program) -> bool:
    if isinstance(node, ast.Attribute):
        return written(node, 200).endswith(".cat.codes")
    for call in program.trace.of("fit_transform"):
        if call.node is node:
            return isinstance(call.receiver, Instance) and call.receiver.name == "LabelEncoder"
    return False


@rule(
    "DATA003",
    "columns-out-of-scale",
    "warning",
    "a model of distances, and columns that differ by thousands",
    remedy="make_pipeline(StandardScaler(), ...)",
    source="scikit-learn, Importance of Feature Scaling; Support Vector Machines, Tips on practical use",
)
def out_of_scale(program: Program) -> Iterator[Found]:
    """`KNeighborsClassifier().fit(*load_wine(return_X_y=True))`, or of incomes beside ages."""
    for call in program.trace.of("fit", "fit_predict", *estimators.CROSS):
        crossed = call.name in estimators.CROSS
        model = _bare(call.args[0] if crossed and call.args else call.receiver)
        data = as_data(call.get("X", 1 if crossed else 0))
        if model is None or model.name not in _DISTANCES or data is None:
            continue
        raw = (
            "scaled" not in data.flags
            and not data.applied
            and not any(one.kind in ("scale", "reduce") for one in data.learned)
        )
        if raw and data.dataset in _OUT_OF_SCALE and (data.columns is None or len(data.columns) > 2):
            yield (
                model.node,
                f"{model.name} is given {data.dataset} as it is: the column of the largest numbers decides",
            )
            return
        large = [one for one in data.columns or () if _MONEY.search(one) and not _THOUSANDS.search(one)]
        small = [one for one in data.columns or () if _SMALL.search(one)]
        if raw and data.frame and large and small:
            yield model.node, f"{model.name} is given {large[0]} beside {small[0]} as they are: the larger one decides"
            return


def _bare(model: Value | None) -> Instance | None:
    """The model itself, where nothing before it in its pipeline changes the scales."""
    inner = estimators.innermost(model)
    if isinstance(inner, Instance) and inner.name in ("Pipeline", "make_pipeline"):
        *before, last = estimators.steps_of(inner) or [UNKNOWN]
        harmless = all(isinstance(one, Instance) and estimators.KIND.get(one.name) == "impute" for one in before)
        return last if harmless and isinstance(last, Instance) else None
    return inner if isinstance(inner, Instance) else None


@rule(
    "SPLIT016",
    "row-numbers-as-names",
    "error",
    "row numbers of a fold, given to a table as names",
    remedy="X.iloc[train], y.iloc[train]",
    source="scikit-learn, KFold.split: indices; pandas, Indexing: [] chooses columns",
)
def row_numbers(program: Program) -> Iterator[Found]:
    """`for train, test in KFold(5).split(X): X[train]`, where X is a DataFrame."""
    tables = {
        node.targets[0].id
        for node in program.each(ast.Assign)
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) and _is_table(node.value)
    }
    again = [
        target.id
        for node in program.nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    for loop in program.nodes:
        split = isinstance(loop, ast.For) and getattr(getattr(loop.iter, "func", None), "attr", "") == "split"
        picks = {one.id for one in getattr(loop.target, "elts", []) if isinstance(one, ast.Name)} if split else set()  # type: ignore[attr-defined]
        for node in ast.walk(loop) if picks else ():
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.slice, ast.Name)
                and isinstance(node.value, ast.Name)
            ):
                name = node.value.id
                if node.slice.id in picks and name in tables and again.count(name) == 1:
                    yield node, f"{name} is a table, and {written(node)} looks for columns of these names"
                    return


def _is_table(node: ast.expr) -> bool:
    """Whether an expression is surely a DataFrame: `pd.read_csv(...)`, `df[[...]]`, `df.drop(columns=...)`."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.List) and isinstance(node.value, ast.Name)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    named = node.func.attr == "drop" and any(one.arg == "columns" for one in node.keywords)
    return named or node.func.attr in ("read_csv", "get_dummies")
