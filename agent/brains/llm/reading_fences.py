"""A reply as a row of pieces: fenced blocks, and the prose between them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Literal

from mlpilot.agent.models.protocol import Unreadable

PYTHON = frozenset(["python", "py", "python3", "py3", "python2", "ipython", "ipython3", "python-3", "pyton"])
NOT_CODE = frozenset(
    [
        "json",
        "jsonc",
        "json5",
        "jsonl",
        "yaml",
        "yml",
        "toml",
        "ini",
        "csv",
        "tsv",
        "xml",
        "html",
        "css",
        "svg",
        "markdown",
        "md",
        "rst",
        "latex",
        "tex",
        "diff",
        "patch",
        "bash",
        "sh",
        "shell",
        "zsh",
        "console",
        "terminal",
        "powershell",
        "cmd",
        "pycon",
        "log",
        "output",
        "stdout",
        "traceback",
        "error",
        "sql",
        "dockerfile",
        "makefile",
        "mermaid",
    ]
)
"""Tags of blocks that are never read as code, whatever they hold."""
LANGUAGES = {
    **{"r": "R", "rscript": "R", "julia": "Julia", "jl": "Julia", "javascript": "JavaScript", "js": "JavaScript"},
    **{"jsx": "JavaScript", "typescript": "TypeScript", "ts": "TypeScript", "java": "Java", "c": "C", "cpp": "C++"},
    **{"c++": "C++", "csharp": "C#", "cs": "C#", "go": "Go", "rust": "Rust", "ruby": "Ruby", "rb": "Ruby"},
    **{"scala": "Scala", "kotlin": "Kotlin", "swift": "Swift", "matlab": "MATLAB", "octave": "Octave", "php": "PHP"},
    **{"perl": "Perl", "lua": "Lua", "haskell": "Haskell", "sas": "SAS", "stata": "Stata"},
}
"""Tag → the other language that it names."""
PLAIN = frozenset(["text", "txt", "plaintext", "plain"])
"""Tags that say nothing: such a block may be a module, but is no part of one."""
_KNOWN = PYTHON | NOT_CODE | LANGUAGES.keys() | PLAIN | {"code"}
_WRAPS = frozenset(("markdown", "md"))
_MOST_FENCES = 400
_LONGEST = 100_000
"""Characters; a longer block ends at the first fence that may close it, whatever it holds."""
_LONGEST_INFO = 200
_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})(.*)")
_BRACED = re.compile(r"\{\s*\.?([\w+#-]+)[^:\"'{}]*\}")
_WORD = re.compile(r"[\w+#.-]*")
_STATEMENT = re.compile(r"(?:import|from|def|class)\s|\"\"\"|'''|[A-Za-z_]\w* = ")
_DEFINES = re.compile(r"^def (fit|predict)\b", re.MULTILINE)

State = Literal["whole", "open", "broken"]
"""Of a text that may be a block's: it can stand alone; it ends inside a string of several lines; neither."""
Judge = Callable[[str, str], State]
"""(lines between two fences, indentation of the first) → how they stand."""


@dataclass(frozen=True)
class Piece:
    """One fenced block, or the prose between two."""

    text: str
    fenced: bool = False
    tag: str = ""
    """The language tag, in lower case; empty if there is none."""
    indent: str = ""
    """What stands before the opening fence on its line."""
    closed: bool = True


@dataclass(frozen=True)
class _Mark:
    """A line that opens or closes a block, or may."""

    line: int
    kind: Literal["fence", "opener", "tail"]
    """A fence on a line of its own; one that opens after prose; one that closes after code."""
    before: str
    fence: str
    info: str

    @property
    def tag(self) -> str:
        return _language(self.info)[0]


def split(text: str, judge: Judge) -> list[Piece]:
    """The pieces of a reply, in order. Raises `Unreadable` for one that is too tangled."""
    return _Splitter(text, judge).pieces()


