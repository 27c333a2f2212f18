"""Estimators of scikit-learn: what they are given, in which form, how they were made, and when they were fitted."""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.syntax import called, calls, with_imports
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.ended.state import Value
from mlpilot.tools.mending.forms import Edits, above, alone, block_of, given_to
from mlpilot.tools.names import HOME, import_line
from mlpilot.tools.text import Edit, apply_edits, span

_FITS = ("fit", "fit_transform", "partial_fit", "fit_predict", "fit_resample")
_USES = (
    "predict",
    "score",
    "predict_proba",
    "transform",
    "decision_function",
    "inverse_transform",
    "predict_log_proba",
)
OF_X = (*_FITS, *_USES, "cross_val_score", "cross_validate", "cross_val_predict", "train_test_split")
_REGRESSORS = {
    "LogisticRegression": "LinearRegression",
    "LogisticRegressionCV": "LinearRegression",
    "SVC": "SVR",
    "LinearSVC": "LinearSVR",
    "RidgeClassifier": "Ridge",
    "GaussianNB": "BayesianRidge",
    "XGBClassifier": "XGBRegressor",
    "LGBMClassifier": "LGBMRegressor",
}


def receiver_of(call: ast.Call) -> ast.expr | None:
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def using(scene: Scene) -> Iterator[tuple[ast.Call, int]]:
    """Calls of the script in which an estimator failed, from inside."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            if called(call) in OF_X:
                yield call, at


def _table(scene: Scene, _: re.Match[str]) -> Edits:
    """One column, or one row, is given as a table."""
    wanted = next((one.sizes["n_features_in_"] for one in scene.state.layers if "n_features_in_" in one.sizes), 0)
    for call, at in using(scene):
        place = 1 if called(call).startswith("cross_val") else 0
        if len(call.args) <= place:
            continue
        given = call.args[place]
        held = scene.value(given, at)
        length = held.shape[0] if held.shape else held.length
        if isinstance(given, ast.List) and given.elts and not isinstance(given.elts[0], ast.List | ast.Tuple):
            yield scene.put((given, f"[{scene.text(given)}]")), "one row is given as a table of one row"
            continue
        if (
            isinstance(given, ast.Subscript)
            and isinstance(given.slice, ast.Constant)
            and type(given.slice.value) is str
        ):
            yield scene.put((given.slice, f"[{scene.text(given.slice)}]")), "a column is given as a table of one"
        if isinstance(given, ast.Subscript) and not isinstance(given.slice, ast.Slice | ast.Tuple):
            one = given.slice
            if isinstance(one, ast.Constant) and type(one.value) is int:
                new = f"{one.value}:{one.value + 1}"
                yield scene.put((one, new)), "one row is given as a table of one row"
            if isinstance(given.value, ast.Attribute) and given.value.attr in ("iloc", "loc"):
                yield scene.put((one, f"[{scene.text(one)}]")), "one row is given as a table of one row"
        if held.kind in ("list", "tuple"):
            rows = [f"[{scene.text(given)}]", f"[[one] for one in {scene.text(given)}]"]
            for new in rows if wanted == length or wanted != 1 else rows[::-1]:
                yield scene.put((given, new)), f"{scene.text(given)} is given as a table"
        suffixes = [".reshape(1, -1)", ".reshape(-1, 1)"] if wanted > 1 else [".reshape(-1, 1)", ".reshape(1, -1)"]
        if held.column:
            frame = [".to_frame()", ".to_frame().T"]
            suffixes = frame[::-1] if wanted > 1 else frame
        same = [one for one in calls(scene.tree) if called(one) in OF_X and place < len(one.args)]
        mine = [one for one in same if one is not call and scene.text(one.args[place]) == scene.text(given)]
        for suffix in suffixes:
            new = scene.dotted(given, suffix)
            if mine:
                pairs = [(one.args[place], new) for one in [call, *mine]]
                yield scene.put(*pairs), f"{scene.text(given)} is given as {new}"
            yield scene.put((given, new)), f"{scene.text(given)} is given as {new}"
        if given is not None and called(call) == "train_test_split" and call.args:
            continue


def _three_axes(scene: Scene, _: re.Match[str]) -> Edits:
    """Images are given as rows of numbers."""
    for call, at in using(scene):
        for one in call.args[:1]:
            held = scene.value(one, at)
            if not held.type:
                yield from _all_flat(scene, call)
            if held.shape and len(held.shape) > 2:
                text = scene.text(one)
                same = [
                    each.args[0]
                    for each in calls(scene.tree)
                    if called(each) in OF_X and each.args and scene.text(each.args[0]) == text
                ]
                new = f"{text}.reshape(len({text}), -1)"
                yield scene.put(*((each, new) for each in same)), f"{text} is given as rows"


def _all_flat(scene: Scene, call: ast.Call) -> Edits:
    """All that an estimator is given is made rows of numbers."""
    mine = receiver_of(call)
    made = [node for node in ast.walk(scene.tree) if isinstance(node, ast.Assign) and node.value is call]
    names = {scene.text(mine)} if mine is not None else set()
    names |= {scene.text(target) for node in made for target in node.targets}
    pairs: list[tuple[ast.AST, str]] = []
    for use in calls(scene.tree):
        owner = receiver_of(use)
        if owner is not None and scene.text(owner) in names and called(use) in OF_X and use.args:
            text = scene.text(use.args[0])
            pairs.append((use.args[0], f"{text}.reshape(len({text}), -1)"))
    yield scene.put(*pairs), "images are given as rows"


def _flat_target(scene: Scene, _: re.Match[str]) -> Edits:
    """A target of one column is made flat; one-hot rows are searched for their class."""
    for call, at in using(scene):
        for one in call.args[1:2]:
            held = scene.value(one, at)
            wide = held.shape is not None and len(held.shape) == 2 and held.shape[1] > 1
            if wide and (held.least, held.most) != (0, 1):
                continue
            base = scene.dotted(one, ".to_numpy()") if held.table else scene.text(one)
            if wide:
                yield scene.put((one, f"{base}.argmax(axis=1)")), f"{scene.text(one)} as class numbers"
            else:
                yield scene.put((one, f"{base}.ravel()")), f"{scene.text(one)} is made flat"


def _of_values(scene: Scene, _: re.Match[str]) -> Edits:
    """A classifier of a target that is a number wants to be a regressor."""
    for call, _at in using(scene):
        receiver = receiver_of(call)
        named = [one for one in scene.state.layers if one.home in ("sklearn", "xgboost", "lightgbm")]
        for layer in named[:2]:
            for made in calls(scene.tree, layer.kind):
                yield from as_regressor(scene, made)
        if receiver is not None and not named:
            for made in calls(scene.tree):
                if called(made) in _REGRESSORS:
                    yield from as_regressor(scene, made)


def as_regressor(scene: Scene, made: ast.Call) -> Edits:
    """A classifier as the regressor of the same kind."""
    name = called(made)
    new = _REGRESSORS.get(name) or (name.replace("Classifier", "Regressor") if "Classifier" in name else None)
    if new is None:
        return
    text = scene.put((made.func, scene.text(made.func).replace(name, new)))
    if isinstance(made.func, ast.Name):
        text = _import(text, name, new)
    yield text, f"{new} in place of {name}: the target is a number"


def _import(text: str, old: str, new: str) -> str:
    """The import of a name that is used, beside the one that it replaces."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if any(one.name == new for one in node.names):
                return text
            for one in node.names:
                if one.name == old and (node.module or "").split(".")[0] in ("xgboost", "lightgbm"):
                    end = span(text, one)[1]
                    return apply_edits(text, [Edit(end, end, f", {new}")])
    return with_imports(text, new) if import_line(new) is not None or new in HOME else text


