"""Who goes into a blend: good Solutions that err differently, as many as their refits can be paid for."""

from collections.abc import Sequence

from mlpilot.agent.brains.builtin.ledger import families_of
from mlpilot.agent.brains.protocol import Line, View

MOST_MEMBERS = 14
"""Offered; the Judge keeps those that help together."""

REFITS = 5.0
"""What the end costs, in fits of one fold: every member is fitted for the test, and once more for export."""

CLOSING_SHARE = 0.25
"""Of the whole time, what the refits of a blend may take."""


def members_of(view: View, board: Sequence[Line] | None = None) -> tuple[int, ...]:
    """Experiments to combine, by number: the best of each Solution first, then the second and third of the best ones.

    A function of the board alone (and of the time that the Run has), so that the blend of an earlier board can be
    told again.
    """
    sign = 1 if view.card.greater_is_better else -1
    families = families_of(view.board if board is None else board, sign)
    offered = [family.scored[0] for family in families]
    offered += [family.scored[1] for family in families[:5] if len(family.scored) > 1]
    offered += [family.scored[2] for family in families[:3] if len(family.scored) > 2]
    room = _room(view)
    members: list[int] = []
    for line in offered[:MOST_MEMBERS]:
        cost = fold_seconds(line, view)
        if len(members) < 2 or cost <= room:
            members.append(line.experiment)
            room -= cost
    return tuple(sorted(members))


def closing_seconds(view: View) -> float:
    """What the refits of the blend that would be made now are likely to take, beyond what the loop keeps already.

    The loop keeps what it takes to refit the best so far. How many of the offered members the Judge will keep is told
    by the last blend; before there is one, half of them.
    """
    offered = members_of(view)
    blend = next((line for line in reversed(view.board) if line.members), None)
    cost = _cost(offered, view) / 2 if blend is None else 1.2 * _cost(blend.members, view)
    best = next((line for line in view.board if line.experiment == view.best), None)
    kept = 0.0 if best is None else _cost(best.members or (best.experiment,), view)
    return REFITS * max(0.0, cost - kept)


def _cost(experiments: Sequence[int], view: View) -> float:
    """Seconds of one fold of all of these."""
    wanted = set(experiments)
    return sum(fold_seconds(line, view) for line in view.board if line.experiment in wanted)


def fold_seconds(line: Line, view: View) -> float:
    """Wall time of one fold of an Experiment."""
    return line.seconds / max(view.card.folds, 1)


def _room(view: View) -> float:
    """Seconds of one fold that all members together may take."""
    if view.seconds_left is None:
        return float("inf")
    whole = view.seconds_left + sum(line.seconds for line in view.board)
    return CLOSING_SHARE * whole / REFITS
