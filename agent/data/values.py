"""Values of one column in canonical form: what a training table and any later table of the same task turn into.

How a column is written ("1.234,5", "%d/%m/%Y") is decided once, on the training table (`profile`), and kept in
`Column.form`; here it is only applied, so that a few new rows can never be read in another way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlpilot.agent.task import Column

WHOLE = "whole"
"""Form of a number that was read as an integer."""
POINT, COMMA = "1,234.5", "1.234,5"
"""Forms of numbers written as text: which sign is the decimal one."""
ISO = "ISO8601"
MISSING_TEXT = frozenset(
    ("", "?", "-", "--", ".", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "missing", "n.a.", "nat")
)
"""Strings that stand for nothing, in lower case."""
MISSING_LABEL = MISSING_TEXT - {"-", "none", "nil", "--", "."}
"""In a target of words, "-" and "none" may be what is to be predicted."""
TRUE, FALSE = ("true", "yes", "t", "y", "on"), ("false", "no", "f", "n", "off")

_GAP = "[ \u00a0\u202f']"
_CURRENCY = r"^([+-]?)[$€£¥]\s*"
_UNIT = r"\s*[%$€£¥]$"
_NUMBER = {
    POINT: r"^[+-]?(\d{1,3}(,\d{3})+|\d{1,3}(GAP\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?$".replace("GAP", _GAP),
    COMMA: r"^[+-]?(\d{1,3}(\.\d{3})+|\d{1,3}(GAP\d{3})+|\d+)?(,\d*)?([eE][+-]?\d+)?$".replace("GAP", _GAP),
}
_NS = (pd.Timestamp.min.value // 1000 + 1, pd.Timestamp.max.value // 1000 - 1)


@dataclass(frozen=True, eq=False)
class Strings:
    """A column of strings, each distinct one held once."""

    codes: NDArray[np.int64]
    """(n,) index into `values`; -1 where missing."""
    values: NDArray[np.object_]
    """Distinct strings, stripped, in order of appearance."""

    def spread(self, per_value: NDArray[Any], missing: Any) -> NDArray[Any]:
        """(n,) one value for each row, from one for each distinct string."""
        return np.append(per_value, np.array([missing], dtype=per_value.dtype))[self.codes]

    def take(self, rows: NDArray[np.bool_]) -> "Strings":
        """The same for some of the rows."""
        return Strings(self.codes[rows], self.values)

    def counts(self) -> NDArray[np.int64]:
        """How often each distinct string occurs."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))


Raw = Strings | NDArray[Any]
"""A column as numpy holds it: floats with NaN, int64, bool or datetime64[ns] without a zone; or strings."""


def raw(series: pd.Series, missing: frozenset[str] = MISSING_TEXT) -> Raw:
    """A column of whatever dtype in one of few forms. Booleans with gaps come back as strings "True" and "False"."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype if not series.isna().any() else object)
    dtype = series.dtype
    if pd.api.types.is_bool_dtype(dtype) and not series.isna().any():
        return series.to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        if pd.api.types.is_integer_dtype(dtype) and dtype != np.uint64 and not series.isna().any():
            return series.to_numpy(dtype=np.int64)
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return _nanoseconds(pd.DatetimeIndex(series))
    return _strings(series, missing)


def size(values: Raw) -> int:
    """Number of rows."""
    return len(values.codes) if isinstance(values, Strings) else len(values)


def select(values: Raw, rows: NDArray[np.bool_]) -> Raw:
    """Some of the rows."""
    return values.take(rows) if isinstance(values, Strings) else values[rows]


def present(values: Raw) -> NDArray[np.bool_]:
    """(n,) True where there is a value."""
    return values.codes >= 0 if isinstance(values, Strings) else ~pd.isna(values)


def canonical(values: Raw, column: Column) -> tuple[NDArray[Any], int]:
    """(n,) the values in the column's canonical dtype, and how many could not be read so (now missing)."""
    before = int(present(values).sum())
    if column.kind == "boolean":
        flags = booleans(values)
        kept = int((~np.isnan(flags)).sum())
        whole = kept == len(flags) and not column.missing
        return (flags.astype(bool) if whole else flags), before - kept
    if column.kind == "number":
        if isinstance(values, np.ndarray) and values.dtype == np.int64:
            return (values if column.form == WHOLE else values.astype(np.float64)), 0
        floats = numbers(values, column.form)
        kept = int((~np.isnan(floats)).sum())
        if column.form == WHOLE and kept == len(floats) and _all_whole(floats):
            return floats.astype(np.int64), before - kept
        return floats, before - kept
    if column.kind == "date":
        moments = dates(values, column.form)
        return moments, before - int((~np.isnat(moments)).sum())
    return words(values), 0


