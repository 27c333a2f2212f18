"""Tables of pandas: conditions, kinds of columns, merging, times, what changes in place, what has no such method."""

import ast
import itertools
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits, above, alone
from mlpilot.tools.text import apply_edits

_TO_REDUCE = ("mean", "sum", "std", "var", "median", "min", "max", "corr", "cov", "quantile", "skew", "kurt", "sem")


def _conditions(scene: Scene, _: re.Match[str]) -> Edits:
    """Conditions of columns stand in brackets and are joined by `&` and `|`."""
    statement = scene.statement()
    if statement is None:
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.BoolOp):
            op = " & " if isinstance(node.op, ast.And) else " | "
            yield scene.put((node, op.join(f"({scene.text(one)})" for one in node.values))), f"joined by{op.rstrip()}"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield scene.put((node, f"~({scene.text(node.operand)})")), "each row is denied by itself"
        if isinstance(node, ast.Compare) and len(node.comparators) > 1:
            text = scene.text(node)
            parts = re.split(r"\s*([&|])\s*", text)
            if len(parts) > 1:
                new = " ".join(one if one in "&|" else f"({one})" for one in parts)
                yield scene.put((node, new)), "each condition stands in brackets"
            else:
                terms = [node.left, *node.comparators]
                ops = [_between(scene, a, b) for a, b in itertools.pairwise(terms)]
                pairs = zip(terms, ops, terms[1:], strict=False)
                new = " & ".join(f"({scene.text(a)} {op} {scene.text(b)})" for a, op, b in pairs)
                yield scene.put((node, new)), "both conditions, row by row"
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            for one in (node.left, node.comparators[0]):
                if isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitAnd | ast.BitOr):
                    parts = re.split(r"\s*([&|])\s*", scene.text(node))
                    new = " ".join(part if part in "&|" else f"({part})" for part in parts)
                    yield scene.put((node, new)), "each condition stands in brackets"
    yield from _branch(scene, statement)


def _between(scene: Scene, left: ast.expr, right: ast.expr) -> str:
    from mlpilot.tools.text import span

    return scene.source[span(scene.source, left)[1] : span(scene.source, right)[0]].strip().strip("()").strip()


def _branch(scene: Scene, statement: ast.stmt) -> Edits:
    """A branch upon a whole column: of a table, whether it is empty; in a function of a row, by `where`."""
    numpy = scene.imported("numpy")
    if isinstance(statement, ast.If | ast.While):
        test = statement.test
        held = scene.value(test)
        if held.table or held.column:
            yield scene.put((test, f"not {scene.text(test)}.empty")), f"whether {scene.text(test)} has rows"
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield scene.put((test, f"{scene.text(test.operand)}.empty")), "whether it has no rows"
        simple = (
            numpy
            and len(statement.body) == len(statement.orelse) == 1
            and all(isinstance(one, ast.Return) and one.value for one in (statement.body[0], statement.orelse[0]))
        )
        if simple:
            yes, no = statement.body[0].value, statement.orelse[0].value  # type: ignore[attr-defined]
            new = f"return {numpy}.where({scene.text(test)}, {scene.text(yes)}, {scene.text(no)})"
            yield scene.put((statement, new)), "decided row by row"
        if any(isinstance(one, ast.Eq | ast.NotEq) for one in getattr(test, "ops", [])):
            yield scene.put((test, f"({scene.text(test)}).all()")), "whether all are so"
            yield scene.put((test, f"({scene.text(test)}).any()")), "whether any is so"
    if len(scene.frames) > 1:
        for call in scene.calls(1)[:1]:
            if isinstance(call.func, ast.Name) and len(call.args) > 1 and not call.keywords:
                given = ", ".join(scene.text(one) for one in call.args)
                if numpy:
                    yield (
                        scene.put((call, f"{numpy}.vectorize({call.func.id})({given})")),
                        f"{call.func.id} of each row",
                    )
                rows = f"[{call.func.id}(*row) for row in zip({given})]"
                yield scene.put((call, rows)), f"{call.func.id} of each row"
            if isinstance(call.func, ast.Name) and len(call.args) == 1:
                one = call.args[0]
                held = scene.value(one, 1)
                if held.column or not held.type:
                    yield scene.put((call, f"{scene.text(one)}.apply({call.func.id})")), f"{call.func.id} of each row"
                if held.array and numpy:
                    new = f"{numpy}.vectorize({call.func.id})({scene.text(one)})"
                    yield scene.put((call, new)), f"{call.func.id} of each number"
    for node in ast.walk(statement):
        if isinstance(node, ast.IfExp) and numpy and not isinstance(statement, ast.FunctionDef):
            new = f"{numpy}.where({scene.text(node.test)}, {scene.text(node.body)}, {scene.text(node.orelse)})"
            yield scene.put((node, new)), "decided row by row"


