"""Runs an engine, and ends it when we end, however that is: run as a script of its own, `guard.py COMMAND...`.

Its standard input is a pipe that we hold and never write to: the pipe closes when we are gone, kill -9 included, and
no matter which of our threads started it. On Linux the engine also dies with this guard. Its standard output gets one
line, the engine's process id; its standard error goes to the log, as all that the engine says.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence

_PATIENCE = 3.0
"""Seconds that an engine has to end by itself."""
_PR_SET_PDEATHSIG = 1


def main(command: Sequence[str]) -> int:
    """Run the command until it ends or we are gone; its exit code."""
    us = os.getppid()
    signal.signal(signal.SIGTERM, _leave)
    try:
        engine = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sys.stderr, process_group=0, preexec_fn=_die_with_the_guard
        )
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    print(engine.pid, flush=True)
    try:
        while engine.poll() is None and not _are_gone(us):
            pass
    finally:
        _end(engine)
    return engine.returncode if engine.returncode >= 0 else 128 - engine.returncode


def _are_gone(us: int) -> bool:
    """Whether the pipe was closed or we have another parent; waits a moment for it."""
    ready, _, _ = select.select([0], [], [], 0.1)
    return (bool(ready) and not os.read(0, 1)) or os.getppid() != us


def _end(engine: "subprocess.Popen[bytes]") -> None:
    """End the engine and what it started: kindly, then not."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if engine.poll() is None:
        _signal(engine.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            engine.wait(_PATIENCE)
    _signal(engine.pid, signal.SIGKILL)
    engine.wait()


def _signal(group: int, number: int) -> None:
    # Neither is a failure: the group is empty, which macOS says in the second way.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _die_with_the_guard() -> None:
    """In the engine's process, before its program: safe here, for the guard has one thread."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
