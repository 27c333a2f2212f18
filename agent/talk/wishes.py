"""What a person asks for, understood without a model: commands, and a small grammar of plain requests.

A request that nothing here matches is not guessed at: without a model, that is said.
"""

import ast
import re
import shlex
from collections.abc import Container, Sequence
from dataclasses import dataclass

from mlpilot.sandbox.errors import UserError


@dataclass(frozen=True)
class Wish:
    """One thing to be done: a verb of `VERBS`, and the words after it."""

    verb: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verb:
    """What a command does, and what may follow it."""

    usage: str
    help: str
    rest: bool = False
    """Everything after it is one word: code, or text."""


VERBS: dict[str, Verb] = {
    "load": Verb("load FILE", "take up a table, and say what it holds"),
    "odd": Verb("odd", "what is odd about the table"),
    "run": Verb("run --target COL [--budget 5m] …", "look for the best model, in the background, as mlpilot run does"),
    "tune": Verb("tune [5m]", "go on from what was found, for so long"),
    "status": Verb("status", "where the run stands"),
    "board": Verb("board [RUN]", "everything that was tried, with scores"),
    "why": Verb("why [N|fold N]", "why an experiment or a fold failed, or what the last one was for"),
    "errors": Verb("errors [RUN]", "on which rows the best model errs more than on others"),
    "try": Verb("try target encoding", "judge another encoding beside the best"),
    "stop": Verb("stop", "stop the run; it can be resumed"),
    "resume": Verb("resume [RUN]", "go on with a run"),
    "report": Verb("report [RUN]", "where the report is"),
    "code": Verb("code [RUN]", "the best Solution's code"),
    "predict": Verb("predict FILE [-o OUT.csv]", "predictions for new rows, by the best Solution"),
    "cell": Verb("cell CODE", "run Python in the sandbox", rest=True),
    "say": Verb("say TEXT", "a word to the model", rest=True),
}  # fmt: skip

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
_TIME = re.compile(
    rf"\b(\d+|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})\s*([smh])(?:ec(?:ond)?s?|in(?:ute)?s?|(?:ou)?rs?)?\b",
    re.IGNORECASE,
)
_TABLES = r"(?:csv|tsv|txt|parquet|pq|jsonl?|ndjson|xlsx?|ods)(?:\.gz)?"
_FILE = rf"""@?(?P<file>"[^"]+"|'[^']+'|[^\s@"']\S*\.{_TABLES})"""
_COLUMN = r"""(?:the\s+|column\s+)*(?P<column>"[^"]+"|'[^']+'|[\w.-]+)"""
_POLITE = re.compile(
    r"^(?:please|now|then|ok(?:ay)?|can you|could you|would you|let'?s|i want (?:you )?to|try to)[, ]+", re.IGNORECASE
)

# In the order in which they are tried; of several that match, the first counts, with a run or a look that follows it.
_WAYS: dict[str, tuple[str, ...]] = {
    "predict": (
        rf"^(?:predict|score)\s+(?:the\s+)?(?:new\s+)?(?:rows\s+(?:in|of)\s+)?{_FILE}",
        rf"^apply\s+(?:it|the best|the model)\s+to\s+{_FILE}".replace("<file>", "<other>"),
    ),
    "load": (
        rf"\b(?:load|open|read|take|use|look (?:at|into)|what(?:'s| is) in|tell me about|show(?: me)?|describe|explore"
        rf"|profile|summari[sz]e|analy[sz]e)\s+(?:the\s+)?(?:table|file|data)?\s*{_FILE}",
        rf"\b(?:about|from|of|on|using)\s+(?:the\s+)?(?:table|file|data)?\s*{_FILE}".replace("<file>", "<other>"),
    ),
    "odd": (
        r"\b(?:what(?:'s| is)|anything|something|find|see)\b.{0,40}\b(?:odd|strange|wrong|weird|unusual|suspicious)",
        r"^(?:describe|profile|summari[sz]e)\b",
    ),
    "why": (
        r"\bwhy\b.{0,60}\b(?:fail|wrong|crash|error|reject|break|broke)\w*",
        r"\bwhat went wrong\b",
    ),
    "errors": (
        r"\b(?:explain|show|analy[sz]e|understand|describe|where are|what are)\b.{0,30}"
        r"\b(?:errors|mistakes|residuals)\b",
        r"\bwhere\b.{0,40}\b(?:errs?|wrong|mistaken|worst|fail)\b",
    ),
    "try": (r"\b(?P<idea>target[- ]encod(?:ing|er|e))\b",),
    "run": (
        r"\b(?:predict|model|learn|classify|forecast|find (?:me )?the best model(?: for)?"
        rf"|train (?:a|the best) model (?:for|on|to predict))\s+{_COLUMN}",
    ),
    "tune": (r"^(?:tune|improve|optimi[sz]e|go on (?:with the search|for|tuning)|keep (?:going|trying|searching))\b",),
    "stop": (r"^(?:stop|halt|pause|cancel|enough|interrupt)\b",),
    "resume": (r"^(?:resume|go on|continue|carry on)\b",),
    "report": (r"\breport\b",),
    "code": (r"\b(?:show|give|see|print)\b.{0,20}\b(?:code|source|solution)\b",),
    "board": (
        r"\b(?:board|leaderboard|results?|scores|all (?:the )?experiments)\b",
        r"\bwhat (?:have you|did you|was) tr(?:y|ied)\b",
    ),
    "status": (r"\b(?:how(?:'s| is) it going|how far|status|progress|are you done|what are you doing)\b",),
}
_PATTERNS = {verb: re.compile("|".join(ways), re.IGNORECASE) for verb, ways in _WAYS.items()}