def _features(scene: Scene, _: re.Match[str]) -> Edits:
    """What is predicted has the columns of what was fitted."""
    for call, at in using(scene):
        receiver = receiver_of(call)
        if receiver is None or not call.args or called(call) in _FITS:
            continue
        given = call.args[0]
        held = scene.value(given, at)
        layer = next((one for one in scene.state.layers if one.names), None)
        own = scene.value(receiver, at)
        names = own.names or (layer.names if layer is not None else ())
        where = f"{scene.text(receiver)}.feature_names_in_" if own.names else ""
        fitted = _fitted_with(scene, receiver)
        text = scene.text(given)
        source = where or (f"{fitted}.columns" if fitted and scene.named(fitted).table else "")
        if held.table and source and set(names) <= set(held.names):
            yield scene.put((given, f"{text}[{source}]")), f"{text} has the columns that were fitted, in their order"
        elif held.table and source:
            new = f"{text}.reindex(columns={source}, fill_value=0)"
            common = set(names) & set(held.names)
            if common:
                yield from _near_columns(scene, given, names, held)
                yield scene.put((given, new)), f"{text} gets the columns that were fitted"
        if not held.table and names and fitted:
            pandas = scene.imported("pandas")
            if pandas and held.shape and len(held.shape) == 2 and held.shape[1] == len(names):
                new = f"{pandas}.DataFrame({text}, columns={source})"
                yield scene.put((given, new)), f"{text} gets the names of its columns"
        yield from _prepared(scene, call, given)


