"""The report: one HTML file that says what was asked, tried and found, and asks nothing of the network."""

from pathlib import Path

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.record import RunRecord

__all__ = ["render_report", "write_report"]


def render_report(record: RunRecord) -> str:
    """The report of a Run as an HTML document. Deterministic: the same record gives the same text."""
    from mlpilot.agent.report.page import page

    return str(page(record))


def write_report(record: RunRecord, path: Path) -> None:
    """Write the report of a Run to `path`, whole or not at all. Raises `OSError`."""
    write_atomically(path, render_report(record))
