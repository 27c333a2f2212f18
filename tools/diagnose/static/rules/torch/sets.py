"""PyTorch: data sets that change their own rows, parts that share what they should not, iterators that are used up.

Sources: PyTorch, torch.utils.data (Dataset, Subset, samplers, DistributedSampler: set_epoch), Tensor views,
pack_padded_sequence; numpy, Copies and views; Python, Glossary: iterator; Yang et al. 2022, overlap leakage.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, classes, methods, own, parameters, scopes, settings
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_LABEL = re.compile(r"label|target|^y$|^t$|index|idx|^i$|count|len|class|path|file|name|id$", re.IGNORECASE)
_SAME = frozenset(("squeeze", "unsqueeze", "view", "reshape", "permute", "transpose", "detach", "flatten"))
_COPIES = frozenset(("add_", "sub_", "mul_", "div_", "clamp_", "normal_", "copy_", "fill_", "zero_", "sub_", "clip_"))


def _kept_row(node: ast.expr, index: str) -> str:
    """`self.images` of `self.images[i]` and of views of it; nothing where it is a copy, or something else."""
    while True:
        if isinstance(node, ast.Call) and called(node) in _SAME and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif isinstance(node, ast.Call) and called(node) in ("from_numpy", "asarray", "as_tensor") and node.args:
            node = node.args[0]
        else:
            break
    row = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and names_in(node.slice) == {index}
    whole = row and isinstance(node.slice, ast.Name | ast.Tuple)  # type: ignore[attr-defined]
    if whole and written(node.value).startswith("self."):  # type: ignore[attr-defined]
        return written(node.value)  # type: ignore[attr-defined]
    return ""


def _arrays(home: ast.ClassDef) -> set[str]:
    """Attributes that hold one array or tensor, and not a list of pictures or names."""
    found: dict[str, bool] = {}
    for method in methods(home).values():
        for name, values in settings(method).items():
            for one in values:
                lists = isinstance(one, ast.List | ast.ListComp | ast.Dict) or called(one) in ("list", "sorted", "glob")
                found[name] = found.get(name, True) and not lists
    return {name for name, whole in found.items() if whole}


@rule(
    "TORCH258",
    "data-set-changes-its-rows",
    "error",
    "a data set changes the rows that it keeps",
    remedy="image = self.images[i].clone() (copy() in numpy), or image = image + noise",
    source="PyTorch, Tensor views; numpy, Copies and views: indexing with a number gives a view",
)
def changes_its_rows(program: Program) -> Iterator[Found]:
    """`image = self.images[i]`, and `image += noise` in `__getitem__`."""
    for home in classes(program):
        method = methods(home).get("__getitem__")
        if method is None or len(method.args.args) < 2:
            continue
        index, arrays = method.args.args[1].arg, _arrays(home)
        views: dict[str, str] = {}
        for node in own(method):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                views[node.targets[0].id] = _kept_row(node.value, index) or (
                    views.get(written(node.value), "") if isinstance(node.value, ast.Name) else ""
                )
            target, source = _changed(node), ""
            if isinstance(target, ast.Name) and not _LABEL.search(target.id):
                source = views.get(target.id, "")
            elif target is not None:
                source = _kept_row(target, index)
            if source in arrays and not _LABEL.search(source.removeprefix("self.")):
                yield (
                    node,
                    f"{written(target or node)} is a view of {source}: the rows themselves change, more in every epoch",
                )
                break


def _changed(node: ast.AST) -> ast.expr | None:
    """What a statement changes in place."""
    if isinstance(node, ast.AugAssign):
        return node.target
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        place = node.targets[0]
        return place.value if isinstance(place.value, ast.Name) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _COPIES:
        return node.func.value
    return None


@rule(
    "TORCH259",
    "packed-unsorted",
    "error",
    "sequences are packed, and nothing sorts them by length",
    remedy="pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)",
    source="PyTorch, pack_padded_sequence: enforce_sorted=True wants decreasing lengths",
)
def packed_unsorted(program: Program) -> Iterator[Found]:
    """`pack_padded_sequence(x, lengths, batch_first=True)`, and lengths in any order."""
    if program.names & {"sort", "sorted", "argsort", "topk", "BucketIterator", "sort_key", "sort_within_batch"}:
        return
    made = program.names & {"DataLoader", "pad_sequence", "collate_fn"}
    for node in program.each(ast.Call):
        if called(node) != "pack_padded_sequence" or not made:
            continue
        if argument(node, "enforce_sorted", 3) is None and not _of_equal(argument(node, "lengths", 1)):
            yield node, "lengths of a batch come in any order, and it takes them sorted unless it is told otherwise"


def _of_equal(node: ast.expr | None) -> bool:
    """Whether lengths are written as one number for each row: `[T] * n`."""
    return isinstance(node, ast.BinOp) or called(node) in ("full", "ones") or isinstance(node, ast.List)


@rule(
    "TORCH260",
    "parts-share-rows",
    "error",
    "the rows of the validation part are among those of the training part",
    remedy="train, val = indices[n_val:], indices[:n_val]",
    source="PyTorch, SubsetRandomSampler and Subset; Yang et al. 2022, overlap leakage",
)
def parts_share_rows(program: Program) -> Iterator[Found]:
    """`SubsetRandomSampler(indices)` for training, `SubsetRandomSampler(indices[:n])` for validation."""
    for scope in scopes(program):
        known = settings(scope)
        made: list[tuple[ast.Call, str, str, str]] = []
        for node in own(scope):
            if not isinstance(node, ast.Call) or called(node) not in ("SubsetRandomSampler", "Subset"):
                continue
            of = argument(node, "dataset", 0) if called(node) == "Subset" else None
            given = argument(node, "indices", 1 if called(node) == "Subset" else 0)
            made.append((node, written(of) if of is not None else "", *_stretch(given, known)))
        for here, (node, whole, base, bounds) in enumerate(made):
            for _, other_of, other, rest in made[:here]:
                if base and (whole, base) == (other_of, other) and _overlap(bounds, rest) and not _folded(program):
                    yield node, f"{base}{bounds} and {base}{rest} share rows: what is judged on was trained on"
                    break


def _folded(program: Program) -> bool:
    return bool(program.names & {"KFold", "StratifiedKFold", "deepcopy", "cycle", "learning_curve"})


def _stretch(node: ast.expr | None, known: dict[str, list[ast.expr]], depth: int = 0) -> tuple[str, str]:
    """(the list, the stretch of it as written): `indices` and `[:n]`."""
    if isinstance(node, ast.Call) and called(node) in ("list", "tuple", "array", "tolist") and depth < 4:
        inner = node.func.value if called(node) == "tolist" else node.args[0] if node.args else None  # type: ignore[attr-defined]
        return _stretch(inner, known, depth + 1)
    if isinstance(node, ast.Name):
        given = known.get(node.id, [])
        plain = len(given) == 1 and isinstance(given[0], ast.Name | ast.Subscript) and depth < 4
        return _stretch(given[0], known, depth + 1) if plain else (node.id, "")
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Slice):
        base, outer = _stretch(node.value, known, depth + 1)
        return (base, f"[{written(node.slice)}]") if not outer and node.slice.step is None else ("", "")
    if called(node) == "range" and isinstance(node, ast.Call):
        ends = [written(one) for one in node.args]
        if len(ends) <= 2:
            return "rows ", f"[:{ends[0]}]" if len(ends) == 1 else f"[{ends[0]}:{ends[1]}]"
    return "", ""


def _overlap(one: str, other: str) -> bool:
    """Whether two stretches of one list, as written, have rows in common for certain."""
    if not one or not other:
        return one != other  # the whole list, and a part of it
    (a, b), (c, d) = ([part.strip() for part in text[1:-1].split(":")] for text in (one, other))
    if (a, b) == (c, d):
        return False  # the same rows twice may be two views of them: transforms for training and for looking
    return (a in ("", "0") and c in ("", "0")) or (b == d == "")


@rule(
    "TORCH261",
    "iterator-used-up",
    "error",
    "an iterator is used up in the first epoch",
    remedy="make it anew within the loop, or keep a list of it",
    source="Python, Glossary: iterator; PyTorch, DataLoader: iter(loader) goes once over the rows",
)
def iterator_used_up(program: Program) -> Iterator[Found]:
    """`batches = zip(xs, ys)`, and `for epoch in range(10): for x, y in batches: ...`."""
    own_generators = {
        node.name
        for node in program.each(ast.FunctionDef)
        if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in own(node))
        and not any(isinstance(one, ast.While) for one in own(node))
        and not node.decorator_list
    }
    for scope in scopes(program):
        known = settings(scope)
        once = {name for name, values in known.items() if len(values) == 1 and _is_iterator(values[0], own_generators)}
        for outer in own(scope):
            if not isinstance(outer, ast.For) or not _repeats(outer):
                continue
            inside = set(ast.walk(outer))
            for inner in inside:
                name = _looped(inner)
                if inner is not outer and name in once and known[name][0] not in inside and not _leaves(inner, outer):
                    yield (
                        inner,
                        f"{name} is empty after the first {written(outer.target)}: later ones learn from nothing",
                    )


def _is_iterator(node: ast.expr, generators: set[str]) -> bool:
    if isinstance(node, ast.GeneratorExp):
        return True
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    return node.func.id in {"zip", "map", "filter", "enumerate", "iter", "reversed"} | generators


def _repeats(loop: ast.For) -> bool:
    """Whether a loop counts epochs or runs."""
    return isinstance(loop.iter, ast.Call) and called(loop.iter) in ("range", "trange", "tqdm", "count")


def _looped(node: ast.AST) -> str:
    """The name of what a `for` goes over."""
    if not isinstance(node, ast.For):
        return ""
    over = node.iter
    if isinstance(over, ast.Call) and called(over) in ("enumerate", "tqdm") and over.args:
        over = over.args[0]
    return over.id if isinstance(over, ast.Name) else ""


def _leaves(inner: ast.AST, outer: ast.For) -> bool:
    """Whether the loops end together, so that there is no second turn."""
    del inner
    return any(isinstance(one, ast.Break | ast.Return) for one in outer.body)


@rule(
    "TORCH262",
    "parts-share-a-transform",
    "warning",
    "the transform of one part is set for all of them",
    remedy="two data sets with their own transforms, and Subset of each with its rows",
    source="PyTorch, random_split and Subset: .dataset is the whole data set",
)
def shared_transform(program: Program) -> Iterator[Found]:
    """`train, val = random_split(data, ...)`, and `val.dataset.transform = plain`."""
    copied = program.names & {"copy", "deepcopy"}
    split = any(called(node) in ("random_split", "Subset") for node in program.each(ast.Call))
    for node in program.nodes:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Attribute) or copied or not split:
            continue
        if target.attr in ("transform", "transforms") and target.value.attr == "dataset":
            yield node, f"{written(target.value)} is the whole data set: the other parts get this transform, too"


@rule(
    "TORCH263",
    "same-order-in-every-epoch",
    "warning",
    "a distributed sampler is not told the epoch",
    remedy="sampler.set_epoch(epoch) at the start of each epoch",
    source="PyTorch, DistributedSampler: without set_epoch the same order is used in every epoch",
)
def epoch_not_told(program: Program) -> Iterator[Found]:
    """`sampler = DistributedSampler(data)`, and a loop over epochs without `sampler.set_epoch(epoch)`."""
    epochs = any(re.search("epoch", written(node.target)) for node in program.each(ast.For))
    if "set_epoch" in program.names or not epochs or program.names & {"Trainer", "LightningModule", "Accelerator"}:
        return
    for node in program.each(ast.Call):
        if called(node) == "DistributedSampler":
            told = argument(node, "shuffle", 3)
            if not (isinstance(told, ast.Constant) and told.value is False):
                yield node, "without set_epoch it gives the rows in the same order in every epoch"
                return


@rule(
    "TORCH315",
    "length-of-the-wrong-axis",
    "error",
    "a data set counts its columns for its rows",
    remedy="return len(self.X)",
    source="PyTorch, Writing Custom Datasets: __len__ returns the number of samples",
)
def counted_columns(program: Program) -> Iterator[Found]:
    """`def __len__(self): return self.X.shape[1]`, and `self.X[i]` in `__getitem__`."""
    for home in classes(program):
        known = methods(home)
        if "__len__" not in known or "__getitem__" not in known:
            continue
        index = parameters(known["__getitem__"])[-1]
        for node in own(known["__len__"]):
            said = re.match(r"(self\.\w+)\.(shape\[1\]|size\(1\))$", written(node.value)) if _returns(node) else None  # type: ignore[attr-defined]
            rows = said and any(written(one) == f"{said[1]}[{index}]" for one in own(known["__getitem__"]))
            if said and rows:
                yield node, f"{said[1]} holds one row for each {index}, and its columns are counted"


def _returns(node: ast.AST) -> bool:
    return isinstance(node, ast.Return) and node.value is not None


@rule(
    "TORCH316",
    "label-of-another-row",
    "error",
    "a data set gives a row and the label of another",
    remedy="return self.X[i], self.y[i]",
    source="PyTorch, Writing Custom Datasets; Humbatova et al. 2020, training data: wrong labels",
)
def label_of_another(program: Program) -> Iterator[Found]:
    """`return self.X[i], self.y[j]` with `j = random.randint(...)`; `self.X[i], self.y[i - 1]`."""
    for home in classes(program):
        body = methods(home).get("__getitem__")
        index = parameters(body)[-1] if body is not None else ""
        drawn = {
            name
            for name, values in (settings(body) if body is not None else {}).items()
            if any(re.search(r"rand|choice", written(one, 80)) for one in values)
        }
        for node in own(body) if body is not None else ():
            pair = node.value.elts if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) else []
            if len(pair) != 2 or not all(isinstance(one, ast.Subscript) for one in pair):
                continue
            (one, at), (other, where) = ((written(side.value), written(side.slice)) for side in pair)  # type: ignore[attr-defined]
            labels = one != other and role_of(other) == "y" and role_of(one) != "y"
            if labels and at == index and (where in drawn or where == f"{index} - 1"):
                yield node, f"{one}[{at}] comes with {other}[{where}], the label of another row"
