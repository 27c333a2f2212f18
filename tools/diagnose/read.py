"""From how a Cell ended to a Diagnosis: the traceback is read down to the Solution's own line.

The harness compiles a Solution under the file name `solution.py`, so its frames are told from those of libraries, in
Python's style (`File "solution.py", line 12`) and in IPython's (`File solution.py:12`).
"""

import re
from dataclasses import replace

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose.advice import advised, cause_of, meant, plain, told_inside
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.places import PLACE_REMEDIES, at_place
from mlpilot.tools.diagnose.signs import FAMILIES, OF_OWN_WORDS, SIGNS, SYNTAX
from mlpilot.tools.diagnose.signs.sign import Sign

_FRAME = re.compile(r'[\s|]*File "?(?:[^"]*/)?solution\.py"?(?:, line |:)(\d{1,7})')
_COLOUR = re.compile("\x1b\\[[0-9;]{0,20}m")
_REMOTE, _CAUSE = "RemoteTraceback:", "The above exception was the direct cause"
"""What stands before and after the traceback of another process."""
_LEAF = re.compile(
    r"[\s|+-]{2,60}\| ?([A-Za-z_][\w.]{0,100}(?:Error|Exception|Interrupt|Exit|Warning|Iteration)): (.*)"
)
"""An exception of a group, after the bars of its traceback."""
_FATAL, _IN_CALL = "Fatal Python error: ", "Exception encountered when calling"
_NATIVE = "\nStack trace:"
"""What XGBoost puts after its message: addresses in native code."""
_PLACE = re.compile(r" \((?:solution\.py, )?line (\d{1,7})\)\Z")
"""How the message of a syntax error ends."""

# Whatever the sandbox says is read in time that is linear in its size: by the line, and not all of a long text.
_LINE_CHARACTERS, _TEXT_CHARACTERS, _CHAIN_CHARACTERS = 500, 2000, 8000


_STATUS = {
    "timeout": ("too-slow", "it did not finish in its time", "fit fewer trees, or on fewer rows"),
    "out_of_memory": ("out-of-memory", "it needs more memory than there is", "fit fewer trees, or on fewer rows"),
    "killed": ("killed", "the kernel died while it ran", "use less memory, and no native code that may crash"),
    "disk_full": ("disk-full", "it wrote more to disk than it may", "write nothing to disk"),
    "too_much_output": ("too-much-output", "it printed, or sent back, more than it may", "print less"),
}

_NAMED = {
    "removed-attribute",
    "moved-name",
    "moved-module",
    "unexpected-argument",
    "unknown-name",
    "missing-package",
} | {
    "wrong-type",
    "unexpected-setting",
}
"""Kinds of which a table may know the present name."""

ENDINGS = {kind: message for kind, message, _ in _STATUS.values()} | {"crashed": "native code crashed"}
"""Kind of finding → words, where a Cell ended by something else than an exception."""

_OF_SYNTAX = {"SyntaxError", "IndentationError", "TabError"}
_PLAIN = _OF_SYNTAX | {
    "FileNotFoundError",
    "ZeroDivisionError",
    "UnicodeDecodeError",
    "JSONDecodeError",
    "KeyboardInterrupt",
    "SystemExit",
}
"""Types that say themselves what it was."""

TOLD = "told-by-library"
"""Kind of what no rule knows, where the message itself says what to do."""
MORE_ITERATIONS = "allow more iterations"
FITS_FAILED = 'say error_score="raise" to see the first; leave out the settings that do not go together'
CRASHED = "look at what that line hands to native code: sizes, types, threads; a package built for another version"
REJECTIONS = (
    ("labels-returned", r"needs probabilities.* and predict returned labels", "call predict_proba in predict"),
    ("column-returned", r"predict returned shape \((\d+), 1\), expected \(\1,\)", "return one value per row"),
    ("not-probabilities", r"(?:sum|negative)", "return rows of probabilities that sum to one"),
)

OWN_WORDS = frozenset(
    {one.remedy for one in (*SIGNS, *SYNTAX, *FAMILIES) if "{" not in one.remedy}
    | {remedy for *_, remedy in (*_STATUS.values(), *REJECTIONS)}
    | {CRASHED, MORE_ITERATIONS, FITS_FAILED}
    | PLACE_REMEDIES
)
"""Remedies that quote nothing of a message."""


