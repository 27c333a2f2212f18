"""Numbers as the terminal shows them: as many digits as the interval can bear, and no more."""

import math
from collections.abc import Sequence
from statistics import median_low

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.report.words import decimals, plural

__all__ = ["ago", "bare", "board_places", "clock", "interval", "metric_name", "plural", "score", "significant", "took"]

_METRICS = {
    "log_loss": "log-loss",
    "root_mean_squared_error": "RMSE",
    "mean_squared_error": "MSE",
    "mean_absolute_error": "MAE",
    "median_absolute_error": "median absolute error",
    "roc_auc": "ROC AUC",
    "r2": "R²",
    "f1": "F1",
}

_BARS = "▁▂▃▄▅▆▇"


def metric_name(shown: str) -> str:
    """`log_loss` as people say it; a metric of the person's own keeps its name."""
    return shown if ".py:" in shown else _METRICS.get(shown, shown.replace("_", " "))


def board_places(scores: Sequence[Score]) -> int:
    """Decimals of the intervals on a board: what its middle interval deserves, so that a column stays aligned."""
    return median_low([decimals(score.ci) for score in scores]) if scores else 3


def bare(value: float, places: int) -> str:
    """`.4197`, `56.33`, `12,345`: a number without the zero before its point, scientific where it is huge or tiny."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 1e7:
        return f"{value:.3g}".replace("-", "−")
    text = f"{value:,.{places}f}"
    if value and float(text.replace(",", "")) == 0.0 and places >= 6:
        text = f"{value:.1e}"
    sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
    return sign + (digits[1:] if digits.startswith("0.") else digits)


def significant(value: float, digits: int = 4) -> str:
    """So many significant digits: `.08475`, `55.04`, `156,300`; for a number whose interval is not at hand."""
    if not math.isfinite(value) or value == 0:
        return str(value)
    places = min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), 8)
    return bare(float(f"{value:.{digits}g}"), places)


def interval(ci: tuple[float, float], places: int) -> str:
    """`.410 – .430`."""
    return f"{bare(ci[0], places)} – {bare(ci[1], places)}"


def score(value: Score) -> str:
    """`.4121 (.401 – .423)`, with the digits that its own interval deserves."""
    places = decimals(value.ci)
    return f"{bare(value.value, places + 1)} ({interval(value.ci, places)})"


def took(seconds: float) -> str:
    """`1.1 s`, `42 s`, `3:12`, `1:02:30`: at most seven characters."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s"
    return f"{round(seconds)} s" if seconds < 59.5 else clock(seconds)


def clock(seconds: float) -> str:
    """`3:12`, `1:02:30`."""
    whole = max(round(seconds), 0)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def length(seconds: float) -> str:
    """A budget as it would be written: `90s`, `5m`, `1h30m`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    text = "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if count)
    return text or f"{seconds:g}s"


def ago(seconds: float) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{plural(int(seconds // size), unit)} ago"
    return "just now"


def spark(values: Sequence[float], width: int = 16) -> str:
    """The course of a series as bars, resampled to at most `width` of them."""
    if len(values) > width:
        values = [values[round(index * (len(values) - 1) / (width - 1))] for index in range(width)]
    low, high = min(values, default=0.0), max(values, default=0.0)
    span = (high - low) or 1.0
    return "".join(_BARS[round((value - low) / span * (len(_BARS) - 1))] for value in values)
