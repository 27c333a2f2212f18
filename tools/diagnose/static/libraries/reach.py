"""How far the numbers of an array reach, where the program says so itself; kept as a flag of the data ("to 1000").

The flag goes where the rows go. It says nothing of data that was divided, fitted on or passed through a function of
elsewhere: there it is taken off, or rules leave the data alone.
"""

import ast

from mlpilot.tools.diagnose.static.reading.values import Const, Data, Seq, Value, number

_MARK = "to "
_LARGEST_LIST, _LARGEST_POWER = 400, 4
_FURTHEST = 1e12
"""Beyond, numbers are taken for unknown: a loop that multiplies has no end here."""


def reaching(data: Data, size: float | None) -> Data:
    """The data, whose numbers go up to `size` (in absolute value)."""
    if size is None:
        return data
    return unmarked(data) if abs(size) > _FURTHEST else unmarked(data).flagged(f"{_MARK}{abs(size):g}")


def unmarked(data: Data) -> Data:
    """The data, of whose numbers nothing is known."""
    marks = {one for one in data.flags if one.startswith(_MARK)}
    return data.but(flags=data.flags - marks) if marks else data


def reach(data: Data) -> float | None:
    """How far its numbers reach; None where that is not known."""
    sizes = [float(one.removeprefix(_MARK)) for one in data.flags if one.startswith(_MARK)]
    return max(sizes, default=None)


def through(data: Data, operation: ast.operator, by: float | None) -> Data:
    """The data after it was added to, multiplied or divided by a number; unmarked where that cannot be told."""
    size = reach(data)
    if size is None:
        return data
    if isinstance(operation, ast.Pow) and by is not None and 1 <= by <= _LARGEST_POWER:
        return reaching(data, size**by)
    if by is None or isinstance(operation, ast.Mod | ast.FloorDiv | ast.Pow):
        return unmarked(data)
    if isinstance(operation, ast.Mult):
        return reaching(data, size * by)
    if isinstance(operation, ast.Div):
        return reaching(data, size / by) if by else unmarked(data)
    return reaching(data, size + abs(by))


def between(one: Data, other: Data, operation: ast.operator) -> tuple[Data, Data]:
    """Both sides of an operation, unmarked where its result may be far smaller."""
    centred = isinstance(operation, ast.Sub) and "stat" in (one.kind, other.kind)
    if centred or isinstance(operation, ast.Div | ast.FloorDiv | ast.Mod):
        return unmarked(one), unmarked(other)
    return one, other


def drawn_as_wide(one: Data, other: Data) -> Data | None:
    """`rng.normal(size=n) * X.std()`: numbers drawn anew, which are none of the rows that the other was measured on."""
    new, by = (one, other) if other.kind == "stat" else (other, one)
    if new.kind != "data" or by.kind != "stat" or not new.rows:
        return None
    sources = {row[0] for row in new.rows}
    others = {row[0] for learnt in by.learned for row in learnt.rows}
    drawn = all(str(source[2]).startswith("rand") for source in sources)
    return new.but(last="") if drawn and others and not sources & others else None


def furthest(found: list[Data]) -> frozenset[str]:
    """Flags of data that is put side by side: those of the first, and how far any of them reaches."""
    return found[0].flags | {flag for one in found for flag in one.flags if flag.startswith(_MARK)}


def drawn(name: str, args: list[Value], kwargs: dict[str, Value]) -> float | None:
    """How far random numbers reach: two deviations of a normal distribution, the upper end of an even one."""
    given = [number(one) for one in args[:2]]
    first = given[0] if given else None
    second = given[1] if len(given) > 1 else None
    if name in ("normal", "gauss"):
        loc = number(kwargs["loc"]) if "loc" in kwargs else first
        scale = number(kwargs["scale"]) if "scale" in kwargs else second
        return abs(loc or 0) + 2 * abs(1 if scale is None else scale)
    if name in ("uniform", "randint", "integers", "random_integers"):
        low = number(kwargs["low"]) if "low" in kwargs else first
        high = number(kwargs["high"]) if "high" in kwargs else second
        ends = [abs(one) for one in (low, high) if one is not None]
        return max(ends, default=1 if name == "uniform" else None)
    return {"rand": 1, "random": 1, "random_sample": 1, "randn": 3, "standard_normal": 3}.get(name)


def counted(node: ast.AST) -> float | None:
    """How far `range(200)` reaches."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "range":
        return None
    ends = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, int)]
    return max((abs(one) for one in ends), default=0) - 1 if ends else None


def listed_numbers(value: Value | None) -> float | None:
    """How far the numbers of a list that is written out reach, of lists within it too."""
    numbers = _numbers(value, [])
    return max((abs(one) for one in numbers), default=None) if numbers is not None else None


def _numbers(value: Value | None, found: list[float]) -> list[float] | None:
    if isinstance(value, Seq) and value.whole and len(found) < _LARGEST_LIST:
        for one in value.items:
            if _numbers(one, found) is None:
                return None
        return found
    plain = number(value) if isinstance(value, Const) else None
    if plain is None or abs(plain) > _FURTHEST:
        return None
    found.append(float(plain))
    return found


def rows_written(value: Value | None) -> int | None:
    """How many rows a list that is written out has."""
    return len(value.items) if isinstance(value, Seq) and value.whole and listed_numbers(value) is not None else None
