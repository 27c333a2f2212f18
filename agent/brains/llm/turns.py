"""Whose turn it is: the model's or the built-in search's. Arithmetic over the board and over when the model was asked.

The built-in default comes first: it is the start for the model, and its control. Then the model is asked, its ideas are
tried in turn with the built-in search, and it is asked again whenever the board has stood still for a while; the longer
it has gained nothing, the later. Ideas that gain nothing come at longer and longer intervals, too.
"""

from collections.abc import Sequence
from itertools import pairwise

from mlpilot.agent.brains.builtin.ledger import Ledger
from mlpilot.agent.brains.protocol import View

STALL = 5
"""Experiments without a gain, after which the model is asked again."""
FRUITLESS = 4
"""Rounds of ideas in a row that gained nothing, after which it is not asked any more."""
LONGEST_WAIT = 8
"""Experiments of the built-in search between two ideas of the model, at most."""
LEAST_LEFT = 2
"""Experiments that must be left to ask for ideas: one to try, one for the last blend."""


def may_ask(view: View, asked: Sequence[int]) -> bool:
    """Whether the model is asked for ideas now; `asked`: numbers of the Experiments before which it was."""
    if not any(line.score is not None and line.by == "built-in" for line in view.board):
        return False
    if not _worth_asking(view):
        return False
    if not asked:
        return True
    fruitless = _fruitless(view, asked)
    if fruitless >= FRUITLESS:
        return False
    stall = STALL << fruitless
    return min(Ledger(view).idle, len(view.board) + 1 - asked[-1]) >= stall


def may_ask_at_the_end(view: View, asked: Sequence[int]) -> bool:
    """Whether it is asked once more where the built-in search has nothing left to try."""
    since = len(view.board) + 1 - asked[-1] if asked else len(view.board)
    return _worth_asking(view) and since > 1 and _fruitless(view, asked) < FRUITLESS


def _worth_asking(view: View) -> bool:
    """Whether there are experiments and seconds left to try an idea in."""
    enough = view.experiments_left is None or view.experiments_left >= LEAST_LEFT
    return enough and time_for_one(view)


def its_turn(view: View) -> bool:
    """Whether a waiting idea of the model goes before the built-in search.

    They take turns; from the second idea in a row on that did not lead the board, each doubles the wait for the next.
    """
    places = [place for place, line in enumerate(view.board) if line.by == "model"]
    if not places:
        return True
    leads = _leads(view)
    in_vain = 0
    for place in reversed(places):
        if view.board[place].experiment in leads:
            break
        in_vain += 1
    waited = len(view.board) - 1 - places[-1]
    return waited >= min(LONGEST_WAIT, 1 << min(max(0, in_vain - 1), 8))


def time_for_one(view: View) -> bool:
    """Whether another Solution can be tried in the time that is left: as long as the longest so far, and a half."""
    drafts = [line.seconds for line in view.board if line.kind == "draft"]
    return view.seconds_left is None or view.seconds_left > 1.5 * max(drafts, default=0.0)


def _fruitless(view: View, asked: Sequence[int]) -> int:
    """Rounds in a row, up to the last one, in which no idea of the model led the board when it was scored."""
    leads = _leads(view)
    moments = [*asked, len(view.board) + 1]
    count = 0
    for start, end in reversed(list(pairwise(moments))):
        if any(start <= number < end for number in leads):
            break
        count += 1
    return count


def _leads(view: View) -> set[int]:
    """Experiments of the model that led the board when they were scored."""
    sign = 1 if view.card.greater_is_better else -1
    leads: set[int] = set()
    best: float | None = None
    for line in view.board:
        if line.score is None:
            continue
        if best is None or sign * line.score > best:
            best = sign * line.score
            if line.by == "model":
                leads.add(line.experiment)
    return leads
