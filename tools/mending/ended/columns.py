"""Columns and keys that are not there by the name that is written: nearest names, places, and the index."""

import ast
import difflib
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.ended.state import Value
from mlpilot.tools.mending.forms import Edits, at, given_to
from mlpilot.tools.text import Edit, apply_edits, span


def _words(scene: Scene) -> list[str]:
    """The names that the error says are missing."""
    text = scene.error.partition(": ")[2]
    listed = re.search(r"\[(?:Index\()?\[?((?:'[^']*'(?:, ?)?)+)", text)
    if listed is not None:
        return re.findall(r"'([^']*)'", listed.group(1))[:6]
    return [re.sub(r"^['\"]|['\"]$", "", text.strip().split("\n")[0])] if len(text) < 200 else []


def plain(name: str) -> str:
    """A name without case, blanks and strokes."""
    return re.sub(r"[\s_.\-]", "", name).lower()


def nearest(word: str, known: tuple[str, ...]) -> list[str]:
    """The names that are nearly the word, the nearest first."""
    plains: dict[str, list[str]] = {}
    for one in known:
        plains.setdefault(plain(one), []).append(one)
    near = difflib.get_close_matches(plain(word), list(plains), 3, 0.6)
    near += [
        one
        for one in plains
        if one not in near and len(plain(word)) > 2 and (plain(word) in one or one in plain(word)) and len(one) > 2
    ]
    return [one for each in near for one in plains[each] if one != word][:4]


def holders(scene: Scene) -> list[tuple[str, Value]]:
    """What has names, and was at work: tables and dicts of the failing statements, the innermost first."""
    found: dict[str, Value] = {}
    for number, frame in enumerate(scene.frames):
        statement = scene.statement(number)
        part = [one for one in ast.walk(statement) if isinstance(one, ast.Name | ast.Attribute)] if statement else []
        for node in part:
            held = frame.values.get(scene.text(node))
            if held is not None and held.names:
                found.setdefault(scene.text(node), held)
    return list(found.items())


def places(scene: Scene, word: str) -> list[ast.Constant]:
    """Where a name is written, in the failing statements first."""
    found = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Constant) and one.value == word]
    lines = [frame.line for frame in scene.frames]
    found.sort(key=lambda one: (not any(_in_statement(scene, one, line) for line in lines), one.lineno))
    return found


def _read(scene: Scene, word: object) -> list[ast.Constant]:
    """Where a name is asked for, and is not one that is given: no key of a dict, no column that is written."""
    given: set[ast.AST] = set()
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Dict):
            given.update(one for one in node.keys if one is not None)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            given.add(node.slice)
        if isinstance(node, ast.keyword) and node.arg in ("columns", "names", "value_name", "var_name"):
            given.update(ast.walk(node.value))
    found = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Constant) and one.value == word]
    return [one for one in found if one not in given]


def _in_statement(scene: Scene, node: ast.AST, line: int) -> bool:
    statements = [one for one in ast.walk(scene.tree) if isinstance(one, ast.stmt) and at(one, line)]
    inner = max(statements, key=lambda one: (one.lineno, -(one.end_lineno or 0)), default=None)
    return inner is not None and any(one is node for one in ast.walk(inner))


def _spelled(scene: Scene, _: re.Match[str]) -> Edits:
    """A column, or a key, by the name that it has."""
    words = _words(scene)
    if any(called(call) in ("merge", "join") for call in scene.calls()):
        return
    for _name, held in holders(scene):
        pairs: list[tuple[ast.AST, str]] = []
        for word in words:
            near = nearest(word, held.names)
            there = places(scene, word)
            if near and there and word not in held.names:
                pairs += [(one, repr(near[0]) if '"' in near[0] else f'"{near[0]}"') for one in there[:1]]
        if pairs:
            what = ", ".join(f"{scene.text(node)} is {new}" for node, new in pairs)
            everywhere = [(one, new) for node, new in pairs for one in _read(scene, node.value)]  # type: ignore[attr-defined]
            yield scene.put(*everywhere), f"{what}, wherever it is written"
            yield scene.put(*pairs), what
    for name, held in holders(scene):
        for word in words:
            for other in nearest(word, held.names)[1:]:
                for one in places(scene, word)[:1]:
                    yield scene.put((one, f'"{other}"')), f"{word!r} of {name} is {other!r}"


