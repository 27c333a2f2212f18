"""TensorFlow: data sets that are shuffled, cached, cut and repeated in the wrong order, or read twice in two orders.

Sources: TensorFlow, tf.data.Dataset (shuffle: reshuffle_each_iteration is True; methods return a new data set; take,
skip, cache), image_dataset_from_directory (shuffle=True); Keras, Model.fit (generators, steps_per_epoch); PyTorch,
DataLoader: shuffle; Yang et al. 2022, overlap leakage.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, root_of, scopes, settings
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_MADE = listed(
    "from_tensor_slices from_generator list_files TFRecordDataset TextLineDataset image_dataset_from_directory"
    " text_dataset_from_directory make_csv_dataset range zip tfds.load from_tensors"
)
_METHODS = listed("shuffle batch map repeat prefetch cache filter take skip padded_batch unbatch shard")
_FOLDERS = frozenset(("image_dataset_from_directory", "text_dataset_from_directory"))


def chain(node: ast.expr | None) -> list[ast.Call]:
    """Calls of `a.b().c()` in the order in which they happen."""
    found: list[ast.Call] = []
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Call):
            found.append(node)
            node = node.func
        else:
            node = node.value
    return found[::-1]


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


class Pipes:
    """Data sets of tf.data that a program makes, and which of them come in another order each time."""

    def __init__(self, program: Program) -> None:
        self.shuffled: dict[str, ast.AST] = {}
        self.made: set[str] = set()
        self.makers = {
            node.name: node for node in program.each(ast.FunctionDef) if _MADE & {called(one) for one in own(node)}
        }
        for scope in scopes(program):
            self._read(scope)

    def _read(self, scope: ast.AST) -> None:
        for node in own(scope):
            if not isinstance(node, ast.Assign) or len(node.targets) != 1:
                continue
            name, value = written(node.targets[0]), node.value
            calls = chain(value)
            names = [called(one) for one in calls]
            root = root_of(value)
            own_maker = next((self.makers[one] for one in names if one in self.makers), None)
            if not (_MADE & set(names) or root in self.made or own_maker is not None):
                continue
            self.made.add(name)
            told_not_to = any(_is_false(argument(one, "shuffle")) for one in calls)
            again = own_maker is not None and _always_shuffles(own_maker) and not told_not_to
            inherited = root in self.shuffled and "cache" not in names
            if again or inherited or any(_shuffles(one) for one in calls):
                self.shuffled[name] = node
            elif name in self.shuffled:
                del self.shuffled[name]


def _shuffles(node: ast.Call) -> bool:
    if called(node) in _FOLDERS:
        told = argument(node, "shuffle")
        return told is None or (isinstance(told, ast.Constant) and told.value is True)
    return called(node) == "shuffle" and not _is_false(argument(node, "reshuffle_each_iteration", 2))


def _always_shuffles(maker: ast.FunctionDef) -> bool:
    """Whether a function gives a shuffled data set whatever it is told."""
    within = {id(one) for node in own(maker) if isinstance(node, ast.If | ast.IfExp) for one in ast.walk(node)}
    return any(
        isinstance(node, ast.Call) and _shuffles(node) and len(node.args) + len(node.keywords) > 0
        for node in own(maker)
        if id(node) not in within
    )


@rule(
    "KERAS065",
    "predicted-in-another-order",
    "error",
    "predictions of a shuffled data set beside labels that are read from it again",
    remedy="shuffle=False (no shuffle()) for rows to be judged on, or take labels and predictions in one loop",
    source="TensorFlow, tf.data.Dataset.shuffle: reshuffle_each_iteration; image_dataset_from_directory: shuffle=True",
)
def another_order(program: Program) -> Iterator[Found]:
    """`model.predict(test_ds)`, and `[y for x, y in test_ds]`, where `test_ds` is shuffled."""
    if "predict" not in program.names or not program.names & _MADE:
        return
    pipes = Pipes(program)
    read = {
        root_of(one.iter): one
        for node in program.nodes
        for one in ([node] if isinstance(node, ast.For) else getattr(node, "generators", []))
        if isinstance(one, ast.For | ast.comprehension) and not _predicts(node)
    }
    for node in program.each(ast.Call):
        if called(node) != "predict" or not node.args:
            continue
        name = written(node.args[0])
        if name in pipes.shuffled and name in read and isinstance(read[name].target, ast.Tuple):
            if name.startswith("train") and any(other.startswith(("test", "val")) for other in pipes.made):
                continue
            yield node, f"{name} is shuffled anew each time it is read: its labels come in another order than these"
            return


def _predicts(node: ast.AST) -> bool:
    return any(called(one) in ("predict", "predict_on_batch", "model", "__call__") for one in ast.walk(node))


@rule(
    "KERAS066",
    "cut-after-shuffling",
    "error",
    "a data set is shuffled anew in each epoch, and then cut into parts",
    remedy="shuffle(n, seed=0, reshuffle_each_iteration=False) before take and skip",
    source="TensorFlow, tf.data.Dataset.shuffle: reshuffle_each_iteration is True; Yang et al. 2022, overlap leakage",
)
def cut_after_shuffling(program: Program) -> Iterator[Found]:
    """`ds = ds.shuffle(1000)`, `train = ds.take(800)`, `val = ds.skip(800)`."""
    if not program.names & _MADE or "skip" not in program.names:
        return
    pipes = Pipes(program)
    taken: dict[str, set[str]] = {}
    places: dict[str, ast.AST] = {}
    for node in program.each(ast.Assign):
        for one in chain(node.value):
            held = one.func.value if isinstance(one.func, ast.Attribute) else None
            name = root_of(held)
            plain = not {called(call) for call in chain(held)} & {"cache", "as_numpy_iterator"}
            if called(one) in ("take", "skip") and name in pipes.shuffled and plain:
                taken.setdefault(name, set()).add(called(one))
                places.setdefault(name, node)
    for name, kinds in taken.items():
        if kinds == {"take", "skip"}:
            yield places[name], f"{name} is shuffled anew each time: rows of one part come into the other"


@rule(
    "KERAS067",
    "pipeline-step-thrown-away",
    "error",
    "what a data set's method gives is thrown away",
    remedy="dataset = dataset.batch(32)",
    source="TensorFlow, tf.data.Dataset: methods return a new data set",
)
def step_thrown_away(program: Program) -> Iterator[Found]:
    """`dataset.shuffle(100)` on a line of its own."""
    made = Pipes(program).made if program.names & _MADE - {"range", "zip"} else set()
    for node in program.nodes:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or called(call) not in _METHODS or not isinstance(call.func, ast.Attribute):
            continue
        if written(call.func.value) in made:
            yield node, f"{written(call)} gives a new data set, and {written(call.func.value)} stays as it is"


@rule(
    "KERAS068",
    "augmentation-is-cached",
    "warning",
    "random changes are kept by cache(), and are the same in every epoch",
    remedy="cache() before the map that changes rows at random",
    source="TensorFlow, Better performance with the tf.data API: cache; Data augmentation",
)
def cached_augmentation(program: Program) -> Iterator[Found]:
    """`dataset.map(augment).cache()`."""
    functions = {node.name: node for node in program.each(ast.FunctionDef)}
    told: set[int] = set()
    for node in program.each(ast.Call):
        if called(node) != "cache" or node.lineno in told:
            continue
        for one in chain(node)[:-1]:
            given = argument(one, "map_func", 0) if called(one) == "map" else None
            body: ast.AST | None = functions.get(given.id) if isinstance(given, ast.Name) else given
            if body is not None and _is_random(body, functions):
                told.add(node.lineno)
                yield (
                    node,
                    f"what {written(given or body)} drew in the first epoch is kept, and given again in every other",
                )
                break


def _is_random(body: ast.AST, functions: dict[str, ast.FunctionDef], depth: int = 0) -> bool:
    for one in ast.walk(body):
        name = called(one)
        if name.startswith(("random_", "stateless_random")) or (name and ".random." in written(one)):
            return True
        other = functions.get(name) if depth < 3 else None
        if other is not None and other is not body and _is_random(other, functions, depth + 1):
            return True
    return False


def _generators(program: Program) -> Iterator[ast.FunctionDef]:
    """Functions that yield."""
    for node in program.each(ast.FunctionDef):
        if any(isinstance(one, ast.Yield) for one in own(node)):
            yield node


@rule(
    "KERAS069",
    "generator-ends",
    "error",
    "a generator of one pass, and several epochs",
    remedy="while True: around the loop of the generator",
    source="Keras, Model.fit: with steps_per_epoch a generator must give steps_per_epoch * epochs batches",
)
def generator_ends(program: Program) -> Iterator[Found]:
    """`def batches(): for i in ...: yield x, y`, and `model.fit(batches(), epochs=20, steps_per_epoch=30)`."""
    ends = {
        node.name
        for node in _generators(program)
        if not any(isinstance(one, ast.While | ast.YieldFrom) or called(one) in ("cycle", "count") for one in own(node))
    }
    for scope in scopes(program):
        known = settings(scope)
        for node in own(scope):
            if not isinstance(node, ast.Call) or called(node) not in ("fit", "fit_generator"):
                continue
            given = argument(node, "x", 0) or argument(node, "generator")
            if isinstance(given, ast.Name):
                given = known[given.id][-1] if given.id in known else None
            epochs = argument(node, "epochs") or argument(node, "nb_epoch")
            once = epochs is None or (isinstance(epochs, ast.Constant) and epochs.value in (0, 1))
            if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id in ends and not once:
                yield node, f"{written(given)} ends after one pass over the rows, and fit asks for more epochs"


@rule(
    "KERAS077",
    "shuffled-in-batches",
    "warning",
    "whole batches are shuffled, and not rows",
    remedy="dataset.shuffle(n).batch(32): the rows first",
    source="TensorFlow, tf.data: Batching and shuffling; Better performance with the tf.data API",
)
def shuffled_in_batches(program: Program) -> Iterator[Found]:
    """`dataset.batch(32).shuffle(1000)`."""
    if not program.names & _MADE or not program.names & {"fit", "GradientTape"}:
        return
    batched = [node for node in program.each(ast.Call) if called(node) in ("batch", "padded_batch")]
    windows = {one for node in batched for one in chain(node) if one is not node}  # batched again after it was shuffled
    for node in program.each(ast.Call):
        if called(node) != "shuffle" or node in windows:
            continue
        names = [called(one) for one in chain(node)][:-1]
        if "batch" in names and "unbatch" not in names and "shuffle" not in names and _MADE & set(names):
            yield node, f"{written(node)} moves batches: the rows of one stay together in every epoch"


@rule(
    "KERAS078",
    "endless-without-steps",
    "error",
    "a generator without end, and fit is not told how long an epoch is",
    remedy="steps_per_epoch=len(X) // batch_size",
    source="Keras, Model.fit: steps_per_epoch must be given for what repeats without end",
)
def endless(program: Program) -> Iterator[Found]:
    """`def batches(): while True: yield x, y`, and `model.fit(batches(), epochs=3)`."""
    forever = {
        node.name
        for node in _generators(program)
        if any(isinstance(one, ast.While) and written(one.test) in ("True", "1") for one in own(node))
        and not any(isinstance(one, ast.Return | ast.Break) for one in own(node))
    }
    for node in program.each(ast.Call):
        if called(node) not in ("fit", "fit_generator"):
            continue
        given = argument(node, "x", 0) or argument(node, "generator")
        told = {one.arg for one in node.keywords} & {"steps_per_epoch", "samples_per_epoch", None}
        if (
            isinstance(given, ast.Call)
            and isinstance(given.func, ast.Name)
            and given.func.id in forever
            and not told
            and len(node.args) < 2
        ):
            yield node, f"{written(given)} never ends, and neither does the first epoch"


@rule(
    "KERAS079",
    "pipeline-and-validation-split",
    "error",
    "validation_split of a data set or generator",
    remedy="take() and skip() before batch(), and validation_data=",
    source="Keras, Model.fit: validation_split is for arrays alone",
)
def split_of_pipeline(program: Program) -> Iterator[Found]:
    """`model.fit(dataset, validation_split=0.2)`."""
    asked = [node for node in program.each(ast.Call) if called(node) == "fit"]
    asked = [node for node in asked if argument(node, "validation_split") is not None and node.args]
    made = Pipes(program).made if asked and program.names & _MADE else set()
    for node in asked:
        if written(node.args[0]) in made or called(node.args[0]) in ("flow", "flow_from_directory"):
            yield node, f"{written(node.args[0])} gives batches: validation_split needs arrays"


@rule(
    "TORCH264",
    "loader-in-another-order",
    "error",
    "predictions of a shuffled loader beside labels in the order of the table",
    remedy="shuffle=False for the loader of the test rows, or collect the labels from it in the same loop",
    source="PyTorch, torch.utils.data.DataLoader: shuffle; Keras, flow_from_directory: shuffle",
)
def loader_order(program: Program) -> Iterator[Found]:
    """`for x, _ in DataLoader(test, shuffle=True): preds.append(...)`, and `accuracy_score(y_test, preds)`."""
    shuffled = {
        name
        for scope in scopes(program)
        for name, values in settings(scope).items()
        for one in values
        if isinstance(one, ast.Call) and called(one) == "DataLoader"
        for told in [argument(one, "shuffle", 2)]
        if isinstance(told, ast.Constant) and told.value is True
    }
    for scope in scopes(program):
        for loop in own(scope):
            over = root_of(loop.iter) if isinstance(loop, ast.For) else ""
            if isinstance(loop, ast.For) and called(loop.iter) in ("tqdm", "enumerate") and loop.iter.args:  # type: ignore[attr-defined]
                over = root_of(loop.iter.args[0])  # type: ignore[attr-defined]
            if over not in shuffled or not isinstance(loop, ast.For):
                continue
            kept = {
                written(one.func.value): one
                for child in loop.body
                for one in ast.walk(child)
                if isinstance(one, ast.Call)
                and called(one) in ("append", "extend")
                and isinstance(one.func, ast.Attribute)
            }
            drawn = names_in(loop.target)
            labels = [name for name, one in kept.items() if names_in(one) & drawn and not _uses_model(one)]
            guesses = [name for name in kept if name.lower().startswith(("pred", "y_pred", "yhat", "y_hat", "guess"))]
            if labels or not guesses:
                continue
            for node in own(scope):
                read = names_in(node) if isinstance(node, ast.Call) and "score" in called(node) else set()
                outer = {
                    name for name in read if name.lower().startswith(("y_te", "y_val", "test_y", "y_true", "labels"))
                }
                if read & set(guesses) and outer:
                    yield node, f"{guesses[0]} come in the order of {over}, which is shuffled, and {min(outer)} do not"
                    return


def _uses_model(node: ast.Call) -> bool:
    return any(isinstance(one, ast.Call) and called(one) in ("model", "net", "argmax", "max") for one in ast.walk(node))
