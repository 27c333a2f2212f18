"""Sessions opened and closed in a row: what is left of them afterwards, and how the host's memory goes.

Nine of ten come from one pool, as folds do, the tenth is a `Sandbox.open` of its own, as `mlpilot exec` has it. Each
runs a Cell; some leave a process, files and shared memory behind, and some kill their kernel. What is counted at the
end must be what was counted after the first few, when all has been opened once.
"""

import gc
import os
import time
from collections import Counter
from typing import Any

from mlpilot.evals.command import say
from mlpilot.evals.sandbox_traces import carrying, engine, own, things, volumes
from mlpilot.sandbox.protocol import Limits, Pool, Sandbox, Session

LIMITS = Limits(memory_bytes=2**30)
OPEN_EVERY = 10
"""One Session in so many has a sandbox of its own."""
WARM_UP = 10
"""Sessions before anything is counted: allocators, caches and thread pools have their size then."""
GROWTH = 8192
"""Bytes of the host's memory that a Session may cost for good, by the slope over all of them."""
SETTLED_SECONDS = 10.0
COUNTED = ("descriptors", "threads", "processes")
LITTER = """
import os
open("file", "w").write("x")
if os.fork() == 0:
    os.setsid()
    os.execvp("sh", ["sh", "-c", "sleep 1000; : {marker}"])
"""


def measure(sandbox: Sandbox, times: int) -> dict[str, Any]:
    """`times` Sessions, `opened` or `from_pool`: what is `left`, the host's bytes for each (`growth`), `seconds`."""
    marker = f"mlpilot-eval-{os.getpid()}"
    client = engine() if sandbox.name == "docker" else None
    owner = f"{os.getpid()}-"
    others = things(owner, marker, client) | volumes(client)
    resident = []
    with sandbox.pool(LIMITS) as pool:
        for number in range(WARM_UP):
            one(sandbox, pool, number, marker)
        before, there = settled(None), kinds(things(owner, marker, client))
        began = time.monotonic()
        for number in range(times):
            one(sandbox, pool, number, marker)
            resident.append(own()["resident"])
            if (number + 1) % 100 == 0:
                say(f"{sandbox.name}: {number + 1} sessions, {resident[-1] / 2**20:.0f} MiB")
        seconds = time.monotonic() - began
        after, still = settled(before), kinds(things(owner, marker, client))
    left = [f"{count} more of: {kind}" for kind, count in (still - there).items()]
    # The engine's client keeps a connection or two for its next question.
    more = {what: after[what] - before[what] - 2 * (what == "descriptors" and client is not None) for what in COUNTED}
    left += [f"{count} {what}" for what, count in more.items() if count > 0]
    left += sorted((things(owner, marker, client) | volumes(client)) - others)
    left += [f"process {process}" for process in carrying(marker)]
    opened = sum(map(own_sandbox, range(times)))
    found = {"sessions": times, "opened": opened, "from_pool": times - opened, "left": left, "growth": slope(resident)}
    return found | {"resident": [before["resident"], after["resident"]], "seconds": seconds}


def one(sandbox: Sandbox, pool: Pool, number: int, marker: str) -> None:
    """One Session, from open to close. Raises `RuntimeError` when its Cell does not end as it should."""
    with sandbox.open(LIMITS) if own_sandbox(number) else pool.session() as session:
        leave(session, number, marker)


def own_sandbox(number: int) -> bool:
    return number % OPEN_EVERY == OPEN_EVERY - 1


def leave(session: Session, number: int, marker: str) -> None:
    """Run a Cell that, by its number, leaves nothing, or a daemon and files, or dies."""
    code, expected = "1 + 1", "ok"
    if number % 3 == 1:
        code, expected = LITTER.format(marker=marker), "ok"
    elif number % 7 == 3:
        code, expected = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed"
    result = session.run(code, timeout=60)
    if result.status != expected:
        raise RuntimeError(f"session {number} ended with {result.status}: {result.error}")


def settled(goal: dict[str, int] | None) -> dict[str, int]:
    """What is counted once it has come down to `goal`, or has had its time to."""
    deadline = time.monotonic() + (SETTLED_SECONDS if goal else 1.0)
    while True:
        gc.collect()
        found = own()
        if time.monotonic() > deadline or (goal and all(found[what] <= goal[what] for what in COUNTED)):
            return found
        time.sleep(0.1)


def kinds(found: set[str]) -> Counter[str]:
    """How many there are of each kind: names differ from one Session to the next."""
    return Counter(name.partition(" ")[0] for name in found)


def slope(values: list[int]) -> float:
    """Least-squares slope of `values` over their positions; 0 of fewer than two."""
    count = len(values)
    middle, mean = (count - 1) / 2, sum(values) / max(count, 1)
    spread = sum((position - middle) ** 2 for position in range(count))
    return (
        sum((position - middle) * (value - mean) for position, value in enumerate(values)) / spread if spread else 0.0
    )
