"""Edits of what `fit` of Keras is given: models that are not compiled, data sets without batches or without end, labels
of another form, shapes without a comma; and of a loss that is not for the values that are to be learnt."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword, without_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    block_of,
    given_to,
    method_calls,
    moved,
    owner,
    statement_of,
)
from mlpilot.tools.mending.keras.ends import last_layers, losses, with_activation, with_loss
from mlpilot.tools.mending.keras.parts import measured_as_values
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_ROWS = re.compile(r"len\(([\w.]+)\)|([\w.]+)\.shape\[0\]")


def compiled_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A model is compiled above its `fit`: by the `compile` that stands below, or with the loss for how it ends."""
    for fit in [one for one in method_calls(tree, "fit") if at(one, found.line)]:
        model, statement = owner(source, fit), statement_of(tree, fit)
        below_it = [one for one in method_calls(tree, "compile") if owner(source, one) == model]
        for one in below_it:
            later = statement_of(tree, one)
            same = later in block_of(tree, statement) and later is not statement
            if same and alone(source, later) and alone(source, statement):
                yield moved(source, later, statement, under=False), f"{model} is compiled before it is fitted"
        if below_it or not alone(source, statement):
            continue
        for loss in _losses_for(source, tree):
            line = f'{model}.compile(optimizer="adam", loss="{loss}")'
            text = apply_edits(source, [above(source, statement, line)])
            yield text, f"{model} is compiled, with {loss}"


def _losses_for(source: str, tree: ast.Module) -> list[str]:
    """The losses that fit how a model ends, the likeliest first."""
    for layer in last_layers(tree)[:1]:
        words = text_of(source, layer)
        if "softmax" in words:
            return ["sparse_categorical_crossentropy", "categorical_crossentropy"]
        if "sigmoid" in words:
            return ["binary_crossentropy"]
        units = layer.args[0] if layer.args else None
        return ["mse"] if isinstance(units, ast.Constant) and units.value == 1 else []
    return []


