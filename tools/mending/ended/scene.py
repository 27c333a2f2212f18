"""Where a script ended: its text, its tree, what the error says, and what was in memory there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlpilot.tools.diagnose.syntax import called, keyword, parents
from mlpilot.tools.mending.ended.state import Frame, State, Value
from mlpilot.tools.mending.forms import Edits, around
from mlpilot.tools.text import Edit, apply_edits, span, text_of

NO_VALUE = Value()
_PRIMARY = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Tuple, ast.Dict)
_MOST_CONSTANTS = 200


@dataclass(frozen=True)
class Scene:
    """The moment that a search of edits begins from."""

    source: str
    error: str
    """`ValueError: ...`."""
    state: State
    line: int | None

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.source)

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """The script's own frames, the innermost first; one that knows its line alone where nothing was told."""
        return self.state.frames or (Frame("<module>", self.line or 1, None, {}),)

    def node(self, at: int = 0) -> ast.expr | None:
        """What was being computed in a frame."""
        place = self.frames[at].place if at < len(self.frames) else None
        if place is None:
            return None
        found = [one for one in ast.walk(self.tree) if isinstance(one, ast.expr) and _place(one) == place]
        return found[-1] if found else None

    def statement(self, at: int = 0) -> ast.stmt | None:
        """The statement that a frame stood in: of several in one line, the one with what was being computed."""
        found = around(self.tree, self.frames[at].line) if at < len(self.frames) else []
        node = self.node(at)
        held = [one for one in found if node is not None and any(each is node for each in ast.walk(one))]
        found = held or found
        return found[-1] if found else None

    def part(self, at: int = 0) -> ast.AST | None:
        """What was being computed, or the statement where that is not known; of a loop or a branch its head alone."""
        node = self.node(at)
        if node is not None:
            return node
        statement = self.statement(at)
        if isinstance(statement, ast.For | ast.AsyncFor):
            return statement.iter
        if isinstance(statement, ast.While | ast.If):
            return statement.test
        return statement

    def calls(self, at: int = 0) -> list[ast.Call]:
        """The calls that a frame was in, the innermost first: what was computed, and what that is a part of."""
        node, statement = self.node(at), self.statement(at)
        whole = [one for one in ast.walk(statement) if isinstance(one, ast.Call)] if statement is not None else []
        if node is None or not whole:
            return whole if not hasattr(statement, "body") else []
        start, end = span(self.source, node)
        held = [one for one in whole if _holds(span(self.source, one), (start, end))]
        return sorted(held, key=lambda one: span(self.source, one)[1] - span(self.source, one)[0])

    def value(self, node: ast.AST | None, at: int | None = None) -> Value:
        """What a name, or a dotted one, held in a frame (in any, the innermost first, for None)."""
        if isinstance(node, ast.Constant):
            number = node.value if isinstance(node.value, int | float) else None
            return Value(type(node.value).__name__, number=number, text=node.value if type(node.value) is str else None)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, at)
        if not isinstance(node, ast.Name | ast.Attribute):
            return NO_VALUE
        return self.named(ast.unparse(node), at)

    def named(self, text: str, at: int | None = None) -> Value:
        """What a text held in a frame."""
        for frame in self.frames if at is None else self.frames[at : at + 1]:
            if text in frame.values:
                return frame.values[text]
        return NO_VALUE

    def _subscript(self, node: ast.Subscript, at: int | None) -> Value:
        """A column of a table, as far as the table is known."""
        held = self.value(node.value, at)
        if not held.table or held.shape is None:
            return NO_VALUE
        if isinstance(node.slice, ast.List):
            width = len(node.slice.elts)
            return Value(held.type, shape=(held.shape[0], width))
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        kinds = dict(zip(held.names, held.kinds, strict=False))
        if name in kinds:
            return Value("pandas.core.series.Series", shape=held.shape[:1], dtype=kinds[name])
        return NO_VALUE

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """Name → the one value that is given to it anywhere."""
        given: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for one in node.targets:
                    if isinstance(one, ast.Name):
                        given.setdefault(one.id, []).append(node.value)
        return {name: values[0] for name, values in list(given.items())[:_MOST_CONSTANTS] if len(values) == 1}

    def number(self, node: ast.expr | None) -> int | None:
        """The whole number that an expression comes to: written, named, or held in memory."""
        if isinstance(node, ast.Constant):
            return node.value if type(node.value) is int else None
        if isinstance(node, ast.Name | ast.Attribute):
            held = self.value(node).number
            if held is None and isinstance(node, ast.Name) and node.id in self.constants:
                value = self.constants[node.id]
                return self.number(value) if isinstance(value, ast.Constant | ast.BinOp) else None
            return int(held) if held is not None and held == int(held) else None
        if isinstance(node, ast.BinOp):
            one, other = self.number(node.left), self.number(node.right)
            if one is None or other is None or max(abs(one), abs(other)) > 2**31:
                return None
            return _result(node.op, one, other)
        return None

    def put(self, *pairs: tuple[ast.AST, str]) -> str:
        """The text with nodes replaced."""
        return apply_edits(self.source, [Edit(*span(self.source, node), text) for node, text in pairs])

    def text(self, node: ast.AST) -> str:
        """The text of a node."""
        return text_of(self.source, node)

    def dotted(self, node: ast.expr, suffix: str) -> str:
        """The node's text with `.something` behind it, in brackets where it needs them."""
        text = self.text(node)
        return f"{text}{suffix}" if isinstance(node, _PRIMARY) else f"({text}){suffix}"

    def imported(self, module: str, default: str = "") -> str:
        """What a module is called here; `default` where it is not imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    if one.name == module:
                        return one.asname or one.name
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    if f"{node.module}.{one.name}" == module:
                        return one.asname or one.name
        return default

    def alike(self, call: ast.Call) -> list[ast.Call]:
        """All calls of the same function, this one first."""
        name = ast.unparse(call.func)
        others = [
            one
            for one in ast.walk(self.tree)
            if isinstance(one, ast.Call) and one is not call and ast.unparse(one.func) == name
        ]
        return [call, *others]

    def suffixed(self, call: ast.Call, index: int, suffix: str) -> Edits:
        """An argument with something behind it: in all calls of the function, or else in this one."""
        if index >= len(call.args) or isinstance(call.args[index], ast.Starred):
            return
        what = f"{self.text(call.args[index])[:60]} is given as {self.dotted(call.args[index], suffix)[:80]}"
        all_of_them = [one for one in self.alike(call) if index < len(one.args)]
        if len(all_of_them) > 1:
            pairs = [(one.args[index], self.dotted(one.args[index], suffix)) for one in all_of_them]
            if not any(_nested(one, other) for one, _ in pairs for other, _ in pairs):
                yield self.put(*pairs), f"{what}, wherever {ast.unparse(call.func)} is called"
        yield self.put((call.args[index], self.dotted(call.args[index], suffix))), what


def argument(call: ast.Call, index: int, name: str) -> ast.expr | None:
    """The argument at a place, or by its name."""
    one = keyword(call, name)
    if one is not None:
        return one.value
    if index < len(call.args) and not any(isinstance(arg, ast.Starred) for arg in call.args[: index + 1]):
        return call.args[index]
    return None


def enclosing(tree: ast.AST, node: ast.AST, *kinds: type) -> Iterator[ast.AST]:
    """What a node stands in, of these kinds, the innermost first."""
    above = parents(tree)
    while node in above:
        node = above[node]
        if isinstance(node, kinds):
            yield node


def name_of(call: ast.Call) -> str:
    """`Linear` of `nn.Linear(...)`."""
    return called(call)


def _result(op: ast.operator, one: int, other: int) -> int | None:
    if isinstance(op, ast.Add):
        return one + other
    if isinstance(op, ast.Sub):
        return one - other
    if isinstance(op, ast.Mult):
        return one * other
    if isinstance(op, ast.FloorDiv) and other:
        return one // other
    if isinstance(op, ast.Pow) and 0 <= other <= 8:
        return int(one**other)
    return None


def _nested(one: ast.AST, other: ast.AST) -> bool:
    return one is not other and any(node is other for node in ast.walk(one))


def _place(node: ast.expr) -> tuple[int, int, int, int]:
    return node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def sizes(text: str) -> tuple[int, ...]:
    """The shape that a message writes: `(3, 4)`."""
    return tuple(int(one) for one in re.findall(r"\d+", text))
