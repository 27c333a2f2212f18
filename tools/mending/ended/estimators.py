"""Estimators of scikit-learn: what they are given, in which form, how they were made, and when they were fitted."""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_imports, with_keyword
from mlpilot.tools.mending.ended.scene import Scene, argument
from mlpilot.tools.mending.ended.state import Value
from mlpilot.tools.mending.forms import Edits, above, alone, around, block_of, given_to
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
_OF_X = (*_FITS, *_USES, "cross_val_score", "cross_validate", "cross_val_predict", "train_test_split")
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


def _receiver(call: ast.Call) -> ast.expr | None:
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def using(scene: Scene) -> Iterator[tuple[ast.Call, int]]:
    """Calls of the script in which an estimator failed, from inside."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            if called(call) in _OF_X:
                yield call, at


def _table(scene: Scene, found: re.Match[str]) -> Edits:
    """One column, or one row, is given as a table."""
    del found
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
        same = [one for one in calls(scene.tree) if called(one) in _OF_X and place < len(one.args)]
        mine = [one for one in same if one is not call and scene.text(one.args[place]) == scene.text(given)]
        for suffix in suffixes:
            new = scene.dotted(given, suffix)
            if mine:
                pairs = [(one.args[place], new) for one in [call, *mine]]
                yield scene.put(*pairs), f"{scene.text(given)} is given as {new}"
            yield scene.put((given, new)), f"{scene.text(given)} is given as {new}"
        if given is not None and called(call) == "train_test_split" and call.args:
            continue


def _three_axes(scene: Scene, found: re.Match[str]) -> Edits:
    """Images are given as rows of numbers."""
    del found
    for call, at in using(scene):
        for one in call.args[:1]:
            held = scene.value(one, at)
            if held.shape and len(held.shape) > 2:
                text = scene.text(one)
                same = [
                    each.args[0]
                    for each in calls(scene.tree)
                    if called(each) in _OF_X and each.args and scene.text(each.args[0]) == text
                ]
                new = f"{text}.reshape(len({text}), -1)"
                yield scene.put(*((each, new) for each in same)), f"{text} is given as rows"


def _flat_target(scene: Scene, found: re.Match[str]) -> Edits:
    """A target of one column is made flat; one-hot rows are searched for their class."""
    del found
    for call, at in using(scene):
        for one in call.args[1:2]:
            held = scene.value(one, at)
            wide = held.shape is not None and len(held.shape) == 2 and held.shape[1] > 1
            base = scene.dotted(one, ".to_numpy()") if held.table else scene.text(one)
            if wide:
                yield scene.put((one, f"{base}.argmax(axis=1)")), f"{scene.text(one)} as class numbers"
            else:
                yield scene.put((one, f"{base}.ravel()")), f"{scene.text(one)} is made flat"


def _of_values(scene: Scene, found: re.Match[str]) -> Edits:
    """A classifier of a target that is a number: whole numbers are classes, others want a regressor."""
    del found
    for call, at in using(scene):
        target = call.args[-1] if len(call.args) > 1 else None
        if called(call) in ("cross_val_score", "cross_validate") and len(call.args) > 2:
            target = call.args[2]
        receiver = _receiver(call)
        named = [one for one in scene.state.layers if one.home in ("sklearn", "xgboost", "lightgbm")]
        for layer in named[:2]:
            for made in calls(scene.tree, layer.kind):
                yield from as_regressor(scene, made)
        if receiver is not None and not named:
            for made in ast.walk(scene.tree):
                if isinstance(made, ast.Call) and called(made) in _REGRESSORS:
                    yield from as_regressor(scene, made)
        held = scene.value(target, at)
        if target is not None and held.distinct is None and "float" in held.dtype:
            yield scene.put((target, scene.dotted(target, ".astype(int)"))), f"{scene.text(target)} as class numbers"


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


def _features(scene: Scene, found: re.Match[str]) -> Edits:
    """What is predicted has the columns of what was fitted."""
    del found
    for call, at in using(scene):
        receiver = _receiver(call)
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
    for call in calls(scene.tree):
        owner = _receiver(call)
        if called(call) in _FITS and owner is not None and scene.text(owner) == text and call.args:
            first = call.args[0]
            if isinstance(first, ast.Name):
                return first.id
    return ""


def _prepared(scene: Scene, call: ast.Call, given: ast.expr) -> Edits:
    """What is predicted goes through the steps that the training rows went through."""
    receiver = _receiver(call)
    fitted = _fitted_with(scene, receiver) if receiver is not None else ""
    made = [one for one in given_to(scene.tree, fitted)] if fitted else []
    for node in made[::-1]:
        if not isinstance(node.value, ast.Call) or called(node.value) not in ("fit_transform", "transform"):
            continue
        step = _receiver(node.value)
        if step is not None:
            new = f"{scene.text(step)}.transform({scene.text(given)})"
            yield (
                scene.put((given, new)),
                f"{scene.text(given)} goes through {scene.text(step)}, as the training rows did",
            )


def _not_fitted(scene: Scene, found: re.Match[str]) -> Edits:
    """An estimator that is used before it was fitted."""
    del found
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            receiver, statement = _receiver(call), scene.statement(at)
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
        called(one) in _FITS and (owner := _receiver(one)) is not None and scene.text(owner) == name
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
    receiver = _receiver(call)
    for fit in calls(scene.tree, "fit"):
        owner = _receiver(fit)
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
    for one in calls(scene.tree):
        if called(one).startswith("cross_val") and len(one.args) > 2 and scene.text(one.args[0]) == name:
            lines.append(f"{name}.fit({scene.text(one.args[1])}, {scene.text(one.args[2])})")
    if called(call) in ("transform", "inverse_transform"):
        lines = [f"{name}.fit({a})" for a, _ in pairs if a in names]
    return lines[:2]


def _probabilities(scene: Scene, found: re.Match[str]) -> Edits:
    """Models that are asked for probabilities are made so that they give some."""
    del found
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
            receiver = _receiver(call)
            if receiver is not None:
                func = f"{scene.text(receiver)}.decision_function"
                yield scene.put((call.func, func)), "decision_function gives scores to rank by"


def _penalty(scene: Scene, found: re.Match[str]) -> Edits:
    """A solver that knows the penalty."""
    del found
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


def _rare(scene: Scene, found: re.Match[str]) -> Edits:
    """A split by classes of which one has a single row, or by a number, is made without regard to them."""
    del found
    from mlpilot.tools.diagnose.syntax import without_keyword

    for call in scene.calls():
        text = without_keyword(scene.source, call, "stratify")
        if text is not None:
            yield text, "the split is not stratified: a class has a single row"


def _swapped(scene: Scene, found: re.Match[str]) -> Edits:
    """The parts of a split, in the order in which it gives them; the part that is as long as the other."""
    del found
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


def _dense(scene: Scene, found: re.Match[str]) -> Edits:
    """Sparse rows are made dense where nothing else is taken."""
    del found
    for call, at in using(scene):
        for one in call.args[:1]:
            if "scipy" in scene.value(one, at).home or not scene.value(one, at).type:
                yield scene.put((one, scene.dotted(one, ".toarray()"))), f"{scene.text(one)} is made dense"
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:2]:
            if called(call) == "len" and call.args:
                yield scene.put((call, scene.dotted(call.args[0], ".shape[0]"))), "its rows are counted by its shape"
            for one in call.args:
                if scene.value(one, at).home == "scipy":
                    yield scene.put((one, scene.dotted(one, ".toarray()"))), f"{scene.text(one)} is made dense"
        made = scene.statement(at)
        for node in ast.walk(made) if made is not None and not hasattr(made, "body") else ():
            if isinstance(node, ast.Name | ast.Attribute) and scene.value(node, at).home == "scipy":
                if isinstance(node.ctx, ast.Load):
                    yield scene.put((node, scene.dotted(node, ".toarray()"))), f"{scene.text(node)} is made dense"
    for name in ("OneHotEncoder",):
        for made in calls(scene.tree, name):
            if keyword(made, "sparse_output") is None:
                yield with_keyword(scene.source, made, "sparse_output", "False"), f"{name} gives dense rows"


def _densely_in_pipeline(scene: Scene, found: re.Match[str]) -> Edits:
    """In a pipeline, the step that gives sparse rows gives dense ones, or a step makes them so."""
    del found
    for made in calls(scene.tree, "ColumnTransformer"):
        yield with_keyword(scene.source, made, "sparse_threshold", "0"), "the columns come out dense"
    sparse = ("TfidfVectorizer", "CountVectorizer", "HashingVectorizer", "TfidfTransformer")
    for name in sparse:
        for made in calls(scene.tree, name):
            step = "FunctionTransformer(lambda rows: rows.toarray(), accept_sparse=True)"
            outer = next((one for one in calls(scene.tree, "make_pipeline") if made in one.args), None)
            if outer is not None:
                text = scene.put((made, f"{scene.text(made)}, {step}"))
                yield with_imports(text, "FunctionTransformer"), "a step makes the rows dense"
            for pair in [one for one in ast.walk(scene.tree) if isinstance(one, ast.Tuple) and made in one.elts]:
                text = scene.put((pair, f'{scene.text(pair)}, ("dense", {step})'))
                yield with_imports(text, "FunctionTransformer"), "a step makes the rows dense"


def _unseen(scene: Scene, found: re.Match[str]) -> Edits:
    """Categories, or labels, that were not there when the encoder was fitted."""
    del found
    for made in calls(scene.tree, "OneHotEncoder"):
        yield with_keyword(scene.source, made, "handle_unknown", '"ignore"'), "OneHotEncoder passes over new categories"
    for made in calls(scene.tree, "OrdinalEncoder"):
        text = with_keyword(scene.source, made, "handle_unknown", '"use_encoded_value"')
        again = next(one for one in calls(ast.parse(text), "OrdinalEncoder") if one.lineno == made.lineno)
        yield with_keyword(text, again, "unknown_value", "-1"), "OrdinalEncoder numbers new categories -1"
    yield from _ordinal(scene)


def _ordinal(scene: Scene) -> Edits:
    """A `LabelEncoder` of a column among the features is an `OrdinalEncoder`, which knows what to do with new ones."""
    made = calls(scene.tree, "LabelEncoder")
    for call, _ in using(scene):
        receiver = _receiver(call)
        if receiver is None or not made or len(call.args) != 1:
            continue
        pairs: list[tuple[ast.AST, str]] = []
        new = 'OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)'
        for one in made:
            pairs.append((one, new))
        name = scene.text(receiver)
        for use in calls(scene.tree):
            owner = _receiver(use)
            if owner is None or scene.text(owner) != name or not use.args:
                continue
            given = use.args[0]
            if isinstance(given, ast.Subscript) and not isinstance(given.slice, ast.List):
                pairs.append((given.slice, f"[{scene.text(given.slice)}]"))
                if called(use) != "fit":
                    pairs.append((use, ""))
            else:
                return
        flat = [(node, text) for node, text in pairs if text]
        ends = [
            Edit(span(scene.source, use)[1], span(scene.source, use)[1], ".ravel()") for use, text in pairs if not text
        ]
        text = apply_edits(scene.source, [*(Edit(*span(scene.source, node), new) for node, new in flat), *ends])
        yield with_imports(text, "OrdinalEncoder"), "new categories are numbered -1"


def _texts(scene: Scene, found: re.Match[str]) -> Edits:
    """A vectorizer reads texts: a column of them, and no table; and no text is missing."""
    del found
    for call, at in using(scene):
        for one in call.args[:1]:
            held = scene.value(one, at)
            if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.List) and len(one.slice.elts) == 1:
                yield scene.put((one.slice, scene.text(one.slice.elts[0]))), "the texts are given as a column"
            if held.table and len(held.names) == 1:
                yield scene.put((one, f'{scene.text(one)}["{held.names[0]}"]')), "the texts are given as a column"
            if held.column:
                yield scene.put((one, scene.dotted(one, '.fillna("")'))), "a text that is missing is an empty one"
            if isinstance(one, ast.Constant) or held.text is not None:
                yield scene.put((one, f"[{scene.text(one)}]")), "one text is given as a list of one"
            if held.array and held.shape is not None and len(held.shape) == 2:
                yield scene.put((one, scene.dotted(one, ".ravel()"))), "the texts are given in one dimension"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[1], ast.Call):
            columns = node.elts[2]
            if called(node.elts[1]).endswith("Vectorizer") and isinstance(columns, ast.List) and len(columns.elts) == 1:
                yield scene.put((columns, scene.text(columns.elts[0]))), "the vectorizer is given a column, not a table"


def _tables_by_name(scene: Scene, found: re.Match[str]) -> Edits:
    """Columns by name are taken from tables, and not from their values."""
    del found
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Attribute) and node.attr == "values" and scene.value(node.value).table:
            yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} stays a table"
        if isinstance(node, ast.Call) and called(node) == "to_numpy" and isinstance(node.func, ast.Attribute):
            if scene.value(node.func.value).table or isinstance(node.func.value, ast.Call):
                yield scene.put((node, scene.text(node.func.value))), f"{scene.text(node.func.value)} stays a table"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Attribute) and node.attr == "values":
            statement = around(scene.tree, node.lineno)[-1:]
            if statement and not hasattr(statement[0], "body"):
                yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} stays a table"


def _made(scene: Scene, found: re.Match[str]) -> Edits:
    """A class is given where one that is made is meant."""
    del found
    for call in scene.calls():
        for one in [*call.args, *(each.value for each in call.keywords)]:
            if isinstance(one, ast.Name) and (
                one.id in HOME or scene.value(one).type in ("abc.ABCMeta", "builtins.type")
            ):
                yield scene.put((one, f"{one.id}()")), f"{one.id} is made"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Name):
            if node.elts[1].id in HOME:
                yield scene.put((node.elts[1], f"{node.elts[1].id}()")), f"{node.elts[1].id} is made"


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
        r"'predict_proba'|predict_proba is not available|probability estimates|decision_function.{0,40}not",
        _probabilities,
    ),
    (r"[Ss]olver \w+ supports only|penalty='?\w+'? .{0,60}(?:not supported|combination)", _penalty),
    (
        r"(?P<name>n_splits)=\d+ cannot be greater than the number of members in each class(?P<most>)",
        lambda *_: iter(()),
    ),
    (r"number of splits (?P<name>n_splits)=\d+ greater than the number of samples: n_samples=(?P<most>\d+)", _fewer),
    (
        r"Cannot have number of splits (?P<name>n_splits)=\d+ greater than the number of \w+: (?:\w+=)?(?P<most>\d+)",
        _fewer,
    ),
    (
        r"Expected (?P<name>n_neighbors) <= n_samples(?:_fit)?, +but n_neighbors = \d+, n_samples(?:_fit)? = (?P<most>\d+)",
        _fewer,
    ),
    (r"(?P<name>n_components)=\d+ must be (?:between 0 and|less or equal to|<=) .*?=(?P<most>\d+)", _fewer),
    (r"least populated class", _rare),
    (r"Found input variables with inconsistent numbers of samples|inconsistent numbers of samples", _swapped),
    (
        r"[Ss]parse (?:matrix|data) was passed|dense data is required|sparse array length is ambiguous|sparse matrix "
        r"length is ambiguous",
        _dense,
    ),
    (r"[Ss]parse (?:matrix|data) was passed|dense data is required", _densely_in_pipeline),
    (r"Found unknown categories|previously unseen labels|contains new labels", _unseen),
    (
        r"'\w+' object has no attribute 'lower'|np\.nan is an invalid document|Iterable over raw text|empty vocabulary",
        _texts,
    ),
    (r"Specifying the columns using strings|only supported for (?:pandas )?[dD]ata[fF]rames", _tables_by_name),
    (
        r"(?:does not appear to be|is not) .{0,40}estimator|should be an estimator|missing 1 required positional argument: '(?:self|X|y)'",
        _made,
    ),
)
"""(what the error says, its edits)."""
