"""Rows that are judged are not prepared as those that were learnt from: statistics, pixels, generators.

Sources: scikit-learn, Common pitfalls (inconsistent preprocessing); torchvision, ToTensor (divides bytes by 255, and
floats not) and MNIST.data (the bytes, before any transform); Keras, ImageDataGenerator.fit and Normalization.adapt.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, classes, held_by, methods, own, scopes
from mlpilot.tools.diagnose.static.reading.naming import part_of, role_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Data, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_STATISTICS = frozenset(("mean", "std", "min", "max", "nanmean", "nanstd", "amin", "amax", "median", "ptp"))
_MODULES = ("np", "numpy", "torch", "tf", "jnp", "K")


@rule(
    "KERAS093",
    "statistics-of-scaled-rows",
    "error",
    "the test part is scaled by statistics of a training part that was scaled before",
    remedy="mean, std = X_train.mean(axis=0), X_train.std(axis=0) first; then scale both parts by these",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing; Keras, Normalization",
)
def statistics_of_scaled(program: Program) -> Iterator[Found]:
    """`train = (train - train.mean()) / train.std()`, and then `test = (test - train.mean()) / train.std()`."""
    for scope in scopes(program):
        scaled: set[str] = set()
        for node in own(scope):
            if not isinstance(node, ast.Assign | ast.AugAssign):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name, asked = written(target), _asked(node.value)
            late = sorted(
                one for one in asked & scaled - {name} if _part_in(one) == "train" or _part_in(name) in _JUDGED
            )
            late = late if isinstance(node, ast.AugAssign) or _shifts(node.value) else []
            itself = isinstance(node, ast.AugAssign) or name in {written(one) for one in ast.walk(node.value)}
            if late and itself:
                text = f"{late[0]} was scaled by its own statistics before: they are now 0 and 1 (or alike)"
                yield node, f"{text}, and {name} stays as it is"
                return
            if name in asked and isinstance(node.value, ast.BinOp | ast.Call) and not _fills(node.value):
                scaled.add(name)
            elif isinstance(node, ast.Assign):
                scaled.discard(name)


_JUDGED = ("test", "validation")


def _part_in(text: str) -> str:
    return next((part for word in re.findall(r"\w+", text) if (part := part_of(word))), "")


def _shifts(node: ast.expr) -> bool:
    """Whether a statistic is taken off, or divided by."""
    return any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub | ast.Div) and _asked(one.right)
               for one in ast.walk(node))  # fmt: skip


def _asked(node: ast.expr) -> set[str]:
    """What is asked for its mean, its spread or its ends, as written: `x` of `x.mean(axis=0)` and of `np.std(x)`."""
    found: set[str] = set()
    for one in ast.walk(node):
        if called(one) not in _STATISTICS or not isinstance(one, ast.Call):
            continue
        owner = held_by(one)
        if owner is not None and written(owner) not in _MODULES:
            found.add(written(owner))
        elif one.args:
            found.add(written(one.args[0]))
    return found


def _fills(node: ast.expr) -> bool:
    """Whether it fills gaps, or cuts off what is too far: afterwards the statistics are nearly the same."""
    return bool({"fillna", "clip", "where", "nan_to_num"} & {called(one) for one in ast.walk(node)})


_FLOATS = re.compile(r"float32|float64|float_|\bfloat\b|FloatTensor")


@rule(
    "TORCH318",
    "floats-through-totensor",
    "warning",
    "floats go through ToTensor, which divides bytes alone, and are normalised as if they lay between 0 and 1",
    remedy="leave the pixels as uint8 of (rows, columns, colours), or divide by 255 before ToTensor",
    source="torchvision, ToTensor: scales uint8 arrays to 0..1, and gives others without scaling",
)
def floats_through_totensor(program: Program) -> Iterator[Found]:
    """`image.astype("float32")`, and `Compose([ToTensor(), Normalize((0.5,), (0.5,))])` of it."""
    if not program.names >= {"ToTensor", "Normalize"} or not _of_one(program):
        return
    if re.search(r"/=?\s*25[56]|1\.?0?\s*/\s*25[56]|0\.0039|MinMaxScaler|/=?\s*\w*[mM]ax", program.text):
        return
    for home in classes(program):
        body = methods(home).get("__getitem__")
        for node in own(body) if body is not None else ():
            if not isinstance(node, ast.Call) or not written(node.func).endswith("transform") or len(node.args) != 1:
                continue
            given = node.args[0]
            made = _last_setting(body, given.id, node) if isinstance(given, ast.Name) else None
            value = made.value if made is not None else given
            if _to_float(value) and called(value) not in ("ToTensor",):
                place = made if made is not None else node
                yield place, f"{written(given)} is of floats, which ToTensor does not divide by 255: they stay as large"


def _of_one(program: Program) -> bool:
    """Whether pixels are normalised by numbers as those between 0 and 1 have them."""
    for node in program.each(ast.Call):
        if called(node) == "Normalize":
            told = argument(node, "mean", 0)
            numbers = [one.value for one in ast.walk(told) if isinstance(one, ast.Constant)] if told is not None else []
            named = told is not None and not numbers
            small = [one for one in numbers if isinstance(one, int | float) and 0 < one <= 1]
            if (numbers and len(small) == len(numbers)) or (named and _small_name(program, told)):
                return True
    return False


def _small_name(program: Program, told: ast.expr | None) -> bool:
    names = names_in(told) if told is not None else set()
    values = [one.value for name in names for one in program.sets.get(name, [])]
    numbers = [one.value for value in values for one in ast.walk(value) if isinstance(one, ast.Constant)]
    return bool(numbers) and all(isinstance(one, int | float) and 0 < one <= 1 for one in numbers)


def _last_setting(body: ast.FunctionDef | None, name: str, before: ast.AST) -> ast.Assign | None:
    line = getattr(before, "lineno", 0)
    found = [node for node in own(body) if isinstance(node, ast.Assign) and written(node.targets[0]) == name
             and node.lineno < line] if body is not None else []  # fmt: skip
    return found[-1] if found else None


def _to_float(node: ast.expr) -> bool:
    """Whether its last step makes floats of numbers: `astype("float32")`, `np.float32(x)`, `np.array(x, dtype=...)`."""
    if not isinstance(node, ast.Call):
        return False
    if called(node) == "reshape" and (owner := held_by(node)) is not None:
        return _to_float(owner)
    told = argument(node, "dtype", 0 if called(node) == "astype" else 1)
    if called(node) in ("astype", "array", "asarray"):
        return told is not None and bool(_FLOATS.search(written(told)))
    return called(node) in ("float32", "float64") and bool(node.args)


@rule(
    "KERAS094",
    "learnt-anew-from-the-test-part",
    "error",
    "what was learnt from the training part is learnt anew from the test part",
    remedy="fit (adapt) once, on the training part; use the same object for the test part",
    source="Keras, ImageDataGenerator.fit, Normalization.adapt; scikit-learn, Common pitfalls: never fit on test data",
)
def learnt_anew(program: Program) -> Iterator[Found]:
    """`test_datagen.fit(X_test)` beside `train_datagen.fit(X_train)`; `tokenizer.fit_on_texts(test_texts)`."""
    ways = {"fit": ("ImageDataGenerator",), "adapt": (), "fit_on_texts": ("Tokenizer",)}
    taken: dict[str, list[ast.Call]] = {}
    for call in program.trace.of(*ways):
        kind = getattr(call.receiver, "name", "")
        own_kind = call.name != "fit" or kind in ways["fit"]
        if own_kind and call.node.args and getattr(call.receiver, "library", "keras") == "keras":
            taken.setdefault(call.name, []).append(call.node)
    for many in taken.values():
        parts = {node: _part(node.args[0]) for node in many}
        for node, part in parts.items():
            if part in ("test", "validation") and "train" in parts.values():
                yield node, f"{written(node, 60)} learns from the {part} part what the training part had taught"


def _part(node: ast.expr) -> str:
    """Which part of a split an expression names: train, test, validation, or nothing; nothing for several."""
    found = {part_of(name) for name in names_in(node) | {one.attr for one in ast.walk(node)
             if isinstance(one, ast.Attribute)}} - {""}  # fmt: skip
    return found.pop() if len(found) == 1 else ""


_STORED = ("data", "test_data", "train_data")
_PICTURES = ("MNIST", "FashionMNIST", "KMNIST", "EMNIST", "QMNIST", "CIFAR10", "CIFAR100", "SVHN")


@rule(
    "TORCH319",
    "stored-pixels-untransformed",
    "error",
    "the stored pixels of a data set are taken, which no transform has seen",
    remedy="take them through a DataLoader of the same transform, or divide by 255 (and normalise) as it does",
    source="torchvision, MNIST: data holds the bytes; transform is applied by __getitem__ alone",
)
def untransformed(program: Program) -> Iterator[Found]:
    """`DataLoader(MNIST(transform=ToTensor()))` to learn from, and `model(test_set.data.float())` to judge."""
    if not program.names >= {"ToTensor", "DataLoader"}:
        return
    made = {
        written(node.targets[0]): argument(node.value, "transform")
        for node in program.each(ast.Assign)
        if isinstance(node.value, ast.Call) and called(node.value) in _PICTURES
    }
    known = set(made) if any(told is not None for told in made.values()) else set()
    for node in program.each(ast.Attribute):
        if node.attr not in _STORED or written(node.value) not in known or not isinstance(node.ctx, ast.Load):
            continue
        line = _statement(program, node)
        text = written(line, 300) if line is not None else ""
        floats = re.search(r"\.float\(\)|FloatTensor|float32", text)
        target = line.targets[0] if isinstance(line, ast.Assign) else None
        raw = floats and "/" not in text and isinstance(target, ast.Name) and not _divided(program, target.id)
        if raw and isinstance(target, ast.Name) and _given_to_model(program, target.id):
            yield node, f"{written(node)} holds bytes from 0 to 255: the model learnt from what ToTensor had scaled"
            return


def _statement(program: Program, node: ast.AST) -> ast.stmt | None:
    while node in program.parents:
        node = program.parents[node]
        if isinstance(node, ast.stmt):
            return node
    return None


def _divided(program: Program, name: str) -> bool:
    """Whether a name's numbers are brought to another size anywhere."""
    return any(
        isinstance(one.op, ast.Div | ast.Sub) and name in names_in(one.left) for one in program.each(ast.BinOp)
    ) or any(isinstance(one.op, ast.Div) and written(one.target) == name for one in program.each(ast.AugAssign))


