"""What a script asks for and does not find where it is run: files, arguments, answers, a network."""

import re
from collections.abc import Callable

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.running import Ended

Said = tuple[str, str]
"""(message, remedy)"""

MISSING = "circumstances"
"""Kind of a failure that no edit of the script is to mend."""
NOT_INSTALLED = "missing-package"
"""Kind of a failure that an installation mends, and no edit."""

_HELPER = re.compile(r"^File (?:~|/mnt/files)/([\w.-]{1,100}\.py):(\d{1,7})", re.MULTILINE)
_WANTED = re.compile(r"error: the following arguments are required: ([^\n]{1,100})")
_NONE_GIVEN = "give them defaults: it is run as `python FILE` would run it"


def explained(found: Diagnosis, ended: Ended, source: str) -> Said | None:
    """Message and remedy where what is missing is not in the script; None for anything else."""
    lines = source.split("\n")
    line = lines[found.line - 1] if found.line is not None and found.line <= len(lines) else ""
    wanted = _WANTED.search(ended.stderr) if found.kind == "system-exit" else None
    if wanted is not None:
        return f"the script wants arguments, and is run without any: {wanted.group(1)}", _NONE_GIVEN
    for pattern, says in _SAYS:
        matched = re.search(pattern, found.evidence)
        said = says(matched, line) if matched is not None else None
        if said is not None:
            return said
    return _in_a_helper(found, ended)


def _file(matched: re.Match[str], line: str) -> Said | None:
    del line
    path = matched.group(1)
    first = path.lstrip("./").split("/")[0]
    how = f"--mount {path}, and it is seen as {path.rpartition('/')[2]}"
    if not path.startswith(("/", "..", "~")):
        how = f"--mount {first}, if it lies elsewhere" if "/" not in path else f"--mount {first} shows it that folder"
    return f"there is no {path!r} where the script runs; it sees the plain files of its own folder", how


def _arguments(matched: re.Match[str], line: str) -> Said | None:
    del matched
    return ("the script wants arguments, and is run without any", _NONE_GIVEN) if "argv" in line else None


def _environment(matched: re.Match[str], line: str) -> Said | None:
    if "environ" not in line:
        return None
    name = matched.group(1)
    return f"{name} is not set where the script runs: nothing of your environment is", "give it a default"


def _plain(message: str, remedy: str) -> Callable[[re.Match[str], str], Said | None]:
    return lambda *_: (message, remedy)


def _in_a_helper(found: Diagnosis, ended: Ended) -> Said | None:
    """What fails in a file beside the script, which imports it, is to be mended there."""
    traceback = ended.error.traceback if ended.error is not None else ""
    helpers = list(_HELPER.finditer(traceback))
    if not helpers or "File solution.py" in traceback[helpers[-1].end() :]:
        return None
    name, line = helpers[-1].groups()
    first = found.evidence.strip().split("\n")[0][:200]
    return f"{name} fails at its line {line}: {first}", f"mend {name}: `mlpilot check {name}` says what it finds there"


_SAYS: tuple[tuple[str, Callable[[re.Match[str], str], Said | None]], ...] = (
    (
        r"StdinNotImplementedError|EOFError: EOF when reading a line",
        _plain("the script asks for input, and nobody is there to answer", "give what it asks for a default"),
    ),
    (r"FileNotFoundError: [^\n]{0,100}No such file or directory: '([^'\n]{1,300})'", _file),
    (r"IndexError: list index out of range", _arguments),
    (r"KeyError: '(\w{1,100})'", _environment),
    (
        r"name resolution|Network is unreachable|URLError|ConnectionError|MaxRetryError|gaierror",
        _plain(
            "the script fetches something, and the sandbox has no network",
            "fetch it once outside, keep it beside the script, and read that",
        ),
    ),
    (
        r"Read-only file system|PermissionError: \[Errno 13\]",
        _plain("the script writes to a place where it may only read", "write to a new file of its own folder"),
    ),
)
"""(what the error says, what to say of it)."""
