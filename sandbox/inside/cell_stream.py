"""Standard output and error of a kernel: in small messages, and each in the name of the Cell whose it is."""

# mypy: disable-error-code="no-untyped-call"

import codecs
import contextlib
import contextvars
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

from ipykernel.iostream import OutStream

PIECE_CHARACTERS = 2**18
"""Text travels in pieces, so that the host can refuse any one message that is large; ipykernel would send all that was
printed in 0.2 s as one message."""

_READ_BYTES = 2**12
_UNSENT_BYTES = 2**20
"""What a process has written and is not on its way yet: then it waits. A flood would fill the kernel's memory before
the host has said stop."""
_DRAIN_SECONDS = 0.05
"""What the pipe of a Cell that has ended has to come to its own end, unless a process that goes on holds it."""


class CellStream(OutStream):
    """A standard stream whose messages are never large, and which knows whose output is whose.

    ipykernel has one pipe for all that is written to the descriptor. Here each Cell gets a pipe of its own, so that
    what its processes say after its end is not taken for what the next Cell says.
    """

    _pipe: threading.Thread | None = None
    _unsent = 0

    def write(self, string: str) -> int:
        """As ever; whoever has written much waits until it is on its way."""
        written: int = super().write(string) or 0
        self._unsent += len(string)
        if self._unsent > _UNSENT_BYTES:
            self._unsent = 0
            self.flush()
        return written

    def _flush_buffers(self) -> Iterator[tuple[dict[str, Any], str]]:
        for parent, text in super()._flush_buffers():
            for start in range(0, len(text), PIECE_CHARACTERS):
                yield parent, text[start : start + PIECE_CHARACTERS]

    def _setup_stream_redirects(self, name: str) -> None:
        self._original_stdstream_fd = getattr(sys, name).fileno()
        self._original_stdstream_copy = os.dup(self._original_stdstream_fd)

    def begin(self) -> None:
        """A Cell begins: what is written to the descriptor from now on is its."""
        fds: list[int] = []
        try:
            fds += os.pipe()
            reader = threading.Thread(target=self._read, args=(fds[0], self.parent_header), daemon=True)
            reader.start()
        except (OSError, RuntimeError):  # no descriptor or no thread is to be had: what processes say is lost
            for fd in fds:
                os.close(fd)
            return
        os.dup2(fds[1], self._original_stdstream_fd)
        os.close(fds[1])
        self._pipe = reader

    def end(self) -> None:
        """A Cell ends: take in what was written so far."""
        # A Cell may close descriptors, whichever it likes.
        with contextlib.suppress(OSError):
            os.dup2(self._original_stdstream_copy, self._original_stdstream_fd)
        if self._pipe is not None:
            self._pipe.join(_DRAIN_SECONDS)
            self._pipe = None

    def _read(self, fd: int, header: dict[str, Any]) -> None:
        """Pass on what arrives by one pipe, until all who could write to it are gone."""
        self._parent_header.set(header)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        with contextlib.suppress(OSError):
            while data := os.read(fd, _READ_BYTES):
                self.write(decoder.decode(data))
            os.close(fd)


def speak_as_their_cell() -> None:
    """Have each thread say what it says in the name of the Cell that started it, however long it runs."""
    start = threading.Thread.start

    def start_in_context(thread: threading.Thread) -> None:
        context, run = contextvars.copy_context(), thread.run
        thread.run = lambda: context.run(run)  # type: ignore[method-assign]
        start(thread)

    threading.Thread.start = start_in_context  # type: ignore[method-assign, assignment]
