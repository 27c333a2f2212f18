"""The notebook: what was asked, the board, the best Solution's code, and a hold-out to play with."""

import ast
import json
import os
import re
from pathlib import Path
from typing import Any

from mlpilot.agent.export.standalone import bound, cells, literal, make_room
from mlpilot.agent.kept import table_name
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.verdict import standing_sentence, test_verdict
from mlpilot.agent.report.words import clip, metric_name, model_name, plural, score_text

BOARD_ROWS = 30
PARAMETERS = "parameters"
_NAMED = re.compile(r"""(DATA_* = )('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")""")
"""The line that names the data, as `notebook` writes it."""

SCORE = {
    "classification": """from sklearn.metrics import accuracy_score, log_loss

answer = np.asarray(predict(model, X.loc[test].reset_index(drop=True)))
classes = np.unique(y.loc[train])
labels_found = classes[answer.argmax(axis=1)] if answer.ndim == 2 else answer
print(f"accuracy {accuracy_score(y.loc[test], labels_found):.4f} on {len(test):,} rows")
if answer.ndim == 2:
    print(f"log loss {log_loss(y.loc[test], answer, labels=classes):.4f}")""",
    "regression": """from sklearn.metrics import r2_score, root_mean_squared_error

answer = np.asarray(predict(model, X.loc[test].reset_index(drop=True)))
print(f"root mean squared error {root_mean_squared_error(y.loc[test], answer):.4f} on {len(test):,} rows")
print(f"R² {r2_score(y.loc[test], answer):.4f}")""",
}
PLOT = {
    "classification": """import matplotlib.pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay

figure, axes = plt.subplots(figsize=(5, 4), layout="constrained")
ConfusionMatrixDisplay.from_predictions(y.loc[test], labels_found, ax=axes, cmap="Blues", colorbar=False)
plt.show()""",
    "regression": """import matplotlib.pyplot as plt
from sklearn.metrics import PredictionErrorDisplay

figure, axes = plt.subplots(figsize=(5, 4), layout="constrained")
PredictionErrorDisplay.from_predictions(y.loc[test], answer, kind="actual_vs_predicted", ax=axes)
plt.show()""",
}


def notebook(record: RunRecord, source: str, folder: Path) -> dict[str, Any]:
    """A notebook (nbformat 4.5) around `source`, the text of a `solution.py`; it runs from top to bottom in `folder`.

    The first code cell names the data, seen from there, and is tagged `parameters` (as papermill expects).
    """
    preparation, solution, reading = cells(source)
    data = f"DATA = {literal(_seen_from(folder, Path(record.spec.data)))}  # the table with the target"
    split = "# one split is noisy: the score that counts is the one above\n" + _split(record)
    fitting = """model = fit(
    X.loc[train].reset_index(drop=True),
    y.loc[train].reset_index(drop=True),
    params=dict(PARAMS),
    seed=SEED,
    report=lambda **values: None,
)"""
    steps = [split, fitting, SCORE[record.task.type], PLOT[record.task.type]]
    steps = make_room([data, *steps], bound(solution), ("load", "features", "labels", "convert", "PARAMS", "SEED"))
    contents = [
        _markdown(_asked(record)),
        _markdown(_board(record)),
        _code(steps[0], tags=[PARAMETERS]),
        _markdown("## The code\nWhat it needs to know of the data, and the space that was searched."),
        _code(preparation),
        _markdown("The Solution itself."),
        _code(solution),
        _markdown("Reading tables: columns come out in the same types as in the search."),
        _code(reading),
        _markdown("## Fit on most rows, look at the rest"),
        *map(_code, steps[1:]),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(contents, 1)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def moved(text: str, before: Path, after: Path) -> str:
    """The text of a notebook that stood in the folder `before`, for the folder `after`: the data is where it was.

    One that no longer names the data as it was written, by a relative path, is left as it is.
    """
    try:
        book = json.loads(text)
        cell = next(cell for cell in book["cells"] if PARAMETERS in cell["metadata"].get("tags", []))
        source = "".join(cell["source"])
        name, path = _NAMED.match(source).groups()  # type: ignore[union-attr]
        relative = not Path(path := ast.literal_eval(path)).is_absolute()
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, SyntaxError):
        return text
    if not relative:
        return text
    cell["source"] = _NAMED.sub(lambda _: f"{name}{literal(_seen_from(after, before / path))}", source, count=1)
    return written_notebook(book)


