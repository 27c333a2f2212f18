"""Parts of the rows that are numbered, binned or scaled each by itself: equal numbers mean different things.

Sources: scikit-learn, Common pitfalls: inconsistent preprocessing; pandas, Categorical data; factorize; qcut.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import last_fit, uses
from mlpilot.tools.diagnose.static.facts.leaking import part_of_file
from mlpilot.tools.diagnose.static.facts.syntax import own, parameters
from mlpilot.tools.diagnose.static.facts.uses import home
from mlpilot.tools.diagnose.static.libraries import estimators, reach
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import part_of, tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import (
    Data,
    Instance,
    Learning,
    Table,
    Value,
    apart,
    covers,
    number,
    unrelated,
)
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.tables.leak import at
from mlpilot.tools.diagnose.syntax import called

_PITFALL = "scikit-learn, Common pitfalls: inconsistent preprocessing"
_FIXED = {"CategoricalDtype", "union_categoricals", "set_categories", "add_categories", "Categorical", "reindex"}


@rule(
    "PANDAS012",
    "numbered-apart",
    "error",
    "categories or bins are numbered for each part by itself",
    remedy="OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1), or one set of bins",
    source=_PITFALL + "; pandas, Categorical data, factorize, qcut: by the values that are there",
)
def numbered_apart(program: Program) -> Iterator[Found]:
    """`train["city"].astype("category").cat.codes`, and the same of the test part."""
    if program.names & _FIXED:
        return
    found = list(_numbered(program))
    told = set()
    for i, (how, data, first, _) in enumerate(found):
        for other_how, other, node, text in found[i + 1 :]:
            one_place = first is node  # in a loop over columns, whichever it is
            same = how == other_how and data.columns == other.columns and (len(data.columns or ()) == 1 or one_place)
            two = _two_parts(data, other) or _prepared_apart(program, node, data, other)
            if same and node not in told and two:
                told.add(node)
                yield node, f"{text} numbers what this part holds: the same number is something else in the other part"
                return
    yield from _encoded_anew(program)


def _encoded_anew(program: Program) -> Iterator[Found]:
    """A function that fits an encoder to the table it is given, called for the training table and for another."""
    for use in uses(program):
        trained = use.trained_on
        if trained is None or "mixed" in use.data.flags | trained.flags or not unrelated(trained.rows, use.data.rows):
            continue
        there = {
            (one.what, one.line, one.column)
            for one in trained.learned
            if one.what in _NUMBERING and covers(one.rows, trained.rows) and unrelated(one.rows, use.data.rows)
        }
        for one in sorted(use.data.learned, key=lambda one: (one.line, one.column)):
            own = covers(one.rows, use.data.rows) and unrelated(one.rows, trained.rows)
            if own and (one.what, one.line, one.column) in there and part_of_file(use.data) != "test":
                text = f"{one.what} is fitted to each table by itself"
                line = use.call.node.lineno
                yield at(one), f"{text}: at line {line} its numbers mean other categories than in the training"
                return


_NUMBERING = ("LabelEncoder", "OrdinalEncoder")


def _numbered(program: Program) -> Iterator[tuple[str, Data, ast.AST, str]]:
    """(how, of what, where, as written) of each numbering by the values that are there."""
    for attribute, base in program.trace.attributes:
        data = as_data(base)
        if attribute.attr == "codes" and data is not None and written(attribute, 200).endswith(".cat.codes"):
            yield "codes", data, attribute, written(attribute)
    for call in program.trace.of("factorize", "qcut", "cut"):
        data = as_data(call.args[0]) if call.args and call.library == "pandas" else as_data(call.receiver)
        by_number = call.name == "factorize" or number(call.get("q", 1) or call.get("bins", 1)) is not None
        if data is not None and data.kind == "data" and by_number:
            yield call.name, data, call.node, written(call.node)


def _prepared_apart(program: Program, node: ast.AST, one: Data, other: Data) -> bool:
    """Whether a function numbers two tables that are called so: `train, test = prepare(first), prepare(second)`."""
    function = home(program, node)
    heads = [{row[0] for row in data.rows} for data in (one, other)]
    if not isinstance(function, ast.FunctionDef) or not all(heads) or heads[0] & heads[1]:
        return False
    parts = set()
    for line in program.each(ast.Assign):
        target, value = line.targets[0], line.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=False))
        for name, given in pairs:
            if isinstance(given, ast.Call) and written(given.func) == function.name and isinstance(name, ast.Name):
                parts.add(part_of(name.id))
    return {"train", "test"} <= parts


def _two_parts(one: Data, other: Data) -> bool:
    """Whether they are a training and a test part."""
    if "mixed" in one.flags | other.flags:
        return False
    files = {part_of_file(one), part_of_file(other)}
    parts = {str(row[-1][2]) for data in (one, other) for row in data.rows if len(data.rows) == 1}
    return files == {"train", "test"} or (apart(one.rows, other.rows) and parts == {"train", "test"})


@rule(
    "LEAK041",
    "scaled-by-its-own-statistics",
    "warning",
    "each part is scaled or filled in by its own statistics",
    remedy="take mean, deviation, median of the training part, and use them for both parts",
    source=_PITFALL,
)
def own_statistics(program: Program) -> Iterator[Found]:
    """`X_test = (X_test - X_test.mean()) / X_test.std()`, where the training part was scaled by its own."""
    told = set()
    for use in uses(program):
        trained = use.trained_on
        if trained is None or "mixed" in use.data.flags | trained.flags or not apart(trained.rows, use.data.rows):
            continue
        there = {(one.what, one.kind) for one in trained.learned if _of_its_own(one, trained)}
        for one in sorted(use.data.learned - trained.learned, key=lambda one: (one.line, one.column, sorted(one.into))):
            if _of_its_own(one, use.data) and (one.what, one.kind) in there and (one.line, one.kind) not in told:
                told.add((one.line, one.kind))
                node = ast.Constant(None, lineno=one.line, col_offset=one.column)
                how = "filled in" if one.kind == "impute" else "scaled"
                text = f"the rows that the model is judged on are {how} by their own {one.what}"
                yield node, f"{text}, and those that it is fitted on by theirs"
                return


def _of_its_own(one: Learning, data: Data) -> bool:
    both = {other.what for other in data.learned if other.kind == "extreme" and other.rows == data.rows}
    by_limits = one.kind == "extreme" and one.rows == data.rows and {"min", "max"} <= both
    moments = one.kind in ("statistic", "impute") and one.rows == data.rows and one.what in _MOMENTS
    return by_limits or moments


_MOMENTS = ("mean", "std", "median", "mode", "var", "sum")


@rule(
    "LEAK042",
    "new-rows-not-transformed",
    "error",
    "a model that was fitted on transformed rows is asked about rows as they are",
    remedy="model.predict(scaler.transform(rows)); a Pipeline cannot forget it",
    source=_PITFALL,
)
def not_transformed(program: Program) -> Iterator[Found]:
    """`model.fit(scaler.fit_transform(X), y)`, and `model.predict([[63, 145, 233]])`."""
    known = {one.serial: one for one in program.trace.instances}
    for call in program.trace.of("predict", "predict_proba"):
        model = call.receiver
        fit = last_fit(model, call.order) if isinstance(model, Instance) and estimators.is_predictor(model) else None
        trained = as_data(fit.X) if fit is not None else None
        if trained is None or "mixed" in trained.flags:
            continue
        before = [known[one].name for one in sorted(trained.applied) if one in known]
        before = [one for one in before if estimators.KIND.get(one) in ("scale", "reduce")]
        if before and _as_they_are(program, call):
            yield call.node, f"the model is fitted on what went through {before[0]}, and {call.text(0, 'X')} did not"
            return


def _as_they_are(program: Program, call: Call) -> bool:
    """Whether it is asked about rows that are written out in units of their own, or given to a function so."""
    value: Value | None = call.args[0] if call.args else call.get("X")
    data = as_data(value)
    if data is not None:
        made = [one for one in program.trace.of("DataFrame") if data.frame and as_data(one.result) == data]
        given = made[0].get("data", 0) if made else None
        columns = list(given.items.values()) if isinstance(given, Table) else []
        most = max((reach.listed_numbers(one) or 0 for one in columns), default=reach.reach(data) or 0)
        new = all(len(row) == 1 and row[0][0] == "source" for row in data.rows) and bool(made or reach.reach(data))
        return new and most > _MOST_SCALED and not data.applied and not data.learned
    if (reach.listed_numbers(value) or 0) > _MOST_SCALED:
        return True
    rows = getattr(call.node.args[0], "elts", []) if call.node.args else []
    names = [one.id for row in rows for one in getattr(row, "elts", []) if isinstance(one, ast.Name)]
    function = home(program, call.node)
    if not isinstance(function, ast.FunctionDef) or len(names) < 2 or len(rows) != 1:
        return False
    return len(names) == len(rows[0].elts) and set(names) <= set(parameters(function)) and "transform" not in names


_MOST_SCALED = 8
"""Beyond this many deviations from the mean there is hardly a row."""


@rule(
    "LEAK043",
    "fitted-anew-when-asked",
    "error",
    "a transformer is fitted anew on the rows that the model is asked about",
    remedy="scaler.transform(rows) with what was fitted on the training rows",
    source=_PITFALL,
)
def fitted_when_asked(program: Program) -> Iterator[Found]:
    """`def score(self, rows): return self.model.predict(self.scaler.fit_transform(rows))`."""
    yield from _in_the_question(program)
    for function in program.each(ast.FunctionDef):
        calls = [one for one in own(function) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
        asked = [one for one in calls if called(one) in ("predict", "predict_proba", "decision_function")]
        fitted = [one for one in calls if called(one) == "fit_transform" and len(one.args) == 1]
        learns = any(called(one) in ("fit", "fit_predict", "train", "partial_fit", "compile") for one in calls)
        if not asked or not fitted or learns or not _elsewhere(asked[0], function):
            continue
        made_here = {written(one.targets[0]) for one in own(function) if isinstance(one, ast.Assign)}
        for one in fitted:
            holder, given = one.func.value, one.args[0]  # type: ignore[attr-defined]
            names = {part.id for part in ast.walk(given) if isinstance(part, ast.Name)} & set(parameters(function))
            if names and written(holder) not in made_here and _is_transformer(program, one):
                yield one, f"{written(one)} learns from the rows that are asked about, and not from the training rows"


def _in_the_question(program: Program) -> Iterator[Found]:
    """`model.predict(encoder.fit_transform(new))`, where the encoder was fitted on other rows before."""
    asked = {
        part
        for call in program.trace.of("predict", "predict_proba")
        if isinstance(call.receiver, Instance) and call.receiver.fits and call.node.args
        for part in ast.walk(call.node.args[0])
    }
    for call in program.trace.of("fit_transform"):
        one, data = call.receiver, as_data(call.args[0]) if call.args else None
        if call.node not in asked or not isinstance(one, Instance) or data is None or not data.rows:
            continue
        before = [as_data(fit.X) for fit in one.fits if fit.order < call.order]
        other = any(fitted is not None and fitted.rows and fitted.rows != data.rows for fitted in before)
        if other and (estimators.learners(one) or one.name in estimators.LABEL_ENCODERS):
            yield call.node, f"{written(call.node)} learns from the rows that are asked about, and forgets the others"


def _elsewhere(asked: ast.Call, function: ast.FunctionDef) -> bool:
    """Whether the model that is asked is not made in the function."""
    holder = written(asked.func.value)  # type: ignore[attr-defined]
    return not any(isinstance(one, ast.Assign) and written(one.targets[0]) == holder for one in own(function))


def _is_transformer(program: Program, node: ast.Call) -> bool:
    """Whether a transformer is fitted, by what it is or by its name."""
    known = [call.receiver for call in program.trace.of("fit_transform") if call.node is node]
    if any(isinstance(one, Instance) for one in known):
        return any(isinstance(one, Instance) and one.name in estimators.KIND for one in known)
    return bool(set(tokens(written(node.func.value))) & _TRANSFORMING)  # type: ignore[attr-defined]


_TRANSFORMING = listed("scaler sc vectorizer vec tfidf encoder enc imputer pca preprocessor prep transformer selector")
