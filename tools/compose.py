"""A blend as one Solution: each member's source becomes a section, its names marked by the member's number.

`NUMBERS` of member 2 becomes `NUMBERS_2`, `fit` becomes `fit_2`: only names that belong to the module are renamed, by
their place in the text, so that comments and layout stay. A member that occurs twice with other parameters is written
once. Not covered: sources that look their own names up as text (`globals()["fit"]`).
"""

import ast
import builtins
import re
from collections.abc import Collection, Mapping, Sequence
from pprint import pformat
from textwrap import fill
from textwrap import indent as indented
from typing import Literal

from mlpilot.tools.names import sort_imports
from mlpilot.tools.scopes import IMPORTS, bound_by, module_imports, module_names, module_uses
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value
from mlpilot.tools.text import Edit, apply_edits, span

Member = tuple[Solution, Mapping[str, Value], float]
"""A Solution, its parameters, and its weight in the blend."""


def compose(members: Sequence[Member], *, type: Literal["classification", "regression"]) -> Solution:
    """One self-contained module whose prediction is the weighted mean of the members' predictions.

    Labels count as probabilities of one and zero. The model is a dictionary of plain values and the members' models.
    Raises `ValueError` without members or without weight, `SyntaxError` for a source that does not parse.
    """
    if not members or sum(weight for *_, weight in members) <= 0:
        raise ValueError("a blend needs members with weight")
    sources = list(dict.fromkeys(solution.source for solution, *_ in members))
    imports = _shared_imports(sources)
    sections = [_section(source, number, members, imports) for number, source in enumerate(sources, 1)]
    names = " + ".join(dict.fromkeys(solution.name for solution, *_ in members))
    body = "\n\n\n".join([*sections, _ending(members, sources, type)])
    lines = sort_imports([*(line for line in imports.values()), "import numpy as np"])
    doc = f'"""A blend: the weighted mean of what its members predict.\n\n{fill(_one_line(names), 110)}.\n"""'
    complexity = min(100, max(solution.complexity for solution, *_ in members) + 5 * len(members))
    return Solution(f"blend of {len(members)}", f"{doc}\n\n{lines}\n\n{body}\n", complexity)


def _one_line(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def _shared_imports(sources: Sequence[str]) -> dict[str, str]:
    """Bound name → statement, of plain imports at the top of the modules that no two members mean differently."""
    found: dict[str, set[str]] = {"np": {"import numpy as np"}}
    taken: set[str] = set()
    for source in sources:
        tree = ast.parse(source)
        for name, line in _imports(tree).items():
            found.setdefault(name, set()).add(line)
        taken |= {name for node in tree.body if not isinstance(node, IMPORTS) for name in bound_by(node)}
    return {name: min(lines) for name, lines in found.items() if len(lines) == 1 and name not in taken}


def _imports(tree: ast.Module) -> dict[str, str]:
    """Bound name → one statement that imports it, for statements that stand at the top level."""
    lines: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, IMPORTS):
            for alias in node.names:
                bound = alias.asname or alias.name
                lines[bound] = _import_line(node, alias, alias.asname)
    return lines


def _import_line(node: ast.Import | ast.ImportFrom, alias: ast.alias, asname: str | None) -> str:
    what = alias.name + (f" as {asname}" if asname else "")
    if isinstance(node, ast.Import):
        return f"import {what}"
    return f"from {'.' * node.level}{node.module or ''} import {what}"


def _section(source: str, number: int, members: Sequence[Member], imports: Mapping[str, str]) -> str:
    """One member: header, and its code with its names marked; what the top of the module imports is left out."""
    tree = ast.parse(source)
    kept = imports.keys() | {name for node in module_imports(tree) for name in _dotted(node)}
    renamed = {name: f"{name}_{number}" for name in module_names(tree) - kept if not hasattr(builtins, name)}
    renamed |= {name: f"{name}_{number}" for name in ("fit", "predict")}
    edits = [Edit(*span(source, use), renamed[name]) for name, use in module_uses(tree, source) if name in renamed]
    for node in module_imports(tree):
        left_out = imports.keys() if node in tree.body else ()
        edits.append(_import_edit(source, node, renamed, left_out))
    said = ast.get_docstring(tree) or ""
    if said:
        edits.append(Edit(*_with_line_end(source, tree.body[0]), ""))
    edits += _without_space(tree, source)
    code = apply_edits(source, _outermost(edits)).strip("\n")
    solution, weights = _of(source, members)
    head = [f"# {number}. {_one_line(solution.name)}, weight {' and '.join(f'{weight:.3f}' for weight in weights)}"]
    head += [f"# {line}".rstrip() for line in said.splitlines()]
    return "\n".join([*head, "", code])


