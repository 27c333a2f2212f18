"""Long pastes: one word stands for them at the prompt, and all of them is handed on when it is entered."""

import re

MOST_LINES, MOST_CHARACTERS = 30, 4000
"""What is shown as it was pasted."""
_STAND_IN = re.compile(r"\[paste (\d+): [\d,]+ lines?\]")


class Pastes:
    """The long pastes of one talk; those that were never entered are kept too, since history may bring them back."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def taken(self, text: str) -> str:
        """What to show for a paste: itself, or the word that stands for it."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = text.count("\n") + 1
        if lines <= MOST_LINES and len(text) <= MOST_CHARACTERS:
            return text
        self._kept.append(text)
        return f"[paste {len(self._kept)}: {lines:,} line{'s' if lines > 1 else ''}]"

    def restored(self, text: str) -> str:
        """The text with all that was pasted; a word like ours that stands for nothing here stays as it is."""

        def whole(found: re.Match[str]) -> str:
            number = int(found.group(1))
            return self._kept[number - 1] if 0 < number <= len(self._kept) else found.group()

        return _STAND_IN.sub(whole, text)
