"""What was tried, as a tree: ideas, the tuning trials of each folded beneath it, and the blends of them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.record import AttemptRecord, ExperimentRecord
from mlpilot.agent.report import figures
from mlpilot.agent.report.markup import Child, Html, join, tag
from mlpilot.agent.report.words import clip, decimals, duration, fixed, interval, p_value, plural, short
from mlpilot.tools.space import Value

COLUMNS = ("#", "experiment", "score", "95 % interval", "against the best", "took")
TEXT_BUDGET = 150_000
"""Characters of reasons in the whole tree; a long run gets shorter ones."""


class Tried(Protocol):
    """What a board is made of: a Run that is over, or one that is being watched."""

    @property
    def experiments(self) -> Sequence[ExperimentRecord]: ...
    @property
    def best(self) -> int | None: ...
    @property
    def greater_is_better(self) -> bool: ...


class Board:
    """The tree of one Run. Scores share one number of decimals and one axis."""

    def __init__(self, record: Tried) -> None:
        self.record = record
        self.by_number = {one.number: one for one in record.experiments}
        self.best = self.by_number[record.best].score if record.best in self.by_number else None
        scores = [one.score for one in record.experiments if one.score is not None]
        self.places = decimals(self.best.ci) if self.best else 4
        self.axis = figures.focus(scores, self.best) if self.best else (0.0, 1.0)
        self.limit = max(60, min(400, TEXT_BUDGET // max(len(record.experiments), 1)))

    def render(self) -> Html:
        """The table, its axis named in the header."""
        trials: dict[int, list[ExperimentRecord]] = {}
        for one in self.record.experiments:
            if (root := self._root(one)) != one.number:
                trials.setdefault(root, []).append(one)
        rows: list[Child] = []
        for one in self.record.experiments:
            if self._root(one) == one.number:
                below = self._trials(one, trials.get(one.number, []))
                rows += [self._row(one, "parent" if below else ""), below]
        names = [tag("th", name, scope="col") for name in COLUMNS]
        names[3] = tag("th", tag("span", "95 % interval", class_="unseen"), self._scale(), scope="col")
        head = tag("thead", tag("tr", names))
        return tag("table", _widths(), head, tag("tbody", rows), class_="board", aria_label="Experiments")

    def _root(self, one: ExperimentRecord) -> int:
        """The idea that a tuning trial goes back to; itself for everything else."""
        seen = set()
        while one.kind == "tune" and one.parent in self.by_number and one.number not in seen:
            seen.add(one.number)
            one = self.by_number[one.parent]
        return one.number

    def _scale(self) -> Html:
        ends = tag("span", short(self.axis[0])), tag("span", short(self.axis[1]))
        return tag("span", ends, class_="ends")

    def _trials(self, root: ExperimentRecord, trials: Sequence[ExperimentRecord]) -> Html | None:
        if not trials:
            return None
        numbers = f"#{trials[0].number}" + (f"–{trials[-1].number}" if len(trials) > 1 else "")
        scored = [(one.score.value, one.number) for one in trials if one.score is not None]
        said = f"{plural(len(trials), 'tuning trial')} of #{root.number} ({numbers})"
        if scored:
            value, number = (max if self.record.greater_is_better else min)(scored)
            said += f", best {fixed(value, self.places + 1)} at #{number}"
        if len(scored) < len(trials):
            said += f", {len(trials) - len(scored)} without a score"
        holds_best = any(one.number == self.record.best for one in trials)
        badge = tag("span", f"best: #{self.record.best}", class_="badge") if holds_best else None
        inner = tag("table", _widths(), tag("tbody", map(self._row, trials)), class_="board inner", aria_label=said)
        return tag("tr", tag("td", tag("details", tag("summary", said, " ", badge), inner), colspan=6), class_="trials")

    def _row(self, one: ExperimentRecord, style: str = "") -> Html:
        best = one.number == self.record.best
        cells = [
            tag("td", one.number, class_="number"),
            tag("td", self._idea(one, best), class_="idea"),
            tag("td", fixed(one.score.value, self.places + 1) if one.score else "–", class_="score"),
            tag("td", self._range(one.score), class_="range"),
            tag("td", standing(one), class_="standing"),
            tag("td", "found" if one.reused else "" if one.status == "open" else duration(one.seconds), class_="took"),
        ]
        return tag("tr", cells, class_=f"{style} best".strip() if best else style or None)

    def _range(self, score: Score | None) -> Html | None:
        if score is None or self.best is None:
            return None
        words = tag("span", interval(score.ci, self.places), class_="unseen")
        return join(figures.range_bar(score, self.axis, self.best.value), words)

    def _idea(self, one: ExperimentRecord, best: bool) -> Html:
        parent = self.by_number.get(one.parent) if one.parent is not None else None
        if one.kind == "tune":
            changed = changed_params(one.params, parent.params if parent else {})
            title: Child = tag("span", clip(changed, 120) or clip(one.name, 80), class_="params")
        else:
            title = tag("b", clip(one.name, 90))
        whose = tag("span", "the model’s", class_="badge quiet") if one.by == "model" else None
        badge = tag("span", "best", class_="badge") if best else None
        lines: list[Child] = [tag("div", title, " ", whose, " " if whose else None, badge)]
        if one.kind != "tune":
            lines.append(tag("div", clip(one.why, self.limit), class_="why"))
        if one.members:
            lines.append(tag("div", self.members(one), class_="why"))
        lines += [_mishap(attempt, self.limit) for attempt in one.attempts if attempt.status != "ok"]
        if one.score is None and one.reason and not any(_message(attempt) == one.reason for attempt in one.attempts):
            lines.append(tag("div", clip(one.reason, self.limit), class_="mishap"))
        return join(lines)

    def members(self, blend: ExperimentRecord, limit: int = 12) -> str:
        """`0.62 × #9 boosting + 0.38 × #4 logistic regression`."""
        names = {number: clip(one.name, 50) for number, one in self.by_number.items()}
        named = [
            f"{weight:.2f} × #{number} {names.get(number, '')}".rstrip() for number, weight in blend.members[:limit]
        ]
        more = len(blend.members) - limit
        return " + ".join(named) + (f" + {more} more" if more > 0 else "")


def standing(one: ExperimentRecord) -> Child:
    """How it stands against the best before it, as a word with a sign, so that colour says nothing alone."""
    if one.status == "open":
        return tag("span", "… running", class_="no-better")
    if one.score is None:
        return tag("span", "✕ " + clip(one.status, 20), class_="bad")
    comparison: Comparison | None = one.comparison
    if comparison is None:
        return None
    sign = {"first": "", "better": "▲ ", "no better": "· ", "worse": "▽ "}.get(comparison.standing, "")
    word = tag("span", sign + comparison.standing, class_=comparison.standing.replace(" ", "-"))
    if comparison.standing == "better" and comparison.p is not None:
        return join(word, tag("small", p_value(comparison.p)))
    return word


def changed_params(params: Mapping[str, Value], before: Mapping[str, Value]) -> str:
    """Parameters that differ from the idea's own, or all of them where none does."""
    changed = {key: value for key, value in params.items() if key not in before or before[key] != value}
    return ", ".join(f"{key} = {_value(value)}" for key, value in (changed or params).items())


def _value(value: Value) -> str:
    return short(value) if isinstance(value, float) else str(value)


def _message(attempt: AttemptRecord) -> str:
    return attempt.diagnosis.message if attempt.diagnosis else ""


def _mishap(attempt: AttemptRecord, limit: int) -> Html:
    """What went wrong in an Attempt, and what the next one changed."""
    text = clip(_message(attempt) or attempt.status, limit)
    if attempt.repair:
        return tag("div", tag("i", "repaired: "), f"{text} → {clip(attempt.repair, limit)}", class_="mishap")
    return tag("div", tag("i", f"{clip(attempt.status, 20)}: "), text, class_="mishap")


def _widths() -> Html:
    return tag("colgroup", [tag("col", class_=f"c{index}") for index in range(len(COLUMNS))])
