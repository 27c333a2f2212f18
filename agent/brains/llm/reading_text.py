"""A reply before it is read: its length, its line ends, and its answer without the thinking around it."""

import re

from mlpilot.agent.models.protocol import Unreadable

MOST_REPLY = 1_000_000
"""Characters of a reply that are looked at."""
_TAG = re.compile(r"<(/?)(?:think|thinking|thoughts?|reasoning)(?:[ \t][^<>\n]{0,100})?>|\[(/?)THINK\]", re.IGNORECASE)
_EVENT = re.compile(rf"^[ \t]*(?P<fence>`{{3,}}|~{{3,}})|{_TAG.pattern}", re.IGNORECASE | re.MULTILINE)
_END = re.compile(r"(?:<\|[\w-]{1,30}\|>|</s>|<eos>|<end_of_turn>)\Z")
_LONE = re.compile(r"[\ud800-\udfff]")
_QUOTES = ("'", '"', "`")


def tidy(text: str) -> str:
    """The reply with plain line ends, without a byte order mark or end-of-turn tokens, and fit for UTF-8.

    Half a surrogate pair, which no file can hold, becomes the replacement character. Raises `Unreadable` for a reply
    that is too long to look at.
    """
    if len(text) > MOST_REPLY:
        raise Unreadable(f"your reply is {len(text):,} characters long; at most {MOST_REPLY:,} are read")
    text = _LONE.sub("\ufffd", text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    for _ in range(5):
        bare = text.rstrip()
        token = _END.search(bare, max(0, len(bare) - 40))
        if token is None:
            break
        text = bare[: token.start()]
    return text


def without_thinking(text: str, finish: str) -> str:
    """The reply without what stands in thinking tags. Raises `Unreadable` if nothing else is there.

    A tag that is never closed hides all that follows it; one that is closed but was never opened (chat templates open
    it for the model) hides all that stands before it: what may be a draft is never read. Tags in a fenced block, and
    quoted ones, are text.
    """
    if _TAG.search(text) is None:
        return text
    kept: list[str] = []
    start, fence, thinking = 0, "", False
    for event in _EVENT.finditer(text):
        if event["fence"]:
            if not thinking:
                fence = _toggled(fence, event["fence"])
            continue
        closes = "/" in event[0][:2]
        quoted = _quoted(text, event.start(), event.end())
        if closes and (thinking or not quoted):
            if not thinking:
                kept.clear()
            start, fence, thinking = event.end(), "", False
        elif not closes and not (thinking or quoted or fence):
            kept.append(text[start : event.start()])
            thinking = True
    if not thinking:
        kept.append(text[start:])
    answer = "\n".join(kept)
    if not answer.strip():
        ended = "was cut off while you were thinking" if finish == "length" else "holds only thinking, and no answer"
        raise Unreadable(f"your reply {ended}; think less, and put the answer outside of the thinking tags")
    return answer


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether a tag is spoken of, not used."""
    return text[max(0, start - 1) : start] in _QUOTES and text[end : end + 1] in _QUOTES


def _toggled(fence: str, mark: str) -> str:
    """The fence that is open after `mark`, where `fence` was open before it."""
    if not fence:
        return mark
    return "" if mark.startswith(fence) else fence
