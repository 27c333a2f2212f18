"""Searches and measures of scikit-learn: names of parameters and scorers, what a measure is given, its averages."""

import ast
import difflib
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended import estimators
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits

_SCORERS = {
    "mse": "neg_mean_squared_error",
    "mean_squared_error": "neg_mean_squared_error",
    "rmse": "neg_root_mean_squared_error",
    "root_mean_squared_error": "neg_root_mean_squared_error",
    "neg_rmse": "neg_root_mean_squared_error",
    "mae": "neg_mean_absolute_error",
    "mean_absolute_error": "neg_mean_absolute_error",
    "mape": "neg_mean_absolute_percentage_error",
    "log_loss": "neg_log_loss",
    "logloss": "neg_log_loss",
    "auc": "roc_auc",
    "roc": "roc_auc",
    "roc_auc_score": "roc_auc",
    "acc": "accuracy",
    "accuracy_score": "accuracy",
    "f1_score": "f1",
    "f1score": "f1",
    "precision_score": "precision",
    "recall_score": "recall",
    "r2_score": "r2",
    "rsquared": "r2",
    "ap": "average_precision",
    "f1_binary": "f1",
    "brier": "neg_brier_score",
}
_AVERAGED = ("f1_score", "precision_score", "recall_score", "fbeta_score", "jaccard_score")
_MEASURES = {
    "accuracy_score",
    "f1_score",
    "precision_score",
    "recall_score",
    "confusion_matrix",
    "classification_report",
    "balanced_accuracy_score",
}


def _parameter(scene: Scene, found: re.Match[str]) -> Edits:
    """A parameter that is nearly one of those the estimator has, or one of a step, or of what the search wraps."""
    wrong = found.group(1)
    known = re.findall(r"'([\w]+)'", scene.error.partition("Valid parameters are")[2])
    keys = _keys(scene, wrong)
    steps = list(_steps(scene))
    head, _, tail = wrong.partition("__")
    if tail == "" and known:
        for new in difflib.get_close_matches(wrong, known, 2, 0.6):
            yield from _renamed(scene, keys, wrong, new)
    for step in steps:
        if head != step and (tail or not known):
            rest = tail or wrong
            yield from _renamed(scene, keys, wrong, f"{step}__{rest}")
    for step in sorted(steps, key=lambda one: -difflib.SequenceMatcher(None, one, head).ratio()) if not tail else ():
        yield from _renamed(scene, [one for one in keys if "__" in str(getattr(one, "value", ""))], head, step)
    for new in difflib.get_close_matches(head, [one for one in known if one != "steps"], 2, 0.5):
        yield from _renamed(scene, keys, head, new)
    for outer in ("estimator", "base_estimator", "regressor", "classifier"):
        if outer in known:
            yield from _renamed(scene, keys, wrong, f"{outer}__{wrong}")
            yield from _renamed(scene, keys, head, outer)
    for step in [one for one in known if one not in ("steps", "memory", "verbose", "transform_input")]:
        yield from _renamed(scene, keys, wrong, f"{step}__{tail or wrong}")
        if tail:
            yield from _renamed(scene, keys, head, step)


def _keys(scene: Scene, wrong: str) -> list[ast.expr | ast.keyword]:
    """Where the parameter is written: keys of dicts, and arguments by name."""
    found: list[ast.expr | ast.keyword] = []
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = node.value.split("__")
            if wrong == node.value or wrong in parts or node.value.startswith(f"{wrong}__"):
                found.append(node)
    return found


def _renamed(scene: Scene, keys: list[ast.expr | ast.keyword], old: str, new: str) -> Edits:
    pairs = []
    for node in keys:
        if isinstance(node, ast.Constant):
            text = str(node.value)
            parts = text.split("__")
            if text == old:
                pairs.append((node, f'"{new}"'))
            elif old in parts and "__" not in old:
                pairs.append((node, '"' + "__".join(new if one == old else one for one in parts) + '"'))
    if pairs:
        yield scene.put(*pairs), f"the parameter {old} is {new}"


