"""Who moved the best score by how much: it all adds up to what the Run gained."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpilot.agent.contributions import BLENDS, NAMES, OF_MODEL, contributions, gained_by_model
from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import Contribution, ExperimentRecord, Origin

IDEAS, TUNED = OF_MODEL
SEARCH, YOURS = NAMES["built-in"], NAMES["you"]


def record(
    number: int, score: float | None, kind: str = "draft", by: Origin = "built-in", parent: int | None = None
) -> ExperimentRecord:
    judged = None if score is None else Score(score, (score, score), 100)
    status = "failed" if score is None else "scored"
    return ExperimentRecord(number, "x", "", kind, parent, (), None, {}, status, judged, None, 1.0, (), by=by)


def told(found: Sequence[Contribution]) -> dict[str, tuple[int, int, float]]:
    return {one.name: (one.experiments, one.scored, pytest.approx(one.gain)) for one in found}


BOARD = (
    record(1, None),
    record(2, 0.50),
    record(3, 0.45, by="model"),
    record(4, 0.60, by="you"),
    record(5, 0.40, "tune", parent=3),
    record(6, 0.40, by="model", parent=5),
    record(7, 0.39, "tune", by="model", parent=2),
    record(8, None, by="model"),
    record(9, 0.38, "tune", parent=2),
    record(10, 0.30, "blend"),
    record(11, 0.25, "tune", parent=4),
)


def test_each_gain_goes_to_the_one_who_made_it() -> None:
    """A lower score is better here; the first score is where it starts, and a tie is no gain."""
    found = contributions(BOARD, greater_is_better=False)
    assert told(found) == {
        SEARCH: (3, 2, 0.01),
        IDEAS: (4, 3, 0.05 + 0.01),
        YOURS: (2, 2, 0.05),
        TUNED: (1, 1, 0.05),
        BLENDS: (1, 1, 0.08),
    }
    assert [one.name for one in found] == [SEARCH, IDEAS, YOURS, TUNED, BLENDS]
    assert sum(one.gain for one in found) == pytest.approx(0.50 - 0.25)
    assert gained_by_model(found) == pytest.approx(0.11)


def test_a_greater_score_is_better_where_it_is() -> None:
    turned = [
        one if one.score is None else replace(one, score=replace(one.score, value=-one.score.value)) for one in BOARD
    ]
    assert told(contributions(turned, greater_is_better=True)) == told(contributions(BOARD, greater_is_better=False))


def test_nothing_at_all_and_nothing_scored() -> None:
    assert contributions((), greater_is_better=True) == ()
    (only,) = contributions([record(1, None, by="model")], greater_is_better=True)
    assert only == Contribution(IDEAS, 1, 0, 0.0)


def test_a_trial_whose_parent_is_not_there_belongs_to_who_chose_it() -> None:
    found = contributions([record(1, 0.5, "tune", parent=7), record(2, 0.4, "tune")], greater_is_better=False)
    assert told(found) == {SEARCH: (2, 2, 0.1)}


LINES = st.lists(
    st.tuples(
        st.none() | st.sampled_from([0.1, 0.2, 0.3]) | st.floats(-5, 5),
        st.sampled_from(["draft", "tune", "blend"]),
        st.sampled_from(["built-in", "model", "you"]),
        st.none() | st.integers(1, 12),
    ),
    max_size=12,
)


@given(lines=LINES, greater=st.booleans())
@settings(max_examples=200, deadline=None)
def test_gains_add_up_to_the_whole_improvement(lines: list[tuple], greater: bool) -> None:
    board = [record(number, *line) for number, line in enumerate(lines, 1)]
    found = contributions(board, greater_is_better=greater)
    scores = [one.score.value for one in board if one.score]
    improvement = ((max(scores) - scores[0]) if greater else (scores[0] - min(scores))) if scores else 0.0
    assert sum(one.gain for one in found) == pytest.approx(improvement)
    assert all(one.gain >= 0 for one in found)
    assert sum(one.experiments for one in found) == len(board)
    assert sum(one.scored for one in found) == len(scores)
