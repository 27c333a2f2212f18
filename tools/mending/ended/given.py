"""What estimators and tables are given, and refuse: infinity, dates, gaps in whole numbers, settings that are no lists,
rows of which some were left out on one side alone, early stopping without rows to stop by."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports, with_keyword, without_keyword
from mlpilot.tools.mending.ended.estimators import OF_X, using
from mlpilot.tools.mending.ended.scene import Scene, argument
from mlpilot.tools.mending.forms import Edits, above, alone, below, block_of, given_to
from mlpilot.tools.text import Edit, apply_edits, span

_DAYS = "toordinal"
_OF_CLASSES = ("accuracy_score", "f1_score", "precision_score", "recall_score", "balanced_accuracy_score")
_MOST = 3


def made_where(scene: Scene, name: str) -> list[tuple[ast.Assign, str]]:
    """(statement, name) where a name is given something, the last first; of a part of a split, what is split."""
    plain, parts = [], []
    for node in [one for one in ast.walk(scene.tree) if isinstance(one, ast.Assign) and alone(scene.source, one)]:
        target = node.targets[0]
        names = [one.id if isinstance(one, ast.Name) else "" for one in getattr(target, "elts", [target])]
        if name in names and called(node.value) == "train_test_split":
            assert isinstance(node.value, ast.Call)
            place = names.index(name) // 2
            whole = node.value.args[place] if place < len(node.value.args) else None
            parts += [whole.id] if isinstance(whole, ast.Name) and whole.id != name else []
        elif name in names:
            plain.append((node, name))
    if parts:
        return made_where(scene, parts[0])
    return sorted(plain, key=lambda pair: -pair[0].lineno)


def value_of(made: ast.Assign, name: str) -> ast.expr:
    """What a name is given there, alone or among others."""
    target = made.targets[0]
    if isinstance(target, ast.Tuple) and isinstance(made.value, ast.Tuple):
        names = [getattr(one, "id", "") for one in target.elts]
        return made.value.elts[names.index(name)]
    return made.value


def _tables(scene: Scene) -> list[tuple[str, int]]:
    """Names of what estimators were given, and the frame."""
    found = []
    for call, at in using(scene):
        found += [(one.id, at) for one in call.args if isinstance(one, ast.Name)]
    return list(dict.fromkeys(found))


def _no_infinity(scene: Scene, _: re.Match[str]) -> Edits:
    """Infinity, as a division by 0 gives it, is a gap."""
    numpy = scene.imported("numpy")
    for name, at in _tables(scene):
        for made, own in made_where(scene, name)[:_MOST] if numpy and scene.named(name, at).table else []:
            line = f"{own} = {own}.replace([{numpy}.inf, -{numpy}.inf], {numpy}.nan)"
            yield apply_edits(scene.source, [below(scene.source, made, line)]), "what is infinite is a gap"


def _dates_as_numbers(scene: Scene, _: re.Match[str]) -> Edits:
    """A column of dates is given as the number of its day."""
    pandas = scene.imported("pandas")
    for name, at in _tables(scene):
        held = scene.named(name, at)
        dates = [one for one, kind in zip(held.names, held.kinds, strict=False) if "datetime" in kind]
        for made, own in made_where(scene, name)[:_MOST] if dates and pandas else []:
            days = ", ".join(f"{one}={own}[{one!r}].map({pandas}.Timestamp.{_DAYS})" for one in dates)
            if all(one.isidentifier() for one in dates):
                line = f"{own} = {own}.assign({days})"
                yield apply_edits(scene.source, [below(scene.source, made, line)]), "dates are given as days"


def _whole_with_gaps(scene: Scene, _: re.Match[str]) -> Edits:
    """`df["age"].astype(int)` of a column with gaps: they are filled first."""
    for at in range(len(scene.frames)):
        for call in [one for one in scene.calls(at) if called(one) == "astype" and isinstance(one.func, ast.Attribute)]:
            column = call.func.value  # type: ignore[attr-defined]
            text = scene.text(column)
            filled = scene.dotted(column, f".fillna({scene.dotted(column, '.median()')})")
            if text:
                yield scene.put((column, filled)), f"gaps of {text} are filled before they are whole numbers"


def _settings_as_lists(scene: Scene, found: re.Match[str]) -> Edits:
    """`{"max_depth": 3}` of a search as `{"max_depth": [3]}`."""
    pairs: list[tuple[ast.AST, str]] = []
    for node in [one for one in ast.walk(scene.tree) if isinstance(one, ast.Dict)]:
        keys = [one.value if isinstance(one, ast.Constant) else None for one in node.keys]
        if found.group(1) in keys:
            pairs += [
                (value, f"[{scene.text(value)}]")
                for value in node.values
                if isinstance(value, ast.Constant | ast.UnaryOp)
            ]
    if pairs:
        yield scene.put(*pairs), "each setting is a list of what is tried"


def _same_rows(scene: Scene, found: re.Match[str]) -> Edits:
    """`X = X[X["age"] > 25]`, and `y` keeps all rows: those of `X` alone."""
    lengths = [int(one) for one in re.findall(r"\d+", found.group(1))]
    for at in range(len(scene.frames)):
        for call in [one for one in scene.calls(at) if called(one) in OF_X]:
            named = [one for one in call.args if isinstance(one, ast.Name)]
            sizes = [(scene.value(one, at).shape or (0,))[0] for one in named]
            known = [(size, one.id) for size, one in zip(sizes, named, strict=True) if size in lengths]
            statement = scene.statement(at)
            if len(known) < 2 or statement is None or not alone(scene.source, statement):
                continue
            (_, short), (_, long) = min(known), max(known)
            anew = any(called(one) == "reset_index" for name in (short, long) for made in given_to(scene.tree, name)
                       for one in calls(made))  # fmt: skip
            if scene.named(short, at).type.startswith("pandas") and not anew:
                line = f"{long} = {long}.loc[{short}.index]"
                yield (
                    apply_edits(scene.source, [above(scene.source, statement, line)]),
                    f"{long} is of the rows of {short}",
                )


def _by_loc(scene: Scene, _: re.Match[str]) -> Edits:
    """`df.ix[...]`, which is gone, as `loc` and `iloc`."""
    old = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Attribute) and one.attr == "ix"]
    for new in ("loc", "iloc"):
        if old:
            yield scene.put(*((one, f"{scene.text(one.value)}.{new}") for one in old)), f"ix is called {new} now"


def _labels_of_their_table(scene: Scene, found: re.Match[str]) -> Edits:
    """Values of a filtered table are set beside all rows: each at the row that it is of."""
    size = int(found.group(1))
    pandas = scene.imported("pandas")
    for at in range(len(scene.frames)):
        statement = scene.statement(at)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Subscript) or not pandas:
            continue
        values = scene.frames[at].values
        fitting = [name for name, one in values.items() if one.type.startswith("pandas") and name.isidentifier()
                   and one.shape and one.shape[0] == size]  # fmt: skip
        for name in fitting[:_MOST]:
            new = f"{pandas}.Series({scene.text(statement.value)}, index={name}.index)"
            yield scene.put((statement.value, new)), f"each value is set at its row of {name}"


def _rows_to_stop_by(scene: Scene, _: re.Match[str]) -> Edits:
    """Early stopping that is given no rows: a part of those for training is held out for it."""
    for at in range(len(scene.frames)):
        for call in [one for one in scene.calls(at) if called(one) == "fit" and len(one.args) == 2]:
            statement = scene.statement(at)
            if statement is None or not alone(scene.source, statement) or "X_stop" in scene.source:
                continue
            rows, labels = (scene.text(one) for one in call.args)
            draw = f"X_fit, X_stop, y_fit, y_stop = train_test_split({rows}, {labels}, test_size=0.2, random_state=0)"
            old = keyword(call, "eval_set")
            text = scene.source
            if old is None:
                end = span(scene.source, call.args[1])[1]
                edits = [Edit(end, end, ", eval_set=[(X_stop, y_stop)]")]
            else:
                edits = [Edit(*span(scene.source, old.value), "[(X_stop, y_stop)]")]
            edits += [Edit(*span(text, one), new) for one, new in zip(call.args, ("X_fit", "y_fit"), strict=True)]
            text = apply_edits(text, [above(text, statement, draw), *edits])
            yield with_imports(text, "train_test_split"), "the training stops by rows held out of it"


def _one_against_the_rest(scene: Scene, _: re.Match[str]) -> Edits:
    """`LogisticRegression(multi_class="ovr")` as `OneVsRestClassifier(LogisticRegression())`; others by themselves."""
    for call in [one for one in calls(scene.tree) if keyword(one, "multi_class") is not None]:
        word = argument(call, 99, "multi_class")
        kind = word.value if isinstance(word, ast.Constant) else None
        text = without_keyword(scene.source, call, "multi_class")
        if text is None or kind not in ("ovr", "auto", "multinomial"):
            continue
        if kind != "ovr":
            yield text, "classes are told at once, as they are by themselves now"
            continue
        again = next((one for one in calls(ast.parse(text)) if (one.lineno, one.col_offset) == (
            call.lineno, call.col_offset) and called(one) == called(call)), None)  # fmt: skip
        if again is not None:
            start, end = span(text, again)
            new = apply_edits(text, [Edit(start, end, f"OneVsRestClassifier({text[start:end]})")])
            yield with_imports(new, "OneVsRestClassifier"), "each class is told from all others, one model for each"


def _solver_that_knows_it(scene: Scene, _: re.Match[str]) -> Edits:
    """A penalty that the solver does not know: `liblinear` knows l1 and l2, `saga` all."""
    for call in [one for one in calls(scene.tree) if called(one).startswith("LogisticRegression")]:
        for solver in ("liblinear", "saga"):
            word = keyword(call, "solver")
            if word is None:
                text = with_keyword(scene.source, call, "solver", f'"{solver}"')
            else:
                text = scene.put((word.value, f'"{solver}"'))
            yield text, f"solver={solver!r} knows this penalty"


def _measure_of_values(scene: Scene, _: re.Match[str]) -> Edits:
    """Answers and truth are values: what is measured is R2, and not how many are exactly right."""
    for at in range(len(scene.frames)):
        for call in [one for one in scene.calls(at) if called(one) in _OF_CLASSES and len(one.args) > 1]:
            statement = scene.statement(at)
            edits = [
                Edit(*span(scene.source, call), f"r2_score({', '.join(scene.text(one) for one in call.args[:2])})")
            ]
            shown = [one for one in ast.walk(statement) if isinstance(one, ast.Constant)] if statement else []
            for node in [one for one in shown if isinstance(one.value, str)]:
                text, start = scene.text(node), span(scene.source, node)[0]
                found = re.finditer(r"(?i)\baccuracy(?: score)?\b|\bacc\b", text)
                edits += [Edit(start + one.start(), start + one.end(), "R2") for one in found]
            text = with_imports(apply_edits(scene.source, edits), "r2_score")
            yield text, f"R2 in the place of {called(call)}: what is told are values"


def _labels_of_one_column(scene: Scene, _: re.Match[str]) -> Edits:
    """A target of indicators, one column for each class: the class itself."""
    for call, at in using(scene):
        for one in [each for each in call.args[1:2] if isinstance(each, ast.Name)]:
            if not scene.value(one, at).table:
                continue
            for made, own in made_where(scene, one.id)[:1]:
                value = value_of(made, own)
                if called(value) == "get_dummies":
                    text = scene.dotted(value, ".idxmax(axis=1)")
                    yield scene.put((value, text)), "the target is the class, and no table of indicators"


def _without_unlabelled(scene: Scene, _: re.Match[str]) -> Edits:
    """Rows without a label can teach nothing and test nothing: they are left out of the table that both come from."""
    for call, _at in using(scene):
        for one in [each for each in call.args[1:2] if isinstance(each, ast.Name)]:
            for made, own in made_where(scene, one.id)[:1]:
                node = value_of(made, own)
                if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
                    continue
                if isinstance(node.slice, ast.Constant):
                    line = f"{node.value.id} = {node.value.id}.dropna(subset=[{scene.text(node.slice)}])"
                    first = _first_of(scene, node.value.id, made)
                    text = apply_edits(scene.source, [above(scene.source, first, line)])
                    yield text, "rows without a label are left out"


def _first_of(scene: Scene, table: str, made: ast.Assign) -> ast.stmt:
    """The first of the statements right above one that take their part of a table: `X = df[...]`, `y = df["y"]`."""
    block = block_of(scene.tree, made)
    at = block.index(made)
    while at and isinstance(block[at - 1], ast.Assign) and table in names_in(block[at - 1].value):  # type: ignore[attr-defined]
        own = [
            one.id for one in ast.walk(block[at - 1]) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        ]
        if table in own or not alone(scene.source, block[at - 1]):
            break
        at -= 1
    return block[at]


RULES = (
    (r"contains infinity|[Ii]nput .{0,20}contains inf", _no_infinity),
    (r"DateTime64DType|not 'Timestamp'|Invalid dtype.{0,40}datetime|datetime64.{0,60}float", _dates_as_numbers),
    (r"continuous is not supported", _measure_of_values),
    (r"Cannot convert (?:non-finite values|float NaN to integer)|cannot convert NA to integer", _whole_with_gaps),
    (r"Parameter (?:grid|value|distribution)[^']{0,40}'(\w+)'.{0,40}(?:needs to be|is not) a", _settings_as_lists),
    (r"inconsistent numbers of samples: (\[[\d, ]+\])", _same_rows),
    (r"has no attribute 'ix'", _by_loc),
    (r"Length of values \((\d+)\) does not match length of index", _labels_of_their_table),
    (r"[Ff]or early stopping, at least one|at least 1 validation dataset for early stopping", _rows_to_stop_by),
    (r"unexpected keyword argument 'multi_class'", _one_against_the_rest),
    (r"Solver \w+ supports only|Unsupported set of arguments: The combination of penalty", _solver_that_knows_it),
    (r"y should be a 1d array, got an array of shape", _labels_of_one_column),
    (r"Input y contains NaN", _without_unlabelled),
)  # fmt: skip
"""(what the error says, its edits)."""
