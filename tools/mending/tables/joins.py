"""Edits of how tables are put together: labels, joins, orders, gaps, categories that become columns."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_imports, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    method_calls,
    statement_of,
    written_as,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_BY_LABEL = "the column is set by the labels of its own rows"


def labels_of_its_rows(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`part["y"] = df["y"]` beside rows that were numbered anew: they keep their numbers; a bare Series gets theirs."""
    for node in [one for one in around(tree, found.line) if isinstance(one, ast.Assign)][-1:]:
        target, value = node.targets[0], node.value
        if not isinstance(target, ast.Subscript):
            continue
        table = text_of(source, target.value)
        if isinstance(value, ast.Call) and called(value) == "Series":
            yield with_keyword(source, value, "index", f"{table}.index"), _BY_LABEL
            continue
        edits = []
        for call in [one for one in method_calls(tree, "reset_index") if one.lineno < node.lineno]:
            made = statement_of(tree, call)
            names = {text_of(source, one) for one in made.targets} if isinstance(made, ast.Assign) else set()
            if table in names or (isinstance(made, ast.Expr) and text_of(source, call.func.value) == table):  # type: ignore[attr-defined]
                edits.append(_without_call(source, made, call))
        if edits:
            yield apply_edits(source, edits[-1:]), _BY_LABEL


def _without_call(source: str, statement: ast.stmt, call: ast.Call) -> Edit:
    """`a = b.reset_index(drop=True)` as `a = b`; as a statement by itself, `pass`."""
    if isinstance(statement, ast.Expr):
        return Edit(*span(source, statement), "pass")
    return Edit(span(source, call.func.value)[1], span(source, call)[1], "")  # type: ignore[attr-defined]


def same_columns(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X_test = pd.get_dummies(test)` gets the columns of the training part."""
    dummies = [one for one in calls(tree, "get_dummies") if isinstance(statement_of(tree, one), ast.Assign)]
    later = [one for one in dummies if at(statement_of(tree, one), found.line)]
    first = [one for one in dummies if later and one.lineno < later[0].lineno]
    if not first or not later:
        return
    names = [text_of(source, statement_of(tree, one).targets[0]) for one in (first[-1], later[0])]  # type: ignore[attr-defined]
    here = statement_of(tree, later[0])
    if alone(source, here):
        line = f"{names[1]} = {names[1]}.reindex(columns={names[0]}.columns, fill_value=0)"
        yield apply_edits(source, [below(source, here, line)]), "both parts have the columns of the training part"


def asked_for_gaps(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df.a == np.nan` as `df.a.isna()`."""
    edits = []
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Compare) and len(one.comparators) == 1]:
        sides = [text_of(source, one) for one in (node.left, node.comparators[0])]
        nan = [one for one in sides if re.fullmatch(r"(?i)\w+\.nan", one)]
        if len(nan) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            kept = sides[1 - sides.index(nan[0])]
            asked = "isna" if isinstance(node.ops[0], ast.Eq) else "notna"
            plain = re.fullmatch(r"[\w.]+(\[[^\[\]]*\])*", kept)
            edits.append(Edit(*span(source, node), f"{kept if plain else f'({kept})'}.{asked}()"))
    if edits:
        yield apply_edits(source, edits), "gaps are asked for as isna"
    del found


def amounts_as_numbers(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A column of amounts that is text is read as numbers before `get_dummies`."""
    told = re.search(r"'(\w+)'|^(\w+)", found.message)
    column = next((one for one in told.groups() if one), "") if told else ""
    pandas = written_as(tree, "pandas", "pd")
    reads = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call) and called(one.value).startswith("read_")
    ]
    here = [one for one in sorted(reads, key=lambda one: one.lineno) if one.lineno < (found.line or 0)]
    columns = [column] if column.startswith(("Total", "total")) else []
    columns += [one for one in ("TotalCharges",) if one not in columns]
    for read in here[-1:]:
        table = text_of(source, read.targets[0])
        one = f'{table}["{columns[0]}"]'
        line = f'{one} = {pandas}.to_numeric({one}, errors="coerce").fillna(0)'
        if alone(source, read):
            yield apply_edits(source, [below(source, read, line)]), f"{columns[0]!r} is a column of numbers"


