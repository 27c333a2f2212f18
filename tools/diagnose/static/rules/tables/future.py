"""Features that look ahead, searches that are judged by the test part, groups and rows that a split should keep apart.

Sources: Kapoor and Narayanan 2023, "Leakage and the reproducibility crisis"; Yang et al. 2022; scikit-learn,
documentation of its cross-validation iterators; pandas, documentation of rolling windows.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds, same_table_targets
from mlpilot.tools.diagnose.static.facts.judged import called_validation, in_folds, judgements, part
from mlpilot.tools.diagnose.static.libraries import estimators, nets
from mlpilot.tools.diagnose.static.libraries.tables import AHEAD
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, is_none, written
from mlpilot.tools.diagnose.static.reading.values import Data, Function, Instance, Rows, Seq, apart, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.tables.label import made_columns
from mlpilot.tools.diagnose.static.rules.tables.leak import at
from mlpilot.tools.diagnose.static.rules.tables.overlap import judged_after_fit
from mlpilot.tools.diagnose.syntax import names_in

_TIME = "Kapoor and Narayanan 2023, temporal leakage"
_WINDOWS = frozenset(("rolling", "expanding", "ewm", "cumsum", "cummax", "cummin", "diff", "pct_change"))
_SEARCHES = (
    "optimize fmin minimize gp_minimize forest_minimize dummy_minimize differential_evolution dual_annealing"
    " BayesianOptimization maximize basinhopping"
)
_IGNORE_GROUPS = frozenset(
    ("KFold", "StratifiedKFold", "ShuffleSplit", "StratifiedShuffleSplit", "RepeatedKFold", "RepeatedStratifiedKFold")
)


def _columns_made(program: Program) -> Iterator[tuple[ast.AST, str, ast.expr]]:
    """(place, column, what goes in) of `df["a"] = value`, `df.loc[:, "a"] = value` and `df.assign(a=value)`."""
    for node in program.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            at = node.targets[0].slice
            at = at.elts[-1] if isinstance(at, ast.Tuple) and at.elts else at
            if isinstance(at, ast.Constant) and isinstance(at.value, str):
                yield node, at.value, node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "assign":
            yield from ((one.value, one.arg, one.value) for one in node.keywords if one.arg is not None)


def _columns_of_a_pattern(program: Program) -> Iterator[tuple[ast.AST, str, ast.expr]]:
    """(place, column, what goes in) of ``df[f"mean_{n}"] = value``, whichever `n` is; the column as it is written."""
    for node in program.each(ast.Assign):
        at = node.targets[0].slice if isinstance(node.targets[0], ast.Subscript) else None
        if isinstance(at, ast.JoinedStr) and any(isinstance(one, ast.Constant) for one in at.values):
            yield node, written(at), node.value


def _has(program: Program, data: Data, node: ast.AST, column: str) -> bool:
    """Whether features hold a column; one of a pattern, where they are all of the table but others by their names."""
    at = node.targets[0].slice if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript) else None
    if not isinstance(at, ast.JoinedStr):
        return column in (data.columns or ()) or holds(data, column)
    if data.columns is not None or "?" in data.without:
        return False
    pieces = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".*" for one in at.values]
    left_out = any(re.fullmatch("".join(pieces), one) for one in data.without if not one.startswith(("?", "+")))
    given = (base for target, base, _, _ in program.trace.stored if target is node.targets[0])  # type: ignore[attr-defined]
    into = {base.frame for base in given if isinstance(base, Data)}
    return not left_out and data.frame in into


@rule(
    "LEAK025",
    "window-around-the-row",
    "warning",
    "a feature is a window that reaches into the future",
    remedy="a window that ends before the row: rolling(7).mean().shift(1)",
    source="pandas, rolling: center=True; " + _TIME,
)
def centred_window(program: Program) -> Iterator[Found]:
    """`df["smooth"] = df["load"].rolling(7, center=True).mean()`, and a model that is given `smooth`."""
    told = set()
    for _, X, y in same_table_targets(program):
        for one in sorted(X.learned, key=lambda one: (one.line, one.column, sorted(one.into))):
            doubtful = X.columns is not None and not one.into  # a column whose name is not known, and a list of names
            if one.kind != AHEAD or one.line in told or doubtful or (one.into and one.into <= set(y.columns or ())):
                continue
            if _makes_labels(program, one.line, y.columns or ()):
                continue
            told.add(one.line)
            column = _column_on(program, one.line)
            if one.what == "shift":
                yield at(one), f"{column} is of the row above, and the newest rows stand first: it lies in the future"
            else:
                yield at(one), f"{column} is a window that is centred on its row: half of it lies in the future"


def _makes_labels(program: Program, line: int, target: tuple[str, ...]) -> bool:
    """Whether a line stands in a function whose answer is the target: `df["y"] = g["failed"].transform(ahead)`."""
    home = next((one.name for one in program.each(ast.FunctionDef) if one.lineno < line <= (one.end_lineno or 0)), "")
    made = [
        constant.value
        for node in program.each(ast.Assign)
        if home in names_in(node.value) and isinstance(node.targets[0], ast.Subscript)
        if isinstance(constant := node.targets[0].slice, ast.Constant)
    ]
    return bool(home) and bool(made) and set(made) <= set(target)


def _column_on(program: Program, line: int) -> str:
    """The column that is set on a line, where it is written out."""
    for node in program.each(ast.Assign):
        at_column = node.targets[0].slice if isinstance(node.targets[0], ast.Subscript) else None
        if node.lineno <= line <= (node.end_lineno or line) and isinstance(at_column, ast.Constant):
            return repr(at_column.value)
    return "a feature"


@rule(
    "LEAK026",
    "window-holds-the-target",
    "error",
    "a feature is a window of the target that holds its own row",
    remedy="shift(1) before the window: rows before this one alone",
    source="pandas, rolling and expanding: windows end with the row itself; " + _TIME,
)
def window_holds_target(program: Program) -> Iterator[Found]:
    """`df["ma7"] = df["sales"].rolling(7).mean()`, and then `fit(df[["ma7"]], df["sales"])`."""
    made = [*_columns_made(program), *_columns_of_a_pattern(program)]
    sources = {column: used for _, column, used in made_columns(program) if len(used) == 1}
    told: set[ast.AST] = set()
    for call, X, y in same_table_targets(program):
        named = (y.columns or ("",))[0]
        for node, column, value, target in (
            (*one, target) for one in made for target in (named, *sources.get(named, ()))
        ):
            if (
                node in told
                or "shifted" in y.flags
                or column in (target, named)
                or isinstance(value, ast.BinOp)
                or not _has(program, X, node, column)
                or _shifted_since(program, node)
            ):
                continue
            inner = _with_what_it_names(program, value)
            reads = {one.value for one in inner if isinstance(one, ast.Constant) and isinstance(one.value, str)}
            asked = {one.attr for one in inner if isinstance(one, ast.Attribute)}
            if target in reads | asked and asked & _WINDOWS and "shift" not in asked and not _compares(inner):
                told.add(node)
                shown = column if column[:2] in ("f'", 'f"') else repr(column)
                text = f"{shown} is a {min(asked & _WINDOWS)} of {target!r}, the target, its own row included"
                yield node, f"{text}: the model at line {call.node.lineno} is told the answer"


def _with_what_it_names(program: Program, value: ast.expr) -> list[ast.AST]:
    """The nodes of an expression, of the groups that it names (`g.transform(...)`), and of a function it calls."""
    found = list(ast.walk(value))
    for one in list(found):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            given = program.sets.get(one.id, [])
            if len(given) == 1 and "groupby(" in written(given[0].value, 300):
                found += ast.walk(given[0].value)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        functions = [one for one in program.tree.body if isinstance(one, ast.FunctionDef) and one.name == value.func.id]
        for one in functions:
            found += [part for node in one.body if isinstance(node, ast.Return) for part in ast.walk(node)]
    return found


def _shifted_since(program: Program, node: ast.AST) -> bool:
    """Whether the column, or a list of columns, is set to itself a row later: `df["ma7"] = df["ma7"].shift(1)`."""
    key = node.targets[0].slice if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript) else None
    for later in program.each(ast.Assign):
        target = later.targets[0]
        if later is node or not isinstance(target, ast.Subscript) or "shift(" not in written(later.value, 300):
            continue
        same = key is not None and written(target.slice) == written(key)
        if same or (isinstance(target.slice, ast.Name | ast.List) and written(target) in written(later.value, 300)):
            return True
    return False


def _compares(nodes: list[ast.AST]) -> bool:
    return any(isinstance(one, ast.Compare) for one in nodes)


@rule(
    "LEAK027",
    "search-judged-by-test",
    "warning",
    "a search is told the score on the test part",
    remedy="cross_val_score, or a validation part, within the objective; the test part once, at the end",
    source="Yang et al. 2022, multi-test leakage; Optuna, hyperopt: objective functions",
)
def search_judged_by_test(program: Program) -> Iterator[Found]:
    """`def objective(trial): ...; return f1_score(y_test, model.predict(X_test))`, and `study.optimize(objective)`."""
    searched = {
        value.node.name
        for call in program.trace.of(*_SEARCHES.split())
        for value in (*call.args, *call.kwargs.values())
        if isinstance(value, Function) and isinstance(value.node, ast.FunctionDef)
    }
    for use in judgements(program):
        within = searched & set(use.call.inside)
        if within and part(use.data, use.call.text(0, "X")) == "test" and not in_folds(use.data, program):
            text = f"{min(within)} is what the search makes best, and it is judged on the test part"
            yield use.call.node, f"{text}: the best of its scores is too good"
            return
    yield from _tuned_on_test(program)


def _tuned_on_test(program: Program) -> Iterator[Found]:
    """`tuner.search(X_train, y_train, validation_data=(X_test, y_test))` of Keras Tuner."""
    for call in program.trace.of("search"):
        given = call.get("validation_data")
        one = as_data(given.items[0] if isinstance(given, Seq) and given.items else given)
        tuner = isinstance(call.receiver, Instance) and call.receiver.library in ("keras_tuner", "kerastuner")
        if tuner and part(one) == "test" and one is not None and not called_validation(program, one):
            yield call.node, f"{call.on()} chooses settings by the test part: the best of its scores is too good"
            return


@rule(
    "LEAK028",
    "rows-added-to-training",
    "warning",
    "rows of the whole table are added to the training part",
    remedy="add rows to the training part out of that part alone",
    source="Yang et al. 2022, overlap leakage",
)
def rows_added(program: Program) -> Iterator[Found]:
    """`train, test = train_test_split(df)`, and `pd.concat([train, df[df.source == "b"]])`."""
    for use in judged_after_fit(program):
        trained = use.trained_on
        assert trained is not None and use.fit is not None
        if len(trained.rows) > 1 and _strangers(trained.rows, use.data.rows):
            line = use.call.node.lineno
            yield use.fit.node, f"rows were added that were not of the training part: line {line} may judge them, too"
            return


def _strangers(trained: Rows, judged: Rows) -> bool:
    """Whether rows of the table that was split were added without regard to the split."""
    if len(judged) != 1:
        return False
    (test,) = judged
    split = next((step for step in test if step[0] == "split"), None)
    if split is None or not any((split[0], split[1], "train") in row for row in trained):
        return False
    return any(
        row[0] == test[0]
        and len(row) > 1
        and not any(step[:2] == split[:2] for step in row)
        and not apart(frozenset({row}), judged)
        for row in trained
    )


@rule(
    "SPLIT017",
    "groups-given-in-vain",
    "warning",
    "groups are given to folds that take no notice of them",
    remedy="cv=GroupKFold() or StratifiedGroupKFold(): KFold takes groups= and does not look at them",
    source="scikit-learn, KFold.split: groups, always ignored",
)
def groups_in_vain(program: Program) -> Iterator[Found]:
    """`cross_val_score(model, X, y, groups=groups, cv=KFold(5))`."""
    for call in program.trace.calls:
        if call.name in estimators.CROSS:
            given, folds = call.get("groups"), call.get("cv")
        elif call.name == "split" and isinstance(call.receiver, Instance) and not call.inside:
            given, folds = call.get("groups", 2), call.receiver
        elif call.name == "fit" and isinstance(call.receiver, Instance) and call.receiver.name in estimators.SEARCHES:
            given, folds = call.get("groups"), call.receiver.argument("cv")
        else:
            continue
        blind = is_none(folds) or isinstance(constant(folds), int)
        blind |= isinstance(folds, Instance) and folds.own is None and folds.name in _IGNORE_GROUPS
        if not is_none(given) and blind:
            name = folds.name if isinstance(folds, Instance) else "the default"
            yield call.node, f"groups are given, and {name} takes no notice of them: a group is on both sides"


@rule(
    "LEAK029",
    "one-model-for-all-folds",
    "warning",
    "one network goes on learning from fold to fold",
    remedy="make the model (and its optimiser) anew within the loop over the folds",
    source="scikit-learn, Cross-validation: fitted anew in each fold; Keras, Model.fit: goes on from its weights",
)
def one_model_for_all_folds(program: Program) -> Iterator[Found]:
    """`model = Sequential(...)` before `for train, test in KFold().split(X): model.fit(...)`."""
    again = {
        "load_weights", "set_weights", "load_state_dict", "clone_model", "deepcopy", "reset_parameters", "from_config",
        "clone", "load_model",
    }  # fmt: skip
    if program.names & again or any(isinstance(call.receiver, Instance) for call in program.trace.of("apply")):
        return
    loops = [node for node in program.each(ast.For) if _over_folds(node) or _cuts_folds(node)]
    for call in program.trace.calls:
        loop = next((one for one in loops if one in call.loops), None)
        if loop is None or call.name not in ("fit", "train_on_batch", "step", "partial_fit"):
            continue
        model = call.receiver
        learns_on = nets.is_keras_model(model) or (call.name == "partial_fit" and estimators.is_predictor(model))
        learns_on |= isinstance(model, Instance) and model.path.startswith("torch.optim.") and "sched" not in model.path
        if learns_on and isinstance(model, Instance) and not _made_within(program, model, loop):
            text = f"{call.on()} was made before the loop over the folds"
            yield call.node, f"{text}: it has learnt the rows that it is judged on"
            return


def _over_folds(loop: ast.For) -> bool:
    """Whether it goes over the folds of a cross-validation: pairs of parts, where `Tensor.split` gives batches."""
    numbered = isinstance(loop.iter, ast.Call) and written(loop.iter.func) == "enumerate"
    of_one = loop.target.elts[-1] if numbered and isinstance(loop.target, ast.Tuple) else loop.target
    if not isinstance(of_one, ast.Tuple | ast.List):
        return False
    calls = [one for one in ast.walk(loop.iter) if isinstance(one, ast.Call)]
    return any(
        isinstance(one.func, ast.Attribute)
        and one.func.attr == "split"
        and bool(one.args)
        and not isinstance(one.args[0], ast.Constant)
        for one in calls
    )


def _cuts_folds(loop: ast.For) -> bool:
    """Whether each turn cuts a part out by hand, `X[i * n : (i + 1) * n]`, and takes what lies behind it, too."""
    slices = [one for one in ast.walk(loop) if isinstance(one, ast.Slice) and isinstance(loop.target, ast.Name)]
    turn = written(loop.target)
    ends = {
        written(one.upper)
        for one in slices
        if one.lower is not None and one.upper is not None and turn in names_in(one.lower) & names_in(one.upper)
    }
    return any(one.upper is None and one.lower is not None and written(one.lower) in ends for one in slices)


def _made_within(program: Program, model: Instance, loop: ast.For) -> bool:
    """Whether the object is made in each turn, by a function that is called there too."""
    first, last = loop.lineno, loop.end_lineno or loop.lineno
    if first <= getattr(model.node, "lineno", 0) <= last:
        return True
    made: list[Call] = [one for one in program.trace.calls if one.result is model]
    return any(loop in one.loops for one in made)


@rule(
    "LEAK030",
    "feature-of-the-future",
    "error",
    "a feature is taken from rows that come later",
    remedy="shift(1) for features: only the target may be of a later row",
    source="pandas, shift: negative periods take later rows; " + _TIME,
)
def feature_of_the_future(program: Program) -> Iterator[Found]:
    """`df["next_open"] = df["open"].shift(-1)`, and a model that is given `next_open`."""
    fitted = list(same_table_targets(program))
    for node, column, value in _columns_made(program):
        later = [one for one in ast.walk(value) if isinstance(one, ast.Call) and _takes_later_rows(one)]
        judged = [X for _, X, y in fitted if column not in (y.columns or ()) and _has(program, X, node, column)]
        if later and judged and not re.search(r"target|label", column, re.IGNORECASE):
            yield node, f"{column!r} is taken from later rows ({written(later[0])}), and is among the features"


def _takes_later_rows(call: ast.Call) -> bool:
    by = call.args[0] if call.args else next((one.value for one in call.keywords if one.arg == "periods"), None)
    return (
        getattr(call.func, "attr", "") in ("shift", "diff", "pct_change")
        and isinstance(by, ast.UnaryOp)
        and isinstance(by.op, ast.USub)
    )


@rule(
    "LEAK031",
    "gaps-filled-with-the-future",
    "warning",
    "gaps in a time series are filled with later values",
    remedy="ffill(): the value before the gap",
    source="pandas, bfill: use the next valid observation; " + _TIME,
)
def gaps_filled_with_future(program: Program) -> Iterator[Found]:
    """`df.bfill()` of rows in order of time, and then a model."""
    if not any(True for _ in program.trace.of("fit", "train", "backward", *estimators.CROSS)):
        return
    for call in program.trace.of("bfill", "backfill", "fillna"):
        data = as_data(call.receiver)
        back = call.name != "fillna" or constant(call.get("method")) in ("bfill", "backfill")
        if data is None or not back or "temporal" not in data.flags:
            continue
        if not {"ffill", "pad", "interpolate", "fillna"} & set(re.findall(r"\w+", written(call.node.func, 400))[:-1]):
            yield call.node, f"{call.on()} is in order of time, and its gaps are filled with what came after"
            return
