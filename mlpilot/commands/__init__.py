"""One module for each command: `HELP`, `add_arguments(parser)` and `main(args) -> exit code`.

They are all imported for `mlpilot --help`, so what is heavy is imported inside `main`.
"""

from types import ModuleType

from mlpilot.commands import (
    check,
    doctor,
    evaluate,
    execute,
    export,
    models,
    predict,
    remove,
    report,
    resume,
    run,
    runs,
    sandbox,
    score,
    show,
)

COMMANDS: dict[str, ModuleType] = {
    "run": run,
    "resume": resume,
    "runs": runs,
    "show": show,
    "report": report,
    "export": export,
    "rm": remove,
    "predict": predict,
    "score": score,
    "exec": execute,
    "check": check,
    "models": models,
    "doctor": doctor,
    "sandbox": sandbox,
    "eval": evaluate,
}
"""In the order in which help lists them."""

LATER = ("fix", "chat", "view", "vscode")
"""Commands that are promised, and are not there yet."""
