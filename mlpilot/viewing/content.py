"""What the live page shows: a run as it goes on, with what is tried at this moment; once it is over, its report."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

from mlpilot.agent.history import recall, status
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal, RunRow
from mlpilot.agent.kept import table_name
from mlpilot.agent.overheard import overheard
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.markup import Child, Html, join, tag
from mlpilot.agent.report.page import document, main_of, sections
from mlpilot.agent.report.words import clip, duration, metric_name, model_name, plural, score_text
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean_block
from mlpilot.viewing.tree import tree

SCRIPT = (Path(__file__).parent / "live.js").read_text(encoding="utf-8")
STYLE = (Path(__file__).parent / "live.css").read_text(encoding="utf-8")
_LIBRARIES = re.compile(r"^/\S*/site-packages/", re.MULTILINE)
"""Where a warning of a library comes from; all but the library is noise here."""


def current(run: str) -> tuple[str, Html]:
    """The run's status, and the content of the page. Raises `UserError` where there is no such run."""
    with Journal.read(home()) as journal:
        row = journal.run(run)
        state = status(row)
        try:
            record = _with_a_leader(recall(journal, run))
        except UserError as error:
            said = "it is reading the data" if state == "running" else str(error).partition(":")[0]
            return state, tag("header", tag("h1", clip(run, 60)), tag("p", said, class_="lead"))
        if state != "running":
            return state, join(main_of(record), _grown(record))
        opened = next((one for one in record.experiments if one.status == "open"), None)
        key = journal.experiment(run, opened.number).key if opened else None
        folds = len(journal.folds(key)) if key else 0
    now = _now(record, row, opened, folds)
    rest = sections(record, ("tried", "who", "data", "code", "judged"))
    return state, join(_head(record), now, _grown(record), rest)


def _with_a_leader(record: RunRecord) -> RunRecord:
    """The best is chosen at the end; until then it is whichever has the best score."""
    scored = [(one.score.value, one.number) for one in record.experiments if one.score is not None]
    if record.best is not None or not scored:
        return record
    return replace(record, best=(max if record.greater_is_better else min)(scored)[1])


def _head(record: RunRecord) -> Html:
    leader = next((one for one in record.experiments if one.number == record.best), None)
    title = tag(
        "h1", "Predicting ", tag("em", clip(record.task.target, 60)), f" from {clip(table_name(record.spec.data), 60)}"
    )
    kicker = tag("p", f"mlpilot · {clip(record.run, 60)} · a run that is going on", class_="kicker")
    done = [one for one in record.experiments if one.status != "open"]
    if leader is None or leader.score is None:
        lead: list[Child] = ["Nothing is scored yet."]
    else:
        metric = (
            f" with {metric_name(record.metric)} {score_text(leader.score)} after {plural(len(done), 'experiment')}."
        )
        lead = [tag("b", model_name(leader)), " leads so far", metric]
    return tag("header", kicker, title, tag("p", lead, class_="lead", id="lead", data_say=True))


def _now(record: RunRecord, row: RunRow, opened: ExperimentRecord | None, folds: int) -> Html:
    said: list[Child] = ["Choosing what to try next."]
    if record.best is not None and row.facts.get("best") is not None:
        said = ["The search is over: the best is fitted, tested and written down."]
    elif opened is not None:
        said = ["Trying ", tag("b", f"#{opened.number} {clip(opened.name, 90)}"), f": {clip(opened.why, 300)}"]
    meters: list[Child] = []
    if opened is not None and record.folds:
        meters.append(_meter(f"fold {min(folds + 1, record.folds)} of {record.folds}", folds, record.folds))
    if row.options.budget:
        used = min(row.active, row.options.budget)
        meters.append(_meter(f"{duration(used)} of {duration(row.options.budget)}", used, row.options.budget))
    title, words = overheard(record.run)
    log = None
    if words.strip():
        words = _LIBRARIES.sub("", clean_block(words))
        text = tag("pre", words, class_="log", tabindex=0, role="region", aria_label="what it printed")
        log = join(tag("h3", f"Printed last, by {clip(title, 60)}"), text)
    return tag(
        "section",
        tag("h2", "Now"),
        tag("p", said),
        tag("div", meters, class_="meters") if meters else None,
        log,
        id="now",
        class_="now",
    )


def _meter(said: str, done: float, whole: float) -> Html:
    bar = tag("progress", value=f"{done:g}", max=f"{whole:g}", aria_label=said)
    return tag("div", tag("span", said), bar)


def _grown(record: RunRecord) -> Html | None:
    grown = tree(record)
    return tag("section", tag("h2", "How it grew"), grown, id="grown") if grown else None


def page(run: str) -> str:
    """The whole document; its policy lets its one script ask this server, and nobody else."""
    state, content = current(run)
    script = Html(SCRIPT)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    live = join(
        tag("p", f"this run is {state}", id="live-state", class_="note live", role="status"),
        tag("p", "", id="live-said", class_="unseen", role="status", aria_live="polite"),
    )
    return document(
        f"{run} – mlpilot",
        content,
        live,
        script=script,
        style=STYLE,
        policy=f"script-src 'sha256-{digest}'; connect-src 'self'",
        mark=mark_of(content),
    )


def mark_of(content: Html) -> str:
    """An ETag of the content."""
    return '"' + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:24] + '"'
