"""How a Cell that gave no prediction ended, in words."""

import pytest

from mlpilot.agent.bench import _ending
from mlpilot.sandbox.protocol import CellError, CellStatus
from mlpilot.tools.harness import Outcome


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("error", "ValueError: no"),
        ("timeout", "it took longer than its share of the time"),
        ("too_much_output", "it printed, or sent back, more than it may"),
        ("out_of_memory", "it ran out of memory"),
    ],
)
def test_the_exception_is_the_reason_only_where_it_ended_the_cell(status: CellStatus, said: str) -> None:
    assert _ending(Outcome(status, 1.0, error=CellError("ValueError", "no", ""))) == said
