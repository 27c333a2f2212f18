"""The one Python module in a reply, or what is wrong with the reply."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlpilot.agent.brains.llm.reading_fences import LANGUAGES, NOT_CODE, PLAIN, PYTHON, Piece, split
from mlpilot.agent.brains.llm.reading_python import MOST_CODE, Parsed, Sources, checked
from mlpilot.agent.brains.llm.reading_text import tidy, without_thinking
from mlpilot.agent.brains.llm.reading_unfenced import bare, joined, unfenced
from mlpilot.agent.data.phrases import shown
from mlpilot.agent.models.protocol import Unreadable

ASK = "send exactly one fenced Python block that holds the whole module"
CUT_OFF = "your reply was cut off before its end: it is too long; send a shorter module, and no prose"
_CLAIM = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(fit|predict)\b", re.MULTILINE)
_LOOKS = {
    "R": re.compile(r"<-[ \t]*function[ \t]*\(|^library\(", re.MULTILINE),
    "JavaScript": re.compile(
        r"^(?:export )?(?:async )?function \w+\([^)\n]{0,200}\) \{|^const \w+ =|=> \{$", re.MULTILINE
    ),
    "Julia": re.compile(r"^function \w+\([^\n]{0,200}\)$|^using \w+$", re.MULTILINE),
}
"""Language → how it looks where no tag names it."""


@dataclass(frozen=True)
class _Part:
    """A piece that may be code, or part of it."""

    piece: Piece
    parsed: Parsed

    @property
    def claims(self) -> set[str]:
        """Which of fit and predict it defines, or seems to, where it does not parse."""
        if self.parsed.tree is not None and self.piece.fenced:
            return {"fit", "predict"} & set(self.parsed.functions)
        return set(_CLAIM.findall(self.piece.text))


def code_in(text: str, finish: str) -> str:
    """The module that a reply holds. Raises `Unreadable`."""
    sources = Sources()
    text = tidy(text)
    if finish != "length" and len(text) <= MOST_CODE:
        whole = bare(sources.module(text), sources)
        if whole is not None and whole.complete:
            return _accepted(whole)
    answer = without_thinking(text, finish)
    pieces = split(answer, sources.state)
    if not pieces:
        raise Unreadable(f"your reply is empty; {ASK}, with fit() and predict()")
    parts = [
        _Part(piece, sources.module(piece.text, piece.indent) if piece.fenced else Parsed(piece.text, None))
        for piece in pieces
        if piece.tag not in NOT_CODE
    ]
    if finish == "length" and not pieces[-1].closed:
        raise Unreadable(CUT_OFF)
    ours = [part for part in parts if part.piece.tag not in LANGUAGES]
    main = _only(ours)
    if main is not None:
        _refuse_corrections(main, ours)
        return _accepted(main.parsed)
    found = None
    if finish != "length":
        found = _pieced_together(ours, answer, sources)
    elif not any(part.claims for part in ours if part.piece.fenced):
        raise Unreadable(CUT_OFF)
    if found is None:
        mistagged = _only([part for part in parts if part not in ours])
        if mistagged is None:
            raise Unreadable(_complaint(pieces, parts, ours))
        found = mistagged.parsed
    return _accepted(found)


def _accepted(parsed: Parsed) -> str:
    wrong = checked(parsed.code)
    if wrong is not None:
        raise Unreadable(f"your Python module is no Solution: {shown(wrong.message, 300)}")
    return parsed.code


def _only(parts: Sequence[_Part]) -> _Part | None:
    """The one complete module among the blocks, the last of them where it is repeated letter by letter."""
    complete = [part for part in parts if part.piece.fenced and part.parsed.complete]
    different = {_letters(part.parsed.code) for part in complete}
    if len(different) > 1:
        raise Unreadable(f"your reply holds {len(different)} Python blocks that each define fit() and predict(); {ASK}")
    return complete[-1] if complete else None


def _letters(code: str) -> str:
    return "\n".join(line.rstrip() for line in code.split("\n") if line.strip())


def _refuse_corrections(main: _Part, parts: Sequence[_Part]) -> None:
    """After the whole module, code that defines fit or predict in another way may be a correction, or an illustration.
    Which of the two is not for us to guess."""
    wanted = main.parsed.functions
    for part in parts[parts.index(main) + 1 :]:
        if not part.piece.closed and part.piece.tag in PYTHON and part.piece != main.piece:
            raise Unreadable(f"your reply ends in a second Python block that is never closed; {ASK}")
        for name in sorted(part.claims):
            other = part.parsed.functions.get(name)
            if other == wanted[name] or (other is not None and _is_stub(part.parsed, name)):
                continue
            raise Unreadable(f"your reply defines {name}() in one block and once more, in another way, after it; {ASK}")


def _is_stub(parsed: Parsed, name: str) -> bool:
    """Whether a function only stands for one: `def fit(X, y, params): ...`"""
    body = next(
        node.body for node in reversed(_body(parsed)) if isinstance(node, ast.FunctionDef) and node.name == name
    )
    return all(isinstance(node, ast.Pass | ast.Expr) and not any(map(_calls, ast.walk(node))) for node in body)


def _calls(node: ast.AST) -> bool:
    return isinstance(node, ast.Call)


def _body(parsed: Parsed) -> list[ast.stmt]:
    return parsed.tree.body if parsed.tree is not None else []


def _pieced_together(parts: Sequence[_Part], answer: str, sources: Sources) -> Parsed | None:
    """The module that several blocks make up, or that stands in the answer without a fence; None if neither does."""
    blocks = [part for part in parts if part.piece.fenced]
    bare_claims = any(part.claims for part in parts if not part.piece.fenced)
    if not any(part.claims for part in blocks):
        return unfenced(answer, sources) if bare_claims else None
    code = [part for part in blocks if part.piece.tag not in PLAIN or part.claims]
    whole = not bare_claims and all(part.piece.closed for part in code)
    return joined([part.parsed for part in code], sources) if whole else None


def _complaint(pieces: Sequence[Piece], parts: Sequence[_Part], ours: Sequence[_Part]) -> str:
    """What is wrong with a reply that holds no module."""
    blocks = [part for part in ours if part.piece.fenced and (part.claims or part.piece.tag in PYTHON)]
    language = _language(parts, ours)
    if not any(part.claims for part in ours) and language:
        return f"your reply holds {language} code; a Solution is a Python module that defines fit() and predict()"
    if not blocks:
        claimed = [part for part in ours if part.claims]
        if claimed:
            return f"your reply holds Python code among its prose, and where it begins and ends is not clear; {ASK}"
        others = sorted({piece.tag for piece in pieces if piece.fenced and piece.tag})
        only = f" (only {shown(', '.join(others), 60)})" if others else ""
        return f"your reply holds no Python block{only}; {ASK}, with fit() and predict()"
    if len(blocks) == 1:
        return _fault(blocks[0], "your Python block")
    faults = [_fault(part, f"block {number}") for number, part in enumerate(blocks, 1) if part.parsed.tree is None]
    more = f"; {faults[0]}" if faults else ""
    return f"none of your {len(blocks)} Python blocks defines both fit() and predict(); {ASK}{more}"


def _fault(part: _Part, name: str) -> str:
    parsed = part.parsed
    if parsed.tree is not None:
        wrong = checked(parsed.code)
        return f"{name} is no Solution: {shown(wrong.message if wrong else 'it is not whole', 300)}"
    if len(parsed.code) > MOST_CODE:
        return f"{name} is too long: {parsed.error}"
    where = ""
    if parsed.line:
        line = "".join(parsed.code.split("\n")[parsed.line - 1 : parsed.line])
        where = f" (line {parsed.line}: {shown(line, 100)})"
    cut = "" if part.piece.closed else " and is never closed: it looks cut off"
    return f"{name} does not parse{cut}: {shown(parsed.error, 200)}{where}"


def _language(parts: Sequence[_Part], ours: Sequence[_Part]) -> str:
    """The other language that the reply is written in, if any."""
    tagged = [LANGUAGES[part.piece.tag] for part in parts if part not in ours]
    if tagged:
        return tagged[0]
    texts = [part.piece.text for part in ours if part.parsed.tree is None and part.piece.tag not in PYTHON]
    return next((name for name, look in _LOOKS.items() if any(look.search(text) for text in texts)), "")