def _given_to_model(program: Program, name: str) -> bool:
    """Whether a module that is called is given it."""
    return any(
        call.path == ".__call__" or re.search(r"model|net|linear|cnn", call.path, re.IGNORECASE)
        for call in program.trace.calls
        if call.node.args and written(call.node.args[0]) == name
    )


@rule(
    "KERAS124",
    "pixels-divided-whole",
    "error",
    "pixels are divided without a remainder: all but the brightest are 0",
    remedy="x / 255, of floats",
    source="Python, Expressions: // is the floor of the quotient; UMLAUT (input out of range)",
)
def divided_whole(program: Program) -> Iterator[Found]:
    """`x_train // 255`, `images.astype("uint8") // 16` of digits that go up to 16, `(x / 255).astype(int)`."""
    trains = program.names & {"fit", "backward", "compile", "fit_generator", "DataLoader"}
    largest = {"255", "255.0", "256", "256.0"} | ({"16", "16.0"} if "load_digits" in program.names else set())
    for node, left, right, _ in program.trace.operations if trains else ():
        whole = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.FloorDiv)
        pictures = isinstance(left, Data) and left.kind == "data" and (left.role == "X" or left.dataset)
        if whole and pictures and str(constant(right)) in largest:
            yield node, f"{written(node)} is 0 for all but the largest: nothing of the picture is left"
            return
    for call in program.trace.of("astype"):
        owner = held_by(call.node)
        told = written(call.node.args[0]).strip("'\"") if call.node.args else ""
        divided = isinstance(owner, ast.BinOp) and isinstance(owner.op, ast.Div)
        by = written(owner.right) if isinstance(owner, ast.BinOp) else ""
        if trains and divided and by in largest and re.search(r"^(np\.)?u?int\d*$", told):
            yield call.node, f"{written(call.node)} makes whole numbers of 0 to 1: nothing of the picture is left"
            return


