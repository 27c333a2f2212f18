"""Calls of a program that is read: functions of its own are followed, those of libraries are asked what they give."""

import ast

from mlpilot.tools.diagnose.static.libraries import library
from mlpilot.tools.diagnose.static.reading.scope import Scope, join
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, Trace
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Bound,
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
    united,
)

DEEPEST, MOST_OFTEN = 6, 25
"""Calls within calls that are followed, and how often one function is."""
MOST_STEPS = 100_000
"""Expressions that are evaluated for one program, so that none takes for ever."""


class ExhaustedError(Exception):
    """The program is too large to be followed any further."""


class Calling(Context):
    """The part of the machine that calls things."""

    def __init__(self, tree: ast.Module) -> None:
        self.trace = Trace(tree)
        self.module = Scope()
        self.scope = self.module
        self.scopes = [self.module]
        self.loops: tuple[ast.AST, ...] = ()
        self.inside: tuple[str, ...] = ()
        self.conditions: tuple[ast.AST, ...] = ()
        self.no_grad = 0
        self.order = 0
        self.steps = 0
        self.serial = 0
        self.entered: dict[ast.AST, int] = {}
        self.target = ""
        self.hanging: frozenset[Learning] = frozenset()
        self.hoisted: set[ast.stmt] = set()

    # --- what the other parts give ---

    def evaluate(self, node: ast.expr | None) -> Value:
        """The value of an expression."""
        raise NotImplementedError

    def execute(self, body: list[ast.stmt]) -> bool:
        """Run statements; true where they do not end by leaving (return, raise, continue, break)."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Value, node: ast.AST | None = None) -> None:
        """Bind a target to a value."""
        raise NotImplementedError

    # --- Context ---

    def rebind(self, old: Value, new: Value) -> None:
        for scope in self.scopes:
            scope.replace(old, new)

    def lookup(self, name: str) -> Value | None:
        return self.scope.find(name)

    def bind(self, name: str, value: Value) -> None:
        self.scope.bind(name, value)

    def locally(self, node: ast.AST) -> str:
        if not self.inside:
            return ""
        found = []
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and (scope := self.scope.holder(one.id)) is not None and scope.serial:
                value = scope.names[one.id]
                found.append(f"={value.value!r}"[:40] if isinstance(value, Const) else f"@{scope.serial}")
        return "".join(found)

    def fresh(self) -> int:
        self.serial += 1
        return self.serial

    def invoke(self, function: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
        if isinstance(function, Function):
            return self._enter(function, args, kwargs)
        return UNKNOWN

    # --- calls ---

    def evaluate_call(self, node: ast.Call) -> Value:
        """The value of a call; it is recorded."""
        alias, self.target = self.target, ""
        function = self.evaluate(node.func)
        args, kwargs = self._arguments(node)
        if self.hanging and isinstance(function, Bound) and function.name == "append":
            args = [_hung(one, self.hanging) for one in args]
        self.order += 1
        receiver = function.receiver if isinstance(function, Bound) else None
        call = Call(
            self.order,
            node,
            _path(function, node.func),
            receiver if receiver is not None else (function if isinstance(function, Instance) else None),
            args,
            kwargs,
            self.loops,
            self.inside,
            conditions=self.conditions,
            grad=not self.no_grad,
            alias=alias,
        )
        self.trace.calls.append(call)
        call.result = self._result(function, call)
        return call.result

    def _arguments(self, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
        args: list[Value] = []
        for one in node.args:
            value = self.evaluate(one.value if isinstance(one, ast.Starred) else one)
            if isinstance(one, ast.Starred):
                limits = isinstance(value, Data) and value.kind == "stat"  # `between(*quantiles)`
                args += value.items if isinstance(value, Seq) else [value if limits else UNKNOWN]
            else:
                args.append(value)
        kwargs: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, Table):
                kwargs |= {str(key): item for key, item in value.items.items()}
        return args, kwargs

    def _result(self, function: Value, call: Call) -> Value:
        if isinstance(function, Function):
            return self._enter(function, call.args, call.kwargs, call)
        if isinstance(function, Class):
            return self.instantiate(function, call)
        if isinstance(function, Known):
            return library.call(self, call)
        if isinstance(function, Instance):
            return self._call_instance(function, call)
        if isinstance(function, Bound):
            if function.name == "__call__" and isinstance(function.receiver, Instance):
                return self._call_instance(function.receiver, call)  # `self.__call__(x)` is `self(x)`
            return library.method(self, call, function.receiver)
        return library.passed_through(call)

    def _call_instance(self, instance: Instance, call: Call) -> Value:
        for name in ("forward", "call", "__call__"):
            own = self.method_of(instance, name)
            if own is not None:
                result = self._enter(own, call.args, call.kwargs, call)
                return library.through_own_model(self, call, instance, result)
        return library.call_instance(self, call, instance)

    def instantiate(self, own: Class, call: Call) -> Value:
        """An object of one of the program's classes."""
        path = library_base(own)
        instance = Instance(path, call.args, call.kwargs, call.node, self.fresh(), own=own)
        self.trace.instances.append(instance)
        start = self.method_of(instance, "__init__")
        if start is not None:
            self._enter(start, call.args, call.kwargs, call)
        return instance

    def method_of(self, instance: Instance, name: str) -> Function | None:
        """The program's own method, bound to the instance."""
        found = find_attribute(instance.own, name) if instance.own is not None else None
        if isinstance(found, Function):
            return Function(found.node, found.scope, instance)
        return None

    def _enter(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], call: Call | None = None
    ) -> Value:
        node = function.node
        entered = self.entered.get(node, 0)
        name = getattr(node, "name", "<lambda>")
        if len(self.inside) >= DEEPEST or entered >= MOST_OFTEN or self.inside.count(name) > 1:
            return library.passed_through(call) if call is not None else UNKNOWN
        self.entered[node] = entered + 1
        scope = Scope(parent=function.scope, serial=self.fresh(), loops=len(self.loops))
        self._bind_parameters(scope, function, args, kwargs)
        if call is not None:  # of a function that nobody calls, it is not known what it is given
            scope.given = dict(scope.names)
        saved = self.scope, self.inside, self.no_grad
        self.scope, self.inside = scope, (*self.inside, name)
        self.scopes.append(scope)
        if any(isinstance(one, ast.Call | ast.Attribute) and "no_grad" in ast.dump(one) for one in decorators(node)):
            self.no_grad += 1
        try:
            if isinstance(node, ast.Lambda):
                return self.evaluate(node.body)
            self.execute(node.body)
        finally:
            self.scopes.pop()
            self.scope, self.inside, self.no_grad = saved
        return _returned(scope)

    def _bind_parameters(self, scope: Scope, function: Function, args: list[Value], kwargs: dict[str, Value]) -> None:
        spec = function.node.args
        names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
        static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in decorators(function.node))
        given = args if function.owner is None or static else [function.owner, *args]
        defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
        defaults |= {
            one.arg: node for one, node in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if node is not None
        }
        for name, node in defaults.items():
            scope.names[name] = self.evaluate(node)
        scope.names.update(zip(names, given, strict=False))
        every = {*names, *(one.arg for one in spec.kwonlyargs)}
        scope.names.update({name: value for name, value in kwargs.items() if name in every})
        for name in every - set(scope.names):
            scope.names[name] = UNKNOWN
        if spec.vararg is not None:
            scope.names[spec.vararg.arg] = Seq(given[len(names) :], "tuple", bool(given[len(names) :]))
        if spec.kwarg is not None:
            more: dict[object, Value] = {name: value for name, value in kwargs.items() if name not in every}
            scope.names[spec.kwarg.arg] = Table(more)