def _steps(scene: Scene) -> list[str]:
    names: list[str] = []
    for call in calls(scene.tree, "Pipeline"):
        names += [
            str(node.elts[0].value)
            for node in ast.walk(call)
            if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[0], ast.Constant)
        ]
    for call in calls(scene.tree, "make_pipeline"):
        names += [called(one).lower() for one in call.args if isinstance(one, ast.Call)]
    return names[::-1]


def _scorer(scene: Scene, found: re.Match[str]) -> Edits:
    """A measure by the name that scikit-learn gives it."""
    wrong = found.group(1)
    known = re.findall(r"'([a-z0-9_]+)'", scene.error)
    plain = wrong.lower().replace("-", "_").replace(" ", "_")
    near = difflib.get_close_matches(plain, known, 2, 0.6)
    places = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Constant) and one.value == wrong]
    for new in dict.fromkeys([*filter(None, [_SCORERS.get(plain)]), *([plain] if plain in known else []), *near]):
        if places and new != wrong:
            yield scene.put(*((one, f'"{new}"') for one in places)), f"the scorer {wrong!r} is {new!r}"
    if not near and plain not in _SCORERS:
        for new in difflib.get_close_matches(plain, [*_SCORERS, *_SCORERS.values()], 2, 0.6):
            scorer = _SCORERS.get(new, new)
            yield scene.put(*((one, f'"{scorer}"') for one in places)), f"the scorer {wrong!r} is {scorer!r}"


def _function_as_scorer(scene: Scene, _: re.Match[str]) -> Edits:
    """A measure that is given as a function is made a scorer."""
    for call in calls(scene.tree):
        one = keyword(call, "scoring")
        name = one.value.id if one is not None and isinstance(one.value, ast.Name) else ""
        if one is not None and (new := _SCORERS.get(name)):
            yield scene.put((one.value, f'"{new}"')), f"the scorer of {name} is {new!r}"


def _averages(scene: Scene, _: re.Match[str]) -> Edits:
    """Measures of two classes, of several: their mean over the classes."""
    for call in scene.calls():
        if called(call) in _AVERAGED:
            alike = [one for name in _AVERAGED for one in calls(scene.tree, name) if keyword(one, "average") is None]
            for average in ("macro", "weighted"):
                source = scene.source
                for one in sorted(alike, key=lambda each: (-each.lineno, -each.col_offset)):
                    again = [each for each in calls(ast.parse(source), called(one)) if each.lineno == one.lineno]
                    place = next((each for each in again if each.col_offset == one.col_offset), None)
                    if place is not None:
                        source = with_keyword(source, place, "average", f'"{average}"')
                yield source, f"the measure is the mean over the classes ({average})"
    for node in ast.walk(scene.tree):
        named = isinstance(node, ast.Constant) and node.value in ("f1", "precision", "recall")
        if named and any(_scoring(each, node) for each in calls(scene.tree)):
            name = scene.text(node).strip("'\"")
            yield scene.put((node, f'"{name}_macro"')), f"{name} is the mean over the classes"
        if isinstance(node, ast.Constant) and node.value == "roc_auc":
            yield scene.put((node, '"roc_auc_ovr"')), "each class is ranked against the rest"


def _scoring(call: ast.Call, node: ast.AST) -> bool:
    one = keyword(call, "scoring")
    return one is not None and any(each is node for each in ast.walk(one.value))


def _several_classes(scene: Scene, _: re.Match[str]) -> Edits:
    """The area under the curve of several classes, of their probabilities."""
    for call in scene.calls():
        if called(call) == "roc_auc_score" and keyword(call, "multi_class") is None:
            yield with_keyword(scene.source, call, "multi_class", '"ovr"'), "each class is ranked against the rest"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Constant) and node.value == "roc_auc":
            yield scene.put((node, '"roc_auc_ovr"')), "each class is ranked against the rest"


def _one_column(scene: Scene, _: re.Match[str]) -> Edits:
    """Of two columns of probabilities, that of the positive class."""
    for call in [each for each in scene.calls() if re.search(r"(?:score|curve|loss|from_predictions)$", called(each))]:
        for one in call.args[1:2]:
            held = scene.value(one)
            if (held.shape and len(held.shape) == 2 and held.shape[1] == 2) or (
                isinstance(one, ast.Call) and called(one) == "predict_proba"
            ):
                yield scene.put((one, scene.dotted(one, "[:, 1]"))), "the probability of the positive class is taken"


