"""Importances and coefficients that are read beside the names of other columns.

Sources: scikit-learn, feature_importances_ and coef_: one for each column of X, in its order; ColumnTransformer: the
order of the columns is that of its transformers; get_feature_names_out.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds
from mlpilot.tools.diagnose.static.facts.syntax import argument, held_by
from mlpilot.tools.diagnose.static.facts.uses import unwrapped
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_TOLD = ("feature_importances_", "coef_", "importances_mean")
_ORDERS = ("argsort", "argpartition", "sort_values", "nlargest", "sorted", "topk")


@rule(
    "MODEL012",
    "importances-of-other-columns",
    "error",
    "importances stand beside the names of other columns",
    remedy="pd.Series(model.feature_importances_, index=X.columns); get_feature_names_out() of what came before",
    source="scikit-learn, feature_importances_, coef_: in the order of X's columns; get_feature_names_out",
)
def other_columns(program: Program) -> Iterator[Found]:
    """`zip(X.columns, sorted(model.feature_importances_))`, `zip(df.columns, model.coef_[0])`."""
    if not program.names & set(_TOLD):
        return
    bases = {node: base for node, base in program.trace.attributes if node.attr in (*_TOLD, "columns")}
    for node in program.nodes:
        for names, values in _pairs(node):
            told = _told(program, values)
            if told is None:
                continue
            attribute, in_order, picked = told
            if _in_the_other_order(program, names, attribute):
                yield node, f"{written(names)} begins with other columns than the transformer gives first"
                continue
            named, by = _names(program, names)
            if in_order and not by and named is not None:
                yield node, f"{written(values)} is sorted, and {written(names)} stands in the order of the columns"
            elif _picked_apart(program, names, by, picked):
                yield node, f"{written(names if by else values)} is in the order of size, and the other is not"
            elif isinstance(named, ast.Attribute) and not by:
                yield from _of_others(program, node, bases.get(attribute), bases.get(named), names, attribute)


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(names, values) that a program puts beside each other."""
    if isinstance(node, ast.Dict) and len(node.values) == 2 and all(node.keys):
        yield node.values[0], node.values[1]
        yield node.values[1], node.values[0]
    if not isinstance(node, ast.Call):
        return
    name = written(node.func).rpartition(".")[2]
    if name == "zip" and len(node.args) == 2:
        yield node.args[0], node.args[1]
        yield node.args[1], node.args[0]
    elif name in ("barh", "bar") and len(node.args) >= 2:
        yield node.args[0], node.args[1]
    elif name in ("Series", "DataFrame") and node.args and (index := argument(node, "index", 1)) is not None:
        yield index, node.args[0]


def _told(program: Program, node: ast.expr, depth: int = 0) -> tuple[ast.Attribute, bool, str] | None:
    """(the attribute, whether its values are sorted, by what they are picked) of importances; None for others."""
    ordered, picked = False, ""
    for _ in range(6):
        name = written(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
            picked, node = node.slice.id, node.value
        elif isinstance(node, ast.Call) and name in ("sort", "sorted") and node.args:
            ordered, node = True, node.args[0]
        elif isinstance(node, ast.Call) and name == "reversed" and node.args:
            node = node.args[0]
        elif (inner := unwrapped(node)) is not node:
            node = inner
        else:
            break
    if isinstance(node, ast.Attribute) and node.attr in _TOLD:
        return node, ordered, picked
    given = program.sets.get(node.id, []) if isinstance(node, ast.Name) and depth < 3 else []
    if len(given) != 1 or not isinstance(given[0].targets[0], ast.Name):
        return None
    found = _told(program, given[0].value, depth + 1)
    return (found[0], found[1] or ordered, picked or found[2]) if found is not None else None


def _names(program: Program, node: ast.expr, depth: int = 0) -> tuple[ast.expr | None, str]:
    """(`X.columns`, a list or `feature_names`, by what they are picked); (None, "") where it is not known."""
    if isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Name):
            return _names(program, node.value, depth)[0], node.slice.id
        return None, ""
    if isinstance(node, ast.Call) and node.args and written(node.func) in ("list", "np.array", "np.asarray"):
        return _names(program, node.args[0], depth)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("tolist", "to_list", "to_numpy"):
        inner = held_by(node)
        return _names(program, inner, depth) if inner is not None else (None, "")
    if isinstance(node, ast.Attribute):
        inner = node.value if node.attr == "values" else node
        known = isinstance(inner, ast.Attribute) and inner.attr in ("columns", "feature_names")
        return (inner, "") if known else (None, "")
    if isinstance(node, ast.List) and node.elts and all(isinstance(one, ast.Constant) for one in node.elts):
        return node, ""
    given = program.sets.get(node.id, []) if isinstance(node, ast.Name) and depth < 3 else []
    if len(given) == 1 and isinstance(given[0].targets[0], ast.Name):
        return _names(program, given[0].value, depth + 1)
    return None, ""


