"""One module for each command: `HELP`, `add_arguments(parser)` and `main(args) -> exit code`.

They are all imported for `mlpilot --help`, so what is heavy is imported inside `main`.
"""

from types import ModuleType

from mlpilot.commands import (
    chat,
    check,
    doctor,
    evaluate,
    execute,
    export,
    fix,
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
    view,
    vscode,
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
    "fix": fix,
    "chat": chat,
    "models": models,
    "doctor": doctor,
    "sandbox": sandbox,
    "view": view,
    "vscode": vscode,
    "eval": evaluate,
}
"""In the order in which help lists them."""
