"""Data sets and loaders of PyTorch: lengths, tables and lists that are no tensors, rows of tables, one-hot labels."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above
from mlpilot.tools.text import apply_edits


def _with_length(scene: Scene, found: re.Match[str]) -> Edits:
    """A data set of the script's own says how many rows it holds."""
    for owner in [one for one in ast.walk(scene.tree) if isinstance(one, ast.ClassDef) and one.name == found.group(1)]:
        known = {one.name: one for one in owner.body if isinstance(one, ast.FunctionDef)}
        body = known.get("__getitem__")
        if body is None or "__len__" in known or len(body.args.args) < 2:
            continue
        index = body.args.args[1].arg
        for one in ast.walk(body):
            held = isinstance(one, ast.Subscript) and scene.text(one.slice) == index
            rows = scene.text(one.value) if isinstance(one, ast.Subscript) else ""
            if held and rows.startswith("self."):
                rows = rows.removesuffix(".iloc").removesuffix(".loc")
                lines = ["def __len__(self):", f"    return len({rows})\n"]
                edit = above(scene.source, body, *lines)
                yield apply_edits(scene.source, [edit]), f"{owner.name} is as long as {rows}"
                return


def _of_table(scene: Scene, _: re.Match[str]) -> Edits:
    """`torch.tensor(df)` takes the numbers of a table, as one kind of number."""
    made = ("tensor", "from_numpy", "as_tensor", "FloatTensor", "LongTensor", "Tensor")
    for call in [one for at in range(len(scene.frames)) for one in scene.calls(at) if called(one) in made and one.args]:
        held, given = scene.value(call.args[0]), call.args[0]
        plain = "object" not in held.dtype and "object" not in scene.error
        pandas = held.table or held.column or "DataFrame" in scene.error or "Series" in scene.error
        if held.kind == "list" or isinstance(given, ast.List):
            name = scene.text(call.func).removesuffix(called(call))
            yield scene.put((call.func, f"{name}tensor")), f"{scene.text(given)} is a list: it is made a tensor"
        if pandas and plain:
            yield scene.put((given, scene.dotted(given, ".to_numpy()"))), f"the numbers of {scene.text(given)[:40]}"
        kind = '"int64"' if called(call) == "LongTensor" else '"float32"'
        yield scene.put((given, scene.dotted(given, f".astype({kind})"))), f"{scene.text(given)[:40]} as real numbers"
        if pandas:
            suffix = f".to_numpy().astype({kind})"
            yield scene.put((given, scene.dotted(given, suffix))), f"the numbers of {scene.text(given)[:40]}"


def _tensor_of_batch(scene: Scene, _: re.Match[str]) -> Edits:
    """A loader of one table gives lists of one tensor: `for (x,) in loader`."""
    for at in range(len(scene.frames)):
        statement = scene.statement(at) if calls(scene.tree, "DataLoader") else None
        for loop in enclosing(scene.tree, statement, ast.For) if statement is not None else ():
            target = loop.target if isinstance(loop, ast.For) else None
            held = scene.value(target, at)
            if isinstance(target, ast.Name) and (held.kind == "list" or not held.type):
                yield scene.put((target, f"({target.id},)")), f"{target.id} is the one table"


def _classes_counted(scene: Scene, _: re.Match[str]) -> Edits:
    """`one_hot(y, 3)` of more classes: as many columns as there are classes."""
    for call in [one for at in range(len(scene.frames)) for one in scene.calls(at) if called(one) == "one_hot"]:
        given = keyword(call, "num_classes")
        place = given.value if given is not None else call.args[1] if len(call.args) > 1 else None
        most = scene.value(call.args[0]).most if call.args else None
        if place is not None and most is not None:
            yield scene.put((place, str(int(most) + 1))), f"one column for each of {int(most) + 1} classes"


def _next_batch(scene: Scene, _: re.Match[str]) -> Edits:
    """`iter(loader).next()` becomes `next(iter(loader))`."""
    for call in [one for at in range(len(scene.frames)) for one in scene.calls(at) if called(one) == "next"]:
        if isinstance(call.func, ast.Attribute) and not call.args:
            yield scene.put((call, f"next({scene.text(call.func.value)})")), "the next batch, by the function next"


def _rows_of_tables(scene: Scene, _: re.Match[str]) -> Edits:
    """A data set takes rows of a table by their place, and their numbers."""
    for owner in [one for one in ast.walk(scene.tree) if isinstance(one, ast.ClassDef)]:
        body = next((one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == "__getitem__"), None)
        if body is None or len(body.args.args) < 2:
            continue
        index = body.args.args[1].arg
        pairs: list[tuple[ast.AST, str]] = []
        for one in ast.walk(body):
            if isinstance(one, ast.Subscript) and scene.text(one.slice) == index:
                held, base = scene.value(one.value), scene.text(one.value)
                if held.table:
                    pairs.append((one, f"{base}.iloc[{index}].to_numpy()"))
                elif held.column:
                    pairs.append((one, f"{base}.iloc[{index}]"))
        if pairs:
            yield scene.put(*pairs), "rows of tables are taken by their place"


RULES = (
    (r"must be Tensor, not list|'list' object has no attribute '(?:to|size|shape|view|float|dim)'", _tensor_of_batch),
    (r"Class values must be smaller than num_classes", _classes_counted),
    (r"object of type '(\w+)' has no len\(\)", _with_length),
    (
        r"could not determine the shape of object type|can't convert np\.ndarray of type numpy\.object_"
        r"|expected np\.ndarray \(got \w+\)|new\(\): invalid data type",
        _of_table,
    ),
    (r"DataLoaderIter' object has no attribute 'next'", _next_batch),
    (r"KeyError: -?\d+", _rows_of_tables),
)
"""(what the error says, its edits)."""
