"""What edits of statements have in common: where they stand, lines above and below them, what a name was given."""

import ast
from collections.abc import Callable, Iterator

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.text import Edit, apply_edits, span, text_of

Edits = Iterator[tuple[str, str]]
"""(text, what was changed), the likeliest first."""
Maker = Callable[[str, ast.Module, Diagnosis], Edits]


def at(node: ast.AST, line: int | None) -> bool:
    """Whether a line belongs to a node."""
    first = getattr(node, "lineno", None)
    return line is not None and first is not None and first <= line <= (getattr(node, "end_lineno", None) or first)


def around(tree: ast.Module, line: int | None) -> list[ast.stmt]:
    """The statements that hold a line, the outermost first."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and at(node, line)]
    return sorted(found, key=lambda node: (node.lineno, -(node.end_lineno or 0)))


def block_of(tree: ast.Module, statement: ast.stmt) -> list[ast.stmt]:
    """The list of statements that one stands in."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and statement in body:
                return body
    return []


def alone(source: str, statement: ast.stmt) -> bool:
    """Whether a statement has its lines to itself, so that others may be put above and below."""
    start, end = span(source, statement)
    line = source.rfind("\n", 0, start) + 1
    rest = source[end:].split("\n", 1)[0].strip()
    return not source[line:start].strip() and (not rest or rest.startswith("#"))


def indent(source: str, statement: ast.stmt) -> str:
    """The blanks before it."""
    start = span(source, statement)[0]
    return source[source.rfind("\n", 0, start) + 1 : start]


def above(source: str, statement: ast.stmt, *lines: str) -> Edit:
    """Lines above a statement (and its decorators), as deep as it is."""
    first = min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", []))])
    start = sum(len(one) + 1 for one in source.split("\n")[: first - 1])
    return Edit(start, start, "".join(f"{indent(source, statement)}{line}\n" for line in lines))


def below(source: str, statement: ast.stmt, *lines: str) -> Edit:
    """Lines below a statement, as deep as it is."""
    end = span(source, statement)[1]
    rest = source.find("\n", end)
    end = len(source) if rest < 0 else rest
    return Edit(end, end, "".join(f"\n{indent(source, statement)}{line}" for line in lines))


def without(source: str, statement: ast.stmt) -> Edit:
    """A statement and its lines taken out; `pass` where it shares them."""
    start, end = span(source, statement)
    if not alone(source, statement):
        return Edit(start, end, "pass")
    line, last = source.rfind("\n", 0, start) + 1, source.find("\n", end)
    return Edit(line, len(source) if last < 0 else last + 1, "")


def moved(source: str, statement: ast.stmt, target: ast.stmt, under: bool) -> str:
    """A statement put above or below another one of its block."""
    text = text_of(source, statement)
    place = below(source, target, text) if under else above(source, target, text)
    return apply_edits(source, [without(source, statement), place])


def given_to(tree: ast.AST, name: str) -> list[ast.Assign]:
    """Plain assignments to a name, in the order of the text."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    ]
    return sorted(found, key=lambda node: node.lineno)


def method_calls(node: ast.AST, *names: str) -> list[ast.Call]:
    """Calls of `anything.name(...)`, in the order of the text."""
    found = [
        one
        for one in ast.walk(node)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in names
    ]
    return sorted(found, key=lambda one: (one.lineno, one.col_offset))


def owner(source: str, call: ast.Call) -> str:
    """`model` of `model.fit(...)`, as it is written."""
    return text_of(source, call.func.value) if isinstance(call.func, ast.Attribute) else ""


def statement_of(tree: ast.Module, node: ast.AST) -> ast.stmt:
    """The innermost statement that a node stands in."""
    return around(tree, node.lineno)[-1]  # type: ignore[attr-defined]


def written_as(tree: ast.Module, module: str, default: str) -> str:
    """What a module is called in this program: `nn` for `torch.nn`; `default` where it is not imported by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name == module and one.asname:
                    return one.asname
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                if f"{node.module}.{one.name}" == module:
                    return one.asname or one.name
    return default


def imported_as(tree: ast.Module, module: str) -> str:
    """What a module is called in this program; "" where it is not imported by itself."""
    plain = any(isinstance(node, ast.Import) and any(one.name == module and not one.asname for one in node.names)
                for node in ast.walk(tree))  # fmt: skip
    return written_as(tree, module, module if plain else "")


def with_copy(source: str) -> str:
    """The program with `import copy`, above its first import that may stand below another; as it is where it has it."""
    tree = ast.parse(source)
    imports = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
    if any(isinstance(one, ast.Import) and any(name.name == "copy" for name in one.names) for one in imports):
        return source
    first = next((one for one in imports if getattr(one, "module", "") != "__future__"), None)
    if first is not None and alone(source, first):
        return apply_edits(source, [above(source, first, "import copy")])
    last = imports[-1] if imports and first is None else None
    return apply_edits(source, [below(source, last, "import copy")]) if last else f"import copy\n{source}"
