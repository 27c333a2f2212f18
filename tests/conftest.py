"""What every test may rely on: tests that need a sandbox are skipped, loudly, where it does not work."""

import os
import signal
import subprocess
from functools import cache
from pathlib import Path

import pytest

DOCKERD = Path(__file__).resolve().parent.parent / "scripts" / "dockerd.sh"
BACKENDS = ("docker", "bubblewrap", "landlock")


def pytest_configure() -> None:
    """Use the engine that `scripts/dockerd.sh` runs, if it does and no other is named; no screen has a width.

    Behind `nohup`, or in the background of a shell, signals are ignored, and so in all that is started from here: tests
    of what a Ctrl-C or a closed terminal does need them as they are at a terminal.
    """
    os.environ.pop("COLUMNS", None)
    for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(signum) is signal.SIG_IGN:
            signal.signal(signum, signal.default_int_handler if signum == signal.SIGINT else signal.SIG_DFL)
    if "DOCKER_HOST" not in os.environ:
        status = subprocess.run(["sh", DOCKERD, "status"], capture_output=True, text=True)
        if status.returncode == 0:
            os.environ["DOCKER_HOST"] = status.stdout.strip()


@cache
def missing(backend: str) -> str:
    """Why the backend does not work here; empty when it does."""
    from mlpilot.sandbox.choose import probes

    probe = dict(probes())[backend]
    return "" if probe.works else f"{backend} does not work here: {probe.detail}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("sandbox") and all(reasons := [missing(backend) for backend in BACKENDS]):
        pytest.skip("; ".join(reasons))
    for backend in BACKENDS:
        if item.get_closest_marker(backend) and (reason := missing(backend)):
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was not tested, how much of it, and why."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("not tested here, because")
        for reason, count in sorted(reasons.items()):
            terminalreporter.write_line(f"{count:4d}  {reason}", yellow=True)
