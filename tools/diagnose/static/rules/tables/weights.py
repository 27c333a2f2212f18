"""Weights of classes that are upside down: the common class is given the larger one.

Sources: scikit-learn, compute_class_weight (n_samples / (n_classes * np.bincount(y))); Keras, Classification on
imbalanced data; PyTorch, BCEWithLogitsLoss (pos_weight: negatives / positives), WeightedRandomSampler.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_COUNTS = re.compile(r"(^|_)(counts?|cnts?|freqs?|frequency|frequencies|n_?samples_per_class|hist|class_sizes?)$")
_COUNTED = frozenset(("bincount", "value_counts", "Counter", "count_nonzero", "most_common", "unique"))
_WHOLE = frozenset(("sum", "max", "len", "min", "mean"))
_ONWARD = listed(
    "tensor FloatTensor Tensor as_tensor from_numpy float array asarray astype to cuda dict list to_dict items values"
    " tolist float32 Variable from_iterable enumerate zip get numpy double sorted fromiter round sort_index"
)


class Direction:
    """Which way an expression goes as a class has more rows: 1 up, -1 down; empty where nothing of it hangs on that."""

    def __init__(self, program: Program, scope: ast.AST) -> None:
        self.known: dict[str, list[ast.expr]] = dict(settings(program.tree)) | settings(scope)
        self.functions = {node.name: node for node in program.each(ast.FunctionDef)}
        self.loops: dict[str, ast.expr] = {}
        for home in (program.tree, scope):
            self._counted_names(home)

    def _counted_names(self, home: ast.AST) -> None:
        self.counts: set[str] = getattr(self, "counts", set())
        for node in own(home):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
                pair = node.targets[0].elts
                if called(node.value) == "unique" and "return_counts" in written(node.value, 200) and len(pair) == 2:
                    self.counts.add(written(pair[1]))

    def of(self, node: ast.expr | None, depth: int = 0) -> set[int]:
        """Signs with which counts of rows go into an expression."""
        if node is None or depth > 14:
            return set()
        if isinstance(node, ast.BinOp):
            return self._operation(node, depth)
        if isinstance(node, ast.UnaryOp):
            return {-one if isinstance(node.op, ast.USub) else one for one in self.of(node.operand, depth + 1)}
        if isinstance(node, ast.Name):
            return self._name(node.id, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Subscript):
            return self.of(node.value, depth + 1)
        if isinstance(node, ast.DictComp):
            return self._comprehension(node.generators, node.value, depth)
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self._comprehension(node.generators, node.elt, depth)
        if isinstance(node, ast.Dict):
            return self._listed(
                [(written(key) if key else "", value) for key, value in zip(node.keys, node.values, strict=True)], depth
            )
        if isinstance(node, ast.List | ast.Tuple):
            return self._listed([(str(at), value) for at, value in enumerate(node.elts)], depth)
        return set()

    def _listed(self, entries: list[tuple[str, ast.expr]], depth: int) -> set[int]:
        """Weights that are written one by one; `{0: (y == 1).sum(), ...}` gives a class the number of the other."""
        found: set[int] = set()
        for key, value in entries:
            compared = re.findall(r"== *(\d+)\b", written(value, 200))
            found |= {0} if compared and key not in compared else self.of(value, depth + 1)
        return found

    def _operation(self, node: ast.BinOp, depth: int) -> set[int]:
        left, right = self.of(node.left, depth + 1), self.of(node.right, depth + 1)
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Sub):
            return left | {-one for one in right}
        if isinstance(node.op, ast.Pow):
            below = isinstance(node.right, ast.UnaryOp) and isinstance(node.right.op, ast.USub)
            return {-one if below else one for one in left} if isinstance(node.right, ast.Constant) or below else {0}
        return left | right

    def _name(self, name: str, depth: int) -> set[int]:
        if name in self.loops:
            return self.of(self.loops[name], depth + 1)
        if name in self.counts or _COUNTS.search(name.lower()):
            return {1}
        given = self.known.get(name, [])
        return self.of(given[-1], depth + 1) if given else set()

    def _call(self, node: ast.Call, depth: int) -> set[int]:
        name = called(node)
        if name in _COUNTED:
            return {1} if name != "unique" else set()
        held = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in _WHOLE:
            return self._total(node, held)
        if name in ("reciprocal",):
            return {-one for one in self.of(node.args[0] if node.args else held, depth + 1)}
        if name in ("sqrt", "log", "log1p", "pow", "power") and node.args:
            return self.of(node.args[0], depth + 1) if name not in ("pow", "power") else {0}
        if name in self.functions:
            body = self.functions[name]
            inner = Direction.__new__(Direction)
            inner.known, inner.functions, inner.loops = dict(settings(body)), self.functions, {}
            inner.counts = set()
            inner._counted_names(body)
            ends = [one.value for one in own(body) if isinstance(one, ast.Return)]
            return inner.of(ends[0], depth + 1) if len(ends) == 1 and depth < 8 else {0}
        if name in _ONWARD:
            given = [*node.args, *([held] if held is not None else [])]
            return set().union(*(self.of(one, depth + 1) for one in given)) if given else set()
        return {0} if self._mentions(node) else set()

    def _total(self, node: ast.Call, held: ast.expr | None) -> set[int]:
        """`(y == 1).sum()` counts one class; `counts.sum()` and `len(y)` count all rows."""
        inner = held if held is not None and written(held) not in ("np", "torch", "numpy") else None
        inner = inner if inner is not None else (node.args[0] if node.args else None)
        chosen = isinstance(inner, ast.Compare) or (isinstance(inner, ast.Subscript) and called(node) == "len")
        return {1} if chosen else set()

    def _mentions(self, node: ast.AST) -> bool:
        return any(name in self.counts or _COUNTS.search(name.lower()) for name in names_in(node))

    def _comprehension(self, generators: list[ast.comprehension], value: ast.expr, depth: int) -> set[int]:
        before = dict(self.loops)
        for one in generators:
            self._bind(one.target, one.iter)
        found = self.of(value, depth + 1)
        self.loops = before
        return found

    def _bind(self, target: ast.expr, over: ast.expr) -> None:
        """What `for c, n in enumerate(counts)` and `for c, n in counts.items()` let the second name stand for."""
        if isinstance(target, ast.Tuple) and len(target.elts) == 2:
            source = over
            if called(over) == "zip" and isinstance(over, ast.Call) and len(over.args) == 2:
                self.loops[written(target.elts[0])] = over.args[0]
                source = over.args[1]
            self.loops[written(target.elts[1])] = source
        elif isinstance(target, ast.Name):
            self.loops[target.id] = over


def _given(node: ast.Call) -> list[ast.expr]:
    """Weights of classes that a call is told."""
    name = called(node)
    found = [argument(node, "class_weight")] if name in ("fit", "fit_generator", "train_on_batch") else []
    if name in ("CrossEntropyLoss", "NLLLoss"):
        found = [argument(node, "weight", 0)]
    elif name == "cross_entropy":
        found = [argument(node, "weight")]
    elif name == "WeightedRandomSampler":
        found = [argument(node, "weights", 0)]
    return [one for one in found if one is not None]


@rule(
    "DATA021",
    "weights-upside-down",
    "error",
    "the common class is given the larger weight",
    remedy="len(y) / (n_classes * np.bincount(y)): the rarer a class, the larger its weight",
    source="scikit-learn, compute_class_weight; PyTorch, BCEWithLogitsLoss: pos_weight, WeightedRandomSampler",
)
def upside_down(program: Program) -> Iterator[Found]:
    """`class_weight={c: n / len(y) for c, n in enumerate(counts)}`, `pos_weight=positives / negatives`."""
    for scope in scopes(program):
        direction: Direction | None = None
        for node in own(scope):
            if not isinstance(node, ast.Call):
                continue
            for given in _given(node):
                direction = direction or Direction(program, scope)
                if direction.of(given) == {1}:
                    yield (
                        _computed_at(program, scope, given) or node,
                        f"{written(given)} grows with the number of rows of a class: the rare one counts for less",
                    )
            ratio = argument(node, "pos_weight") or argument(node, "scale_pos_weight")
            if ratio is not None and _positives_over_negatives(ratio, settings(program.tree) | settings(scope)):
                yield node, f"{written(ratio)} is positives over negatives: the rare ones count for less, not for more"


def _computed_at(program: Program, scope: ast.AST, given: ast.expr) -> ast.expr | None:
    """Where weights are computed: what a name was set to, what a function of the program returns."""
    for _ in range(4):
        made: list[ast.expr] = []
        if isinstance(given, ast.Name):
            made = settings(scope).get(given.id, []) or settings(program.tree).get(given.id, [])
        elif isinstance(given, ast.Call) and isinstance(given.func, ast.Name):
            name = given.func.id
            own_one = [one for one in program.each(ast.FunctionDef) if one.name == name]
            made = (
                [one.value for one in own(own_one[0]) if isinstance(one, ast.Return) and one.value] if own_one else []
            )
        if len(made) != 1:
            break
        given = made[0]
    return None if isinstance(given, ast.Name) else given


def _positives_over_negatives(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> bool:
    while called(node) in ("tensor", "as_tensor", "float", "FloatTensor", "to") and isinstance(node, ast.Call):
        node = node.args[0] if called(node) != "to" else node.func.value  # type: ignore[attr-defined]
        node = node.elts[0] if isinstance(node, ast.List) and len(node.elts) == 1 else node
    if isinstance(node, ast.Name) and len(known.get(node.id, [])) == 1 and depth < 3:
        return _positives_over_negatives(known[node.id][0], known, depth + 1)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return False
    return _sign_of(node.left, known) == 1 and _sign_of(node.right, known) == -1


def _sign_of(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> int:
    """1 for the number of positives, -1 for that of negatives, 0 where it cannot be told."""
    text = written(node, 200)
    if isinstance(node, ast.Call) and called(node) in ("float", "int", "max") and node.args:
        return _sign_of(node.args[0], known, depth)
    if re.search(r"==\s*1\b", text) and "sum" in text:
        return 1 if not re.search(r"==\s*0\b", text) else 0
    if re.search(r"==\s*0\b", text) and "sum" in text:
        return -1
    if isinstance(node, ast.Name):
        if re.search(r"^(n_?|num_?|count_?)?neg", node.id.lower()) or node.id.lower().endswith("_neg"):
            return -1
        if re.search(r"^(n_?|num_?|count_?)?pos", node.id.lower()) or node.id.lower().endswith("_pos"):
            return 1
        given = known.get(node.id, [])
        return _sign_of(given[0], known, depth + 1) if len(given) == 1 and depth < 3 else 0
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in (0, 1):
        made = known.get(node.value.id, []) if isinstance(node.value, ast.Name) else [node.value]
        by_class = len(made) == 1 and called(made[0]) in ("bincount", "value_counts", "Counter")
        return (1 if node.slice.value == 1 else -1) if by_class else 0
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        if isinstance(node.left, ast.Constant) and node.left.value == 1:  # 1 - y.mean()
            return -1 if _sign_of(node.right, known, depth + 1) == 1 else 0
        whole = called(node.left) == "len" or "shape[0]" in written(node.left) or "size" in written(node.left)
        return -1 if whole and _sign_of(node.right, known, depth + 1) == 1 else 0
    if called(node) in ("sum", "mean") and re.match(r"^(self\.)?(y|labels?|targets?)\w*\.(sum|mean)\(\)$", text):
        return 1
    return 0