def _cleaned(scene: Scene, _: re.Match[str]) -> Edits:
    """Columns with blanks around their names lose them where the table is read."""
    words = _words(scene)
    for _name, held in holders(scene):
        blank = {one.strip(): one for one in held.names if one != one.strip()}
        for call in calls(scene.tree, "read_csv") if any(one in blank for one in words) else ():
            statement = next(
                (one for one in ast.walk(scene.tree) if isinstance(one, ast.Assign) and one.value is call), None
            )
            if statement is not None and isinstance(statement.targets[0], ast.Name):
                new = f"{scene.text(call)}.rename(columns=str.strip)"
                yield scene.put((call, new)), "the names of the columns lose the blanks around them"


def _by_index(scene: Scene, _: re.Match[str]) -> Edits:
    """What is in the index is a column again; rows are taken by place; what was dropped is kept."""
    words = _words(scene)
    for word in words:
        for node in ast.walk(scene.tree):
            if isinstance(node, ast.Call) and called(node) == "groupby" and _holds(node, word):
                yield with_keyword(scene.source, node, "as_index", "False"), f"{word!r} stays a column"
            if isinstance(node, ast.Call) and called(node) == "set_index" and _holds(node, word):
                yield with_keyword(scene.source, node, "drop", "False"), f"{word!r} stays a column, too"
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _holds(node.value, word):
                grouped = any(
                    isinstance(one, ast.Call) and called(one) in ("groupby", "pivot_table", "resample")
                    for one in ast.walk(node.value)
                )
                if grouped and called(node.value) != "reset_index":
                    new = f"{scene.text(node.value)}.reset_index()"
                    yield scene.put((node.value, new)), f"{word!r} is a column again"
    asked = scene.node()
    if isinstance(asked, ast.Subscript):
        yield from _rows(scene, asked)
    for word in words:
        for call in calls(scene.tree):
            if called(call) == "read_csv" and keyword(call, "index_col") is not None:
                one = keyword(call, "index_col")
                if one is not None and scene.text(one.value).strip("'\"") == word:
                    end = span(scene.source, call)[1]
                    yield apply_edits(scene.source, [Edit(end, end, ".reset_index()")]), f"{word!r} is a column again"


def _holds(node: ast.AST, word: str) -> bool:
    return any(isinstance(one, ast.Constant) and one.value == word for one in ast.walk(node))


def _rows(scene: Scene, node: ast.Subscript) -> Edits:
    """`X[rows]` of a table takes columns: `X.iloc[rows]` takes rows."""
    held = scene.value(node.value)
    if not (held.table or held.column) or (
        isinstance(node.value, ast.Attribute) and node.value.attr in ("iloc", "loc")
    ):
        return
    index = scene.text(node.slice)
    if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return
    pairs = []
    for one in ast.walk(scene.tree):
        if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load) and isinstance(one.value, ast.Name):
            other = scene.value(one.value)
            same = scene.text(one.slice) == index or _alike(index, scene.text(one.slice))
            if same and (other.table or other.column or one is node):
                pairs.append((one.value, f"{one.value.id}.iloc"))
    if pairs:
        yield scene.put(*pairs), f"rows {index} are taken by their places"
    yield scene.put((node.value, f"{scene.text(node.value)}.iloc")), f"{index} is a place"


def _alike(one: str, other: str) -> bool:
    """`train_idx` and `test_idx`."""
    return bool(re.search(r"id|ind|rows|^tr|^te|^va", one)) and one.split("_")[-1] == other.split("_")[-1]


