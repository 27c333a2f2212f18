"""Batches that are fetched and not looked at: the model is given those of another loop.

Sources: PyTorch, Training with PyTorch (validation of each epoch); Islam et al. 2019 (API misuse, wrong variable);
Humbatova et al. 2020 (wrong selection of data).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import own, scopes
from mlpilot.tools.diagnose.static.facts.uses import stands_in
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_MODEL = re.compile(r"^(self\.)?\w*(model|net|classifier|encoder|criterion|cnn|rnn|lstm|loss_f\w*|loss_func\w*)$", re.I)


@rule(
    "TORCH320",
    "batch-not-looked-at",
    "error",
    "a batch of the validation part is fetched, and the model is given another one",
    remedy="give the model what this loop fetched",
    source="Islam et al. 2019, API misuse; Humbatova et al. 2020, wrong selection of data",
)
def not_looked_at(program: Program) -> Iterator[Found]:
    """`valid_batch = next(valid_iter)`, and then `model(batch)`; `for a, b in val_loader: model(x)`."""
    for scope in scopes(program):
        nodes = own(scope)
        fetched = _fetched(nodes)
        for node in nodes:
            if isinstance(node, ast.For) and _judges(written(node.iter)) and not node.orelse:
                stale = _of_training(program, node, nodes)
                if stale is not None:
                    text = f"{stale.id} is of the last batch of the training, and this loop has its own"
                    yield stale, f"{text}: {', '.join(sorted(names_in(node.target)))}"
                    return
                given = _in_loop(program, node)
                if given is not None:
                    names = ", ".join(sorted(names_in(node.target)))
                    yield given, f"{names} of {written(node.iter)} are not looked at: {written(given)} is of other rows"
                    return
            elif isinstance(node, ast.Assign) and node in fetched and (late := _beside(program, node, fetched)):
                name = written(node.targets[0])
                yield late, f"{name}, fetched at line {node.lineno}, is not looked at: this is a batch of the training"
                return


def _judges(text: str) -> bool:
    return any(part_of(word) in ("test", "validation") for word in re.findall(r"\w+", text))


def _fetched(nodes: tuple[ast.AST, ...]) -> list[ast.Assign]:
    """Assignments of what `next` gives to one name."""
    return [
        node
        for node in nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and any(called(one) in ("next", "get_next", "next_batch") for one in ast.walk(node.value))
    ]


def _beside(program: Program, node: ast.Assign, fetched: list[ast.Assign]) -> ast.stmt | None:
    """The line after a batch was fetched that reads the batch of another part, where this one is never read."""
    name = node.targets[0].id  # type: ignore[attr-defined]
    others = {one.targets[0].id for one in fetched if one.lineno < node.lineno} - {name}  # type: ignore[attr-defined]
    if not _judges(f"{name} {written(node.value, 200)}") or program.reads.get(name) or not others:
        return None
    up = program.parents.get(node)
    block = getattr(up, "body", [])
    after = block[block.index(node) + 1 :] if node in block else []
    return next((line for line in after if _read(line) & others), None)


def _read(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _in_loop(program: Program, loop: ast.For) -> ast.Call | None:
    """The call of a model in a loop none of whose own names are read, which is given what the loop did not set."""
    target = loop.target.elts[1] if _numbered(loop) else loop.target  # type: ignore[attr-defined]
    names = {name for name in names_in(target) if not name.startswith("_")}
    inner = [one for line in loop.body for one in ast.walk(line)]
    read = {one.id for one in inner if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    stored = {one.id for one in inner if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    if not names or names & read or "locals" in read:
        return None
    outer = [one for one in program.each(ast.For) if one is not loop and stands_in(loop, one)]
    for one in inner:
        if isinstance(one, ast.Call) and _MODEL.match(written(one.func)) and one.args:
            given = names_in(one.args[0])
            batch = isinstance(one.args[0], ast.Name) and given and not given & stored
            if batch and not any(given & names_in(other.target) for other in outer):
                return one
    return None


def _of_training(program: Program, loop: ast.For, nodes: tuple[ast.AST, ...]) -> ast.Name | None:
    """A name of the loop over the training part that is read where this loop has another one at the same place."""
    mine = _parts(loop)
    inner = [one for line in loop.body for one in ast.walk(line) if isinstance(one, ast.Name)]
    stored = {one.id for one in inner if isinstance(one.ctx, ast.Store)}
    read = {one.id for one in inner if isinstance(one.ctx, ast.Load)}
    for other in nodes:
        if not isinstance(other, ast.For) or other is loop or _judges(written(other.iter)) or stands_in(loop, other):
            continue
        theirs = _parts(other)
        if len(theirs) != len(mine) or len(mine) < 2 or other.lineno > loop.lineno:
            continue
        for own_name, their_name in zip(mine, theirs, strict=True):
            late = own_name != their_name and own_name not in read and not own_name.startswith("_")
            again = [one for one in program.sets.get(their_name, []) if not stands_in(one, other)]
            if late and their_name in read and their_name not in stored and their_name not in mine and not again:
                return next(one for one in inner if one.id == their_name)
    return None


def _parts(loop: ast.For) -> list[str]:
    target = loop.target.elts[1] if _numbered(loop) else loop.target  # type: ignore[attr-defined]
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return [one.id if isinstance(one, ast.Name) else "" for one in names]


def _numbered(loop: ast.For) -> bool:
    pair = isinstance(loop.target, ast.Tuple) and len(loop.target.elts) == 2
    return called(loop.iter) == "enumerate" and pair


_CUT_LATER = frozenset(
    (
        *("Subset", "SubsetRandomSampler", "random_split", "train_test_split", "KFold", "StratifiedKFold", "sampler"),
        *(
            "subset",
            "take",
            "skip",
            "validation_split",
            "sample",
            "nrows",
            "skiprows",
            "iloc",
            "drop",
            "GroupKFold",
            "query",
        ),
    )
)
"""What says that one and the same file is cut into parts afterwards."""
_NO_ROWS = re.compile(r"model|net|weight|token|scaler|vocab|config|transform|encoder", re.IGNORECASE)
_READS = re.compile(
    r"ImageFolder|flow_from_directory|image_dataset_from_directory|text_dataset_from_directory|read_csv|load|Dataset"
    r"|DataLoader|open_json|read_|_loader$|get_data"
)


@rule(
    "KERAS127",
    "one-file-for-both-parts",
    "error",
    "the part to judge on is read from the file of the training part",
    remedy="the path of the test (validation) part",
    source="Yang et al. 2022, Data leakage in notebooks: overlap; Humbatova et al. 2020, wrong selection of data",
)
def one_file(program: Program) -> Iterator[Found]:
    """`train = ImageFolder("data/train", t)`, `test = ImageFolder("data/train", u)`; `VAL_PATH = "train.csv"`."""
    if program.names & _CUT_LATER or any(node.arg in _CUT_LATER for node in program.each(ast.keyword)):
        return
    read: dict[tuple[str, str], tuple[str, ast.Assign]] = {}
    for node in program.each(ast.Assign):
        name, call = written(node.targets[0]), node.value
        part = part_of(name.rpartition(".")[2])
        if not isinstance(call, ast.Call) or not part or not call.args or not _READS.search(called(call)):
            continue
        path = _path(program, call.args[0])
        rest = {word.arg: written(word.value) for word in call.keywords}
        differ = {"train", "split", "mode", "is_train", "training", "image_set", "sheet_name", "usecols"} & set(rest)
        others = [one for one in call.args[1:] if isinstance(one, ast.Constant)]
        if not path or differ or others or _NO_ROWS.search(name) or len(program.sets.get(name, [])) > 1:
            continue
        key = (written(call.func, 200), path)
        before = read.get(key)
        if before is not None and before[0] == "train" and part in ("test", "validation"):
            yield node, f"{name} is read from {path!r}, as the training part is at line {before[1].lineno}"
            return
        read.setdefault(key, (part, node))


def _path(program: Program, node: ast.expr) -> str:
    """The text of a path, through one name that is set once, or set last; nothing where it is no plain text."""
    if isinstance(node, ast.Name):
        given = program.sets.get(node.id, [])
        node = given[-1].value if given and not isinstance(given[-1].targets[0], ast.Tuple) else node
    texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return texts[0] if len(texts) == 1 and not names_in(node) - {"Path", "os", "pathlib"} else ""
