"""PyTorch: what is shown as the mean of an epoch, and is none: means over rows, and the length of other rows.

Sources: PyTorch, DataLoader (len() counts batches, len(dataset) rows; sampler), CrossEntropyLoss (reduction="mean");
Optimizing Model Parameters; Islam et al. 2019 (API misuse).
"""

import ast
import re
from collections.abc import Iterator, Mapping

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, parameters, scopes, settings
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Data
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_SUMS = re.compile(r"size_average|reduce=|reduction=.(sum|none)")
_LOADER = re.compile(r"load|_dl$|^dl_|dataloader|iterator", re.IGNORECASE)


def _loaders(program: Program) -> dict[str, ast.Call]:
    """Every `DataLoader(...)` by the name that it is kept by; of a dict of them, by the dict's."""
    found: dict[str, ast.Call] = {}
    for node in program.each(ast.Assign):
        value = node.value.value if isinstance(node.value, ast.DictComp) else node.value
        given = value.values[0] if isinstance(value, ast.Dict) and value.values else value
        if isinstance(given, ast.Call) and called(given) == "DataLoader":
            found |= {written(target): given for target in node.targets}
    return found


def _over(loop: ast.For) -> str:
    """What a loop goes over, below `enumerate` and `tqdm`."""
    node: ast.expr = loop.iter
    while isinstance(node, ast.Call) and node.args and called(node) in ("enumerate", "tqdm"):
        node = node.args[0]
    return written(node, 80) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else ""


def _batches(scope: ast.AST, made: Mapping[str, ast.Call]) -> list[tuple[ast.For, str]]:
    """(loop over the batches of a loader, the loader); not loops within each other, as over pairs of batches."""
    loops = [
        (node, over)
        for node in own(scope)
        if isinstance(node, ast.For) and (over := _over(node)) and (_bare(over) in made or _LOADER.search(over))
    ]
    nested = {id(one) for node, _ in loops for other, _ in loops if other is not node and _within(other, node)
              for one in (node, other)}  # fmt: skip
    return [(node, over) for node, over in loops if id(node) not in nested]


def _within(node: ast.For, other: ast.For) -> bool:
    return other.lineno < node.lineno and (node.end_lineno or 0) <= (other.end_lineno or 0)


def _bare(text: str) -> str:
    return text.partition("[")[0]


def _row_counts(made: Mapping[str, ast.Call]) -> set[str]:
    """Texts of the data sets that loaders are given."""
    sets = [argument(one, "dataset", 0) for one in made.values()]
    return {_bare(written(one, 80)) for one in sets if one is not None}


def _counts_rows(node: ast.expr, known: Mapping[str, list[ast.expr]], rows: set[str], depth: int = 0) -> bool:
    """Whether it is a number of rows: `len(loader.dataset)`, `len(train_set)`, a name or a dict of these."""
    if isinstance(node, ast.Call) and written(node.func) == "len" and len(node.args) == 1:
        text = written(node.args[0], 80)
        return text.endswith(".dataset") or _bare(text) in rows
    if isinstance(node, ast.DictComp):
        return _counts_rows(node.value, known, rows, depth + 1)
    if isinstance(node, ast.Dict):
        return bool(node.values) and all(_counts_rows(one, known, rows, depth + 1) for one in node.values)
    given = known.get(_bare(written(node, 80)), []) if isinstance(node, ast.Name | ast.Subscript) else []
    return bool(given) and depth < 3 and all(_counts_rows(one, known, rows, depth + 1) for one in given)


def _mean_losses(program: Program) -> set[ast.AST]:
    """Calls of losses that give the mean over the batch."""
    found: set[ast.AST] = set()
    other: set[ast.AST] = set()
    for call in program.trace.calls:
        if isinstance(call.result, Data) and call.result.kind == "loss" and call.result.last.endswith("Loss"):
            (found if call.result.form in ("", "mean", "batchmean") else other).add(call.node)
    return found - other


