"""One live kernel as a `Session`: cells, interrupts, files, and a typed end for everything that can go wrong."""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from mlpilot.sandbox.box import Box
from mlpilot.sandbox.cell import Cell
from mlpilot.sandbox.ending import Ending, Step, Wish
from mlpilot.sandbox.kernel import Kernel, KernelGone
from mlpilot.sandbox.memory import resident
from mlpilot.sandbox.protocol import CellError, CellResult, CellStatus, Limits, Output

_DYING_SECONDS = 2.0
"""What a kernel whose connection broke has to be dead: on a busy machine it closes its sockets long before that."""
_POLL_SECONDS = 0.25
_HURRIED_SECONDS = 0.02
"""How soon is looked again while this process swells: a Cell can send more than a gigabyte in a second."""
_SWELLING_BYTES = 2**30
"""How much this process may grow while a Cell runs, beyond what the Cell has sent."""

_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})
"""What native code that crashes dies of."""

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
        self._wish: Wish | None = None

    def run(
        self,
        code: str,
        *,
        timeout: float | None = None,
        buffers: Sequence[bytes | memoryview] = (),
        on_output: Callable[[Output], None] | None = None,
        buffer_bytes: int | None = None,
    ) -> CellResult:
        """See `Session.run`. One Cell at a time; on a dead kernel it returns what the kernel died of.

        Whatever `on_output` raises, or a signal's handler, ends the kernel, since nobody is left to follow the Cell.
        """
        if self._closed:
            raise RuntimeError("the Session is closed")
        if self._lost is not None:
            return _after_death(self._lost)
        limits = self.box.limits
        if buffer_bytes is not None:
            limits = replace(limits, buffer_bytes=min(buffer_bytes, limits.buffer_bytes))
        with self._running, Wish() as self._wish:
            try:
                result = self._run(code, timeout, buffers, limits, on_output, self._wish)
            except BaseException:
                self._lost = "killed"
                self.box.kill(self._kernel)
                raise
            finally:
                self._wish = None
        if result.state_lost:
            self._lost = result.status
        return result

    def _run(
        self,
        code: str,
        timeout: float | None,
        buffers: Sequence[bytes | memoryview],
        limits: Limits,
        on_output: Callable[[Output], None] | None,
        wish: Wish,
    ) -> CellResult:
        try:
            cell = Cell(self._kernel.execute(code, buffers), limits, on_output)
        except KernelGone:
            return self._gone(Cell("", limits, on_output), None)
        ending = Ending(cell, float("inf") if timeout is None else cell.started + timeout, wish)
        return self._follow(cell, ending)

    def _follow(self, cell: Cell, ending: Ending) -> CellResult:
        """Watch the Cell until it ends, or must be ended."""
        before = resident(os.getpid())
        while not cell.finished:
            match ending.next_step(time.monotonic()):
                case "interrupt":
                    self.box.interrupt(self._kernel)
                case "kill":
                    self.box.kill(self._kernel)
                    return cell.result(self._limit_or(ending.cut or "killed"), state_lost=True)
            told = (self.box.walls.channel.fileno(), ending.wish.fileno())
            pause = _POLL_SECONDS if _swelling(cell, before) < _SWELLING_BYTES / 8 else _HURRIED_SECONDS
            self._kernel.wait(told, min(ending.deadline - time.monotonic(), pause))
            try:
                swollen = self._take_in(cell, ending.deadline, before)
            except KernelGone:
                return self._gone(cell, ending.cut)
            if self.box.exit_code(self._kernel) is not None:
                return self._gone(cell, ending.cut)
            if swollen:
                self.box.kill(self._kernel)
                self._kernel.close()
                return cell.result("too_much_output", state_lost=True)
        cut = ending.cut or ("too_much_output" if cell.excess else None)
        ended_well = cell.error is None and cut is None
        # Where it costs nothing it is always asked, so that no later Cell answers for what this one did.
        if not ended_well or not self.box.walls.oom_seconds:
            verdict = self._limit_or(cut)
            cut = None if ended_well else verdict
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
            if _swelling(cell, before) > _SWELLING_BYTES:
                return True
            if time.monotonic() >= deadline or cell.excess > had_enough:
                return False
        return _swelling(cell, before) > _SWELLING_BYTES

    def _gone(self, cell: Cell, cut: CellStatus | None) -> CellResult:
        """The kernel is dead or has hung up: say of what."""
        code = self._last_words()
        if code is None:
            too_large = not self._kernel.hung_up
            self.box.kill(self._kernel)
            cut = cut or ("too_much_output" if too_large else None)
        if code is not None and -code in _CRASHES:
            cell.hear_crash(self._kernel.crash_words())
        # Who is killed for memory gets SIGKILL; of one that ended otherwise, only a process that it started may have.
        wait = self.box.walls.oom_seconds if code == -signal.SIGKILL else 0.0
        return cell.result(self._limit_or(cut or "killed", wait), state_lost=True)

    def _last_words(self) -> int | None:
        """The exit code of a kernel that is about to end; None where it is not, though the connection broke."""
        until = time.monotonic() + _DYING_SECONDS
        while self.box.exit_code(self._kernel) is None and time.monotonic() < until:
            self.box.pump(0.05)
        return self.box.exit_code(self._kernel)

    def _limit_or(self, status: CellStatus | None, wait: float = 0.0) -> CellStatus | None:
        """What limit a process was killed for, which may take `wait` seconds to know; `status` where it was none."""
        until = time.monotonic() + wait
        while (limit := self._limit()) is None and time.monotonic() < until:
            time.sleep(0.02)
        return limit or status

    def _limit(self) -> CellStatus | None:
        if self.box.disk_full():
            return "disk_full"
        return "out_of_memory" if self.box.walls.out_of_memory() else None

    def interrupt(self) -> bool:
        """See `Session.interrupt`."""
        return self._tell("interrupt")

    def kill(self) -> bool:
        """See `Session.kill`."""
        return self._tell("kill")

    def _tell(self, step: Step) -> bool:
        wish = self._wish
        if wish is None:
            return False
        wish.tell(step)
        return True

    def put(self, name: str, data: bytes) -> None:
        """See `Session.put`. `name` is a plain file name. Raises `OSError` when it could not be written."""
        _check_name(name)
        result = self.run(_PUT.format(name=name), buffers=[data], timeout=60)
        if result.status != "ok":
            raise OSError(f"{name} could not be written in the sandbox: {_reason(result)}")

    def get(self, name: str, *, max_bytes: int) -> bytes:
        """See `Session.get`. What comes back is whatever the sandbox says the file holds."""
        _check_name(name)
        result = self.run(_GET.format(name=name, max_bytes=int(max_bytes)), timeout=60, buffer_bytes=max_bytes)
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


def _swelling(cell: Cell, before: int) -> int:
    """The bytes by which this process has grown from `before`, beyond what the Cell has sent."""
    return resident(os.getpid()) - before - 3 * cell.bytes


def _check_name(name: str) -> None:
    if not name or "/" in name or not name.isprintable() or name in (".", ".."):
        raise ValueError(f"{name!r} is not a plain file name")


def _reason(result: CellResult) -> str:
    return f"{result.error.type}: {result.error.message}" if result.error else result.status


def _after_death(status: CellStatus) -> CellResult:
    message = f"the kernel ended earlier ({status}) and its state is lost; open a new Session"
    return CellResult("killed", error=CellError("DeadKernel", message, ""), state_lost=True)
