"""The page: sections in the order in which a reader asks."""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from mlpilot.agent.kept import table_name
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report import figures, measures
from mlpilot.agent.report.advice import suggestions
from mlpilot.agent.report.behaviour import behaviour_section, class_names
from mlpilot.agent.report.board import Board
from mlpilot.agent.report.code import code_section
from mlpilot.agent.report.markup import Child, Html, join, tag
from mlpilot.agent.report.thinking import thinking_section
from mlpilot.agent.report.verdict import standing_sentence, test_verdict
from mlpilot.agent.report.words import (
    clip,
    date,
    decimals,
    duration,
    fixed,
    interval,
    metric_name,
    model_name,
    percent,
    plural,
)
from mlpilot.agent.task import Column

MOST_COLUMNS = 300
MOST_CLASSES = 20
MOST_NOTES = 50
KINDS = {
    "number": ("number", "numbers"),
    "category": ("category", "categories"),
    "date": ("date", "dates"),
    "boolean": ("yes/no", "yes/no"),
    "text": ("text", "texts"),
    "id": ("id", "ids"),
    "constant": ("constant", "constants"),
    "duplicate": ("duplicate", "duplicates"),
    "empty": ("empty", "empty"),
}


def page(record: RunRecord) -> Html:
    """The whole document. Its policy allows nothing but its own style sheet: no script, no request, no frame."""
    target, data = clip(record.task.target, 60), clip(table_name(record.spec.data), 60)
    return document(f"{target} from {data} – mlpilot", main_of(record), _footer(record))


def main_of(record: RunRecord) -> Html:
    """Everything between the page's head and its foot."""
    return join(_headline(record), sections(record, tuple(_SECTIONS)))


def sections(record: RunRecord, keys: Sequence[str]) -> Html:
    """Some sections of the page, in this order; those with nothing to say are left out."""
    return join(_section(key, _SECTIONS[key][0], _SECTIONS[key][1](record)) for key in keys)


def document(
    title: str,
    content: Html,
    foot: Html,
    *,
    script: Html | None = None,
    style: str = "",
    policy: str = "",
    mark: str = "",
) -> Html:
    """A page in the report's style. `script` is our own code, which `policy` must allow, `style` what is added to the
    style sheet; `mark` names its content."""
    style = (Path(__file__).parent / "style.css").read_text(encoding="utf-8") + style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=f"{allowed}; {policy}" if policy else allowed),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(style)),
    )
    main = tag("main", content, data_mark=mark or None)
    body = tag("body", main, tag("footer", foot), tag("script", script) if script else None)
    return join(Html("<!doctype html>\n"), tag("html", head, body, lang="en"), "\n")


def _section(key: str, title: str, content: Html | None) -> Html | None:
    return tag("section", tag("h2", title), content, id=key) if content else None


def _best(record: RunRecord) -> ExperimentRecord | None:
    return next((one for one in record.experiments if one.number == record.best), None)


def _headline(record: RunRecord) -> Html:
    best = _best(record)
    search = best.score if best else None
    title = tag(
        "h1", "Predicting ", tag("em", clip(record.task.target, 60)), f" from {clip(table_name(record.spec.data), 60)}"
    )
    asked = tag("p", "Asked for: ", clip(record.spec.goal, 500), class_="goal") if record.spec.goal else None
    kicker = tag("p", f"mlpilot report · {clip(record.run, 60)} · {date(clip(record.created, 40))}", class_="kicker")
    if best is None or search is None:
        said = f"None of {plural(len(record.experiments), 'experiment')} was scored. {clip(record.stopped, 300)}"
        return tag("header", kicker, title, asked, tag("p", said, class_="lead"))
    verdict = test_verdict(search, record.test, record.greater_is_better)
    spent = " The test part had been looked at before, so this is no longer a fresh test." if record.test_spent else ""
    lead = tag(
        "p",
        tag("b", model_name(best)),
        f" is the best of {plural(len(record.experiments), 'experiment')}. {standing_sentence(best, record)} ",
        tag("span", verdict.sentence, class_=f"verdict {verdict.kind.replace(' ', '-')}"),
        spent,
        class_="lead",
    )
    unfinished = None
    if record.status != "finished":
        unfinished = tag(
            "p", f"This run is {clip(record.status, 40)}: what follows is what is known so far.", class_="alert"
        )
    return tag("header", kicker, title, asked, lead, unfinished, _facts(record, best))