def _dotted(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Names of packages that `import package.module` binds; they mean the same everywhere."""
    return {
        alias.name.split(".")[0]
        for alias in node.names
        if isinstance(node, ast.Import) and "." in alias.name and not alias.asname
    }


def _import_edit(
    source: str, node: ast.Import | ast.ImportFrom, renamed: Mapping[str, str], left_out: Collection[str]
) -> Edit:
    """An import with its names marked; without those that the top of the module has already."""
    names = [alias for alias in node.names if (alias.asname or alias.name) not in left_out]
    if not names:
        return Edit(*_with_line_end(source, node), "")
    marked = [ast.alias(one.name, renamed.get(one.asname or one.name, one.asname)) for one in names]
    if isinstance(node, ast.Import):
        return Edit(*span(source, node), ast.unparse(ast.Import(marked)))
    return Edit(*span(source, node), ast.unparse(ast.ImportFrom(node.module, marked, node.level)))


def _of(source: str, members: Sequence[Member]) -> tuple[Solution, list[float]]:
    total = sum(weight for *_, weight in members)
    same = [(solution, weight / total) for solution, _, weight in members if solution.source == source]
    return same[0][0], [weight for _, weight in same]


def _without_space(tree: ast.Module, source: str) -> list[Edit]:
    """Leave SPACE out where nothing reads it: the parameters of a member are settled."""
    uses = [use for name, use in module_uses(tree, source) if name == "SPACE"]
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["SPACE"]:
            return [Edit(*_with_line_end(source, node), "")] if len(uses) == 1 else []
    return []


def _inside(edit: Edit, outer: tuple[int, int]) -> bool:
    return outer[0] <= edit.start and edit.end <= outer[1]


def _outermost(edits: Sequence[Edit]) -> list[Edit]:
    """Edits that do not lie within another one."""
    return [
        edit
        for edit in edits
        if not any(other is not edit and _inside(edit, (other.start, other.end)) for other in edits)
    ]


def _with_line_end(source: str, node: ast.stmt) -> tuple[int, int]:
    """A statement with the comment behind it and the empty lines below it."""
    start, end = span(source, node)
    rest = re.compile(r"[ \t]*(#[^\n]*)?(\n[ \t]*)*(?=\n|$)\n?").match(source, end)
    return (start, rest.end()) if rest else (start, end)


def _ending(members: Sequence[Member], sources: Sequence[str], type: str) -> str:
    """The blend's own fit and predict."""
    total = sum(weight for *_, weight in members)
    numbers = [1 + sources.index(solution.source) for solution, *_ in members]
    weights = ", ".join(repr(round(weight / total, 9)) for *_, weight in members)
    fits = [
        f"        fit_{number}(X.copy(deep=False), y, params=PARAMS[{place}], seed=seed, report=report),"
        for place, number in enumerate(numbers)
    ]
    soft = type == "classification"
    predictions = [
        f'predict_{number}(model["members"][{place}], X.copy(deep=False))' for place, number in enumerate(numbers)
    ]
    if soft:
        predictions = [f'probabilities({text}, model["classes"])' for text in predictions]
    classes = ', "classes": np.unique(y).tolist()' if soft else ""
    lines = [
        "# The blend",
        "",
        f"WEIGHTS = [{weights}]",
        "PARAMS = [",
        *(f"{_literal(dict(params), 4)}," for _, params, _ in members),
        "]",
        "",
        "",
        "def fit(X, y, *, params, seed, report):",
        '    """Fit every member on the same rows."""',
        "    members = [",
        *fits,
        "    ]",
        f'    return {{"members": members{classes}}}',
        "",
        "",
        "def predict(model, X):",
        '    """The weighted mean of the members\' predictions."""',
        "    predictions = [",
        *(f"        {text}," for text in predictions),
        "    ]",
        "    return np.average(predictions, axis=0, weights=WEIGHTS)",
    ]
    return "\n".join([*lines, "", "", _PROBABILITIES] if soft else lines)


def _literal(value: object, indent: int) -> str:
    """A list or dictionary as text, on several lines where one would be too long."""
    return indented(pformat(value, width=110 - indent, sort_dicts=False), " " * indent)


_PROBABILITIES = '''def probabilities(prediction, classes):
    """Labels as probabilities of one and zero; probabilities as they are."""
    prediction = np.asarray(prediction)
    if prediction.ndim == 2:
        return prediction
    return (prediction[:, None] == np.array(classes)[None, :]).astype(float)'''
