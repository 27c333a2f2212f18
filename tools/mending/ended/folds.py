"""Numbers and parts of scikit-learn: folds, neighbours, parts of a split, solvers, probabilities."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_imports, with_keyword
from mlpilot.tools.mending.ended.estimators import receiver_of
from mlpilot.tools.mending.ended.scene import Scene, argument
from mlpilot.tools.mending.ended.state import Value
from mlpilot.tools.mending.forms import Edits


def _probabilities(scene: Scene, _: re.Match[str]) -> Edits:
    """Models that are asked for probabilities are made so that they give some."""
    for made in calls(scene.tree):
        name = called(made)
        if name in ("SVC", "NuSVC"):
            yield with_keyword(scene.source, made, "probability", "True"), f"{name} gives probabilities"
        if name == "SGDClassifier":
            yield with_keyword(scene.source, made, "loss", '"log_loss"'), "SGDClassifier gives probabilities"
        if name == "VotingClassifier":
            yield with_keyword(scene.source, made, "voting", '"soft"'), "VotingClassifier gives probabilities"
        if name in ("LinearSVC", "RidgeClassifier", "Perceptron", "PassiveAggressiveClassifier"):
            text = scene.put((made, f"CalibratedClassifierCV({scene.text(made)})"))
            yield with_imports(text, "CalibratedClassifierCV"), f"probabilities are calibrated upon {name}"
    for call in scene.calls():
        if called(call) == "predict_proba" and "SVC" not in scene.error:
            receiver = receiver_of(call)
            if receiver is not None:
                func = f"{scene.text(receiver)}.decision_function"
                yield scene.put((call.func, func)), "decision_function gives scores to rank by"


def _penalty(scene: Scene, _: re.Match[str]) -> Edits:
    """A solver that knows the penalty."""
    for made in calls(scene.tree):
        if called(made) in ("LogisticRegression", "LogisticRegressionCV"):
            penalty = keyword(made, "penalty")
            elastic = penalty is not None and "elasticnet" in scene.text(penalty.value)
            first = ["saga"] if elastic else ["liblinear", "saga"]
            for one in first:
                yield with_keyword(scene.source, made, "solver", f'"{one}"'), f"the solver {one} knows this penalty"
        if called(made) in ("LinearSVC", "LinearSVR"):
            yield with_keyword(scene.source, made, "dual", "False"), "solved in the primal, which knows this penalty"


def _fewer(scene: Scene, found: re.Match[str]) -> Edits:
    """A number that is larger than the data allow is the largest that they do."""
    name, most = found.group("name"), int(found.group("most"))
    for call in calls(scene.tree):
        index = 0 if name in ("n_splits", "n_neighbors", "n_components", "k", "n_clusters") else 99
        homes = {
            "n_splits": "Fold",
            "n_neighbors": "eighbors",
            "n_components": "PCA",
            "k": "SelectK",
            "n_clusters": "eans",
        }
        node = argument(call, 99, name) or (
            call.args[0] if call.args and homes.get(name, "?") in called(call) else None
        )
        del index
        if name == "n_splits" and node is None:
            one = keyword(call, "cv")
            node = one.value if one is not None else None
        number = scene.number(node)
        if node is not None and number is not None and number > most >= 1:
            yield scene.put((node, str(most))), f"{name} is {most}, as many as there are"
            value = scene.constants.get(node.id) if isinstance(node, ast.Name) else None
            if value is not None:
                yield scene.put((value, str(most))), f"{name} is {most}, as many as there are"
    if name == "n_splits" and most < 2:
        for call in calls(scene.tree):
            if called(call) == "StratifiedKFold" and isinstance(call.func, ast.Name):
                text = scene.put((call.func, "KFold"))
                yield with_imports(text, "KFold"), "folds of rows, for classes that are too rare to be in each"


def _rare(scene: Scene, _: re.Match[str]) -> Edits:
    """A split by classes of which one has a single row, or by a number, is made without regard to them."""
    from mlpilot.tools.diagnose.syntax import without_keyword

    for call in scene.calls():
        text = without_keyword(scene.source, call, "stratify")
        if text is not None:
            yield text, "the split is not stratified: a class has a single row"


def _size_by_name(scene: Scene, _: re.Match[str]) -> Edits:
    """`train_test_split(X, y, 0.2)`: the size is named."""
    for call in scene.calls():
        last = call.args[-1] if called(call) == "train_test_split" and len(call.args) > 1 else None
        number = scene.value(last).number if last is not None else None
        if last is not None and number is not None:
            yield scene.put((last, f"test_size={scene.text(last)}")), "the size of the test part is named"


def _swapped(scene: Scene, _: re.Match[str]) -> Edits:
    """The parts of a split, in the order in which it gives them; the part that is as long as the other."""
    for node in ast.walk(scene.tree):
        value = getattr(node, "value", None)
        if not (isinstance(node, ast.Assign) and isinstance(value, ast.Call) and called(value) == "train_test_split"):
            continue
        target = node.targets[0]
        if not isinstance(target, ast.Tuple) or len(target.elts) != 4 or len(value.args) < 2:
            continue
        first = [scene.text(one) for one in target.elts]
        for order in ((0, 2, 1, 3), (0, 3, 1, 2), (1, 0, 3, 2), (2, 0, 3, 1)):
            new = [first[one] for one in order]
            if _is_split(new):
                yield scene.put((target, ", ".join(new))), f"the parts of the split are {', '.join(new)}"
    yield from as_long(scene)


def _is_split(names: list[str]) -> bool:
    """Whether names read as train, test of one thing, and train, test of the other."""
    test = [bool(re.search(r"test|val|valid|_te\b|hold", one, re.IGNORECASE)) for one in names]
    target = [bool(re.match(r"y|label|target", one, re.IGNORECASE)) for one in names]
    return test == [False, True, False, True] and target == [False, False, True, True]


def as_long(scene: Scene) -> Edits:
    """An argument of another length than the others is another name that is as long."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            lengths = [_length(scene.value(one, at)) for one in call.args]
            known = [one for one in lengths if one]
            if len(set(known)) != 2:
                continue
            for place, one in enumerate(call.args):
                if lengths[place] is None or not isinstance(one, ast.Name | ast.Attribute):
                    continue
                wanted = next((each for each in known if each != lengths[place]), None)
                for name in _near_names(scene, scene.text(one), wanted):
                    yield scene.put((one, name)), f"{name} in place of {scene.text(one)}, which has another length"
            return


