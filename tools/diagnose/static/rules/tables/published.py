"""Columns that are no features: known only afterwards, or mere numbers of rows.

Sources: Kaufman et al. 2011, "Leakage in Data Mining"; Kapoor and Narayanan 2023, proxies of the outcome; the
publishers of each table, in published.py.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds
from mlpilot.tools.diagnose.static.facts.published import IDENTIFIER, Published, tables, texts
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.libraries.columns import NO_TEXT
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Data, Instance, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_KEEPING = ("scale", "impute", "reduce")
_BOOSTERS = frozenset(("lightgbm", "xgboost", "catboost"))


def _learnt_from(program: Program) -> Iterator[tuple[Call, Data]]:
    """(call, features) of each fit, each cross-validation and each data set of a booster."""
    for call in program.trace.of("fit", "fit_predict", *estimators.CROSS, "Dataset", "DMatrix", "Pool"):
        model = call.args[0] if call.name in estimators.CROSS and call.args else call.receiver
        made = call.name in ("Dataset", "DMatrix", "Pool") and call.library in _BOOSTERS
        inner = estimators.innermost(model)
        if isinstance(inner, Instance) and inner.name in ("Pipeline", "make_pipeline"):
            *before, inner = estimators.steps_of(inner) or [UNKNOWN]
            if not all(isinstance(one, Instance) and estimators.KIND.get(one.name) in _KEEPING for one in before):
                continue  # a step may well leave columns out
        if isinstance(inner, Instance) and inner.name.startswith("Dummy"):
            continue
        X = as_data(call.get("X", 1 if call.name in estimators.CROSS else 0) or call.get("data"))
        if X is not None and X.frame and X.kind == "data" and (made or estimators.task_of(inner)):
            yield call, X


def _chooses_later(program: Program) -> bool:
    """Whether a transformer of columns picks those that it names."""
    return bool(program.names & {"ColumnTransformer", "make_column_transformer", "DataFrameMapper", "feature_columns"})


def _among(X: Data, columns: frozenset[str], table: Published, said: set[str]) -> list[str]:
    """Which published columns are among the features: those that are named; or all, where none is named anywhere."""
    if X.columns is not None:
        return sorted(columns & set(X.columns))
    wanted = columns & said or (columns if table.certain else frozenset())
    wanted -= table.text if NO_TEXT in X.without else set()
    return sorted(one for one in wanted if holds(X, one, numbers=True))


@rule(
    "LEAK037",
    "known-only-afterwards",
    "warning",
    "a feature is known only once the outcome is",
    remedy="leave these columns out of X: they are not there yet when the model is asked",
    source="Kaufman et al. 2011; Kapoor and Narayanan 2023, proxies of the outcome; the publishers of each table",
)
def known_only_afterwards(program: Program) -> Iterator[Found]:
    """`total_rec_prncp` of Lending Club, `duration` of the bank's calls, `boat` of the Titanic."""
    known, said = tables(program), texts(program)
    for call, X in _learnt_from(program) if known and not _chooses_later(program) else ():
        for table in known:
            found = _among(X, table.afterwards, table, said) if table.targets & said else []
            if found and "grouped" not in X.flags:
                yield call.node, f"{', '.join(found[:3])} of {table.name} are among the features: {table.source}"
                return
    yield from _made_of_later(program, known, said)


def _made_of_later(program: Program, known: list[Published], said: set[str]) -> Iterator[Found]:
    """`f["fico"] = t.last_fico_range_high`: a feature under a name of the program's own."""
    later = {column: table for table in known if table.targets & said for column in table.afterwards}
    learnt = list(_learnt_from(program)) if later and not _chooses_later(program) else []
    for call in program.trace.of("fit", *estimators.CROSS) if later else ():
        X = as_data(call.get("X", 1 if call.name in estimators.CROSS else 0))
        learnt += [(call, X)] if X is not None and X.columns is not None else []
    targets = {name for call, _ in learnt for name in _targets(call)}.union(*(table.targets for table in known))
    for node in program.each(ast.Assign) if learnt else ():
        at = node.targets[0].slice if isinstance(node.targets[0], ast.Subscript) else None
        new = at.value if isinstance(at, ast.Constant) else ""
        used = [name for one in ast.walk(node.value) if (name := _column_read(one)) in later]
        if not isinstance(new, str) or not new or new in targets or not used or new in later:
            continue
        if re.search(r"\.(shift|rolling|expanding|ewm|diff|groupby|cumsum)\(", written(node.value, 400)):
            continue  # of rows before
        if any(new in X.columns if X.columns is not None else new not in X.without for _, X in learnt):
            table = later[used[0]]
            yield node, f"{new!r} is made of {used[0]!r} of {table.name}, and is among the features: {table.source}"
            return


def _column_read(node: ast.AST) -> str:
    """The column that an expression reads: `t["a"]`, `t.a`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.attr if isinstance(node, ast.Attribute) else ""


@rule(
    "DATA006",
    "identifier-among-features",
    "warning",
    "a number that only says which row it is, among the features",
    remedy="leave it out of X, or make it the index: df.set_index('id')",
    source="Kaufman et al. 2011 (identifiers that give the outcome away); the publishers of each table",
)
def identifier(program: Program) -> Iterator[Found]:
    """`X = df.drop(columns="left")`, which holds `employee_id`."""
    if _chooses_later(program) or _first_is_index(program):
        return
    known, said = tables(program), texts(program)
    for call, X in _learnt_from(program):
        named = {one for one in _columns_named(program) if IDENTIFIER.search(one)}
        found = {one for one in X.columns or named if IDENTIFIER.search(one) and holds(X, one, numbers=True)}
        if NO_TEXT in X.without:
            found = set()  # it may be a text, which is left out
        for table in known:
            unnamed = X.columns is None and not any(IDENTIFIER.search(one) for one in said)
            found |= set(_among(X, table.ids, table, said)) if unnamed else set()
        found -= _targets(call)
        if found:
            yield call.node, f"{min(found)} is among the features, and only says which row it is"
            return


def _targets(call: Call) -> set[str]:
    y = as_data(call.get("y", 2 if call.name in estimators.CROSS else 1) or call.get("label"))
    return set(y.columns or ()) if y is not None else set()


def _columns_named(program: Program) -> set[str]:
    """Columns that are read by their names: `df["id"]`, `df.id`."""
    found = {
        one.slice.value
        for one in program.each(ast.Subscript)
        if isinstance(one.slice, ast.Constant) and isinstance(one.slice.value, str)
    }
    for node, base in program.trace.attributes:
        if isinstance(base, Data) and base.frame and base.kind == "data":
            found.add(node.attr)
    return found


def _first_is_index(program: Program) -> bool:
    """Whether a table is read with its first columns as the index, whatever they are called."""
    reads = program.trace.of("read_csv", "read_excel", "read_table", "read_parquet")
    return any(isinstance(constant(call.get("index_col")), int) for call in reads)
