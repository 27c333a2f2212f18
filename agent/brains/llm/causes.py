"""What a model takes for the cause of a failure, read from its reply and held against the code.

It says `cause: LINE NAME: why`. The line must be one of the code that failed, and the name must stand in it; else the
line is left out, and the repair is taken for what it is.
"""

import re

from mlpilot.agent.brains.protocol import Cause
from mlpilot.agent.data.phrases import shown

WHY_WIDTH, _LINE_CHARACTERS = 160, 400
_CAUSE = re.compile(
    r"\W{0,6}cause\W{1,6}(?:line )?(\d{1,6})[ ,:]{1,3}`?([A-Za-z_][\w.]{0,79})`?[ ,:\u2013-]{1,4}(.+)", re.IGNORECASE
)


def read_cause(text: str, source: str) -> Cause | None:
    """The cause in the words before the code of a reply; None where there is none, or it does not fit the source."""
    for said in before_code(text):
        found = _CAUSE.match(said[:_LINE_CHARACTERS])
        if found is None:
            continue
        line, name, why = int(found[1]), found[2], shown(found[3], WHY_WIDTH)
        lines = source.split("\n")
        if 1 <= line <= len(lines) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", lines[line - 1]):
            return Cause(line, name, why)
    return None


def read_change(text: str) -> str:
    """What the model says that it changed: the first of its words before the code that name no cause; may be empty."""
    return next((shown(said, WHY_WIDTH) for said in before_code(text) if not _CAUSE.match(said[:_LINE_CHARACTERS])), "")


def before_code(text: str) -> list[str]:
    """The lines before the first fence that are not empty."""
    return [line for line in text.split("```")[0].splitlines() if line.strip()]
