"""Numbers and durations as people read them."""

import math
import re
from datetime import datetime

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord


def decimals(ci: tuple[float, float]) -> int:
    """Decimals that show an interval's width with two digits: .410 – .430, 50.1 – 58.7."""
    width = ci[1] - ci[0]
    if not math.isfinite(width) or width <= 0:
        return 4
    return min(max(1 - math.floor(math.log10(width)), 0), 8)


def fixed(value: float, places: int) -> str:
    """`value` with that many decimals; scientific where fixed notation would be unreadable."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 1e7:
        return f"{value:.4g}"
    text = f"{value:,.{places}f}"
    return (text.lstrip("-") if float(text.replace(",", "")) == 0 else text).replace("-", "\u2212")


def short(value: float) -> str:
    """Four significant digits, for axes and values with no interval."""
    return f"{value:.4g}".replace("-", "\u2212")


def interval(ci: tuple[float, float], places: int) -> str:
    """`0.410 – 0.430`."""
    return f"{fixed(ci[0], places)} – {fixed(ci[1], places)}"


def score_text(score: Score) -> str:
    """`0.4121 (0.401 – 0.423)`."""
    places = decimals(score.ci)
    return f"{fixed(score.value, places + 1)} ({interval(score.ci, places)})"


def p_value(p: float) -> str:
    """`p = 0.01`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def percent(share: float) -> str:
    """One decimal, or `< 0.1 %`."""
    return "< 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"


def duration(seconds: float) -> str:
    """`0.3 s`, `12 s`, `3 min 12 s`, `1 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`1 row`, `1,000 rows`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def tokens(count: int) -> str:
    """`812`, `4.1k`, `1.2M`."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 999_950 else f"{count / 1e6:.1f}M"


def dollars(amount: float) -> str:
    """`$0.02`, `$1,204.50`, `under $0.01`."""
    return "under $0.01" if 0 < amount < 0.005 else f"${amount:,.2f}"


def clip(text: str, limit: int) -> str:
    """One line of at most `limit` characters."""
    line = re.sub(r"\s+", " ", text[: 4 * limit]).strip()
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1].rstrip() + "…"


def metric_name(shown: str) -> str:
    """`log_loss` as people say it; a custom metric keeps its name."""
    special = {"r2": "R²", "roc_auc": "ROC AUC", "f1": "F1"}
    return special.get(shown) or (shown if ".py:" in shown else shown.replace("_", " "))


def model_name(one: ExperimentRecord) -> str:
    """What the model of an Experiment is called, with a capital."""
    name = clip(one.solution.name if one.kind == "tune" and one.solution else one.name, 100) or f"#{one.number}"
    return name[0].upper() + name[1:] + (", tuned" if one.kind == "tune" and "tuned" not in name else "")


def date(stamp: str) -> str:
    """The day and time of an ISO 8601 stamp; other text as it is."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{moment.day} {moment:%B %Y, %H:%M}"