def written_notebook(book: dict[str, Any]) -> str:
    """A notebook as the text of its file."""
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _seen_from(folder: Path, data: Path) -> str:
    """A relative path: nothing of the machine beyond what both have in common. Links on the way are followed first."""
    return os.path.relpath(data.parent.resolve() / data.name, folder.resolve())


def _split(record: RunRecord) -> str:
    """Hold a quarter out as the Judge would: late rows under --time, whole groups under --group."""
    task = record.task
    read = "table = load(DATA)\ny = labels(table)\nX = features(table.loc[y.index])\n"
    if task.time:
        column = next((column for column in record.columns if column.name == task.time), None)
        kind, form = (column.kind, column.form) if column else ("number", "")
        kind = kind if kind == "date" else "number"
        moments = f"convert(table.loc[y.index, {literal(task.time)}], {literal(kind)}, {literal(form)})"
        return f"{read}order = {moments}.sort_values().index\ntrain, test = np.split(order, [len(order) * 3 // 4])"
    if task.group:
        return (
            "from sklearn.model_selection import GroupShuffleSplit\n\n" + read + "folds = GroupShuffleSplit(1, "
            f"test_size=0.25, random_state=SEED).split(X, y, table.loc[y.index, {literal(task.group)}])\n"
            "train, test = (y.index[rows] for rows in next(folds))"
        )
    stratify = "y" if task.classes else "None"
    return (
        "from sklearn.model_selection import train_test_split\n\n" + read + "train, test = train_test_split(y.index, "
        f"test_size=0.25, random_state=SEED, stratify={stratify})"
    )


def _asked(record: RunRecord) -> str:
    best = _best(record)
    direction = "higher is better" if record.greater_is_better else "lower is better"
    lines = [
        f"# Predicting {_md(record.task.target)}",
        f"Run {_md(record.run)}: {plural(record.rows, 'row')} of {_md(table_name(record.spec.data))}, "
        f"{record.task.type}, {_md(metric_name(record.metric))} ({direction}). {_md(record.plan, 300)}.",
    ]
    if record.spec.goal:
        lines.append(f"Asked for: {_md(record.spec.goal, 500)}")
    if best is not None and best.score is not None:
        test = f", test {score_text(record.test)}" if record.test else ""
        verdict = test_verdict(best.score, record.test, record.greater_is_better).sentence
        lines.append(f"**{_md(model_name(best))}**: search {score_text(best.score)}{test}, with 95 % intervals.")
        lines.append(f"{standing_sentence(best, record)} {verdict}")
    return "\n\n".join(lines)


def _board(record: RunRecord) -> str:
    """The board as a table: the best scores, best first."""
    scored = [(one.score, one) for one in record.experiments if one.score is not None]
    sign = -1 if record.greater_is_better else 1
    scored.sort(key=lambda entry: (sign * entry[0].value, entry[1].number))
    rows = [
        f"| {one.number} | {_md(model_name(one))} | {score_text(score)} | "
        f"{one.comparison.standing if one.comparison else ''} |"
        for score, one in scored[:BOARD_ROWS]
    ]
    head = [
        "## The board",
        "",
        "| # | experiment | score (95 % interval) | against the best before |",
        "|--:|---|---|---|",
    ]
    more = len(record.experiments) - len(rows)
    return "\n".join(
        [*head, *rows, "", f"{plural(more, 'more experiment')} in the report."] if more else [*head, *rows]
    )


def _best(record: RunRecord) -> ExperimentRecord | None:
    return next((one for one in record.experiments if one.number == record.best), None)


def _md(text: str, limit: int = 100) -> str:
    """Text from data as Markdown that shows it and does nothing else: no link, picture, HTML or mathematics."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$~&:@-])", r"\\\1", clip(text, limit))


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str, tags: list[str] | None = None) -> dict[str, Any]:
    metadata = {"tags": tags} if tags else {}
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": source}
