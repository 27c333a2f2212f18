"""What a Run leaves behind for people: report, `solution.py` that runs without mlpilot, notebook, predictions."""

from mlpilot.agent.export.artifacts import predictions_csv, write_artifacts
from mlpilot.agent.export.notebook import notebook
from mlpilot.agent.export.standalone import Context, context_of, standalone_source

__all__ = ["Context", "context_of", "notebook", "predictions_csv", "standalone_source", "write_artifacts"]
