"""Try the walls that Landlock makes: a process locks itself in as a zygote and a kernel do, and says what it still can.

Run by the host for its probe. The last line of its output is what failed to hold; empty, all of it held.
"""

import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from mlpilot.sandbox.inside import lock, zygote


def _holes(config: dict[str, Any]) -> list[str]:
    """What can be done that must not be possible, and what cannot that must be."""
    holes = []
    canary, scratch = Path(config["canary"]), Path(config["scratch"])
    with contextlib.suppress(OSError):
        canary.read_bytes()
        holes.append("a file of yours could be read")
    with contextlib.suppress(OSError):
        os.truncate(canary, 0)
        holes.append("a file of yours could be cut")
    with contextlib.suppress(OSError):
        canary.with_name("new").write_text("x")
        holes.append("a file could be written beside scratch")
    with contextlib.suppress(OSError):
        socket.socket().close()
        holes.append("a socket could be made")
    with contextlib.suppress(OSError):
        os.kill(os.getppid(), signal.SIGCONT)
        holes.append("a process of yours could be signalled")
    try:
        (scratch / "own").write_text("x")
        Path(os.__file__).read_bytes()
    except OSError as error:
        holes.append(f"what it needs is refused: {error}")
    return holes


def main(config: dict[str, Any]) -> None:
    """Lock in, try, and tell."""
    zygote.become(config["uid"], config["read"], Path(config["scratch"]))
    lock.enclose(read=config["read"], scratch=config["scratch"])
    lock.lock(read=config["read"], scratch=config["scratch"], shared_memory=False, without=config["without"])
    print(json.dumps(_holes(config)))


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except (OSError, RuntimeError) as failure:
        print(json.dumps([str(failure)]))
