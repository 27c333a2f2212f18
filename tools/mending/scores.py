"""Whether printed scores prove an edit: over several seeds, and by more than luck.

A script that draws by chance prints better numbers after any edit half of the time. So every run after the edit must
beat every run before it: with five seeds each, an edit that does nothing is taken for a repair once in 252 times (the
rank-sum test of Wilcoxon 1945, at its outermost value). A script whose runs are all alike has nothing but one number to
show, and a quarter of what was missing must be gained. The score of rows that were learnt from counts only where there
is no other.
"""

import math
import re
from collections.abc import Sequence

from mlpilot.tools.mending.model import Proof
from mlpilot.tools.mending.probing import NUMBER, Seen, better, scores_of
from mlpilot.tools.mending.running import Ended
from mlpilot.tools.mending.training.proof import measured

_SHARE = 0.02
"""A score that moved by less, as a share of itself, is called the same."""
_LAST = 20_000
"""Characters of what is printed that are searched for a share."""
_LARGE = 0.25
"""Of what was missing, where there is one number alone."""
_OF_TRAINING = re.compile(r"train|fitted|in.?sample", re.IGNORECASE)
_OF_LOSS = re.compile(r"loss|entropy|divergence|perplexity", re.IGNORECASE)

Pairs = list[tuple[float, float]]


def proof(before: list[Seen], after: list[Seen], of_losses: bool = True, large: bool = True) -> Proof | None:
    """The score that is better with every seed, none being worse with most; losses count where they are the same loss.

    The runs are pairs, by seed. `large`: where they are all alike, it must be better by a quarter of what was missing.
    """
    if any(_fewer_judged(one, other) for one, other in zip(before, after, strict=True)):
        return None
    pairs = _pairs(before, after, of_losses)
    gone = min((gone_at(seen.ended) for seen in [*before, *after]), default=0.0)
    if any(_worse(name, pairs[name]) for name in pairs if not _are_gone(name, pairs[name], gone)):
        return None
    honest = [name for name in pairs if not _OF_TRAINING.search(name)]
    gained = [name for name in honest or pairs if _gained(name, pairs[name], large)]
    if not gained:
        return None
    name = max(gained, key=lambda one: sum(_goodness(one, b) - _goodness(one, a) for a, b in pairs[one]))
    shown = [", ".join(f"{value:g}" for value in values) for values in zip(*pairs[name], strict=True)]
    if are_alike(before) and are_alike(after):
        much = " by a quarter or more" if large else ""
        return Proof(
            f"printed {name!r} is better{much}; its runs are all alike",
            *(one.split(",")[0] for one in shown),
        )
    return Proof(f"printed {name!r} is better with each of {len(before)} seeds than with any before", *shown)


def gone_at(ended: Ended) -> float:
    """The loss below which that of the run's longest training is as good as gone; 0 where that cannot be told."""
    known = measured(ended)
    return known.fitted if known is not None else 0.0


def _are_gone(name: str, pairs: Pairs, gone: float) -> bool:
    """Losses that are as good as gone in every run: which of two such is lower says nothing."""
    return bool(_OF_LOSS.search(name)) and all(0 <= value < gone for pair in pairs for value in pair)


def share_of_all(before: Seen, after: Seen) -> Proof | None:
    """A number that is printed is the share of all rows of the last pass that were hit, and was not."""
    hits, rows = after.number("hits of the last pass"), after.number("rows of the last pass")
    old, new = ([one.group() for one in NUMBER.finditer(seen.printed[-_LAST:])] for seen in (before, after))
    if not rows or rows != before.number("rows of the last pass") or len(old) != len(new):
        return None
    for one, other in zip(old, new, strict=True):
        if _is_share(other, hits / rows) and not _is_share(one, hits / rows):
            return Proof(f"the share that is printed is that of all {int(rows)} rows", one, other)
    return None


def mean_of_all(before: Seen, after: Seen) -> Proof | None:
    """A number that is printed is the mean of all scores of one kind, and was not."""
    means = [float(one) for one in _texts(after, "means of scores")]
    old, new = ([one.group() for one in NUMBER.finditer(seen.printed[-_LAST:])] for seen in (before, after))
    if len(old) != len(new) or sorted(_texts(before, "means of scores")) != sorted(_texts(after, "means of scores")):
        return None
    for one, other in zip(old, new, strict=True):
        if any(_is_share(other, mean) and not _is_share(one, mean) for mean in means):
            return Proof("the score that is printed is the mean of all", one, other)
    return None


def rates_that_are_true(before: Seen, after: Seen) -> Proof | None:
    """Numbers that are printed as recall or precision are those of the confusion matrix, and were not."""
    told = [_rates(seen) for seen in (before, after)]
    if told[0].keys() != told[1].keys() or not all(right for right, _ in told[1].values()):
        return None
    wrong = [name for name, (right, _) in told[0].items() if not right]
    return Proof(f"{wrong[0]} is what it says", told[0][wrong[0]][1], told[1][wrong[0]][1]) if wrong else None


def weights_by_name(before: Seen, after: Seen) -> Proof | None:
    """Numbers that are printed and are weights of columns stand beside the names of these columns, and did not."""
    old, new = (_beside_names(seen) for seen in (before, after))
    if all(old) or not all(new) or len(new) < len(old):
        return None
    texts = (f"{told.count(False)} of {len(told)} weights" for told in (old, new))
    return Proof("weights that stand beside the name of another column", *texts)


