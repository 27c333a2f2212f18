"""What encoders and vectorizers of scikit-learn are given: new categories, texts, sparse rows, columns by name."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_imports, with_keyword
from mlpilot.tools.mending.ended.estimators import OF_X, receiver_of, using
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits, around
from mlpilot.tools.names import HOME
from mlpilot.tools.text import Edit, apply_edits, span


def _dense(scene: Scene, _: re.Match[str]) -> Edits:
    """Sparse rows are made dense where nothing else is taken."""
    yield from _all_dense(scene)
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
            if (
                isinstance(node, ast.Name | ast.Attribute)
                and scene.value(node, at).home == "scipy"
                and isinstance(node.ctx, ast.Load)
            ):
                yield scene.put((node, scene.dotted(node, ".toarray()"))), f"{scene.text(node)} is made dense"
    for encoder in calls(scene.tree, "OneHotEncoder"):
        if keyword(encoder, "sparse_output") is None:
            yield with_keyword(scene.source, encoder, "sparse_output", "False"), "OneHotEncoder gives dense rows"


def _all_dense(scene: Scene) -> Edits:
    """All that one estimator is given, where it is sparse."""
    for call, _ in using(scene):
        receiver = receiver_of(call)
        pairs: list[tuple[ast.AST, str]] = []
        for use in calls(scene.tree):
            owner = receiver_of(use)
            if owner is None or receiver is None or scene.text(owner) != scene.text(receiver) or not use.args:
                continue
            held = scene.value(use.args[0])
            if called(use) in OF_X and (held.home == "scipy" or not held.type):
                pairs.append((use.args[0], scene.dotted(use.args[0], ".toarray()")))
        if len(pairs) > 1 and receiver is not None:
            yield scene.put(*pairs), f"what {scene.text(receiver)} is given is made dense"


def _densely_in_pipeline(scene: Scene, _: re.Match[str]) -> Edits:
    """In a pipeline, the step that gives sparse rows gives dense ones, or a step makes them so."""
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


def _unseen(scene: Scene, _: re.Match[str]) -> Edits:
    """Categories, or labels, that were not there when the encoder was fitted."""
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
        receiver = receiver_of(call)
        if receiver is None or not made or len(call.args) != 1:
            continue
        pairs: list[tuple[ast.AST, str]] = []
        new = 'OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)'
        pairs += [(one, new) for one in made]
        name = scene.text(receiver)
        for use in calls(scene.tree):
            owner = receiver_of(use)
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


def _texts(scene: Scene, _: re.Match[str]) -> Edits:
    """A vectorizer reads texts: a column of them, and no table; and no text is missing."""
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


def _tables_by_name(scene: Scene, _: re.Match[str]) -> Edits:
    """Columns by name are taken from tables, and not from their values."""
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Attribute) and node.attr == "values" and scene.value(node.value).table:
            yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} stays a table"
        if (
            isinstance(node, ast.Call)
            and called(node) == "to_numpy"
            and isinstance(node.func, ast.Attribute)
            and (scene.value(node.func.value).table or isinstance(node.func.value, ast.Call))
        ):
            yield scene.put((node, scene.text(node.func.value))), f"{scene.text(node.func.value)} stays a table"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Attribute) and node.attr == "values":
            statement = around(scene.tree, node.lineno)[-1:]
            if statement and not hasattr(statement[0], "body"):
                yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} stays a table"


def _made(scene: Scene, _: re.Match[str]) -> Edits:
    """A class is given where one that is made is meant."""
    for call in scene.calls():
        for one in [*call.args, *(each.value for each in call.keywords)]:
            if isinstance(one, ast.Name) and (
                one.id in HOME or scene.value(one).type in ("abc.ABCMeta", "builtins.type")
            ):
                yield scene.put((one, f"{one.id}()")), f"{one.id} is made"
    steps = [
        node.elts[1]
        for node in ast.walk(scene.tree)
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Name)
    ]
    named = [one for one in steps if isinstance(one, ast.Name) and one.id in HOME]
    if named:
        yield scene.put(*((one, f"{one.id}()") for one in named)), "the steps are made"
    for node in ast.walk(scene.tree):
        if (
            isinstance(node, ast.Tuple)
            and len(node.elts) == 2
            and isinstance(node.elts[1], ast.Name)
            and node.elts[1].id in HOME
        ):
            yield scene.put((node.elts[1], f"{node.elts[1].id}()")), f"{node.elts[1].id} is made"


RULES = (
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
        r"(?:does not appear to be|is not) .{0,40}estimator|should be an estimator|estimator instance|"
        r"missing 1 required positional argument: '(?:self|X|y)'",
        _made,
    ),
)
"""(what the error says, its edits)."""
