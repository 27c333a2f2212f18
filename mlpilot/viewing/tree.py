"""How the experiments grew out of one another: ideas, the trials that tuned each, the blends made of them."""

from collections.abc import Sequence

from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.markup import Html, join, tag
from mlpilot.agent.report.words import clip, decimals, fixed

MOST = 400
"""Experiments; of a longer run the first ones and the last."""


def tree(record: RunRecord) -> Html | None:
    """A nested list, which screen readers count and walk through; None before anything was tried."""
    shown = _shown(record.experiments)
    if not shown:
        return None
    numbers = {one.number for one in shown}
    below: dict[int | None, list[ExperimentRecord]] = {}
    for one in shown:
        parent = one.parent if one.parent in numbers and one.parent < one.number else None
        below.setdefault(parent, []).append(one)
    best = next((one.score for one in shown if one.number == record.best), None)
    places = 1 + (decimals(best.ci) if best else 4)
    left = len(record.experiments) - len(shown)
    note = tag("p", f"{left:,} in the middle are left out here; the board has them all.", class_="note")
    return join(_list(None, below, record, places), note if left else None)


def _shown(experiments: Sequence[ExperimentRecord]) -> Sequence[ExperimentRecord]:
    if len(experiments) <= MOST:
        return experiments
    return [*experiments[: MOST // 2], *experiments[-MOST // 2 :]]


def _list(
    parent: int | None, below: dict[int | None, list[ExperimentRecord]], record: RunRecord, places: int, depth: int = 0
) -> Html | None:
    """What grew from `parent`; beyond four steps down what is deeper stands beside it."""
    children = below.get(parent, [])
    if not children:
        return None
    items = []
    for one in children:
        deeper = _list(one.number, below, record, places, depth + 1)
        items.append(join(tag("li", _label(one, record, places), deeper)))
    return tag("ul", items, class_="tree" if depth == 0 else f"branch depth{min(depth, 4)}")


def _label(one: ExperimentRecord, record: RunRecord, places: int) -> Html:
    said = "running" if one.status == "open" else fixed(one.score.value, places) if one.score else one.status
    name = "tuned" if one.kind == "tune" else clip(one.name, 60)
    members = f" of {', '.join(f'#{number}' for number, _ in one.members[:12])}" if one.members else ""
    mine = one.number == record.best
    state = "open" if one.status == "open" else "scored" if one.score else "bad"
    return tag(
        "span",
        tag("span", f"#{one.number} ", class_="number"),
        name if one.kind != "blend" or not members else f"blend{members}",
        " ",
        tag("b", said, class_=state),
        tag("span", "best so far" if record.status == "running" else "best", class_="badge") if mine else None,
        class_="leaf",
    )
