"""Boosted trees of XGBoost and LightGBM: arguments that became callbacks, names of columns, classes from 0."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_imports, with_keyword, without_keyword
from mlpilot.tools.mending.ended.estimators import using
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits, above, alone, given_to
from mlpilot.tools.text import Edit, apply_edits, span

_CALLBACKS = {"verbose_eval": "log_evaluation", "early_stopping_rounds": "early_stopping", "verbose": "log_evaluation"}
_TARGETS = re.compile(r"y\w{0,10}|labels?\w{0,8}|target\w{0,8}", re.IGNORECASE)


def _as_callback(scene: Scene, found: re.Match[str]) -> Edits:
    """`verbose_eval=20` and `early_stopping_rounds=10` of LightGBM are callbacks now."""
    name = found.group(1)
    lightgbm = scene.imported("lightgbm", "")
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            if keyword(call, name) is None or not ("lightgbm" in scene.error or lightgbm):
                continue
            source, text = scene.source, ""
            made = []
            for one in [each for each in call.keywords if each.arg in _CALLBACKS]:
                value = scene.text(one.value)
                if value in ("False", "None"):
                    value = "0"
                module = lightgbm or "lightgbm"
                made.append(f"{module}.{_CALLBACKS[one.arg or '']}({'1' if value == 'True' else value})")
            for argument in [each.arg for each in call.keywords if each.arg in _CALLBACKS]:
                again = _again(source, call)
                source = without_keyword(source, again, argument or "") or source
            again = _again(source, call)
            present = keyword(again, "callbacks")
            if present is not None and isinstance(present.value, ast.List):
                inner = [ast.get_source_segment(source, each) or "" for each in present.value.elts]
                text = f"[{', '.join([*inner, *made])}]"
            text = text or f"[{', '.join(made)}]"
            yield _imported(scene, with_keyword(source, again, "callbacks", text)), f"{name} is a callback now"


def _again(source: str, call: ast.Call) -> ast.Call:
    """The call that begins at the same place in an edited text."""
    place = (call.lineno, call.col_offset, called(call))
    return next(one for one in calls(ast.parse(source)) if (one.lineno, one.col_offset, called(one)) == place)


def _imported(scene: Scene, text: str) -> str:
    if scene.imported("lightgbm", ""):
        return text
    first = ast.parse(text).body[0]
    return apply_edits(text, [above(text, first, "import lightgbm")])


def _plain_names(scene: Scene, found: re.Match[str]) -> Edits:
    """Columns are named by letters, digits and strokes."""
    del found
    new = 'rename(columns=lambda name: re.sub(r"[^A-Za-z0-9_]+", "_", str(name)))'
    for call, at in using(scene):
        given = call.args[0] if call.args else None
        for name in dict.fromkeys([*_sources(scene, given), scene.text(given) if given is not None else ""]):
            held = scene.named(name, at)
            if not held.table and not scene.named(name).table:
                continue
            made = given_to(scene.tree, name)
            for node in made[-1:]:
                text = apply_edits(
                    scene.source, [Edit(*span(scene.source, node.value), scene.dotted(node.value, f".{new}"))]
                )
                yield _with_re(text), f"the columns of {name} have plain names"
    statement = scene.statement()
    if statement is not None and alone(scene.source, statement):
        for call, _ in using(scene):
            for one in call.args[:1]:
                yield _with_re(scene.put((one, scene.dotted(one, f".{new}")))), "the columns have plain names"


def _with_re(text: str) -> str:
    tree = ast.parse(text)
    if any(isinstance(node, ast.Import) and any(one.name == "re" for one in node.names) for node in ast.walk(tree)):
        return text
    first = next((one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)), tree.body[0])
    return apply_edits(text, [above(text, first, "import re")])


def _sources(scene: Scene, given: ast.expr | None) -> list[str]:
    """The tables that a part of a split was taken from."""
    if not isinstance(given, ast.Name):
        return []
    for node in ast.walk(scene.tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and called(node.value) == "train_test_split"
        ):
            names = [one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)]
            if given.id in names:
                return [scene.text(one) for one in node.value.args if isinstance(one, ast.Name)]
    return []


def _classes_from_zero(scene: Scene, found: re.Match[str]) -> Edits:
    """Classes are numbered from 0: what begins at 1 is one less, and what is text is encoded."""
    met = re.findall(r"[-\w.']+", found.group(1))
    whole = all(re.fullmatch(r"\d+(?:\.0?)?", one) for one in met)
    first = int(float(met[0])) if whole and met else 0
    shifted = whole and [int(float(one)) for one in met] == list(range(first, first + len(met)))
    for name, node in target_places(scene):
        if shifted and first:
            less = f"{scene.text(node)} - {first}" if isinstance(node, ast.Name | ast.Subscript | ast.Call) else ""
            if less:
                yield scene.put((node, less)), f"the classes of {name} are numbered from 0"
        encoded = f"LabelEncoder().fit_transform({scene.text(node)})"
        yield with_imports(scene.put((node, encoded)), "LabelEncoder"), f"the classes of {name} are numbered from 0"


def target_places(scene: Scene) -> list[tuple[str, ast.expr]]:
    """Where the target that is fitted comes from: what is given to a name, or to a split."""
    found: list[tuple[str, ast.expr]] = []
    for call in [*(one for one, _ in using(scene)), *calls(scene.tree, "fit")]:
        target = call.args[1] if len(call.args) > 1 else None
        one = keyword(call, "y")
        target = one.value if one is not None else target
        names = [name for name in _sources(scene, target) if _TARGETS.fullmatch(name)]
        names += [target.id] if isinstance(target, ast.Name) else []
        for name in names:
            made = [one for one in given_to(scene.tree, name)[-1:] if len(one.targets) == 1]
            found += [(name, one.value) for one in made if isinstance(one.targets[0], ast.Name)]
        splits = [one for one in calls(scene.tree, "train_test_split") if len(one.args) > 1]
        found += [(scene.text(one.args[1]), one.args[1]) for one in splits]
        if target is not None and not found:
            found.append((scene.text(target), target))
    return found


def _from_a_matrix(scene: Scene, found: re.Match[str]) -> Edits:
    """A Booster predicts from a `DMatrix`, as it was trained from one."""
    del found
    module = scene.imported("xgboost", "")
    made = calls(scene.tree, "DMatrix")
    name = scene.text(made[0].func) if made else f"{module}.DMatrix" if module else ""
    for at in range(len(scene.frames)):
        for call in [one for one in scene.calls(at) if called(one) == "predict" and one.args and name]:
            new = f"{name}({scene.text(call.args[0])})"
            yield scene.put((call.args[0], new)), "the Booster is asked about a DMatrix"


def _plain_names_where_split(scene: Scene, found: re.Match[str]) -> Edits:
    """Columns get plain names where the features are split, and are called as before above that."""
    del found
    plain = 'rename(columns=lambda name: re.sub(r"[^A-Za-z0-9_]+", "_", str(name)))'
    imports = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Import)]
    known = any(each.name == "re" for one in imports for each in one.names)
    for split in [one for one in calls(scene.tree, "train_test_split") if one.args]:
        text = scene.put((split.args[0], f"{scene.text(split.args[0])}.{plain}"))
        if not known:
            text = apply_edits(text, [above(text, ast.parse(text).body[0], "import re")])
        yield text, "the columns have plain names"


RULES = (
    (r"Expecting data to be a DMatrix object", _from_a_matrix),
    (r"unexpected keyword argument '(verbose_eval|early_stopping_rounds|verbose)'", _as_callback),
    (r"special JSON characters in feature name|feature_names must be string, and may not contain", _plain_names),
    (r"special JSON characters in feature name|feature_names must be string, and may not", _plain_names_where_split),
    (r"Invalid classes inferred from unique values of `y`\.\s+Expected: \[.*?\], got \[(.*?)\]", _classes_from_zero),
)
"""(what the error says, its edits)."""
