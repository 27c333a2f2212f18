"""A program that uses a sandbox in every way, over and over, until it is killed. It says what it is about to do."""

import sys

from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.protocol import Limits

LIMITS = Limits(memory_bytes=2**30)
CELL = """
import os, subprocess, time
open("file", "w").write("x")
open("/dev/shm/{marker}", "w").write("x")
subprocess.Popen(["sh", "-c", "sleep 1000; : {marker}"])
if os.fork() == 0:
    os.setsid()
    os.execvp("sh", ["sh", "-c", "trap '' HUP INT TERM; sleep 1000; : {marker}"])
time.sleep({seconds})
"""


def main(name: str, marker: str) -> None:
    """Never ends. `marker` stands in the command lines of what its Cells start."""
    sandbox = choose(name)
    cell = CELL.format(marker=marker, seconds=0.2)
    while True:
        say("open")
        with sandbox.open(LIMITS) as session:
            say("cell")
            session.run(cell)
            say("close")
        say("pool")
        with sandbox.pool(LIMITS, preload="import numpy") as pool:
            for _ in range(3):
                with pool.session() as session:
                    say("fold")
                    session.run(cell)
                    say("wipe")


def say(phase: str) -> None:
    print(phase, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
