"""What a statement learns from rows (a fit, a mean, frequencies, means by group), and how it learns it from fewer.

Each such expression is written anew with the rows that are known, and done to all rows as before: `T.fit_transform(X)`
as `T.fit(known).transform(X)`, `X.mean()` as `known.mean()`, `df.groupby(k)[v].transform("mean")` as the column `k`
mapped to the means of the known rows.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in
from mlpilot.tools.text import Edit, apply_edits, span, text_of

STATISTICS = ("mean", "median", "std", "var", "min", "max", "quantile", "mode", "value_counts", "corr", "corrwith")
_OF_GROUPS = (*STATISTICS[:6], "quantile", "size", "count", "agg")
_FUNCTIONS = ("mean", "median", "std", "var", "min", "max", "amin", "amax", "percentile", "quantile", "nanmean",
              "nanmedian", "nanstd", "nanpercentile", "nanquantile", "nanmin", "nanmax", "corrcoef")  # fmt: skip
_OF_WINDOWS = {"rolling", "expanding", "ewm", "resample", "str", "dt", "shift", "diff", "isna", "isnull", "notna", "T"}
"""What comes of these is no statistic of all rows."""
_NAMES_ALONE = {"LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer", "OrdinalEncoder", "Tokenizer"}
"""Only names are learnt: what is in the test part alone must have one, too."""
_SCALERS = {"scale": "StandardScaler", "minmax_scale": "MinMaxScaler", "robust_scale": "RobustScaler",
            "maxabs_scale": "MaxAbsScaler"}  # fmt: skip

Known = dict[str, str]
"""What rows are called → what the known ones of them are called."""


def learnt(source: str, tree: ast.Module, step: ast.stmt, known: Known | None = None) -> list[Edit]:
    """Edits of a statement by which it learns from the known rows; with none given, edits that show what is learnt."""
    edits: list[Edit] = []
    for node in _expressions(step):
        if any(edit.start <= span(source, node)[0] < edit.end for edit in edits):
            continue
        own = known if known is not None else dict.fromkeys(_roots(source, tree, node), "_")
        new = _anew(source, tree, node, own)
        if new is not None and new != text_of(source, node):
            edits.append(Edit(*span(source, node), new))
    return edits


def rows_read(source: str, tree: ast.Module, step: ast.stmt) -> set[str]:
    """The rows that a statement learns from, as they are written."""
    found: set[str] = set()
    for node in _expressions(step):
        roots = _roots(source, tree, node)
        if roots and _anew(source, tree, node, dict.fromkeys(roots, "_")) is not None:
            found.update(roots)
    return found


def _expressions(step: ast.stmt) -> Iterator[ast.Call]:
    """Calls of a statement and of those within it, the outermost first; not of what is only shown."""
    learns = any(called(one) in ("fit", "fit_transform") or keyword(one, "inplace") for one in calls(step))
    if isinstance(step, ast.Expr) and not learns:
        return
    inner = [one for name in ("body", "orelse") for one in getattr(step, name, []) if isinstance(one, ast.stmt)]
    if inner:
        for one in inner:
            yield from _expressions(one)
        return
    nodes = list(ast.walk(step))
    yield from (one for one in nodes if isinstance(one, ast.Call))


def _roots(source: str, tree: ast.Module, node: ast.Call) -> list[str]:
    """The rows that a call is about: of a fit those that it is given, else what its method is one of."""
    name = called(node)
    found = []
    if name in ("fit", "fit_transform"):
        found = [*node.args[:2], *(one.value for one in node.keywords if one.arg in ("X", "y"))]
    elif isinstance(node.func, ast.Attribute) and not _is_module(tree, node.func.value):
        found = [node.func.value]
    else:
        found = node.args[:1]
    roots = [_root(source, tree, one) for one in found]
    return list(dict.fromkeys(one for one in roots if one))


def _root(source: str, tree: ast.Module, node: ast.expr) -> str:
    """`df` of `df[cols].fillna(0)`, `self.table` of `self.table["a"]`; "" for what is no table that is named."""
    while True:
        if isinstance(node, ast.Name):
            return "" if _is_module(tree, node) or node.id in _bound_within(tree) else node.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return text_of(source, node)
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.BinOp):
            node = node.left
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and not _is_module(tree, node.func.value):
                node = node.func.value
            elif node.args:
                node = node.args[0]
            else:
                return ""
        else:
            return ""


def _bound_within(tree: ast.Module) -> set[str]:
    """Names of expressions of their own: of lambdas and comprehensions."""
    lambdas = (one.arg for node in ast.walk(tree) if isinstance(node, ast.Lambda) for one in node.args.args)
    loops = (node.target for node in ast.walk(tree) if isinstance(node, ast.comprehension))
    return {*lambdas, *(name for target in loops for name in names_in(target))}


def _is_module(tree: ast.Module, node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and any(
        node.id in {(one.asname or one.name).split(".")[0] for one in statement.names}
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Import | ast.ImportFrom)
    )


def _anew(source: str, tree: ast.Module, node: ast.Call, known: Known) -> str | None:
    """The call, learnt from the known rows; None where it learns from none."""
    name = called(node)
    if not any(root in known for root in _roots(source, tree, node)):
        return None
    if name in ("fit", "fit_transform") and isinstance(node.func, ast.Attribute):
        return _fitted(source, tree, node, known)
    if name == "map" and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
        return _mapped(source, tree, node, known)
    if name == "transform":
        return _by_group(source, node, known)
    if name == "apply" and isinstance(node.func, ast.Attribute) and node.args and isinstance(node.args[0], ast.Lambda):
        return _each_column(source, node, known)
    if name in (*_SCALERS, "zscore") and node.args and not isinstance(node.func, ast.Attribute):
        rows, fewer = text_of(source, node.args[0]), known_text(source, node.args[0], known)
        if name == "zscore":
            return f"(({rows} - {fewer}.mean(axis=0)) / {fewer}.std(axis=0, ddof=0))"
        return f"{_SCALERS[name]}().fit({fewer}).transform({rows})" if not node.keywords else None
    return known_text(source, node, known) if _is_statistic(tree, node) else None


def known_text(source: str, node: ast.expr, known: Known) -> str:
    """An expression with the known rows in place of all."""
    start, text = span(source, node)[0], text_of(source, node)
    places = [
        Edit(place[0] - start, place[1] - start, known[text_of(source, one)])
        for one in ast.walk(node)
        if isinstance(one, ast.Name | ast.Attribute) and text_of(source, one) in known
        for place in [span(source, one)]
    ]
    return apply_edits(text, places)


def _chain(node: ast.expr) -> list[str]:
    """The attributes on the way from a name to a call: `groupby`, `transform`."""
    found = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Attribute):
            found.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return found[::-1]


def _is_statistic(tree: ast.Module, node: ast.Call) -> bool:
    one_row = [*(one.value for one in node.keywords if one.arg == "axis"), *node.args[:1]]
    if any(isinstance(one, ast.Constant) and one.value in (1, "columns") and type(one.value) is not float
           for one in one_row):  # fmt: skip
        return False
    if not isinstance(node.func, ast.Attribute) or set(_chain(node.func)) & _OF_WINDOWS:
        return False
    if _is_module(tree, node.func.value):
        return node.func.attr in _FUNCTIONS and len(node.args) > 0 and not isinstance(node.args[0], ast.Constant)
    grouped = "groupby" in _chain(node.func)
    return node.func.attr in (_OF_GROUPS if grouped else STATISTICS)


def _fitted(source: str, tree: ast.Module, node: ast.Call, known: Known) -> str | None:
    assert isinstance(node.func, ast.Attribute)
    owner = node.func.value
    maker = owner
    if isinstance(owner, ast.Name):
        made = [
            one.value
            for one in ast.walk(tree)
            if isinstance(one, ast.Assign) and owner.id in {getattr(target, "id", "") for target in one.targets}
        ]
        maker = made[-1] if made else owner
        asked = {called(one) for one in calls(tree) if _owned(one, owner.id)}
        if asked & {"predict", "predict_proba", "score"}:
            return None
    if isinstance(maker, ast.Call) and called(maker) in _NAMES_ALONE:
        return None
    given = ", ".join(
        [known_text(source, one, known) for one in node.args]
        + [f"{one.arg}={known_text(source, one.value, known)}" for one in node.keywords]
    )
    fitted = f"{text_of(source, owner)}.fit({given})"
    if node.func.attr == "fit":
        return fitted
    first = node.args[0] if node.args else next((one.value for one in node.keywords if one.arg == "X"), None)
    return None if first is None else f"{fitted}.transform({text_of(source, first)})"


def _owned(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == name


def _mapped(source: str, tree: ast.Module, node: ast.Call, known: Known) -> str | None:
    """`column.map(means)`: what the known rows do not have is given their mean, or a count of 0."""
    assert isinstance(node.func, ast.Attribute)
    given = node.args[0]
    made = given
    if isinstance(given, ast.Name):
        values = [
            one.value
            for one in ast.walk(tree)
            if isinstance(one, ast.Assign)
            and given.id in {getattr(target, "id", "") for target in one.targets}
            and one.lineno < node.lineno
        ]
        made = values[-1] if values else given
    while (
        isinstance(made, ast.Call)
        and called(made) in ("to_dict", "div", "round")
        and isinstance(made.func, ast.Attribute)
    ):
        made = made.func.value
    whole = made.left if isinstance(made, ast.BinOp) else made
    if (
        not isinstance(whole, ast.Call)
        or not _is_statistic(tree, whole)
        or called(whole) not in (*_OF_GROUPS, "value_counts")
    ):
        return None
    inner = text_of(source, given) if isinstance(given, ast.Name) else known_text(source, given, known)
    counts = called(whole) in ("value_counts", "size", "count")
    if isinstance(given, ast.Name) and any(called(one) == "to_dict" for one in calls(tree)):
        return None
    rest = "0" if counts else _over_all(source, whole, known) or f"{inner}.mean()"
    follows = source[span(source, node)[1] :].lstrip().startswith(".fillna")
    text = f"{text_of(source, node.func)}({inner})"
    return text if follows or ".to_dict" in inner else f"{text}.fillna({rest})"


def _over_all(source: str, means: ast.Call, known: Known) -> str:
    """`train_rows["y"].mean()` for `df.groupby("key")["y"].mean()`, of the known rows."""
    column = means.func.value if isinstance(means.func, ast.Attribute) else None
    group = column.value if isinstance(column, ast.Subscript) else None
    if not isinstance(column, ast.Subscript) or not isinstance(group, ast.Call) or called(group) != "groupby":
        return ""
    table = group.func.value if isinstance(group.func, ast.Attribute) else None
    if table is None or text_of(source, table) not in known:
        return ""
    return f"{known_text(source, table, known)}[{text_of(source, column.slice)}].mean()"


def _by_group(source: str, node: ast.Call, known: Known) -> str | None:
    """`df.groupby(k)[v].transform(...)`: the column `k`, mapped to what the known rows say."""
    column = node.func.value if isinstance(node.func, ast.Attribute) else None
    group = column.value if isinstance(column, ast.Subscript | ast.Attribute) else None
    if column is None or not isinstance(group, ast.Call) or called(group) != "groupby":
        return None
    if len(group.args) != 1 or len(node.args) != 1 or not isinstance(group.func, ast.Attribute):
        return None
    table, key = group.func.value, group.args[0]
    if isinstance(key, ast.List) and len(key.elts) == 1:
        key = key.elts[0]
    rows, fewer = text_of(source, table), known_text(source, table, known)
    value = text_of(source, column.slice) if isinstance(column, ast.Subscript) else f'"{column.attr}"'  # type: ignore[attr-defined]
    keys = text_of(source, key)
    told = node.args[0]
    how = told.value if isinstance(told, ast.Constant) else _filled_with(told)
    if how not in (*STATISTICS[:6], "count", "size"):
        return None
    named = f"{rows}[{keys}]" if not isinstance(key, ast.List) else f"{rows}[{keys}].apply(tuple, axis=1)"
    inner = f"{named}.map({known_text(source, group, known)}[{value}].{how}())"
    rest = "0" if how in ("count", "size") else f"{fewer}[{value}].{how}()"
    if isinstance(told, ast.Constant):
        return f"{inner}.fillna({rest})"
    return f"{rows}[{value}].fillna({inner}).fillna({rest})"


def _filled_with(told: ast.expr) -> str:
    """`median` of `lambda s: s.fillna(s.median())`."""
    if not isinstance(told, ast.Lambda) or len(told.args.args) != 1:
        return ""
    name, body = told.args.args[0].arg, told.body
    if not (isinstance(body, ast.Call) and called(body) == "fillna" and len(body.args) == 1):
        return ""
    value = body.args[0]
    plain = isinstance(value, ast.Call) and not value.args and names_in(value) == {name} == names_in(body)
    return called(value) if isinstance(value, ast.Call) and plain else ""


def _each_column(source: str, node: ast.Call, known: Known) -> str | None:
    """`df[cols].apply(lambda s: (s - s.mean()) / s.std())`: by the same column of the known rows."""
    each = node.args[0]
    assert isinstance(each, ast.Lambda)
    assert isinstance(node.func, ast.Attribute)
    if len(each.args.args) != 1 or node.keywords or set(_chain(node.func)) & {"groupby"}:
        return None
    name = each.args.args[0].arg
    root = next(iter(known.values()))
    own = [
        one
        for one in calls(each)
        if called(one) in STATISTICS and isinstance(one.func, ast.Attribute) and text_of(source, one.func.value) == name
    ]
    start, text = span(source, node)[0], text_of(source, node)
    places = [span(source, one.func.value) for one in own if isinstance(one.func, ast.Attribute)]
    return apply_edits(text, [Edit(a - start, b - start, f"{root}[{name}.name]") for a, b in places]) if own else None
