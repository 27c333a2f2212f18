"""The bound on all runs of a script together, what is tried meanwhile, and one fault that is told once."""

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending import patience
from mlpilot.tools.mending.loop import mend
from mlpilot.tools.mending.once_told import once_each, told_once
from mlpilot.tools.mending.running import Ended, Fit

LEAK = """from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
X, y = load_iris(return_X_y=True)
Z = StandardScaler().fit_transform(X)
Z_train, Z_test, y_train, y_test = train_test_split(Z, y, random_state=0)
print("accuracy", SVC().fit(Z_train, y_train).score(Z_test, y_test))
A, B, c, d = train_test_split(X, y, random_state=0)
m = SVC()
m.fit(X, y)
print("accuracy", m.score(B, d))
"""


class Clock:
    """Moves on by three seconds in each run of the script, whose facts are those that it would have."""

    def __init__(self):
        self.now, self.tried = 0.0, []

    def __call__(self):
        return self.now

    def run(self, source, watched=None, probe=None):
        self.now += 3.0
        rows = 112 if "scaler" in source else 150
        fits = tuple(Fit(name, 6, rows) for name in watched or ())
        return Ended("ok", "accuracy 0.9\n", "", None, fits=fits, facts={"judged rows": 38} if probe else {})


def mended(seconds):
    clock = Clock()
    bound = patience.Patience(seconds, clock.tried.append, clock)
    return mend(LEAK, "s.py", clock.run, check_source(LEAK, "s.py"), bound), clock


def test_no_further_edit_is_tried_when_the_time_for_all_runs_is_spent():
    result, clock = mended(4.0)
    assert result.status == "not_repaired" and clock.now == 6.0
    assert "2 runs took 6 seconds" in result.reason and "--timeout" in result.reason
    assert "LEAK001" in result.reason  # what is left, by its line


def test_what_was_proven_by_then_stays_and_is_seen_to_end_well_twice():
    result, clock = mended(7.0)
    assert result.status == "repaired" and "fit_transform(Z_train)" in result.source and "m.fit(X, y)" in result.source
    assert result.runs == 2 and clock.tried[-1] == "the mended script, once more"
    assert "[LEAK010]" in result.reason and "no further edit was tried" in result.reason


def test_what_is_tried_is_told_before_each_run():
    _, clock = mended(1000.0)
    assert clock.tried[0] == "the script as it is"
    assert any(one.startswith("LEAK001 at line 6: StandardScaler is fitted after the split") for one in clock.tried)
    assert any(one.startswith("LEAK010 at line 11: ") for one in clock.tried)


def test_the_bound_grows_with_the_time_of_a_run_and_is_never_less_than_minutes():
    assert patience.Patience.of(120.0).seconds == 1200.0
    assert patience.Patience.of(1.0).seconds == patience.LEAST


def test_what_a_training_shows_and_reading_says_is_one_finding():
    read = Diagnosis("gradients", "zero_grad is missing", line=9, severity="warning", code="TORCH001")
    shown = Diagnosis("gradients-kept", "added up", "8 steps", 11, severity="warning", code="TRAIN008")
    other = Diagnosis("overfit", "rises", "x", 11, severity="warning", code="TRAIN011")
    (one, two) = told_once("x = 1\n" * 12, [read], [(shown, None), (other, None)])
    assert (one.code, one.line, one.evidence) == ("TORCH001", 9, "8 steps") and two.code == "TRAIN011"
    assert [one.code for one in once_each([read, shown, other])] == ["TORCH001", "TRAIN011"]
    assert [one.code for one in once_each([shown])] == ["TRAIN008"]
