"""The part of the probe that tells which weight or importance a model has for which column, by the column's name."""

import contextlib
from collections.abc import Mapping
from typing import Any

_MOST = 100


def weights(fitted: Mapping[int, tuple[Any, Any]]) -> list[str]:
    """`name<tab>weight` for each column of the models that the script has fitted, the last ones first."""
    told: list[str] = []
    for model, _ in reversed(list(fitted.values())):
        with contextlib.suppress(Exception):
            names, last = _columns(model)
            values = getattr(last, "feature_importances_", None)
            if values is None:
                values = last.coef_[0] if getattr(last.coef_, "ndim", 1) == 2 else last.coef_
            if len(names) == len(values):
                told += [f"{name}\t{float(value)!r}" for name, value in zip(names, values, strict=True)]
    return told[:_MOST]


def _columns(model: Any) -> tuple[list[str], Any]:
    """The columns that the last step is given, and that step."""
    model = getattr(model, "best_estimator_", model)
    if not hasattr(model, "named_steps"):
        return [str(one) for one in model.feature_names_in_], model
    before = model[:-1]
    names = before.get_feature_names_out() if len(before) else model.feature_names_in_
    return [str(one) for one in names], model[-1]
