"""What `mlpilot score` says of a Solution."""

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.scoring import ScoreOutcome
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.verdicts import facts_of

SCORE = Score(0.41973, (0.41, 0.43), folds=(0.4,) * 10, also={"accuracy": 0.8})


def test_a_score_is_told_with_its_metric_and_direction():
    told = dict(facts_of(ScoreOutcome("scored", SCORE, metric="log_loss", greater_is_better=False)))
    assert told["scored"] == "log-loss .4197 (.410 – .430), lower is better · 10 folds"
    assert told["also"] == "accuracy .800"
    told = dict(facts_of(ScoreOutcome("scored", SCORE, metric="roc_auc", greater_is_better=True)))
    assert told["scored"].startswith("ROC AUC .4197") and "higher is better" in told["scored"]


def test_a_failure_is_told_with_its_line_and_remedy():
    found = Diagnosis("zero-division-error", "division by zero", line=2, remedy="divide by something else")
    told = facts_of(ScoreOutcome("failed", reason="ZeroDivisionError: division by zero", diagnosis=found))
    assert told == [
        ("failed", "ZeroDivisionError: division by zero"),
        ("where", "line 2"),
        ("remedy", "divide by something else"),
    ]
