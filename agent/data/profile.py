"""What each column is: numbers, categories, dates, booleans, free text, ids; and what is worth saying about it."""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.data.ids import string_id, whole_id
from mlpilot.agent.data.phrases import counted, shown
from mlpilot.agent.data.values import (
    COMMA,
    FALSE,
    ISO,
    POINT,
    TRUE,
    WHOLE,
    Raw,
    Strings,
    canonical,
    parse_dates,
    parse_numbers,
    present,
    size,
)
from mlpilot.agent.task import Column

NEARLY_ALL = 0.98
"""Share of a column's values that must read as numbers or dates; the rest is then missing, and said so."""
MOST, FEW_WORDS, MANY_NUMBERS = 0.5, 3, 20
"""Most values are numbers, many different ones, beside a word or two ("unknown", ">90"): numbers all the same."""
SAMPLE = 1000
DAYS = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y"),
    *("%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%b %d %Y", "%d %B %Y", "%B %d, %Y"),
)
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DATE_FORMATS = tuple(day + time for day in DAYS for time in TIMES)


@dataclass(frozen=True, eq=False)
class Understood:
    """A column, its values in canonical form (None where it is left out), and notes for the screen."""

    column: Column
    values: NDArray[Any] | None
    notes: tuple[str, ...] = ()


def understand(name: str, values: Raw) -> Understood:
    """Decide a column's kind, and bring its values into canonical form."""
    there = int(present(values).sum())
    missing = size(values) - there
    if not there:
        return Understood(Column(name, "empty", missing, 0, used=False, why="empty"), None)
    draft = _draft(name, values, missing)
    if draft.kind == "id":
        distinct = _distinct(values)
        return Understood(replace(draft, distinct=distinct, used=False, why="an id"), None)
    notes = [*_ambiguous(draft, values)]
    final, lost = canonical(values, draft)
    if lost:
        infinite = int(np.isinf(values).sum()) if isinstance(values, np.ndarray) and values.dtype.kind == "f" else 0
        odd = lost - infinite
        if infinite:
            notes.append(f"{shown(name)}: {counted(infinite, 'infinite value')} taken as missing")
        if odd:
            notes.append(f"{shown(name)}: {counted(odd, 'value')} that {_no(odd, draft.kind)}, taken as missing")
        draft = replace(draft, missing=missing + lost)
    if draft.missing == size(values):
        return Understood(replace(draft, kind="empty", used=False, why="empty"), None, tuple(notes))
    distinct = len(pd.unique(final[~pd.isna(final)]))
    if distinct == 1 and not draft.missing:
        detail = f"always {_short(final[0])}"
        column = replace(draft, kind="constant", distinct=1, detail=detail, used=False, why="constant")
        return Understood(column, None, tuple(notes))
    return Understood(replace(draft, distinct=distinct, detail=_detail(draft, final)), final, tuple(notes))


def number_form(strings: Strings) -> str | None:
    """The form of numbers written as text, None where they are none. Leading zeros ("00123") make a code."""
    if not _sampled(strings, lambda texts: ~np.isnan(_best_numbers(texts)), 0.9):
        return None
    if any(re.match(r"[+-]?0\d", text) for text in strings.values):
        return None
    for form in (POINT, COMMA):
        fits = ~np.isnan(parse_numbers(strings.values, form))
        share = _share(strings, fits)
        if share >= NEARLY_ALL or (share >= MOST and (~fits).sum() <= FEW_WORDS and fits.sum() >= MANY_NUMBERS):
            return form
    return None


def date_form(strings: Strings) -> str | None:
    """The one format that nearly all strings follow, None where they are no dates."""
    if not _sampled(strings, lambda texts: np.array([_dateish(text) for text in texts]), 0.9):
        return None
    if _sampled(strings, lambda texts: np.array([bool(re.match(r"\d{4}-\d\d", text)) for text in texts]), 0.9):
        candidates: tuple[str, ...] = (ISO,)
    else:
        candidates = DATE_FORMATS
    for form in candidates:
        fits = _sampled(strings, lambda texts, form=form: ~np.isnat(parse_dates(texts, form)), 0.9)
        if fits and _share(strings, ~np.isnat(parse_dates(strings.values, form))) >= NEARLY_ALL:
            return form
    return None


