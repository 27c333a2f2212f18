"""Every rule, in the order of the documentation."""

from mlpilot.tools.diagnose.static import (  # noqa: F401 - each adds its rules
    rules_api,
    rules_choice,
    rules_cut,
    rules_future,
    rules_given,
    rules_keras,
    rules_keras_data,
    rules_keras_layers,
    rules_keras_own,
    rules_keras_parts,
    rules_keras_task,
    rules_keras_use,
    rules_label,
    rules_leak,
    rules_lightning,
    rules_metric,
    rules_model,
    rules_multi,
    rules_overlap,
    rules_pandas,
    rules_repeats,
    rules_rows,
    rules_split,
    rules_torch_data,
    rules_torch_loop,
    rules_torch_loss,
    rules_torch_model,
    rules_torch_state,
    rules_torch_time,
    rules_torch_use,
    rules_torch_values,
)
from mlpilot.tools.diagnose.static.rule import RULES

__all__ = ["RULES"]
