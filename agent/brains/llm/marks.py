"""Marks around what comes from a table or a sandbox: `<data>`, `</data>`. Nothing between them can close them.

Names of columns stand between them as Python strings, and an escape in a Python string changes nothing, so names can be
used as they are read. In code only what could close the marks is escaped: there it stands in a string or a comment.
"""

import re

_OPENER = re.compile(r"[<\u02c2\u2039\u2329\u27e8\u276e\u3008\ufe64\uff1c]|&(?=lt\b|#0*60\b|#x0*3c\b)", re.IGNORECASE)
"""What a mark can begin with, or seem to: the sign itself, its look-alikes, and its names in HTML."""
_CLOSING = re.compile(r"<(?=[\W_]{0,20}/[\W_]{0,20}data)", re.IGNORECASE)


def marked(text: str) -> str:
    """Text from a table or a sandbox, between marks that it cannot close."""
    return f"<data>\n{escaped(text)}\n</data>"


def marked_code(code: str) -> str:
    """Code, which may hold names from a table, between the same marks."""
    return f"<data>\n{escaped_code(code)}\n</data>"


def escaped(text: str) -> str:
    """Text that holds no mark; escaped once more it stays the same."""
    return _OPENER.sub(_escape, text)


def escaped_code(code: str) -> str:
    """Code that closes no mark."""
    return _CLOSING.sub(_escape, code)


def _escape(found: re.Match[str]) -> str:
    number = ord(found.group())
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
