"""Pictures in the terminals that can show them; a link stands beside each of them anyway.

Protocols: kitty's graphics (https://sw.kovidgoyal.net/kitty/graphics-protocol/) and iTerm2's inline images
(https://iterm2.com/documentation-images.html). Both take the PNG as it is.
"""

import base64
import os

from rich.console import Console

_CHUNK = 4096


def inline(console: Console, png: bytes) -> bool:
    """Show a picture, where this terminal is known to be able to; whether it was."""
    sequence = _sequence(png) if console.is_terminal and not os.environ.get("TMUX") else ""
    if sequence:
        console.file.write(sequence + "\n")
        console.file.flush()
    return bool(sequence)


def _sequence(png: bytes) -> str:
    data = base64.b64encode(png).decode()
    if "kitty" in os.environ.get("TERM", "") or os.environ.get("TERM_PROGRAM") in ("ghostty", "WezTerm"):
        parts = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
        last = len(parts) - 1
        heads = ["a=T,f=100," if index == 0 else "" for index in range(len(parts))]
        return "".join(
            f"\x1b_G{head}m={int(index < last)};{part}\x1b\\"
            for index, (head, part) in enumerate(zip(heads, parts, strict=True))
        )
    if os.environ.get("TERM_PROGRAM") == "iTerm.app":
        return f"\x1b]1337;File=inline=1;size={len(png)};width=60%:{data}\x07"
    return ""
