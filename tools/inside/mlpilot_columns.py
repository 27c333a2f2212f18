"""What a table of numbers shows by itself, and beside what a model was fitted on."""

from typing import Any

from mlpilot_training import short

MOST_ROWS, MOST_COLUMNS = 20_000, 300
_LEAST_ROWS, _MANY = 20, 20
_MARKS = (-1.0, -9.0, -99.0, -200.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0)
"""Numbers that stand for a gap, as people write them."""
_SHARE, _GAP, _EXACT = 0.01, 2.0, 1e-4


def table(data: Any) -> tuple[Any, list[str]] | None:
    """The numbers of a table (rows, columns) as floats, its first rows, and the columns' names; None of other data."""
    import numpy as np

    names: list[str] = []
    if hasattr(data, "select_dtypes"):
        data = data.select_dtypes("number")
        names = [str(one)[:40] for one in data.columns]
        data = data.to_numpy()
    if not isinstance(data, np.ndarray) or data.ndim != 2 or data.dtype.kind not in "fiub" or not data.size:
        return None
    if data.shape[1] > MOST_COLUMNS:
        return None
    names = names or [f"column {at}" for at in range(data.shape[1])]
    return data[:MOST_ROWS].astype("float64"), names


def dominant(values: Any, names: list[str]) -> dict[str, Any] | None:
    """The column with the largest share of all squared distances; None of one column, or of principal components."""
    import numpy as np

    if len(values) < _LEAST_ROWS or values.shape[1] < 2 or not np.isfinite(values).all():
        return None
    spreads = values.var(axis=0)
    if not spreads.sum() > 0:
        return None
    ordered = bool((np.diff(spreads) <= 0).all()) and bool(
        (abs(values.mean(axis=0)) <= 1e-3 * np.sqrt(spreads) + 1e-12).all()
    )
    at = int(spreads.argmax())
    return None if ordered else {"name": names[at], "share": short(spreads[at] / spreads.sum())}


def with_target(values: Any, names: list[str], target: Any) -> list[str]:
    """Columns that are what is to be told: number by number, or, of values, as it is when it is scaled."""
    import numpy as np

    wanted = np.asarray(target)
    if wanted.dtype.kind not in "fiub" or wanted.size < _LEAST_ROWS or wanted.size != len(wanted):
        return []
    wanted = wanted.ravel()[: len(values)].astype("float64")
    spread = wanted.std()
    if len(wanted) != len(values) or not spread > 0 or values.shape[1] < 2:
        return []
    found = (values == wanted[:, None]).all(axis=0)
    if len(np.unique(wanted)) > _MANY and values.shape[1] > 2:
        deviations = values.std(axis=0)
        with np.errstate(all="ignore"):
            apart = abs((values - values.mean(axis=0)) / deviations - ((wanted - wanted.mean()) / spread)[:, None])
        found |= (deviations > 0) & (apart.max(axis=0) < _EXACT)
    return [name for name, is_it in zip(names, found, strict=True) if is_it][:4]


def marks(values: Any, names: list[str]) -> list[dict[str, Any]]:
    """Columns where one number that stands for a gap comes again and again, far from all others."""
    import numpy as np

    found = []
    for at, name in enumerate(names):
        column = values[:, at][np.isfinite(values[:, at])]
        for mark in _MARKS if len(column) >= _LEAST_ROWS else ():
            is_mark = column == mark
            share = is_mark.mean()
            others = column[~is_mark]
            if not _SHARE <= share < 0.5 or len(np.unique(others)) < _MANY:
                continue
            low, high = np.percentile(others, [1, 99])
            gap = others.min() - mark if mark < others.min() else mark - others.max()
            if gap > _GAP * max(high - low, 1e-12):
                found.append({"name": name, "value": mark, "share": short(share)})
                break
    return found[:4]


def moments(values: Any) -> tuple[Any, Any]:
    """Mean and deviation of each column, gaps left out."""
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.nanmean(values, axis=0), np.nanstd(values, axis=0)


def is_other(known: tuple[Any, Any], values: Any) -> bool:
    """Whether half of the columns that vary lie quite elsewhere, or five times as far apart, or as near."""
    if values.shape[1] != len(known[0]):
        return False
    (mean, spread), (asked, apart) = known, moments(values)
    varied = spread > 0
    if not varied.any():
        return False
    off = abs(asked - mean)[varied] > 5 * spread[varied]
    if len(values) >= _LEAST_ROWS:
        off |= (apart[varied] > 5 * spread[varied]) | ((apart[varied] < spread[varied] / 5) & (apart[varied] > 0))
    return bool(off.mean() >= 0.5)


def is_scaled(values: Any) -> bool:
    """Whether every column has the mean 0 and the deviation 1, as if these very rows had been scaled."""
    if len(values) < _LEAST_ROWS or values.shape[1] < 2:
        return False
    mean, spread = moments(values)
    return bool((abs(mean) < 1e-6).all() and (abs(spread - 1) < 1e-6).all())
