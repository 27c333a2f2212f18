"""Start a zygote as a process of this machine, and processes in general from one thread that lasts.

A child that asks to die with its parent (`PR_SET_PDEATHSIG`, bubblewrap's `--die-with-parent`) dies with the *thread*
that started it; a pool opened in a short-lived worker thread would be gone with the worker.
"""

import contextlib
import pwd
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import IO

_LOWEST_USER, _HIGHEST_USER = 0x1000, 0x7FFFFFFF
_OTHERS_BELOW = 0x70000000
"""Users below are given out by systems, users above by nobody; taken where the user namespace has them."""


@cache
def _starter() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="mlpilot-spawn")


def spawn(
    command: Sequence[str],
    *,
    pass_fds: Sequence[int],
    stderr: IO[bytes],
    env: Mapping[str, str],
    new_session: bool = False,
) -> "subprocess.Popen[bytes]":
    """`subprocess.Popen` with silent input and output, started by the lasting thread. Raises `OSError`."""
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
            start_new_session=new_session,
        )
        .result()
    )


class ZygoteProcess:
    """A zygote that was started here, the host's end of the talk with it, and what it writes to its standard error."""

    def __init__(
        self,
        before: Sequence[str],
        *,
        env: Mapping[str, str],
        pass_fds: Sequence[int] = (),
        new_session: bool = False,
        python: str = sys.executable,
    ) -> None:
        """Run `before` (walls that take a command), then the zygote. Raises `OSError`."""
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is destroyed
        self.channel, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with inner:
            zygote = [python, "-s", "-P", "-m", "mlpilot.sandbox.inside.zygote", f"fd:{inner.fileno()}"]
            fds = (inner.fileno(), *pass_fds)
            self._process = spawn(
                [*before, *zygote], pass_fds=fds, stderr=self._words, env=env, new_session=new_session
            )
        self.pid = self._process.pid

    def last_words(self) -> str:
        """See `box.Walls.last_words`."""
        if self._words.closed:
            return ""
        self._words.seek(0)
        return self._words.read(65536).decode(errors="replace")

    def destroy(self) -> None:
        """End it, and forget its words. Safe to call twice."""
        self._process.kill()
        self._process.wait()
        self._words.close()


def unused_user() -> int:
    """A user (and group) that no process and no account has, to become for good. Raises `OSError` without any."""
    users, groups = (_mapped(Path(f"/proc/self/{kind}_map").read_text()) for kind in ("uid", "gid"))
    first = max(users[0], groups[0])
    room = min(users[1], groups[1]) - first
    if room <= 0:
        raise OSError("this user namespace has no user to spare")
    taken = {account.pw_uid for account in pwd.getpwall()}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            taken.add(entry.stat().st_uid)
    while (user := first + secrets.randbelow(room)) in taken:
        pass
    return user


def _mapped(text: str) -> tuple[int, int]:
    """The range of ids of a user namespace to choose from: what lies above those that systems give out, if it can."""
    ranges = [(int(start), int(start) + int(count)) for start, _, count in map(str.split, text.splitlines())]
    first, end = max(ranges, key=lambda pair: pair[1] - pair[0])
    first, end = max(first, _LOWEST_USER), min(end, _HIGHEST_USER)
    return (max(first, _OTHERS_BELOW), end) if end > _OTHERS_BELOW else (first, end)
