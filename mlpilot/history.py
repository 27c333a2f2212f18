"""Runs of the past: one in full, or all of them as a table."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from mlpilot import board, facts, screen, summary
from mlpilot.agent import history as past
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.record import RunRecord
from mlpilot.agent.result import Result
from mlpilot.failures import DONE
from mlpilot.layout import Layout
from mlpilot.numbers import ago, metric_name, significant, took
from mlpilot.streams import answer_json, clean, note


def stored(run: str) -> Result:
    """The Result of a run as the Journal has it. Raises `UserError` where there is no such run."""
    with Journal.read(home()) as journal:
        return Result(past.recall(journal, run))


def latest() -> str:
    """The name of the run that was begun last. Raises `UserError` where there is none."""
    with Journal.read(home()) as journal:
        return past.latest(journal)


def remove(run: str) -> None:
    """Forget a run. Raises `UserError` where there is none, or while it is running."""
    with Journal.read(home()) as journal:
        journal.run(run)  # so that nothing is made where there is none
    with Journal.open(home()) as journal:
        past.remove(journal, run)


def print_run(run: str, *, as_json: bool) -> int:
    """`mlpilot show`."""
    result = stored(run)
    if as_json:
        answer_json(result.to_json())
        return DONE
    facts.print_facts(screen.for_answers(), facts.of_record(result.record))
    print_board(result.record)
    print_end(result)
    return DONE


def print_board(record: RunRecord) -> None:
    """All that was tried, on stdout."""
    console = screen.for_answers()
    done = [item for item in record.experiments if item.status != "open"]
    layout = Layout.for_scores(console.width, [item.score for item in done if item.score is not None])
    console.print()
    if done:
        console.print(layout.heading())
    for row in board.rows(done, record.best, record.greater_is_better):
        for line in layout.lines(row):
            console.print(line)


def print_end(result: Result) -> None:
    """Best, test, run and next step, on stdout."""
    console = screen.for_answers()
    console.print()
    facts.print_facts(console, summary.of_record(result.record, result.folder))


def print_runs() -> int:
    """`mlpilot runs`."""
    with Journal.read(home()) as journal:
        found = past.summaries(journal)
    if not found:
        return _nothing_yet()
    console = screen.for_answers()
    console.print(_runs_table(found, console.width))
    return DONE


def _runs_table(found: Sequence[past.RunSummary], width: int) -> Table:
    """One row a run; names are never cut, since they are what is typed next."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    columns: dict[str, list[str]] = {"run": [item.run for item in found], "status": [item.status for item in found]}
    if width >= 76:
        columns["started"] = [_since(item.created) for item in found]
        columns["data"] = [f"{facts.file_name(item.data)} → {clean(item.target)}" for item in found]
    columns["best"] = ["–" if item.best_score is None else significant(item.best_score) for item in found]
    if width >= 104:
        columns["metric"] = [clean(metric_name(item.metric)) for item in found]
        columns["tried"] = [str(item.experiments) for item in found]
        columns["took"] = [took(item.seconds) for item in found]
    for name, cells in columns.items():
        cuttable = name == "data"
        widest = max(cell_len(cell) for cell in (name, *cells))
        right = name in ("best", "tried", "took")
        table.add_column(
            name,
            justify="right" if right else "left",
            no_wrap=True,
            overflow="ellipsis",
            min_width=None if cuttable else widest,
        )
    for row in zip(*columns.values(), strict=True):
        table.add_row(*map(Text, row))
    return table


def _nothing_yet() -> int:
    note("no runs in this folder yet; start one with:  mlpilot run DATA.csv --target COLUMN")
    return DONE


def _since(created: str) -> str:
    return ago((datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds())
