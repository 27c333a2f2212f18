"""Reading what a model wrote: one fenced code block, or one small JSON object, however it is wrapped.

What leaves no doubt is read; all else raises `Unreadable`, whose message is sent back to the model. Nothing is guessed,
nothing is run, and a reply of a million characters takes well under a second. The parts, from the outside in:
`reading_text` (the answer without its thinking), `reading_fences` (blocks and prose), `reading_python` and
`reading_code`, `reading_unfenced` (modules in pieces, or bare), `reading_json` and `reading_object`, `reading_fields`.
"""

from typing import Any

from mlpilot.agent.brains.llm.reading_code import code_in
from mlpilot.agent.brains.llm.reading_fields import field_list, field_text, field_whole
from mlpilot.agent.brains.llm.reading_object import object_in
from mlpilot.agent.models.protocol import Unreadable

__all__ = [
    "Unreadable",
    "field_list",
    "field_text",
    "field_whole",
    "read_code",
    "read_object",
]


def read_code(text: str, *, finish: str = "stop") -> str:
    """The one Solution in a reply, as source that parses and that defines fit and predict at its top level.

    The lines are those of the reply, changed in these ways only: plain line ends and one at the end, no blank lines
    before or after, no byte order mark, no indentation that all lines share, half surrogate pairs replaced; and, only
    where the code would not parse otherwise, typographic quotes as quotes, odd spaces as spaces and invisible
    characters gone, outside of strings and comments. Words in the line of a fence are not code, unless they begin a
    statement. `finish` is why the model stopped (`length`: it was cut off). Raises `Unreadable`, and nothing else.
    """
    return code_in(text, finish)


def read_object(text: str, *, finish: str = "stop") -> dict[str, Any]:
    """The one JSON object in a reply, with the slips that leave no doubt read as what they mean.

    Every number in it is finite, every text fits UTF-8, and it is at most 20 levels deep. `finish` is why the model
    stopped. Raises `Unreadable`, and nothing else.
    """
    return object_in(text, finish)
