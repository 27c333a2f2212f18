"""Runs cases in one sandbox, in a process of its own: should a cell bring the host down, it is only this one.

Reads one job a line from standard input, and answers each with one line (`told`).
"""

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from mlpilot.evals.hostile.cases import PREAMBLE
from mlpilot.evals.hostile.measures import LIMITS, LOOK, LOOK_AT_FILES, MOST_BYTES, forget_peak, peak
from mlpilot.evals.hostile.told import Fetched, Told, kept
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.protocol import Mount, Pool, Session


def main(backend: str, data: str) -> None:
    """Run what standard input says. `data` is a folder that each cell finds mounted."""
    mount = Mount(Path(data), "/mnt/data")
    sandbox = choose(backend)
    print(json.dumps({"ready": sandbox.inside(mount)}), flush=True)
    with sandbox.pool(LIMITS, [mount]) as pool:
        for line in sys.stdin:
            print(run(pool, json.loads(line)).line(), flush=True)
    print(json.dumps({"closed": leftovers()}), flush=True)


def run(pool: Pool, job: dict[str, Any]) -> Told:
    """Run one case in a clean session, fetch what it says, and look at what the next session finds."""
    shown: list[str] = []
    with pool.session() as session:
        session.run(PREAMBLE.format(names=job["names"]))
        forget_peak()
        before = peak()
        result = session.run(job["source"], timeout=job["timeout"], on_output=lambda output: shown.append(output.text))
        error = [result.error.type, result.error.message, result.error.traceback] if result.error else []
        told = Told(
            result.status,
            result.seconds,
            [result.stdout, result.stderr, *error, "".join(shown), *result.buffers],
            {name: kept(data) for name, data in result.buffers.items()},
            state_lost=result.state_lost,
        )
        told.fetched = [_fetch(session, name) for name in job["gets"]]
        told.texts += [fetched.detail for fetched in told.fetched]
        if not told.state_lost and not job["gets"]:
            answer = session.run("print(6 * 7)", timeout=20)
            told.state_lost = answer.state_lost
            if job["kept"] and answer.stdout != "42\n":
                told.after = f"the session said {answer.stdout[:80]!r} to 6 * 7 ({answer.status})"
    with pool.session() as session:
        answer = session.run("print(6 * 7)", timeout=20)
        if (answer.status, answer.stdout) != ("ok", "42\n"):
            told.after = f"the next session said {answer.stdout[:80]!r} to 6 * 7 ({answer.status})"
        told.next = session.run(LOOK_AT_FILES + LOOK, timeout=30).stdout
        if job["next"]:
            told.next += session.run(PREAMBLE.format(names=job["names"]) + job["next"], timeout=30).stdout
    told.growth = peak() - before
    return told


def _fetch(session: Session, name: str) -> Fetched:
    try:
        data = session.get(name, max_bytes=MOST_BYTES)
    except (ValueError, FileNotFoundError) as error:
        return Fetched(name, "refused", f"{type(error).__name__}: {error}")
    return Fetched(name, "bytes", "", kept(data), len(data))


def leftovers() -> list[str]:
    """What of this process's there is on the host, once its pool is closed: folders, groups, containers, processes."""
    from mlpilot.sandbox.folder import owner
    from mlpilot.sandbox.memory import tree

    found = [str(path) for path in Path("/tmp").glob(f"mlpilot-{owner()}-*")]
    found += [str(path) for path in Path("/sys/fs/cgroup").rglob(f"mlpilot-{owner()}-*")]
    found += [f"process {pid}" for pid in tree(os.getpid()) - {os.getpid()} if _lives(pid)]
    with contextlib.suppress(Exception):
        from mlpilot.sandbox.docker import connect

        label = {"label": f"mlpilot.owner={owner()}"}
        found += [f"container {one.name}" for one in connect().containers.list(all=True, filters=label)]
    return found


def _lives(pid: int) -> bool:
    time.sleep(0.05)
    return Path(f"/proc/{pid}").exists()


if __name__ == "__main__":
    main(*sys.argv[1:])
