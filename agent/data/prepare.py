"""From what the person asked for to what is to be learnt: TaskSpec → Prepared."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.data.clusters import (
    clusters_per_class,
    copies_are_copies,
    find_copies,
    group_codes,
    merged,
    row_hashes,
    time_ranks,
)
from mlpilot.agent.data.conform import conform, conform_noted, features_frame
from mlpilot.agent.data.fingerprint import column_digest, combined
from mlpilot.agent.data.ids import named_like_id
from mlpilot.agent.data.phrases import counted, few, listed, plain, shown
from mlpilot.agent.data.profile import understand
from mlpilot.agent.data.table import Table, read_table
from mlpilot.agent.data.target import Label, class_codes, encode, infer_type, read_target, regression_values
from mlpilot.agent.data.values import Raw, present, raw, select
from mlpilot.agent.task import Column, Task, TaskSpec, TaskType
from mlpilot.sandbox.errors import UserError

__all__ = ["Prepared", "conform", "prepare"]

LEAST_ROWS = 20
ROWS_OF_A_CLASS = 4
"""Sealing a quarter leaves three, in three folds: every training part holds two, as many as an inner split needs."""
DEFAULT_METRIC: dict[TaskType, str] = {
    "classification": "neg_log_loss",
    "regression": "neg_root_mean_squared_error",
}


@dataclass(frozen=True, eq=False)
class Prepared:
    """Data, understood: what the Judge splits and the Brain may know about."""

    task: Task
    columns: tuple[Column, ...]
    """Every column of the table except the target, in order."""
    notes: tuple[str, ...]
    """One short line each, for the screen."""
    X: pd.DataFrame
    """(n, d) the used features of the labelled rows: int64, float64, bool, datetime64[ns], or object of str."""
    y: NDArray[Any]
    """(n,) int32 codes into `task.classes`, or float64."""
    groups: NDArray[np.int64] | None
    """(n,) cluster of each row; rows of one cluster must stay in one part. None if all are alone."""
    order: NDArray[np.int64] | None
    """(n,) rank in time under --time, ties sharing one; else None."""
    X_test: pd.DataFrame | None
    """(m, d) rows of the --test table."""
    y_test: NDArray[Any] | None
    """(m,) as `y`; None where the --test table has no target."""
    labelled: NDArray[np.int64]
    """(n,) row numbers in the file, from 0."""
    test_rows: NDArray[np.int64] | None = None
    """(m,) row numbers in the --test file, from 0."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """What belongs to each row, filtered together."""

    X: pd.DataFrame
    values: Raw
    """Of the target."""
    groups: NDArray[np.int64] | None
    order: NDArray[np.int64] | None
    labelled: NDArray[np.int64]

    def take(self, keep: NDArray[np.bool_]) -> "_Rows":
        groups, order = (None if part is None else part[keep] for part in (self.groups, self.order))
        X = self.X.loc[keep].reset_index(drop=True)
        return _Rows(X, select(self.values, keep), groups, order, self.labelled[keep])


def prepare(spec: TaskSpec) -> Prepared:
    """Read the table, understand its columns, find the rows to learn from. Raises `UserError`.

    The metric is not resolved here: `Task.metric` is what was asked for, or the default of the type.
    """
    spec = _with_plain_names(spec)
    table = read_table(spec.data)
    notes = list(table.notes)
    _check_names(spec, table)
    series = {str(name): column for name, column in table.frame.items()}
    del table  # so that each column can go as soon as it is understood
    rows, columns = _understood(spec, series, notes)
    kind = spec.task or infer_type(rows.values)
    classes: list[Label] = []
    if kind == "classification":
        rows, codes, classes = _classes(spec, rows, notes)
        y: NDArray[Any] = codes.astype(np.int32)
        notes += _imbalance(y, classes)
    else:
        y = regression_values(rows.values, spec.target)
        if (y == y[0]).all():
            raise UserError(f"the target {spec.target} is {y[0]:g} in every row; there is nothing to predict")
    groups = rows.groups
    if groups is not None and len(np.unique(groups)) == len(groups):
        groups = None
    X_test, y_test, test_rows = _test_table(spec, columns, kind, classes, rows.X, notes)
    task = Task(
        target=spec.target,
        type=kind,
        metric=spec.metric or DEFAULT_METRIC[kind],
        data_hash=_hash(rows.X, columns, y, classes, groups, rows.order),
        features=tuple(column.name for column in columns if column.used),
        classes=tuple(classes),
        group=spec.group,
        time=spec.time,
        test_hash=None if X_test is None else _hash(X_test, columns, y_test, classes, None, None),
        seed=spec.seed,
    )
    return Prepared(
        task, tuple(columns), tuple(notes), rows.X, y, groups, rows.order, X_test, y_test, rows.labelled, test_rows
    )


def _with_plain_names(spec: TaskSpec) -> TaskSpec:
    """Names of columns written as tables keep them, so that what is in a file's header can be asked for as it is."""
    group, time = (None if name is None else plain(name) for name in (spec.group, spec.time))
    return replace(spec, target=plain(spec.target), group=group, time=time, drop=tuple(map(plain, spec.drop)))


