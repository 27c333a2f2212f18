"""Whose turn it is, on made-up boards."""

from dataclasses import replace
from itertools import pairwise

import pytest

from mlpilot.agent.brains.llm import turns
from mlpilot.agent.brains.protocol import Card, Line, View
from mlpilot.agent.record import Origin

CARD = Card("classification", "log_loss", False, "probabilities", 500, 400, (), 2)


def board(*scores: float | None, by: dict[int, Origin] | None = None) -> list[Line]:
    """Experiments with these scores (None: failed), of the built-in search unless `by` says otherwise."""
    return [
        Line(
            number,
            f"x{number}",
            f"s{number}",
            "draft",
            "failed" if score is None else "scored",
            {},
            score,
            None if score is None else (score - 0.01, score + 0.01),
            1.0,
            20,
            by=(by or {}).get(number, "built-in"),
        )
        for number, score in enumerate(scores, 1)
    ]


def view(*scores: float | None, by: dict[int, Origin] | None = None, left: int | None = None) -> View:
    return View(CARD, board(*scores, by=by), None, left)


def test_the_built_in_default_comes_first() -> None:
    assert not turns.may_ask(view(), [])
    assert not turns.may_ask(view(None), []), "it failed: another of the built-in ones comes first"
    assert not turns.may_ask(view(0.5, by={1: "you"}), []), "the person's own is no control"
    assert turns.may_ask(view(0.5), [])
    assert turns.may_ask(view(0.5, 0.6, by={1: "you"}), [])


def test_it_is_asked_again_when_the_board_stands_still_and_later_each_time_that_was_in_vain() -> None:
    asked: list[int] = []
    moments = []
    scores: list[float] = [0.5]
    for _ in range(200):
        here = view(*scores)
        if turns.may_ask(here, asked):
            asked.append(len(scores) + 1)
            moments.append(len(scores) + 1)
        scores.append(0.6)
    assert moments[0] == 2
    gaps = [after - before for before, after in pairwise(moments)]
    assert gaps == [turns.STALL << count for count in range(1, turns.FRUITLESS)]
    assert len(moments) == turns.FRUITLESS


def test_an_idea_that_led_wins_the_model_its_patience_back() -> None:
    scores: list[float] = [0.5, 0.4, *[0.6] * (turns.STALL - 1)]
    of_model: dict[int, Origin] = {2: "model"}
    assert not turns.may_ask(view(*scores, by=of_model), [2])
    scores.append(0.6)
    assert turns.may_ask(view(*scores, by=of_model), [2])
    assert not turns.may_ask(view(*scores), [2]), "had the built-in search led, it would wait twice as long"


def test_while_something_gains_nobody_is_asked() -> None:
    scores = [0.5 - number / 50 for number in range(20)]
    assert not turns.may_ask(view(*scores), [2])


@pytest.mark.parametrize(("left", "expected"), [(None, True), (5, True), (2, True), (1, False), (0, False)])
def test_not_without_experiments_to_try_it_in(left: int | None, expected: bool) -> None:
    assert turns.may_ask(view(0.5, left=left), []) is expected
    assert turns.may_ask_at_the_end(view(0.5, 0.6, left=left), []) is expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(None, True), (60.0, True), (15.1, True), (15.0, False), (0.0, False)]
)
def test_not_without_time_to_try_it_in(seconds: float | None, expected: bool) -> None:
    slow = [replace(line, seconds=10.0) for line in board(0.5, 0.6)]
    here = View(CARD, slow, seconds, None)
    assert turns.time_for_one(here) is expected
    assert turns.may_ask(here, []) is expected
    assert turns.may_ask_at_the_end(here, []) is expected


def test_at_the_end_it_is_asked_once_more_but_not_for_ever() -> None:
    assert not turns.may_ask_at_the_end(view(), [])
    assert not turns.may_ask_at_the_end(view(0.5, 0.6, 0.6), [3]), "it was asked only just now"
    asked = [2]
    scores = [0.5, 0.6]
    for _ in range(100):
        if turns.may_ask_at_the_end(view(*scores), asked):
            asked.append(len(scores) + 1)
        scores.append(0.6)
    assert len(asked) == turns.FRUITLESS


def test_they_take_turns() -> None:
    assert turns.its_turn(view())
    assert turns.its_turn(view(0.5))
    assert not turns.its_turn(view(0.5, 0.4, by={2: "model"}))
    assert not turns.its_turn(view(0.5, None, by={2: "model"})), "a failed one was its turn too"
    assert turns.its_turn(view(0.5, 0.4, 0.4, by={2: "model"}))


def _moments_of_the_model(led: bool) -> list[int]:
    """Experiments that are the model's, of sixty, where it always has an idea waiting."""
    scores, by = [0.5], {1: "built-in"}
    for number in range(2, 62):
        here = View(CARD, board(*scores, by=by), None, None)  # type: ignore[arg-type]
        its = turns.its_turn(here)
        by[number] = "model" if its else "built-in"
        scores.append(min(scores) - 0.001 if its and led else 0.6)
    return [number for number, one in by.items() if one == "model"]


def test_ideas_that_gain_nothing_wait_longer_and_longer() -> None:
    moments = _moments_of_the_model(led=False)
    gaps = [after - before - 1 for before, after in pairwise(moments)]
    assert gaps[:5] == [1, 2, 4, 8, 8]
    assert max(gaps) == turns.LONGEST_WAIT, "but it is never shut out"


def test_ideas_that_lead_keep_every_other_turn() -> None:
    assert _moments_of_the_model(led=True) == list(range(2, 62, 2))


def test_an_idea_that_leads_ends_the_wait() -> None:
    of_model: dict[int, Origin] = {2: "model", 4: "model", 7: "model"}
    in_vain = (0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6)
    assert not turns.its_turn(view(*in_vain, by=of_model))
    assert turns.its_turn(view(*in_vain[:6], 0.4, 0.6, by=of_model))
