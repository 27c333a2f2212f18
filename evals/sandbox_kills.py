"""Kill a program amid its use of a sandbox, start mlpilot again, and look for what is left.

The program (`evals.sandbox_victim`) opens sandboxes, runs Cells with daemons in them, and closes them, over and over.
At a random moment it is killed in one of three ways: the process; its whole process group; or, first, the outer process
of its sandbox, and it itself a moment later. Then `mlpilot exec` runs `1`, and of the dead program there may be left no
process, container, volume, control group, folder, socket, or name in shared memory.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from mlpilot.evals.command import ask, say
from mlpilot.evals.memory import containers, tree
from mlpilot.evals.sandbox_traces import Named, alive, carrying, engine, processes, things, volumes
from mlpilot.sandbox.folder import process_start

WAYS = ("process", "group", "outer")
LONGEST = 4.0
"""Seconds from the first word of the program, within which it is killed."""
SETTLED_SECONDS = 5.0
"""For the last process to end, and for its parent to collect it."""


def measure(name: str, kills: int, seed: int) -> dict[str, Any]:
    """So many kills: `clean` ones, and for each the way, the phase and what was left."""
    dice = random.Random(seed)
    client = engine() if name == "docker" else None
    before = volumes(client)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "one.py").write_text("1\n")
        for number in range(kills):
            way, moment = WAYS[number % len(WAYS)], dice.uniform(0.0, LONGEST)
            found.append(killed(name, way, moment, Path(folder), client))
            left = ", ".join(found[-1]["left"]) or "nothing left"
            say(f"{name}: {way} killed in {found[-1]['phase']} after {moment:.2f} s: {left}")
    more = sorted(volumes(client) - before)
    return {"kills": kills, "clean": sum(not kill["left"] for kill in found), "volumes": more, "moments": found}


def killed(name: str, way: str, moment: float, folder: Path, client: Any) -> dict[str, Any]:
    """Start the program, kill it, start mlpilot again, look."""
    marker = f"victim-{os.getpid()}-{random.getrandbits(48):x}"
    command = [sys.executable, "-m", "mlpilot.evals.sandbox_victim", name, marker]
    # What it complains of when its sandbox is killed below it is not news.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as victim:
        assert victim.stdout is not None
        phases = [victim.stdout.readline().strip()]
        if not phases[0]:
            raise RuntimeError(f"{' '.join(command)} does not start")
        owner = f"{victim.pid}-{process_start(victim.pid)}-"
        time.sleep(moment)
        victims = processes(victim.pid)
        strike(victim, way)
        phases += victim.stdout.read().split()
    answer = ask("exec", folder / "one.py", "--sandbox", name, home=folder / "home")
    wrong = [] if answer.json.get("status") == "ok" else [f"the next start failed: {answer.said.strip()[-200:]}"]
    return {"way": way, "after": moment, "phase": phases[-1], "left": wrong + remains(victims, owner, marker, client)}


def strike(victim: "subprocess.Popen[str]", way: str) -> None:
    """SIGKILL, in the way that was drawn."""
    if way == "outer":
        for outer in outers(victim.pid):
            try:
                os.kill(outer, signal.SIGKILL)
            except ProcessLookupError:  # it has ended meanwhile
                continue
        time.sleep(0.1)
    if way == "group":
        os.killpg(victim.pid, signal.SIGKILL)
    victim.kill()


def outers(victim: int) -> list[int]:
    """The first process of each of its sandboxes: its own children, and those of containers."""
    return [process for process in tree(victim) if parent(process) == victim] + containers(victim)


def parent(process: int) -> int:
    """0 where the process has ended."""
    try:
        return int(Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[1])
    except OSError:
        return 0


def remains(victims: set[Named], owner: str, marker: str, client: Any) -> list[str]:
    """What is still there, once it has had a moment to go."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while True:
        left = {f"process {pid} of it" for pid, _ in alive(victims)}
        left |= {f"process {pid} that a Cell started" for pid in carrying(marker)} | things(owner, marker, client)
        if not left or time.monotonic() > deadline:
            return sorted(left)
        time.sleep(0.1)
