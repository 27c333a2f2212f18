"""Sessions from a clean zygote, one spare kernel ahead of need: the promises of `protocol.Pool`, for every backend.

Where the kernel's Landlock is strong enough, all Sessions of a Pool come from one sandbox: each kernel locks itself in,
and everything that it could touch is gone before the next is handed out. Where it is not, each Session gets a sandbox
of its own, the next one starting while this one works: slower, and as well walled.

What is left is what the kernel of a shared machine remembers of processes that are gone: which pages of readable
files are in the page cache, and how far the counters of process ids and of inodes have gone. Calls that drop pages are
refused (`inside.seccomp`), reading cannot be: code that is written for it can pass notes there. Only a machine, or a
copy of all files, for each Session would close this.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from mlpilot.sandbox.box import Box
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.kernel import Kernel, KernelGone
from mlpilot.sandbox.protocol import CellResult, Output
from mlpilot.sandbox.session import KernelSession

_READY_SECONDS = 30.0
_TRIES = 3
_LANDLOCK = 1
"""From this version on a kernel can lock itself in."""
_LANDLOCK_SIGNALS = 6
"""From this version on a kernel cannot signal its siblings: a spare may live beside a Session."""


class ZygotePool:
    """A `Pool` over boxes that `start` opens."""

    def __init__(self, start: Callable[[], Box]) -> None:
        self._start = start
        self._box: Box | None = None
        self._next_box: Box | None = None
        self._spare: Kernel | None = None
        self._session: PoolSession | None = None
        self._closed = False
        try:
            self._prepare(self._ready_box())
        except BaseException:  # nobody would close it, were it only an impatient person's Ctrl-C
            self.close()
            raise

    def session(self) -> "PoolSession":
        """See `Pool.session`. Raises `NoSandboxError` when no kernel can be had, `RuntimeError` while one is open."""
        if self._closed or self._session is not None:
            raise RuntimeError("the pool is closed" if self._closed else "close the pool's open Session first")
        for _ in range(_TRIES):
            box = self._ready_box()
            kernel, self._spare = self._spare or box.fork(), None
            if _becomes_ready(box, kernel):
                if box.landlock >= _LANDLOCK_SIGNALS:
                    self._spare = box.fork()
                self._session = PoolSession(self, box, kernel)
                return self._session
            words = box.walls.last_words()
            kernel.close()
            self._drop_box()
        raise NoSandboxError(f"the sandbox starts, but no kernel in it answers: {' '.join(words.split())[-1500:]}")

    def _ready_box(self) -> Box:
        if self._box is None or not self._box.alive:
            self._drop_box()
            self._box, self._next_box = self._next_box or self._start(), None
            self._box.wait_ready()
        return self._box

    def _prepare(self, box: Box) -> None:
        """Have the next kernel on its way."""
        if box.landlock >= _LANDLOCK:
            self._spare = self._spare or box.fork()
        elif self._next_box is None:
            self._next_box = self._start()

    def _drop_box(self) -> None:
        if self._spare is not None:
            self._spare.close()
            self._spare = None
        if self._box is not None:
            self._box.close()
            self._box = None

    def release(self, session: "PoolSession") -> None:
        """A Session is over: wipe out what it left, and have the next one on its way."""
        if self._session is not session:
            return
        self._session = None
        box = session.box
        spares = [self._spare] if self._spare else []
        if box.landlock < _LANDLOCK or not box.alive or not box.sweep(keep=spares):
            self._drop_box()
        if not self._closed:
            if self._box is None:
                self._box, self._next_box = self._next_box or self._start(), None
            else:
                self._prepare(self._box)

    def close(self) -> None:
        """See `Pool.close`."""
        self._closed = True
        self._drop_box()
        if self._next_box is not None:
            self._next_box.close()
            self._next_box = None
        if self._session is not None:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _becomes_ready(box: Box, kernel: Kernel) -> bool:
    deadline = time.monotonic() + _READY_SECONDS
    with contextlib.suppress(KernelGone):
        while not kernel.wait_ready(box.walls.channel.fileno(), deadline):
            if box.exit_code(kernel) is not None or time.monotonic() > deadline:
                return False
        return True
    return False


class PoolSession(KernelSession):
    """A Session that gives its place back to the pool when it is closed."""

    def __init__(self, pool: ZygotePool, box: Box, kernel: Kernel) -> None:
        super().__init__(box, kernel)
        self._pool = pool

    def close(self) -> None:
        super().close()
        self._pool.release(self)


class OwnSession:
    """A Session with a sandbox of its own, both closed together (`Sandbox.open`)."""

    def __init__(self, pool: ZygotePool) -> None:
        self._pool = pool
        try:
            self._session = pool.session()
        except BaseException:
            pool.close()
            raise

    def run(
        self,
        code: str,
        *,
        timeout: float | None = None,
        buffers: Sequence[bytes | memoryview] = (),
        on_output: Callable[[Output], None] | None = None,
        buffer_bytes: int | None = None,
    ) -> CellResult:
        return self._session.run(code, timeout=timeout, buffers=buffers, on_output=on_output, buffer_bytes=buffer_bytes)

    def interrupt(self) -> bool:
        return self._session.interrupt()

    def kill(self) -> bool:
        return self._session.kill()

    def put(self, name: str, data: bytes) -> None:
        self._session.put(name, data)

    def get(self, name: str, *, max_bytes: int) -> bytes:
        return self._session.get(name, max_bytes=max_bytes)

    def close(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self._pool.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