def _check_names(spec: TaskSpec, table: Table) -> None:
    names = list(table.frame.columns)
    asked = [("--target", spec.target), ("--group", spec.group), ("--time", spec.time)]
    for option, name in [*asked, *(("--drop", name) for name in spec.drop)]:
        if name is not None and name not in names:
            folded = {known.casefold(): known for known in names}
            near = difflib.get_close_matches(name.casefold(), folded, n=1)
            hint = f"did you mean {shown(folded[near[0]])}?" if near else f"there are {listed(names)}"
            raise UserError(f"{option} {shown(name)}: {spec.data} has no such column; {hint}")
        if name in table.repeated:
            raise UserError(f"{option} {shown(name)}: more than one column of {spec.data} is called that; rename one")
        if option != "--target" and name == spec.target:
            raise UserError(f"{option} {name}: this is the target; name another column")


def _understood(spec: TaskSpec, table: dict[str, pd.Series], notes: list[str]) -> tuple[_Rows, list[Column]]:
    """Rows with a target (and a time), and every column; the table is emptied on the way, to spare memory."""
    series = table.pop(spec.target)
    there, target = read_target(series)
    if not there.any():
        raise UserError(f"the target {spec.target} is missing in every row")
    if not there.all():
        notes.append(f"{counted(int((~there).sum()), 'row')} without a target left out")
    order, timed = None, np.ones(len(there), dtype=bool)
    if spec.time is not None:
        moments = _moments(spec.time, raw(table[spec.time]))
        timed = ~pd.isna(moments)
        if (there & ~timed).any():
            notes.append(f"{counted(int((there & ~timed).sum()), 'row')} without a time ({spec.time}) left out")
        target, there = select(target, timed[there]), there & timed
        order = time_ranks(moments[there])
    n = int(there.sum())
    if n < LEAST_ROWS:
        raise UserError(f"{spec.data}: {counted(n, 'row')} with a target; at least {LEAST_ROWS} are needed")
    groups = group_codes(select(raw(table[spec.group]), there)) if spec.group is not None else None
    columns, features = _features(spec, table, there, _copy_digest(series, there), notes)
    X = features_frame(features, n)
    copies = find_copies(X, columns)
    if copies.clusters is not None:
        count = len(copies.clusters) - len(np.unique(copies.clusters))
        notes.append(f"{counted(count, 'duplicate row')} kept together")
    elif copies.number and spec.group is None:
        notes.append(
            f"{counted(copies.number, 'row')} like another one in all columns: coincidence, as it seems "
            "(--group keeps rows together that belong together)"
        )
    return _Rows(X, target, merged(groups, copies.clusters), order, np.flatnonzero(there)), columns


