"""How long a person waits for a sandbox: starting, the first Cell, output, interrupts, replacement, a fold's walls.

Each figure is a median over several tries (the figures of output: of fewer), in seconds unless it says otherwise:

- `session_ready_s`: `Sandbox.open`, cold, until there is a Session that can run a Cell.
- `first_cell_s`: from the same start to the end of a first Cell that imports pandas and scikit-learn.
- `warm_first_cell_s`: a Session from a pool that was warmed with these imports, to the end of a first Cell with them.
- `round_trip_s`: `1+1` in a Session that has run before.
- `output_mb_per_s`: megabytes a second that reach the host of a Cell that prints without end, until its cap cuts it;
  `host_growth_mb` is how much larger this process was at its largest meanwhile.
- `interrupt_s`: `while True: pass`, from `Session.interrupt` to the result.
- `replace_s`: from the SIGKILL of a kernel until the next Session of the pool has run `1`.
- `fold_wall_s`: `close` of a Session in a warm pool, the next one, and its first `1`: what stands between two folds.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from mlpilot.sandbox.memory import resident
from mlpilot.sandbox.protocol import CellResult, Limits, Pool, Sandbox, Session

IMPORTS = "import pandas, sklearn"
WARMED = Limits(memory_bytes=2**31)
PRINTED = 24 * 2**20
"""Bytes after which a Cell is cut off: enough that the rate is seen, and not only the time to begin and to end."""
FLOOD = "line = 'x' * 999\nwhile True:\n    print(line)"
SUICIDE = """
import os, time
at = time.monotonic() + 0.2
print(at, flush=True)
time.sleep(at - time.monotonic())
os.kill(os.getpid(), 9)
"""
PAUSE = 0.3
"""Seconds that a spare kernel has to come up before the next try: a fold lasts longer."""


def measure(sandbox: Sandbox, times: int) -> dict[str, float]:
    """All figures of one sandbox, from `times` cold starts and three times as many of what is quick."""
    found = cold(sandbox, times)
    with sandbox.pool(WARMED, preload=IMPORTS) as pool:
        found["warm_first_cell_s"] = tried(3 * times, lambda: from_pool(pool, IMPORTS))
        with pool.session() as session:
            good(session.run("1"))
            found["round_trip_s"] = tried(20 * times, lambda: seconds(lambda: good(session.run("1+1"))))
            found["interrupt_s"] = tried(times, lambda: interrupt(session))
        found["replace_s"] = tried(times, lambda: replace(pool))
        found["fold_wall_s"] = fold_walls(pool, 3 * times)
    return found | output(sandbox, max(1, times // 2))


def tried(times: int, what: Callable[[], float]) -> float:
    """The median of `what`, called so many times."""
    return median(what() for _ in range(times))


def seconds(what: Callable[[], object]) -> float:
    """How long `what` takes."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def good(result: CellResult, *expected: str) -> CellResult:
    """`result`, if it is one of `expected`, or else `ok`. Raises `RuntimeError`."""
    if result.status not in (expected or ("ok",)):
        raise RuntimeError(f"a Cell ended with {result.status}: {result.error}")
    return result


def cold(sandbox: Sandbox, times: int) -> dict[str, float]:
    """Sandboxes opened one after the other, and a first Cell in each."""
    ready, first = [], []
    for _ in range(times):
        began = time.perf_counter()
        with sandbox.open(WARMED) as session:
            ready.append(time.perf_counter() - began)
            good(session.run(IMPORTS))
            first.append(time.perf_counter() - began)
    return {"session_ready_s": median(ready), "first_cell_s": median(first)}


def from_pool(pool: Pool, code: str) -> float:
    """A Session and its first Cell, where the spare kernel has had its time."""
    time.sleep(PAUSE)
    began = time.perf_counter()
    with pool.session() as session:
        good(session.run(code))
        return time.perf_counter() - began


def interrupt(session: Session) -> float:
    """From the interrupt of an endless loop to its result."""
    told: list[float] = []
    running = threading.Event()

    def stop() -> None:
        running.wait(10)
        time.sleep(0.05)
        told.append(time.perf_counter())
        session.interrupt()

    thread = threading.Thread(target=stop)
    thread.start()
    good(session.run("print('on', flush=True)\nwhile True: pass", on_output=lambda _: running.set()), "error")
    ended = time.perf_counter()
    thread.join()
    return ended - told[0]


def replace(pool: Pool) -> float:
    """From the death of a kernel to the end of a Cell in the next Session. The kernel says when it will kill itself, by
    the machine's clock."""
    time.sleep(PAUSE)
    session = pool.session()
    died = float(good(session.run(SUICIDE), "killed").stdout)
    session.close()
    with pool.session() as session:
        good(session.run("1"))
        return time.monotonic() - died


def fold_walls(pool: Pool, times: int) -> float:
    """Between the end of what one fold ran and the first word of the next; each fold lasts long enough for a spare."""
    took = []
    session = pool.session()
    for _ in range(times):
        good(session.run(f"import time\ntime.sleep({PAUSE})"))
        began = time.perf_counter()
        session.close()
        session = pool.session()
        good(session.run("1"))
        took.append(time.perf_counter() - began)
    session.close()
    return median(took)


def output(sandbox: Sandbox, times: int) -> dict[str, float]:
    """Cells that print without end."""
    rates, growths = [], []
    with sandbox.pool(Limits(memory_bytes=2**31, output_bytes=PRINTED)) as pool:
        for _ in range(times):
            with pool.session() as session:
                good(session.run("1"))
                before = _forget_peak()
                began = time.perf_counter()
                result = good(session.run(FLOOD, timeout=120), "too_much_output")
                took = time.perf_counter() - began
                growths.append(_peak() - before)
                rates.append(len(result.stdout) / took / 1e6)
                del result
    return {"output_mb_per_s": median(rates), "host_growth_mb": max(growths) / 1e6}


def _forget_peak() -> int:
    """Make the kernel forget how large this process has been; its size now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return resident(os.getpid())


def _peak() -> int:
    """The largest size of this process since then, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
