"""Mends for what `mlpilot check` finds: one small function for each code, where the edit is mechanical."""

import ast
import re
from collections.abc import Callable

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.facts import renamed
from mlpilot.tools.diagnose.syntax import called, calls, keyword, without_keyword
from mlpilot.tools.text import Edit, Place, apply_edits, replace, span, text_of

Mended = tuple[str, str] | None
Mend = Callable[[str, ast.Module, Diagnosis], Mended]

_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_PATH = re.compile(r"-?[A-Za-z_][\w.]*\Z")


def mend_found(source: str, found: Diagnosis) -> Mended:
    """The source with this finding of `check` mended, and what changed; None where no edit is certain enough."""
    mend = MENDS.get(found.code)
    if mend is None:
        return None
    mended = mend(source, ast.parse(source), found)
    if mended is None or mended[0] == source:
        return None
    try:
        ast.parse(mended[0])
    except SyntaxError:
        return None
    return mended


def _moved_name(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    """A name whose successor has the same signature and lives in the same module."""
    same = {
        "jaccard_similarity_score": "jaccard_score",
        "calinski_harabaz_score": "calinski_harabasz_score",
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.lineno != found.line:
            continue
        for one in node.names:
            new = same.get(one.name)
            if new and f".{one.name} " in found.message:
                edits = [Edit(*span(source, one), new if one.asname is None else f"{new} as {one.asname}")]
                if one.asname is None:
                    uses = [use for use in ast.walk(tree) if isinstance(use, ast.Name) and use.id == one.name]
                    edits += [Edit(*span(source, use), new) for use in uses]
                return apply_edits(source, edits), f"{one.name} is called {new} now"
    return None


def _numpy_name(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    """`np.NaN` as `np.nan`, wherever it is written."""
    here = [node for node in _attributes(tree) if node.attr in renamed.NUMPY and _stands_at(source, node, found)]
    if not here:
        return None
    new = renamed.NUMPY[here[0].attr]
    if not _PATH.match(new):
        return None
    written = text_of(source, here[0])
    if new.lstrip("-").startswith("np."):
        new = new.replace("np.", written.rpartition(".")[0] + ".", 1)
    places = [node for node in _attributes(tree) if text_of(source, node) == written]
    return apply_edits(source, [Edit(*span(source, node), new) for node in places]), f"{written} is written {new} now"


def _method(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    """`df.iteritems()` as `df.items()`, `a.append(b)` of tables as `pd.concat([a, b])`."""
    for node in _attributes(tree):
        known = renamed.METHODS.get(node.attr)
        if known and _stands_at(source, node, found):
            new = known[1].partition(" (")[0]
            if not _NAME.match(new):
                return None
            return apply_edits(source, [_word(source, node, new)]), f"{node.attr} is called {new} now"
    for call in calls(tree, "append"):
        if _stands_at(source, call, found) and "pd.concat" in found.message:
            return _concat(source, tree, call)
    return None


def _concat(source: str, tree: ast.Module, call: ast.Call) -> Mended:
    pandas = _alias(tree, "pandas")
    if pandas is None or not isinstance(call.func, ast.Attribute) or len(call.args) != 1:
        return None
    added = text_of(source, call.args[0])
    if isinstance(call.args[0], ast.Dict):
        added = f"{pandas}.DataFrame([{added}])"
    parts = text_of(source, call.func.value), added
    more = "".join(f", {text_of(source, one)}" for one in call.keywords)
    return replace(source, call, f"{pandas}.concat([{', '.join(parts)}]{more})"), "append of tables is pd.concat now"


def _argument(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    """`OneHotEncoder(sparse=False)` as `OneHotEncoder(sparse_output=False)`."""
    for call in calls(tree):
        for one in call.keywords:
            new = renamed.ARGUMENTS.get((called(call), one.arg or ""))
            if new is None or (call.lineno, one.lineno).count(found.line or 0) == 0:
                continue
            if f" {one.arg}= " not in found.message:
                continue
            if new == "nothing":
                mended = without_keyword(source, call, one.arg or "")
                return None if mended is None else (mended, f"left out {one.arg}=, which {called(call)} does not know")
            if _NAME.match(new) and one.arg != "squared" and keyword(call, new) is None and _alike(one.arg or "", new):
                start = span(source, one)[0]
                edit = Edit(start, start + len(one.arg or ""), new)
                return apply_edits(source, [edit]), f"{one.arg}= is called {new}= now"
    return None


def _alike(old: str, new: str) -> bool:
    """Only the name changed, and not what is given."""
    return (old, new) not in {("n_values", "categories"), ("theta0", "kernel"), ("prefix", "names")}


def _learning_rate(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    for call in calls(tree):
        one = keyword(call, "lr")
        if one is not None and one.lineno == found.line and keyword(call, "learning_rate") is None:
            start = span(source, one)[0]
            return apply_edits(source, [Edit(start, start + 2, "learning_rate")]), "lr= is called learning_rate= now"
    return None


def _fill_method(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    """`x.fillna(method="ffill", ...)` as `x.ffill(...)`, `applymap` as `map`."""
    for call in calls(tree, "fillna"):
        one = keyword(call, "method")
        if one is None or found.line not in (call.lineno, one.lineno) or not isinstance(call.func, ast.Attribute):
            continue
        how = one.value.value if isinstance(one.value, ast.Constant) else None
        new = {"ffill": "ffill", "pad": "ffill", "bfill": "bfill", "backfill": "bfill"}.get(str(how))
        if new is None or call.args:
            return None
        mended = without_keyword(source, call, "method")
        if mended is None:
            return None
        return apply_edits(mended, [_word(source, call.func, new)]), f"fillna(method={how!r}) is written {new}() now"
    for node in _attributes(tree):
        if node.attr == "applymap" and node.lineno <= (found.line or 0) <= (node.end_lineno or 0):
            return apply_edits(source, [_word(source, node, "map")]), "applymap is called map now"
    return None


def _changes_a_copy(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    """`df["a"].fillna(0, inplace=True)` as `df["a"] = df["a"].fillna(0)`."""
    for statement in _statements(tree):
        call = statement.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and statement.lineno == found.line):
            continue
        base = call.func.value
        column = isinstance(base, ast.Subscript) and isinstance(base.value, ast.Name)
        mended = without_keyword(source, call, "inplace") if column and keyword(call, "inplace") else None
        if mended is not None:
            written = text_of(source, base)
            start = span(source, statement)[0]
            return apply_edits(
                mended, [Edit(start, start, f"{written} = ")]
            ), f"{written} is given what {called(call)} makes"
    return None


def _thrown_away(source: str, tree: ast.Module, found: Diagnosis) -> Mended:
    """`df.dropna()` as `df = df.dropna()`."""
    for statement in _statements(tree):
        call = statement.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and statement.lineno == found.line):
            continue
        base = call.func.value
        if isinstance(base, ast.Name) and "gives a new table" in found.message:
            start = span(source, statement)[0]
            return apply_edits(
                source, [Edit(start, start, f"{base.id} = ")]
            ), f"{base.id} is given what {called(call)} makes"
    return None


MENDS: dict[str, Mend] = {
    "API002": _moved_name,
    "API003": _numpy_name,
    "API004": _method,
    "API005": _argument,
    "API008": _learning_rate,
    "API010": _fill_method,
    "PANDAS001": _changes_a_copy,
    "PANDAS002": _thrown_away,
}
"""Code of a finding → its mend."""


def _attributes(tree: ast.Module) -> list[ast.Attribute]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]


def _statements(tree: ast.Module) -> list[ast.Expr]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]


def _stands_at(source: str, node: ast.expr, found: Diagnosis) -> bool:
    if node.lineno != found.line:
        return False
    line = source.split("\n")[node.lineno - 1]
    return len(line.encode()[: node.col_offset].decode()) + 1 == found.column


def _word(source: str, node: ast.Attribute, new: str) -> Edit:
    """The word after the dot, at the end of the node, replaced."""
    line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    return Edit(*span(source, Place(line, end - len(node.attr.encode()), line, end)), new)


def _alias(tree: ast.Module, package: str) -> str | None:
    """What a package is called in this program."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name == package:
                    return one.asname or one.name
    return None
