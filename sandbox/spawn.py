"""Start processes from one thread that lasts.

A child that asks to die with its parent (`PR_SET_PDEATHSIG`, bubblewrap's `--die-with-parent`) dies with the *thread*
that started it; a pool opened in a short-lived worker thread would be gone with the worker.
"""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import IO


@cache
def _starter() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="mlpilot-spawn")


def spawn(
    command: Sequence[str], *, pass_fds: Sequence[int], stderr: IO[bytes], env: dict[str, str]
) -> "subprocess.Popen[bytes]":
    """`subprocess.Popen` with silent input and output, started by the lasting thread. Raises `OSError`.

    It leads a session of its own: the terminal's Ctrl-C is for this program, which knows what to stop.
    """
    return (
        _starter()
        .submit(
            subprocess.Popen,
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            pass_fds=tuple(pass_fds),
            env=env,
            start_new_session=True,
        )
        .result()
    )