def _near_columns(scene: Scene, given: ast.expr, names: tuple[str, ...], held: Value) -> Edits:
    """Columns that are spelled otherwise."""
    missing = [one for one in names if one not in held.names]
    left = {_plain(one): one for one in held.names if one not in names}
    same = {left[_plain(one)]: one for one in missing if _plain(one) in left}
    if same and len(same) == len(missing):
        yield scene.put((given, f"{scene.text(given)}.rename(columns={same!r})")), "columns as they were fitted"


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _fitted_with(scene: Scene, receiver: ast.expr) -> str:
    """The name of what an estimator was fitted with."""
    text = scene.text(receiver)
    for node in given_to(scene.tree, text):
        call = node.value
        if isinstance(call, ast.Call) and called(call) == "fit" and call.args and isinstance(call.args[0], ast.Name):
            return call.args[0].id
    for call in calls(scene.tree):
        owner = receiver_of(call)
        if called(call) in _FITS and owner is not None and scene.text(owner) == text and call.args:
            first = call.args[0]
            if isinstance(first, ast.Name):
                return first.id
    return ""


def _prepared(scene: Scene, call: ast.Call, given: ast.expr) -> Edits:
    """What is predicted goes through the steps that the training rows went through."""
    receiver = receiver_of(call)
    fitted = _fitted_with(scene, receiver) if receiver is not None else ""
    made = list(given_to(scene.tree, fitted)) if fitted else []
    for node in made[::-1]:
        if not isinstance(node.value, ast.Call) or called(node.value) not in ("fit_transform", "transform"):
            continue
        step = receiver_of(node.value)
        if step is not None:
            new = f"{scene.text(step)}.transform({scene.text(given)})"
            yield (
                scene.put((given, new)),
                f"{scene.text(given)} goes through {scene.text(step)}, as the training rows did",
            )


