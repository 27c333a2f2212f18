"""Models that are asked in another way than they were fitted: without a step, by columns that have lost their names,
by values in another order.

Sources: scikit-learn, Pipeline (named_steps), set_output, ColumnTransformer; Common pitfalls.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import last_fit
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Value, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_ASKED = ("predict", "predict_proba", "decision_function", "score")
_STEP = re.compile(r"\.named_steps(\[|\.)|\.steps\[-1\]\[1\]|\.steps\[-1\]\[-1\]|\.named_steps\b")
_PREPARED = re.compile(r"transform|\[:-1\]|scaled|_sc\b|_std\b|prep", re.IGNORECASE)


@rule(
    "MODEL017",
    "step-without-those-before",
    "error",
    "the last step of a pipeline is asked about rows that did not go through the steps before it",
    remedy="pipe.predict(X_test); or pipe[:-1].transform(X_test) for the last step alone",
    source="scikit-learn, Pipeline: predict transforms the data, and then calls predict of the last step",
)
def step_alone(program: Program) -> Iterator[Found]:
    """`svc = search.best_estimator_.named_steps["svc"]`, and `svc.predict(X_test)`."""
    for call in program.trace.of(*_ASKED):
        held = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        made = program.sets.get(held.id, []) if isinstance(held, ast.Name) else []
        source = made[0].value if len(made) == 1 else held
        if source is None or not isinstance(source, ast.Subscript | ast.Attribute) or not _is_step(program, source):
            continue
        given = call.text(0, "X")
        before = " ".join([given, *(written(one.value, 300) for one in program.sets.get(given, []))])
        data = as_data(call.args[0]) if call.args else None
        if not _PREPARED.search(before) and (data is None or not data.applied):
            text = f"{written(source)} is one step of a pipeline"
            yield call.node, f"{text}, and {given} did not go through the steps before it"
            return


def _is_step(program: Program, node: ast.expr) -> bool:
    """Whether an expression is the last step of a pipeline, which has others before it."""
    text = written(node, 200)
    if not _STEP.search(text):
        return False
    return any(
        one.name in ("Pipeline", "make_pipeline") and _prepares(estimators.steps_of(one))
        for one in program.trace.instances
    )


def _prepares(steps: list[Value]) -> bool:
    """Whether the steps before the last change what the model is given."""
    names = {one.name for one in steps[:-1] if isinstance(one, Instance)}
    return any(name in estimators.KIND for name in names) or bool(names & estimators.PIPELINES)


@rule(
    "MODEL018",
    "names-of-an-array",
    "error",
    "columns are chosen by name where a step before has made an array of them",
    remedy='.set_output(transform="pandas") on the pipeline, or that step within the ColumnTransformer',
    source="scikit-learn, ColumnTransformer: columns by name need a DataFrame; set_output",
)
def names_of_array(program: Program) -> Iterator[Found]:
    """`make_pipeline(SimpleImputer(), ColumnTransformer([("num", StandardScaler(), ["age"])]), model)`."""
    if program.names & {"set_output", "set_config"}:
        return
    for one in program.trace.instances:
        if one.name not in ("Pipeline", "make_pipeline"):
            continue
        steps = estimators.steps_of(one)
        for at, step in enumerate(steps):
            before = [other for other in steps[:at] if isinstance(other, Instance) and _makes_array(other)]
            if before and isinstance(step, Instance) and (column := _by_name(step)):
                text = f"{before[-1].name} gives an array, and {step.name} looks for its column {column!r}"
                error = "ValueError: Specifying the columns using strings is only supported for dataframes."
                yield before[-1].node, text, error
                return


def _makes_array(step: Instance) -> bool:
    return step.own is None and step.library == "sklearn" and step.name in estimators.KIND


def _by_name(step: Instance) -> str:
    """A column that a ColumnTransformer names."""
    if step.name not in ("ColumnTransformer", "make_column_transformer"):
        return ""
    given = step.args if step.name == "make_column_transformer" else [step.argument("transformers", 0)]
    entries = given if step.name == "make_column_transformer" else getattr(given[0], "items", [])
    for entry in entries:
        last = entry.items[-1] if isinstance(entry, Seq) and len(entry.items) > 1 else None
        if isinstance(last, Seq) and words(last):
            return words(last)[0]
    return ""


_FROM_OUTSIDE = re.compile(r"json|request|payload|body|message|event|loads|form\b", re.IGNORECASE)


@rule(
    "MODEL019",
    "values-in-another-order",
    "error",
    "a model without names of columns is given values in the order in which they came",
    remedy="table[FEATURES].to_numpy(): the columns of the training, in their order",
    source="scikit-learn, Glossary, feature_names_in_: names are checked where a model is fitted on a DataFrame",
)
def another_order(program: Program) -> Iterator[Found]:
    """`model.fit(df[FEATURES].to_numpy(), y)`, and `model.predict(pd.DataFrame(json.loads(body)).to_numpy())`."""
    chosen = _order_of_training(program)
    if chosen is None:
        return
    for call in program.trace.of("predict", "predict_proba"):
        given = call.node.args[0] if call.node.args else None
        bare = _bare(program, given)
        table = _table(program, bare) if bare is not None else None
        if table is None or not table.args or any(one.arg in ("columns", "index") for one in table.keywords):
            continue
        keys = _keys(program, table.args[0])
        if keys is not None and keys != chosen and set(keys) == set(chosen):
            text = f"{written(table)} begins with {keys[0]!r}"
            yield call.node, f"{text}, and the model was fitted on values that begin with {chosen[0]!r}"
        elif keys is None and _FROM_OUTSIDE.search(written(table.args[0], 200)):
            text = f"{written(given)} has its columns in the order in which they came" if given is not None else ""
            yield call.node, f"{text}, and the model was fitted on {', '.join(chosen[:2])}, ... without names"


def _order_of_training(program: Program) -> list[str] | None:
    """The columns that a model was fitted on as an array, where they were chosen by name."""
    for call in program.trace.of("fit"):
        model = call.receiver
        fit = last_fit(model, call.order) if isinstance(model, Instance) and estimators.is_predictor(model) else None
        data = as_data(fit.X) if fit is not None else None
        named = isinstance(data, Data) and data.columns is not None and len(data.columns) > 1
        if data is not None and named and "array" in data.flags and "*" not in (data.columns or ()):
            return list(data.columns or ())
    return None


def _bare(program: Program, node: ast.expr | None) -> ast.expr | None:
    """The table of `table.to_numpy()`, `table.values`, `np.asarray(table)`, also through a name."""
    if isinstance(node, ast.Name):
        made = program.sets.get(node.id, [])
        node = made[0].value if len(made) == 1 else None
    if isinstance(node, ast.Attribute) and node.attr == "values":
        return node.value
    if isinstance(node, ast.Call) and called(node) in ("to_numpy",) and isinstance(node.func, ast.Attribute):
        return node.func.value
    if isinstance(node, ast.Call) and called(node) in ("asarray", "array") and node.args:
        return node.args[0]
    return None


def _table(program: Program, node: ast.expr) -> ast.Call | None:
    """The call that made a table, where nothing chose or ordered its columns since."""
    if isinstance(node, ast.Name):
        made = program.sets.get(node.id, [])
        node = made[0].value if len(made) == 1 and isinstance(made[0].targets[0], ast.Name) else node
    made_here = isinstance(node, ast.Call) and called(node) in ("DataFrame", "json_normalize")
    return node if made_here and isinstance(node, ast.Call) else None


def _keys(program: Program, node: ast.expr) -> list[str] | None:
    """Keys in the order in which they are written, of a dict or of the first of several."""
    if isinstance(node, ast.Name):
        made = program.sets.get(node.id, [])
        node = made[0].value if len(made) == 1 else node
    if isinstance(node, ast.List) and node.elts:
        node = node.elts[0]
    if not isinstance(node, ast.Dict) or not all(isinstance(one, ast.Constant) for one in node.keys):
        return None
    return [str(one.value) for one in node.keys if isinstance(one, ast.Constant)]


@rule(
    "MODEL020",
    "row-of-a-table-as-a-series",
    "error",
    "one row of a table, which is a Series, where a table is wanted",
    remedy="model.predict(X_test.iloc[[0]]): a list of one number keeps it a table",
    source="scikit-learn: Expected 2D array, got 1D array instead; pandas, iloc: a number gives a Series",
)
def row_as_series(program: Program) -> Iterator[Found]:
    """`model.predict(X_test.iloc[0])`, also through a name, `.values` or `.to_numpy()`."""
    read = {node: base for node, base in program.trace.attributes if node.attr in ("iloc", "loc")}
    for call in program.trace.of("predict", "predict_proba", "transform", "decision_function"):
        model = estimators.innermost(call.receiver)
        takes = isinstance(model, Instance) and model.library == "sklearn" and model.own is None
        known = takes and (estimators.is_predictor(model) or bool(estimators.learners(model)))
        if not known or not call.node.args or call.conditions:
            continue
        row = _one_row(program, call.node.args[0])
        base = as_data(read.get(row.value)) if row is not None else None  # type: ignore[call-overload]
        table = base is not None and base.kind == "data" and base.role != "y" and len(base.columns or (1, 2)) > 1
        if row is not None and base is not None and table and (base.frame or base.role == "X"):
            yield call.node, f"{written(row)} is one row of one dimension, and {call.name} takes a table"


def _one_row(program: Program, node: ast.expr) -> ast.Subscript | None:
    """`X.iloc[0]` of `X.iloc[0]`, `X.iloc[0].values`, `X.iloc[0].to_numpy()`, also through a name."""
    for _ in range(3):
        made = program.sets.get(node.id, []) if isinstance(node, ast.Name) else []
        if isinstance(node, ast.Name) and len(made) == 1 and isinstance(made[0].targets[0], ast.Name):
            node = made[0].value
        elif isinstance(node, ast.Attribute) and node.attr == "values":
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and called(node) == "to_numpy":
            node = node.func.value
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Attribute):
        return None
    at = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
    whole = isinstance(at, ast.Constant) and isinstance(at.value, int) and not isinstance(at.value, bool)
    return node if whole and node.value.attr in ("iloc", "loc") else None


_ALIGNED = frozenset(("reindex", "align", "OneHotEncoder", "set_categories", "CategoricalDtype", "Categorical"))


@rule(
    "PANDAS019",
    "dummies-of-a-few-rows",
    "error",
    "get_dummies of a few new rows makes columns of their own categories alone",
    remedy="encoded.reindex(columns=X.columns, fill_value=0); or OneHotEncoder in a Pipeline",
    source="pandas, get_dummies: a column for each category that is there; scikit-learn, OneHotEncoder",
)
def dummies_of_few(program: Program) -> Iterator[Found]:
    """`row = pd.DataFrame({"line": ["S3"], "load": [0.4]})`, and `model.predict(pd.get_dummies(row))`."""
    every = [one for one in program.each(ast.Call) if called(one) == "get_dummies"]
    if len(every) < 2 or program.names & _ALIGNED:
        return
    for call in program.trace.of("predict", "predict_proba"):
        given = call.node.args[0] if call.node.args else None
        made = program.sets.get(given.id, []) if isinstance(given, ast.Name) else []
        node = made[0].value if len(made) == 1 else given
        if isinstance(node, ast.Call) and node in every and node.args and _is_written(program, node.args[0]):
            text = f"{written(node)} has columns for the categories of these rows alone"
            yield node, f"{text}, and the model was fitted with those of all"
            return


def _is_written(program: Program, node: ast.expr) -> bool:
    """Whether rows are written out here, or are all given one and the same category."""
    name = node.id if isinstance(node, ast.Name) else ""
    made = program.sets.get(name, [])
    source = made[0].value if len(made) == 1 else node
    literal = isinstance(source, ast.Call) and called(source) == "DataFrame" and bool(source.args)
    if literal and isinstance(source, ast.Call) and isinstance(source.args[0], ast.Dict | ast.List):
        return True
    return any(
        isinstance(one.targets[0], ast.Subscript)
        and written(one.targets[0].value) == name
        and isinstance(one.value, ast.Constant)
        and isinstance(one.value.value, str)
        for one in program.each(ast.Assign)
    )
