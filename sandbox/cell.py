"""Running one Cell: collect what it says, bound it, and give its end a type."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlpilot.sandbox.messages import Message
from mlpilot.sandbox.output import bounded, clean
from mlpilot.sandbox.protocol import CellError, CellResult, CellStatus, Limits, Output

_NAME_CHARACTERS, _MESSAGE_CHARACTERS, _TRACEBACK_CHARACTERS = 200, 20_000, 200_000
_OUT_OF_MEMORY = {"MemoryError", "_ArrayMemoryError"}
_NO_SPACE = ("[Errno 28]", "[Errno 27]")
"""No space or no inode is left, or a file is as large as a file may be."""
_READ = {"stream", "execute_result", "display_data", "execute_reply", "error", "status"}
"""Types of message that say something here."""


@dataclass
class Cell:
    """What is known of a running Cell, from messages that nobody vouches for."""

    request: str
    limits: Limits
    on_output: Callable[[Output], None] | None
    started: float = field(default_factory=time.monotonic)
    error: CellError | None = None
    replied: float | None = None
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
        self.excess = self.excess or message.too_large
        if self.excess and message.type not in ("execute_reply", "status"):
            return
        content = message.content()
        match message.type:
            case "stream" if content.get("name") in ("stdout", "stderr"):
                self._show(content["name"], content["name"], content.get("text"))
            case "execute_result" | "display_data":
                if isinstance(transient := content.get("transient"), dict) and "mlpilot_buffer" in transient:
                    self._collect(transient["mlpilot_buffer"], transient.get("first") is True, message.buffers)
                elif isinstance(data := content.get("data"), dict) and isinstance(plain := data.get("text/plain"), str):
                    self._show("display", "stdout", plain + "\n")
            case "execute_reply":
                self.replied = time.monotonic()
                if content.get("status") != "ok" and not self.interrupted and not self.excess:
                    self.error = self.error or _error(content)
            case "error" if not self.interrupted:
                self.error = _error(content)
            case "status":
                self.idle = self.idle or content.get("execution_state") == "idle"

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
        size = sum(part.nbytes for part in data)
        if not isinstance(name, str) or self.excess:
            return
        if self._buffer_bytes + size > self.limits.buffer_bytes or len(self._buffers) > 10_000:
            self.excess = True
            return
        self._buffer_bytes += size
        parts = self._buffers.setdefault(name[:_NAME_CHARACTERS], [])
        if first:
            parts.clear()
        parts.extend(bytes(part) for part in data)

    @property
    def bytes(self) -> int:
        """What the Cell has sent so far, text and buffers."""
        return self._text_bytes + self._buffer_bytes

    @property
    def finished(self) -> bool:
        """The reply came, and so did the end of the output that belongs to it (or a second passed without it)."""
        return self.replied is not None and (self.idle or time.monotonic() - self.replied > 1)

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
        if self.error.type in _OUT_OF_MEMORY:
            return "out_of_memory"
        return "disk_full" if any(said in self.error.message for said in _NO_SPACE) else "error"


def _error(content: dict[str, Any]) -> CellError:
    lines = content.get("traceback")
    lines = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return CellError(
        bounded(content.get("ename"), _NAME_CHARACTERS) or "Error",
        bounded(content.get("evalue"), _MESSAGE_CHARACTERS),
        bounded("\n".join(lines), _TRACEBACK_CHARACTERS),
    )
