"""How the rows of a table are numbered: its index after rows were left out or moved, and that of a table made anew.

Flags of data: `gapped` (rows are no longer numbered 0, 1, 2, ...), `numbered` (a table or column that was made of an
array, and numbers its rows anew), `array` (it has no index), and `rows moved ...` for each time that rows were left
out of it, or put in another order, by what its own columns hold.

Sources: pandas, "Intro to data structures: alignment"; DataFrame: index defaults to RangeIndex.
"""

from mlpilot.tools.diagnose.static.libraries import gradients
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import Data, constant, words

MOVED = "rows moved "
"""How a flag begins that says how rows were left out or moved: `rows moved KEY@LINE`."""
_OWN = ("gapped", "numbered", "array")
MOVING = ("dropna", "drop_duplicates", "query", "sample", "sort_values", "nlargest", "nsmallest")


def gapped(data: Data) -> Data:
    """Rows that are no longer numbered one after the other."""
    return data.flagged("gapped") if "array" not in data.flags else data


def settled(data: Data) -> Data:
    """Rows that are numbered 0, 1, 2, ... again."""
    return data.but(flags=data.flags - {"gapped"})


def as_array(data: Data) -> Data:
    """The numbers without an index."""
    return data.but(flags=data.flags - {"gapped", "numbered"} | {"array"})


def made_anew(data: Data, call: Call) -> Data:
    """`pd.DataFrame(array)`: rows are numbered anew; with an index of another, they are called as those are."""
    if call.library != "pandas":
        return as_array(data)
    plain = "array" in data.flags or data.kind in ("predicted", "probabilities")
    bare = data.but(flags=data.flags - set(_OWN))
    if call.get("index", 1) is not None:
        return bare
    return bare.flagged("numbered") if plain else data


def moved(data: Data, call: Call) -> Data:
    """The rows after some were left out, or all were put in another order."""
    if call.name == "dropna" and constant(call.get("axis", 0)) in (1, "columns"):
        return data
    key = [call.name, *(written(one, 200) for one in call.node.args)]
    more = [one for one in call.node.keywords if one.arg not in ("inplace", "subset")]
    key += [f"{one.arg}={written(one.value, 200)}" for one in more]
    subset = words(call.get("subset"))
    if not (call.name == "sample" and call.get("random_state") is not None):
        key.append(",".join(subset or data.columns or sorted(data.without)))
    settled_too = constant(call.get("ignore_index")) is True
    made = data.flagged(f"{MOVED}{' '.join(key)}@{call.node.lineno}")
    return settled(made) if settled_too else gapped(made)


def moves(data: Data) -> dict[str, int]:
    """How rows were left out or moved, and the line of each."""
    found = [flag.removeprefix(MOVED).rpartition("@") for flag in data.flags if flag.startswith(MOVED)]
    return {key: int(line) for key, _, line in found}


def as_of(data: Data, other: Data) -> Data:
    """The rows after they were looked up by another's index: they stand as the other's do."""
    kept = {flag for flag in data.flags if not flag.startswith(MOVED)}
    return data.but(flags=frozenset(kept | {flag for flag in other.flags if flag.startswith(MOVED)}))


_ON_BOTH = gradients.ENDS | {"gapped", "numbered"}


def certain(one: Data, other: Data) -> frozenset[str]:
    """The flags after two ways: what says how rows are numbered, or that gradients end, must be so on both."""
    doubtful = {flag for flag in one.flags ^ other.flags if flag in _ON_BOTH or flag.startswith(MOVED)}
    return (one.flags | other.flags) - doubtful
