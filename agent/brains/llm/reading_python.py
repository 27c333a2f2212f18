"""Text that may be Python, parsed and never run."""

import ast
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mlpilot.agent.brains.llm.reading_fences import State
from mlpilot.agent.models.protocol import Unreadable
from mlpilot.tools.contract import Problem, problem

MOST_CODE = 60_000
"""Characters of the longest Solution that is read."""
_BUDGET = 400_000
"""Characters that are parsed for one reply: the same lines may have to be parsed several times over."""
_WARNINGS = threading.Lock()
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"), " "
)
_ODD = {**_SPACES, **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), "")}
"""Characters that look like a space, or like nothing, and that Python refuses outside of strings."""
_TOKEN = re.compile(
    r"(?P<kept>#[^\n]*"
    r'|"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|' + r"'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?|' + r"'(?:[^'\\\n]|\\.)*+'?)"
    r'|[“”„‟](?P<double>[^“”„‟"\\\n]*+)[“”‟]|[‘’‚‛](?P<single>[^‘’‚‛' + r"'\\\n]*+)[‘’‛]",
    re.DOTALL,
)
"""Comments and strings; strings between typographic quotes."""


@dataclass(frozen=True)
class Parsed:
    """A text, and what the parser made of it."""

    code: str
    tree: ast.Module | None
    error: str = ""
    line: int = 0
    """Where the error is, from 1; 0 if that is not known."""

    @property
    def functions(self) -> dict[str, str]:
        """Name → the syntax tree, as text, of each function at the top level; the last one of a name counts."""
        body = self.tree.body if self.tree is not None else []
        return {node.name: ast.dump(node) for node in body if isinstance(node, ast.FunctionDef)}

    @property
    def complete(self) -> bool:
        """Whether it defines both functions of a Solution."""
        body = self.tree.body if self.tree is not None else []
        return {"fit", "predict"} <= {node.name for node in body if isinstance(node, ast.FunctionDef)}


class Sources:
    """The texts of one reply, each parsed once, and not more of them than a budget allows."""

    def __init__(self) -> None:
        self._known: dict[str, Parsed] = {}
        self._left = _BUDGET

    def parse(self, code: str) -> Parsed:
        """What the parser makes of a text. Raises `Unreadable` when the budget is spent."""
        if code not in self._known:
            self._known[code] = self._parse(code)
        return self._known[code]

    def module(self, text: str, indent: str = "") -> Parsed:
        """A block's text as a module: without common indentation, and mended where only that makes it parse."""
        first = self.parse(dedented(text))
        if first.tree is not None or len(text) > MOST_CODE:
            return first
        tries = [_shifted(text, indent)] if indent else []
        tries += [mended(code) for code in (dedented(text), *tries)]
        for code in tries:
            parsed = self.parse(_trimmed(code))
            if parsed.tree is not None:
                return parsed
        return first

    def state(self, text: str, indent: str) -> State:
        """How the lines between two fences stand, for `reading_fences.split`."""
        tries = [dedented(text)]
        if indent.isspace():
            tries.append(_trimmed(_shifted(text, indent)))
        if not text.isascii() and len(text) <= MOST_CODE:
            tries.append(mended(tries[0]))
        for code in tries:
            parsed = self.parse(code)
            if parsed.tree is not None:
                return "whole"
            if "triple-quoted" in parsed.error:
                return "open"
        return "broken"

    def _parse(self, code: str) -> Parsed:
        if len(code) > MOST_CODE:
            return Parsed(code, None, f"it is {len(code):,} characters long; at most {MOST_CODE:,} are read")
        try:
            with _no_warnings():
                parsed = Parsed(code, ast.parse(code))
        except SyntaxError as error:
            parsed = Parsed(code, None, error.msg, error.lineno or 0)
        except (ValueError, RecursionError, MemoryError) as error:
            # A null byte; brackets, operators or blocks nested beyond what the parser takes.
            parsed = Parsed(code, None, str(error) or "it is nested too deeply")
        self._left -= len(code) if parsed.line == 0 else sum(map(len, code.split("\n", parsed.line)[: parsed.line]))
        if self._left < 0:
            raise Unreadable("your reply is too tangled to be read; send exactly one fenced block")
        return parsed


def checked(code: str) -> Problem | None:
    """What keeps a module from being a Solution, or None."""
    with _no_warnings():
        return problem(code)


def dedented(text: str) -> str:
    """The text without the indentation that all its lines share, with one line end at its end.

    Unlike `textwrap.dedent`, which empties lines of blanks, also within strings.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    least, most = (min(lines), max(lines)) if lines else ("", "")
    margin = 0
    while margin < len(least) and least[margin] == most[margin] and least[margin] in " \t":
        margin += 1
    return _trimmed(_shifted(text, least[:margin]))


def mended(code: str) -> str:
    """The code with typographic quotes as quotes, odd spaces as spaces and invisible characters gone, outside of
    strings and comments. It is only used where it parses and what was written does not."""
    out, at = [], 0
    for token in _TOKEN.finditer(code):
        out.append(code[at : token.start()].translate(_ODD))
        if token["kept"] is not None:
            out.append(token[0])
        elif token["double"] is not None:
            out.append(f'"{token["double"]}"')
        else:
            out.append(f"'{token['single']}'")
        at = token.end()
    return "".join([*out, code[at:].translate(_ODD)])


def _shifted(text: str, indent: str) -> str:
    """The text with up to so much indentation taken from the start of every line."""
    if not indent:
        return text
    return "\n".join(line.removeprefix(indent) if line.strip() else line[len(indent) :] for line in text.split("\n"))


def _trimmed(code: str) -> str:
    lines = code.lstrip("\ufeff").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return "\n".join(lines[first:]).rstrip() + "\n"


@contextmanager
def _no_warnings() -> Iterator[None]:
    """The parser warns of odd escapes in strings; that is the model's affair, and not to be printed."""
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