def _numeric_only(scene: Scene, _: re.Match[str]) -> Edits:
    """Means and the like of the columns that are numbers."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            if called(call) in _TO_REDUCE and isinstance(call.func, ast.Attribute):
                yield with_keyword(scene.source, call, "numeric_only", "True"), f"{called(call)} of what are numbers"
                base = call.func.value
                if scene.value(base, at).table:
                    new = f'{scene.text(base)}.select_dtypes("number")'
                    yield scene.put((base, new)), f"{called(call)} of what are numbers"
                if called(call) not in ("mean", "sum"):
                    continue
        statement = scene.statement(at)
        for node in ast.walk(statement) if statement is not None else ():
            if isinstance(node, ast.Name) and scene.value(node, at).table and isinstance(node.ctx, ast.Load):
                numbers = [one for one in scene.value(node, at).kinds if one not in ("object", "str", "category")]
                if numbers and len(numbers) < len(scene.value(node, at).kinds):
                    new = f'{node.id}.select_dtypes("number")'
                    same = [one for one in ast.walk(statement) if isinstance(one, ast.Name) and one.id == node.id]  # type: ignore[arg-type]
                    yield scene.put(*((one, new) for one in same)), f"what are numbers in {node.id}"


def _as_numbers(scene: Scene, _: re.Match[str]) -> Edits:
    """Columns of text that read as numbers are made numbers where they are computed with."""
    pandas = scene.imported("pandas", "pd")
    for at in range(len(scene.frames)):
        part = scene.part(at)
        for node in ast.walk(part) if part is not None else ():
            if not isinstance(node, ast.Subscript | ast.Name) or not isinstance(node.ctx, ast.Load):
                continue
            held = scene.value(node, at)
            if held.column and held.dtype in ("object", "str", "string"):
                text = scene.text(node)
                yield scene.put((node, f"{pandas}.to_numeric({text})")), f"{text} is made numbers"
                stripped = f'{text}.astype(str).str.replace(r"[^0-9.eE+-]", "", regex=True)'
                yield scene.put((node, f"{pandas}.to_numeric({stripped})")), f"{text} is made numbers, without signs"
                yield scene.put((node, f"{pandas}.to_datetime({text})")), f"{text} is made times"
            elif held.array and (held.dtype == "object" or held.dtype.startswith("<U")):
                yield scene.put((node, scene.dotted(node, ".astype(float)"))), f"{scene.text(node)} is made numbers"


def _times(scene: Scene, _: re.Match[str]) -> Edits:
    """Text that is read as times."""
    pandas = scene.imported("pandas", "pd")
    for at in range(len(scene.frames)):
        part = scene.statement(at)
        for node in ast.walk(part) if part is not None else ():
            if isinstance(node, ast.Attribute) and node.attr == "dt":
                base = scene.text(node.value)
                yield scene.put((node.value, f"{pandas}.to_datetime({base})")), f"{base} is made times"
            if isinstance(node, ast.Attribute) and node.attr in (
                "year",
                "month",
                "day",
                "dayofweek",
                "hour",
                "weekday",
            ):
                yield scene.put((node.value, f"{pandas}.to_datetime({scene.text(node.value)}).dt")), "parts of times"
                held = scene.value(node.value, at)
                if held.column:
                    yield scene.put((node.value, f"{scene.text(node.value)}.dt")), "parts of times"
            if isinstance(node, ast.Call) and called(node) in ("resample", "asfreq", "between_time"):
                func = node.func
                if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
                    held = scene.value(func.value, at)
                    dates = [one for one in held.names if re.search("date|time|day|stamp", one, re.IGNORECASE)]
                    for one in dates[:1]:
                        times = f'{one}={pandas}.to_datetime({func.value.id}["{one}"])'
                        new = f'{func.value.id}.assign({times}).set_index("{one}")'
                        yield scene.put((func.value, new)), f"the rows are indexed by {one}"
    for call in calls(scene.tree, "read_csv"):
        if keyword(call, "parse_dates") is None:
            words = re.findall(r"\[?['\"](\w*(?:date|time|day|stamp)\w*)['\"]", scene.source, re.IGNORECASE)
            for word in dict.fromkeys(words):
                yield with_keyword(scene.source, call, "parse_dates", f'["{word}"]'), f"{word} is read as times"


def _texts(scene: Scene, _: re.Match[str]) -> Edits:
    """What is no text is made text before it is cut, searched or joined."""
    statement = scene.statement()
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.Attribute) and node.attr == "str":
            base = node.value
            yield scene.put((base, scene.dotted(base, ".astype(str)"))), f"{scene.text(base)} is made text"


def _merge(scene: Scene, _: re.Match[str]) -> Edits:
    """Tables are merged by keys of one kind."""
    for call in scene.calls():
        if called(call) not in ("merge", "join", "merge_asof"):
            continue
        on = keyword(call, "on") or keyword(call, "left_on")
        key = scene.text(on.value) if on is not None else ""
        left = call.func.value if isinstance(call.func, ast.Attribute) and len(call.args) == 1 else None
        parts = [left, call.args[0]] if left is not None else call.args[:2]
        texts = []
        for one in parts:
            held = scene.value(one)
            kinds = dict(zip(held.names, held.kinds, strict=False))
            texts.append(kinds.get(key.strip("'\""), "") in ("object", "str"))
        if not key or len(parts) != 2 or not all(isinstance(one, ast.Name) for one in parts):
            continue
        numbers = [one for one, text in zip(parts, texts, strict=True) if not text]
        others = [one for one, text in zip(parts, texts, strict=True) if text]
        for one in others[:1]:
            if one is not None and numbers:
                cast = f"{scene.text(one)}.astype({{{key}: int}})"
                yield scene.put((one, cast)), f"{key} of {scene.text(one)} is a whole number"
        for one in numbers[:1]:
            if one is not None:
                yield (
                    scene.put((one, f"{scene.text(one)}.astype({{{key}: str}})")),
                    f"{key} of {scene.text(one)} is text",
                )


def _merge_keys(scene: Scene, _: re.Match[str]) -> Edits:
    """The keys of two tables that are spelled otherwise in each."""
    from mlpilot.tools.mending.ended.columns import nearest

    for call in scene.calls():
        on = keyword(call, "on")
        if called(call) != "merge" or on is None or not isinstance(on.value, ast.Constant):
            continue
        word = str(on.value.value)
        left = call.func.value if isinstance(call.func, ast.Attribute) and len(call.args) == 1 else None
        parts = [left, call.args[0]] if left is not None else call.args[:2]
        names = [scene.value(one).names for one in parts]
        if len(names) == 2 and all(names):
            keys = [word if word in one else next(iter(nearest(word, one)), "") for one in names]
            if all(keys) and keys[0] != keys[1]:
                new = f'left_on="{keys[0]}", right_on="{keys[1]}"'
                yield scene.put((on, new)), f"{keys[0]} of the one is {keys[1]} of the other"


def _duplicates(scene: Scene, _: re.Match[str]) -> Edits:
    """Rows that have one label are numbered anew where the tables are put together."""
    for call in calls(scene.tree, "concat"):
        if keyword(call, "ignore_index") is None and keyword(call, "axis") is None:
            yield with_keyword(scene.source, call, "ignore_index", "True"), "the rows are numbered anew"
        if keyword(call, "axis") is not None and call.args and isinstance(call.args[0], ast.List | ast.Tuple):
            elements = call.args[0].elts
            yield (
                scene.put(*((one, scene.dotted(one, ".reset_index(drop=True)")) for one in elements)),
                "by their order",
            )
    statement = scene.statement()
    for frame_name, held in scene.frames[0].values.items():
        if held.table and statement is not None and alone(scene.source, statement) and "." not in frame_name:
            line = f"{frame_name} = {frame_name}.reset_index(drop=True)"
            if any(isinstance(one, ast.Name) and one.id == frame_name for one in ast.walk(statement)):
                text = apply_edits(scene.source, [above(scene.source, statement, line)])
                yield text, f"the rows of {frame_name} are numbered anew"
    for call in scene.calls():
        if called(call) == "reindex" and isinstance(call.func, ast.Attribute):
            base = scene.text(call.func.value)
            new = f"{base}[~{base}.index.duplicated()]"
            yield scene.put((call.func.value, new)), f"the first of each label of {base}"
    for call in calls(scene.tree, "pivot"):
        func = scene.text(call.func)
        new = func[: -len("pivot")] + "pivot_table"
        yield scene.put((call.func, new)), "cells with several rows are their mean"


def _lengths(scene: Scene, _: re.Match[str]) -> Edits:
    """A column of another length than the table."""
    statement = scene.statement()
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Subscript):
        return
    target, value = statement.targets[0], statement.value
    table = scene.value(target.value)
    wanted = table.shape[0] if table.shape else None
    for frame in scene.frames:
        for name, held in frame.values.items():
            if held.table and held.shape and "." not in name and name != scene.text(target.value):
                mine = scene.value(value)
                if mine.shape and held.shape[0] == mine.shape[0]:
                    yield scene.put((target.value, name)), f"the column is one of {name}, which is as long"
    for node in ast.walk(value):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            stem = node.id.split("_")[0]
            for frame in scene.frames:
                for name, held in frame.values.items():
                    size = held.shape[0] if held.shape else held.length
                    if size == wanted and wanted and name != node.id and name.split("_")[0] == stem and "." not in name:
                        yield scene.put((node, name)), f"{name} in place of {node.id}, which has another length"
    if isinstance(value, ast.Call) and called(value) in ("diff", "pct_change") and value.args:
        yield scene.put((value, f"{scene.text(value.args[0])}.diff()")), "a difference for each row"


def _several(scene: Scene, _: re.Match[str]) -> Edits:
    """Several columns are taken by a list of them."""
    statement = scene.statement()
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
            held = scene.value(node.value)
            names = [one for one in node.slice.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            grouped = isinstance(node.value, ast.Call) and called(node.value) == "groupby"
            if len(names) == len(node.slice.elts) and (held.table or grouped or not held.type):
                yield scene.put((node.slice, f"[{scene.text(node.slice).strip('()')}]")), "several columns, as a list"
            elif held.table:
                yield scene.put((node.value, f"{scene.text(node.value)}.iloc")), "rows and columns by their places"


def _aggregations(scene: Scene, _: re.Match[str]) -> Edits:
    """Old ways to name what is aggregated."""
    for call in [*calls(scene.tree, "agg"), *calls(scene.tree, "aggregate")]:
        one = call.args[0] if call.args else None
        if isinstance(one, ast.Dict) and all(isinstance(value, ast.Constant) for value in one.values):
            names = [
                f"{key.value!s}={value.value!r}"
                for key, value in zip(one.keys, one.values, strict=True)
                if isinstance(key, ast.Constant) and str(key.value).isidentifier() and isinstance(value, ast.Constant)
            ]
            if len(names) == len(one.values):
                yield scene.put((one, ", ".join(names))), "what is aggregated is named by arguments"


RULES = (
    (
        r"truth value of (?:a|an) \w[\w ]* (?:is|with) .{0,40}ambiguous|unsupported operand type\(s\) for [&|]|"
        r"Cannot perform '(?:rand_|ror_|and_|or_)'|cannot compare a dtyped|ufunc 'bitwise_(?:and|or)'|bad operand type "
        r"for unary ~|Operation '(?:r?and_|r?or_)'|operation '(?:r?and_|r?or_)'",
        _conditions,
    ),
    (
        r"agg function failed|could not convert string to float|Could not convert .{0,400}to numeric|does not support "
        r"(?:reduction|operation|'?\w+'? )|Cannot perform reduction|not supported for (?:object|str)|dtype 'str'|"
        r"unsupported operand type\(s\) for /: 'str'",
        _numeric_only,
    ),
    (
        r"unsupported operand type\(s\) for|can't multiply sequence|can only concatenate str|"
        r"Can only string multiply|not supported between "
        r"instances of|could not convert string to float|No numeric types|ufunc '\w+' did not contain a loop|"
        r"[Oo]peration '\w+' not supported for dtype|[Cc]annot perform",
        _as_numbers,
    ),
    (
        r"Can only use \.dt accessor|Only valid with DatetimeIndex|has no attribute '(?:year|month|day|dayofweek|hour|"
        r"weekday|dt)'|Invalid comparison between dtype=datetime|'str' and 'Timestamp'|'str' object has no attribute "
        r"'(?:strftime|date)'",
        _times,
    ),
    (r"Can only use \.str accessor", _texts),
    (r"trying to merge on", _merge),
    (r"KeyError", _merge_keys),
    (
        r"duplicate labels|non-unique|uniquely valued Index|duplicate (?:entries|axis)|Reindexing only valid|"
        r"identically-labeled|identically labelled",
        _duplicates,
    ),
    (r"Length of values \(\d+\) does not match length of index", _lengths),
    (r"Cannot subset columns with a tuple|KeyError: \(|InvalidIndexError", _several),
    (r"nested renamer is not supported", _aggregations),
)
"""(what the error says, its edits)."""
