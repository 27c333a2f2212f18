"""How the best Solution behaves: pictures and tables from out-of-fold predictions, and from the test rows."""

from collections.abc import Sequence

import numpy as np

from mlpilot.agent.record import Behaviour, RunRecord
from mlpilot.agent.report import figures, measures
from mlpilot.agent.report.markup import Child, Html, join, tag
from mlpilot.agent.report.measures import Counts, Part
from mlpilot.agent.report.words import clip, decimals, fixed, metric_name, percent, plural

MATRIX_CLASSES = 20
TABLE_CLASSES = 50
TOP_COLUMNS = 20


def class_names(record: RunRecord) -> list[str]:
    """The classes as short texts, in the order of their codes."""
    return [clip(str(label), 40) for label in record.task.classes]


def behaviour_section(record: RunRecord) -> Html | None:
    """All that can be shown of the best Solution; None where no predictions were kept."""
    parts = measures.parts(record)
    if record.behaviour is None or not parts:
        return None
    rows = " and on ".join(
        f"{plural(len(part.truth), 'row')} "
        + (
            "out-of-fold (each predicted by a model that had not seen it)"
            if part.name == "out-of-fold"
            else "of the test"
        )
        for part in parts
    )
    content = _classification(record, parts) if record.task.classes else _regression(record, parts)
    return join(tag("p", f"Measured on {rows}."), content, _importance(record.behaviour, record.metric))


def _classification(record: RunRecord, parts: Sequence[Part]) -> Html:
    names = class_names(record)
    matrices = [measures.confusion(part, len(names)) for part in parts]
    pictures: list[Child] = []
    stated = [part for part in parts if part.predicted.ndim == 2]
    if stated:
        pictures.append(figures.calibration(stated, names))
    if stated and len(names) == 2:
        pictures.append(figures.roc(stated))
    draw = _matrix if len(names) <= MATRIX_CLASSES else _pairs
    tables = [draw(matrix, names, part.name) for part, matrix in zip(parts, matrices, strict=True)]
    pictures.append(tag("div", tables, class_="stack") if len(names) <= 6 else tables)
    layout = "figures" if len(names) == 2 else "figures roomy"
    return join(tag("div", pictures, class_=layout), _per_class(parts, matrices, names))


def _matrix(matrix: Counts, names: Sequence[str], part: str) -> Html:
    """Counts by true and predicted class; the shade is the share of the true class's rows, in tenths."""
    totals = np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    shades = np.ceil(10 * matrix / totals).astype(int)
    head = tag(
        "tr",
        tag("th", "true ↓", tag("br"), "predicted →", scope="col"),
        [tag("th", name, scope="col") for name in names],
    )
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            [
                tag("td", f"{count:,}" if count else "·", class_=f"s{shade}" + (" hit" if column == row else ""))
                for column, (count, shade) in enumerate(zip(matrix[row], shades[row], strict=True))
            ],
        )
        for row, name in enumerate(names)
    ]
    table = tag(
        "div",
        tag("table", tag("thead", head), tag("tbody", rows), class_="matrix", aria_label=f"Confusion, {part}"),
        class_="scroll",
        tabindex=0,
    )
    return figures.figure(f"Confusion, {part}", table, caption="One line for each true class; the diagonal is right.")


def _pairs(matrix: Counts, names: Sequence[str], part: str) -> Html:
    """The most frequent mistakes, for tasks with too many classes for a matrix."""
    rows = [
        tag(
            "tr",
            [tag("td", names[p.true]), tag("td", names[p.predicted]), _num(f"{p.count:,}"), _num(percent(p.share))],
        )
        for p in measures.most_confused(matrix, 15)
    ]
    head = tag("tr", [tag("th", text, scope="col") for text in ("true", "predicted as", "rows", "of the class")])
    title = f"Most confused, {part}"
    return figures.figure(title, tag("table", tag("thead", head), tag("tbody", rows), aria_label=title))


def _per_class(parts: Sequence[Part], matrices: Sequence[Counts], names: Sequence[str]) -> Html:
    measured = [measures.per_class(matrix) for matrix in matrices]
    order = np.argsort(-matrices[0].sum(axis=1), kind="stable") if len(names) > TABLE_CLASSES else np.arange(len(names))
    headings = [tag("th", "class", scope="col", rowspan=2)]
    headings += [tag("th", part.name, scope="colgroup", colspan=4) for part in parts]
    second = [
        tag("th", text, scope="col", class_="num") for _ in parts for text in ("rows", "precision", "recall", "F1")
    ]
    body = []
    for index in order[:TABLE_CLASSES]:
        cells: list[Html] = []
        for matrix, values in zip(matrices, measured, strict=True):
            cells.append(_num(f"{matrix[index].sum():,}"))
            cells += [_num("–" if np.isnan(value) else f"{value:.3f}") for value in values[index]]
        body.append(tag("tr", tag("th", names[index], scope="row"), cells))
    more = len(names) - TABLE_CLASSES
    columns = tag("thead", tag("tr", headings), tag("tr", second))
    table = tag("table", columns, tag("tbody", body), class_="numbers", aria_label="Each class")
    note = (
        tag("p", f"The {TABLE_CLASSES} largest classes; {more} more are not shown.", class_="note")
        if more > 0
        else None
    )
    return join(tag("h3", "Class by class"), tag("div", table, class_="scroll", tabindex=0), note)


def _regression(record: RunRecord, parts: Sequence[Part]) -> Html:
    target = clip(record.task.target, 30)
    pictures = [
        figures.predicted_and_true(parts, target),
        figures.residuals(parts, target),
        figures.residual_histogram(parts),
    ]
    return tag("div", pictures, class_="figures")


def _importance(behaviour: Behaviour, metric: str) -> Html | None:
    """Columns by how much worse the metric gets when each is shuffled."""
    if not behaviour.importance:
        return None
    ranked = sorted(behaviour.importance, key=lambda entry: -entry[1])
    top = max(max(mean + deviation for _, mean, deviation in ranked), 1e-12)
    places = decimals((0.0, 2 * ranked[0][2]))
    rows = [
        tag(
            "tr",
            tag("th", clip(name, 60), scope="row"),
            tag("td", figures.error_bar(mean, deviation, top), class_="wide"),
            _num(f"{fixed(mean, places)} ± {fixed(deviation, places)}"),
        )
        for name, mean, deviation in ranked[:TOP_COLUMNS]
    ]
    where = f", on {clip(behaviour.importance_rows, 120)}" if behaviour.importance_rows else ""
    more = f" The first {TOP_COLUMNS} of {len(ranked)} columns." if len(ranked) > TOP_COLUMNS else ""
    chance = " What is below zero is chance, and shows how large chance is here."
    below = chance if any(mean < 0 for _, mean, _ in ranked) else ""
    said = (
        f"How much worse the {metric_name(metric)} gets when a column is shuffled, ± one standard deviation over "
        f"shuffles{where}.{more}{below} Columns that say the same share their importance, and may "
        "both look unimportant."
    )
    table = tag("table", tag("tbody", rows), class_="importance", aria_label="Importance of columns")
    return join(tag("h3", "Importance of columns"), table, tag("p", said, class_="note"))


def _num(text: str) -> Html:
    return tag("td", text, class_="num")
