"""One running sandbox: a zygote behind walls, and the host's talk with it."""

import contextlib
import json
import os
import select
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import zmq

from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import PrivateFolder
from mlpilot.sandbox.inside import wire
from mlpilot.sandbox.inside.seccomp import Without
from mlpilot.sandbox.kernel import Kernel
from mlpilot.sandbox.protocol import Limits

_START_SECONDS = 60.0
_SWEEP_SECONDS = 5.0


@dataclass(frozen=True)
class Terms:
    """What a zygote does for itself; nothing, where namespaces do it."""

    enclosed: bool = False
    """Lock itself in by Landlock before its first import, having made what it reads reachable for its user."""
    without: tuple[Without, ...] = ()
    """What kernels are refused besides (`inside.seccomp`)."""
    file_bytes: int | None = None
    """How large any one file may grow, where no file system of the sandbox's own bounds that."""


class Walls(Protocol):
    """What a backend has put around a zygote."""

    channel: socket.socket
    """The host's end of the talk with the zygote."""
    read: list[str]
    """Paths inside that kernels may read: the system, Python, the mounts."""
    devices: list[str]
    """Device nodes inside, or patterns of their names, that kernels may use: GPUs."""
    scratch: str
    """Folder inside where kernels get their scratch folders."""
    uid: int
    """The user inside to become, when the zygote is started as root."""
    private_memory: bool
    """Whether /dev/shm is the sandbox's own, to be emptied between kernels."""
    limits_processes: bool
    """Whether the walls bound the number of processes; otherwise the zygote does, for its user."""
    memory_is_watched: bool
    """Whether mlpilot watches the memory itself, since no control group bounds it."""
    terms: Terms
    """What the zygote must do itself, in place of walls around it."""

    oom_seconds: float
    """How long after a process was killed for memory `out_of_memory` may still not know; 0 where it reads it itself."""

    def out_of_memory(self) -> bool:
        """Whether a process was killed for memory since this was last asked."""

    def disk_full(self) -> bool:
        """Whether kernels were killed for what they wrote to disk since this was last asked."""

    def last_words(self) -> str:
        """What the sandbox wrote to its standard error: why it did not start."""

    def destroy(self) -> None:
        """End every process inside, and leave nothing behind. Safe to call twice."""

    def pid(self) -> int | None:
        """The sandbox's outermost process, as this host counts; None where there is none to be seen."""

    def described(self) -> Mapping[str, Any] | None:
        """What the engine that runs it says of it, None where no engine does; for the self-check."""


@dataclass(frozen=True)
class Preparation:
    """What the zygote does before its first fork."""

    preload: str
    path: tuple[str, ...]


