"""Expressions of a program that is read."""

import ast
from collections.abc import Callable
from typing import Any

from mlpilot.tools.diagnose.static.libraries import columns, frames, library, tables
from mlpilot.tools.diagnose.static.reading import fragments
from mlpilot.tools.diagnose.static.reading.calling import MOST_STEPS, Calling, ExhaustedError, find_attribute
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.resolve import by_custom, canonical
from mlpilot.tools.diagnose.static.reading.scope import Scope, join
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Bound,
    Class,
    Const,
    Data,
    Function,
    Instance,
    Known,
    Seq,
    Table,
    Value,
)

MOST_TURNS = 6
"""Objects of a loop or a comprehension that are told apart."""
_BUILTINS = listed(
    "len range print enumerate zip list tuple dict set int float str bool sum min max abs round sorted open type map"
    " filter isinstance reversed any all super getattr setattr hasattr input format iter next id vars dir Exception"
    " ValueError KeyError TypeError RuntimeError NotImplementedError object property staticmethod classmethod repr"
    " __name__ __file__ display divmod pow slice bytes callable exit quit"
)


class Expressions(Calling):
    """The part of the machine that evaluates."""

    def evaluate(self, node: ast.expr | None) -> Value:
        if node is None:
            return Const(None)
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise ExhaustedError
        way = _WAYS.get(type(node))
        if way is None:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.evaluate(child)
            return UNKNOWN
        return way(self, node)

    def constant(self, node: ast.Constant) -> Value:
        return Const(node.value, node)

    def name(self, node: ast.Name) -> Value:
        found = self.scope.find(node.id)
        if found is not None:
            return found
        if node.id in _BUILTINS:
            return Known(f"builtins.{node.id}")
        below = fragments.defined_below(self.trace.tree, node.id) if self.scope.find(node.id) is None else None
        if below is not None and below not in self.hoisted:
            return self._hoisted(below, node)
        known = by_custom(node.id)
        if known is not None:
            self.trace.libraries.add(known.path.partition(".")[0])
            return known
        value = self.guess(node.id)
        if fragments.grows_layers(self.trace.tree, node.id):
            value = Instance("keras.models.Sequential", [], {}, node, self.fresh(), notes={"loop": True})
            self.trace.instances.append(value)
        elif value is UNKNOWN:
            value = self.piece(node.id, node)
        self.module.names[node.id] = value
        return value

    def _hoisted(self, below: ast.stmt, node: ast.Name) -> Value:
        """A class or function that is used before its lines: the pieces of a program are often shown out of order."""
        self.hoisted.add(below)
        saved, self.scope = self.scope, self.module
        try:
            self.execute([below])
        finally:
            self.scope = saved
        return self.module.names.get(node.id, UNKNOWN)

    def piece(self, name: str, node: ast.AST) -> Value:
        """The network or loss of PyTorch that a name stands for which is called, and never made."""
        path = fragments.torch_part(self.trace.tree, name)
        if not path:
            return UNKNOWN
        made = Instance(path, [], {}, node, self.fresh())
        self.trace.instances.append(made)
        return made

    def guess(self, name: str) -> Value:
        """What a name that nothing binds may stand for: data, if it is called as data is."""
        return frames.guessed(self, name)

    def attribute(self, node: ast.Attribute) -> Value:
        base = self.evaluate(node.value)
        self.trace.attributes.append((node, base))
        if isinstance(base, Known):
            return Known(canonical(f"{base.path}.{node.attr}"))
        if isinstance(base, Instance):
            if node.attr in base.attrs:
                return base.attrs[node.attr]
            own = self.method_of(base, node.attr)
            if own is not None:
                if any(isinstance(one, ast.Name) and one.id == "property" for one in own.node.decorator_list):  # type: ignore[union-attr]
                    return self.invoke(own, [], {})
                return own
            return _setting(base, node.attr) or library.attribute(self, base, node.attr)
        if isinstance(base, Class):
            return find_attribute(base, node.attr) or Bound(base, node.attr)
        data = as_data(base)
        if data is not None and data is not base and isinstance(base, Bound) and base.name in ("loc", "iloc", "values"):
            data = base.receiver if isinstance(base.receiver, Data) else data
        if data is not None:
            return frames.attribute(self, data, node.attr)
        return Bound(base, node.attr)

    def subscript(self, node: ast.Subscript) -> Value:
        base = self.evaluate(node.value)
        if isinstance(node.slice, ast.Slice):
            for part in (node.slice.lower, node.slice.upper, node.slice.step):
                if part is not None:
                    self.evaluate(part)
            index: Value = UNKNOWN
        else:
            index = self.evaluate(node.slice)
        if isinstance(base, Seq):
            return _item(base, index, node.slice)
        if isinstance(base, Table):
            key = index.value if isinstance(index, Const) else None
            if isinstance(key, str | int | float) and key in base.items:
                return base.items[key]
            return join_all(list(base.items.values()))
        if isinstance(base, Instance):
            return library.cut(base, node.slice) if isinstance(node.slice, ast.Slice) else library.item(base, index)
        return frames.subscript(self, base, index, node)

    def collection(self, node: Any) -> Value:
        items = []
        for one in node.elts:
            value = self.evaluate(one.value if isinstance(one, ast.Starred) else one)
            items += value.items if isinstance(one, ast.Starred) and isinstance(value, Seq) else [value]
        kind = {ast.List: "list", ast.Tuple: "tuple"}.get(type(node), "set")
        return Seq(items, kind)

    def dictionary(self, node: ast.Dict) -> Value:
        table = Table()
        for key, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node)
            name = self.evaluate(key) if key is not None else UNKNOWN
            if isinstance(name, Const) and isinstance(name.value, str | int | float):
                table.items[name.value] = value
            elif key is None and isinstance(value, Table):
                table.items |= value.items
            else:
                table.items[f"?{len(table.items)}"] = value
        return table

    def binary(self, node: ast.BinOp) -> Value:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        result = frames.arithmetic(left, right, node)
        if as_data(left) is not None or as_data(right) is not None:
            self.trace.operations.append((node, left, right, result))
        return result

    def unary(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        if isinstance(value, Const):
            plain = value.value
            if isinstance(node.op, ast.USub) and isinstance(plain, int | float):
                return Const(-plain, node)
            return Const(not plain) if isinstance(node.op, ast.Not) else UNKNOWN
        data = as_data(value)
        return frames.inverted(data) if data is not None and isinstance(node.op, ast.Invert) else value

    def boolean(self, node: ast.BoolOp) -> Value:
        values = [self.evaluate(one) for one in node.values]
        return join_all(values)

    def compare(self, node: ast.Compare) -> Value:
        values = [self.evaluate(one) for one in (node.left, *node.comparators)]
        self.trace.compared.append((node, values))
        return frames.comparison(self, values, node)

    def conditional(self, node: ast.IfExp) -> Value:
        self.evaluate(node.test)
        found = join(self.evaluate(node.body), self.evaluate(node.orelse))
        if isinstance(found, Data) and found.learned and _asks_for_gaps(node.test):
            return tables.filled_in(found)
        return found

    def function(self, node: ast.Lambda) -> Value:
        return Function(node, self.scope)

    def comprehension(self, node: Any) -> Value:
        scope = Scope(parent=self.scope)
        saved = self.scope, self.loops
        self.scope = scope
        self.scopes.append(scope)
        turns: list[Value] = []
        counted = 0
        try:
            for one in node.generators:
                over = self.evaluate(one.iter)
                if isinstance(over, Data) and not isinstance(node, ast.DictComp):
                    self.assign(one.target, library.each(over))
                    named = columns.names_in(node, over, self.evaluate)
                    if named is not None:
                        return named
                if isinstance(over, Seq) and over.whole and len(node.generators) == 1 and not one.ifs:
                    counted = len(over.items)
                    turns = over.items if counted <= MOST_TURNS and len(self.loops) <= 2 else []
                self.loops = (*self.loops, node)
                self.assign(one.target, library.each(over))
                for test in one.ifs:
                    self.evaluate(test)
            if isinstance(node, ast.DictComp):
                return self._table(node, turns)
            kind = "set" if isinstance(node, ast.SetComp) else "list"
            if turns:
                return Seq([self._at_turn(node, turn) for turn in turns], kind, True)
            return Seq([self.evaluate(node.elt)] * (counted if 0 < counted <= 8 else 1), kind, counted > 0)
        finally:
            self.scopes.pop()
            self.scope, self.loops = saved

    def _table(self, node: ast.DictComp, turns: list[Value]) -> Table:
        """What a comprehension of a dict holds: of a few things, each under its own key."""
        table = Table()
        for turn in turns:
            self.assign(node.generators[0].target, turn)
            key, value = self.evaluate(node.key), self.evaluate(node.value)
            known = isinstance(key, Const) and isinstance(key.value, str | int | float)
            table.items[key.value if known else f"?{len(table.items)}"] = value  # type: ignore[attr-defined]
        if not turns:
            self.evaluate(node.key)
            table.items["?"] = self.evaluate(node.value)
        return table

    def _at_turn(self, node: Any, turn: Value) -> Value:
        """What a comprehension makes of one of the things that it goes over."""
        self.assign(node.generators[0].target, turn)
        return self.evaluate(node.elt)

    def text(self, node: ast.JoinedStr) -> Value:
        parts = [self.evaluate(one.value if isinstance(one, ast.FormattedValue) else one) for one in node.values]
        plain = [one.value for one in parts if isinstance(one, Const) and isinstance(one.value, str)]
        formed = any(isinstance(one, ast.FormattedValue) and one.format_spec is not None for one in node.values)
        return Const("".join(plain)) if len(plain) == len(parts) and not formed else UNKNOWN

    def walrus(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.scope.bind(node.target.id, value)
        return value

    def waited(self, node: Any) -> Value:
        value = self.evaluate(node.value)
        if isinstance(node, ast.Yield | ast.YieldFrom):
            self.scope.returned.append(Seq([value], "list", False))
        return value

    def starred(self, node: ast.Starred) -> Value:
        return self.evaluate(node.value)


_WAYS: dict[type, Callable[[Any, Any], Value]] = {
    ast.Constant: Expressions.constant,
    ast.Name: Expressions.name,
    ast.Attribute: Expressions.attribute,
    ast.Subscript: Expressions.subscript,
    ast.Call: Expressions.evaluate_call,
    ast.List: Expressions.collection,
    ast.Tuple: Expressions.collection,
    ast.Set: Expressions.collection,
    ast.Dict: Expressions.dictionary,
    ast.BinOp: Expressions.binary,
    ast.UnaryOp: Expressions.unary,
    ast.BoolOp: Expressions.boolean,
    ast.Compare: Expressions.compare,
    ast.IfExp: Expressions.conditional,
    ast.Lambda: Expressions.function,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
    ast.JoinedStr: Expressions.text,
    ast.NamedExpr: Expressions.walrus,
    ast.Await: Expressions.waited,
    ast.Yield: Expressions.waited,
    ast.YieldFrom: Expressions.waited,
    ast.Starred: Expressions.starred,
}


def _asks_for_gaps(test: ast.expr) -> bool:
    """`pd.isnull(row["age"])`, `np.isnan(x)`."""
    return isinstance(test, ast.Call) and written(test.func).endswith(("isnull", "isna", "isnan"))


def join_all(values: list[Value]) -> Value:
    """One value for one of several."""
    result: Value | None = None
    for value in values:
        result = join(result, value)
    return result if result is not None else UNKNOWN


def _item(base: Seq, index: Value, node: ast.expr) -> Value:
    if isinstance(node, ast.Slice):
        lower = node.lower.value if isinstance(node.lower, ast.Constant) else None
        upper = node.upper.value if isinstance(node.upper, ast.Constant) else None
        start, stop = lower if isinstance(lower, int) else None, upper if isinstance(upper, int) else None
        known = all(one is None or isinstance(one, ast.Constant) for one in (node.lower, node.upper))
        if known and base.whole and all(one is None or isinstance(one, int) for one in (lower, upper)):
            return Seq(base.items[start:stop], base.kind)
        return Seq(list(base.items), base.kind, False)
    if isinstance(index, Const) and isinstance(index.value, int) and base.whole:
        at = index.value
        if -len(base.items) <= at < len(base.items):
            return base.items[at]
    return join_all(base.items)


_NAMESPACES = ("SimpleNamespace", "Namespace", "EasyDict", "Munch", "DotDict")


def _setting(base: Instance, name: str) -> Value | None:
    """A setting that an object was made with: a field of a data class, a keyword of a namespace, a class."""
    if base.name in _NAMESPACES:
        return base.kwargs.get(name)
    found = find_attribute(base.own, name) if base.own is not None and not base.args else None
    return base.kwargs.get(name, found) if isinstance(found, Const) else None
