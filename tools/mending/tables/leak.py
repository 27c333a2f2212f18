"""A transformer that is fitted on all rows before the split: fitted on the rows for training alone, and seen to be.

The proof is no score, for the honest one is mostly lower: how many rows the transformer was fitted on is watched while
the script runs, before the edit and after it. Only the plainest forms are mended: `B = scaler.fit_transform(A)`, or
`scaler.fit(A)` and `B = scaler.transform(A)`, beside the split that alone takes `B`.
"""

import ast
from dataclasses import dataclass

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called
from mlpilot.tools.mending.complaints import kinds_of_warnings
from mlpilot.tools.mending.forms import at
from mlpilot.tools.mending.model import Proof
from mlpilot.tools.mending.running import Ended
from mlpilot.tools.mending.scores import fallen
from mlpilot.tools.text import Edit, apply_edits, span, text_of

CODES = ("LEAK001", "LEAK002", "LEAK005")
"""Of `check`: scalers and the like, imputers, and vectorizers, fitted before the split."""


@dataclass(frozen=True)
class Asked:
    """An edit to be proven."""

    text: str
    what: str
    watched: dict[str, str]
    """Class of the transformer → the module that holds it."""
    name: str


def fitted_after_split(source: str, found: Diagnosis) -> Asked | None:
    """The edit against this finding, where the script has the plain form; else None."""
    if found.code not in CODES:
        return None
    tree = ast.parse(source)
    scope, body = _around(tree, found.line)
    fit, apart = _fit_at(source, body, found.line)
    if fit is None or not _is_fit(fit) or len(fit.targets) != 1 or not isinstance(fit.targets[0], ast.Name):
        return None
    call = fit.value
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    made, given = fit.targets[0].id, call.args[0]
    split = _split(body, fit, made)
    maker = _made_by(tree, call.func.value)
    if split is None or maker is None or not _only_there(scope, body, fit, split):
        return None
    train, test = _first_two(split, made)
    if not train:
        return None
    owner = text_of(source, call.func.value)
    if not isinstance(call.func.value, ast.Name):  # the transformer was made on the spot: it needs a name
        name = _free(tree, "scaler" if "Scaler" in maker[0] else "transformer")
        first = [f"{name} = {owner}"]
        owner = name
    else:
        first = []
    after = [f"{train} = {owner}.fit_transform({train})", f"{test} = {owner}.transform({test})"]
    text = _edited(source, fit, split, text_of(source, given), [*first, *after], apart)
    return Asked(
        text, f"{maker[0]} is fitted after the split, on the rows for training", {maker[0]: maker[1]}, maker[0]
    )


def proof(asked: Asked, before: Ended, after: Ended) -> Proof | None:
    """What the watched fits show; None where the edit did not make it fit on fewer rows, or broke the script."""
    fits = [[fit.rows for fit in ended.fits if fit.name == asked.name] for ended in (before, after)]
    if before.status != "ok" or after.status != "ok" or not all(fits) or max(fits[1]) >= max(fits[0]):
        return None
    if kinds_of_warnings([after]) - kinds_of_warnings([before]):
        return None
    rows = [max(each) for each in fits]
    what = f"{asked.name} sees no row of the test part when it is fitted"
    told = fallen(before.stdout, after.stdout)
    return Proof(what, f"fitted on {rows[0]} rows", f"fitted on {rows[1]} rows, those for training{told}")


def _fit_at(source: str, body: list[ast.stmt], line: int | None) -> tuple[ast.Assign | None, ast.Expr | None]:
    """`B = scaler.fit_transform(A)` at a line; or, if `scaler.fit(A)` is there, `B = scaler.transform(A)` and it."""
    for place, node in enumerate(body):
        if not at(node, line):
            continue
        if isinstance(node, ast.Assign):
            return node, None
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or called(call) != "fit" or len(call.args) != 1:
            break
        wanted = text_of(source, call).replace(".fit(", ".transform(", 1)
        for later in body[place + 1 :]:
            if isinstance(later, ast.Assign) and text_of(source, later.value) == wanted:
                return later, node  # type: ignore[return-value]
    return None, None


def _is_fit(node: ast.Assign) -> bool:
    call = node.value
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("fit_transform", "transform")
        and len(call.args) == 1
        and not call.keywords
        and isinstance(call.args[0], ast.Name | ast.Subscript)
    )


def _around(tree: ast.Module, line: int | None) -> tuple[ast.AST, list[ast.stmt]]:
    """The function that a line stands in (or the module), and the list of statements that it is one of."""
    scope: ast.AST = tree
    body = tree.body
    while True:
        inner = next((node for node in body if at(node, line) and isinstance(getattr(node, "body", None), list)), None)
        if inner is None:
            return scope, body
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = inner
        body = inner.body  # type: ignore[attr-defined]


