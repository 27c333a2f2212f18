"""Edits of what is among the features and should not be: numbers of rows, what is known later, the future."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, without_keyword
from mlpilot.tools.mending.forms import Edits, alone, around, at, below, given_to, method_calls, statement_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_WINDOWS = ("rolling", "expanding", "ewm")
_OF_GROUPS = ("transform", "apply", "agg", "shift", "mean", "sum", *_WINDOWS)
_MOST_TOLD = 6
"""Findings name three columns at a time."""


def without_columns(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Columns that the finding names are left out of the features: of lists that choose them, or by one more `drop`."""
    del tree
    text, left_out = source, list[str]()
    for _ in range(_MOST_TOLD):
        told = _columns_told(text, found, left_out)
        if not told:
            break
        changed = without_names(text, told, found)
        if changed is None:
            break
        text, left_out = changed, left_out + told
    if left_out:
        yield text, f"{_quoted(left_out)} {'is' if len(left_out) == 1 else 'are'} left out of the features"


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{one}'" for one in names)


def _columns_told(text: str, found: Diagnosis, known: list[str]) -> list[str]:
    """The columns that this finding names, as the program now stands, but for those that are left out."""
    again = [found] if not known else [one for one in check_source(text) if one.code == found.code]
    for one in again[:1]:
        head = re.split(r" of [A-Z]| is among| are among|, and is| is computed| are computed", one.message)[0]
        made = re.match(r"'[^']+', the target, is computed from '([^']+)'", one.message)
        head = made.group(1) if made else head
        names = [name.strip("'\" ") for name in re.split(r", | and ", head)]
        return [name for name in names if name and name not in known and re.fullmatch(r"[\w .()$-]+", name)]
    return []


def without_names(source: str, columns: list[str], found: Diagnosis) -> str | None:
    """The text without these columns among the features."""
    tree = ast.parse(source)
    edits, dropping = [], set[int]()
    for call in calls(tree, "drop"):
        dropping |= {id(one) for one in ast.walk(call)}
    for one in ast.walk(tree):
        if isinstance(one, ast.Compare):
            dropping |= {id(inner) for inner in ast.walk(one)}
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple) and id(node) not in dropping and len(node.elts) > 1:
            words = [one.value for one in node.elts if isinstance(one, ast.Constant)]
            if set(words) & set(columns) and len(words) == len(node.elts):
                kept = [text_of(source, one) for one in node.elts if getattr(one, "value", "") not in columns]
                brackets = "[]" if isinstance(node, ast.List) else "()"
                comma = "," if brackets == "()" and len(kept) == 1 else ""
                edits.append(Edit(*span(source, node), f"{brackets[0]}{', '.join(kept)}{comma}{brackets[1]}"))
    if edits:
        outer = [one for one in edits if not any(one is not o and o.start <= one.start < o.end for o in edits)]
        return apply_edits(source, outer)
    return _dropped(source, tree, columns, found)


def _dropped(source: str, tree: ast.Module, columns: list[str], found: Diagnosis) -> str | None:
    """One more `drop`, or one more name in one that is there, of the table that is fitted or split at the finding."""
    told = re.search(r"at line (\d+)$", found.message)  # where the model is fitted, if the finding stands elsewhere
    statement = around(tree, int(told.group(1)) if told else found.line)[-1]
    quoted = ", ".join(f'"{one}"' for one in columns)
    wanted = names_in(statement)
    made = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and one.lineno <= statement.lineno]
    for one in sorted(made, key=lambda one: -one.lineno):
        if not {name.id for target in one.targets for name in ast.walk(target) if isinstance(name, ast.Name)} & wanted:
            continue
        for node in ast.walk(one.value):
            text = _one_more(source, node, quoted)
            if text is not None:
                return text
        wanted |= names_in(one.value)
    for one in sorted(made, key=lambda one: -one.lineno):
        target = one.targets[0]
        if isinstance(target, ast.Name) and target.id in ("X", "features", "x") and alone(source, one):
            return apply_edits(source, [below(source, one, f"{target.id} = {target.id}.drop(columns=[{quoted}])")])
    return None


