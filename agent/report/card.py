"""A Run as a piece of HTML that stands in somebody else's page: what a notebook shows of it.

It brings its own style, which binds nothing but itself. Where a page strips styles (a notebook that is not trusted), a
plain table is left.
"""

import re
from functools import cache
from pathlib import Path

from mlpilot.agent.record import RunRecord
from mlpilot.agent.report.board import Board, Tried
from mlpilot.agent.report.markup import Child, Html, tag
from mlpilot.agent.report.verdict import standing_sentence, test_verdict
from mlpilot.agent.report.words import clip, metric_name, model_name, plural, score_text

CLASS = "mlpilot-card"
_VARIABLES = re.compile(r":root \{([^}]*)\}")
_PAGE_ONLY = re.compile(r"^(?:\*|html|body|main)[^\n]*$", re.MULTILINE)


def card(record: RunRecord) -> Html:
    """A Run as it stands: its best, its test, and the board."""
    return framed(_said(record), board(record))


def framed(*children: Child) -> Html:
    """The children in a card of their own, with its style."""
    return tag("div", tag("style", Html(_style())), *children, class_=CLASS)


def board(tried: Tried) -> Html | None:
    """What was tried, as the report shows it."""
    return Board(tried).render() if tried.experiments else None


def _said(record: RunRecord) -> list[Child]:
    best = next((one for one in record.experiments if one.number == record.best), None)
    tried = plural(len(record.experiments), "experiment")
    name = tag("p", f"mlpilot run {clip(record.run, 60)} · {clip(record.status, 40)} · {tried}", class_="kicker")
    if best is None or best.score is None:
        return [name, tag("p", f"Nothing was scored. {clip(record.stopped, 300)}".strip())]
    metric = metric_name(record.metric)
    said = f": {metric} {score_text(best.score)}. {standing_sentence(best, record)}"
    lead = tag("p", tag("b", model_name(best)), said)
    if record.test is None:
        return [name, lead]
    verdict = test_verdict(best.score, record.test, record.greater_is_better)
    rows = plural(record.test.rows or record.test_rows, "test row")
    said = f": {metric} {score_text(record.test)} on {rows}. {verdict.sentence}"
    return [name, lead, tag("p", tag("b", "Test"), said)]


@cache
def _style() -> str:
    """The report's style, bound to the card, in the colours of the page around it where that says what they are.

    JupyterLab has cells of tables end at the right; what stands last outweighs that.
    """
    sheet = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    sheet = sheet.partition("@media (max-width")[0]
    light, dark = _VARIABLES.findall(sheet)[:2]
    rules = _PAGE_ONLY.sub("", sheet[sheet.index("h1 {") :])
    here = f".{CLASS}"
    return (
        f"{here} {{{light}}}"
        f" @media (prefers-color-scheme: dark) {{{here} {{{dark}}}}}"
        f' [data-jp-theme-light="true"] {here}, .vscode-light {here} {{{light}}}'
        f' [data-jp-theme-light="false"] {here}, .vscode-dark {here} {{{dark}}}'
        f" {here} {{ color: var(--ink); background: var(--paper); font: 14px/1.5 var(--sans); padding: .8rem 1rem;"
        f" overflow-x: auto; {rules} & table :is(th, td):not(.num) {{ text-align: left; }} }}"
    )
