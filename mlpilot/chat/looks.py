"""How the chat looks: what the terminal can do, and in which colours.

The styles are named where they are used (`dim`, `red`, `bold`); a theme says what a name looks like. `auto` leaves it
to the sixteen colours of the terminal, which are its user's own choice and go with its background.
"""

import os
from typing import TextIO, cast

from rich.console import Console
from rich.theme import Theme

_DARK = {"dim": "#9aa4b2", "red": "#ff8a80", "green": "#8bd49c", "cyan": "#7fd1de", "magenta": "#d6a6f0"}
_LIGHT = {"dim": "#57606a", "red": "#b3261e", "green": "#1a6b34", "cyan": "#0b6477", "magenta": "#7a3299"}
THEMES: dict[str, dict[str, str]] = {"auto": {}, "dark": _DARK, "light": _LIGHT, "none": {}}
"""Name → what stands for a style; `none` has no colour and no other sequence. Each colour of `dark` has a contrast of
at least 4.5 to 1 on anything darker than #303030, and each of `light` on anything lighter than #e8e8e8."""


def dumb() -> bool:
    """Whether this terminal cannot repaint: there the prompt waits until all that was asked for is done."""
    return os.environ.get("TERM") in ("dumb", "")


def first_theme() -> str:
    """The theme that a talk begins with: none where `NO_COLOR` is set or the terminal is dumb, else `MLPILOT_THEME`."""
    if dumb() or os.environ.get("NO_COLOR"):
        return "none"
    wanted = os.environ.get("MLPILOT_THEME", "auto")
    return wanted if wanted in THEMES else "auto"


def console(out: object, theme: str) -> Console:
    """What prints in the talk, in this theme."""
    plain = theme == "none"
    return Console(
        file=cast(TextIO, out),
        force_terminal=not plain,
        no_color=plain,
        theme=Theme(THEMES[theme]),
        markup=False,
        highlight=False,
        emoji=False,
    )
