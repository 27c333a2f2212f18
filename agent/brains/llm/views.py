"""What a model is told of a Run: the task, the board's top few, what failed and why, the tuner's state.

Every text here is bounded, whatever the length of the Run: a board is told as its leaders and as counts. What comes
from the table or the sandbox, names of columns and code included, stands between marks. In `schema` no cell value is
told: no example, no class or category by its name, no minimum or maximum; no file name, and nothing of the person's own
code.
"""

import math
from collections.abc import Sequence

from mlpilot.agent.brains.builtin.ledger import Family, Ledger
from mlpilot.agent.brains.llm.marks import escaped, marked, marked_code
from mlpilot.agent.brains.llm.telling import failure_text
from mlpilot.agent.brains.protocol import QUANTILES, Card, Line, View
from mlpilot.agent.data.phrases import shown
from mlpilot.agent.models.protocol import tokens
from mlpilot.agent.models.switchboard import Privacy
from mlpilot.agent.record import Lesson
from mlpilot.agent.task import Column
from mlpilot.tools.diagnose.construct import known_failure
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.space import Value

MOST_NAMES = 20
"""Columns of one kind that are named where code is asked for."""
LEADERS, FAILURES, BEHIND, LESSONS = 6, 3, 6, 5
"""Solutions and failures that are told one by one, Solutions that are only named, and lessons."""
NAME_WIDTH, DETAIL_WIDTH, CLASSES, SETTINGS, MEMBERS = 60, 80, 20, 8, 14
PACKAGES = 12
"""Packages of the person's own that are named."""
LEAST_TASK, MOST_BOARD, MOST_LEARNT = 500, 1500, 250
"""Tokens that a task with very long names may take in any case, and that a board and lessons may take at most."""