def _hung(value: Value, learned: frozenset[Learning]) -> Value:
    """The name of a column with what its choice hangs on; anything else as it is."""
    return value.but(learned=value.learned | learned) if isinstance(value, Data) and value.kind == "names" else value


def decorators(node: ast.AST) -> list[ast.expr]:
    """Decorators of a function; a lambda has none."""
    return getattr(node, "decorator_list", [])


def find_attribute(own: Class | None, name: str) -> Value | None:
    """An attribute of a class, or of the program's classes below it."""
    seen = 0
    while own is not None and seen < 10:
        if name in own.attrs:
            return own.attrs[name]
        own = next((base for base in own.bases if isinstance(base, Class)), None)
        seen += 1
    return None


def library_base(own: Class) -> str:
    """The library's class that a class of the program is one of, or nothing."""
    todo: list[Value] = list(own.bases)
    for _ in range(10):
        if not todo:
            break
        base = todo.pop(0)
        if isinstance(base, Known):
            return base.path
        if isinstance(base, Class):
            todo += base.bases
    return ""


def _path(function: Value, node: ast.expr) -> str:
    if isinstance(function, Known):
        return function.path
    if isinstance(function, Instance):
        return ".__call__"
    if isinstance(function, Bound):
        return f".{function.name}"
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _returned(scope: Scope) -> Value:
    if not scope.returned:
        return Const(None)
    result = scope.returned[0]
    for value in scope.returned[1:]:
        both = (result, value)
        if all(isinstance(one, Seq) for one in both) and len(both[0].items) == len(both[1].items):  # type: ignore[attr-defined]
            items = [join(a, b) for a, b in zip(both[0].items, both[1].items, strict=True)]  # type: ignore[attr-defined]
            result = Seq(items, "tuple")
        else:
            result = join(result, value)
    return result


def gathered(values: list[Value]) -> Data | None:
    """All data among the values, as one."""
    found = [value for value in values if isinstance(value, Data)]
    if not found:
        return None
    first = found[0]
    return first.but(
        rows=united(*(one.rows for one in found)), learned=frozenset().union(*(one.learned for one in found))
    )