def _axis(scene: Scene, found: re.Match[str]) -> Edits:
    """`drop("y")` drops rows: `drop(columns="y")`."""
    for call in scene.calls():
        if called(call) == "drop" and call.args and keyword(call, "axis") is None and keyword(call, "columns") is None:
            one = call.args[0]
            yield scene.put((one, f"columns={scene.text(one)}")), f"{scene.text(one)} is dropped as a column"
    yield from _spelled(scene, found)


def _dropped(scene: Scene, found: re.Match[str]) -> Edits:
    """A column that was dropped, or popped, before is taken from what it was dropped from."""
    del found
    for word in _words(scene):
        for node in ast.walk(scene.tree):
            if (
                not isinstance(node, ast.Subscript)
                or not isinstance(node.slice, ast.Constant)
                or node.slice.value != word
            ):
                continue
            if not isinstance(node.value, ast.Name) or not isinstance(node.ctx, ast.Load):
                continue
            for frame in scene.frames:
                for name, held in frame.values.items():
                    if held.table and word in held.names and name != node.value.id and "." not in name:
                        mine = scene.value(node.value)
                        if held.shape and mine.shape and held.shape[0] == mine.shape[0]:
                            yield scene.put((node.value, name)), f"{word!r} is taken from {name}"
            for made in given_to(scene.tree, word)[:1]:
                del made
        for call in [*calls(scene.tree, "drop"), *calls(scene.tree, "pop")]:
            for one in ast.walk(call):
                if isinstance(one, ast.List) and len(one.elts) > 1:
                    gone = [each for each in one.elts if isinstance(each, ast.Constant) and each.value == word]
                    twice = len(places(scene, word)) > 1 and "not found in axis" in scene.error
                    for each in gone if twice else ():
                        rest = [scene.text(other) for other in one.elts if other is not each]
                        yield scene.put((one, f"[{', '.join(rest)}]")), f"{word!r} is no longer there to be dropped"


def _dict_key(scene: Scene, found: re.Match[str]) -> Edits:
    """A key that a dict need not have is counted from nothing; a number as text, or text as a number."""
    del found
    node = scene.node()
    if not isinstance(node, ast.Subscript):
        return
    held = scene.value(node.value)
    key = scene.value(node.slice)
    if held.kind in ("dict", "OrderedDict", "defaultdict", "Counter") or "dict" in held.bases:
        if key.number is not None and str(int(key.number)) in held.names:
            yield scene.put((node.slice, f"str({scene.text(node.slice)})")), "the key is text"
        if key.text is not None and key.text.strip() in held.names:
            yield scene.put((node.slice, f"{scene.text(node.slice)}.strip()")), "the key without blanks"
        if key.text is not None and key.text.lower() in held.names:
            yield scene.put((node.slice, f"{scene.text(node.slice)}.lower()")), "the key in small letters"
    for target in ast.walk(scene.tree):
        if isinstance(target, ast.AugAssign) and isinstance(target.target, ast.Subscript) and at(target, scene.line):
            base, index = scene.text(target.target.value), scene.text(target.target.slice)
            zero = "0" if isinstance(target.op, ast.Add | ast.Sub) else "1"
            op = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}.get(type(target.op))
            if op and held.kind == "dict":
                new = f"{base}[{index}] = {base}.get({index}, {zero}) {op} {scene.text(target.value)}"
                yield scene.put((target, new)), f"{base} counts a new key from {zero}"
    if isinstance(node.slice, ast.Constant) or held.column:
        yield from _rows(scene, node)


RULES = (
    (r"KeyError|not in index|not found in axis|are in the \[columns\]|Usecols do not match|not a column of", _spelled),
    (r"not found in axis", _axis),
    (r"KeyError|not in index", _cleaned),
    (
        r"KeyError|not in index|are in the \[columns\]|are in the \[index\]|InvalidIndexError|unhashable|"
        r"indices must be",
        _by_index,
    ),
    (r"KeyError|not found in axis|not in index", _dropped),
    (r"KeyError", _dict_key),
)
"""(what the error says, its edits)."""
