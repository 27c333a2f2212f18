"""Edits of what Keras and TensorFlow are fed: data sets that are cut, cached and shuffled, generators, steps, operands
of a loss."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword, without_keyword
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, method_calls, statement_of, without
from mlpilot.tools.mending.torch.modes import loops_around
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_GENERATORS = ("flow", "flow_from_directory", "flow_from_dataframe")
_SCALES = ("rescale", "preprocessing_function")


def shuffled_once(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A data set that is cut into parts keeps its order: `reshuffle_each_iteration=False`."""
    texts, edited = source, 0
    said = re.match(r"\w+", found.message)
    before = [one for one in calls(tree, "shuffle") if one.lineno <= (found.line or 0)]
    own = [one for one in before if said is not None and said.group(0) in text_of(source, statement_of(tree, one))]
    for call in (own or before)[::-1]:
        if keyword(call, "reshuffle_each_iteration") is None or "True" in text_of(source, call):
            texts = with_keyword(texts, call, "reshuffle_each_iteration", "False")
            edited += 1
    if edited:
        yield texts, "rows are shuffled once, before the parts are cut"


def cached_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`data.map(augment).cache()` becomes `data.cache().map(augment)`."""
    for call in [one for one in calls(tree, "cache") if one.lineno <= (found.line or 0) <= (one.end_lineno or 0)]:
        if not isinstance(call.func, ast.Attribute):
            continue
        links = _chain(call.func.value)
        maps = [one for one in links if called(one) == "map" and _is_random(source, tree, one)]
        own = text_of(source, call)
        rest = own[len(text_of(source, call.func.value)) :]
        if maps and isinstance(maps[-1].func, ast.Attribute):
            held = maps[-1].func.value  # the first of them in the order of the chain
            start, end = span(source, held)[1], span(source, call.func.value)[1]
            edits = [Edit(start, start, rest), Edit(end, span(source, call)[1], "")]
            yield apply_edits(source, edits), "rows are cached before they are changed at random"
        edits = [Edit(span(source, call.func.value)[1], span(source, call)[1], "")]
        yield apply_edits(source, edits), "rows that are changed at random are not cached"


def _is_random(source: str, tree: ast.Module, call: ast.Call) -> bool:
    given = call.args[0] if call.args else None
    name = text_of(source, given) if given is not None else ""
    own = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == name]
    return any("random" in text_of(source, one) for one in [*own, *([given] if given is not None else [])])


def _chain(node: ast.expr) -> list[ast.Call]:
    """The calls of `data.map(f).shuffle(n)`, the last first."""
    found = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        found.append(node)
        node = node.func.value
    return found


def rows_shuffled(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`data.batch(32).shuffle(1000)` becomes `data.shuffle(1000).batch(32)`."""
    for call in [one for one in calls(tree, "shuffle") if at(one, found.line)]:
        links = _chain(call.func.value) if isinstance(call.func, ast.Attribute) else []
        batch = next((one for one in links if called(one) == "batch"), None)
        if batch is None or not isinstance(batch.func, ast.Attribute) or not isinstance(call.func, ast.Attribute):
            continue
        rest = text_of(source, call)[len(text_of(source, call.func.value)) :]
        start = span(source, batch.func.value)[1]
        edits = [Edit(start, start, rest), Edit(span(source, call.func.value)[1], span(source, call)[1], "")]
        yield apply_edits(source, edits), "rows are shuffled before they are put into batches"


