"""What the live page shows: the report of a run that may still go on, and what is being tried at this moment."""

import base64
import hashlib
from pathlib import Path

from mlpilot.agent.history import recall, status
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.report.markup import Html, join, tag
from mlpilot.agent.report.page import document, main_of
from mlpilot.sandbox.errors import UserError

SCRIPT = (Path(__file__).parent / "live.js").read_text(encoding="utf-8")


def current(run: str) -> tuple[str, Html]:
    """The run's status, and the content of the page. Raises `UserError` where there is no such run."""
    with Journal.read(home()) as journal:
        state = status(journal.run(run))
        try:
            record = recall(journal, run)
        except UserError as error:
            return state, tag("p", str(error).partition(":")[0], class_="lead")
    return state, join(_now(state, [one for one in record.experiments if one.status == "open"]), main_of(record))


def _now(state: str, opened: list[object]) -> Html | None:
    if state != "running":
        return None
    said = "choosing what to try next"
    for one in opened:
        said = f"trying #{getattr(one, 'number', '')}: {getattr(one, 'name', '')}. {getattr(one, 'why', '')}"
    return tag("p", said, class_="alert", role="status", aria_live="polite")


def page(run: str) -> str:
    """The whole document; its policy lets its one script ask this server, and nobody else."""
    state, content = current(run)
    script = Html(SCRIPT)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    live = join(tag("p", f"this run is {state}", id="live-state", class_="note live", role="status"))
    return document(
        f"{run} – mlpilot",
        content,
        live,
        script=script,
        policy=f"script-src 'sha256-{digest}'; connect-src 'self'",
        mark=mark_of(content),
    )


def mark_of(content: Html) -> str:
    """An ETag of the content."""
    return '"' + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:24] + '"'
