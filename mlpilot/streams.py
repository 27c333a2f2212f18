"""Output that cannot crash, and text from strangers that cannot act on the terminal."""

import codecs
import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TextIO

from mlpilot.agent.data.phrases import ESCAPES

_PLAIN = str.maketrans(
    dict(zip("–—−×·…→›≥≤■□°²", "---x|~>>><#=o2", strict=True))
    | dict(zip("▁▂▃▄▅▆▇█", "__..::##", strict=True))
    | dict(zip("“”‘’✓", "\"\"''+", strict=True))
)
"""One-character stand-ins, so that columns stay aligned on terminals that know no Unicode."""

_MOST_MARKS = 4
"""Combining marks upon one character; Vietnamese, Hebrew and Thai need two or three."""


def prepare() -> None:
    """Make stdout and stderr safe to write to, whatever their encoding, and even when they are closed; a standard
    input that is closed is empty."""
    codecs.register_error("mlpilot", _stand_in)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - lives with the process
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - lives with the process
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="mlpilot")


def clean(text: object) -> str:
    """One line of text from data or from a sandbox: no escape sequence, control or reordering character is left."""
    return " ".join(_strip(str(text), keep="", space="\t\n\r\v\f\x85\u2028\u2029").split())


def clean_block(text: str) -> str:
    """The same for output of several lines: line ends and tabs stay."""
    return _strip(text.replace("\r\n", "\n"), keep="\n\t\r", space="\v\f\x85\u2028\u2029")


def note(text: str) -> None:
    """A line of progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def answer(text: str) -> None:
    """A line of the answer, on stdout."""
    print(text, flush=True)


def answer_json(value: Mapping[str, object]) -> None:
    """The one JSON object on stdout. Values that are not finite, which JSON does not have, become null."""
    print(json.dumps(_finite(value), indent=2, allow_nan=False), flush=True)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person watches this stream on a screen that can be repainted."""
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "") and not os.environ.get("CI")


def mute(*names: str) -> None:
    """Send what is still to be written to these streams nowhere: whoever read them has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for name in names:
        os.dup2(nowhere, getattr(sys, name).fileno())
    os.close(nowhere)


def _strip(text: str, *, keep: str, space: str) -> str:
    text = ESCAPES.sub("", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if char in space else char
        for char in _few_marks(text)
        if char in keep or char in space or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


def _few_marks(text: str) -> Iterator[str]:
    """The characters, with no more marks upon any of them than a script needs: piled up they cover other lines."""
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            yield char


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(char if char.isascii() else "?" for char in lost), error.end


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
