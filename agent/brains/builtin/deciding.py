"""What to do next: drafts from the portfolio, then tuning of what is promising, with blends between, then stop.

Every decision is arithmetic over the View. Without a budget in time nothing looks at seconds, so that a resumed Run
decides as the undisturbed one did.
"""

from mlpilot.agent.brains.builtin.blending import closing_seconds, members_of
from mlpilot.agent.brains.builtin.ledger import Family, Ledger
from mlpilot.agent.brains.builtin.portfolio import expected_seconds, portfolio, without_hopeless
from mlpilot.agent.brains.protocol import Blend, Card, Decision, Draft, Idea, Stop, Tune, View
from mlpilot.tools.recipes import Recipe

DRAFT_SHARE = 0.5
"""Of the time or of the experiments, what first drafts may take."""

DRAFT_MOST = 0.15
"""Of the time, what one draft may take while there are cheaper things to do."""

LEAST_DRAFTS = 4
"""Solutions to choose from before anything is tuned or blended."""

REACH = 2.0
"""Half widths of the leader's interval: a Solution that is further behind is not tuned."""

TUNED_MOST = 6
"""Solutions that are tuned at a time: the best ones."""

BLEND_EVERY = 12
"""Experiments from one blend to the next."""

BLEND_SECONDS = 1.0
"""What a blend takes: weights are fitted, and its score is judged."""

PATIENCE = 45
"""Experiments without any gain after which the search is over."""


def decide(view: View) -> Decision:
    """The next step, for the loop to take."""
    ledger = Ledger(view)
    if view.experiments_left == 0:
        return Stop(f"as many experiments as were allowed: {len(view.board)}")
    if view.experiments_left == 1 and len(view.board) >= 2:
        return _last_blend(ledger) or _one_more(ledger) or Stop("nothing is left to try")
    if ledger.idle >= PATIENCE:
        return _last_blend(ledger) or Stop(f"the last {ledger.idle} experiments gained nothing")
    step = _turn_to_tune(ledger) or _draft(ledger, within_share=True) or _early_blend(ledger) or _one_more(ledger)
    return step or _last_blend(ledger) or Stop(_why_nothing(view))


def _turn_to_tune(ledger: Ledger) -> Decision | None:
    """Once there is something to choose from, every other step tunes, so that a slow portfolio takes no more than half
    of the time from a Solution that leads already."""
    if len(ledger.families) < LEAST_DRAFTS or ledger.view.board[-1].kind == "tune":
        return None
    return _tune(ledger)


def _one_more(ledger: Ledger) -> Decision | None:
    return _tune(ledger) or _draft(ledger, within_share=False)


def _why_nothing(view: View) -> str:
    return "the time is nearly up" if view.seconds_left is not None else "nothing is left to try"


# Drafts


def _draft(ledger: Ledger, *, within_share: bool) -> Draft | None:
    """The first recipe that was not tried and that is likely to fit; the very first is always tried."""
    view = ledger.view
    left = [recipe for recipe in portfolio(view.card) if recipe.name not in ledger.drafted]
    untried = without_hopeless(left, view)
    if not untried and not ledger.families:  # a Run that ends with nothing serves nobody
        untried = left
    if not ledger.drafted:
        return Draft(_idea(untried[0], view.card)) if untried else None
    if within_share and not _share_is_left(ledger):
        return None
    for recipe in untried:
        if _fits(ledger, expected_seconds(recipe, view), within_share=within_share):
            return Draft(_idea(recipe, view.card))
    return None


def _idea(recipe: Recipe, card: Card) -> Idea:
    return Idea(recipe.name, recipe.why.replace("rows are few", f"rows are few ({card.rows:,})"), recipe=recipe.key)


def _share_is_left(ledger: Ledger) -> bool:
    """Experiments are few: some are kept for tuning and for the last blend."""
    left = ledger.view.experiments_left
    if left is None:
        return True
    whole, drafted = left + len(ledger.view.board), len(ledger.drafted)
    return drafted < LEAST_DRAFTS or drafted < DRAFT_SHARE * whole


def _fits(ledger: Ledger, seconds: float, *, within_share: bool) -> bool:
    """True when so many seconds are there, the refits of a blend and its scoring kept back."""
    left = ledger.view.seconds_left
    if left is None:
        return True
    free = left - closing_seconds(ledger.view) - BLEND_SECONDS
    if not within_share:
        return seconds * 1.2 <= free
    whole = left + ledger.spent
    if len(ledger.families) < LEAST_DRAFTS:
        return seconds <= min(free, 2 * DRAFT_MOST * whole)
    return seconds <= min(free, DRAFT_MOST * whole, DRAFT_SHARE * whole - ledger.spent)


# Tuning


def _tune(ledger: Ledger) -> Tune | None:
    """The promising Solution that had least of its due: the better its rank and the newer its gains, the more is due.

    Stride scheduling (Waldspurger and Weihl, 1995) in seconds, or in trials where there is no budget in time.
    """
    timed = ledger.view.seconds_left is not None
    chosen: tuple[float, Family] | None = None
    for rank, family in enumerate(_promising(ledger)):
        if not family.draft.params or not _fits(ledger, family.seconds, within_share=False):
            continue
        had = sum(line.seconds for line in family.trials) if timed else float(len(family.trials))
        step = family.seconds if timed else 1.0
        due = (had + step) * (1.5**rank) * (2.0 if family.idle > 8 else 1.0)
        if chosen is None or due < chosen[0]:
            chosen = due, family
    if chosen is None:
        return None
    family = chosen[1]
    number = len(family.trials) + 1
    gained = "it gained lately" if family.trials and family.idle == 0 else "promising so far"
    return Tune(family.draft.experiment, f"trial {number} of {family.draft.name}: {gained}")


def _promising(ledger: Ledger) -> list[Family]:
    """The best few, and only those that the leader's doubt still reaches."""
    leaders = ledger.families[:TUNED_MOST]
    if not leaders:
        return []
    low, high = leaders[0].scored[0].ci or (0.0, 0.0)
    return [family for family in leaders if leaders[0].best - family.best <= REACH * (high - low) / 2 or low == high]


# Blends


def _early_blend(ledger: Ledger) -> Blend | None:
    """A blend once the drafts are there, and again whenever enough has changed."""
    since = len(ledger.view.board) - (ledger.blends[-1] + 1 if ledger.blends else 0)
    if ledger.view.experiments_left is not None and ledger.view.experiments_left < BLEND_EVERY / 2:
        return None
    due = BLEND_EVERY if ledger.blends else LEAST_DRAFTS
    return _blend(ledger, "members that err differently make up for each other") if since >= due else None


def _last_blend(ledger: Ledger) -> Blend | None:
    return _blend(ledger, "the best of all that was tried, combined once more")


def _blend(ledger: Ledger, why: str) -> Blend | None:
    """The best members there are, unless they are the ones that were combined last."""
    view = ledger.view
    members = members_of(view)
    if len(members) < 2:
        return None
    if ledger.blends and members_of(view, view.board[: ledger.blends[-1]]) == members:
        return None
    return Blend(members, why)
