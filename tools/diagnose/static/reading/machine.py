"""The machine that reads a program: statements in their order, both ways of a branch, each loop once.

It is an abstract interpreter of one file. What it cannot know it takes for unknown, and rules are silent about it.
"""

import ast
import copy
from collections.abc import Callable
from typing import Any

from mlpilot.tools.diagnose.static.libraries import columns, frames, library
from mlpilot.tools.diagnose.static.reading import naming
from mlpilot.tools.diagnose.static.reading.calling import ExhaustedError, find_attribute
from mlpilot.tools.diagnose.static.reading.expressions import MOST_TURNS, Expressions
from mlpilot.tools.diagnose.static.reading.resolve import canonical
from mlpilot.tools.diagnose.static.reading.scope import Scope, join, joined_names
from mlpilot.tools.diagnose.static.reading.trace import Call, Trace, written
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Class,
    Const,
    Data,
    Function,
    Instance,
    Known,
    Learning,
    Seq,
    Table,
    Value,
)


def read(tree: ast.Module) -> Trace:
    """Read a program. Raises RecursionError where it is nested too deeply."""
    machine = Machine(tree)
    try:
        machine.execute(tree.body)
        machine.visit_what_nobody_calls()
    except ExhaustedError:
        machine.trace.exhausted = True
    return machine.trace