def _near_names(scene: Scene, name: str, length: int | None) -> list[str]:
    """Names of the same beginning whose values are as long."""
    stem = name.split("_")[0]
    found = {
        other
        for frame in scene.frames
        for other, held in frame.values.items()
        if other != name and "." not in other and other.split("_")[0] == stem and _length(held) == length
    }
    return sorted(found, key=len)[:3]


def _length(held: Value) -> int | None:
    return held.shape[0] if held.shape else held.length


RULES = (
    (
        r"'predict_proba'|predict_proba is not available|probability estimates|decision_function.{0,40}not",
        _probabilities,
    ),
    (r"[Ss]olver \w+ supports only|penalty='?\w+'? .{0,60}(?:not supported|combination)", _penalty),
    (r"number of splits (?P<name>n_splits)=\d+ greater than the number of samples: n_samples=(?P<most>\d+)", _fewer),
    (
        r"Cannot have number of splits (?P<name>n_splits)=\d+ greater than the number of \w+: (?:\w+=)?(?P<most>\d+)",
        _fewer,
    ),
    (
        r"Expected (?P<name>n_neighbors) <= n_samples(?:_fit)?, +but n_neighbors = \d+, "
        r"n_samples(?:_fit)? = (?P<most>\d+)",
        _fewer,
    ),
    (r"(?P<name>n_components)=\d+ must be (?:between 0 and|less or equal to|<=) .*?=(?P<most>\d+)", _fewer),
    (r"least populated class", _rare),
    (
        r"inconsistent numbers of samples|y should be a 1d array|bad input shape|Unknown label type|not aligned",
        _swapped,
    ),
)
"""(what the error says, its edits)."""
