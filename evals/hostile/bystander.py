"""A process of the host that minds its own business: it holds secrets, and writes down every signal that it is sent."""

import json
import os
import signal
import sys
from pathlib import Path


def main(log: str) -> None:
    """Wait for ever. The secrets: one in the arguments, one in the environment, one read from standard input."""
    kept = json.loads(sys.stdin.readline())

    def note(number: int, _frame: object) -> None:
        with Path(log).open("a") as file:
            print(number, file=file)

    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        signal.signal(number, note)
    print(os.getpid(), len(kept), flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