def _facts(record: RunRecord, best: ExperimentRecord) -> Html:
    metric, search, test = metric_name(record.metric), best.score, record.test
    direction = "higher is better" if record.greater_is_better else "lower is better"
    facts: list[Child] = []
    if search is not None:
        places = decimals(search.ci)
        value, span = fixed(search.value, places + 1), interval(search.ci, places)
        facts.append(_fact(f"Search {metric}", value, span, f"95 % interval, {direction}"))
        if test is not None:
            places = decimals(test.ci)
            value, span = fixed(test.value, places + 1), interval(test.ci, places)
            rows = plural(test.rows or record.test_rows, "test row")
            facts.append(_fact(f"Test {metric}", value, span, f"95 % interval, {rows}"))
        for name, beside in list(search.also.items())[:1]:
            tested = f"{fixed(test.also[name], 3)} on the test" if test is not None and name in test.also else ""
            facts.append(_fact(_capital(metric_name(clip(name, 30))), fixed(beside, 3), tested, "search, out-of-fold"))
    facts.append(
        _fact("Took", duration(record.seconds), f"budget {clip(record.budget, 30)}", clip(record.stopped, 120))
    )
    return tag("dl", facts, class_="facts")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fact(name: str, value: str, detail: str, note: str) -> Html:
    return tag("div", tag("dt", name), tag("dd", tag("b", value), tag("span", detail), tag("small", note)))


def _data(record: RunRecord) -> Html:
    features = [column for column in record.columns if column.name != record.task.target]
    kinds = Counter(column.kind for column in features if column.used)
    said = [plural(count, *KINDS.get(kind, (kind, kind))) for kind, count in kinds.most_common()]
    dropped = sum(not column.used for column in features)
    sentence = f"{plural(record.rows, 'row')} and {plural(len(features), 'column')} beside the target"
    sentence += f": {', '.join(said)}" if said else ""
    sentence += f", and {dropped} left out." if dropped else "."
    split = f"{plural(record.search_rows, 'row')} for the search, {plural(record.test_rows, 'row')} for the test."
    notes = [tag("li", clip(note, 300)) for note in record.notes[:MOST_NOTES]]
    if len(record.notes) > MOST_NOTES:
        notes.append(tag("li", f"and {len(record.notes) - MOST_NOTES} more notes"))
    return join(
        tag("p", f"{sentence} {split}"),
        tag("ul", notes, class_="notes") if notes else None,
        _target(record),
        _columns(features, record.rows),
    )


