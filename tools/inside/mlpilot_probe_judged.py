"""The part of the probe that asks by which rows models were judged, chosen and stopped, and what told the answer."""

import hashlib
import importlib
from collections.abc import Callable
from typing import Any

_MOST_COLUMNS, _NEARLY = 200, 1e-9


def chosen(probe: Any) -> dict[str, int]:
    """How often the rows that judge last had been scored by the same measure before: what was chosen by them?"""
    if not probe.truths:
        return {}
    _, last, rows = probe.truths[-1]
    names = [name for name, truth, _ in probe.truths if truth == last]
    curves = sum(name.endswith("_curve") for name in names[:-1])  # a threshold is chosen by them
    earlier = max(names.count(name) for name in names) - 1 + curves
    told: dict[str, int] = {}
    if probe.judgements:
        _, last_rows = probe.judgements[-1]
        by_them = [one for one, marks in probe.judgements if 2 * len(marks & last_rows) > len(marks)]
        told["judgements of the rows that are judged last"] = len(by_them)
        told["models beyond the first that the rows judge"] = len(set(by_them)) - 1
    told |= {"earlier scores by the rows that judge last": earlier, "rows that judge last": rows}
    return told | {"rows judged last that were judged before": probe.again}


def boosters(modules: tuple[str, ...]) -> list[tuple[str, Any]]:
    """The estimators of XGBoost and LightGBM that are used as those of scikit-learn are."""
    names = {"xgboost": ("XGBClassifier", "XGBRegressor"), "lightgbm": ("LGBMClassifier", "LGBMRegressor")}
    return [
        (name, getattr(importlib.import_module(module), name)) for module in modules for name in names.get(module, ())
    ]


def with_target(probe: Any, X: Any, given: Any) -> None:
    """Columns that a model learns from and that are what it is to predict."""
    if probe.depth or not given or len(getattr(X, "shape", ())) != 2 or not 0 < X.shape[1] <= _MOST_COLUMNS:
        return
    import numpy as np

    table, target = getattr(X, "to_numpy", lambda: X)(), np.ravel(given[0])
    same = sum(_tells(table[:, at], target) for at in range(table.shape[1]))
    probe.count("columns that are the target", same if (target != target[0]).any() else 0)


def _tells(values: Any, target: Any) -> bool:
    """Whether a column is the target, or the target by another scale."""
    import numpy as np

    if np.array_equal(values, target):
        return True
    try:
        one, other = np.asarray(values, dtype=float), np.asarray(target, dtype=float)
    except (TypeError, ValueError):
        return False
    varied = len(one) > 2 and one.std() > 0 and other.std() > 0
    return bool(varied and abs(np.corrcoef(one, other)[0, 1]) > 1 - _NEARLY)


def stopping(probe: Any, marks: Callable[[Any], list[bytes]], pairs: Any, fitted: Any = ()) -> None:
    """Rows by which a training stops; `fitted` holds those that it learns from. It is the last pair that stops it."""
    for rows, _ in pairs or ():
        probe.stopping.update(marks(rows))
    if pairs:
        probe.most("rows that stop a training", len(probe.stopping))
        last, known = set(marks(list(pairs)[-1][0])), {one for rows in fitted for one in marks(rows)}
        probe.count("trainings that are stopped by their own rows", int(2 * len(last & known) > len(last)))
        probe.count("trainings that rows stop")


def column(values: Any) -> bytes:
    """A mark of what a column of numbers holds."""
    import numpy as np

    return hashlib.blake2b(np.ascontiguousarray(values, dtype=float).tobytes(), digest_size=8).digest()
