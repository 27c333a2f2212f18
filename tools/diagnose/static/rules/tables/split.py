"""How rows are split: by chance where time or groups count, in the wrong order, without a seed.

Sources: scikit-learn's documentation of its splitters and "Common pitfalls: controlling randomness"; Yang et al. 2022.
"""

import ast
import itertools
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import fits, is_metric, is_model
from mlpilot.tools.diagnose.static.libraries import estimators, frames
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import part_of, role_of
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, is_none, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Rows, Seq, apart, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_CV = "scikit-learn, Cross-validation iterators"


def _splits(program: Program) -> Iterator[Call]:
    return program.trace.of("train_test_split")


@rule(
    "SPLIT001",
    "unseeded-split",
    "note",
    "a random split without a seed",
    remedy="give random_state a number, so that the score can be had again",
    source="scikit-learn, Common pitfalls: controlling randomness",
)
def unseeded(program: Program) -> Iterator[Found]:
    """`train_test_split(X, y)`; told once for a file."""
    if program.names & {"manual_seed", "set_random_seed", "set_seed", "seed_everything"}:
        return
    seeded = any(True for call in program.trace.of("seed") if "random" in call.path)
    for call in _splits(program):
        if not seeded and is_none(call.get("random_state")) and constant(call.get("shuffle")) is not False:
            yield call.node, "train_test_split without random_state: each run has other rows in the test part"
            return


@rule(
    "SPLIT002",
    "time-series-shuffled",
    "warning",
    "a time series split at random",
    remedy="split by time: shuffle=False, TimeSeriesSplit, or everything before a date for training",
    source="scikit-learn, Cross-validation of time series data; Kapoor and Narayanan 2023, temporal leakage",
)
def shuffled_time(program: Program) -> Iterator[Found]:
    """Lags, rolling windows or rows sorted by date, and then a random split."""
    for call in _splits(program):
        given = [one for value in call.args for one in frames.gathered(value)]
        if any("temporal" in one.flags for one in given) and constant(call.get("shuffle")) is not False:
            yield (
                call.node,
                f"{call.text(0)} is in order of time, and is split at random: the model is trained on the future",
            )
            return
    for call in program.trace.of(*estimators.CROSS, "fit", "split"):
        data, folds = _crossed(call)
        if data is None or "temporal" not in data.flags or not isinstance(folds, Instance):
            continue
        shuffles = (
            folds.name in ("ShuffleSplit", "StratifiedShuffleSplit") or constant(folds.argument("shuffle")) is True
        )
        if shuffles and folds.name in estimators.FOLDS and "Group" not in folds.name:
            yield call.node, f"rows in order of time are shuffled by {folds.name}: the model is trained on the future"
            return


def _crossed(call: Call) -> tuple[Data | None, object]:
    if call.name in estimators.CROSS:
        return as_data(call.get("X", 1)), call.get("cv")
    if call.name == "split" and isinstance(call.receiver, Instance):
        return as_data(call.get("X", 0)), call.receiver
    if call.name == "fit" and isinstance(call.receiver, Instance) and call.receiver.name in estimators.SEARCHES:
        return as_data(call.get("X", 0)), call.receiver.argument("cv")
    return None, None


@rule(
    "SPLIT003",
    "split-unpacked-wrongly",
    "error",
    "parts of a split in the wrong order",
    remedy="X_train, X_test, y_train, y_test = train_test_split(X, y)",
    source="scikit-learn, train_test_split: returns the parts of each input in turn",
)
def unpacked_wrongly(program: Program) -> Iterator[Found]:
    """`X_train, y_train, X_test, y_test = train_test_split(X, y)`."""
    for target, value, _ in program.trace.unpacked:
        if not isinstance(target, ast.Tuple | ast.List) or not isinstance(value, ast.Call):
            continue
        called = value.func.id if isinstance(value.func, ast.Name) else getattr(value.func, "attr", "")
        names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
        if called == "train_test_split" and not any(
            isinstance(one, ast.Starred) for one in (*value.args, *target.elts)
        ):
            arrays = len(value.args)
            if arrays and len(names) != 2 * arrays:
                text = f"{len(names)} names for the {2 * arrays} parts that train_test_split gives for {arrays} inputs"
                yield target, text
            elif arrays and (
                wrong := _wrong_order(
                    names, [role_of(one.id) if isinstance(one, ast.Name) else "" for one in value.args]
                )
            ):
                yield target, wrong
    for node in program.each(ast.For):
        if isinstance(node.iter, ast.Call) and getattr(node.iter.func, "attr", "") == "split":
            names = [one.id for one in getattr(node.target, "elts", []) if isinstance(one, ast.Name)]
            if len(names) == 2 and part_of(names[0]) == "test" and part_of(names[1]) == "train":
                yield node.target, f"split gives the training rows first, and they are called {names[0]}"