def _is_mean(node: ast.expr, values: Mapping[str, list[ast.expr]], means: set[ast.AST]) -> bool:
    """Whether it is the mean of one batch: `loss.item()` of a loss that is a mean, `hits.float().mean()`."""
    while isinstance(node, ast.Call | ast.Attribute):
        if node in means:
            return True
        inner = node.func if isinstance(node, ast.Call) else node
        name = inner.attr if isinstance(inner, ast.Attribute) else ""
        if isinstance(node, ast.Call) and name == "mean" and not node.args and not node.keywords:
            return True
        if isinstance(node, ast.Call) and written(inner) == "float" and len(node.args) == 1:
            node = node.args[0]
        elif name in ("item", "data", "detach", "cpu", "numpy") and isinstance(inner, ast.Attribute):
            node = inner.value
        else:
            return False
    given = values.get(written(node), []) if isinstance(node, ast.Name) else []
    return bool(given) and all(one in means for one in given)


def _divided(scope: ast.AST) -> Iterator[tuple[ast.AST, str, ast.expr]]:
    """(place, what is divided, by what) of each `total / n`, `100 * total / n` and `total /= n`."""
    for node in own(scope):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node, written(node.target), node.value
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            above = node.left
            if isinstance(above, ast.BinOp) and isinstance(above.op, ast.Mult):
                plain = [one for one in (above.left, above.right) if not isinstance(one, ast.Constant)]
                above = plain[0] if len(plain) == 1 else above
            yield node, written(above), node.right


def _one_row(made: Mapping[str, ast.Call], program: Program) -> bool:
    """Whether some loader gives one row at a time, or none is made here: a mean of one row may be added up."""
    known = settings(program.tree)
    for one in made.values():
        size = argument(one, "batch_size", 1)
        given = known.get(written(size), []) if isinstance(size, ast.Name) else [size] if size is not None else []
        if size is None or any(isinstance(value, ast.Constant) and value.value in (1, None) for value in given):
            return True
    return not made


@rule(
    "METRIC045",
    "batch-means-over-rows",
    "warning",
    "means of batches are added up, and divided by the number of rows",
    remedy="total += loss.item() * len(x) before / len(dataset), or the sum of the means / len(loader)",
    source="PyTorch, CrossEntropyLoss: reduction='mean'; Optimizing Model Parameters: divided by the number of batches",
)
def means_over_rows(program: Program) -> Iterator[Found]:
    """`total += criterion(model(x), y).item()` over a loader, and `total / len(loader.dataset)`."""
    made = _loaders(program)
    if _one_row(made, program) or _SUMS.search(program.text):
        return
    means, rows = _mean_losses(program), _row_counts(made) - set(made)
    for scope in scopes(program):
        known = {**settings(program.tree), **settings(scope)}
        added: dict[str, ast.For] = {}
        whole: set[str] = set()
        for loop, _ in _batches(scope, made):
            for node in ast.walk(loop):
                if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
                    name = written(node.target)
                    added[name] = loop
                    if not _is_mean(node.value, settings(scope), means):
                        whole.add(name)
        for place, name, below in _divided(scope) if added else ():
            if name not in added or name in whole or place.lineno <= (added[name].end_lineno or 0):  # type: ignore[attr-defined]
                continue
            if _counts_rows(below, known, rows):
                yield place, f"{name} adds up the means of batches, and {written(below)} counts rows: far too small"


def _rows_of(text: str, made: Mapping[str, ast.Call]) -> str:
    """The data set of a loader, and in what batches it comes, as text."""
    one = made.get(text)
    given = [argument(one, name, at) for name, at in (("dataset", 0), ("batch_size", 1))] if one is not None else []
    return " ".join(written(part, 80) for part in given if part is not None)


@rule(
    "METRIC046",
    "length-of-other-rows",
    "error",
    "a sum over one loader is divided by the length of other rows",
    remedy="the length of the loader that the loop goes over; with a sampler, len(sampler)",
    source="PyTorch, DataLoader: sampler (the data set stays whole); Islam et al. 2019, API misuse",
)
def other_length(program: Program) -> Iterator[Found]:
    """`for x, y in val_loader: total += ...`, and `total / len(train_loader)`."""
    made = _loaders(program)
    drawn = _sampled(program, made)
    for scope in scopes(program):
        loops = _batches(scope, made)
        for place, name, below in _divided(scope) if loops else ():
            over = _last_sum(scope, loops, name, place)
            text = _length_of(below)
            loader = text.removesuffix(".dataset")
            if not over or not loader or "[" in over + loader:
                continue
            if loader == over:
                if text != loader and over in drawn:
                    yield place, f"{over} gives the rows of its sampler alone, and {written(below)} counts all"
                continue
            same = _rows_of(loader, made) == _rows_of(over, made) != ""
            if not same and _are_two(over, loader, set(made), set(parameters(scope))):
                yield place, f"{name} adds up the batches of {over}, and is divided by {written(below)}"


