"""What a model is told of a failure.

In `schema` it is put together from an allow-list, not by leaving things out: the kind of finding, where that is one of
ours or a well-known exception; the line's number; the text of that line, where the code is a model's or a recipe's;
words of ours. A message of Python or of a library may quote the data, so none is told, except those words of it that
stand in the code itself.

Code that wants to can still say a little by what it raises, and where: a few bits at a time, as it can by its Score.
"""

import builtins
import re

from mlpilot.agent.brains.llm.marks import escaped, escaped_code
from mlpilot.agent.data.phrases import shown
from mlpilot.agent.models.switchboard import Privacy
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.read import ENDINGS, OWN_WORDS, REJECTIONS
from mlpilot.tools.diagnose.signs import SIGNS

WIDTH, LINE_WIDTH = 300, 120
_KNOWN_ERRORS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
) | {"LinAlgError", "NotFittedError", "InvalidParameterError", "InvalidIndexError", "MergeError", "IntCastingNaNError"}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def failure_text(diagnosis: Diagnosis, source: str, privacy: Privacy, *, own: bool = True) -> str:
    """One line, which closes no marks; `own`: the code is not the person's, so lines of it may be told."""
    if privacy == "full":
        told = shown(diagnosis.message, WIDTH)
        evidence = shown(diagnosis.evidence, WIDTH)
        told += f" ({evidence})" if evidence and evidence not in told else ""
    else:
        told = _allowed(diagnosis, source if own else "")
    told = escaped(told)
    lines = source.split("\n")
    if own and diagnosis.line and 1 <= diagnosis.line <= len(lines):
        told += f"; line {diagnosis.line}: {escaped_code(shown(lines[diagnosis.line - 1].strip(), LINE_WIDTH))}"
    remedy = escaped(
        shown(diagnosis.remedy if privacy == "full" else _allowed_remedy(diagnosis, source if own else ""), WIDTH)
    )
    return f"{told}; {remedy}" if remedy else told


def _allowed_remedy(diagnosis: Diagnosis, source: str) -> str:
    """A remedy of our own words alone: others quote the message."""
    if diagnosis.remedy in OWN_WORDS:
        return diagnosis.remedy
    for sign in SIGNS:
        found = sign.pattern.search(diagnosis.evidence) if sign.kind == diagnosis.kind else None
        if found:
            return sign.remedy.format(*(_known_word(group, source) if group else "" for group in found.groups()))
    return ""


def _allowed(diagnosis: Diagnosis, source: str) -> str:
    """What is certain to hold no cell of the table."""
    signs = [sign for sign in SIGNS if sign.kind == diagnosis.kind]
    for sign in signs:
        found = sign.pattern.search(diagnosis.evidence)
        if found:
            return sign.message.format(*(_known_word(group, source) if group else "" for group in found.groups()))
    if signs and diagnosis.confidence == 1.0:  # less sure of: told by what it is about alone, and no sign's meaning
        return signs[0].message.format(*["…"] * 9)
    if diagnosis.kind in ENDINGS:
        return ENDINGS[diagnosis.kind]
    for kind, words in _REJECTED.items():
        if kind == diagnosis.kind:
            return f"the judge refused the predictions: {words}"
    error = _WORD.match(diagnosis.evidence)
    name = error.group(0) if error else ""
    return f"{name} was raised" if name in _KNOWN_ERRORS else "an exception was raised"


def _known_word(text: str, source: str) -> str:
    """A word that stands in the code, which the model knows, or a type of Python's own; anything else is withheld."""
    word = text.strip("'\"")
    if isinstance(getattr(builtins, word, None), type):
        return text
    return text if word in re.findall(r"\w+", source) or word in re.findall(r"[\w.]+", source) else "…"


_REJECTED = {
    **{kind: remedy for kind, _, remedy in REJECTIONS},
    "rejected": "one finite value, or one row of probabilities, is needed for each row",
}
