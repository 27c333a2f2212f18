"""Run by each Python that a Cell starts: such a process may not read its own entry in /proc.

A kernel's lock names its own /proc folder, and those of later processes are not known yet. joblib's workers ask psutil
for their memory, and die of the refusal; without psutil they do as well.
"""

import os
import sys

if "MLPILOT_KERNEL" in os.environ:
    sys.modules["psutil"] = None  # type: ignore[assignment]