def _draft(name: str, values: Raw, missing: int) -> Column:
    """The column's kind and form, before its values are converted."""
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "b":
            return Column(name, "boolean", missing, 0)
        if values.dtype.kind == "M":
            return Column(name, "date", missing, 0)
        if values.dtype.kind == "i":
            is_id = whole_id(name, values, _distinct(values))
            return Column(name, "id" if is_id else "number", missing, 0, form=WHOLE)
        return Column(name, "number", missing, 0)
    folded = {text.casefold() for text in values.values[:10]}
    if len(values.values) <= 10 and any(folded == {yes, no} for yes, no in zip(TRUE, FALSE, strict=True)):
        return Column(name, "boolean", missing, 0)
    if form := number_form(values):
        return Column(name, "number", missing, 0, form=form)
    if form := date_form(values):
        return Column(name, "date", missing, 0, form=form)
    if string_id(name, values):
        return Column(name, "id", missing, 0)
    return Column(name, "text" if _is_text(values) else "category", missing, 0)


def _is_text(strings: Strings) -> bool:
    """Free text: mostly distinct, several words each."""
    rows = int((strings.codes >= 0).sum())
    if len(strings.values) < max(10, rows / 2):
        return False
    sample = strings.values[:: max(1, len(strings.values) // SAMPLE)]
    words = float(np.mean([len(text.split()) for text in sample]))
    return words >= 3 and float(np.mean([len(text) for text in sample])) >= 15


def _distinct(values: Raw) -> int:
    return len(values.values) if isinstance(values, Strings) else len(pd.unique(values[~pd.isna(values)]))


def _sampled(strings: Strings, fits: Any, least: float) -> bool:
    """Whether enough of a sample of the distinct strings fits: the cheap test before the whole column is parsed."""
    sample = strings.values[:: max(1, len(strings.values) // SAMPLE)]
    # Few distinct strings: the odd one ("unknown") may be a third of them, and yet be rare among the rows.
    return bool(np.mean(fits(sample)) >= (least if len(sample) >= 50 else 0.3))


def _share(strings: Strings, fits: NDArray[np.bool_]) -> float:
    counts = strings.counts()
    return float(counts[fits].sum() / max(1, counts.sum()))


def _best_numbers(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    point, comma = parse_numbers(texts, POINT), parse_numbers(texts, COMMA)
    return point if np.isnan(point).sum() <= np.isnan(comma).sum() else comma


def _dateish(text: str) -> bool:
    return 6 <= len(text) <= 40 and bool(re.search(r"\d[-/. ,]", text)) and bool(re.search(r"\d", text))


def _ambiguous(column: Column, values: Raw) -> list[str]:
    """A note where day and month could be told apart by nothing in the data."""
    other = column.form.replace("%d/%m", "%m/%d").replace("%d-%m", "%m-%d")
    if column.kind != "date" or other == column.form or not isinstance(values, Strings):
        return []
    if _share(values, ~np.isnat(parse_dates(values.values, other))) < NEARLY_ALL:
        return []
    return [f"{shown(column.name)}: dates read with the day first; nothing tells it from the month"]


def _detail(column: Column, values: NDArray[Any]) -> str:
    there = values[~pd.isna(values)]
    if column.kind == "number":
        return f"{_short(there.min())} – {_short(there.max())}"
    if column.kind == "date":
        return f"{np.datetime_as_string(there.min(), 'D')} – {np.datetime_as_string(there.max(), 'D')}"
    if column.kind == "boolean":
        return f"true {np.mean(there.astype(float)):.0%}".replace("%", " %")
    if column.kind == "text":
        words = np.mean([len(text.split()) for text in there[:: max(1, len(there) // SAMPLE)]])
        return f"about {words:.0f} words each"
    top = pd.Series(there, dtype=object).value_counts().head(3)
    return ", ".join(f"{_short(value)} {count / len(there):.0%}".replace("%", " %") for value, count in top.items())


def _short(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return f"{value:,}" if abs(int(value)) < 10**7 else f"{value:.4g}"
    return shown(value, 20)


def _no(count: int, kind: str) -> str:
    single, several = {
        "number": ("is no number", "are no numbers"),
        "date": ("is no date", "are no dates"),
        "boolean": ("is neither true nor false", "are neither true nor false"),
    }[kind]
    return single if count == 1 else several
