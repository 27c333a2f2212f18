"""Every rule, in the order of the documentation."""

from mlpilot.tools.diagnose.static import (  # noqa: F401 - each adds its rules
    rules_leak,
    rules_metric,
    rules_overlap,
    rules_split,
)
from mlpilot.tools.diagnose.static.rule import RULES

__all__ = ["RULES"]