def steps_of_batches(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`steps_per_epoch` counts batches; without it an epoch goes over all rows once."""
    for call in [one for one in calls(tree) if called(one).startswith("fit") and at(one, found.line)]:
        text = without_keyword(source, call, "steps_per_epoch")
        if text is not None:
            yield text, "an epoch goes over all rows once"


def set_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Variables are set once, above the loop."""
    for call in [one for one in method_calls(tree, "run") if at(one, found.line)]:
        statement, loops = statement_of(tree, call), loops_around(tree, call)
        if loops and alone(source, statement) and alone(source, loops[0]) and len(loops[-1].body) > 1:
            edits = [without(source, statement), above(source, loops[0], text_of(source, statement))]
            yield apply_edits(source, edits), "variables are set once, before the loop"


def true_labels(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loss compares the outputs with the labels, and not with themselves."""
    for call in [one for one in calls(tree) if at(one, found.line) and keyword(one, "labels") is not None]:
        labels = keyword(call, "labels")
        function = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
        scope: ast.AST = function or tree
        names = [one.arg for one in function.args.args] if function is not None else []
        stored = [one for one in ast.walk(scope) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
        names += [one.id for one in stored if one.lineno <= call.lineno]
        wanted = r"y|yb|y_?(true|batch|train|_)|\w*labels?\w*|targets?"
        for name in [one for one in dict.fromkeys(names) if re.fullmatch(wanted, one, re.IGNORECASE)][:2]:
            if labels is not None:
                yield replace(source, labels.value, name), f"the outputs are compared with {name}"


def in_their_places(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Labels and outputs change places."""
    for call in [one for one in calls(tree) if at(one, found.line) and "cross_entropy" in called(one)]:
        labels, logits = keyword(call, "labels"), keyword(call, "logits")
        pair = (labels.value, logits.value) if labels is not None and logits is not None else call.args[:2]
        if len(pair) == 2:
            one, other = pair
            edits = [Edit(*span(source, one), text_of(source, other)), Edit(*span(source, other), text_of(source, one))]
            yield apply_edits(source, edits), "labels and outputs stand in their own places"


def sigmoid_loss(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The cross-entropy of one output is that of yes or no."""
    for call in [one for one in calls(tree) if at(one, found.line) and "softmax_cross_entropy" in called(one)]:
        end = span(source, call.func)[1]
        name = "sigmoid_cross_entropy_with_logits"
        yield (
            apply_edits(source, [Edit(end - len(called(call)), end, name)]),
            "the one output has the loss for yes or no",
        )


def generator_in_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The generator of rows that are judged beside its labels gives them in their order."""
    for call in [one for one in calls(tree) if at(one, found.line) and called(one) in _GENERATORS]:
        yield with_keyword(source, call, "shuffle", "False"), "rows that are judged come in their order"


def generator_of_its_own(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Test rows go through a generator that only scales, as the one for training does."""
    for call in [one for one in calls(tree) if at(one, found.line) and called(one) in _GENERATORS]:
        if not isinstance(call.func, ast.Attribute):
            continue
        name = text_of(source, call.func.value)
        for maker in calls(tree, "ImageDataGenerator"):
            holder = statement_of(tree, maker)
            if not (isinstance(holder, ast.Assign) and text_of(source, holder.targets[0]) == name):
                continue
            kept = [text_of(source, one) for one in maker.keywords if one.arg in _SCALES]
            plain = f"{text_of(source, maker.func)}({', '.join(kept)})"
            shared = len([one for one in calls(tree) if called(one) in _GENERATORS
                          and text_of(source, one.func).startswith(f"{name}.")]) > 1  # fmt: skip
            target = call.func.value if shared else maker
            yield replace(source, target, plain), "test rows are scaled, and not changed at random"


def generators_scale(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A generator scales pixels as the other one does; by 1 / 255 where none does."""
    makers = calls(tree, "ImageDataGenerator")
    known = [one for maker in makers for one in maker.keywords if one.arg in _SCALES]
    name, value = (known[0].arg or "", text_of(source, known[0].value)) if known else ("rescale", "1.0 / 255")
    plain = [one for one in makers if all(keyword(one, scale) is None for scale in _SCALES)]
    here = [one for one in plain if at(one, found.line)] or plain
    text = source
    for maker in here[::-1]:
        text = with_keyword(text, maker, name, value)
    if here:
        yield text, "pixels are scaled by each generator"


def judge_frozen(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The discriminator is frozen before the model of both is compiled."""
    for call in [one for one in calls(tree, "compile") if at(one, found.line)]:
        statement = statement_of(tree, call)
        combined = text_of(source, call.func.value)  # type: ignore[attr-defined]
        made = [one for one in ast.walk(tree) if isinstance(one, ast.Assign)
                and text_of(source, one.targets[0]) == combined]  # fmt: skip
        used = {one.id for node in made for one in ast.walk(node.value) if isinstance(one, ast.Name)}
        used |= {one.id for add in method_calls(tree, "add") if text_of(source, add.func.value) == combined  # type: ignore[attr-defined]
                 for one in ast.walk(add) if isinstance(one, ast.Name)}  # fmt: skip
        compiled = [text_of(source, one.func.value) for one in method_calls(tree, "compile")]  # type: ignore[attr-defined]
        for name in [one for one in compiled if one in used and one != combined]:
            if alone(source, statement):
                text = apply_edits(source, [above(source, statement, f"{name}.trainable = False")])
                yield text, f"{name} is frozen where the model of both learns"