def diagnose(
    status: str, error: CellError | None, stdout: str, stderr: str, source: str, *, reason: str = ""
) -> Diagnosis:
    """The one finding that explains how a Solution ended.

    `status` is a CellStatus, or "rejected" when the Judge refused the predictions for `reason`. A run that ended well
    is diagnosed too: warnings in `stderr` that say that a fit did not converge.
    """
    del stdout
    if status == "rejected":
        return rejected(reason)
    if status in _STATUS and (error is None or status != "error"):
        crash = _crashed(stderr, source) if status == "killed" else None
        if crash is not None:
            return crash
        kind, message, remedy = _STATUS[status]
        return Diagnosis(kind, message, evidence=f"ended as {status}", remedy=remedy)
    if error is None:
        return _of_warnings(stderr, source)
    leaf = _first_of_group(error)
    if leaf is not None:
        found = _of_error(leaf, source)
        return replace(found, message=f"{found.message} (the first of a group of exceptions)")
    return _of_error(error, source)


def _of_error(error: CellError, source: str) -> Diagnosis:
    text = _COLOUR.sub("", _ends(f"{error.type}: {error.message.partition(_NATIVE)[0]}"))
    line = own_line(error.traceback, source)
    if error.type in _OF_SYNTAX and (place := _PLACE.search(text)):
        line, text = int(place.group(1)), text[: place.start()]
    told = told_inside(text if len(text) < _TEXT_CHARACTERS else error.message[-2 * _TEXT_CHARACTERS :])
    text = _ends(told) if told is not None else text
    placed = at_place(text, error.traceback, source, line)
    if placed is not None:
        return placed
    own = _raises(source, line) and told is None
    for known in OF_OWN_WORDS if own else SIGNS:
        found = known.pattern.search(text)
        if found:
            if known.kind == "removed-attribute" and (theirs := _of_own_class(text, line, source)) is not None:
                return theirs
            return _said(known, found, text, line, meant(text, error.traceback) if known.kind in _NAMED else None)
    said = f"{_cut(_headline(text), 200)}{f' (line {line})' if line else ''}"
    if error.type in _OF_SYNTAX:
        meaning = next((one.remedy for one in SYNTAX if one.pattern.search(text)), "")
        return Diagnosis(kebab(error.type), said, _cut(text), line, meaning)
    if own:
        return _of_own_raise(Diagnosis(kebab(error.type), said, _cut(text), line), error)
    for family in FAMILIES if error.type not in _PLAIN else ():
        if family.pattern.search(text):
            asked = advised(text, source, line) or family.remedy
            return Diagnosis(family.kind, said, _cut(text), line, asked, confidence=0.5)
    remedy = advised(text, source, line) if error.type not in _PLAIN else None
    kind = TOLD if remedy else kebab(error.type)
    return Diagnosis(kind, said, _cut(text), line, remedy or "", confidence=0.5 if remedy else 1.0)


def _said(known: Sign, found: re.Match[str], text: str, line: int | None, remedy: str | None) -> Diagnosis:
    groups = [plain(group or "") for group in found.groups()]
    remedy = remedy or known.remedy.format(*(_cut(group, 200) for group in groups))
    return Diagnosis(known.kind, known.message.format(*groups), _cut(text), line, remedy)


def _of_own_raise(own: Diagnosis, error: CellError) -> Diagnosis:
    """An exception that the program raises itself is told in its own words; what it was raised from is its cause."""
    cause = cause_of(_COLOUR.sub("", error.traceback[-_CHAIN_CHARACTERS:]))
    for known in SIGNS if cause is not None else ():
        found = known.pattern.search(cause or "")
        if found:
            told = _said(known, found, cause or "", own.line, None)
            return replace(own, kind=told.kind, message=f"{own.message}, for {told.message}", remedy=told.remedy)
    return own


def _headline(text: str) -> str:
    """The line that says what was wrong: Keras says first in which call it was."""
    lines = text.splitlines()
    told = next((line for line in lines[1:] if line.strip()), "") if _IN_CALL in lines[0] else ""
    return f"{lines[0].partition(':')[0]}: {told.strip()}" if told else lines[0]


def _first_of_group(error: CellError) -> CellError | None:
    """The first exception of a group that is no group itself, with the traceback down to it; None where none is."""
    if not error.type.endswith("ExceptionGroup"):
        return None
    lines = error.traceback.splitlines()
    for number, text in enumerate(lines):
        leaf = _LEAF.match(_COLOUR.sub("", text[:_LINE_CHARACTERS]))
        if leaf is not None:
            return CellError(leaf[1], leaf[2], "\n".join(lines[:number]))
    return None


