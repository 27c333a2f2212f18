"""Repairs of how data meets an estimator: missing values, text, categories, signs, folds, shapes."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import (
    calls,
    fitted_estimator,
    function,
    keyword,
    nearest,
    with_imports,
    with_keyword,
    wrapped,
)
from mlpilot.tools.names import HOME
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

Mended = tuple[str, str] | None

_IMPUTER = 'SimpleImputer(strategy="median", keep_empty_features=True)'
_ENCODER = (
    'make_column_transformer((OneHotEncoder(handle_unknown="ignore"),'
    ' make_column_selector(dtype_exclude=["number", "bool"])), remainder="passthrough", sparse_threshold=0)'
)


def missing_values(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Put an imputer in front of the estimator that complains."""
    if "Input y" in diagnosis.evidence:
        return None
    found = re.search(r"\n(\w+) does not accept missing values", diagnosis.evidence)
    estimator = _estimator(tree, found.group(1) if found else None, diagnosis.line)
    if estimator is None or _before(tree, estimator, "SimpleImputer"):
        return None
    return wrapped(source, estimator, _IMPUTER, "SimpleImputer"), "missing values are filled in with the median"


def text_as_number(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Encode the columns that are not numbers, in front of the estimator that is fitted."""
    estimator = fitted_estimator(tree, diagnosis.line)
    if estimator is None or _before(tree, estimator, "OneHotEncoder"):
        return None
    names = ("OneHotEncoder", "make_column_selector", "make_column_transformer")
    return wrapped(source, estimator, _ENCODER, *names), "columns of text are encoded, one column a value"


def negative_values(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Bring columns into the range from 0 to 1, in front of what wants no negative values."""
    found = re.search(r"passed to (\w+)", diagnosis.evidence)
    names = [found.group(1)] if found else ["SelectKBest", "SelectPercentile"]
    holders = [call for name in names for call in calls(tree, name)]
    if not holders:
        return None
    call = nearest(holders, diagnosis.line)[0]
    return wrapped(source, call, "MinMaxScaler(clip=True)", "MinMaxScaler"), "columns are brought between 0 and 1"


def unknown_category(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Let encoders take categories that they have not seen."""
    del diagnosis
    settings = {
        "OneHotEncoder": {"handle_unknown": '"ignore"'},
        "OrdinalEncoder": {"handle_unknown": '"use_encoded_value"', "unknown_value": "-1"},
    }
    for name, arguments in settings.items():
        for number, call in enumerate(calls(tree, name)):
            present = keyword(call, "handle_unknown")
            if present is not None and "error" not in text_of(source, present.value):
                continue
            for argument, value in arguments.items():
                source = with_keyword(source, calls(ast.parse(source), name)[number], argument, value)
            return source, f"{name} takes categories that it has not seen"
    return None


def numeric_only(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Restrict a mean, median, ... to the columns that are numbers."""
    names = ("mean", "median", "std", "var", "sum", "corr", "quantile", "min", "max", "skew", "kurt", "sem")
    found = [call for name in names for call in calls(tree, name) if isinstance(call.func, ast.Attribute)]
    found = [call for call in found if keyword(call, "numeric_only") is None]
    if diagnosis.line is not None:
        found = [call for call in found if call.lineno <= diagnosis.line <= (call.end_lineno or call.lineno)]
    if not found:
        return None
    call = nearest(found, diagnosis.line)[0]
    return with_keyword(source, call, "numeric_only", "True"), "only columns of numbers are averaged"


def dense_required(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Let the column transformer, or else the encoder, write a dense matrix."""
    del diagnosis
    settings = (
        ("ColumnTransformer", "sparse_threshold", "0"),
        ("make_column_transformer", "sparse_threshold", "0"),
        ("OneHotEncoder", "sparse_output", "False"),
    )
    for name, argument, value in settings:
        for call in calls(tree, name):
            present = keyword(call, argument)
            if present is None or text_of(source, present.value) != value:
                return with_keyword(source, call, argument, value), f"{name} writes a dense matrix"
    return None


def fewer_neighbours(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """No more neighbours than rows, in `fit`, where the rows can be counted: a number in a message may be any."""
    holders = [(call, value) for call in calls(tree) if (value := keyword(call, "n_neighbors")) is not None]
    if not holders:
        return None
    call = nearest([call for call, _ in holders], diagnosis.line)[0]
    value = keyword(call, "n_neighbors")
    assert value is not None
    fit = function(tree, "fit")
    if fit is None or not fit.args.args or not fit.lineno <= call.lineno <= (fit.end_lineno or fit.lineno):
        return None
    return (
        replace(source, value.value, f"min({text_of(source, value.value)}, len({fit.args.args[0].arg}))"),
        "no more neighbours are asked for than there are rows",
    )


def fewer_folds(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """At most five inner folds, each of two rows; two folds where a class is too small for more."""
    found = re.search(
        r"n_splits=(\d+).*?(?:number of samples: (?:n_samples=)?(\d+))?\.?$", diagnosis.evidence, re.DOTALL
    )
    if found is None:
        return None
    old = int(found.group(1))
    new = max(2, min(old - 1, 5, int(found.group(2)) // 2)) if found.group(2) else 2
    places = [
        one.value
        for call in calls(tree)
        for one in call.keywords
        if one.arg in ("n_splits", "cv") and isinstance(one.value, ast.Constant) and one.value.value == old
    ]
    places += [
        call.args[0]
        for name in ("KFold", "StratifiedKFold", "GroupKFold", "TimeSeriesSplit")
        for call in calls(tree, name)
        if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value == old
    ]
    if not places or new >= old:
        return None
    return apply_edits(
        source, [Edit(*span(source, place), str(new)) for place in places]
    ), f"{new} inner folds, not {old}"


def probabilities_wanted(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """In `predict`: ask the model for probabilities in place of labels."""
    del diagnosis
    own = function(tree, "predict")
    if own is None:
        return None
    found = [call for call in calls(own, "predict") if isinstance(call.func, ast.Attribute)]
    if not found:
        return None
    edits = []
    for call in found:
        end = span(source, call.func)[1]
        edits.append(Edit(end - len("predict"), end, "predict_proba"))
    mended = apply_edits(source, edits)
    for name in ("SVC", "NuSVC"):
        for call in calls(ast.parse(mended), name):
            text = f"CalibratedClassifierCV({text_of(mended, call)}, ensemble=False)"
            return with_imports(replace(mended, call, text), "CalibratedClassifierCV"), "predict gives probabilities"
    return mended, "predict gives probabilities"


def flat_prediction(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """In `predict`: one value per row in place of one column."""
    del diagnosis
    own = function(tree, "predict")
    returns = [
        node.value for node in ast.walk(own or ast.Module([], [])) if isinstance(node, ast.Return) and node.value
    ]
    if not returns:
        return None
    edits = [Edit(*span(source, value), f"np.ravel({text_of(source, value)})") for value in returns]
    return with_imports(apply_edits(source, edits), "np"), "predict returns one value per row"


def _estimator(tree: ast.Module, name: str | None, line: int | None) -> ast.Call | None:
    """The call that makes the estimator of this name, or the one that is fitted nearest to a line."""
    named = nearest(calls(tree, name), line) if name else []
    if named:
        return named[0]
    made = fitted_estimator(tree, line)
    if made is not None and isinstance(made.func, ast.Name) and made.func.id in ("make_pipeline", "Pipeline"):
        steps = [arg for arg in made.args if isinstance(arg, ast.Call) and getattr(arg.func, "id", "") in HOME]
        return steps[-1] if steps else None
    return made


def _before(tree: ast.Module, estimator: ast.Call, name: str) -> bool:
    """True when the estimator already is the last step of a pipeline that has this step directly."""
    for call in calls(tree, "make_pipeline"):
        steps = call.args
        if steps and steps[-1] is estimator and any(isinstance(s, ast.Call) and _is(s, name) for s in steps[:-1]):
            return True
    return False


def _is(call: ast.Call, name: str) -> bool:
    return getattr(call.func, "id", "") == name
