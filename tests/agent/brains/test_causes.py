"""What a model adds to a finding is kept where the code bears it out as far as reading goes, and else left out."""

import pytest

from mlpilot.agent.brains.llm.causes import WHY_WIDTH, read_cause, read_change
from mlpilot.agent.brains.protocol import Cause
from mlpilot.agent.steps import _with_cause
from mlpilot.tools.diagnose.model import Diagnosis

SOURCE = "import numpy as np\n\ndef fit(X, y):\n    return np.linalg.solve(X.T @ X, y)\n"
CODE = "```python\nx = 1\n```"


@pytest.mark.parametrize(
    "said",
    [
        "cause: 4 solve: X is not square",
        "Cause: line 4, `solve`: X is not square",
        "- **cause**: 4 solve - X is not square",
        "I use lstsq.\n\ncause: 4 solve: X is not square",
    ],
)
def test_a_cause_that_fits_the_code_is_read(said: str) -> None:
    assert read_cause(f"{said}\n{CODE}", SOURCE) == Cause(4, "solve", "X is not square")


@pytest.mark.parametrize(
    "said",
    [
        "cause: 9 solve: there is no such line",
        "cause: 0 solve: nor this",
        "cause: 3 solve: it does not stand there",
        "cause: 4 solv: only a part of a word",
        "cause: 4 linalg_solve: a name of its own",
        "cause: solve: no line",
        "because 4 solve: no cause",
        "",
    ],
)
def test_a_cause_that_does_not_fit_is_left_out(said: str) -> None:
    assert read_cause(f"{said}\n{CODE}", SOURCE) is None


def test_only_what_stands_before_the_code_is_a_cause() -> None:
    assert read_cause(f"{CODE}\ncause: 4 solve: too late", SOURCE) is None


def test_a_cause_is_short_and_acts_on_no_terminal() -> None:
    found = read_cause(f"cause: 4 solve: \x1b[31m{'x' * 9000}\n{CODE}", SOURCE)
    assert found is not None
    assert len(found.why) <= WHY_WIDTH and "\x1b" not in found.why


def test_what_was_changed_is_not_the_cause() -> None:
    assert read_change(f"cause: 4 solve: it is singular\nI use lstsq.\n{CODE}") == "I use lstsq."
    assert read_change(CODE) == ""


def test_it_is_told_beside_the_finding_once_and_gives_its_line_where_there_was_none() -> None:
    found, cause = Diagnosis("exception", "it failed"), Cause(4, "solve", "it is singular")
    told = _with_cause(_with_cause(found, cause), cause)
    assert told.message == "it failed; the model adds: line 4, solve: it is singular"
    assert told.line == 4
    assert _with_cause(Diagnosis("exception", "", line=3), cause).line == 3
    assert _with_cause(found, None) is found