def _picked_apart(program: Program, names: ast.expr, by: str, picked: str) -> bool:
    """`zip(X.columns[order], importances)`: one of them alone is put into the order of size."""
    if by == picked or (by and picked):
        return False
    one = by or picked
    given = program.sets.get(one, [])
    sorting = bool(given) and all("argsort" in written(node.value, 300) for node in given)
    return sorting and _names(program, names)[0] is not None


def _of_others(
    program: Program, node: ast.AST, model: Value | None, table: Value | None, names: ast.expr, told: ast.Attribute
) -> Iterator[Found]:
    """`df.columns`, where the model was fitted on fewer columns, or on those of a selection."""
    before = _before(program, told)
    if isinstance(model, Instance) and model.name not in estimators.PIPELINES and model.fits:
        fitted, of = as_data(model.fits[-1].X), as_data(table)
        target = as_data(model.fits[-1].y)
        if fitted is None or of is None:
            return
        for column in target.columns or () if target is not None else ():
            if of.frame and of.frame == fitted.frame and holds(of, column) and not _may_hold(fitted, column):
                yield node, f"{written(names)} holds {column!r}, which the model is not fitted on: names are shifted"
                return
        before = [one.name for one in program.trace.instances if one.serial in fitted.applied - of.applied]
        learnt = {one.what for one in fitted.learned - of.learned}
        before += [name for name in (*_SELECTING, *_SPREADING) if name in learnt and name not in before]
    found = [one for one in before if one in _SELECTING or one in _SPREADING]
    if found:
        what = "leaves columns out" if found[0] in _SELECTING else "gives columns of its own, in its order"
        yield node, f"{found[0]} {what}, and {written(names)} are those that it was given"


def _in_the_other_order(program: Program, names: ast.expr, told: ast.Attribute) -> bool:
    """`numeric + list(onehot.get_feature_names_out())`, where the transformer gives the coded columns first."""
    given = program.sets.get(names.id, []) if isinstance(names, ast.Name) else []
    value = given[0].value if len(given) == 1 else names
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add):
        return False
    coded = ["get_feature_names" in written(one, 300) for one in (value.left, value.right)]
    mixers = [one for one in program.trace.instances if one.name in ("ColumnTransformer", "make_column_transformer")]
    if sum(coded) != 1 or len(mixers) != 1 or "ColumnTransformer" not in " ".join(_before(program, told)):
        return False
    first = [_coder(one) for one in estimators.steps_of(mixers[0])][:1]
    return bool(first) and first[0] is not None and first[0] != coded[0]


def _coder(step: Value) -> bool | None:
    """Whether a transformer codes categories; None where it is not known."""
    if not isinstance(step, Instance):
        return None
    inner = estimators.last_step(step) if step.name in ("Pipeline", "make_pipeline") else step
    return "OneHot" in inner.name if isinstance(inner, Instance) else None


_SELECTING = ("SelectKBest", "SelectPercentile", "RFE", "RFECV", "SelectFromModel", "VarianceThreshold")
_SPREADING = ("ColumnTransformer", "OneHotEncoder", "PolynomialFeatures", "PCA")


def _may_hold(data: Data, column: str) -> bool:
    return column in data.columns if data.columns is not None else column not in data.without


def _before(program: Program, told: ast.Attribute) -> list[str]:
    """Names of the steps before the model in `pipe.named_steps["model"].coef_` and `pipe[-1].coef_`."""
    node: ast.expr = told.value
    for _ in range(8):
        given = program.sets.get(node.id, []) if isinstance(node, ast.Name) else []
        if isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        elif len(given) == 1 and isinstance(given[0].value, ast.Subscript | ast.Attribute):
            node = given[0].value
        else:
            break
    if not isinstance(node, ast.Name) or node is told.value:
        return []
    made = {one for node in program.sets.get(node.id, []) for one in ast.walk(node.value)}
    for one in program.trace.instances:
        inner = estimators.innermost(one) if one.node in made else None
        if isinstance(inner, Instance) and inner.name in ("Pipeline", "make_pipeline"):
            return [step.name for step in estimators.steps_of(inner)[:-1] if isinstance(step, Instance)]
    return []