def _features(
    spec: TaskSpec,
    table: dict[str, pd.Series],
    rows: NDArray[np.bool_],
    copied_target: bytes | None,
    notes: list[str],
) -> tuple[list[Column], dict[str, Any]]:
    """Every column as understood, and the values of those that are used; `copied_target` is a copy's digest."""
    apart = dict.fromkeys(spec.drop, "dropped")
    apart |= {name: why for name, why in ((spec.group, "tells the groups"), (spec.time, "tells the order")) if name}
    columns: list[Column] = []
    features: dict[str, Any] = {}
    seen: dict[bytes, str] = {}
    changed: list[str] = []
    for name in list(table):
        values = raw(table.pop(name))
        found = understand(name, values if rows.all() else select(values, rows))
        column = found.column
        if name in apart:
            columns.append(replace(column, used=False, why=apart[name]))
            continue
        changed += found.notes
        if found.values is not None:
            digest = column_digest(found.values)
            twin = seen.setdefault(digest + column.kind.encode(), name)
            if twin != name or digest == copied_target:
                same = "same as the target" if digest == copied_target else f"same as {shown(twin)}"
                column = replace(column, kind="duplicate", detail=same, used=False, why=same)
            else:
                features[name] = found.values
        columns.append(column)
    if not features:
        reasons = "; ".join(_left_out(columns)[:3])
        raise UserError(f"{spec.data}: no column is left to learn from" + (f" ({reasons})" if reasons else ""))
    notes += [*few(changed, "columns with values taken as missing"), *_left_out(columns)]
    if spec.group is None:
        notes += _repeated_ids(columns, int(rows.sum()))
    return columns, features


def _copy_digest(target: pd.Series, rows: NDArray[np.bool_]) -> bytes | None:
    """The digest that a column of the same values has, which would give the target away; None where it is constant."""
    found = understand("", select(raw(target), rows))  # without a name: a target called `id` is no id
    return None if found.values is None else column_digest(found.values)


def _left_out(columns: Sequence[Column]) -> list[str]:
    """One line for each reason."""
    reasons: dict[str, list[str]] = {}
    for column in columns:
        if not column.used:
            reasons.setdefault(column.why, []).append(column.name)
    notes = []
    for why, names in reasons.items():
        plain = "ids" if why == "an id" and len(names) > 1 else why
        notes.append(f"{listed(names)} left out ({plain})")
    return few(notes, "columns left out")


def _repeated_ids(columns: Sequence[Column], rows: int) -> list[str]:
    """An id that comes again and again names groups, and groups that are torn apart flatter every score."""
    found = [
        f"{shown(column.name)}: {column.distinct:,} values in {rows:,} rows; if those of one belong together: --group"
        for column in columns
        if column.used
        and column.kind in ("number", "category")
        and named_like_id(column.name)
        and LEAST_ROWS <= column.distinct <= 0.9 * rows
    ]
    return few(found, "such columns")


def _moments(name: str, values: Raw) -> NDArray[Any]:
    column = understand(name, values)
    if column.values is not None and column.column.kind in ("date", "number"):
        return column.values
    if isinstance(values, np.ndarray) and values.dtype.kind in "ifM" and present(values).any():
        return values
    raise UserError(f"--time {name}: it holds neither dates nor numbers, so it gives no order")