def _split(body: list[ast.stmt], fit: ast.Assign, made: str) -> ast.Assign | None:
    """The first split after the fit, among the same statements, that takes the result by its name."""
    for node in body:
        if isinstance(node, ast.Assign) and node.lineno > fit.lineno and isinstance(node.value, ast.Call):
            if called(node.value) != "train_test_split":
                continue
            taken = [one.id for one in node.value.args if isinstance(one, ast.Name)]
            return node if taken.count(made) == 1 else None
    return None


def _first_two(split: ast.Assign, made: str) -> tuple[str, str]:
    """The names that the two parts of `made` are given."""
    assert isinstance(split.value, ast.Call)
    targets = split.targets[0]
    at = next(at for at, one in enumerate(split.value.args) if isinstance(one, ast.Name) and one.id == made)
    if not isinstance(targets, ast.Tuple) or len(targets.elts) != 2 * len(split.value.args):
        return "", ""
    pair = targets.elts[2 * at : 2 * at + 2]
    names = [one.id for one in pair if isinstance(one, ast.Name)]
    return (names[0], names[1]) if len(names) == 2 else ("", "")


def _only_there(scope: ast.AST, body: list[ast.stmt], fit: ast.Assign, split: ast.Assign) -> bool:
    """Nothing but the split reads the result, and nothing between changes what was given."""
    made = getattr(fit.targets[0], "id", "")
    called_later = {
        node
        for function in ast.walk(scope)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and function is not scope
        for node in ast.walk(function)
    }
    uses = [
        node
        for node in ast.walk(scope)
        if isinstance(node, ast.Name)
        and node.id == made
        and (node.lineno > (fit.end_lineno or fit.lineno) or node in called_later)
    ]
    inside = [node for node in uses if split.lineno <= node.lineno <= (split.end_lineno or split.lineno)]
    assert isinstance(fit.value, ast.Call)
    given = {node.id for node in ast.walk(fit.value.args[0]) if isinstance(node, ast.Name)}
    between = [node for node in body if fit.lineno < node.lineno < split.lineno]
    return len(uses) == len(inside) == 1 and not any(_may_change(one, given) for one in between)


def _may_change(statement: ast.stmt, given: set[str]) -> bool:
    """Whether a statement names what was given, other than to read a column or an attribute of it."""
    nodes = list(ast.walk(statement))
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id in given]
    plain = isinstance(statement, ast.Assign) and all(isinstance(one, ast.Name) for one in statement.targets)
    stored = any(not isinstance(node.ctx, ast.Load) for node in named)
    return len(named) > 0 and (not plain or stored or any(isinstance(node, ast.Call) for node in nodes))


def _made_by(tree: ast.Module, owner: ast.expr) -> tuple[str, str] | None:
    """(class, module of scikit-learn) of the transformer; None where it is not plain to see."""
    call: ast.expr | None = owner
    if isinstance(owner, ast.Name):
        made = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == owner.id for one in node.targets)
        ]
        call = made[0] if len(made) == 1 else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sklearn."):
            for one in node.names:
                if (one.asname or one.name) == call.func.id:
                    return one.name, node.module or ""
    return None


def _edited(
    source: str, fit: ast.Assign, split: ast.Assign, given: str, lines: list[str], apart: ast.Expr | None
) -> str:
    """The fit taken out, the split given what the fit was given, and the fit done below the split."""
    assert isinstance(split.value, ast.Call)
    made = getattr(fit.targets[0], "id", "")
    below = span(source, split)[1]
    rest = source.find("\n", below)
    below = len(source) if rest < 0 else rest
    pad = "\n" + source.split("\n")[split.lineno - 1][: split.col_offset]
    edits = [Edit(below, below, "".join(pad + line for line in lines))]
    if apart is not None:
        edits.append(_without(source, apart))
    if not given.isidentifier():  # X = scaler.fit_transform(df[columns]) becomes X = df[columns]
        return apply_edits(source, [*edits, Edit(*span(source, fit.value), given)])
    taken = next(one for one in split.value.args if isinstance(one, ast.Name) and one.id == made)
    return apply_edits(source, [*edits, _without(source, fit), Edit(*span(source, taken), given)])


def _without(source: str, node: ast.stmt) -> Edit:
    """A statement taken out, with its line where it has one to itself."""
    start, end = span(source, node)
    line, line_end = source.rfind("\n", 0, start) + 1, source.find("\n", end)
    if not source[line:start].strip() and line_end >= 0 and not source[end:line_end].strip():
        return Edit(line, line_end + 1, "")
    return Edit(start, end, "pass")


def _free(tree: ast.Module, name: str) -> str:
    """The name, or one like it that the program does not have."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    while name in used:
        name += "_"
    return name
