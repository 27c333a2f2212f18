"""Which names of a module belong to the module, and where they are used; Python's scoping rules, read from the tree."""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.text import Place, span

IMPORTS = (ast.Import, ast.ImportFrom)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)


def module_names(tree: ast.Module) -> set[str]:
    """Names that the module binds at its top level, or in a function by a `global` statement."""
    names = {name for node in tree.body for name in bound_by(node)}
    return names | {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}


def module_imports(tree: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    """Import statements of the module's own scope, those within `if` and `try` too."""
    found: list[ast.Import | ast.ImportFrom] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, IMPORTS):
            found.append(node)
        elif not isinstance(node, _SCOPES):
            found += module_imports(node)
    return found


def bound_by(node: ast.AST) -> set[str]:
    """Names that a statement (or expression) binds in the scope that it stands in."""
    names: set[str] = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name, *(name for part in _outer_parts(node) for name in bound_by(part))}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names} - {"*"}
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        names.add(node.id)
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        names.add(node.name)
    if isinstance(node, ast.MatchMapping) and node.rest:
        names.add(node.rest)
    if isinstance(node, _COMPREHENSIONS):
        walrus = (part.target for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
        return {target.id for target in walrus if isinstance(target, ast.Name)}
    if isinstance(node, ast.Lambda):
        return {name for part in _outer_parts(node) for name in bound_by(part)}
    for child in ast.iter_child_nodes(node):
        names |= bound_by(child)
    return names


def module_uses(tree: ast.Module, source: str) -> list[tuple[str, ast.AST | Place]]:
    """(name, place) of everything in the text that stands for a name of the module: uses and definitions."""
    return list(_uses(tree, [], source))


def _uses(node: ast.AST, scopes: list[tuple[str, set[str]]], source: str) -> Iterator[tuple[str, ast.AST | Place]]:
    """`scopes` are (kind, names bound there) of what encloses the node, the module itself left out."""
    if isinstance(node, ast.Name) and _is_module_name(node.id, scopes):
        yield node.id, node
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and _is_module_name(node.name, scopes):
        yield node.name, _definition(node, source)
    elif isinstance(node, ast.ExceptHandler) and node.name and _is_module_name(node.name, scopes):
        yield node.name, _word_after(node, node.type or node, node.name, source)
    elif isinstance(node, ast.Global):
        for name in node.names:
            yield name, _word_after(node, None, name, source)
    if isinstance(node, _SCOPES):
        for part in _outer_parts(node):
            yield from _uses(part, scopes, source)
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        inner = [*scopes, (kind, _local_names(node))]
        for part in _inner_parts(node):
            yield from _uses(part, inner, source)
        return
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, scopes, source)


def _is_module_name(name: str, scopes: list[tuple[str, set[str]]]) -> bool:
    """True when no enclosing function binds it, nor the class body that it directly stands in."""
    for depth, (kind, names) in enumerate(reversed(scopes)):
        if name in names and (kind == "function" or depth == 0):
            return False
    return True


def _outer_parts(node: ast.AST) -> list[ast.AST]:
    """What of a scope's text is evaluated outside it: decorators, defaults, annotations, bases, the first iterable."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = _every_argument(node.args)
        notes: list[ast.AST | None] = [argument.annotation for argument in arguments]
        parts = [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults, *notes, node.returns]
    elif isinstance(node, ast.Lambda):
        parts = [*node.args.defaults, *node.args.kw_defaults]
    elif isinstance(node, ast.ClassDef):
        parts = [*node.decorator_list, *node.bases, *node.keywords]
    elif isinstance(node, _COMPREHENSIONS):
        parts = [node.generators[0].iter]
    else:
        parts = []
    return [part for part in parts if part is not None]


def _inner_parts(node: ast.AST) -> list[ast.AST]:
    outer = {id(part) for part in _outer_parts(node)}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return list(node.body)
    if isinstance(node, ast.Lambda):
        return [node.body]
    parts: list[ast.AST] = []
    for generator in getattr(node, "generators", []):
        parts += [part for part in (generator.target, generator.iter, *generator.ifs) if id(part) not in outer]
    return parts + ([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])  # type: ignore[attr-defined]


def _local_names(node: ast.AST) -> set[str]:
    names: set[str] = set()
    if isinstance(node, _COMPREHENSIONS):
        return {name for generator in node.generators for name in bound_by(generator.target)}
    if isinstance(node, _FUNCTIONS):
        names |= {argument.arg for argument in _every_argument(node.args)}
    declared: set[str] = set()
    for part in _inner_parts(node):
        names |= bound_by(part)
        declared |= {name for one in ast.walk(part) if isinstance(one, ast.Global) for name in one.names}
    return names - declared


def _every_argument(args: ast.arguments) -> list[ast.arg]:
    more = [args.vararg, args.kwarg]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *(arg for arg in more if arg is not None)]


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, source: str) -> Place:
    """Where the name stands in `def name` or `class name`; the node begins at that keyword, after decorators."""
    return _word_after(node, None, node.name, source)


def _word_after(node: ast.AST, after: ast.AST | None, word: str, source: str) -> Place:
    """The first place of a whole word within a node's text, beyond the sub-node `after`."""
    start, end = span(source, node)
    begin = span(source, after)[1] if after is not None and after is not node else start
    found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)").search(source, begin, end)
    if found is None:
        raise ValueError(f"{word} is not written at line {node.lineno}")  # type: ignore[attr-defined]
    line = source.count("\n", 0, found.start()) + 1
    column = len(source[source.rfind("\n", 0, found.start()) + 1 : found.start()].encode())
    return Place(line, column, line, column + len(word.encode()))