def numbers(values: Raw, form: str = POINT) -> NDArray[np.float64]:
    """(n,) floats; NaN where missing, infinite or not a number."""
    if isinstance(values, Strings):
        return values.spread(parse_numbers(values.values, COMMA if form == COMMA else POINT), np.nan)
    if values.dtype.kind == "M":
        return np.full(len(values), np.nan)
    floats = values.astype(np.float64, copy=False)
    infinite = np.isinf(floats)
    return np.where(infinite, np.nan, floats) if infinite.any() else floats


def parse_numbers(texts: NDArray[np.object_], form: str) -> NDArray[np.float64]:
    """(k,) numbers out of strings such as "1,234.5", "12 %" or "$5"; NaN where they are none."""
    plain = pc.replace_substring_regex(pa.array(texts, pa.large_string()), _CURRENCY, r"\1")
    plain = pc.replace_substring_regex(plain, _UNIT, "")
    fits = pc.and_(pc.match_substring_regex(plain, _NUMBER[form]), pc.match_substring_regex(plain, r"\d"))
    plain = pc.replace_substring_regex(pc.replace_substring_regex(plain, _GAP, ""), "," if form == POINT else r"\.", "")
    if form == COMMA:
        plain = pc.replace_substring(plain, ",", ".")
    plain = pc.replace_substring_regex(plain, r"^\+", "")
    parsed = pc.cast(pc.if_else(fits, plain, None), pa.float64()).to_numpy(zero_copy_only=False)
    return np.where(np.isinf(parsed), np.nan, parsed)


def booleans(values: Raw) -> NDArray[np.float64]:
    """(n,) 1.0, 0.0, or NaN where missing or neither."""
    if isinstance(values, Strings):
        folded = [text.casefold() for text in values.values]
        flags = [1.0 if text in (*TRUE, "1") else 0.0 if text in (*FALSE, "0") else np.nan for text in folded]
        return values.spread(np.array(flags, dtype=np.float64), np.nan)
    if values.dtype.kind == "M":
        return np.full(len(values), np.nan)
    floats = values.astype(np.float64)
    return np.where((floats == 0) | (floats == 1), floats, np.nan)


def dates(values: Raw, form: str = ISO) -> NDArray[np.datetime64]:
    """(n,) datetime64[ns], in UTC without a zone; NaT where missing, unreadable or beyond the years 1678 to 2261."""
    if isinstance(values, Strings):
        return values.spread(parse_dates(values.values, form or ISO), np.datetime64("NaT"))
    if values.dtype.kind == "M":
        return values
    return np.full(len(values), np.datetime64("NaT"), dtype="datetime64[ns]")


def parse_dates(texts: NDArray[np.object_], form: str) -> NDArray[np.datetime64]:
    """(k,) moments out of strings in one format; NaT where they do not follow it."""
    return _nanoseconds(pd.to_datetime(pd.Index(texts, dtype=object), format=form, errors="coerce", utc=True))


def words(values: Raw) -> NDArray[np.object_]:
    """(n,) strings, NaN where missing. Whole floats lose their point, so that 3.0 and "3" are one category."""
    if isinstance(values, Strings):
        return values.spread(values.values, np.nan)
    texts = np.array([_text(value) for value in values.tolist()], dtype=object)
    return np.where(present(values), texts, np.nan)


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _all_whole(floats: NDArray[np.float64]) -> bool:
    return bool(np.all(np.abs(floats) < 2**53) and np.all(floats == np.floor(floats)))


def _nanoseconds(moments: pd.DatetimeIndex) -> NDArray[np.datetime64]:
    if moments.tz is not None:
        moments = moments.tz_convert("UTC").tz_localize(None)
    micro = moments.as_unit("us").asi8 if moments.unit != "ns" else None
    if micro is None:
        return moments.to_numpy()
    fits = (micro > _NS[0]) & (micro < _NS[1])
    safe = np.where(fits, micro, 0).astype("datetime64[us]").astype("datetime64[ns]")
    safe[~fits] = np.datetime64("NaT")
    return safe


def _strings(series: pd.Series, missing: frozenset[str]) -> Strings:
    values = series.array
    if series.dtype == object:
        values = [None if absent else str(value) for value, absent in zip(series, series.isna(), strict=True)]
    array = pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    encoded = pc.dictionary_encode(array.cast(pa.large_string()))
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    stripped = [text.strip() for text in encoded.dictionary.to_pylist()]
    merged: dict[str, int] = {}
    place = [-1 if text.casefold() in missing else merged.setdefault(text, len(merged)) for text in stripped]
    distinct = np.empty(len(merged), dtype=object)
    distinct[:] = list(merged)
    return Strings(np.append(np.array(place, dtype=np.int64), -1)[codes], distinct)
