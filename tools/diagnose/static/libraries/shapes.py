"""Shapes of arrays and tensors through indexing, arithmetic and reductions; None where they cannot be told."""

import ast

from mlpilot.tools.diagnose.static.libraries.tensors import Shape
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Value, constant, number


def bundled(name: str, data: Data) -> Shape:
    """The shape of an attribute of a bundled data set: `load_digits().images` are pictures of 8 by 8."""
    return (None, 8, 8) if (name, data.dataset) == ("images", "digits") else data.shape


def indexed(shape: Shape, node: ast.expr) -> Shape:
    """The shape of `x[node]`: whole numbers take an axis away, slices keep it, None adds one."""
    if shape is None:
        return None
    choices = node.elts if isinstance(node, ast.Tuple) else [node]
    rest = list(shape)
    found: list[int | None] = []
    for one in choices:
        if isinstance(one, ast.Constant) and one.value is None:
            found.append(1)
            continue
        if not rest:
            return None
        size = rest.pop(0)
        if isinstance(one, ast.Slice):
            found.append(_cut(one, size))
        elif not _is_number(one):
            return None
    return (*found, *rest) or None


def _is_number(node: ast.expr) -> bool:
    plain = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(plain, ast.Constant) and isinstance(plain.value, int) and not isinstance(plain.value, bool)


def _cut(node: ast.Slice, size: int | None) -> int | None:
    if node.lower is None and node.upper is None and node.step is None:
        return size
    if isinstance(node.upper, ast.Constant) and isinstance(node.upper.value, int) and node.step is None:
        lower = node.lower.value if isinstance(node.lower, ast.Constant) else 0 if node.lower is None else None
        if isinstance(lower, int):
            return node.upper.value - lower if size is None or node.upper.value <= size else None
    return None


def broadcast(one: Shape, other: Shape) -> Shape:
    """The shape of `a + b`, where both are known."""
    if one is None or other is None:
        return None
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    padded = (*[1] * (len(longer) - len(shorter)), *shorter)
    return tuple(b if a == 1 else a if b == 1 or a == b else None for a, b in zip(longer, padded, strict=True))


def product(one: Shape, other: Shape) -> Shape:
    """The shape of `a @ b`, where it can be told: a vector loses the axis that is summed over."""
    if one is None or other is None:
        return None
    if len(one) == 1 or len(other) == 1:
        return (*one[:-1], *other[:-2], *(other[-1:] if len(other) > 1 else ())) or None
    return (*one[:-1], other[-1]) if len(other) == 2 else None


def with_weights(made: Data, left: Value, right: Value, operation: ast.operator) -> Data:
    """What `x @ w` gives, where one side is `nn.Parameter(tensor)`: its shape follows from the tensor's."""
    product_of = isinstance(operation, ast.MatMult)
    sides = [_held(one) for one in (left, right)]
    if None in sides:
        return made.but(shape=None) if product_of else made
    one, other = (side.shape if side is not None else None for side in sides)
    return made.but(shape=(product if product_of else broadcast)(one, other))


def _held(value: Value) -> Data | None:
    if isinstance(value, Instance) and value.path == "torch.nn.Parameter" and value.args:
        return as_data(value.args[0])
    return as_data(value)


def joined(parts: list[Value], axis: float | None) -> Shape:
    """The shape of `torch.cat(parts, axis)`, where each is known."""
    given = [one.shape for one in parts if isinstance(one, Data) and one.shape]
    if axis is None or len(given) < len(parts) or len({len(one) for one in given}) != 1:
        return None
    at = int(axis) % len(given[0])
    sizes = [[one[place] for one in given] for place in range(len(given[0]))]
    ends = [size[0] if len(set(size)) == 1 else None for size in sizes]
    known = [one for one in sizes[at] if one is not None and one > 0]
    return (*ends[:at], sum(known) if len(known) == len(given) else None, *ends[at + 1 :])


_EACH = listed("sin cos tan tanh exp expm1 log log1p log2 sqrt square abs sign round floor clip clamp pow astype")
_PRODUCTS = listed("matmul mm mv dot")
_SUMS = listed("sum mean prod")
_OTHERS = listed(
    "chunk split tensor_split unbind view_as reshape_as expand expand_as repeat repeat_interleave unfold gather scatter"
    " index_select take narrow select movedim swapaxes swapdims topk bmm"
)


def unfollowed(name: str, data: Data) -> Data:
    """The data a method is called on, without its shape where the method gives another that is not followed."""
    return data.but(shape=None) if name in _OTHERS and data.shape is not None else data


def after(call: Call, given: list[Data]) -> Shape:
    """The shape after a call that no table knows: `np.sin(X)`, `X.dot(w)`, `np.sum(X, axis=1)`."""
    if call.name in _EACH and len(given) == 1:
        return given[0].shape
    if call.name in _PRODUCTS and len(given) == 2:
        return product(given[0].shape, given[1].shape)
    if call.name in _SUMS and len(given) == 1:
        return reduced(call, given[0], 0 if call.receiver is not None else 1)
    return None


def reduced(call: Call, data: Data, place: int = 0) -> Shape:
    """The shape after `x.mean(dim=1)`, `x.sum(1, keepdim=True)`; the axis stands at this place of the arguments."""
    axis: Value | None = call.get("dim", place) or call.get("axis")
    if isinstance(axis, Seq):
        return _reduced_by_many(call, data.shape, axis)
    at, keep = number(axis), constant(call.get("keepdim", place + 1) or call.get("keepdims"), False)
    if data.shape is None or at is None or not -len(data.shape) <= at < len(data.shape):
        return None
    sizes: list[int | None] = list(data.shape)
    at = int(at) % len(sizes)
    return (*sizes[:at], *([1] if keep is True else []), *sizes[at + 1 :]) or None


def _reduced_by_many(call: Call, shape: Shape, axes: Seq) -> Shape:
    """The shape after `x.mean((2, 3))`."""
    places = [number(one) for one in axes.items]
    if shape is None or call.get("keepdim") or call.get("keepdims") or None in places:
        return None
    gone = {int(one) % len(shape) for one in places if one is not None}
    return tuple(size for at, size in enumerate(shape) if at not in gone) or None


def squeezed(call: Call, data: Data) -> Shape:
    """The shape after `x.squeeze(1)` and `x.unsqueeze(1)`, where it can be told which axis."""
    at = number(call.get("dim", 0))
    if data.shape is None or (at is None and (call.name != "squeeze" or call.args or call.kwargs)):
        return None
    sizes: list[int | None] = list(data.shape)
    if at is None:
        return tuple(one for one in sizes if one != 1) if None not in sizes[1:] else None
    if call.name == "unsqueeze":
        where = int(at) if at >= 0 else len(sizes) + 1 + int(at)
        return (*sizes[:where], 1, *sizes[where:])
    where = int(at) % len(sizes)
    return (*sizes[:where], *sizes[where + 1 :]) if sizes[where] == 1 and len(sizes) > 1 else None