class Machine(Expressions):
    """Statements."""

    def execute(self, body: list[ast.stmt]) -> bool:
        for node in body:
            way = _WAYS.get(type(node))
            goes_on = True if way is None else way(self, node)
            if goes_on is False:
                return False
        return True

    def expression(self, node: ast.Expr) -> None:
        self.evaluate(node.value)

    def assignment(self, node: ast.Assign) -> None:
        first = node.targets[0]
        self.target = first.id if isinstance(first, ast.Name) else ""
        value = self.evaluate(node.value)
        self.target = ""
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List):
                self.trace.unpacked.append((target, node.value, value))
            self.assign(target, value, node)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value), node)

    def augmented(self, node: ast.AugAssign) -> None:
        load: Any = copy.copy(node.target)
        load.ctx = ast.Load()
        left, right = self.evaluate(load), self.evaluate(node.value)
        as_binary = ast.copy_location(ast.BinOp(load, node.op, node.value), node)
        result = frames.arithmetic(left, right, as_binary)
        self.trace.operations.append((node, left, right, result))
        if isinstance(left, Data) and left.kind == "data" and isinstance(node.target, ast.Name):
            self.rebind(left, result)  # arrays and tables are changed in place: other names see it
        self.assign(node.target, result, node)

    def assign(self, target: ast.expr, value: Value, node: ast.AST | None = None) -> None:
        if isinstance(target, ast.Name):
            self.scope.bind(target.id, frames.named(self, value, target.id))
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, Seq([value], "list", False), node)
        elif isinstance(target, ast.Attribute):
            base = self.evaluate(target.value)
            self.trace.stored.append((target, base, value, None))
            if isinstance(base, Instance):
                base.attrs[target.attr] = value
                library.stored(self, base, target.attr, value)
            elif isinstance(base, Data):
                frames.store(self, base, Const(target.attr), value)
        elif isinstance(target, ast.Subscript):
            base = self.evaluate(target.value)
            index = UNKNOWN if isinstance(target.slice, ast.Slice) else self.evaluate(target.slice)
            self.trace.stored.append((target, base, value, None))
            if isinstance(base, Table) and isinstance(index, Const) and isinstance(index.value, str | int | float):
                base.items[index.value] = value
            elif isinstance(base, Table):
                base.items[f"?{len(base.items) % 8}"] = value
            elif isinstance(base, Instance):
                library.stored(self, base, written(target), value)
            elif isinstance(base, Seq):
                base.items.append(value)
                base.whole = False
            else:
                frames.store(self, base, index, value)

    def _unpack(self, targets: list[ast.expr], value: Value) -> None:
        if value is UNKNOWN:
            source = self.fresh()
            for target in targets:
                guess = naming.by_name(target.id, source) if isinstance(target, ast.Name) else None
                self.assign(target, guess or UNKNOWN)
            return
        values = library.unpacked(value, len(targets))
        star = next((i for i, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if star is not None and isinstance(value, Seq) and value.whole and len(value.items) >= len(targets) - 1:
            after = len(targets) - star - 1
            rest = Seq(value.items[star : len(value.items) - after], "list")
            values = [*value.items[:star], rest, *value.items[len(value.items) - after :]]
            targets = [one.value if isinstance(one, ast.Starred) else one for one in targets]
        for target, one in zip(targets, values, strict=False):
            self.assign(target, one)

    def deletion(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                base, index = self.evaluate(target.value), self.evaluate(target.slice)
                if isinstance(base, Data):
                    self.rebind(base, columns.without_columns(base, index))

    def importing(self, node: ast.Import) -> None:
        for alias in node.names:
            path = canonical(alias.name)
            self.trace.libraries.add(path.partition(".")[0])
            if alias.asname:
                self.scope.bind(alias.asname, Known(path))
            else:
                root = alias.name.partition(".")[0]
                self.scope.bind(root, Known(root))

    def importing_from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            for alias in node.names:
                self.scope.bind(alias.asname or alias.name, Known(f"local.{alias.name}"))
            return
        self.trace.libraries.add(canonical(module).partition(".")[0])
        for alias in node.names:
            if alias.name == "*":
                self.trace.starred = True
            else:
                self.scope.bind(alias.asname or alias.name, Known(canonical(f"{module}.{alias.name}")))

    def definition(self, node: Any) -> None:
        for decorator in node.decorator_list:
            self.evaluate(decorator)
        self.scope.bind(node.name, Function(node, self.scope))

    def class_definition(self, node: ast.ClassDef) -> None:
        bases = [self.evaluate(base) for base in node.bases]
        self.trace.bases.append((node, bases))
        own = Class(node, self.scope, bases)
        saved = self.scope
        self.scope = Scope(parent=saved)
        try:
            self.execute(node.body)
            own.attrs = self.scope.names
        finally:
            self.scope = saved
        for value in own.attrs.values():
            if isinstance(value, Function):
                value.scope = saved
        self.scope.bind(node.name, own)

    def branch(self, node: ast.If) -> bool:
        test = self.evaluate(node.test)
        if isinstance(node.test, ast.Compare) and (known := self._is_given(node.test)) is not None:
            test = Const(known)
        if isinstance(test, Const) and test.value in (True, False, None, 0, 1):
            return self.execute(node.body if test.value else node.orelse)
        self.conditions = (*self.conditions, node)
        before, hanging = dict(self.scope.names), self.hanging
        self.hanging |= _choosing(test)
        went_on = self.execute(node.body)
        self.hanging = hanging
        after = self.scope.names
        self.scope.names = dict(before)
        else_went_on = self.execute(node.orelse)
        self.conditions = self.conditions[:-1]
        if went_on and else_went_on:
            self.scope.names = joined_names(after, self.scope.names)
        elif went_on:
            self.scope.names = after
        return went_on or else_went_on

    def _is_given(self, test: ast.Compare) -> bool | None:
        """`scaler is None`, or `is not None`, of an argument as it came; None where that is not known."""
        about, asked = test.left, isinstance(test.ops[0], ast.Is | ast.IsNot)
        none = isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None
        if not (asked and none and isinstance(about, ast.Name)) or len(self.loops) > self.scope.loops:
            return None
        value = self.scope.given.get(about.id)
        if value is None or self.scope.names.get(about.id) is not value:
            return None
        if isinstance(value, Instance | Table):
            return isinstance(test.ops[0], ast.IsNot)
        return isinstance(test.ops[0], ast.Is) if isinstance(value, Const) and value.value is None else None

    def loop(self, node: Any) -> None:
        over = self.evaluate(node.iter)
        self.loops = (*self.loops, node)
        before = dict(self.scope.names)
        for value in _turns(self, over):
            self.assign(node.target, value)
            self.execute(node.body)
        self.loops = self.loops[:-1]
        self.scope.names = {
            name: join(value, before.get(name)) if name not in before else value
            for name, value in self.scope.names.items()
        }
        self.execute(node.orelse)

    def while_loop(self, node: ast.While) -> None:
        self.evaluate(node.test)
        self.loops = (*self.loops, node)
        self.execute(node.body)
        self.loops = self.loops[:-1]
        self.execute(node.orelse)

    def within(self, node: Any) -> bool:
        quiet = 0
        for item in node.items:
            value = self.evaluate(item.context_expr)
            quiet += isinstance(value, Instance) and value.name in ("no_grad", "inference_mode")
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        self.no_grad += quiet
        try:
            return self.execute(node.body)
        finally:
            self.no_grad -= quiet

    def attempt(self, node: Any) -> bool:
        before = dict(self.scope.names)
        went_on = self.execute(node.body)
        after = self.scope.names
        for handler in node.handlers:
            self.scope.names = dict(before) | after
            if self.execute(handler.body):
                after = joined_names(self.scope.names, after)
        self.scope.names = after
        self.execute(node.orelse)
        self.execute(node.finalbody)
        return went_on

    def give_back(self, node: ast.Return) -> bool:
        self.scope.returned.append(self.evaluate(node.value))
        return False

    def leave(self, node: Any) -> bool:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child)
        return False

    def elsewhere(self, node: Any) -> None:
        self.scope.outer |= set(node.names)

    def assertion(self, node: ast.Assert) -> None:
        self.evaluate(node.test)

    def matching(self, node: ast.Match) -> None:
        self.evaluate(node.subject)
        for case in node.cases:
            self.execute(case.body)

    def visit_what_nobody_calls(self) -> None:
        """Read functions and classes that the file defines and does not use, with what their names suggest."""
        self.loops, self.conditions = (), ()
        for value in list(self.module.names.values()):
            if isinstance(value, Class):
                self._visit_class(value)
            elif isinstance(value, Function) and value.node not in self.entered:
                self._visit(value)

    def _visit_class(self, own: Class) -> None:
        made = [one for one in self.trace.instances if one.own is own]
        if not made:
            call = ast.copy_location(ast.Call(ast.Name(own.node.name, ast.Load()), [], []), own.node)
            start = find_attribute(own, "__init__")
            names = [one.arg for one in start.node.args.args[1:]] if isinstance(start, Function) else []
            given = {name: self.guess(name) for name in names}
            made_now = self.instantiate(own, Call(self.order, call, own.node.name, None, [], given, (), ()))
            made = [made_now] if isinstance(made_now, Instance) else []
        for name, value in own.attrs.items():
            if made and isinstance(value, Function) and value.node not in self.entered and name != "__init__":
                self._visit(Function(value.node, value.scope, made[-1]))

    def _visit(self, function: Function) -> None:
        spec = function.node.args
        names = [one.arg for one in (*spec.posonlyargs, *spec.args)][1 if function.owner is not None else 0 :]
        without_default = names[: max(len(names) - len(spec.defaults), 0)]
        given = {name: self.guess(name) for name in without_default}
        given = {name: self.piece(name, function.node) if one is UNKNOWN else one for name, one in given.items()}
        result = self.invoke(function, [], given)
        if isinstance(function.owner, Instance) and getattr(function.node, "name", "") in ("call", "forward"):
            function.owner.notes.setdefault("returned", result)


def _turns(machine: Machine, over: Value) -> list[Value]:
    """What a loop is given: each of a few objects that are told apart, or one that stands for all."""
    over = library.as_list(over)
    if (
        isinstance(over, Seq)
        and over.whole
        and 2 <= len(over.items) <= MOST_TURNS
        and len(machine.loops) <= 2
        and any(frames.gathered(one) or isinstance(one, Instance) or _holds_object(one) for one in over.items)
    ):
        return list(over.items)
    return [library.each(over, machine)]


def _choosing(test: Value) -> frozenset[Learning]:
    """What a condition asks of how columns go with the target: those that pass are chosen by it."""
    learned = test.learned if isinstance(test, Data) and test.kind == "stat" else frozenset()
    return frozenset(one for one in learned if one.kind == "select" or one.what in ("corr", "corrwith", "corrcoef"))


def _holds_object(value: Value) -> bool:
    return isinstance(value, Seq) and any(isinstance(one, Instance) for one in value.items)


_WAYS: dict[type, Callable[[Any, Any], bool | None]] = {
    ast.Expr: Machine.expression,
    ast.Assign: Machine.assignment,
    ast.AnnAssign: Machine.annotated,
    ast.AugAssign: Machine.augmented,
    ast.Delete: Machine.deletion,
    ast.Import: Machine.importing,
    ast.ImportFrom: Machine.importing_from,
    ast.FunctionDef: Machine.definition,
    ast.AsyncFunctionDef: Machine.definition,
    ast.ClassDef: Machine.class_definition,
    ast.If: Machine.branch,
    ast.For: Machine.loop,
    ast.AsyncFor: Machine.loop,
    ast.While: Machine.while_loop,
    ast.With: Machine.within,
    ast.AsyncWith: Machine.within,
    ast.Try: Machine.attempt,
    ast.TryStar: Machine.attempt,
    ast.Return: Machine.give_back,
    ast.Raise: Machine.leave,
    ast.Continue: Machine.leave,
    ast.Break: Machine.leave,
    ast.Global: Machine.elsewhere,
    ast.Nonlocal: Machine.elsewhere,
    ast.Assert: Machine.assertion,
    ast.Match: Machine.matching,
}
