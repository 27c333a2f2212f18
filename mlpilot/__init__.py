"""mlpilot: an ML copilot that runs the experiments and reports a score you can believe.

    import mlpilot

    result = mlpilot.run("churn.csv", target="churned", budget="10m")
    result.board      # every experiment, as a DataFrame
    result.test       # the score on rows that the search never saw
    result.report()   # path of a report that can be shown

Names are loaded when they are first used, so that importing mlpilot costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from mlpilot.agent.pursue import Interrupted
    from mlpilot.agent.result import Result
    from mlpilot.agent.scoring import ScoreOutcome
    from mlpilot.agent.task import Task
    from mlpilot.api import resume, run, score
    from mlpilot.sandbox.errors import NoModelError, NoSandboxError, UserError

__version__ = "0.1.0"

__all__ = [
    "Interrupted",
    "NoModelError",
    "NoSandboxError",
    "Result",
    "ScoreOutcome",
    "Task",
    "UserError",
    "__version__",
    "resume",
    "run",
    "score",
]

_HOMES = {
    "run": "mlpilot.api",
    "resume": "mlpilot.api",
    "score": "mlpilot.api",
    "Result": "mlpilot.agent.result",
    "ScoreOutcome": "mlpilot.agent.scoring",
    "Interrupted": "mlpilot.agent.pursue",
    "Task": "mlpilot.agent.task",
    "UserError": "mlpilot.sandbox.errors",
    "NoSandboxError": "mlpilot.sandbox.errors",
    "NoModelError": "mlpilot.sandbox.errors",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'mlpilot' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """`%load_ext mlpilot`: gives a notebook, or IPython, the magic `%mlpilot`."""
    from mlpilot.notebook.magic import load

    load(shell)
