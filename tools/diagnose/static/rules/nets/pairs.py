"""What belongs together and is not treated alike: a picture and its mask, two loaders of one data set, a mask's sides.

Sources: torchvision, Getting started with transforms v2 (images and masks are moved together); TensorFlow, Image
segmentation tutorial; PyTorch, DataLoader (collate_fn); Vaswani et al. 2017 (what is masked out is set to -inf).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, parameters, scopes
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_MOVES = re.compile(
    r"flip|rotat|rot90|hflip|vflip|crop(?!_or_pad)|affine|transpose_image|warp|translate|shear|swapaxes|zoom", re.I
)
_MASK = re.compile(r"^(\w*_)?(masks?|seg|segmentation|segmap|label_?map|boxes|bbox(es)?|keypoints?|landmarks)$", re.I)
_PICTURE = re.compile(r"^(\w*_)?(images?|imgs?|pictures?|photo|x|input_image)$", re.I)


@rule(
    "KERAS122",
    "mask-not-moved-with-its-picture",
    "error",
    "a picture is turned or flipped, and its mask is not",
    remedy="the same flip for both: image, mask = flip(image), flip(mask), by one draw",
    source="TensorFlow, Image segmentation: the same random changes for image and mask; torchvision, transforms v2",
)
def mask_not_moved(program: Program) -> Iterator[Found]:
    """`def augment(image, mask): image = tf.image.flip_left_right(image); return image, mask`."""
    for scope in scopes(program):
        if not isinstance(scope, ast.FunctionDef):
            continue
        moved: list[ast.Assign] = []
        touched = False
        masks = {name for name in parameters(scope) if _MASK.match(name)}
        for node in own(scope):
            if not isinstance(node, ast.Assign):
                continue
            names = {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
            masks |= {one for one in names if _MASK.match(one)}
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(node.targets[0].elts, node.value.elts, strict=False)
                touched |= any(names_in(one) & masks and _moving(value) for one, value in pairs)
                continue
            moves = _moving(node.value)
            if moves and any(_PICTURE.match(one) for one in names) and _PICTURE.match(written(node.targets[0])):
                moved.append(node)
            touched |= bool(names & masks) and (moves or any(_PICTURE.match(one) for one in names))
        given = [node for node in own(scope) if isinstance(node, ast.Return) and node.value is not None]
        together = any(names_in(one.value) & masks and _pictures_in(one.value) for one in given if one.value)
        if moved and masks and together and not touched and not _called_with_masks(scope, masks):
            yield moved[0], f"{written(moved[0])} moves the picture, and {min(masks)} stays as it was: they do not fit"


def _moving(node: ast.expr) -> bool:
    return any(_MOVES.search(called(one)) for one in ast.walk(node)) or _backwards(node)


def _pictures_in(node: ast.expr) -> bool:
    return any(_PICTURE.match(one) for one in names_in(node))


def _backwards(node: ast.expr) -> bool:
    """`image[:, ::-1]`."""
    return any(
        isinstance(one, ast.Slice) and one.step is not None and written(one.step) == "-1" for one in ast.walk(node)
    )


def _called_with_masks(scope: ast.FunctionDef, masks: set[str]) -> bool:
    """Whether a call moves the mask by itself, or image and mask in one."""
    return any(
        isinstance(node, ast.Call)
        and (_MOVES.search(called(node)) or re.search(r"aug|transform", called(node), re.I))
        and any(names_in(one) & masks for one in [*node.args, *(word.value for word in node.keywords)])
        for node in own(scope)
    )


@rule(
    "TORCH322",
    "loader-without-its-collate",
    "error",
    "rows of different lengths, and a loader that is not told how to put them together",
    remedy="DataLoader(..., collate_fn=pad_batch), as in the other loader",
    source="PyTorch, DataLoader: default_collate stacks tensors of equal size",
)
def without_collate(program: Program) -> Iterator[Found]:
    """`DataLoader(train, 32)` and `DataLoader(test, 64, collate_fn=pad_batch)` of one class of data sets."""
    told: list[Instance] = []
    untold: list[Instance] = []
    for one in program.trace.instances:
        if one.name != "DataLoader" or not isinstance(one.node, ast.Call):
            continue
        if any(word.arg is None for word in one.node.keywords):
            return
        (told if argument(one.node, "collate_fn") is not None else untold).append(one)
    given = [argument(one.node, "collate_fn") for one in told if isinstance(one.node, ast.Call)]
    pads = {written(one) for one in given if one is not None}
    padding = [node for node in program.each(ast.FunctionDef) if node.name in pads and _pads(node)]
    kinds = {id(own_class) for one in told if (own_class := _kind(one)) is not None}
    for one in untold if padding else ():
        if _kind(one) is not None and id(_kind(one)) in kinds:
            yield (
                one.node,
                f"rows differ in length, as {padding[0].name} of the other loader says: they cannot be stacked",
            )
            return


def _kind(loader: Instance) -> object | None:
    data = loader.argument("dataset", 0)
    return data.own if isinstance(data, Instance) else None


def _pads(node: ast.FunctionDef) -> bool:
    return any(re.search(r"pad", called(one)) for one in ast.walk(node))


_FAR = re.compile(r"^-\s*\(?(1(\.0?)?e\+?0?[4-9]|1(\.0?)?e\+?\d\d|10000+(\.0)?|float\('inf'\)|np\.inf|torch\.inf|inf)")


@rule(
    "KERAS123",
    "mask-of-the-words",
    "error",
    "the words are masked out, and the padding is attended to",
    remedy="keep = ids != PAD; scores + (1 - keep) * -1e9, or scores.masked_fill(~keep, float('-inf'))",
    source="Vaswani et al. 2017: what is not to be attended to is set to -inf before the softmax",
)
def words_masked(program: Program) -> Iterator[Found]:
    """`keep = ids == 0`, and `scores + (1 - keep) * -1e9`; `scores.masked_fill(ids != PAD, -inf)`."""
    for scope in scopes(program):
        sides: dict[str, tuple[bool, ast.AST]] = {}
        for node in own(scope):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                side = _side(node.value)
                if side is not None:
                    sides[node.targets[0].id] = side, node
                else:
                    sides.pop(node.targets[0].id, None)
            taken = _taken_out(node)
            if taken is None:
                continue
            mask, turned = taken
            found = sides.get(mask.id) if isinstance(mask, ast.Name) else None
            padding = found[0] if found is not None else _side(mask)
            if padding is not None and padding == turned:
                place = found[1] if found is not None else node
                yield (
                    place,
                    f"{written(node)} takes the words out, and leaves the padding in: {written(mask)} is turned",
                )


def _side(node: ast.expr) -> bool | None:
    """Whether a mask is true at the padding; false where it is true at the words; None for anything else."""
    for _ in range(4):
        if isinstance(node, ast.Call) and called(node) in ("cast", "float", "int", "bool", "to", "astype", "unsqueeze"):
            held = node.func.value if isinstance(node.func, ast.Attribute) else None
            module = held is None or written(held) in ("tf", "ops", "K", "keras.ops", "torch")
            inner = node.args[0] if module and node.args else held
            if inner is None:
                return None
            node = inner
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            break
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        inside = _side(node.operand)
        return None if inside is None else not inside
    if isinstance(node, ast.Call) and called(node) in ("equal", "not_equal", "eq", "ne") and node.args:
        return called(node) in ("equal", "eq") if _is_padding(node.args[-1]) else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and _is_padding(node.comparators[0]):
        ids = re.search(r"id|tok|seq|word|input|src|tgt|text|^x$", written(node.left), re.I)
        if ids and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return isinstance(node.ops[0], ast.Eq)
    return None


def _is_padding(node: ast.expr) -> bool:
    return written(node) == "0" or bool(re.search(r"pad", written(node), re.I))


def _taken_out(node: ast.AST) -> tuple[ast.expr, bool] | None:
    """(a mask, whether it is turned round) of what sets numbers far below all others where the mask is true."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if _FAR.match(written(one)):
                away = isinstance(other, ast.BinOp) and isinstance(other.op, ast.Sub) and written(other.left)[:1] == "1"
                return (other.right, True) if away and isinstance(other, ast.BinOp) else (other, False)
    if isinstance(node, ast.Call) and called(node) == "masked_fill" and len(node.args) == 2:
        mask, value = node.args
        if not _FAR.match(written(value)):
            return None
        if isinstance(mask, ast.UnaryOp) and isinstance(mask.op, ast.Invert):
            return mask.operand, True
        if isinstance(mask, ast.Compare) and isinstance(mask.ops[0], ast.Eq) and written(mask.comparators[0]) == "0":
            return (mask.left, True) if re.search(r"mask|keep|valid", written(mask.left), re.I) else (mask, False)
        return mask, False
    return None


