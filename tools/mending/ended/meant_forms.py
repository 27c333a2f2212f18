"""What was meant is near what was given: one column as a table, steps with names, pandas' present names of months."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword
from mlpilot.tools.mending.ended.estimators import using
from mlpilot.tools.mending.ended.given import made_where, value_of
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits, statement_of
from mlpilot.tools.text import Edit, apply_edits, span

_PRESENT = {"M": "ME", "Q": "QE", "Y": "YE", "A": "YE", "BM": "BME", "H": "h", "T": "min", "S": "s", "L": "ms"}


def _column_as_table(scene: Scene, _: re.Match[str]) -> Edits:
    """`X = df["age"]`, which is split, fitted and asked: `df[["age"]]`, where it is made."""
    for call, at in using(scene):
        for one in [each for each in call.args[:1] if isinstance(each, ast.Name)]:
            for made, own in made_where(scene, one.id)[:1]:
                value = value_of(made, own)
                if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
                    new = f"[{scene.text(value.slice)}]"
                    yield scene.put((value.slice, new)), f"{own} is a table of one column"
                elif isinstance(value, ast.Attribute) and value.attr == "values":
                    yield scene.put((value, f"{scene.text(value)}.reshape(-1, 1)")), f"{own} is a table of one column"
        del at


def _texts_as_column(scene: Scene, _: re.Match[str]) -> Edits:
    """A vectorizer is given a table of one column, whose names it takes for the texts: the column itself."""
    if not any("Vectorizer" in one.kind for one in scene.state.layers) and "Vectorizer" not in scene.source:
        return
    for node in [
        one for one in ast.walk(scene.tree) if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.List)
    ]:
        names = node.slice.elts  # type: ignore[attr-defined]
        if len(names) == 1 and isinstance(names[0], ast.Constant):
            yield scene.put((node.slice, scene.text(names[0]))), "the texts are given as one column"


def _labels_of_places(scene: Scene, _: re.Match[str]) -> Edits:
    """`df.loc[train]` of places that `split` gives, where rows were left out: `df.loc[df.index[train]]`."""
    places = {
        one.id
        for loop in ast.walk(scene.tree)
        if isinstance(loop, ast.For | ast.comprehension) and any(called(call) == "split" for call in calls(loop.iter))
        for one in ast.walk(loop.target)
        if isinstance(one, ast.Name)
    }
    pairs: list[tuple[ast.AST, str]] = []
    for node in [one for one in ast.walk(scene.tree) if isinstance(one, ast.Subscript)]:
        own = node.value
        first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        if isinstance(own, ast.Attribute) and own.attr == "loc" and isinstance(first, ast.Name) and first.id in places:
            pairs.append((first, f"{scene.text(own.value)}.index[{first.id}]"))
    if pairs:
        yield scene.put(*pairs), "rows are chosen by their places"


def _present_frequency(scene: Scene, found: re.Match[str]) -> Edits:
    """`resample("M")` is written `resample("ME")` now."""
    old = found.group(1)
    new = _PRESENT.get(old)
    pairs: list[tuple[ast.AST, str]] = []
    for call in [one for one in calls(scene.tree) if called(one) in ("resample", "date_range", "Grouper", "asfreq")]:
        given = [*call.args, *(word.value for word in call.keywords)]
        old_ones = [one for one in given if isinstance(one, ast.Constant) and one.value == old and new]
        pairs.extend((one, f'"{new}"') for one in old_ones)
    if pairs:
        yield scene.put(*pairs), f"{old!r} is written {new!r} now"


def _named_steps(scene: Scene, _: re.Match[str]) -> Edits:
    """`VotingClassifier([a, b])` of estimators without names: each gets one."""
    for call in [one for one in calls(scene.tree) if called(one).startswith(("Voting", "Stacking"))]:
        word = keyword(call, "estimators")
        listed = word.value if word is not None else call.args[0] if call.args else None
        if isinstance(listed, ast.List) and listed.elts and not any(isinstance(one, ast.Tuple) for one in listed.elts):
            names = [(called(one) or getattr(one, "id", "") or "model").lower() for one in listed.elts]
            if len(set(names)) < len(names):
                names = [f"{name}_{place}" for place, name in enumerate(names, 1)]
            pairs = [(one, f'("{name}", {scene.text(one)})') for one, name in zip(listed.elts, names, strict=True)]
            yield scene.put(*pairs), "each estimator has a name"


def _model_last(scene: Scene, _: re.Match[str]) -> Edits:
    """A pipeline whose model stands before what transforms: the model comes last."""
    for call in [one for one in calls(scene.tree) if called(one) in ("Pipeline", "make_pipeline")]:
        word = keyword(call, "steps")
        listed = word.value if word is not None else call.args[0] if call.args else None
        steps = list(listed.elts) if isinstance(listed, ast.List) else list(call.args)
        models = [one for one in steps if _is_model(one)]
        if len(models) != 1 or models[0] is steps[-1] or len(steps) < 2:
            continue
        order = [*(one for one in steps if one is not models[0]), models[0]]
        pairs = [(old, scene.text(new)) for old, new in zip(steps, order, strict=True)]
        yield scene.put(*pairs), "the model is the last step"


def _is_model(step: ast.expr) -> bool:
    made = step.elts[-1] if isinstance(step, ast.Tuple) and step.elts else step
    return called(made).endswith(("Classifier", "Regressor", "Regression", "SVC", "SVR", "Ridge", "Lasso", "NB"))


def _most_frequent(scene: Scene, _: re.Match[str]) -> Edits:
    """A mean of text cannot be: what is there most often fills the gaps of columns of text."""
    for call in calls(scene.tree, "SimpleImputer"):
        word = keyword(call, "strategy")
        if word is None:
            end = span(scene.source, call)[1] - 1
            comma = ", " if call.args or call.keywords else ""
            text = apply_edits(scene.source, [Edit(end, end, f'{comma}strategy="most_frequent"')])
        else:
            text = scene.put((word.value, '"most_frequent"'))
        yield text, "gaps are filled with what is there most often"


def _tables_from_steps(scene: Scene, _: re.Match[str]) -> Edits:
    """A step before a `ColumnTransformer` that names columns gives an array: it gives a table."""
    made = [one for one in calls(scene.tree) if called(one).endswith(("Imputer", "Scaler", "FunctionTransformer"))]
    for one in made:
        text = scene.put((one, f'{scene.text(one)}.set_output(transform="pandas")'))
        yield text, f"{called(one)} gives a table, with names"


def _numbers_in_text(scene: Scene, _: re.Match[str]) -> Edits:
    """`column.astype(int)` of a column in which a word stands: that is a gap, and filled as one."""
    pandas = scene.imported("pandas")
    for at in range(len(scene.frames)):
        for call in [one for one in scene.calls(at) if called(one) == "astype" and isinstance(one.func, ast.Attribute)]:
            column = scene.text(call.func.value)  # type: ignore[attr-defined]
            statement = statement_of(scene.tree, call)
            if not pandas or not isinstance(statement, ast.Assign):
                continue
            numbers = f'{pandas}.to_numeric({column}, errors="coerce")'
            filled = f"{numbers}.fillna({numbers}.median())"
            kind = scene.text(call.args[0]) if call.args else "float"
            yield scene.put((call, f"{filled}.astype({kind})")), f"what is no number in {column} is a gap, and filled"


def _row_by_row(scene: Scene, _: re.Match[str]) -> Edits:
    """`if df["age"] > 30: df["old"] = 1 else: df["old"] = 0` as a choice for each row."""
    numpy = scene.imported("numpy")
    for at in range(len(scene.frames)):
        node = scene.statement(at)
        if not isinstance(node, ast.If) or len(node.body) != 1 or len(node.orelse) != 1 or not numpy:
            continue
        one, other = node.body[0], node.orelse[0]
        if not isinstance(one, ast.Assign) or not isinstance(other, ast.Assign):
            continue
        target = scene.text(one.targets[0])
        if isinstance(one.targets[0], ast.Subscript) and scene.text(other.targets[0]) == target:
            chosen = f"{numpy}.where({scene.text(node.test)}, {scene.text(one.value)}, {scene.text(other.value)})"
            yield scene.put((node, f"{target} = {chosen}")), f"{target} is chosen for each row"


RULES = (
    (r"Expected a 2-dimensional container but got|Expected 2D array, got 1D array", _column_as_table),
    (r"inconsistent numbers of samples: \[1, \d+\]|'?DataFrame'? object has no attribute 'lower'", _texts_as_column),
    (r"KeyError: .{0,4}\[\d+.{0,4000}(?:not in index|in the \[index\])", _labels_of_places),
    (r"Invalid frequency: (\w+)", _present_frequency),
    (r"Specifying the columns using strings is only supported", _tables_from_steps),
    (r"Invalid 'estimators' attribute", _named_steps),
    (r"All intermediate steps should be transformers", _model_last),
    (r"Cannot use (?:mean|median) strategy with non-numeric data", _most_frequent),
    (r"invalid literal for int\(\) with base 10: '[^'\d]*'", _numbers_in_text),
    (r"truth value of a Series is ambiguous", _row_by_row),
)
"""(what the error says, its edits)."""
