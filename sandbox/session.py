"""One live kernel as a `Session`: cells, interrupts, files, and a typed end for everything that can go wrong."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from mlpilot.sandbox.box import Box
from mlpilot.sandbox.cell import Cell
from mlpilot.sandbox.kernel import Kernel, KernelGone
from mlpilot.sandbox.memory import resident
from mlpilot.sandbox.protocol import CellError, CellResult, CellStatus, Output

_GRACE_SECONDS = 3.0
_OOM_SECONDS = 1.0
_POLL_SECONDS = 0.25
_SWELLING_BYTES = 2**30
"""How much this process may grow while a Cell runs, beyond what the Cell has sent."""

_PUT = """\
import os as _os
_fd = _os.open({name!r}, _os.O_WRONLY | _os.O_CREAT | _os.O_TRUNC | _os.O_NOFOLLOW, 0o600)
with _os.fdopen(_fd, "wb") as _file:
    for _part in received_buffers():
        _file.write(_part)
del _os, _fd, _file, _part
"""
_GET = """\
import os as _os, stat as _stat
_fd = _os.open({name!r}, _os.O_RDONLY | _os.O_NOFOLLOW | _os.O_NONBLOCK)
with _os.fdopen(_fd, "rb") as _file:
    _status = _os.fstat(_fd)
    if not _stat.S_ISREG(_status.st_mode) or _status.st_size > {max_bytes}:
        raise ValueError("not a plain file of at most {max_bytes} bytes")
    send_buffer("file", _file.read({max_bytes}))
del _os, _stat, _fd, _file, _status
"""


class KernelSession:
    """A `Session` over one kernel of a box."""

    def __init__(self, box: Box, kernel: Kernel) -> None:
        self.box = box
        self._kernel = kernel
        self._lost: CellStatus | None = None
        self._closed = False
        self._running = threading.Lock()

    def run(
        self,
        code: str,
        *,
        timeout: float | None = None,
        buffers: Sequence[bytes | memoryview] = (),
        on_output: Callable[[Output], None] | None = None,
        buffer_bytes: int | None = None,
    ) -> CellResult:
        """See `Session.run`. One Cell at a time; on a dead kernel it returns what the kernel died of."""
        if self._closed:
            raise RuntimeError("the Session is closed")
        if self._lost is not None:
            return _after_death(self._lost)
        limits = self.box.limits
        if buffer_bytes is not None:
            limits = replace(limits, buffer_bytes=min(buffer_bytes, limits.buffer_bytes))
        with self._running:
            try:
                cell = Cell(self._kernel.execute(code, buffers), limits, on_output)
            except KernelGone:
                result = self._gone(Cell("", limits, on_output), None)
            else:
                result = self._follow(cell, timeout)
        if result.state_lost:
            self._lost = result.status
        return result

    def _follow(self, cell: Cell, timeout: float | None) -> CellResult:
        """Watch the Cell until it ends, or must be ended."""
        deadline = float("inf") if timeout is None else cell.started + timeout
        before = resident(os.getpid())
        cut: CellStatus | None = None
        while not cell.finished:
            now = time.monotonic()
            if cut is None and (cell.excess or now >= deadline):
                cut = "too_much_output" if cell.excess else "timeout"
                deadline = now + _GRACE_SECONDS
                cell.interrupted = True
                self.box.interrupt(self._kernel)
            elif cut is not None and now >= deadline:
                self.box.kill(self._kernel)
                return cell.result(cut, state_lost=True)
            self._kernel.wait(self.box.walls.channel.fileno(), min(deadline - now, _POLL_SECONDS))
            try:
                swollen = self._take_in(cell, deadline, before)
            except KernelGone:
                return self._gone(cell, cut)
            if self.box.exit_code(self._kernel) is not None:
                return self._gone(cell, cut)
            if swollen:
                self.box.kill(self._kernel)
                self._kernel.close()
                return cell.result("too_much_output", state_lost=True)
        if cut is None and cell.excess:
            cut = "too_much_output"
        if cut is None and cell.error is not None and self.box.walls.out_of_memory():
            cut = "out_of_memory"
        return cell.result(cut)

    def _take_in(self, cell: Cell, deadline: float, before: int) -> bool:
        """Take in what has arrived; whether this process has grown from `before` bytes by more than that explains.

        A Cell that writes to its sockets past ZeroMQ can begin a message and never end it; ZeroMQ bounds the size of a
        message's parts and not their number, and would keep them all, here. The clock and the memory are looked at
        after each message, since reading one takes a while where it is made for that.
        """
        had_enough = cell.excess
        for message in self._kernel.messages():
            if message is not None:
                cell.take(message)
            if resident(os.getpid()) > before + 3 * cell.bytes + _SWELLING_BYTES:
                return True
            if time.monotonic() >= deadline or cell.excess > had_enough:
                return False
        return resident(os.getpid()) > before + 3 * cell.bytes + _SWELLING_BYTES

    def _gone(self, cell: Cell, cut: CellStatus | None) -> CellResult:
        """The kernel is dead or has hung up: say of what."""
        until = time.monotonic() + _OOM_SECONDS
        while self.box.exit_code(self._kernel) is None and time.monotonic() < until:
            self.box.pump(0.05)
        hung_up = self.box.exit_code(self._kernel) is None
        if hung_up:
            self.box.kill(self._kernel)
        cause = self._cause()
        while not hung_up and cause is None and time.monotonic() < until:
            time.sleep(0.02)
            cause = self._cause()
        if cause is not None:
            return cell.result(cause, state_lost=True)
        return cell.result(cut or ("too_much_output" if hung_up else "killed"), state_lost=True)

    def _cause(self) -> CellStatus | None:
        """Which limit of the sandbox a process was killed for."""
        if self.box.disk_full():
            return "disk_full"
        return "out_of_memory" if self.box.walls.out_of_memory() else None

    def interrupt(self) -> None:
        """See `Session.interrupt`. Does nothing when no Cell is running."""
        if self._running.locked():
            self.box.interrupt(self._kernel)

    def put(self, name: str, data: bytes) -> None:
        """See `Session.put`. `name` is a plain file name. Raises `OSError` when it could not be written."""
        _check_name(name)
        result = self.run(_PUT.format(name=name), buffers=[data], timeout=60)
        if result.status != "ok":
            raise OSError(f"{name} could not be written in the sandbox: {_reason(result)}")

    def get(self, name: str, *, max_bytes: int) -> bytes:
        """See `Session.get`. What comes back is whatever the sandbox says the file holds."""
        _check_name(name)
        result = self.run(_GET.format(name=name, max_bytes=int(max_bytes)), timeout=60)
        data = result.buffers.get("file")
        if result.status == "ok" and data is not None and len(data) <= max_bytes:
            return data
        if result.error is not None and result.error.type == "FileNotFoundError":
            raise FileNotFoundError(f"{name} is not in the sandbox")
        raise ValueError(f"{name} was refused: {_reason(result)}")

    def close(self) -> None:
        """See `Session.close`. The box ends the processes."""
        if not self._closed:
            self._closed = True
            self._kernel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_name(name: str) -> None:
    if not name or "/" in name or "\0" in name or name in (".", ".."):
        raise ValueError(f"{name!r} is not a plain file name")


def _reason(result: CellResult) -> str:
    return f"{result.error.type}: {result.error.message}" if result.error else result.status


def _after_death(status: CellStatus) -> CellResult:
    message = f"the kernel ended earlier ({status}) and its state is lost; open a new Session"
    return CellResult("killed", error=CellError("DeadKernel", message, ""), state_lost=True)