def _are_two(over: str, loader: str, made: set[str], given: set[str]) -> bool:
    """Whether two names stand for two loaders, and not one for the other."""
    if over.rpartition(".")[2] == loader.rpartition(".")[2]:
        return False
    parts = {part_of(over), part_of(loader)}
    return {over, loader} <= made or {over, loader} <= given or (len(parts) == 2 and "" not in parts)


def _length_of(node: ast.expr) -> str:
    """What `len(...)` counts."""
    plain = isinstance(node, ast.Call) and written(node.func) == "len" and len(node.args) == 1
    return written(node.args[0], 80) if plain and isinstance(node, ast.Call) else ""


def _sampled(program: Program, made: Mapping[str, ast.Call]) -> set[str]:
    """Loaders that draw a part of their data set by a SubsetRandomSampler."""
    samplers = {name for scope in scopes(program) for name, values in settings(scope).items()
                if called(values[-1]) == "SubsetRandomSampler"}  # fmt: skip
    found = {name: argument(one, "sampler") for name, one in made.items()}
    return {name for name, one in found.items()
            if one is not None and (written(one) in samplers or called(one) == "SubsetRandomSampler")}  # fmt: skip


def _last_sum(scope: ast.AST, loops: list[tuple[ast.For, str]], name: str, place: ast.AST) -> str:
    """The only loader whose batches were added up in a name since it was set anew, before a place."""
    line = getattr(place, "lineno", 0)
    anew = [node.lineno for node in own(scope) if isinstance(node, ast.Assign) and node.lineno < line
            and any(name in _bound(one) for one in node.targets)]  # fmt: skip
    since = max(anew, default=0)
    found = {
        over
        for loop, over in loops
        if since <= (loop.end_lineno or 0) < line
        and any(isinstance(one, ast.AugAssign) and written(one.target) == name for one in ast.walk(loop))
    }
    return found.pop() if len(found) == 1 and anew else ""


def _bound(target: ast.expr) -> set[str]:
    return {written(one) for one in (target.elts if isinstance(target, ast.Tuple) else [target])}


@rule(
    "METRIC047",
    "sum-is-the-batch",
    "error",
    "one name holds the sum over the batches and the loss of each",
    remedy="total += loss.item(), with a name of its own for the sum",
    source="PyTorch, Optimizing Model Parameters: test_loss += loss_fn(pred, y).item(); Humbatova et al. 2020",
)
def sum_is_batch(program: Program) -> Iterator[Found]:
    """`loss = 0`, `for x, y in loader: loss = criterion(model(x), y); loss += loss.item()`."""
    told: set[ast.AST] = set()
    for scope in scopes(program):
        starts = {name for name, values in settings(scope).items() if written(values[0]) in ("0", "0.0")}
        for loop in own(scope) if starts else ():
            if not isinstance(loop, ast.For):
                continue
            fresh = {name for one in ast.walk(loop) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)
                     for target in one.targets for name in _bound(target)}  # fmt: skip
            for node in ast.walk(loop):
                if not isinstance(node, ast.AugAssign) or not isinstance(node.op, ast.Add) or node in told:
                    continue
                name = written(node.target)
                itself = written(node.value) in (f"{name}.item()", f"{name}.data", f"{name}.detach().item()", name)
                if itself and name in fresh & starts and _read_after(scope, loop, name):
                    told.add(node)
                    yield node, f"{name} is set anew for each batch: after the loop it is that of the last, twice"


def _read_after(scope: ast.AST, loop: ast.For, name: str) -> bool:
    """Whether a name is read below a loop, and not set anew before that."""
    below = [one for one in own(scope) if isinstance(one, ast.Name) and one.id == name
             and one.lineno > (loop.end_lineno or 0)]  # fmt: skip
    first = min(below, key=lambda one: (one.lineno, isinstance(one.ctx, ast.Store)), default=None)
    return first is not None and isinstance(first.ctx, ast.Load)