class Box:
    """A zygote in its sandbox. All waiting happens here; nothing that the sandbox says is believed without a check."""

    def __init__(self, walls: Walls, limits: Limits, preparation: Preparation, folder: PrivateFolder) -> None:
        self.walls = walls
        self.limits = limits
        self.landlock = 0
        self.alive = True
        self._ready = False
        self._swept: bool | None = None
        self._interrupted = False
        self._full = False
        self._exits: dict[str, int] = {}
        self._kernels: list[Kernel] = []
        self._folder = folder
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._start(preparation)

    def _start(self, preparation: Preparation) -> None:
        bounds = {
            "files": self.limits.files,
            **({} if self.walls.limits_processes else {"processes": self.limits.processes}),
            **({} if self.walls.terms.file_bytes is None else {"file_bytes": self.walls.terms.file_bytes}),
        }
        config = {
            "preload": preparation.preload,
            "path": [*preparation.path],
            "read": [*self.walls.read],
            "devices": [*self.walls.devices],
            "scratch": self.walls.scratch,
            "uid": self.walls.uid,
            "shared_memory": self.walls.private_memory,
            "enclosed": self.walls.terms.enclosed,
            "without": [*self.walls.terms.without],
            "bounds": bounds,
            "threads": self.limits.threads,
        }
        with tempfile.TemporaryFile() as file:
            file.write(json.dumps(config).encode())
            file.flush()
            file.seek(0)
            self._order({"do": "start"}, (file.fileno(),))

    def _order(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        try:
            wire.send(self.walls.channel, message, fds)
        except OSError:
            self.alive = False

    def wait_ready(self) -> None:
        """Wait until the zygote has done its preparation. Raises `NoSandboxError`."""
        deadline = time.monotonic() + _START_SECONDS
        while self.alive and not self._ready and time.monotonic() < deadline:
            self.pump(deadline - time.monotonic())
        if not self._ready:
            words = " ".join(self.walls.last_words().split())[-500:]
            self.close()
            raise NoSandboxError(f"the sandbox did not start: {words or 'no answer from it'}")

    def pump(self, seconds: float = 0.0) -> None:
        """Take in what the zygote has said, waiting at most `seconds` for the first of it."""
        while self.alive and select.select([self.walls.channel], [], [], max(0.0, seconds))[0]:
            try:
                message, fds = wire.receive(self.walls.channel)
            except (EOFError, OSError, ValueError):
                self.alive = False
                return
            for fd in fds:
                os.close(fd)
            self._take(message)
            seconds = 0.0

    def _take(self, message: dict[str, Any]) -> None:
        match message:
            case {"event": "ready", "landlock": int(version)}:
                self._ready, self.landlock = True, version
            case {"event": "failed", "reason": str(reason)}:
                self.close()
                raise NoSandboxError(f"the sandbox did not start: {reason}")
            case {"event": "exited", "kernel": str(name), "code": int(code)}:
                self._exits[name] = code
            case {"event": "interrupted"}:
                self._interrupted = True
            case {"event": "full"}:
                self._full = True
            case {"event": "swept", "clean": bool(clean)}:
                self._swept = clean
            case _:
                self.alive = False

    def fork(self) -> Kernel:
        """Ask for a kernel. It is on its way, not ready."""
        kernel = Kernel(self._context, self._folder.path)
        self._kernels = [known for known in self._kernels if not known.closed] + [kernel]
        self._order(
            {"do": "fork", "kernel": kernel.name, "key": kernel.key},
            tuple(listener.fileno() for listener in kernel.listeners),
        )
        kernel.listening()
        return kernel

    def disk_full(self) -> bool:
        """Whether all kernels were killed for what they wrote to disk, since this was last asked."""
        full, self._full = self._full or self.walls.disk_full(), False
        return full

    def exit_code(self, kernel: Kernel) -> int | None:
        """The kernel's exit code (negative: the signal that ended it), or None while it lives."""
        self.pump()
        return self._exits.get(kernel.name, None if self.alive else -9)

    def interrupt(self, kernel: Kernel) -> None:
        """Send SIGINT to the kernel and its group, and wait until that is done: late, it would reach the next Cell."""
        self._interrupted = False
        self._order({"do": "interrupt", "kernel": kernel.name})
        deadline = time.monotonic() + _SWEEP_SECONDS
        while self.alive and not self._interrupted and time.monotonic() < deadline:
            self.pump(deadline - time.monotonic())

    def kill(self, kernel: Kernel) -> None:
        """Send SIGKILL to the kernel, and wait until it is gone; a zygote that cannot do that is destroyed."""
        self._order({"do": "kill", "kernel": kernel.name})
        deadline = time.monotonic() + _SWEEP_SECONDS
        while self.exit_code(kernel) is None and time.monotonic() < deadline:
            self.pump(0.05)
        if self.exit_code(kernel) is None:
            self.close()

    def sweep(self, keep: Sequence[Kernel]) -> bool:
        """End every process but the kernels in `keep` and empty what they could write; whether that is certain."""
        self._swept, self._full = None, False
        self._exits.clear()
        self._order(
            {"do": "sweep", "keep": [kernel.name for kernel in keep], "shared_memory": self.walls.private_memory}
        )
        deadline = time.monotonic() + _SWEEP_SECONDS
        while self.alive and self._swept is None and time.monotonic() < deadline:
            self.pump(deadline - time.monotonic())
        return self.alive and self._swept is True

    def close(self) -> None:
        """End the sandbox and all within."""
        self.alive = False
        # Whatever one of them raises, the others are done too: a context that is left with open sockets waits for ever.
        with contextlib.ExitStack() as stack:
            stack.callback(self._folder.remove)
            stack.callback(self._context.destroy, 0)
            for kernel in self._kernels:
                stack.callback(kernel.close)
            stack.callback(self.walls.destroy)
            with contextlib.suppress(OSError):
                self.walls.channel.close()