def _crashed(stderr: str, source: str) -> Diagnosis | None:
    """What Python's fault handler says of native code that crashed: the innermost call comes first."""
    at = stderr.rfind(_FATAL)
    if at < 0:
        return None
    what, _, rest = stderr[at + len(_FATAL) :].partition("\n")
    lines = re.split(r"^(?:Current thread|Stack \(most)", rest, maxsplit=1, flags=re.MULTILINE)[-1].splitlines()
    line = _last_line(lines[::-1], source)
    said = f"native code crashed: {_cut(what.strip(), 80).lower()}"
    return Diagnosis("crashed", said, _cut(f"{_FATAL}{what}", 200), line, CRASHED)


def _raises(source: str, line: int | None) -> bool:
    """Whether the line says itself that it fails: its message is the program's own."""
    lines = source.split("\n")
    return line is not None and line <= len(lines) and lines[line - 1].lstrip().startswith(("raise", "assert"))


def _of_own_class(text: str, line: int | None, source: str) -> Diagnosis | None:
    """An attribute that is missing in a class of the source's own is no library's affair."""
    found = re.search(r"'(\w{1,100})' object has no attribute '(\w{1,100})'", text)
    if found is None or not re.search(rf"^\s{{0,40}}class {found[1]}\b", source, re.MULTILINE):
        return None
    message = f"nothing has given {found[1]} an attribute {found[2]!r}"
    remedy = f"set self.{found[2]} in __init__ (after super().__init__()), or look at how it is spelled"
    return Diagnosis("missing-attribute", message, _cut(text), line, remedy)


def rejected(reason: str) -> Diagnosis:
    """A finding about predictions that the Judge refused."""
    for kind, pattern, remedy in REJECTIONS:
        if re.search(pattern, reason):
            return Diagnosis(kind, f"rejected: {reason}", evidence=reason, remedy=remedy)
    return Diagnosis("rejected", f"rejected: {reason}", evidence=reason)


def own_line(traceback: str, source: str) -> int | None:
    """The line of the Solution that the traceback ends in, counted from 1; None where it never enters it.

    Of a traceback that came from another process (multiprocessing, joblib), the line there, if it is one of these.
    """
    lines = traceback.splitlines()
    remote = next((number for number, text in enumerate(lines) if text.strip().endswith(_REMOTE)), None)
    if remote is not None:
        end = next((number for number in range(remote, len(lines)) if lines[number].startswith(_CAUSE)), len(lines))
        there = _last_line(lines[remote:end], source)
        if there is not None:
            return there
    return _last_line(lines, source)


def _last_line(lines: list[str], source: str) -> int | None:
    last = source.count("\n") + 1
    for text in reversed(lines):
        frame = _FRAME.match(_COLOUR.sub("", text[:_LINE_CHARACTERS]))
        if frame is not None and 1 <= int(frame.group(1)) <= last:
            return int(frame.group(1))
    return None


def _of_warnings(stderr: str, source: str) -> Diagnosis:
    failed = re.search(r"FitFailedWarning: \n?(\d{1,9}) fits failed out of a total of (\d{1,9})", stderr)
    if failed is not None:
        told = told_inside(stderr[failed.start() :][: 2 * _TEXT_CHARACTERS])
        cause = f": {_cut(plain(told), 150)}" if told else ""
        said = f"{failed[1]} of {failed[2]} fits of a search failed, and count as no score{cause}"
        return Diagnosis("fits-failed", said, _cut(told or failed[0]), own_line(stderr, source), FITS_FAILED)
    found = re.search(r"ConvergenceWarning: ([^\n]+)", stderr)
    if found is None:
        return Diagnosis("none", "it ran without complaint")
    return Diagnosis(
        "did-not-converge",
        "a fit stopped before it converged",
        _cut(found.group(0)),
        own_line(stderr, source),
        MORE_ITERATIONS,
    )


def _ends(text: str) -> str:
    """The beginning and the end of a long text: TensorFlow says what was wrong after a long tale of nodes."""
    half = _TEXT_CHARACTERS // 2
    return text if len(text) <= _TEXT_CHARACTERS else f"{text[:half]}\n{text[-half:]}"


def _cut(text: str, most: int = 1000) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def kebab(name: str) -> str:
    """`ValueError` as `value-error`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name.rsplit(".", 1)[-1]).replace("_", "-").strip("-").lower()
