"""What a sandbox says when it cannot predict is a stranger's word: one line of it is passed on."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from mlpilot.agent import predicting
from mlpilot.agent.record import RunRecord
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.errors import FailedError
from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.harness import Outcome


def test_a_long_complaint_is_one_short_line(
    diabetes_record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Cell's error is made here; what becomes of it is not."""
    complaint = CellError("ValueError", "\x1b]0;owned\x07" + "a line\n" * 3000, "")
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path))
    model = predicting.run_folder(diabetes_record.run) / predicting.ARTIFACTS["model"]
    model.parent.mkdir(parents=True)
    model.write_bytes(b"saved")
    monkeypatch.setattr(predicting, "open_pool", lambda *_: nullcontext())
    monkeypatch.setattr(predicting, "run_job", lambda *_, **__: Outcome("error", 0.1, error=complaint))
    best = next(one for one in diabetes_record.experiments if one.solution is not None)
    assert best.solution is not None
    with pytest.raises(FailedError, match="does not predict these rows: a line") as caught:
        predicting._predict(diabetes_record, best, best.solution, choose("none"), tmp_path, 3)
    assert "\n" not in str(caught.value)
    assert "owned" not in str(caught.value)
    assert len(str(caught.value)) < 500