def command(text: str) -> Wish:
    """`/run --target churned`, without its slash. Raises `UserError`."""
    name, _, rest = text.strip().partition(" ")
    verb = VERBS[name]
    if verb.rest:
        return Wish(name, (rest.strip(),)) if rest.strip() else Wish(name)
    try:
        return Wish(name, tuple(shlex.split(rest)))
    except ValueError as error:
        raise UserError(f"/{name}: {error}: a quote is not closed") from None


def understand(text: str) -> list[Wish]:
    """What is wanted, in order; empty where it is not understood."""
    plain = text.strip()
    if is_code(plain):
        return [Wish("cell", (plain,))]
    while (shorter := _POLITE.sub("", plain)) != plain:
        plain = shorter
    wishes: list[Wish] = []
    for verb, pattern in _PATTERNS.items():
        found = pattern.search(plain)
        if found is None or (wishes and verb not in ("odd", "run")):
            continue
        wishes.append(Wish(verb, _words(verb, found, plain)))
        if verb == "predict":
            break
    return wishes


_WORDS = (
    ast.Expr, ast.Name, ast.Load, ast.Constant, ast.Tuple, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not,
    ast.Compare, ast.Is, ast.IsNot, ast.In, ast.NotIn,
)  # fmt: skip
"""What Python and plain words have in common: “churn, fee”, “data is odd”, “not good”."""


_ASKING = re.compile(
    r"^(?:help|hello|hi|hey|good (?:morning|day|evening))\b|\bwhat (?:can|could) (?:you|i|we) (?:do|ask|say)\b"
    r"|\bhow does (?:this|it) work\b|\bhow do i (?:start|begin|use)\b",
    re.IGNORECASE,
)


def asks_for_help(text: str) -> bool:
    """Whether this greets, or asks what can be said here."""
    return bool(_ASKING.search(text.strip()))


def is_code(text: str, known: Container[str] = ()) -> bool:
    """Whether this is Python rather than words: it parses, and does more than join names, unless all are `known` ones,
    which cells have defined."""
    if text.startswith(("!", "%")):
        return False
    try:
        tree = ast.parse(text)
        nodes = [node for top in tree.body for node in ast.walk(top)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    if all(isinstance(node, _WORDS) for node in nodes):
        return bool(names) and all(name in known for name in names)
    return True


def defined(code: str) -> set[str]:
    """Names that this code gives to something, at its top or deeper; empty where it is no Python."""
    try:
        nodes = [*ast.walk(ast.parse(code))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    imports = [alias for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names]
    return found | {alias.asname or alias.name.partition(".")[0] for alias in imports}


def duration(text: str) -> str | None:
    """`5m` of "for five minutes"; None where no time is named."""
    if re.search(r"\bhalf an hour\b", text, re.IGNORECASE):
        return "30m"
    found = _TIME.search(text)
    if found is None:
        return None
    number, unit = found.group(1).lower(), found.group(2).lower()
    count = int(number) if number.isdigit() else NUMBERS[number]
    return f"{count}{unit}" if count else None


def _words(verb: str, found: re.Match[str], text: str) -> tuple[str, ...]:
    groups = {name: _bare(value) for name, value in found.groupdict().items() if value}
    time = duration(text)
    match verb:
        case "load" | "predict":
            return (groups.get("file") or groups["other"],)
        case "run":
            metric = re.search(
                r"\b(?:by|metric|optimi[sz]ing|maximi[sz]ing|minimi[sz]ing)\s+([a-z_0-9]+)\b", text, re.I
            )
            asked = ["--target", groups["column"], *(["--budget", time] if time else [])]
            return (*asked, *(["--metric", metric.group(1)] if metric else []))
        case "tune":
            return (time,) if time else ()
        case "why":
            fold = re.search(r"\bfold (\d+)", text, re.IGNORECASE)
            number = re.search(r"(?:#|experiment |number )(\d+)", text, re.IGNORECASE)
            named = (number.group(1),) if number else ()
            return (*named, "fold", fold.group(1)) if fold else named
        case "try":
            return ("target", "encoding")
    return ()


def _bare(text: str) -> str:
    return text[1:-1] if text[:1] in "\"'" else text


def nearest_verb(name: str, others: Sequence[str] = ()) -> str:
    """`; did you mean /board?`, or nothing."""
    import difflib

    found = difflib.get_close_matches(name, [*VERBS, *others], n=1, cutoff=0.6)
    return f"; did you mean /{found[0]}?" if found else ""