def _not_fitted(scene: Scene, _: re.Match[str]) -> Edits:
    """An estimator that is used before it was fitted."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            receiver, statement = receiver_of(call), scene.statement(at)
            if receiver is None or statement is None or called(call) in _FITS:
                continue
            name = scene.text(receiver)
            if called(call) == "transform" and not _ever_fitted(scene, name):
                func = f"{name}.fit_transform"
                yield scene.put((call.func, func)), f"{name} is fitted on what it first transforms"
            yield from _fitted_later(scene, name, statement)
            yield from _fitted_copy(scene, call, name)
            if alone(scene.source, statement):
                for line in _fits_for(scene, name, call):
                    yield apply_edits(scene.source, [above(scene.source, statement, line)]), f"{name} is fitted: {line}"


def _ever_fitted(scene: Scene, name: str) -> bool:
    return any(
        called(one) in _FITS and (owner := receiver_of(one)) is not None and scene.text(owner) == name
        for one in calls(scene.tree)
    )


def _fitted_later(scene: Scene, name: str, statement: ast.stmt) -> Edits:
    """A fit that stands below the first use goes above it."""
    block = block_of(scene.tree, statement)
    for one in block:
        if one.lineno > statement.lineno and isinstance(one, ast.Expr | ast.Assign) and alone(scene.source, one):
            fits = [each for each in calls(one, "fit") if scene.text(each.func) == f"{name}.fit"]
            if fits and alone(scene.source, statement):
                from mlpilot.tools.mending.forms import moved

                yield moved(scene.source, one, statement, under=False), f"{name} is fitted before it is used"


def _fitted_copy(scene: Scene, call: ast.Call, name: str) -> Edits:
    """A search, a pipeline or another model was fitted that holds this one."""
    receiver = receiver_of(call)
    for fit in calls(scene.tree, "fit"):
        owner = receiver_of(fit)
        if not isinstance(owner, ast.Name) or owner.id == name or receiver is None or fit.lineno > call.lineno:
            continue
        made = given_to(scene.tree, owner.id)
        if made and any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(made[-1].value)):
            yield scene.put((receiver, owner.id)), f"{owner.id}, which was fitted, in place of {name}"
        stem = owner.id.lower()
        if stem in name.lower() or name.lower() in stem:
            yield scene.put((receiver, owner.id)), f"{owner.id}, which was fitted, in place of {name}"


def _fits_for(scene: Scene, name: str, call: ast.Call) -> list[str]:
    """`model.fit(X_train, y_train)`, with what the script has for training."""
    names = {one for frame in scene.frames for one in frame.values}
    pairs = [("X_train", "y_train"), ("x_train", "y_train"), ("X_tr", "y_tr"), ("train_X", "train_y"), ("X", "y")]
    lines = [f"{name}.fit({a}, {b})" for a, b in pairs if a in names and b in names]
    lines += [
        f"{name}.fit({scene.text(one.args[1])}, {scene.text(one.args[2])})"
        for one in calls(scene.tree)
        if called(one).startswith("cross_val") and len(one.args) > 2 and scene.text(one.args[0]) == name
    ]
    if called(call) in ("transform", "inverse_transform"):
        lines = [f"{name}.fit({a})" for a, _ in pairs if a in names]
    return lines[:2]


_EXPECTS = (
    r"Expected 2D array, got (?:1D|scalar) array|Expected a 2-dimensional container|Expected 2D array, got scalar"
    r"|1D data passed-transformation|object has no attribute 'ndim'.{0,1}2"
)
RULES = (
    (_EXPECTS, _table),
    (r"Found array with dim [34]|expected <= 2", _three_axes),
    (r"y should be a 1d array|bad input shape|should be a 1d array|DataConversion", _flat_target),
    (r"Unknown label type: .?continuous|Unknown label type|Invalid classes inferred from unique values", _of_values),
    (
        r"[Ff]eature names (?:should match|unseen|seen|must be)|[Ff]eatures?, but \w+ is expecting|columns are missing"
        r"|feature_names mismatch|Feature shape mismatch|number of features in data",
        _features,
    ),
    (r"NotFittedError|not fitted yet|is not fitted", _not_fitted),
    (
        r"(?P<name>n_splits)=\d+ cannot be greater than the number of members in each class(?P<most>)",
        lambda *_: iter(()),
    ),
)
"""(what the error says, its edits)."""