@rule(
    "KERAS125",
    "test-part-left-as-it-was",
    "error",
    "the training part is scaled by its mean, and the test part goes in as it is",
    remedy="X_test = (X_test - mean) / std, with the mean and spread of the training part",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing",
)
def left_as_it_was(program: Program) -> Iterator[Found]:
    """`X_train = ((train[columns] - mean) / std).to_numpy()`, `X_test = test[columns].to_numpy()`."""
    for scope in scopes(program):
        lines = [node for node in own(scope) if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
        scaled = [node for node in lines if _part(node.targets[0]) == "train" and (names := _by_statistics(node.value))]
        if len(scaled) != 1:
            continue
        names, learnt = _by_statistics(scaled[0].value), _bare(scaled[0].value)
        for node in lines:
            name = node.targets[0].id  # type: ignore[attr-defined]
            alike = _part(node.targets[0]) == "test" and _role(node) == _role(scaled[0]) == "X"
            if (
                not alike
                or node.lineno < scaled[0].lineno
                or names_in(node.value) & names
                or _by_statistics(node.value)
            ):
                continue
            same = _bare(node.value) == learnt != "" and len(program.sets.get(name, [])) == 1
            if same and _goes_in(program, name) and not _changed(program, name, names):
                yield (
                    node,
                    f"{name} is not brought to the size of {written(scaled[0].targets[0])}: {min(names)} is left out",
                )
                return


def _role(node: ast.Assign) -> str:
    return role_of(written(node.targets[0]))


def _by_statistics(node: ast.expr) -> set[str]:
    """Names that an expression is shifted and divided by: mean and std of `((x - mean) / std).to_numpy()`."""
    for one in ast.walk(node):
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div) and isinstance(one.right, ast.Name):
            inner = one.left
            if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub) and isinstance(inner.right, ast.Name):
                return {inner.right.id, one.right.id}
    return set()


def _bare(node: ast.expr) -> str:
    """The rows of an expression as written, without their part: `df[columns]` of `((train_df[columns] - m) / s)`."""
    for _ in range(12):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif isinstance(node, ast.BinOp):
            node = node.left
        else:
            break
    text = written(node, 200)
    return re.sub(r"train(ing)?|test", "", text) if re.search(r"train|test", text) else ""


def _goes_in(program: Program, name: str) -> bool:
    return any(
        call.node.args and written(call.node.args[0]) == name
        for call in program.trace.of("predict", "evaluate", "__call__", "predict_proba")
    )


def _changed(program: Program, name: str, names: set[str]) -> bool:
    """Whether it is scaled later, in place or within another expression."""
    again = any(written(one.target).partition("[")[0] == name for one in program.each(ast.AugAssign))
    return again or any(
        isinstance(one.op, ast.Sub | ast.Div) and name in names_in(one.left) and names_in(one.right) & names
        for one in program.each(ast.BinOp)
    )
