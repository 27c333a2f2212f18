"""Settings that were looked for on all rows, and a test part that was among them.

Sources: Yang et al. 2022 (multi-test leakage); scikit-learn, Tuning the hyper-parameters of an estimator.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlpilot.tools.diagnose.static.facts.judged import Judgement, in_folds, is_part, judgements, part, targets
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Const, Data, Instance, Seq, Table, Value, covers
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_GRIDS = ("param_grid", "param_distributions", "search_spaces")
_NO_SETTING = frozenset(("random_state", "n_jobs", "verbose", "max_iter", "seed"))
_ANY: frozenset[object] = frozenset(("?",))


@dataclass(frozen=True, eq=False)
class _Search:
    """One search for settings."""

    call: Call
    rows: Data
    model: Instance
    settings: dict[str, frozenset[object]]
    """Each setting, and the values that are tried; `_ANY` where they are not known."""
    search: Instance | None = None


@rule(
    "LEAK044",
    "settings-searched-on-all-rows",
    "warning",
    "settings are looked for on all rows, test rows among them",
    remedy="search.fit(X_train, y_train), and judge the best of it on the test part, once",
    source="Yang et al. 2022, multi-test leakage; scikit-learn, Tuning the hyper-parameters of an estimator",
)
def searched_on_all(program: Program) -> Iterator[Found]:
    """`GridSearchCV(...).fit(X, y)`, and then `Model(**search.best_params_).fit(X_train, y_train)`."""
    told: set[ast.AST] = set()
    for search in _searches(program):
        for use in judgements(program) if search.call.node not in told else ():
            trained = use.trained_on
            late = use.call.order > search.call.order and use.fit is not None and use.fit.order > search.call.order
            if not late or trained is None or part(use.data, use.call.text(0, "X")) != "test":
                continue
            among = covers(search.rows.rows, use.data.rows) and not covers(trained.rows, use.data.rows)
            if among and not in_folds(use.data, program) and _takes(program, use, search):
                told.add(search.call.node)
                what = search.search.name if search.search is not None else search.call.name
                of = search.call.text(0 if search.search is not None else 1, "X")
                text = f"{what} looks for settings on {of}, all rows of it"
                yield search.call.node, f"{text}, and line {use.call.node.lineno} judges them on some of these rows"
                break


def _searches(program: Program) -> Iterator[_Search]:
    """Each search and each loop over cross-validations that is given rows before they are split."""
    for call in program.trace.of("fit", *estimators.CROSS):
        crossed = call.name in estimators.CROSS
        data = as_data(call.get("X", 1 if crossed else 0))
        if data is None or not data.rows or is_part(data.rows) or "mixed" in data.flags:
            continue
        if crossed and isinstance(model := call.get("estimator", 0), Instance):
            settings = _varied(model, call)
            if settings:
                yield _Search(call, data, model, settings)
        elif isinstance(call.receiver, Instance) and call.receiver.name in estimators.SEARCHES:
            inner = estimators.innermost(call.receiver)
            if isinstance(inner, Instance) and (settings := _grid(call.receiver)):
                yield _Search(call, data, inner, settings, call.receiver)


def _grid(search: Instance) -> dict[str, frozenset[object]]:
    value: Value | None = next((given for one in _GRIDS if (given := search.argument(one, 1)) is not None), UNKNOWN)
    tables = value.items if isinstance(value, Seq) else [value]
    found: dict[str, frozenset[object]] = {}
    for table in tables:
        for key, tried in table.items.items() if isinstance(table, Table) else ():
            name = str(key).rpartition("__")[2]
            found[name] = found.get(name, frozenset()) | _values(tried)
    return found


def _values(tried: Value) -> frozenset[object]:
    known = isinstance(tried, Seq) and tried.whole and all(isinstance(one, Const) for one in tried.items)
    if not known:
        return _ANY
    return frozenset(one.value for one in tried.items if isinstance(one.value, int | float | str))  # type: ignore[attr-defined]


def _varied(model: Instance, call: Call) -> dict[str, frozenset[object]]:
    """Settings of a model that change from turn to turn of a loop, or are asked of a trial."""
    if not isinstance(model.node, ast.Call):
        return {}
    turning = {name for loop in call.loops for name in targets(loop)} - {"seed", "random_state", "rs", "_"}
    asked = any("objective" in name for name in call.inside)
    found = {}
    given = [(one.arg or "", one.value) for one in model.node.keywords] + [("0", one) for one in model.node.args[:1]]
    for name, value in given:
        used = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
        if name not in _NO_SETTING and (used & turning or (asked and not isinstance(value, ast.Constant))):
            found[name] = _ANY
    return found


def _takes(program: Program, use: Judgement, search: _Search) -> bool:
    """Whether the model that is judged has settings that were found."""
    model = use.model
    if model is search.search:  # `search.best_estimator_.fit(X_train, y_train)`
        text = written(use.fit.node, 200) if use.fit is not None else ""
        called = text.partition(".fit")[0]
        made = program.sets.get(called, [])
        return "best_estimator" in text or any("best_estimator" in written(one.value, 200) for one in made)
    inner = estimators.innermost(model)
    if isinstance(inner, Instance) and inner.name in ("Pipeline", "make_pipeline"):
        inner = estimators.last_step(inner)
    if not isinstance(inner, Instance) or inner.name != _last(search.model).name:
        return False
    if inner is search.model or not isinstance(inner.node, ast.Call) or model.name in estimators.SEARCHES:
        return False
    if any(written(one.value, 200).endswith(("best_params_", "best_params")) for one in inner.node.keywords):
        return True
    given = [(one.arg or "", one.value) for one in inner.node.keywords] + [("0", one) for one in inner.node.args[:1]]
    return any(name in search.settings and _found(value, search.settings[name]) for name, value in given)


def _last(model: Instance) -> Instance:
    last = estimators.last_step(model) if model.name in ("Pipeline", "make_pipeline") else model
    return last if isinstance(last, Instance) else model


def _found(value: ast.expr, tried: frozenset[object]) -> bool:
    """Whether a setting is what a search may have found: `best_k`, or one of the values that are tried."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int | float) if "?" in tried else value.value in tried
    return bool({"best", "optimal", "opt", "tuned"} & set(tokens(written(value, 80))))
