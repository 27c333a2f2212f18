"""What VS Code is given: tasks that run mlpilot, what they ask for, and how lines of theirs become problems.

The shapes are those of VS Code's tasks, version 2.0.0 (https://code.visualstudio.com/docs/reference/tasks-appendix).
"""

from typing import Any

Json = dict[str, Any]

PATTERN: Json = {
    "regexp": (
        r"^((?:[A-Za-z]:)?[^:\s](?:[^:]*[^:\s])?):(\d+)(?::(\d+))?(?::\d+:\d+)?: (error|warning|note): (.+?)"
        r"(?:\s+\[([\w-]+)\])?$"
    ),
    "file": 1,
    "line": 2,
    "column": 3,
    "severity": 4,
    "message": 5,
    "code": 6,
}
"""`path:line:column: severity: message [CODE]`. A path may hold blanks and letters of any script, but no colon
after the drive's. VS Code knows error, warning and info; what it does not know (`note`) it shows as an information."""
TABLE_PATTERN: Json = {
    "regexp": r"^mlpilot: ((?:[A-Za-z]:)?[^:\s](?:[^:]*[^:\s])?): ((?:[\w ]+ )?line (\d+)\b.*)$",
    "file": 1,
    "message": 2,
    "line": 3,
}
"""What `mlpilot run` says of a table that cannot be read: `mlpilot: path: line 3 has …`."""
WATCH_BEGINS, WATCH_ENDS = "mlpilot: checking", "mlpilot: checked"
"""Lines with which a watch begins and ends a round; VS Code clears the problems of the round before at the first."""

MATCHER: Json = {
    "owner": "mlpilot",
    "source": "mlpilot",
    "fileLocation": ["autoDetect", "${workspaceFolder}"],
    "pattern": PATTERN,
}
TABLE_MATCHER: Json = {**MATCHER, "owner": "mlpilot-table", "severity": "error", "pattern": TABLE_PATTERN}
WATCHING: Json = {
    **MATCHER,
    "background": {
        "activeOnStart": True,
        "beginsPattern": f"^{WATCH_BEGINS}",
        "endsPattern": f"^{WATCH_ENDS}",
    },
}
SHOWN: Json = {"reveal": "always", "panel": "dedicated", "clear": True}


def _task(label: str, detail: str, *words: str, **more: Any) -> Json:
    return {
        "label": f"mlpilot: {label}",
        "detail": detail,
        "type": "process",
        "command": "${command:python.interpreterPath}",
        "args": ["-P", "-m", "mlpilot", *words],
        "options": {"cwd": "${workspaceFolder}"},
        "presentation": SHOWN,
        "problemMatcher": [],
        **more,
    }


TASKS: tuple[Json, ...] = (
    _task(
        "run on this table",
        "Find the best model for the table that is open",
        "run", "${file}", "--target", "${input:mlpilot-target}", "--budget", "${input:mlpilot-budget}",
        problemMatcher=TABLE_MATCHER,
    ),
    _task("resume", "Go on with the latest run", "resume"),
    _task("open the report", "Open the latest run's report in the browser", "report", "--open"),
    _task(
        "check this file",
        "Find ML bugs in the Python file that is open",
        "check", "${file}",
        problemMatcher=MATCHER,
        presentation={**SHOWN, "reveal": "silent"},
    ),
    _task(
        "fix this file",
        "Run the script that is open in the sandbox, mend it, and prove it; shows the diff, asks before it writes",
        "fix", "${file}", "--write",
        problemMatcher=MATCHER,
        presentation={**SHOWN, "focus": True},
    ),
    _task(
        "watch",
        "Check every Python file here whenever it is saved",
        "check", "--watch", "${workspaceFolder}",
        isBackground=True,
        problemMatcher=WATCHING,
        presentation={**SHOWN, "reveal": "never"},
    ),
)  # fmt: skip

INPUTS: tuple[Json, ...] = (
    {"id": "mlpilot-target", "type": "promptString", "description": "The column to predict"},
    {
        "id": "mlpilot-budget",
        "type": "pickString",
        "description": "How long it may take",
        "options": ["90s", "5m", "15m", "1h"],
        "default": "5m",
    },
)
