"""What was kept beside a model, and is not used where the model is loaded again.

Sources: scikit-learn, Model persistence; Common pitfalls: inconsistent preprocessing.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import parameters
from mlpilot.tools.diagnose.static.facts.uses import above
from mlpilot.tools.diagnose.static.libraries import estimators, nets
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Instance, Table, Value, covers, words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.tables.leak import at
from mlpilot.tools.diagnose.syntax import called, names_in

_ASKED = ("predict", "predict_proba", "decision_function", "score")
_TRANSFORMING = frozenset(("scale", "impute", "reduce", "select", "vocabulary", "target"))


@rule(
    "MODEL021",
    "kept-and-never-applied",
    "error",
    "a transformer is kept beside the model, and new rows do not go through it",
    remedy='model.predict(bundle["scaler"].transform(rows)); or keep one Pipeline of both',
    source="scikit-learn, Model persistence; Common pitfalls: inconsistent preprocessing",
)
def never_applied(program: Program) -> Iterator[Found]:
    """`joblib.dump({"scaler": scaler, "net": net}, path)`, and `joblib.load(path)["net"].predict(rows)`."""
    for call in program.trace.of("dump"):
        kept = call.args[0] if call.args else None
        if isinstance(kept, Table):
            yield from _of_bundle(program, kept)
    yield from _of_files(program)


def _transforms(value: Value) -> bool:
    return isinstance(value, Instance) and estimators.KIND.get(value.name) in _TRANSFORMING


def _predicts(value: Value) -> bool:
    return estimators.is_predictor(value) or nets.is_keras_model(value)


def _of_bundle(program: Program, kept: Table) -> Iterator[Found]:
    """A dict of a model and of what its rows went through."""
    steps = {str(key) for key, value in kept.items.items() if _transforms(value)}
    models = {str(key) for key, value in kept.items.items() if _predicts(value)}
    loaded = {
        node.targets[0].id
        for node in program.each(ast.Assign)
        if isinstance(node.targets[0], ast.Name) and called(node.value) == "load"
    }
    taken = {key: node for node in program.nodes for key in _key_of(node, loaded)}
    if not steps or not models & set(taken) or steps & set(taken):
        return
    model = min(models & set(taken))
    statement = next((one for one in above(program, taken[model]) if isinstance(one, ast.stmt)), None)
    name = statement.targets[0].id if _names_one(statement) else ""  # type: ignore[union-attr]
    for node in program.each(ast.Call):
        held = node.func.value if isinstance(node.func, ast.Attribute) and called(node) in _ASKED else None
        mine = held is taken[model] or (isinstance(held, ast.Name) and held.id == name)
        if mine and node.args and "transform" not in _made_of(program, node.args[0]):
            text = f"{min(steps)!r} is kept beside {model!r}, and {written(node.args[0])} does not go through it"
            yield node, text
            return


def _names_one(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)


def _key_of(node: ast.AST, loaded: set[str]) -> list[str]:
    """The key by which something is taken out of what was loaded: `bundle["net"]`, `bundle.get("net")`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in loaded:
        at: ast.expr | None = node.slice
    elif isinstance(node, ast.Call) and called(node) == "get" and isinstance(node.func, ast.Attribute) and node.args:
        at = node.args[0] if isinstance(node.func.value, ast.Name) and node.func.value.id in loaded else None
    else:
        return []
    return [at.value] if isinstance(at, ast.Constant) and isinstance(at.value, str) else []


def _made_of(program: Program, node: ast.expr) -> str:
    """An expression, and how the names in it were made, as written."""
    made = [written(one.value, 300) for name in sorted(names_in(node)) for one in program.sets.get(name, [])]
    return " ".join([written(node, 300), *made])


def _of_files(program: Program) -> Iterator[Found]:
    """A file for the model and one for what its rows went through, of which only the former is loaded again."""
    kept: dict[str, Value] = {}
    for call in program.trace.of("dump"):
        if len(call.args) > 1 and (name := words(call.args[1])):
            kept[name[0]] = call.args[0]
    loads = {name[0]: call for call in program.trace.of("load") if call.args and (name := words(call.args[0]))}
    steps = [name for name, value in kept.items() if _transforms(value) and name not in loads]
    models = [name for name, value in kept.items() if _predicts(value) and name in loads]
    if not steps or not models:
        return
    for node in program.each(ast.Call):
        held = node.func.value if isinstance(node.func, ast.Attribute) and called(node) in _ASKED else None
        made = program.sets.get(held.id, []) if isinstance(held, ast.Name) else []
        mine = any(one.value is loads[models[0]].node for one in made)
        if mine and node.args and "transform" not in _made_of(program, node.args[0]):
            text = f"{steps[0]} is kept beside {models[0]} and never loaded"
            yield node, f"{text}: {written(node.args[0])} does not go through it"
            return


@rule(
    "MODEL022",
    "fitted-anew-for-a-loaded-model",
    "warning",
    "a loaded model is asked about rows that were transformed by what was fitted on them",
    remedy="keep the scaler (or encoder) beside the model, load both, and call transform alone",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing; Model persistence",
)
def fitted_anew(program: Program) -> Iterator[Found]:
    """`model = load_model("m.keras")`, `rows = StandardScaler().fit_transform(rows)`, `model.predict(rows)`."""
    fitted = {call.on() for call in program.trace.of("fit", "partial_fit", "train_on_batch")}
    if any(_predicts(call.receiver) for call in program.trace.of("fit") if call.receiver is not None):
        return
    for call in program.trace.of("predict", "predict_proba", "predict_on_batch"):
        held = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        data = as_data(call.args[0]) if call.args else None
        if not isinstance(held, ast.Name) or data is None or held.id in fitted or "mixed" in data.flags:
            continue
        if not _is_loaded(program, held.id) and not _is_given(program, call, held.id):
            continue
        for one in sorted(data.learned, key=lambda one: one.line):
            kept = part_of(str(next(iter(one.rows))[0][2])) == "train" if one.rows else True
            if one.what[:1].isupper() and one.kind in _TRANSFORMING and covers(one.rows, data.rows) and not kept:
                text = f"{one.what} is fitted on {one.of or 'rows'}, which {held.id} is asked about at line"
                yield at(one), f"{text} {call.node.lineno}: it learnt from rows that another one transformed"
                return


def _is_loaded(program: Program, name: str) -> bool:
    """Whether every value that a name gets comes from a file."""
    values = [node.value for node in program.sets.get(name, [])]
    return bool(values) and all(called(one) in ("load_model", "load") for one in values)


def _is_given(program: Program, call: Call, name: str) -> bool:
    """Whether it is an argument of the function that asks, and nobody here calls that one."""
    home = call.inside[-1] if call.inside else ""
    own = [one for one in program.each(ast.FunctionDef) if one.name == home]
    is_called = any(called(one) == home for one in program.each(ast.Call))
    return bool(own) and not is_called and all(name in parameters(one) for one in own)
