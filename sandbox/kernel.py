"""The host's end of one kernel: its sockets, made before any generated code exists, and a strict reader of them."""

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import zmq
from jupyter_client.session import Session

from mlpilot.sandbox import messages

_BACKLOG = 1
_SEND_MILLISECONDS = 1000
"""A send waits only where nobody is there any more to take it: messages to a living kernel are queued."""
_NEVER_MILLISECONDS = 10**9
"""No second connection is made. ZeroMQ has a setting that says so (-1), but then drops what it has received, and where
it is asked for the next part of a message just then, it ends the whole process (libzmq 4.3.5, `fq.cpp`)."""
_QUEUED_MESSAGES = 64
_BOTH_MILLISECONDS = 50
"""A process that closes its sockets closes them one after the other."""
_FRAME_BYTES = 6 * 2**20
"""The kernel sends no frame that is larger than a part of a buffer or a content (`inside.cell_kernel`)."""


_CRASH_BYTES, _CRASH_SECONDS = 20_000, 0.3
"""What is read of what Python's fault handler wrote, and how long for: it is there once the kernel is dead, unless it
comes from another machine, or a process that is left over holds the connection."""


class KernelGone(Exception):
    """A connection to the kernel broke: it died or hung up, or it sent a message larger than any that is allowed."""


class Kernel:
    """A client of one kernel, over Unix sockets in `folder`, a folder of the host that no sandbox sees.

    The listening ends (`listeners`) go to the zygote; generated code gets them without any path to put a link upon.
    """

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", folder: Path) -> None:
        self.name = secrets.token_hex(6)
        self.key = secrets.token_hex(32)
        self._session = Session(key=self.key.encode(), check_pid=False)
        self._paths = (folder / f"{self.name}s", folder / f"{self.name}i", folder / f"{self.name}c")
        self.listeners = tuple(_listener(path) for path in self._paths)
        self._shell = _connect(context, zmq.DEALER, self._paths[0])
        self._iopub = _connect(context, zmq.SUB, self._paths[1])
        self._iopub.setsockopt(zmq.SUBSCRIBE, b"")
        self._crash = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._crash.connect(os.fspath(self._paths[2]))
        self._monitors = [channel.get_monitor_socket(zmq.EVENT_DISCONNECTED) for channel in (self._shell, self._iopub)]
        self.ready = False
        self.closed = False

    def listening(self) -> None:
        """The zygote has the listening ends: forget ours, so that a dead kernel is seen to be dead."""
        for listener in self.listeners:
            listener.close()

    def execute(self, code: str, buffers: Sequence[bytes | memoryview]) -> str:
        """Send a Cell; returns the id that its answers carry. Raises `KernelGone`."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message: Any = self._session.msg("execute_request", content)
        try:
            self._session.send(self._shell, message, buffers=cast("Any", list(buffers)))
        except zmq.Again as error:
            raise KernelGone from error
        return str(message["header"]["msg_id"])

    def wait(self, extra: Sequence[int], seconds: float) -> None:
        """Wait until the kernel has something to say, or a descriptor in `extra` is readable, or time is up."""
        poller = zmq.Poller()
        for source in (self._shell, self._iopub, *self._monitors, *extra):
            poller.register(source, zmq.POLLIN)
        poller.poll(max(0, int(seconds * 1000) + 1))

    def messages(self, most: int = 256) -> Iterator[messages.Message | None]:
        """What has arrived, iopub first, at most `most` messages; None for what is none. Raises `KernelGone`."""
        for channel in (self._iopub, self._shell):
            for _ in range(most):
                try:
                    frames = channel.recv_multipart(zmq.NOBLOCK, copy=False)
                except zmq.Again:
                    break
                message = messages.read(self._session, [frame.buffer for frame in frames])
                if message is not None and message.type == "iopub_welcome":
                    self.ready = True
                yield message
        if any(monitor.poll(0) for monitor in self._monitors):
            raise KernelGone

    @property
    def hung_up(self) -> bool:
        """Whether both connections broke, once one has. ZeroMQ cuts the one that a message too large came by: the
        other then stands."""
        return all(monitor.poll(_BOTH_MILLISECONDS) for monitor in self._monitors)

    def wait_ready(self, extra: int, deadline: float) -> bool:
        """Wait for the kernel's welcome until `deadline` (monotonic) or news on `extra`; whether it came."""
        if not self.ready:
            self.wait((extra,), deadline - time.monotonic())
            for _ in self.messages():
                pass
        return self.ready

    def crash_words(self) -> str:
        """What a dead kernel wrote as native code crashed, or whatever its code wrote there: 20,000 bytes at most.

        It came by a connection that serves for nothing else, and by which nothing is ever sent.
        """
        words, until = b"", time.monotonic() + _CRASH_SECONDS
        with contextlib.suppress(OSError):
            while len(words) < _CRASH_BYTES and (left := until - time.monotonic()) > 0:
                self._crash.settimeout(left)
                part = self._crash.recv(_CRASH_BYTES - len(words))
                if not part:
                    break
                words += part
        return words.decode(errors="replace")

    def close(self) -> None:
        """Forget the kernel; safe to call twice. Its process is the zygote's to end."""
        if self.closed:
            return
        self.closed = True
        for channel in (self._shell, self._iopub):
            channel.disable_monitor()
        for channel in (self._shell, self._iopub, *self._monitors):
            channel.close(0)
        self._crash.close()
        self.listening()
        for path in self._paths:
            path.unlink(missing_ok=True)


def _listener(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(os.fspath(path))
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def _connect(context: "zmq.Context[zmq.Socket[bytes]]", kind: int, path: Path) -> "zmq.Socket[bytes]":
    channel = context.socket(kind)
    # All of them count only when they are set before the connection is made.
    channel.setsockopt(zmq.MAXMSGSIZE, _FRAME_BYTES)
    channel.setsockopt(zmq.RCVHWM, _QUEUED_MESSAGES)
    channel.setsockopt(zmq.RECONNECT_IVL, _NEVER_MILLISECONDS)
    channel.setsockopt(zmq.LINGER, 0)
    channel.setsockopt(zmq.SNDTIMEO, _SEND_MILLISECONDS)
    channel.connect(f"ipc://{path}")
    return channel