def names_shifted(before: Seen, after: Seen) -> bool:
    """Whether weights stand beside the names of other columns, and stood beside their own."""
    old, new = (_beside_names(seen) for seen in (before, after))
    return all(old) and not all(new)


def _beside_names(seen: Seen) -> list[bool]:
    """Of each number that is printed and is the weight of a column: whether that column's name stands beside it."""
    weights = [one.partition("\t")[::2] for one in _texts(seen, "weights of columns")]
    found: list[bool] = []
    for line in seen.printed[-_LAST:].split("\n"):
        numbers = [one for one in NUMBER.finditer(line[:2000]) if "." in one.group()]
        for at, number in enumerate(numbers):
            names = [name for name, value in weights if _is_number(number.group(), value)]
            before = line[numbers[at - 1].end() if at else 0 : number.start()]
            after = line[number.end() : numbers[at + 1].start() if at + 1 < len(numbers) else None]
            beside = before if re.search(r"[A-Za-z]", before) else after
            if names:
                found.append(any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", beside) for name in names))
    return found


def _is_number(written: str, told: str) -> bool:
    """Whether a number as it is written, or a percentage, is this one, but for rounding and its sign."""
    try:
        value, shown = float(told), abs(float(written))
    except ValueError:
        return False
    digits = len(written.lower().partition("e")[0].partition(".")[2])
    power = 10.0 ** int(written.lower().partition("e")[2] or 0)
    return any(abs(shown - abs(one)) <= 0.51 * 10.0**-digits * power for one in (value, 100 * value))


def _rates(seen: Seen) -> dict[str, tuple[bool, str]]:
    """Words of a rate → (whether the number behind them is that rate of a confusion matrix, the number)."""
    found: dict[str, tuple[bool, str]] = {}
    for line in seen.printed[-_LAST:].split("\n"):
        before = 0
        for number in NUMBER.finditer(line):
            words = line[before : number.start()].lower()
            before = number.end()
            for rate, said in _RATES.items():
                if any(word in words for word in said):
                    values = [float(one) for one in _texts(seen, f"true {rate}")]
                    found[words.strip()] = any(_is_share(number.group(), one) for one in values), number.group()
    return found


def _texts(seen: Seen, name: str) -> list[str]:
    value = seen.facts.get(name, [])
    return value if isinstance(value, list) else []


_RATES = {"recall": ("recall", "sensitivity"), "precision": ("precision",), "specificity": ("specificity",)}


def _is_share(written: str, share: float) -> bool:
    """Whether a number as it is written, with two digits after the point at least, is this share or percentage."""
    digits = len(written.partition(".")[2].rstrip("%"))
    if not re.fullmatch(r"\d+\.\d{2,}", written):
        return False
    return any(abs(float(written) - value) <= 0.51 * 10.0**-digits for value in (share, 100 * share))


def _fewer_judged(before: Seen, after: Seen) -> bool:
    return "judged rows" in after.facts and after.number("judged rows") < before.number("judged rows")


def are_alike(runs: Sequence[Seen]) -> bool:
    """Whether all runs print the same."""
    return len({seen.printed for seen in runs}) == 1


def fallen(before: str, after: str) -> str:
    """What is to be said of printed scores where a leak is mended: the honest ones are mostly lower."""
    one, other = scores_of(before), scores_of(after)
    lower = [name for name in one if name in other and _goodness(name, other[name]) < _goodness(name, one[name])]
    told = ", ".join(f"{name} {one[name]:g} → {other[name]:g}" for name in lower[:3])
    return f"; the honest score is lower: {told}" if told else ""


def _pairs(before: list[Seen], after: list[Seen], of_losses: bool) -> dict[str, Pairs]:
    """Scores that every run prints → their values before and after, by seed."""
    tables = [[scores_of(seen.printed) for seen in runs] for runs in (before, after)]
    names = set.intersection(*(set(table) for runs in tables for table in runs)) if all(map(len, tables)) else set()
    kept = sorted(name for name in names if of_losses or not _OF_LOSS.search(name))
    return {name: [(one[name], other[name]) for one, other in zip(*tables, strict=True)] for name in kept}


def _gained(name: str, pairs: Pairs, large: bool) -> bool:
    one, other = ([_goodness(name, value) for value in values] for values in zip(*pairs, strict=True))
    if not all(_move(name, *pair) > 0 for pair in pairs) or min(other) <= max(one):
        return False
    return (
        not large
        or len(set(one)) > 1
        or len(set(other)) > 1
        or _missing(name, pairs[0][1]) <= (1 - _LARGE) * _missing(name, pairs[0][0])
    )


def _missing(name: str, value: float) -> float:
    """What there is still to gain: up to 1, or 100, for what is a share; down to 0 for an error."""
    if math.isnan(value):
        return math.inf
    if better(name) < 0:
        return abs(value)
    return 1 - value if value <= 1 else 100 - value if value <= 100 else 1 / value


def _worse(name: str, pairs: Pairs) -> bool:
    moves = [_move(name, *pair) for pair in pairs]
    return moves.count(-1) > max(moves.count(1), len(moves) // 2)


def _goodness(name: str, value: float) -> float:
    return -math.inf if math.isnan(value) else value * better(name)


def _move(name: str, one: float, other: float) -> int:
    """1 where the second is better, -1 where it is worse, 0 where they are about the same."""
    a, b = _goodness(name, one), _goodness(name, other)
    if math.isinf(a) or math.isinf(b):
        return (b > a) - (b < a)
    return 0 if abs(b - a) <= _SHARE * max(abs(a), abs(b), 1e-12) else int(math.copysign(1, b - a))