def _target(record: RunRecord) -> Html | None:
    found = measures.parts(record)
    if not found:
        return None
    truth = np.concatenate([part.truth for part in found])
    if not record.task.classes:
        return figures.target_histogram(truth, clip(record.task.target, 40))
    names = class_names(record)
    counts = np.bincount(truth.astype(int), minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    rows = [
        tag(
            "tr",
            tag("th", names[index], scope="row"),
            tag("td", figures.share_bar(counts[index] / counts.max()), class_="wide"),
            tag("td", f"{counts[index]:,}", class_="num"),
            tag("td", percent(counts[index] / counts.sum()), class_="num"),
        )
        for index in order[:MOST_CLASSES]
    ]
    more = len(names) - MOST_CLASSES
    note = tag("p", f"The {MOST_CLASSES} largest of {len(names)} classes.", class_="note") if more > 0 else None
    title = tag("h3", "The target, ", tag("em", clip(record.task.target, 60)))
    return join(title, tag("table", tag("tbody", rows), class_="importance", aria_label="Rows of each class"), note)


def _columns(columns: list[Column], rows: int) -> Html:
    head = tag(
        "tr", [tag("th", name, scope="col") for name in ("column", "kind", "missing", "distinct", "what it holds")]
    )
    body = [
        tag(
            "tr",
            tag("th", clip(column.name, 60), scope="row"),
            tag("td", clip(column.kind, 20)),
            tag("td", percent(column.missing / rows) if column.missing and rows else "–", class_="num"),
            tag("td", f"{column.distinct:,}", class_="num"),
            tag(
                "td", clip(column.detail, 100), None if column.used else tag("i", " left out: ", clip(column.why, 100))
            ),
        )
        for column in columns[:MOST_COLUMNS]
    ]
    more = len(columns) - MOST_COLUMNS
    note = tag("p", f"and {more:,} more columns", class_="note") if more > 0 else None
    inner = tag("table", tag("thead", head), tag("tbody", body), aria_label="Columns")
    table = tag("div", inner, class_="scroll", tabindex=0)
    return tag("details", tag("summary", f"All {plural(len(columns), 'column')}"), table, note)


def _tried(record: RunRecord) -> Html | None:
    if not record.experiments:
        return None
    kinds = Counter(one.kind for one in record.experiments)
    scored = sum(one.score is not None for one in record.experiments)
    repaired = sum(one.score is not None and any(a.repair for a in one.attempts) for one in record.experiments)
    said = (
        f"{plural(kinds['draft'], 'idea')}, {plural(kinds['tune'], 'tuning trial')}, {plural(kinds['blend'], 'blend')}"
    )
    counts = f"{scored} of {len(record.experiments)} scored"
    if repaired:
        counts += f", {repaired} after a repair"
    bars = "The bars are 95 % intervals on one axis; the upright line is the best score. "
    words = "“Better” is said only where a paired test over the rows, corrected for all looks at the board, says so."
    metric = metric_name(record.metric)
    return join(
        tag("p", f"{said}; {counts}."),
        figures.progress([one for one in record.experiments if one.status != "open"], metric, record.greater_is_better),
        Board(record).render(),
        tag("p", bars, words, class_="note"),
    )


def _search_and_test(record: RunRecord) -> Html | None:
    best = _best(record)
    if best is None or best.score is None:
        return None
    verdict = test_verdict(best.score, record.test, record.greater_is_better)
    looks = f"The board was looked at {record.looks:,} time{'' if record.looks == 1 else 's'} before the test"
    looks += ": the more looks, the more the search score flatters." if record.looks > 1 else "."
    spent = "The test part had been looked at before this run: it is spent, and its score may flatter too."
    fresh = "The test part was scored once, at the end, by the best model fitted on all search rows."
    also = _companions(best, record)
    said = [
        tag("p", tag("b", verdict.sentence)),
        tag("p", looks, " ", (spent if record.test_spent else fresh) if record.test else None),
        also,
    ]
    picture = figures.search_and_test(best.score, record.test, metric_name(record.metric))
    return tag("div", picture, tag("div", said), class_="beside")


def _companions(best: ExperimentRecord, record: RunRecord) -> Html | None:
    search = dict(best.score.also) if best.score else {}
    test = dict(record.test.also) if record.test else {}
    names = [*search, *(name for name in test if name not in search)][:10]
    if not names:
        return None
    head = tag(
        "tr",
        tag("th", "beside it", scope="col"),
        [tag("th", text, scope="col", class_="num") for text in ("search", "test")[: 1 + bool(test)]],
    )
    columns = [search, test] if test else [search]
    rows = [
        tag(
            "tr",
            tag("th", metric_name(clip(name, 40)), scope="row"),
            [tag("td", fixed(column[name], 4) if name in column else "–", class_="num") for column in columns],
        )
        for name in names
    ]
    return tag("table", tag("thead", head), tag("tbody", rows), aria_label="Other measures")


def _next(record: RunRecord) -> Html:
    return tag(
        "ol", [tag("li", tag("b", one.title), tag("p", one.evidence)) for one in suggestions(record)], class_="next"
    )


def _judged(record: RunRecord) -> Html:
    direction = "higher is better" if record.greater_is_better else "lower is better"
    entries = [
        ("metric", f"{metric_name(record.metric)}, {direction}"),
        ("folds", clip(record.plan, 300)),
        ("test part", f"{plural(record.test_rows, 'row')}, sealed before anything ran" if record.test_rows else "none"),
        ("walls", "No process that had seen a row's label predicted that row; the judge alone held the hidden labels."),
        ("seed", str(record.task.seed)),
        ("sandbox", clip(", ".join(filter(None, (record.sandbox, record.held))), 200)),
        ("brain", clip(record.brain, 200)),
        ("search ended", clip(record.stopped, 300)),
        ("data", f"sha256 {clip(record.task.data_hash, 64)}"),
    ]
    return tag("dl", [(tag("dt", name), tag("dd", value)) for name, value in entries], class_="terms")


def _footer(record: RunRecord) -> Html:
    from importlib.metadata import PackageNotFoundError, version

    try:
        made_by = f"mlpilot {version('mlpilot')}"
    except PackageNotFoundError:
        made_by = "mlpilot"
    return tag("p", f"{made_by} · run {clip(record.run, 60)} · this page asks nothing of the network")


_SECTIONS: dict[str, tuple[str, Callable[[RunRecord], Html | None]]] = {
    "data": ("The data", _data),
    "tried": ("What was tried", _tried),
    "who": ("Who found it", thinking_section),
    "behaviour": ("How the best behaves", behaviour_section),
    "test": ("Search score against test score", _search_and_test),
    "code": ("The code", lambda record: code_section(record, _best(record))),
    "next": ("What to do next", _next),
    "judged": ("How it was judged", _judged),
}
