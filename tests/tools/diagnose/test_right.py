"""Right programs that were written apart, by somebody who knew no rule: `check` leaves them alone.

They were measured blind first, set by set (`evals/bugs/README.md` has what was said of them then). The rules know them
by now: this guards what was reached, and says nothing of a program that nobody has seen. They are read here and not
run; many want tables that are not beside them.
"""

from pathlib import Path

from mlpilot.evals.trainings.generate import training
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.inspect import check_files
from mlpilot.tools.diagnose.static.report import BROKEN, check_source

RIGHT = Path(__file__).parent / "right"
ARGUABLE = {
    "keras_churn_binary.py": {"PANDAS008"},  # a copy of a published table, without the column of that table
    "overfit_on_purpose.py": {"LEAK012"},  # a lecture: scores on test rows for each depth, and nothing chosen by them
}
"""What is said of some all the same."""
OLD = ("API", "KERAS015")
"""What is said of programs in old dialects, and true: names that today's versions no longer have."""


def _is_loud(one: Diagnosis) -> bool:
    """Whether a right program should have been left alone; a rule that breaks is a note to others, and not here."""
    return one.code == BROKEN or (one.severity != "note" and not one.code.startswith(OLD))


def test_right_programs_are_left_alone() -> None:
    programs = sorted(path for path in RIGHT.rglob("*") if path.suffix in (".py", ".ipynb"))
    assert len(programs) >= 877
    said = [
        (path.name, {one.code for one in found if _is_loud(one)})
        for path, found in zip(programs, check_files(programs), strict=True)
    ]
    assert {name: codes for name, codes in said if codes} == ARGUABLE


def test_healthy_trainings_are_left_alone() -> None:
    """Those that `eval trainings` writes, in PyTorch and Keras, as dense, convolutional and recurrent networks."""
    healthy = {number: training(number, "exploding").healthy for number in range(99700, 99860)}
    said = {number: [str(one) for one in check_source(text) if _is_loud(one)] for number, text in healthy.items()}
    assert {number: found for number, found in said.items() if found} == {}
