"""Mends for errors that a script of one's own meets, and an experiment does not: the message says what is wanted."""

import ast
import re
from collections.abc import Callable, Iterator

from mlpilot.tools.diagnose.arguments import RENAMED_VALUES
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, fitted_estimator, keyword, with_keyword, without_keyword
from mlpilot.tools.mending.ended import sizes
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

Edits = Iterator[tuple[str, str]]

_YES = ("yes", "true", "positive", "pos", "y")
_USES = ("predict", "score", "predict_proba", "transform")
_OF_CLASSES = ("f1_score", "precision_score", "recall_score", "fbeta_score", "jaccard_score", "precision_recall_curve")


def mend_raised(source: str, broken: Diagnosis) -> Edits:
    """Edits to try, the likeliest first; none where the message says too little."""
    tree = ast.parse(source)
    for pattern, rule in RULES:
        found = re.search(pattern, broken.evidence, re.DOTALL)
        if found is not None:
            for text, what in rule(source, tree, broken, found):
                try:
                    ast.parse(text)
                except SyntaxError:
                    continue
                yield text, what


def _value_in_a_dict(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """`PARAMS = {"max_features": "auto"}`, given as `**PARAMS`."""
    del broken
    name, owner, old = found.group(1), found.group(2), found.group(3).strip("'\"")
    new = RENAMED_VALUES.get((name, old))
    if (name, old) == ("max_features", "auto"):
        new = "sqrt" if owner.endswith("Classifier") else None
    entries = [
        value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
        and key.value == name
        and isinstance(value, ast.Constant)
        and value.value == old
    ]
    if len(entries) == 1 and (new is not None or (name, old) in RENAMED_VALUES):
        yield replace(source, entries[0], _quoted(source, entries[0], new)), f"{name}={old!r} is written {new!r} now"


def _literal(node: ast.expr | None) -> str | None:
    """The text that is written there."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _quoted(source: str, node: ast.expr, value: str | None) -> str:
    """The value as text, with the quotes that stood there."""
    quote = "'" if text_of(source, node).startswith("'") else '"'
    return "None" if value is None else f"{quote}{value}{quote}"


def _other_dummies(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """`X_test = pd.get_dummies(test)` gets the columns that the model was fitted with."""
    del found
    fits = [call for call in calls(tree) if called(call) in ("fit", "fit_transform") and call.args]
    uses = [
        call
        for call in calls(tree)
        if called(call) in ("predict", "score", "predict_proba", "transform")
        and call.args
        and call.lineno == broken.line
    ]
    for use in uses:
        given = use.args[0]
        first = [
            call.args[0].id
            for call in fits
            if isinstance(call.args[0], ast.Name) and _owner(call) and _owner(call) == _owner(use)
        ]
        if not isinstance(given, ast.Name) or not first:
            continue
        for made in ast.walk(tree):
            named = isinstance(made, ast.Assign) and [getattr(one, "id", "") for one in made.targets] == [given.id]
            if named and isinstance(made.value, ast.Call) and called(made.value) == "get_dummies":  # type: ignore[attr-defined]
                end = span(source, made.value)[1]  # type: ignore[attr-defined]
                text = f".reindex(columns={first[-1]}.columns, fill_value=0)"
                yield apply_edits(source, [Edit(end, end, text)]), f"{given.id} gets the columns of {first[-1]}"


def _owner(call: ast.Call) -> str:
    """`model` of `model.fit(...)`."""
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return value.id if isinstance(value, ast.Name) else ""


def _positive_label(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """`f1_score(y, p)` of "yes" and "no" gets `pos_label="yes"`; only where one of two labels says so itself."""
    labels = re.findall(r"'([^']{1,50})'", found.group(1))
    sure = [label for label in labels if label.lower() in _YES]
    if len(labels) != 2 or len(sure) != 1 or not sure[0].isalnum():
        return
    for call in calls(tree):
        here = broken.line is not None and call.lineno <= broken.line <= (call.end_lineno or call.lineno)
        if called(call) in _OF_CLASSES and here and keyword(call, "pos_label") is None:
            yield with_keyword(source, call, "pos_label", f'"{sure[0]}"'), f'{called(call)} is of the class "{sure[0]}"'


def _two_dimensions(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """`fit(x, y)` of one column: `fit(x.reshape(-1, 1), y)`, or `fit(df[["a"]], y)` for `fit(df["a"], y)`."""
    series = "Series" in found.group(0)
    for call in calls(tree):
        here = broken.line is not None and call.lineno <= broken.line <= (call.end_lineno or call.lineno)
        if called(call) not in ("fit", "fit_transform", *_USES) or not call.args or not here:
            continue
        given = call.args[0]
        if isinstance(given, ast.Subscript) and _literal(given.slice) is not None:
            yield (
                replace(source, given.slice, f"[{text_of(source, given.slice)}]"),
                "a column is given as a table of one",
            )
        elif isinstance(given, ast.Name | ast.Attribute | ast.Subscript):
            text = f"{text_of(source, given)}{'.to_frame()' if series else '.reshape(-1, 1)'}"
            yield replace(source, given, text), f"{text_of(source, given)} is given as one column"


def _step_of_a_pipeline(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """`{"C": ...}` for a pipeline becomes `{"svm__C": ...}`: by its last step, else by each of the others."""
    del broken
    wanted = found.group(1)
    entries = [
        (key, text)
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict) and wanted in map(_literal, node.keys)
        for key in node.keys
        if key is not None and (text := _literal(key)) is not None and "__" not in text
    ]
    failing = [(key, text) for key, text in entries if text == wanted]
    steps = _steps(tree)
    if len(failing) != 1 or not steps:
        return
    tries = [(steps[-1], entries), *((step, failing) for step in steps[::-1])]
    for step, keys in tries:
        edits = [Edit(*span(source, key), _quoted(source, key, f"{step}__{text}")) for key, text in keys]
        yield apply_edits(source, edits), f"{', '.join(text for _, text in keys)}: of the step {step!r}"


def _steps(tree: ast.Module) -> list[str]:
    """Names of the steps of the program's only pipeline."""
    made = [call for name in ("Pipeline", "make_pipeline") for call in calls(tree, name)]
    if len(made) != 1:
        return []
    if called(made[0]) == "make_pipeline":
        return [called(step).lower() for step in made[0].args if isinstance(step, ast.Call)]
    given = keyword(made[0], "steps")
    steps = given.value if given is not None else made[0].args[0] if made[0].args else None
    pairs = steps.elts if isinstance(steps, ast.List | ast.Tuple) else []
    names = [pair.elts[0] for pair in pairs if isinstance(pair, ast.Tuple) and pair.elts]
    return [text for name in names if (text := _literal(name)) is not None]


def _no_last_row(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """A last batch of one row, of which batch normalisation can say nothing, is left out of training."""
    del broken, found
    loaders = [call for call in calls(tree, "DataLoader") if keyword(call, "drop_last") is None]
    mixed = [
        call
        for call in loaders
        if (one := keyword(call, "shuffle")) is not None and text_of(source, one.value) == "True"
    ]
    sized = [call for call in mixed if keyword(call, "batch_size") is not None or len(call.args) > 1]
    if len(sized) == 1:
        text = with_keyword(source, sized[0], "drop_last", "True")
        yield text, "the loader leaves out a last batch that is not whole"


def _one_more_axis(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """Images without an axis for their channels, or series without one for their columns, get it."""
    del broken
    if int(found.group(1)) - int(found.group(2)) != 1:
        return
    slices = [call.args[0] for call in calls(tree, "from_tensor_slices") if call.args]
    made = [one.elts[0] if isinstance(one, ast.Tuple) and one.elts else one for one in slices]
    used = [call.args[0] for name in ("fit", "evaluate", "predict") for call in calls(tree, name) if call.args]
    for places in (made, used):
        named = [one for one in places if isinstance(one, ast.Name)]
        if named and len(named) == len(places):
            edits = [Edit(*span(source, one), f"{one.id}[..., None]") for one in named]
            yield apply_edits(source, edits), f"{named[0].id} gets an axis for what stands at each place"


def _to_the_constructor(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """An argument of `fit` that boosted trees take when they are made."""
    name = found.group(1)
    made = fitted_estimator(tree, broken.line)
    for call in [one for one in calls(tree, "fit") if keyword(one, name) is not None]:
        value = text_of(source, keyword(call, name).value)  # type: ignore[union-attr]
        if made is None or keyword(made, name) is not None or made.lineno > call.lineno:
            continue
        text = without_keyword(source, call, name)  # the call stands below what is made, which keeps its place
        if text is not None:
            again = next(one for one in calls(ast.parse(text)) if (one.lineno, one.col_offset) == _place(made))
            yield with_keyword(text, again, name, value), f"{name} is given to {called(made)}, and not to fit"


def _place(node: ast.Call) -> tuple[int, int]:
    return node.lineno, node.col_offset


Rule = Callable[[str, ast.Module, Diagnosis, re.Match[str]], Edits]
RULES: tuple[tuple[str, Rule], ...] = (
    (r"The '(\w+)' parameter of (\w+) must be .* Got (.+?) instead", _value_in_a_dict),
    (r"The feature names should match those that were passed during fit", _other_dummies),
    (
        r"Expected 2D array, got 1D array|Expected a 2-dimensional container but got <class '[\w.]*Series'>",
        _two_dimensions,
    ),
    (r"pos_label=1 is not a valid label\D{1,40}(\[[^\]]{1,200}\])", _positive_label),
    (r"Invalid parameter '(\w+)' for estimator Pipeline", _step_of_a_pipeline),
    (r"shapes cannot be multiplied \(\d+x(\d+) and (\d+)x(\d+)\)", sizes.linear),
    (r"expected shape=\(None, (\d+)\), found shape=\(\w+, (\d+)\)", sizes.inputs),
    (r"Expected more than 1 value per channel when training, got input size torch.Size\(\[1,", _no_last_row),
    (r"fit\(\) got an unexpected keyword argument '(early_stopping_rounds|eval_metric)'", _to_the_constructor),
    (r"expected (?:min_)?ndim=(\d), found ndim=(\d)", _one_more_axis),
    (r"axis -1 of input shape to have value (\d+), but received input with shape \(\w+, (\d+)\)", sizes.inputs),
    (r"label value of (\d+) which is outside the valid range of \[0, (\d+)\)", sizes.classes),
)
"""(what the error says, its mend)."""
