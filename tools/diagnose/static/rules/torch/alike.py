"""PyTorch: what has to be treated alike and is not: a picture and its mask, training rows and test rows.

Sources: torchvision, Getting started with transforms v2 (one call for a picture and its mask); torchvision reference
training (segmentation: one draw for both); scikit-learn, Common pitfalls (inconsistent preprocessing).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, classes, methods, own, scopes
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_PICTURE = re.compile(r"^(\w*_)?(images?|imgs?|pictures?|photo|x)$", re.I)
_MASK = re.compile(r"^(\w*_)?(masks?|seg|segmentation|segmap|label_?map)$", re.I)
_MOVES = re.compile(r"flip|rotat|rot90|crop|affine|warp|translate|shear|roll", re.I)
_DRAWS = re.compile(r"\b(random\.(random|randint|uniform|choice|rand)|torch\.(rand|randint|randn)|rng\.\w+)\(")
_RANDOM = re.compile(r"Random(HorizontalFlip|VerticalFlip|Rotation|Affine|Crop|ResizedCrop|Perspective)\(")
_SEEDED = re.compile(r"seed\(|set_state|set_rng_state|fork_rng|get_state|get_params|ReplayCompose")


@rule(
    "TORCH340",
    "mask-moved-by-another-draw",
    "error",
    "a picture and its mask are flipped or turned by two draws",
    remedy="draw once for both: flip = random.random() < 0.5; or stack them, and transform the stack",
    source="torchvision, transforms v2: picture and mask in one call; reference training for segmentation",
)
def drawn_apart(program: Program) -> Iterator[Found]:
    """`image = self.flip(image)`, and `mask = self.flip(mask)`, where each call draws anew."""
    movers = _random_movers(program)
    for scope in (one for one in scopes(program) if movers and isinstance(one, ast.FunctionDef)):
        lines = [node for node in own(scope) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]
        if _SEEDED.search(written(scope, 100_000)):
            continue
        seen: dict[str, ast.Assign] = {}
        for node in sorted(lines, key=lambda one: one.lineno):
            call, target = node.value, written(node.targets[0])
            if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
                continue
            by = written(call.func)
            if by.rpartition(".")[2] not in movers:
                continue
            if _PICTURE.match(target) and _PICTURE.match(written(call.args[0])):
                seen[by] = node
            elif _MASK.match(target) and _MASK.match(written(call.args[0])) and by in seen:
                text = f"{by} draws anew for {target}, and has drawn for {written(seen[by].targets[0])} before"
                yield node, f"{text}: they no longer fit"
                break


def _random_movers(program: Program) -> set[str]:
    """Names of functions, objects and attributes that move pixels at random, drawing at each call."""
    kinds = {one.name for one in classes(program) if any(_draws(method) for name, method in methods(one).items()
             if name in ("__call__", "forward"))}  # fmt: skip
    found = {one.name for one in program.functions if isinstance(one, ast.FunctionDef) and _draws(one)} - {"__call__"}
    for node in program.each(ast.Assign):
        if _makes_mover(node.value, kinds, found):
            found.add(written(node.targets[0]).rpartition(".")[2])
    for home in classes(program):
        start = methods(home).get("__init__")
        given = {key for call in program.each(ast.Call) if called(call) == home.name
                 for key, value in _arguments(call, start) if _makes_mover(value, kinds, found)}  # fmt: skip
        for line in own(start) if start is not None and given else ():
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Name) and line.value.id in given:
                found.add(written(line.targets[0]).rpartition(".")[2])
    return found


def _draws(node: ast.AST) -> bool:
    """Whether each call of it draws, and moves pixels by what was drawn; of one picture alone."""
    if not isinstance(node, ast.FunctionDef):
        return False
    given = [one.arg for one in node.args.args if one.arg != "self"]
    text = written(node, 100_000)
    return len(given) == 1 and bool(_DRAWS.search(text) and _MOVES.search(text.partition(":")[2]))


def _makes_mover(node: ast.expr, kinds: set[str], found: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in found
    if called(node) in kinds:
        return True
    named = called(node)
    return (named == "Compose" or bool(_RANDOM.match(f"{named}("))) and bool(_RANDOM.search(written(node, 2000)))


def _arguments(call: ast.Call, start: ast.FunctionDef | None) -> Iterator[tuple[str, ast.expr]]:
    """(parameter, what is given for it)."""
    names = [one.arg for one in start.args.args[1:]] if start is not None else []
    yield from zip(names, call.args, strict=False)
    yield from ((word.arg, word.value) for word in call.keywords if word.arg is not None)


_STATISTICS = re.compile(r"^(\w*_)?(stats?|statistics|mean|means|mu|std|scaler|normali[sz]er|norm)$", re.I)


@rule(
    "TORCH341",
    "test-rows-without-the-statistics",
    "error",
    "the training data set is given the statistics to scale with, and the test data set is not",
    remedy="give the test data set the same statistics: those of the training rows",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing; Humbatova et al. 2020, wrong preprocessing",
)
def test_not_scaled(program: Program) -> Iterator[Found]:
    """`train = Rows(a, stats=stats)`, and `test = Rows(b)`, where `stats=None` leaves the rows as they are."""
    for home in classes(program):
        start = methods(home).get("__init__")
        if start is None or "__getitem__" not in methods(home):
            continue
        names = [one.arg for one in start.args.args[1:]]
        optional = dict(zip(reversed(names), reversed(start.args.defaults), strict=False))
        asked = [name for name, default in optional.items() if written(default) == "None" and _STATISTICS.match(name)]
        for name in asked:
            if not _only_where_given(home, name):
                continue
            told, untold = _made(program, home, names.index(name), name)
            if any(part_of(one) == "train" for one, _ in told) and len(told) == 1:
                for target, node in untold:
                    if part_of(target) in ("test", "validation"):
                        text = f"{target} is made without {name}, and {told[0][0]} with it"
                        yield node, f"{text}: its rows are on another scale"


def _only_where_given(home: ast.ClassDef, name: str) -> bool:
    """`if stats is not None: self.x = (self.x - mean) / std`, and nothing in its stead where it is None."""
    for node in ast.walk(home):
        if isinstance(node, ast.If) and re.search(rf"\b{name}\b", written(node.test)):
            return not node.orelse and bool(re.search(rf"^(self\.)?{name}( is not None)?$", written(node.test)))
    return False


def _made(program: Program, home: ast.ClassDef, place: int, name: str) -> tuple[list[tuple[str, ast.Call]], ...]:
    """(name, call) of each data set that is given the argument, and of each that is not."""
    told: list[tuple[str, ast.Call]] = []
    untold: list[tuple[str, ast.Call]] = []
    for node in program.each(ast.Assign):
        call = node.value
        if isinstance(call, ast.Call) and called(call) == home.name and isinstance(node.targets[0], ast.Name):
            more = any(isinstance(one, ast.Starred) for one in call.args) or any(not one.arg for one in call.keywords)
            given = argument(call, name, place) is not None or more
            (told if given else untold).append((node.targets[0].id, call))
    return told, untold