def _mixed(scene: Scene, found: re.Match[str]) -> Edits:
    """Measures of classes are given classes: the most probable one, or the side of a half."""
    kinds = f"{found.group(1)} {found.group(2)}"
    for call in scene.calls():
        truth = scene.value(call.args[0]) if call.args else None
        binary = truth is None or truth.most is None or (truth.least, truth.most) == (0, 1)
        for place, one in enumerate(call.args[:2]):
            held = scene.value(one)
            wide = held.shape is not None and len(held.shape) == 2
            if wide and held.shape is not None and held.shape[1] > 1:
                pairs = [(one, scene.dotted(one, ".argmax(axis=1)"))]
                yield scene.put(*pairs), f"the class of {scene.text(one)}"
            if (place == 1 and binary and "continuous" in kinds) or (
                wide and held.shape is not None and held.shape[1] == 1
            ):
                flat = ".ravel()" if wide else ""
                new = f"({scene.dotted(one, flat) if flat else scene.text(one)} > 0.5).astype(int)"
                yield scene.put((one, new)), f"{scene.text(one)} above a half is the class 1"
    for name in ("predict_proba", "decision_function"):
        for call in calls(scene.tree, name):
            if isinstance(call.func, ast.Attribute):
                func = f"{scene.text(call.func.value)}.predict"
                yield scene.put((call.func, func)), "the classes are predicted"
    for call in scene.calls():
        if called(call) in _MEASURES and "continuous" in kinds:
            for made in calls(scene.tree):
                if called(made).endswith("Classifier") or called(made) in ("LogisticRegression", "SVC"):
                    yield from estimators.as_regressor(scene, made)


def _labels_of_types(scene: Scene, _: re.Match[str]) -> Edits:
    """Labels as text and labels as numbers."""
    for call in scene.calls():
        if len(call.args) < 2:
            continue
        truth, guess = call.args[:2]
        kinds = [scene.value(one).dtype for one in (truth, guess)]
        if any(one in ("object", "str") or one.startswith("<U") for one in kinds):
            text = 0 if kinds[0] in ("object", "str") or kinds[0].startswith("<U") else 1
            other = call.args[1 - text]
            yield scene.put((other, scene.dotted(other, ".astype(str)"))), f"{scene.text(other)} as text"
            one = call.args[text]
            yield scene.put((one, scene.dotted(one, ".astype(int)"))), f"{scene.text(one)} as numbers"


def _argument(scene: Scene, _: re.Match[str]) -> Edits:
    """`squared=False` is a measure of its own now."""
    for call in scene.calls():
        one = keyword(call, "squared")
        if called(call) == "mean_squared_error" and one is not None and scene.text(one.value) == "False":
            rest = ", ".join(scene.text(each) for each in [*call.args, *(k for k in call.keywords if k is not one)])
            yield scene.put((call, f"mean_squared_error({rest}) ** 0.5")), "the root is taken of the mean squared error"


RULES = (
    (r"Invalid parameter '?(\w+)'? for estimator", _parameter),
    (r"'scoring' parameter.{0,4000}Got '([^']{1,60})' instead", _scorer),
    (r"'([^']{1,60})' is not a valid scoring value", _scorer),
    (
        r"scoring value .{0,80}looks like it is a metric function|should be a str|scorer.{0,60}callable",
        _function_as_scorer,
    ),
    (r"Target is multiclass but average='binary'", _averages),
    (r"multi_class must be in|multiclass format is not supported|multi_class", _several_classes),
    (r"y should be a 1d array, got an array of shape|bad input shape|y_score|continuous-multioutput", _one_column),
    (r"can't handle a mix of ([\w-]+) and ([\w-]+) targets", _mixed),
    (r"(continuous(?:-multioutput)?) (is not supported)", _mixed),
    (r"Labels in y_true and y_pred should be of the same type|Mix of label input types", _labels_of_types),
    (r"unexpected keyword argument 'squared'", _argument),
)
"""(what the error says, its edits)."""