def _wrong_order(names: list[str], roles: list[str]) -> str:
    parts = [part_of(name) for name in names]
    expected = ["train", "test"] * (len(names) // 2)
    alike = ["test" if one == "validation" else one for one in parts]
    if not all(parts):
        return ""
    if alike != expected and sorted(alike) == sorted(expected):
        wrong = next(name for name, one, due in zip(names, alike, expected, strict=True) if one != due)
        return f"train_test_split gives train and test of each input in turn, and {wrong} gets the other part"
    for i, role in enumerate(roles):
        mine = {role_of(name) for name in names[2 * i : 2 * i + 2]}
        if role and len(mine) == 1 and (other := mine.pop()) and other != role:
            return f"{names[2 * i]} and {names[2 * i + 1]} get the parts of the other input"
    return ""


@rule(
    "SPLIT004",
    "load-unpacked-wrongly",
    "error",
    "parts of a data set in the wrong order",
    remedy="(x_train, y_train), (x_test, y_test) = load_data()",
    source="Keras, documentation of its data sets",
)
def loaded_wrongly(program: Program) -> Iterator[Found]:
    """`(x_train, x_test), (y_train, y_test) = mnist.load_data()`."""
    for target, value, _ in program.trace.unpacked:
        if not isinstance(value, ast.Call) or getattr(value.func, "attr", "") != "load_data":
            continue
        pairs = [
            one for one in getattr(target, "elts", []) if isinstance(one, ast.Tuple | ast.List) and len(one.elts) == 2
        ]
        parts = [[part_of(one.id) if isinstance(one, ast.Name) else "" for one in pair.elts] for pair in pairs]
        if len(parts) == 2 and all(one[0] and one[1] and one[0] != one[1] for one in parts):
            yield target, "load_data gives (x, y) of the training part, then (x, y) of the test part"


@rule(
    "SPLIT005",
    "sorted-rows-in-folds",
    "warning",
    "folds of rows that are sorted by class",
    remedy="KFold(shuffle=True, random_state=0), or StratifiedKFold",
    source=_CV,
)
def sorted_folds(program: Program) -> Iterator[Found]:
    """`KFold()` without shuffling, on iris or wine."""
    for call in program.trace.of(*estimators.CROSS, "split", "fit"):
        data, folds = _crossed(call)
        if data is None or not isinstance(folds, Instance) or folds.name != "KFold" or "shuffled" in data.flags:
            continue
        if (
            data.dataset in ("iris", "wine")
            and constant(folds.argument("shuffle", 1)) is not True
            and not _is_split(data.rows)
        ):
            yield (
                call.node,
                f"the rows of {data.dataset} are sorted by class, and KFold does not shuffle: folds lack classes",
            )


def _is_split(rows: Rows) -> bool:
    return any(len(row) > 1 for row in rows)


@rule(
    "SPLIT006",
    "features-and-labels-differ",
    "error",
    "features and labels of different rows",
    remedy="split X and y in one call, and keep their parts together",
    source="scikit-learn, train_test_split",
)
def misaligned(program: Program) -> Iterator[Found]:
    """`model.fit(X_train, y_test)`, `accuracy_score(y_train, model.predict(X_test))`."""
    for call, model, X, y_value in fits(program):
        y = as_data(y_value)
        if X is not None and y is not None and is_model(model) and _differ(X, y):
            yield call.node, f"{call.text(0, 'X')} and {call.text(1, 'y')} are of different rows"
    for call in program.trace.calls:
        if call.name in ("score", "evaluate") and is_model(call.receiver):
            first, second = as_data(call.get("X", 0) or call.get("x")), as_data(call.get("y", 1))
        elif is_metric(call):
            first, second = as_data(call.get("y_true", 0)), as_data(call.get("y_pred", 1) or call.get("y_score"))
        else:
            continue
        if first is not None and second is not None and _differ(first, second):
            yield call.node, f"{call.text(0)} and {call.text(1)} are of different rows"


def _differ(one: Data, other: Data) -> bool:
    if "mixed" in one.flags | other.flags or len(one.rows) != 1 or len(other.rows) != 1:
        return False
    (here,), (there,) = one.rows, other.rows
    first = next(((mine, theirs) for mine, theirs in zip(here, there, strict=False) if mine != theirs), (here[0],))
    return apart(one.rows, other.rows) and all(step[0] == "split" for step in (here[-1], there[-1], *first))


@rule(
    "SPLIT007",
    "shuffled-apart",
    "error",
    "features and labels shuffled each by itself",
    remedy="shuffle both by one permutation: sklearn.utils.shuffle(X, y)",
    source="numpy, random.shuffle",
)
def shuffled_apart(program: Program) -> Iterator[Found]:
    """`np.random.shuffle(X); np.random.shuffle(y)`, with no seed set between."""
    calls = [call for call in program.trace.of("shuffle") if call.args and _by_chance(call)]
    seeds = [call.order for call in program.trace.of("seed", "set_state", "RandomState", "default_rng")]
    for one, other in itertools.pairwise(calls):
        roles = {role_of(one.text(0)), role_of(other.text(0))}
        if roles == {"X", "y"} and one.on() == other.on() and not any(one.order < at < other.order for at in seeds):
            yield other.node, f"{one.text(0)} and {other.text(0)} are shuffled each by itself: rows lose their labels"
    moved = [(node, *_moved(node)) for node in program.each(ast.Assign)]
    found = [(node, role_of(name), how) for node, name, how in moved if how and role_of(name)]
    for (_, role, how), (node, other_role, other_how) in itertools.pairwise(found):
        repeated = how == other_how and ("seed" in how or "state" in how)
        if {role, other_role} == {"X", "y"} and not repeated and len(seeds) < 2:
            yield node, "features and labels are put in an order of their own each: rows lose their labels"


def _by_chance(call: Call) -> bool:
    """Whether it is numpy's or Python's shuffle, of the module or of one generator."""
    made = call.receiver
    return "random" in call.path or (isinstance(made, Instance) and made.path == "numpy.random.Generator")


def _moved(node: ast.Assign) -> tuple[str, str]:
    """(name, how) of `X = X.sample(frac=1)`, `X = rng.permutation(X)`, `X = X[rng.permutation(len(X))]`."""
    target, value = node.targets[0], node.value
    name = target.id if isinstance(target, ast.Name) else ""
    indexed = isinstance(value, ast.Subscript) and written(value.value) == name
    call = value.slice if indexed else value  # type: ignore[attr-defined]
    if not name or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return "", ""
    mine = name in {one.id for one in ast.walk(call) if isinstance(one, ast.Name)}
    seed = " ".join(written(one) for one in call.keywords)
    sampled = call.func.attr == "sample" and written(call.func.value) == name and "frac=1" in seed.replace("1.0", "1")
    permuted = call.func.attr == "permutation" and bool(call.args) and written(call.args[0]) in (name, f"len({name})")
    kept = "seed" in written(call.func, 200) or "State" in written(call.func, 200)  # a generator made for this call
    return (name, f"{written(call.func.value) if kept else ''} {seed}") if mine and (sampled or permuted) else ("", "")


@rule(
    "SPLIT008",
    "seed-without-shuffle",
    "error",
    "a seed for folds that are not shuffled",
    remedy="add shuffle=True, or leave random_state out",
    source=_CV + " (a ValueError since 0.24)",
)
def seed_without_shuffle(program: Program) -> Iterator[Found]:
    """`KFold(5, random_state=0)`."""
    for one in program.trace.instances:
        if (
            one.name in ("KFold", "StratifiedKFold", "StratifiedGroupKFold")
            and one.library == "sklearn"
            and constant(one.argument("random_state")) is not None
            and not one.argument("shuffle", 1)
        ):
            yield one.node, f"{one.name} with random_state and without shuffle=True is an error"


_GROUPS = listed("patient_id patientid subject_id subject patient speaker_id speaker session_id participant_id")


@rule(
    "SPLIT009",
    "groups-ignored",
    "warning",
    "rows of one group on both sides of the split",
    remedy="GroupKFold, GroupShuffleSplit or StratifiedGroupKFold with groups=",
    source="scikit-learn, Cross-validation iterators for grouped data; Kapoor and Narayanan 2023, non-independence",
)
def groups_ignored(program: Program) -> Iterator[Found]:
    """A `groups` array that is made and never given to a splitter; a column of patients."""
    made = {
        node.id: node
        for node in program.each(ast.Name)
        if isinstance(node.ctx, ast.Store) and node.id in ("groups", "group_ids", "patient_ids")
    }
    read = {node.id for node in program.each(ast.Name) if isinstance(node.ctx, ast.Load)}
    splits = [*_splits(program), *program.trace.of(*estimators.CROSS)]
    unused = sorted(set(made) - read)
    if splits and unused and "Group" not in " ".join(program.names):
        yield splits[0].node, f"{unused[0]} is made and never used: rows of one group are on both sides of this split"
        return
    columns = {
        str(node.value)
        for node in program.each(ast.Constant)
        if isinstance(node.value, str) and node.value.lower() in _GROUPS
    }
    grouped = any("roup" in name for name in program.names) or any(
        node.arg == "groups" for node in program.each(ast.keyword)
    )
    if splits and columns and not grouped and "unique" not in program.names and "drop_duplicates" not in program.names:
        yield splits[0].node, f"rows that share a {sorted(columns)[0]} may be on both sides of this split"


@rule(
    "SPLIT010",
    "test-share",
    "warning",
    "a share of test rows that cannot be meant",
    remedy="a share between 0 and 1, or a whole number of rows",
    source="scikit-learn, train_test_split",
)
def odd_share(program: Program) -> Iterator[Found]:
    """`test_size=0.8`, `test_size=20.0`."""
    for call in _splits(program):
        share = constant(call.get("test_size"))
        if isinstance(share, float) and (share >= 1 or share <= 0):
            yield call.node, f"test_size={share} is no share between 0 and 1"
        elif share is not None and isinstance(share, int) and not isinstance(share, bool) and share == 1:
            yield call.node, "test_size=1 is one row, not all of them"


@rule(
    "SPLIT012",
    "little-left-for-training",
    "note",
    "most rows are kept for the test",
    remedy="test_size=0.2",
    source="scikit-learn, train_test_split",
)
def little_left(program: Program) -> Iterator[Found]:
    """`test_size=0.8`."""
    for call in _splits(program):
        share = constant(call.get("test_size"))
        if isinstance(share, float) and 0.75 < share < 1:
            yield call.node, f"test_size={share} keeps less than a quarter of the rows for training"


@rule(
    "SPLIT011",
    "shared-permutation-missing",
    "error",
    "features and labels split by different calls",
    remedy="X_train, X_test, y_train, y_test = train_test_split(X, y), in one call",
    source="scikit-learn, train_test_split",
)
def split_twice(program: Program) -> Iterator[Found]:
    """`X_train, X_test = train_test_split(X)`, and another call for y."""
    for call, model, X, y_value in fits(program):
        y = as_data(y_value)
        if X is None or y is None or not is_model(model) or len(X.rows) != 1 or len(y.rows) != 1:
            continue
        one, other = next(iter(X.rows)), next(iter(y.rows))
        same = len(one) == len(other) and one[:-1] == other[:-1] and one[-1][0] == other[-1][0] == "split"
        if (
            same
            and one[-1][1] != other[-1][1]
            and "mixed" not in X.flags | y.flags
            and isinstance(one[-1][1], int | tuple)
        ):
            yield (
                call.node,
                f"{call.text(0, 'X')} and {call.text(1, 'y')} come from different splits: rows lose their labels",
            )


def parts_of(call: Call) -> list[Data]:
    """Data of all parts that a split gives."""
    return [one for one in (call.result.items if isinstance(call.result, Seq) else []) if isinstance(one, Data)]