def _classes(spec: TaskSpec, rows: _Rows, notes: list[str]) -> tuple[_Rows, NDArray[np.int64], list[Label]]:
    """Codes and labels, without the classes that are too small for every training part to hold them."""
    codes, labels = class_codes(rows.values, spec.target)
    if len(labels) < 2:
        raise UserError(f"the target {spec.target} is {shown(labels[0])} in every row; there is nothing to predict")
    least = ROWS_OF_A_CLASS - (spec.test is not None)
    counts = np.bincount(codes, minlength=len(labels))
    kept = (counts if rows.groups is None else clusters_per_class(codes, rows.groups, len(labels))) >= least
    if kept.all():
        return rows, codes, labels
    unit = "rows" if rows.groups is None else "separate rows or groups"
    if kept.sum() < 2:
        raise UserError(f"the target {spec.target} needs two classes with at least {least} {unit} each to be judged")
    small = [
        f"{shown(label)} ({counted(int(counts[code]), 'row')})" for code, label in enumerate(labels) if not kept[code]
    ]
    classes = "class" if len(small) == 1 else "classes"
    notes.append(f"{len(small):,} {classes} with fewer than {least} {unit} left out: {listed(small)}")
    keep = kept[codes]
    rows, codes = rows.take(keep), np.cumsum(kept)[codes[keep]] - 1
    if len(codes) < LEAST_ROWS:
        raise UserError(
            f"{spec.data}: {counted(len(codes), 'row')} left to learn from; at least {LEAST_ROWS} are needed"
        )
    return rows, codes, [label for label, wanted in zip(labels, kept, strict=True) if wanted]


def _imbalance(y: NDArray[Any], classes: Sequence[Label]) -> list[str]:
    shares = np.bincount(y, minlength=len(classes)) / len(y)
    rare = [code for code in np.argsort(shares) if shares[code] < min(0.1, 1 / (3 * len(classes)))]
    if not rare:
        return []
    more = f", and {len(rare) - 3} more" if len(rare) > 3 else ""
    return ["imbalanced classes: " + ", ".join(f"{shown(classes[c])} {100 * shares[c]:.2g} %" for c in rare[:3]) + more]


def _test_table(
    spec: TaskSpec,
    columns: Sequence[Column],
    kind: TaskType,
    classes: Sequence[Label],
    X: pd.DataFrame,
    notes: list[str],
) -> tuple[pd.DataFrame | None, NDArray[Any] | None, NDArray[np.int64] | None]:
    """Features, target and row numbers of the --test table; a row whose target cannot be judged is left out."""
    if spec.test is None:
        return None, None, None
    table = read_table(spec.test)
    if spec.target in table.repeated:
        raise UserError(f"more than one column of {spec.test} is called {shown(spec.target)}; rename one")
    X_test, changed = conform_noted(table.frame, columns, spec.test)
    notes += [f"test table: {note}" for note in (*table.notes, *changed)]
    y_test: NDArray[Any] | None = None
    keep = np.ones(len(X_test), dtype=bool)
    if spec.target in table.frame.columns and table.frame[spec.target].notna().any():
        keep, values = read_target(table.frame[spec.target])
        if kind == "regression":
            y_test = regression_values(values, f"{spec.target} of {spec.test}")
        else:
            codes = encode(values, classes, f"{spec.target} of {spec.test}")
            y_test, keep[keep] = codes[codes >= 0].astype(np.int32), codes >= 0
        if not keep.any():
            raise UserError(f"{spec.test}: no row's {spec.target} is one that occurs in {spec.data}")
        if not keep.all():
            notes.append(f"test table: {counted(int((~keep).sum()), 'row')} without a known target left out")
            X_test = X_test.loc[keep].reset_index(drop=True)
    shared = int(np.isin(row_hashes(X_test), row_hashes(X)).sum())
    if shared and copies_are_copies(X, columns):
        notes.append(f"test table: {counted(shared, 'row')} also in {spec.data}, so the test may flatter")
    return X_test, y_test, np.flatnonzero(keep)


def _hash(
    X: pd.DataFrame,
    columns: Sequence[Column],
    y: NDArray[Any] | None,
    classes: Sequence[Label],
    groups: NDArray[np.int64] | None,
    order: NDArray[np.int64] | None,
) -> str:
    kinds = {column.name: column.kind for column in columns}
    parts = [(f"{kinds[str(name)]} {name}", column_digest(X[name].to_numpy())) for name in X.columns]
    parts.append(("classes", repr([(type(label).__name__, label) for label in classes]).encode()))
    parts += [
        (name, column_digest(values))
        for name, values in (("y", y), ("groups", groups), ("order", order))
        if values is not None
    ]
    return combined(parts)
