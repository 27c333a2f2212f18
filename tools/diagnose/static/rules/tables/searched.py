"""Settings that a search has found, and that the model at the end does not get.

Sources: scikit-learn, GridSearchCV: best_estimator_, best_params_; Optuna, Study.best_params.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.uses import above, comes_after, home, only_shown
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Instance, Seq, Table, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_FOUND = ("best_params_", "best_params", "best_trial", "best_value", "best_score_", "best_index_", "cv_results_")
_COMPARED = listed("base baseline default defaults dummy initial untuned plain vanilla simple naive before")
"""How models are called that are fitted to be compared with the tuned one."""


@rule(
    "MODEL013",
    "best-settings-unused",
    "warning",
    "settings are searched for, and the model at the end does not get them",
    remedy="search.best_estimator_, or Model(**search.best_params_)",
    source="scikit-learn, GridSearchCV: best_estimator_, best_params_; Optuna, Study.best_params",
)
def unused(program: Program) -> Iterator[Found]:
    """`search.fit(X, y); print(search.best_params_)`, and then `RandomForestClassifier().fit(X, y)`."""
    for name, node, model, settings in _searches(program):
        if not settings or not _forgotten(program, name):
            continue
        for call in program.trace.of("fit"):
            late = comes_after(call.node, node) and home(program, call.node) is home(program, node)
            other = call.receiver
            if not late or not isinstance(other, Instance) or other.name != model.name or call.loops:
                continue
            if other is model:  # it is copied for the search, and learns nothing of what that finds
                if not _set_later(program, other):
                    yield call.node, f"{name} works on copies of {call.on()}, which does not get what it found"
                    break
                continue
            if set(tokens(call.on())) & _COMPARED:
                continue
            given = set(other.kwargs) | {"?"} if None in _keywords(other) else set(other.kwargs)
            if "?" in given or given & settings or other.args or _set_later(program, other):
                continue
            yield (
                call.node,
                f"{name} looks for {_some(settings)}, and {written(call.node.func)} does not get what it found",
            )
            break


def _some(settings: set[str]) -> str:
    return " and ".join(sorted(settings)[:2])


def _keywords(model: Instance) -> list[str | None]:
    return [one.arg for one in getattr(model.node, "keywords", [])]


def _set_later(program: Program, model: Instance) -> bool:
    """Whether settings are put into the model once it is made."""
    return any(call.receiver is model for call in program.trace.of("set_params"))


def _searches(program: Program) -> Iterator[tuple[str, ast.AST, Instance, set[str]]]:
    """(name, where it is fitted, the model, the settings looked for) of each search."""
    for call in program.trace.of("fit"):
        search = call.receiver
        if (
            isinstance(search, Instance)
            and search.name in estimators.SEARCHES
            and isinstance(call.node.func, ast.Attribute)
        ):
            model = search.argument("estimator", 0)
            name = call.node.func.value
            if isinstance(model, Instance) and isinstance(name, ast.Name):
                yield name.id, call.node, model, _grid(search)
    for call in program.trace.of("optimize"):
        study = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        if isinstance(study, ast.Name) and "optuna" in program.trace.libraries and call.node.args:
            yield from _by_trials(program, study.id, call)


def _grid(search: Instance) -> set[str]:
    places = ("param_grid", "param_distributions", "search_spaces")
    value: Value | None = next((given for one in places if (given := search.argument(one, 1)) is not None), UNKNOWN)
    tables = value.items if isinstance(value, Seq) else [value]
    found = {str(key) for one in tables if isinstance(one, Table) for key in one.items}
    return found if not any(one.startswith("?") or "__" in one for one in found) else set()


def _by_trials(program: Program, name: str, call: Call) -> Iterator[tuple[str, ast.AST, Instance, set[str]]]:
    """The model within an objective, whose settings are asked of a trial."""
    objective = written(call.node.args[0])
    asked = {
        one.args[0].value
        for one in program.each(ast.Call)
        if isinstance(one.func, ast.Attribute)
        and one.func.attr.startswith("suggest_")
        and one.args
        and isinstance(one.args[0], ast.Constant)
    }
    for node in program.each(ast.FunctionDef):
        if node.name == objective:
            inside = set(ast.walk(node))
            models = [one for one in program.trace.instances if one.node in inside and estimators.is_predictor(one)]
            if len({one.name for one in models}) == 1:
                yield name, call.node, models[0], {str(one) for one in asked}


def _forgotten(program: Program, name: str) -> bool:
    """Whether what a search has found is only shown, and the search is asked for nothing else."""
    for node in program.reads.get(name, []):
        up = program.parents.get(node)
        if not isinstance(up, ast.Attribute):
            return False
        if up.attr in ("fit", "optimize", "trials", "enqueue_trial"):
            continue
        if up.attr not in _FOUND:
            return False
        if not only_shown(program, up) and not _kept_to_show(program, up):
            return False
    return True


def _kept_to_show(program: Program, node: ast.AST) -> bool:
    """`best = search.best_params_`, where `best` is only shown."""
    statement = next((one for one in above(program, node) if isinstance(one, ast.stmt)), None)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    name = statement.targets[0].id
    shown = all(only_shown(program, one) for one in program.reads.get(name, []))
    return shown and len(program.sets.get(name, [])) == 1