def in_batches(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A data set that `fit` is given gives batches; one that repeats for ever ends, or an epoch is told how long."""
    for call in [one for one in method_calls(tree, "fit", "evaluate") if at(one, found.line) and one.args]:
        given = call.args[0]
        named = given_to(tree, given.id) if isinstance(given, ast.Name) else []
        chain = named[-1].value if named else given
        if "repeats for ever" in found.message:
            yield from _with_end(source, chain)
            continue
        size = keyword(call, "batch_size")
        rows = text_of(source, size.value) if size is not None else "32"
        end = span(source, chain)[1]
        last = chain if isinstance(chain, ast.Call) else None
        prefetched = last is not None and called(last) == "prefetch" and isinstance(last.func, ast.Attribute)
        place = span(source, last.func.value)[1] if prefetched and last is not None else end  # type: ignore[attr-defined]
        text = apply_edits(source, [Edit(place, place, f".batch({rows})")])
        if size is not None:
            again = [one for one in method_calls(ast.parse(text), called(call)) if one.lineno >= call.lineno]
            text = (without_keyword(text, again[0], "batch_size") if again else None) or text
        yield text, f"the rows of {text_of(source, given)[:40]} come in batches of {rows}"


def _with_end(source: str, chain: ast.expr) -> Edits:
    """`.repeat()` without a number is left out of a chain of calls."""
    for one in calls(chain, "repeat"):
        if not one.args and not one.keywords and isinstance(one.func, ast.Attribute):
            start = span(source, one.func.value)[1]
            text = apply_edits(source, [Edit(start, span(source, one)[1], "")])
            yield text, "the data set ends after its last row"


def ends_once_read(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Rows for validation do not repeat."""
    for node in around(tree, found.line)[-1:]:
        yield from _with_end(source, node)  # type: ignore[arg-type]


def epochs_end(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`fit` of a generator without end is told how many batches an epoch has."""
    for fit in [one for one in method_calls(tree, "fit", "fit_generator") if at(one, found.line)]:
        given = fit.args[0] if fit.args else None
        one = keyword(fit, "x") or keyword(fit, "generator")
        given = one.value if one is not None else given
        steps = _batches_of(source, tree, given) if isinstance(given, ast.Call) else ""
        if not steps:
            continue
        text = with_keyword(source, fit, "steps_per_epoch", steps)
        judged = keyword(fit, "validation_data")
        if judged is not None and keyword(fit, "validation_steps") is None and isinstance(judged.value, ast.Call):
            more = _batches_of(source, tree, judged.value)
            again = next((each for each in method_calls(ast.parse(text), called(fit)) if at(each, found.line)), None)
            if more and again is not None:
                text = with_keyword(text, again, "validation_steps", more)
        yield text, f"an epoch has {steps} batches"


def validation_ends(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`fit` is told how many batches of an endless generator it is judged on."""
    del found
    for fit in method_calls(tree, "fit"):
        judged = keyword(fit, "validation_data")
        value = judged.value if judged is not None else None
        if isinstance(value, ast.Name) and given_to(tree, value.id):
            value = given_to(tree, value.id)[-1].value
        steps = _batches_of(source, tree, value) if isinstance(value, ast.Call) else ""
        if steps and keyword(fit, "validation_steps") is None:
            yield with_keyword(source, fit, "validation_steps", steps), f"it is judged on {steps} batches"


def _batches_of(source: str, tree: ast.Module, made: ast.Call) -> str:
    """How many batches a generator of the script's own gives in one pass: `len(X) // 32`; "" where it does not say."""
    home = next((one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == called(made)), None)
    if home is None:
        return ""
    names = [one.arg for one in home.args.args]
    given = {name: text_of(source, one) for name, one in zip(names, made.args, strict=False)}
    given |= {one.arg: text_of(source, one.value) for one in made.keywords if one.arg}
    plain = home.args.defaults
    given = {name: text_of(source, one) for name, one in zip(names[::-1], plain[::-1], strict=False)} | given
    counted = [next(filter(None, one)) for one in _ROWS.findall(text_of(source, home))]
    rows = next(iter(counted), "") or next((name for name in names if role_of(name) == "X"), "")
    sizes = [one.args[2] for one in calls(home, "range") if len(one.args) == 3]
    words = [name for name in [*names, *(one.id for one in ast.walk(home) if isinstance(one, ast.Name))]
             if re.search(r"batch|^bs$|size", name)]  # fmt: skip
    drawn = [one for name in ("randint", "choice", "integers") for one in calls(home, name) if len(one.args) > 1]
    size = text_of(source, sizes[0]) if sizes else text_of(source, drawn[0].args[-1]) if drawn else ""
    size = size or next((name for name in words if name in given or given_to(tree, name)), "")
    if not rows or not size:
        return ""
    local = {one.targets[0].id for one in ast.walk(home) if isinstance(one, ast.Assign)
             and isinstance(one.targets[0], ast.Name)} - set(names)  # fmt: skip
    if rows in local or size in local:
        return ""
    return f"len({given.get(rows, rows)}) // {given.get(size, size)}"


def parts_of_pipeline(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`validation_split` of a data set becomes two parts of it, by `take` and `skip`."""
    for fit in [one for one in method_calls(tree, "fit") if at(one, found.line)]:
        share, statement = keyword(fit, "validation_split"), statement_of(tree, fit)
        given = fit.args[0] if fit.args else None
        if share is None or not isinstance(given, ast.Name) or not alone(source, statement):
            continue
        name = given.id
        made = given_to(tree, name)
        shuffles = [
            one for node in made for one in calls(node, "shuffle") if keyword(one, "reshuffle_each_iteration") is None
        ]
        line = f"held_out = max(1, int({text_of(source, share.value)} * int({name}.cardinality())))"
        text = with_keyword(source, fit, "validation_data", f"{name}.take(held_out)")
        first = next(one for one in method_calls(ast.parse(text), "fit") if at(one, found.line))
        text = without_keyword(text, first, "validation_split") or ""
        again = next((one for one in method_calls(ast.parse(text), "fit") if at(one, found.line)), None)
        if again is None:
            continue
        edits = [Edit(*span(text, again.args[0]), f"{name}.skip(held_out)"),
                 above(text, statement_of(ast.parse(text), again), line)]  # fmt: skip
        for one in shuffles:
            end = span(text, one)[1] - 1
            edits.append(Edit(end, end, ", reshuffle_each_iteration=False"))
        yield apply_edits(text, edits), f"{name} is divided by take and skip"


def labels_alike(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Labels to be judged on get the form of those for training: one column a class."""
    made = [one for one in calls(tree, "to_categorical") if one.args]
    for call in [one for one in method_calls(tree, "fit", "evaluate") if at(one, found.line)] if made else ():
        one = keyword(call, "validation_data")
        parts = one.value.elts if one is not None and isinstance(one.value, ast.Tuple | ast.List) else []
        place = (
            parts[1] if len(parts) > 1 else call.args[1] if called(call) == "evaluate" and len(call.args) > 1 else None
        )
        if place is None:
            continue
        more = ", ".join([text_of(source, each) for each in made[0].args[1:]]
                         + [text_of(source, each) for each in made[0].keywords])  # fmt: skip
        function = text_of(source, made[0].func)
        tail = f", {more}" if more else ""
        name = text_of(source, place)
        made_so = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and node.value is made[0]
                   and text_of(source, node.targets[0]) == text_of(source, made[0].args[0])]  # fmt: skip
        if made_so and isinstance(place, ast.Name) and alone(source, made_so[0]):
            line = f"{name} = {function}({name}{tail})"
            known = given_to(tree, name)
            later = known and known[-1].lineno > made_so[0].lineno
            edit = above(source, statement_of(tree, call), line) if later else _under(source, made_so[0], line)
            yield apply_edits(source, [edit]), f"{name} has one column a class, as the labels for training"
        yield (
            replace(source, place, f"{function}({name}{tail})"),
            f"{name} has one column a class, as those for training",
        )


def _under(source: str, statement: ast.stmt, line: str) -> Edit:
    end = source.find("\n", span(source, statement)[1])
    end = len(source) if end < 0 else end
    first = span(source, statement)[0]
    pad = source[source.rfind("\n", 0, first) + 1 : first]
    return Edit(end, end, f"\n{pad}{line}")


def as_values(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loss of yes or no for prices becomes a squared error, of outputs without an activation."""
    if "is for values" in found.message or "one output tells" in found.message:
        return
    known = losses(tree)
    if not known:
        return
    text = apply_edits(source, [edit for one in known[:1] for edit in with_loss(source, one, "mse")])
    said = "the loss is that of values, and nothing bounds the outputs"
    for layer in last_layers(ast.parse(text))[:1]:
        open_ended = with_activation(text, ast.parse(text), layer, "") or text
        for measured, what in measured_as_values(open_ended, ast.parse(open_ended), found):
            yield measured, f"{said}; {what}"
        yield open_ended, said


def step_is_run(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`sess.run(loss, ...)` in the loop runs the training step, too."""
    made = [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]
    loops = [one for one in ast.walk(tree) if isinstance(one, ast.For | ast.While)]
    for node in made:
        step = text_of(source, node.targets[0])
        for run in [
            one for loop in loops for one in method_calls(loop, "run") if keyword(one, "feed_dict") or len(one.args) > 1
        ]:
            statement = statement_of(tree, run)
            asked = run.args[0]
            several = isinstance(asked, ast.List | ast.Tuple)
            inner = ", ".join(text_of(source, one) for one in asked.elts) if several else text_of(source, asked)  # type: ignore[attr-defined]
            edits = [Edit(*span(source, asked), f"[{step}, {inner}]")]
            if isinstance(statement, ast.Assign) and statement.value is run:
                target = statement.targets[0]
                if several and not isinstance(target, ast.Tuple | ast.List):
                    continue
                names = (
                    [text_of(source, one) for one in target.elts]
                    if isinstance(target, ast.Tuple)
                    else [text_of(source, target)]
                )
                edits.append(Edit(*span(source, target), ", ".join(["_", *names])))
            elif not isinstance(statement, ast.Expr):
                end = span(source, run)[1]
                edits.append(Edit(end, end, "[1]"))
            yield apply_edits(source, edits), f"{step} is run in the loop"
            return


def with_comma(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`input_shape=(784)` becomes `input_shape=(784,)`."""
    for call in [one for one in calls(tree) if at(one, found.line)]:
        places = [
            one.value for one in call.keywords if one.arg in ("shape", "input_shape", "batch_shape", "target_shape")
        ]
        places += call.args[:1] if called(call) in ("Input", "Reshape", "InputLayer") else []
        for one in places:
            if isinstance(one, ast.Tuple | ast.List) or span(source, one)[0] == 0:
                continue
            start, end = span(source, one)
            bare = source[start - 1] != "(" or source[end : end + 1] != ")" or one in call.args
            text = f"({text_of(source, one)},)" if bare else f"{text_of(source, one)},"
            yield apply_edits(source, [Edit(start, end, text)]), f"the shape is {text.strip('()')} as a tuple"
