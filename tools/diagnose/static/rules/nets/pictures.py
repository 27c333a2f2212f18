"""Pictures that are asked about, or judged, in another form than those that were learnt from.

Sources: Keras, ImageDataGenerator (rescale holds for what the generator gives); UMLAUT (input out of range); PyTorch,
torch.utils.data.random_split (the parts share one data set, and its transform); torchvision, Transforms.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_READ = ("img_to_array", "imread")
_KEPT = frozenset(("expand_dims", "reshape", "vstack", "array", "asarray", "resize", "cvtColor", "stack", "append"))
"""Calls after which pixels are what they were."""
_LEAVE = _KEPT | {
    *_READ,
    "predict",
    "predict_classes",
    "predict_proba",
    "imshow",
    "print",
    "argmax",
    "display",
    "evaluate",
}


@rule(
    "KERAS130",
    "picture-asked-unscaled",
    "error",
    "the generators scale pixels to 0 to 1, and a picture is asked about as it was read",
    remedy="img = image.img_to_array(img) / 255",
    source="Keras, ImageDataGenerator: rescale; UMLAUT (input out of range)",
)
def asked_unscaled(program: Program) -> Iterator[Found]:
    """`ImageDataGenerator(rescale=1./255)`, and `model.predict(np.expand_dims(image.img_to_array(img), 0))`."""
    if not _rescaled(program) or program.names & {"Rescaling", "preprocess_input", "standardize", "Normalization"}:
        return
    for start in program.each(ast.Assign):
        read = [one for one in ast.walk(start.value) if called(one) in _READ and not _of_plots(one)]
        if not read or not isinstance(start.targets[0], ast.Name) or "255" in written(start.value, 300):
            continue
        names = {start.targets[0].id}
        for _ in range(4):  # into a list, out of the function, and on
            names |= _passed_on(program, names)
        if not _divided(program, names) and (asked := _asked(program, names)):
            text = f"the generators divide by 255, and this picture goes to {asked} from 0 to 255"
            yield start, f"{written(start.targets[0])}: {text}"
            return


def _passed_on(program: Program, names: set[str]) -> set[str]:
    """Names that get the same pixels: of an array of them, of a list that they are appended to, of what is returned."""
    found: set[str] = set()
    for node in program.each(ast.Call):
        kept = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "append" else None
        if isinstance(kept, ast.Name) and len(node.args) == 1 and isinstance(node.args[0], ast.Name):
            found |= {kept.id} if node.args[0].id in names else set()
    places = _returned(program, names)
    for line in program.each(ast.Assign):
        calls = {called(one) for one in ast.walk(line.value)} - {""}
        if names & names_in(line.value) and calls <= _KEPT | set(_READ):
            found |= {one.id for one in line.targets if isinstance(one, ast.Name)}
        place, target = places.get(called(line.value)), line.targets[0]
        whole = [target] if place == -1 else getattr(target, "elts", [])[place : place + 1] if place is not None else []
        found |= {one.id for one in whole if isinstance(one, ast.Name)}
    return found


def _returned(program: Program, names: set[str]) -> dict[str, int]:
    """Functions that return one of the names → at which place of a tuple; -1 where it is all that they return."""
    found = {}
    for function in program.each(ast.FunctionDef):
        ends = [one.value for one in ast.walk(function) if isinstance(one, ast.Return)]
        given = ends[0] if len(ends) == 1 else None
        parts = given.elts if isinstance(given, ast.Tuple) else [given]
        for place, one in enumerate(parts):
            if isinstance(one, ast.Name) and one.id in names:
                found[function.name] = place if isinstance(given, ast.Tuple) else -1
    return found


def _rescaled(program: Program) -> bool:
    """Whether every generator scales, and something is fitted."""
    made = [node for node in program.each(ast.Call) if called(node) == "ImageDataGenerator"]
    scaled = ["255" in written(told, 80) for node in made if (told := argument(node, "rescale")) is not None]
    return bool(made) and len(scaled) == len(made) and all(scaled) and bool(program.names & {"fit", "fit_generator"})


def _divided(program: Program, names: set[str]) -> bool:
    """Whether one of them is divided, or goes to a function that is not known."""
    for node in program.each(ast.AugAssign):
        if names & names_in(node.target):
            return True
    for one in program.each(ast.BinOp):
        if names & names_in(one):
            return True
    return any(
        called(node) not in _LEAVE
        and names & {name for given in (*node.args, *node.keywords) for name in names_in(given)}
        for node in program.each(ast.Call)
    )


def _of_plots(node: ast.AST) -> bool:
    """`plt.imread(path)` gives 0 to 1 by itself."""
    return written(node).startswith(("plt.", "mpimg.", "matplotlib."))


def _asked(program: Program, names: set[str]) -> str:
    """What is called on one of the names: `predict`, or `evaluate`; else nothing."""
    asked = ("predict", "predict_classes", "evaluate")
    found = [node for node in program.each(ast.Call) if called(node) in asked and node.args]
    return next((called(node) for node in found if names & names_in(node.args[0])), "")


_RANDOM = re.compile(
    r"Random(Horizontal|Vertical|Rotation|Resized|Crop|Affine|Perspective|Erasing)|ColorJitter|RandAug"
)


@rule(
    "TORCH324",
    "test-part-augmented",
    "warning",
    "the part that is judged is changed at random, as the training part is",
    remedy="two data sets, with and without the random transforms, and Subset(each, rows)",
    source="PyTorch, random_split: the parts share one data set; torchvision, Transforms",
)
def judged_augmented(program: Program) -> Iterator[Found]:
    """`data = ImageFolder(path, flips_and_turns)`, and `train, test = random_split(data, [0.8, 0.2])`."""
    if "random_split" not in program.names or program.names & {"deepcopy", "copy", "Subset"}:
        return
    random = {
        target.id
        for node in program.each(ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
        and called(node.value) == "Compose"
        and _RANDOM.search(written(node.value, 2000))
    }
    augmented = {
        target.id
        for node in program.each(ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Call) and _is_given(node.value, random)
    }
    for node in program.each(ast.Assign):
        split = node.value if called(node.value) == "random_split" and isinstance(node.value, ast.Call) else None
        of = argument(split, "dataset", 0) if split is not None else None
        if not isinstance(of, ast.Name) or of.id not in augmented or not isinstance(node.targets[0], ast.Tuple):
            continue
        judged = [one.id for one in node.targets[0].elts if isinstance(one, ast.Name) and _is_judged(one.id)]
        if judged and all(_only_loaded(program, name) for name in judged):
            yield node, f"{judged[0]} is of {of.id}, whose transform changes each picture at random"
            return


def _is_given(made: ast.Call, random: set[str]) -> bool:
    """Whether a data set is made with one of the random transforms."""
    if called(made)[:1].islower():
        return False
    given = [*made.args, *(one.value for one in made.keywords)]
    return any(isinstance(one, ast.Name) and one.id in random for one in given)


def _is_judged(name: str) -> bool:
    return part_of(name) in ("test", "validation")


def _only_loaded(program: Program, name: str) -> bool:
    """Whether a part goes into loaders as it is, and nowhere else."""
    holders = [program.parents.get(one) for one in program.reads.get(name, [])]
    loaded = [one for one in holders if called(one) == "DataLoader"]
    others = [one for one in holders if called(one) not in ("DataLoader", "len", "print")]
    return bool(loaded) and not others


_CHANGED = re.compile(r"flip|rotat|rot90|augment|blur|warp|zoom|brightness|jitter|add_noise|shear", re.IGNORECASE)


@rule(
    "LEAK045",
    "augmented-before-the-split",
    "warning",
    "variants of one picture are on both sides of the split",
    remedy="split first, and make variants of the training part alone",
    source="Yang et al. 2022, overlap leakage; Kapoor and Narayanan 2023, duplicates in both parts",
)
def augmented_first(program: Program) -> Iterator[Found]:
    """`more.append(cv2.flip(one, 1))` in a loop over all pictures, and `train_test_split(more, labels)`."""
    if "train_test_split" not in program.names:
        return
    loops = [node for node in program.each(ast.For) if not _of_training(names_in(node.iter))]
    grown = {name for node in loops for name in _grown(node) if not _of_training({name})}
    for function in program.each(ast.FunctionDef):
        back = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
        given = {name for one in back for name in names_in(one)}
        if any(_grown(one) & given & grown for one in ast.walk(function) if isinstance(one, ast.For)):
            made = [line.targets[0] for line in program.each(ast.Assign) if called(line.value) == function.name]
            grown |= {name for one in made for name in names_in(one)}
    for node in program.each(ast.Call):
        names = names_in(node.args[0]) if called(node) == "train_test_split" and node.args else set()
        if names & grown and not _of_training(names):
            text = "holds variants that are made of each picture before they are split"
            yield node, f"{written(node.args[0])} {text}: near copies of those judged are trained on"
            return


def _of_training(names: set[str]) -> bool:
    return any(part_of(name) == "train" for name in names)


def _grown(loop: ast.For) -> set[str]:
    """Lists that get what was made of one thing by a random or a plain change: flips, turns, `datagen.flow(...)`."""
    flows = any(called(one.iter) == "flow" for one in ast.walk(loop) if isinstance(one, ast.For))
    found = set()
    for node in ast.walk(loop):
        adds = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("append", "extend")
        )
        if adds and node.args and isinstance(node.func.value, ast.Name):  # type: ignore[attr-defined]
            calls = [one for one in ast.walk(node.args[0]) if isinstance(one, ast.Call)]  # type: ignore[attr-defined]
            if flows or any(_CHANGED.search(written(one.func)) for one in calls):
                found.add(node.func.value.id)  # type: ignore[attr-defined]
    return found
