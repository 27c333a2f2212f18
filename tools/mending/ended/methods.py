"""What a list, an array, a column or a table has no word for, and another of them has; what changes in place."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, keyword, without_keyword
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone
from mlpilot.tools.text import apply_edits

_OF_ARRAYS = {
    "shape",
    "mean",
    "std",
    "reshape",
    "astype",
    "sum",
    "max",
    "min",
    "argmax",
    "argmin",
    "T",
    "ravel",
    "flatten",
    "dtype",
    "ndim",
    "transpose",
    "argsort",
    "var",
    "size",
    "round",
    "dot",
    "copy_to",
    "tolist",
    "cumsum",
}
_OF_TEXT = {"lower", "split", "strip", "upper", "replace", "startswith", "endswith", "encode", "title", "join"}


def _read_only(scene: Scene, _: re.Match[str]) -> Edits:
    """What may not be written to is written to as a copy."""
    statement = scene.statement()
    target = None
    if isinstance(statement, ast.Assign | ast.AugAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    names = [target.value] if isinstance(target, ast.Subscript) else [target] if isinstance(target, ast.Name) else []
    names += [one.func.value for one in scene.calls() if isinstance(one.func, ast.Attribute)]
    names += [one for call in scene.calls()[:1] for one in call.args]
    for one in names:
        if not isinstance(one, ast.Name):
            continue
        made = [
            node
            for node in ast.walk(scene.tree)
            if isinstance(node, ast.Assign)
            and any(isinstance(each, ast.Name) and each.id == one.id for each in node.targets)
        ]
        near = sorted([node for node in made if node.lineno < (scene.line or 0)], key=lambda node: -node.lineno)
        for node in near[:1]:
            yield scene.put((node.value, scene.dotted(node.value, ".copy()"))), f"{one.id} is a copy"
        if statement is not None and alone(scene.source, statement):
            line = f"{one.id} = {one.id}.copy()"
            yield apply_edits(scene.source, [above(scene.source, statement, line)]), f"{one.id} is a copy"


def _nothing_given(scene: Scene, _: re.Match[str]) -> Edits:
    """What changes in place gives nothing: the table is what it was called on, or what is made anew."""
    for node in ast.walk(scene.tree):
        call = getattr(node, "value", None)
        if isinstance(node, ast.Assign) and isinstance(call, ast.Call) and keyword(call, "inplace") is not None:
            text = without_keyword(scene.source, call, "inplace")
            if text is not None:
                yield text, f"{called(call)} gives a new table"
        in_place = ("append", "sort", "extend", "reverse", "insert", "update", "add", "shuffle", "fill")
        if (
            isinstance(node, ast.Assign)
            and isinstance(call, ast.Call)
            and called(call) in in_place
            and isinstance(call.func, ast.Attribute)
            and len(node.targets) == 1
        ):
            target, base = scene.text(node.targets[0]), scene.text(call.func.value)
            if target == base:
                yield scene.put((node, scene.text(call))), f"{called(call)} changes {base} itself"
            elif called(call) == "sort":
                yield scene.put((call, f"sorted({base})")), f"{base} is sorted to a new list"
            elif called(call) == "shuffle" and call.args and target == scene.text(call.args[0]):
                yield scene.put((node, scene.text(call))), f"{called(call)} changes {target} itself"
        chained = isinstance(node, ast.Call) and keyword(node, "inplace") is not None
        if chained and any(isinstance(one, ast.Attribute) and one.value is node for one in ast.walk(scene.tree)):
            text = without_keyword(scene.source, node, "inplace")  # type: ignore[arg-type]
            if text is not None:
                yield text, f"{called(node)} gives a new table"


def _methods(scene: Scene, found: re.Match[str]) -> Edits:
    """What a list, an array or a table has no word for, the other has."""
    kind, name = found.group(1), found.group(2)
    numpy = scene.imported("numpy")
    for at in range(len(scene.frames)):
        part = scene.statement(at)
        for node in ast.walk(part) if part is not None else ():
            if not isinstance(node, ast.Attribute) or node.attr != name:
                continue
            base = node.value
            text = scene.text(base)
            if kind in ("list", "tuple", "range") and numpy and name in _OF_ARRAYS:
                yield scene.put((base, f"{numpy}.array({text})")), f"{text} is made an array"
                if name == "shape":
                    outer = next(enclosing(scene.tree, node, ast.Subscript), None)
                    if isinstance(outer, ast.Subscript) and outer.value is node and scene.text(outer.slice) == "0":
                        yield scene.put((outer, f"len({text})")), f"the length of {text}"
            if kind in ("Series", "DataFrame", "Index") and name in (
                "reshape",
                "ravel",
                "flatten",
                "argmax",
                "argsort",
                "nonzero",
                "argpartition",
            ):
                yield scene.put((base, f"{text}.to_numpy()")), f"{text} is taken as an array"
            if kind == "ndarray" and name in ("values", "to_numpy"):
                call = next(enclosing(scene.tree, node, ast.Call), None)
                whole = call if name == "to_numpy" and isinstance(call, ast.Call) and call.func is node else node
                yield scene.put((whole, text)), f"{text} is an array"
            if kind == "ndarray" and name in ("iloc", "loc"):
                yield scene.put((node, text)), f"{text} is an array, and takes places"
            if kind == "ndarray" and name in ("value_counts", "map", "fillna", "isnull", "unique", "apply", "nunique"):
                pandas = scene.imported("pandas")
                if pandas:
                    yield scene.put((base, f"{pandas}.Series({text})")), f"{text} is made a column"
            if kind == "ndarray" and name in ("columns", "head", "describe", "corr", "index", "isna", "drop", "dtypes"):
                yield from _kept_table(scene, base)
            if name == "append" and kind in ("DataFrame", "Series"):
                yield from _appended(scene, node)
            if name in ("toarray", "todense", "A") and kind in ("ndarray", "DataFrame", "Series"):
                call = next(enclosing(scene.tree, node, ast.Call), None)
                if isinstance(call, ast.Call) and call.func is node:
                    yield scene.put((call, text)), f"{text} is dense already"
            if kind in ("float", "int", "float64", "float32", "int64") and name in ("item", "detach", "cpu", "numpy"):
                call = next(enclosing(scene.tree, node, ast.Call), None)
                if isinstance(call, ast.Call) and call.func is node:
                    yield scene.put((call, text)), f"{text} is a plain number"
            if kind in ("float", "int", "NoneType", "float64") and name in _OF_TEXT and isinstance(base, ast.Name):
                yield scene.put((base, f"str({text})")), f"{text} is taken as text"
            if kind == "Series" and name == "columns":
                yield from _as_table(scene, base)


def _appended(scene: Scene, node: ast.Attribute) -> Edits:
    """Rows that are added to a table: `pd.concat`."""
    pandas = scene.imported("pandas")
    call = next(enclosing(scene.tree, node, ast.Call), None)
    if not pandas or not isinstance(call, ast.Call) or call.func is not node or len(call.args) != 1:
        return
    one, base = call.args[0], scene.text(node.value)
    held, added = scene.value(one), scene.text(one)
    if isinstance(one, ast.Dict) or held.kind == "dict":
        added = f"{pandas}.DataFrame([{added}])"
    elif held.column and scene.value(node.value).table:
        added = f"{added}.to_frame().T"
    more = "".join(f", {scene.text(each)}" for each in call.keywords if each.arg in ("ignore_index", "sort"))
    new = f"{pandas}.concat([{base}, {added}]{more})"
    yield scene.put((call, new)), "rows are added by pd.concat"
    statement = next(enclosing(scene.tree, node, ast.stmt), None)
    if isinstance(statement, ast.Expr) and statement.value is call:
        yield scene.put((call, f"{base} = {new}")), "rows are added by pd.concat"


def _kept_table(scene: Scene, base: ast.expr) -> Edits:
    """A table that was made an array is made one no longer, or one again."""
    if not isinstance(base, ast.Name):
        return
    for node in ast.walk(scene.tree):
        if not isinstance(node, ast.Assign) or not any(
            isinstance(one, ast.Name) and one.id == base.id for one in node.targets
        ):
            continue
        value = node.value
        if isinstance(value, ast.Attribute) and value.attr == "values":
            yield scene.put((value, scene.text(value.value))), f"{base.id} stays a table"
        if isinstance(value, ast.Call) and called(value) == "to_numpy" and isinstance(value.func, ast.Attribute):
            yield scene.put((value, scene.text(value.func.value))), f"{base.id} stays a table"
        if isinstance(value, ast.Call) and called(value) in ("fit_transform", "transform") and value.args:
            given = value.args[0]
            pandas = scene.imported("pandas")
            if pandas and isinstance(given, ast.Name):
                new = f"{pandas}.DataFrame({scene.text(value)}, columns={given.id}.columns, index={given.id}.index)"
                yield scene.put((value, new)), f"{base.id} is a table with the columns of {given.id}"


def _as_table(scene: Scene, base: ast.expr) -> Edits:
    if isinstance(base, ast.Name):
        for node in ast.walk(scene.tree):
            if isinstance(node, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == base.id for one in node.targets
            ):
                value = node.value
                if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
                    yield (
                        scene.put((value.slice, f"[{scene.text(value.slice)}]")),
                        f"{base.id} is a table of one column",
                    )


RULES = (
    (r"read-only", _read_only),
    (r"'?NoneType'?", _nothing_given),
    (r"'(?:[\w.]+\.)?(\w+)' object has no attribute '(\w+)'", _methods),
)
"""(what the error says, its edits)."""
