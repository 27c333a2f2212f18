"""Running one Cell: collect what it says, bound it, and give its end a type."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlpilot.sandbox.messages import Message
from mlpilot.sandbox.output import bounded, clean
from mlpilot.sandbox.protocol import CellError, CellResult, CellStatus, Limits, Output

_NAME_CHARACTERS, _MESSAGE_CHARACTERS, _TRACEBACK_CHARACTERS = 200, 20_000, 200_000
_OUT_OF_MEMORY = {"MemoryError", "_ArrayMemoryError", "ArrowMemoryError", "OutOfMemoryError"}
_NO_MEMORY = re.compile(r"\[Errno 12\]|can't allocate memory|std::bad_alloc")
"""As a fork, PyTorch and libraries in C++ say it."""
_NO_SPACE = re.compile(
    r"\[Errno (27|28|122)\]|No space left on device|database or disk is full|Not enough free space to write|"
    r"requested and \d+ written"
)
"""As Python says it of files (too large, no space, quota), as programs, SQLite and NumPy do."""
_CAUSE = re.compile(r"^\w+: (.*)$", re.MULTILINE)
"""The last line of each exception in a traceback: the errors that led to the one that was raised."""
_CELL_FILE = re.compile(r'File "[^"\n]{0,300}/ipykernel_\d{1,10}/\d{1,20}\.py"')
_MACHINERY = re.compile(r'^  File "[^"\n]{0,400}/IPython/core/interactiveshell\.py"', re.MULTILINE)
_READ = {"execute_input", "stream", "execute_result", "display_data", "execute_reply", "error", "status"}
"""Types of message that say something here."""
_SILENCE_SECONDS = 5.0
"""After a reply, output may still be on its way, in parts of 4 MiB, over a line as slow as to another machine."""


@dataclass
class Cell:
    """What is known of a running Cell, from messages that nobody vouches for."""

    request: str
    limits: Limits
    on_output: Callable[[Output], None] | None
    started: float = field(default_factory=time.monotonic)
    error: CellError | None = None
    replied: bool = False
    heard: float = field(default_factory=time.monotonic)
    """When it last said something."""
    begun: bool = False
    """The kernel has taken it up, so that an interrupt reaches it."""
    idle: bool = False
    excess: bool = False
    interrupted: bool = False
    """The host has ended it early: an error that it tells of from then on is how it took the interrupt."""
    _text: dict[str, list[str]] = field(default_factory=lambda: {"stdout": [], "stderr": []})
    _buffers: dict[str, list[bytes]] = field(default_factory=dict)
    _text_bytes: int = 0
    _buffer_bytes: int = 0

    def take(self, message: Message) -> None:
        """Take one message into account; those that answer another request are none of ours."""
        if message.parent != self.request or message.type not in _READ:
            return
        self.heard = time.monotonic()
        self.excess = self.excess or message.too_large
        if self.excess and message.type not in ("execute_input", "execute_reply", "status"):
            return
        content = message.content()
        match message.type:
            case "execute_input":
                self.begun = True
            case "stream" if content.get("name") in ("stdout", "stderr"):
                self._show(content["name"], content["name"], content.get("text"))
            case "execute_result" | "display_data":
                if isinstance(transient := content.get("transient"), dict) and "mlpilot_buffer" in transient:
                    self._collect(transient["mlpilot_buffer"], transient.get("first") is True, message.buffers)
                elif isinstance(data := content.get("data"), dict) and isinstance(plain := data.get("text/plain"), str):
                    self._show("display", "stdout", plain + "\n")
            case "execute_reply":
                self.replied = True
                if content.get("status") != "ok" and not self.interrupted and not self.excess:
                    self.error = self.error or _error(content)
            case "error" if not self.interrupted:
                self.error = _error(content)
            case "status":
                self.idle = self.idle or content.get("execution_state") == "idle"

    def hear_crash(self, words: str) -> None:
        """What the fault handler wrote, as its last words on standard error, without the frames that run the Cell."""
        own = _CELL_FILE.sub('File "<cell>"', _MACHINERY.split(words, maxsplit=1)[0])
        if own.strip():
            self._show("stderr", "stderr", f"{own.rstrip()}\n")

    def _show(self, stream: Any, kept_as: str, text: object) -> None:
        if not isinstance(text, str) or self.excess:
            return
        text = clean(text)
        room = self.limits.output_bytes - self._text_bytes
        size = len(text.encode())
        if size > room:
            text = text.encode()[:room].decode(errors="ignore")
            self.excess = True
        self._text_bytes += size
        if text:
            self._text[kept_as].append(text)
            if self.on_output:
                self.on_output(Output(stream, text))

    def _collect(self, name: object, first: bool, data: Sequence[memoryview]) -> None:
        # Our kernel sends one frame with each, and names of ours: neither many small frames, which take far more memory
        # than they count, nor a name that would act on a terminal.
        if not isinstance(name, str) or len(data) != 1 or clean(name) != name or self.excess:
            return
        size = data[0].nbytes
        if self._buffer_bytes + size > self.limits.buffer_bytes or len(self._buffers) > 10_000:
            self.excess = True
            return
        self._buffer_bytes += size
        parts = self._buffers.setdefault(name[:_NAME_CHARACTERS], [])
        if first:
            parts.clear()
        parts.append(bytes(data[0]))

    @property
    def bytes(self) -> int:
        """What the Cell has sent so far, text and buffers."""
        return self._text_bytes + self._buffer_bytes

    @property
    def finished(self) -> bool:
        """The reply came, and so did the end of the output that belongs to it (or nothing came for a while)."""
        return self.replied and (self.idle or time.monotonic() - self.heard > _SILENCE_SECONDS)

    def result(self, status: CellStatus | None = None, *, state_lost: bool = False) -> CellResult:
        """The Cell's end: `status`, or what follows from its error."""
        return CellResult(
            status or self._status(),
            "".join(self._text["stdout"]),
            "".join(self._text["stderr"]),
            self.error,
            time.monotonic() - self.started,
            state_lost,
            {name: b"".join(parts) for name, parts in self._buffers.items()},
        )

    def _status(self) -> CellStatus:
        if self.error is None:
            return "ok"
        if self.error.type in _OUT_OF_MEMORY or _NO_MEMORY.search(self.error.message):
            return "out_of_memory"
        causes = [self.error.message, *_CAUSE.findall(self.error.traceback)]
        return "disk_full" if any(map(_NO_SPACE.search, causes)) else "error"


def _error(content: dict[str, Any]) -> CellError:
    lines = content.get("traceback")
    lines = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return CellError(
        bounded(content.get("ename"), _NAME_CHARACTERS) or "Error",
        bounded(content.get("evalue"), _MESSAGE_CHARACTERS),
        bounded("\n".join(lines), _TRACEBACK_CHARACTERS),
    )
