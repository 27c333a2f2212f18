"""Rules: what is looked for, how bad it is, who described it, and what helps. Each is one small function."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from mlpilot.tools.diagnose.static.reading.trace import Trace
from mlpilot.tools.diagnose.static.reading.values import Const, Instance, Value
from mlpilot.tools.diagnose.syntax import every_node

Found = tuple[ast.AST, str] | tuple[ast.AST, str, str]
"""(the place, what is wrong in one line, with the names that show it, and the error that running it would end in).

That error is the evidence by which a repair knows what to do, as if it had come from a traceback.
"""

Node = TypeVar("Node", bound=ast.AST)


@dataclass(eq=False)
class Program:
    """A program that was read, as rules look at it."""

    text: str
    trace: Trace

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return self.trace.tree

    @cached_property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.text.split("\n")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree, once."""
        return every_node(self.trace.tree)

    def each(self, kind: type[Node]) -> list[Node]:
        """Every node of one kind, in the order of `nodes`."""
        return self._kinds.get(kind, [])  # type: ignore[return-value]

    @cached_property
    def _kinds(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self.nodes:
            found.setdefault(type(node), []).append(node)
        return found

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
        """Every function, in the order of `nodes`."""
        return [node for node in self.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def reads(self) -> dict[str, list[ast.Name]]:
        """Where each name is read."""
        found: dict[str, list[ast.Name]] = {}
        for node in self.each(ast.Name):
            if isinstance(node.ctx, ast.Load):
                found.setdefault(node.id, []).append(node)
        return found

    @cached_property
    def sets(self) -> dict[str, list[ast.Assign]]:
        """Each assignment to a plain name, alone or among others."""
        found: dict[str, list[ast.Assign]] = {}
        for node in self.each(ast.Assign):
            for target in node.targets:
                for one in [target, *getattr(target, "elts", [])]:
                    if isinstance(one, ast.Name):
                        found.setdefault(one.id, []).append(node)
        return found

    @cached_property
    def tried(self) -> list[tuple[int, int]]:
        """First and last line of each `try` that catches something."""
        found = [node for node in self.each(ast.Try) if node.handlers]
        return [(node.lineno, node.end_lineno or node.lineno) for node in found]

    @cached_property
    def only_shows(self) -> bool:
        """Whether gradients are taken of plain sums of outputs alone, to show a call: there is no loss or target."""
        taken = [node.func.value for node in self.nodes if _is_call_of(node, "backward")]  # type: ignore[attr-defined]
        bound = {
            node.targets[0].id: node.value for node in self.each(ast.Assign) if isinstance(node.targets[0], ast.Name)
        }
        values = [bound.get(one.id, one) if isinstance(one, ast.Name) else one for one in taken]
        summed = [one.func.value for one in values if _is_call_of(one, "sum")]  # type: ignore[union-attr]
        return len(summed) == len(values) > 0 and all(isinstance(one, ast.Call) for one in summed)

    @cached_property
    def names(self) -> set[str]:
        """Every name and attribute that the program mentions."""
        return {node.id for node in self.each(ast.Name)} | {node.attr for node in self.each(ast.Attribute)}


def cause(value: Value | None, node: ast.AST) -> ast.AST:
    """Where a value is written, if that is another line than that of the call: in a table of settings, say."""
    place = value.place if isinstance(value, Const) else value.node if isinstance(value, Instance) else None
    return node if place is None or getattr(place, "lineno", 0) == getattr(node, "lineno", 0) else place


def _is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


Look = Callable[[Program], Iterator[Found]]


@dataclass(frozen=True)
class Rule:
    """One thing that is looked for."""

    code: str
    kind: str
    """The same in kebab case, as every Diagnosis has it."""
    severity: str
    title: str
    """What is wrong, in a few words."""
    remedy: str
    """What to do instead, one line."""
    source: str
    """Who described it."""
    look: Look


RULES: list[Rule] = []
"""Every rule, in the order in which they were made."""


def rule(code: str, kind: str, severity: str, title: str, *, remedy: str, source: str) -> Callable[[Look], Look]:
    """Make a rule of a function that yields (place, message)."""
    if severity not in ("error", "warning", "note") or any(one.code == code for one in RULES):
        raise ValueError(f"rule {code} is not well formed")

    def add(look: Look) -> Look:
        RULES.append(Rule(code, kind, severity, title, remedy, source, look))
        return look

    return add
