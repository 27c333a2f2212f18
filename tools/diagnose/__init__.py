"""What went wrong with a Solution, and the smallest edit that may mend it; by rules, without any model."""

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.read import diagnose, rejected
from mlpilot.tools.diagnose.repair import repair_source

__all__ = ["Diagnosis", "diagnose", "rejected", "repair_source"]