@rule(
    "KERAS128",
    "pictures-and-masks-drawn-apart",
    "error",
    "pictures and their masks come from two generators, each in an order of its own",
    remedy="the same seed= for both: image_gen.flow(images, seed=1), mask_gen.flow(masks, seed=1)",
    source="Keras, ImageDataGenerator: transforming images and masks together (provide the same seed)",
)
def drawn_apart(program: Program) -> Iterator[Found]:
    """`zip(image_gen.flow(images), mask_gen.flow(masks))`, without a seed."""
    flows = ("flow", "flow_from_directory", "flow_from_dataframe")
    made = {
        written(node.targets[0]): node.value
        for node in program.each(ast.Assign)
        if isinstance(node.value, ast.Call) and called(node.value) in flows
    }
    for node in program.each(ast.Call):
        if called(node) != "zip" or len(node.args) != 2:
            continue
        both = [made.get(written(one), one) for one in node.args]
        calls = [one for one in both if isinstance(one, ast.Call) and called(one) in flows]
        ordered = [argument(one, "shuffle") for one in calls]
        still = any(isinstance(one, ast.Constant) and one.value is False for one in ordered)
        words = " ".join(written(one, 200) for one in [*node.args, *(one.args[0] for one in calls if one.args)])
        masks = re.search(r"mask|segm|label|target|\by(_\w+)?\b", words, re.IGNORECASE)
        if len(calls) == 2 and masks and not still and not any(argument(one, "seed") for one in calls):
            yield node, "both generators shuffle, each in its own way: a picture meets the mask of another"
            return
