"""HTML and SVG, built so that nothing can be injected: every text is escaped unless it was built here."""

import html
import math
import re
from collections.abc import Iterable

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters
    "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # those that reorder text, so that it reads as what it is not
    "\ud800-\udfff\ufffe\uffff]"  # what UTF-8 or HTML cannot hold
)


class Html(str):
    """Markup made by this module; a plain `str` is text, and is escaped when it becomes part of a page."""

    __slots__ = ()


Child = str | float | None | Iterable["Child"]


def plain(text: str) -> str:
    """`text` with invisible and reordering characters replaced by U+FFFD."""
    return _UNSAFE.sub("\ufffd", text)


def join(*children: Child) -> Html:
    """The children one after another: text escaped, `None` left out, iterables flattened."""
    return Html("".join(_flatten(children)))


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Html:
    """An element. `class_` is written `class`, other underscores become hyphens; `None` and False leave one out.

    Names of elements and attributes must come from our own code, never from data.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_attribute(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if not children and name in {"meta", "br", "col", "line", "circle", "rect", "path"}:
        return Html(f"<{name}{written}>" if name in {"meta", "br", "col"} else f"<{name}{written}/>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def number(value: float) -> str:
    """A coordinate: one decimal, no trailing zero."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def _flatten(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield html.escape(plain(child), quote=False)
        elif isinstance(child, int | float):
            yield str(child)
        else:
            yield from _flatten(child)


def _attribute(value: str | float) -> str:
    if isinstance(value, str):
        return html.escape(plain(value), quote=True)
    return number(value) if math.isfinite(value) else "0"