def task_text(card: Card, privacy: Privacy, most: int) -> str:
    """The task and its columns, in at most `most` tokens: the last columns are only counted where there are many."""
    most = max(most, LEAST_TASK)
    head = [_task(card)]
    if card.grouped:
        head.append("Rows come in groups; a group is never in training and held out at once.")
    if card.timed:
        head.append("Rows are in time order; what is held out is later than what is trained on.")
    if card.goal:
        head.append(f"The person's goal, in their words: {_within(shown(card.goal, 500), most // 5)}")
    kinds, lines = _by_kind(card.columns), [_within(escaped(_target(card, privacy)), most // 4)]
    left = most - tokens("\n".join(head)) - tokens(lines[0]) - 32 * len(kinds) - 8
    for kind, columns in kinds.items():
        shares = "/".join(f"{100 * share:g}" for share in QUANTILES)
        lines.append(f"{kind} ({len(columns):,}){f', with {shares} % quantiles' if kind == 'number' else ''}:")
        for place, column in enumerate(columns):
            line = escaped(_column(column, card, privacy))
            left -= tokens(line)
            if left < 0:
                lines.append(f"and {len(columns) - place:,} more")
                break
            lines.append(line)
    return "\n".join([*head, marked("\n".join(lines))])


def columns_text(card: Card, most: int, code: str = "", idea: str = "") -> str:
    """The task and the names of its columns by kind: what code needs to know, the same in `full` and `schema`.

    In at most `most` tokens. Names that stand in the `code` that is shown below are not repeated; of many, those that
    the `idea` speaks of come first: whoever had it has seen them all.
    """
    kinds, lines = _by_kind(card.columns), [f"target {_quoted(card.target)}"]
    left = max(most, LEAST_TASK) - tokens(_task(card)) - tokens(escaped(lines[0])) - 48 * len(kinds) - 8
    for kind, columns in kinds.items():
        room = left * len(columns) // len(card.columns)
        new = [_quoted(column.name) for column in columns if not _stands_in(column.name, code)]
        new.sort(key=lambda name: name[1:-1] not in idea)
        more = [f"{len(new) - MOST_NAMES:,} more"] if len(new) > MOST_NAMES else []
        names = [*new[:MOST_NAMES], *more, *(["those in the code below"] if len(new) < len(columns) else [])]
        lines.append(f"{kind} ({len(columns):,}): {_fitting(names, room * 3 // 4)}")
        missing = [_quoted(column.name) for column in columns if column.missing]
        if missing:
            named = "all" if len(missing) == len(columns) else _fitting(missing, room // 4)
            lines.append(f"  with missing values: {named}")
    return "\n".join([_task(card), marked("\n".join(lines))])


def _stands_in(name: str, code: str) -> bool:
    return f"'{name}'" in code or f'"{name}"' in code


def _by_kind(columns: Sequence[Column]) -> dict[str, list[Column]]:
    kinds: dict[str, list[Column]] = {}
    for column in columns:
        kinds.setdefault(column.kind, []).append(column)
    return kinds


def _fitting(names: Sequence[str], most: int) -> str:
    """As many names as fit into so many tokens, and how many more there are."""
    kept: list[str] = []
    used = 0
    for name in names:
        used += tokens(f"{escaped(name)}, ")
        if used > most:
            more = f"{len(names) - len(kept):,} more"
            return f"{', '.join(kept)} and {more}" if kept else f"too long to be told ({more})"
        kept.append(name)
    return ", ".join(kept)


def _within(text: str, most: int) -> str:
    """The text, cut where it takes more tokens than that."""
    if tokens(text) <= most:
        return text
    return text.encode(errors="replace")[: 3 * (most - 2)].decode(errors="ignore") + "…"


def _task(card: Card) -> str:
    direction = "greater" if card.greater_is_better else "lower"
    classes = f" with {card.classes} classes" if card.type == "classification" else ""
    return (
        f"The task: {card.type}{classes}, judged by {_metric(card)} ({direction} is better), which needs {card.needs}; "
        f"{card.train_rows:,} rows in each of {card.folds} fits.{_packages(card)}"
    )


def _packages(card: Card) -> str:
    """What may be imported besides; versions are as long as a name may be."""
    told = [shown(pin.replace("==", " "), NAME_WIDTH) for pin in card.packages[:PACKAGES]]
    return f" Also installed: {', '.join(told)}." if told else ""


def _metric(card: Card) -> str:
    """A metric of the person's own is named without its file."""
    if ".py:" in card.metric:
        return f"the person's own metric {shown(card.metric.rpartition(':')[2])}"
    return shown(card.metric)


def _target(card: Card, privacy: Privacy) -> str:
    if card.type == "regression":
        quantiles = card.quantiles.get(card.target)
        return f"target {_quoted(card.target)}: a number{f'; {_numbers(quantiles)}' if quantiles else ''}"
    names = [f"class {number + 1}" for number in range(card.classes)]
    if privacy == "full":
        names = [_quoted(name) for name in card.class_names] or names
    shares = [f"{name} {share:.1%}" for name, share in zip(names[:CLASSES], card.class_shares, strict=False)]
    more = f", and {card.classes - CLASSES} more" if card.classes > CLASSES else ""
    return f"target {_quoted(card.target)}: {card.classes} classes: {', '.join(shares)}{more}"


def _column(column: Column, card: Card, privacy: Privacy) -> str:
    told = _quoted(column.name)
    quantiles = card.quantiles.get(column.name)
    if quantiles:
        told += f" {_numbers(quantiles)}"
    elif column.kind != "boolean":
        told += f" {column.distinct:,} distinct"
    if column.missing:
        told += f", {column.missing:,} missing"
    if privacy == "full" and column.detail and not quantiles:
        told += f"; {shown(column.detail, DETAIL_WIDTH)}"
    return told


def _numbers(quantiles: Sequence[float]) -> str:
    """Quantiles to three digits; those that would tell a cell are not known here."""
    return " ".join(f"{value:.3g}" if math.isfinite(value) else "?" for value in quantiles)


def _quoted(name: str) -> str:
    """A name from the table as a Python string that can be used as it stands; a long one is cut."""
    return repr(name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…")


def board_text(view: View, privacy: Privacy) -> str:
    """How the search stands."""
    if not view.board:
        return "Nothing has been tried yet."
    ledger = Ledger(view)
    counts = {kind: sum(line.kind == kind for line in view.board) for kind in ("draft", "tune", "blend")}
    lines = [
        f"The board: {counts['draft']} solutions, {counts['tune']} tuning trials, {counts['blend']} blends; "
        f"no gain for {ledger.idle}. The best:"
    ]
    lines += [_family(family, privacy) for family in ledger.families[:LEADERS]]
    behind = ledger.families[LEADERS:]
    if behind:
        names = ", ".join(_name(family.draft, privacy, 30) for family in behind[:BEHIND])
        lines.append(f"behind them: {names}{' and others' if len(behind) > BEHIND else ''}")
    blend = next((line for line in reversed(view.board) if line.kind == "blend" and line.score is not None), None)
    if blend is not None:
        members = ", ".join(f"#{number}" for number in blend.members[:MEMBERS])
        lines.append(f"the last blend (of {members}): {_score(blend)}")
    failed = [line for line in view.board if line.status in ("failed", "rejected") and line.kind == "draft"]
    lines += [_failed(line, view, privacy) for line in failed[-FAILURES:]]
    return marked(_within(escaped("\n".join(lines)), MOST_BOARD))


def _name(line: Line, privacy: Privacy, width: int = NAME_WIDTH) -> str:
    """What an Experiment is called; the person's own Solution is called like its file."""
    return "the person's own" if line.by == "you" and privacy == "schema" else shown(line.name, width)


def _family(family: Family, privacy: Privacy) -> str:
    best, trials = family.scored[0], len(family.trials)
    tuned = f"; {trials} trials, gained {family.idle} ago" if trials else "; not tuned"
    told = f"#{family.draft.experiment} {_score(best)} {_name(family.draft, privacy)}"
    by = "yours" if family.draft.by == "model" else family.draft.by
    if not best.params or (family.draft.by == "you" and privacy == "schema"):
        return f"{told} ({by})"
    return f"{told} ({by}; {_settings(best)}{tuned})"


def _settings(line: Line) -> str:
    return " ".join(f"{shown(key, 30)}={_plain(value)}" for key, value in list(line.params.items())[:SETTINGS])


def _plain(value: Value) -> str:
    return f"{value:.3g}" if isinstance(value, float) else shown(value, 20)


def _score(line: Line) -> str:
    assert line.score is not None
    interval = f" [{line.ci[0]:.4g}, {line.ci[1]:.4g}]" if line.ci else ""
    return f"{line.score:.4g}{interval}"


def _failed(line: Line, view: View, privacy: Privacy) -> str:
    source = view.sources.get(line.solution, "")
    why = failure_text(line.failure, source, privacy, own=line.by != "you") if line.failure else "it was not judged"
    return f"failed: #{line.experiment} {_name(line, privacy)}: {why}"


def lessons_text(view: View, privacy: Privacy) -> str:
    """What failed before, in this Run and in others, and whether anything mended it; empty where nothing did.

    Made of words that are known beforehand, so it is the same in every mode, but that of the person's own code nothing
    is told in `schema`. What the board tells already is left out.
    """
    told: dict[str, None] = {}
    for lesson in view.lessons:
        persons = lesson.by == "you" and privacy == "schema"
        on_board = not lesson.mend and lesson.solution in view.sources
        if not persons and not on_board and (lesson.recipe or lesson.construct.name or lesson.construct.argument):
            told.setdefault(_lesson(lesson), None)
    if not told:
        return ""
    lines = _within("\n".join(list(told)[:LESSONS]), MOST_LEARNT)
    return f"Failed before, with these versions of the libraries:\n{marked(lines)}"


def _lesson(lesson: Lesson) -> str:
    found = known_failure(lesson.kind, lesson.construct) or Diagnosis(lesson.kind, "")
    what = failure_text(found, lesson.construct.words, "schema")
    where = lesson.recipe or lesson.construct.name
    columns = f" (columns: {', '.join(lesson.columns)})" if lesson.columns else ""
    ends = {"rule": "mended so", "model": "mended by other code", "": "nothing mended it"}
    return f"{where or 'code'}: {what}{columns}; {ends[lesson.mend]}"


def time_text(view: View) -> str:
    """What is left of the Budget."""
    parts = []
    if view.seconds_left is not None:
        parts.append(f"{view.seconds_left:.0f} seconds")
    if view.experiments_left is not None:
        parts.append(f"{view.experiments_left} experiments")
    return f"Left: {', '.join(parts)}." if parts else ""


def parent_text(number: int | None, view: View, privacy: Privacy, most: int) -> str:
    """The code that an Idea starts from, where it may be told and fits; the person's own only in `full`."""
    line = next((line for line in view.board if line.experiment == number), None)
    source = view.sources.get(line.solution, "").strip() if line else ""
    if line is None or not source or line.kind == "blend" or (privacy == "schema" and _is_persons(line, view)):
        return ""
    score = f", which scored {_score(line)}" if line.score is not None else ""
    if tokens(source) > most:
        return f"It improves on #{line.experiment}{score}; its code is too long to show."
    return f"Start from the code of #{line.experiment}{score}:\n{marked_code(source)}"


def _is_persons(line: Line, view: View) -> bool:
    """Whether this is a Solution of the person's own, or a tuning trial of one."""
    return any(other.by == "you" and other.solution == line.solution for other in view.board)


def numbered(source: str) -> str:
    """Code with the numbers of its lines, between marks."""
    lines = source.rstrip("\n").split("\n")
    width = len(str(len(lines)))
    return marked_code("\n".join(f"{number:>{width}} {line}" for number, line in enumerate(lines, 1)))