def dates_as_dates(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A column of dates that is text is parsed, the day first, before it is sorted by or compared."""
    statement = around(tree, found.line)[-1]
    pandas = written_as(tree, "pandas", "pd")
    told = re.search(r"^'([^']+)' is text", found.message)
    tables = [
        one for one in ast.walk(statement) if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
    ]
    if told:
        sorts = method_calls(statement, "sort_values")
        pairs = [(text_of(source, one.func.value), told.group(1)) for one in sorts]  # type: ignore[attr-defined]
    else:
        pairs = [(text_of(source, one.value), str(one.slice.value)) for one in tables]  # type: ignore[attr-defined]
    for table, column in pairs[:1]:
        if not table.isidentifier() or not alone(source, statement):
            continue
        shape = re.search(r"""strftime\((['"])(%[dm].%[md].%Y)\1\)""", source)
        how = f'format="{shape.group(2)}"' if shape else "dayfirst=True"
        line = f'{table}["{column}"] = {pandas}.to_datetime({table}["{column}"], {how})'
        edits = [above(source, statement, line)]
        for one in [one for one in ast.walk(statement) if isinstance(one, ast.Compare)]:
            for side in one.comparators:
                if isinstance(side, ast.Constant) and isinstance(side.value, str):
                    new = f"{pandas}.to_datetime({text_of(source, side)}, dayfirst=True)"
                    edits.append(Edit(*span(source, side), new))
        yield apply_edits(source, edits), f"{column!r} is a column of dates"


def day_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`pd.to_datetime(column)` of dates that begin with the day."""
    for call in [one for one in calls(tree, "to_datetime") if at(statement_of(tree, one), found.line)]:
        how = keyword(call, "format")
        shape = how.value if how is not None else None
        if isinstance(shape, ast.Constant) and isinstance(shape.value, str) and shape.value.startswith("%m"):
            turned = shape.value.replace("%m", "%_").replace("%d", "%m").replace("%_", "%d")
            yield replace(source, shape, repr(turned)), "dates are read the day first"
        yield with_keyword(source, call, "dayfirst", "True"), "dates are read the day first"


def kept_in_the_table(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`row["a"] = 0` within `for i, row in df.iterrows()` changes a copy: `df.loc[i, "a"] = 0`."""
    for loop in [one for one in around(tree, found.line) if isinstance(one, ast.For)][-1:]:
        names = [text_of(source, one) for one in loop.target.elts] if isinstance(loop.target, ast.Tuple) else []
        if called(loop.iter) != "iterrows" or len(names) != 2:
            continue
        table = text_of(source, loop.iter.func.value)  # type: ignore[attr-defined]
        name = names[0] if names[0] != "_" else "number"
        edits = [Edit(*span(source, loop.target.elts[0]), name)]  # type: ignore[attr-defined]
        for one in [one for one in ast.walk(loop) if isinstance(one, ast.Assign | ast.AugAssign)]:
            target = one.targets[0] if isinstance(one, ast.Assign) else one.target
            if isinstance(target, ast.Subscript) and text_of(source, target.value) == names[1]:
                edits.append(Edit(*span(source, target), f"{table}.loc[{name}, {text_of(source, target.slice)}]"))
            elif isinstance(target, ast.Attribute) and text_of(source, target.value) == names[1]:
                edits.append(Edit(*span(source, target), f'{table}.loc[{name}, "{target.attr}"]'))
        if len(edits) > 1:
            yield apply_edits(source, edits), "the table itself is changed, and not a copy of its rows"


def one_row_for_each_key(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`sales.merge(shops, on="shop")`, where a shop is there twice: one row of each is joined."""
    for call in [one for one in calls(tree, "merge") if at(statement_of(tree, one), found.line)]:
        as_method = isinstance(call.func, ast.Attribute) and text_of(source, call.func.value) not in ("pd", "pandas")
        place = 0 if as_method else 1
        key = keyword(call, "on") or keyword(call, "right_on")
        if key is not None and place < len(call.args):
            right = call.args[place]
            new = f"{text_of(source, right)}.drop_duplicates({text_of(source, key.value)})"
            yield replace(source, right, new), "one row of each key is joined"


def rows_of_the_features(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X = X.dropna()`: the labels are those of the rows that are left."""
    for node in [one for one in around(tree, found.line) if isinstance(one, ast.Assign)][-1:]:
        told = re.search(r"of (\w+), and (\w+) keeps", found.message)
        if told and alone(source, node):
            X, y = told.groups()
            line = f"{y} = {y}.loc[{X}.index]"
            yield apply_edits(source, [below(source, node, line)]), f"{y} is of the rows that {X} holds"


def rows_by_place(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X[train]` of a table, `train` being the numbers of rows that `split` gives: `X.iloc[train]`."""
    given = {
        one.id
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For) and any(called(call) == "split" for call in calls(loop.iter))
        for one in ast.walk(loop.target)
        if isinstance(one, ast.Name)
    }
    edits = [
        Edit(span(source, one.value)[1], span(source, one.value)[1], ".iloc")
        for one in ast.walk(tree)
        if isinstance(one, ast.Subscript)
        and isinstance(one.slice, ast.Name)
        and one.slice.id in given
        and isinstance(one.value, ast.Name)
        and isinstance(one.ctx, ast.Load)
    ]
    here = [one for one in edits if _at_line(source, one.start) == found.line]
    for some in (edits, here):
        if some:
            yield apply_edits(source, some), "rows are chosen by their places"


def _at_line(source: str, place: int) -> int:
    """The line of a character."""
    return source.count("\n", 0, place) + 1


def as_indicators(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df["city"] = LabelEncoder().fit_transform(df["city"])`: a column for each city instead, in every such column."""
    encoded: list[tuple[ast.Assign, str, str]] = []
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Assign)]:
        target = node.targets[0]
        text = text_of(source, node.value)
        known = re.search(r"LabelEncoder\(\)|\.cat\.codes|factorize|fit_transform\(", text)
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and known and alone(source, node):
            encoded.append((node, target.value.id, text_of(source, target.slice)))
    here = [one for one in encoded if at(one[0], found.line)]
    pandas = written_as(tree, "pandas", "pd")
    for node, table, column in here[:1]:
        same = [one for one in encoded if one[1] == table]
        loops = [one for one in around(tree, node.lineno) if isinstance(one, ast.For)]
        if loops and isinstance(loops[-1].target, ast.Name) and loops[-1].target.id == column:
            columns, statement = f"list({text_of(source, loops[-1].iter)})", loops[-1]
            edits = [
                Edit(*span(source, statement), f"{table} = {pandas}.get_dummies({table}, columns={columns}, dtype=int)")
            ]
            yield apply_edits(source, edits), "categories get a column each"
            continue
        columns = f"[{', '.join(one[2] for one in same)}]"
        chosen = [one for one in ast.walk(tree) if _chooses(source, one, table) and one.lineno > node.lineno]  # type: ignore[attr-defined]
        for one in chosen[:1] if len(chosen) == 1 else []:
            new = f"{pandas}.get_dummies({text_of(source, one)}, columns={columns}, dtype=int)"
            edits = [Edit(*span(source, one), new), *(Edit(*span(source, old), "pass") for old, _, _ in same)]
            yield _tidy(apply_edits(source, edits)), "categories get a column each"
        whole = f"{table} = {pandas}.get_dummies({table}, columns={columns}, dtype=int)"
        edits = [
            Edit(*span(source, same[-1][0]), whole),
            *(Edit(*span(source, old), "pass") for old, _, _ in same[:-1]),
        ]
        yield _tidy(apply_edits(source, edits)), "categories get a column each"


def _chooses(source: str, node: ast.AST, table: str) -> bool:
    """`df[["city", "age"]]` or `df.drop(columns="y")`: columns of this table."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return text_of(source, node.value) == table and isinstance(node.slice, ast.List | ast.Name)
    owner = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    return called(node) == "drop" and owner is not None and text_of(source, owner) == table


def _tidy(text: str) -> str:
    """Lines that are `pass` alone, among others of their block, are taken out."""
    tree = ast.parse(text)
    lines = text.split("\n")
    gone = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1:
            gone |= {
                one.lineno for one in body if isinstance(one, ast.Pass) and lines[one.lineno - 1].strip() == "pass"
            }
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in gone)


def gaps_with_an_imputer(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df.fillna(-999)` before a model that weighs numbers: the median, and columns that say where the gaps were."""
    names = re.match(r"(\w+) takes (\S+) for a value", found.message)
    if names is None:
        return
    models = calls(tree, names.group(1))
    fills = [one for one in method_calls(tree, "fillna") if at(one, found.line)]
    edits = [Edit(span(source, one.func.value)[1], span(source, one)[1], "") for one in fills]  # type: ignore[attr-defined]
    for call in calls(tree, "SimpleImputer"):
        word = keyword(call, "fill_value")
        if at(call, found.line) and word is not None:
            yield (
                replace(source, call, 'SimpleImputer(strategy="median", add_indicator=True)'),
                "gaps are filled with the median, and told",
            )
    imputer = 'SimpleImputer(strategy="median", add_indicator=True)'
    if not edits:
        imputer = f'SimpleImputer(missing_values={names.group(2)}, strategy="median", add_indicator=True)'
    for model in models[:1]:
        new = f"make_pipeline({imputer}, {text_of(source, model)})"
        text = apply_edits(source, [*edits, Edit(*span(source, model), new)])
        yield with_imports(text, "make_pipeline", "SimpleImputer"), "gaps are filled with the median, and told"


def wide_enough(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A product of whole numbers of two bytes is one of eight."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and at(node, found.line):
            end = span(source, node.left)[1]
            if isinstance(node.left, ast.Subscript | ast.Name | ast.Attribute):
                yield apply_edits(source, [Edit(end, end, '.astype("int64")')]), "the product has room for its digits"