class _Splitter:
    """Walks through the lines of one reply."""

    def __init__(self, text: str, judge: Judge) -> None:
        self._lines = text.split("\n")
        self._judge = judge
        marks = (_mark(line, number) for number, line in enumerate(self._lines) if "```" in line or "~~~" in line)
        self._marks = list(islice(filter(None, marks), _MOST_FENCES + 1))
        if len(self._marks) > _MOST_FENCES:
            raise Unreadable(f"your reply holds more than {_MOST_FENCES} fence lines; send exactly one fenced block")
        self._ends = list(accumulate(map(len, self._lines))) if self._marks else []

    def pieces(self) -> list[Piece]:
        """All of them but blank ones; a tagged block that the text ends in counts, whatever was to follow."""
        found: list[Piece] = []
        wrappers: list[str] = []
        at = 0
        for index, mark in enumerate(self._marks):
            if mark.line < at or mark.kind == "tail":
                continue
            if not mark.info and wrappers and mark.fence.startswith(wrappers[-1]):
                wrappers.pop()
                inner = None
            elif self._wraps(index):
                wrappers.append(mark.fence)
                inner = None
            else:
                inner = self._block(index)
            before = [*self._lines[at : mark.line], mark.before]
            found.append(Piece("\n".join(before)))
            at = mark.line + 1
            if inner is not None:
                block, at = inner
                found.append(block)
        found.append(Piece("\n".join(self._lines[at:])))
        return [piece for piece in found if piece.text.strip() or (piece.tag and not piece.closed)]

    def _wraps(self, index: int) -> bool:
        """Whether a block only holds other blocks: a whole answer in a Markdown fence, or a doubled fence."""
        mark, following = self._marks[index], self._marks[index + 1 : index + 2]
        if not following or following[0].kind == "tail" or not following[0].info:
            return False
        if mark.tag in _WRAPS:
            return True
        between = self._lines[mark.line + 1 : following[0].line]
        return not mark.info and not any(line.strip() for line in between)

    def _block(self, index: int) -> tuple[Piece, int]:
        """The block that a mark opens, and the line after it."""
        opening = self._marks[index]
        tag, first = _language(opening.info)
        skipped: list[_Mark] = []
        for mark in self._marks[index + 1 :]:
            long = self._ends[mark.line] - self._ends[opening.line] > _LONGEST
            text = "" if long else self._until(opening, mark, first)
            state = "broken" if long else self._state(text, tag, opening.before)
            fits = mark.fence.startswith(opening.fence)
            if mark.kind == "tail":
                if state == "whole":
                    return self._piece(opening, tag, text), mark.line + 1
            elif state == "open":
                skipped.append(mark)
            elif skipped and state == "whole" and not _nested(skipped, text):
                break
            elif not mark.info and (fits or state == "whole"):
                return self._piece(opening, tag, self._until(opening, mark, first)), mark.line + 1
            elif mark.info and (mark.tag in _KNOWN or (fits and state == "whole")):
                # No fence closed this block: another opens, or prose follows on the line that closes it.
                return self._piece(opening, tag, self._until(opening, mark, first)), mark.line + (
                    mark.tag not in _KNOWN
                )
        rest = "\n".join([*([first] if first else []), *self._lines[opening.line + 1 :]])
        if skipped and self._state(rest, tag, opening.before) == "whole" and _nested(skipped, rest):
            skipped = []
        closing = next((mark for mark in skipped if not mark.info and mark.fence.startswith(opening.fence)), None)
        if closing is not None:
            return self._piece(opening, tag, self._until(opening, closing, first)), closing.line + 1
        return self._piece(opening, tag, rest, closed=False), len(self._lines)

    def _until(self, opening: _Mark, mark: _Mark, first: str) -> str:
        lines = [*([first] if first else []), *self._lines[opening.line + 1 : mark.line]]
        if mark.kind != "fence":
            lines.append(mark.before)
        return "\n".join(lines)

    def _state(self, text: str, tag: str, indent: str) -> State:
        if tag in NOT_CODE or tag in LANGUAGES:
            return "whole" if text.rstrip().endswith(("}", "]")) else "broken"
        return self._judge(text, indent)

    def _piece(self, opening: _Mark, tag: str, text: str, *, closed: bool = True) -> Piece:
        indent = opening.before if not opening.before.strip() else ""
        return Piece(text, fenced=True, tag=tag, indent=indent, closed=closed)


def _mark(line: str, number: int) -> _Mark | None:
    found = _FENCE.match(line)
    if found and not (found[2][0] == "`" and "`" in found[3]):
        return _Mark(number, "fence", found[1], found[2], found[3].strip())
    before, fence, after = line.rpartition("```")
    if not fence or not before.strip() or before.endswith("`"):
        return None
    if not after.strip():
        return _Mark(number, "tail", before, fence, "")
    known = after.strip().lower() in PYTHON | {"json"}
    return _Mark(number, "opener", before, fence, after.strip()) if known else None


def _language(info: str) -> tuple[str, str]:
    """The tag of an opening fence, and the first line of the block if that stands on the same line."""
    if len(info) > _LONGEST_INFO:
        return "", info
    if braced := _BRACED.fullmatch(info):
        return braced[1].lower(), ""
    word = _WORD.match(info)
    tag = word[0].lower() if word else ""
    rest = info[len(tag) :].strip()
    if not tag or _STATEMENT.match(info):
        return "", info
    return tag, rest if (rest.startswith("{") and tag not in PYTHON) or _STATEMENT.match(rest) else ""


def _nested(skipped: list[_Mark], text: str) -> bool:
    """Whether the fences inside a string come in pairs, and the string cannot have swallowed a second module."""
    pairs = len(skipped) % 2 == 0 and not any(mark.info for mark in skipped[1::2])
    defined = _DEFINES.findall(text)
    return pairs and len(defined) == len(set(defined))