def _one_more(source: str, node: ast.AST, quoted: str) -> str | None:
    """`drop(columns=["y"])`, `c not in ("y",)` and `c != "y"` with more columns to leave out; None for other nodes."""
    where = None
    if isinstance(node, ast.Call) and called(node) == "drop":
        word = keyword(node, "columns")
        where = word.value if word is not None else node.args[0] if node.args else None
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn):
        where = node.comparators[0]
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq):
        here = text_of(source, node.comparators[0])
        return replace(source, node, f"{text_of(source, node.left)} not in ({here}, {quoted})")
    if isinstance(where, ast.List | ast.Tuple | ast.Set) and where.elts:
        end = span(source, where.elts[-1])[1]
        return apply_edits(source, [Edit(end, end, f", {quoted}")])
    if isinstance(where, ast.Constant) and isinstance(where.value, str):
        return replace(source, where, f"[{text_of(source, where)}, {quoted}]")
    return None


def rows_before_alone(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df["sales"].rolling(7)` holds its own row: `df["sales"].shift(1).rolling(7)` does not.

    The first row has nothing before it: in a second edit its gap is filled with 0.
    """
    windows = [one for one in method_calls(tree, *_WINDOWS) if at(statement_of(tree, one), found.line)]
    if not windows:  # in a function that is called there
        asked = {called(one) for one in calls(around(tree, found.line)[-1])}
        own = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name in asked]
        windows = [window for one in own for window in method_calls(one, *_WINDOWS)]
    if not windows:
        return
    here = statement_of(tree, windows[0])
    edits, column = [], ""
    for call in windows:
        base = call.func.value  # type: ignore[attr-defined]
        named = [
            one for one in ast.walk(base) if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
        ]
        column = str(named[0].slice.value) if named else _grouped_column(tree, here)  # type: ignore[attr-defined]
        grouped = [one for one in ast.walk(base) if isinstance(one, ast.Call) and called(one) == "groupby"]
        if grouped:
            edits += _by_group(source, here, call, grouped[0])
        else:
            end = span(source, base)[1]
            edits.append(Edit(end, end, ".shift(1)"))
    if not edits or not column:
        return
    what = f"windows of {column!r} are of the rows before alone"
    text = apply_edits(source, edits)
    yield text, what
    if isinstance(here, ast.Return) and here.value is not None:
        start, end = span(source, here.value)
        yield apply_edits(source, [*edits, Edit(start, start, "("), Edit(end, end, ").fillna(0)")]), what
    target = here.targets[0] if isinstance(here, ast.Assign) else None
    if isinstance(target, ast.Subscript) and alone(source, here):
        name = text_of(source, target)
        filled = apply_edits(source, [*edits, below(source, here, f"{name} = {name}.fillna(0)")])
        yield filled, what


def _grouped_column(tree: ast.Module, statement: ast.stmt) -> str:
    """`sales` of `df.groupby("store")["sales"].transform(lambda s: s.rolling(7).mean())`, by a name or not."""
    given = [one.value for name in sorted(names_in(statement)) for one in given_to(tree, name)]
    for one in [node for whole in (statement, *given) for node in ast.walk(whole)]:
        if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant) and called(one.value) == "groupby":
            return str(one.slice.value)
        if isinstance(one, ast.Attribute) and called(one.value) == "groupby" and one.attr not in _OF_GROUPS:
            return one.attr
    return ""


def _by_group(source: str, statement: ast.stmt, call: ast.Call, grouped: ast.Call) -> list[Edit]:
    """`df.groupby("store")["sales"].rolling(7).mean().reset_index(0, drop=True)` as a `transform` of each group."""
    whole: ast.expr | None = statement.value if isinstance(statement, ast.Assign) else None
    chain = whole
    outer = list[ast.Call]()
    while isinstance(chain, ast.Call) and isinstance(chain.func, ast.Attribute) and chain is not call:
        outer.append(chain)
        chain = chain.func.value
    if chain is not call or whole is None or not outer:
        return []
    kept = [one for one in outer[::-1] if called(one) not in ("reset_index", "droplevel")]
    steps = "".join(f".{source[span(source, one.func)[1] - len(called(one)) : span(source, one)[1]]}" for one in kept)
    del grouped
    window = source[span(source, call.func.value)[1] : span(source, call)[1]]  # type: ignore[attr-defined]
    base = text_of(source, call.func.value)  # type: ignore[attr-defined]
    return [Edit(*span(source, whole), f"{base}.transform(lambda rows: rows.shift(1){window}{steps})")]


def ends_with_its_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A window that is centred on its row ends with it."""
    text, changed = source, False
    for line in (found.line,):
        for _ in range(len(method_calls(tree, "rolling"))):
            here = [one for one in method_calls(ast.parse(text), "rolling") if keyword(one, "center") is not None]
            near = [one for one in here if at(statement_of(ast.parse(text), one), line)] or here
            shorter = without_keyword(text, near[0], "center") if near else None
            if shorter is not None:
                text, changed = shorter, True
    if changed:
        yield text, "windows end with their row"
    turned = [one for one in ast.walk(tree) if isinstance(one, ast.Subscript) and text_of(source, one.slice) == "::-1"]
    turned = [one for one in turned if method_calls(statement_of(tree, one), *_WINDOWS)]
    if turned:  # what is turned round, and back again
        edits = [Edit(span(source, one.value)[1], span(source, one)[1], "") for one in turned]
        yield apply_edits(source, edits), "windows end with their row"


def within_its_bounds(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X = df.iloc[:, 0:5]` beside `y = df.iloc[:, 4]`: a slice that ends before the target."""
    column = re.search(r"holds column (-?\d+)", found.message)
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Subscript) and at(one, found.line)]:
        both = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        if column is None or len(both) != 2 or not isinstance(both[1], ast.Slice):
            continue
        low = text_of(source, both[1].lower) if both[1].lower is not None else ""
        place = column.group(1)
        new = f"{int(place) + 1}:" if low in ("0", "") and place == "0" else f"{low}:{place}"
        yield replace(source, both[1], new), "the slice of the features ends before the target"


def window_ends_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`series[i - n : i + 1]` and `series[i]`: the window ends before the value that is to be told."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Slice) and at(one, found.line)]:
        end = node.upper
        if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and text_of(source, end.right) == "1":
            yield replace(source, end, text_of(source, end.left)), "the window ends before the value that is to be told"
    for one in ast.walk(tree):
        wide = one.slice if isinstance(one, ast.Subscript) and abs(one.lineno - (found.line or 0)) <= 3 else None
        if isinstance(wide, ast.BinOp) and isinstance(wide.op, ast.Sub) and text_of(source, wide.right) == "1":
            later = replace(source, wide, text_of(source, wide.left))
            yield later, "the value that is to be told comes after the window"


def part_of_training(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`train = pd.concat([train, df[df.a == 1]])`: rows are added out of the training part, and not of all rows."""
    for call in calls(tree, "concat"):
        parts = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else []
        if len(parts) < 2 or not isinstance(parts[0], ast.Name):
            continue
        first = parts[0].id
        edits = []
        for part in parts[1:]:
            inner = [part]
            if isinstance(part, ast.Name):
                inner = [one.value for one in given_to(tree, part.id)][-1:]
            for one in inner:
                tables = [
                    node for node in ast.walk(one) if isinstance(node, ast.Name) and _is_whole(tree, node.id, first)
                ]
                edits += [Edit(*span(source, node), first) for node in tables]
        if edits and call.lineno <= (found.line or 0):
            yield apply_edits(source, edits), "rows are added out of the training part alone"


def _is_whole(tree: ast.Module, name: str, part: str) -> bool:
    """Whether a part was split from this table."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Tuple):
            names = [getattr(target, "id", "") for target in one.targets[0].elts]
            if part in names and name in names_in(one.value) and name not in names:
                return True
    return False
